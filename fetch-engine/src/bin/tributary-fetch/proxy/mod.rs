//! `proxy`: a local HTTP server through which any player plays by the pattern (the seed's module 14
//! intercepts the application's request and answers it itself).
//!
//! | module | what it is |
//! |---|---|
//! | `answer` | which request gets what |
//! | `film` | a title's answer: ranges, conditions, headers |
//! | `body` | the bytes of an answer as they come |
//! | `socket` | a connection that never ends cleanly in the middle of a body |
//! | `titles` | the titles that are open, shared by all clients |
//! | `pages` | the page for people, and playlists |
//! | `metrics` | what Prometheus reads |
//! | `response` | small answers |

mod answer;
mod body;
mod film;
mod metrics;
mod pages;
mod response;
mod socket;
mod titles;

use std::convert::Infallible;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fetch_engine::{CacheLimits, Engine, EngineConfig, SourceUrl, StreamId};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::metrics::Metrics;
use self::socket::{Ending, Socket};
use self::titles::Titles;
use crate::args::Proxy as Arguments;
use crate::fault::Fault;
use crate::settings;

/// Most connections of clients.
const MAX_CLIENTS: usize = 128;
/// Most connections that are only told that there is no room.
const MAX_REFUSALS: usize = 64;
/// Time to tell that, and for the other side to read it.
const REFUSAL_TIME: Duration = Duration::from_secs(1);
/// Time for a request's header, and for the next request on a connection that is kept.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// Largest header.
const MAX_HEADER_BYTES: usize = 32 << 10;
/// Time that open answers have after the stop.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long nobody may be able to send the next part before a client is told.
const GIVE_UP_AFTER: Duration = Duration::from_secs(15);
/// Of each open title. A client that pauses has this much before it again; one that goes back a
/// little finds it here.
const CACHE: CacheLimits = CacheLimits { back_bytes: 16 << 20, ahead_bytes: 32 << 20 };

/// What all connections share.
struct Proxy {
    titles: Arc<Titles>,
    metrics: Arc<Metrics>,
    local: SocketAddr,
}

