//! The engine: what all open streams share, and how one is opened.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tributary_core::directory::Title;
use tributary_core::geometry::{BadBlockSize, Geometry, StreamId};
use tributary_core::pattern::MAX_SOURCES;
use tributary_core::session::{BadSession, Config, Session};
use tributary_core::time::Time;
use tributary_core::verify::{MAX_STREAM, Proof, Verdict};

use crate::cache::Cache;
use crate::config::{CacheLimits, EngineConfig, OpenOptions};
use crate::diagnose::{self, ServerTest, TestRequest};
use crate::director::{self, Client, Director, DirectorError};
use crate::discover;
use crate::disk::Disk;
use crate::driver::Driver;
use crate::heads::Heads;
use crate::live::Live;
use crate::locator::{Locator, SourceUrl};
use crate::pace::Pace;
use crate::rates::Rates;
use crate::readers::Readers;
use crate::resolve::{Found, Given, Means, resolve};
use crate::roster::Roster;
use crate::runtime::Runtime;
use crate::shared::Shared;
use crate::sharing::SharedStream;
use crate::stream::{Opened, Stream};
use crate::verification::Verification;
use crate::web::{Tls, WebSource, WebUrl, document};

/// Bytes of a block where nothing speaks for larger ones.
const SMALL_BLOCK_BYTES: u32 = 16 << 10;
/// Bytes of a block for large streams and fast servers.
const LARGE_BLOCK_BYTES: u32 = 64 << 10;
/// Size of a stream above which blocks are large.
const LARGE_STREAM_BYTES: u64 = 4 << 30;
/// Remembered rate of all sources together above which blocks are large.
const FAST_BPS: f64 = 200e6;
/// Most news of the director that wait for the driver.
const MAX_NEWS_WAITING: usize = 16;
/// Most bytes ordered and not yet here, where the cache's window would allow more.
const MAX_OUTSTANDING_BYTES: u64 = 32 << 20;
/// Most streams of doubtful size that are remembered.
const MAX_DOUBTED: usize = 64;
/// Least blocks that are read ahead, whatever the cache's bound.
const MIN_BLOCKS_AHEAD: u64 = 4;
/// Least pieces that are proved together and are read ahead.
const MIN_UNITS_AHEAD: u64 = 3;

