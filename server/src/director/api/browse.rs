//! What players ask: catalogs, titles, sources, posters, servers.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tributary_core::directory::{Catalogs, Lookup, Relays, Servers, StreamSources, Tags, Title, TitlePage};
use tributary_core::geometry::StreamId;

use super::problem::{Failure, Path, Query};
use crate::director::store::{Now, Sort, TitleQuery, WITHOUT_DIGITS};
use crate::director::{Director, MAX_NAME_CHARS};

/// Titles of a page where nobody says how many.
const DEFAULT_PAGE: u64 = 100;
/// Most titles of a page.
const MAX_PAGE: u64 = 500;
/// Most streams that a list can leave out.
const MAX_WITHOUT: usize = 500;

pub(super) async fn health(State(director): State<Director>) -> Result<Json<serde_json::Value>, Failure> {
    let servers = director.store.servers(Now::read()).await?.len();
    Ok(Json(serde_json::json!({ "status": "ok", "name": &*director.name, "servers": servers })))
}

pub(super) async fn catalogs(State(director): State<Director>) -> Result<Json<Catalogs>, Failure> {
    let catalogs = director.store.catalogs(Now::read()).await?;
    Ok(Json(Catalogs { director: director.name.to_string(), catalogs }))
}

/// `?search=&tag=&min_seconds=&max_seconds=&min_lines=&subtitles=&without=&sort=&offset=&limit=`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    #[serde(default)]
    search: String,
    tag: Option<String>,
    #[serde(default)]
    min_seconds: u64,
    max_seconds: Option<u64>,
    #[serde(default)]
    min_lines: u32,
    #[serde(default)]
    subtitles: bool,
    #[serde(default)]
    without: Without,
    #[serde(default)]
    sort: SortWord,
    #[serde(default)]
    offset: u64,
    limit: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SortWord {
    #[default]
    Name,
    Added,
}

/// Streams that a list leaves out, by their first digits, as the store wants them.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "String")]
struct Without(String);

impl TryFrom<String> for Without {
    type Error = String;

    fn try_from(list: String) -> Result<Self, String> {
        let names: Vec<&str> = list.split(',').filter(|name| !name.is_empty()).collect();
        if names.len() > MAX_WITHOUT {
            return Err(format!("`without` names more than {MAX_WITHOUT} streams"));
        }
        let right = |name: &&str| name.len() == WITHOUT_DIGITS && name.bytes().all(|b| b.is_ascii_hexdigit());
        if !names.iter().all(right) {
            return Err(format!("`without` takes the first {WITHOUT_DIGITS} hexadecimal digits of streams"));
        }
        Ok(Self(names.join(",").to_lowercase()))
    }
}

impl Page {
    fn query(self, catalog: Option<String>) -> TitleQuery {
        TitleQuery {
            catalog,
            search: crate::text::clean(&self.search, MAX_NAME_CHARS),
            tag: self.tag.map(|tag| crate::text::clean(&tag, MAX_NAME_CHARS)).filter(|tag| !tag.is_empty()),
            least_ms: self.min_seconds.saturating_mul(1000),
            under_ms: self.max_seconds.map(|seconds| seconds.saturating_mul(1000)),
            least_lines: self.min_lines,
            subtitles: self.subtitles,
            without: self.without.0,
            sort: match self.sort {
                SortWord::Name => Sort::Name,
                SortWord::Added => Sort::Added,
            },
            offset: self.offset,
            limit: self.limit.unwrap_or(DEFAULT_PAGE).min(MAX_PAGE),
        }
    }
}

pub(super) async fn titles(
    State(director): State<Director>,
    Query(page): Query<Page>,
) -> Result<Json<TitlePage>, Failure> {
    Ok(Json(director.store.titles(page.query(None), Now::read()).await?))
}

/// `?catalog=`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfCatalog {
    catalog: Option<String>,
}

pub(super) async fn tags(
    State(director): State<Director>,
    Query(of): Query<OfCatalog>,
) -> Result<Json<Tags>, Failure> {
    Ok(Json(Tags { tags: director.store.tags(of.catalog, Now::read()).await? }))
}

pub(super) async fn catalog_titles(
    State(director): State<Director>,
    Path(catalog): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<TitlePage>, Failure> {
    Ok(Json(director.store.titles(page.query(Some(catalog)), Now::read()).await?))
}

pub(super) async fn title(
    State(director): State<Director>,
    Path((catalog, name)): Path<(String, String)>,
) -> Result<Json<Title>, Failure> {
    let missing = || Failure::not_found(format!("no server holds {catalog}/{name} now"));
    let found = director.store.title(catalog.clone(), name.clone(), Now::read()).await?;
    found.map(Json).ok_or_else(missing)
}

/// `?name=&size=`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileQuery {
    name: String,
    size: Option<u64>,
}

pub(super) async fn lookup(
    State(director): State<Director>,
    Query(file): Query<FileQuery>,
) -> Result<Json<Lookup>, Failure> {
    let titles = director.store.lookup(file.name, file.size, Now::read()).await?;
    Ok(Json(Lookup { titles }))
}

pub(super) async fn servers(State(director): State<Director>) -> Result<Json<Servers>, Failure> {
    Ok(Json(Servers { servers: director.store.servers(Now::read()).await? }))
}

pub(super) async fn relays(State(director): State<Director>) -> Result<Json<Relays>, Failure> {
    Ok(Json(Relays { relays: director.store.relays(Now::read()).await? }))
}

pub(super) async fn sources(
    State(director): State<Director>,
    Path(hash): Path<String>,
) -> Result<Json<StreamSources>, Failure> {
    sources_of(&director, stream(&hash)?).await.map(Json)
}

/// Who holds a stream, or a 404 where nobody ever did.
pub(super) async fn sources_of(director: &Director, stream: StreamId) -> Result<StreamSources, Failure> {
    let sources = director.store.sources(stream, Now::read()).await?;
    sources.ok_or_else(|| Failure::not_found(format!("no server ever held the stream {stream}")))
}

pub(super) async fn poster(
    State(director): State<Director>,
    Path(hash): Path<String>,
) -> Result<Response, Failure> {
    let stream = stream(&hash)?;
    let holder = director.store.poster_holder(stream, Now::read()).await?;
    let address = holder.ok_or_else(|| Failure::not_found("no server has a poster of this stream now"))?;
    let location = format!("http://{address}/posters/{stream}");
    Ok((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location)]).into_response())
}

/// A stream's name in a path.
pub(super) fn stream(hash: &str) -> Result<StreamId, Failure> {
    hash.parse()
        .map_err(|error: tributary_core::geometry::BadStreamId| Failure::bad_request(error.to_string()))
}
