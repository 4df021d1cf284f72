//! How long a source lets one wait: its first bytes, and gaps that its path does not explain.
//!
//! A slow line brings bytes slowly but evenly. A slow disk, or a machine that is held up, sends nothing
//! for a while and then a block at full speed. So gaps while it owed something are added up, and what
//! came at once after each. A server that says how long it waits for its own disk leaves no doubt.

use std::collections::VecDeque;
use std::time::Duration;

use tributary_core::time::Time;

/// First bytes that are remembered.
const MAX_FIRST_BYTES: usize = 64;
/// A gap is no gap below this: timers and schedulers explain it.
const LEAST_GAP: Duration = Duration::from_millis(60);
/// And not below so many round trips: TCP's window explains it.
const GAP_ROUND_TRIPS: u32 = 3;
/// Memory of the sums, in seconds of owed time.
const MEMORY_SECS: f64 = 1.5;

/// Memory of what a source says of its disk, in seconds.
const DISK_MEMORY_SECS: f64 = 0.7;
/// So much of it must be known before it tells anything, in seconds.
const DISK_KNOWN_SECS: f64 = 0.4;

/// What a source says of its disk.
#[derive(Clone, Debug, Default)]
struct Disk {
    at: Time,
    /// Its sums since it was connected.
    told: (Duration, u64),
    /// Decayed sums: time, time in which it waited, and how many times.
    known_secs: f64,
    waited_secs: f64,
    waits: f64,
}

/// Watches one source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lateness {
    last_arrival: Time,
    /// Seconds to first bytes, oldest first.
    first_bytes: VecDeque<f64>,
    /// Decayed sums over time in which it owed something.
    owed_secs: f64,
    gap_secs: f64,
    gaps: f64,
    bytes_after: f64,
    disk: Disk,
}

impl Lateness {
    /// It is connected anew: it counts from 0.
    pub(crate) fn connected(&mut self, now: Time) {
        self.disk = Disk { at: now, ..Disk::default() };
    }

    /// It says for how long it has waited for its disk, in all, and how many times.
    pub(crate) fn reads(&mut self, now: Time, waited: Duration, waits: u64) {
        let disk = &mut self.disk;
        let (known, waited_secs, count) = disk.decayed(now);
        // No more than there was time for, whatever a server claims.
        let passed = now.since(disk.at);
        let more = waited.saturating_sub(disk.told.0).min(passed).as_secs_f64();
        let more_waits = waits.saturating_sub(disk.told.1) as f64;
        // What lies between two words of it was spread evenly, and the older part of that counts for less.
        let passed = passed.as_secs_f64().max(1e-6);
        let weight = DISK_MEMORY_SECS * (1.0 - (-passed / DISK_MEMORY_SECS).exp()) / passed;
        *disk = Disk {
            at: now,
            told: (waited, waits),
            known_secs: known,
            waited_secs: waited_secs + more * weight,
            waits: count + more_waits * weight,
        };
    }

    /// Part of the last second in which it had nothing to send but waited for its disk, as it says itself, 0 to 1.
    pub(crate) fn disk_wait(&self, now: Time) -> f64 {
        let (known, waited, _) = self.disk.decayed(now);
        if known < DISK_KNOWN_SECS { 0.0 } else { (waited / known).clamp(0.0, 1.0) }
    }

    /// How long each of these waits took, on average, in milliseconds; none where it said nothing of any.
    pub(crate) fn disk_wait_ms(&self) -> Option<f64> {
        let disk = &self.disk;
        (disk.waited_secs > 0.0).then(|| disk.waited_secs / disk.waits.max(1e-3) * 1e3)
    }

    /// Bytes came now; it had owed something since `since`, over a path with the round trip `rtt`.
    pub(crate) fn came(&mut self, now: Time, bytes: usize, since: Time, rtt: Duration) {
        if since >= self.last_arrival {
            if self.first_bytes.len() >= MAX_FIRST_BYTES {
                self.first_bytes.pop_front();
            }
            self.first_bytes.push_back(now.since(since).as_secs_f64());
        }
        let waited = now.since(self.last_arrival.max(since));
        self.last_arrival = now;
        let keep = (-waited.as_secs_f64() / MEMORY_SECS).exp();
        for sum in [&mut self.owed_secs, &mut self.gap_secs, &mut self.gaps, &mut self.bytes_after] {
            *sum *= keep;
        }
        self.owed_secs += waited.as_secs_f64();
        if waited >= LEAST_GAP.max(rtt * GAP_ROUND_TRIPS) {
            self.gap_secs += waited.as_secs_f64();
            self.gaps += 1.0;
        }
        self.bytes_after += bytes as f64;
    }

