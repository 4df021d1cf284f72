//! What operators see: metrics of every program by Prometheus' conventions, health, the director's page.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::Fetch;
use tributary_tests::files::MIB;
use tributary_tests::http::{get, get_json};
use tributary_tests::metrics::faults;
use tributary_tests::proxy::{Proxy, outside};
use tributary_tests::relay::Relay;
use tributary_tests::wait_until;

const PATIENCE: Duration = Duration::from_secs(60);

#[track_caller]
fn check(what: &str, address: &str) {
    let answer = get(address, "/metrics", "").expect("there are metrics");
    assert_eq!(answer.status, 200, "{what}");
    let text = String::from_utf8(answer.body).expect("metrics are text");
    assert_eq!(faults(&text), Vec::<String>::new(), "{what}:\n{text}");
    let Some(promtool) = outside("promtool") else { return };
    let mut child = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it was found");
    child.stdin.take().expect("a pipe was asked for").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.is_empty(), "{what}: {said}\n{text}");
}

#[test]
fn all_programs_tell_how_they_do() {
    let (mut cluster, hash) = Cluster::with_file(&[8], 64 * MIB);
    let alpha = cluster.server("alpha").address.clone();
    let director = cluster.director_url();
    let relay = Relay::start(cluster.scratch(), "west", &[&alpha], None, Some(&director));
    let proxy = Proxy::start(cluster.scratch(), &["--director", &director]);
    let mut stream = proxy.begin(&format!("/streams/{hash}"), "");
    assert!(tributary_tests::proxy::read_some(&mut stream, 100_000).len() >= 100_000);
    for (what, address) in [("content", &alpha), ("relay", &relay.address), ("proxy", &proxy.address)] {
        check(what, address);
        let health = get_json(address, "/health").unwrap_or_else(|| panic!("{what} has no health"));
        assert_eq!(health["status"], "ok", "{what}");
    }
    check("director", cluster.director_address());
    assert_eq!(get_json(cluster.director_address(), "/health").expect("a health")["servers"], 1);
}

#[test]
fn the_directors_page_tells_what_is_served_now() {
    let (cluster, hash) = Cluster::with_file(&[8], 64 * MIB);
    let fetch = Fetch::start(&cluster, &hash);
    let page = wait_until("the page to name the stream under way", PATIENCE, || {
        let answer = get(cluster.director_address(), "/", "").ok()?;
        let page = String::from_utf8(answer.body).ok()?;
        page.contains("Streams being served").then_some((answer.head, page))
    });
    drop(fetch);
    let (head, page) = page;
    assert!(
        head.to_lowercase().contains("content-security-policy: default-src 'none'; style-src 'nonce-"),
        "{head}"
    );
    for told in ["alpha", "Film", "of 8.0 Mbit/s", "Library", "http-equiv=\"refresh\""] {
        assert!(page.contains(told), "{told} in {page}");
    }
    assert!(!page.contains("<script") && !page.contains("style=\"") && !page.contains(" onclick"), "{page}");
}

/// What a browser makes of the page: the rows are there, and nothing ran.
#[test]
fn a_browser_without_script_shows_the_directors_page() {
    let Some(browser) = outside("chromium") else { return };
    let (cluster, _hash) = Cluster::with_file(&[8, 4], MIB);
    let profile = cluster.scratch().join("browser");
    let output = Command::new("timeout")
        .arg("60")
        .arg(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(cluster.director_url() + "/")
        .output()
        .expect("coreutils are there");
    // It is killed where the machine is too busy for it; that says nothing of the page.
    if output.status.code() == Some(124) {
        return println!("skipped: the browser took more than a minute");
    }
    let page = String::from_utf8_lossy(&output.stdout);
    let rows = page.matches("<tr").count();
    assert!(rows >= 5, "servers, their heads and the catalog are {rows} rows: {page}");
    for told in ["2 content servers are here", "alpha", "beta", "Library"] {
        assert!(page.contains(told), "{told} in {page}");
    }
}
