//! Several readers of one stream, none before the others: while there is no main head, all places that
//! are read are served in turns.
//!
//! The pattern follows one place. Where several readers are equal, each block is ordered by name from
//! whoever has it here first: the first one that each reader misses, then the second of each, within
//! the planner's horizon. So all readers get equally much, one that takes nothing gets nothing more than
//! its window, and no order waits behind a long queue.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;

use super::Session;
use crate::geometry::Seq;
use crate::pattern::SourceId;
use crate::planner::arrival::{self, Candidate};
use crate::time::Time;
use crate::wire::MAX_LIST;

impl Session {
    /// Orders blocks of the side heads, the nearest of each first, as far as the horizon reaches.
    pub(super) fn order_in_turns(&mut self, now: Time) {
        let mut candidates = self.planned_for(now);
        if candidates.is_empty() || self.walk.epoch == 0 {
            self.turns_wait = true;
            return;
        }
        let horizon = arrival::horizon(&candidates, f64::from(self.geometry.block_size()));
        let mut room = self.room_bytes();
        let in_time = |c: &Candidate, bytes: u64| {
            c.must_have_one || c.has_room(bytes as f64) && c.eta(bytes as f64) <= horizon
        };
        let block = u64::from(self.geometry.block_size());
        if room < block || !candidates.iter().any(|c| in_time(c, block)) {
            // Nobody can be given a block now: no look at those that are missing.
            self.turns_wait = true;
            return;
        }
        let mut orders: BTreeMap<SourceId, Vec<Seq>> = BTreeMap::new();
        for seq in self.by_depth() {
            // Two readers may want the same block.
            if self.is_settled(seq) {
                continue;
            }
            let bytes = self.block_bytes(seq);
            let holds = |source| self.holds(source, seq);
            if !candidates.iter().any(|candidate| holds(candidate.source)) {
                self.turns_wait = true;
                continue;
            }
            if bytes > room || !candidates.iter().any(|c| in_time(c, bytes)) {
                self.turns_wait = true;
                break;
            }
            let Some(id) = arrival::choose(&mut candidates, bytes as f64, horizon, holds) else {
                // Who holds it is busy; others that hold other blocks may not be.
                self.turns_wait = true;
                continue;
            };
            room -= bytes;
            self.book(now, seq, id, true);
            if let Some(source) = self.sources.get_mut(&id) {
                source.planned += 1.0;
            }
            orders.entry(id).or_default().push(seq);
        }
        for (id, blocks) in orders {
            self.send_repair(id, &blocks);
        }
    }

    /// Blocks of the side heads that nobody was asked for, from the first missing one of each: the first of
    /// each, then the second of each.
    fn by_depth(&self) -> Vec<Seq> {
        let missing = |range: &Range<Seq>| {
            let first = self.ledger.first_absent(range.clone());
            let mut unsettled = self.unsettled(first..range.end).map(move |seq| (seq - first, seq));
            unsettled.next().map(|nearest| (nearest, unsettled))
        };
        let mut readers: Vec<_> = self.demand.others.iter().filter_map(missing).collect();
        let place = |(place, ((depth, _), _)): (usize, &((u64, Seq), _))| Reverse((*depth, place));
        let mut nearest: BinaryHeap<_> = readers.iter().enumerate().map(place).collect();
        let mut blocks = Vec::new();
        while let Some(Reverse((_, place))) = nearest.pop() {
            let ((_, seq), further) = &mut readers[place];
            blocks.push(*seq);
            if blocks.len() == MAX_LIST {
                break;
            }
            if let Some(next) = further.next() {
                nearest.push(Reverse((next.0, place)));
                readers[place].0 = next;
            }
        }
        blocks
    }
}
