//! Blocks that can't be proved alone: the groups they touch, put together from pieces.
//!
//! A hash proves a group of 16 KiB. A block of whole groups is checked when it comes. Any other one is
//! cut at the groups' borders into pieces; a group is checked once a piece of each block that touches
//! it is here, and a block is released once all the groups it touches are proved.
//!
//! A group's block may be in the cache already, from a time when the whole group was here, and another
//! of its blocks not any more. The session does not keep what it has released, so the block's bytes are
//! fetched once more: it is *lent* back by the ledger until its group is proved.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};

use bytes::{Bytes, BytesMut};

use super::owners::Owners;
use crate::geometry::{Geometry, Seq};
use crate::pattern::SourceId;

/// A block's part of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) bytes: Bytes,
    pub(super) source: SourceId,
}

#[derive(Clone, Debug, Default)]
struct Group {
    pieces: BTreeMap<Seq, Piece>,
    /// All of its blocks were seen to: each is here, ordered, or about to be.
    opened: bool,
    /// Its pieces are the stream's. It is kept for those of blocks that wait for another group.
    proved: bool,
    /// It is whole, and not the stream's.
    wrong: bool,
}

/// Bytes of a block that contradict what is proved already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contradiction;

/// What became whole with a group.
#[derive(Clone, Debug, Default)]
pub(super) struct Released {
    /// Blocks that are proved, with their last sender.
    pub(super) blocks: Vec<(Seq, Bytes, SourceId)>,
    /// Lent blocks that are not needed any more.
    pub(super) returned: Vec<Seq>,
}

/// Groups that are being put together.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    geometry: Geometry,
    /// Bytes of a group: what is proved together.
    unit: u64,
    groups: BTreeMap<u64, Group>,
    /// Blocks that are here and not released.
    held: BTreeSet<Seq>,
    lent: BTreeSet<Seq>,
    bytes: u64,
}

impl Groups {
    pub(super) const fn new(geometry: Geometry, unit: u64) -> Self {
        Self {
            geometry,
            unit,
            groups: BTreeMap::new(),
            held: BTreeSet::new(),
            lent: BTreeSet::new(),
            bytes: 0,
        }
    }

    /// Whether blocks are proved group by group, because they are not whole groups themselves.
    pub(super) fn are_needed(&self) -> bool {
        !u64::from(self.geometry.block_size()).is_multiple_of(self.unit)
    }

    /// Bytes that are here and not released.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether the block is here and not released.
    pub(super) fn is_held(&self, seq: Seq) -> bool {
        self.held.contains(&seq)
    }

    /// The blocks that are here and not released.
    pub(super) fn held(&self) -> Vec<Seq> {
        self.held.iter().copied().collect()
    }

    /// How many blocks are here and not released.
    pub(super) fn held_blocks(&self) -> usize {
        self.held.len()
    }

    /// The groups that a block touches.
    pub(super) fn touched_by(&self, seq: Seq) -> RangeInclusive<u64> {
        let range = self.geometry.range(seq);
        range.start / self.unit..=range.end.saturating_sub(1) / self.unit
    }

    /// The blocks that touch a group.
    pub(super) fn blocks_of(&self, group: u64) -> RangeInclusive<Seq> {
        let range = self.range(group);
        self.geometry.seq_at(range.start)..=self.geometry.seq_at(range.end - 1)
    }

    /// The first block that has to be here to prove this one.
    pub(super) fn lead_in(&self, seq: Seq) -> Seq {
        if !self.are_needed() || !self.geometry.contains(seq) {
            return seq;
        }
        *self.blocks_of(*self.touched_by(seq).start()).start()
    }

    /// One past the last block that has to be here to prove those before `end`.
    pub(super) fn lead_out(&self, end: Seq) -> Seq {
        let last = end.saturating_sub(1);
        if !self.are_needed() || !self.geometry.contains(last) {
            return end;
        }
        self.blocks_of(*self.touched_by(last).end()).end() + 1
    }

    /// Bytes of the stream that a group is.
    pub(super) fn range(&self, group: u64) -> Range<u64> {
        let start = group * self.unit;
        start..(start + self.unit).min(self.geometry.size())
    }

    /// Place of a block's piece of a group, in the block.
    fn piece_in_block(&self, seq: Seq, group: u64) -> Range<usize> {
        let (block, group) = (self.geometry.range(seq), self.range(group));
        (block.start.max(group.start) - block.start) as usize
            ..(block.end.min(group.end) - block.start) as usize
    }

