//! Fault by fault: each is made to happen to real processes, and the first verdict names the right cause and
//! the right server within 3 s of the stream's own clock; the numbers are those that passed the lines.
//!
//! Lines are shaped by doors (`tests/src/shaper.rs`), which count what they hand on.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tributary_tests::cluster::{Cluster, NAMES};
use tributary_tests::fetch::Fetch;
use tributary_tests::files::{MIB, flip_bit};
use tributary_tests::shaper::Line;
use tributary_tests::wait_until;

/// Long enough for every fault: at these rates the film takes half a minute.
const BYTES: u64 = 96 * MIB;
/// What is fetched before anything is made to happen: all servers are measured then, and the rules know what is
/// normal.
const BEFORE_SECONDS: f64 = 4.0;
/// The same where a server alone slows: within 15 s of another's joining it may share that one's line.
const LONG_BEFORE_SECONDS: f64 = 17.0;
/// Within so many seconds of the stream's clock the verdict is there. Half a second between lines is not its
/// doing.
const WITHIN_SECONDS: f64 = 3.0 + 0.5;
const PATIENCE: Duration = Duration::from_secs(60);
/// Rates of alpha, beta and gamma in Mbit/s.
const RATES: [f64; 3] = [12.0, 8.0, 6.0];

/// A fetch whose numbers are written down.
struct Watched {
    fetch: Fetch,
    log: PathBuf,
}

impl Watched {
    fn start(cluster: &Cluster, hash: &str) -> Self {
        let (log, output) = (cluster.scratch().join("stats.jsonl"), cluster.scratch().join("out"));
        let (url, locator, path) = (cluster.director_url(), format!("b3:{hash}"), log.display().to_string());
        let arguments = ["--director", &url, &locator, "--stats-log", &path];
        Self { fetch: Fetch::start_with(cluster.scratch(), &arguments, &output), log }
    }

    fn lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// Waits for the first line at or after `at` for which `fits` holds.
    fn wait(&mut self, what: &str, at: f64, fits: impl Fn(&Value) -> bool) -> Value {
        wait_until(what, PATIENCE, || {
            let lines = self.lines();
            let said: Vec<&str> =
                lines.iter().filter_map(|line| line["verdicts"][0]["sentence"].as_str()).collect();
            let found = lines.iter().find(|line| line["at"].as_f64() >= Some(at) && fits(line));
            assert!(found.is_some() || self.fetch.exit_code().is_none(), "it ended before {what}: {said:#?}");
            found.cloned()
        })
    }

    /// Lets all servers be measured; gives the stream's time.
    fn settle(&mut self) -> f64 {
        self.settle_for(BEFORE_SECONDS)
    }

    fn settle_for(&mut self, seconds: f64) -> f64 {
        let line = self.wait("rates that are known", seconds, |_| true);
        line["at"].as_f64().expect("a time")
    }

    /// The first verdict that is about trouble after `at`, and asserts what it is and that it is there in time.
    #[track_caller]
    fn expect(&mut self, at: f64, cause: &str, server: Option<&str>) -> Value {
        let trouble = |line: &Value| {
            let grade = line["verdicts"][0]["grade"].as_str().unwrap_or_default();
            matches!(grade, "notice" | "warning" | "waiting" | "bad")
        };
        let line = self.wait(cause, at, trouble);
        let first = &line["verdicts"][0];
        assert_eq!(first["cause"], cause, "{first:#}");
        assert_eq!(first["server"].as_str(), server, "{first:#}");
        let took = line["at"].as_f64().expect("a time") - at;
        assert!(took <= WITHIN_SECONDS, "after {took:.1} s: {first:#}");
        println!("{cause} after {took:.1} s: {}", first["sentence"]);
        line
    }
}

