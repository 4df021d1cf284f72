//! Which servers are tested, and by which stream each is measured.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tributary_core::directory::{ServerEntry, SourceEntry, StreamSources, Title};
use tributary_core::geometry::{Geometry, StreamId};
use tributary_core::verify::Proof;

use super::ground::BLOCK_BYTES;
use super::probe::{Reach, Sample};
use super::report::{REFERENCE_BPS, REFERENCE_NAME};
use super::run::Kit;
use super::{MAX_SERVERS, TestError, TestRequest};
use crate::config::OpenOptions;
use crate::connection::Way;
use crate::director::Client;
use crate::engine::OpenError;
use crate::locator::Locator;
use crate::resolve::{Found, Given, Means, resolve};

/// Pages of titles that are looked through for what servers hold.
const MAX_TITLE_PAGES: u64 = 4;
/// Streams of whose holders the routes are asked.
const MAX_STREAMS: usize = 16;
/// A film of this size measures a server well; smaller ones are taken where there is no other.
const GOOD_SIZE_BYTES: u64 = 16 << 20;
/// Ways that are tried to one server: straight, then by relays.
const MAX_WAYS: usize = 4;

/// A server to be tested.
#[derive(Debug)]
pub(super) struct Target {
    /// Its name, as far as it is known.
    pub(super) name: String,
    /// Where it is, to show.
    pub(super) address: String,
    /// How many streams it holds, of how many.
    pub(super) holds: Option<(u64, u64)>,
    /// Ways to it, the straight one first.
    pub(super) ways: Vec<Reach>,
    /// What it is measured by; nothing where it holds nothing.
    pub(super) sample: Option<Sample>,
}

/// What is tested.
#[derive(Debug)]
pub(super) struct Targets {
    /// The servers.
    pub(super) targets: Vec<Target>,
    /// What their speed is compared with.
    pub(super) need_name: String,
    /// Bits a second that this needs.
    pub(super) need_bps: f64,
}

/// Finds out who is to be tested.
pub(super) async fn find(kit: &Kit, request: &TestRequest) -> Result<Targets, TestError> {
    let director = request.director.as_ref().or(kit.director.as_ref());
    let mut found = match (&request.locator, request.sources.split_first(), director) {
        (Some(locator), _, director) => of_title(kit, director, locator, request).await?,
        (None, Some((first, rest)), director) => {
            let request = TestRequest { sources: rest.to_vec(), ..TestRequest::default() };
            of_title(kit, director, &Locator::Source(first.clone()), &request).await?
        }
        (None, None, Some(director)) => of_director(kit, director).await?,
        (None, None, None) => return Err(TestError::NothingNamed),
    };
    found.targets.truncate(MAX_SERVERS);
    Ok(found)
}

/// The holders of one title.
async fn of_title(
    kit: &Kit,
    director: Option<&String>,
    locator: &Locator,
    request: &TestRequest,
) -> Result<Targets, TestError> {
    let means =
        Means { memory: &kit.memory, tls: &kit.tls, http: &kit.http, director: director.map(String::as_str) };
    let options = OpenOptions { sources: request.sources.clone(), ..OpenOptions::default() };
    let found = resolve(means, locator, &options).await?;
    let Found { stream, proof, size, title, given, listed, .. } = found;
    let geometry = Geometry::new(size, BLOCK_BYTES).map_err(OpenError::BlockSize)?;
    // A stream of plain web servers alone has no name; theirs is not asked for one.
    let stream = stream.unwrap_or(StreamId([0; 32]));
    let sample = Sample { stream, geometry, proof: Arc::new(Mutex::new(proof)) };
    let mut targets: Vec<Target> = Vec::new();
    for given in given {
        let (address, reach) = match given {
            Given::Content { address, via } => {
                let route = via.as_ref().map_or_else(direct, |via| format!("via {via}"));
                (address.clone(), Reach::Content(Way::new(&address, via.as_deref()), route))
            }
            Given::Web(web) => (web.url().shown(), Reach::Web(web)),
        };
        let name = address.clone();
        targets.push(Target { name, address, holds: None, ways: vec![reach], sample: Some(sample.clone()) });
    }
    for entry in &listed {
        if targets.iter().all(|target| target.address != entry.address) {
            targets.push(of_entry(entry, Some(sample.clone()), None));
        }
    }
    let (need_name, need_bps) = need(title.as_ref());
    Ok(Targets { targets, need_name, need_bps })
}

