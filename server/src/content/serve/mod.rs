//! One port: the first bytes of a connection tell the pattern protocol from HTTP.

mod goodbye;
mod http;
mod outbox;
mod read;
mod session;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bytes::BytesMut;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tributary_core::wire::MAGIC;

use super::library::Library;
use super::metrics::Metrics;
use super::pages::Pages;
use crate::net::limits::{ConnectionLimits, Slot};
use crate::net::listener;
use crate::net::shaper::Shaper;

/// After the stop, open sessions have this long to find other servers.
const FAREWELL: Duration = Duration::from_secs(2);

/// Connections, those that are only told that there is no room included. Beyond it they are closed
/// without a word.
const MAX_CONNECTION_TASKS: usize = 2048;

/// How long clients are waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For the first bytes, and for the frames that open a stream.
    pub(crate) handshake: Duration,
    /// For a client that takes nothing while bytes wait for it.
    pub(crate) slow_reader: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { handshake: Duration::from_secs(5), slow_reader: Duration::from_secs(60) }
    }
}

/// What all connections of a content server share.
#[derive(Debug)]
pub(crate) struct Serving {
    /// The server's name.
    pub(crate) name: String,
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
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = serving.stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => admit(&connections, stream, peer, &serving),
            Err(error) => {
                // No descriptors left, most likely: others will close.
                tracing::warn!("a connection can't be taken: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    // A connection that does not end in time is cut by the end of the process.
    let _ = tokio::time::timeout(FAREWELL + Duration::from_secs(1), connections.wait()).await;
}

fn admit(connections: &TaskTracker, stream: TcpStream, peer: SocketAddr, serving: &Arc<Serving>) {
    let Some(slot) = serving.limits.admit(peer.ip()) else {
        Metrics::add(&serving.metrics.refused_connections, 1);
        if connections.len() < MAX_CONNECTION_TASKS {
            connections.spawn(async move { goodbye::refuse_busy(&stream).await });
        }
        return;
    };
    let serving = Arc::clone(serving);
    connections.spawn(async move {
        if let Err(error) = connection(stream, serving, slot).await {
            tracing::debug!(%peer, "connection ended: {error}");
        }
    });
}

async fn connection(stream: TcpStream, serving: Arc<Serving>, _slot: Slot) -> std::io::Result<()> {
    listener::tune(&stream)?;
    let mut first = BytesMut::with_capacity(4096);
    let told = tokio::time::timeout(serving.patience.handshake, sniff(&stream, &mut first));
    let is_pattern = tokio::select! {
        told = told => told.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??,
        () = serving.stop.cancelled() => return Ok(()),
    };
    if is_pattern {
        Metrics::add(&serving.metrics.pattern_connections, 1);
        let rest = first.split_off(MAGIC.len());
        session::run(&stream, &rest, &serving).await
    } else {
        Metrics::add(&serving.metrics.http_connections, 1);
        http::run(stream, first.freeze(), serving).await
    }
}

/// Reads until the first bytes tell the protocol.
async fn sniff(stream: &TcpStream, first: &mut BytesMut) -> std::io::Result<bool> {
    loop {
        let seen = first.len().min(MAGIC.len());
        if first[..seen] != MAGIC[..seen] {
            return Ok(false);
        }
        if seen == MAGIC.len() {
            return Ok(true);
        }
        stream.readable().await?;
        match stream.try_read_buf(first) {
            Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
