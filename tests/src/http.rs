//! Just enough HTTP/1.1 to ask a director or a content server: one request a connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Header lines, as they came.
    pub head: String,
    /// Body.
    pub body: Vec<u8>,
}

/// `GET path` at `HOST:PORT`, with more header lines (each ending in `\r\n`).
///
/// # Errors
/// Where there is no connection or no whole answer within 5 s.
pub fn get(address: &str, path: &str, headers: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse(&answer).ok_or_else(|| std::io::Error::other("no whole HTTP answer"))
}

/// `GET path`, taken as JSON; nothing where that fails.
#[must_use]
pub fn get_json(address: &str, path: &str) -> Option<serde_json::Value> {
    let answer = get(address, path, "").ok().filter(|answer| answer.status == 200)?;
    serde_json::from_slice(&answer.body).ok()
}

fn parse(answer: &[u8]) -> Option<Answer> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head, body: answer[end + 4..].to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_cut_after_its_head() {
        let answer = parse(b"HTTP/1.1 206 Partial Content\r\na: b\r\n\r\nbody\r\n\r\n").unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (206, b"body\r\n\r\n".as_slice()));
        assert_eq!(parse(b"HTTP/1.1 206 Partial"), None);
    }
}
