//! The end of what is wanted: nothing new is left for a source that runs dry, so it takes the blocks of
//! the one that would be last, and all finish together.
//!
//! A block that its owner has surely not begun to send is moved: cancelled there, ordered here. One that
//! may be under way is ordered twice, where it would come much sooner so and the reader needs it.

use std::collections::BTreeMap;
use std::iter::Peekable;

use super::Session;
use super::source::Source;
use crate::geometry::Seq;
use crate::pattern::SourceId;
use crate::planner::arrival::{Candidate, Pace};
use crate::time::Time;

/// Most blocks moved, and most doubled, at one time.
const MAX_MOVED_AT_ONCE: usize = 64;
const MAX_DOUBLED_AT_ONCE: usize = 4;
/// Blocks of one source that are looked at for that, from the last it owes on.
const MAX_LOOKED_AT: usize = 1024;
/// A block must come so much sooner to be moved; and sooner still, and by this factor, to be doubled.
const WORTH_MOVING_SECS: f64 = 0.02;
const WORTH_DOUBLING_SECS: f64 = 0.05;
const WORTH_DOUBLING: f64 = 1.5;
/// What a source has under way, in blocks, however slow it is.
const UNDER_WAY_BLOCKS: usize = 1;
/// A block that the reader needs only so long after it would come anyway can wait.
const PATIENCE_SECS: f64 = 2.0;

/// A block on its way from one source's backlog to another's.
pub(super) struct Move {
    pub(super) seq: Seq,
    pub(super) from: SourceId,
    pub(super) to: SourceId,
}

impl Session {
    /// Sources without work take some of what others would be late with.
    pub(super) fn finish_together(&mut self, now: Time) {
        let planning = self.walk.next < self.walk_end();
        if planning || self.walk.epoch == 0 || self.config.redundancy > 1 {
            return;
        }
        let idle = |source: &Source| source.is_usable() && source.backlog().is_empty();
        if !self.sources.values().any(idle) {
            return;
        }
        let mut candidates = self.candidates(now);
        if candidates.len() < 2 {
            return;
        }
        let moves = self.moves(now, &mut candidates);
        if moves.is_empty() {
            self.double_last(now, &candidates);
        } else {
            self.carry_out(now, &moves, true);
        }
    }

    /// Which blocks change hands: always the last one of the source that would finish last, to the one
    /// that has it here first, as long as that is sooner.
    fn moves(&self, now: Time, candidates: &mut [Candidate]) -> Vec<Move> {
        let tails = candidates.iter().map(|c| (c.source, self.unsent(now, c.source)));
        let mut tails: BTreeMap<SourceId, Peekable<_>> =
            tails.map(|(id, tail)| (id, tail.peekable())).collect();
        let sources = candidates.iter().map(|c| c.source);
        let busy: Vec<SourceId> = sources.filter(|id| self.has_a_share_to_send(*id)).collect();
        let mut moves = Vec::new();
        let mut bytes_moved = 0;
        while moves.len() < MAX_MOVED_AT_ONCE {
            let mut has_tail =
                |c: &&Candidate| tails.get_mut(&c.source).is_some_and(|tail| tail.peek().is_some());
            let with_tail = candidates.iter().filter(&mut has_tail);
            let finishing = |c: &Candidate| self.finishing_secs(c);
            let last = with_tail.max_by(|a, b| finishing(a).total_cmp(&finishing(b))).copied();
            let Some(last) = last else { break };
            let Some(seq) = tails.get_mut(&last.source).and_then(Iterator::next) else { break };
            let bytes = self.block_bytes(seq);
            let late = finishing(&last);
            if self.needed_in_secs(now, seq) > late + PATIENCE_SECS {
                continue;
            }
            let other = |c: &&mut Candidate| {
                c.source != last.source && !busy.contains(&c.source) && self.holds(c.source, seq)
            };
            let eta = |c: &Candidate| c.eta(bytes as f64);
            let best = candidates.iter_mut().filter(other).min_by(|a, b| eta(a).total_cmp(&eta(b)));
            let Some(best) = best.filter(|c| eta(c) + WORTH_MOVING_SECS < late) else { break };
            if !self.may_come_twice(bytes_moved + bytes) {
                break;
            }
            bytes_moved += bytes;
            best.backlog += bytes as f64;
            moves.push(Move { seq, from: last.source, to: best.source });
            if let Some(last) = candidates.iter_mut().find(|c| c.source == last.source) {
                last.backlog -= bytes as f64;
            }
        }
        moves
    }