    /// Place of a block's piece of a group, in the group.
    pub(super) fn piece_in_group(&self, seq: Seq, group: u64) -> Range<usize> {
        let (block, group) = (self.geometry.range(seq), self.range(group));
        (block.start.max(group.start) - group.start) as usize
            ..(block.end.min(group.end) - group.start) as usize
    }

    /// Keeps a block until its groups are proved; `read`: a reader is to get it, and it is not only needed
    /// to prove another. Gives the groups that became whole by it, and whether anything of it is kept.
    ///
    /// # Errors
    /// Where it contradicts a piece of itself that is proved: nothing is kept of it then.
    pub(super) fn hold(
        &mut self,
        seq: Seq,
        bytes: &Bytes,
        source: SourceId,
        read: bool,
    ) -> Result<(Vec<u64>, bool), Contradiction> {
        for at in self.touched_by(seq) {
            let known = self.groups.get(&at).filter(|group| group.proved).and_then(|g| g.pieces.get(&seq));
            if known.is_some_and(|piece| piece.bytes != bytes[self.piece_in_block(seq, at)]) {
                return Err(Contradiction);
            }
        }
        let lent = self.lent.contains(&seq);
        let (mut whole, mut kept) = (Vec::new(), false);
        for at in self.touched_by(seq) {
            let part = self.piece_in_block(seq, at);
            let blocks = self.blocks_of(at);
            let known = self.groups.get(&at).is_some_and(|group| group.pieces.contains_key(&seq));
            let (opened, proved) = self.groups.get(&at).map_or((false, false), |g| (g.opened, g.proved));
            // Nobody waits for this piece: the group was proved without it, or is none of a lent block's.
            let useless = if lent { !opened || proved } else { proved && !read };
            kept |= known;
            if known || useless {
                continue;
            }
            let group = self.groups.entry(at).or_default();
            // A piece that was not there when the group was proved proves nothing by its company.
            group.opened &= !group.proved;
            group.proved = false;
            self.bytes += part.len() as u64;
            group.pieces.insert(seq, Piece { bytes: bytes.slice(part), source });
            kept = true;
            if group.pieces.len() as u64 == blocks.end() - blocks.start() + 1 {
                whole.push(at);
            }
        }
        if kept {
            self.held.insert(seq);
        }
        Ok((whole, kept))
    }

    /// Whether all is on its way that a held block waits for; for the simulator.
    pub(super) fn check_held(&self, seq: Seq) -> Result<(), String> {
        let waits = self.touched_by(seq).any(|at| {
            self.groups
                .get(&at)
                .is_some_and(|group| group.opened && !group.proved && group.pieces.contains_key(&seq))
        });
        let states: Vec<_> = self
            .touched_by(seq)
            .map(|at| {
                (
                    at,
                    self.groups.get(&at).map(|group| {
                        (
                            group.opened,
                            group.proved,
                            group.wrong,
                            group.pieces.contains_key(&seq),
                            group.pieces.len(),
                        )
                    }),
                )
            })
            .collect();
        if waits {
            Ok(())
        } else {
            Err(format!("block {seq} is held, and nothing is awaited for it: {states:?}"))
        }
    }

    /// A group's bytes, where it is whole and not proved.
    pub(super) fn assemble(&self, group: u64) -> Option<Bytes> {
        let blocks = self.blocks_of(group);
        let found = self.groups.get(&group).filter(|found| !found.proved)?;
        if found.pieces.len() as u64 != blocks.end() - blocks.start() + 1 {
            return None;
        }
        if let (1, Some(piece)) = (found.pieces.len(), found.pieces.values().next()) {
            return Some(piece.bytes.clone());
        }
        let mut bytes = BytesMut::with_capacity(self.unit as usize);
        found.pieces.values().for_each(|piece| bytes.extend_from_slice(&piece.bytes));
        Some(bytes.freeze())
    }

    /// Groups that are whole, and of which nothing is known yet.
    pub(super) fn whole(&self) -> Vec<u64> {
        let unknown = self.groups.iter().filter(|(_, group)| !group.proved && !group.wrong);
        unknown.map(|(at, _)| *at).filter(|at| self.assemble_len(*at)).collect()
    }

    fn assemble_len(&self, group: u64) -> bool {
        let blocks = self.blocks_of(group);
        self.groups
            .get(&group)
            .is_some_and(|found| found.pieces.len() as u64 == blocks.end() - blocks.start() + 1)
    }

    /// Who sent the pieces of a group.
    pub(super) fn contributors(&self, group: u64) -> Owners {
        let mut owners = Owners::default();
        let pieces = self.groups.get(&group).into_iter().flat_map(|group| group.pieces.values());
        pieces.for_each(|piece| owners.insert(piece.source));
        owners
    }

