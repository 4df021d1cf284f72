//! What the bytes of a stream are checked against: the three kinds of proof that there are.

use super::{BadPage, GROUP, HashTree, PageId, PieceHashes, Verdict};
use crate::geometry::StreamId;

/// What proves a stream's bytes.
#[derive(Clone, Debug)]
pub enum Proof {
    /// BLAKE3's tree: the root is known, pages of it come from anybody.
    Tree(HashTree),
    /// A list of hashes of pieces, all known from the start.
    Pieces(PieceHashes),
    /// Nothing: all bytes are taken as they come. Whoever reads them must be told.
    Nothing,
}

impl Proof {
    /// The hash tree below a root.
    #[must_use]
    pub const fn tree(root: StreamId, size: u64) -> Self {
        Self::Tree(HashTree::new(root, size))
    }

    /// Bytes that are proved together, but for the last ones of a stream.
    #[must_use]
    pub const fn unit(&self) -> u64 {
        match self {
            Self::Tree(_) => GROUP,
            Self::Pieces(pieces) => pieces.length(),
            Self::Nothing => 1,
        }
    }

    /// The topmost page that must be fetched before `page` can be believed; see [`HashTree::missing`].
    #[must_use]
    pub fn missing(&self, page: PageId) -> Option<PageId> {
        match self {
            Self::Tree(tree) => tree.missing(page),
            Self::Pieces(_) | Self::Nothing => None,
        }
    }

    /// Whether a page is known and proved.
    #[must_use]
    pub fn knows(&self, page: PageId) -> bool {
        match self {
            Self::Tree(tree) => tree.knows(page),
            Self::Pieces(_) | Self::Nothing => false,
        }
    }

    /// Takes a page from anybody.
    ///
    /// # Errors
    /// [`BadPage`]; nothing is changed then.
    pub fn insert(&mut self, page: PageId, values: &[u8]) -> Result<(), BadPage> {
        match self {
            Self::Tree(tree) => tree.insert(page, values),
            Self::Pieces(_) | Self::Nothing => Err(BadPage::NoSuchPage(page)),
        }
    }

    /// Checks the bytes at `offset`, a multiple of [`Self::unit`]; they end at a unit's end or at the
    /// stream's.
    #[must_use]
    pub fn check(&self, offset: u64, bytes: &[u8]) -> Verdict {
        match self {
            Self::Tree(tree) => tree.check(offset, bytes),
            Self::Pieces(pieces) => pieces.check(offset, bytes),
            Self::Nothing => Verdict::Good,
        }
    }
}
