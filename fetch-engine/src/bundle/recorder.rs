//! The last minutes of numbers, kept in case somebody wants a report.

use std::collections::VecDeque;

use crate::snapshot::Snapshot;
use crate::stats::{PlayerStats, Stats};

/// How many seconds are kept.
pub const KEPT_SECONDS: f64 = 600.0;
/// Seconds between two lines.
const KEEP_EVERY_SECONDS: f64 = 1.0;
/// Most bytes that are kept.
const MAX_KEPT_BYTES: usize = 8 << 20;

/// Lines of numbers, the oldest first; those that are too old or too many go.
#[derive(Debug, Default)]
pub struct Recorder {
    lines: VecDeque<(f64, String)>,
    bytes: usize,
}

impl Recorder {
    /// Keeps the numbers at `now`, in seconds of any clock that runs on, where the last ones are old enough.
    pub fn keep(&mut self, now: f64, snapshot: &Snapshot, player: Option<PlayerStats>) {
        if self.lines.back().is_some_and(|(at, _)| now - at < KEEP_EVERY_SECONDS) {
            return;
        }
        // Rates of the seconds before are in the lines before.
        let mut snapshot = snapshot.clone();
        snapshot.sources.iter_mut().for_each(|source| source.history = Vec::new());
        let line = Stats { snapshot, player, time: now, events: Vec::new() }.to_line();
        self.bytes += line.len();
        self.lines.push_back((now, line));
        while self.lines.front().is_some_and(|(at, _)| now - at > KEPT_SECONDS) || self.bytes > MAX_KEPT_BYTES
        {
            let gone = self.lines.pop_front().map_or(0, |(_, line)| line.len());
            self.bytes -= gone;
        }
    }

    /// All lines, each with its end.
    #[must_use]
    pub fn lines(&self) -> String {
        self.lines.iter().flat_map(|(_, line)| [line.as_str(), "\n"]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::SourceSnapshot;

    #[test]
    fn a_line_a_second_and_ten_minutes_are_kept() {
        let mut recorder = Recorder::default();
        let source = SourceSnapshot { history: vec![1.0; 48], ..SourceSnapshot::default() };
        let snapshot = Snapshot { sources: vec![source], ..Snapshot::default() };
        for tick in 0..4000 {
            recorder.keep(f64::from(tick) / 4.0, &snapshot, None);
        }
        let lines = recorder.lines();
        assert_eq!(lines.lines().count(), 601);
        assert!(lines.lines().all(|line| line.contains("\"history\":[]")));
        assert_eq!(recorder.bytes, lines.len() - 601);
    }

    #[test]
    fn memory_is_bounded_whatever_a_line_holds() {
        let mut recorder = Recorder::default();
        let ranges = (0..200_000_u64).map(|n| (n * 10, n * 10 + 5)).collect();
        let mut snapshot = Snapshot::default();
        snapshot.cache.ranges = ranges;
        for second in 0..20 {
            recorder.keep(f64::from(second), &snapshot, None);
        }
        assert!(recorder.bytes <= MAX_KEPT_BYTES, "{}", recorder.bytes);
    }
}
