//! Which blocks a source has to give: a partial copy is a source of the ranges it holds, and of nothing
//! else.

use super::Session;
use crate::geometry::Seq;
use crate::held::Held;
use crate::partial::Part;
use crate::pattern::{Element, SourceId};
use crate::planner::arrival::Candidate;
use crate::time::Time;
use crate::verify::{GROUP, HashTree, Proof};

impl Session {
    /// Whether a source has this block to give, as far as it has said.
    pub(super) fn holds(&self, id: SourceId, seq: Seq) -> bool {
        self.sources
            .get(&id)
            .is_some_and(|source| source.held.is_all() || source.held.has(&self.geometry.range(seq)))
    }

    /// A source has said what it holds. What it was given before it said so, and doesn't have, comes from
    /// others.
    pub(super) fn take_held(&mut self, now: Time, id: SourceId, held: Held) {
        let Some(source) = self.sources.get_mut(&id) else { return };
        source.held = held;
        let owed: Vec<Seq> = source.blocks().collect();
        for seq in owed.into_iter().filter(|seq| !self.holds(id, *seq)).collect::<Vec<_>>() {
            let bytes = self.block_bytes(seq);
            self.ledger.forgive(seq, id);
            if let Some(source) = self.sources.get_mut(&id) {
                source.forgive(now, seq, bytes);
            }
        }
        self.order_orphans(now);
    }

    /// Who sends `seq` where a pattern made without a look at blocks gives it to `owner`: another where
    /// that one doesn't hold it, the one with the least before it. None where nobody holds it.
    pub(super) fn holder(&self, candidates: &[Candidate], owner: Element, seq: Seq) -> Option<Element> {
        if owner.source().is_none_or(|id| self.holds(id, seq)) {
            return Some(owner);
        }
        let holders = candidates.iter().filter(|c| self.holds(c.source, seq));
        holders.min_by(|a, b| a.backlog.total_cmp(&b.backlog)).map(|c| c.source.into())
    }

    /// A block that a reader awaits, where there are sources and not one of them holds it: it comes only
    /// with another source.
    #[must_use]
    pub fn held_by_nobody(&self) -> Option<Seq> {
        let usable: Vec<SourceId> = self.sources.values().filter(|s| s.is_usable()).map(|s| s.id).collect();
        let read = std::iter::once(&self.demand.main).chain(&self.demand.others);
        let awaited = |range: &std::ops::Range<Seq>| {
            let first = self.ledger.first_absent(range.clone());
            (first < range.end && !self.is_settled(first)).then_some(first)
        };
        let lacking = |seq: &Seq| !usable.is_empty() && !usable.iter().any(|id| self.holds(*id, *seq));
        read.filter_map(awaited).find(lacking)
    }

    /// What can be kept beside the first `bytes` bytes of the stream, so that they can be served: nothing
    /// where nothing proves them by pages, or less than a group is there.
    #[must_use]
    pub fn part(&self, bytes: u64) -> Option<Part> {
        let Proof::Tree(tree) = &self.tree else { return None };
        let size = self.geometry.size();
        let whole_groups = if bytes >= size { size } else { bytes / GROUP * GROUP };
        let held = Held::gather(size, std::iter::once(0..whole_groups)).ok()?;
        Some(Part { stream: self.stream, size, held, tree: tree.clone() })
    }

    /// The hash pages that are known, where the stream is proved by its name.
    #[must_use]
    pub const fn tree(&self) -> Option<&HashTree> {
        match &self.tree {
            Proof::Tree(tree) => Some(tree),
            Proof::Pieces(_) | Proof::Nothing => None,
        }
    }

    /// What a source said that it holds.
    #[must_use]
    pub fn held(&self, id: SourceId) -> Option<&Held> {
        self.sources.get(&id).map(|source| &source.held)
    }
}

#[cfg(test)]
mod tests;
