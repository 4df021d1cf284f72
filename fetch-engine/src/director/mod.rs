//! Client of a director's `/v1`: asks, with a limit on time and on the size of every answer.

mod blocking;
mod clean;
mod events;
mod sse;

pub use blocking::{Director, Sort, TitleQuery};
pub(crate) use events::{News, watch};

use std::error::Error as _;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use tributary_core::directory::{Lookup, Problem, Servers, StreamSources, Title, TitlePage};
use tributary_core::geometry::StreamId;

use crate::locator::DIRECTOR_PORT;
use crate::text;
use clean::Clean;

/// How long an answer may take, from the first byte asked to the last one here.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Titles of a page that is asked for without a choice.
const PAGE_TITLES: u64 = 500;
/// How long a connection may take to be made.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Largest JSON answer: a page of titles.
const MAX_JSON_BYTES: usize = 16 << 20;
/// Largest poster.
const MAX_POSTER_BYTES: usize = 4 << 20;
/// Largest body of a refusal that is read for its message.
const MAX_PROBLEM_BYTES: usize = 16 << 10;

/// A question to a director that was not answered.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum DirectorError {
    /// Text that names no director.
    #[error("{0:?} is no director's address: http://HOST:PORT is needed")]
    Address(String),
    /// No connection, or it broke.
    #[error("the director at {director} can't be reached: {why}")]
    Unreachable {
        /// Its address.
        director: String,
        /// Why, in words.
        why: String,
    },
    /// It has no such catalog, title, stream or poster.
    #[error("the director at {director} says: {message}")]
    NotFound {
        /// Its address.
        director: String,
        /// Its own words.
        message: String,
    },
    /// It refused, or failed itself.
    #[error("the director at {director} answered {status}: {message}")]
    Refused {
        /// Its address.
        director: String,
        /// The HTTP status.
        status: u16,
        /// Its own words.
        message: String,
    },
    /// The answer is not what a director says.
    #[error("the answer of the director at {director} can't be used: {why}")]
    Malformed {
        /// Its address.
        director: String,
        /// Why, in words.
        why: String,
    },
}

/// The HTTP client that an engine's directors share.
pub(crate) fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(concat!("tributary/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        // Blocks come over connections that no proxy carries, so asking through one would only make
        // a title look present that can't be fetched.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::limited(2))
        .build()
}

/// One director.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: Url,
}

impl Client {
    /// A client of the director at `address`: `http://HOST:PORT`, `HOST:PORT` or `HOST`.
    pub(crate) fn new(http: reqwest::Client, address: &str) -> Result<Self, DirectorError> {
        let bad = || DirectorError::Address(text::clean(address, text::MAX_NAME_CHARS));
        let with_scheme =
            if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let mut base = Url::parse(&with_scheme).map_err(|_| bad())?;
        if base.scheme() != "http" || base.host_str().is_none_or(str::is_empty) {
            return Err(bad());
        }
        let named = with_scheme.trim_end_matches('/').ends_with(":80");
        if !address.contains("://") && base.port().is_none() && !named {
            base.set_port(Some(DIRECTOR_PORT)).map_err(|()| bad())?;
        }
        base.set_path("/v1/");
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self { http, base })
    }

    /// `HOST:PORT`, for messages.
    pub(crate) fn name(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    pub(crate) async fn title(&self, catalog: &str, name: &str) -> Result<Title, DirectorError> {
        self.json(&["catalogs", catalog, "titles", name], &[]).await
    }

    pub(crate) async fn lookup(&self, name: &str, size: Option<u64>) -> Result<Lookup, DirectorError> {
        let mut query = vec![("name", name.to_owned())];
        query.extend(size.map(|size| ("size", size.to_string())));
        self.json(&["lookup"], &query).await
    }

    pub(crate) async fn servers(&self) -> Result<Servers, DirectorError> {
        self.json(&["servers"], &[]).await
    }

    /// A page of titles of all catalogs, the newest first.
    pub(crate) async fn newest_titles(&self, offset: u64) -> Result<TitlePage, DirectorError> {
        let query = [
            ("sort", "added".to_owned()),
            ("offset", offset.to_string()),
            ("limit", PAGE_TITLES.to_string()),
        ];
        self.json(&["titles"], &query).await
    }

    pub(crate) async fn sources(&self, stream: StreamId) -> Result<StreamSources, DirectorError> {
        let found: StreamSources = self.json(&["streams", &stream.to_string(), "sources"], &[]).await?;
        if found.stream != stream {
            return Err(self.malformed("it is about another stream"));
        }
        Ok(found)
    }

    async fn poster(&self, stream: StreamId) -> Result<Vec<u8>, DirectorError> {
        let work = async {
            let response = self.get(&["streams", &stream.to_string(), "poster"], &[]).await?;
            self.body(response, MAX_POSTER_BYTES).await
        };
        self.timed(work).await
    }

    async fn json<T: DeserializeOwned + Clean>(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<T, DirectorError> {
        let body =
            self.timed(async { self.body(self.get(path, query).await?, MAX_JSON_BYTES).await }).await?;
        let mut answer: T = serde_json::from_slice(&body).map_err(|why| self.malformed(&why.to_string()))?;
        answer.clean();
        Ok(answer)
    }

    /// Asks, and turns everything but a success into an error.
    async fn get(&self, path: &[&str], query: &[(&str, String)]) -> Result<Response, DirectorError> {
        let response =
            self.http.get(self.url(path)).query(query).send().await.map_err(|why| self.unreachable(&why))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = self.body(response, MAX_PROBLEM_BYTES).await.unwrap_or_default();
        let message = serde_json::from_slice::<Problem>(&body).map_or_else(
            |_| status.canonical_reason().unwrap_or("no reason given").to_owned(),
            |problem| text::clean(&problem.message, text::MAX_PROSE_CHARS),
        );
        let director = self.name();
        Err(match status {
            StatusCode::NOT_FOUND => DirectorError::NotFound { director, message },
            _ => DirectorError::Refused { director, status: status.as_u16(), message },
        })
    }

    async fn body(&self, mut response: Response, limit: usize) -> Result<Vec<u8>, DirectorError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|why| self.unreachable(&why))? {
            if body.len() + chunk.len() > limit {
                return Err(self.malformed(&format!("it is longer than {limit} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    async fn timed<T>(
        &self,
        work: impl Future<Output = Result<T, DirectorError>>,
    ) -> Result<T, DirectorError> {
        tokio::time::timeout(ANSWER_TIMEOUT, work).await.unwrap_or_else(|_| {
            let why = format!("no answer within {} s", ANSWER_TIMEOUT.as_secs());
            Err(DirectorError::Unreachable { director: self.name(), why })
        })
    }

    fn url(&self, path: &[&str]) -> Url {
        let path: Vec<_> =
            path.iter().map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string()).collect();
        let mut url = self.base.clone();
        url.set_path(&format!("/v1/{}", path.join("/")));
        url
    }

    fn unreachable(&self, why: &reqwest::Error) -> DirectorError {
        DirectorError::Unreachable { director: self.name(), why: root_cause(why) }
    }

    fn malformed(&self, why: &str) -> DirectorError {
        DirectorError::Malformed { director: self.name(), why: why.to_owned() }
    }
}

/// The innermost reason: "Connection refused" and not "error sending request".
pub(crate) fn root_cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    let mut source = error.source();
    while let Some(inner) = source {
        cause = inner;
        source = inner.source();
    }
    cause.to_string()
}

#[cfg(test)]
mod tests;
