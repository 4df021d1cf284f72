//! The engine's reasons in the language of the window: why a server left, and why nobody can send.
//!
//! The engine says them in English, for the terminal and the logs. The ones met most are known here; what a server or
//! the system has said itself stays as it is.

use fetch_engine::snapshot::{Snapshot, SourceSnapshot};

use super::words;
use crate::i18n::t;

/// A reason as part of a sentence.
#[must_use]
pub fn said(why: &str) -> String {
    let why = why.trim_end_matches('.');
    match why {
        "the connection was reset" => return t!("why-reset"),
        "nothing listens there" => return t!("why-refused"),
        "there is no route to it" => return t!("why-no-route"),
        "the server closed the connection" => return t!("why-closed"),
        "it is shutting down" => return t!("why-stopping"),
        "its name has no address" => return t!("why-no-address"),
        _ => {}
    }
    let between = |start: &str, end: &str| {
        let figure = why.strip_prefix(start)?.strip_suffix(end)?;
        figure.parse::<f64>().ok()
    };
    let block = |figure: f64| words::group(figure as u64);
    if let Some(seconds) = between("it was silent for ", " s") {
        t!("why-silent", time = words::exact(seconds))
    } else if let Some(seconds) = between("no answer within ", " s") {
        t!("why-no-answer", time = words::span(seconds))
    } else if let Some(seconds) = between("it gave none of its blocks for ", " s") {
        t!("why-none", time = words::span(seconds))
    } else if let Some(number) = between("block ", " is late by far") {
        t!("why-late", block = block(number))
    } else if let Some(number) = between("it sent wrong bytes as block ", "") {
        t!("why-wrong", block = block(number))
    } else {
        words::safe(why)
    }
}

/// The same as a sentence of its own.
#[must_use]
pub fn sentence(why: &str) -> String {
    let said = said(why);
    let mut letters = said.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// Why nobody can send, or it can't go on: what the engine says of the title, and then what is the case with each
/// server.
#[must_use]
pub fn nobody(why: &str, snapshot: &Snapshot) -> String {
    let begins = |start: &str| why.starts_with(start);
    let told = if begins("No server can send the next part now") {
        t!("nobody-now")
    } else if begins("No server holds this title now. It starts") {
        t!("nobody-holds")
    } else if begins("No server holds this title now") {
        t!("nobody-gave-up")
    } else if begins("Nobody who is there holds block") {
        t!("nobody-part")
    } else if begins("Only plain web servers are left") {
        t!("nobody-proves")
    } else if begins("No server gives this title") {
        t!("nobody-gives")
    } else if begins("No honest copy could be had") {
        t!("nobody-honest")
    } else if begins("No server could send the rest for") {
        t!("nobody-rest")
    } else {
        return words::safe_lines(why);
    };
    let of =
        |source: &SourceSnapshot| t!("nobody-source", name = words::safe(&source.name), what = state(source));
    std::iter::once(told).chain(snapshot.sources.iter().map(of)).collect::<Vec<_>>().join(" ")
}

/// What is the case with one server.
fn state(source: &SourceSnapshot) -> String {
    match (source.state.as_str(), &source.last_error) {
        ("sending" | "waiting", _) => t!("nobody-connected"),
        (_, Some(why)) => said(why),
        ("joining", None) => t!("nobody-joining"),
        ("silent", None) => t!("nobody-silent"),
        ("gone", None) => t!("nobody-gone"),
        ("quarantined", None) => t!("nobody-wrong"),
        _ => t!("nobody-lost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::i18n::tests::Speaking;
    use crate::state::fixture;

    #[test]
    fn known_reasons_are_said_in_each_language_and_others_as_they_are() {
        assert_eq!(said("it was silent for 4.0 s"), "it was silent for 4.0 s");
        assert_eq!(sentence("nothing listens there"), "Nothing listens there.");
        assert_eq!(said("out of paper."), "out of paper");
        let _german = Speaking::of(Language::German);
        assert_eq!(said("it was silent for 4.0 s"), "er schwieg 4,0 s lang");
        assert_eq!(
            said("it sent wrong bytes as block 1234"),
            "er schickte falsche Bytes als Block 1\u{202f}234"
        );
        assert_eq!(sentence("nothing listens there"), "Dort hört niemand zu.");
        assert_eq!(said("out of paper."), "out of paper");
    }

    #[test]
    fn nobody_is_told_server_by_server() {
        let mut snapshot = fixture::snapshot();
        snapshot.sources.truncate(2);
        snapshot.sources[1].state = "away".to_owned();
        snapshot.sources[1].last_error = Some("nothing listens there".to_owned());
        let _german = Speaking::of(Language::German);
        let why = "No server can send the next part now. alpha (a:1): connected.";
        let told = nobody(why, &snapshot);
        assert_eq!(
            told,
            "Kein Server kann den nächsten Teil jetzt schicken. alpha: verbunden. beta: dort hört niemand zu."
        );
        assert_eq!(nobody("Something else.", &snapshot), "Something else.");
    }
}
