//! Patterns that repeat: made once an interval, extended by leases until the next one takes over.
//!
//! The seed's scheme (FIG. 8 and 9). A new pattern is made when the one in force has been executed at
//! least once, the interval has elapsed, and no connection was lost in it; at once where a source that it
//! names is gone, since nobody would send its blocks, and where one has come.
//!
//! Bytes as they came freeze any wrong share for ever: while a slow source holds up the lease, every other
//! one brings what its share lets it bring, and so confirms the share. So three things are refined:
//!
//! 1. The lease is long enough for every source to be busy for the whole interval, as far as memory
//!    allows: it is extended while any source that the pattern names would run dry within the horizon.
//! 2. `mLastIntervalBytes` counts for a pattern as it would be had the connection been busy for the whole
//!    interval: the rate over busy time, times the interval.
//! 3. Where the lease ended all the same before a source had enough to send, what it sent is less than it
//!    can: it counts for up to half as much again ([`SHORTAGE_GAIN`]). If that is too much, it is short of
//!    nothing in the next interval, and is measured.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{PlannerKind, Session};
use crate::geometry::Seq;
use crate::pattern::{Element, MAX_ELEMENTS, Pattern, SourceId};
use crate::planner::arrival::{self, Candidate, Pace};
use crate::planner::interval::{self, INITIAL_PATTERN_SIZE, IntervalBytes, PATTERN_SIZE};
use crate::planner::redundant;
use crate::schedule::Schedule;
use crate::time::Time;

/// A pattern is calculated so often (the seed's "predetermined time interval").
const INTERVAL: Duration = Duration::from_secs(1);
/// The same while some source is in slow start, and every share a guess.
const WARM_UP_INTERVAL: Duration = Duration::from_millis(250);
/// A source that was short of work for a whole interval counts for so much more.
const SHORTAGE_GAIN: f64 = 0.5;
/// What all sources owe together reaches at most so many horizons ahead, whatever one of them lacks.
const MAX_HORIZONS: f64 = 3.0;

/// What is kept between calculations.
#[derive(Clone, Debug, Default)]
pub(super) struct Repeat {
    in_force: Option<InForce>,
    /// Whom the last calculation knew of.
    known: BTreeSet<SourceId>,
    calculated_at: Time,
    pub(super) connection_lost: bool,
}

#[derive(Clone, Debug)]
pub(super) struct InForce {
    pub(super) pattern: Pattern,
    /// First block of its epoch.
    pub(super) from: Seq,
    /// Its epoch is the last one: no epoch for a stretch of its own came after it.
    pub(super) last: bool,
}

/// Why there is a new pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion {
    /// The sources are others: at once.
    Sources,
    /// The interval is over.
    Interval,
}

impl Repeat {
    pub(super) const fn in_force(&self) -> Option<&InForce> {
        self.in_force.as_ref()
    }

    /// An epoch for a stretch of its own came after the pattern.
    pub(super) const fn interrupted(&mut self) {
        if let Some(in_force) = &mut self.in_force {
            in_force.last = false;
        }
    }

    /// Nothing that was told counts any more.
    pub(super) fn forget_pattern(&mut self) {
        self.in_force = None;
    }

    /// `source` starts anew and knows of no pattern.
    pub(super) fn forget_source(&mut self, source: SourceId) {
        self.known.remove(&source);
    }

    fn starts(&mut self, pattern: Pattern, from: Seq) {
        self.in_force = Some(InForce { pattern, from, last: true });
    }
}

impl Session {
    /// Whether patterns repeat: the arrival planner's do only where they can't start at the lease's end
    /// at once.
    pub(super) fn repeats(&self) -> bool {
        self.config.planner == PlannerKind::Interval || self.config.cut_over != super::CutOver::Lease
    }

    /// Goes on from `from`, the first block not leased: a new pattern where it is time for one, and as
    /// much lease as the horizon lets. False where there is nothing to be done for now.
    pub(super) fn repeat(&mut self, now: Time, candidates: &[Candidate], from: Seq) -> bool {
        if self.limit(from) == 0 {
            self.note_shortage(candidates);
            return false;
        }
        match self.occasion(now, candidates, from) {
            Some(occasion) => {
                let Some(pattern) = self.new_pattern(now, candidates, from) else { return false };
                let at = match occasion {
                    Occasion::Sources => from,
                    Occasion::Interval => self.cut_over_at(now, &pattern, candidates),
                };
                self.begin_interval(now, candidates);
                self.repeat.starts(pattern.clone(), at);
                self.cut_over(now, at, self.laid(&pattern, false));
            }
            None if self.waits_for_acknowledgement() => return false,
            None => {
                if let Some(end) = self.promised_end() {
                    self.grant(now, end);
                    return true;
                }
                if let Some(InForce { pattern, last: false, .. }) = self.repeat.in_force.clone() {
                    self.repeat.starts(pattern.clone(), from);
                    self.cut_over(now, from, self.laid(&pattern, false));
                }
            }
        }
        if self.waits_for_acknowledgement() {
            return false;
        }
        let Some(InForce { pattern, from: start, .. }) = self.repeat.in_force.clone() else { return false };
        let (count, next_is_regular) = self.stretch(candidates, &pattern, start, from);
        if count > 0 {
            self.grant(now, from + count - 1);
            return true;
        }
        if next_is_regular {
            self.note_shortage(candidates);
            return false;
        }
        self.stretch_of_its_own(now, candidates, &pattern, start, from)
    }

