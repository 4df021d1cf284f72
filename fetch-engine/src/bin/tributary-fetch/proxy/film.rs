//! A title's answer: conditions, ranges and headers as RFC 9110 has them.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use fetch_engine::FailureKind;
use hyper::body::Incoming;
use hyper::header::{self, HeaderName};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tributary_core::byte_ranges::{self, Wanted as Ranges};

use super::Proxy;
use super::body::{Body, Segment};
use super::response::{put, text};
use super::socket::Ending;
use super::titles::{OpenTitle, Refusal, Wanted};

/// What an encoded file name of a header holds as it is (RFC 8187's attr-char).
const FILE_NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// A client that was told "not now" is to wait so long, in seconds.
const RETRY_AFTER: &str = "5";

/// Answers a request for a title.
pub(super) async fn answer(
    proxy: &Proxy,
    request: &Request<Incoming>,
    ending: &Arc<Ending>,
    wanted: Wanted,
) -> Response<Body> {
    let by_hash = matches!(wanted, Wanted::Stream(_));
    let title = match proxy.titles.open(wanted).await {
        Ok(title) => title,
        Err(refusal) => return refused(&refusal),
    };
    let etag = format!("\"{}\"", title.stream().id());
    let given = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if given(header::IF_MATCH).is_some_and(|tags| !matches(tags, &etag, false)) {
        return text(StatusCode::PRECONDITION_FAILED, &format!("the title is {etag} now"));
    }
    if given(header::IF_NONE_MATCH).is_some_and(|tags| matches(tags, &etag, true)) {
        return with_facts(Response::new(Body::empty()), StatusCode::NOT_MODIFIED, &title, &etag, by_hash);
    }
    // A range of what the client does not have would be glued to something else.
    let same = given(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let is_get = request.method() == Method::GET;
    let asked = given(header::RANGE).filter(|_| same && is_get);
    let size = title.stream().size();
    let mime = title.mime().await;
    let whole = Range { start: 0, end: size };
    let (status, ranges) = match byte_ranges::parse(asked, size) {
        Ranges::Whole => (StatusCode::OK, vec![whole]),
        Ranges::Parts(parts) => (StatusCode::PARTIAL_CONTENT, parts),
        Ranges::Nothing => {
            let words = format!("the title has {size} bytes, and none of those that were asked for");
            let mut answer = text(StatusCode::RANGE_NOT_SATISFIABLE, &words);
            put(&mut answer, header::CONTENT_RANGE, &format!("bytes */{size}"));
            return answer;
        }
    };
    let (segments, kind) = if ranges.len() == 1 {
        (VecDeque::from([Segment::Range(ranges[0].clone())]), mime.to_owned())
    } else {
        multipart(&ranges, size, mime, &title.stream().id().to_string())
    };
    let length: u64 = segments.iter().map(Segment::len).sum();
    let body = if is_get && size > 0 {
        match body(proxy, &title, ranges[0].clone(), segments, ending).await {
            Ok(body) => body,
            Err(refusal) => return refused(&refusal),
        }
    } else {
        Body::empty()
    };
    let mut answer = with_facts(Response::new(body), status, &title, &etag, by_hash);
    put(&mut answer, header::CONTENT_TYPE, &kind);
    put(&mut answer, header::CONTENT_LENGTH, &length.to_string());
    if let ([range], StatusCode::PARTIAL_CONTENT) = (&ranges[..], status) {
        put(&mut answer, header::CONTENT_RANGE, &content_range(range, size));
    }
    answer
}

async fn body(
    proxy: &Proxy,
    title: &OpenTitle,
    first: Range<u64>,
    segments: VecDeque<Segment>,
    ending: &Arc<Ending>,
) -> Result<Body, Refusal> {
    let reader = title.stream().reader(first).map_err(|why| Refusal::Busy(why.to_string()))?;
    let body =
        Body::of_title(title.clone(), reader, segments, Arc::clone(ending), Arc::clone(&proxy.metrics));
    body.await.map_err(|why| match title.stream().failure().map(|failure| failure.kind) {
        Some(FailureKind::NoHonestCopy) => Refusal::NoHonestCopy(why.to_string()),
        _ => Refusal::Nobody(why.to_string()),
    })
}

/// The parts of a `multipart/byteranges` body, and its MIME type.
fn multipart(ranges: &[Range<u64>], size: u64, mime: &str, hash: &str) -> (VecDeque<Segment>, String) {
    // No film holds its own hash.
    let boundary = format!("tributary-{hash}");
    let mut segments = VecDeque::new();
    for (place, range) in ranges.iter().enumerate() {
        let line = if place == 0 { "" } else { "\r\n" };
        let head = format!(
            "{line}--{boundary}\r\ncontent-type: {mime}\r\ncontent-range: {}\r\n\r\n",
            content_range(range, size)
        );
        segments.push_back(Segment::Words(Bytes::from(head)));
        segments.push_back(Segment::Range(range.clone()));
    }
    segments.push_back(Segment::Words(Bytes::from(format!("\r\n--{boundary}--\r\n"))));
    (segments, format!("multipart/byteranges; boundary={boundary}"))
}

fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end - 1)
}

