//! Who owes which block, and which blocks are here.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::owners::Owners;
use super::presence::Presence;
use super::work::look;
use crate::geometry::{Geometry, Seq};
use crate::pattern::SourceId;
use crate::time::Time;

/// A block that was ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Debt {
    /// Who owes it: several where redundancy was asked for, or where it is hedged.
    pub(super) owners: Owners,
    pub(super) since: Time,
    /// When it should be here, as it looked when it was ordered.
    pub(super) due: Time,
    /// Ordered by name rather than by the pattern.
    pub(super) named: bool,
    /// Ordered in place of another, who owed it before.
    pub(super) repair: bool,
    /// One of the owners is there to be in time where the others may not be.
    pub(super) hedged: bool,
    /// A new pattern gave it to others; which of the owners sends it is not known yet.
    pub(super) handed_over: bool,
}

/// Who owes which block, and which blocks are here. A block is in at most one of: present, owed,
/// orphaned.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    geometry: Geometry,
    present: Presence,
    owed: BTreeMap<Seq, Debt>,
    /// How many of them were ordered by the pattern rather than by name.
    owed_by_pattern: usize,
    /// Bytes of the blocks that are owed, each counted once.
    owed_bytes: u64,
    /// Leased blocks that nobody living owes: to be ordered by name.
    orphans: BTreeSet<Seq>,
}

impl Ledger {
    pub(super) fn new(geometry: Geometry) -> Self {
        Self {
            geometry,
            present: Presence::new(geometry.blocks()),
            owed: BTreeMap::new(),
            owed_by_pattern: 0,
            owed_bytes: 0,
            orphans: BTreeSet::new(),
        }
    }

    pub(super) fn is_present(&self, seq: Seq) -> bool {
        self.present.contains(seq)
    }

    pub(super) fn debt(&self, seq: Seq) -> Option<Debt> {
        look();
        self.owed.get(&seq).copied()
    }

    /// Whether somebody must still be asked for the block.
    pub(super) fn is_unasked(&self, seq: Seq) -> bool {
        look();
        !self.present.contains(seq) && !self.owed.contains_key(&seq)
    }

    pub(super) fn owe(&mut self, seq: Seq, debt: Debt) {
        debug_assert!(self.is_unasked(seq), "block {seq} is here or owed already");
        self.orphans.remove(&seq);
        let before = self.owed.insert(seq, debt);
        self.owed_by_pattern += usize::from(!debt.named);
        match before {
            Some(before) => self.owed_by_pattern -= usize::from(!before.named),
            None => self.owed_bytes += u64::from(self.geometry.len(seq)),
        }
    }

    /// One more copy of the block is owed, by another.
    pub(super) fn owe_copy(&mut self, seq: Seq, by: SourceId) {
        if let Some(debt) = self.owed.get_mut(&seq) {
            debt.owners.insert(by);
        }
    }

    /// Bytes of the blocks that are owed, each counted once.
    pub(super) const fn owed_bytes(&self) -> u64 {
        self.owed_bytes
    }

    pub(super) fn hedge(&mut self, seq: Seq, by: SourceId) {
        if let Some(debt) = self.owed.get_mut(&seq) {
            debt.owners.insert(by);
            debt.hedged = true;
        }
    }

    /// A new pattern has added owners. Those before may have sent the block all the same.
    pub(super) fn hand_over(&mut self, seq: Seq) {
        if let Some(debt) = self.owed.get_mut(&seq) {
            debt.handed_over = true;
        }
    }

    /// The block is owed in place of another.
    pub(super) fn mark_repair(&mut self, seq: Seq) {
        if let Some(debt) = self.owed.get_mut(&seq) {
            debt.repair = true;
        }
    }

    pub(super) fn settle(&mut self, seq: Seq) -> Option<Debt> {
        self.orphans.remove(&seq);
        let debt = self.owed.remove(&seq)?;
        self.owed_bytes -= u64::from(self.geometry.len(seq));
        self.owed_by_pattern -= usize::from(!debt.named);
        Some(debt)
    }

