//! Server-sent events: bytes in, events out.

/// Most bytes of one event; a stream that holds more is no stream of ours.
const MAX_EVENT_BYTES: usize = 1 << 20;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SseEvent {
    /// Its name; empty where the server gave none.
    pub(super) name: String,
    /// Its data, lines joined.
    pub(super) data: String,
}

/// An event longer than any a director sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is longer than {MAX_EVENT_BYTES} bytes")]
pub(super) struct TooLong;

/// Takes an event stream apart.
#[derive(Debug, Default)]
pub(super) struct SseParser {
    line: Vec<u8>,
    event: SseEvent,
    has_data: bool,
    after_cr: bool,
}

impl SseParser {
    /// Takes bytes as they come and adds every event they complete to `out`. Comments are dropped.
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<SseEvent>) -> Result<(), TooLong> {
        for byte in bytes {
            match byte {
                b'\n' if self.after_cr => {}
                b'\n' | b'\r' => self.end_line(out),
                byte => self.line.push(*byte),
            }
            self.after_cr = *byte == b'\r';
            if self.line.len() + self.event.data.len() > MAX_EVENT_BYTES {
                return Err(TooLong);
            }
        }
        Ok(())
    }

    fn end_line(&mut self, out: &mut Vec<SseEvent>) {
        let line = String::from_utf8_lossy(&self.line).into_owned();
        self.line.clear();
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            if std::mem::take(&mut self.has_data) {
                out.push(event);
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, piece: usize) -> Vec<(String, String)> {
        let (mut parser, mut out) = (SseParser::default(), Vec::new());
        for bytes in text.as_bytes().chunks(piece) {
            parser.feed(bytes, &mut out).unwrap();
        }
        out.into_iter().map(|event| (event.name, event.data)).collect()
    }

    #[test]
    fn events_come_out_however_the_bytes_are_cut() {
        let text = ": hello\n\nevent: sources\ndata: {\"a\":\ndata: 1}\n\ndata:x\r\n\r\nevent: empty\n\nid: 3\ndata\n\n";
        let expected = [("sources", "{\"a\":\n1}"), ("", "x"), ("", "")]
            .map(|(name, data)| (name.to_owned(), data.to_owned()));
        for piece in [1, 2, 7, 1000] {
            assert_eq!(parse(text, piece), expected);
        }
    }

    #[test]
    fn an_endless_line_ends_the_stream() {
        let mut out = Vec::new();
        assert_eq!(SseParser::default().feed(&vec![b'x'; MAX_EVENT_BYTES + 1], &mut out), Err(TooLong));
    }
}
