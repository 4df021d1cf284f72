//! What the director keeps, behind one trait: the requests know no database.

use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::future::BoxFuture;
use tributary_core::directory::{
    CatalogEntry, LeaseGrant, Registration, RelayEntry, RelayRegistration, Renewal, ServerEntry,
    StreamSources, TagEntry, Title, TitlePage,
};
use tributary_core::geometry::StreamId;

/// A time of day: leases outlive the director's own process, so they are kept in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Now {
    /// Milliseconds since 1970.
    pub(super) ms: i64,
}

impl Now {
    /// Reads the clock.
    pub(super) fn read() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX) }
    }

    /// This much later.
    pub(super) const fn plus_seconds(self, seconds: u64) -> Self {
        Self { ms: self.ms.saturating_add_unsigned(seconds * 1000) }
    }
}

/// Order of a list of titles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sort {
    /// By the name shown.
    #[default]
    Name,
    /// Newest first.
    Added,
}

/// How many of its first hexadecimal digits a stream is named by where it is left out of a list: a list of
/// 500 streams fits a request's header so, and no two streams there are share them.
pub(super) const WITHOUT_DIGITS: usize = 16;

/// Which titles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TitleQuery {
    /// Of this catalog only.
    pub(super) catalog: Option<String>,
    /// With this text in title, name or tags, in whatever case.
    pub(super) search: String,
    /// With this tag, in whatever case.
    pub(super) tag: Option<String>,
    /// At least so long, in milliseconds. Titles of unknown length are left out where this is over 0
    /// or `under_ms` is given.
    pub(super) least_ms: u64,
    /// Shorter than this, in milliseconds.
    pub(super) under_ms: Option<u64>,
    /// With a picture that was made for at least so many lines.
    pub(super) least_lines: u32,
    /// With subtitles.
    pub(super) subtitles: bool,
    /// Not these streams: [`WITHOUT_DIGITS`] hexadecimal digits of each, with commas between.
    pub(super) without: String,
    /// In this order.
    pub(super) sort: Sort,
    /// From this place on.
    pub(super) offset: u64,
    /// At most so many.
    pub(super) limit: u64,
}

/// A change that was made, and the streams whose sources it changed.
#[derive(Debug)]
pub(super) struct Granted {
    /// What the server gets.
    pub(super) grant: LeaseGrant,
    /// Streams to tell of.
    pub(super) changed: Vec<StreamId>,
}

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    /// Another server has this name.
    #[error(
        "another server named {name:?} is registered from {holder} and its lease runs. Give this one another name, \
         or wait until the other has been gone for 15 s"
    )]
    NameTaken {
        /// The name.
        name: String,
        /// The other's address.
        holder: String,
    },
    /// As many servers as a director keeps.
    #[error("this director lists as many servers as it takes ({0})")]
    TooManyServers(i64),
    /// The fencing number is an old one.
    #[error("server {0:?} has been registered anew since: this lease is over")]
    Fenced(String),
    /// Nobody of that name is registered.
    #[error("server {0:?} is not registered")]
    UnknownServer(String),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// What is in the database can't be read.
    #[error("the database holds what this version can't read: {0}")]
    Unreadable(String),
}

/// What a call gives.
pub(super) type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// All that a director keeps. Only servers whose lease runs at `now` count.
pub(super) trait Store: Send + Sync {
    /// All catalogs, by name.
    fn catalogs(&self, now: Now) -> Answer<'_, Vec<CatalogEntry>>;
    /// A page of titles.
    fn titles(&self, query: TitleQuery, now: Now) -> Answer<'_, TitlePage>;
    /// The tags of a catalog's titles, or of all; those of most titles first.
    fn tags(&self, catalog: Option<String>, now: Now) -> Answer<'_, Vec<TagEntry>>;
    /// One title; of several streams of that name the one that most servers hold.
    fn title(&self, catalog: String, name: String, now: Now) -> Answer<'_, Option<Title>>;
    /// Titles of a file name and, where given, a size.
    fn lookup(&self, file_name: String, size: Option<u64>, now: Now) -> Answer<'_, Vec<Title>>;
    /// Who holds a stream; nothing where nobody ever did.
    fn sources(&self, stream: StreamId, now: Now) -> Answer<'_, Option<StreamSources>>;
    /// Names of streams' titles, to show; of several the first.
    fn names(&self, streams: Vec<StreamId>) -> Answer<'_, Vec<(StreamId, String)>>;
    /// Address of a server that has a poster of the stream.
    fn poster_holder(&self, stream: StreamId, now: Now) -> Answer<'_, Option<String>>;
    /// Every server.
    fn servers(&self, now: Now) -> Answer<'_, Vec<ServerEntry>>;
    /// Takes a whole table of contents in the place of the server's last one.
    fn register(&self, name: String, table: Registration, now: Now) -> Answer<'_, Granted>;
    /// Every relay.
    fn relays(&self, now: Now) -> Answer<'_, Vec<RelayEntry>>;
    /// Takes a relay in the place of the one of that name.
    fn register_relay(&self, name: String, relay: RelayRegistration, now: Now) -> Answer<'_, Granted>;
    /// Extends a lease, a server's or a relay's.
    fn renew(&self, name: String, renewal: Renewal, now: Now) -> Answer<'_, Granted>;
    /// Ends a lease, a server's or a relay's. A stranger's instance changes nothing.
    fn withdraw(&self, name: String, instance: String) -> Answer<'_, Vec<StreamId>>;
    /// Notes lapsed leases, forgets what is long gone; gives the streams whose sources have changed.
    fn sweep(&self, now: Now) -> Answer<'_, Vec<StreamId>>;
}
