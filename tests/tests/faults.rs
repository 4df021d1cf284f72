//! One fault at a time, half-way through a file: the bytes stay whole, and the report says what
//! happened to whom.

use std::time::Duration;

use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::Fetch;
use tributary_tests::files::{MIB, flip_bit, write_random};

const RATES_MBIT: [u32; 3] = [20, 10, 5];
const BYTES: u64 = 8 * MIB;
const HALF: u64 = BYTES / 2;
/// The slowest way to the end that a test allows: the 5 Mbit/s server alone would need 14 s.
const LIMIT: Duration = Duration::from_secs(40);

#[test]
fn a_server_is_killed() {
    let (mut cluster, hash) = Cluster::with_file(&RATES_MBIT, BYTES);
    let mut fetch = Fetch::start(&cluster, &hash);
    fetch.wait_for_bytes(HALF);
    cluster.server("alpha").process.kill();
    let report = fetch.finish_whole(&hash, LIMIT);
    let alpha = report.source("alpha");
    assert!(alpha.errors > 0 && matches!(alpha.state.as_str(), "away" | "gone"), "{alpha:?}");
    assert!(alpha.last_error.is_some(), "in words: {alpha:?}");
    assert!(alpha.bytes > 0 && report.source("beta").errors == 0, "{report:#?}");
    let told = report.verdicts.iter().find(|told| told.cause == "left").expect("a verdict");
    assert_eq!(told.server.as_deref(), Some("alpha"), "{told:?}");
    assert!(told.to >= told.from && told.sentence.starts_with("alpha left"), "{told:?}");
    println!("longest gap {:.0} ms after a kill", report.longest_gap_ms);
}

#[test]
fn a_server_is_killed_and_comes_back() {
    let (mut cluster, hash) = Cluster::with_file(&RATES_MBIT, 3 * BYTES);
    let mut fetch = Fetch::start(&cluster, &hash);
    fetch.wait_for_bytes(HALF);
    cluster.server("alpha").process.kill();
    std::thread::sleep(Duration::from_millis(500));
    cluster.restart_server("alpha");
    let report = fetch.finish_whole(&hash, LIMIT);
    let alpha = report.source("alpha");
    assert!(alpha.errors > 0 && alpha.last_error.is_some(), "{alpha:?}");
    assert!(matches!(alpha.state.as_str(), "sending" | "waiting"), "it is back: {alpha:?}");
    // It had 4/7 of the first 4 MiB; more than that can only have come after its return.
    assert!(alpha.bytes > HALF, "it sends again: {alpha:?}");
}

#[test]
fn a_server_is_stopped_and_goes_on() {
    let (mut cluster, hash) = Cluster::with_file(&RATES_MBIT, 2 * BYTES);
    let mut fetch = Fetch::start(&cluster, &hash);
    fetch.wait_for_bytes(HALF);
    cluster.server("alpha").process.freeze();
    std::thread::sleep(Duration::from_secs(1));
    cluster.server("alpha").process.thaw();
    let report = fetch.finish_whole(&hash, LIMIT);
    let alpha = report.source("alpha");
    assert!(alpha.errors > 0 && alpha.last_error.is_some(), "its silence is noted: {alpha:?}");
    assert!(alpha.bytes > HALF * 2 / 3, "it sends again: {alpha:?}");
    println!("longest gap {:.0} ms after a stop", report.longest_gap_ms);
}

#[test]
fn a_server_sends_a_wrong_byte() {
    let (mut cluster, hash) = Cluster::with_file(&RATES_MBIT, BYTES);
    // Every block of the second half, so that the server is certain to be asked for one of them: on a busy
    // machine it may get none for the time that a megabyte takes.
    let film = cluster.server("beta").film("Film.mkv");
    for offset in (HALF..BYTES).step_by(4096) {
        flip_bit(&film, offset);
    }
    let report = Fetch::start(&cluster, &hash).finish_whole(&hash, LIMIT);
    let beta = report.source("beta");
    assert_eq!(beta.state, "quarantined", "{beta:?}");
    assert!(beta.errors > 0 && beta.last_error.is_some(), "in words: {beta:?}");
    for name in ["alpha", "gamma"] {
        assert_eq!(report.source(name).errors, 0, "{name} did nothing wrong: {report:#?}");
    }
}

#[test]
fn only_wrong_copies_are_left() {
    let (mut cluster, hash) = Cluster::with_file(&[20], BYTES);
    flip_bit(&cluster.server("alpha").film("Film.mkv"), HALF);
    let outcome = Fetch::start(&cluster, &hash).finish(LIMIT);
    assert_eq!(outcome.code, 4, "no honest copy: {}", outcome.errors);
    assert!(outcome.errors.contains("alpha"), "the message names the server: {}", outcome.errors);
}

#[test]
fn all_servers_are_gone() {
    let (mut cluster, hash) = Cluster::with_file(&RATES_MBIT, BYTES);
    let mut fetch = Fetch::start(&cluster, &hash);
    fetch.wait_for_bytes(HALF);
    for server in cluster.servers() {
        server.process.kill();
    }
    let part = fetch.part_path();
    let outcome = fetch.finish(Duration::from_secs(30));
    assert_eq!(outcome.code, 3, "{}", outcome.errors);
    for name in ["alpha", "beta", "gamma"] {
        assert!(outcome.errors.contains(name), "the message names {name}: {}", outcome.errors);
    }
    let kept = std::fs::read(&part).expect("what came is kept");
    let whole = std::fs::read(cluster.server("alpha").film("Film.mkv")).unwrap();
    assert!(kept.len() as u64 >= HALF && whole.starts_with(&kept), "what is kept is the file's beginning");
    assert!(!cluster.scratch().join("out").exists(), "a part is not called whole");
}

#[test]
fn the_director_restarts() {
    let (mut cluster, hash) = Cluster::with_file(&RATES_MBIT, BYTES);
    let mut fetch = Fetch::start(&cluster, &hash);
    fetch.wait_for_bytes(HALF / 2);
    cluster.kill_director();
    fetch.wait_for_bytes(HALF);
    cluster.restart_director();
    let report = fetch.finish_whole(&hash, LIMIT);
    for source in &report.sources {
        assert_eq!(source.errors, 0, "the servers never left: {source:?}");
    }
    cluster.wait_for_sources(&hash, 3);
}

#[test]
fn a_server_joins_late() {
    let (mut cluster, hash) = Cluster::with_file(&[10, 5], BYTES);
    let mut fetch = Fetch::start(&cluster, &hash);
    fetch.wait_for_bytes(HALF / 2);
    cluster.add_server("gamma", Some(20), |films| {
        assert_eq!(write_random(&films.join("Film.mkv"), BYTES, "film"), hash);
    });
    let report = fetch.finish_whole(&hash, LIMIT);
    let gamma = report.source("gamma");
    assert!(gamma.bytes > MIB && gamma.errors == 0, "it carries its part: {gamma:?}");
}

#[test]
fn a_server_told_to_stop_says_goodbye() {
    let (mut cluster, hash) = Cluster::with_file(&RATES_MBIT, BYTES);
    let mut fetch = Fetch::start(&cluster, &hash);
    fetch.wait_for_bytes(HALF / 2);
    let (code, took) = cluster.server("alpha").process.terminate(Duration::from_secs(15));
    println!("stopped after {took:?}");
    assert_eq!(code, 0, "a clean stop");
    let report = fetch.finish_whole(&hash, LIMIT);
    assert!(report.source("alpha").bytes > 0, "{report:#?}");
    cluster.wait_for_sources(&hash, 2);
}
