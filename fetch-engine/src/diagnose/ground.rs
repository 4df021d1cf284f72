//! The ground that a server is measured on: which blocks are asked for, and whether they are right.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tributary_core::geometry::{Geometry, Seq};
use tributary_core::held::Held;
use tributary_core::verify::{GROUP, LEAF_SPAN, PageId, Proof, Verdict};

/// Bytes of a block: one group of the hash tree, so that each block is checked by itself.
pub(super) const BLOCK_BYTES: u32 = GROUP as u32;
/// Blocks of which the pages of hashes begin together.
const ALIGN_BLOCKS: u64 = LEAF_SPAN / GROUP;

/// What is proved of a stream so far; all probes of the same stream share it.
pub(super) type SharedProof = Arc<Mutex<Proof>>;

/// Blocks that a server holds without a gap, and where among them a transfer begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ground {
    /// First block that is held.
    pub(super) first: Seq,
    /// Last one.
    pub(super) last: Seq,
    /// Where to begin.
    pub(super) start: Seq,
}

impl Ground {
    /// The longest run of blocks that is held, entered after `part` of it; nothing where no whole block is.
    pub(super) fn choose(geometry: Geometry, held: &Held, part: f64) -> Option<Self> {
        let size = geometry.size();
        let whole = 0..size;
        let ranges = if held.is_all() { std::slice::from_ref(&whole) } else { held.ranges() };
        let block = u64::from(geometry.block_size());
        let runs = ranges.iter().filter_map(|range| {
            let first = range.start.div_ceil(block) + 1;
            let last = if range.end >= size { geometry.blocks() } else { range.end / block };
            (first <= last).then_some((first, last))
        });
        let (first, last) = runs.max_by_key(|(first, last)| last - first)?;
        let ahead = ((last - first) as f64 * part) as u64;
        let aligned = (first + ahead - 1) / ALIGN_BLOCKS * ALIGN_BLOCKS + 1;
        Some(Self { first, last, start: aligned.clamp(first, last) })
    }
}

/// Blocks that came and are to be checked, with the pages that are to prove them.
#[derive(Debug)]
pub(super) struct Checks {
    geometry: Geometry,
    proof: SharedProof,
    /// Blocks whose page is not here yet: at most what was ordered.
    waiting: Vec<(Seq, Bytes)>,
    /// Pages whose parents are not here yet: at most what was asked for.
    pages: Vec<(PageId, Bytes)>,
    /// Blocks that were right.
    pub(super) right: u64,
    /// Blocks and pages that were not.
    pub(super) wrong: u64,
}

impl Checks {
    pub(super) const fn new(geometry: Geometry, proof: SharedProof) -> Self {
        Self { geometry, proof, waiting: Vec::new(), pages: Vec::new(), right: 0, wrong: 0 }
    }

    /// The pages that are missing to check the blocks from `from` to `last`.
    pub(super) fn missing(&self, from: Seq, last: Seq) -> Vec<PageId> {
        let proof = self.proof.lock().unwrap_or_else(PoisonError::into_inner);
        let size = self.geometry.size();
        if !matches!(*proof, Proof::Tree(_)) || size <= GROUP {
            return Vec::new();
        }
        let (start, end) = (self.geometry.range(from).start, self.geometry.range(last).end);
        let mut pages = Vec::new();
        for offset in (start / LEAF_SPAN * LEAF_SPAN..end).step_by(LEAF_SPAN as usize) {
            let mut page = Some(PageId::leaf_at(offset));
            while let Some(wanted) = page {
                if !proof.knows(wanted) && !pages.contains(&wanted) {
                    pages.push(wanted);
                }
                page = wanted.parent(size);
            }
        }
        // Those above come first: nothing can be said of the others without them.
        pages.sort();
        pages
    }

    /// A page came.
    pub(super) fn page(&mut self, page: PageId, values: Bytes) {
        self.pages.push((page, values));
        self.pages.sort_by_key(|(page, _)| *page);
        let proof = self.proof.clone();
        let mut proof = proof.lock().unwrap_or_else(PoisonError::into_inner);
        let pages = std::mem::take(&mut self.pages);
        for (page, values) in pages {
            use tributary_core::verify::BadPage;
            match proof.insert(page, &values) {
                Ok(()) => {}
                Err(BadPage::TooEarly(_)) => self.pages.push((page, values)),
                // A server with a part of the stream doesn't have every page, and says so.
                Err(_) if values.is_empty() => {}
                Err(_) => self.wrong += 1,
            }
        }
        for (seq, bytes) in std::mem::take(&mut self.waiting) {
            self.judge(&proof, seq, bytes);
        }
    }

    /// A block came.
    pub(super) fn block(&mut self, seq: Seq, bytes: Bytes) {
        let proof = self.proof.clone();
        let proof = proof.lock().unwrap_or_else(PoisonError::into_inner);
        self.judge(&proof, seq, bytes);
    }