/// An engine that can't be started.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No threads to run on.
    #[error("the engine's threads can't be started: {0}")]
    Threads(#[source] io::Error),
    /// No HTTP client.
    #[error("the engine's HTTP client can't be made: {0}")]
    Http(#[source] reqwest::Error),
}

/// A stream that can't be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The locator needs a director and none is known.
    #[error("no director is known to ask for {0}: give one, or sources")]
    NoDirector(String),
    /// The director could not be asked, or has nothing of that name.
    #[error(transparent)]
    Director(#[from] DirectorError),
    /// A source is for another stream than the locator.
    #[error("{source_url} is a source of another stream than b3:{wanted}")]
    OtherStream {
        /// The source.
        source_url: SourceUrl,
        /// The stream that the locator names.
        wanted: String,
    },
    /// No file of that name and size.
    #[error("the director at {director} knows no file named {name:?}{size}")]
    NoFile {
        /// The file's name.
        name: String,
        /// ` of N bytes`, where that was asked.
        size: String,
        /// The director.
        director: String,
    },
    /// Several files of that name and size.
    #[error("{count} different files are named {name:?}: {files}")]
    Ambiguous {
        /// The file's name.
        name: String,
        /// How many there are.
        count: usize,
        /// Each with its title, size and hash.
        files: String,
    },
    /// No source told the size of the stream.
    #[error("no server told the size of {title}: {why}")]
    SizeUnknown {
        /// What was to be opened.
        title: String,
        /// What happened to each source.
        why: String,
    },
    /// Every source is of no use, for good.
    #[error("no server has a copy of {title} that can be used: {why}")]
    NoHonestCopy {
        /// What was to be opened.
        title: String,
        /// What happened to each source.
        why: String,
    },
    /// A Metalink file that can't be read or used.
    #[error("the Metalink file {file} can't be used: {why}")]
    Metalink {
        /// Where it is.
        file: String,
        /// Why, in words.
        why: String,
    },
    /// A stream larger than its hashes can be listed for.
    #[error("a stream of {0} bytes is larger than the {MAX_STREAM} that can be fetched")]
    TooLarge(u64),
    /// A stream that is said to be empty, and can't be by its name.
    #[error("{0:?} is said to have no bytes, but that is not the hash of nothing")]
    NotEmpty(StreamId),
    /// A block size that no session may use.
    #[error(transparent)]
    BlockSize(#[from] BadBlockSize),
    /// A block size that no stream can be verified with.
    #[error(transparent)]
    Session(#[from] BadSession),
}

/// Fetches streams. Clones are the same engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    config: EngineConfig,
    http: reqwest::Client,
    memory: Arc<Memory>,
    runtime: Arc<Runtime>,
    tls: Arc<Tls>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts an engine.
    ///
    /// # Errors
    /// [`EngineError`], where the system gives no threads.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        let runtime = Arc::new(Runtime::new().map_err(EngineError::Threads)?);
        let http = director::http_client().map_err(EngineError::Http)?;
        let memory = Arc::new(Memory::load(config.rates_file.clone()));
        let tls = Arc::new(Tls::new(config.ca_file.clone()));
        Ok(Self(Arc::new(Inner { config, http, memory, runtime, tls })))
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    pub(crate) fn block_on<F: Future>(&self, work: F) -> F::Output {
        self.0.runtime.block_on(work)
    }

    /// The director at `address`: `http://HOST:PORT`. An address that is none is told by the first
    /// call.
    #[must_use]
    pub fn director(&self, address: &str) -> Director {
        Director::new(self.0.runtime.clone(), Client::new(self.0.http.clone(), address))
    }

    /// Sources of a stream, or of a file by its name, among the content servers on the local network: all
    /// are found and asked. Blocks for `time`, and up to two seconds more for the answers.
    ///
    /// # Errors
    /// [`discover::DiscoverError`].
    pub fn search_network(
        &self,
        question: &discover::Question,
        time: Duration,
    ) -> Result<Vec<SourceUrl>, discover::DiscoverError> {
        let servers = discover::neighbours(time)?.into_iter().filter(|found| found.role == "content");
        Ok(self.ask_servers(question, servers.map(|found| found.address).collect()))
    }

    /// The same among the content servers at these addresses, `HOST:PORT`.
    #[must_use]
    pub fn ask_servers(&self, question: &discover::Question, servers: Vec<String>) -> Vec<SourceUrl> {
        let Inner { http, runtime, .. } = &*self.0;
        discover::sources(&runtime.block_on(discover::ask_all(http, servers, question)))
    }

    /// A small document of a plain web server, whole: a playlist, for example. Blocks for at most some seconds.
    ///
    /// # Errors
    /// In words, where it can't be had or has more than `most_bytes`.
    pub fn document(&self, url: &WebUrl, most_bytes: usize) -> Result<Vec<u8>, String> {
        let source = WebSource::new(url.clone());
        let fetching = document(&source, &self.0.tls, most_bytes);
        self.block_on(fetching).map(|bytes| bytes.to_vec())
    }

    /// Starts to measure servers; see [`crate::diagnose`]. Returns at once.
    #[must_use]
    pub fn test_servers(&self, request: TestRequest) -> ServerTest {
        let Inner { config, http, memory, runtime, tls } = &*self.0;
        let kit = diagnose::Kit {
            http: http.clone(),
            tls: tls.clone(),
            memory: memory.clone(),
            director: config.director.clone(),
        };
        let board = Arc::<diagnose::Board>::default();
        let task = runtime.spawn(diagnose::run(board.clone(), kit, request));
        ServerTest::new(board, task, runtime.clone())
    }

    /// Opens a stream to be played: from its start on, its end fetched aside. Blocks while the director
    /// is asked, for at most some seconds, and not for any content server.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(&self, locator: &Locator, options: &OpenOptions) -> Result<Stream, OpenError> {
        self.open_with(locator, options, |size| Plan { range: 0..size, tail: true, shared: false })
    }

    /// Opens a stream to be read once, in order: from `start` to `end` or its end, and nothing else is
    /// fetched.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_in_order(
        &self,
        locator: &Locator,
        options: &OpenOptions,
        start: u64,
        end: Option<u64>,
    ) -> Result<Stream, OpenError> {
        self.open_with(locator, options, |size| {
            let end = end.unwrap_or(size).min(size);
            Plan { range: start.min(end)..end, tail: false, shared: false }
        })
    }

    /// Whether servers have told different sizes of a stream: opened anew it has the size that most tell.
    #[must_use]
    pub fn doubts_size(&self, stream: StreamId) -> bool {
        self.0.memory.doubts_size(stream)
    }

    /// Opens a stream for several readers that each take one range: nothing is fetched until one comes.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_shared(&self, locator: &Locator, options: &OpenOptions) -> Result<SharedStream, OpenError> {
        let plan = |size| Plan { range: 0..size, tail: false, shared: true };
        self.open_with(locator, options, plan).map(SharedStream::new)
    }

    fn open_with(
        &self,
        locator: &Locator,
        options: &OpenOptions,
        plan: impl FnOnce(u64) -> Plan,
    ) -> Result<Stream, OpenError> {
        let Inner { config, http, memory, runtime, tls } = &*self.0;
        let address = options.director.as_ref().or(config.director.as_ref());
        let means = Means { memory, tls, http, director: address.map(String::as_str) };
        let found = runtime.block_on(resolve(means, locator, options))?;
        let Found { stream, proof, whole, size, title, file_name, given, introductions, listed, director } =
            found;
        if size > MAX_STREAM {
            return Err(OpenError::TooLarge(size));
        }
        if let Some(stream) = stream.filter(|_| size == 0 && proof.check(0, &[]) != Verdict::Good) {
            return Err(OpenError::NotEmpty(stream));
        }
        let is_proved_by_name = matches!(proof, Proof::Tree(_));
        let verification = Verification::of(&proof, whole);
        let id = stream.unwrap_or_else(|| stand_in(&given));
        let routes = options.routes_per_server.unwrap_or(config.routes_per_server);
        let mut roster = Roster::new(routes, options.most_sources.unwrap_or(MAX_SOURCES));
        let mut first: Vec<_> = given
            .iter()
            .filter_map(|given| match given {
                Given::Content { address, via } => roster.give(address, via.as_deref()),
                Given::Web(web) => roster.give_web(web),
            })
            .collect();
        first.extend(roster.list(&listed));

        let block_size = config.block_size.unwrap_or_else(|| {
            let rates = roster.iter().filter_map(|(_, member)| memory.rate_bps(&member.remembered_as()));
            choose_block_size(size, rates.sum())
        });
        let geometry = Geometry::new(size, block_size)?;
        let Plan { range, tail, shared } = plan(size);
        // Less than a few blocks ahead, and nothing could ever be ordered.
        let least_ahead = (MIN_BLOCKS_AHEAD * u64::from(block_size)).max(MIN_UNITS_AHEAD * proof.unit());
        let cache = options.cache.unwrap_or(config.cache);
        let in_time = ahead_in_time(options.ahead_seconds, size, title.as_ref());
        let ahead_bytes = cache.ahead_bytes.min(in_time.unwrap_or(u64::MAX)).max(least_ahead);
        let cache = CacheLimits { ahead_bytes, ..cache };
        let heads = Heads::new(geometry, cache.ahead_bytes, range);
        let readers = shared.then(|| Readers::new(geometry, cache.ahead_bytes));
        let shared = Arc::new(Shared::new(Cache::new(geometry, cache), heads, readers, tail));
        let session = Session::with_proof(
            id,
            proof,
            geometry,
            Config {
                planner: options.planner.unwrap_or(config.planner),
                cut_over: config.cut_over,
                pattern_length: config.pattern_length,
                elements_per_block: config.elements_per_block,
                redundancy: config.redundancy,
                identify: config.identify,
                max_outstanding_bytes: MAX_OUTSTANDING_BYTES.min(cache.ahead_bytes),
                ..Config::default()
            },
        )?;
        let live = Arc::new(Live::new(session, roster, verification));
        if let Some(words) = verification.words() {
            live.lock().journal.add(Time::ZERO, words);
        }
        let news = director.map(|client| {
            let (to_driver, news) = mpsc::channel(MAX_NEWS_WAITING);
            runtime.spawn(director::watch(client, id, to_driver));
            news
        });
        let disk = options.disk.clone().filter(|disk| disk.bytes > 0 && is_proved_by_name);
        let disk_limit = disk.as_ref().map_or(0, |disk| disk.bytes);
        let disk = disk.and_then(|limits| {
            Disk::open(limits, id, geometry)
                .inspect_err(|why| tracing::debug!("nothing is kept on disk: {why}"))
                .ok()
        });
        if let Some((disk, _)) = &disk {
            live.lock().disk = Some((disk.state(), disk_limit));
        }
        let driver = Driver::new(
            shared.clone(),
            live.clone(),
            memory.clone(),
            tls.clone(),
            config.give_up_after,
            options.limit_bps.map(|limit_bps| Pace::new(limit_bps, block_size)),
            news,
        )
        .with_disk(disk);
        runtime.spawn(driver.run(first, introductions));
        let (memory, runtime) = (memory.clone(), runtime.clone());
        Ok(Stream::new(Opened {
            id,
            hash: stream,
            file_name,
            verification,
            size,
            title,
            shared,
            live,
            memory,
            _runtime: runtime,
        }))
    }
}

