//! Proof that a block is the stream's: pages of BLAKE3 chaining values.
//!
//! A stream's name is the BLAKE3 hash of its bytes, the root of a tree. A page lists the chaining
//! values of the subtrees that make up one larger subtree:
//!
//! | level | page `i` covers | each value covers | most values |
//! |---|---|---|---|
//! | [`Level::Top`] | the whole stream (`i` is 0) | 16 MiB | 131,072 (2 TiB) |
//! | [`Level::Middle`] | 16 MiB number `i` | 1 MiB | 16 |
//! | [`Level::Leaf`] | 1 MiB number `i` | one group of 16 KiB | 64 |
//!
//! A page is believed once it folds to a value that is believed already: the root, or its value in
//! the page above. So pages may come from anybody. Levels that a stream is too small for are left
//! out, and a stream of at most one group has no page: its plain hash is the root.
//!
//! Where no root is known, a list of SHA-256 hashes of pieces may do ([`PieceHashes`]); [`Proof`] is
//! whichever there is.

mod fold;
mod pieces;
mod proof;
mod tree;

pub use fold::{build_page, fold_groups, group_value, page_groups, root_of};
pub use pieces::{MAX_PIECE, PieceHashes};
pub use proof::Proof;
pub use tree::{BadPage, HashTree, Verdict};

/// Bytes of a chunk group: the unit of verification.
pub const GROUP: u64 = 16 << 10;
/// Bytes that a leaf page covers.
pub const LEAF_SPAN: u64 = 1 << 20;
/// Bytes that a middle page covers.
pub const MIDDLE_SPAN: u64 = 16 << 20;
/// Bytes of one chaining value.
pub const VALUE_LEN: usize = 32;
/// Largest stream whose top page fits a frame: 2 TiB.
pub const MAX_STREAM: u64 = (super::wire::MAX_BODY as u64 - 64) / VALUE_LEN as u64 * MIDDLE_SPAN;

/// A chaining value.
pub type Value = [u8; VALUE_LEN];

/// Which list of values a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Values of 16 MiB each, for the whole stream.
    Top = 0,
    /// Values of 1 MiB each.
    Middle = 1,
    /// Values of one group each.
    Leaf = 2,
}

impl Level {
    /// Reads the byte on the wire.
    #[must_use]
    pub const fn from_u8(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Top),
            1 => Some(Self::Middle),
            2 => Some(Self::Leaf),
            _ => None,
        }
    }

    /// Bytes that one value of such a page covers.
    #[must_use]
    pub const fn unit(self) -> u64 {
        match self {
            Self::Top => MIDDLE_SPAN,
            Self::Middle => LEAF_SPAN,
            Self::Leaf => GROUP,
        }
    }

    /// Bytes that a whole such page covers; all of them for the top.
    #[must_use]
    pub const fn span(self) -> u64 {
        match self {
            Self::Top => u64::MAX,
            Self::Middle => MIDDLE_SPAN,
            Self::Leaf => LEAF_SPAN,
        }
    }
}

/// One page of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId {
    /// Which list.
    pub level: Level,
    /// Which part of the stream, counted in the level's span from 0.
    pub index: u64,
}

impl PageId {
    /// The leaf page for the byte at `offset`.
    #[must_use]
    pub const fn leaf_at(offset: u64) -> Self {
        Self { level: Level::Leaf, index: offset / LEAF_SPAN }
    }

    /// How many values this page has in a stream of `size` bytes: none where the stream has no such
    /// page, because it ends earlier or is small enough to do without the level.
    #[must_use]
    pub const fn values(self, size: u64) -> usize {
        let needed = match self.level {
            Level::Top => size > MIDDLE_SPAN && size <= MAX_STREAM && self.index == 0,
            Level::Middle => size > LEAF_SPAN,
            Level::Leaf => size > GROUP,
        };
        let Some(start) = (match self.level {
            Level::Top => Some(0),
            _ => self.index.checked_mul(self.level.span()),
        }) else {
            return 0;
        };
        if !needed || start >= size {
            return 0;
        }
        let rest = size - start;
        let covered = if rest < self.level.span() { rest } else { self.level.span() };
        covered.div_ceil(self.level.unit()) as usize
    }

    /// The page whose value proves this one, where this one is not proved by the root itself.
    #[must_use]
    pub const fn parent(self, size: u64) -> Option<Self> {
        match self.level {
            Level::Top => None,
            Level::Middle if size <= MIDDLE_SPAN => None,
            Level::Middle => Some(Self { level: Level::Top, index: 0 }),
            Level::Leaf if size <= LEAF_SPAN => None,
            Level::Leaf => Some(Self { level: Level::Middle, index: self.index / (MIDDLE_SPAN / LEAF_SPAN) }),
        }
    }

    /// Place of this page's value in its parent.
    #[must_use]
    pub const fn place_in_parent(self) -> usize {
        match self.level {
            Level::Top => 0,
            Level::Middle => self.index as usize,
            Level::Leaf => (self.index % (MIDDLE_SPAN / LEAF_SPAN)) as usize,
        }
    }
}
