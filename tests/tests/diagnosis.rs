//! Fault by fault: each is made to happen to real processes, and the first verdict names the right cause and
//! the right server within 3 s of the stream's own clock; the numbers are those that passed the lines.
//!
//! Lines are shaped by doors (`tests/src/shaper.rs`), which count what they hand on. Bytes and rates that the
//! engine tells are what the doors counted, within 5 %.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tributary_tests::cluster::{Cluster, NAMES};
use tributary_tests::fetch::Fetch;
use tributary_tests::files::{MIB, flip_bits, write_random};
use tributary_tests::shaper::{Door, Line};
use tributary_tests::slow_disk::SlowDisk;
use tributary_tests::wait_until;

/// Long enough for every fault: at these rates the film takes half a minute.
const BYTES: u64 = 96 * MIB;
/// What is fetched before anything is made to happen: all servers are measured then, and the rules know what is
/// normal.
const BEFORE_SECONDS: f64 = 4.0;
/// Rates are compared over so many seconds, so that half a second more or less is nothing.
const RATE_SECONDS: f64 = 8.0;
/// What the engine tells and what a door counted may differ by so much of it.
const AGREE: f64 = 0.05;
/// Within so many seconds of the stream's clock the verdict is there. Half a second between lines is not its
/// doing.
const WITHIN_SECONDS: f64 = 3.0 + 0.5;
/// So much of what the lines let through must have passed them for rates to be compared.
const FILLED: f64 = 0.9;
/// What a door may have handed on that the engine has not read yet.
const ON_ITS_WAY_BYTES: f64 = 65_536.0;
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
        let line = self.wait("rates that are known", BEFORE_SECONDS, |_| true);
        line["at"].as_f64().expect("a time")
    }

    /// The newest line's time, and what the door before each server has counted by then.
    fn count(&self, cluster: &mut Cluster) -> (f64, Vec<u64>) {
        let at = self.lines().last().and_then(|line| line["at"].as_f64()).expect("there are lines");
        (at, cluster.servers().map(|server| server.door().passed()).collect())
    }

    /// Watches for [`RATE_SECONDS`], and asserts that the rates that the engine tells of all servers together, and of
    /// each that gave a tenth of it or more, are those that the doors counted. The lines in use let `expected_mbit`
    /// through: where the doors counted much less, this machine is too busy to fill them, and its clocks tell nothing.
    fn rates_agree(&mut self, cluster: &mut Cluster, expected_mbit: f64) {
        let (from, before) = self.count(cluster);
        self.wait("a while", from + RATE_SECONDS, |_| true);
        let (to, after) = self.count(cluster);
        let lines = self.lines();
        let at = |line: &Value| line["at"].as_f64().unwrap_or_default();
        // Each line tells of the second before it, and stands for the time since the line before.
        let mean = |rate: &dyn Fn(&Value) -> f64| {
            let pairs = lines.windows(2).filter(|pair| at(&pair[1]) > from + 0.75 && at(&pair[1]) <= to);
            let (sum, seconds) = pairs.fold((0.0, 0.0), |(sum, seconds), pair| {
                let lasted = at(&pair[1]) - at(&pair[0]);
                (sum + rate(&pair[1]) * lasted, seconds + lasted)
            });
            sum / seconds
        };
        let passed: Vec<f64> =
            before.iter().zip(&after).map(|(old, new)| (new - old) as f64 * 8.0 / (to - from)).collect();
        let all: f64 = passed.iter().sum();
        if all < expected_mbit * 1e6 * FILLED {
            return println!("skipped: this machine fills its lines with {all:.0} of {expected_mbit} Mbit/s");
        }
        let told = mean(&|line| line["rate_bps"].as_f64().expect("a rate"));
        assert!((told / all - 1.0).abs() <= AGREE, "all together: told {told:.0}, counted {all:.0}");
        for (name, passed) in NAMES.iter().zip(passed).filter(|(_, passed)| *passed >= all / 10.0) {
            let told = mean(&|line| of(line, name)["rate_bps"].as_f64().expect("a rate"));
            assert!((told / passed - 1.0).abs() <= AGREE, "{name}: told {told:.0}, counted {passed:.0}");
            println!("{name}: told {told:.0} bit/s, counted {passed:.0}");
        }
    }

    /// Asserts that the bytes that the engine says each server sent are those that its door has counted: framing and
    /// hashes are the difference, and what is on its way.
    fn bytes_agree(&mut self, cluster: &mut Cluster) {
        let (at, passed) = self.count(cluster);
        // The log is up to half a second behind: the next line is after the count.
        let after = self.wait("the next line", at + 0.01, |_| true);
        let lines = self.lines();
        let before = lines.iter().rfind(|line| line["at"].as_f64() <= Some(at)).expect("there are lines");
        for (name, passed) in NAMES.iter().zip(passed) {
            let told = |line: &Value| of(line, name)["bytes"].as_u64().expect("bytes") as f64;
            let (before, after, passed) = (told(before), told(&after), passed as f64);
            // A block of which a part is here, and one that waits for its hash.
            let blocks = 2.0 * last_block_size(&lines);
            assert!(
                passed >= before * (1.0 - AGREE)
                    && passed <= after * (1.0 + AGREE) + ON_ITS_WAY_BYTES + blocks,
                "{name}: {before} to {after}, counted {passed}"
            );
            println!("{name}: told {before} to {after} bytes, counted {passed}");
        }
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

/// Bytes of a block of the stream.
fn last_block_size(lines: &[Value]) -> f64 {
    lines.last().and_then(|line| line["block_size"].as_f64()).expect("blocks have a size")
}

/// What a line tells of a server.
fn of<'a>(line: &'a Value, name: &str) -> &'a Value {
    let sources = line["sources"].as_array().expect("a list");
    sources.iter().find(|source| source["name"] == name).expect("the server is known")
}

