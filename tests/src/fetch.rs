//! A run of `tributary-fetch get` and what it reports.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::cluster::Cluster;
use crate::process::Process;
use crate::programs::program;
use crate::wait_until;

/// What `--json` prints: the fields that are part of the program's contract.
#[derive(Clone, Debug, Deserialize)]
pub struct Report {
    /// Whether the bytes are those of a hash that is known.
    pub verified: bool,
    /// Bytes delivered.
    pub bytes: u64,
    /// From start to end, in seconds.
    pub seconds: f64,
    /// Bits delivered a second.
    pub goodput_bps: f64,
    /// Milliseconds to the first byte in order.
    pub first_byte_ms: Option<f64>,
    /// Milliseconds to the first MiB in order; none for a shorter stream.
    pub first_mib_ms: Option<f64>,
    /// Longest time without a byte in order, in milliseconds.
    pub longest_gap_ms: f64,
    /// Bytes of blocks that were here already.
    pub duplicate_bytes: u64,
    /// Bytes of blocks that were here already, where redundancy had asked for the copy.
    pub redundant_bytes: u64,
    /// Bytes of blocks no longer wanted, or wrong.
    pub wasted_bytes: u64,
    /// Bytes of control frames, both ways.
    pub control_bytes: u64,
    /// Epochs announced.
    pub epochs: u64,
    /// Extensions of the lease without a new epoch.
    pub leases: u64,
    /// Blocks that nobody would have sent because an epoch came late.
    pub late_lost: u64,
    /// Those of them that were ordered at once.
    pub late_repaired: u64,
    /// How patterns were made and took over.
    pub scheme: serde_json::Value,
    /// Blocks that came before one with a smaller number.
    pub out_of_sequence: u64,
    /// Most bytes that waited for an earlier block.
    pub peak_reorder_bytes: u64,
    /// Most resident memory of the process, in bytes.
    pub rss_peak_bytes: u64,
    /// The sources.
    pub sources: Vec<SourceReport>,
    /// What was amiss, oldest first.
    pub verdicts: Vec<Told>,
}

/// One source in a [`Report`].
#[derive(Clone, Debug, Deserialize)]
pub struct SourceReport {
    /// The server's name.
    pub name: String,
    /// `HOST:PORT`.
    pub address: String,
    /// `direct`, or by way of which relay.
    pub route: String,
    /// How it stood at the end.
    pub state: String,
    /// Useful bytes it gave.
    pub bytes: u64,
    /// Its part of the bytes, 0 to 1.
    pub share: f64,
    /// Its measured rate; none before a measurement.
    pub rate_bps: Option<f64>,
    /// Its round trip; none before a connection.
    pub rtt_ms: Option<f64>,
    /// How often it was lost, silent or wrong.
    pub errors: u64,
    /// The last of those, in words.
    #[serde(default)]
    pub last_error: Option<String>,
}

/// Something that was amiss while it ran, as [`Report`] has it.
#[derive(Clone, Debug, Deserialize)]
pub struct Told {
    /// When it was told first, in seconds since the stream was opened.
    pub from: f64,
    /// When it was told last.
    pub to: f64,
    /// What was the case.
    pub cause: String,
    /// The server it was about.
    pub server: Option<String>,
    /// The same in words.
    pub sentence: String,
}

impl Report {
    /// A source by its server's name.
    ///
    /// # Panics
    /// Where the report names no such source.
    #[must_use]
    pub fn source(&self, name: &str) -> &SourceReport {
        let found = self.sources.iter().find(|source| source.name == name);
        found.unwrap_or_else(|| panic!("the report names no source {name}: {self:#?}"))
    }
}

/// A running `tributary-fetch get`.
#[derive(Debug)]
pub struct Fetch {
    process: Process,
    output: PathBuf,
    started: Instant,
}

