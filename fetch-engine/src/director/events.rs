//! Who holds a stream, told by the director as it changes: an event stream, and asking again at
//! every try to get it back.

use std::time::Duration;

use tokio::sync::mpsc;
use tributary_core::directory::StreamSources;
use tributary_core::geometry::StreamId;

use super::clean::Clean;
use super::sse::SseParser;
use super::{Client, DirectorError};

/// Silence after which the event stream counts as broken: the director sends something each 10 s.
const SILENCE_LIMIT: Duration = Duration::from_secs(25);
/// Shortest and longest wait before the next try.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));

/// What the director tells of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Who holds it now.
    Sources(StreamSources),
    /// The director doesn't answer; in words. Said once until it answers again.
    Silent(String),
}

/// Tells `out` of every change, until its other end is gone.
pub(crate) async fn watch(client: Client, stream: StreamId, out: mpsc::Sender<News>) {
    let mut wait = BACKOFF.0;
    let mut told = false;
    while !out.is_closed() {
        let mut heard = false;
        let ended = follow(&client, stream, &out, &mut heard).await;
        if heard {
            (wait, told) = (BACKOFF.0, false);
        }
        // Behind the event stream, plain questions: they get through where a proxy holds events back.
        if !heard {
            match client.sources(stream).await {
                Ok(sources) => {
                    told = false;
                    if out.send(News::Sources(sources)).await.is_err() {
                        return;
                    }
                }
                Err(_) if told => {}
                Err(why) => {
                    told = true;
                    let why = ended.err().unwrap_or(why);
                    if out.send(News::Silent(why.to_string())).await.is_err() {
                        return;
                    }
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = out.closed() => return,
        }
        wait = (wait * 2).min(BACKOFF.1);
    }
}

/// Follows one event stream to its end.
async fn follow(
    client: &Client,
    stream: StreamId,
    out: &mpsc::Sender<News>,
    heard: &mut bool,
) -> Result<(), DirectorError> {
    let path = ["streams", &stream.to_string(), "events"];
    let mut response = client.timed(client.get(&path, &[])).await?;
    let (mut parser, mut events) = (SseParser::default(), Vec::new());
    loop {
        let chunk = tokio::select! {
            chunk = tokio::time::timeout(SILENCE_LIMIT, response.chunk()) => chunk,
            () = out.closed() => return Ok(()),
        };
        let chunk = chunk
            .map_err(|_| client.malformed("its event stream fell silent"))?
            .map_err(|why| client.unreachable(&why))?;
        let Some(chunk) = chunk else { return Ok(()) };
        parser.feed(&chunk, &mut events).map_err(|why| client.malformed(&why.to_string()))?;
        for event in events.drain(..).filter(|event| event.name == "sources") {
            let mut sources: StreamSources =
                serde_json::from_str(&event.data).map_err(|why| client.malformed(&why.to_string()))?;
            if sources.stream != stream {
                return Err(client.malformed("its event is about another stream"));
            }
            sources.clean();
            *heard = true;
            if out.send(News::Sources(sources)).await.is_err() {
                return Ok(());
            }
        }
    }
}
