//! The content server (18 in the seed): holds streams and sends the blocks that patterns give it.

mod index;
mod library;
mod media;
mod metrics;
mod pages;
mod root;
mod serve;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::Context;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_core::directory::Registration;

use crate::cli::ContentConfig;
use crate::net::accept::Patience;
use crate::net::limits::ConnectionLimits;
use crate::net::listener;
use crate::net::neighbours::{Announcement, announce};
use crate::net::shaper::Shaper;
use crate::registrar::{Doing, Listed, Registrar};

/// Most connections in all.
const MAX_CONNECTIONS: usize = 1024;
/// Most connections of one address.
const MAX_CONNECTIONS_PER_ADDRESS: usize = 256;

/// Runs a content server until the stop.
///
/// # Errors
/// A sentence that says what can't be opened and what to do.
pub(crate) async fn run(config: ContentConfig, stop: CancellationToken) -> anyhow::Result<()> {
    let directory = &config.directory;
    let root = root::Root::open(directory)
        .with_context(|| format!("the directory {} can't be opened", directory.display()))?;
    let memory = index::remember::Memory::open(&config.state).with_context(|| {
        format!("the state directory {} can't be used: pass --state DIR", config.state.display())
    })?;
    let library = library::Library::new(root, &config.state);
    let (listener, local) = listener::bind(config.listen).await?;
    // Held until the end.
    let _announced = config.announce.then(|| {
        announce(Announcement {
            role: "content",
            name: &config.name,
            local,
            advertise: config.advertise.as_deref(),
        })
    });
    let endings = index::scan::Endings::new(&config.extensions);
    let indexer = index::indexer::Indexer::start(Arc::clone(&library), endings, memory)
        .context("no thread can be started")?;
    let serving = Arc::new(serve::Serving {
        name: config.name.clone(),
        address: config.advertise.unwrap_or_else(|| local.to_string()),
        library,
        pages: pages::Pages::new(config.state.clone()),
        shaper: Shaper::new(config.rate_limit),
        metrics: metrics::Metrics::default(),
        limits: ConnectionLimits::new(MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS),
        patience: Patience::default(),
        registered: AtomicBool::new(false),
        stop,
    });
    let limit = config.rate_limit.map_or_else(|| "none".into(), |rate| rate.to_string());
    tracing::info!(name = config.name, %local, rate_limit = limit, "serving {}", directory.display());
    listener::announce(local);

    let registration = match config.director {
        Some(director) => {
            let registrar =
                Registrar::new(director, Arc::clone(&serving)).context("no HTTP client can be made")?;
            tokio::spawn(registrar.run())
        }
        None => tokio::spawn(async {}),
    };
    serve::serve(listener, serving).await;
    registration.await.context("the registration has failed")?;
    tokio::task::spawn_blocking(move || indexer.stop()).await.context("the indexer has failed")
}

impl Listed for serve::Serving {
    const KIND: &'static str = "servers";

    fn name(&self) -> &str {
        &self.name
    }

    fn registration(&self, instance: &str) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&Registration {
            address: self.address.clone(),
            instance: instance.to_owned(),
            titles: self.library.titles(),
            parts: self.library.parts(),
        })
    }

    fn entries(&self) -> usize {
        self.library.films()
    }

    fn doing(&self) -> Doing {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Doing {
            connections: self.limits.open() as u64,
            sent_bytes: read(&self.metrics.pattern_bytes) + read(&self.metrics.http_bytes),
            limit_bps: self.shaper.limit_bps(),
            serving: self.pages.served(),
        }
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.library.changes()
    }

    fn is_looking(&self) -> bool {
        self.library.is_indexing()
    }

    fn registered(&self) -> &AtomicBool {
        &self.registered
    }

    fn stop(&self) -> &CancellationToken {
        &self.stop
    }
}
