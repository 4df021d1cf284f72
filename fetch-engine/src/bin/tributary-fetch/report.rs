//! What `--json` prints.

use std::time::{Duration, Instant};

use fetch_engine::snapshot::{LogEntry, LogKind, SchemeSnapshot, Snapshot, SourceSnapshot};
use fetch_engine::verdict::Told;
use serde::Serialize;

/// Bytes of the first part that is timed.
const FIRST_PART_BYTES: u64 = 1 << 20;

/// When the bytes came, in order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    start: Instant,
    bytes: u64,
    first_byte: Option<Duration>,
    first_mib: Option<Duration>,
    longest_gap: Duration,
}

impl Timing {
    /// The clock starts at `start`.
    pub(crate) const fn new(start: Instant) -> Self {
        Self { start, bytes: 0, first_byte: None, first_mib: None, longest_gap: Duration::ZERO }
    }

    /// `bytes` came at `now`, after `waited` for them.
    pub(crate) fn add(&mut self, bytes: u64, now: Instant, waited: Duration) {
        let since = now.duration_since(self.start);
        if self.first_byte.is_none() {
            self.first_byte = Some(since);
        } else {
            self.longest_gap = self.longest_gap.max(waited);
        }
        self.bytes += bytes;
        if self.bytes >= FIRST_PART_BYTES && self.first_mib.is_none() {
            self.first_mib = Some(since);
        }
    }

    /// Bytes that came.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// How a fetch went.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// The stream's name; none where its hash is not known.
    stream: Option<String>,
    /// Whether all that was asked for came.
    whole: bool,
    /// Whether its bytes are those of the hash that is known.
    pub(crate) verified: bool,
    /// What went wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    bytes: u64,
    pub(crate) seconds: f64,
    pub(crate) goodput_bps: f64,
    first_byte_ms: Option<f64>,
    first_mib_ms: Option<f64>,
    longest_gap_ms: f64,
    duplicate_bytes: u64,
    redundant_bytes: u64,
    wasted_bytes: u64,
    control_bytes: u64,
    page_bytes: u64,
    epochs: u64,
    /// Extensions of the lease without a new epoch.
    leases: u64,
    /// Blocks that nobody would have sent because an epoch came late, and those that were repaired at once.
    late_lost: u64,
    late_repaired: u64,
    late_doubled: u64,
    /// How patterns were made and took over.
    scheme: SchemeSnapshot,
    out_of_sequence: u64,
    peak_reorder_bytes: u64,
    repairs: u64,
    hedges: u64,
    wrong_blocks: u64,
    /// Most resident memory of this process; none where the system doesn't tell.
    rss_peak_bytes: Option<u64>,
    block_size: u32,
    sources: Vec<SourceReport>,
    /// What was amiss while it ran, oldest first: docs/diagnosing.md has the causes.
    verdicts: Vec<Told>,
    /// What happened to the sources, oldest first.
    events: Vec<EventReport>,
}

#[derive(Clone, Debug, Serialize)]
struct SourceReport {
    name: String,
    address: String,
    route: String,
    state: String,
    bytes: u64,
    /// Its part of the bytes, 0 to 1.
    share: f64,
    rate_bps: Option<f64>,
    rtt_ms: Option<f64>,
    errors: u64,
    last_error: Option<String>,
    repairs: u64,
    duplicates: u64,
}

#[derive(Clone, Debug, Serialize)]
struct EventReport {
    /// Seconds since the stream was opened.
    at: f64,
    what: String,
    detail: String,
}

