//! Counters of a content server, and the text that Prometheus reads.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::net::metrics::Text;

/// Counters since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Bytes of pattern connections, frames and all.
    pub(crate) pattern_bytes: AtomicU64,
    /// Blocks sent.
    pub(crate) blocks: AtomicU64,
    /// Bytes of HTTP bodies.
    pub(crate) http_bytes: AtomicU64,
    /// Pattern connections opened.
    pub(crate) pattern_connections: AtomicU64,
    /// HTTP connections opened.
    pub(crate) http_connections: AtomicU64,
    /// Connections refused by a limit.
    pub(crate) refused_connections: AtomicU64,
    /// Pattern connections closed with an error.
    pub(crate) errors: AtomicU64,
    /// How often a session had nothing to send but waited for the disk.
    pub(crate) disk_waits: AtomicU64,
    /// For how long, in microseconds.
    pub(crate) disk_wait_us: AtomicU64,
}

impl Metrics {
    /// Adds to a counter.
    pub(crate) fn add(counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::Relaxed);
    }

    /// Prometheus' text format. `open` connections and `streams` are what there is now.
    pub(crate) fn render(&self, open: usize, streams: usize) -> String {
        let mut text = Text::default();
        let mut metric =
            |name: &str, kind: &str, help: &str, rows: &[(&str, u64)]| text.metric(name, kind, help, rows);
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (pattern, http) = ("{protocol=\"pattern\"}", "{protocol=\"http\"}");
        metric(
            "sent_bytes_total",
            "counter",
            "Bytes sent.",
            &[(pattern, read(&self.pattern_bytes)), (http, read(&self.http_bytes))],
        );
        metric("sent_blocks_total", "counter", "Blocks sent by patterns.", &[("", read(&self.blocks))]);
        metric(
            "connections_total",
            "counter",
            "Connections opened.",
            &[(pattern, read(&self.pattern_connections)), (http, read(&self.http_connections))],
        );
        let refused = read(&self.refused_connections);
        metric("refused_connections_total", "counter", "Connections refused by a limit.", &[("", refused)]);
        metric(
            "errors_total",
            "counter",
            "Pattern connections closed with an error.",
            &[("", read(&self.errors))],
        );
        let waits = read(&self.disk_waits);
        metric("disk_waits_total", "counter", "Times that a session waited for the disk.", &[("", waits)]);
        let seconds = read(&self.disk_wait_us) as f64 / 1e6;
        text.metric(
            "disk_wait_seconds_total",
            "counter",
            "Time that sessions waited for the disk.",
            &[("", seconds)],
        );
        let mut metric =
            |name: &str, kind: &str, help: &str, rows: &[(&str, u64)]| text.metric(name, kind, help, rows);
        metric("open_connections", "gauge", "Connections open now.", &[("", open as u64)]);
        metric("streams", "gauge", "Streams that can be opened.", &[("", streams as u64)]);
        text.into_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_help_type_and_value() {
        let metrics = Metrics::default();
        Metrics::add(&metrics.pattern_bytes, 17);
        let text = metrics.render(3, 2);
        assert!(text.contains("tributary_sent_bytes_total{protocol=\"pattern\"} 17\n"));
        assert!(text.contains("# TYPE tributary_open_connections gauge\ntributary_open_connections 3\n"));
        assert_eq!(text.matches("# HELP").count(), text.matches("# TYPE").count());
    }
}
