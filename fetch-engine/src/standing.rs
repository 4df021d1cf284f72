//! How a stream stands, judged from how its sources do.

use std::time::Duration;

use tributary_core::geometry::Seq;
use tributary_core::session::{SourceState, SourceStats};
use tributary_core::wire::ErrorCode;

use crate::shared::{Failure, FailureKind};
use crate::snapshot::StreamState;
use crate::words::span;

/// One source, as far as the judgement needs it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) stats: SourceStats,
    /// Which bytes it holds, in words, where it doesn't hold all.
    pub(crate) holds: Option<String>,
}

/// What is known of the stream itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// Everything that is wanted for now is here.
    pub(crate) full: bool,
    /// A block that is awaited, and that none of the sources there are holds.
    pub(crate) held_by_nobody: Option<Seq>,
    /// Some source has opened the stream at some time.
    pub(crate) ever_opened: bool,
    /// For how long something was wanted and nothing came.
    pub(crate) dry: Duration,
    /// Hashes are awaited, and only plain web servers are there, which have none.
    pub(crate) lacks_pages: bool,
    /// How long that may last.
    pub(crate) give_up_after: Duration,
}

/// Time without progress after which what is lacking is told.
const DRY: Duration = Duration::from_secs(1);
/// Why nothing goes on though there are sources.
const NO_PAGES: &str = "Only plain web servers are left, and what they send can't be verified: the hashes for it \
                        come from content servers. ";

/// How the stream stands, and why its reads fail where they do.
pub(crate) fn judge(sources: &[Seen], facts: Facts) -> (StreamState, Option<Failure>) {
    if facts.full {
        return (StreamState::Full, None);
    }
    if !sources.is_empty() && sources.iter().all(|seen| is_final(&seen.stats)) {
        // Where all only refused, nothing is known of their copies.
        if sources.iter().all(|seen| seen.stats.last_code == Some(ErrorCode::Refused)) {
            return failed(
                FailureKind::NobodyReachable,
                format!("No server gives this title. {}", all(sources)),
            );
        }
        return failed(FailureKind::NoHonestCopy, format!("No honest copy could be had. {}", all(sources)));
    }
    if facts.dry >= facts.give_up_after {
        let start = match sources {
            _ if facts.held_by_nobody.is_some() => lacking(facts),
            [] => "No server holds this title now".to_owned(),
            _ => format!("No server could send the rest for {}", span(facts.dry)),
        };
        let why = if facts.lacks_pages { NO_PAGES } else { "" };
        return failed(FailureKind::NobodyReachable, format!("{start}. {why}{}", all(sources)));
    }
    if facts.lacks_pages && facts.dry >= DRY {
        return (StreamState::Nobody(format!("{NO_PAGES}{}", all(sources))), None);
    }
    if facts.held_by_nobody.is_some() {
        return (StreamState::Nobody(format!("{}. {}", lacking(facts), all(sources))), None);
    }
    let in_state = |wanted: &[SourceState]| sources.iter().any(|seen| wanted.contains(&seen.stats.state));
    if in_state(&[SourceState::Sending, SourceState::Waiting, SourceState::Silent]) {
        return (StreamState::Flowing, None);
    }
    if !facts.ever_opened && in_state(&[SourceState::Joining]) {
        return (StreamState::Connecting, None);
    }
    let words = match sources {
        [] => "No server holds this title now. It starts as soon as one does.".to_owned(),
        _ => format!("No server can send the next part now. {}", all(sources)),
    };
    (StreamState::Nobody(words), None)
}

/// That nobody has a block, in words.
fn lacking(facts: Facts) -> String {
    let block = facts.held_by_nobody.unwrap_or_default();
    format!("Nobody who is there holds block {block}: only parts of the title are to be had")
}

fn failed(kind: FailureKind, message: String) -> (StreamState, Option<Failure>) {
    let message = message.trim_end().to_owned();
    (StreamState::Failed(message.clone()), Some(Failure { kind, message }))
}

/// Whether nothing is to be hoped for from this source.
fn is_final(stats: &SourceStats) -> bool {
    let refused = [ErrorCode::NoSuchStream, ErrorCode::SizeMismatch, ErrorCode::Refused];
    match stats.state {
        SourceState::Quarantined => true,
        SourceState::Gone => stats.last_code.is_some_and(|code| refused.contains(&code)),
        _ => false,
    }
}

