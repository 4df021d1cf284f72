//! What happens when: the events of a run in the order of their times.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tributary_core::time::Time;
use tributary_core::wire::Frame;

use super::Fault;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    Join(usize),
    Withdraw(usize),
    Connected { host: usize, connection: u64 },
    Unreachable { host: usize },
    Reset { host: usize, connection: u64 },
    ToHost { host: usize, connection: u64, frame: Frame },
    Received { host: usize, connection: u64, bytes: usize },
    Arrive { host: usize, connection: u64, bytes: usize, frame: Frame },
    Pump(usize),
    Fault { host: usize, dice: u64 },
    Mend { host: usize, fault: Fault },
    Slow { host: usize, factor: f64 },
    Read,
    Tick,
}

/// Happenings to come. Those of the same time happen in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Clock {
    queue: BinaryHeap<Reverse<(Time, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    number: u64,
}

impl Clock {
    pub(super) fn at(&mut self, at: Time, happening: Happening) {
        self.number += 1;
        self.queue.push(Reverse((at, self.number)));
        self.happenings.insert(self.number, happening);
    }

    pub(super) fn next(&mut self) -> Option<(Time, Happening)> {
        let Reverse((at, number)) = self.queue.pop()?;
        let happening = self.happenings.remove(&number).expect("what is queued has a happening");
        Some((at, happening))
    }
}
