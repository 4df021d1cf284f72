//! Bytes both ways between a player and a content server, unread, with little in between: a slow route must
//! look slow to both ends.
//!
//! Each way has one buffer of [`BUFFER_BYTES`], and the kernel holds little unsent: a player that takes
//! nothing soon stops the content server, as if there were no relay.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tributary_core::wire::{Edges, ErrorCode, Frame, encode};

use super::Relaying;
use super::metrics::Metrics;
use crate::net::accept::FAREWELL;

/// Bytes held for one way between two sockets.
const BUFFER_BYTES: usize = 16 << 10;
/// A connection on which nothing comes either way for so long is closed: its player is told, and
/// connects again when it wants more.
const IDLE: Duration = Duration::from_secs(3600);
/// After one way has ended the other has so long to end as well.
const HALF_CLOSED: Duration = Duration::from_secs(60);

/// What ends the way from a content server to a player.
enum Down {
    /// The content server said all it had to say.
    Ended,
    /// The content server's connection broke.
    Broken(io::Error),
}

/// When anything last came, in milliseconds since `start`.
struct Activity {
    start: Instant,
    last_ms: AtomicU64,
}

impl Activity {
    fn note(&self) {
        self.last_ms.store(self.start.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    fn last(&self) -> Instant {
        self.start + Duration::from_millis(self.last_ms.load(Ordering::Relaxed))
    }

    /// Ends once nothing has come for [`IDLE`].
    async fn rest(&self) {
        while self.last() + IDLE > Instant::now() {
            sleep_until(self.last() + IDLE).await;
        }
    }
}

/// Passes bytes on until both ways have ended, one breaks, or the relay stops.
///
/// # Errors
/// As a socket says; also where a side takes nothing for too long.
pub(super) async fn run(player: &TcpStream, source: &TcpStream, relaying: &Relaying) -> io::Result<()> {
    let activity = Activity { start: Instant::now(), last_ms: AtomicU64::new(0) };
    let up = async {
        let done = up(player, source, relaying, &activity).await;
        (done, shut_down(source))
    };
    let down = down(player, source, relaying, &activity);
    let (mut up, mut down) = (std::pin::pin!(up), std::pin::pin!(down));
    tokio::select! {
        (done, _) = &mut up => {
            done?;
            // The player says no more, and may still listen.
            timeout(HALF_CLOSED, down).await.map_or(Ok(()), |done| done.map(|_| ()))
        }
        done = &mut down => match done? {
            Down::Ended => {
                shut_down(player)?;
                timeout(HALF_CLOSED, up).await.map_or(Ok(()), |(done, _)| done)
            }
            Down::Broken(error) => Err(error),
        },
    }
}

/// What the player says.
async fn up(
    player: &TcpStream,
    source: &TcpStream,
    relaying: &Relaying,
    activity: &Activity,
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let count = read(player, &mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        activity.note();
        write_all(source, &buffer[..count], relaying.patience.slow_reader).await?;
        Metrics::add(&relaying.metrics.up_bytes, count as u64);
    }
}

/// What the content server says, and at the end what the relay has to say.
async fn down(
    player: &TcpStream,
    source: &TcpStream,
    relaying: &Relaying,
    activity: &Activity,
) -> io::Result<Down> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut edges = Edges::new();
    let mut ending = false;
    let mut told = false;
    let farewell = async {
        relaying.stop.cancelled().await;
        tokio::time::sleep(FAREWELL).await;
    };
    let mut farewell = std::pin::pin!(farewell);
    loop {
        if ending && !told && edges.to_edge() == Some(0) {
            say(player, &Frame::GoingAway, relaying).await?;
            told = true;
        }
        // No further than to the next edge, once there is something to say at it.
        let most =
            edges.to_edge().filter(|_| ending && !told).map_or(BUFFER_BYTES, |edge| edge.min(BUFFER_BYTES));
        let came = tokio::select! {
            came = read(source, &mut buffer[..most]) => came,
            () = relaying.stop.cancelled(), if !ending => {
                ending = true;
                continue;
            }
            () = activity.rest(), if !ending => {
                // The player closes; whoever doesn't is cut.
                say(player, &Frame::GoingAway, relaying).await?;
                return Ok(Down::Ended);
            }
            () = &mut farewell => return Ok(Down::Ended),
        };
        let count = match came {
            Ok(0) => return Ok(Down::Ended),
            Ok(count) => count,
            Err(error) => {
                if edges.to_edge() == Some(0) {
                    let message = format!("the relay {} lost the content server: {error}", relaying.name);
                    say(player, &Frame::Error { code: ErrorCode::Unreachable, message }, relaying).await?;
                }
                return Ok(Down::Broken(error));
            }
        };
        activity.note();
        edges.pass(&buffer[..count]);
        let mut rest = &buffer[..count];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(relaying.shaper.piece(rest.len()));
            let mut grant = relaying.shaper.reserve(piece.len());
            if let Some(when) = grant.when() {
                sleep_until(when).await;
            }
            write_all(player, piece, relaying.patience.slow_reader).await?;
            grant.sent(piece.len());
            rest = after;
        }
        Metrics::add(&relaying.metrics.down_bytes, count as u64);
    }
}

/// A frame of the relay's own.
async fn say(player: &TcpStream, frame: &Frame, relaying: &Relaying) -> io::Result<()> {
    let mut bytes = BytesMut::new();
    encode(frame, &mut bytes);
    write_all(player, &bytes, relaying.patience.slow_reader).await
}

async fn read(from: &TcpStream, into: &mut [u8]) -> io::Result<usize> {
    loop {
        from.readable().await?;
        match from.try_read(into) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            done => return done,
        }
    }
}

/// Writes all, or fails where no byte is taken for `patience`.
async fn write_all(to: &TcpStream, mut bytes: &[u8], patience: Duration) -> io::Result<()> {
    while !bytes.is_empty() {
        timeout(patience, to.writable()).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        match to.try_write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Tells the other side that nothing more comes.
fn shut_down(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Write)
}