    fn judge(&mut self, proof: &Proof, seq: Seq, bytes: Bytes) {
        if matches!(proof, Proof::Nothing) {
            self.waiting.push((seq, Bytes::new()));
            return;
        }
        match proof.check(self.geometry.range(seq).start, &bytes) {
            Verdict::Good => self.right += 1,
            Verdict::Wrong => self.wrong += 1,
            Verdict::Needs(_) => self.waiting.push((seq, bytes)),
        }
    }

    /// Blocks that can't be checked by what is known.
    pub(super) const fn unchecked(&self) -> u64 {
        self.waiting.len() as u64
    }

    /// Whether a page could still help.
    pub(super) fn awaits_pages(&self) -> bool {
        self.waiting.iter().any(|(_, bytes)| !bytes.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tributary_core::geometry::StreamId;
    use tributary_core::verify::{Level, build_page, group_value};

    #[test]
    fn the_ground_is_the_longest_run_that_is_held() {
        let geometry = Geometry::new(100 << 20, BLOCK_BYTES).unwrap();
        let ground = Ground::choose(geometry, &Held::all(), 0.25).unwrap();
        assert_eq!((ground.first, ground.last), (1, 6400));
        assert_eq!(ground.start, 1537, "at a MiB's beginning, near a quarter");
        let held = Held::new(100 << 20, vec![0..70_000, (1 << 20) + 1..9 << 20]).unwrap();
        let ground = Ground::choose(geometry, &held, 0.0).unwrap();
        assert_eq!((ground.first, ground.last, ground.start), (66, 576, 66));
        let crumbs = Held::new(100 << 20, std::iter::once(1..9000).collect()).unwrap();
        assert_eq!(Ground::choose(geometry, &crumbs, 0.5), None);
        let tiny = Geometry::new(10, BLOCK_BYTES).unwrap();
        let ground = Ground::choose(tiny, &Held::all(), 0.5).unwrap();
        assert_eq!((ground.first, ground.last, ground.start), (1, 1, 1));
    }

    /// A stream of `groups` groups with its root and the values of all groups.
    fn stream(groups: u64) -> (Vec<u8>, SharedProof, Vec<[u8; 32]>) {
        let bytes: Vec<u8> = (0..groups * GROUP).map(|at| (at % 251) as u8).collect();
        let root = StreamId(*blake3::hash(&bytes).as_bytes());
        let values = bytes.chunks(GROUP as usize).zip(0..);
        let values = values.map(|(group, at): (&[u8], u64)| group_value(at * GROUP, group)).collect();
        let size = bytes.len() as u64;
        (bytes, Arc::new(Mutex::new(Proof::tree(root, size))), values)
    }

    #[test]
    fn blocks_are_checked_once_their_pages_are_here_in_whatever_order() {
        let (bytes, proof, values) = stream(80);
        let geometry = Geometry::new(bytes.len() as u64, BLOCK_BYTES).unwrap();
        let mut checks = Checks::new(geometry, proof);
        let wanted = checks.missing(1, 80);
        let level = |page: &PageId| page.level;
        assert_eq!(wanted.iter().map(level).collect::<Vec<_>>(), [Level::Middle, Level::Leaf, Level::Leaf]);
        let block =
            |seq: u64| Bytes::copy_from_slice(&bytes[((seq - 1) * GROUP) as usize..(seq * GROUP) as usize]);
        let mut bent = block(2).to_vec();
        bent[5] ^= 1;
        checks.block(1, block(1));
        checks.block(2, bent.into());
        assert!(checks.awaits_pages() && checks.unchecked() == 2);
        for page in wanted.iter().rev() {
            checks.page(*page, build_page(&values, geometry.size(), *page).unwrap().into());
        }
        assert_eq!((checks.right, checks.wrong, checks.unchecked()), (1, 1, 0));
        assert!(checks.missing(1, 80).is_empty());
        checks.block(80, block(80));
        assert_eq!(checks.right, 2);
    }

    #[test]
    fn a_forged_page_counts_as_wrong_and_no_proof_as_unchecked() {
        let (bytes, proof, _) = stream(2);
        let geometry = Geometry::new(bytes.len() as u64, BLOCK_BYTES).unwrap();
        let mut checks = Checks::new(geometry, proof);
        let page = checks.missing(1, 1)[0];
        checks.page(page, Bytes::from(vec![7; 64]));
        assert_eq!(checks.wrong, 1);
        let mut unproved = Checks::new(geometry, Arc::new(Mutex::new(Proof::Nothing)));
        unproved.block(1, Bytes::from_static(b"anything"));
        assert!(unproved.missing(1, 2).is_empty() && unproved.unchecked() == 1 && !unproved.awaits_pages());
    }
}
