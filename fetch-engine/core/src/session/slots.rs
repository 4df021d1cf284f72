//! Blocks that carry no number: which one they are follows from their offset, or from the time slot
//! they came in.
//!
//! A connection's bytes are ordered, so a row of slots needs no numbers: the first slot of an epoch is
//! told once, and each one after it is for the connection's next own block of that epoch, whether it
//! holds the block or is empty.

use bytes::Bytes;

use super::Session;
use crate::geometry::Seq;
use crate::pattern::SourceId;
use crate::time::Time;

/// Where the slots of a connection stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SlotPlace {
    generation: u32,
    epoch: u32,
    /// The next slot is for the first own block at or after this.
    next: Seq,
}

impl Session {
    /// A block named by the offset of its first byte.
    pub(super) fn data_at(
        &mut self,
        now: Time,
        id: SourceId,
        generation: u32,
        epoch: u32,
        offset: u64,
        bytes: Bytes,
    ) {
        let seq = self.geometry.seq_at(offset);
        if self.geometry.range(seq).start == offset && self.geometry.contains(seq) {
            self.data(now, id, generation, epoch, seq, bytes);
        } else {
            let why = format!("it sent a block at byte {offset}, where none begins");
            self.drop_link(now, id, why, true);
        }
    }

    /// The slots that follow are those of this epoch.
    pub(super) fn slots(&mut self, now: Time, id: SourceId, generation: u32, epoch: u32, first: Seq) {
        let ahead = generation > self.walk.generation
            || (generation == self.walk.generation && epoch > self.walk.epoch);
        if ahead || !self.geometry.contains(first) {
            self.drop_link(now, id, "it sent time slots of an epoch that there is not".into(), true);
        } else if let Some(source) = self.sources.get_mut(&id) {
            source.slots = Some(SlotPlace { generation, epoch, next: first });
        }
    }

    /// The next slot of a connection.
    pub(super) fn slot(&mut self, now: Time, id: SourceId, bytes: Bytes) {
        let Some(source) = self.sources.get_mut(&id) else { return };
        let Some(place) = &mut source.slots else {
            self.drop_link(now, id, "it sent a time slot without saying of which epoch".into(), true);
            return;
        };
        let recent = &self.walk.recent;
        let current = place.generation == self.walk.generation;
        let known = recent.binary_search_by_key(&place.epoch, |(epoch, _, _)| *epoch);
        let Some((epoch, from, schedule)) = known.ok().filter(|_| current).map(|at| &recent[at]) else {
            // Of a generation that is past, or of an epoch so old that nobody owes anything of it.
            self.counters.wasted_bytes += bytes.len() as u64;
            return;
        };
        let own = schedule.next_own(*from, place.next, id).filter(|seq| self.geometry.contains(*seq));
        let Some(seq) = own else {
            self.drop_link(now, id, "it sent more time slots than it has blocks".into(), true);
            return;
        };
        place.next = seq + 1;
        let (generation, epoch) = (place.generation, *epoch);
        if !bytes.is_empty() {
            self.data(now, id, generation, epoch, seq, bytes);
        }
    }
}
