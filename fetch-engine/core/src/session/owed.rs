//! The blocks that a source owes, and the copies among them that came from another first.

use std::collections::BTreeSet;

use super::work::look;
use crate::geometry::Seq;

/// What one source owes in this generation.
#[derive(Clone, Debug, Default)]
pub(super) struct Owed {
    blocks: BTreeSet<Seq>,
    bytes: u64,
    /// Blocks of those, or cancelled since, of which another's copy came first: redundancy had asked for
    /// both.
    surplus: BTreeSet<Seq>,
    /// Bytes of a block that is on its way, counted before the frame is whole.
    partial_bytes: u64,
}

impl Owed {
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    pub(super) const fn blocks(&self) -> &BTreeSet<Seq> {
        &self.blocks
    }

    /// The blocks in order.
    pub(super) fn in_order(&self) -> impl DoubleEndedIterator<Item = Seq> {
        self.blocks.iter().copied().inspect(|_| look())
    }

    /// Those before `seq`.
    pub(super) fn before(&self, seq: Seq) -> impl Iterator<Item = Seq> {
        self.blocks.range(..seq).copied().inspect(|_| look())
    }

    /// Bytes ordered and not here, those of a half-received block taken off.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes.saturating_sub(self.partial_bytes)
    }

    /// One block of `bytes` more.
    pub(super) fn add(&mut self, seq: Seq, bytes: u64) {
        self.surplus.remove(&seq);
        if self.blocks.insert(seq) {
            self.bytes += bytes;
        }
    }

    /// A block is not awaited any more; whether it was.
    pub(super) fn remove(&mut self, seq: Seq, bytes: u64) -> bool {
        let owed = self.blocks.remove(&seq);
        if owed {
            self.bytes -= bytes;
        }
        owed
    }

    /// Nothing is awaited any more; returns what was.
    pub(super) fn remove_all(&mut self) -> BTreeSet<Seq> {
        self.surplus.clear();
        self.bytes = 0;
        std::mem::take(&mut self.blocks)
    }

    /// Bytes came that are of a block or not: [`Self::frame_done`] tells.
    pub(super) const fn received(&mut self, bytes: u64) {
        self.partial_bytes += bytes;
    }

    /// A frame of `bytes` is whole.
    pub(super) const fn frame_done(&mut self, bytes: u64) {
        self.partial_bytes = self.partial_bytes.saturating_sub(bytes);
    }

    /// The connection is another one: what was half received is not.
    pub(super) const fn begin(&mut self) {
        self.partial_bytes = 0;
    }

    /// Another's copy of a block that it owes came first.
    pub(super) fn copy_is_surplus(&mut self, seq: Seq) {
        self.surplus.insert(seq);
    }

    /// Whether another's copy of this block came first.
    pub(super) fn is_surplus(&self, seq: Seq) -> bool {
        self.surplus.contains(&seq)
    }

    /// The copy that came second is here: whether redundancy had asked for it.
    pub(super) fn surplus_came(&mut self, seq: Seq) -> bool {
        self.surplus.remove(&seq)
    }

    /// `seq` came by a pattern: it walks in order, so what it passed by was cancelled in time, and won't come.
    pub(super) fn walked_to(&mut self, seq: Seq) {
        if self.surplus.first().is_none_or(|first| *first >= seq) {
            return;
        }
        let passed: Vec<Seq> = self.surplus.range(..seq).copied().collect();
        for seq in passed.into_iter().filter(|seq| !self.blocks.contains(seq)) {
            self.surplus.remove(&seq);
        }
    }

    /// The copy that came first was none: whether one is owed, which is needed after all.
    pub(super) fn copy_is_needed(&mut self, seq: Seq) -> bool {
        self.blocks.contains(&seq) && self.surplus.remove(&seq)
    }

    /// Copies that are still owed of blocks that came from another first.
    pub(super) fn owed_surplus(&self) -> impl Iterator<Item = Seq> {
        self.surplus.intersection(&self.blocks).copied()
    }
}
