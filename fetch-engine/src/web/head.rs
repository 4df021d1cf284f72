//! The head of a web server's answer: read within bounds, reduced to what matters here.

use std::time::Duration;

use crate::text;

/// Largest head of an answer, in bytes.
pub(crate) const MAX_HEAD_BYTES: usize = 32 << 10;
/// Most header lines of an answer.
const MAX_HEADER_LINES: usize = 128;
/// Longest header value that is kept, in characters.
const MAX_VALUE_CHARS: usize = 8 << 10;

/// What a server says its copy is: two answers about the same bytes say the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Validators {
    /// `ETag`.
    pub(crate) tag: Option<String>,
    /// `Last-Modified`.
    pub(crate) modified: Option<String>,
}

/// Which bytes of how many an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentRange {
    /// First and last byte; none in the answer to a range that can't be had.
    pub(crate) bytes: Option<(u64, u64)>,
    /// Bytes of the whole file; none where the server doesn't tell.
    pub(crate) size: Option<u64>,
}

/// A head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Bytes of the body.
    pub(crate) length: Option<u64>,
    /// The body comes in chunks.
    pub(crate) chunked: bool,
    pub(crate) range: Option<ContentRange>,
    pub(crate) validators: Validators,
    /// Where a redirect leads.
    pub(crate) location: Option<String>,
    /// The server closes the connection after this answer.
    pub(crate) closes: bool,
    /// How many more requests the server takes on this connection.
    pub(crate) takes_more: Option<u64>,
    pub(crate) retry_after: Option<Duration>,
    /// How the body is packed, where it is.
    pub(crate) encoding: Option<String>,
    /// The body is several ranges in one.
    pub(crate) multipart: bool,
}

/// A head that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadHead {
    /// Not HTTP.
    #[error("its answer is not HTTP ({0})")]
    Syntax(httparse::Error),
    /// Without an end.
    #[error("its answer begins with more than {MAX_HEAD_BYTES} bytes of headers")]
    TooLong,
    /// Headers that contradict each other, or can't be read.
    #[error("its answer has a header {0} that can't be used")]
    Header(&'static str),
}

impl Head {
    /// Reads a head from the start of `bytes`; gives its length too. Nothing where it isn't whole yet.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, BadHead> {
        let mut lines = [httparse::EMPTY_HEADER; MAX_HEADER_LINES];
        let mut response = httparse::Response::new(&mut lines);
        let seen = &bytes[..bytes.len().min(MAX_HEAD_BYTES)];
        let len = match response.parse(seen).map_err(BadHead::Syntax)? {
            httparse::Status::Complete(len) => len,
            httparse::Status::Partial if bytes.len() >= MAX_HEAD_BYTES => return Err(BadHead::TooLong),
            httparse::Status::Partial => return Ok(None),
        };
        let mut head = Self {
            status: response.code.unwrap_or(0),
            closes: response.version == Some(0),
            ..Self::default()
        };
        for line in response.headers.iter() {
            head.take(line.name, line.value)?;
        }
        Ok(Some((head, len)))
    }

    /// An answer before the answer: "going on", "early hints".
    pub(crate) const fn is_interim(&self) -> bool {
        matches!(self.status, 100 | 102..=199)
    }

    fn take(&mut self, name: &str, value: &[u8]) -> Result<(), BadHead> {
        let value = text::clean(String::from_utf8_lossy(value).trim(), MAX_VALUE_CHARS);
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("content-length") {
            let length = value.parse().map_err(|_| BadHead::Header("Content-Length"))?;
            if self.length.replace(length).is_some_and(|before| before != length) {
                return Err(BadHead::Header("Content-Length"));
            }
        } else if is("transfer-encoding") {
            if !value.eq_ignore_ascii_case("chunked") || self.chunked {
                return Err(BadHead::Header("Transfer-Encoding"));
            }
            self.chunked = true;
        } else if is("content-range") {
            self.range = Some(content_range(&value).ok_or(BadHead::Header("Content-Range"))?);
        } else if is("etag") {
            self.validators.tag = Some(value);
        } else if is("last-modified") {
            self.validators.modified = Some(value);
        } else if is("location") {
            self.location = Some(value);
        } else if is("connection") {
            let words = || value.split(',').map(str::trim);
            self.closes |= words().any(|word| word.eq_ignore_ascii_case("close"));
            self.closes &= !words().any(|word| word.eq_ignore_ascii_case("keep-alive"));
        } else if is("keep-alive") {
            let word = |word: &str| word.trim().strip_prefix("max=").and_then(|count| count.parse().ok());
            self.takes_more = value.split(',').find_map(word);
        } else if is("retry-after") {
            self.retry_after = value.parse().ok().map(Duration::from_secs);
        } else if is("content-encoding") {
            self.encoding = (!value.eq_ignore_ascii_case("identity")).then_some(value);
        } else if is("content-type") {
            self.multipart = value.to_ascii_lowercase().starts_with("multipart/");
        }
        Ok(())
    }
}

