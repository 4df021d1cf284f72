//! Taking connections: their limits, what they turn out to speak, and the end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tributary_core::wire::MAGIC;

use super::goodbye;
use super::limits::{ConnectionLimits, Slot};

/// After the stop, open sessions have this long to find other servers.
pub(crate) const FAREWELL: Duration = Duration::from_secs(2);

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

/// Takes connections until the stop, then waits for the open ones to say goodbye. `refused` is told of
/// each that `limits` leave no room for; the others go to `serve`, which keeps their slot.
pub(crate) async fn accept<F>(
    listener: TcpListener,
    limits: &Arc<ConnectionLimits>,
    stop: &CancellationToken,
    refused: impl Fn(),
    serve: impl Fn(TcpStream, SocketAddr, Slot) -> F,
) where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let connections = TaskTracker::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => match limits.admit(peer.ip()) {
                Some(slot) => {
                    let served = serve(stream, peer, slot);
                    connections.spawn(async move {
                        if let Err(error) = served.await {
                            tracing::debug!(%peer, "connection ended: {error}");
                        }
                    });
                }
                None => {
                    refused();
                    if connections.len() < MAX_CONNECTION_TASKS {
                        connections.spawn(async move { goodbye::refuse_busy(&stream).await });
                    }
                }
            },
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

/// Reads into `first` until its bytes tell the protocol: true for the pattern protocol, whose magic is
/// taken off then; false for HTTP.
pub(crate) async fn is_pattern(
    stream: &TcpStream,
    first: &mut BytesMut,
    patience: Patience,
    stop: &CancellationToken,
) -> std::io::Result<bool> {
    let told = tokio::time::timeout(patience.handshake, sniff(stream, first));
    let told = stop.run_until_cancelled(told).await;
    let told = told.ok_or(std::io::ErrorKind::Interrupted)?;
    let is_pattern = told.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
    if is_pattern {
        let _ = first.split_to(MAGIC.len());
    }
    Ok(is_pattern)
}

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
