//! Counters of a relay, and the text that Prometheus reads.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::net::metrics::Text;

/// Counters since the start.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// Bytes passed from content servers to players.
    pub(super) down_bytes: AtomicU64,
    /// Bytes passed from players to content servers.
    pub(super) up_bytes: AtomicU64,
    /// Pattern connections opened.
    pub(super) pattern_connections: AtomicU64,
    /// HTTP connections opened.
    pub(super) http_connections: AtomicU64,
    /// Connections refused by a limit.
    pub(super) refused_connections: AtomicU64,
    /// Connections for an address that is not on the list.
    pub(super) refused_targets: AtomicU64,
    /// Connections to content servers that could not be made.
    pub(super) unreachable: AtomicU64,
}

impl Metrics {
    /// Adds to a counter.
    pub(super) fn add(counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::Relaxed);
    }

    /// Prometheus' text format. `open` connections are what there is now.
    pub(super) fn render(&self, open: usize) -> String {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let mut text = Text::default();
        text.metric(
            "relayed_bytes_total",
            "counter",
            "Bytes passed on.",
            &[
                ("{direction=\"to_player\"}", read(&self.down_bytes)),
                ("{direction=\"to_server\"}", read(&self.up_bytes)),
            ],
        );
        text.metric(
            "connections_total",
            "counter",
            "Connections opened.",
            &[
                ("{protocol=\"pattern\"}", read(&self.pattern_connections)),
                ("{protocol=\"http\"}", read(&self.http_connections)),
            ],
        );
        let one = |counter: &AtomicU64| [("", read(counter))];
        let (limited, unlisted) = (one(&self.refused_connections), one(&self.refused_targets));
        text.metric("refused_connections_total", "counter", "Connections refused by a limit.", &limited);
        text.metric("refused_targets_total", "counter", "Connections to servers not on the list.", &unlisted);
        let unreachable = one(&self.unreachable);
        text.metric("unreachable_total", "counter", "Servers that could not be reached.", &unreachable);
        text.metric("open_connections", "gauge", "Connections open now.", &[("", open as u64)]);
        text.into_string()
    }
}