/// How it ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Exit code.
    pub code: i32,
    /// The last line of standard output, where it is a report.
    pub report: Option<Report>,
    /// Standard error.
    pub errors: String,
    /// How long it ran.
    pub took: Duration,
    /// Most resident memory that was seen from outside, in bytes.
    pub peak_rss_bytes: u64,
    /// Processor time it took.
    pub cpu: Duration,
}

impl Fetch {
    /// Starts fetching a stream to `out` in the cluster's scratch directory.
    #[must_use]
    pub fn start(cluster: &Cluster, hash: &str) -> Self {
        Self::start_to(cluster, hash, &cluster.scratch().join("out"))
    }

    /// Starts fetching a stream to a path.
    #[must_use]
    pub fn start_to(cluster: &Cluster, hash: &str, output: &Path) -> Self {
        let director = cluster.director_url();
        let locator = format!("b3:{hash}");
        let path = output.display().to_string();
        let arguments = ["get", "--director", &director, &locator, "-o", &path, "--json", "--quiet"];
        let process = Process::start("fetch", cluster.scratch(), &program("tributary-fetch"), arguments, &[]);
        Self { process, output: output.to_path_buf(), started: Instant::now() }
    }

    /// Starts `get` with these arguments, logs in `directory`.
    #[must_use]
    pub fn start_with(directory: &Path, arguments: &[&str], output: &Path) -> Self {
        let quiet: Vec<&str> = arguments.iter().copied().chain(["--quiet"]).collect();
        Self::start_loud(directory, &quiet, output)
    }

    /// The same, with all that it says on standard error.
    #[must_use]
    pub fn start_loud(directory: &Path, arguments: &[&str], output: &Path) -> Self {
        let path = output.display().to_string();
        let all = ["get"].into_iter().chain(arguments.iter().copied()).chain(["-o", &path, "--json"]);
        let process = Process::start("fetch", directory, &program("tributary-fetch"), all, &[]);
        Self { process, output: output.to_path_buf(), started: Instant::now() }
    }

    /// Where the bytes lie until they are whole.
    #[must_use]
    pub fn part_path(&self) -> PathBuf {
        let mut path = self.output.clone().into_os_string();
        path.push(".part");
        path.into()
    }

    /// Waits until at least `bytes` bytes have arrived in the partial file.
    pub fn wait_for_bytes(&mut self, bytes: u64) {
        let part = self.part_path();
        wait_until(&format!("{bytes} bytes in {}", part.display()), Duration::from_secs(30), || {
            assert_eq!(self.process.exit_code(), None, "the fetch ended: {}", self.process.errors());
            (part.metadata().ok()?.len() >= bytes).then_some(())
        });
    }

    /// Its exit code, once it has ended.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.process.exit_code()
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// After `limit`.
    #[must_use]
    pub fn finish(mut self, limit: Duration) -> Outcome {
        let code = self.process.wait(limit);
        let output = self.process.output();
        Outcome {
            code,
            report: output.lines().last().and_then(|line| serde_json::from_str(line).ok()),
            errors: self.process.errors(),
            took: self.started.elapsed(),
            peak_rss_bytes: self.process.peak_rss_bytes(),
            cpu: self.process.cpu(),
        }
    }

    /// Waits for the end and asserts that the bytes are whole: exit code 0, right hash, no partial
    /// file left. Gives the report.
    ///
    /// # Panics
    /// Where anything of that is not so.
    #[must_use]
    pub fn finish_whole(self, hash: &str, limit: Duration) -> Report {
        let (output, part) = (self.output.clone(), self.part_path());
        let outcome = self.finish(limit);
        assert_eq!(outcome.code, 0, "the fetch failed: {}", outcome.errors);
        assert_eq!(crate::files::hash_file(&output), hash, "other bytes than the title's");
        assert!(!part.exists(), "a whole file leaves no partial one");
        let size = output.metadata().expect("the file was just read").len();
        let report = outcome.report.expect("the last line of a successful run is its report");
        assert_eq!(report.bytes, size, "the report's bytes are the file's");
        report
    }
}
