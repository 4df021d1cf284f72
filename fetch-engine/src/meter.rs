//! Rates as a person wants to see them: over the last second, and for each of the last 48.

use tributary_core::time::Time;

/// Seconds of history.
pub(crate) const HISTORY_SECONDS: usize = 48;
/// Parts of a second by which the last second slides.
const SLOTS: u64 = 10;
const SLOT_MICROS: u64 = 1_000_000 / SLOTS;
/// Slots kept: the one being filled, and the history.
const KEPT: usize = (HISTORY_SECONDS + 1) * SLOTS as usize;

/// Counts bytes of one source.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    /// Bytes in each tenth of a second, by its number modulo [`KEPT`].
    slots: Box<[u64]>,
    /// Number of the slot being filled.
    current: u64,
}

impl Default for Meter {
    fn default() -> Self {
        Self { slots: vec![0; KEPT].into(), current: 0 }
    }
}

impl Meter {
    /// Counts `bytes` that came now.
    pub(crate) fn add(&mut self, now: Time, bytes: usize) {
        self.turn_to(now);
        self.slots[(self.current % KEPT as u64) as usize] += bytes as u64;
    }

    /// Bits a second over the last whole second, counted in tenths.
    pub(crate) fn rate_bps(&mut self, now: Time) -> f64 {
        self.turn_to(now);
        self.second_before(self.current)
    }

    /// Bits a second for each of the last [`HISTORY_SECONDS`], oldest first.
    pub(crate) fn history(&mut self, now: Time) -> Vec<f32> {
        self.turn_to(now);
        let ends = (0..HISTORY_SECONDS as u64).rev().map(|age| self.current.checked_sub(age * SLOTS));
        ends.map(|end| end.map_or(0.0, |end| self.second_before(end) as f32)).collect()
    }

    /// The ten slots before `end`.
    fn second_before(&self, end: u64) -> f64 {
        let slots = end.saturating_sub(SLOTS)..end;
        slots.map(|slot| self.slots[(slot % KEPT as u64) as usize]).sum::<u64>() as f64 * 8.0
    }

    fn turn_to(&mut self, now: Time) {
        let slot = now.as_micros() / SLOT_MICROS;
        let from = self.current + 1;
        for passed in from.max(slot.saturating_sub(KEPT as u64 - 1))..=slot {
            self.slots[(passed % KEPT as u64) as usize] = 0;
        }
        self.current = self.current.max(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: f64) -> Time {
        Time::from_micros((secs * 1e6) as u64)
    }

    #[test]
    fn a_steady_rate_is_shown_as_it_is_and_fades_when_it_ends() {
        let mut meter = Meter::default();
        for step in 0..500 {
            meter.add(at(f64::from(step) * 0.01), 125);
        }
        assert_eq!(meter.rate_bps(at(5.0)), 100_000.0);
        assert_eq!(meter.rate_bps(at(5.5)), 50_000.0);
        let history = meter.history(at(6.0));
        assert_eq!(history.len(), HISTORY_SECONDS);
        assert_eq!(history[HISTORY_SECONDS - 7..], [0.0, 100e3, 100e3, 100e3, 100e3, 100e3, 0.0]);
        assert_eq!(meter.rate_bps(at(1000.0)), 0.0);
        assert!(meter.history(at(1000.0)).iter().all(|rate| *rate == 0.0));
    }
}