    fn occasion(&mut self, now: Time, candidates: &[Candidate], from: Seq) -> Option<Occasion> {
        let state = &self.repeat;
        let Some(in_force) = &state.in_force else { return Some(Occasion::Sources) };
        let usable = |e: &Element| e.source().is_none_or(|id| candidates.iter().any(|c| c.source == id));
        let all_usable = in_force.pattern.layers().flatten().all(usable);
        if !all_usable || candidates.iter().any(|c| !state.known.contains(&c.source)) {
            return Some(Occasion::Sources);
        }
        if self.change.is_some() {
            return None;
        }
        if self.repeat.connection_lost {
            self.begin_interval(now, candidates);
            return None;
        }
        let state = &self.repeat;
        let in_force = state.in_force.as_ref()?;
        // One whose part of the stream ends here would stand in the way of every run of the pattern.
        let start = if in_force.last { in_force.from } else { from };
        let mut owners = in_force.pattern.owners(start, from).filter_map(Element::source);
        if !self.is_settled(from) && owners.any(|id| !self.holds_some_of_a_run(id, from)) {
            return Some(Occasion::Sources);
        }
        let warming_up = candidates.iter().any(|c| matches!(c.pace, Pace::Ramp { .. }));
        let elapsed = now.since(state.calculated_at) >= if warming_up { WARM_UP_INTERVAL } else { INTERVAL };
        let executed = || self.awaited() >= in_force.from + in_force.pattern.len() as u64;
        (elapsed && in_force.last && executed()).then_some(Occasion::Interval)
    }

    /// Seconds since the last pattern was calculated.
    pub(super) fn interval_secs(&self, now: Time) -> f64 {
        now.since(self.repeat.calculated_at).as_secs_f64().max(1e-3)
    }

    fn begin_interval(&mut self, now: Time, candidates: &[Candidate]) {
        for source in self.sources.values_mut() {
            source.interval.begin();
        }
        self.repeat.known = candidates.iter().map(|c| c.source).collect();
        self.repeat.calculated_at = now;
        self.repeat.connection_lost = false;
    }

    /// Whether a source has anything to give of a pattern's run from `from` on.
    fn holds_some_of_a_run(&self, id: SourceId, from: Seq) -> bool {
        let run = from..from + self.blocks_of_a_pattern(PATTERN_SIZE) as u64;
        (run.start..run.end.min(self.walk_end())).any(|seq| self.holds(id, seq))
    }

    /// The next pattern, one element a block, with a layer for each copy, for blocks from `from` on.
    fn new_pattern(&self, now: Time, candidates: &[Candidate], from: Seq) -> Option<Pattern> {
        let unhindered = |c: &Candidate| {
            let shortage = self.sources.get(&c.source).map_or(0.0, |source| source.interval.shortage());
            let gain = 1.0 + SHORTAGE_GAIN * shortage;
            match c.pace {
                Pace::Steady { rate } => Candidate { pace: Pace::Steady { rate: rate * gain }, ..*c },
                Pace::Ramp { .. } => *c,
            }
        };
        let candidates = candidates.iter().filter(|c| self.holds_some_of_a_run(c.source, from));
        let candidates: Vec<Candidate> = candidates.map(unhindered).collect();
        if candidates.is_empty() {
            return None;
        }
        let pattern = self.new_layer(now, &candidates)?;
        let copies = usize::from(self.config.redundancy).clamp(1, candidates.len());
        redundant::layered(&pattern, copies)
    }

    /// The same for one copy (FIG. 9, or in the order of arrival).
    fn new_layer(&self, now: Time, candidates: &[Candidate]) -> Option<Pattern> {
        let blocks = self.blocks_of_a_pattern(PATTERN_SIZE.max(candidates.len()));
        if self.config.planner == PlannerKind::Arrival {
            return Pattern::new(arrival::repeating(candidates, blocks)).ok();
        }
        let interval = self.interval_secs(now);
        let part = |c: &Candidate| IntervalBytes { source: c.source, bytes: c.likely_rate() * interval };
        let parts: Vec<_> = candidates.iter().map(part).collect();
        if candidates.iter().all(|c| matches!(c.pace, Pace::Ramp { .. })) {
            let blocks = blocks.min(INITIAL_PATTERN_SIZE.max(candidates.len()));
            return interval::initial_pattern(&parts, blocks);
        }
        interval::forward_pattern(&parts, blocks)
    }

