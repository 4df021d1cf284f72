//! HTTP/1.1 beside the pattern: any plain client can fetch any stream.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::Query;
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tributary_core::byte_ranges::{self, Wanted};
use tributary_core::directory::Holdings;
use tributary_core::geometry::StreamId;
use tributary_core::media_type;

use super::{Serving, read};
use crate::content::index::scan::mime_type;
use crate::content::library::{OpenStream, Wanted as Lookup};
use crate::content::metrics::Metrics;
use crate::net::http::serve_connection;
use crate::net::prefixed::Prefixed;

/// Bytes of a body read at a time. Larger ones are slower: the allocator gets each from the kernel anew.
const PIECE_BYTES: usize = 64 << 10;
/// Most files that are told at once.
const MAX_HOLDINGS: usize = 100;

type Body = BoxBody<Bytes, io::Error>;

/// Serves one connection; `first` was read of it already.
pub(super) async fn run(stream: TcpStream, first: Bytes, serving: Arc<Serving>) -> io::Result<()> {
    let stream = Prefixed::new(first, stream, serving.patience.slow_reader);
    let stop = serving.stop.clone();
    let service = hyper::service::service_fn(move |request| {
        let serving = Arc::clone(&serving);
        async move { Ok::<_, Infallible>(answer(&request, &serving)) }
    });
    serve_connection(stream, service, &stop).await.map_err(io::Error::other)
}

