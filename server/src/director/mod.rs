//! The director (16 in the seed): knows which server holds what, and tells players.

mod api;
mod intake;
mod sqlite;
mod store;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::{Semaphore, broadcast};
use tokio_util::sync::CancellationToken;
use tributary_core::geometry::StreamId;

use crate::cli::DirectorConfig;
use crate::net::neighbours::{Announcement, announce};
use crate::net::{http, listener};
pub(crate) use intake::MAX_REACHES;
use store::{Now, Store};

/// Longest name of a server, catalog or title, in characters.
pub(crate) const MAX_NAME_CHARS: usize = 200;
/// Longest description, in characters.
pub(crate) const MAX_DESCRIPTION_CHARS: usize = 4000;
/// Most tags of a title.
pub(crate) const MAX_TAGS: usize = 32;

/// `HOST:PORT` in the one way in which it is kept; nothing for what names no machine to connect to.
pub(crate) fn address_of(text: &str) -> Option<String> {
    // Without a peer an unspecified host stays what it is, and names nobody.
    let nobody = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    let address = intake::address(text, nobody).ok()?;
    let unspecified =
        address.parse::<std::net::SocketAddr>().is_ok_and(|address| address.ip().is_unspecified());
    (!unspecified).then_some(address)
}

/// How often lapsed leases are looked for.
const SWEEP_EVERY: Duration = Duration::from_millis(250);
/// Changes that a slow listener may be behind before it asks for everything again.
const MAX_CHANGES_WAITING: usize = 256;
/// Most connections in all, listeners of events included.
const MAX_CONNECTIONS: usize = 4096;
/// Most connections of one address.
const MAX_CONNECTIONS_PER_ADDRESS: usize = 1024;

/// Tables of contents that are read at once: they may be large.
const MAX_TABLES_READ_AT_ONCE: usize = 4;

/// Streams whose sources have changed.
type Change = Arc<[StreamId]>;

/// What all requests share.
#[derive(Clone)]
struct Director {
    name: Arc<str>,
    store: Arc<dyn Store>,
    changes: broadcast::Sender<Change>,
    answers: Arc<api::Answers>,
    /// Places for tables of contents that are being read.
    tables: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Director {
    /// Tells those who listen that these streams' sources have changed.
    fn tell(&self, streams: Vec<StreamId>) {
        if !streams.is_empty() {
            // Nobody listens: fine.
            let _ = self.changes.send(streams.into());
        }
    }
}

/// Runs a director until the stop.
///
/// # Errors
/// A sentence that says what can't be opened and what to do.
pub(crate) async fn run(config: DirectorConfig, stop: CancellationToken) -> anyhow::Result<()> {
    let store = sqlite::SqliteStore::open(&config.database).await.with_context(|| {
        format!(
            "the database {} can't be opened: pass --state DIR or --database sqlite:PATH",
            config.database.display()
        )
    })?;
    let (listener, local) = listener::bind(config.listen).await?;
    // Held until the end.
    let _announced = config
        .announce
        .then(|| announce(Announcement { role: "director", name: &config.name, local, advertise: None }));
    let director = Director {
        name: config.name.into(),
        store: Arc::new(store),
        changes: broadcast::Sender::new(MAX_CHANGES_WAITING),
        answers: Arc::default(),
        tables: Arc::new(Semaphore::new(MAX_TABLES_READ_AT_ONCE)),
        stop: stop.clone(),
    };
    let sweeper = tokio::spawn(sweep(director.clone()));
    tracing::info!(%local, "directing, open to all");
    listener::announce(local);
    let limits = crate::net::limits::ConnectionLimits::new(MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS);
    http::serve(listener, api::router(director), limits, stop).await;
    sweeper.await.context("the sweeper has failed")
}

/// Looks for leases that have lapsed, and tells of them.
async fn sweep(director: Director) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    while director.stop.run_until_cancelled(ticks.tick()).await.is_some() {
        match director.store.sweep(Now::read()).await {
            Ok(streams) => director.tell(streams),
            Err(error) => tracing::error!("lapsed leases can't be looked for: {error}"),
        }
    }
}
