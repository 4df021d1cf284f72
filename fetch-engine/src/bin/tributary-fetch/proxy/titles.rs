//! The titles that are open: each once, whatever number of clients takes it.
//!
//! A title is opened by its first client, kept for a while after its last one, and closed then; where
//! there is no room for one more, the one unused for longest is closed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fetch_engine::directory::Title;
use fetch_engine::{
    Director, DirectorError, Engine, Locator, OpenError, OpenOptions, SharedStream, SourceUrl, StreamId,
};
use hyper::StatusCode;
use tokio::sync::OnceCell;
use tributary_core::media_type;

use super::metrics::SourceTotals;

/// Most titles that are open at the same time.
const MAX_OPEN_TITLES: usize = 16;
/// A title that nobody takes is closed after this long.
const IDLE_TIME: Duration = Duration::from_secs(60);
/// How often that is looked at.
const IDLE_STEP: Duration = Duration::from_secs(5);
/// Most names whose streams are remembered.
const MAX_NAMES: usize = 256;
/// A name is asked for again after this long.
const NAME_TIME: Duration = Duration::from_secs(5);
/// First bytes of a title that tell what it is.
const SNIFFED_BYTES: u64 = 512;

/// What a client asks for.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// By name, at the director.
    Title {
        /// The catalog.
        catalog: String,
        /// The title's name in it.
        title: String,
    },
    /// By hash.
    Stream(StreamId),
}

/// Why a client does not get it, in words for its user.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// There is no such title, or nobody holds it.
    #[error("{0}")]
    NotFound(String),
    /// There is no room for one more.
    #[error("{0}")]
    Busy(String),
    /// Nobody who holds it can be reached now.
    #[error("{0}")]
    Nobody(String),
    /// The director can't be asked.
    #[error("{0}")]
    Director(String),
    /// All copies are wrong, or were refused.
    #[error("{0}")]
    NoHonestCopy(String),
}

impl Refusal {
    /// Its HTTP status.
    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Busy(_) | Self::Nobody(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Director(_) | Self::NoHonestCopy(_) => StatusCode::BAD_GATEWAY,
        }
    }
}

/// All titles.
#[derive(Debug)]
pub(super) struct Titles {
    engine: Engine,
    director: Option<Director>,
    /// Given on the command line, each with its stream.
    sources: Vec<(StreamId, SourceUrl)>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// At most [`MAX_NAMES`]: what each name stood for, and when that was asked.
    names: HashMap<(String, String), (Title, Instant)>,
    /// At most [`MAX_OPEN_TITLES`].
    open: HashMap<StreamId, Entry>,
    /// What sources of titles that are closed gave.
    closed: SourceTotals,
}

/// A title that is or will be open; whoever comes meanwhile waits for the first one's opening.
type Opening = Arc<OnceCell<Arc<Opened>>>;

#[derive(Debug)]
struct Entry {
    opening: Opening,
    users: usize,
    idle_since: Instant,
}

/// A title that was opened.
#[derive(Debug)]
struct Opened {
    stream: SharedStream,
    mime: OnceCell<&'static str>,
}

/// A title in a client's hands; it stays open for as long.
#[derive(Clone, Debug)]
pub(super) struct OpenTitle {
    _hold: Hold,
    opened: Arc<Opened>,
    known: Option<Arc<Title>>,
}

impl Titles {
    /// None is open. `sources` hold what they say, whatever the director says.
    pub(super) fn new(
        engine: Engine,
        director: Option<Director>,
        sources: Vec<(StreamId, SourceUrl)>,
    ) -> Arc<Self> {
        Arc::new(Self { engine, director, sources, inner: Mutex::default() })
    }

    /// A title, opened by now where it was not.
    pub(super) async fn open(self: &Arc<Self>, wanted: Wanted) -> Result<OpenTitle, Refusal> {
        let (id, known) = match wanted {
            Wanted::Stream(id) => (id, self.name_of(id)),
            Wanted::Title { catalog, title } => {
                let known = self.resolve(catalog, title).await?;
                (known.stream, Some(known))
            }
        };
        let (opening, hold) = self.hold(id)?;
        let opened = opening.get_or_try_init(|| self.open_stream(id)).await?.clone();
        Ok(OpenTitle { _hold: hold, opened, known: known.map(Arc::new) })
    }

