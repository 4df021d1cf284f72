//! When to hold playback since bytes are awaited, and when to let it go on.
//!
//! The pipeline has no idea of this for a source fed by us, and its clock runs on when it starves:
//! the picture would jump when the bytes come. So playback is held as soon as picture or sound has
//! run dry while a read waits, and goes on when enough is here. Each hold asks for more before
//! going on, so that a source that is too slow stops seldom and long rather than often and short.

use std::time::Duration;

use super::feed::Reading;

/// A wait shorter than this is what any read may take.
const SHORT_WAIT: Duration = Duration::from_millis(60);

/// Before the first picture, and after a seek, a wait this long is told.
const TELL_AFTER: Duration = Duration::from_millis(400);

/// A pipeline that has not asked for bytes this long has all it can hold.
const PIPELINE_FULL: Duration = Duration::from_millis(300);

/// Playing time that must be here to go on after the first hold, in seconds.
const FIRST_RESERVE_S: f64 = 1.0;

/// Most playing time ever asked for, in seconds.
const MAX_RESERVE_S: f64 = 8.0;

/// Least and most bytes ever asked for.
const RESERVE_BYTES: std::ops::RangeInclusive<u64> = 64 * 1024..=16 * 1024 * 1024;

/// What is seen at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) now: Duration,
    pub(super) reading: Reading,
    /// Picture or sound has nothing left to show.
    pub(super) dry: bool,
    /// The pipeline has not shown anything since it was started or sought.
    pub(super) prerolling: bool,
    /// Mean rate of the title; 0 where not known.
    pub(super) bytes_per_second: f64,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Advice {
    /// Stop the clock and say so.
    Hold,
    /// Only say so: the pipeline stands still by itself.
    Tell,
    /// How much of the reserve is here.
    Percent(u8),
    /// Go on.
    Resume,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Flowing,
    /// Told during preroll; the clock was not touched.
    Told,
    Held,
}

/// The state of one load.
#[derive(Debug)]
pub(super) struct Buffering {
    phase: Phase,
    percent: u8,
    reserve_s: f64,
    prerolling_since: Option<Duration>,
}

impl Default for Buffering {
    fn default() -> Self {
        Self { phase: Phase::Flowing, percent: 0, reserve_s: FIRST_RESERVE_S, prerolling_since: None }
    }
}

impl Buffering {
    /// Whether the clock is stopped for want of bytes.
    pub(super) fn is_held(&self) -> bool {
        self.phase == Phase::Held
    }

    /// A seek makes what was awaited worthless. Says whether a resume is due.
    pub(super) fn seeking(&mut self) -> bool {
        self.prerolling_since = None;
        self.reserve_s = FIRST_RESERVE_S;
        std::mem::take(&mut self.phase) != Phase::Flowing
    }

    /// Looks at what is seen and says what to do, if anything.
    pub(super) fn look(&mut self, seen: &Seen) -> Option<Advice> {
        let waits = seen.reading.waiting_for.is_some_and(|waiting| waiting >= SHORT_WAIT);
        if !seen.prerolling {
            self.prerolling_since = None;
        }
        match self.phase {
            Phase::Flowing if seen.prerolling => {
                let since = *self.prerolling_since.get_or_insert(seen.now);
                if waits && seen.now.saturating_sub(since) >= TELL_AFTER {
                    self.phase = Phase::Told;
                    self.percent = 0;
                    return Some(Advice::Tell);
                }
                None
            }
            Phase::Flowing if waits && seen.dry => {
                self.phase = Phase::Held;
                self.percent = 0;
                Some(Advice::Hold)
            }
            Phase::Flowing => None,
            Phase::Told if !seen.prerolling => {
                self.phase = Phase::Flowing;
                Some(Advice::Resume)
            }
            Phase::Told | Phase::Held => {
                let (here, reserve) = (seen.reading.available_bytes, self.reserve_bytes(seen));
                let full = !waits && seen.reading.idle_for >= PIPELINE_FULL;
                if self.phase == Phase::Held && (here >= reserve || full) {
                    self.phase = Phase::Flowing;
                    self.reserve_s = (self.reserve_s * 2.0).min(MAX_RESERVE_S);
                    return Some(Advice::Resume);
                }
                let percent = u8::try_from(here.saturating_mul(100) / reserve.max(1)).unwrap_or(99).min(99);
                (percent > self.percent).then(|| {
                    self.percent = percent;
                    Advice::Percent(percent)
                })
            }
        }
    }

