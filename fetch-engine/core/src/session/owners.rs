//! A set of connections: who owes a block.

use crate::pattern::{MAX_SOURCES, SourceId};

/// A set of connections, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Owners(u64);

const _: () = assert!(MAX_SOURCES <= u64::BITS as usize, "each connection has a bit");

impl Owners {
    pub(super) const fn one(source: SourceId) -> Self {
        Self(1 << source.index())
    }

    pub(super) const fn contains(self, source: SourceId) -> bool {
        self.0 & 1 << source.index() != 0
    }

    pub(super) const fn insert(&mut self, source: SourceId) {
        self.0 |= 1 << source.index();
    }

    pub(super) const fn remove(&mut self, source: SourceId) {
        self.0 &= !(1 << source.index());
    }

    /// Those that are not in `others`.
    pub(super) const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn len(self) -> u32 {
        self.0.count_ones()
    }

    pub(super) fn iter(self) -> impl Iterator<Item = SourceId> {
        (0..MAX_SOURCES as u8).filter_map(SourceId::new).filter(move |source| self.contains(*source))
    }
}

impl FromIterator<SourceId> for Owners {
    fn from_iter<I: IntoIterator<Item = SourceId>>(sources: I) -> Self {
        let mut owners = Self::default();
        sources.into_iter().for_each(|source| owners.insert(source));
        owners
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in_and_not_taken_out() {
        let [first, second, last] = [0, 1, 63].map(|index| SourceId::new(index).unwrap());
        let mut owners = Owners::one(last);
        owners.insert(first);
        owners.insert(first);
        assert_eq!(owners.len(), 2);
        assert!(owners.contains(last) && owners.contains(first) && !owners.contains(second));
        assert!(owners.iter().eq([first, last]));
        owners.remove(second);
        owners.remove(last);
        owners.remove(first);
        assert!(owners.is_empty());
    }
}