/// Serves until it is told to stop.
///
/// # Errors
/// [`Fault`], where it can't start.
pub(crate) fn run(args: &Arguments) -> Result<(), Fault> {
    if !args.open && !args.listen.ip().is_loopback() {
        return Err(Fault::Usage(format!(
            "{} can be reached from other machines, and whoever reaches it can fetch every title: give --open \
             if that is meant, or listen on 127.0.0.1",
            args.listen
        )));
    }
    let director = settings::director(&args.director)?;
    if director.is_none() && args.source.is_empty() {
        return Err(Fault::Usage("there is nothing to serve: give --director or --source".to_owned()));
    }
    let engine = Engine::new(args.scheme.choose(EngineConfig {
        director: director.clone(),
        cache: CACHE,
        ca_file: args.ca_file.clone(),
        give_up_after: GIVE_UP_AFTER,
        ..EngineConfig::default()
    }))?;
    let director = director.map(|address| engine.director(&address));
    let titles = Titles::new(engine, director, by_stream(&args.source)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("proxy")
        .enable_all()
        .build()
        .map_err(|why| Fault::File(format!("threads can't be started: {why}")))?;
    let served = runtime.block_on(serve(args.listen, titles));
    // Answers that are still open are dropped here; a question to a director is hardly waited for.
    runtime.shutdown_timeout(FAREWELL);
    served
}

/// Each source with its stream. A plain web server does not tell the hash of its file: it is taken to hold
/// the one that the others name.
fn by_stream(sources: &[SourceUrl]) -> Result<Vec<(StreamId, SourceUrl)>, Fault> {
    let named = |source: &SourceUrl| match source {
        SourceUrl::Content { stream, .. } => Some(*stream),
        SourceUrl::Web(_) => None,
    };
    let mut streams: Vec<StreamId> = sources.iter().filter_map(named).collect();
    streams.dedup();
    let of = |source: &SourceUrl| match (named(source), &streams[..]) {
        (Some(stream), _) => Ok((stream, source.clone())),
        (None, [stream]) => Ok((*stream, source.clone())),
        (None, _) => Err(Fault::Usage(format!(
            "{source} does not say which title it holds: give it beside --source tributary://HOST:PORT/b3:HASH of \
             that one title"
        ))),
    };
    sources.iter().map(of).collect()
}

async fn serve(listen: SocketAddr, titles: Arc<Titles>) -> Result<(), Fault> {
    let cannot = |why: io::Error| {
        Fault::Usage(format!("can't listen on {listen}: {why}. Choose another address with --listen"))
    };
    let listener = TcpListener::bind(listen).await.map_err(cannot)?;
    let local = listener.local_addr().map_err(cannot)?;
    let stop = CancellationToken::new();
    watch_signals(&stop).map_err(|why| Fault::File(format!("signals can't be watched: {why}")))?;
    // Nobody reads it when standard output is closed, and that is no fault of the proxy.
    let _ = writeln!(io::stdout(), "listening on {local}");

    let proxy = Arc::new(Proxy { titles: Arc::clone(&titles), metrics: Arc::new(Metrics::default()), local });
    let (room, refusals) = (Arc::new(Semaphore::new(MAX_CLIENTS)), Arc::new(Semaphore::new(MAX_REFUSALS)));
    let connections = TaskTracker::new();
    let reaper = tokio::spawn(Arc::clone(&titles).close_idle_ones());
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // No descriptors left, most likely: others will close.
                tracing::warn!("a connection can't be taken: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if let Ok(place) = Arc::clone(&room).try_acquire_owned() {
            let (proxy, stop) = (Arc::clone(&proxy), stop.clone());
            connections.spawn(async move {
                let _open = proxy.metrics.opened_connection();
                if let Err(error) = connection(stream, Arc::clone(&proxy), &stop).await {
                    tracing::debug!("connection ended: {error}");
                }
                drop(place);
            });
        } else {
            proxy.metrics.refused_connection();
            if let Ok(place) = Arc::clone(&refusals).try_acquire_owned() {
                connections.spawn(async move {
                    // Told or not: the connection is closed.
                    let _ = tokio::time::timeout(REFUSAL_TIME, refuse(stream)).await;
                    drop(place);
                });
            }
        }
    }
    drop(listener);
    reaper.abort();
    connections.close();
    // Whoever has not read its answer to the end in time sees its connection reset, not closed.
    let _ = tokio::time::timeout(FAREWELL, connections.wait()).await;
    titles.close_all();
    Ok(())
}

async fn connection(stream: TcpStream, proxy: Arc<Proxy>, stop: &CancellationToken) -> hyper::Result<()> {
    // Fails where the socket is closed already; serving it will find that out.
    let _ = stream.set_nodelay(true);
    let ending = Arc::new(Ending::default());
    let socket = Socket::new(stream, Arc::clone(&ending));
    let service = service_fn(move |request| {
        let (proxy, ending) = (Arc::clone(&proxy), Arc::clone(&ending));
        async move { Ok::<_, Infallible>(answer::answer(&proxy, &request, &ending).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(socket), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        done = connection.as_mut() => done,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}

/// One client too many.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    let words = format!("{MAX_CLIENTS} clients are being served, and there is no room for more\n");
    let head =
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\nretry-after: 1\r\nconnection: close";
    let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{words}", words.len());
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // Closed with its request unread, the connection would be reset, and the answer lost.
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.map(|_| ())
}

/// SIGTERM and Ctrl-C.
fn watch_signals(stop: &CancellationToken) -> io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_server_holds_the_one_title_that_is_named_beside_it() {
        let source = |text: String| text.parse::<SourceUrl>().unwrap();
        let hash = |digit: char| digit.to_string().repeat(64);
        let content = |digit| source(format!("tributary://h/b3:{}", hash(digit)));
        let web = source("http://w/film.mp4".to_owned());
        let found = by_stream(&[content('1'), web.clone(), content('1')]).unwrap();
        assert!(found.len() == 3 && found.iter().all(|(stream, _)| stream.to_string() == hash('1')));
        assert!(by_stream(&[content('1'), content('2')]).is_ok());
        for unclear in [vec![web.clone()], vec![content('1'), content('2'), web]] {
            assert!(matches!(by_stream(&unclear), Err(Fault::Usage(_))));
        }
    }
}
