//! Streams drawn from servers in this process: whole, verified, and through faults.

#![allow(clippy::unwrap_used, reason = "a panic with a line number is what a failed test is")]

mod common;

use std::io::{Read, Seek, SeekFrom};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use common::content::Server;
use common::director::Director;
use common::{Film, engine};
use fetch_engine::snapshot::{Cell, StreamState};
use fetch_engine::{
    CacheLimits, Cancel, FailureKind, Locator, OpenError, OpenOptions, ReadError, Stream, StreamId,
};

const MIB: usize = 1 << 20;
/// Fast enough that tests are short, slow enough that faults fall into the middle.
const BYTES_A_SECOND: u64 = 6 << 20;

/// Opens a film at servers given by their addresses.
fn open(servers: &[&Server], film: &Film) -> Stream {
    let options = OpenOptions {
        sources: servers.iter().map(|server| server.url()).collect(),
        ..OpenOptions::default()
    };
    engine(|_| {}).open(&Locator::Stream(film.id), &options).unwrap()
}

fn read_all(stream: &Stream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.reader(0).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Reads the first `len` bytes, does something, and reads the rest.
fn read_with(stream: &Stream, len: usize, then: impl FnOnce()) -> Vec<u8> {
    let mut reader = stream.reader(0);
    let mut bytes = vec![0; len];
    reader.read_exact(&mut bytes).unwrap();
    then();
    reader.read_to_end(&mut bytes).unwrap();
    bytes
}

fn source<'a>(
    snapshot: &'a fetch_engine::snapshot::Snapshot,
    name: &str,
) -> &'a fetch_engine::snapshot::SourceSnapshot {
    let found = snapshot.sources.iter().find(|source| source.name == name);
    found.unwrap_or_else(|| panic!("no source {name}: {:#?}", snapshot.sources))
}

#[test]
fn three_servers_give_one_film_each_block_once() {
    let film = Film::new(8 * MIB + 12_345);
    let rates = [4, 2, 1].map(|part| part * (1 << 20));
    let servers = ["alpha", "beta", "gamma"].iter().zip(rates);
    let servers: Vec<Server> = servers.map(|(name, rate)| Server::start(name, &film, rate)).collect();
    let stream = open(&servers.iter().collect::<Vec<_>>(), &film);
    assert_eq!((stream.id(), stream.size()), (film.id, film.bytes.len() as u64));
    assert!(read_all(&stream) == *film.bytes);

    let snapshot = stream.snapshot();
    assert_eq!(snapshot.state, StreamState::Full);
    assert_eq!(snapshot.verified_blocks, snapshot.blocks);
    assert_eq!(snapshot.cache.ranges, [(0, film.bytes.len() as u64)]);
    assert_eq!(snapshot.totals.bytes, film.bytes.len() as u64);
    assert!(snapshot.map.iter().all(|cell| *cell < 3), "every block has its sender");
    for (server, name) in servers.iter().zip(["alpha", "beta", "gamma"]) {
        let source = source(&snapshot, name);
        assert!(source.bytes > 0 && source.errors == 0, "{source:?}");
        assert!(source.bytes <= server.sent());
        let cells = snapshot.map.iter().filter(|cell| **cell == source.index).count() as u64;
        assert_eq!(cells, source.blocks, "the map says who sent each block");
    }
    let log = stream.log_since(0);
    assert!(log.iter().any(|entry| entry.title == "alpha joined"), "{log:?}");
    // Blocks may change hands at the end, so that all finish together; little of that comes twice.
    let bound = snapshot.totals.bytes / 50 + (256 << 10);
    assert!(snapshot.totals.duplicate_bytes <= bound, "{:?}", snapshot.totals);
    assert!(stream.log_since(log.last().unwrap().number).is_empty());
}

#[test]
fn a_killed_server_is_replaced_by_the_others() {
    let film = Film::new(8 * MIB);
    let (alpha, beta) =
        (Server::start("alpha", &film, BYTES_A_SECOND), Server::start("beta", &film, BYTES_A_SECOND));
    let stream = open(&[&alpha, &beta], &film);
    let bytes = read_with(&stream, 2 * MIB, || drop(alpha));
    assert!(bytes == *film.bytes);
    let snapshot = stream.snapshot();
    let alpha = source(&snapshot, "alpha");
    assert!(alpha.errors > 0 && alpha.last_error.is_some() && alpha.bytes > 0, "{alpha:?}");
    assert_eq!(source(&snapshot, "beta").errors, 0);
    assert!(stream.log_since(0).iter().any(|entry| entry.title == "alpha left" && entry.warning));
}

