//! The store in an embedded SQLite database. The statements keep to what other engines read too.

mod change;
mod list;
mod read;
mod row;

use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tributary_core::directory::{
    CatalogEntry, Registration, RelayEntry, RelayRegistration, Renewal, ServerEntry, StreamSources, TagEntry,
    Title, TitlePage,
};
use tributary_core::geometry::StreamId;

use super::store::{Answer, Granted, Now, Store, StoreError, TitleQuery};

/// Connections for what players ask.
const MAX_READING_CONNECTIONS: u32 = 4;
/// Connections for what servers change, so that no crowd of players keeps a lease from being renewed.
/// The database takes one writer at a time: the others wait for the connection, in the order they came.
const MAX_WRITING_CONNECTIONS: u32 = 1;
/// How long a writer waits for one outside this process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The database.
#[derive(Debug)]
pub(super) struct SqliteStore {
    readers: SqlitePool,
    writer: SqlitePool,
}

impl SqliteStore {
    /// Opens the database at `path`, or makes it, and brings it to this version's form.
    ///
    /// # Errors
    /// When the file can't be made or opened, or was written by a newer version.
    pub(super) async fn open(path: &Path) -> anyhow::Result<Self> {
        if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
            std::fs::create_dir_all(directory)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = |connections| SqlitePoolOptions::new().max_connections(connections);
        let writer = pool(MAX_WRITING_CONNECTIONS).connect_with(options.clone()).await?;
        sqlx::migrate!().run(&writer).await?;
        let readers = pool(MAX_READING_CONNECTIONS).connect_with(options).await?;
        Ok(Self { readers, writer })
    }
}

impl Store for SqliteStore {
    fn catalogs(&self, now: Now) -> Answer<'_, Vec<CatalogEntry>> {
        list::catalogs(&self.readers, now).boxed()
    }

    fn titles(&self, query: TitleQuery, now: Now) -> Answer<'_, TitlePage> {
        list::titles(&self.readers, query, now).boxed()
    }

    fn tags(&self, catalog: Option<String>, now: Now) -> Answer<'_, Vec<TagEntry>> {
        list::tags(&self.readers, catalog, now).boxed()
    }

    fn title(&self, catalog: String, name: String, now: Now) -> Answer<'_, Option<Title>> {
        read::title(&self.readers, catalog, name, now).boxed()
    }

    fn lookup(&self, file_name: String, size: Option<u64>, now: Now) -> Answer<'_, Vec<Title>> {
        read::lookup(&self.readers, file_name, size, now).boxed()
    }

    fn sources(&self, stream: StreamId, now: Now) -> Answer<'_, Option<StreamSources>> {
        read::sources(&self.readers, stream, now).boxed()
    }

    fn names(&self, streams: Vec<StreamId>) -> Answer<'_, Vec<(StreamId, String)>> {
        read::names(&self.readers, streams).boxed()
    }

    fn poster_holder(&self, stream: StreamId, now: Now) -> Answer<'_, Option<String>> {
        read::poster_holder(&self.readers, stream, now).boxed()
    }

    fn servers(&self, now: Now) -> Answer<'_, Vec<ServerEntry>> {
        read::servers(&self.readers, now).boxed()
    }

    fn register(&self, name: String, table: Registration, now: Now) -> Answer<'_, Granted> {
        change::register(&self.writer, name, table, now).boxed()
    }

    fn relays(&self, now: Now) -> Answer<'_, Vec<RelayEntry>> {
        read::relays(&self.readers, now).boxed()
    }

    fn register_relay(&self, name: String, relay: RelayRegistration, now: Now) -> Answer<'_, Granted> {
        change::register_relay(&self.writer, name, relay, now).boxed()
    }

    fn renew(&self, name: String, renewal: Renewal, now: Now) -> Answer<'_, Granted> {
        change::renew(&self.writer, name, renewal, now).boxed()
    }

    fn withdraw(&self, name: String, instance: String) -> Answer<'_, Vec<StreamId>> {
        change::withdraw(&self.writer, name, instance).boxed()
    }

    fn sweep(&self, now: Now) -> Answer<'_, Vec<StreamId>> {
        change::sweep(&self.writer, now).boxed()
    }
}

/// A number of the contract as the database keeps it.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unreadable(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unreadable(error.to_string())
}

#[cfg(test)]
mod tests;
