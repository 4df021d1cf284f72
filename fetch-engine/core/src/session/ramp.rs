//! A new connection's slow start, round by round.

use std::time::Duration;

use crate::planner::arrival::INITIAL_WINDOW;
use crate::time::Time;

/// Outstanding bytes that a source of unknown rate may have at once.
const FIRST_CAP_BYTES: f64 = 131_072.0;
/// Most that a remembered rate adds to that: it may be long past, and what is outstanding can't be given to
/// others at once.
const MAX_REMEMBERED_CAP_BYTES: f64 = 2_097_152.0;
/// And so many times what came in the last round: while that is on its way to us, slow start sends twice as
/// much, and what is ordered now is sent after that.
const ROUNDS_AHEAD: f64 = 4.0;
/// Rounds that raise the average by less than this are not slow start any more.
const GROWING: f64 = 1.2;
/// So many rounds without growth end the phase.
const FLAT_ROUNDS: u32 = 2;
/// But not in the middle of a stall, for so many rounds: what it kept back is on its way.
const STALLED_ROUNDS: u32 = 8;
/// So many bytes behind the first read tell how fast the first window comes.
const BURST_BYTES: f64 = 0.7 * INITIAL_WINDOW;
/// Rounds that bring so many times what they could at that rate prove it wrong.
const BURST_DOUBT: f64 = 1.25;
/// Rounds are not told apart below this.
const MIN_ROUND: Duration = Duration::from_millis(10);

/// What is known of a connection in slow start.
///
/// What waits for a lost packet comes all at once after a while of nothing, so one round says little. The
/// average of the rounds since the last growth does: nothing comes on average faster than the path lets it.
#[derive(Clone, Debug)]
pub(super) struct Ramp {
    round_started: Option<Time>,
    round_bytes: f64,
    /// The source owed nothing at some moment of this round: its bytes say nothing of the path.
    ran_dry: bool,
    /// Bytes of the rounds since the last growth, that one too, and how many those are.
    flat_bytes: f64,
    flat_rounds: u32,
    /// Best average of such rounds so far.
    best_round: Option<f64>,
    remembered: Option<f64>,
    /// Bytes a second of the best round.
    seen: Option<f64>,
    /// Bytes that came in all.
    came: f64,
    /// Bytes of the first read, and when that was.
    first_read: Option<(f64, Time)>,
    /// Bytes a second in which the rest of the first window came: it is sent at once, so that it comes as
    /// fast as the narrowest link of the path lets it through.
    burst: Option<f64>,
    /// Since when it has had something to send, later by the time in which it had nothing.
    busy_since: Option<Time>,
    /// Since when it has nothing to send.
    dry_since: Option<Time>,
}

impl Ramp {
    /// A connection that has brought nothing yet. `remembered`: bytes a second of an earlier session.
    pub(super) const fn new(remembered: Option<f64>) -> Self {
        Self {
            round_started: None,
            round_bytes: 0.0,
            ran_dry: false,
            flat_bytes: 0.0,
            flat_rounds: 0,
            best_round: None,
            remembered,
            seen: None,
            came: 0.0,
            first_read: None,
            burst: None,
            busy_since: None,
            dry_since: None,
        }
    }

    /// Bytes of a round lately, or of the one that runs where those are more already.
    pub(super) fn last_round(&self) -> Option<f64> {
        self.best_round.map(|best| best.max(self.round_bytes))
    }

    /// The remembered rate, or what the connection has shown where that is more: what is long past must not
    /// keep a server from work.
    pub(super) fn remembered(&self) -> Option<f64> {
        self.remembered.map(|remembered| self.seen.map_or(remembered, |seen| seen.max(remembered)))
    }

    /// Bytes a second that slow start will hardly exceed: as remembered or, where that is less, as the first
    /// window came.
    pub(super) fn path(&self) -> Option<f64> {
        let rates = self.remembered().into_iter().chain(self.burst);
        rates.min_by(f64::total_cmp)
    }

    /// Most bytes that may be outstanding now.
    pub(super) fn cap_bytes(&self, rtt: Duration) -> f64 {
        let first = self.path().map_or(0.0, |rate| rate * (rtt.as_secs_f64() + 0.15));
        FIRST_CAP_BYTES.max(first.min(MAX_REMEMBERED_CAP_BYTES))
            + ROUNDS_AHEAD * self.last_round().unwrap_or(self.round_bytes)
    }

    /// Bytes that the source may have sent before it hears of a cancel.
    pub(super) fn under_way_bytes(&self) -> f64 {
        ROUNDS_AHEAD * self.last_round().unwrap_or(INITIAL_WINDOW)
    }

    /// The source owes something from now on.
    pub(super) fn asked(&mut self, now: Time) {
        let idle = self.dry_since.take().map_or(Duration::ZERO, |since| now.since(since));
        self.busy_since = Some(self.busy_since.map_or(now, |since| since + idle));
    }

    /// The source owes nothing.
    pub(super) const fn dry(&mut self, now: Time) {
        self.ran_dry = true;
        self.dry_since = Some(now);
    }

    /// Bytes that came in all.
    pub(super) const fn came(&self) -> f64 {
        self.came
    }

    /// How long it has had something to send.
    pub(super) fn busy(&self, now: Time) -> Duration {
        self.busy_since.map_or(Duration::ZERO, |since| self.dry_since.unwrap_or(now).since(since))
    }

