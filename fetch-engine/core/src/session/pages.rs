//! Fetching hash pages ahead of the blocks they prove.
//!
//! Plain web servers have none. Where there are such sources, pages are fetched far ahead from the others:
//! should those go, the film goes on for as long as its pages are here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Session;
use crate::pattern::SourceId;
use crate::time::Time;
use crate::verify::{LEAF_SPAN, PageId, Proof};

/// A page that was asked of somebody is asked of somebody else after this long, or four round trips.
const PATIENCE: Duration = Duration::from_secs(1);

/// Pages are fetched so far ahead of the walk, in bytes of the stream, where some source gives none.
const PAGES_AHEAD_BYTES: u64 = 16 << 20;

/// Which pages are wanted and who was asked.
#[derive(Clone, Debug, Default)]
pub(super) struct PageFetch {
    wanted: BTreeSet<PageId>,
    asked: BTreeMap<PageId, (SourceId, Time)>,
    /// How often each source left a page unanswered, since it last answered one.
    missed: BTreeMap<SourceId, u32>,
    /// Pages that a source has said it doesn't have: a partial copy may lack them.
    lacking: BTreeSet<(SourceId, PageId)>,
}

impl PageFetch {
    /// A leaf page is needed soon.
    pub(super) fn want(&mut self, tree: &Proof, leaf: PageId) {
        if tree.missing(leaf).is_some() {
            self.wanted.insert(leaf);
        }
    }

    /// What to ask `source` for now: pages nobody was asked for, and those whose answer is overdue,
    /// each after the pages that prove it. `fresh` asks for everything, whoever was asked before.
    pub(super) fn requests(
        &mut self,
        tree: &Proof,
        size: u64,
        source: SourceId,
        now: Time,
        rtt: Duration,
        fresh: bool,
    ) -> Vec<PageId> {
        let patience = PATIENCE.max(rtt * 4);
        let mut requests = Vec::new();
        for leaf in &self.wanted {
            let mut chain = vec![*leaf];
            while let Some(above) = chain[chain.len() - 1].parent(size).filter(|page| !tree.knows(*page)) {
                chain.push(above);
            }
            for page in chain.into_iter().rev() {
                let before = self.asked.get(&page).copied();
                let overdue = before.is_none_or(|(_, since)| now.since(since) > patience);
                if let Some((asked, _)) = before.filter(|_| overdue) {
                    *self.missed.entry(asked).or_default() += 1;
                }
                let lacking = self.lacking.contains(&(source, page));
                if (overdue || fresh) && !lacking && !requests.contains(&page) {
                    self.asked.insert(page, (source, now));
                    requests.push(page);
                }
            }
        }
        requests
    }

    /// Whether anything is wanted that nobody was asked for lately.
    pub(super) fn is_idle(&self) -> bool {
        self.wanted.is_empty()
    }

    /// How often `source` left a page unanswered, since it last answered one.
    pub(super) fn missed(&self, source: SourceId) -> u32 {
        self.missed.get(&source).copied().unwrap_or(0)
    }

    /// A page came from `source` and was taken.
    pub(super) fn arrived(&mut self, page: PageId, source: SourceId) {
        self.missed.remove(&source);
        self.wanted.remove(&page);
        self.asked.remove(&page);
    }

    /// `source` doesn't have a page that it was asked for: others are asked.
    pub(super) fn lacks(&mut self, page: PageId, source: SourceId) {
        if self.asked.get(&page).is_some_and(|(asked, _)| *asked == source) {
            self.asked.remove(&page);
            self.lacking.insert((source, page));
        }
    }

    /// Whether some source was found to lack a page, so that not all can be asked of one.
    pub(super) fn is_anything_lacking(&self) -> bool {
        !self.lacking.is_empty()
    }

    /// A page came before the one that proves it: it will be asked for again.
    pub(super) fn again(&mut self, page: PageId) {
        self.asked.remove(&page);
    }

    /// Whoever asked this source will have to ask somebody else.
    pub(super) fn source_lost(&mut self, source: SourceId) {
        self.asked.retain(|_, (asked, _)| *asked != source);
        self.lacking.retain(|(lacking, _)| *lacking != source);
    }
}

impl Session {
    /// See above.
    pub(super) fn want_pages_ahead(&mut self) {
        if self.sources.values().all(|source| source.gives_pages) || self.demand.main.is_empty() {
            return;
        }
        let last = self.demand.main.end - 1;
        let start = self.geometry.range(self.walk.next.min(last)).start;
        let end = self.geometry.range(last).end.min(start + PAGES_AHEAD_BYTES);
        for index in start / LEAF_SPAN..end.div_ceil(LEAF_SPAN) {
            self.pages.want(&self.tree, PageId::leaf_at(index * LEAF_SPAN));
        }
    }

    /// Whether hash pages are wanted, and of the sources that are there none gives any.
    #[must_use]
    pub fn lacks_pages(&self) -> bool {
        let mut usable = self.sources.values().filter(|source| source.is_usable()).peekable();
        !self.pages.is_idle() && usable.peek().is_some() && !usable.any(|source| source.gives_pages)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Action, Config, Demand, Event, Session};
    use super::*;
    use crate::geometry::{Geometry, StreamId};
    use crate::wire::Frame;

    #[test]
    fn pages_are_asked_only_of_those_who_give_them() {
        let geometry = Geometry::new(1 << 20, 16 << 10).unwrap();
        let mut session = Session::new(StreamId([1; 32]), geometry, Config::default()).unwrap();
        let (web, content) = (SourceId::new(0).unwrap(), SourceId::new(1).unwrap());
        session.handle(Time::ZERO, Event::Demand(Demand { main: 1..65, others: Vec::new() }));
        let mut asked = Vec::new();
        for (source, gives_pages, millis) in [(web, false, 1), (content, true, 90)] {
            let rtt = Duration::from_millis(millis);
            session.handle(Time::ZERO, Event::Added { source, hint: None, gives_pages });
            session.handle(Time::ZERO, Event::Connected { source, rtt, relayed: false });
            while let Some(action) = session.poll() {
                if let Action::Send(to, Frame::PageRequest { .. }) = action {
                    asked.push(to);
                }
            }
            assert_eq!(asked.is_empty(), !gives_pages, "{asked:?}");
        }
        assert!(asked.iter().all(|to| *to == content), "the nearer one has none: {asked:?}");
        assert!(!session.lacks_pages());
    }

    #[test]
    fn pages_are_wanted_far_ahead_where_some_source_has_none() {
        let geometry = Geometry::new(64 << 20, 16 << 10).unwrap();
        let source = |index| SourceId::new(index).unwrap();
        let wanted = |gives_pages: [bool; 2]| {
            let mut session = Session::new(StreamId([1; 32]), geometry, Config::default()).unwrap();
            session.handle(Time::ZERO, Event::Demand(Demand { main: 1..4097, others: Vec::new() }));
            for (index, gives_pages) in (0..).zip(gives_pages) {
                let (source, rtt) = (source(index), Duration::from_millis(5));
                session.handle(Time::ZERO, Event::Added { source, hint: None, gives_pages });
                session.handle(Time::ZERO, Event::Connected { source, rtt, relayed: false });
            }
            (session.pages.wanted.len(), session.lacks_pages())
        };
        let (far, near) = (wanted([true, false]), wanted([true, true]));
        assert!(far.0 >= 16 && !far.1, "{far:?}");
        assert!(near.0 < 3 && !near.1, "{near:?}");
        assert!(wanted([false, false]).1);
    }
}
