//! One player's connection: whom it is for, the connection to that content server, and then bytes both
//! ways.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, lookup_host};
use tributary_core::wire::{DecodeError, Decoder, ErrorCode, Frame, HEADER_LEN, MAGIC, MAX_TEXT, encode};

use super::metrics::Metrics;
use super::{Relaying, splice};
use crate::net::goodbye::say_goodbye;
use crate::net::listener;

/// Time to find the address of a content server and to connect to it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Why a player is not passed on.
#[derive(Debug)]
struct Refusal {
    code: ErrorCode,
    message: String,
}

/// Serves one connection whose first bytes were the magic; `first` came after it.
pub(super) async fn run(player: &TcpStream, first: &[u8], relaying: &Relaying) -> io::Result<()> {
    let opened = tokio::time::timeout(relaying.patience.handshake, read_target(player, first)).await;
    let refused = match opened {
        Ok(Ok(Ok((asked, rest)))) => match reach(&asked, relaying).await {
            Ok(source) => return pass_on(player, source, &rest, relaying).await,
            Err(refusal) => refusal,
        },
        Ok(Ok(Err(refusal))) => refusal,
        Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
        Ok(Err(error)) => return Err(error),
        Err(_) => {
            refusal(ErrorCode::TimedOut, "this is a relay, and was not told in time whom to pass you on to")
        }
    };
    let mut last = BytesMut::new();
    let (code, message) = (refused.code, refused.message);
    tracing::debug!(?code, "a player is not passed on: {message}");
    encode(&Frame::Error { code, message }, &mut last);
    say_goodbye(player, last).await;
    Ok(())
}

/// Reads the frame that says whom the connection is for; gives what came after it as well.
async fn read_target(player: &TcpStream, first: &[u8]) -> io::Result<Result<(String, Bytes), Refusal>> {
    let mut decoder = Decoder::new();
    decoder.feed(first);
    loop {
        match decoder.next_frame() {
            Ok(Some(Frame::Forward { address })) => {
                let rest = std::mem::take(decoder.buffer(0)).freeze();
                return Ok(Ok((address, rest)));
            }
            Ok(Some(_)) => {
                let said = "this is a relay: the first frame says whom to pass you on to";
                return Ok(Err(refusal(ErrorCode::Malformed, said)));
            }
            Ok(None) if decoder.pending() > HEADER_LEN + MAX_TEXT => {
                return Ok(Err(refusal(ErrorCode::Malformed, "the first frame is too long")));
            }
            Ok(None) => {}
            Err(error) => return Ok(Err(malformed(&error))),
        }
        player.readable().await?;
        match player.try_read_buf(decoder.buffer(4096)) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// Connects to a content server that is on the list.
async fn reach(asked: &str, relaying: &Relaying) -> Result<TcpStream, Refusal> {
    let shown = crate::text::clean(asked, 200);
    let Some(target) = relaying.allowed(asked) else {
        Metrics::add(&relaying.metrics.refused_targets, 1);
        let said =
            format!("the relay {} does not pass players on to {shown}: it is not on its list", relaying.name);
        return Err(refusal(ErrorCode::Refused, said));
    };
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, connect(target)).await;
    let why = match connected {
        Ok(Ok(source)) => return Ok(source),
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "nothing listens there".to_owned()
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()),
    };
    Metrics::add(&relaying.metrics.unreachable, 1);
    tracing::info!(target, "the content server can't be reached: {why}");
    let said = format!("the relay {} can't reach {shown}: {why}", relaying.name);
    Err(refusal(ErrorCode::Unreachable, said))
}

/// Connects to the first address of a listed name that answers.
async fn connect(target: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "its name has no address");
    for address in lookup_host(target).await? {
        match TcpStream::connect(address).await {
            Ok(source) => return Ok(source),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Sends on what came already, and then all that comes.
async fn pass_on(
    player: &TcpStream,
    mut source: TcpStream,
    rest: &[u8],
    relaying: &Relaying,
) -> io::Result<()> {
    listener::tune(&source)?;
    let first = [&MAGIC, rest].concat();
    // The source's buffer is empty: it takes a few KiB at once, or is gone.
    let written = tokio::time::timeout(relaying.patience.slow_reader, source.write_all(&first));
    written.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    Metrics::add(&relaying.metrics.up_bytes, first.len() as u64);
    splice::run(player, &source, relaying).await
}

fn refusal(code: ErrorCode, message: impl Into<String>) -> Refusal {
    Refusal { code, message: message.into() }
}

fn malformed(error: &DecodeError) -> Refusal {
    refusal(ErrorCode::Malformed, error.to_string())
}
