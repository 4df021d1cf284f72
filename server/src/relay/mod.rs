//! The relay (72A, 72B in the seed's FIG. 11): passes players' connections on to the content servers it is
//! allowed to reach, and what these send back, as one more route between them.

mod forward;
mod http;
mod metrics;
mod splice;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use bytes::BytesMut;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_core::directory::RelayRegistration;

use crate::cli::RelayConfig;
use crate::net::accept::{Patience, accept, is_pattern};
use crate::net::limits::{ConnectionLimits, Slot};
use crate::net::listener;
use crate::net::neighbours::{Announcement, announce};
use crate::net::shaper::Shaper;
use crate::registrar::{Doing, Listed, Registrar};
use metrics::Metrics;

/// Most players' connections in all; each has one more to a content server.
const MAX_CONNECTIONS: usize = 1024;
/// Most connections of one address.
const MAX_CONNECTIONS_PER_ADDRESS: usize = 256;

/// What all connections of a relay share.
#[derive(Debug)]
struct Relaying {
    name: String,
    /// Where players reach it.
    address: String,
    /// Whom it may reach.
    allow: BTreeSet<String>,
    shaper: Shaper,
    metrics: Metrics,
    limits: Arc<ConnectionLimits>,
    patience: Patience,
    /// For requests of plain HTTP clients.
    client: reqwest::Client,
    registered: AtomicBool,
    changes: watch::Sender<u64>,
    stop: CancellationToken,
}

impl Relaying {
    /// The address to connect to for one that a player names: nothing where it is not on the list. What
    /// is connected to is always the list's own text.
    fn allowed(&self, asked: &str) -> Option<&str> {
        let asked = crate::director::address_of(asked)?;
        self.allow.get(&asked).map(String::as_str)
    }
}

/// Runs a relay until the stop.
///
/// # Errors
/// A sentence that says what can't be opened and what to do.
pub(crate) async fn run(config: RelayConfig, stop: CancellationToken) -> anyhow::Result<()> {
    let (listener, local) = listener::bind(config.listen).await?;
    // Held until the end.
    let _announced = config.announce.then(|| {
        announce(Announcement {
            role: "relay",
            name: &config.name,
            local,
            advertise: config.advertise.as_deref(),
        })
    });
    let relaying = Arc::new(Relaying {
        name: config.name,
        address: config.advertise.unwrap_or_else(|| local.to_string()),
        allow: config.allow,
        shaper: Shaper::new(config.rate_limit),
        metrics: Metrics::default(),
        limits: ConnectionLimits::new(MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS),
        patience: Patience::default(),
        client: http::client().context("no HTTP client can be made")?,
        registered: AtomicBool::new(false),
        changes: watch::Sender::new(0),
        stop,
    });
    let limit = config.rate_limit.map_or_else(|| "none".into(), |rate| rate.to_string());
    tracing::info!(name = relaying.name, %local, rate_limit = limit, reaches = relaying.allow.len(), "relaying");
    listener::announce(local);

    let registration = match config.director {
        Some(director) => {
            let registrar =
                Registrar::new(director, Arc::clone(&relaying)).context("no HTTP client can be made")?;
            tokio::spawn(registrar.run())
        }
        None => tokio::spawn(async {}),
    };
    let (limits, stop) = (Arc::clone(&relaying.limits), relaying.stop.clone());
    let refused = || Metrics::add(&relaying.metrics.refused_connections, 1);
    accept(listener, &limits, &stop, refused, |stream, peer, slot| {
        connection(stream, peer, Arc::clone(&relaying), slot)
    })
    .await;
    registration.await.context("the registration has failed")
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    relaying: Arc<Relaying>,
    _slot: Slot,
) -> std::io::Result<()> {
    listener::tune(&stream)?;
    let mut first = BytesMut::with_capacity(4096);
    if is_pattern(&stream, &mut first, relaying.patience, &relaying.stop).await? {
        Metrics::add(&relaying.metrics.pattern_connections, 1);
        forward::run(&stream, &first, &relaying).await
    } else {
        Metrics::add(&relaying.metrics.http_connections, 1);
        let stop = relaying.stop.clone();
        crate::net::http::connection(stream, first.freeze(), peer, http::router(relaying), &stop).await
    }
}

impl Listed for Relaying {
    const KIND: &'static str = "relays";

    fn name(&self) -> &str {
        &self.name
    }

    fn registration(&self, instance: &str) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&RelayRegistration {
            address: self.address.clone(),
            instance: instance.to_owned(),
            reaches: self.allow.iter().cloned().collect(),
        })
    }

    fn entries(&self) -> usize {
        self.allow.len()
    }

    fn doing(&self) -> Doing {
        let Metrics { down_bytes, .. } = &self.metrics;
        Doing {
            connections: self.limits.open() as u64,
            sent_bytes: down_bytes.load(Ordering::Relaxed),
            limit_bps: self.shaper.limit_bps(),
            // It reads nothing of what it passes on.
            serving: Vec::new(),
        }
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn is_looking(&self) -> bool {
        false
    }

    fn registered(&self) -> &AtomicBool {
        &self.registered
    }

    fn stop(&self) -> &CancellationToken {
        &self.stop
    }
}

#[cfg(test)]
mod tests;
