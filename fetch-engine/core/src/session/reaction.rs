//! How long a source takes to react to an order, where that is longer than the way there and back.
//!
//! A connect takes a round trip. An order may take much longer to show: the server's machine is busy, or a
//! queue of others' data stands before it. A lease that reaches no further ahead than a round trip and a little
//! is over then before the next one takes effect: the source waits again and again, looks ever slower, and is
//! given ever less. While it owes anything it can't be told from a slow one. So a source that has become slow is
//! let run dry, and the time from its next order until the next byte shows which it is; where that is much
//! longer than the round trip, it counts instead of it.

use std::collections::VecDeque;
use std::time::Duration;

use crate::time::Time;

/// Times that are kept. The second longest counts: one alone may be a stall, or a byte of something else.
const KEPT: usize = 3;
/// Longest reaction that is reckoned with.
const MAX_REACTION: Duration = Duration::from_secs(2);
/// What the lease reaches ahead beyond a round trip copes with so much.
const MARGIN: Duration = Duration::from_millis(100);
/// A source is let run dry so often in a row, to see how it reacts.
const LOOKS: u8 = 2;
/// And again no sooner than this where it has become slow, or where its reaction is long.
const LOOK_AGAIN_SLOW: Duration = Duration::from_secs(10);
const LOOK_AGAIN_LONG: Duration = Duration::from_secs(30);

/// One connection's reactions.
#[derive(Clone, Debug, Default)]
pub(super) struct Reaction {
    /// When it was given work while it had none, until its next byte.
    asked_at: Option<Time>,
    seen: VecDeque<Duration>,
    /// How often it is to run dry yet.
    looks: u8,
    /// When it was last decided that it shall.
    looked_at: Option<Time>,
}

impl Reaction {
    /// It was given work, and had none before.
    pub(super) const fn asked(&mut self, now: Time) {
        self.asked_at = Some(now);
    }

    /// What it was given is taken back, or nobody listened: its next byte says nothing.
    pub(super) const fn interrupted(&mut self) {
        self.asked_at = None;
    }

    /// Bytes came.
    pub(super) fn received(&mut self, now: Time) {
        if let Some(asked_at) = self.asked_at.take() {
            self.looks = self.looks.saturating_sub(1);
            self.took(now.since(asked_at));
        }
    }

    /// It took so long to react.
    pub(super) fn took(&mut self, reaction: Duration) {
        if self.seen.len() == KEPT {
            self.seen.pop_front();
        }
        self.seen.push_back(reaction.min(MAX_REACTION));
    }

    /// The round trip to reckon with, of a path of `rtt`.
    pub(super) fn round_trip(&self, rtt: Duration) -> Duration {
        let longest = self.seen.iter().max();
        // Either the second longest, or the longest where there are two such.
        let place = self.seen.iter().position(|seen| Some(seen) == longest);
        let others = self.seen.iter().enumerate().filter(|(at, _)| Some(*at) != place);
        let second = others.map(|(_, seen)| *seen).max().unwrap_or_default();
        if second > rtt + MARGIN { second } else { rtt }
    }

    /// Time passes, on a path of `rtt`; `slowed`: it gives much less than it did. It may be time to look again.
    pub(super) fn watch(&mut self, now: Time, rtt: Duration, slowed: bool) {
        let since = self.looked_at.map_or(Duration::MAX, |at| now.since(at));
        let is_long = self.round_trip(rtt) > rtt;
        if is_long && self.looked_at.is_none() {
            self.looked_at = Some(now);
        } else if slowed && since >= LOOK_AGAIN_SLOW || is_long && since >= LOOK_AGAIN_LONG {
            self.looked_at = Some(now);
            self.looks = LOOKS;
        }
    }

    /// Whether it is to run dry before it gets more.
    pub(super) const fn is_looked_at(&self) -> bool {
        self.looks > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RTT: Duration = Duration::from_millis(40);

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1000)
    }

    fn after(reactions: &[u64]) -> Reaction {
        let (mut reaction, mut now) = (Reaction::default(), 0);
        for millis in reactions {
            reaction.asked(at(now));
            now += millis;
            reaction.received(at(now));
        }
        reaction
    }

    #[test]
    fn one_slow_answer_says_nothing_and_two_do() {
        let reckoned = |reactions: &[u64]| after(reactions).round_trip(RTT).as_millis();
        assert_eq!(reckoned(&[]), 40);
        assert_eq!(reckoned(&[1500]), 40);
        assert_eq!(reckoned(&[45, 1500, 50]), 40);
        assert_eq!(reckoned(&[1500, 60, 1400]), 1400);
        assert_eq!(reckoned(&[1500, 1500]), 1500);
        assert_eq!(reckoned(&[110, 120, 130]), 40, "the lease copes with that");
        assert_eq!(reckoned(&[60_000, 60_000]), 2000);
        assert_eq!(reckoned(&[1500, 1500, 1500, 45, 50]), 40, "what was long ago is forgotten");
    }

    #[test]
    fn who_has_become_slow_is_looked_at_and_not_again_and_again() {
        let mut reaction = after(&[50, 50, 50]);
        reaction.watch(at(1000), RTT, false);
        assert!(!reaction.is_looked_at());
        reaction.watch(at(1000), RTT, true);
        for answer in [3000, 5000] {
            assert!(reaction.is_looked_at());
            reaction.asked(at(answer - 900));
            reaction.received(at(answer));
        }
        assert!(!reaction.is_looked_at());
        assert_eq!(reaction.round_trip(RTT).as_millis(), 900);
        reaction.watch(at(6000), RTT, true);
        reaction.watch(at(29_000), RTT, false);
        assert!(!reaction.is_looked_at());
        reaction.watch(at(31_000), RTT, false);
        assert!(reaction.is_looked_at(), "it may be quicker by now");
    }

    #[test]
    fn bytes_of_a_busy_or_interrupted_source_are_no_reaction() {
        let mut reaction = after(&[50, 50, 50]);
        for step in 1..5 {
            reaction.asked(at(step * 9000));
            reaction.interrupted();
            reaction.received(at(step * 9000 + 2000));
        }
        assert_eq!(reaction.round_trip(RTT), RTT);
    }
}
