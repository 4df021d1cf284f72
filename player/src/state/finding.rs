//! What the engine found, in the language of the window: the same as [`fetch_engine::verdict`] says in
//! the terminal.

use fetch_engine::verdict::{Blamed, Cause, Finding, ROOMY};

use super::{why, words};
use crate::i18n::t;

/// The few words above the sentence.
pub(super) fn heading(finding: &Finding) -> String {
    let name = name(finding);
    let name = name.as_str();
    match &finding.what {
        Cause::Failed { .. } => t!("finding-failed-head"),
        Cause::Nobody { block, .. } => t!("finding-nobody-head", block = words::group(*block)),
        Cause::Stalled { .. } if finding.server.is_some() => t!("waiting-for", name = name),
        Cause::Stalled { .. } => t!("waiting-for-servers"),
        Cause::HadStalled { seconds, .. } => t!("finding-had-stalled-head", time = words::exact(*seconds)),
        Cause::WrongBytes { .. } => t!("finding-wrong-head", name = name),
        Cause::Left { was_there: true, .. } => t!("finding-left-head", name = name),
        Cause::Left { .. } => t!("finding-unreachable-head", name = name),
        Cause::Silent { .. } => t!("finding-silent-head", name = name),
        Cause::AnswersLate { .. } => t!("finding-late-head", name = name),
        Cause::SlowDisk { .. } => t!("finding-disk-head", name = name),
        Cause::OwnLine { .. } | Cause::SharedLine { .. } => t!("finding-line-head"),
        Cause::Slowed { .. } => t!("finding-slowed-head", name = name),
        Cause::TooSlow { pauses_in_seconds: Some(seconds), .. } => {
            t!("finding-pause-head", time = words::exact(seconds.max(1.0)))
        }
        Cause::TooSlow { .. } => t!("finding-slow-head"),
        Cause::DirectorGone { .. } => t!("finding-director-head"),
        Cause::Unverified { .. } => t!("finding-unverified-head"),
        Cause::AllHere => t!("finding-all-here-head"),
        Cause::BufferFull { factor: Some(factor) } if *factor < ROOMY => t!("finding-tight-head"),
        Cause::BufferFull { .. } | Cause::Safe { .. } => t!("finding-safe-head"),
        Cause::Tight { .. } => t!("finding-tight-head"),
        Cause::Flowing { .. } => t!("finding-flowing-head"),
        Cause::Measuring => t!("finding-measuring-head"),
    }
}

/// One sentence: what happened, to which server, what follows.
pub(super) fn sentence(finding: &Finding) -> String {
    match &finding.what {
        Cause::Failed { why } | Cause::Unverified { why } => words::safe_lines(why),
        Cause::Nobody { block, why } => {
            t!("finding-nobody", block = words::group(*block), why = words::safe_lines(why))
        }
        Cause::OwnLine { to_bps, ago_seconds, servers, .. } if *to_bps <= 0.0 => {
            t!("finding-line-cut", servers = *servers, ago = words::exact(*ago_seconds))
        }
        Cause::OwnLine { from_bps, to_bps, ago_seconds, servers } => t!(
            "finding-line",
            servers = *servers,
            ago = words::exact(*ago_seconds),
            from = words::megabits(*from_bps),
            to = words::megabits(*to_bps)
        ),
        Cause::SharedLine { joined, from_bps, to_bps } => t!(
            "finding-shared-line",
            joined = words::safe(joined),
            from = words::megabits(*from_bps),
            to = words::megabits(*to_bps)
        ),
        Cause::TooSlow { needed_bps, total_bps, .. } => {
            t!("finding-slow", needed = words::megabits(*needed_bps), total = words::megabits(*total_bps))
        }
        Cause::DirectorGone { seconds, servers } => {
            t!("finding-director", time = words::exact(*seconds), servers = *servers)
        }
        Cause::AllHere => t!("finding-all-here"),
        Cause::BufferFull { factor: None } => t!("finding-full"),
        Cause::BufferFull { factor: Some(factor) } => {
            t!("finding-full-factor", factor = words::decimal(*factor, 1))
        }
        Cause::Safe { factor } => t!("finding-safe", factor = words::decimal(*factor, 1)),
        Cause::Tight { factor } => t!("finding-tight", factor = words::decimal(*factor, 1)),
        Cause::Flowing { rate_bps } => t!("finding-flowing", rate = words::megabits(*rate_bps)),
        Cause::Measuring => t!("finding-measuring"),
        _ => of_one(finding),
    }
}

