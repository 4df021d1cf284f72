//! What Prometheus reads: names and labels by its conventions.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use fetch_engine::snapshot::{Snapshot, Totals};
use hyper::StatusCode;

use super::titles::Titles;

/// Most servers that are counted apart; what others gave is counted as of `other`.
const MAX_SOURCES_COUNTED: usize = 256;

/// Counters since the start.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// Answers by their status: as many as there are statuses.
    answers: Mutex<BTreeMap<u16, u64>>,
    sent_bytes: AtomicU64,
    broken_off: AtomicU64,
    connections: AtomicU64,
    open_connections: AtomicU64,
    refused_connections: AtomicU64,
}

/// A connection that is counted as open.
pub(super) struct OpenConnection<'a>(&'a AtomicU64);

impl Drop for OpenConnection<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// A connection was opened.
    pub(super) fn opened_connection(&self) -> OpenConnection<'_> {
        self.connections.fetch_add(1, Ordering::Relaxed);
        self.open_connections.fetch_add(1, Ordering::Relaxed);
        OpenConnection(&self.open_connections)
    }

    /// A connection was refused.
    pub(super) fn refused_connection(&self) {
        self.refused_connections.fetch_add(1, Ordering::Relaxed);
    }

    /// A request was answered.
    pub(super) fn answered(&self, status: StatusCode) {
        *self.lock().entry(status.as_u16()).or_default() += 1;
    }

    /// Bytes of a title were sent.
    pub(super) fn sent(&self, bytes: u64) {
        self.sent_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// An answer broke off in the middle.
    pub(super) fn broke_off(&self) {
        self.broken_off.fetch_add(1, Ordering::Relaxed);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u16, u64>> {
        // A counter is whole after every statement.
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What sources gave, by their names, over several titles.
#[derive(Clone, Debug, Default)]
pub(super) struct SourceTotals {
    by_name: BTreeMap<String, SourceTotal>,
    streams: Totals,
}

#[derive(Clone, Copy, Debug, Default)]
struct SourceTotal {
    bytes: u64,
    errors: u64,
    rate_bps: f64,
}

impl SourceTotals {
    /// Adds a title's.
    pub(super) fn add(&mut self, snapshot: &Snapshot) {
        for source in &snapshot.sources {
            let known = self.by_name.contains_key(&source.name) || self.by_name.len() < MAX_SOURCES_COUNTED;
            let name = if known { source.name.as_str() } else { "other" };
            let total = self.by_name.entry(name.to_owned()).or_default();
            total.bytes += source.bytes;
            total.errors += source.errors;
            total.rate_bps += source.rate_bps;
        }
        let (sum, new) = (&mut self.streams, &snapshot.totals);
        sum.duplicate_bytes += new.duplicate_bytes;
        sum.wasted_bytes += new.wasted_bytes;
        sum.control_bytes += new.control_bytes + new.page_bytes;
        sum.epochs += new.epochs;
        sum.repairs += new.repairs;
        sum.hedges += new.hedges;
        sum.wrong_blocks += new.wrong_blocks;
    }

    /// No rates: what is closed has none.
    fn at_rest(mut self) -> Self {
        self.by_name.values_mut().for_each(|total| total.rate_bps = 0.0);
        self
    }
}

/// Prometheus' text format.
pub(super) fn render(metrics: &Metrics, titles: &Titles) -> String {
    let (streams, closed) = titles.streams();
    let mut totals = closed.at_rest();
    let mut readers = 0;
    for stream in &streams {
        totals.add(&stream.snapshot());
        readers += stream.readers();
    }
    let mut out = Text::default();
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    out.family("tributary_build_info", "gauge", "Version of this program.");
    out.row("tributary_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    out.family("tributary_proxy_requests_total", "counter", "Requests answered, by HTTP status.");
    for (status, count) in metrics.lock().iter() {
        out.row("tributary_proxy_requests_total", &[("code", &status.to_string())], count);
    }
    out.one(
        "proxy_sent_bytes_total",
        "counter",
        "Bytes of titles sent to clients.",
        read(&metrics.sent_bytes),
    );
    out.one("proxy_broken_answers_total", "counter", "Answers that broke off.", read(&metrics.broken_off));
    out.one(
        "proxy_connections_total",
        "counter",
        "Connections of clients taken.",
        read(&metrics.connections),
    );
    let refused = read(&metrics.refused_connections);
    out.one("proxy_refused_connections_total", "counter", "Connections refused: too many.", refused);
    out.one(
        "proxy_open_connections",
        "gauge",
        "Connections of clients open now.",
        read(&metrics.open_connections),
    );
    out.one("proxy_open_titles", "gauge", "Titles open now.", titles.count() as u64);
    out.one("proxy_readers", "gauge", "Answers being sent now.", readers as u64);

    let rows = || totals.by_name.iter().map(|(name, total)| (name.as_str(), total));
    out.family("tributary_source_received_bytes_total", "counter", "Verified bytes of use, by server.");
    for (name, total) in rows() {
        out.row("tributary_source_received_bytes_total", &[("source", name)], total.bytes);
    }
    out.family("tributary_source_errors_total", "counter", "Losses, silences and wrong bytes, by server.");
    for (name, total) in rows() {
        out.row("tributary_source_errors_total", &[("source", name)], total.errors);
    }
    out.family(
        "tributary_source_receiving_bytes_per_second",
        "gauge",
        "Rate over the last second, by server.",
    );
    for (name, total) in rows() {
        out.row(
            "tributary_source_receiving_bytes_per_second",
            &[("source", name)],
            (total.rate_bps / 8.0).round(),
        );
    }
    let sums = &totals.streams;
    out.one("duplicate_bytes_total", "counter", "Bytes that were here already.", sums.duplicate_bytes);
    out.one("wasted_bytes_total", "counter", "Bytes no longer wanted, or wrong.", sums.wasted_bytes);
    out.one(
        "control_bytes_total",
        "counter",
        "Bytes of frames and hashes around blocks.",
        sums.control_bytes,
    );
    out.one("epochs_total", "counter", "Patterns announced.", sums.epochs);
    out.one("repaired_blocks_total", "counter", "Blocks ordered in place of another server.", sums.repairs);
    out.one("hedged_blocks_total", "counter", "Blocks ordered twice to be in time.", sums.hedges);
    out.one("wrong_blocks_total", "counter", "Blocks that failed verification.", sums.wrong_blocks);
    out.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into a string does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn row(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let label = |(name, value): &(&str, &str)| format!("{name}=\"{}\"", escape(value));
        let labels: Vec<String> = labels.iter().map(label).collect();
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{}}} {value}", labels.join(","))
        };
    }

    /// A family of one row.
    fn one(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        let name = format!("tributary_{name}");
        self.family(&name, kind, help);
        self.row(&name, &[], value);
    }
}

/// A label's value: names come from other machines.
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use fetch_engine::snapshot::SourceSnapshot;

    use super::*;

    #[test]
    fn labels_hold_any_name() {
        let mut text = Text::default();
        text.row("x", &[("source", "a\"b\\c\nd")], 3);
        text.one("y_total", "counter", "Help.", 4);
        let wanted = "x{source=\"a\\\"b\\\\c\\nd\"} 3\n# HELP tributary_y_total Help.\n\
                      # TYPE tributary_y_total counter\ntributary_y_total 4\n";
        assert_eq!(text.0, wanted);
    }

    #[test]
    fn servers_are_counted_by_name_and_in_bounded_number() {
        let mut totals = SourceTotals::default();
        for place in 0..MAX_SOURCES_COUNTED + 10 {
            let name = format!("s{}", place % (MAX_SOURCES_COUNTED + 5));
            let source = SourceSnapshot { name, bytes: 10, rate_bps: 8.0, ..SourceSnapshot::default() };
            totals.add(&Snapshot { sources: vec![source], ..Snapshot::default() });
        }
        assert_eq!(totals.by_name.len(), MAX_SOURCES_COUNTED + 1);
        assert_eq!((totals.by_name["s0"].bytes, totals.by_name["other"].bytes), (20, 50));
        assert!(totals.at_rest().by_name.values().all(|total| total.rate_bps == 0.0));
    }
}