    /// Asks the director, from a thread that may wait.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Director) -> Result<T, DirectorError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let Some(director) = self.director.clone() else {
            return Err(Refusal::NotFound(
                "no director is known here that could be asked for names: titles are at /streams/HASH"
                    .to_owned(),
            ));
        };
        let answer = tokio::task::spawn_blocking(move || question(&director)).await;
        answer.map_err(|_| Refusal::Director("the question to the director broke off".to_owned()))?.map_err(
            |why| match why {
                DirectorError::NotFound { .. } => Refusal::NotFound(why.to_string()),
                _ => Refusal::Director(why.to_string()),
            },
        )
    }

    /// Streams that were given on the command line.
    pub(super) fn given(&self) -> Vec<StreamId> {
        let mut streams: Vec<StreamId> = Vec::new();
        for (stream, _) in &self.sources {
            if !streams.contains(stream) {
                streams.push(*stream);
            }
        }
        streams
    }

    /// Whether there is a director to ask for names.
    pub(super) const fn has_director(&self) -> bool {
        self.director.is_some()
    }

    /// How many titles are open.
    pub(super) fn count(&self) -> usize {
        self.lock().open.len()
    }

    /// The streams that are open, and what those gave that no longer are.
    pub(super) fn streams(&self) -> (Vec<SharedStream>, SourceTotals) {
        let inner = self.lock();
        let opened = inner.open.values().filter_map(|entry| entry.opening.get());
        (opened.map(|opened| opened.stream.clone()).collect(), inner.closed.clone())
    }

    /// Closes what nobody has taken for a while, again and again.
    pub(super) async fn close_idle_ones(self: Arc<Self>) {
        loop {
            tokio::time::sleep(IDLE_STEP).await;
            let idle = |entry: &Entry| entry.users == 0 && entry.idle_since.elapsed() >= IDLE_TIME;
            self.close(idle);
        }
    }

    /// Closes all.
    pub(super) fn close_all(&self) {
        self.close(|_| true);
    }

    fn close(&self, which: impl Fn(&Entry) -> bool) {
        let mut inner = self.lock();
        let chosen: Vec<StreamId> =
            inner.open.iter().filter(|(_, entry)| which(entry)).map(|(id, _)| *id).collect();
        let closing: Vec<Entry> = chosen.into_iter().filter_map(|id| inner.take(id)).collect();
        // Closing writes down what was learned of the servers: not under the lock.
        drop(inner);
        drop(closing);
    }

    /// What a name stands for.
    async fn resolve(&self, catalog: String, title: String) -> Result<Title, Refusal> {
        let name = (catalog, title);
        let before = self.lock().names.get(&name).cloned();
        if let Some((known, asked)) = &before
            && asked.elapsed() < NAME_TIME
        {
            return Ok(known.clone());
        }
        let (catalog, title) = name.clone();
        match self.ask(move |director| director.title(&catalog, &title)).await {
            Ok(known) => {
                let mut inner = self.lock();
                if inner.names.len() >= MAX_NAMES {
                    inner.names.clear();
                }
                inner.names.insert(name, (known.clone(), Instant::now()));
                Ok(known)
            }
            // A director that is gone for a while stops nobody who knows the way.
            Err(Refusal::Director(why)) => before.map(|(known, _)| known).ok_or(Refusal::Director(why)),
            Err(refusal) => {
                self.lock().names.remove(&name);
                Err(refusal)
            }
        }
    }

    /// What is known of a stream by some name of it.
    fn name_of(&self, id: StreamId) -> Option<Title> {
        self.lock().names.values().map(|(title, _)| title).find(|title| title.stream == id).cloned()
    }

    /// Counts one more user of a title; makes room for it where it is not open.
    fn hold(self: &Arc<Self>, id: StreamId) -> Result<(Opening, Hold), Refusal> {
        let mut closing = None;
        let mut inner = self.lock();
        if !inner.open.contains_key(&id) && inner.open.len() >= MAX_OPEN_TITLES {
            let unused = |(_, entry): &(&StreamId, &Entry)| entry.users == 0;
            let oldest = inner.open.iter().filter(unused).min_by_key(|(_, entry)| entry.idle_since);
            let oldest = oldest.map(|(id, _)| *id).ok_or_else(|| {
                let words = "titles are being taken, and there is no room for more";
                Refusal::Busy(format!("{MAX_OPEN_TITLES} {words}"))
            })?;
            closing = inner.take(oldest);
        }
        let fresh = || Entry { opening: Arc::default(), users: 0, idle_since: Instant::now() };
        let entry = inner.open.entry(id).or_insert_with(fresh);
        entry.users += 1;
        let opening = Arc::clone(&entry.opening);
        drop(inner);
        drop(closing);
        Ok((opening, Hold { titles: Arc::clone(self), id }))
    }

    fn release(&self, id: StreamId) {
        let mut inner = self.lock();
        let Some(entry) = inner.open.get_mut(&id) else { return };
        entry.users = entry.users.saturating_sub(1);
        entry.idle_since = Instant::now();
        if entry.users == 0 && !entry.opening.initialized() {
            inner.open.remove(&id);
        }
    }

    async fn open_stream(&self, id: StreamId) -> Result<Arc<Opened>, Refusal> {
        let of_it = self.sources.iter().filter(|(stream, _)| *stream == id);
        let sources: Vec<SourceUrl> = of_it.map(|(_, source)| source.clone()).collect();
        if self.director.is_none() && sources.is_empty() {
            return Err(nobody_holds(id));
        }
        let locator = Locator::Stream(id);
        let engine = self.engine.clone();
        let work = move || engine.open_shared(&locator, &OpenOptions { sources, ..OpenOptions::default() });
        let opened = tokio::task::spawn_blocking(work).await;
        let stream = opened
            .map_err(|_| Refusal::Director("opening the title broke off".to_owned()))?
            .map_err(|why| refusal_of(&why))?;
        if !stream.has_sources() {
            return Err(nobody_holds(id));
        }
        Ok(Arc::new(Opened { stream, mime: OnceCell::new() }))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // No code that holds the lock can panic half-way through a change.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nobody_holds(id: StreamId) -> Refusal {
    Refusal::NotFound(format!("no server that is known here holds b3:{id}"))
}