#[test]
fn a_silent_server_is_covered_and_taken_back() {
    let film = Film::new(24 * MIB);
    let (alpha, beta) =
        (Server::start("alpha", &film, BYTES_A_SECOND), Server::start("beta", &film, BYTES_A_SECOND));
    let stream = open(&[&alpha, &beta], &film);
    let mut half = 0;
    let bytes = read_with(&stream, 3 * MIB, || {
        alpha.stall(true);
        thread::sleep(Duration::from_millis(700));
        half = alpha.sent();
        alpha.stall(false);
    });
    assert!(bytes == *film.bytes);
    assert!(alpha.sent() > half, "it sends again");
    let log = stream.log_since(0);
    // Which of both depends on how much it owed: what may come twice is bounded.
    let noticed = ["alpha went quiet", "alpha left"];
    assert!(log.iter().any(|entry| noticed.contains(&entry.title.as_str())), "{log:#?}");
}

#[test]
fn wrong_bytes_never_reach_a_reader_and_their_sender_is_shut_out() {
    let film = Film::new(6 * MIB);
    let (alpha, beta) =
        (Server::start("alpha", &film, BYTES_A_SECOND), Server::start("beta", &film, BYTES_A_SECOND));
    let stream = open(&[&alpha, &beta], &film);
    let bytes = read_with(&stream, MIB, || alpha.corrupt());
    assert!(bytes == *film.bytes);
    let snapshot = stream.snapshot();
    assert_eq!(source(&snapshot, "alpha").state, "quarantined");
    assert!(snapshot.totals.wrong_blocks > 0);
}

#[test]
fn with_only_wrong_copies_a_read_fails_at_once_and_names_them() {
    let film = Film::new(2 * MIB);
    let (alpha, beta) =
        (Server::start("alpha", &film, BYTES_A_SECOND), Server::start("beta", &film, BYTES_A_SECOND));
    alpha.corrupt();
    beta.refuse();
    let stream = open(&[&alpha, &beta], &film);
    let error = stream.read_at(0, &mut [0; 10], &Cancel::new()).unwrap_err();
    let failure = stream.failure().unwrap();
    assert_eq!(failure.kind, FailureKind::NoHonestCopy);
    assert_eq!(error, ReadError::Failed(failure.message.clone()));
    assert!(
        failure.message.contains("alpha") && failure.message.contains(&beta.address.to_string()),
        "{failure:?}"
    );
}

#[test]
fn a_wrong_size_told_first_gives_no_wrong_byte_and_the_next_try_hears_all() {
    let film = Film::new(2 * MIB);
    let [liar, beta, gamma] =
        ["alpha", "beta", "gamma"].map(|name| Server::start(name, &film, BYTES_A_SECOND));
    liar.tell_size(film.bytes.len() as u64 - 7);
    beta.stall(true);
    gamma.stall(true);
    let options =
        OpenOptions { sources: vec![liar.url(), beta.url(), gamma.url()], ..OpenOptions::default() };
    let engine = engine(|_| {});
    let locator = Locator::Stream(film.id);
    let stream = engine.open(&locator, &options).unwrap();
    beta.stall(false);
    gamma.stall(false);
    let mut bytes = Vec::new();
    stream.reader(0).read_to_end(&mut bytes).unwrap_err();
    assert!(film.bytes.starts_with(&bytes));
    assert_eq!(stream.failure().unwrap().kind, FailureKind::NoHonestCopy);
    assert!(engine.doubts_size(film.id));
    assert!(read_all(&engine.open(&locator, &options).unwrap()) == *film.bytes);
}

