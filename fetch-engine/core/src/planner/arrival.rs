//! The arrival-order planner: each block goes to the source that will have it here first.
//!
//! `eta(s) = max(RTT(s), backlog(s) / rate(s)) + block / rate(s)`; the next block goes to the
//! smallest. In the steady state this *is* the seed's proportional share (FIG. 9), and after a source
//! has slowed it drains that source's backlog first.

use std::time::Duration;

use crate::pattern::{Element, MAX_ELEMENTS, SourceId};

/// How long blocks take from a source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Measured: so many bytes a second.
    Steady {
        /// Bytes a second; above 0.
        rate: f64,
    },
    /// A new connection in TCP's slow start.
    Ramp {
        /// Bytes that came in the last whole round trip; none before one has passed since the first byte.
        last_round: Option<f64>,
        /// Bytes that came in all.
        came: f64,
        /// Seconds for which it has had something to send.
        busy: f64,
        /// Rate remembered from an earlier session, in bytes a second.
        remembered: Option<f64>,
        /// Bytes a second that it will hardly exceed.
        path: Option<f64>,
        /// Most bytes that may be outstanding before the rate is known.
        cap_bytes: f64,
    },
}

/// Bytes that TCP sends in its first round: ten segments.
pub(crate) const INITIAL_WINDOW: f64 = 14_600.0;
/// What a round of slow start brings, in those of the round before: TCP doubles its window, and BBR, which
/// spreads what it sends over the round, was seen to bring 14, 29, 42, 75 and 96 KB.
const ROUND_GROWTH: f64 = 1.7;

/// A source as the planner sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Who.
    pub source: SourceId,
    /// Round trip in seconds.
    pub rtt: f64,
    /// Bytes it owes already.
    pub backlog: f64,
    /// How fast it is.
    pub pace: Pace,
    /// It gets the next block whatever its eta: nothing would ever be learned of it otherwise.
    pub must_have_one: bool,
}

impl Candidate {
    /// Whether `bytes` more may be outstanding: a source of unknown rate has a bound on that.
    #[must_use]
    pub fn has_room(&self, bytes: f64) -> bool {
        match self.pace {
            Pace::Steady { .. } => true,
            Pace::Ramp { cap_bytes, .. } => self.backlog == 0.0 || self.backlog + bytes <= cap_bytes,
        }
    }

    /// Bytes a second: measured, else remembered, else as much as its slow start has shown in a round
    /// trip, else by its response time alone (112, 114).
    #[must_use]
    pub fn likely_rate(&self) -> f64 {
        let rtt = self.rtt.max(1e-4);
        let rate = match self.pace {
            Pace::Steady { rate } => rate,
            Pace::Ramp { last_round, remembered, .. } => {
                remembered.unwrap_or_else(|| last_round.unwrap_or(INITIAL_WINDOW) / rtt)
            }
        };
        rate.max(1.0)
    }

    /// Seconds from now until `bytes` more, after its backlog, would be here.
    #[must_use]
    pub fn eta(&self, bytes: f64) -> f64 {
        let ahead = self.backlog + bytes;
        match self.pace {
            Pace::Steady { rate } => self.rtt.max(self.backlog / rate) + bytes / rate,
            Pace::Ramp { last_round, came, busy, path, .. } => {
                let rtt = self.rtt.max(1e-4);
                let most = path.map(|rate| rate * rtt);
                let Some(last) = last_round else {
                    // By the clock that runs since it was first asked: what is ordered in the middle of a
                    // round comes with the next. But it is at most a round ahead of what has been seen.
                    let rounds = |bytes: f64| 1.0 + rounds(bytes, INITIAL_WINDOW, most);
                    let begun = (busy / rtt).min(rounds(came) + 1.0);
                    return rtt * (rounds(came + ahead) - begun).max(1.0);
                };
                rtt * rounds(ahead, ROUND_GROWTH * last.max(1.0), most).max(1.0)
            }
        }
    }
}

/// Round trips until slow start has sent `bytes`, where the first brings `first` bytes and none more than
/// `most`.
fn rounds(bytes: f64, first: f64, most: Option<f64>) -> f64 {
    let growing = |bytes: f64| (1.0 + bytes * (ROUND_GROWTH - 1.0) / first).log(ROUND_GROWTH);
    let Some(most) = most else { return growing(bytes) };
    // From here on as many bytes come in every moment as the path lets through.
    let grown = (most * (ROUND_GROWTH - 1.0) / (first * ROUND_GROWTH.ln())).max(1.0);
    let by_then = first * (grown - 1.0) / (ROUND_GROWTH - 1.0);
    growing(bytes.min(by_then)) + (bytes - by_then).max(0.0) / most
}

