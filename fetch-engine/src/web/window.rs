//! How many bytes may be asked of a web server and not be here yet.
//!
//! What was asked by HTTP can't be taken back, so a seek waits for it: less is better. But the path is
//! idle whenever less is asked than it holds: rate times round trip. So the window is a little more
//! than that, and twice as much while the connection still grows.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What is always allowed, in bytes.
const FLOOR_BYTES: f64 = 64.0 * 1024.0;
/// The same before anything was measured: as much as slow start needs for its first rounds.
const FIRST_BYTES: f64 = 256.0 * 1024.0;
/// Never more, in bytes.
const CEILING_BYTES: f64 = 16.0 * 1024.0 * 1024.0;
/// Times what the path holds.
const GAIN: f64 = 1.5;
/// The same while each round brings more than the last.
const GROWING_GAIN: f64 = 2.5;
/// A round that brings so much more than the best before it grows.
const GROWTH: f64 = 1.25;
/// Time that the server and this machine may take, beside the path.
const SLACK: Duration = Duration::from_millis(15);
/// Rounds that are remembered.
const ROUNDS: usize = 8;

/// The window of one connection.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    round: Duration,
    started: Option<Instant>,
    bytes: f64,
    /// Bytes a second of the last rounds.
    rates: VecDeque<f64>,
    growing: bool,
}

impl Window {
    /// For a path with this round trip.
    pub(crate) fn new(rtt: Duration) -> Self {
        let rates = VecDeque::with_capacity(ROUNDS);
        Self { round: rtt + SLACK, started: None, bytes: 0.0, rates, growing: true }
    }

    /// Bytes that may be asked for and not be here.
    pub(crate) fn bytes(&self) -> u64 {
        let Some(rate) = self.rate() else { return FIRST_BYTES as u64 };
        let gain = if self.growing { GROWING_GAIN } else { GAIN };
        let held = rate * self.round.as_secs_f64() * gain;
        let least = if self.growing { FIRST_BYTES } else { FLOOR_BYTES + held };
        held.max(least).min(CEILING_BYTES) as u64
    }

    /// Bytes a second of the best of the last rounds.
    pub(crate) fn rate(&self) -> Option<f64> {
        self.rates.iter().copied().reduce(f64::max)
    }

    /// Bytes came; `busy` tells whether more are awaited.
    pub(crate) fn came(&mut self, now: Instant, bytes: usize, busy: bool) {
        let started = *self.started.get_or_insert(now);
        let elapsed = now.saturating_duration_since(started);
        self.bytes += bytes as f64;
        if elapsed >= self.round {
            let rate = self.bytes / elapsed.as_secs_f64();
            let best = self.rate();
            self.growing &= best.is_none_or(|best| rate > best * GROWTH) || self.rates.len() < 2;
            if self.rates.len() == ROUNDS {
                self.rates.pop_front();
            }
            self.rates.push_back(rate);
            self.started = Some(now);
            self.bytes = 0.0;
        }
        if !busy {
            // Idle time says nothing of the path.
            self.started = None;
            self.bytes = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RTT: Duration = Duration::from_millis(40);

    /// A path that gives `rate` bytes a second, in pieces of a millisecond.
    fn run(window: &mut Window, now: &mut Instant, rate: f64, secs: f64) {
        for _ in 0..(secs * 1e3) as u32 {
            *now += Duration::from_millis(1);
            window.came(*now, (rate / 1e3) as usize, true);
        }
    }

    #[test]
    fn holds_a_little_more_than_the_path() {
        let (mut window, mut now) = (Window::new(RTT), Instant::now());
        assert_eq!(window.bytes(), FIRST_BYTES as u64);
        run(&mut window, &mut now, 2.5e6, 2.0);
        let path = 2.5e6 * RTT.as_secs_f64();
        let held = window.bytes() as f64;
        assert!((2.0 * path..4.0 * path).contains(&held), "{held}");
        run(&mut window, &mut now, 0.25e6, 2.0);
        let slowed = window.bytes() as f64;
        assert!(slowed < 1.5 * FLOOR_BYTES, "{slowed}");
    }

    #[test]
    fn grows_as_slow_start_does_and_never_without_end() {
        let (mut window, mut now) = (Window::new(RTT), Instant::now());
        let mut rate = 0.35e6;
        for _ in 0..6 {
            run(&mut window, &mut now, rate, 0.056);
            // The next round of slow start is twice this one and must fit.
            assert!(window.bytes() as f64 >= 1.9 * rate * 0.055, "{} at {rate}", window.bytes());
            rate *= 2.0;
        }
        run(&mut window, &mut now, 1e12, 1.0);
        assert_eq!(window.bytes(), CEILING_BYTES as u64);
    }

    #[test]
    fn idle_time_does_not_count() {
        let (mut window, mut now) = (Window::new(RTT), Instant::now());
        run(&mut window, &mut now, 2.5e6, 2.0);
        let before = window.bytes();
        window.came(now, 0, false);
        now += Duration::from_secs(60);
        run(&mut window, &mut now, 2.5e6, 0.5);
        assert!(window.bytes().abs_diff(before) < before / 10);
    }
}