    pub(super) fn mark_present(&mut self, seq: Seq) {
        debug_assert!(!self.owed.contains_key(&seq));
        self.orphans.remove(&seq);
        self.present.insert(seq);
    }

    /// A block that the cache has is needed again.
    pub(super) fn take_back(&mut self, seq: Seq) {
        self.present.remove(seq);
    }

    pub(super) fn evict(&mut self, blocks: Range<Seq>) {
        for seq in blocks {
            self.present.remove(seq);
        }
    }

    /// Takes `source` out of the debt of a block. Nobody else owes it then: it is an orphan.
    pub(super) fn forgive(&mut self, seq: Seq, source: SourceId) {
        let Some(debt) = self.owed.get_mut(&seq).filter(|debt| debt.owners.contains(source)) else { return };
        debt.owners.remove(source);
        if debt.owners.is_empty() {
            self.settle(seq);
            self.orphans.insert(seq);
        } else if debt.owners.len() == 1 {
            debt.hedged = false;
            debt.handed_over = false;
        }
    }

    pub(super) fn orphan(&mut self, seq: Seq) {
        debug_assert!(self.is_unasked(seq));
        self.orphans.insert(seq);
    }

    pub(super) const fn orphans(&self) -> &BTreeSet<Seq> {
        &self.orphans
    }

    pub(super) fn forget_orphan(&mut self, seq: Seq) {
        self.orphans.remove(&seq);
    }

    /// How many blocks are owed.
    pub(super) fn owed_blocks(&self) -> usize {
        self.owed.len()
    }

    /// How many of them were ordered by the pattern rather than by name.
    pub(super) const fn owed_by_pattern(&self) -> usize {
        self.owed_by_pattern
    }

    /// The blocks that are owed, in order: all of them, so not for every event.
    pub(super) fn owed(&self) -> impl Iterator<Item = (Seq, &Debt)> {
        self.owed_in(0..Seq::MAX)
    }

    /// Those of a range.
    pub(super) fn owed_in(&self, range: Range<Seq>) -> impl Iterator<Item = (Seq, &Debt)> {
        let range = range.start..range.end.max(range.start);
        self.owed.range(range).inspect(|_| look()).map(|(seq, debt)| (*seq, debt))
    }

    /// Forgets everything that was ordered; what is present stays.
    pub(super) fn restart(&mut self) {
        self.owed.clear();
        self.owed_by_pattern = 0;
        self.owed_bytes = 0;
        self.orphans.clear();
    }

    /// The first block of `range` that is not here; its end where all are.
    pub(super) fn first_absent(&self, range: Range<Seq>) -> Seq {
        self.present.first_absent(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(index: u8) -> SourceId {
        SourceId::new(index).unwrap()
    }

    fn debt(index: u8) -> Debt {
        let owners = Owners::one(source(index));
        let (since, due) = (Time::ZERO, Time::ZERO);
        Debt { owners, since, due, named: false, repair: false, hedged: false, handed_over: false }
    }

    #[test]
    fn a_block_nobody_owes_any_more_is_an_orphan() {
        let mut ledger = Ledger::new(Geometry::new(2000, 10).unwrap());
        ledger.owe(7, debt(0));
        ledger.hedge(7, source(1));
        ledger.forgive(7, source(0));
        assert_eq!(ledger.debt(7), Some(debt(1)));
        assert_eq!(ledger.owed_bytes(), 10, "two copies are one block");
        ledger.forgive(7, source(2));
        assert!(ledger.orphans().is_empty());
        ledger.forgive(7, source(1));
        assert!(ledger.orphans().contains(&7) && ledger.is_unasked(7));
        ledger.owe(7, debt(2));
        assert!(ledger.orphans().is_empty());
        assert_eq!(ledger.settle(7), Some(debt(2)));
        assert_eq!(ledger.owed_bytes(), 0);
        ledger.mark_present(7);
        assert!(!ledger.is_unasked(7));
    }
}
