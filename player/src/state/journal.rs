//! What happened, and why patterns were made, in the language of the window: the same as the engine's own words,
//! which the terminal and the logs have.

use fetch_engine::snapshot::{Happened, LogEntry, PatternMade, Reason, Snapshot, Trend};

use super::{why, words};
use crate::i18n::t;

/// What happened, in a few words, and the rest. What is only a note, or of no known server, is in the engine's words.
#[must_use]
pub fn said(entry: &LogEntry, snapshot: Option<&Snapshot>) -> (String, String) {
    let named = |source: u8| {
        let found = snapshot?.sources.iter().find(|other| other.index == source)?;
        Some(words::safe(&found.name))
    };
    let name = entry.source.and_then(named);
    of_all(entry)
        .or_else(|| of_one(entry, &name?))
        .unwrap_or_else(|| (words::safe(&entry.title), words::safe(&entry.detail)))
}

/// What is about no server.
fn of_all(entry: &LogEntry) -> Option<(String, String)> {
    Some(match &entry.what {
        Happened::Pattern { epoch, from } => {
            let letters = entry.title.rsplit(' ').next().unwrap_or_default();
            (
                t!("event-pattern", letters = letters),
                t!("event-pattern-what", epoch = *epoch, block = words::group(*from)),
            )
        }
        Happened::Restarted { from } => {
            (t!("event-restarted"), t!("event-restarted-what", block = words::group(*from)))
        }
        Happened::NobodyLeft => (t!("event-nobody"), t!("event-nobody-what")),
        Happened::DirectorSilent => (t!("finding-director-head"), t!("event-director-what")),
        Happened::DirectorBack => (t!("event-director-back"), String::new()),
        _ => return None,
    })
}

/// What is about one server.
fn of_one(entry: &LogEntry, name: &str) -> Option<(String, String)> {
    Some(match &entry.what {
        Happened::Joined => (t!("event-joined", name = name), t!("event-joined-what")),
        Happened::Left { why, owed_blocks, was_there, for_good } => {
            let mut told = vec![why::sentence(why)];
            told.extend((*owed_blocks > 0).then(|| t!("event-owed", count = *owed_blocks)));
            told.push(if *for_good { t!("finding-for-good") } else { t!("finding-tried-again") });
            let title = if *was_there {
                t!("finding-left-head", name = name)
            } else {
                t!("finding-unreachable-head", name = name)
            };
            (title, told.join(" "))
        }
        Happened::Silent { seconds, owed_blocks } => {
            let detail = t!("event-silent-what", count = *owed_blocks, time = words::exact(*seconds));
            (t!("finding-silent-head", name = name), detail)
        }
        Happened::Back => (t!("event-back", name = name), t!("event-back-what")),
        Happened::Slowed { from_bps, to_bps } => {
            let (from, to) = (words::megabits(*from_bps), words::megabits(*to_bps));
            (t!("finding-slowed-head", name = name), t!("event-slowed-what", from = from, to = to))
        }
        Happened::WrongBytes { block } => {
            let detail = match block {
                Some(block) => t!("event-wrong-what", block = words::group(*block)),
                None => t!("event-wrong-hashes"),
            };
            (t!("finding-wrong-head", name = name), detail)
        }
        Happened::Distrusted => (t!("event-distrusted", name = name), t!("event-distrusted-what")),
        Happened::Repaired { block, after_ms } => (
            t!("event-repaired", block = words::group(*block)),
            t!("event-repaired-what", name = name, time = words::milliseconds(*after_ms)),
        ),
        Happened::OutOfSequence { block, awaited } => {
            let (block, awaited) = (words::group(*block), words::group(*awaited));
            (t!("event-order"), t!("event-order-what", block = block, name = name, awaited = awaited))
        }
        _ => return None,
    })
}