    /// Bytes of a group that are from `source`.
    pub(super) fn bytes_from(&self, group: u64, source: SourceId) -> u64 {
        let pieces = self.groups.get(&group).into_iter().flat_map(|group| group.pieces.values());
        pieces.filter(|piece| piece.source == source).map(|piece| piece.bytes.len() as u64).sum()
    }

    /// A group is the stream's; `bytes` are its bytes.
    pub(super) fn prove(&mut self, group: u64, bytes: &Bytes) -> Released {
        let places: Vec<(Seq, Range<usize>)> =
            self.blocks_of(group).map(|seq| (seq, self.piece_in_group(seq, group))).collect();
        let Some(found) = self.groups.get_mut(&group) else { return Released::default() };
        found.proved = true;
        found.wrong = false;
        // What waits on keeps no read buffer alive.
        for (seq, place) in &places {
            if let Some(piece) = found.pieces.get_mut(seq) {
                piece.bytes = bytes.slice(place.clone());
            }
        }
        let mut released = Released::default();
        for (seq, _) in places {
            if self.held.contains(&seq) && self.is_proved(seq) {
                let (bytes, source) = self.take_out(seq);
                if self.lent.remove(&seq) {
                    released.returned.push(seq);
                } else {
                    released.blocks.extend(source.map(|source| (seq, bytes, source)));
                }
            }
        }
        released
    }

    /// Whether all pieces of a block are here and proved; of a lent one, all that are here.
    fn is_proved(&self, seq: Seq) -> bool {
        let lent = self.lent.contains(&seq);
        self.touched_by(seq).all(|at| {
            let group = self.groups.get(&at).filter(|group| group.pieces.contains_key(&seq));
            group.map_or(lent, |group| group.proved)
        })
    }

    /// Takes all pieces of a block out.
    fn take_out(&mut self, seq: Seq) -> (Bytes, Option<SourceId>) {
        self.held.remove(&seq);
        let pieces: Vec<Piece> = self.touched_by(seq).filter_map(|at| self.remove_piece(at, seq)).collect();
        let source = pieces.last().map(|piece| piece.source);
        if let [piece] = &pieces[..] {
            return (piece.bytes.clone(), source);
        }
        let mut bytes = BytesMut::with_capacity(self.geometry.len(seq) as usize);
        pieces.iter().for_each(|piece| bytes.extend_from_slice(&piece.bytes));
        (bytes.freeze(), source)
    }

    fn remove_piece(&mut self, at: u64, seq: Seq) -> Option<Piece> {
        let group = self.groups.get_mut(&at)?;
        let piece = group.pieces.remove(&seq)?;
        self.bytes -= piece.bytes.len() as u64;
        group.wrong = false;
        if group.pieces.is_empty() && (group.proved || !group.opened) {
            self.groups.remove(&at);
        }
        Some(piece)
    }

    /// Forgets what `source` sent and is not proved; gives the blocks that are not here any more.
    pub(super) fn forget_source(&mut self, source: SourceId) -> Vec<Seq> {
        let mut unproved: Vec<(u64, Seq)> = Vec::new();
        for (at, group) in self.groups.iter().filter(|(_, group)| !group.proved) {
            let of_source = group.pieces.iter().filter(|(_, piece)| piece.source == source);
            unproved.extend(of_source.map(|(seq, _)| (*at, *seq)));
        }
        self.forget_pieces(unproved)
    }

    fn forget_pieces(&mut self, pieces: Vec<(u64, Seq)>) -> Vec<Seq> {
        let mut gone = Vec::new();
        for (at, seq) in pieces {
            self.remove_piece(at, seq);
            self.held.remove(&seq);
            gone.push(seq);
        }
        gone
    }

    /// A group is whole, and not the stream's.
    pub(super) fn mark_wrong(&mut self, group: u64) {
        if let Some(group) = self.groups.get_mut(&group) {
            group.wrong = true;
        }
    }

    /// The first group that is whole, and not the stream's.
    pub(super) fn first_wrong(&self) -> Option<u64> {
        self.groups.iter().find(|(_, group)| group.wrong).map(|(at, _)| *at)
    }

