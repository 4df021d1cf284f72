//! The director's requests under `/v1`.

mod browse;
mod events;
mod metrics;
mod page;
mod problem;
mod register;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post, put};

use super::Director;
pub(super) use metrics::Answers;
use problem::Failure;

/// Largest table of contents.
const MAX_TABLE_BYTES: usize = 128 << 20;
/// Largest body of any other request.
const MAX_BODY_BYTES: usize = 64 << 10;

/// Describes all requests; a test compares it with [`ROUTES`] and with the types of the contract.
const OPENAPI: &str = include_str!("../../../openapi.json");

/// A path, and what makes its handlers.
type Route = (&'static str, fn() -> MethodRouter<Director>);

/// All requests.
const ROUTES: &[Route] = &[
    ("/v1/health", || get(browse::health)),
    ("/v1/openapi.json", || get(openapi)),
    ("/v1/catalogs", || get(browse::catalogs)),
    ("/v1/catalogs/{catalog}/titles", || get(browse::catalog_titles)),
    ("/v1/catalogs/{catalog}/titles/{title}", || get(browse::title)),
    ("/v1/titles", || get(browse::titles)),
    ("/v1/tags", || get(browse::tags)),
    ("/v1/lookup", || get(browse::lookup)),
    ("/v1/servers", || get(browse::servers)),
    ("/v1/streams/{hash}/sources", || get(browse::sources)),
    ("/v1/streams/{hash}/events", || get(events::events)),
    ("/v1/streams/{hash}/poster", || get(browse::poster)),
    ("/v1/servers/{name}", || {
        put(register::register).delete(register::withdraw).layer(DefaultBodyLimit::max(MAX_TABLE_BYTES))
    }),
    ("/v1/servers/{name}/lease", || post(register::renew)),
    ("/v1/relays", || get(browse::relays)),
    ("/v1/relays/{name}", || put(register::register_relay).delete(register::withdraw)),
    ("/v1/relays/{name}/lease", || post(register::renew)),
];

/// What is for operators, beside the contract.
const OPERATORS: &[Route] =
    &[("/", || get(page::page)), ("/health", || get(browse::health)), ("/metrics", || get(metrics::metrics))];

/// Serves [`ROUTES`], [`OPERATORS`], and a [`Failure`] for all else.
pub(super) fn router(director: Director) -> Router {
    ROUTES
        .iter()
        .chain(OPERATORS)
        .fold(Router::new(), |router, (path, handlers)| router.route(path, handlers()))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .fallback(async || Failure::not_found("nothing is here; /v1/openapi.json describes what there is"))
        .method_not_allowed_fallback(async || {
            Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this can't be asked so")
        })
        .layer(axum::middleware::from_fn_with_state(director.clone(), metrics::count))
        .with_state(director)
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

#[cfg(test)]
mod contract_tests;
#[cfg(test)]
mod tests;
