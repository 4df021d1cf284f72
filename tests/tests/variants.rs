//! The scheme's variants over real processes: each fetches a file right from three content servers.

use std::path::Path;
use std::time::Duration;

use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::{Fetch, Report};
use tributary_tests::files::MIB;

/// Patience of every fetch.
const LIMIT: Duration = Duration::from_secs(60);

/// Starts to fetch the cluster's file with these flags.
fn start(cluster: &Cluster, hash: &str, out: &Path, flags: &[&str]) -> Fetch {
    let (director, locator) = (cluster.director_url(), format!("b3:{hash}"));
    let arguments = [&["--director", &director, &locator], flags].concat();
    Fetch::start_with(cluster.scratch(), &arguments, out)
}

/// Fetches the cluster's file with these flags, and checks that it is whole.
fn fetch(cluster: &Cluster, hash: &str, flags: &[&str]) -> Report {
    let out = cluster.scratch().join(flags.concat());
    let report = start(cluster, hash, &out, flags).finish_whole(hash, LIMIT);
    println!("{flags:?}: {:.2} s, {} control bytes, {report:?}", report.seconds, report.control_bytes);
    report
}

#[test]
fn blocks_of_a_byte_and_of_seven_fetch_a_small_file() {
    let (cluster, hash) = Cluster::with_file(&[40, 40, 40], 40_001);
    for size in ["1", "7", "1000"] {
        let report = fetch(&cluster, &hash, &["--block-size", size]);
        assert_eq!((report.bytes, report.wasted_bytes), (40_001, 0));
    }
}

#[test]
fn blocks_of_odd_and_of_large_sizes_fetch_a_file() {
    let (cluster, hash) = Cluster::with_file(&[80, 80, 80], 5 * MIB + 77);
    for size in ["1000", "16383", "100000", "1048576"] {
        let report = fetch(&cluster, &hash, &["--block-size", size]);
        let givers = report.sources.iter().filter(|source| source.bytes > 0).count();
        assert!(givers >= 2, "blocks of {size}: {report:?}");
    }
}

#[test]
fn too_many_blocks_are_refused_with_what_would_do() {
    let (cluster, hash) = Cluster::with_file(&[40], 3 * MIB);
    let out = cluster.scratch().join("out");
    let outcome = start(&cluster, &hash, &out, &["--block-size", "2"]).finish(LIMIT);
    assert_eq!(outcome.code, 2, "{}", outcome.errors);
    assert!(outcome.errors.contains("at least 3 bytes"), "{}", outcome.errors);
}

#[test]
fn blocks_are_named_by_offset_and_by_time_slot() {
    let (cluster, hash) = Cluster::with_file(&[60, 40, 20], 4 * MIB + 1);
    for flags in [
        ["--identify", "offset", "--block-size", "16384"],
        ["--identify", "slot", "--block-size", "16384"],
        ["--identify", "slot", "--block-size", "5000"],
    ] {
        let report = fetch(&cluster, &hash, &flags);
        assert!(report.sources.iter().all(|source| source.bytes > 0 && source.errors == 0), "{report:?}");
    }
}

#[test]
fn redundant_copies_outlive_a_server_that_is_killed() {
    for copies in ["2", "3"] {
        let (mut cluster, hash) = Cluster::with_file(&[30, 30, 30], 6 * MIB);
        let out = cluster.scratch().join("out");
        let mut fetch = start(&cluster, &hash, &out, &["--redundancy", copies]);
        fetch.wait_for_bytes(MIB);
        cluster.server("beta").process.kill();
        let report = fetch.finish_whole(&hash, LIMIT);
        assert!(report.redundant_bytes > MIB / 2, "{copies} copies: {report:?}");
        assert!(report.source("beta").errors > 0, "{report:?}");
    }
}

#[test]
fn variants_go_together_through_a_kill_and_a_restart() {
    let (mut cluster, hash) = Cluster::with_file(&[30, 30, 30], 5 * MIB);
    let out = cluster.scratch().join("out");
    let flags = ["--identify", "slot", "--redundancy", "2", "--block-size", "3000", "--planner", "interval"];
    let mut fetch = start(&cluster, &hash, &out, &flags);
    fetch.wait_for_bytes(MIB);
    cluster.restart_server("alpha");
    let report = fetch.finish_whole(&hash, LIMIT);
    assert!(report.redundant_bytes > 0, "{report:?}");
}
