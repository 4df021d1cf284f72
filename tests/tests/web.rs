//! Plain web servers as sources: nginx beside content servers, and alone.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::{Fetch, Outcome, Report, SourceReport};
use tributary_tests::files::{MIB, flip_bit, hash_file, write_random};
use tributary_tests::nginx::{Certificate, Nginx};
use tributary_tests::throttle::Throttle;

const LIMIT: Duration = Duration::from_secs(60);
const BYTES: u64 = 6 * MIB;

/// A folder of files for nginx.
struct Files {
    directory: TempDir,
    hash: String,
}

impl Files {
    /// With one film, called `film`.
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a test's files can be made");
        std::fs::create_dir(directory.path().join("root")).expect("a test's files can be made");
        let hash = write_random(&directory.path().join("root/film"), BYTES, "film");
        Self { directory, hash }
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("root")
    }

    fn film(&self) -> PathBuf {
        self.root().join("film")
    }

    /// A copy of the film under another name, with the same times.
    fn copy(&self, name: &str) -> PathBuf {
        let path = self.root().join(name);
        std::fs::copy(self.film(), &path).expect("a test's files can be made");
        let modified = self
            .film()
            .metadata()
            .expect("a test's files can be made")
            .modified()
            .expect("a test's files can be made");
        std::fs::File::options()
            .write(true)
            .open(&path)
            .expect("a test's files can be made")
            .set_modified(modified)
            .expect("a test's files can be made");
        path
    }

    fn out(&self) -> PathBuf {
        self.directory.path().join("out")
    }

    /// Runs `tributary-fetch get` with these arguments.
    fn get(&self, arguments: &[&str]) -> Outcome {
        Fetch::start_with(self.directory.path(), arguments, &self.out()).finish(LIMIT)
    }
}

/// The source of this address.
fn at<'a>(report: &'a Report, address: &str) -> &'a SourceReport {
    let found = report.sources.iter().find(|source| source.address == address);
    found.unwrap_or_else(|| panic!("the report names no source at {address}: {report:#?}"))
}

fn whole(outcome: Outcome, out: &Path, hash: &str) -> Report {
    assert_eq!(outcome.code, 0, "{}", outcome.errors);
    assert_eq!(hash_file(out), hash, "other bytes than the film's");
    outcome.report.expect("a run with --json ends with a report")
}

/// A content server with the film, its address as a source, and the cluster it lives in.
fn content_server(rate_mbit: u32) -> (Cluster, String) {
    let (mut cluster, hash) = Cluster::with_file(&[rate_mbit], BYTES);
    let source = format!("tributary://{}/b3:{hash}", cluster.server("alpha").address);
    (cluster, source)
}

#[test]
fn two_web_servers_and_a_content_server_give_one_film_together() {
    let files = Files::new();
    let (_cluster, content) = content_server(10);
    let first = Nginx::start("first", &files.root(), "");
    let second = Nginx::start("second", &files.root(), "keepalive_requests 7;");
    let (first, second) = (Throttle::start(&first.address, 10), Throttle::start(&second.address, 10));
    let (first, second) = (first.url("film"), second.url("film"));
    let outcome = files.get(&["--source", &content, "--source", &first, "--source", &second]);
    let report = whole(outcome, &files.out(), &files.hash);
    assert!(report.verified);
    assert_eq!(report.sources.len(), 3);
    for source in &report.sources {
        assert!(source.share > 0.05, "{report:#?}");
    }
}

#[test]
fn a_web_server_is_killed_half_way() {
    let files = Files::new();
    let (_cluster, content) = content_server(20);
    let mut nginx = Nginx::start("killed", &files.root(), "");
    let throttle = Throttle::start(&nginx.address, 20);
    let url = throttle.url("film");
    let arguments = ["--source", &content, "--source", &url];
    let mut fetch = Fetch::start_with(files.directory.path(), &arguments, &files.out());
    fetch.wait_for_bytes(BYTES / 3);
    nginx.process.kill();
    let report = whole(fetch.finish(LIMIT), &files.out(), &files.hash);
    let killed = at(&report, &url);
    assert!(killed.bytes > 0 && killed.errors > 0 && killed.last_error.is_some(), "{killed:?}");
    assert!(report.source("alpha").bytes > BYTES / 3, "it sent the rest: {report:#?}");
}