/// Chooses a source for one block of `bytes`: the smallest eta, where that is at most `horizon`
/// seconds and the source has room. Within an infinite horizon room doesn't matter: somebody must
/// send the block. Only those that `hold` it come into question. The chosen one is charged with the
/// block.
pub fn choose(
    candidates: &mut [Candidate],
    bytes: f64,
    horizon: f64,
    hold: impl Fn(SourceId) -> bool,
) -> Option<SourceId> {
    let forced = candidates.iter().position(|c| c.must_have_one && hold(c.source));
    let place = forced.or_else(|| {
        let with_room =
            |(_, c): &(usize, &Candidate)| (c.has_room(bytes) || horizon.is_infinite()) && hold(c.source);
        let etas = candidates.iter().enumerate().filter(with_room).map(|(place, c)| (place, c.eta(bytes)));
        let best = etas.min_by(|(_, a), (_, b)| a.total_cmp(b));
        best.filter(|(_, eta)| *eta <= horizon).map(|(place, _)| place)
    })?;
    let chosen = &mut candidates[place];
    chosen.must_have_one = false;
    chosen.backlog += bytes;
    Some(chosen.source)
}

/// Seconds the lease reaches ahead: the largest round trip, a slack, and at least two blocks of the
/// slowest measured source (but no more than a second for those).
#[must_use]
pub fn horizon(candidates: &[Candidate], block: f64) -> f64 {
    let rtt = candidates.iter().map(|c| c.rtt).fold(0.0, f64::max);
    let ramping = candidates.iter().all(|c| matches!(c.pace, Pace::Ramp { .. }));
    let slowest = candidates.iter().filter_map(|c| match c.pace {
        Pace::Steady { rate } => Some(2.0 * block / rate),
        Pace::Ramp { .. } => None,
    });
    let shortest = candidates.iter().map(|c| c.rtt).fold(f64::INFINITY, f64::min);
    let slack = if ramping { RAMP_SLACK.max(RAMP_SLACK_ROUND_TRIPS * shortest) } else { SLACK };
    rtt + slowest.fold(slack, f64::max).min(MAX_SLACK)
}

/// Slack of the horizon in seconds once rates are known.
const SLACK: f64 = 0.2;
/// Slack of the horizon in seconds while every source is in slow start, and in round trips of the nearest:
/// more would commit the start of a stream to guesses about the farther ones. Slow start ends well where the
/// sender is never short of work, and BBR has almost three round trips under way before it sees the path's
/// rate. One that runs short stays in its start-up phase, and drowns the path in bursts.
const RAMP_SLACK: f64 = 0.15;
const RAMP_SLACK_ROUND_TRIPS: f64 = 2.5;
/// Most that the slowest source's blocks may add.
const MAX_SLACK: f64 = 1.0;

/// Plans blocks of `bytes(i)` in order, for `i` from 0, until nobody has room within the horizon or
/// `limit` elements are reached. `bytes(i)` is none for a block that is here already; `holds` tells
/// whether a source has block `i` to give.
pub fn extend(
    candidates: &mut [Candidate],
    horizon: f64,
    limit: usize,
    mut bytes: impl FnMut(usize) -> Option<f64>,
    holds: impl Fn(usize, SourceId) -> bool,
) -> Vec<Element> {
    let mut pattern = Vec::new();
    while pattern.len() < limit.min(MAX_ELEMENTS) {
        let place = pattern.len();
        match bytes(place) {
            None => pattern.push(Element::Nobody),
            Some(bytes) => match choose(candidates, bytes, horizon, |source| holds(place, source)) {
                Some(source) => pattern.push(source.into()),
                None => break,
            },
        }
    }
    pattern
}

/// A pattern of at most `blocks` elements that can be repeated: the order in which blocks of one size
/// come where everybody always has something to send. Sources that must have one stand in it at least
/// once.
#[must_use]
pub fn repeating(candidates: &[Candidate], blocks: usize) -> Vec<Element> {
    let busy = |c: &Candidate| Candidate {
        rtt: 0.0,
        backlog: 0.0,
        pace: Pace::Steady { rate: c.likely_rate() },
        must_have_one: c.must_have_one || matches!(c.pace, Pace::Ramp { .. }),
        ..*c
    };
    let mut busy: Vec<Candidate> = candidates.iter().map(busy).collect();
    extend(&mut busy, f64::INFINITY, blocks, |_| Some(1.0), |_, _| true)
}

