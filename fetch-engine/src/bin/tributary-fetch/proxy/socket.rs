//! A client's connection that is reset, and not closed, where it ends in the middle of a body: a client
//! must never take a fault for the end of a film.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Whether a connection may end now.
#[derive(Debug, Default)]
pub(super) struct Ending {
    in_body: AtomicBool,
}

impl Ending {
    /// A body has begun: only [`Self::body_done`] makes a clean end possible again.
    pub(super) fn body_begun(&self) {
        self.in_body.store(true, Ordering::Release);
    }

    /// All of it was handed over.
    pub(super) fn body_done(&self) {
        self.in_body.store(false, Ordering::Release);
    }

    fn is_in_body(&self) -> bool {
        self.in_body.load(Ordering::Acquire)
    }
}

/// The connection.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    ending: Arc<Ending>,
}

impl Socket {
    /// Reset at its end unless `ending` allows a clean one.
    pub(super) const fn new(stream: TcpStream, ending: Arc<Ending>) -> Self {
        Self { stream, ending }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.ending.is_in_body() {
            // Fails where the other side has closed already, which is no worse.
            let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.ending.is_in_body() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
