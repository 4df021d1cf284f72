//! Verified blocks in memory, and which of them go when there are too many.
//!
//! What goes first is what lies farthest from the main read head, counted so that a byte at the
//! bound behind is as far as a byte at the bound ahead. A block that the session was asked for is
//! never dropped: those in the main window are nearer than anything that can be over the bound, and
//! the windows of side reads are protected.

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;
use tributary_core::geometry::{Geometry, MAX_BLOCK_SIZE, Seq};
use tributary_core::session::Demand;
use tributary_core::verify::GROUP;

use crate::config::CacheLimits;
use crate::heads::{MAX_HEADS, SIDE_AHEAD_BYTES};
use crate::snapshot::Cell;

/// Bytes behind a side head that are kept with its window.
const SIDE_BACK_BYTES: u64 = 1 << 20;
/// Most bytes that side reads protect beyond the cache's bounds: for each a part behind, a window
/// ahead, and as much as rounding to whole blocks adds.
const MAX_SIDE_BYTES: u64 =
    (MAX_HEADS as u64 - 1) * (SIDE_BACK_BYTES + SIDE_AHEAD_BYTES + 2 * MAX_BLOCK_SIZE as u64);

/// What the cache keeps: near `main`, and `protected` at any distance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Focus {
    main: Seq,
    protected: Vec<Range<Seq>>,
    /// Most bytes that `protected` may add to the bounds.
    max_protected_bytes: u64,
}

impl Focus {
    /// What to keep while this is demanded of the session; `forward_only` where no reader ever goes
    /// back, and all windows together have a bound of their own.
    pub(crate) fn of(demand: &Demand, geometry: Geometry, forward_only: bool) -> Self {
        let (back, max_protected_bytes) = if forward_only {
            (0, u64::MAX)
        } else {
            (SIDE_BACK_BYTES / u64::from(geometry.block_size()), MAX_SIDE_BYTES)
        };
        let protect = |window: &Range<Seq>| window.start.saturating_sub(back)..window.end;
        let protected = demand.others.iter().map(protect).collect();
        Self { main: demand.main.start, protected, max_protected_bytes }
    }
}

/// The blocks of one stream that are here.
#[derive(Debug)]
pub(crate) struct Cache {
    geometry: Geometry,
    limits: CacheLimits,
    blocks: BTreeMap<Seq, Bytes>,
    /// Blocks without a gap: first of each run to one past its last.
    runs: BTreeMap<Seq, Seq>,
    bytes: u64,
    /// One [`Cell`] for each block.
    map: Vec<u8>,
    /// One bit for each block that is or was here.
    ever: Vec<u64>,
    ever_count: u64,
}

impl Cache {
    pub(crate) fn new(geometry: Geometry, limits: CacheLimits) -> Self {
        let blocks = geometry.blocks() as usize;
        Self {
            geometry,
            limits,
            blocks: BTreeMap::new(),
            runs: BTreeMap::new(),
            bytes: 0,
            map: vec![Cell::ABSENT; blocks],
            ever: vec![0; blocks.div_ceil(64)],
            ever_count: 0,
        }
    }

    pub(crate) const fn geometry(&self) -> Geometry {
        self.geometry
    }

    /// Takes a block; `from` is its [`Cell`]. One that is here already, or is none of this stream, changes nothing.
    pub(crate) fn insert(&mut self, seq: Seq, bytes: Bytes, from: u8) {
        let fits = self.geometry.contains(seq) && bytes.len() == self.geometry.len(seq) as usize;
        if !fits || self.blocks.contains_key(&seq) {
            return;
        }
        let place = (seq - 1) as usize;
        self.bytes += bytes.len() as u64;
        self.blocks.insert(seq, bytes);
        self.map[place] = from;
        let (word, bit) = (place / 64, 1 << (place % 64));
        if self.ever[word] & bit == 0 {
            self.ever[word] |= bit;
            self.ever_count += 1;
        }
        let before =
            self.runs.range(..seq).next_back().filter(|(_, end)| **end == seq).map(|(start, _)| *start);
        let end = self.runs.remove(&(seq + 1)).unwrap_or(seq + 1);
        self.runs.insert(before.unwrap_or(seq), end);
    }

    /// Drops blocks until the bounds hold; returns what was dropped.
    pub(crate) fn evict(&mut self, focus: &Focus) -> Vec<Range<Seq>> {
        let protected: u64 = focus.protected.iter().map(|range| range.end - range.start).sum();
        let protected = (protected * u64::from(self.geometry.block_size())).min(focus.max_protected_bytes);
        // A window that starts and ends inside a block is rounded up by one at each end; blocks that are
        // no whole groups are proved with their neighbours, which come too.
        let rounding = 2 * (u64::from(self.geometry.block_size()) + GROUP);
        let limit = self.limits.back_bytes + self.limits.ahead_bytes + protected + rounding;
        let mut dropped: Vec<Range<Seq>> = Vec::new();
        while self.bytes > limit {
            let Some(seq) = self.farthest(focus) else { break };
            self.remove(seq);
            match dropped.iter_mut().find(|range| range.end == seq || range.start == seq + 1) {
                Some(range) if range.end == seq => range.end += 1,
                Some(range) => range.start = seq,
                None => dropped.push(seq..seq + 1),
            }
        }
        dropped
    }

