//! Partial copies: what a fetch could not finish, dropped into a server's directory, is a source of what it
//! has.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::Fetch;
use tributary_tests::files::MIB;
use tributary_tests::http::{get, get_json};

const BYTES: u64 = 12 * MIB;
const LIMIT: Duration = Duration::from_secs(60);

/// Fetches a stream until its only server dies; gives the part and what describes it.
fn leave_a_part(cluster: &mut Cluster, hash: &str) -> (PathBuf, PathBuf) {
    let mut fetch = Fetch::start_to(cluster, hash, &cluster.scratch().join("Film.mkv"));
    fetch.wait_for_bytes(BYTES / 2);
    cluster.server("alpha").process.kill();
    let part = fetch.part_path();
    let ended = fetch.finish(LIMIT);
    assert_eq!(ended.code, 3, "{}", ended.errors);
    let beside = PathBuf::from(format!("{}.tributary", part.display()));
    assert!(beside.is_file() && part.is_file());
    (part, beside)
}

fn copy_into(films: &Path, files: [&Path; 2]) {
    for file in files {
        let name = file.file_name().expect("a file has a name");
        std::fs::copy(file, films.join(name)).expect("a file can be copied");
    }
}

#[test]
fn a_half_fetched_title_is_served_as_the_part_it_is() {
    let (mut cluster, hash) = Cluster::with_file(&[20], BYTES);
    let (part, beside) = leave_a_part(&mut cluster, &hash);
    let held = part.metadata().expect("it was just there").len();
    cluster.add_server("beta", Some(20), |films| copy_into(films, [&part, &beside]));
    let beta = cluster.server("beta").address.clone();
    let holding = tributary_tests::wait_until("beta to hold a part", LIMIT, || {
        let found = get_json(&beta, &format!("/lookup?stream={hash}"))?;
        found["holdings"].get(0).cloned()
    });
    let end = holding["ranges"][0][1].as_u64().expect("a part has ranges");
    assert!(end <= held && end > held - 16 * 1024 && holding["size"] == BYTES, "{holding}");
    assert_eq!(holding["file_name"], "Film.mkv");

    // Plain HTTP: ranges of what is there, and nothing else.
    let path = format!("/streams/{hash}");
    let status = |range: &str| get(&beta, &path, range).expect("it answers").status;
    assert_eq!(status(""), 404);
    assert_eq!(status("range: bytes=0-99\r\n"), 206);
    assert_eq!(status(&format!("range: bytes={end}-\r\n")), 416);
    let over = get(&beta, &path, &format!("range: bytes={}-{BYTES}\r\n", end - 10)).expect("it answers");
    assert_eq!((over.status, over.body.len()), (206, 10), "as much as there is");

    // Alone it gives what it has, and the block that nobody holds is named.
    let out = cluster.scratch().join("alone");
    let source = format!("tributary://{beta}/b3:{hash}");
    let alone = Fetch::start_with(cluster.scratch(), &["--source", &source], &out).finish(LIMIT);
    let block = end / (16 * 1024) + 1;
    assert_eq!(alone.code, 3, "{}", alone.errors);
    assert!(alone.errors.contains(&format!("Nobody who is there holds block {block}:")), "{}", alone.errors);
    assert_eq!(alone.report.expect("it reports").bytes, end);

    // Beside a whole copy it gives its share of what it has.
    cluster.restart_server("alpha");
    cluster.wait_for_sources(&hash, 2);
    let listed = get_json(cluster.director_address(), &format!("/v1/streams/{hash}/sources"));
    let listed = listed.expect("the director answers");
    assert_eq!(listed["sources"][1]["ranges"], holding["ranges"], "{listed}");
    let report = Fetch::start(&cluster, &hash).finish_whole(&hash, LIMIT);
    let beta = report.source("beta");
    assert!(beta.bytes > end / 5 && beta.bytes <= end, "{report:#?}");
    assert_eq!(beta.errors, 0, "{report:#?}");
}

#[test]
fn what_the_pages_do_not_prove_is_not_served() {
    let (mut cluster, hash) = Cluster::with_file(&[20], BYTES);
    let (part, beside) = leave_a_part(&mut cluster, &hash);
    tributary_tests::files::flip_bit(&part, MIB + 5);
    cluster.add_server("beta", Some(20), |films| copy_into(films, [&part, &beside]));
    let beta = cluster.server("beta").address.clone();
    let ranges = tributary_tests::wait_until("beta to hold a part", LIMIT, || {
        let found = get_json(&beta, &format!("/lookup?name=Film.mkv&size={BYTES}"))?;
        Some(found["holdings"].get(0)?["ranges"].clone())
    });
    assert_eq!(ranges[0], serde_json::json!([0, MIB]));
    assert_eq!(ranges[1][0], MIB + 16 * 1024);
}
