//! Without a director: finding servers on the local network by mDNS, and asking all of them what they hold
//! (the description's "broadcast a message to all the servers").
//!
//! What is found is told by other machines: it is bounded in number, in time and in length.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use mdns_sd::{ResolvedService, ServiceDaemon, ServiceEvent};
use tributary_core::directory::{Holding, Holdings};
use tributary_core::geometry::StreamId;

use crate::locator::SourceUrl;
use crate::text::{self, clean_name};

/// The service that all of Tributary's servers are announced as.
const SERVICE: &str = "_tributary._tcp.local.";
/// Most servers that are told of.
const MAX_FOUND: usize = 256;
/// Most servers that are asked at the same time.
const MAX_ASKED_AT_ONCE: usize = 32;
/// How long a server may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// Largest answer: 100 files in up to 1,024 ranges each.
const MAX_ANSWER_BYTES: usize = 8 << 20;

/// A server that was found on the local network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// `content`, `director` or `relay`.
    pub role: String,
    /// Its name.
    pub name: String,
    /// Where it takes connections: `HOST:PORT`.
    pub address: String,
}

/// The local network can't be listened to.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("the local network can't be searched: {0}")]
pub struct DiscoverError(String);

/// What the servers are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// A stream by its hash.
    Stream(StreamId),
    /// Files by their name, with its ending.
    File {
        /// The name.
        name: String,
        /// Bytes, where they are known.
        size: Option<u64>,
    },
}

