//! Acknowledgements of epochs, behind what was walked past before them.
//!
//! A content server's acknowledgement comes behind the blocks that it sent before, so that the session
//! knows: what is not here then will not come. Here the walk is ahead of the web server's answers, so an
//! acknowledgement waits for the blocks that were taken from it.

use std::collections::{BTreeSet, VecDeque};

use tributary_core::geometry::Seq;
use tributary_core::wire::Frame;

/// Most acknowledgements that wait; the session wants only the newest.
const MAX_ACKS_WAITING: usize = 8;

/// What the walk has given out, and the acknowledgements that wait for it.
#[derive(Debug, Default)]
pub(super) struct Acks {
    /// Taken from the walk, and not here yet. As many as may be asked for at once.
    open: BTreeSet<Seq>,
    /// Oldest first, each with the blocks that come before it.
    waiting: VecDeque<(Frame, BTreeSet<Seq>)>,
}

impl Acks {
    /// A block was taken from the walk.
    pub(super) fn taken(&mut self, seq: Seq) {
        self.open.insert(seq);
    }

    /// A block has come, or will not.
    pub(super) fn settled(&mut self, seq: Seq) {
        self.open.remove(&seq);
        for (_, behind) in &mut self.waiting {
            behind.remove(&seq);
        }
    }

    /// An acknowledgement that comes behind all that was taken.
    pub(super) fn add(&mut self, ack: Frame) {
        if self.waiting.len() == MAX_ACKS_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back((ack, self.open.clone()));
    }

    /// A new generation: nothing that was taken before counts any more.
    pub(super) fn clear(&mut self) {
        self.open.clear();
        self.waiting.clear();
    }

    /// The next one that nothing stands before.
    pub(super) fn ready(&mut self) -> Option<Frame> {
        self.waiting.pop_front_if(|(_, behind)| behind.is_empty()).map(|(ack, _)| ack)
    }
}
