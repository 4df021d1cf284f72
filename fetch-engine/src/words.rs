//! Notices of the session in plain words: what happened, to which server, what follows.

use std::time::Duration;

use tributary_core::held::Held;
use tributary_core::pattern::{Element, Pattern, SourceId};
use tributary_core::session::Notice;

use crate::happened::{Happened, LogKind};
use crate::journal::Words;
use crate::roster::Roster;

/// Ranges of a partial copy that are written out.
const MAX_RANGES_SHOWN: usize = 3;
/// Elements of a pattern that are written out; longer ones are cut.
const MAX_LETTERS_SHOWN: usize = 40;

/// The entry for a notice. `was_there`: whether the source that left had joined before.
pub(crate) fn of_notice(notice: &Notice, roster: &Roster, was_there: bool) -> Words {
    let name = |source: SourceId| {
        roster.get(source).map_or_else(|| format!("source {source}"), crate::roster::Member::called)
    };
    let entry = |kind, source: Option<SourceId>, title: String, detail: String, warning| Words {
        kind,
        source: source.map(|source| source.index() as u8),
        title,
        detail,
        warning,
        what: what(notice, was_there),
    };
    let about = |source: SourceId, what: &str, detail: String, warning| {
        entry(LogKind::Source, Some(source), format!("{} {what}", name(source)), detail, warning)
    };
    match notice {
        Notice::Joined { source, rtt } => {
            about(*source, "joined", format!("{} away; its first blocks come next", millis(*rtt)), false)
        }
        Notice::Left { source, why, owed, retry_in } => {
            let owed = match owed {
                0 => String::new(),
                1 => " The block it owed comes from the others.".to_owned(),
                owed => format!(" The {owed} blocks it owed come from the others."),
            };
            let next = match retry_in {
                Some(wait) => format!(" It is tried again in {}.", span(*wait)),
                None => " It is not tried again.".to_owned(),
            };
            let what = if was_there { "left" } else { "is out of reach" };
            about(*source, what, format!("{}.{owed}{next}", sentence(why)), true)
        }
        Notice::Silent { source, silence, owed } => {
            let detail =
                format!("Nothing came for {}. Its {} from the others.", span(*silence), blocks_come(*owed));
            about(*source, "went quiet", detail, true)
        }
        Notice::Back { source } => about(*source, "is back", "It sends again.".to_owned(), false),
        Notice::Slowed { source, from_bps, to_bps } => {
            about(*source, "slowed", format!("{} to {}", rate(*from_bps), rate(*to_bps)), true)
        }
        Notice::Quarantined { source, seq } => {
            let what = match seq {
                Some(seq) => format!("Block {seq} was not the title's."),
                None => "Its list of hashes was not the title's.".to_owned(),
            };
            let detail = format!("{what} It is shut out until the title is opened again.");
            about(*source, "sent wrong bytes", detail, true)
        }
        Notice::Distrusted { source, why } => {
            let detail = format!("{}. It is shut out until the title is opened again.", sentence(why));
            about(*source, "is not believed", detail, true)
        }
        Notice::Repaired { source, seq, after } => entry(
            LogKind::Repair,
            Some(*source),
            format!("Block {seq} repaired"),
            format!("{} sent it {} after it was asked", name(*source), millis(*after)),
            false,
        ),
        Notice::Pattern { epoch, from, pattern } => entry(
            LogKind::Pattern,
            None,
            format!("New pattern {}", letters(pattern)),
            format!("epoch {epoch}, from block {from}"),
            false,
        ),
        Notice::OutOfSequence { source, seq, awaited } => entry(
            LogKind::Sequence,
            Some(*source),
            "Out of sequence".to_owned(),
            format!("block {seq} of {} before block {awaited}", name(*source)),
            false,
        ),
        Notice::Restarted { generation, from } => entry(
            LogKind::Pattern,
            None,
            "Reading goes on elsewhere".to_owned(),
            format!("from block {from}, generation {generation}"),
            false,
        ),
        Notice::NobodyLeft => entry(
            LogKind::Source,
            None,
            "No server is left".to_owned(),
            "All are tried again as their turn comes.".to_owned(),
            true,
        ),
    }
}

