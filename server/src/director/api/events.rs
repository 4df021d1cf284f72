//! Server-sent events of one stream: its sources at once, and again at every change.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tributary_core::geometry::StreamId;

use super::browse::{sources_of, stream};
use super::problem::{Failure, Path};
use crate::director::{Change, Director};

/// A comment is sent this often, so that both sides notice a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// One listener.
struct Listener {
    director: Director,
    stream: StreamId,
    changes: Receiver<Change>,
    /// Whether it was told the first time.
    told: bool,
}

pub(super) async fn events(
    State(director): State<Director>,
    Path(hash): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let stream = stream(&hash)?;
    // Listens before it reads: a change in between is told, not lost.
    let changes = director.changes.subscribe();
    sources_of(&director, stream).await?;
    let listener = Listener { director, stream, changes, told: false };
    let events = futures_util::stream::unfold(listener, |mut listener| async move {
        let stop = listener.director.stop.clone();
        let event = stop.run_until_cancelled(listener.next()).await??;
        Some((Ok(event), listener))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

impl Listener {
    /// The next event; nothing when the director stops or fails. It is sent also where the sources are
    /// the same as before: a server that was restarted is worth another try.
    async fn next(&mut self) -> Option<Event> {
        if self.told {
            self.wait_for_change().await?;
        }
        self.told = true;
        let sources = sources_of(&self.director, self.stream).await.ok()?;
        Event::default().event("sources").json_data(&sources).ok()
    }

    async fn wait_for_change(&mut self) -> Option<()> {
        loop {
            match self.changes.recv().await {
                Ok(streams) if streams.contains(&self.stream) => return Some(()),
                Ok(_) => {}
                // Too much at once: whatever it was, the sources are read again.
                Err(RecvError::Lagged(_)) => return Some(()),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}