impl Report {
    /// The report of a fetch that ends now.
    pub(crate) fn new(
        stream: Option<String>,
        verified: bool,
        timing: &Timing,
        snapshot: &Snapshot,
        (told, log): (Vec<Told>, &[LogEntry]),
        message: Option<String>,
    ) -> Self {
        let seconds = timing.start.elapsed().as_secs_f64();
        let millis = |time: Duration| time.as_secs_f64() * 1e3;
        let totals = &snapshot.totals;
        let sum: u64 = snapshot.sources.iter().map(|source| source.bytes).sum();
        let about_sources = log.iter().filter(|entry| entry.kind == LogKind::Source);
        Self {
            stream,
            whole: message.is_none(),
            verified,
            message,
            bytes: timing.bytes,
            seconds,
            goodput_bps: if seconds > 0.0 { timing.bytes as f64 * 8.0 / seconds } else { 0.0 },
            first_byte_ms: timing.first_byte.map(millis),
            first_mib_ms: timing.first_mib.map(millis),
            longest_gap_ms: millis(timing.longest_gap),
            duplicate_bytes: totals.duplicate_bytes,
            redundant_bytes: totals.redundant_bytes,
            wasted_bytes: totals.wasted_bytes,
            control_bytes: totals.control_bytes,
            page_bytes: totals.page_bytes,
            epochs: totals.epochs,
            leases: totals.leases,
            late_lost: totals.late_lost,
            late_repaired: totals.late_repaired,
            late_doubled: totals.late_doubled,
            scheme: snapshot.scheme.clone(),
            out_of_sequence: totals.out_of_sequence,
            peak_reorder_bytes: totals.peak_reorder_bytes,
            repairs: totals.repairs,
            hedges: totals.hedges,
            wrong_blocks: totals.wrong_blocks,
            rss_peak_bytes: rss_peak_bytes(),
            block_size: snapshot.block_size,
            sources: snapshot.sources.iter().map(|source| SourceReport::new(source, sum)).collect(),
            verdicts: told,
            events: about_sources.map(EventReport::new).collect(),
        }
    }

    /// The report as one line.
    pub(crate) fn to_line(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts can always be written as JSON")
    }
}

impl SourceReport {
    fn new(source: &SourceSnapshot, sum: u64) -> Self {
        Self {
            name: source.name.clone(),
            address: source.address.clone(),
            route: source.route.clone(),
            state: source.state.clone(),
            bytes: source.bytes,
            share: if sum > 0 { source.bytes as f64 / sum as f64 } else { 0.0 },
            rate_bps: source.capacity_bps,
            rtt_ms: source.rtt_ms,
            errors: source.errors,
            last_error: source.last_error.clone(),
            repairs: source.repairs,
            duplicates: source.duplicates,
        }
    }
}

impl EventReport {
    fn new(entry: &LogEntry) -> Self {
        Self { at: entry.at, what: entry.title.clone(), detail: entry.detail.clone() }
    }
}

/// `VmHWM` of Linux.
fn rss_peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_every_key_that_scripts_rely_on() {
        let start = Instant::now();
        let mut timing = Timing::new(start);
        let at = |millis| start + Duration::from_millis(millis);
        timing.add(FIRST_PART_BYTES - 1, at(70), Duration::from_millis(60));
        timing.add(1, at(90), Duration::from_millis(20));
        timing.add(9, at(95), Duration::from_millis(5));
        let source =
            |name: &str, bytes| SourceSnapshot { name: name.to_owned(), bytes, ..SourceSnapshot::default() };
        let snapshot = Snapshot { sources: vec![source("a", 30), source("b", 10)], ..Snapshot::default() };
        let report = Report::new(
            Some("00".to_owned()),
            true,
            &timing,
            &snapshot,
            (Vec::new(), &[]),
            Some("gone".to_owned()),
        );
        let line = report.to_line();
        assert!(!line.contains('\n'));
        let json: serde_json::Value = serde_json::from_str(&line).unwrap();
        for key in "bytes seconds goodput_bps first_byte_ms first_mib_ms longest_gap_ms duplicate_bytes \
                    wasted_bytes control_bytes epochs out_of_sequence peak_reorder_bytes rss_peak_bytes"
            .split(' ')
        {
            assert!(json[key].is_number(), "{key} in {line}");
        }
        assert_eq!(json["longest_gap_ms"], 20.0, "the wait for the first byte is not a gap");
        assert_eq!((&json["first_byte_ms"], &json["first_mib_ms"]), (&70.0.into(), &90.0.into()));
        assert_eq!((&json["whole"], &json["message"]), (&false.into(), &"gone".into()));
        for key in ["name", "address", "route", "state", "bytes", "share", "rate_bps", "rtt_ms", "errors"] {
            assert!(json["sources"][0].get(key).is_some(), "{key} in {line}");
        }
        assert_eq!(json["sources"][1]["share"], 0.25);
    }
}
