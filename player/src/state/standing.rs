//! Why nobody sends what comes next, in words, from how each server does.

use fetch_engine::snapshot::{Snapshot, SourceSnapshot};

use super::{verdict, words};
use crate::i18n::t;

/// Most servers that are named.
const NAMED: usize = 4;

/// Whether a server is connected; one that is called has not answered yet.
#[must_use]
pub fn is_connected(source: &SourceSnapshot) -> bool {
    verdict::is_there(source) && source.state != "joining"
}

/// The sentences: who is away, shut out, or has not what is needed, and when the next is asked again.
#[must_use]
pub fn why(snapshot: &Snapshot) -> String {
    let sources = &snapshot.sources;
    let of = |wanted: fn(&SourceSnapshot) -> bool| {
        let names = sources.iter().filter(|source| wanted(source)).map(|source| words::safe(&source.name));
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let there = of(is_connected);
    let shut_out = of(|source| source.state == "quarantined");
    let away = of(|source| !is_connected(source) && source.state != "quarantined");
    let listed =
        |names: &[String]| words::list(&names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>());
    let mut said = Vec::new();
    if sources.is_empty() {
        said.push(t!("standing-nobody"));
    } else if there.is_empty() && shut_out.is_empty() {
        said.push(t!("standing-silent", count = away.len()));
    } else {
        if !there.is_empty() {
            said.push(t!("standing-lacks", count = there.len(), names = listed(&there)));
        }
        if !shut_out.is_empty() {
            said.push(t!("standing-shut-out", count = shut_out.len(), names = listed(&shut_out)));
        }
        if !away.is_empty() {
            said.push(t!("standing-away", count = away.len(), names = listed(&away)));
        }
    }
    let next = sources.iter().filter_map(|source| source.retry_in).fold(f64::INFINITY, f64::min);
    if next.is_finite() {
        said.push(t!("standing-next-try", time = words::span(next.ceil().max(1.0))));
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture;

    fn snapshot(states: &[(&str, Option<f64>)]) -> Snapshot {
        let mut snapshot = Snapshot::clone(fixture::playback().snapshot.as_ref().expect("it plays"));
        snapshot.sources.truncate(states.len());
        for (source, (state, retry_in)) in snapshot.sources.iter_mut().zip(states) {
            source.state = (*state).to_owned();
            source.retry_in = *retry_in;
        }
        snapshot
    }

    #[test]
    fn each_server_is_told_for_what_it_is() {
        let of = |states: &[(&str, Option<f64>)]| why(&snapshot(states));
        assert_eq!(of(&[]), "No server holds this title now.");
        let away = [("away", Some(5.2)), ("away", Some(9.0))];
        assert_eq!(of(&away), "None of the 2 servers answers. The next try is in 6 s.");
        assert_eq!(of(&[("gone", None)]), "The only server that holds it does not answer.");
        assert_eq!(
            of(&[("waiting", None), ("quarantined", None), ("away", None)]),
            "alpha is there, but does not hold what comes next. beta sent wrong bytes and is not used again. \
             gamma is away."
        );
    }
}