/// The notice as data.
fn what(notice: &Notice, was_there: bool) -> Happened {
    match notice {
        Notice::Joined { .. } => Happened::Joined,
        Notice::Left { why, owed, retry_in, .. } => Happened::Left {
            why: why.clone(),
            owed_blocks: *owed as u64,
            was_there,
            for_good: retry_in.is_none(),
        },
        Notice::Silent { silence, owed, .. } => {
            Happened::Silent { seconds: silence.as_secs_f64(), owed_blocks: *owed as u64 }
        }
        Notice::Back { .. } => Happened::Back,
        Notice::Slowed { from_bps, to_bps, .. } => Happened::Slowed { from_bps: *from_bps, to_bps: *to_bps },
        Notice::Quarantined { seq, .. } => Happened::WrongBytes { block: *seq },
        Notice::Distrusted { .. } => Happened::Distrusted,
        Notice::Repaired { seq, after, .. } => {
            Happened::Repaired { block: *seq, after_ms: after.as_secs_f64() * 1e3 }
        }
        Notice::Pattern { epoch, from, .. } => Happened::Pattern { epoch: *epoch, from: *from },
        Notice::OutOfSequence { seq, awaited, .. } => {
            Happened::OutOfSequence { block: *seq, awaited: *awaited }
        }
        Notice::Restarted { from, .. } => Happened::Restarted { from: *from },
        Notice::NobodyLeft => Happened::NobodyLeft,
    }
}

/// The bytes that a partial copy holds.
pub(crate) fn of_held(held: &Held) -> String {
    let range = |range: &std::ops::Range<u64>| format!("{} to {}", range.start, range.end - 1);
    let shown: Vec<String> = held.ranges().iter().take(MAX_RANGES_SHOWN).map(range).collect();
    let more = if held.ranges().len() > MAX_RANGES_SHOWN { " and others" } else { "" };
    format!("bytes {}{more}", shown.join(", "))
}

/// A time span for prose.
pub(crate) fn span(time: Duration) -> String {
    let secs = time.as_secs_f64();
    match time.as_secs() {
        0 => millis(time),
        1..10 => format!("{secs:.1} s"),
        10..60 => format!("{secs:.0} s"),
        all => format!("{} min {} s", all / 60, all % 60),
    }
}

/// A rate in Mbit/s.
pub(crate) fn rate(bps: f64) -> String {
    format!("{:.1} Mbit/s", bps / 1e6)
}

fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    if millis < 10.0 { format!("{millis:.1} ms") } else { format!("{millis:.0} ms") }
}

fn blocks_come(count: usize) -> String {
    if count == 1 { "block comes".to_owned() } else { format!("{count} blocks come") }
}

/// With a capital letter and without a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Its letters, cut where there are many.
pub(crate) fn letters(pattern: &Pattern) -> String {
    let letter = |element: &Element| element.source().map_or('-', SourceId::letter);
    let mut shown: String = pattern.elements().iter().take(MAX_LETTERS_SHOWN).map(letter).collect();
    if pattern.len() > MAX_LETTERS_SHOWN {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster() -> (Roster, SourceId) {
        let mut roster = Roster::new(0, tributary_core::pattern::MAX_SOURCES);
        roster.give("h:1", None);
        let source = SourceId::new(0).unwrap();
        roster.rename(source, "beta".to_owned());
        (roster, source)
    }

    #[test]
    fn says_who_what_and_what_follows() {
        let (roster, source) = roster();
        let left = Notice::Left {
            source,
            why: "the connection was reset".to_owned(),
            owed: 11,
            retry_in: Some(Duration::from_millis(1500)),
        };
        let words = of_notice(&left, &roster, true);
        assert_eq!((words.title.as_str(), words.source, words.warning), ("beta left", Some(0), true));
        assert_eq!(
            words.detail,
            "The connection was reset. The 11 blocks it owed come from the others. It is tried again in 1.5 s."
        );
        let silent = Notice::Silent { source, silence: Duration::from_millis(420), owed: 1 };
        assert_eq!(
            of_notice(&silent, &roster, true).detail,
            "Nothing came for 420 ms. Its block comes from the others."
        );
        let slowed = Notice::Slowed { source, from_bps: 5.6e6, to_bps: 2.1e6 };
        assert_eq!(of_notice(&slowed, &roster, true).detail, "5.6 Mbit/s to 2.1 Mbit/s");
    }

    #[test]
    fn long_patterns_are_cut() {
        let (roster, source) = roster();
        let pattern = Pattern::new(vec![Element::from(source); 100]).unwrap();
        let words = of_notice(&Notice::Pattern { epoch: 3, from: 9, pattern }, &roster, true);
        assert_eq!(words.title, format!("New pattern {}…", "A".repeat(40)));
        assert_eq!(span(Duration::from_secs(135)), "2 min 15 s");
    }
}
