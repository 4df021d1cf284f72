//! Who sends the next blocks: epochs, leases, restarts.
//!
//! By arrival, every renewal carries a fresh pattern exactly as long as the extension of the lease, and
//! starts at the highest lease + 1: nobody has walked past it, so it can neither lose nor double a block.
//! Patterns that repeat are made in `repeat`, and take over as `cutover` says.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::interval::Interval;
use super::ledger::Debt;
use super::owners::Owners;
use super::source::Source;
use super::{Demand, MAX_OTHERS, MAX_OUTSTANDING_BLOCKS, MIN_PLAN_STEP, Notice, RAMP_TICK, Session, TICK};
use crate::geometry::Seq;
use crate::pattern::{Element, MAX_ELEMENTS, Pattern, SourceId};
use crate::planner::arrival::Candidate;
use crate::planner::redundant;
use crate::schedule::Schedule;
use crate::time::Time;
use crate::verify::{LEAF_SPAN, PageId};
use crate::walker::MAX_EPOCHS_AHEAD;
use crate::wire::{Frame, Identify};

/// No block is expected later than this.
const MAX_ETA_SECS: f64 = 3600.0;
/// Blocks of a source whose rate is not known yet may come so much later than they look.
const RAMP_DOUBT_SECS: f64 = 1.0;
/// Epochs kept to be shown.
const MAX_EPOCHS_SHOWN: usize = 512;
/// Planned elements are forgotten over about this time where shares are told.
const SHARE_MEMORY_SECS: f64 = 1.0;
/// Blocks planned at one time: thousands of small ones take long enough to keep everything else waiting.
const MAX_PLANNED_AT_ONCE: usize = 4 * MAX_ELEMENTS;
/// A pattern is worth telling when some share moved by this much.
const TELLING_SHARE: f64 = 0.1;
/// And at most so often.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// An epoch is for so many blocks at least, where sources are slow: each is told to all of them.
const BLOCKS_OF_A_RENEWAL: f64 = 8.0;
/// But the lease is never renewed less often than this.
const MAX_RENEWAL: Duration = TICK.saturating_mul(3);

/// The walk through the stream: which generation, which epoch, how far it is leased.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    /// 0 before the first demand.
    pub(super) generation: u32,
    /// Last epoch announced in this generation; 0 before the first.
    pub(super) epoch: u32,
    /// First block that is not leased.
    pub(super) next: Seq,
    /// Epochs announced, oldest first: number, first block, pattern.
    pub(super) recent: VecDeque<(u32, Seq, Schedule)>,
    planned_at: Time,
    /// More would have been planned, had it not been so much already.
    pub(super) goes_on: bool,
    told_at: Option<Time>,
    told_shares: Vec<(SourceId, f64)>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            generation: 0,
            epoch: 0,
            next: 1,
            recent: VecDeque::new(),
            planned_at: Time::ZERO,
            goes_on: false,
            told_at: None,
            told_shares: Vec::new(),
        }
    }
}

impl Session {
    /// A reader wants something else from now on.
    pub(super) fn demanded(&mut self, now: Time, demand: Demand) {
        let end = self.geometry.blocks() + 1;
        let clamp = |range: Range<Seq>| range.start.clamp(1, end)..range.end.clamp(1, end);
        self.demand = Demand {
            main: clamp(demand.main),
            others: demand
                .others
                .into_iter()
                .take(MAX_OTHERS)
                .map(clamp)
                .filter(|range| !range.is_empty())
                .collect(),
        };
        self.note_reading(now);
        let first = self.first_unasked();
        let walked_past = first.is_some_and(|seq| seq < self.walk.next);
        // Blocks that were planned for a place the reader has left would be in the way of the new ones.
        let stale = first.is_some() && 2 * self.planned_for_nobody() > self.ledger.owed_by_pattern();
        if self.walk.generation == 0 || walked_past || stale {
            let absent = self.first_not_come();
            self.restart(now, self.groups.lead_in(absent.unwrap_or(self.demand.main.start)));
        }
        self.settle_order();
        self.review_groups(now);
        self.order_others(now);
        self.bring_forward(now);
        // While blocks flow the next tick is soon enough, and a reader's small steps cost no epochs.
        let flowing = self.walk.epoch > 0 && self.sources.values().any(|source| !source.backlog().is_empty());
        if !flowing || self.renewal_is_due(now) {
            self.plan(now);
            self.request_pages(now);
        }
    }

