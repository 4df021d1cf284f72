//! For how long a session waited for its disk and had nothing to send meanwhile, and when to tell the client.

use std::time::Duration;

use tokio::time::Instant;
use tributary_core::wire::Frame;

/// Told at most so often...
const TELL_EVERY: Duration = Duration::from_millis(200);
/// ... and only where the sum has grown by so much.
const WORTH_TELLING: Duration = Duration::from_millis(20);

/// The sums since the connection began.
#[derive(Debug)]
pub(super) struct Waits {
    sum: Duration,
    count: u64,
    /// Since when it waits, where it does.
    since: Option<Instant>,
    told_at: Instant,
    told: Duration,
}

impl Waits {
    pub(super) const fn new(now: Instant) -> Self {
        Self { sum: Duration::ZERO, count: 0, since: None, told_at: now, told: Duration::ZERO }
    }

    /// Whether the session waits for its disk now, and for nothing else. Gives the time that it waited, once it
    /// waits no more.
    pub(super) fn waits(&mut self, now: Instant, waits: bool) -> Option<Duration> {
        match (self.since, waits) {
            (None, true) => {
                self.since = Some(now);
                self.count += 1;
                None
            }
            (Some(since), false) => {
                self.since = None;
                self.sum += now - since;
                Some(now - since)
            }
            _ => None,
        }
    }

    /// What the client is to be told now.
    pub(super) fn news(&mut self, now: Instant) -> Option<Frame> {
        let sum = self.sum + self.since.map_or(Duration::ZERO, |since| now - since);
        if now < self.told_at + TELL_EVERY || sum < self.told + WORTH_TELLING {
            return None;
        }
        (self.told_at, self.told) = (now, sum);
        Some(Frame::Reading { waited_us: sum.as_micros() as u64, waits: self.count })
    }

    /// When there will be something to tell, should it go on waiting; nothing where it does not wait.
    pub(super) fn next_news(&self) -> Option<Instant> {
        let since = self.since?;
        let grown = (self.told + WORTH_TELLING).saturating_sub(self.sum);
        Some((self.told_at + TELL_EVERY).max(since + grown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_summed_and_told_now_and_then() {
        let start = Instant::now();
        let at = |millis: u64| start + Duration::from_millis(millis);
        let mut waits = Waits::new(start);
        assert_eq!(waits.next_news(), None);
        // Many short ones.
        for step in 0..30 {
            assert_eq!(waits.waits(at(step * 10), true), None);
            assert_eq!(waits.waits(at(step * 10 + 5), false), Some(Duration::from_millis(5)));
        }
        assert_eq!(waits.news(at(300)), Some(Frame::Reading { waited_us: 150_000, waits: 30 }));
        assert_eq!(waits.news(at(400)), None, "told already");
        // A long one is told while it lasts.
        waits.waits(at(600), true);
        assert_eq!(waits.news(at(610)), None, "not worth it yet");
        assert_eq!(waits.next_news(), Some(at(620)));
        assert_eq!(waits.news(at(620)), Some(Frame::Reading { waited_us: 170_000, waits: 31 }));
        assert_eq!(waits.next_news(), Some(at(820)));
        assert_eq!(waits.news(at(820)), Some(Frame::Reading { waited_us: 370_000, waits: 31 }));
        assert_eq!(waits.waits(at(900), false), Some(Duration::from_millis(300)));
        assert_eq!(waits.news(at(2000)), Some(Frame::Reading { waited_us: 450_000, waits: 31 }));
        assert_eq!((waits.news(at(9000)), waits.next_news()), (None, None));
    }
}
