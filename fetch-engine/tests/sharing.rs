//! One stream for several readers: right bytes, in turns, and nobody waits for another.

#![allow(clippy::unwrap_used, reason = "a panic with a line number is what a failed test is")]
#![allow(dead_code, reason = "the servers in `common` can do more than is asked of them here")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use common::content::Server;
use common::{Film, engine};
use fetch_engine::{Locator, OpenOptions, ReadError, SharedStream};

const MIB: u64 = 1 << 20;
const BYTES_A_SECOND: u64 = 6 << 20;
/// Time without a byte after which all is lost; a loaded machine takes a part of it before the first.
const GIVE_UP_AFTER: Duration = Duration::from_secs(5);
/// Patience with a loaded machine.
const LONG: Duration = Duration::from_secs(60);

fn open(servers: &[&Server], film: &Film, give_up_after: Duration) -> SharedStream {
    let options = OpenOptions {
        sources: servers.iter().map(|server| server.url()).collect(),
        ..OpenOptions::default()
    };
    let engine = engine(|config| config.give_up_after = give_up_after);
    engine.open_shared(&Locator::Stream(film.id), &options).unwrap()
}

fn servers(film: &Film) -> [Server; 2] {
    ["alpha", "beta"].map(|name| Server::start(name, film, BYTES_A_SECOND))
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(LONG, work).await.expect("no reader waits for ever") })
}

async fn read(
    stream: SharedStream,
    start: u64,
    end: u64,
    done: Arc<AtomicU64>,
) -> Result<Vec<u8>, ReadError> {
    let mut reader = stream.reader(start..end).unwrap();
    let mut bytes = Vec::new();
    while let Some(chunk) = reader.next_chunk().await? {
        bytes.extend_from_slice(&chunk);
        done.store(bytes.len() as u64, Ordering::Relaxed);
    }
    Ok(bytes)
}

#[test]
fn sixteen_readers_at_sixteen_places_come_on_together() {
    let film = Film::new(16 * MIB as usize + 5);
    let servers = servers(&film);
    let stream = open(&[&servers[0], &servers[1]], &film, Duration::MAX);
    let progress: Vec<Arc<AtomicU64>> = (0..16).map(|_| Arc::default()).collect();
    block_on(async {
        let readers: Vec<_> = progress
            .iter()
            .enumerate()
            .map(|(place, done)| {
                let start = place as u64 * MIB;
                let end = if place == 15 { u64::MAX } else { start + MIB };
                tokio::spawn(read(stream.clone(), start, end, done.clone()))
            })
            .collect();
        // When the first one is through, most of what each of the others wants is here, too.
        while progress.iter().all(|done| done.load(Ordering::Relaxed) < MIB) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let snapshot = stream.snapshot();
        let a_reader = (MIB / u64::from(snapshot.block_size)) as usize;
        let here = |part: &[u8]| part.iter().filter(|cell| **cell < 64).count();
        let parts: Vec<usize> = snapshot.map.chunks(a_reader).take(16).map(here).collect();
        assert!(parts.iter().all(|blocks| *blocks > a_reader / 2), "somebody starves: {parts:?}");
        for (place, reader) in readers.into_iter().enumerate() {
            let start = place * MIB as usize;
            let end = if place == 15 { film.bytes.len() } else { start + MIB as usize };
            assert!(reader.await.unwrap().unwrap() == film.bytes[start..end], "reader {place}");
        }
    });
    let snapshot = stream.snapshot();
    assert_eq!(snapshot.totals.bytes, film.bytes.len() as u64);
    assert!(snapshot.totals.duplicate_bytes <= film.bytes.len() as u64 / 50, "{:?}", snapshot.totals);
    assert!(snapshot.sources.iter().all(|source| source.bytes > 2 * MIB), "{:?}", snapshot.sources);
    assert_eq!(stream.readers(), 0);
}

#[test]
fn who_takes_nothing_holds_nobody_up_and_who_goes_wants_nothing() {
    let film = Film::new(48 * MIB as usize);
    let server = Server::start("alpha", &film, 4 * BYTES_A_SECOND);
    let stream = open(&[&server], &film, Duration::MAX);
    let paused = stream.reader(0..30 * MIB).unwrap();
    let gone = stream.reader(40 * MIB..48 * MIB).unwrap();
    let done = Arc::<AtomicU64>::default();
    let bytes = block_on(read(stream.clone(), 30 * MIB, 34 * MIB, done)).unwrap();
    assert!(bytes == film.bytes[30 * MIB as usize..34 * MIB as usize]);
    drop(gone);
    // What is left is one reader that takes nothing: its window is filled, and no more.
    let sent = || server.sent();
    let settled = || loop {
        let before = sent();
        std::thread::sleep(Duration::from_millis(300));
        if sent() == before {
            return before;
        }
    };
    let after = settled();
    assert!(after <= 16 * MIB, "{after} bytes for 4 MiB that were read and 4 MiB that are waited for");
    let mut paused = paused;
    let more = block_on(async { paused.next_chunk().await.unwrap().unwrap() });
    assert!(more == film.bytes[..more.len()]);
}

#[test]
fn a_fault_is_told_to_every_reader_and_is_no_end() {
    let film = Film::new(8 * MIB as usize);
    let server = Server::start("alpha", &film, BYTES_A_SECOND);
    let stream = open(&[&server], &film, GIVE_UP_AFTER);
    block_on(async {
        let readers: Vec<_> = (0..3)
            .map(|place| {
                tokio::spawn(read(stream.clone(), place * 2 * MIB, (place + 1) * 2 * MIB, Arc::default()))
            })
            .collect();
        let mut first = stream.reader(7 * MIB..8 * MIB).unwrap();
        first.next_chunk().await.unwrap().unwrap();
        drop(server);
        for reader in readers {
            assert!(matches!(reader.await.unwrap(), Err(ReadError::Failed(_))));
        }
    });
    assert!(stream.failure().is_some());
}

#[test]
fn what_was_opened_in_part_ends_where_the_part_ends() {
    use std::io::Read;
    let film = Film::new(3 * MIB as usize);
    let server = Server::start("alpha", &film, BYTES_A_SECOND);
    let options = OpenOptions { sources: vec![server.url()], ..OpenOptions::default() };
    let engine = engine(|_| {});
    let (start, end) = (100_000, 1_234_567);
    let stream =
        engine.open_in_order(&Locator::Stream(film.id), &options, start as u64, Some(end as u64)).unwrap();
    let mut bytes = Vec::new();
    stream.reader(start as u64).read_to_end(&mut bytes).unwrap();
    assert!(bytes == film.bytes[start..end]);
    let mut reader = stream.reader(end as u64 - 10);
    assert_eq!(reader.next_chunk().unwrap().unwrap().len(), 10);
    assert_eq!(reader.next_chunk().unwrap(), None);
    let mut past = [0; 10];
    assert_eq!(stream.read_at(2 * MIB, &mut past, &fetch_engine::Cancel::new()), Ok(0));
}