#[test]
fn the_content_server_is_killed_and_the_web_server_goes_on_verified() {
    let files = Files::new();
    let (mut cluster, content) = content_server(10);
    let nginx = Nginx::start("left", &files.root(), "");
    let throttle = Throttle::start(&nginx.address, 10);
    let url = throttle.url("film");
    let arguments = ["--source", &content, "--source", &url];
    let mut fetch = Fetch::start_with(files.directory.path(), &arguments, &files.out());
    fetch.wait_for_bytes(BYTES / 3);
    cluster.server("alpha").process.kill();
    let report = whole(fetch.finish(LIMIT), &files.out(), &files.hash);
    assert!(report.verified && at(&report, &url).bytes > BYTES / 2, "{report:#?}");
}

#[test]
fn a_web_server_that_is_of_no_use_is_refused_by_name_and_the_film_comes_all_the_same() {
    let files = Files::new();
    let (_cluster, content) = content_server(20);
    let wrong = files.copy("wrong");
    (0..BYTES).step_by(4096).for_each(|offset| flip_bit(&wrong, offset));
    write_random(&files.root().join("short"), BYTES - 1, "film");
    std::fs::create_dir(files.root().join("whole")).unwrap();
    files.copy("whole/film");
    let nginx = Nginx::start(
        "odd",
        &files.root(),
        "location /whole/ { max_ranges 0; } location /busy { return 503; } location /moved { return 302 /film; } \
         location /round { return 302 /round; } location /closed { return 403; }",
    );
    let told = [
        ("wrong", "wrong bytes"),
        ("short", "bytes instead of"),
        ("whole/film", "no Range support"),
        ("missing", "404"),
        ("closed", "403"),
        ("busy", "503"),
        ("round", "from one address to the next"),
    ];
    let urls = told.map(|(file, words)| (nginx.url(file), words));
    let mut arguments = vec!["--source", &content];
    arguments.extend(urls.iter().flat_map(|(url, _)| ["--source", url]));
    let report = whole(files.get(&arguments), &files.out(), &files.hash);
    for (url, words) in &urls {
        let source = at(&report, url);
        let why = source.last_error.as_deref().unwrap_or_default();
        assert!(why.contains(words) && source.bytes == 0, "{url}: {words:?} is not in {source:?}");
    }
    assert_eq!(at(&report, &urls[0].0).state, "quarantined");
    assert!(report.verified && report.source("alpha").bytes == BYTES, "{report:#?}");

    let moved = nginx.url("moved");
    let report = whole(files.get(&["--source", &moved]), &files.out(), &files.hash);
    assert_eq!(at(&report, &moved).bytes, BYTES);
}

#[test]
fn a_certificate_that_nobody_trusts_is_refused_until_it_is_named() {
    let files = Files::new();
    let certificate = Certificate::self_signed(files.directory.path());
    let nginx = Nginx::start_encrypted("encrypted", &files.root(), &certificate);
    let url = format!("https://{}/film", nginx.address);
    let outcome = files.get(&["--source", &url]);
    assert_eq!(outcome.code, 3, "{}", outcome.errors);
    assert!(
        outcome.errors.contains("signed by nobody") && outcome.errors.contains(&url),
        "{}",
        outcome.errors
    );
    let trusted = certificate.certificate.display().to_string();
    let outcome = files.get(&["--source", &url, "--ca-file", &trusted]);
    let report = whole(outcome, &files.out(), &files.hash);
    assert_eq!(at(&report, &url).bytes, BYTES);
}

