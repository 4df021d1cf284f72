//! The sender's side of the scheme (FIG. 5, blocks 216 to 232): which block a content server sends
//! next.
//!
//! A server walks the sequence numbers of its epochs, jumps straight to the next one that is its
//! own, and never walks past the lease. Repairs go before the walk.

use std::collections::{BTreeSet, VecDeque};

pub use order::{Label, Order};
use repairs::Repairs;

use crate::geometry::{Geometry, Seq};
use crate::pattern::SourceId;
use crate::schedule::Schedule;
use crate::wire::{ErrorCode, Frame, Identify};

mod order;
mod repairs;

/// Most epochs a client may announce ahead of the walk.
pub const MAX_EPOCHS_AHEAD: usize = 4096;
/// Most elements that those epochs may have together, in all layers.
pub const MAX_ELEMENTS_AHEAD: usize = 4 << 20;
/// Most repairs that may wait.
pub const MAX_REPAIRS_WAITING: usize = 65_536;
/// Most cancelled or repaired numbers that are remembered ahead of the walk.
pub const MAX_SKIPS_KEPT: usize = 65_536;

/// Why a client's frame ends the session.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum WalkError {
    /// A block past the stream's end.
    #[error("block {0} is past the stream's end")]
    PastEnd(Seq),
    /// An epoch whose number doesn't follow the last one's.
    #[error("epoch {got} does not follow epoch {last}")]
    EpochOrder {
        /// The last epoch.
        last: u32,
        /// The one that came.
        got: u32,
    },
    /// An epoch that starts before the one in force.
    #[error("epoch {epoch} starts at block {from}, before the epoch before it")]
    EpochStart {
        /// The epoch.
        epoch: u32,
        /// Where it starts.
        from: Seq,
    },
    /// A generation that no epoch has announced.
    #[error("generation {0} has no epoch")]
    UnknownGeneration(u32),
    /// More than a server keeps.
    #[error("too many {0} wait")]
    TooMany(&'static str),
}

impl WalkError {
    /// The error code to close the connection with.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::PastEnd(_) => ErrorCode::Malformed,
            _ => ErrorCode::Unexpected,
        }
    }
}

#[derive(Clone, Debug)]
struct Epoch {
    number: u32,
    from: Seq,
    schedule: Schedule,
}

/// One server's walk through one stream.
#[derive(Clone, Debug)]
pub struct Walker {
    me: SourceId,
    geometry: Geometry,
    identify: Identify,
    /// Generation and epoch of the last time slot.
    slots_of: (u32, u32),
    generation: u32,
    last_epoch: u32,
    /// In order of `from`; the first is in force at the cursor.
    epochs: VecDeque<Epoch>,
    /// First number not judged yet.
    cursor: Seq,
    lease: Seq,
    repairs: Repairs,
    /// Blocks ahead of the cursor that the walk passes over: cancelled, or sent as repairs.
    skipped: BTreeSet<Seq>,
}

impl Walker {
    /// A walk that has been told nothing yet, and names blocks by their number.
    #[must_use]
    pub const fn new(me: SourceId, geometry: Geometry) -> Self {
        Self::identifying(me, geometry, Identify::Number)
    }

    /// The same, with blocks named as the client's `Open` asks.
    #[must_use]
    pub const fn identifying(me: SourceId, geometry: Geometry, identify: Identify) -> Self {
        Self {
            me,
            geometry,
            identify,
            slots_of: (0, 0),
            generation: 0,
            last_epoch: 0,
            epochs: VecDeque::new(),
            cursor: 1,
            lease: 0,
            repairs: Repairs::new(),
            skipped: BTreeSet::new(),
        }
    }

