//! How soon the reader needs a block: by how fast it goes on, and what it still has before it.
//!
//! A reader that waits for its next block needs everything at once, and so does one of which nothing
//! is known yet. One that has a minute before it needs no block twice.

use super::Session;
use crate::geometry::Seq;
use crate::time::Time;

/// Over about this time a reader's rate is measured.
const MEMORY_SECS: f64 = 4.0;
/// Before so long nothing is known of it.
const ENOUGH_SECS: f64 = 0.5;

/// How fast the main reader goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    /// First block it wanted, and when it said so.
    last: Option<(Seq, Time)>,
    /// Sums that decay: their quotient is its rate.
    bytes: f64,
    secs: f64,
}

impl Reading {
    /// The reader is at `start` now; `bytes` lie between there and where it was, if it went on from there.
    pub(super) fn moved(&mut self, now: Time, start: Seq, bytes: Option<u64>) {
        let Some((_, at)) = self.last.replace((start, now)) else { return };
        match bytes {
            Some(bytes) => {
                let secs = now.since(at).as_secs_f64();
                let keep = (-secs / MEMORY_SECS).exp();
                self.bytes = self.bytes * keep + bytes as f64;
                self.secs = self.secs * keep + secs;
            }
            None => (self.bytes, self.secs) = (0.0, 0.0),
        }
    }

    /// Where it was.
    pub(super) fn start(&self) -> Option<Seq> {
        self.last.map(|(start, _)| start)
    }

    /// Bytes a second; none where too little is known.
    fn rate(&self, now: Time) -> Option<f64> {
        let (_, at) = self.last?;
        let secs = self.secs + now.since(at).as_secs_f64();
        (secs >= ENOUGH_SECS).then(|| self.bytes / secs)
    }
}

impl Session {
    /// Notes where the main reader is.
    pub(super) fn note_reading(&mut self, now: Time) {
        let start = self.demand.main.start;
        let went_on = self.reading.start().filter(|before| *before <= start).map(|before| {
            let end = self.geometry.range(start.min(self.geometry.blocks())).start;
            end.saturating_sub(self.geometry.range(before.min(self.geometry.blocks())).start)
        });
        // A step over more than the window is a seek.
        let window = self.config.max_outstanding_bytes;
        self.reading.moved(now, start, went_on.filter(|bytes| *bytes <= window));
    }

    /// Seconds until a reader needs this block; infinite where none wants it.
    pub(super) fn needed_in_secs(&self, now: Time, seq: Seq) -> f64 {
        if self.demand.others.iter().any(|range| range.contains(&seq)) {
            return 0.0;
        }
        let main = &self.demand.main;
        if !main.contains(&seq) {
            return f64::INFINITY;
        }
        let waits = self.ledger.first_absent(main.clone()) == main.start;
        let Some(rate) = self.reading.rate(now).filter(|_| !waits) else { return 0.0 };
        let ahead = self.geometry.range(seq).start - self.geometry.range(main.start).start;
        ahead as f64 / rate.max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(millis: u64) -> Time {
        Time::ZERO + Duration::from_millis(millis)
    }

    #[test]
    fn a_steady_reader_has_its_rate_and_one_that_pauses_loses_it() {
        let mut reading = Reading::default();
        for step in 0..100 {
            reading.moved(at(step * 100), step + 1, Some(50_000));
        }
        let rate = reading.rate(at(9_900)).unwrap();
        assert!((rate / 500_000.0 - 1.0).abs() < 0.05, "{rate}");
        assert!(reading.rate(at(60_000)).unwrap() < 50_000.0);
    }

    #[test]
    fn a_seek_begins_anew() {
        let mut reading = Reading::default();
        reading.moved(at(0), 1, None);
        reading.moved(at(2_000), 50, Some(1_000_000));
        assert!(reading.rate(at(2_000)).is_some());
        reading.moved(at(2_100), 9, None);
        assert_eq!(reading.rate(at(2_100)), None);
    }
}