#[test]
fn a_size_that_is_known_is_not_asked_for() {
    let film = Film::new(2 * MIB);
    let size = film.bytes.len() as u64;
    let alpha = Server::start("alpha", &film, BYTES_A_SECOND);
    let unknown = OpenOptions { sources: vec![alpha.url()], ..OpenOptions::default() };
    let options = OpenOptions { size: Some(size), ..unknown.clone() };
    let engine = engine(|_| {});
    let locator = Locator::Stream(film.id);
    assert!(read_all(&engine.open(&locator, &options).unwrap()) == *film.bytes);
    assert_eq!(alpha.asked_for_size(), 0);
    assert!(read_all(&engine.open(&locator, &unknown).unwrap()) == *film.bytes);
    assert_eq!(alpha.asked_for_size(), 1);
    let stream = engine.open(&locator, &OpenOptions { size: Some(size + 1), ..options }).unwrap();
    stream.reader(0).read_to_end(&mut Vec::new()).unwrap_err();
    let failure = stream.failure().unwrap();
    assert!(failure.message.contains(&size.to_string()), "{failure:?}");
}

#[test]
fn nobody_left_is_told_and_given_up_after_the_time_that_was_set() {
    let film = Film::new(8 * MIB);
    let alpha = Server::start("alpha", &film, BYTES_A_SECOND);
    let options = OpenOptions { sources: vec![alpha.url()], ..OpenOptions::default() };
    let engine = engine(|config| config.give_up_after = Duration::from_secs(2));
    let stream = engine.open(&Locator::Stream(film.id), &options).unwrap();
    let mut reader = stream.reader(0);
    reader.read_exact(&mut vec![0; MIB]).unwrap();
    drop(alpha);
    let ended = Instant::now();
    let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
    assert!(ended.elapsed() < Duration::from_secs(10));
    assert!(error.to_string().contains("alpha"), "{error}");
    assert_eq!(stream.failure().unwrap().kind, FailureKind::NobodyReachable);
    assert!(matches!(stream.snapshot().state, StreamState::Failed(_)));
}

#[test]
fn a_lonely_stream_finds_its_server_again_soon() {
    let film = Film::new(6 * MIB);
    let director = Director::start(&film);
    let alpha = Server::start("alpha", &film, BYTES_A_SECOND);
    let address = alpha.address;
    director.list(&[("alpha", address)]);
    let engine = engine(|config| config.director = Some(director.address.to_string()));
    let stream = engine.open(&Locator::Stream(film.id), &OpenOptions::default()).unwrap();
    let mut reader = stream.reader(0);
    let mut bytes = vec![0; MIB];
    reader.read_exact(&mut bytes).unwrap();
    drop(alpha);
    // Long enough for tries in vain: doubled waits would make the next one seconds away.
    thread::sleep(Duration::from_secs(6));
    assert!(matches!(stream.snapshot().state, StreamState::Nobody(why) if why.contains("alpha")));
    let _alpha = Server::start_at(address, "alpha", &film, 4 * BYTES_A_SECOND);
    let back = Instant::now();
    reader.read_to_end(&mut bytes).unwrap();
    assert!(back.elapsed() < Duration::from_secs(4), "{:?}", back.elapsed());
    assert!(bytes == *film.bytes);
}

#[test]
fn a_server_that_registers_anew_is_tried_at_once() {
    let film = Film::new(64 * MIB);
    let director = Director::start(&film);
    let alpha = Server::start("alpha", &film, BYTES_A_SECOND);
    let beta = Server::start("beta", &film, BYTES_A_SECOND);
    let address = alpha.address;
    director.list(&[("alpha", address), ("beta", beta.address)]);
    let engine = engine(|config| config.director = Some(director.address.to_string()));
    let stream = engine.open(&Locator::Stream(film.id), &OpenOptions::default()).unwrap();
    let mut first = vec![0; MIB];
    stream.reader(0).read_exact(&mut first).unwrap();
    drop(alpha);
    // Lost, and two tries in vain: the third would be four seconds away.
    let gone = Instant::now();
    while source(&stream.snapshot(), "alpha").errors < 3 {
        assert!(gone.elapsed() < Duration::from_secs(30), "alpha is not tried again");
        thread::sleep(Duration::from_millis(20));
    }
    let _alpha = Server::start_at(address, "alpha", &film, BYTES_A_SECOND);
    director.say_again();
    thread::sleep(Duration::from_secs(2));
    let state = source(&stream.snapshot(), "alpha").state.clone();
    assert!(["joining", "sending", "waiting"].contains(&state.as_str()), "{state}");
}

