//! Measuring a source: bytes (not whole blocks) over busy time only.
//!
//! Busy is the time in which the source owed something, from one round trip after work was given to
//! an idle source (or from its first byte, where that is earlier). A source that waits for a lease
//! looks slow and is not; counting its idle time would freeze any wrong share for ever.

use std::time::Duration;

use crate::time::Time;

/// Shortest memory of the average.
const MIN_MEMORY: Duration = Duration::from_millis(1250);
/// Memory of the average in round trips, where that is longer.
const MEMORY_ROUND_TRIPS: f64 = 3.0;
/// Both for a quick meter, which sees a change at once and is wrong now and then.
const QUICK_MEMORY: Duration = Duration::from_millis(200);
const QUICK_MEMORY_ROUND_TRIPS: f64 = 1.5;
/// Busy time after which the average means something.
const ENOUGH_SECS: f64 = 0.02;

/// One source's rate.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    is_quick: bool,
    /// When busy time starts to count; none while the source owes nothing.
    busy_from: Option<Time>,
    /// Up to when time has been counted.
    counted_to: Time,
    /// Decayed sums: their quotient is the rate.
    bytes: f64,
    secs: f64,
}

impl Meter {
    /// A meter of the last moments only.
    pub(super) fn quick() -> Self {
        Self { is_quick: true, ..Self::default() }
    }

    /// The source owes something from now on, and owed nothing before.
    pub(super) fn work_begins(&mut self, now: Time, rtt: Duration) {
        self.busy_from = Some(now + rtt);
        self.counted_to = now;
    }

    /// The source owes nothing any more.
    pub(super) fn work_ends(&mut self, now: Time, rtt: Duration) {
        self.count_time(now, rtt);
        self.busy_from = None;
    }

    /// Bytes came.
    pub(super) fn received(&mut self, now: Time, rtt: Duration, bytes: usize) {
        let Some(from) = self.busy_from else { return };
        if now < from {
            self.busy_from = Some(now);
        }
        self.count_time(now, rtt);
        self.bytes += bytes as f64;
    }

    /// Time passes, with or without bytes.
    pub(super) fn count_time(&mut self, now: Time, rtt: Duration) {
        let Some(from) = self.busy_from else { return };
        let busy = now.since(self.counted_to.max(from)).as_secs_f64();
        self.counted_to = self.counted_to.max(now);
        if busy <= 0.0 {
            return;
        }
        let (least, round_trips) = if self.is_quick {
            (QUICK_MEMORY, QUICK_MEMORY_ROUND_TRIPS)
        } else {
            (MIN_MEMORY, MEMORY_ROUND_TRIPS)
        };
        let memory = least.as_secs_f64().max(round_trips * rtt.as_secs_f64());
        let keep = (-busy / memory).exp();
        // the new time decays by its middle, so that a long step counts as many short ones would
        self.bytes *= keep;
        self.secs = self.secs * keep + memory * (1.0 - keep);
    }

    /// Bytes a second; none before there is enough to go by.
    pub(super) fn rate(&self) -> Option<f64> {
        (self.secs >= ENOUGH_SECS).then(|| (self.bytes / self.secs).max(1.0))
    }

    /// Starts anew from a rate that is known otherwise, with little weight.
    pub(super) fn restart_from(&mut self, rate: f64, weight: Duration) {
        self.secs = weight.as_secs_f64();
        self.bytes = rate * self.secs;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RTT: Duration = Duration::from_millis(40);

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1000)
    }

    #[test]
    fn idle_time_does_not_count() {
        let mut meter = Meter::default();
        for start in [0, 1000, 2000, 3000] {
            meter.work_begins(at(start), RTT);
            for step in 1..=10 {
                meter.received(at(start + 40 + step * 10), RTT, 10_000);
            }
            meter.work_ends(at(start + 140), RTT);
        }
        let rate = meter.rate().unwrap();
        assert!((rate / 1e6 - 1.0).abs() < 0.05, "{rate}");
    }

    #[test]
    fn a_slowed_source_is_seen_within_a_second() {
        let mut meter = Meter::default();
        meter.work_begins(at(0), RTT);
        for step in 1..=300 {
            meter.received(at(step * 10), RTT, 20_000);
        }
        assert!((meter.rate().unwrap() / 2e6 - 1.0).abs() < 0.05);
        for step in 301..=400 {
            meter.received(at(step * 10), RTT, 5_000);
        }
        let rate = meter.rate().unwrap();
        assert!(rate < 1.2e6, "{rate}");
    }

    #[test]
    fn silence_while_owing_lowers_the_rate() {
        let mut meter = Meter::default();
        meter.work_begins(at(0), RTT);
        meter.received(at(50), RTT, 100_000);
        meter.count_time(at(2050), RTT);
        assert!(meter.rate().unwrap() < 100_000.0);
    }
}