    /// Bytes came. Returns bytes a second once slow start is over.
    pub(super) fn received(&mut self, now: Time, rtt: Duration, bytes: usize) -> Option<f64> {
        self.came += bytes as f64;
        self.measure_burst(now, bytes);
        let started = *self.round_started.get_or_insert(now);
        let round = rtt.max(MIN_ROUND);
        let elapsed = now.since(started);
        if elapsed < round {
            self.round_bytes += bytes as f64;
            return None;
        }
        let this_round = self.round_bytes * round.as_secs_f64() / elapsed.as_secs_f64();
        if !std::mem::take(&mut self.ran_dry) {
            let average = (self.flat_bytes + this_round) / f64::from(self.flat_rounds + 1);
            if self.best_round.is_none_or(|best| average >= best * GROWING) {
                (self.flat_bytes, self.flat_rounds) = (0.0, 0);
            }
            self.flat_bytes += this_round;
            self.flat_rounds += 1;
        }
        let average = self.flat_bytes / f64::from(self.flat_rounds.max(1));
        let best = self.best_round.map_or(this_round, |best| best.max(average));
        // The sender had spread its first window over time: that was not the path's rate.
        self.burst = self.burst.filter(|burst| best <= burst * round.as_secs_f64() * BURST_DOUBT);
        self.best_round = Some(best);
        self.seen = Some(best / round.as_secs_f64());
        self.round_started = Some(now);
        self.round_bytes = bytes as f64;
        let stalls = this_round < average / 2.0 && self.flat_rounds <= FLAT_ROUNDS + STALLED_ROUNDS;
        (self.flat_rounds > FLAT_ROUNDS && !stalls).then(|| average / round.as_secs_f64())
    }

    fn measure_burst(&mut self, now: Time, bytes: usize) {
        let (first, at) = *self.first_read.get_or_insert((bytes as f64, now));
        let before = self.came - bytes as f64 - first;
        if before < BURST_BYTES && self.came - first >= BURST_BYTES && self.best_round.is_none() {
            let secs = now.since(at).as_secs_f64();
            self.burst = (secs > 0.0).then(|| (self.came - first) / secs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_after_two_flat_rounds_with_their_rate() {
        let rtt = Duration::from_millis(100);
        let mut ramp = Ramp::new(None);
        let mut now = Time::ZERO;
        let mut ended = None;
        for round in [15_000, 30_000, 60_000, 100_000, 100_000, 100_000, 100_000] {
            for _ in 0..10 {
                now = now + Duration::from_millis(10);
                ended = ended.or(ramp.received(now, rtt, round / 10));
            }
        }
        let rate = ended.expect("slow start ends");
        assert!((rate / 1e6 - 1.0).abs() < 0.15, "{rate}");
    }

    #[test]
    fn a_burst_after_a_lost_packet_is_no_rate() {
        let rtt = Duration::from_millis(100);
        for rounds in [
            [25_000, 50_000, 10_000, 10_000, 150_000, 60_000, 60_000, 60_000],
            [25_000, 60_000, 60_000, 10_000, 10_000, 160_000, 60_000, 60_000],
            [30_000, 60_000, 0, 120_000, 60_000, 60_000, 60_000, 60_000],
        ] {
            let mut ramp = Ramp::new(None);
            let mut now = Time::ZERO;
            let mut ended = None;
            for round in rounds {
                for _ in 0..10 {
                    now = now + Duration::from_millis(10);
                    let ends = ramp.received(now, rtt, round / 10);
                    ended = ended.or(ends);
                }
            }
            let rate = ended.expect("slow start ends");
            assert!((0.4..0.75).contains(&(rate / 1e6)), "{rate} after {rounds:?}");
        }
    }

    #[test]
    fn what_was_remembered_gives_way_to_what_is_seen() {
        let rtt = Duration::from_millis(100);
        let (mut slow, fast) = (Ramp::new(Some(1e3)), Ramp::new(Some(1e12)));
        assert_eq!(slow.remembered(), Some(1e3));
        for step in 0..=10 {
            slow.received(Time::from_micros(10_000 * step), rtt, 10_000);
        }
        let seen = slow.remembered().expect("one was remembered");
        assert!((seen / 1e6 - 1.0).abs() < 0.15, "{seen}");
        assert!(fast.cap_bytes(rtt) <= MAX_REMEMBERED_CAP_BYTES);
    }

    #[test]
    fn the_first_window_tells_the_rate_of_the_path_until_more_comes() {
        let rtt = Duration::from_millis(100);
        let come = |ramp: &mut Ramp, at: u64, segments: u64| {
            for segment in 0..segments {
                ramp.received(Time::from_micros(at + 1_000 * segment), rtt, 1_448);
            }
        };
        let (mut known, mut unknown) = (Ramp::new(Some(9e6)), Ramp::new(None));
        for ramp in [&mut known, &mut unknown] {
            come(ramp, 0, 10);
            let path = ramp.path().expect("ten segments came");
            assert!((path / 1.448e6 - 1.0).abs() < 0.01, "{path}");
        }
        assert!(known.cap_bytes(rtt) < 600e3, "what is remembered is long past");
        come(&mut unknown, 100_000, 80);
        come(&mut unknown, 200_000, 99);
        assert!(unknown.path().is_some());
        for at in [300_000, 300_500, 400_000, 400_500] {
            come(&mut unknown, at, 99);
        }
        come(&mut unknown, 500_000, 1);
        assert_eq!(unknown.path(), None, "twice as much came");
    }

    #[test]
    fn a_dry_round_says_nothing() {
        let rtt = Duration::from_millis(100);
        let mut ramp = Ramp::new(None);
        let mut now = Time::ZERO;
        for _ in 0..100 {
            now = now + Duration::from_millis(25);
            ramp.dry(now);
            assert_eq!(ramp.received(now, rtt, 1000), None);
        }
    }
}