    /// How many blocks that the pattern gave somebody are of use to nobody any more.
    fn planned_for_nobody(&self) -> usize {
        // Most are inside the main demand: no look at those.
        let before = self.ledger.owed_in(0..self.demand.main.start);
        let after = self.ledger.owed_in(self.walk_end()..Seq::MAX);
        let planned = before.chain(after).filter(|(_, debt)| !debt.named).map(|(seq, _)| seq);
        planned.filter(|seq| !self.is_wanted(*seq) && !self.groups.needs(*seq)).count()
    }

    /// First block of the main demand that is not here, that nobody owes and nobody is about to.
    fn first_unasked(&self) -> Option<Seq> {
        self.unsettled(self.demand.main.clone()).find(|seq| !self.ledger.orphans().contains(seq))
    }

    /// The blocks of `range` that are not settled: what is here and what is owed is passed by in order, with
    /// no look-up for each.
    pub(super) fn unsettled(&self, range: Range<Seq>) -> impl Iterator<Item = Seq> {
        let mut owed = self.ledger.owed_in(range.clone()).map(|(seq, _)| seq).peekable();
        self.absent(range).filter(move |seq| {
            while owed.next_if(|owed| owed < seq).is_some() {}
            owed.next_if_eq(seq).is_none() && !self.is_here(*seq)
        })
    }

    /// First block of the main demand that has not come, proved or not.
    fn first_not_come(&self) -> Option<Seq> {
        self.absent(self.demand.main.clone()).find(|seq| !self.is_here(*seq))
    }

    /// The blocks of `range` that are not here and proved.
    fn absent(&self, range: Range<Seq>) -> impl Iterator<Item = Seq> {
        let end = range.end;
        let from = move |start| Some(self.ledger.first_absent(start..end)).filter(|seq| *seq < end);
        let first = from(range.start);
        std::iter::successors(first, move |seq| from(seq + 1))
    }

    /// A new generation from `from` on: everything ordered before is forgotten, here and there.
    fn restart(&mut self, now: Time, from: Seq) {
        self.ledger.restart();
        for source in self.sources.values_mut() {
            source.forgive_all(now);
            source.interval = Interval::default();
        }
        self.reorder.clear();
        self.reorder_bytes = 0;
        self.walk.generation += 1;
        self.walk.epoch = 0;
        self.walk.next = from;
        self.walk.recent.clear();
        self.repeat.forget_pattern();
        self.change = None;
        self.changed = 0..0;
        if self.walk.generation > 1 {
            self.notice(Notice::Restarted { generation: self.walk.generation, from });
        }
    }

    /// Whether anything of the demand is neither here nor leased.
    pub(super) fn wants_more(&self) -> bool {
        self.walk.next < self.walk_end()
            || self.turns_wait
            || !self.ledger.orphans().is_empty()
            || !self.pages.is_idle()
    }

    /// Usable sources as the planner sees them.
    pub(super) fn candidates(&self, now: Time) -> Vec<Candidate> {
        self.sources.values().filter(|s| s.is_usable()).map(|s| s.candidate(now)).collect()
    }

    /// Those that are given blocks by the pattern, or in turns.
    pub(super) fn planned_for(&self, now: Time) -> Vec<Candidate> {
        let planned_for = |source: &&Source| source.is_usable() && !source.rests_first();
        self.sources.values().filter(planned_for).map(|source| source.candidate(now)).collect()
    }

    /// How often the lease is renewed while blocks flow.
    pub(super) fn renewal(&self) -> Duration {
        let rates: Option<f64> = self.sources.values().filter(|s| s.is_usable()).map(Source::rate).sum();
        let Some(rate) = rates.filter(|rate| *rate > 0.0) else { return RAMP_TICK };
        let secs = BLOCKS_OF_A_RENEWAL * f64::from(self.geometry.block_size()) / rate;
        let ticks = (secs.min(MAX_RENEWAL.as_secs_f64()) / TICK.as_secs_f64()).floor();
        TICK * (ticks as u32).max(1)
    }

