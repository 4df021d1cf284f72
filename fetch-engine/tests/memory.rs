//! What is remembered of servers between runs.

#![allow(clippy::unwrap_used, reason = "a panic with a line number is what a failed test is")]
#![allow(dead_code, reason = "the servers in `common` can do more than is asked of them here")]

mod common;

use std::io::Read;
use std::path::Path;

use common::content::Server;
use common::{Film, engine};
use fetch_engine::{Engine, Locator, OpenOptions, Stream};

const MIB: usize = 1 << 20;
const BYTES_A_SECOND: u64 = 6 << 20;

fn remembering(file: &Path) -> Engine {
    engine(|config| config.rates_file = Some(file.to_owned()))
}

fn open(engine: &Engine, servers: &[&Server], film: &Film) -> Stream {
    let options =
        OpenOptions { sources: servers.iter().map(|s| s.url()).collect(), ..OpenOptions::default() };
    engine.open_in_order(&Locator::Stream(film.id), &options, 0, None).unwrap()
}

fn read_all(stream: &Stream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.reader(0).read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn rates_long_past_do_no_harm_and_are_put_right() {
    let film = Film::new(16 * MIB);
    let servers = ["alpha", "beta"].map(|name| Server::start(name, &film, BYTES_A_SECOND));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rates.json");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    // One is said to be a thousand times slower than it is, the other a thousand times faster.
    let entry =
        |server: &Server, rate: u64| format!(r#""{}":{{"rate_bps":{rate},"seen_at":{now}}}"#, server.address);
    let (slow, fast) = (entry(&servers[0], 50_000), entry(&servers[1], 50_000_000_000));
    std::fs::write(&file, format!(r#"{{"servers":{{{slow},{fast}}}}}"#)).unwrap();

    let engine = remembering(&file);
    let stream = open(&engine, &[&servers[0], &servers[1]], &film);
    assert!(read_all(&stream) == *film.bytes);
    let snapshot = stream.snapshot();
    for source in &snapshot.sources {
        assert!(
            source.bytes > 4 * MIB as u64,
            "{} of equal servers gave {}: {:#?}",
            source.name,
            source.bytes,
            stream.log_since(0)
        );
    }
    assert!(snapshot.totals.duplicate_bytes <= film.bytes.len() as u64 / 50 + (256 << 10));
    drop(stream);
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let rate = |server: &Server| kept["servers"][server.address.to_string()]["rate_bps"].as_f64().unwrap();
    assert!(rate(&servers[0]) > 1e6 && rate(&servers[1]) < 49e9, "{kept}");
}

#[test]
fn what_another_program_learned_meanwhile_is_kept() {
    let film = Film::new(MIB);
    let servers = ["alpha", "beta"].map(|name| Server::start(name, &film, BYTES_A_SECOND));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rates.json");
    let (one, other) = (remembering(&file), remembering(&file));
    for (engine, server) in [(&one, &servers[0]), (&other, &servers[1])] {
        assert!(read_all(&open(engine, &[server], &film)) == *film.bytes);
    }
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    for server in &servers {
        assert!(kept["servers"][server.address.to_string()]["rate_bps"].is_f64(), "{kept}");
    }
}
