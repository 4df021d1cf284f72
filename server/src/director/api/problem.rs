//! Errors of requests: every one has a [`Problem`] as its body.

use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use tributary_core::directory::Problem;

use crate::director::intake::IntakeError;
use crate::director::store::StoreError;

/// Time for the body of a request to come.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// An answer that is not a success.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    problem: Problem,
}

impl Failure {
    /// A failure with a word for programs and a sentence for people.
    pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, problem: Problem { code: code.into(), message: message.into() } }
    }

    /// What was asked for is not here.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// What was asked can't be read.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, Json(self.problem)).into_response()
    }
}

impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::NameTaken { .. } => Self::new(StatusCode::CONFLICT, "name_taken", message),
            StoreError::Fenced(_) => Self::new(StatusCode::CONFLICT, "fenced", message),
            StoreError::TooManyServers(_) => Self::new(StatusCode::SERVICE_UNAVAILABLE, "full", message),
            StoreError::UnknownServer(_) => Self::not_found(message),
            StoreError::Database(_) | StoreError::Unreadable(_) => {
                tracing::error!("{message}");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "database",
                    "the director's database failed; its log says more",
                )
            }
        }
    }
}

/// Waits `longest` for the body of a request.
pub(super) async fn in_time<T>(
    longest: Duration,
    body: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let late = |_| Failure::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body came too slowly");
    tokio::time::timeout(longest, body).await.map_err(late)?
}

/// Reads a JSON body, however long it takes.
pub(super) async fn read_json<T: DeserializeOwned>(request: Request) -> Result<T, Failure> {
    let bytes = Bytes::from_request(request, &())
        .await
        .map_err(|error| Failure::new(error.status(), "bad_body", error.body_text()))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::bad_request(format!("the body is not what it must be: {error}")))
}

/// A small JSON body, which comes at once.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        in_time(BODY_TIMEOUT, read_json(request)).await.map(Self)
    }
}

/// Parts of the path.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value))
            .map_err(|error| Failure::bad_request(error.body_text()))
    }
}

/// What stands behind the question mark.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|error| Failure::bad_request(error.body_text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_never_comes_is_a_failure() {
        let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let request = Request::new(axum::body::Body::from_stream(never));
        let read = in_time(Duration::from_millis(1), read_json::<serde_json::Value>(request));
        let failure = read.await.unwrap_err();
        assert_eq!(
            (failure.status, failure.problem.code.as_str()),
            (StatusCode::REQUEST_TIMEOUT, "too_slow")
        );

        let request = Request::new(axum::body::Body::from("{}"));
        let JsonBody(read) = JsonBody::<serde_json::Value>::from_request(request, &()).await.unwrap();
        assert_eq!(read, serde_json::json!({}));
    }
}
