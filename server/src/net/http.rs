//! Serves HTTP with the limits that every port has: connections, time and size of headers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::limits::{ConnectionLimits, Slot};
use super::prefixed::Prefixed;

/// Time for a request's header, and for the next request on a connection that is kept.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest header.
const MAX_HEADER_BYTES: usize = 32 << 10;
/// A client that takes nothing for this long while bytes wait for it is cut.
const SLOW_READER: Duration = Duration::from_secs(60);
/// Time that open requests have after the stop.
const FAREWELL: Duration = Duration::from_secs(2);

/// Takes connections until the stop, then lets open requests finish.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Arc<ConnectionLimits>,
    stop: CancellationToken,
) {
    let connections = TaskTracker::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                // Over the limit: closed at once.
                let Some(slot) = limits.admit(peer.ip()) else { continue };
                // Fails where the socket is closed already; serving it will find that out.
                let _ = super::listener::tune(&stream);
                let (router, stop) = (router.clone(), stop.clone());
                connections.spawn(async move {
                    let _slot: Slot = slot;
                    if let Err(error) = connection(stream, Bytes::new(), peer, router, &stop).await {
                        tracing::debug!(%peer, "connection ended: {error}");
                    }
                });
            }
            Err(error) => {
                tracing::warn!("a connection can't be taken: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    // A request that does not end in time is cut by the end of the process.
    let _ = tokio::time::timeout(FAREWELL, connections.wait()).await;
}

/// Serves one connection; `first` was read of it already.
///
/// # Errors
/// As the connection ends.
pub(crate) async fn connection(
    stream: TcpStream,
    first: Bytes,
    peer: SocketAddr,
    router: Router,
    stop: &CancellationToken,
) -> std::io::Result<()> {
    let router = TowerToHyperService::new(router);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        hyper::service::Service::call(&router, request)
    });
    let stream = Prefixed::new(first, stream, SLOW_READER);
    serve_connection(stream, service, stop).await.map_err(std::io::Error::other)
}

/// Serves one connection until it ends; after the stop the request that is open is its last.
///
/// # Errors
/// Whatever ended it before its time.
pub(crate) async fn serve_connection<S, B>(
    stream: Prefixed,
    service: S,
    stop: &CancellationToken,
) -> hyper::Result<()>
where
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        done = connection.as_mut() => done,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}