#[test]
fn a_server_slowed_to_a_quarter_is_named_with_its_figures() {
    let (mut cluster, hash, lines) = behind(None);
    let mut watched = Watched::start(&cluster, &hash);
    watched.settle();
    watched.rates_agree(&mut cluster, RATES.iter().sum());
    let (at, _) = watched.count(&mut cluster);
    lines[0].set_mbit(RATES[0] / 4.0);
    let line = watched.expect(at, "slowed", Some("alpha"));
    let (from, to) = (&line["verdicts"][0]["from_bps"], &line["verdicts"][0]["to_bps"]);
    let from = from.as_f64().expect("a rate");
    assert!((from / (RATES[0] * 1e6) - 1.0).abs() < 0.15, "{from}");
    assert!(to.as_f64().expect("a rate") < from * 0.6, "{to}");
    watched.bytes_agree(&mut cluster);
}

#[test]
fn a_killed_server_is_named() {
    let (mut cluster, hash, _lines) = behind(None);
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    cluster.server("beta").process.kill();
    watched.expect(at, "left", Some("beta"));
    watched.bytes_agree(&mut cluster);
}

#[test]
fn a_silent_server_is_named() {
    let (mut cluster, hash, _lines) = behind(None);
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    cluster.server("gamma").process.freeze();
    watched.expect(at, "silent", Some("gamma"));
    watched.bytes_agree(&mut cluster);
}

#[test]
fn a_server_with_wrong_bytes_is_named() {
    let (mut cluster, hash, _lines) = behind(None);
    let film = cluster.server("alpha").film("Film.mkv");
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    // All of it, from now on: what is to come is wrong. A server that sees its file's time change on the way
    // says so itself, and lies no more.
    cluster.server("alpha").process.freeze();
    flip_bits(&film, (0..BYTES).step_by(16 << 10));
    cluster.server("alpha").process.thaw();
    let line = watched.expect(at, "wrong_bytes", Some("alpha"));
    assert_eq!(of(&line, "alpha")["state"], "quarantined");
    watched.bytes_agree(&mut cluster);
}

#[test]
fn a_server_with_a_slow_disk_is_told_from_one_with_a_slow_line() {
    let lines = RATES.map(Line::new);
    let mut cluster = Cluster::start();
    let master = cluster.scratch().join("Film.mkv");
    let hash = write_random(&master, BYTES, "film");
    let mut disk = Err(String::new());
    for (name, line) in NAMES.iter().zip(&lines) {
        cluster.add(name, None, Some(Door::open(&[line])), &[], |films| {
            if *name == "beta" {
                disk = SlowDisk::mount(films, &master);
            } else {
                std::fs::copy(&master, films.join("Film.mkv")).expect("a test file can be copied");
            }
        });
    }
    let disk = match disk {
        Ok(disk) => disk,
        Err(why) => return println!("skipped: this machine mounts nothing: {why}"),
    };
    cluster.wait_for_sources(&hash, RATES.len());
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    disk.set_mbit(RATES[1] / 4.0);
    let line = watched.expect(at, "slow_disk", Some("beta"));
    assert!(line["verdicts"][0]["waits"].as_f64() >= Some(0.5), "{line:#}");
    watched.bytes_agree(&mut cluster);
    // It goes on so, and nobody else is blamed for it.
    watched.rates_agree(&mut cluster, RATES[0] + RATES[2]);
    let last = watched.lines().pop().expect("there are lines");
    assert_eq!(
        (&last["verdicts"][0]["cause"], &last["verdicts"][0]["server"]),
        (&"slow_disk".into(), &"beta".into())
    );
}

#[test]
fn the_own_line_is_blamed_and_no_server() {
    let own = Line::new(400.0);
    let (mut cluster, hash, _lines) = behind(Some(&own));
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    own.set_mbit(RATES.iter().sum::<f64>() / 4.0);
    watched.expect(at, "own_line", None);
    watched.rates_agree(&mut cluster, RATES.iter().sum::<f64>() / 4.0);
    watched.bytes_agree(&mut cluster);
}

#[test]
fn a_director_that_is_gone_is_told_while_the_film_runs_on() {
    let (mut cluster, hash, _lines) = behind(None);
    let mut watched = Watched::start(&cluster, &hash);
    let at = watched.settle();
    cluster.kill_director();
    let line = watched.expect(at, "director_gone", None);
    assert!(line["rate_bps"].as_f64() > Some(1e6), "blocks go on: {line:#}");
    watched.bytes_agree(&mut cluster);
}
