//! Whether a source slowed: its rate now beside what it was in the last seconds.

use std::collections::VecDeque;
use std::time::Duration;

use crate::time::Time;

/// How often a rate is noted.
const STEP: Duration = Duration::from_millis(500);
/// How many are kept.
const NOTES: usize = 4;
/// Half the rate or less is "slowed".
const SLOWED: f64 = 0.5;
/// It is told at most so often.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// The last rates of a source, in bytes a second.
#[derive(Clone, Debug, Default)]
pub(super) struct Trend {
    rates: VecDeque<f64>,
    noted_at: Time,
    told_at: Option<Time>,
}

/// What a new rate says beside the last ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    /// It fell to half of what it was, while there was work.
    pub(super) slowed: bool,
    /// That is news: from and to what, in bytes a second.
    pub(super) told: Option<(f64, f64)>,
}

impl Trend {
    /// Another connection: what the one before gave says nothing.
    pub(super) fn forget(&mut self) {
        self.rates.clear();
    }

    /// Whether it is time to note a rate; says so once a step.
    pub(super) fn is_due(&mut self, now: Time) -> bool {
        let due = now.since(self.noted_at) >= STEP;
        if due {
            self.noted_at = now;
        }
        due
    }

    /// Notes `rate`; `busy`: the source owes something, so that a low rate is its own.
    pub(super) fn note(&mut self, now: Time, rate: f64, busy: bool) -> Noted {
        let before = self.rates.iter().copied().fold(0.0, f64::max);
        let slowed = rate <= before * SLOWED && busy;
        if self.rates.len() == NOTES {
            self.rates.pop_front();
        }
        self.rates.push_back(rate);
        let recently = self.told_at.is_some_and(|told| now.since(told) < TOLD_EVERY);
        let news = slowed && !recently;
        if news {
            self.told_at = Some(now);
        }
        Noted { slowed, told: news.then_some((before, rate)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Time {
        Time::from_micros(ms * 1000)
    }

    #[test]
    fn half_the_rate_is_told_once_in_a_while_and_only_of_a_busy_source() {
        let mut trend = Trend::default();
        assert!(trend.note(at(500), 100.0, true).told.is_none(), "nothing to compare with");
        assert!(!trend.note(at(1000), 60.0, true).slowed);
        assert!(!trend.note(at(1500), 40.0, false).slowed, "it had nothing to do");
        let noted = trend.note(at(2000), 50.0, true);
        assert_eq!(noted.told, Some((100.0, 50.0)));
        let again = trend.note(at(2500), 20.0, true);
        assert!(again.slowed && again.told.is_none(), "told a moment ago");
        assert!(trend.note(at(12_500), 10.0, true).told.is_some());
    }

    #[test]
    fn what_is_older_than_the_last_notes_does_not_count() {
        let mut trend = Trend::default();
        trend.note(at(500), 100.0, true);
        for step in 2..=5 {
            trend.note(at(step * 500), 60.0, true);
        }
        assert!(!trend.note(at(3000), 50.0, true).slowed);
        trend.forget();
        assert!(!trend.note(at(3500), 1.0, true).slowed);
    }

    #[test]
    fn a_rate_is_due_once_a_step() {
        let mut trend = Trend::default();
        assert!(trend.is_due(at(500)));
        assert!(!trend.is_due(at(900)));
        assert!(trend.is_due(at(1000)));
    }
}
