//! HTTP/1.1 on the relay's port: how it does, and what plain HTTP clients ask of the content servers behind
//! it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use tributary_core::geometry::StreamId;

use super::Relaying;
use super::metrics::Metrics;

/// Time to connect to a content server.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Time that a content server may be silent.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// Header lines of a request that are passed on.
const ASKED: [header::HeaderName; 4] =
    [header::RANGE, header::IF_RANGE, header::IF_NONE_MATCH, header::ACCEPT];
/// Header lines of an answer that are passed back.
const ANSWERED: [header::HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::ACCEPT_RANGES,
    header::ETAG,
    header::CACHE_CONTROL,
];

/// The client that asks content servers: straight, and following nobody elsewhere.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
}

/// All that is served.
pub(super) fn router(relaying: Arc<Relaying>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .route("/via/{target}/streams/{stream}", get(stream))
        .route("/via/{target}/lookup", get(lookup))
        .fallback(async || {
            (StatusCode::NOT_FOUND, "nothing is here: streams are at /via/HOST:PORT/streams/HASH\n")
        })
        .with_state(relaying)
}

async fn health(State(relaying): State<Arc<Relaying>>) -> axum::Json<serde_json::Value> {
    axum::Json(serde_json::json!({
        "status": "ok",
        "name": relaying.name,
        "reaches": relaying.allow,
        "registered": relaying.registered.load(Ordering::Relaxed),
    }))
}

async fn metrics(State(relaying): State<Arc<Relaying>>) -> Response {
    let shown = relaying.metrics.render(relaying.limits.open());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], shown).into_response()
}

async fn stream(
    State(relaying): State<Arc<Relaying>>,
    Path((target, stream)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match stream.parse::<StreamId>() {
        Ok(stream) => pass_on(&relaying, &target, &format!("streams/{stream}"), method, &headers).await,
        Err(error) => (StatusCode::NOT_FOUND, format!("{error}\n")).into_response(),
    }
}

async fn lookup(
    State(relaying): State<Arc<Relaying>>,
    Path(target): Path<String>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    pass_on(&relaying, &target, &format!("lookup?{}", query.unwrap_or_default()), method, &headers).await
}

/// Asks a content server on the list the same, and gives its answer.
async fn pass_on(
    relaying: &Arc<Relaying>,
    target: &str,
    path: &str,
    method: Method,
    headers: &HeaderMap,
) -> Response {
    let Some(target) = relaying.allowed(target) else {
        Metrics::add(&relaying.metrics.refused_targets, 1);
        let said = "this relay does not pass requests on to that server: it is not on its list\n";
        return (StatusCode::FORBIDDEN, said).into_response();
    };
    let mut asked = relaying.client.request(method, format!("http://{target}/{path}"));
    for name in ASKED {
        if let Some(value) = headers.get(&name) {
            asked = asked.header(name, value);
        }
    }
    let answer = match asked.send().await {
        Ok(answer) => answer,
        Err(error) => {
            Metrics::add(&relaying.metrics.unreachable, 1);
            tracing::info!(target, "the content server can't be asked: {}", error.without_url());
            return (StatusCode::BAD_GATEWAY, "the content server can't be reached\n").into_response();
        }
    };
    let mut answered = HeaderMap::new();
    for name in ANSWERED {
        if let Some(value) = answer.headers().get(&name) {
            answered.insert(name, value.clone());
        }
    }
    (answer.status(), answered, body(answer, Arc::clone(relaying))).into_response()
}

/// The bytes of an answer, as the shaper lets them through.
fn body(answer: reqwest::Response, relaying: Arc<Relaying>) -> Body {
    let pieces = futures_util::stream::try_unfold((answer, Bytes::new()), move |(mut answer, mut rest)| {
        let relaying = Arc::clone(&relaying);
        async move {
            if rest.is_empty() {
                match answer.chunk().await.map_err(io::Error::other)? {
                    Some(chunk) => rest = chunk,
                    None => return Ok(None),
                }
            }
            let piece = rest.split_to(relaying.shaper.piece(rest.len()));
            let mut grant = relaying.shaper.reserve(piece.len());
            if let Some(when) = grant.when() {
                tokio::time::sleep_until(when).await;
            }
            grant.sent(piece.len());
            Metrics::add(&relaying.metrics.down_bytes, piece.len() as u64);
            Ok::<_, io::Error>(Some((piece, (answer, rest))))
        }
    });
    Body::from_stream(pieces)
}
