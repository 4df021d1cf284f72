//! Small answers, and how headers are put on any.

use bytes::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::body::Body;

/// An answer in words.
pub(super) fn text(status: StatusCode, words: &str) -> Response<Body> {
    typed(status, "text/plain; charset=utf-8", format!("{words}\n"))
}

/// An answer of this MIME type.
pub(super) fn typed(status: StatusCode, mime: &str, body: String) -> Response<Body> {
    let mut answer = Response::new(Body::full(Bytes::from(body)));
    *answer.status_mut() = status;
    put(&mut answer, header::CONTENT_TYPE, mime);
    answer
}

/// Sets a header.
pub(super) fn put(answer: &mut Response<Body>, name: HeaderName, value: &str) {
    // Values are plain text and numbers made here, or were encoded for it.
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}
