//! From a locator to a stream, its size, what proves it and its first sources.

mod size;
mod unproved;

use std::sync::Arc;

use tributary_core::directory::{SourceEntry, Title};
use tributary_core::geometry::StreamId;
use tributary_core::verify::Proof;

use crate::config::OpenOptions;
use crate::connection::Way;
use crate::director::{Client, DirectorError};
use crate::engine::{Memory, OpenError};
use crate::introduce::Introduction;
use crate::locator::{Locator, MetalinkAt, SourceUrl};
use crate::metalink::{MAX_METALINK_BYTES, Metalink};
use crate::web::{Tls, WebSource, document};
use crate::whole::WholeHash;

/// Most files of one name that a message lists.
const MAX_LISTED: usize = 10;

/// What a locator stands for.
pub(crate) struct Found {
    /// The BLAKE3 hash of its bytes, where it is known.
    pub(crate) stream: Option<StreamId>,
    /// What its parts are checked against.
    pub(crate) proof: Proof,
    /// What the whole is to be checked against, where nothing proves its parts.
    pub(crate) whole: Option<WholeHash>,
    /// Bytes of the stream.
    pub(crate) size: u64,
    pub(crate) title: Option<Title>,
    /// The file's name, where it is known without a director.
    pub(crate) file_name: Option<String>,
    /// Sources that the user gave.
    pub(crate) given: Vec<Given>,
    /// Connections to some of them.
    pub(crate) introductions: Vec<Introduction>,
    /// Sources that the director lists.
    pub(crate) listed: Vec<SourceEntry>,
    /// Who tells of changes.
    pub(crate) director: Option<Client>,
}

/// A source that the user gave.
pub(crate) enum Given {
    /// A content server.
    Content {
        /// Its `HOST:PORT`.
        address: String,
        /// `HOST:PORT` of the relay to reach it by.
        via: Option<String>,
    },
    /// A file on a plain web server.
    Web(Arc<WebSource>),
}

/// With what it is found out.
pub(crate) struct Means<'a> {
    pub(crate) memory: &'a Memory,
    pub(crate) http: &'a reqwest::Client,
    pub(crate) tls: &'a Tls,
    /// The director to ask where the locator names none.
    pub(crate) director: Option<&'a str>,
}