/// Reads `bytes A-B/SIZE`, `bytes A-B/*` or `bytes */SIZE`.
fn content_range(value: &str) -> Option<ContentRange> {
    let (unit, rest) = value.split_once(' ')?;
    let (bytes, size) = rest.trim().split_once('/')?;
    let size = if size == "*" { None } else { Some(size.parse().ok()?) };
    let bytes = if bytes == "*" {
        None
    } else {
        let (first, last) = bytes.split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()?))
    };
    let sound = match (bytes, size) {
        (Some((first, last)), size) => first <= last && size.is_none_or(|size| last < size),
        (None, size) => size.is_some(),
    };
    (unit.eq_ignore_ascii_case("bytes") && sound).then_some(ContentRange { bytes, size })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Option<Head>, BadHead> {
        Head::parse(text.as_bytes()).map(|head| head.map(|(head, _)| head))
    }

    #[test]
    fn reads_what_nginx_says() {
        let text = "HTTP/1.1 206 Partial Content\r\nServer: nginx\r\nDate: Sun, 22 Nov 2026 16:50:00 GMT\r\n\
                    Content-Type: video/mp4\r\nContent-Length: 100\r\nLast-Modified: yesterday\r\n\
                    Connection: keep-alive\r\nETag: \"1-2\"\r\nContent-Range: bytes 0-99/33554432\r\n\r\nbody";
        let (head, len) = Head::parse(text.as_bytes()).unwrap().unwrap();
        assert_eq!(&text[len..], "body");
        assert_eq!((head.status, head.length, head.closes), (206, Some(100), false));
        assert_eq!(head.range, Some(ContentRange { bytes: Some((0, 99)), size: Some(33_554_432) }));
        let validators =
            Validators { tag: Some("\"1-2\"".to_owned()), modified: Some("yesterday".to_owned()) };
        assert_eq!(head.validators, validators);
        for end in 0..len {
            assert_eq!(Head::parse(&text.as_bytes()[..end]), Ok(None), "{end}");
        }
    }

    #[test]
    fn knows_when_a_connection_ends() {
        let closes = |text: &str| parse(text).unwrap().unwrap().closes;
        assert!(closes("HTTP/1.0 206 x\r\n\r\n"));
        assert!(!closes("HTTP/1.0 206 x\r\nConnection: Keep-Alive\r\n\r\n"));
        assert!(closes("HTTP/1.1 206 x\r\nconnection: foo, Close\r\n\r\n"));
        assert!(!closes("HTTP/1.1 206 x\r\n\r\n"));
        let head = parse("HTTP/1.1 206 x\r\nKeep-Alive: timeout=5, max=99\r\n\r\n").unwrap().unwrap();
        assert_eq!(head.takes_more, Some(99));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let refused = |lines: &str| parse(&format!("HTTP/1.1 206 x\r\n{lines}\r\n")).is_err();
        for lines in [
            "Content-Length: -1\r\n",
            "Content-Length: 1\r\nContent-Length: 2\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Content-Range: bytes 5-4/10\r\n",
            "Content-Range: bytes 0-10/10\r\n",
            "Content-Range: pages 0-1/10\r\n",
            "Content-Range: bytes */*\r\n",
            "Content-Range: bytes 0-99999999999999999999/5\r\n",
            "no colon\r\n",
        ] {
            assert!(refused(lines), "{lines}");
        }
        assert!(parse("SSH-2.0-OpenSSH\r\n").is_err());
        let endless = format!("HTTP/1.1 206 x\r\nx: {}", "y".repeat(MAX_HEAD_BYTES));
        assert_eq!(parse(&endless), Err(BadHead::TooLong));
        assert!(
            parse(&format!("HTTP/1.1 206 x\r\n{}\r\n", "a: b\r\n".repeat(MAX_HEADER_LINES + 1))).is_err()
        );
    }
}