/// Listens for `time` for servers that announce themselves. Blocks.
///
/// # Errors
/// [`DiscoverError`], where the system allows no multicast.
pub fn neighbours(time: Duration) -> Result<Vec<Neighbour>, DiscoverError> {
    let failed = |why: mdns_sd::Error| DiscoverError(why.to_string());
    let daemon = ServiceDaemon::new().map_err(failed)?;
    let events = daemon.browse(SERVICE).map_err(failed)?;
    let until = Instant::now() + time;
    let mut found = BTreeMap::new();
    while found.len() < MAX_FOUND {
        // The time is over, or the daemon is gone.
        let Ok(event) = events.recv_timeout(until.saturating_duration_since(Instant::now())) else { break };
        match event {
            ServiceEvent::ServiceResolved(service) => {
                if let Some(neighbour) = neighbour(&service) {
                    found.insert(service.fullname.clone(), neighbour);
                }
            }
            ServiceEvent::ServiceRemoved(_, fullname) => drop(found.remove(&fullname)),
            _ => {}
        }
    }
    // It ends by itself where it can't be told to.
    let _ = daemon.shutdown();
    let mut found: Vec<Neighbour> = found.into_values().collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// The directors among them, as `http://HOST:PORT`. Blocks for `time`.
///
/// # Errors
/// As [`neighbours`].
pub fn directors(time: Duration) -> Result<Vec<Neighbour>, DiscoverError> {
    let directors = neighbours(time)?.into_iter().filter(|found| found.role == "director");
    Ok(directors.map(|found| Neighbour { address: format!("http://{}", found.address), ..found }).collect())
}

fn neighbour(service: &ResolvedService) -> Option<Neighbour> {
    let told = |key| service.get_property_val_str(key).map(|told| text::clean(told, text::MAX_NAME_CHARS));
    let address = told("address").filter(|address| !address.is_empty()).or_else(|| {
        let mut addresses: Vec<_> = service.addresses.iter().map(mdns_sd::ScopedIp::to_ip_addr).collect();
        // An address of version 6 that is local to a link needs more than a number to be reached.
        addresses.sort_by_key(|address| (address.is_ipv6(), *address));
        addresses.first().map(|address| std::net::SocketAddr::new(*address, service.port).to_string())
    })?;
    Some(Neighbour { role: told("role")?, name: told("name")?, address })
}

/// Asks all content servers what they hold of what is wanted; those that don't answer are passed over.
pub(crate) async fn ask_all(
    http: &reqwest::Client,
    servers: Vec<String>,
    question: &Question,
) -> Vec<(String, Holding)> {
    let ask = |address: String| async move {
        let holdings = tokio::time::timeout(ANSWER_TIMEOUT, ask_one(http, &address, question)).await;
        (address, holdings.ok().flatten().unwrap_or_default())
    };
    let answers: Vec<(String, Holdings)> = stream::iter(servers.into_iter().take(MAX_FOUND))
        .map(ask)
        .buffered(MAX_ASKED_AT_ONCE)
        .collect()
        .await;
    let fits = |holding: &Holding| match question {
        Question::Stream(stream) => holding.stream == *stream,
        Question::File { name, size } => {
            holding.file_name == *name && size.is_none_or(|size| size == holding.size)
        }
    };
    let each = |(address, answer): (String, Holdings)| {
        answer.holdings.into_iter().map(move |holding| (address.clone(), holding))
    };
    answers.into_iter().flat_map(each).filter(|(_, holding)| fits(holding)).collect()
}

async fn ask_one(http: &reqwest::Client, address: &str, question: &Question) -> Option<Holdings> {
    let request = http.get(format!("http://{address}/lookup"));
    let request = match question {
        Question::Stream(stream) => request.query(&[("stream", stream.to_string())]),
        Question::File { name, size } => {
            let size = size.map(|size| ("size", size.to_string()));
            request.query(&[("name", name.clone())]).query(&size.into_iter().collect::<Vec<_>>())
        }
    };
    let mut response = request.send().await.ok()?.error_for_status().ok()?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    let mut holdings: Holdings = serde_json::from_slice(&body).ok()?;
    clean_name(&mut holdings.server);
    Some(holdings)
}

/// The sources among the answers: those of the stream that most servers hold, where several files have
/// that name. The size must be the same, too: the first one told counts.
pub(crate) fn sources(answers: &[(String, Holding)]) -> Vec<SourceUrl> {
    let votes =
        |holding: &Holding| answers.iter().filter(|(_, other)| other.stream == holding.stream).count();
    // The first of equals.
    let Some((_, most)) = answers.iter().rev().max_by_key(|(_, holding)| votes(holding)) else {
        return Vec::new();
    };
    let mut addresses: Vec<&String> = answers
        .iter()
        .filter(|(_, holding)| holding.stream == most.stream)
        .map(|(address, _)| address)
        .collect();
    addresses.dedup();
    addresses
        .into_iter()
        .map(|address| SourceUrl::Content { address: address.clone(), via: None, stream: most.stream })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    fn holding(byte: u8, name: &str, size: u64) -> Holding {
        Holding { stream: StreamId([byte; 32]), size, file_name: name.to_owned(), ranges: Vec::new() }
    }

    /// A server that gives one answer, whatever it is asked.
    fn serve(body: String) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let len = body.len();
            let _ =
                write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n{body}");
        });
        address
    }

    #[test]
    fn all_are_asked_and_only_fitting_answers_count() {
        let holdings = |holdings| serde_json::to_string(&Holdings { server: "s".into(), holdings }).unwrap();
        let right = serve(holdings(vec![holding(1, "a.mkv", 9), holding(2, "b.mkv", 9)]));
        let other_size = serve(holdings(vec![holding(3, "a.mkv", 8)]));
        let nonsense = serve("{".to_owned());
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let servers = vec![right.clone(), other_size, nonsense, gone];
        let question = Question::File { name: "a.mkv".to_owned(), size: Some(9) };
        let http = crate::director::http_client().unwrap();
        let runtime = crate::runtime::Runtime::new().unwrap();
        let answers = runtime.block_on(ask_all(&http, servers, &question));
        assert_eq!(answers, [(right, holding(1, "a.mkv", 9))]);
    }

    #[test]
    fn the_stream_that_most_hold_is_taken() {
        let answer = |address: &str, byte| (address.to_owned(), holding(byte, "a", 1));
        let answers = [answer("h:1", 1), answer("h:2", 2), answer("h:3", 2), answer("h:3", 2)];
        let found: Vec<String> = sources(&answers).iter().map(ToString::to_string).collect();
        let stream = StreamId([2; 32]);
        assert_eq!(found, [format!("tributary://h:2/b3:{stream}"), format!("tributary://h:3/b3:{stream}")]);
        assert_eq!(sources(&[]), []);
    }
}