/// Finds out what `locator` stands for.
pub(crate) async fn resolve(
    means: Means<'_>,
    locator: &Locator,
    options: &OpenOptions,
) -> Result<Found, OpenError> {
    let address = match locator {
        Locator::At { authority, .. } => Some(authority.as_str()),
        Locator::Source(_) | Locator::Metalink(_) => None,
        Locator::Title { .. } | Locator::Stream(_) | Locator::File { .. } => means.director,
    };
    let director = address.map(|address| Client::new(means.http.clone(), address)).transpose()?;
    let title = match locator {
        Locator::Title { catalog, title } | Locator::At { catalog, title, .. } => {
            let director = director.as_ref().ok_or_else(|| OpenError::NoDirector(locator.to_string()))?;
            Some(director.title(catalog, title).await?)
        }
        Locator::File { name, size } => {
            let director = director.as_ref().ok_or_else(|| OpenError::NoDirector(locator.to_string()))?;
            Some(by_file(director, name, *size).await?)
        }
        Locator::Stream(_) | Locator::Source(_) | Locator::Metalink(_) => None,
    };
    let metalink = match locator {
        Locator::Metalink(at) => Some(read_metalink(at, means.tls).await?),
        _ => None,
    };
    let sources = all_sources(locator, &options.sources, metalink.as_ref());
    let stream = match (locator, &title) {
        (Locator::Stream(stream), _) => Some(*stream),
        (_, Some(title)) => Some(title.stream),
        (_, None) => sources.iter().find_map(stream_of),
    };
    if let Some(stream) = stream
        && let Some(other) = sources.iter().find(|source| stream_of(source).is_some_and(|s| s != stream))
    {
        return Err(OpenError::OtherStream { source_url: other.clone(), wanted: stream.to_string() });
    }
    let file_name = file_name(metalink.as_ref(), &sources);
    let given: Vec<Given> = sources.into_iter().map(Given::new).collect();
    let told = title.as_ref().map(|title| title.size).or_else(|| metalink.as_ref()?.size);
    let (mut size, mut listed) = (told, Vec::new());
    if let Some((director, stream)) = director.as_ref().zip(stream) {
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
    let mut found = Found {
        stream,
        proof: Proof::Nothing,
        whole: None,
        size: 0,
        title,
        file_name,
        given,
        introductions: Vec::new(),
        listed,
        director,
    };
    let size = size.or(options.size);
    let content = found.given.iter().any(|given| matches!(given, Given::Content { .. }));
    if let Some(stream) = stream.filter(|_| content || !found.listed.is_empty() || !found.has_web()) {
        (found.size, found.introductions) = match size {
            Some(size) => (size, Vec::new()),
            None => size::ask(&means, stream, &found.given).await?,
        };
        found.proof = Proof::tree(stream, found.size);
        return Ok(found);
    }
    // Only plain web servers, which give no pages of hashes.
    let (sha256, pieces) = metalink.map_or((None, None), |metalink| (metalink.sha256, metalink.pieces));
    found.whole = stream.map(WholeHash::Blake3).or(sha256.map(WholeHash::Sha256));
    if let Some(pieces) = pieces {
        found.size = pieces.size();
        found.proof = Proof::Pieces(pieces);
        return Ok(found);
    }
    found.size = unproved::look_at_all(&means, &locator.to_string(), &found.given, size).await?;
    Ok(found)
}

impl Found {
    fn has_web(&self) -> bool {
        self.given.iter().any(|given| given.web().is_some())
    }
}

impl Given {
    fn new(source: SourceUrl) -> Self {
        match source {
            SourceUrl::Content { address, via, .. } => Self::Content { address, via },
            SourceUrl::Web(url) => Self::Web(Arc::new(WebSource::new(url))),
        }
    }

    const fn web(&self) -> Option<&Arc<WebSource>> {
        match self {
            Self::Web(web) => Some(web),
            Self::Content { .. } => None,
        }
    }

    /// What stands before the path in a plain HTTP address of a content server: a relay answers for the
    /// servers behind it at paths of its own.
    /// The way to a content server.
    fn way(&self) -> Option<Way> {
        match self {
            Self::Content { address, via } => Some(Way::new(address, via.as_deref())),
            Self::Web(_) => None,
        }
    }
}

/// Everything that the user named, in one list.
fn all_sources(locator: &Locator, sources: &[SourceUrl], metalink: Option<&Metalink>) -> Vec<SourceUrl> {
    let extra = if let Locator::Source(source) = locator { Some(source.clone()) } else { None };
    let urls = metalink.into_iter().flat_map(|metalink| metalink.urls.iter().cloned().map(SourceUrl::Web));
    extra.into_iter().chain(sources.iter().cloned()).chain(urls).collect()
}

const fn stream_of(source: &SourceUrl) -> Option<StreamId> {
    match source {
        SourceUrl::Content { stream, .. } => Some(*stream),
        SourceUrl::Web(_) => None,
    }
}

/// A name for the file: the Metalink file's, else the first address's.
fn file_name(metalink: Option<&Metalink>, sources: &[SourceUrl]) -> Option<String> {
    let listed = metalink.map(|metalink| metalink.name.clone()).filter(|name| !name.is_empty());
    let of_url = |source: &SourceUrl| match source {
        SourceUrl::Web(url) => url.file_name(),
        SourceUrl::Content { .. } => None,
    };
    listed.or_else(|| sources.iter().find_map(of_url))
}

async fn read_metalink(at: &MetalinkAt, tls: &Tls) -> Result<Metalink, OpenError> {
    let unusable = |why: String| OpenError::Metalink { file: at.to_string(), why };
    let bytes = match at {
        MetalinkAt::File(path) => {
            let facts = tokio::fs::metadata(path).await.map_err(|why| unusable(why.to_string()))?;
            if facts.len() > MAX_METALINK_BYTES as u64 {
                return Err(unusable(format!("it is larger than {MAX_METALINK_BYTES} bytes")));
            }
            tokio::fs::read(path).await.map_err(|why| unusable(why.to_string()))?
        }
        MetalinkAt::Web(url) => {
            let source = WebSource::new(url.clone());
            document(&source, tls, MAX_METALINK_BYTES).await.map_err(unusable)?.to_vec()
        }
    };
    Metalink::parse(&bytes).map_err(|why| unusable(why.to_string()))
}

/// The one stream whose file has this name and, where given, size.
pub(crate) async fn by_file(client: &Client, name: &str, size: Option<u64>) -> Result<Title, OpenError> {
    let mut different: Vec<Title> = Vec::new();
    for title in client.lookup(name, size).await?.titles {
        if different.iter().all(|other| other.stream != title.stream) {
            different.push(title);
        }
    }
    match different.len() {
        0 => {
            let size = size.map(|size| format!(" of {size} bytes")).unwrap_or_default();
            Err(OpenError::NoFile { name: name.to_owned(), size, director: client.name() })
        }
        1 => Ok(different.remove(0)),
        count => {
            let one = |title: &Title| {
                format!("{}/{}, {} bytes, b3:{}", title.catalog, title.name, title.size, title.stream)
            };
            let files: Vec<String> = different.iter().take(MAX_LISTED).map(one).collect();
            Err(OpenError::Ambiguous { name: name.to_owned(), count, files: files.join("; ") })
        }
    }
}

const fn is_not_found(why: &DirectorError) -> bool {
    matches!(why, DirectorError::NotFound { .. })
}