    /// Whether the lease is to be renewed by now.
    pub(super) fn renewal_is_due(&self, now: Time) -> bool {
        self.walk.goes_on || now.since(self.walk.planned_at) >= self.renewal()
    }

    /// Extends the lease as far as the planner finds right, epoch by epoch.
    pub(super) fn plan(&mut self, now: Time) {
        if self.walk.generation == 0 {
            return;
        }
        let decay = (-now.since(self.walk.planned_at).as_secs_f64() / SHARE_MEMORY_SECS).exp();
        self.walk.planned_at = now;
        self.walk.goes_on = false;
        for source in self.sources.values_mut() {
            source.planned *= decay;
        }
        self.skip_unwanted();
        self.want_pages_ahead();
        let mut planned = 0;
        while self.walk.next < self.walk_end() {
            if planned >= MAX_PLANNED_AT_ONCE {
                self.walk.goes_on = true;
                return;
            }
            let owed_before = self.ledger.owed_blocks();
            let candidates = self.planned_for(now);
            if candidates.is_empty() {
                return;
            }
            let from = self.walk.next;
            let present = self.skippable(from);
            if present > from {
                self.repeat.interrupted();
                self.announce(now, from, present - 1, Schedule::nobody(), false);
            } else if self.repeats() {
                if !self.repeat(now, &candidates, from) {
                    return;
                }
            } else {
                let layers = self.by_arrival(candidates, from);
                let Ok(pattern) = Pattern::layered(layers.concat(), layers.len() as u8) else { return };
                let lease = from + pattern.len() as u64 - 1;
                self.announce(now, from, lease, self.laid(&pattern, true), false);
            }
            planned += self.ledger.owed_blocks().saturating_sub(owed_before);
        }
    }

    /// A source has nothing left to send: no waiting for the next tick.
    pub(super) fn plan_for_dry_source(&mut self, now: Time) {
        if now.since(self.walk.planned_at) < MIN_PLAN_STEP {
            return;
        }
        if self.walk.next < self.walk_end() {
            self.plan(now);
            self.request_pages(now);
        } else if self.turns_wait {
            self.plan(now);
            self.order_others(now);
            self.request_pages(now);
        } else {
            self.finish_together(now);
        }
    }

    /// Blocks before the demand are nobody's: the walk goes on at the demand's start.
    fn skip_unwanted(&mut self) {
        if self.walk.epoch == 0 {
            self.walk.next = self.walk.next.max(self.groups.lead_in(self.demand.main.start));
        }
    }

    /// End of the run of blocks from `from` on that nobody needs to send.
    fn skippable(&self, from: Seq) -> Seq {
        let end = self.walk_end();
        let mut seq = from;
        loop {
            seq = seq.max(self.demand.main.start).min(end);
            seq = self.ledger.first_absent(seq..end);
            while seq < end && self.is_settled(seq) {
                seq += 1;
            }
            if seq >= end {
                return seq;
            }
            if self.ledger.first_absent(seq..end) == seq {
                // What it takes to prove that block is sent before it.
                let mut lead = self.groups.lead_in(seq).max(from)..seq;
                return lead.find(|seq| !self.is_settled(*seq)).unwrap_or(seq);
            }
        }
    }

    /// Whether the block has come, proved or not.
    pub(super) fn is_here(&self, seq: Seq) -> bool {
        self.ledger.is_present(seq) || self.unproved.contains_key(&seq) || self.groups.is_held(seq)
    }

    /// Whether nobody needs to be asked for this block: it is here, owed, or waits for its proof.
    #[must_use]
    pub fn is_settled(&self, seq: Seq) -> bool {
        !self.ledger.is_unasked(seq) || self.unproved.contains_key(&seq) || self.groups.is_held(seq)
    }

