//! Why something did not go, in the language of the window: errors of the engine and of the system.

use std::io;

use fetch_engine::{DirectorError, LocatorError, OpenError};

use crate::i18n::t;
use crate::state::words;

/// Why a director did not answer as it should.
pub(super) fn director(why: &DirectorError) -> String {
    match why {
        DirectorError::Address(address) => t!("fault-director-address", address = quoted(address)),
        DirectorError::Unreachable { director, why } => {
            t!("fault-director-unreachable", director = director.as_str(), why = cause(why))
        }
        DirectorError::NotFound { director, message } => {
            t!("fault-director-says", director = director.as_str(), message = plain(message))
        }
        DirectorError::Refused { director, status, message } => {
            let status = status.to_string();
            t!(
                "fault-director-refused",
                director = director.as_str(),
                status = status,
                message = plain(message)
            )
        }
        DirectorError::Malformed { director, why } => {
            t!("fault-director-malformed", director = director.as_str(), why = plain(why))
        }
    }
}

/// Why a stream could not be opened.
pub(super) fn open(why: &OpenError) -> String {
    match why {
        OpenError::NoDirector(title) => t!("fault-no-director", title = title.as_str()),
        OpenError::Director(why) => director(why),
        OpenError::OtherStream { source_url, .. } => {
            t!("fault-other-stream", source = source_url.to_string())
        }
        OpenError::NoFile { name, director, .. } => {
            t!("fault-no-file", director = director.as_str(), file = quoted(name))
        }
        OpenError::Ambiguous { name, count, files } => {
            t!("fault-ambiguous", count = *count, file = quoted(name), files = files.as_str())
        }
        OpenError::SizeUnknown { title, why } => {
            t!("fault-size-unknown", title = title.as_str(), why = plain(why))
        }
        OpenError::NoHonestCopy { title, why } => {
            t!("fault-no-honest-copy", title = title.as_str(), why = plain(why))
        }
        OpenError::Metalink { file, why } => t!("fault-metalink", file = file.as_str(), why = plain(why)),
        OpenError::TooLarge(bytes) => t!("fault-too-large", bytes = *bytes),
        OpenError::NotEmpty(_) => t!("fault-not-empty"),
        OpenError::BlockSize(_) | OpenError::Session(_) => words::sentence(&why.to_string()),
    }
}

/// Why a text names nothing that can be opened.
pub(super) fn locator(why: &LocatorError) -> String {
    match why {
        LocatorError::Form(text) => t!("fault-locator", text = quoted(text)),
        LocatorError::SourceForm(text) => t!("fault-source", text = quoted(text)),
        LocatorError::WebForm(text) => t!("fault-web-address", text = quoted(text)),
        LocatorError::Hash(text) => t!("fault-hash", text = quoted(text)),
        LocatorError::Address(text) => t!("fault-address", text = quoted(text)),
    }
}

/// That there is no thread to work on.
pub(super) fn thread(why: &io::Error) -> String {
    t!("fault-thread", why = system(why))
}

/// What the system says of a file or a connection, without its number for it.
pub(super) fn system(why: &io::Error) -> String {
    plain(&why.to_string())
}

fn quoted(text: &str) -> String {
    format!("“{}”", words::safe(text))
}

/// Words for the middle of a sentence: safe, without the system's number and a full stop.
fn plain(text: &str) -> String {
    words::sentence(text).trim_end_matches('.').to_owned()
}

/// Why nobody was reached. The system says it in its own words; the commonest are said in ours.
fn cause(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    if says(&["connection refused"]) {
        t!("fault-refused-connection")
    } else if says(&["no answer", "timed out"]) {
        t!("fault-timeout")
    } else if says(&["lookup address", "name or service not known", "no address associated"]) {
        t!("fault-no-name")
    } else {
        plain(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commonest_causes_are_said_in_plain_words() {
        let of = |why: &str| {
            director(&DirectorError::Unreachable {
                director: "attic.local:7400".to_owned(),
                why: why.to_owned(),
            })
        };
        assert_eq!(
            of("Connection refused (os error 111)"),
            "The director at attic.local:7400 can't be reached: nothing listens there."
        );
        assert!(of("no answer within 5 s").ends_with("no answer in time."));
        assert!(
            of("failed to lookup address information: Name or service not known").ends_with("of that name.")
        );
        assert!(of("broken pipe (os error 32)").ends_with(": Broken pipe."));
    }

    #[test]
    fn what_was_typed_is_quoted_without_its_control_characters() {
        let why = "no such\u{202e} thing".parse::<fetch_engine::Locator>().expect_err("names nothing");
        let told = locator(&why);
        assert!(told.starts_with("“no such thing”"), "{told}");
    }
}
