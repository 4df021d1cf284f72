//! Opening the port, and the options each connection gets.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};

use super::unsent;

/// A peer that answers nothing for this long is gone, even where nothing is being sent.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(60);
/// Time between the questions after that.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Opens the port.
///
/// # Errors
/// A sentence with the address and what to do.
pub(crate) async fn bind(listen: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("can't listen on {listen}: is another server running there? Choose another --listen address")
    })?;
    let local = listener.local_addr().context("the listening socket has no address")?;
    Ok((listener, local))
}

/// The one line on standard output by which scripts know that a server serves.
pub(crate) fn announce(local: SocketAddr) {
    use std::io::Write;
    // Nobody reads it when standard output is closed, and that is no fault of the server.
    let _ = writeln!(std::io::stdout(), "listening on {local}");
}

/// Sets what the pattern needs: no delay, little unsent, and dead peers noticed.
///
/// # Errors
/// When the socket is closed already.
pub(crate) fn tune(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(
        &TcpKeepalive::new().with_time(KEEPALIVE_IDLE).with_interval(KEEPALIVE_INTERVAL).with_retries(3),
    )?;
    unsent::limit(stream, unsent::LEAST_BYTES)
}