    pub(super) fn room_bytes(&self) -> u64 {
        let blocks = self.ledger.owed_blocks() + self.groups.held_blocks() + self.reorder.len();
        let for_blocks = MAX_OUTSTANDING_BLOCKS.saturating_sub(blocks) as u64;
        let room = self.config.max_outstanding_bytes.saturating_sub(self.outstanding_bytes());
        room.min(for_blocks * u64::from(self.geometry.block_size()))
    }

    /// How many blocks from `from` on may be planned at once.
    pub(super) fn limit(&self, from: Seq) -> usize {
        let room = self.room_bytes() / u64::from(self.geometry.block_size());
        (self.walk_end() - from).min(room).min(MAX_ELEMENTS as u64) as usize
    }

    fn by_arrival(&self, mut candidates: Vec<Candidate>, from: Seq) -> Vec<Vec<Element>> {
        let horizon = self.horizon(&candidates);
        let limit = self.limit(from).min(self.blocks_of_a_pattern(MAX_ELEMENTS));
        let bytes = |place| {
            let seq = from + place as u64;
            (!self.is_settled(seq)).then(|| self.block_bytes(seq) as f64)
        };
        let holds = |place, source| self.holds(source, from + place as u64);
        let copies = usize::from(self.config.redundancy);
        let mut layers = redundant::extend(&mut candidates, horizon, limit, copies, bytes, holds);
        while layers[0].last() == Some(&Element::Nobody) {
            layers.iter_mut().for_each(|layer| layer.truncate(layer.len() - 1));
        }
        layers
    }

    /// Tells every source of a new epoch, also one without an element in it, with a lease.
    pub(super) fn announce(
        &mut self,
        now: Time,
        from: Seq,
        lease: Seq,
        schedule: Schedule,
        acknowledge: bool,
    ) {
        self.walk.epoch += 1;
        self.counters.epochs += 1;
        let (generation, epoch) = (self.walk.generation, self.walk.epoch);
        self.tell_all(|| {
            let schedule = schedule.clone();
            Frame::Epoch { generation, epoch, from, lease, acknowledge, schedule }
        });
        self.tell_pattern(now, schedule.by_block(), from);
        self.walk.recent.push_back((epoch, from, schedule));
        let kept = match self.config.identify {
            Identify::Slot => MAX_EPOCHS_AHEAD,
            Identify::Number | Identify::Offset => MAX_EPOCHS_SHOWN,
        };
        if self.walk.recent.len() > kept {
            self.walk.recent.pop_front();
        }
        self.lease_out(now, lease);
    }

    /// Extends the lease to `lease` under the epochs that were told.
    pub(super) fn grant(&mut self, now: Time, lease: Seq) {
        let generation = self.walk.generation;
        self.counters.leases += 1;
        self.tell_all(|| Frame::Lease { generation, lease });
        self.lease_out(now, lease);
    }

    fn tell_all(&mut self, frame: impl Fn() -> Frame) {
        let up: Vec<SourceId> = self.sources.values().filter(|s| s.is_up()).map(|s| s.id).collect();
        for id in up {
            self.send(id, frame());
        }
    }

    /// Blocks up to `lease` are owed from now on, as the last epoch gives them. What has been ordered by
    /// name since that was told need not be sent.
    fn lease_out(&mut self, now: Time, lease: Seq) {
        let leased = self.walk.next..lease.saturating_add(1);
        let Some((_, from, schedule)) = self.walk.recent.back().filter(|_| !leased.is_empty()) else {
            return;
        };
        let gives_something = schedule.by_block().elements().iter().any(|e| e.source().is_some());
        let owners = |seq| (seq, schedule.senders(*from, seq).collect());
        let owed: Vec<(Seq, Vec<SourceId>)> =
            leased.clone().take_while(|_| gives_something).map(owners).collect();
        self.walk.next = leased.end;
        for (seq, owners) in owed {
            if self.is_settled(seq) {
                let generation = self.walk.generation;
                for id in owners {
                    self.send(id, Frame::Cancel { generation, blocks: vec![seq] });
                }
                continue;
            }
            for (place, id) in owners.into_iter().enumerate() {
                match place {
                    0 => self.book(now, seq, id, false),
                    _ => self.book_copy(now, seq, id),
                }
                if let Some(source) = self.sources.get_mut(&id) {
                    source.planned += 1.0;
                }
            }
        }
    }