fn refusal_of(error: &OpenError) -> Refusal {
    match error {
        OpenError::Director(DirectorError::NotFound { .. }) => Refusal::NotFound(error.to_string()),
        OpenError::Director(_) => Refusal::Director(error.to_string()),
        OpenError::SizeUnknown { .. } => Refusal::Nobody(error.to_string()),
        _ => Refusal::NoHonestCopy(error.to_string()),
    }
}

impl Inner {
    /// Takes a title out, and counts what its sources gave.
    fn take(&mut self, id: StreamId) -> Option<Entry> {
        let entry = self.open.remove(&id)?;
        if let Some(opened) = entry.opening.get() {
            self.closed.add(&opened.stream.snapshot());
        }
        Some(entry)
    }
}

/// A user of a title, counted for as long as this lives: also one that goes before it is open.
#[derive(Debug)]
struct Hold {
    titles: Arc<Titles>,
    id: StreamId,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.titles.release(self.id);
    }
}

impl Clone for Hold {
    fn clone(&self) -> Self {
        if let Some(entry) = self.titles.lock().open.get_mut(&self.id) {
            entry.users += 1;
        }
        Self { titles: Arc::clone(&self.titles), id: self.id }
    }
}

impl OpenTitle {
    /// The stream.
    pub(super) fn stream(&self) -> &SharedStream {
        &self.opened.stream
    }

    /// What the director told of it, where it was asked.
    pub(super) fn known(&self) -> Option<&Title> {
        self.known.as_deref()
    }

    /// Its MIME type: by its file's name, or else by its first bytes.
    pub(super) async fn mime(&self) -> &'static str {
        let named = self.known.as_ref().and_then(|title| media_type::of_file_name(&title.file_name));
        if let Some(mime) = named {
            return mime;
        }
        let sniff = async || {
            let mut first = Vec::new();
            let mut reader = self.opened.stream.reader(0..SNIFFED_BYTES).map_err(|_| ())?;
            while let Some(chunk) = reader.next_chunk().await.map_err(|_| ())? {
                first.extend_from_slice(&chunk);
            }
            Ok::<_, ()>(media_type::of_first_bytes(&first).unwrap_or(media_type::UNKNOWN))
        };
        // What could not be read now is looked at by the next client.
        self.opened.mime.get_or_try_init(sniff).await.copied().unwrap_or(media_type::UNKNOWN)
    }
}