/// How a stream will be read.
struct Plan {
    /// Which bytes.
    range: Range<u64>,
    /// Its end is fetched aside.
    tail: bool,
    /// By readers that say who they are.
    shared: bool,
}

/// A name for a stream whose hash nobody told: it stands for where it comes from.
fn stand_in(given: &[Given]) -> StreamId {
    let mut hasher = blake3::Hasher::new();
    for given in given {
        if let Given::Web(web) = given {
            hasher.update(web.url().to_string().as_bytes()).update(b"\n");
        }
    }
    StreamId(*hasher.finalize().as_bytes())
}

/// Bytes that so many seconds of a title take on average; none where its length is not known.
fn ahead_in_time(seconds: Option<u32>, size: u64, title: Option<&Title>) -> Option<u64> {
    let length_ms = title.map(|title| title.media.duration_ms).filter(|length| *length > 0)?;
    Some((f64::from(seconds?) * 1000.0 * size as f64 / length_ms as f64) as u64)
}

fn choose_block_size(size: u64, remembered_bps: f64) -> u32 {
    if size > LARGE_STREAM_BYTES || remembered_bps > FAST_BPS { LARGE_BLOCK_BYTES } else { SMALL_BLOCK_BYTES }
}

/// What is remembered of servers, and the file it is kept in.
#[derive(Debug)]
pub(crate) struct Memory {
    path: Option<PathBuf>,
    rates: Mutex<Rates>,
    /// Streams of which servers have told different sizes, the newest last.
    doubted: Mutex<VecDeque<StreamId>>,
}

