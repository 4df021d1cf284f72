//! What happens when: the events of a run in the order of their times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tributary_core::geometry::Seq;
use tributary_core::time::Time;
use tributary_core::wire::Frame;

use super::Fault;
use super::host::Load;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    Join(usize),
    Connected {
        host: usize,
        connection: u64,
    },
    Unreachable {
        host: usize,
        connection: u64,
    },
    Reset {
        host: usize,
        connection: u64,
    },
    ToHost {
        host: usize,
        connection: u64,
        frame: Frame,
    },
    Received {
        host: usize,
        connection: u64,
        bytes: usize,
    },
    Arrive {
        host: usize,
        connection: u64,
        bytes: usize,
        load: Load,
        closes: bool,
    },
    Pump(usize),
    /// Tried so many times more, where there is nothing yet that it could happen to; or so many times
    /// again, where it repeats.
    Mishap {
        host: usize,
        fault: Fault,
        tries: u32,
    },
    Mend {
        host: usize,
        fault: Fault,
    },
    Slow {
        host: usize,
        factor: f64,
    },
    /// A block was read from the player's disk.
    Found(Seq),
    /// The player's process goes on.
    Wake,
    Read,
    Tick,
}

impl Happening {
    /// Whether the player's process is needed for it.
    pub(super) const fn is_players(&self) -> bool {
        !matches!(
            self,
            Self::ToHost { .. } | Self::Pump(_) | Self::Mishap { .. } | Self::Mend { .. } | Self::Slow { .. }
        )
    }
}

/// A happening in the queue.
#[derive(Debug)]
struct Entry {
    at: Time,
    number: u64,
    happening: Happening,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

/// Happenings to come. Those of the same time happen in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Clock {
    queue: BinaryHeap<Reverse<Entry>>,
    number: u64,
}

impl Clock {
    pub(super) fn at(&mut self, at: Time, happening: Happening) {
        self.number += 1;
        self.queue.push(Reverse(Entry { at, number: self.number, happening }));
    }

    pub(super) fn next(&mut self) -> Option<(Time, Happening)> {
        self.queue.pop().map(|Reverse(entry)| (entry.at, entry.happening))
    }
}
