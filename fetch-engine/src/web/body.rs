//! The body of a web server's answer: where it ends, and its bytes without what frames them.

use bytes::{Buf, BytesMut};

/// Longest line that announces a chunk, or that follows the last one, in bytes.
const MAX_LINE_BYTES: usize = 1 << 10;
/// Most lines after the last chunk.
const MAX_TRAILER_LINES: u32 = 64;

/// Where a body stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// So many bytes are to come, as they are.
    Plain(u64),
    /// Bytes in chunks.
    Chunked(Chunk),
    /// All is here.
    Done,
}

/// Where a body in chunks stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunk {
    /// A line that announces a chunk comes next.
    Size,
    /// So many bytes of a chunk are to come.
    Bytes(u64),
    /// The end of the line after a chunk.
    LineEnd,
    /// Lines after the last chunk; how many there were.
    Trailer(u32),
}

/// A body whose framing can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the chunks of its answer can't be read")]
pub(crate) struct BadBody;

impl Body {
    /// A body of `length` bytes, in chunks or not.
    pub(crate) const fn new(length: u64, chunked: bool) -> Self {
        match (chunked, length) {
            (true, _) => Self::Chunked(Chunk::Size),
            (false, 0) => Self::Done,
            (false, _) => Self::Plain(length),
        }
    }

    pub(crate) const fn is_done(self) -> bool {
        matches!(self, Self::Done)
    }

    /// Takes at most `most` bytes of the body out of `raw`; none where what is there holds none.
    pub(crate) fn take(&mut self, raw: &mut BytesMut, most: usize) -> Result<BytesMut, BadBody> {
        loop {
            match self {
                Self::Done => return Ok(BytesMut::new()),
                Self::Plain(left) | Self::Chunked(Chunk::Bytes(left)) => {
                    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(raw.len()).min(most);
                    *left -= here as u64;
                    if *left == 0 {
                        *self = self.after();
                    }
                    return Ok(raw.split_to(here));
                }
                Self::Chunked(state) => {
                    let Some(next) = state.read_line(raw)? else { return Ok(BytesMut::new()) };
                    *self = next;
                }
            }
        }
    }

    /// What follows when a run of bytes is whole.
    const fn after(self) -> Self {
        match self {
            Self::Chunked(_) => Self::Chunked(Chunk::LineEnd),
            Self::Plain(_) | Self::Done => Self::Done,
        }
    }
}

impl Chunk {
    /// Reads a line, where a whole one is here, and gives what follows it.
    fn read_line(self, raw: &mut BytesMut) -> Result<Option<Body>, BadBody> {
        let end = raw.iter().take(MAX_LINE_BYTES).position(|byte| *byte == b'\n');
        let Some(end) = end else {
            return if raw.len() >= MAX_LINE_BYTES { Err(BadBody) } else { Ok(None) };
        };
        let next = {
            let line = raw[..end].trim_ascii();
            match self {
                Self::Size => match size(line)? {
                    0 => Body::Chunked(Self::Trailer(0)),
                    size => Body::Chunked(Self::Bytes(size)),
                },
                Self::LineEnd if line.is_empty() => Body::Chunked(Self::Size),
                Self::Trailer(_) if line.is_empty() => Body::Done,
                Self::Trailer(lines) if lines < MAX_TRAILER_LINES => Body::Chunked(Self::Trailer(lines + 1)),
                Self::LineEnd | Self::Trailer(_) | Self::Bytes(_) => return Err(BadBody),
            }
        };
        raw.advance(end + 1);
        Ok(Some(next))
    }
}

/// Reads the hexadecimal size before a chunk's extensions.
fn size(line: &[u8]) -> Result<u64, BadBody> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let digits = std::str::from_utf8(digits).map_err(|_| BadBody)?;
    if digits.starts_with('+') {
        return Err(BadBody);
    }
    u64::from_str_radix(digits, 16).map_err(|_| BadBody)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `text` in pieces of `step` bytes and takes at most `most` at a time.
    fn read(mut body: Body, text: &[u8], step: usize, most: usize) -> Result<(Vec<u8>, BytesMut), BadBody> {
        let (mut raw, mut out) = (BytesMut::new(), Vec::new());
        for piece in text.chunks(step) {
            raw.extend_from_slice(piece);
            loop {
                let part = body.take(&mut raw, most)?;
                if part.is_empty() {
                    break;
                }
                out.extend_from_slice(&part);
            }
        }
        assert!(body.is_done(), "{body:?}");
        Ok((out, raw))
    }

    #[test]
    fn a_plain_body_ends_where_its_length_says() {
        for step in 1..12 {
            let (out, rest) = read(Body::new(5, false), b"helloHTTP", step, 3).unwrap();
            assert_eq!((out.as_slice(), &rest[..]), (b"hello".as_slice(), b"HTTP".as_slice()));
        }
        assert!(Body::new(0, false).is_done());
    }

    #[test]
    fn chunks_are_joined_wherever_they_are_cut() {
        let text = b"3\r\nhel\r\n0002;x=y\r\nlo\r\n0\r\nsome: trailer\r\n\r\nHTTP";
        for step in 1..text.len() {
            let (out, rest) = read(Body::new(5, true), text, step, 2).unwrap();
            assert_eq!((out.as_slice(), &rest[..]), (b"hello".as_slice(), b"HTTP".as_slice()), "{step}");
        }
    }

    #[test]
    fn chunks_that_can_not_be_read_are_refused() {
        let long = [b'1'; MAX_LINE_BYTES];
        let trailers = format!("0\r\n{}", "a: b\r\n".repeat(MAX_TRAILER_LINES as usize + 1));
        let endless = trailers.as_bytes();
        for text in [b"x\r\n".as_slice(), b"-1\r\n", b"+1\r\na", b"1\r\nab\r\n", b"\r\n", &long, endless] {
            let mut body = Body::new(1, true);
            let mut raw = BytesMut::from(text);
            let refused = (0..100).any(|_| body.take(&mut raw, 100).is_err());
            assert!(refused, "{:?}", String::from_utf8_lossy(text));
        }
    }
}