    /// Keeps of a group only what `source` sent, of it and of `set_aside`; the pieces of others are put
    /// there. Gives the blocks that are not here any more.
    pub(super) fn leave_only(
        &mut self,
        group: u64,
        source: SourceId,
        set_aside: &mut Vec<(Seq, Piece)>,
    ) -> Vec<Seq> {
        let Some(found) = self.groups.get_mut(&group) else { return Vec::new() };
        found.opened = true;
        found.wrong = false;
        let others: Vec<Seq> =
            found.pieces.iter().filter(|(_, piece)| piece.source != source).map(|(seq, _)| *seq).collect();
        let mut gone = Vec::new();
        for seq in others {
            if let Some(piece) = self.remove_piece(group, seq) {
                // A copy: a slice would keep all that came with it.
                set_aside.push((seq, Piece { bytes: Bytes::copy_from_slice(&piece.bytes), ..piece }));
            }
            self.held.remove(&seq);
            gone.push(seq);
        }
        for (seq, piece) in set_aside.extract_if(.., |(_, piece)| piece.source == source) {
            let Some(found) = self.groups.get_mut(&group) else { continue };
            self.bytes += piece.bytes.len() as u64;
            found.pieces.insert(seq, piece);
            let here = |at: u64| self.groups.get(&at).is_some_and(|group| group.pieces.contains_key(&seq));
            if self.touched_by(seq).all(here) {
                self.held.insert(seq);
                gone.retain(|other| *other != seq);
            } else {
                gone.push(seq);
            }
        }
        gone
    }

    /// The proved or whole bytes of a block's piece of a group.
    pub(super) fn piece(&self, group: u64, seq: Seq) -> Option<&Piece> {
        self.groups.get(&group)?.pieces.get(&seq)
    }

    /// Sees to a group, where nobody has yet: whether that is so. `wanted` is the block for whose sake.
    pub(super) fn open(&mut self, group: u64, wanted: Seq) -> bool {
        let group = self.groups.entry(group).or_default();
        if group.proved && !group.pieces.contains_key(&wanted) {
            // It was proved before, and this block dropped since: all of it is needed again.
            group.proved = false;
            group.opened = false;
        }
        !group.proved && !std::mem::replace(&mut group.opened, true)
    }

    /// Groups that were seen to and are not proved.
    pub(super) fn open_groups(&self) -> Vec<u64> {
        self.groups.iter().filter(|(_, group)| group.opened && !group.proved).map(|(at, _)| *at).collect()
    }

    /// Whether a block's piece is still needed for some group.
    pub(super) fn needs(&self, seq: Seq) -> bool {
        let groups = self.touched_by(seq).filter_map(|at| self.groups.get(&at));
        groups.into_iter().any(|group| group.opened && !group.proved && !group.pieces.contains_key(&seq))
    }

    /// A block that the cache has is needed again for its group's sake.
    pub(super) fn lend(&mut self, seq: Seq) {
        self.lent.insert(seq);
    }

    /// Whether the cache has this block, though it is needed for its group's sake.
    pub(super) fn is_lent(&self, seq: Seq) -> bool {
        self.lent.contains(&seq)
    }

    /// A lent block is not in the cache any more: it is a missing one like others. Gives those.
    pub(super) fn lose_lent(&mut self, blocks: Range<Seq>) -> Vec<Seq> {
        let lost: Vec<Seq> = self.lent.range(blocks).copied().collect();
        for seq in &lost {
            self.lent.remove(seq);
            self.take_out(*seq);
        }
        lost
    }

    /// Forgets what is here of a block.
    pub(super) fn let_go(&mut self, seq: Seq) {
        self.take_out(seq);
    }

    /// A lent block came after all groups that needed it were seen to otherwise.
    pub(super) fn return_lent(&mut self, seq: Seq) {
        self.lent.remove(&seq);
        self.held.remove(&seq);
    }

    /// Groups that are kept.
    pub(super) fn all(&self) -> Vec<u64> {
        self.groups.keys().copied().collect()
    }

    /// Forgets a group; gives the lent blocks that are of no use any more.
    pub(super) fn forget(&mut self, group: u64) -> Vec<Seq> {
        let Some(found) = self.groups.get_mut(&group) else { return Vec::new() };
        found.opened = false;
        let pieces: Vec<(u64, Seq)> = found.pieces.keys().map(|seq| (group, *seq)).collect();
        self.forget_pieces(pieces);
        self.groups.remove(&group);
        let useless =
            |seq: &Seq| !self.touched_by(*seq).any(|at| self.groups.get(&at).is_some_and(|g| g.opened));
        let returned: Vec<Seq> =
            self.blocks_of(group).filter(|seq| self.lent.contains(seq)).filter(useless).collect();
        for seq in &returned {
            self.lent.remove(seq);
            self.take_out(*seq);
        }
        returned
    }
}

#[cfg(test)]
mod tests;