#[test]
fn a_server_that_joins_late_takes_part_and_one_that_returns_keeps_its_letter() {
    let film = Film::new(24 * MIB);
    let director = Director::start(&film);
    let alpha = Server::start("alpha", &film, BYTES_A_SECOND);
    director.list(&[("alpha", alpha.address)]);
    let engine = engine(|config| config.director = Some(director.address.to_string()));
    let stream = engine.open(&Locator::Stream(film.id), &OpenOptions::default()).unwrap();
    let mut reader = stream.reader(0);
    let mut bytes = vec![0; 2 * MIB];
    reader.read_exact(&mut bytes).unwrap();

    let beta = Server::start("beta", &film, 2 * BYTES_A_SECOND);
    director.list(&[("alpha", alpha.address), ("beta", beta.address)]);
    let mut more = vec![0; 6 * MIB];
    reader.read_exact(&mut more).unwrap();
    bytes.append(&mut more);
    assert!(beta.sent() > MIB as u64, "it takes part: {}", beta.sent());

    director.list(&[("beta", beta.address)]);
    drop(alpha);
    let alpha = Server::start("alpha", &film, 2 * BYTES_A_SECOND);
    director.list(&[("beta", beta.address), ("alpha", alpha.address)]);
    reader.read_to_end(&mut bytes).unwrap();
    assert!(bytes == *film.bytes);
    let snapshot = stream.snapshot();
    assert_eq!((source(&snapshot, "alpha").letter, source(&snapshot, "beta").letter), ('A', 'B'));
    assert!(alpha.sent() > 0, "it is back at another address");
}

#[test]
fn reads_at_far_places_by_turns_and_seeks_give_the_right_bytes() {
    let film = Film::new(24 * MIB);
    let servers = ["alpha", "beta", "gamma"].map(|name| Server::start(name, &film, 4 * BYTES_A_SECOND));
    let options =
        OpenOptions { sources: servers.iter().map(Server::url).collect(), ..OpenOptions::default() };
    let cache = CacheLimits { back_bytes: 2 << 20, ahead_bytes: 4 << 20 };
    let stream = engine(|config| config.cache = cache).open(&Locator::Stream(film.id), &options).unwrap();
    let cancel = Cancel::new();
    let check = |offset: usize, len: usize| {
        let mut buf = vec![0; len];
        let read = stream.read_at(offset as u64, &mut buf, &cancel).unwrap();
        assert_eq!(read, len.min(film.bytes.len() - offset));
        assert!(buf[..read] == film.bytes[offset..offset + read], "at {offset}");
    };
    check(film.bytes.len() - 100_000, 200_000);
    for turn in 0..20 {
        check(turn * 100_000, 100_000);
        check(12 * MIB + turn * 70_000, 70_000);
    }
    let mut random = 12345_u64;
    for _ in 0..25 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        stream.seeking();
        let offset = (random >> 33) as usize % (film.bytes.len() - 500_000);
        check(offset, 16);
        check(offset + 16, 400_000);
    }
    check(0, 5 * MIB);
    assert_eq!(stream.read_at(stream.size(), &mut [0; 4], &cancel), Ok(0));
    let mut reader = stream.reader(0);
    reader.seek(SeekFrom::End(-5)).unwrap();
    let mut end = Vec::new();
    reader.read_to_end(&mut end).unwrap();
    assert_eq!(end, film.bytes[film.bytes.len() - 5..]);
    let held: u64 = stream.snapshot().cache.ranges.iter().map(|(start, end)| end - start).sum();
    assert!(held < 24 << 20, "the cache is bounded: {held}");
}

#[test]
fn what_is_here_costs_no_server_anything() {
    let film = Film::new(4 * MIB);
    let alpha = Server::start("alpha", &film, 8 * BYTES_A_SECOND);
    let stream = open(&[&alpha], &film);
    assert!(read_all(&stream) == *film.bytes);
    assert_eq!(stream.available(5), film.bytes.len() as u64 - 5);
    drop(alpha);
    stream.seeking();
    assert!(read_all(&stream) == *film.bytes);
    assert_eq!(stream.snapshot().map.iter().filter(|cell| **cell == Cell::ABSENT).count(), 0);
}