    /// Copies bytes from `offset` on, as far as they are here without a gap; returns how many.
    pub(crate) fn copy(&self, offset: u64, out: &mut [u8]) -> usize {
        let mut done = 0;
        while done < out.len() {
            let Some(bytes) = self.chunk(offset + done as u64) else { break };
            let len = bytes.len().min(out.len() - done);
            out[done..done + len].copy_from_slice(&bytes[..len]);
            done += len;
        }
        done
    }

    /// The rest of the block that holds the byte at `offset`, without copying it.
    pub(crate) fn chunk(&self, offset: u64) -> Option<Bytes> {
        let seq = self.geometry.seq_at(offset);
        let block = self.blocks.get(&seq)?;
        Some(block.slice((offset - self.geometry.range(seq).start) as usize..))
    }

    /// Bytes here from `offset` on without a gap.
    pub(crate) fn available(&self, offset: u64) -> u64 {
        let end = self.end_of_run(self.geometry.seq_at(offset));
        match end {
            Some(end) => self.geometry.range(end - 1).end - offset,
            None => 0,
        }
    }

    /// Bytes here right before `offset` without a gap.
    pub(crate) fn available_before(&self, offset: u64) -> u64 {
        let Some(last) = offset.checked_sub(1) else { return 0 };
        let seq = self.geometry.seq_at(last);
        match self.runs.range(..=seq).next_back() {
            Some((start, end)) if *end > seq => offset - self.geometry.range(*start).start,
            _ => 0,
        }
    }

    /// Whether all of these blocks are here; true for none.
    pub(crate) fn has_all(&self, blocks: &Range<Seq>) -> bool {
        blocks.is_empty() || self.end_of_run(blocks.start).is_some_and(|end| end >= blocks.end)
    }

    /// The first block from `seq` on that is not here.
    pub(crate) fn first_missing(&self, seq: Seq) -> Seq {
        self.end_of_run(seq).unwrap_or(seq)
    }

    /// Byte ranges that are here, in order.
    pub(crate) fn ranges(&self) -> Vec<(u64, u64)> {
        let byte_range = |(start, end): (&Seq, &Seq)| {
            (self.geometry.range(*start).start, self.geometry.range(end - 1).end)
        };
        self.runs.iter().map(byte_range).collect()
    }

    /// One [`Cell`] for each block; nothing is [`Cell::COMING`] yet.
    pub(crate) fn map(&self) -> &[u8] {
        &self.map
    }

    /// Blocks that are or were here.
    pub(crate) const fn ever_count(&self) -> u64 {
        self.ever_count
    }

    pub(crate) const fn limits(&self) -> CacheLimits {
        self.limits
    }

    fn end_of_run(&self, seq: Seq) -> Option<Seq> {
        self.runs.range(..=seq).next_back().map(|(_, end)| *end).filter(|end| *end > seq)
    }

    /// The unprotected block that is farthest from the main read head.
    fn farthest(&self, focus: &Focus) -> Option<Seq> {
        let low = self.outermost(focus, true)?;
        let high = self.outermost(focus, false)?;
        if self.distance(low, focus.main) >= self.distance(high, focus.main) { Some(low) } else { Some(high) }
    }

    /// The lowest or highest unprotected block.
    fn outermost(&self, focus: &Focus, lowest: bool) -> Option<Seq> {
        let mut bounds = 0..Seq::MAX;
        loop {
            let mut inside = self.blocks.range(bounds.clone());
            let (seq, _) = if lowest { inside.next() } else { inside.next_back() }?;
            match focus.protected.iter().find(|range| range.contains(seq)) {
                None => return Some(*seq),
                Some(range) if lowest => bounds.start = range.end,
                Some(range) => bounds.end = range.start,
            }
            if bounds.start >= bounds.end {
                return None;
            }
        }
    }

    fn distance(&self, seq: Seq, main: Seq) -> u128 {
        let (back, ahead) = (u128::from(self.limits.back_bytes), u128::from(self.limits.ahead_bytes));
        if seq >= main {
            u128::from(seq - main) * back.max(1)
        } else if back == 0 {
            u128::MAX
        } else {
            u128::from(main - seq) * ahead
        }
    }