fn answer(request: &Request<Incoming>, serving: &Arc<Serving>) -> Response<Body> {
    let head = request.method() == Method::HEAD;
    if !head && request.method() != Method::GET {
        let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are served here\n");
        refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    let mut answer = match request.uri().path() {
        "/health" => health(serving),
        "/metrics" => metrics(serving),
        "/lookup" => lookup(request, serving),
        path => match path.strip_prefix("/streams/").map(str::parse::<StreamId>) {
            Some(Ok(stream)) => film(request, serving, stream, head),
            _ => pictures(path, serving).unwrap_or_else(|| {
                text(StatusCode::NOT_FOUND, "nothing is here: streams are at /streams/HASH\n")
            }),
        },
    };
    if head {
        *answer.body_mut() = empty();
    }
    answer
}

fn film(request: &Request<Incoming>, serving: &Arc<Serving>, stream: StreamId, head: bool) -> Response<Body> {
    let film = match serving.library.open(stream) {
        Ok(film) => film,
        Err(error) => return text(StatusCode::NOT_FOUND, &format!("{error}\n")),
    };
    let etag = format!("\"{stream}\"");
    let given = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if given(header::IF_NONE_MATCH).is_some_and(|tags| tags == "*" || tags.contains(&etag)) {
        return with_etag(Response::new(empty()), StatusCode::NOT_MODIFIED, &etag);
    }
    // A range of another version of the film is no use to anybody; this one has only ever one version.
    let same = given(header::IF_RANGE).is_none_or(|tag| tag == etag);
    let asked = given(header::RANGE).filter(|_| same);
    let (status, wanted) = match byte_ranges::parse(asked, film.size) {
        Wanted::Parts(parts) if parts.len() == 1 => {
            let part = parts[0].clone();
            // Less than was asked, where the rest is not here: the answer says which bytes it has.
            let end = film.held.end_from(part.start, film.size).min(part.end);
            if end <= part.start {
                return not_here(&film);
            }
            (StatusCode::PARTIAL_CONTENT, part.start..end)
        }
        Wanted::Whole | Wanted::Parts(_) if !film.held.is_all() => {
            let said =
                "this server holds a part of the stream only: ask for ranges of it, or another server\n";
            return text(StatusCode::NOT_FOUND, said);
        }
        // Several ranges get the whole, as RFC 9110 allows: nobody asks a source for them.
        Wanted::Whole | Wanted::Parts(_) => (StatusCode::OK, 0..film.size),
        Wanted::Nothing => return not_here(&film),
    };
    let mime = mime_type(&film.path).unwrap_or(media_type::UNKNOWN);
    let size = film.size;
    let body = if head { empty() } else { body(film, wanted.clone(), Arc::clone(serving)) };
    let mut answer = with_etag(Response::new(body), status, &etag);
    put(&mut answer, header::CONTENT_TYPE, mime);
    put(&mut answer, header::CONTENT_LENGTH, &(wanted.end - wanted.start).to_string());
    put(&mut answer, header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    if status == StatusCode::PARTIAL_CONTENT {
        let last = wanted.end - 1;
        put(&mut answer, header::CONTENT_RANGE, &format!("bytes {}-{last}/{size}", wanted.start));
    }
    answer
}

/// The stream has no such bytes, or none of them are here.
fn not_here(film: &OpenStream) -> Response<Body> {
    let mut answer = text(StatusCode::RANGE_NOT_SATISFIABLE, "the stream has no such bytes here\n");
    put(&mut answer, header::CONTENT_RANGE, &format!("bytes */{}", film.size));
    answer
}

/// `?stream=`, or `?name=&size=`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    stream: Option<StreamId>,
    name: Option<String>,
    size: Option<u64>,
}

/// What is here of what a client looks for that has no director to ask.
fn lookup(request: &Request<Incoming>, serving: &Serving) -> Response<Body> {
    let question = Query::<Question>::try_from_uri(request.uri()).ok().map(|Query(question)| question);
    let wanted = match question {
        Some(Question { stream: Some(stream), name: None, size: None }) => Lookup::Stream(stream),
        Some(Question { stream: None, name: Some(name), size }) => Lookup::File { name, size },
        _ => return text(StatusCode::BAD_REQUEST, "ask ?stream=HASH, or ?name=FILE&size=BYTES\n"),
    };
    let holdings = serving.library.find(&wanted, MAX_HOLDINGS);
    json(&Holdings { server: serving.name.clone(), holdings })
}

/// The bytes of a range, piece by piece, as the shaper lets them through.
fn body(film: OpenStream, range: std::ops::Range<u64>, serving: Arc<Serving>) -> Body {
    let film = Arc::new(film);
    let pieces = futures_util::stream::try_unfold(range.start, move |at| {
        let (film, serving) = (Arc::clone(&film), Arc::clone(&serving));
        async move {
            let left = (range.end - at).min(PIECE_BYTES as u64) as usize;
            if left == 0 {
                return Ok(None);
            }
            if !film.is_intact() {
                // The client sees that the body ends too early, and not another film's bytes.
                serving.library.withdraw_changed(&film);
                return Err(io::Error::other("the file changed underneath the server"));
            }
            let len = serving.shaper.piece(left);
            let mut grant = serving.shaper.reserve(len);
            if let Some(when) = grant.when() {
                tokio::time::sleep_until(when).await;
            }
            let mut piece = BytesMut::with_capacity(len);
            read::append_whole(&film.file, at, len, &mut piece).await?;
            grant.sent(len);
            Metrics::add(&serving.metrics.http_bytes, len as u64);
            Ok::<_, io::Error>(Some((piece.freeze(), at + len as u64)))
        }
    });
    BodyExt::boxed(StreamBody::new(pieces.map_ok(Frame::data)))
}

/// Posters and previews.
fn pictures(path: &str, serving: &Arc<Serving>) -> Option<Response<Body>> {
    let (kind, stream) = path.strip_prefix('/')?.split_once('/')?;
    let stream: StreamId = stream.parse().ok()?;
    let picture = match kind {
        "posters" => serving.library.poster(stream),
        "previews" => serving.library.previews(stream),
        _ => return None,
    };
    let Ok(bytes) = picture else {
        return Some(text(StatusCode::NOT_FOUND, "this stream has no such picture here\n"));
    };
    let length = bytes.len();
    let mut answer = Response::new(shaped(bytes.into(), Arc::clone(serving)));
    put(&mut answer, header::CONTENT_TYPE, "image/jpeg");
    put(&mut answer, header::CONTENT_LENGTH, &length.to_string());
    put(&mut answer, header::CACHE_CONTROL, "public, max-age=3600");
    Some(answer)
}

/// These bytes as the shaper lets them through: films need the line too.
fn shaped(bytes: Bytes, serving: Arc<Serving>) -> Body {
    let pieces = futures_util::stream::unfold(bytes, move |mut left| {
        let serving = Arc::clone(&serving);
        async move {
            if left.is_empty() {
                return None;
            }
            let len = serving.shaper.piece(left.len().min(PIECE_BYTES));
            let mut grant = serving.shaper.reserve(len);
            if let Some(when) = grant.when() {
                tokio::time::sleep_until(when).await;
            }
            let piece = left.split_to(len);
            grant.sent(len);
            Metrics::add(&serving.metrics.http_bytes, len as u64);
            Some((Ok::<_, io::Error>(Frame::data(piece)), left))
        }
    });
    BodyExt::boxed(StreamBody::new(pieces))
}

fn health(serving: &Serving) -> Response<Body> {
    let health = serde_json::json!({
        "status": "ok",
        "name": serving.name,
        "streams": serving.library.streams(),
        "indexing": serving.library.is_indexing(),
        "registered": serving.registered.load(Ordering::Relaxed),
    });
    json(&health)
}

fn json(value: &impl Serialize) -> Response<Body> {
    // Texts and numbers can always be written as JSON.
    let mut answer = Response::new(full(serde_json::to_vec(value).unwrap_or_default().into()));
    put(&mut answer, header::CONTENT_TYPE, "application/json");
    answer
}

fn metrics(serving: &Serving) -> Response<Body> {
    let shown = serving.metrics.render(serving.limits.open(), serving.library.streams());
    let mut answer = Response::new(full(shown.into()));
    put(&mut answer, header::CONTENT_TYPE, "text/plain; version=0.0.4");
    answer
}

fn with_etag(mut answer: Response<Body>, status: StatusCode, etag: &str) -> Response<Body> {
    *answer.status_mut() = status;
    put(&mut answer, header::ETAG, etag);
    put(&mut answer, header::ACCEPT_RANGES, "bytes");
    answer
}

fn text(status: StatusCode, words: &str) -> Response<Body> {
    let mut answer = Response::new(full(words.to_owned().into()));
    *answer.status_mut() = status;
    put(&mut answer, header::CONTENT_TYPE, "text/plain; charset=utf-8");
    answer
}

fn put(answer: &mut Response<Body>, name: header::HeaderName, value: &str) {
    // All values are made here of plain text and numbers.
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed()
}
