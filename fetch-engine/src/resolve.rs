//! From a locator to a stream, its size and its first sources.

use std::sync::Arc;

use futures_util::future::join_all;
use reqwest::header::CONTENT_LENGTH;
use tributary_core::directory::{SourceEntry, Title};
use tributary_core::geometry::StreamId;

use crate::director::{ANSWER_TIMEOUT, Client, DirectorError, root_cause};
use crate::engine::OpenError;
use crate::locator::{Locator, SourceUrl};
use crate::web::WebSource;

/// What a locator stands for.
pub(crate) struct Found {
    pub(crate) stream: StreamId,
    /// Bytes of the stream.
    pub(crate) size: u64,
    pub(crate) title: Option<Title>,
    /// Sources that the user gave.
    pub(crate) given: Vec<Given>,
    /// Sources that the director lists.
    pub(crate) listed: Vec<SourceEntry>,
    /// Who tells of changes.
    pub(crate) director: Option<Client>,
}

/// A source that the user gave.
pub(crate) enum Given {
    /// `HOST:PORT` of a content server.
    Content(String),
    /// A file on a plain web server.
    Web(Arc<WebSource>),
}

/// Finds out what `locator` stands for.
pub(crate) async fn resolve(
    http: &reqwest::Client,
    director: Option<&str>,
    locator: &Locator,
    sources: &[SourceUrl],
) -> Result<Found, OpenError> {
    let address = match locator {
        Locator::At { authority, .. } => Some(authority.as_str()),
        Locator::Source(_) => None,
        Locator::Title { .. } | Locator::Stream(_) => director,
    };
    let director = address.map(|address| Client::new(http.clone(), address)).transpose()?;
    let title = match locator {
        Locator::Title { catalog, title } | Locator::At { catalog, title, .. } => {
            let director = director.as_ref().ok_or_else(|| OpenError::NoDirector(locator.to_string()))?;
            Some(director.title(catalog, title).await?)
        }
        Locator::Stream(_) | Locator::Source(_) => None,
    };
    let extra = if let Locator::Source(source) = locator { Some(source) } else { None };
    let sources: Vec<&SourceUrl> = extra.into_iter().chain(sources).collect();
    let named = |source: &&SourceUrl| match source {
        SourceUrl::Content { stream, .. } => Some(*stream),
        SourceUrl::Web(_) => None,
    };
    let stream = match (locator, &title) {
        (Locator::Stream(stream), _) => Some(*stream),
        (_, Some(title)) => Some(title.stream),
        (_, None) => sources.iter().find_map(named),
    };
    let stream = stream.ok_or_else(|| OpenError::NoHash(locator.to_string()))?;
    if let Some(other) = sources.iter().find(|source| named(source).is_some_and(|other| other != stream)) {
        return Err(OpenError::OtherStream { source_url: (*other).clone(), wanted: stream.to_string() });
    }
    let given: Vec<Given> = sources
        .into_iter()
        .map(|source| match source {
            SourceUrl::Content { address, .. } => Given::Content(address.clone()),
            SourceUrl::Web(url) => Given::Web(Arc::new(WebSource::new(url.clone()))),
        })
        .collect();
    let (mut size, mut listed) = (title.as_ref().map(|title| title.size), Vec::new());
    if let Some(director) = &director {
        match director.sources(stream).await {
            Ok(answer) => {
                size = size.or(Some(answer.size));
                listed = answer.sources;
            }
            // Sources given by hand do without the director, which may know of them later.
            Err(why) if given.is_empty() && !(title.is_some() && is_not_found(&why)) => {
                return Err(why.into());
            }
            Err(_) => {}
        }
    } else if given.is_empty() {
        return Err(OpenError::NoDirector(locator.to_string()));
    }
    let size = match size {
        Some(size) => size,
        None => ask_size(http, stream, &given).await?,
    };
    Ok(Found { stream, size, title, given, listed, director })
}

const fn is_not_found(why: &DirectorError) -> bool {
    matches!(why, DirectorError::NotFound { .. })
}

/// Asks all sources for the size of the stream and takes what most say. What they say is proved with
/// the first page of hashes.
async fn ask_size(http: &reqwest::Client, stream: StreamId, given: &[Given]) -> Result<u64, OpenError> {
    let content = |given: &Given| match given {
        Given::Content(address) => Some(address.clone()),
        Given::Web(_) => None,
    };
    let sources: Vec<String> = given.iter().filter_map(content).collect();
    let answers = join_all(sources.iter().map(|address| ask_one(http, stream, address))).await;
    let told: Vec<u64> = answers.iter().filter_map(|answer| answer.as_ref().ok().copied()).collect();
    let votes = |size: &u64| told.iter().filter(|other| *other == size).count();
    if let Some(size) = told.iter().max_by_key(|size| votes(size)) {
        return Ok(*size);
    }
    let what = |(address, answer): (&String, &Result<u64, String>)| {
        answer.as_ref().err().map(|why| format!("{address}: {why}"))
    };
    let why = sources.iter().zip(&answers).filter_map(what).collect::<Vec<_>>().join("; ");
    Err(OpenError::SizeUnknown { stream: stream.to_string(), why })
}

async fn ask_one(http: &reqwest::Client, stream: StreamId, address: &str) -> Result<u64, String> {
    let request = http.head(format!("http://{address}/streams/{stream}")).timeout(ANSWER_TIMEOUT);
    let response = request.send().await.map_err(|why| root_cause(&why))?;
    if response.status() == reqwest::StatusCode::NOT_FOUND {
        return Err("it does not hold the title".to_owned());
    }
    let response = response.error_for_status().map_err(|why| root_cause(&why))?;
    let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).ok_or_else(|| "it did not tell the size".to_owned())
}