    /// Cancels blocks where they are owed and orders them elsewhere; a `repair` is in place of somebody who is
    /// late.
    pub(super) fn carry_out(&mut self, now: Time, moves: &[Move], repair: bool) {
        let mut cancels: BTreeMap<SourceId, Vec<Seq>> = BTreeMap::new();
        let mut orders: BTreeMap<SourceId, Vec<Seq>> = BTreeMap::new();
        for Move { seq, from, to } in moves {
            self.take_back(now, *from, *seq);
            cancels.entry(*from).or_default().push(*seq);
            self.book(now, *seq, *to, true);
            if repair {
                self.ledger.mark_repair(*seq);
                self.counters.repairs += 1;
            }
            orders.entry(*to).or_default().push(*seq);
        }
        for (from, mut blocks) in cancels {
            blocks.sort_unstable();
            self.cancel(now, from, &blocks);
        }
        for (to, mut blocks) in orders {
            blocks.sort_unstable();
            self.send_repair(to, &blocks);
        }
        self.request_pages(now);
    }

    /// What may be under way already comes twice, where its owner is late with it by far.
    fn double_last(&mut self, now: Time, candidates: &[Candidate]) {
        let block = f64::from(self.geometry.block_size());
        let idle = |c: &&Candidate| self.sources.get(&c.source).is_some_and(|s| s.backlog().is_empty());
        let Some(best) = candidates.iter().filter(idle).min_by(|a, b| a.eta(block).total_cmp(&b.eta(block)))
        else {
            return;
        };
        let sooner = best.eta(block) * WORTH_DOUBLING + WORTH_DOUBLING_SECS;
        let to = best.source;
        let owners = self.sources.values().filter(|source| source.is_usable() && source.id != to);
        let mut late: Vec<(f64, Seq)> =
            owners.flat_map(|owner| self.last_that_are_late(now, owner, to, sooner)).collect();
        late.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, seq) in late.into_iter().take(MAX_DOUBLED_AT_ONCE) {
            if !self.may_hedge(seq) {
                return;
            }
            self.hedge(now, seq, to);
        }
    }

    /// The last blocks that `owner` owes, alone, and that come later than in `sooner` seconds, later than
    /// the reader needs them: with those seconds, as many as may be doubled. `to` holds them.
    fn last_that_are_late(
        &self,
        now: Time,
        owner: &Source,
        to: SourceId,
        sooner: f64,
    ) -> impl Iterator<Item = (f64, Seq)> {
        let block = f64::from(self.geometry.block_size());
        let owed = owner.backlog().len();
        // The last ones come last: before one that is in time all are.
        let from_the_last = owner.blocks().rev().take(MAX_LOOKED_AT).enumerate();
        from_the_last
            .map(move |(after, seq)| (owner.secs_for(owed - after, block), seq))
            .take_while(move |(remaining, _)| *remaining > sooner)
            .filter(move |(remaining, seq)| {
                self.is_owed_alone(*seq)
                    && self.needed_in_secs(now, *seq) <= *remaining
                    && self.holds(to, *seq)
            })
            .take(MAX_DOUBLED_AT_ONCE)
    }

    /// Whether a source has more than a round trip's work before it, some of which the pattern gave it. What is
    /// ordered by name goes first there: a block from the end of the window would hold up one that the reader
    /// comes to sooner. In slow start all that it owes may be at the server still, in that order.
    pub(super) fn has_a_share_to_send(&self, id: SourceId) -> bool {
        let Some(source) = self.sources.get(&id) else { return false };
        let is_by_pattern = |seq: Seq| self.ledger.debt(seq).is_some_and(|debt| !debt.named);
        let soon = source.rate().unwrap_or(0.0) * source.path_round_trip().as_secs_f64();
        let soon = soon + f64::from(self.geometry.block_size());
        source.backlog_bytes() as f64 > soon && source.blocks().take(MAX_LOOKED_AT).any(is_by_pattern)
    }

    /// Whether one source owes the block, and another may send it as well.
    fn is_owed_alone(&self, seq: Seq) -> bool {
        self.ledger.debt(seq).is_some_and(|debt| debt.owners.len() == 1) && self.must_come_from(seq).is_none()
    }

    /// What `id` owes, alone, and has surely not begun to send: from the last block on.
    fn unsent(&self, now: Time, id: SourceId) -> impl Iterator<Item = Seq> {
        self.sources.get(&id).into_iter().flat_map(move |source| self.unsent_by(now, source))
    }

    fn unsent_by(&self, now: Time, source: &Source) -> impl Iterator<Item = Seq> {
        let under_way = source.under_way_bytes(now) / f64::from(self.geometry.block_size());
        let blocks = under_way.ceil() as usize + UNDER_WAY_BLOCKS;
        let unsent = source.backlog().len().saturating_sub(blocks).min(MAX_LOOKED_AT);
        source.blocks().rev().take(unsent).filter(|seq| self.is_owed_alone(*seq))
    }

    /// Seconds until all that a source owes is here. One that is under way needs no round trip more.
    fn finishing_secs(&self, candidate: &Candidate) -> f64 {
        let flowing = self.sources.get(&candidate.source).filter(|source| source.is_flowing());
        match (candidate.pace, flowing.and_then(Source::cautious_rate)) {
            (Pace::Steady { .. }, Some(rate)) => candidate.backlog / rate,
            _ if candidate.backlog <= 0.0 => 0.0,
            _ => candidate.eta(0.0),
        }
    }
}

#[cfg(test)]
mod tests;
