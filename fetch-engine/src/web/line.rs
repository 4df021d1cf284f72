//! A connection to a web server, encrypted or not.

use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf, split};

use super::address::WebUrl;
use super::tls::Tls;
use crate::connection::{in_words, reach};

/// How long a connection may take to be made, looking up the name and encryption included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection that was not used is taken to be good for so long: some servers close idle ones after
/// 5 s.
const FRESH_FOR: Duration = Duration::from_secs(4);

/// What both kinds of connections can do.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Wire for S {}

/// A connection.
pub(crate) struct Line {
    /// What the server sends.
    pub(crate) read: ReadHalf<Box<dyn Wire>>,
    /// What it is sent.
    pub(crate) write: WriteHalf<Box<dyn Wire>>,
    /// The round trip that the connect took.
    pub(crate) rtt: Duration,
    /// How long its first use waits, for the sake of nearer servers.
    pub(crate) held_back: Duration,
    /// When it was made, or used last.
    pub(crate) used: Instant,
}

impl Line {
    /// Connects to the server of `url`.
    pub(crate) async fn connect(url: &WebUrl, tls: &Tls) -> Result<Self, String> {
        let late = || Err(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()));
        tokio::time::timeout(CONNECT_TIMEOUT, Self::try_connect(url, tls)).await.unwrap_or_else(|_| late())
    }

    async fn try_connect(url: &WebUrl, tls: &Tls) -> Result<Self, String> {
        let (tcp, rtt) = reach(&url.socket()).await.map_err(|why| in_words(&why))?;
        let wire: Box<dyn Wire> =
            if url.is_encrypted() { Box::new(tls.wrap(url.host(), tcp).await?) } else { Box::new(tcp) };
        let (read, write) = split(wire);
        Ok(Self { read, write, rtt, held_back: Duration::ZERO, used: Instant::now() })
    }

    /// Whether the server has had no time to tire of it.
    pub(crate) fn is_fresh(&self) -> bool {
        self.used.elapsed() < FRESH_FOR
    }
}
