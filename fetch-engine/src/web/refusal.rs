//! Whether an answer of a web server is what was asked for, and in plain words what is wrong where it
//! isn't.

use std::fmt::Display;
use std::ops::Range;
use std::time::Duration;

use tributary_core::wire::ErrorCode;

use super::address::WebUrl;
use super::body::Body;
use super::head::{Head, Validators};
use super::source::WebSource;

/// Longest time that a server can have itself left alone for by `Retry-After`.
pub(crate) const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Why a connection can't go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The server, or its file, is of no use: now, or for good, as the code says.
    Refused {
        /// As a content server would say it.
        code: ErrorCode,
        /// For people.
        message: String,
    },
    /// The file is somewhere else.
    Moved(WebUrl),
}

fn refused(code: ErrorCode, message: impl Into<String>) -> Stop {
    Stop::Refused { code, message: message.into() }
}

/// An answer that is not HTTP, or ends in the wrong place.
pub(crate) fn malformed(why: impl Display) -> Stop {
    refused(ErrorCode::Malformed, why.to_string())
}

/// An answer that doesn't fit what was asked.
pub(crate) fn unexpected(why: impl Display) -> Stop {
    refused(ErrorCode::Unexpected, why.to_string())
}

/// The file is not the one that it was, or that others have.
pub(crate) fn changed() -> Stop {
    refused(ErrorCode::Refused, "its file was changed while it was fetched")
}

/// A copy of another size.
pub(crate) fn other_size(has: u64, wanted: u64) -> Stop {
    refused(ErrorCode::SizeMismatch, format!("its file has {has} bytes instead of {wanted}"))
}

/// Checks the answer to a request for `range` of a file of `size` bytes, and gives the body that
/// follows.
pub(crate) fn check(head: &Head, range: &Range<u64>, size: u64, source: &WebSource) -> Result<Body, Stop> {
    let whole = range.start == 0 && range.end == size;
    let (first, last, of) = match (head.status, &head.range) {
        (206, Some(told)) => {
            let (first, last) = told.bytes.ok_or_else(|| unexpected("it sent no range that can be read"))?;
            (first, last, told.size.ok_or_else(no_size)?)
        }
        // Some servers answer so when all was asked for.
        (200, _) if whole && head.length == Some(size) => (0, size.saturating_sub(1), size),
        _ => return Err(of_status(head, size, source)),
    };
    if of != size {
        return Err(other_size(of, size));
    }
    packed(head)?;
    let length = range.end - range.start;
    if (first, last + 1) != (range.start, range.end) || head.length.is_some_and(|told| told != length) {
        return Err(unexpected("it sent other bytes than those that were asked for"));
    }
    source.agree(&head.validators).map_err(|()| changed())?;
    source.answered();
    Ok(Body::new(length, head.chunked))
}

/// Checks the answer to a request for a whole document.
pub(crate) fn check_document(head: &Head, source: &WebSource) -> Result<(), Stop> {
    if head.status != 200 {
        return Err(of_status(head, 0, source));
    }
    packed(head)?;
    source.answered();
    Ok(())
}

/// Whether a refusal with this code is for good.
pub(crate) const fn is_final(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::NoSuchStream | ErrorCode::SizeMismatch | ErrorCode::Refused)
}

/// A redirect that leads to another, again and again.
pub(crate) const TOO_MANY_REDIRECTS: &str = "it sends us from one address to the next";

/// Checks the answer to a request for the first byte of a file of unknown size; gives its size and what
/// identifies the copy.
pub(crate) fn check_first(head: &Head, source: &WebSource) -> Result<(u64, Validators), Stop> {
    let told = match (head.status, &head.range) {
        (206, Some(told)) => told.size.ok_or_else(no_size)?,
        // A file of no bytes has no first one.
        (416, Some(told)) if told.size == Some(0) => 0,
        (200, _) if head.length.is_some_and(|length| length <= 1) => head.length.unwrap_or(0),
        _ => return Err(of_status(head, 0, source)),
    };
    packed(head)?;
    source.agree(&head.validators).map_err(|()| changed())?;
    source.answered();
    Ok((told, head.validators.clone()))
}

fn no_size() -> Stop {
    refused(ErrorCode::Refused, "it does not tell how long its file is")
}

fn packed(head: &Head) -> Result<(), Stop> {
    match &head.encoding {
        Some(encoding) => {
            let why = format!("it sends its file packed ({encoding}), though it was asked not to");
            Err(refused(ErrorCode::Refused, why))
        }
        None if head.multipart => Err(unexpected("it sent several ranges where one was asked for")),
        None => Ok(()),
    }
}

