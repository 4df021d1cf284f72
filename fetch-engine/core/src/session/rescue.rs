//! Blocks that nobody will send, or not in time: repair, steal, hedge.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::source::Source;
use super::{Notice, Session};
use crate::geometry::Seq;
use crate::pattern::SourceId;
use crate::planner::arrival::{self, Candidate, Pace};
use crate::time::Time;
use crate::wire::{Frame, MAX_LIST};

/// A source is stolen from once it is this far past the horizon.
const LATE: Duration = Duration::from_secs(1);
/// What a source may have under way and can't be stolen: so many round trips at its rate.
const IN_FLIGHT_ROUND_TRIPS: f64 = 4.0;
/// And at least so many bytes.
const IN_FLIGHT_BYTES: f64 = 65_536.0;
/// Blocks stolen at one time.
const MAX_STOLEN_AT_ONCE: usize = 256;
/// Blocks at the head that are looked at for a hedge.
const HEDGE_DEPTH: usize = 4;
/// No block is late before this: BBR sends next to nothing for nearly as long now and then.
const MIN_LATE_SECS: f64 = 0.4;
/// A block that the reader needs only so long after another source would have it here needs no hedge.
const HEDGE_AHEAD_SECS: f64 = 1.0;
/// Blocks of side heads that the walk comes to so soon are left to it. A reader that looks at a film's middle or
/// end before it begins waits for each of those: by the walk, 64 of them were half a second.
const LEFT_TO_THE_WALK: u64 = 8;
/// What side heads may have outstanding beyond the bound on all: they do not wait for the main head.
pub(super) const SIDE_ROOM_BYTES: u64 = 1 << 20;
/// What may come twice in all: one part in so many of the useful bytes, and some whatever their number.
const DOUBLES_PART: u64 = 50;
const MAX_FREE_DOUBLES: u64 = 256 << 10;

impl Session {
    /// Orders blocks by name from whoever has them here first: `repair` in place of another, or for a
    /// side head, which is nobody's fault.
    fn order(&mut self, now: Time, blocks: &[Seq], repair: bool) {
        self.order_of(now, self.candidates(now), blocks, repair);
    }

    /// The same, from one of these.
    fn order_of(&mut self, now: Time, mut candidates: Vec<Candidate>, blocks: &[Seq], repair: bool) {
        if candidates.is_empty() || self.walk.epoch == 0 || blocks.is_empty() {
            return;
        }
        // What is urgent is no occasion to try out an idle source.
        for candidate in &mut candidates {
            candidate.must_have_one = false;
        }
        let mut orders: BTreeMap<SourceId, Vec<Seq>> = BTreeMap::new();
        for seq in blocks {
            if self.is_settled(*seq) {
                // two side heads may want the same block
                continue;
            }
            let bytes = self.block_bytes(*seq) as f64;
            // A group in dispute comes from its witness alone.
            let only = self.must_come_from(*seq);
            let holds = |id| self.holds(id, *seq) && only.is_none_or(|witness| witness == Some(id));
            let Some(id) = arrival::choose(&mut candidates, bytes, f64::INFINITY, holds) else { continue };
            self.book(now, *seq, id, true);
            if repair {
                self.ledger.mark_repair(*seq);
                self.counters.repairs += 1;
            }
            orders.entry(id).or_default().push(*seq);
        }
        for (id, blocks) in orders {
            self.send_repair(id, &blocks);
        }
    }

    pub(super) fn send_repair(&mut self, id: SourceId, blocks: &[Seq]) {
        let generation = self.walk.generation;
        for blocks in blocks.chunks(MAX_LIST) {
            self.send(id, Frame::Repair { generation, blocks: blocks.to_vec() });
        }
    }