    fn reserve_bytes(&self, seen: &Seen) -> u64 {
        let wanted = (seen.bytes_per_second * self.reserve_s) as u64;
        wanted.clamp(*RESERVE_BYTES.start(), *RESERVE_BYTES.end()).min(seen.reading.left_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 1_000_000.0;

    fn seen(now_ms: u64, waiting_ms: Option<u64>, dry: bool, available_bytes: u64) -> Seen {
        Seen {
            now: Duration::from_millis(now_ms),
            reading: Reading {
                waiting_for: waiting_ms.map(Duration::from_millis),
                idle_for: Duration::ZERO,
                available_bytes,
                left_bytes: 100_000_000,
            },
            dry,
            prerolling: false,
            bytes_per_second: RATE,
        }
    }

    #[test]
    fn a_waiting_read_alone_holds_nothing() {
        let mut buffering = Buffering::default();
        assert_eq!(buffering.look(&seen(0, Some(5_000), false, 0)), None);
        assert_eq!(buffering.look(&seen(10, None, true, 0)), None);
        assert_eq!(buffering.look(&seen(20, Some(10), true, 0)), None);
    }

    #[test]
    fn a_dry_picture_holds_until_a_second_is_here_and_then_asks_for_more() {
        let mut buffering = Buffering::default();
        assert_eq!(buffering.look(&seen(0, Some(100), true, 0)), Some(Advice::Hold));
        assert_eq!(buffering.look(&seen(50, Some(150), true, 0)), None);
        assert_eq!(buffering.look(&seen(100, None, true, 500_000)), Some(Advice::Percent(50)));
        assert_eq!(buffering.look(&seen(150, Some(60), true, 400_000)), None, "percent never falls");
        assert_eq!(buffering.look(&seen(200, None, true, 1_000_000)), Some(Advice::Resume));
        assert_eq!(buffering.look(&seen(300, Some(100), true, 0)), Some(Advice::Hold));
        assert_eq!(buffering.look(&seen(400, None, true, 1_000_000)), Some(Advice::Percent(50)));
        assert_eq!(buffering.look(&seen(500, None, true, 2_000_000)), Some(Advice::Resume));
    }

    #[test]
    fn what_is_left_of_the_title_is_enough() {
        let mut buffering = Buffering::default();
        buffering.look(&seen(0, Some(100), true, 0));
        let mut last = seen(50, None, true, 1_000);
        last.reading.left_bytes = 1_000;
        assert_eq!(buffering.look(&last), Some(Advice::Resume));
    }

    #[test]
    fn a_pipeline_that_can_hold_no_more_goes_on() {
        let mut buffering = Buffering::default();
        buffering.look(&seen(0, Some(100), true, 0));
        let mut full = seen(1_000, None, false, 0);
        full.reading.idle_for = PIPELINE_FULL;
        assert_eq!(buffering.look(&full), Some(Advice::Resume));
    }

    #[test]
    fn a_slow_start_is_told_once_and_ends_with_the_first_picture() {
        let mut buffering = Buffering::default();
        let start = |ms| Seen { prerolling: true, ..seen(ms, Some(ms.max(60)), true, 0) };
        assert_eq!(buffering.look(&start(0)), None);
        assert_eq!(buffering.look(&start(399)), None);
        assert_eq!(buffering.look(&start(400)), Some(Advice::Tell));
        assert_eq!(buffering.look(&start(500)), None);
        assert!(!buffering.is_held());
        assert_eq!(buffering.look(&seen(600, None, false, 0)), Some(Advice::Resume));
    }

    #[test]
    fn a_seek_forgets_the_hold() {
        let mut buffering = Buffering::default();
        buffering.look(&seen(0, Some(100), true, 0));
        assert!(buffering.seeking());
        assert!(!buffering.seeking());
    }
}
