//! The part of a stream's hash tree that is known and proved so far.

use std::collections::BTreeMap;

use super::fold::{fold, fold_root};
use super::{GROUP, PageId, VALUE_LEN, Value, group_value};
use crate::geometry::StreamId;

/// What [`HashTree::check`] says of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are the stream's.
    Good,
    /// They are not.
    Wrong,
    /// This page is needed to tell.
    Needs(PageId),
}

/// Why a page was not taken.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadPage {
    /// The stream has no such page.
    #[error("the stream has no hash page {0:?}")]
    NoSuchPage(PageId),
    /// It has another number of values than the page must have.
    #[error("hash page {0:?} has the wrong length")]
    Length(PageId),
    /// Its values don't fold to the value they must prove.
    #[error("hash page {0:?} does not fold to the stream's hash")]
    Forged(PageId),
    /// The page above is not known yet, so nothing can be said of it.
    #[error("hash page {0:?} came before the page that proves it")]
    TooEarly(PageId),
}

/// The proved pages of one stream. Holds at most 2 KiB for each MiB of the stream, plus what is above.
#[derive(Clone, Debug)]
pub struct HashTree {
    root: StreamId,
    size: u64,
    pages: BTreeMap<PageId, Box<[Value]>>,
}

impl HashTree {
    /// A tree of which only the root is known.
    #[must_use]
    pub const fn new(root: StreamId, size: u64) -> Self {
        Self { root, size, pages: BTreeMap::new() }
    }

    /// All pages that are known, in the order of their levels.
    pub fn pages(&self) -> impl Iterator<Item = (PageId, &[Value])> {
        self.pages.iter().map(|(page, values)| (*page, &**values))
    }

    /// The values of a page that is known.
    #[must_use]
    pub fn page(&self, page: PageId) -> Option<&[Value]> {
        self.pages.get(&page).map(|values| &**values)
    }

    /// Whether a page is known and proved.
    #[must_use]
    pub fn knows(&self, page: PageId) -> bool {
        self.pages.contains_key(&page)
    }

    /// The topmost page that must be fetched before `page` itself can be believed; none where it is
    /// known already or the stream has no such page.
    #[must_use]
    pub fn missing(&self, page: PageId) -> Option<PageId> {
        if page.values(self.size) == 0 || self.knows(page) {
            return None;
        }
        page.parent(self.size).and_then(|parent| self.missing(parent)).or(Some(page))
    }

    /// Takes a page from anybody.
    ///
    /// # Errors
    /// [`BadPage`]; the tree is unchanged then.
    pub fn insert(&mut self, page: PageId, bytes: &[u8]) -> Result<(), BadPage> {
        let count = page.values(self.size);
        if count == 0 {
            return Err(BadPage::NoSuchPage(page));
        }
        if bytes.len() != count * VALUE_LEN {
            return Err(BadPage::Length(page));
        }
        let (values, _) = bytes.as_chunks::<VALUE_LEN>();
        let proved = match page.parent(self.size) {
            None if count == 1 => return Err(BadPage::NoSuchPage(page)),
            None => fold_root(values) == self.root,
            Some(parent) => {
                let above = self.pages.get(&parent).ok_or(BadPage::TooEarly(page))?;
                above.get(page.place_in_parent()) == Some(&fold(values))
            }
        };
        if !proved {
            return Err(BadPage::Forged(page));
        }
        self.pages.insert(page, values.into());
        Ok(())
    }

    /// Checks the bytes at `offset`, a multiple of [`GROUP`]; they end at a group's end or at the
    /// stream's. No bytes at all are good only of a stream that has none.
    #[must_use]
    pub fn check(&self, offset: u64, bytes: &[u8]) -> Verdict {
        debug_assert!(offset.is_multiple_of(GROUP));
        let end = offset + bytes.len() as u64;
        let cut_short = end != self.size && !end.is_multiple_of(GROUP);
        if end > self.size || cut_short || (bytes.is_empty() && self.size > 0) {
            return Verdict::Wrong;
        }
        if self.size <= GROUP {
            return verdict(blake3::hash(bytes).as_bytes() == &self.root.0);
        }
        for (place, group) in bytes.chunks(GROUP as usize).enumerate() {
            let at = offset + place as u64 * GROUP;
            let page = PageId::leaf_at(at);
            let Some(values) = self.pages.get(&page) else {
                return Verdict::Needs(self.missing(page).unwrap_or(page));
            };
            let known = values[((at % super::LEAF_SPAN) / GROUP) as usize];
            if group_value(at, group) != known {
                return Verdict::Wrong;
            }
        }
        Verdict::Good
    }
}

const fn verdict(good: bool) -> Verdict {
    if good { Verdict::Good } else { Verdict::Wrong }
}

#[cfg(test)]
mod tests;
