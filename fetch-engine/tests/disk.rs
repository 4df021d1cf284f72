//! Films on disk: what was read once is there again without a server, and nothing wrong ever is.

#![allow(clippy::unwrap_used, reason = "a panic with a line number is what a failed test is")]
#![allow(dead_code, reason = "the servers in `common` can do more than is asked of them here")]

mod common;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use common::content::Server;
use common::{Film, engine};
use fetch_engine::{CacheLimits, Cancel, DiskLimits, Locator, OpenOptions, Stream};

const MIB: usize = 1 << 20;
const BYTES_A_SECOND: u64 = 64 << 20;

fn open(folder: &Path, server: &Server, film: &Film) -> Stream {
    let options = OpenOptions {
        sources: vec![server.url()],
        size: Some(film.bytes.len() as u64),
        cache: Some(CacheLimits { back_bytes: MIB as u64, ahead_bytes: 2 * MIB as u64 }),
        disk: Some(DiskLimits { folder: folder.to_owned(), bytes: 1 << 30 }),
        ..OpenOptions::default()
    };
    engine(|_| {}).open(&Locator::Stream(film.id), &options).unwrap()
}

fn reads(stream: &Stream, film: &Film, at: usize, len: usize) {
    let mut bytes = vec![0; len];
    assert_eq!(stream.read_at(at as u64, &mut bytes, &Cancel::new()), Ok(len));
    assert!(bytes == film.bytes[at..at + len], "at {at}");
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn on_disk(stream: &Stream) -> u64 {
    stream.snapshot().cache.disk.expect("it is kept on disk").bytes
}

#[test]
fn what_left_memory_is_read_from_disk_and_is_there_another_day() {
    let film = Film::new(12 * MIB);
    let folder = tempfile::tempdir().unwrap();
    let alpha = Server::start("alpha", &film, BYTES_A_SECOND);
    let first = open(folder.path(), &alpha, &film);
    for at in (0..12 * MIB).step_by(MIB) {
        reads(&first, &film, at, MIB);
    }
    wait_for("all of it is written", || on_disk(&first) == film.bytes.len() as u64);
    alpha.stall(true);
    assert_eq!(first.available(0), 0, "its start has left memory");
    for at in (0..12 * MIB).step_by(MIB) {
        reads(&first, &film, at, MIB);
    }
    assert!(first.snapshot().cache.disk.unwrap().read_bytes >= 8 * MIB as u64);
    drop(first);

    let name = format!("{}.film", film.id);
    wait_for("it is written down", || folder.path().join(format!("{name}.tributary")).exists());
    // A part that was damaged comes from the server again.
    let damaged = 5 * MIB + 3;
    let file = File::options().read(true).write(true).open(folder.path().join(&name)).unwrap();
    wait_for("nobody has it open", || file.try_lock().is_ok());
    file.write_all_at(&[!film.bytes[damaged]], damaged as u64).unwrap();
    drop(file);
    let sent = alpha.sent();
    let second = open(folder.path(), &alpha, &film);
    reads(&second, &film, 0, 4 * MIB);
    reads(&second, &film, 6 * MIB, 6 * MIB);
    assert_eq!(alpha.sent(), sent);
    alpha.stall(false);
    reads(&second, &film, 0, 12 * MIB);
    assert!((1..=1 << 20).contains(&(alpha.sent() - sent)), "{} bytes", alpha.sent() - sent);
}

#[test]
fn a_folder_that_can_not_be_written_stops_nothing() {
    let film = Film::new(2 * MIB);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("no folder");
    File::create(&file).unwrap();
    let alpha = Server::start("alpha", &film, BYTES_A_SECOND);
    let stream = open(&file, &alpha, &film);
    reads(&stream, &film, 0, 2 * MIB);
    assert_eq!(stream.snapshot().cache.disk, None);
}
