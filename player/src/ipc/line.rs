//! Cutting a byte stream into lines of bounded length.

/// Longest line a client may send, in bytes, without its newline.
pub(super) const MAX_LINE_BYTES: usize = 64 * 1024;

/// A client sent more than [`MAX_LINE_BYTES`] without a newline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line longer than {MAX_LINE_BYTES} bytes")]
pub(super) struct LineTooLong;

/// Bytes received and not yet cut into lines.
#[derive(Debug, Default)]
pub(super) struct LineBuffer {
    pending: Vec<u8>,
}

impl LineBuffer {
    /// Adds bytes from the socket and hands each complete, non-empty line to `on_line`.
    pub(super) fn push(&mut self, bytes: &[u8], mut on_line: impl FnMut(&[u8])) -> Result<(), LineTooLong> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.pending.extend_from_slice(piece);
            let ended = self.pending.last() == Some(&b'\n');
            let length = self.pending.len() - usize::from(ended);
            if length > MAX_LINE_BYTES {
                return Err(LineTooLong);
            }
            if ended {
                let line = self.pending[..length].trim_ascii();
                if !line.is_empty() {
                    on_line(line);
                }
                self.pending.clear();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let mut buffer = LineBuffer::default();
        let mut out = Vec::new();
        for piece in pieces {
            buffer.push(piece, |line| out.push(String::from_utf8_lossy(line).into_owned())).unwrap();
        }
        out
    }

    #[test]
    fn lines_are_cut_wherever_the_pieces_end() {
        assert_eq!(lines(&[b"one\ntwo\r\n", b"\n  \nth", b"ree", b"\nfour"]), ["one", "two", "three"]);
    }

    #[test]
    fn a_line_at_the_bound_passes_and_one_more_byte_does_not() {
        let mut buffer = LineBuffer::default();
        let mut seen = 0;
        buffer.push(&vec![b'a'; MAX_LINE_BYTES], |_| seen += 1).unwrap();
        buffer.push(b"\n", |line| seen += line.len()).unwrap();
        assert_eq!(seen, MAX_LINE_BYTES);
        assert_eq!(buffer.push(&vec![b'a'; MAX_LINE_BYTES + 1], |_| ()), Err(LineTooLong));
    }
}
