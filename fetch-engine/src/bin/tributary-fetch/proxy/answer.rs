//! Which request gets what.

use std::net::IpAddr;
use std::sync::Arc;

use fetch_engine::StreamId;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;

use super::body::Body;
use super::response::{text, typed};
use super::socket::Ending;
use super::titles::Wanted;
use super::{Proxy, film, metrics, pages};

/// Answers one request.
pub(super) async fn answer(
    proxy: &Arc<Proxy>,
    request: &Request<Incoming>,
    ending: &Arc<Ending>,
) -> Response<Body> {
    let mut answer = match refuse(proxy, request) {
        Some(refused) => refused,
        None => route(proxy, request, ending).await,
    };
    proxy.metrics.answered(answer.status());
    if request.method() == Method::HEAD {
        // What the body would be is told by the headers, which are those of GET.
        let length = hyper::body::Body::size_hint(answer.body()).exact();
        *answer.body_mut() = Body::empty();
        if let Some(length) = length.filter(|_| !answer.headers().contains_key(header::CONTENT_LENGTH)) {
            answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
    }
    answer
}

/// Why the request is not answered at all, where it is not.
fn refuse(proxy: &Proxy, request: &Request<Incoming>) -> Option<Response<Body>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered here");
        refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Some(refused);
    }
    // A web page can have its own name lead to this machine, and so read what is served here to it alone.
    if proxy.local.ip().is_loopback() && !host(request).is_none_or(is_local) {
        let words = "this address serves this machine alone: use 127.0.0.1 or localhost in the address";
        return Some(text(StatusCode::FORBIDDEN, words));
    }
    None
}

async fn route(proxy: &Arc<Proxy>, request: &Request<Incoming>, ending: &Arc<Ending>) -> Response<Body> {
    let path = request.uri().path();
    match path {
        "/" => return pages::index(proxy).await,
        "/health" => {
            let health = serde_json::json!({ "status": "ok", "open_titles": proxy.titles.count() });
            return typed(StatusCode::OK, "application/json", health.to_string());
        }
        "/metrics" => {
            let shown = metrics::render(&proxy.metrics, &proxy.titles);
            return typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", shown);
        }
        "/playlist.m3u" => return pages::playlist(proxy, request.uri().query(), &base(proxy, request)).await,
        _ => {}
    }
    if let Some(Ok(stream)) = path.strip_prefix("/streams/").map(str::parse::<StreamId>) {
        return film::answer(proxy, request, ending, Wanted::Stream(stream)).await;
    }
    let named = path.strip_prefix('/').and_then(|rest| percent_decode_str(rest).decode_utf8().ok());
    match named.as_deref().and_then(|named| named.split_once('/')) {
        Some((catalog, "")) if !catalog.is_empty() => pages::catalog(proxy, catalog).await,
        Some((catalog, title)) if !catalog.is_empty() => {
            let wanted = Wanted::Title { catalog: catalog.to_owned(), title: title.to_owned() };
            film::answer(proxy, request, ending, wanted).await
        }
        _ => text(
            StatusCode::NOT_FOUND,
            "nothing is here: titles are at /CATALOG/TITLE and /streams/HASH, and / lists them",
        ),
    }
}

/// `http://HOST` as the client knows it, for addresses in playlists.
fn base(proxy: &Proxy, request: &Request<Incoming>) -> String {
    let authority = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    match authority.filter(|authority| !authority.is_empty() && authority.chars().all(plain)) {
        Some(authority) => format!("http://{authority}"),
        None => format!("http://{}", proxy.local),
    }
}

/// The host that the client asked for, without its port.
fn host(request: &Request<Incoming>) -> Option<&str> {
    let authority = request.headers().get(header::HOST)?.to_str().unwrap_or("?");
    let end = authority.rfind(':').filter(|colon| !authority[*colon..].contains(']'));
    Some(end.map_or(authority, |colon| &authority[..colon]))
}

fn is_local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let host = host.to_ascii_lowercase();
    bare.parse::<IpAddr>().is_ok() || host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn names_that_lead_elsewhere_are_told_from_local_ones() {
        for host in ["127.0.0.1", "[::1]", "localhost", "LOCALHOST", "films.localhost", "192.168.1.7"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["example.org", "localhost.example.org", "", "?"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