/// Why a pattern was made.
#[must_use]
pub fn why_made(made: &PatternMade) -> String {
    if made.reasons.is_empty() {
        return words::safe_lines(&made.why);
    }
    made.reasons.iter().map(reason).collect::<Vec<_>>().join("; ")
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::First => t!("pattern-why-first"),
        Reason::Nobody => t!("pattern-why-nobody"),
        Reason::Happened { name, what } => {
            let name = words::safe(name);
            match what {
                Happened::Joined => t!("pattern-why-joined", name = name),
                Happened::Left { .. } => t!("pattern-why-left", name = name),
                Happened::Silent { .. } => t!("pattern-why-quiet", name = name),
                Happened::Back => t!("pattern-why-back", name = name),
                Happened::WrongBytes { .. } => t!("pattern-why-wrong", name = name),
                Happened::Slowed { from_bps, to_bps } => {
                    let (from, to) = (words::megabits(*from_bps), words::megabits(*to_bps));
                    t!("pattern-why-slowed", name = name, from = from, to = to)
                }
                Happened::Restarted { from } => t!("pattern-why-restarted", block = words::group(*from)),
                _ => t!("pattern-why-distrusted", name = name),
            }
        }
        Reason::Moved { name, before: (before, all), now: (now, of), rate } => {
            let name = words::safe(name);
            let (before, all, now, of) = (*before as u64, *all as u64, *now as u64, *of as u64);
            match rate {
                Trend::Eased(to) => {
                    let rate = words::megabits(*to);
                    t!(
                        "pattern-why-eased",
                        name = name,
                        before = before,
                        all = all,
                        now = now,
                        of = of,
                        rate = rate
                    )
                }
                Trend::Grew(to) => {
                    let rate = words::megabits(*to);
                    t!(
                        "pattern-why-grew",
                        name = name,
                        before = before,
                        all = all,
                        now = now,
                        of = of,
                        rate = rate
                    )
                }
                Trend::Measured(to) => {
                    let rate = words::megabits(*to);
                    t!(
                        "pattern-why-measured",
                        name = name,
                        before = before,
                        all = all,
                        now = now,
                        of = of,
                        rate = rate
                    )
                }
                Trend::Others => {
                    t!("pattern-why-moved", name = name, before = before, all = all, now = now, of = of)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::i18n::tests::Speaking;
    use crate::state::fixture;

    #[test]
    fn what_happened_is_said_in_each_language() {
        let snapshot = fixture::snapshot();
        let mut entry = fixture::log().remove(4);
        let why = "the connection was reset".to_owned();
        entry.what = Happened::Left { why, owed_blocks: 3, was_there: true, for_good: false };
        let (title, detail) = said(&entry, Some(&snapshot));
        assert_eq!(title, "beta left");
        assert_eq!(
            detail,
            "The connection was reset. The 3 blocks it owed come from the others. It is tried again."
        );
        let _german = Speaking::of(Language::German);
        let (title, detail) = said(&entry, Some(&snapshot));
        assert_eq!(title, "beta ist fort");
        assert!(detail.starts_with("Die Verbindung wurde abgebrochen. Die 3 Blöcke"), "{detail}");
        // A note is in the engine's words, in every language.
        entry.what = Happened::Note;
        assert_eq!(said(&entry, Some(&snapshot)).0, "beta slowed");
    }

    #[test]
    fn why_a_pattern_was_made_is_said_in_each_language() {
        let moved = Reason::Moved {
            name: "alpha".to_owned(),
            before: (5, 10),
            now: (4, 9),
            rate: Trend::Eased(8.9e6),
        };
        let made = PatternMade {
            at: 1.0,
            epoch: 1,
            from: 1,
            pattern: "A".to_owned(),
            why: "in words".to_owned(),
            reasons: vec![moved],
        };
        assert_eq!(why_made(&made), "alpha goes from 5 in 10 to 4 in 9: it eased to 8.9 Mbit/s");
        assert_eq!(why_made(&PatternMade { reasons: Vec::new(), ..made.clone() }), "in words");
        let _german = Speaking::of(Language::German);
        assert_eq!(why_made(&made), "alpha geht von 5 in 10 auf 4 in 9: er ließ nach auf 8,9 Mbit/s");
    }
}
