//! A director as the rest of a program sees it: blocking calls with a limit on their time.

use std::sync::Arc;

use tributary_core::directory::{Catalogs, Lookup, Servers, StreamSources, Tags, Title, TitlePage};
use tributary_core::geometry::StreamId;

use super::{Client, DirectorError};
use crate::engine::OpenError;
use crate::resolve::by_file;
use crate::runtime::Runtime;

/// Order of a page of titles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By the name that is shown.
    #[default]
    Name,
    /// The newest first.
    Added,
}

/// Which titles to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitleQuery {
    /// Of this catalog only.
    pub catalog: Option<String>,
    /// That match these words; all where empty.
    pub search: String,
    /// With this tag.
    pub tag: Option<String>,
    /// At least so long, in seconds. Titles of unknown length are left out where this is over 0 or
    /// `under_seconds` is given.
    pub least_seconds: u64,
    /// Shorter than this, in seconds.
    pub under_seconds: Option<u64>,
    /// With a picture that was made for at least so many lines.
    pub least_lines: u32,
    /// With subtitles.
    pub subtitles: bool,
    /// Not these; only the first 500 count.
    pub without: Vec<StreamId>,
    /// In this order.
    pub sort: Sort,
    /// From this place on.
    pub offset: u64,
    /// At most so many.
    pub limit: u64,
}

impl Default for TitleQuery {
    fn default() -> Self {
        Self {
            catalog: None,
            search: String::new(),
            tag: None,
            least_seconds: 0,
            under_seconds: None,
            least_lines: 0,
            subtitles: false,
            without: Vec::new(),
            sort: Sort::Name,
            offset: 0,
            limit: 100,
        }
    }
}

/// Most streams that a list can leave out.
const MAX_WITHOUT: usize = 500;
/// How many of its first digits such a stream is named by.
const WITHOUT_DIGITS: usize = 16;

fn without(streams: &[StreamId]) -> String {
    let mut names: Vec<String> = streams.iter().take(MAX_WITHOUT).map(StreamId::to_string).collect();
    for name in &mut names {
        name.truncate(WITHOUT_DIGITS);
    }
    names.join(",")
}

/// One director. Every call blocks for at most 5 seconds, so none belongs on a UI thread.
#[derive(Clone, Debug)]
pub struct Director {
    runtime: Arc<Runtime>,
    client: Result<Client, DirectorError>,
}

impl Director {
    pub(crate) const fn new(runtime: Arc<Runtime>, client: Result<Client, DirectorError>) -> Self {
        Self { runtime, client }
    }

    /// All catalogs.
    ///
    /// # Errors
    /// [`DirectorError`], as all calls here.
    pub fn catalogs(&self) -> Result<Catalogs, DirectorError> {
        self.ask(|client| async move { client.json(&["catalogs"], &[]).await })
    }

    /// A page of titles.
    ///
    /// # Errors
    /// [`DirectorError`]; `NotFound` where there is no such catalog.
    pub fn titles(&self, query: TitleQuery) -> Result<TitlePage, DirectorError> {
        self.ask(|client| async move {
            let sort = match query.sort {
                Sort::Name => "name",
                Sort::Added => "added",
            };
            let mut parameters = vec![("search", query.search.clone())];
            parameters.extend(query.tag.clone().map(|tag| ("tag", tag)));
            let mut narrow = |name, asked: bool, value: String| {
                if asked {
                    parameters.push((name, value));
                }
            };
            narrow("min_seconds", query.least_seconds > 0, query.least_seconds.to_string());
            narrow(
                "max_seconds",
                query.under_seconds.is_some(),
                query.under_seconds.unwrap_or_default().to_string(),
            );
            narrow("min_lines", query.least_lines > 0, query.least_lines.to_string());
            narrow("subtitles", query.subtitles, query.subtitles.to_string());
            narrow("without", !query.without.is_empty(), without(&query.without));
            parameters.extend([
                ("sort", sort.to_owned()),
                ("offset", query.offset.to_string()),
                ("limit", query.limit.to_string()),
            ]);
            match &query.catalog {
                Some(catalog) => client.json(&["catalogs", catalog, "titles"], &parameters).await,
                None => client.json(&["titles"], &parameters).await,
            }
        })
    }

    /// The tags of a catalog's titles, or of all; those of most titles first.
    ///
    /// # Errors
    /// [`DirectorError`]; `NotFound` from a director that knows no tags.
    pub fn tags(&self, catalog: Option<&str>) -> Result<Tags, DirectorError> {
        let of: Vec<(&str, String)> = catalog.map(|name| ("catalog", name.to_owned())).into_iter().collect();
        self.ask(|client| async move { client.json(&["tags"], &of).await })
    }

    /// One title.
    ///
    /// # Errors
    /// [`DirectorError`]; `NotFound` where there is no such title.
    pub fn title(&self, catalog: &str, name: &str) -> Result<Title, DirectorError> {
        self.ask(|client| async move { client.title(catalog, name).await })
    }

    /// A stream's poster as the file it is (PNG, JPEG or WebP), at most 4 MiB.
    ///
    /// # Errors
    /// [`DirectorError`]; `NotFound` where nobody has one.
    pub fn poster(&self, stream: StreamId) -> Result<Vec<u8>, DirectorError> {
        self.ask(|client| async move { client.poster(stream).await })
    }

    /// Every registered content server.
    ///
    /// # Errors
    /// [`DirectorError`].
    pub fn servers(&self) -> Result<Servers, DirectorError> {
        self.ask(|client| async move { client.servers().await })
    }

    /// Who holds a stream now.
    ///
    /// # Errors
    /// [`DirectorError`]; `NotFound` where nobody ever held it.
    pub fn sources(&self, stream: StreamId) -> Result<StreamSources, DirectorError> {
        self.ask(|client| async move { client.sources(stream).await })
    }

    /// Titles by the name of their file and, where given, its size in bytes.
    ///
    /// # Errors
    /// [`DirectorError`].
    pub fn lookup(&self, name: &str, size: Option<u64>) -> Result<Lookup, DirectorError> {
        self.ask(|client| async move { client.lookup(name, size).await })
    }

    /// The one stream whose file has this name and, where given, size in bytes.
    ///
    /// # Errors
    /// [`OpenError`], where there is none, or are several: then it says which.
    pub fn file(&self, name: &str, size: Option<u64>) -> Result<Title, OpenError> {
        let client = self.client.as_ref().map_err(Clone::clone)?;
        self.runtime.block_on(by_file(client, name, size))
    }

    fn ask<'a, T, F>(&'a self, question: impl FnOnce(&'a Client) -> F) -> Result<T, DirectorError>
    where
        F: Future<Output = Result<T, DirectorError>>,
    {
        let client = self.client.as_ref().map_err(Clone::clone)?;
        self.runtime.block_on(question(client))
    }
}