    fn remove(&mut self, seq: Seq) {
        let Some(bytes) = self.blocks.remove(&seq) else { return };
        self.bytes -= bytes.len() as u64;
        self.map[(seq - 1) as usize] = Cell::ABSENT;
        let run = self.runs.range(..=seq).next_back().map(|(start, end)| (*start, *end));
        let (start, end) = run.expect("a block that is here belongs to a run");
        self.runs.remove(&start);
        if start < seq {
            self.runs.insert(start, seq);
        }
        if seq + 1 < end {
            self.runs.insert(seq + 1, end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: u32 = 1 << 20;

    /// 100 blocks of 1 MiB, the last one half; room for `back` and `ahead` of them.
    fn cache(back: u64, ahead: u64) -> Cache {
        let geometry = Geometry::new(u64::from(BLOCK) * 100 - u64::from(BLOCK) / 2, BLOCK).unwrap();
        let unit = u64::from(BLOCK);
        Cache::new(geometry, CacheLimits { back_bytes: back * unit, ahead_bytes: ahead * unit })
    }

    fn put(cache: &mut Cache, seqs: impl IntoIterator<Item = Seq>) {
        for seq in seqs {
            let bytes = vec![seq as u8; cache.geometry.len(seq) as usize];
            cache.insert(seq, bytes.into(), (seq % 3) as u8);
        }
    }

    #[test]
    fn bytes_come_out_across_blocks_and_stop_at_a_gap() {
        let mut cache = cache(10, 10);
        put(&mut cache, [3, 1, 2, 5, 100]);
        let unit = u64::from(BLOCK);
        let mut buf = vec![0; 3 * BLOCK as usize];
        assert_eq!(cache.copy(unit - 2, &mut buf), 2 * BLOCK as usize + 2);
        assert_eq!(buf[..3], [1, 1, 2]);
        assert_eq!(cache.available(unit - 2), 2 * unit + 2);
        assert_eq!(cache.available(3 * unit), 0);
        assert_eq!(cache.available_before(2 * unit + 5), 2 * unit + 5);
        assert_eq!(cache.available_before(4 * unit + 5), 5);
        assert_eq!(cache.available(99 * unit), unit / 2);
        assert_eq!(cache.available(cache.geometry.size()), 0);
        assert_eq!(cache.copy(cache.geometry.size(), &mut buf), 0);
        assert_eq!(cache.ranges(), [(0, 3 * unit), (4 * unit, 5 * unit), (99 * unit, 99 * unit + unit / 2)]);
        assert!(cache.has_all(&(1..4)) && !cache.has_all(&(1..5)) && cache.has_all(&(7..7)));
        assert_eq!(cache.first_missing(1), 4);
        assert_eq!((cache.map()[0], cache.map()[3], cache.ever_count()), (1, Cell::ABSENT, 5));
    }

    #[test]
    fn a_wrong_length_or_a_second_copy_changes_nothing() {
        let mut cache = cache(10, 10);
        cache.insert(1, Bytes::from_static(b"short"), 0);
        cache.insert(101, Bytes::from_static(b""), 0);
        assert_eq!(cache.ranges(), []);
        put(&mut cache, [1, 1]);
        assert_eq!(cache.bytes, u64::from(BLOCK));
    }

    #[test]
    fn drops_what_is_far_and_keeps_the_window_and_side_reads() {
        let mut cache = cache(4, 12);
        let focus = Focus { main: 50, protected: vec![1..3, 99..101], max_protected_bytes: MAX_SIDE_BYTES };
        put(&mut cache, [1, 2, 99, 100]);
        put(&mut cache, 20..=61);
        let dropped = cache.evict(&focus);
        assert!(cache.bytes <= ((16 + 4 + 2) << 20));
        assert!(cache.has_all(&(50..62)), "the window ahead stays");
        assert!(cache.has_all(&(46..50)), "the part behind stays");
        assert!(cache.has_all(&(1..3)) && cache.has_all(&(99..101)), "side reads stay");
        let kept = 42 + 3 + 1 - dropped.iter().map(|range| range.end - range.start).sum::<u64>();
        assert_eq!(kept, cache.blocks.len() as u64);
        assert_eq!(dropped.len(), 1, "what goes is one run at the far end: {dropped:?}");
        assert_eq!(dropped[0].start, 20);
    }

    #[test]
    fn nothing_behind_is_kept_at_the_cost_of_what_is_ahead() {
        let mut cache = cache(0, 10);
        put(&mut cache, 1..=30);
        cache.evict(&Focus { main: 21, ..Focus::default() });
        assert!(cache.has_all(&(21..31)));
    }

    #[test]
    fn never_drops_what_is_demanded_however_the_head_moves() {
        let mut cache = cache(6, 9);
        let (mut main, mut random) = (1_u64, 7_u64);
        for step in 0..400 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            main = if step % 40 == 39 { 1 + (random >> 33) % 90 } else { (main + 1).min(100) };
            let window = main..(main + 9).min(101);
            put(&mut cache, window.clone());
            let dropped = cache.evict(&Focus { main, ..Focus::default() });
            assert!(cache.has_all(&window), "at {main}");
            assert!(cache.bytes <= ((15 + 2) << 20));
            for seq in dropped.into_iter().flatten() {
                assert!(!cache.blocks.contains_key(&seq));
            }
        }
        let counted: usize = cache.runs.iter().map(|(start, end)| (end - start) as usize).sum();
        assert_eq!(counted, cache.blocks.len());
    }
}