    /// Orders the blocks that lost their owner, urgent ones first; those nobody wants any more are
    /// forgotten, and asked for by the pattern when they are wanted again.
    pub(super) fn order_orphans(&mut self, now: Time) {
        if self.ledger.orphans().is_empty() {
            return;
        }
        let orphans: Vec<Seq> = self.ledger.orphans().iter().copied().collect();
        let (wanted, others): (Vec<Seq>, Vec<Seq>) =
            orphans.into_iter().partition(|seq| self.is_wanted(*seq));
        // Those that nobody reads may be needed to prove what is read: that replaces nobody.
        let (needed, unwanted): (Vec<Seq>, Vec<Seq>) =
            others.into_iter().partition(|seq| self.groups.needs(*seq));
        for seq in unwanted {
            self.ledger.forget_orphan(seq);
            if self.groups.is_lent(seq) {
                self.groups.return_lent(seq);
                self.ledger.mark_present(seq);
            }
        }
        self.order(now, &wanted, true);
        self.order(now, &needed, false);
        self.request_pages(now);
    }

    /// A source sent a later block of its own: it sends in order, so these never come from it. Others are
    /// asked; it is asked again where there are none.
    pub(super) fn passed_by(&mut self, now: Time, id: SourceId, blocks: &[Seq]) {
        for seq in blocks {
            self.take_back(now, id, *seq);
        }
        let others: Vec<Candidate> = self.candidates(now).into_iter().filter(|c| c.source != id).collect();
        let orphans: Vec<Seq> =
            blocks.iter().copied().filter(|seq| self.ledger.orphans().contains(seq)).collect();
        self.order_of(now, others, &orphans, true);
        self.order_orphans(now);
    }

    /// Orders the blocks of the side heads, which the pattern does not serve.
    pub(super) fn order_others(&mut self, now: Time) {
        self.turns_wait = false;
        if self.demand.others.is_empty() {
            return;
        }
        if self.walk.epoch == 0 {
            // Servers learn of a generation by its first epoch only.
            self.plan(now);
            self.introduce_generation(now);
        }
        if self.demand.main.is_empty() {
            return self.order_in_turns(now);
        }
        // What the walk will come to soon anyway is left to it.
        let soon = self.walk.next..self.walk_end();
        let blocks: Vec<Seq> = self
            .demand
            .others
            .iter()
            .flat_map(|range| self.unsettled(range.clone()))
            .filter(|seq| !soon.contains(seq) || seq - soon.start >= LEFT_TO_THE_WALK)
            .take(MAX_LIST)
            .collect();
        let bound = self.config.max_outstanding_bytes + SIDE_ROOM_BYTES;
        let mut outstanding = self.outstanding_bytes();
        let within_bound = |seq: &&Seq| {
            let before = outstanding;
            outstanding += self.block_bytes(**seq);
            before < bound
        };
        let blocks: Vec<Seq> = blocks.iter().take_while(within_bound).copied().collect();
        self.order(now, &blocks, false);
    }

    /// Rates are noted, and a source that slowed is told of.
    pub(super) fn watch_rates(&mut self, now: Time) {
        let mut slowed = Vec::new();
        for source in self.sources.values_mut().filter(|source| source.is_up()) {
            if let Some((from, to)) = source.tick(now) {
                slowed.push(Notice::Slowed { source: source.id, from_bps: from * 8.0, to_bps: to * 8.0 });
            }
        }
        self.actions.extend(slowed.into_iter().map(super::Action::Notice));
    }

    /// Takes blocks back from a source. They may be under way.
    pub(super) fn cancel(&mut self, now: Time, id: SourceId, blocks: &[Seq]) {
        let bytes: u64 = blocks.iter().map(|seq| self.block_bytes(*seq)).sum();
        let generation = self.walk.generation;
        for blocks in blocks.chunks(MAX_LIST) {
            self.send(id, Frame::Cancel { generation, blocks: blocks.to_vec() });
        }
        self.doubt(now, id, bytes);
    }

    /// So many bytes were cancelled and may come all the same: until the source has answered an echo that
    /// follows the cancel (and one that was silent can answer it with nothing else to say).
    pub(super) fn doubt(&mut self, now: Time, id: SourceId, bytes: u64) {
        let Some(source) = self.sources.get_mut(&id) else { return };
        if source.doubt.add(now, bytes) {
            self.send(id, Frame::Echo { nonce: now.as_micros(), payload: Bytes::new() });
        }
    }

    /// Whether so many bytes more may come twice, after all that did and all that still may.
    pub(super) fn may_come_twice(&self, bytes: u64) -> bool {
        let doubtful: u64 = self.sources.values().map(|source| source.doubt.bytes()).sum();
        let spent = self.counters.duplicate_bytes + self.hedged_bytes + doubtful;
        spent + bytes <= self.counters.useful_bytes / DOUBLES_PART + MAX_FREE_DOUBLES
    }