    /// Part of the owed time that was spent in gaps, 0 to 1.
    pub(crate) fn held_up(&self) -> f64 {
        if self.owed_secs > 0.0 { (self.gap_secs / self.owed_secs).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Bytes that came after each gap before the next, on average; 0 without a gap.
    pub(crate) fn burst_bytes(&self) -> f64 {
        if self.gaps >= 0.5 { self.bytes_after / self.gaps } else { 0.0 }
    }

    /// The time to the first byte that `part` (0 to 1) of all stayed within, in milliseconds.
    pub(crate) fn first_byte_ms(&self, part: f64) -> Option<f64> {
        let mut sorted: Vec<f64> = self.first_bytes.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let place = (sorted.len() as f64 * part).ceil() as usize;
        sorted.get(place.saturating_sub(1)).map(|secs| secs * 1e3)
    }
}

impl Disk {
    /// The sums as they are now: time, time in which it waited, and how many times.
    fn decayed(&self, now: Time) -> (f64, f64, f64) {
        let passed = now.since(self.at).as_secs_f64();
        let keep = (-passed / DISK_MEMORY_SECS).exp();
        // What lies far back counts for no more than the memory holds.
        let known = self.known_secs * keep + DISK_MEMORY_SECS * (1.0 - keep);
        (known, self.waited_secs * keep, self.waits * keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RTT: Duration = Duration::from_millis(5);

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1000)
    }

    #[test]
    fn a_slow_disk_leaves_gaps_and_a_slow_line_none() {
        let (mut line, mut disk) = (Lateness::default(), Lateness::default());
        for step in 1..200 {
            line.came(at(step * 20), 4096, Time::ZERO, RTT);
        }
        for block in 1..20 {
            for piece in 0..4 {
                disk.came(at(block * 200 + piece), 16 << 10, Time::ZERO, RTT);
            }
        }
        assert_eq!((line.held_up(), line.burst_bytes()), (0.0, 0.0));
        assert!(disk.held_up() > 0.9, "{}", disk.held_up());
        assert!((disk.burst_bytes() / f64::from(64 << 10) - 1.0).abs() < 0.2, "{}", disk.burst_bytes());
    }

    #[test]
    fn having_nothing_to_do_is_no_gap() {
        let mut seen = Lateness::default();
        for second in 1..10 {
            seen.came(at(second * 1000 + 5), 16 << 10, at(second * 1000), RTT);
        }
        assert_eq!(seen.held_up(), 0.0);
        assert_eq!(seen.first_byte_ms(0.5), Some(5.0));
    }

    #[test]
    fn a_long_path_explains_its_gaps() {
        let mut seen = Lateness::default();
        for round in 1..30 {
            seen.came(at(round * 150), 64 << 10, Time::ZERO, Duration::from_millis(150));
        }
        assert_eq!(seen.held_up(), 0.0);
    }

    #[test]
    fn what_a_server_says_of_its_disk_is_of_now_and_no_more_than_possible() {
        let mut seen = Lateness::default();
        seen.connected(at(10_000));
        let mut waited = Duration::ZERO;
        for step in 1..=10 {
            waited += Duration::from_millis(160);
            seen.reads(at(10_000 + step * 200), waited, step * 4);
            assert!(step > 2 || seen.disk_wait(at(10_000 + step * 200)) == 0.0, "too early to tell");
        }
        let told = seen.disk_wait(at(12_000));
        assert!((0.7..0.95).contains(&told), "{told}");
        let each = seen.disk_wait_ms().unwrap();
        assert!((each / 40.0 - 1.0).abs() < 0.05, "{each}");
        // It says no more: then there is nothing more to say.
        assert!(seen.disk_wait(at(14_000)) < 0.1, "{}", seen.disk_wait(at(14_000)));
        // An hour in a tenth of a second.
        seen.reads(at(14_000), waited, 40);
        seen.reads(at(14_100), Duration::from_secs(3600), 50);
        assert!(seen.disk_wait(at(14_100)) < 0.3, "{}", seen.disk_wait(at(14_100)));
        seen.connected(at(14_200));
        assert_eq!((seen.disk_wait(at(15_000)), seen.disk_wait_ms()), (0.0, None));
    }

    #[test]
    fn first_bytes_by_rank() {
        let mut seen = Lateness::default();
        assert_eq!(seen.first_byte_ms(0.5), None);
        for wait in 1..=100 {
            seen.came(at(wait * 1000 + wait), 1, at(wait * 1000), RTT);
        }
        assert_eq!(seen.first_byte_ms(0.5), Some(68.0));
        assert_eq!(seen.first_byte_ms(0.95), Some(97.0));
    }
}
