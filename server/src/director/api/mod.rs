//! The director's requests under `/v1`.

mod browse;
mod events;
mod problem;
mod register;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};

use super::Director;
use problem::Failure;

/// Largest table of contents.
const MAX_TABLE_BYTES: usize = 128 << 20;
/// Largest body of any other request.
const MAX_BODY_BYTES: usize = 64 << 10;

/// Description of all requests, checked in and compared with what is served in a test.
const OPENAPI: &str = include_str!("../../../openapi.json");

/// All requests.
pub(super) fn router(director: Director) -> Router {
    Router::new()
        .route("/v1/health", get(browse::health))
        .route("/v1/openapi.json", get(openapi))
        .route("/v1/catalogs", get(browse::catalogs))
        .route("/v1/catalogs/{catalog}/titles", get(browse::catalog_titles))
        .route("/v1/catalogs/{catalog}/titles/{title}", get(browse::title))
        .route("/v1/titles", get(browse::titles))
        .route("/v1/lookup", get(browse::lookup))
        .route("/v1/servers", get(browse::servers))
        .route("/v1/streams/{hash}/sources", get(browse::sources))
        .route("/v1/streams/{hash}/events", get(events::events))
        .route("/v1/streams/{hash}/poster", get(browse::poster))
        .route("/v1/servers/{name}/lease", post(register::renew))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .merge(
            Router::new()
                .route("/v1/servers/{name}", put(register::register).delete(register::withdraw))
                .layer(DefaultBodyLimit::max(MAX_TABLE_BYTES)),
        )
        .fallback(async || Failure::not_found("nothing is here; /v1/openapi.json describes what there is"))
        .method_not_allowed_fallback(async || {
            Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this can't be asked so")
        })
        .with_state(director)
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