/// What happened to each source.
fn all(sources: &[Seen]) -> String {
    let one = |Seen { name, address, stats, holds }: &Seen| {
        let who = if name == address { name.clone() } else { format!("{name} ({address})") };
        let holds = holds.as_ref().map_or_else(String::new, |holds| format!(", holds {holds}"));
        format!("{who}: {}{holds}.", what_happened(stats))
    };
    sources.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// What happened to one source, in a few words.
pub(crate) fn what_happened(stats: &SourceStats) -> String {
    let error = || stats.last_error.as_deref().map(|why| why.trim_end_matches('.').to_owned());
    let plain = match stats.state {
        SourceState::Joining => "no answer yet",
        SourceState::Sending | SourceState::Waiting => return "connected".to_owned(),
        SourceState::Silent => "connected, but silent",
        SourceState::Away => "connection lost",
        SourceState::Gone => "no longer holds the title",
        SourceState::Quarantined => "sent wrong bytes",
    };
    error().unwrap_or_else(|| plain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: Facts = Facts {
        full: false,
        held_by_nobody: None,
        ever_opened: true,
        dry: Duration::from_secs(3),
        lacks_pages: false,
        give_up_after: Duration::from_secs(15),
    };

    fn seen(name: &str, state: SourceState, error: Option<&str>, code: Option<ErrorCode>) -> Seen {
        let stats = SourceStats {
            state,
            rate_bps: None,
            rtt: None,
            backlog_blocks: 0,
            backlog_bytes: 0,
            useful_bytes: 0,
            blocks: 0,
            share: 0.0,
            repairs: 0,
            duplicates: 0,
            errors: 0,
            last_error: error.map(str::to_owned),
            last_code: code,
            retry_in: None,
        };
        Seen { name: name.to_owned(), address: format!("{name}:1"), stats, holds: None }
    }

    fn kind(sources: &[Seen], facts: Facts) -> Option<FailureKind> {
        judge(sources, facts).1.map(|failure| failure.kind)
    }

    #[test]
    fn flows_while_anybody_can_send() {
        let sources = [seen("a", SourceState::Away, None, None), seen("b", SourceState::Waiting, None, None)];
        assert_eq!(judge(&sources, FACTS), (StreamState::Flowing, None));
        let joining = [seen("a", SourceState::Joining, None, None)];
        let fresh = Facts { ever_opened: false, ..FACTS };
        assert_eq!(judge(&joining, fresh), (StreamState::Connecting, None));
        assert_eq!(judge(&[], Facts { full: true, ..FACTS }), (StreamState::Full, None));
    }

    #[test]
    fn names_everybody_when_nobody_is_left() {
        let sources = [
            seen("a", SourceState::Away, Some("nothing listens there"), None),
            seen("b", SourceState::Joining, None, None),
        ];
        let words =
            "No server can send the next part now. a (a:1): nothing listens there. b (b:1): no answer yet.";
        assert_eq!(judge(&sources, FACTS), (StreamState::Nobody(words.to_owned()), None));
        let (state, failure) = judge(&sources, Facts { dry: Duration::from_secs(15), ..FACTS });
        assert_eq!(failure.as_ref().map(|failure| failure.kind), Some(FailureKind::NobodyReachable));
        assert!(matches!(state, StreamState::Failed(why) if why.contains("a:1") && why.contains("b:1")));
        assert_eq!(
            kind(
                &sources,
                Facts { dry: Duration::from_secs(1 << 40), give_up_after: Duration::MAX, ..FACTS }
            ),
            None
        );
    }

    #[test]
    fn says_which_block_nobody_has() {
        let mut part = seen("a", SourceState::Waiting, None, None);
        part.holds = Some("bytes 0 to 99".to_owned());
        let facts = Facts { held_by_nobody: Some(7), ..FACTS };
        let (state, failure) = judge(&[part.clone()], facts);
        let words = "Nobody who is there holds block 7: only parts of the title are to be had. \
                     a (a:1): connected, holds bytes 0 to 99.";
        assert_eq!((state, failure), (StreamState::Nobody(words.to_owned()), None));
        let (_, failure) = judge(&[part], Facts { dry: Duration::from_secs(15), ..facts });
        assert!(failure.is_some_and(|failure| failure.message.contains("block 7")));
    }

    #[test]
    fn refusals_alone_say_nothing_of_copies() {
        let refused = seen("a", SourceState::Gone, Some("not on its list"), Some(ErrorCode::Refused));
        assert_eq!(kind(&[refused], FACTS), Some(FailureKind::NobodyReachable));
    }

    #[test]
    fn what_is_lacking_is_told_where_there_are_sources() {
        let sources = [seen("web", SourceState::Waiting, None, None)];
        let lacking = Facts { lacks_pages: true, ..FACTS };
        let (state, failure) = judge(&sources, lacking);
        assert!(matches!(state, StreamState::Nobody(why) if why.contains("plain web servers")));
        assert_eq!(failure, None);
        let moment = Facts { dry: Duration::ZERO, ..lacking };
        assert_eq!(judge(&sources, moment), (StreamState::Flowing, None));
        let (_, failure) = judge(&sources, Facts { dry: FACTS.give_up_after, ..lacking });
        assert!(failure.unwrap().message.contains("plain web servers"));
    }

    #[test]
    fn gives_up_at_once_when_every_copy_is_bad() {
        let bad = seen("a", SourceState::Quarantined, None, None);
        let other = seen("b", SourceState::Gone, None, Some(ErrorCode::SizeMismatch));
        let withdrawn = seen("c", SourceState::Gone, None, None);
        assert_eq!(kind(&[bad.clone(), other.clone()], FACTS), Some(FailureKind::NoHonestCopy));
        assert_eq!(kind(&[bad, other, withdrawn], FACTS), None);
        assert_eq!(kind(&[], FACTS), None);
    }
}