    /// Steals from sources that will be late, and doubles the head block where that is in time.
    pub(super) fn speed_up_late(&mut self, now: Time) {
        let candidates = self.candidates(now);
        if candidates.len() < 2 {
            return;
        }
        let block = f64::from(self.geometry.block_size());
        let horizon = self.horizon(&candidates) + LATE.as_secs_f64();
        let is_late = |c: &&Candidate| matches!(c.pace, Pace::Steady { .. }) && c.eta(0.0) > horizon;
        let late: Vec<SourceId> = candidates.iter().filter(is_late).map(|c| c.source).collect();
        let is_in_time = |c: &&Candidate| c.eta(block) < horizon - LATE.as_secs_f64();
        // Where all is planned, those who still have their shares to send get none of it: what is late there is
        // mostly what the reader comes to last.
        let planned = self.walk.next >= self.walk_end();
        let has_room = |c: &&Candidate| !planned || !self.has_a_share_to_send(c.source);
        let in_time = candidates.iter().filter(is_in_time).filter(has_room);
        let in_time: Vec<SourceId> = in_time.map(|c| c.source).collect();
        for id in late {
            self.steal(now, id, &in_time, block);
        }
        self.hedge_head(now, block);
    }

    /// Takes the blocks that `id` has surely not sent yet, where one of `others` can give them: as many as
    /// may come twice, should it have sent them after all.
    fn steal(&mut self, now: Time, id: SourceId, others: &[SourceId], block: f64) {
        let Some(source) = self.sources.get(&id) else { return };
        let rate = source.rough_rate().unwrap_or(0.0);
        let reaction = source.answers_in.max(source.round_trip()) * 2;
        let reaction = source.path_round_trip().mul_f64(IN_FLIGHT_ROUND_TRIPS).max(reaction);
        let in_flight = IN_FLIGHT_BYTES.max(rate * reaction.as_secs_f64());
        let keep = (in_flight / block).ceil() as usize;
        // A copy more of what another owes too harms nobody by being late.
        let alone = |seq: &Seq| self.ledger.debt(*seq).is_some_and(|debt| debt.owners.len() == 1);
        let unsent = source.blocks().skip(keep).filter(alone);
        let can_be_had = |seq: &Seq| others.iter().any(|other| self.holds(*other, *seq));
        let mut bytes = 0;
        let within_bound = |seq: &Seq| {
            bytes += self.block_bytes(*seq);
            self.may_come_twice(bytes)
        };
        let stolen: Vec<Seq> =
            unsent.filter(can_be_had).take(MAX_STOLEN_AT_ONCE).take_while(within_bound).collect();
        if stolen.is_empty() {
            return;
        }
        for seq in &stolen {
            self.take_back(now, id, *seq);
        }
        self.cancel(now, id, &stolen);
        let others: Vec<Candidate> =
            self.candidates(now).into_iter().filter(|c| others.contains(&c.source)).collect();
        self.order_of(now, others, &stolen, true);
        self.order_orphans(now);
    }

    /// A block that was here was none, or is gone: it is owed by those who have a copy of it to send still, or
    /// nobody's.
    pub(super) fn miss(&mut self, now: Time, seq: Seq) {
        let free = self.must_come_from(seq).is_none();
        let needed = |source: &mut Source| free && source.is_up() && source.copy_is_needed(seq);
        let owners: Vec<SourceId> =
            self.sources.values_mut().filter_map(|source| needed(source).then_some(source.id)).collect();
        match owners.first() {
            Some(first) => {
                let debt = self.new_debt(now, seq, *first, false);
                self.ledger.owe(seq, debt);
                owners.iter().for_each(|id| self.ledger.owe_copy(seq, *id));
            }
            None => self.ledger.orphan(seq),
        }
    }