    /// Blocks that a pattern governs: as configured, else `otherwise`, where that many elements fit.
    pub(super) fn blocks_of_a_pattern(&self, otherwise: usize) -> usize {
        let per_block = usize::from(self.config.elements_per_block);
        let configured = self.config.pattern_length.map(|length| usize::from(length) / per_block);
        configured.unwrap_or(otherwise).min(MAX_ELEMENTS / per_block).max(1)
    }

    /// A pattern of one element a block as it is sent.
    pub(super) fn laid(&self, pattern: &Pattern, ends: bool) -> Schedule {
        Schedule::grouped(pattern, self.config.elements_per_block, ends)
            .expect("patterns are made so long that their groups fit")
    }

    /// How many blocks from `from` on may be leased now, and whether the one after them is such that the
    /// pattern can go on with it: nobody has it or was asked for it, and its owners hold it.
    fn stretch(&mut self, candidates: &[Candidate], pattern: &Pattern, start: Seq, from: Seq) -> (u64, bool) {
        let is_named = |c: &&Candidate| pattern.count(c.source) > 0;
        let mut named: Vec<Candidate> = candidates.iter().filter(is_named).copied().collect();
        let horizon = self.horizon(candidates);
        let rate: f64 = named.iter().map(Candidate::likely_rate).sum();
        let mut owed: f64 = named.iter().map(|c| c.backlog).sum();
        let limit = self.limit(from) as u64;
        let (mut count, mut regular) = (0, true);
        while count < limit {
            let seq = from + count;
            let bytes = self.block_bytes(seq) as f64;
            let owners: Vec<SourceId> = pattern.owners(start, seq).filter_map(Element::source).collect();
            let is_owner = |c: &&Candidate| owners.contains(&c.source);
            let runs_dry = named.iter().any(|c| c.has_room(bytes) && c.eta(bytes) <= horizon);
            let room = named.iter().filter(is_owner).all(|c| c.has_room(bytes));
            if owed > 0.0 && !(runs_dry && room && owed <= MAX_HORIZONS * horizon * rate) {
                break;
            }
            let fits = |id: &SourceId| self.holds(*id, seq) && named.iter().any(|c| c.source == *id);
            regular = !self.is_settled(seq) && owners.iter().all(fits);
            if !regular {
                break;
            }
            for candidate in named.iter_mut().filter(|c| owners.contains(&c.source)) {
                candidate.backlog += bytes;
                owed += bytes;
            }
            count += 1;
        }
        (count, regular)
    }

    /// The lease ends here for now: who would send more, were it longer?
    fn note_shortage(&mut self, candidates: &[Candidate]) {
        let horizon = self.horizon(candidates);
        let block = f64::from(self.geometry.block_size());
        for candidate in candidates {
            if let Some(source) = self.sources.get_mut(&candidate.source) {
                source.interval.look(candidate.eta(block) <= horizon);
            }
        }
    }

    /// Blocks that are here or ordered already, or that their owner doesn't hold, stand in the way of the
    /// pattern: an epoch of its own, which ends, gets past them.
    fn stretch_of_its_own(
        &mut self,
        now: Time,
        candidates: &[Candidate],
        pattern: &Pattern,
        start: Seq,
        from: Seq,
    ) -> bool {
        let blocks = self.limit(from).min(self.blocks_of_a_pattern(PATTERN_SIZE)) as u64;
        let mut first: Vec<Element> = (from..from + blocks)
            .map_while(|seq| match self.is_settled(seq) {
                true => Some(Element::Nobody),
                false => self.holder(candidates, pattern.owner(start, seq), seq),
            })
            .collect();
        while first.last() == Some(&Element::Nobody) {
            first.pop();
        }
        let mut layers = vec![first; usize::from(pattern.copies())];
        for (place, seq) in (from..).take(layers[0].len()).enumerate() {
            let owner = layers[0][place];
            let can = |id: &SourceId| Element::from(*id) != owner && self.holds(*id, seq);
            let all = redundant::owners(pattern, start, seq, candidates.len());
            let mut others = all.into_iter().filter(|id| owner != Element::Nobody && can(id));
            for layer in &mut layers[1..] {
                layer[place] = others.next().map_or(Element::Nobody, Element::from);
            }
        }
        let Ok(own) = Pattern::layered(layers.concat(), pattern.copies()) else { return false };
        self.repeat.interrupted();
        self.cut_over(now, from, self.laid(&own, true));
        true
    }
}