/// Every server of a director.
async fn of_director(kit: &Kit, address: &str) -> Result<Targets, TestError> {
    let client = Client::new(kit.http.clone(), address).map_err(OpenError::Director)?;
    let servers = client.servers().await.map_err(OpenError::Director)?.servers;
    if servers.is_empty() {
        return Err(TestError::NoServers(client.name()));
    }
    let (mut titles, mut total) = (Vec::new(), 0);
    for _ in 0..MAX_TITLE_PAGES {
        let page = client.newest_titles(titles.len() as u64).await.map_err(OpenError::Director)?;
        total = page.total;
        let none = page.titles.is_empty();
        titles.extend(page.titles);
        if none || titles.len() as u64 >= total {
            break;
        }
    }
    let chosen = choose(&servers, titles);
    let mut samples: BTreeMap<StreamId, (Sample, Option<StreamSources>)> = BTreeMap::new();
    for title in chosen.values() {
        if samples.contains_key(&title.stream) {
            continue;
        }
        let geometry = Geometry::new(title.size, BLOCK_BYTES).map_err(OpenError::BlockSize)?;
        let proof = Arc::new(Mutex::new(Proof::tree(title.stream, title.size)));
        // Without an answer the straight way is all that is known.
        let sources =
            if samples.len() < MAX_STREAMS { client.sources(title.stream).await.ok() } else { None };
        samples.insert(title.stream, (Sample { stream: title.stream, geometry, proof }, sources));
    }
    let target = |server: &ServerEntry| {
        let known = chosen.get(&server.name).and_then(|title| samples.get(&title.stream));
        let listed =
            known.and_then(|(_, sources)| sources.as_ref()?.sources.iter().find(|s| s.name == server.name));
        let plain = SourceEntry {
            name: server.name.clone(),
            address: server.address.clone(),
            ..SourceEntry::default()
        };
        let sample = known.map(|(sample, _)| sample.clone());
        of_entry(listed.unwrap_or(&plain), sample, Some((server.streams, total.max(server.streams))))
    };
    Ok(Targets {
        targets: servers.iter().map(target).collect(),
        need_name: REFERENCE_NAME.to_owned(),
        need_bps: REFERENCE_BPS,
    })
}

/// The title that each server is measured by: one that many hold, so that as few as possible are needed, and
/// large enough to tell something.
fn choose(servers: &[ServerEntry], mut titles: Vec<Title>) -> BTreeMap<String, Title> {
    titles.retain(|title| title.size > 0);
    titles.sort_by_key(|title| {
        let good = title.size >= GOOD_SIZE_BYTES;
        std::cmp::Reverse((good, title.servers.len(), title.size, title.stream))
    });
    let one = |server: &ServerEntry| {
        let held = titles.iter().find(|title| title.servers.contains(&server.name))?;
        Some((server.name.clone(), held.clone()))
    };
    servers.iter().filter_map(one).collect()
}

fn of_entry(entry: &SourceEntry, sample: Option<Sample>, holds: Option<(u64, u64)>) -> Target {
    let straight = Reach::Content(Way::new(&entry.address, None), direct());
    let relayed = entry.routes.iter().map(|relay| {
        Reach::Content(Way::new(&entry.address, Some(&relay.address)), format!("relay {}", relay.name))
    });
    Target {
        name: entry.name.clone(),
        address: entry.address.clone(),
        holds,
        ways: std::iter::once(straight).chain(relayed).take(MAX_WAYS).collect(),
        sample,
    }
}

fn direct() -> String {
    "direct".to_owned()
}

/// What a title needs, or an ordinary film.
fn need(title: Option<&Title>) -> (String, f64) {
    let known = title.filter(|title| title.media.duration_ms > 0);
    known.map_or_else(
        || (REFERENCE_NAME.to_owned(), REFERENCE_BPS),
        |title| (title.title.clone(), title.size as f64 * 8e3 / title.media.duration_ms as f64),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use tributary_core::directory::{MediaFacts, RouteEntry};

    fn title(number: u8, size: u64, servers: &[&str]) -> Title {
        Title {
            catalog: "Library".to_owned(),
            name: number.to_string(),
            title: format!("Film {number}"),
            stream: StreamId([number; 32]),
            size,
            file_name: String::new(),
            year: None,
            description: String::new(),
            tags: Vec::new(),
            media: MediaFacts { duration_ms: 8000, ..MediaFacts::default() },
            poster: false,
            servers: servers.iter().map(|name| (*name).to_owned()).collect(),
            added_at: 0,
        }
    }

    #[test]
    fn few_large_titles_measure_all_servers() {
        let server = |name: &str| ServerEntry {
            name: name.to_owned(),
            address: String::new(),
            streams: 1,
            lease_ms: 1,
            load: None,
        };
        let servers = ["a", "b", "c", "d"].map(server);
        let titles = vec![
            title(1, 1000, &["a", "b", "c"]),
            title(2, 20 << 20, &["a", "b"]),
            title(3, 40 << 20, &["b"]),
            title(4, 0, &["d"]),
        ];
        let chosen = choose(&servers, titles);
        let by = |name: &str| chosen.get(name).map(|title| title.stream.0[0]);
        assert_eq!(["a", "b", "c", "d"].map(by), [Some(2), Some(2), Some(1), None]);
    }

    #[test]
    fn ways_are_straight_first_and_bounded() {
        let routes =
            (0..9).map(|n| RouteEntry { name: format!("r{n}"), address: format!("r{n}:1") }).collect();
        let entry =
            SourceEntry { name: "x".to_owned(), address: "h:1".to_owned(), routes, ..SourceEntry::default() };
        let target = of_entry(&entry, None, None);
        let routes: Vec<String> = target.ways.iter().map(Reach::route).collect();
        assert_eq!(routes, ["direct", "relay r0", "relay r1", "relay r2"]);
    }

    #[test]
    fn a_title_is_compared_with_its_own_need() {
        assert_eq!(need(Some(&title(1, 1_000_000, &[]))), ("Film 1".to_owned(), 1e6));
        assert_eq!(need(None), (REFERENCE_NAME.to_owned(), REFERENCE_BPS));
    }
}
