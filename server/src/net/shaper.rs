//! The rate limit: one clock per server that every connection reserves its bytes on.
//!
//! A reservation says when its bytes may go. Reservations are handed out in the order they are asked
//! for, and a connection asks for one small piece at a time, so connections take turns and bytes
//! trickle evenly. A waker that comes late loses nothing: the clock moves by what was reserved, not by
//! when it was used, up to [`burst_bytes`] of arrears. What was reserved and not sent is given back when
//! its [`Grant`] is dropped, so that whoever leaves early holds up nobody.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::cli::Rate;

/// Most bytes reserved at once when a limit is set.
pub(crate) const PIECE_BYTES: usize = 4 << 10;

/// All that leaves a server, in one line.
#[derive(Debug)]
pub(crate) struct Shaper {
    rate: Option<Rate>,
    next_free: Mutex<Instant>,
}

impl Shaper {
    /// A shaper for `rate`, or one that never waits.
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        Self { rate, next_free: Mutex::new(Instant::now()) }
    }

    /// Whether there is a limit at all.
    pub(crate) const fn is_limited(&self) -> bool {
        self.rate.is_some()
    }

    /// The limit in bits a second, where there is one.
    pub(crate) fn limit_bps(&self) -> Option<u64> {
        self.rate.map(|rate| (rate.bytes_per_second * 8.0) as u64)
    }

    /// Bytes to send at once: `all` without a limit, a small piece with one.
    pub(crate) fn piece(&self, all: usize) -> usize {
        if self.is_limited() { all.min(PIECE_BYTES) } else { all }
    }

    /// Reserves `bytes`.
    pub(crate) fn reserve(&self, bytes: usize) -> Grant<'_> {
        Grant { shaper: self, bytes, when: self.reserve_at(Instant::now(), bytes) }
    }

    /// A grant of no bytes.
    pub(crate) const fn nothing(&self) -> Grant<'_> {
        Grant { shaper: self, bytes: 0, when: None }
    }

    fn reserve_at(&self, now: Instant, bytes: usize) -> Option<Instant> {
        let rate = self.rate?;
        let mut next_free = self.next_free.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(time_of(burst_bytes(rate), rate)).unwrap_or(now);
        let start = (*next_free).max(earliest);
        *next_free = start + time_of(bytes as f64, rate);
        (start > now).then_some(start)
    }

    fn give_back(&self, bytes: usize) {
        let Some(rate) = self.rate.filter(|_| bytes > 0) else { return };
        let mut next_free = self.next_free.lock().unwrap_or_else(PoisonError::into_inner);
        *next_free = next_free.checked_sub(time_of(bytes as f64, rate)).unwrap_or(*next_free);
    }
}

/// Reserved bytes. Those that were not sent when it is dropped are given back.
#[derive(Debug)]
pub(crate) struct Grant<'a> {
    shaper: &'a Shaper,
    bytes: usize,
    when: Option<Instant>,
}

impl Grant<'_> {
    /// Bytes that are reserved and not sent.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// When they may go; nothing where they may go at once.
    pub(crate) const fn when(&self) -> Option<Instant> {
        self.when
    }

    /// Their time has come.
    pub(crate) const fn has_come(&mut self) {
        self.when = None;
    }

    /// `count` of the bytes have been sent.
    pub(crate) const fn sent(&mut self, count: usize) {
        self.bytes = self.bytes.saturating_sub(count);
    }
}

impl Drop for Grant<'_> {
    fn drop(&mut self) {
        self.shaper.give_back(self.bytes);
    }
}

/// How long `bytes` take.
fn time_of(bytes: f64, rate: Rate) -> Duration {
    Duration::from_secs_f64(bytes / rate.bytes_per_second)
}

/// What may go at once after a pause: 16 KiB, or 10 ms' worth where that is more.
fn burst_bytes(rate: Rate) -> f64 {
    (rate.bytes_per_second * 0.010).max(16_384.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaper(rate: &str) -> (Shaper, Instant) {
        let shaper = Shaper::new(Some(rate.parse().unwrap()));
        let start = *shaper.next_free.lock().unwrap();
        (shaper, start)
    }

    #[test]
    fn five_seconds_carry_the_rate_within_two_per_cent() {
        let (shaper, start) = shaper("20Mbit");
        let (mut now, mut sent) = (start, 0);
        while now < start + Duration::from_secs(5) {
            // Woken up to 1 ms late, as timers are.
            now = shaper.reserve_at(now, PIECE_BYTES).unwrap_or(now)
                + Duration::from_micros(sent as u64 % 1000);
            sent += PIECE_BYTES;
        }
        let expected = 5.0 * 2.5e6;
        assert!((sent as f64 - expected).abs() < 0.02 * expected, "{sent} bytes");
    }

    #[test]
    fn a_pause_saves_up_no_more_than_the_burst() {
        let (shaper, start) = shaper("10Mbit");
        let later = start + Duration::from_secs(60);
        let mut at_once = 0;
        while shaper.reserve_at(later, PIECE_BYTES).is_none() {
            at_once += PIECE_BYTES;
        }
        assert!(at_once <= 16_384 + PIECE_BYTES, "{at_once} bytes at once");
    }

    #[test]
    fn connections_take_turns() {
        let (shaper, start) = shaper("8Mbit");
        let mut sent = [0usize; 3];
        let mut ready = [start; 3];
        for _ in 0..3000 {
            let next = (0..3).min_by_key(|i| ready[*i]).unwrap();
            ready[next] = shaper.reserve_at(ready[next], PIECE_BYTES).unwrap_or(ready[next]);
            sent[next] += 1;
        }
        assert!(sent.iter().all(|pieces| (990..=1010).contains(pieces)), "{sent:?}");
    }

    #[test]
    fn what_is_not_sent_is_given_back() {
        let (shaper, _) = shaper("8Mbit");
        let next_free = || *shaper.next_free.lock().unwrap();
        // The pause before the first reservation is used up, so that the clock stands still from here on.
        let mut first = shaper.reserve(100_000_000);
        first.sent(100_000_000);
        let before = next_free();
        let dropped = shaper.reserve(4000);
        let mut half = shaper.reserve(2000);
        assert_eq!(next_free() - before, Duration::from_millis(6));
        drop(dropped);
        assert_eq!(next_free() - before, Duration::from_millis(2));
        half.sent(1000);
        drop(half);
        assert_eq!(next_free() - before, Duration::from_millis(1));
        drop(first);
        assert_eq!(next_free() - before, Duration::from_millis(1));
    }

    #[test]
    fn without_a_limit_nothing_waits() {
        let shaper = Shaper::new(None);
        assert_eq!(shaper.reserve(1 << 30).when(), None);
        assert_eq!(shaper.piece(1 << 20), 1 << 20);
    }
}
