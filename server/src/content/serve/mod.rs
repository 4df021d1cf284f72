//! One port: the first bytes of a connection tell the pattern protocol from HTTP.

mod http;
mod outbox;
mod read;
mod session;
mod waits;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::BytesMut;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::library::Library;
use super::metrics::Metrics;
use super::pages::Pages;
use crate::net::accept::{Patience, accept, is_pattern};
use crate::net::limits::{ConnectionLimits, Slot};
use crate::net::listener;
use crate::net::shaper::Shaper;

/// What all connections of a content server share.
#[derive(Debug)]
pub(crate) struct Serving {
    /// The server's name.
    pub(crate) name: String,
    /// Where players reach it.
    pub(crate) address: String,
    /// What it holds.
    pub(crate) library: Arc<Library>,
    /// Hash pages.
    pub(crate) pages: Pages,
    /// The rate limit.
    pub(crate) shaper: Shaper,
    /// Counters.
    pub(crate) metrics: Metrics,
    /// Open connections.
    pub(crate) limits: Arc<ConnectionLimits>,
    /// How long clients are waited for.
    pub(crate) patience: Patience,
    /// Whether the director lists it now.
    pub(crate) registered: AtomicBool,
    /// The stop.
    pub(crate) stop: CancellationToken,
}

/// Takes connections until the stop, then waits for the open ones to say goodbye.
pub(crate) async fn serve(listener: TcpListener, serving: Arc<Serving>) {
    let (limits, stop) = (Arc::clone(&serving.limits), serving.stop.clone());
    let refused = || Metrics::add(&serving.metrics.refused_connections, 1);
    accept(listener, &limits, &stop, refused, |stream, _, slot| {
        connection(stream, Arc::clone(&serving), slot)
    })
    .await;
}

async fn connection(stream: TcpStream, serving: Arc<Serving>, _slot: Slot) -> std::io::Result<()> {
    listener::tune(&stream)?;
    let mut first = BytesMut::with_capacity(4096);
    if is_pattern(&stream, &mut first, serving.patience, &serving.stop).await? {
        Metrics::add(&serving.metrics.pattern_connections, 1);
        session::run(&stream, &first, &serving).await
    } else {
        Metrics::add(&serving.metrics.http_connections, 1);
        http::run(stream, first.freeze(), serving).await
    }
}

#[cfg(test)]
mod tests;