/// Three servers behind lines of their own, and maybe one for all.
fn behind(own: Option<&Line>) -> (Cluster, String, [Line; 3]) {
    let lines = RATES.map(Line::new);
    let ways: Vec<Vec<&Line>> = lines.iter().map(|line| [line].into_iter().chain(own).collect()).collect();
    let ways: Vec<&[&Line]> = ways.iter().map(Vec::as_slice).collect();
    let (cluster, hash) = Cluster::behind_lines(&ways, BYTES);
    (cluster, hash, lines)
}

#[test]
fn a_server_slowed_to_a_quarter_is_named_with_its_figures() {
    let (mut cluster, hash, lines) = behind(None);
    let mut watched = Watched::start(&cluster, &hash);
    // The numbers are those that passed the lines: bytes of all servers over the same seconds.
    let at = watched.settle_for(LONG_BEFORE_SECONDS);
    lines[0].set_mbit(RATES[0] / 4.0);
    let line = watched.expect(at, "slowed", Some("alpha"));
    let (from, to) = (&line["verdicts"][0]["from_bps"], &line["verdicts"][0]["to_bps"]);
    let from = from.as_f64().expect("a rate");
    assert!((from / (RATES[0] * 1e6) - 1.0).abs() < 0.15, "{from}");
    assert!(to.as_f64().expect("a rate") < from * 0.6, "{to}");
    for name in &NAMES[..3] {
        counted(&mut watched, &mut cluster, name);
    }
}

/// What the engine says that a server sent is what the line has counted, within 5 %: framing and hashes are the
/// difference, and what is on its way.
fn counted(watched: &mut Watched, cluster: &mut Cluster, name: &str) {
    let (passed, lines) = (cluster.server(name).door().passed(), watched.lines());
    let last = lines.last().expect("there are lines");
    // The log is up to half a second behind: the next line is after the count.
    let at = last["at"].as_f64().expect("a time");
    let told = |line: &Value| {
        let sources = line["sources"].as_array().expect("a list");
        sources
            .iter()
            .find(|source| source["name"] == name)
            .and_then(|s| s["bytes"].as_u64())
            .expect("it sent")
    };
    let before = told(last) as f64;
    let after = told(&watched.wait("the next line", at + 0.01, |_| true)) as f64;
    let passed = passed as f64;
    assert!(
        passed >= before * 0.95 && passed <= after * 1.05 + 65_536.0,
        "{name}: {before} to {after}, counted {passed}"
    );
}

#[test]
fn a_killed_server_is_named() {
    let (mut cluster, hash, _lines) = behind(None);
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    cluster.server("beta").process.kill();
    watched.expect(at, "left", Some("beta"));
}

#[test]
fn a_silent_server_is_named() {
    let (mut cluster, hash) = Cluster::with_file(&RATES.map(|rate| rate as u32), BYTES);
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    cluster.server("gamma").process.freeze();
    watched.expect(at, "silent", Some("gamma"));
}

#[test]
fn a_server_with_wrong_bytes_is_named() {
    let (mut cluster, hash, _lines) = behind(None);
    let film = cluster.server("alpha").film("Film.mkv");
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    // All that has not been sent yet.
    for offset in (BYTES / 4..BYTES).step_by(16 << 10) {
        flip_bit(&film, offset);
    }
    let line = watched.wait("wrong bytes", at, |line| line["verdicts"][0]["cause"] == "wrong_bytes");
    assert_eq!(line["verdicts"][0]["server"], "alpha");
    assert!(line["verdicts"][0]["grade"].as_str().is_some_and(|grade| grade != "good"), "{line:#}");
}

#[test]
fn the_own_line_is_blamed_and_no_server() {
    let own = Line::new(400.0);
    let (cluster, hash, _lines) = behind(Some(&own));
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    own.set_mbit(RATES.iter().sum::<f64>() / 4.0);
    watched.expect(at, "own_line", None);
}

#[test]
fn a_director_that_is_gone_is_told_while_the_film_runs_on() {
    let (mut cluster, hash, _lines) = behind(None);
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    cluster.kill_director();
    let line = watched.expect(at, "director_gone", None);
    assert!(line["rate_bps"].as_f64() > Some(1e6), "blocks go on: {line:#}");
}