#[test]
fn bytes_that_nothing_proves_are_called_so_and_odd_copies_are_left_out() {
    let files = Files::new();
    let older = files.copy("older");
    std::fs::File::options()
        .write(true)
        .open(&older)
        .unwrap()
        .set_modified(std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000))
        .unwrap();
    write_random(&files.root().join("long"), BYTES + 1, "film");
    let nginx = Nginx::start("unproved", &files.root(), "location /whole/ { max_ranges 0; }");
    std::fs::create_dir(files.root().join("whole")).unwrap();
    files.copy("whole/film");
    files.copy("same");
    let urls = ["film", "same", "older", "long", "whole/film"].map(|file| nginx.url(file));
    let mut arguments = vec![urls[0].as_str()];
    arguments.extend(urls[1..].iter().flat_map(|url| ["--source", url]));
    let outcome = Fetch::start_loud(files.directory.path(), &arguments, &files.out()).finish(LIMIT);
    assert!(outcome.errors.contains("No hash of this file is known"), "{}", outcome.errors);
    let report = whole(outcome, &files.out(), &files.hash);
    assert!(!report.verified && at(&report, &urls[0]).bytes > 0, "{report:#?}");
    assert_ne!(at(&report, &urls[1]).state, "gone", "{report:#?}");
    for (url, words) in urls[2..].iter().zip(["Last-Modified", "most others have", "no Range support"]) {
        let source = at(&report, url);
        let why = source.last_error.as_deref().unwrap_or_default();
        assert!(why.contains(words) && source.bytes == 0, "{words:?} is not in {source:?}");
    }

    // With the hash of the whole, the end tells.
    let by_hash = format!("b3:{}", files.hash);
    let report = whole(files.get(&[&by_hash, "--source", &urls[0]]), &files.out(), &files.hash);
    assert!(report.verified);
    let other = format!("b3:{}", "0".repeat(64));
    let outcome = files.get(&[&other, "--source", &urls[0]]);
    assert_eq!(outcome.code, 4, "{}", outcome.errors);
    assert!(!outcome.report.unwrap().verified);
}

#[test]
fn a_metalink_file_names_servers_and_proves_each_piece() {
    let files = Files::new();
    let wrong = files.copy("wrong");
    (0..BYTES).step_by(4096).for_each(|offset| flip_bit(&wrong, offset));
    let nginx = Nginx::start("metalink", &files.root(), "");
    let (right, wrong) = (nginx.url("film"), nginx.url("wrong"));
    let path = files.root().join("film.meta4");
    let local = path.display().to_string();
    for (locator, piece_bytes) in
        [(&local, 256 << 10), (&nginx.url("film.meta4"), 100_000), (&local, 2_500_000)]
    {
        std::fs::write(&path, metalink(&files.film(), piece_bytes, &[&wrong, &right])).unwrap();
        let report = whole(files.get(&[locator]), &files.out(), &files.hash);
        assert!(report.verified, "{report:#?}");
        assert_eq!(at(&report, &wrong).state, "quarantined", "{report:#?}");
        assert_eq!(at(&report, &right).bytes, BYTES);
    }
    std::fs::write(&path, "<metalink/>").unwrap();
    let outcome = files.get(&[&path.display().to_string()]);
    assert_eq!(outcome.code, 2, "{}", outcome.errors);
    assert!(
        outcome.errors.contains("film.meta4") && outcome.errors.contains("RFC 5854"),
        "{}",
        outcome.errors
    );
}

/// A Metalink file for a film.
fn metalink(film: &Path, piece_bytes: usize, urls: &[&str]) -> String {
    let bytes = std::fs::read(film).expect("a test's file can be read, and text grows");
    let mut text =
        String::from("<?xml version=\"1.0\"?><metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">");
    write!(text, "<file name=\"Film.mkv\"><size>{}</size>", bytes.len())
        .expect("a test's file can be read, and text grows");
    write!(text, "<pieces type=\"sha-256\" length=\"{piece_bytes}\">")
        .expect("a test's file can be read, and text grows");
    for piece in bytes.chunks(piece_bytes) {
        write!(text, "<hash>{}</hash>", sha256(piece)).expect("a test's file can be read, and text grows");
    }
    text.push_str("</pieces>");
    for (place, url) in urls.iter().enumerate() {
        write!(text, "<url priority=\"{}\">{url}</url>", place + 1)
            .expect("a test's file can be read, and text grows");
    }
    text + "</file></metalink>"
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