/// The sentence about one server and those who send in its place.
fn of_one(finding: &Finding) -> String {
    let name = name(finding);
    let name = name.as_str();
    let helpers: Vec<String> = finding.helpers.iter().map(|helper| words::safe(helper)).collect();
    let count = helpers.len();
    let helpers: Vec<&str> = helpers.iter().map(String::as_str).collect();
    let helpers = words::list(&helpers);
    let helpers = helpers.as_str();
    match &finding.what {
        Cause::Stalled { seconds } => {
            let time = words::exact(*seconds);
            match &finding.server {
                Some(_) => t!("finding-stalled", time = time, name = name, count = count, helpers = helpers),
                None => t!("finding-stalled-all", time = time),
            }
        }
        Cause::HadStalled { seconds, ago_seconds, blamed: Some(blamed), .. } => {
            let why = blame(*blamed, name);
            let why = if count > 0 { t!("blamed-repaired", why = why, helpers = helpers) } else { why };
            let (time, ago) = (words::exact(*seconds), words::exact(*ago_seconds));
            t!("finding-had-stalled-why", time = time, why = why, ago = ago)
        }
        Cause::HadStalled { seconds, ago_seconds, blamed: None, .. } => {
            t!("finding-had-stalled", time = words::exact(*seconds), ago = words::exact(*ago_seconds))
        }
        Cause::WrongBytes { block, ago_seconds } => {
            let what = match block {
                Some(block) => t!("finding-block", block = words::group(*block)),
                None => t!("finding-hashes"),
            };
            let ago = words::exact(*ago_seconds);
            t!("finding-wrong", name = name, ago = ago, what = what, count = count, helpers = helpers)
        }
        Cause::Left { why, ago_seconds, was_there, for_good, .. } => {
            let (ago, why) = (words::exact(*ago_seconds), why::said(why));
            let what = if *was_there {
                t!("finding-left", name = name, ago = ago, why = why, count = count, helpers = helpers)
            } else {
                t!("finding-unreachable", name = name, ago = ago, why = why)
            };
            let next = if *for_good { t!("finding-for-good") } else { t!("finding-tried-again") };
            format!("{what} {next}")
        }
        Cause::Silent { seconds, owed_blocks } => t!(
            "finding-silent",
            name = name,
            time = words::exact(*seconds),
            count = count,
            helpers = helpers,
            blocks = *owed_blocks
        ),
        Cause::AnswersLate { held_up, rate_bps } => t!(
            "finding-late",
            name = name,
            part = words::percent(*held_up),
            rate = words::megabits(*rate_bps),
            count = count,
            helpers = helpers
        ),
        Cause::SlowDisk { waits, read_ms, rate_bps } => t!(
            "finding-disk",
            name = name,
            part = words::percent(*waits),
            read = words::decimal(*read_ms, 0),
            rate = words::megabits(*rate_bps),
            count = count,
            helpers = helpers
        ),
        Cause::Slowed { from_bps, to_bps, ago_seconds, share_from, share_to, alone } => {
            let (from, to) = (words::megabits(*from_bps), words::megabits(*to_bps));
            let ago = words::exact(*ago_seconds);
            if *alone {
                return t!("finding-slowed-alone", name = name, from = from, to = to, ago = ago);
            }
            t!(
                "finding-slowed",
                name = name,
                from = from,
                to = to,
                ago = ago,
                share_from = words::percent(*share_from),
                share_to = words::percent(*share_to),
                count = count,
                helpers = helpers
            )
        }
        // All others are about no server.
        _ => words::safe_lines(&finding.sentence),
    }
}