#[test]
fn a_blocked_read_is_cancelled_at_once() {
    let film = Film::new(32 * MIB);
    let alpha = Server::start("alpha", &film, BYTES_A_SECOND);
    let stream = open(&[&alpha], &film);
    alpha.stall(true);
    let cancel = Cancel::new();
    let (blocked, used) = (stream.clone(), cancel.clone());
    let reader = thread::spawn(move || blocked.read_at(20 * MIB as u64, &mut [0; 10], &used));
    thread::sleep(Duration::from_millis(100));
    assert!(!reader.is_finished());
    let told = Instant::now();
    cancel.cancel();
    assert_eq!(reader.join().unwrap(), Err(ReadError::Cancelled));
    assert!(told.elapsed() < Duration::from_millis(500));
    alpha.stall(false);
    assert_eq!(stream.read_at(0, &mut [0; 10], &Cancel::new()), Ok(10), "other reads go on");
}

#[test]
fn a_range_is_fetched_and_nothing_else() {
    let film = Film::new(16 * MIB);
    let alpha = Server::start("alpha", &film, 4 * BYTES_A_SECOND);
    let options = OpenOptions { sources: vec![alpha.url()], ..OpenOptions::default() };
    let (start, end) = (5 * MIB + 7, 6 * MIB + 9);
    let stream = engine(|_| {})
        .open_in_order(&Locator::Stream(film.id), &options, start as u64, Some(end as u64))
        .unwrap();
    let mut bytes = vec![0; end - start];
    stream.reader(start as u64).read_exact(&mut bytes).unwrap();
    assert!(bytes == film.bytes[start..end]);
    assert!(alpha.sent() < (2 * MIB) as u64, "{}", alpha.sent());
}

#[test]
fn what_can_not_be_opened_says_why() {
    let film = Film::new(MIB);
    let alpha = Server::start("alpha", &film, BYTES_A_SECOND);
    let engine = engine(|_| {});
    let other = Locator::Stream(StreamId([7; 32]));
    let sources = vec![alpha.url()];
    let options = OpenOptions { sources, ..OpenOptions::default() };
    assert!(matches!(engine.open(&other, &options), Err(OpenError::OtherStream { .. })));
    let none = OpenOptions::default();
    assert!(matches!(engine.open(&other, &none), Err(OpenError::NoDirector(_))));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere: Locator = format!("tributary://{free}/b3:{}", film.id).parse().unwrap();
    let error = engine.open(&nowhere, &none).unwrap_err();
    assert!(
        matches!(&error, OpenError::SizeUnknown { why, .. } if why.contains(&free.to_string())),
        "{error}"
    );
    assert!(engine.open(&Locator::Source(alpha.url()), &none).is_ok());
}

#[test]
fn a_stream_is_not_empty_because_a_director_says_so() {
    let film = Film::new(MIB);
    let director = Director::start(&film);
    director.claim_size(0);
    let engine = engine(|config| config.director = Some(director.address.to_string()));
    let Err(error) = engine.open(&Locator::Stream(film.id), &OpenOptions::default()) else {
        panic!("an empty film was taken for one of {MIB} bytes");
    };
    let error = error.to_string();
    assert!(error.contains("no bytes"), "{error}");
}

#[test]
fn a_read_whose_place_another_threads_seek_pushed_out_is_still_served() {
    let film = Film::new(32 * MIB);
    let alpha = Server::start("alpha", &film, BYTES_A_SECOND);
    let stream = open(&[&alpha], &film);
    alpha.stall(true);
    let far = |place: usize| {
        let stream = stream.clone();
        thread::spawn(move || {
            let mut bytes = vec![0; 1000];
            stream.read_at(place as u64, &mut bytes, &Cancel::new()).unwrap();
            bytes
        })
    };
    let first = far(9 * MIB);
    thread::sleep(Duration::from_millis(100));
    stream.seeking();
    let second = far(20 * MIB);
    thread::sleep(Duration::from_millis(100));
    alpha.stall(false);
    assert!(second.join().unwrap() == film.bytes[20 * MIB..20 * MIB + 1000]);
    assert!(first.join().unwrap() == film.bytes[9 * MIB..9 * MIB + 1000]);
}