    /// Redundant copies that no source has begun to send are cancelled.
    pub(super) fn cancel_surplus(&mut self, now: Time) {
        if self.config.redundancy <= 1 {
            return;
        }
        let geometry = self.geometry;
        let mut cancels = Vec::new();
        for source in self.sources.values_mut().filter(|source| source.is_up()) {
            let proved = |seq| self.ledger.is_present(seq);
            let blocks = source.give_up_surplus(now, proved, |seq| u64::from(geometry.len(seq)));
            cancels.push((source.id, blocks));
        }
        let generation = self.walk.generation;
        for (id, blocks) in cancels {
            for blocks in blocks.chunks(MAX_LIST) {
                self.send(id, Frame::Cancel { generation, blocks: blocks.to_vec() });
            }
        }
    }

    /// Orders blocks near the head from a second source: where the owner is late by more than the other
    /// needs to fetch it afresh, and the reader needs it by then; or where it is later than a silent source
    /// lives.
    fn hedge_head(&mut self, now: Time, block: f64) {
        let head = self.ledger.owed_in(self.demand.main.clone()).take(HEDGE_DEPTH);
        let dead_after = self.config.dead_after;
        // What settles a dispute comes from one source alone.
        let alone = head.filter(|(seq, debt)| debt.owners.len() == 1 && self.must_come_from(*seq).is_none());
        let late: Vec<(Seq, SourceId, f64, bool)> = alone
            .filter_map(|(seq, debt)| {
                let late = now.since(debt.due).as_secs_f64();
                Some((seq, debt.owners.iter().next()?, late, now.since(debt.since) > dead_after))
            })
            .filter(|(_, _, late, overdue)| *late > MIN_LATE_SECS || *overdue)
            .collect();
        for (seq, owner, late, overdue) in late {
            let candidates = self.candidates(now);
            // Who owes something and is quiet as well may wait for the same bottleneck.
            let lively = |c: &Candidate| self.sources.get(&c.source).is_some_and(|s| s.is_lively(now));
            let can = |c: &&Candidate| c.source != owner && lively(c) && self.holds(c.source, seq);
            let best = candidates.iter().filter(can).min_by(|a, b| a.eta(block).total_cmp(&b.eta(block)));
            let needed = self.needed_in_secs(now, seq);
            let comes_in = self.comes_in_secs(now, seq, owner, block);
            let urgent = |c: &Candidate| {
                let eta = c.eta(block);
                late > eta && needed < eta + HEDGE_AHEAD_SECS && comes_in.is_none_or(|secs| secs > eta)
            };
            let Some(best) = best.filter(|c| overdue || urgent(c)).map(|c| c.source) else { continue };
            if !self.may_hedge(seq) {
                if overdue {
                    // No more may come twice: with the connection goes what is on it.
                    self.drop_link(now, owner, format!("block {seq} is late by far"), true);
                }
                return;
            }
            self.hedge(now, seq, best);
        }
    }

    /// Seconds until its owner's copy is here, as the last moments went; none where it gives nothing of what
    /// it owes: what it says of itself by its rate counts for nothing then.
    fn comes_in_secs(&self, now: Time, seq: Seq, owner: SourceId, block: f64) -> Option<f64> {
        let source = self.sources.get(&owner)?;
        let gives = source.stagnation(now).as_secs_f64() < MIN_LATE_SECS;
        gives.then(|| source.secs_for(source.blocks_before(seq).count() + 1, block))
    }

    /// Whether this block may be ordered twice. Half of what may come twice is left for sources that fall
    /// silent.
    pub(super) fn may_hedge(&self, seq: Seq) -> bool {
        let bytes = self.block_bytes(seq);
        let bound = (self.counters.useful_bytes / DOUBLES_PART + MAX_FREE_DOUBLES) / 2;
        self.hedged_bytes + bytes <= bound && self.may_come_twice(bytes)
    }

    /// Orders a block that is owed from one source more.
    pub(super) fn hedge(&mut self, now: Time, seq: Seq, by: SourceId) {
        let bytes = self.block_bytes(seq);
        self.hedged_bytes += bytes;
        self.counters.hedges += 1;
        self.counters.repairs += 1;
        self.ledger.hedge(seq, by);
        if let Some(source) = self.sources.get_mut(&by) {
            Source::owe(source, now, seq, bytes);
        }
        self.send_repair(by, &[seq]);
    }
}

#[cfg(test)]
mod tests;