/// What a stall is blamed on, as part of a sentence.
fn blame(blamed: Blamed, name: &str) -> String {
    match blamed {
        Blamed::Silent => t!("blamed-silent", name = name),
        Blamed::Left => t!("blamed-left", name = name),
        Blamed::WrongBytes => t!("blamed-wrong", name = name),
        Blamed::AnswersLate => t!("blamed-late", name = name),
        Blamed::SlowDisk => t!("blamed-disk", name = name),
        Blamed::Slowed => t!("blamed-slowed", name = name),
        Blamed::OwnLine => t!("blamed-line"),
        Blamed::TooSlow => t!("blamed-all"),
    }
}

fn name(finding: &Finding) -> String {
    finding.server.as_deref().map_or_else(|| t!("finding-a-server"), words::safe)
}

#[cfg(test)]
mod tests {
    use fetch_engine::verdict::Grade;

    use super::*;
    use crate::i18n::Language;
    use crate::i18n::tests::Speaking;

    fn of(what: Cause, helpers: &[&str]) -> Finding {
        let helpers = helpers.iter().map(|helper| (*helper).to_owned()).collect();
        let (heading, sentence) = (String::new(), String::new());
        Finding {
            what,
            grade: Grade::Notice,
            source: Some(1),
            server: Some("beta".to_owned()),
            helpers,
            heading,
            sentence,
        }
    }

    #[test]
    fn each_is_said_in_each_language_with_its_figures() {
        let slowed = Cause::Slowed {
            from_bps: 2.1e6,
            to_bps: 0.3e6,
            ago_seconds: 4.0,
            share_from: 0.4,
            share_to: 0.08,
            alone: false,
        };
        let slowed = of(slowed, &["alpha", "gamma"]);
        assert_eq!(heading(&slowed), "beta slowed");
        assert_eq!(
            sentence(&slowed),
            "beta slowed from 2.1 to 0.3 Mbit/s 4.0 s ago; its share went from 40 % to 8 %. alpha and gamma \
             send its blocks."
        );
        let left = Cause::Left {
            why: "reset.".to_owned(),
            ago_seconds: 61.0,
            owed_blocks: 3,
            was_there: true,
            for_good: false,
        };
        let left = of(left, &[]);
        assert_eq!(sentence(&left), "beta left 1 min 1 s ago: reset. It is tried again.");
        let silent = of(Cause::Silent { seconds: 3.2, owed_blocks: 1 }, &["gamma"]);
        assert_eq!(sentence(&silent), "beta owes blocks and is silent for 3.2 s; gamma sends its 1 block.");
        let had_stalled = of(
            Cause::HadStalled {
                seconds: 1.2,
                ago_seconds: 4.0,
                why: Some("beta was silent".to_owned()),
                blamed: Some(Blamed::Silent),
            },
            &["gamma"],
        );
        assert_eq!(
            sentence(&had_stalled),
            "Stalled 1.2 s: beta was silent; repaired from gamma. It plays on since 4.0 s."
        );
        let _german = Speaking::of(Language::German);
        assert_eq!(
            sentence(&had_stalled),
            "Stand 1,2 s lang: beta schwieg; ersetzt von gamma. Läuft wieder seit 4,0 s."
        );
        assert_eq!(heading(&slowed), "beta wurde langsamer");
        assert_eq!(
            sentence(&slowed),
            "beta fiel vor 4,0 s von 2,1 auf 0,3 Mbit/s; sein Anteil ging von 40 % auf 8 %. alpha und gamma \
             schicken seine Blöcke."
        );
        assert_eq!(sentence(&left), "beta ist seit 1 min 1 s fort: reset. Er wird wieder gefragt.");
    }
}