    /// The generation in force; 0 before the first epoch.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// Takes an `Epoch`, `Lease`, `Repair` or `Cancel` frame; others are ignored. Frames of an older
    /// generation are ignored too. The answer, where there is one, goes back to the client.
    ///
    /// # Errors
    /// [`WalkError`]: the connection is to be closed with its code.
    pub fn handle(&mut self, frame: &Frame) -> Result<Option<Frame>, WalkError> {
        match frame {
            Frame::Epoch { generation, epoch, from, lease, acknowledge, schedule }
                if *generation >= self.generation =>
            {
                if *generation > self.generation {
                    self.restart(*generation, *from);
                }
                let next_unsent = self.add_epoch(*epoch, *from, schedule)?;
                self.extend(*lease)?;
                Ok(acknowledge.then(|| Frame::EpochAck {
                    generation: self.generation,
                    epoch: *epoch,
                    applied_from: next_unsent.max(*from),
                    next_unsent,
                }))
            }
            Frame::Lease { generation, lease } if *generation >= self.generation => {
                self.known(*generation)?;
                self.extend(*lease)?;
                Ok(None)
            }
            Frame::Repair { generation, blocks } if *generation >= self.generation => {
                self.known(*generation)?;
                self.check(blocks)?;
                if self.repairs.len() + blocks.len() > MAX_REPAIRS_WAITING {
                    return Err(WalkError::TooMany("repairs"));
                }
                self.repairs.order(blocks);
                // The walk must not come to them again.
                self.skip(blocks)?;
                Ok(None)
            }
            Frame::Cancel { generation, blocks } if *generation >= self.generation => {
                self.known(*generation)?;
                self.check(blocks)?;
                self.repairs.cancel(blocks);
                self.skip(blocks)?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// The next block to send, or nothing until a frame changes that.
    pub fn next_order(&mut self) -> Option<Order> {
        if let Some(seq) = self.repairs.next() {
            let label = match self.identify {
                Identify::Offset => Label::Offset(self.geometry.range(seq).start),
                Identify::Number | Identify::Slot => Label::Number,
            };
            return Some(Order { generation: self.generation, epoch: 0, seq, label });
        }
        loop {
            self.forget_past_epochs();
            let epoch = self.epochs.front()?;
            let next_from = self.epochs.get(1).map(|next| next.from);
            // A pattern that ends is not walked past before another follows it.
            let end = next_from.map_or_else(|| epoch.schedule.last(epoch.from), |next| Some(next - 1));
            let until = end.unwrap_or(Seq::MAX).min(self.lease);
            if self.cursor > until {
                return None;
            }
            match epoch.schedule.next_own(epoch.from, self.cursor, self.me).filter(|own| *own <= until) {
                Some(seq) => {
                    let number = epoch.number;
                    self.cursor = seq + 1;
                    let skipped = self.skipped.remove(&seq);
                    // A slot is counted whether or not anything is sent in it.
                    if !skipped || self.identify == Identify::Slot {
                        return Some(self.own(number, seq, skipped));
                    }
                }
                None => self.cursor = until + 1,
            }
        }
    }

    fn own(&mut self, epoch: u32, seq: Seq, empty: bool) -> Order {
        let generation = self.generation;
        let label = match self.identify {
            Identify::Number => Label::Number,
            Identify::Offset => Label::Offset(self.geometry.range(seq).start),
            Identify::Slot => {
                let before = std::mem::replace(&mut self.slots_of, (generation, epoch));
                Label::Slot { opens: before != (generation, epoch), empty }
            }
        };
        Order { generation, epoch, seq, label }
    }

    /// The walk passes over these blocks, where they are leased and still ahead of it. One past the
    /// lease may yet be given to this server by an epoch to come, and then it counts.
    fn skip(&mut self, blocks: &[Seq]) -> Result<(), WalkError> {
        let ahead = self.cursor..=self.lease;
        self.skipped.extend(blocks.iter().filter(|seq| ahead.contains(seq)));
        if self.skipped.len() > MAX_SKIPS_KEPT {
            return Err(WalkError::TooMany("blocks to skip"));
        }
        Ok(())
    }

    fn restart(&mut self, generation: u32, from: Seq) {
        self.generation = generation;
        self.last_epoch = 0;
        self.epochs.clear();
        self.cursor = from;
        self.lease = from.saturating_sub(1);
        self.repairs.clear();
        self.skipped.clear();
    }

    /// Adds an epoch and returns the first number not walked past before it came.
    fn add_epoch(&mut self, number: u32, from: Seq, schedule: &Schedule) -> Result<Seq, WalkError> {
        if number <= self.last_epoch {
            return Err(WalkError::EpochOrder { last: self.last_epoch, got: number });
        }
        if from > self.geometry.blocks() {
            return Err(WalkError::PastEnd(from));
        }
        if self.epochs.back().is_some_and(|last| from < last.from) {
            return Err(WalkError::EpochStart { epoch: number, from });
        }
        let elements =
            |schedule: &Schedule| schedule.pattern().len() * usize::from(schedule.pattern().copies());
        let ahead: usize = self.epochs.iter().map(|epoch| elements(&epoch.schedule)).sum();
        if ahead + elements(schedule) > MAX_ELEMENTS_AHEAD {
            return Err(WalkError::TooMany("elements of epochs"));
        }
        if self.epochs.len() >= MAX_EPOCHS_AHEAD {
            return Err(WalkError::TooMany("epochs"));
        }
        if self.epochs.back().is_some_and(|last| last.from == from) {
            self.epochs.pop_back();
        }
        self.last_epoch = number;
        self.epochs.push_back(Epoch { number, from, schedule: schedule.clone() });
        Ok(self.cursor)
    }

    fn extend(&mut self, lease: Seq) -> Result<(), WalkError> {
        if lease > self.geometry.blocks() {
            return Err(WalkError::PastEnd(lease));
        }
        self.lease = self.lease.max(lease);
        Ok(())
    }

    fn forget_past_epochs(&mut self) {
        while self.epochs.get(1).is_some_and(|next| next.from <= self.cursor) {
            self.epochs.pop_front();
        }
        while self.skipped.first().is_some_and(|seq| *seq < self.cursor) {
            self.skipped.pop_first();
        }
    }

    const fn known(&self, generation: u32) -> Result<(), WalkError> {
        if generation == self.generation && generation > 0 {
            Ok(())
        } else {
            Err(WalkError::UnknownGeneration(generation))
        }
    }

    fn check(&self, blocks: &[Seq]) -> Result<(), WalkError> {
        match blocks.iter().find(|seq| !self.geometry.contains(**seq)) {
            Some(beyond) => Err(WalkError::PastEnd(*beyond)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    fn walker(letter: u8) -> Walker {
        Walker::new(SourceId::new(letter).unwrap(), Geometry::new(1000, 10).unwrap())
    }

    fn epoch(generation: u32, number: u32, from: Seq, lease: Seq, pattern: &str) -> Frame {
        let schedule = pattern.parse::<Pattern>().unwrap().into();
        Frame::Epoch { generation, epoch: number, from, lease, acknowledge: true, schedule }
    }

    fn walk(walker: &mut Walker) -> Vec<Seq> {
        std::iter::from_fn(|| walker.next_order()).map(|order| order.seq).collect()
    }

    #[test]
    fn three_servers_send_every_block_once_across_a_cut_over() {
        let mut sent: Vec<Seq> = Vec::new();
        for me in 0..3 {
            let mut walker = walker(me);
            walker.handle(&epoch(1, 1, 1, 20, "AABCC")).unwrap();
            sent.extend(walk(&mut walker));
            walker.handle(&epoch(1, 2, 21, 47, "ABBCC")).unwrap();
            walker.handle(&Frame::Lease { generation: 1, lease: 50 }).unwrap();
            sent.extend(walk(&mut walker));
            assert_eq!(walker.next_order(), None, "nobody walks past the lease");
        }
        sent.sort_unstable();
        assert_eq!(sent, (1..=50).collect::<Vec<_>>());
    }

    #[test]
    fn a_late_epoch_is_acknowledged_with_what_was_walked_past() {
        let mut walker = walker(0);
        walker.handle(&epoch(1, 1, 1, 30, "AB")).unwrap();
        assert_eq!(walk(&mut walker).last(), Some(&29));
        let ack = walker.handle(&epoch(1, 2, 21, 40, "BA")).unwrap();
        assert_eq!(ack, Some(Frame::EpochAck { generation: 1, epoch: 2, applied_from: 31, next_unsent: 31 }));
        assert_eq!(walk(&mut walker), [32, 34, 36, 38, 40]);
    }

    #[test]
    fn a_pattern_that_ends_is_followed_by_nothing_until_another_epoch() {
        let mut walker = walker(0);
        let once = |number, from, lease| {
            let schedule = Schedule::new("AABBA".parse().unwrap(), 1, true).unwrap();
            Frame::Epoch { generation: 1, epoch: number, from, lease, acknowledge: true, schedule }
        };
        walker.handle(&once(1, 10, 40)).unwrap();
        assert_eq!(walk(&mut walker), [10, 11, 14]);
        walker.handle(&Frame::Lease { generation: 1, lease: 60 }).unwrap();
        assert_eq!(walk(&mut walker), Vec::<Seq>::new());
        // The next epoch leaves a gap: blocks 15 to 19 are nobody's.
        let ack = walker.handle(&once(2, 20, 60)).unwrap();
        assert_eq!(ack, Some(Frame::EpochAck { generation: 1, epoch: 2, applied_from: 20, next_unsent: 15 }));
        assert_eq!(walk(&mut walker), [20, 21, 24]);
        let ack = walker.handle(&epoch(1, 3, 22, 60, "A")).unwrap();
        assert_eq!(ack, Some(Frame::EpochAck { generation: 1, epoch: 3, applied_from: 25, next_unsent: 25 }));
    }

    #[test]
    fn groups_of_elements_are_walked_as_blocks() {
        let mut walker = walker(1);
        let schedule = Schedule::new("AABBBA".parse().unwrap(), 2, false).unwrap();
        let epoch =
            Frame::Epoch { generation: 1, epoch: 1, from: 5, lease: 13, acknowledge: false, schedule };
        assert_eq!(walker.handle(&epoch), Ok(None));
        assert_eq!(walk(&mut walker), [6, 7, 9, 10, 12, 13]);
    }

    #[test]
    fn a_new_generation_drops_all_that_was_ordered() {
        let mut walker = walker(0);
        walker.handle(&epoch(1, 1, 1, 90, "A")).unwrap();
        walker.handle(&Frame::Repair { generation: 1, blocks: vec![5] }).unwrap();
        walker.handle(&epoch(2, 1, 60, 61, "A")).unwrap();
        assert_eq!(walk(&mut walker), [60, 61]);
        assert_eq!(walker.handle(&Frame::Lease { generation: 1, lease: 99 }), Ok(None));
        assert_eq!(walk(&mut walker), Vec::<Seq>::new());
        walker.handle(&epoch(3, 1, 2, 3, "A")).unwrap();
        assert_eq!(walk(&mut walker), [2, 3]);
    }

    #[test]
    fn repairs_go_first_and_cancelled_blocks_not_at_all() {
        let mut walker = walker(0);
        walker.handle(&epoch(1, 1, 10, 16, "AB")).unwrap();
        walker.handle(&Frame::Cancel { generation: 1, blocks: vec![12] }).unwrap();
        walker.handle(&Frame::Repair { generation: 1, blocks: vec![3, 4, 11] }).unwrap();
        walker.handle(&Frame::Cancel { generation: 1, blocks: vec![4] }).unwrap();
        assert_eq!(walk(&mut walker), [3, 11, 10, 14, 16]);
    }

    #[test]
    fn a_repair_of_what_the_walk_would_come_to_is_sent_once() {
        let mut walker = walker(0);
        walker.handle(&epoch(1, 1, 10, 16, "AB")).unwrap();
        walker.handle(&Frame::Cancel { generation: 1, blocks: vec![14] }).unwrap();
        walker.handle(&Frame::Repair { generation: 1, blocks: vec![14, 12] }).unwrap();
        assert_eq!(walk(&mut walker), [14, 12, 10, 16]);
        walker.handle(&Frame::Repair { generation: 1, blocks: vec![20] }).unwrap();
        walker.handle(&epoch(1, 2, 17, 22, "A")).unwrap();
        assert_eq!(walk(&mut walker), [20, 17, 18, 19, 20, 21, 22], "an epoch after the repair counts");
    }

    #[test]
    fn offsets_and_slots_stand_for_numbers() {
        let me = SourceId::new(0).unwrap();
        let geometry = Geometry::new(1000, 10).unwrap();
        let labels = |identify| {
            let mut walker = Walker::identifying(me, geometry, identify);
            walker.handle(&epoch(1, 1, 10, 15, "AB")).unwrap();
            walker.handle(&Frame::Cancel { generation: 1, blocks: vec![12] }).unwrap();
            walker.handle(&Frame::Repair { generation: 1, blocks: vec![3] }).unwrap();
            let mut labels = Vec::new();
            while let Some(order) = walker.next_order() {
                labels.push((order.seq, order.label));
            }
            walker.handle(&epoch(1, 2, 16, 17, "BA")).unwrap();
            labels.extend(walker.next_order().map(|order| (order.seq, order.label)));
            walker.handle(&epoch(2, 2, 16, 18, "A")).unwrap();
            while let Some(order) = walker.next_order() {
                labels.push((order.seq, order.label));
            }
            labels
        };
        let offset = |seq| (seq, Label::Offset((seq - 1) * 10));
        assert_eq!(labels(Identify::Offset), [3, 10, 14, 17, 16, 17, 18].map(offset));
        let slot = |seq, opens, empty| (seq, Label::Slot { opens, empty });
        assert_eq!(
            labels(Identify::Slot),
            [
                (3, Label::Number),
                slot(10, true, false),
                slot(12, false, true),
                slot(14, false, false),
                slot(17, true, false),
                slot(16, true, false),
                slot(17, false, false),
                slot(18, false, false),
            ]
        );
    }

    #[test]
    fn what_no_client_may_say_is_refused() {
        let mut walker = walker(0);
        let lease = Frame::Lease { generation: 1, lease: 5 };
        assert_eq!(walker.handle(&lease), Err(WalkError::UnknownGeneration(1)));
        walker.handle(&epoch(1, 4, 10, 12, "A")).unwrap();
        assert_eq!(walker.handle(&epoch(1, 4, 20, 22, "A")), Err(WalkError::EpochOrder { last: 4, got: 4 }));
        assert_eq!(walker.handle(&epoch(1, 5, 9, 22, "A")), Err(WalkError::EpochStart { epoch: 5, from: 9 }));
        assert_eq!(walker.handle(&epoch(1, 5, 20, 101, "A")), Err(WalkError::PastEnd(101)));
        let repair = Frame::Repair { generation: 1, blocks: vec![101] };
        assert_eq!(walker.handle(&repair), Err(WalkError::PastEnd(101)));
    }

    #[test]
    fn epochs_ahead_are_bounded() {
        let geometry = Geometry::new(1_000_000, 10).unwrap();
        let told = |pattern: &str| {
            let mut walker = Walker::new(SourceId::new(0).unwrap(), geometry);
            let refused = (1..5000).find_map(|number| {
                walker.handle(&epoch(1, number, u64::from(number), 0, pattern)).err().map(|e| (number, e))
            });
            refused.unwrap()
        };
        let long = vec!["A".repeat(1024); 64].join("|");
        assert_eq!(told(&long), (65, WalkError::TooMany("elements of epochs")));
        assert_eq!(told("A"), (4097, WalkError::TooMany("epochs")));
    }
}
