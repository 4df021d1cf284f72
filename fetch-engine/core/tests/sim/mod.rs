//! A world of servers, links and a reader around one `Session`, driven by a seed.

mod clock;
mod content;
mod disk;
mod driver;
mod fault;
mod host;
mod link;
mod mishaps;
mod policies;
mod reaction;
mod reader;
mod scenario;
mod scheme;
mod variant;
mod watch;
mod world;

pub(crate) use fault::{Fault, Tally};
pub(crate) use scenario::{Choice, Scenario};
pub(crate) use scheme::ALL as SCHEMES;
pub(crate) use variant::Variant;
pub(crate) use world::Outcome;

/// A small generator of random numbers (SplitMix64): the runs depend on nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` up to, but not including, `high`.
    pub(crate) fn range(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low)
    }

    pub(crate) fn chance(&mut self, per_cent: u64) -> bool {
        self.range(0, 100) < per_cent
    }
}