/// What a status that brings no bytes of the file means.
fn of_status(head: &Head, size: u64, source: &WebSource) -> Stop {
    let status = head.status;
    let answered = |what: &str| format!("it answered {status} ({what})");
    if matches!(status, 301 | 302 | 303 | 307 | 308) {
        let to = head.location.as_deref().and_then(|location| source.at().redirected(location));
        return to.map_or_else(
            || refused(ErrorCode::Refused, answered("moved to where it can't be followed")),
            Stop::Moved,
        );
    }
    if matches!(status, 401 | 403 | 404 | 410) && source.forget_redirect() {
        // Where a redirect led may be true for a while only: the next try begins where it began.
        return refused(ErrorCode::Busy, answered("the address it sent us to is no longer good"));
    }
    match status {
        200 => refused(ErrorCode::Refused, "it does not serve parts of files (no Range support)"),
        206 => refused(ErrorCode::Refused, "it does not say which part of its file it sends"),
        404 | 410 => refused(ErrorCode::NoSuchStream, answered("there is no such file")),
        401 | 403 | 407 | 451 => refused(ErrorCode::Refused, answered("it may not be had")),
        416 => match head.range.and_then(|range| range.size) {
            Some(has) if has != size => other_size(has, size),
            _ => refused(ErrorCode::Refused, answered("it does not give this part of its file")),
        },
        408 | 429 | 500 | 502 | 503 | 504 => {
            let what = match status {
                429 => "too many requests",
                408 | 504 => "it took too long",
                _ => "it has a fault, or is overloaded",
            };
            source.leave_alone(head.retry_after.map(|wait| wait.min(MAX_RETRY_AFTER)));
            refused(ErrorCode::Busy, answered(what))
        }
        _ => refused(ErrorCode::Refused, answered("nothing that can be used")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::head::ContentRange;
    use super::*;

    fn source() -> WebSource {
        WebSource::new("http://h/film.mp4".parse().unwrap())
    }

    fn head(status: u16, bytes: Option<(u64, u64)>, size: u64) -> Head {
        let range = Some(ContentRange { bytes, size: Some(size) });
        Head { status, range, ..Head::default() }
    }

    fn stopped(head: &Head) -> (ErrorCode, String) {
        match check(head, &(10..20), 100, &source()) {
            Err(Stop::Refused { code, message }) => (code, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn takes_the_range_that_was_asked_for_and_no_other() {
        let good = Head { length: Some(10), ..head(206, Some((10, 19)), 100) };
        assert_eq!(check(&good, &(10..20), 100, &source()), Ok(Body::Plain(10)));
        assert_eq!(stopped(&head(206, Some((10, 18)), 100)).0, ErrorCode::Unexpected);
        assert_eq!(stopped(&Head { length: Some(9), ..good.clone() }).0, ErrorCode::Unexpected);
        assert_eq!(
            stopped(&head(206, Some((10, 19)), 99)),
            (ErrorCode::SizeMismatch, "its file has 99 bytes instead of 100".to_owned())
        );
        assert!(stopped(&Head { encoding: Some("gzip".to_owned()), ..good.clone() }).1.contains("gzip"));
        let whole = Head { status: 200, length: Some(20), ..Head::default() };
        assert_eq!(check(&whole, &(0..20), 20, &source()), Ok(Body::Plain(20)));
        assert!(stopped(&whole).1.contains("no Range support"));
    }

    #[test]
    fn each_status_has_its_words_and_its_consequence() {
        let status = |status| stopped(&Head { status, ..Head::default() });
        assert_eq!(status(404), (ErrorCode::NoSuchStream, "it answered 404 (there is no such file)".into()));
        assert_eq!(status(403).0, ErrorCode::Refused);
        assert_eq!(status(503).0, ErrorCode::Busy);
        assert_eq!(status(101).0, ErrorCode::Refused);
        assert_eq!(stopped(&head(416, None, 7)).0, ErrorCode::SizeMismatch);
    }

    #[test]
    fn a_server_that_asks_for_it_is_left_alone() {
        let source = source();
        let busy = Head { status: 429, retry_after: Some(Duration::from_secs(86_400)), ..Head::default() };
        assert!(check(&busy, &(0..5), 9, &source).is_err());
        let wait = source.waits().unwrap();
        assert!(wait <= MAX_RETRY_AFTER && wait > MAX_RETRY_AFTER / 2, "{wait:?}");
    }

    #[test]
    fn a_file_that_changes_is_refused() {
        let source = source();
        let with = |tag: &str| {
            let validators = Validators { tag: Some(tag.to_owned()), modified: None };
            Head { validators, ..head(206, Some((0, 4)), 9) }
        };
        assert!(check(&with("a"), &(0..5), 9, &source).is_ok());
        assert!(check(&with("a"), &(0..5), 9, &source).is_ok());
        assert_eq!(check(&with("b"), &(0..5), 9, &source), Err(changed()));
    }

    #[test]
    fn a_redirect_is_followed_and_forgotten_when_it_is_no_longer_good() {
        let source = source();
        let moved = Head { status: 302, location: Some("/other".to_owned()), ..Head::default() };
        let Err(Stop::Moved(to)) = check(&moved, &(0..5), 9, &source) else { panic!("not followed") };
        assert_eq!(to.to_string(), "http://h/other");
        source.moved(to);
        let gone = Head { status: 403, ..Head::default() };
        let refused = |code| matches!(check(&gone, &(0..5), 9, &source), Err(Stop::Refused { code: c, .. }) if c == code);
        assert!(refused(ErrorCode::Busy));
        assert_eq!(source.at().to_string(), "http://h/film.mp4");
        assert!(refused(ErrorCode::Refused));
        let away = Head { status: 302, location: Some("ftp://h/".to_owned()), ..Head::default() };
        assert!(matches!(check(&away, &(0..5), 9, &source), Err(Stop::Refused { .. })));
    }
}