/// As seconds.
#[must_use]
pub fn secs(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYBODY: fn(usize, SourceId) -> bool = |_, _| true;

    fn steady(index: u8, rtt: f64, rate: f64, backlog: f64) -> Candidate {
        let source = SourceId::new(index).unwrap();
        Candidate { source, rtt, backlog, pace: Pace::Steady { rate }, must_have_one: false }
    }

    fn count(pattern: &[Element], index: u8) -> usize {
        pattern.iter().filter(|e| **e == SourceId::new(index).unwrap().into()).count()
    }

    #[test]
    fn the_steady_state_is_the_proportional_share() {
        let mut sources = [steady(0, 0.01, 20e5, 0.0), steady(1, 0.01, 10e5, 0.0), steady(2, 0.01, 5e5, 0.0)];
        let pattern = extend(&mut sources, 3.0, 350, |_| Some(1e4), EVERYBODY);
        assert_eq!(pattern.len(), 350);
        for (index, share) in [(0, 200), (1, 100), (2, 50)] {
            assert!(count(&pattern, index).abs_diff(share) <= 3, "{index}: {}", count(&pattern, index));
        }
    }

    #[test]
    fn a_repeating_pattern_is_spread_by_rate_whatever_is_owed() {
        let sources = [steady(0, 0.3, 4e5, 9e9), steady(1, 0.01, 2e5, 0.0), steady(2, 0.01, 2e5, 3.0)];
        let pattern = crate::pattern::Pattern::new(repeating(&sources, 8)).unwrap();
        assert_eq!(pattern.to_string(), "AABCAABC");
        let pace = Pace::Ramp {
            last_round: None,
            came: 0.0,
            busy: 0.0,
            remembered: None,
            path: None,
            cap_bytes: 1.0,
        };
        let new = Candidate { pace, ..steady(3, 100.0, 1.0, 0.0) };
        let pattern = repeating(&[sources[0], new], 50);
        assert_eq!((pattern.len(), count(&pattern, 3)), (50, 1), "a new one is in it");
    }

    #[test]
    fn a_slowed_source_drains_before_it_gets_more() {
        let mut sources = [steady(0, 0.02, 5e5, 5e5), steady(1, 0.02, 10e5, 0.0)];
        let pattern = extend(&mut sources, 0.9, 1000, |_| Some(1e4), EVERYBODY);
        assert_eq!(count(&pattern, 0), 0);
        assert!((80..=90).contains(&count(&pattern, 1)));
    }

    #[test]
    fn the_round_trip_is_not_counted_twice() {
        let source = steady(0, 0.1, 1e6, 2e5);
        assert!((source.eta(1e4) - 0.21).abs() < 1e-9);
        assert!((steady(0, 0.1, 1e6, 0.0).eta(1e4) - 0.11).abs() < 1e-9);
    }

    #[test]
    fn what_a_new_source_is_given_later_comes_with_its_next_round() {
        let new = |came: f64, busy: f64, backlog: f64, path: Option<f64>| Candidate {
            pace: Pace::Ramp { last_round: None, came, busy, remembered: None, path, cap_bytes: 1e6 },
            ..steady(0, 0.08, 1.0, backlog)
        };
        let close = |eta: f64, secs: f64| assert!((eta - secs).abs() < 0.002, "{eta}, not {secs}");
        // The first window, and half of the next.
        close(new(0.0, 0.0, 0.0, None).eta(14_600.0), 0.16);
        close(new(0.0, 0.0, 14_600.0, None).eta(14_600.0), 0.212);
        // A round trip later the same is nearer by as much, but nothing is nearer than a round trip.
        close(new(0.0, 0.08, 14_600.0, None).eta(14_600.0), 0.132);
        close(new(14_600.0, 0.16, 0.0, None).eta(14_600.0), 0.08);
        // Of one that stays silent no more than a round is believed.
        close(new(0.0, 5.0, 14_600.0, None).eta(1e6), new(0.0, 0.16, 14_600.0, None).eta(1e6));
        // Slow start ends where the path is full.
        let path = Some(14_600.0 / 0.08);
        close(new(0.0, 0.0, 0.0, path).eta(146_000.0) - new(0.0, 0.0, 0.0, path).eta(73_000.0), 0.4);
    }

    #[test]
    fn a_new_source_gets_one_block_whatever_its_eta_and_no_more_than_its_cap() {
        let pace = Pace::Ramp {
            last_round: None,
            came: 0.0,
            busy: 0.0,
            remembered: None,
            path: None,
            cap_bytes: 3e4,
        };
        let new = Candidate {
            source: SourceId::new(1).unwrap(),
            rtt: 5.0,
            backlog: 0.0,
            pace,
            must_have_one: true,
        };
        let mut sources = [steady(0, 0.01, 1e6, 0.0), new];
        let pattern = extend(&mut sources, 0.2, 1000, |_| Some(1e4), EVERYBODY);
        assert_eq!(count(&pattern, 1), 1);
        let mut alone = [Candidate { rtt: 0.001, ..new }];
        assert_eq!(extend(&mut alone, 10.0, 1000, |_| Some(1e4), EVERYBODY).len(), 3);
    }

    #[test]
    fn a_block_goes_to_those_that_hold_it_and_where_nobody_does_the_plan_ends() {
        let mut sources = [steady(0, 0.01, 1e6, 0.0), steady(1, 0.5, 1e5, 0.0)];
        sources[0].must_have_one = true;
        let first_holds_two =
            |place: usize, source: SourceId| (source.index() == 0) == (place < 2) && place < 5;
        let pattern = extend(&mut sources, 100.0, 9, |_| Some(1e4), first_holds_two);
        assert_eq!(crate::pattern::Pattern::new(pattern).unwrap().to_string(), "AABBB");
    }

    #[test]
    fn blocks_that_are_here_belong_to_nobody() {
        let mut sources = [steady(0, 0.01, 1e6, 0.0)];
        let pattern = extend(&mut sources, 1.0, 4, |i| (i != 1 && i != 2).then_some(1e4), EVERYBODY);
        assert_eq!(crate::pattern::Pattern::new(pattern).unwrap().to_string(), "A--A");
    }
}