/// Whether a list of entity tags names this one; `weakly`, also as a weak one.
fn matches(tags: &str, etag: &str, weakly: bool) -> bool {
    let same = |tag: &str| tag == etag || (weakly && tag.strip_prefix("W/") == Some(etag));
    tags.trim() == "*" || tags.split(',').map(str::trim).any(same)
}

/// Headers that do not depend on the range.
fn with_facts(
    mut answer: Response<Body>,
    status: StatusCode,
    title: &OpenTitle,
    etag: &str,
    by_hash: bool,
) -> Response<Body> {
    *answer.status_mut() = status;
    put(&mut answer, header::ETAG, etag);
    put(&mut answer, header::ACCEPT_RANGES, "bytes");
    // A name may come to stand for another film; a hash never does.
    let kept = if by_hash { "public, max-age=31536000, immutable" } else { "no-cache" };
    put(&mut answer, header::CACHE_CONTROL, kept);
    if let Some(known) = title.known() {
        if !known.file_name.is_empty() {
            put(&mut answer, header::CONTENT_DISPOSITION, &disposition(&known.file_name));
        }
        if known.added_at > 0 && !by_hash {
            let added = UNIX_EPOCH + Duration::from_secs(known.added_at.min(MAX_TIME));
            put(&mut answer, header::LAST_MODIFIED, &httpdate::fmt_http_date(added));
        }
    }
    answer
}

/// Latest time that an HTTP date can tell: the end of the year 9999.
const MAX_TIME: u64 = 253_402_300_799;

/// The file's name for who saves it, in ASCII and in full.
fn disposition(file_name: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() && !"\"\\%/".contains(c) || c == ' ' { c } else { '_' };
    let ascii: String = file_name.chars().map(plain).collect();
    format!("inline; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(file_name, FILE_NAME))
}

fn refused(refusal: &Refusal) -> Response<Body> {
    let mut answer = text(refusal.status(), &refusal.to_string());
    if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
        put(&mut answer, header::RETRY_AFTER, RETRY_AFTER);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_as_rfc_9110_has_it() {
        for (tags, weakly, same) in [
            ("\"a\"", false, true),
            ("\"b\", \"a\"", false, true),
            ("*", false, true),
            ("W/\"a\"", true, true),
            ("W/\"a\"", false, false),
            ("\"ab\"", true, false),
            ("", true, false),
        ] {
            assert_eq!(matches(tags, "\"a\"", weakly), same, "{tags}");
        }
    }

    #[test]
    fn a_file_name_is_told_whatever_is_in_it() {
        assert_eq!(
            disposition("Käse \"1\"/2.mkv"),
            "inline; filename=\"K_se _1__2.mkv\"; filename*=UTF-8''K%C3%A4se%20%221%22%2F2.mkv"
        );
    }

    #[test]
    fn several_ranges_make_one_body_of_known_length() {
        let (segments, mime) = multipart(&[0..5, 90..100], 100, "video/mp4", "abc");
        assert_eq!(mime, "multipart/byteranges; boundary=tributary-abc");
        let mut text = String::new();
        for segment in &segments {
            match segment {
                Segment::Words(words) => text.push_str(std::str::from_utf8(words).unwrap()),
                Segment::Range(range) => text.push_str(&"x".repeat((range.end - range.start) as usize)),
            }
        }
        assert_eq!(
            text,
            "--tributary-abc\r\ncontent-type: video/mp4\r\ncontent-range: bytes 0-4/100\r\n\r\nxxxxx\r\n\
             --tributary-abc\r\ncontent-type: video/mp4\r\ncontent-range: bytes 90-99/100\r\n\r\nxxxxxxxxxx\r\n\
             --tributary-abc--\r\n"
        );
        assert_eq!(segments.iter().map(Segment::len).sum::<u64>(), text.len() as u64);
    }
}
