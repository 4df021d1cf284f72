//! The requests that are sent to a web server.

use std::ops::Range;

use bytes::{BufMut, BytesMut};

use super::address::WebUrl;

/// Asks for `range`, which is not empty, as the bytes are: no packing on the way.
pub(crate) fn write(url: &WebUrl, range: &Range<u64>, out: &mut BytesMut) {
    start(url, out);
    out.put_slice(format!("Range: bytes={}-{}\r\n\r\n", range.start, range.end - 1).as_bytes());
}

/// Asks for the whole.
pub(crate) fn write_whole(url: &WebUrl, out: &mut BytesMut) {
    start(url, out);
    out.put_slice(b"\r\n");
}

fn start(url: &WebUrl, out: &mut BytesMut) {
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: tributary/{}\r\nAccept-Encoding: identity\r\n",
        url.target(),
        url.authority(),
        env!("CARGO_PKG_VERSION"),
    );
    out.put_slice(head.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_names_both_its_ends() {
        let mut out = BytesMut::new();
        write(&"http://h:81/a%20b?c".parse().unwrap(), &(16_384..32_768), &mut out);
        let text = std::str::from_utf8(&out).unwrap();
        assert!(text.starts_with("GET /a%20b?c HTTP/1.1\r\nHost: h:81\r\n"), "{text}");
        assert!(text.ends_with("\r\nRange: bytes=16384-32767\r\n\r\n"), "{text}");
        assert!(text.contains("\r\nAccept-Encoding: identity\r\n"));
    }
}
