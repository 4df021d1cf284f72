//! A limit on how fast a stream is fetched: what is demanded of the session grows no faster than that.
//!
//! Servers are asked for less, instead of being read more slowly: so each still sends as fast as it can
//! while it is asked, its rate is measured as it is, and none looks silent. Reads beside the main head are
//! few and short, and are let through.

use std::ops::Range;
use std::time::Duration;

use tributary_core::geometry::Seq;
use tributary_core::time::Time;

/// How often the demand grows while it is held back.
pub(crate) const GROWS_EVERY: Duration = Duration::from_millis(50);
/// How much of unused time is made up for, in seconds: the beginning and a seek are not held up.
const BURST_SECONDS: f64 = 1.0;

/// What may be demanded of one stream.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    bytes_a_second: f64,
    block_size: f64,
    /// Bytes that may be demanded beside what was.
    credit: f64,
    last: Time,
    /// The stretch that is demanded now.
    granted: Range<Seq>,
    holding: bool,
}

impl Pace {
    /// At most `limit_bps` bits a second, of blocks of so many bytes.
    pub(crate) fn new(limit_bps: f64, block_size: u32) -> Self {
        let bytes_a_second = (limit_bps / 8.0).max(1.0);
        let credit = bytes_a_second * BURST_SECONDS;
        let block_size = f64::from(block_size);
        Self { bytes_a_second, block_size, credit, last: Time::ZERO, granted: 0..0, holding: false }
    }

    /// The part of `wanted` that may be demanded at `now`.
    pub(crate) fn limit(&mut self, now: Time, wanted: Range<Seq>) -> Range<Seq> {
        let gone = now.since(self.last).as_secs_f64();
        self.last = now;
        let most = (self.bytes_a_second * BURST_SECONDS).max(self.block_size);
        self.credit = (self.credit + gone * self.bytes_a_second).min(most);
        // Going on inside the stretch or right at its end; anything else is another place.
        if !(self.granted.start..=self.granted.end).contains(&wanted.start) {
            self.granted = wanted.start..wanted.start;
        }
        self.granted.start = wanted.start;
        let room = wanted.end.saturating_sub(self.granted.end);
        let blocks = ((self.credit / self.block_size) as u64).min(room);
        self.credit -= blocks as f64 * self.block_size;
        self.granted.end += blocks;
        self.holding = self.granted.end < wanted.end;
        wanted.start..self.granted.end.min(wanted.end)
    }

    /// Whether more was wanted than may be demanded.
    pub(crate) const fn is_holding(&self) -> bool {
        self.holding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: u32 = 16 << 10;

    fn at(seconds: f64) -> Time {
        Time::ZERO + Duration::from_secs_f64(seconds)
    }

    #[test]
    fn what_is_demanded_grows_by_the_limit() {
        let mut pace = Pace::new(8.0 * f64::from(BLOCK) * 10.0, BLOCK);
        assert_eq!(pace.limit(at(0.0), 1..1000), 1..11, "a second's worth at once");
        assert!(pace.is_holding());
        assert_eq!(pace.limit(at(0.05), 1..1000), 1..11);
        assert_eq!(pace.limit(at(0.1), 1..1000), 1..12);
        let mut end = 0;
        for step in 2..=100 {
            end = pace.limit(at(f64::from(step) / 10.0), 5..1000).end;
        }
        assert!((109..=111).contains(&end), "{end}");
        // Long unused: no more than a second's worth is made up for.
        assert_eq!(pace.limit(at(1000.0), 20..1000), 20..end + 10);
    }

    #[test]
    fn a_seek_begins_where_it_goes_and_is_not_held_up_by_what_was_before() {
        let mut pace = Pace::new(8.0 * f64::from(BLOCK) * 10.0, BLOCK);
        pace.limit(at(0.0), 1..1000);
        let first = pace.limit(at(5.0), 500..1000);
        assert_eq!(first, 500..510);
        assert_eq!(pace.limit(at(5.0), 100..1000).start, 100);
    }

    #[test]
    fn all_that_is_wanted_is_demanded_where_it_is_little() {
        let mut pace = Pace::new(1e9, BLOCK);
        assert_eq!(pace.limit(at(0.0), 1..50), 1..50);
        assert!(!pace.is_holding());
        assert_eq!(pace.limit(at(0.0), 3..3), 3..3);
        assert_eq!(pace.limit(at(0.1), 50..60), 50..60);
    }
}