    /// The last block of the last epoch, where that ends and is not leased yet.
    pub(super) fn promised_end(&self) -> Option<Seq> {
        let (_, from, schedule) = self.walk.recent.back()?;
        schedule.last(*from).filter(|last| *last >= self.walk.next)
    }

    /// Whose block `seq` is by the epochs told so far.
    pub(super) fn owners_by_pattern(&self, seq: Seq) -> Owners {
        let epoch = self.walk.recent.iter().rev().find(|(_, from, _)| *from <= seq);
        epoch.map(|(_, from, schedule)| schedule.senders(*from, seq).collect()).unwrap_or_default()
    }

    /// Tells the servers of a generation in which nothing is planned yet, so that blocks can be ordered
    /// by name in it.
    pub(super) fn introduce_generation(&mut self, now: Time) {
        let usable = self.sources.values().any(Source::is_usable);
        if self.walk.generation > 0 && self.walk.epoch == 0 && usable && self.geometry.blocks() > 0 {
            let from = self.walk.next.min(self.geometry.blocks());
            self.announce(now, from, from - 1, Schedule::nobody(), false);
        }
    }

    /// `source` owes `seq` from now on.
    pub(super) fn book(&mut self, now: Time, seq: Seq, id: SourceId, named: bool) {
        let bytes = self.block_bytes(seq);
        self.ledger.owe(seq, self.new_debt(now, seq, id, named));
        if let Some(source) = self.sources.get_mut(&id) {
            source.owe(now, seq, bytes);
        }
        self.open_groups_of(seq);
        let range = self.geometry.range(seq);
        let leaf = PageId::leaf_at(range.end - 1);
        self.pages.want(&self.tree, PageId::leaf_at(range.start));
        self.pages.want(&self.tree, leaf);
        // The next page is fetched ahead, so that no block waits for it.
        let ahead = PageId { index: leaf.index + 1, ..leaf };
        if range.end % LEAF_SPAN > LEAF_SPAN / 2 {
            self.pages.want(&self.tree, ahead);
        }
    }

    /// The debt of a block that `id` is to send.
    pub(super) fn new_debt(&self, now: Time, seq: Seq, id: SourceId, named: bool) -> Debt {
        let expected = |source: &Source| {
            let doubt = if source.rate().is_none() { RAMP_DOUBT_SECS } else { 0.0 };
            source.candidate(now).eta(self.block_bytes(seq) as f64) + doubt
        };
        let eta = self.sources.get(&id).map_or(0.0, expected);
        let due = now + Duration::from_secs_f64(eta.clamp(0.0, MAX_ETA_SECS));
        let owners = Owners::one(id);
        Debt { owners, since: now, due, named, repair: false, hedged: false, handed_over: false }
    }

    /// `source` owes one more copy of `seq`, which another owes already.
    pub(super) fn book_copy(&mut self, now: Time, seq: Seq, id: SourceId) {
        let bytes = self.block_bytes(seq);
        self.ledger.owe_copy(seq, id);
        if let Some(source) = self.sources.get_mut(&id) {
            source.owe(now, seq, bytes);
        }
    }

    fn tell_pattern(&mut self, now: Time, pattern: &Pattern, from: Seq) {
        let total: f64 = self.sources.values().map(|source| source.planned).sum();
        let recently = self.walk.told_at.is_some_and(|told| now.since(told) < TELL_EVERY);
        if total <= 0.0 || recently {
            return;
        }
        let shares: Vec<_> = self.sources.values().map(|s| (s.id, s.planned / total)).collect();
        let before =
            |id| self.walk.told_shares.iter().find(|(told, _)| *told == id).map_or(0.0, |told| told.1);
        if shares.iter().any(|(id, share)| (share - before(*id)).abs() > TELLING_SHARE) {
            self.walk.told_at = Some(now);
            self.walk.told_shares = shares;
            self.notice(Notice::Pattern { epoch: self.walk.epoch, from, pattern: pattern.clone() });
        }
    }
}