impl Memory {
    fn load(path: Option<PathBuf>) -> Self {
        let rates = path.as_deref().map(Rates::load).unwrap_or_default();
        Self { path, rates: Mutex::new(rates), doubted: Mutex::default() }
    }

    /// The rate a server gave before.
    pub(crate) fn rate_bps(&self, address: &str) -> Option<f64> {
        self.rates().get(address)
    }

    /// Servers tell different sizes of this stream.
    pub(crate) fn doubt_size(&self, stream: StreamId) {
        let mut doubted = self.doubted.lock().unwrap_or_else(PoisonError::into_inner);
        if !doubted.contains(&stream) {
            doubted.push_back(stream);
        }
        if doubted.len() > MAX_DOUBTED {
            doubted.pop_front();
        }
    }

    /// Whether servers told different sizes of this stream.
    pub(crate) fn doubts_size(&self, stream: StreamId) -> bool {
        self.doubted.lock().unwrap_or_else(PoisonError::into_inner).contains(&stream)
    }

    /// Takes the rates of a session, and writes them down.
    pub(crate) fn learn(&self, measured: Vec<(String, f64)>) {
        if measured.is_empty() {
            return;
        }
        let rates = {
            let mut rates = self.rates();
            // Other programs of this user write it too, and may have learned more since it was read.
            if let Some(written) = self.path.as_deref().map(Rates::load).filter(|written| !written.is_empty())
            {
                *rates = written;
            }
            rates.learn(measured);
            rates.clone()
        };
        if let Some(path) = &self.path
            && let Err(why) = rates.save(path)
        {
            tracing::debug!("the servers' rates can't be kept in {}: {why}", path.display());
        }
    }

    fn rates(&self) -> MutexGuard<'_, Rates> {
        self.rates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_ahead_become_bytes_where_the_length_is_known() {
        let title = |duration_ms| Title {
            catalog: String::new(),
            name: String::new(),
            title: String::new(),
            stream: StreamId([0; 32]),
            size: 1000,
            file_name: String::new(),
            year: None,
            description: String::new(),
            tags: Vec::new(),
            media: tributary_core::directory::MediaFacts { duration_ms, ..Default::default() },
            poster: false,
            servers: Vec::new(),
            added_at: 0,
        };
        assert_eq!(ahead_in_time(Some(30), 1000, Some(&title(100_000))), Some(300));
        assert_eq!(ahead_in_time(Some(30), 1000, Some(&title(0))), None);
        assert_eq!(ahead_in_time(None, 1000, Some(&title(100_000))), None);
        assert_eq!(ahead_in_time(Some(30), 1000, None), None);
    }

    #[test]
    fn blocks_are_large_for_large_streams_and_fast_servers_only() {
        assert_eq!(choose_block_size(32 << 20, 0.0), SMALL_BLOCK_BYTES);
        assert_eq!(choose_block_size(LARGE_STREAM_BYTES + 1, 0.0), LARGE_BLOCK_BYTES);
        assert_eq!(choose_block_size(32 << 20, 201e6), LARGE_BLOCK_BYTES);
    }
}
