//! What the player keeps of the film on disk: some blocks are there without a server, and some of those turn
//! out not to be what they were.

use std::collections::BTreeSet;
use std::time::Duration;

use tributary_core::geometry::{Geometry, Seq};
use tributary_core::session::{Demand, Event, Session};
use tributary_core::verify::GROUP;

use super::clock::Happening;
use super::world::World;
use super::{Dice, Fault};

/// Most runs of blocks that are there at the start.
const MOST_RUNS: u64 = 6;

/// The disk.
#[derive(Debug, Default)]
pub(super) struct Disk {
    held: BTreeSet<Seq>,
    /// Blocks that are being read.
    coming: BTreeSet<Seq>,
    /// How long one takes.
    latency: Duration,
    /// How many in a hundred can't be read.
    spoilt: u64,
}

impl Disk {
    /// Some of the stream is there; nothing where blocks are no whole groups, as the engine has it.
    pub(super) fn new(geometry: Geometry, dice: &mut Dice, spoilt: u64) -> Option<Self> {
        if !u64::from(geometry.block_size()).is_multiple_of(GROUP) {
            return None;
        }
        let mut held = BTreeSet::new();
        for _ in 0..dice.range(1, MOST_RUNS + 1) {
            let start = dice.range(1, geometry.blocks() + 1);
            held.extend(start..dice.range(start + 1, geometry.blocks() + 2));
        }
        let latency = Duration::from_micros(dice.range(10, 20_000));
        Some(Self { held, coming: BTreeSet::new(), latency, spoilt })
    }

    /// A block came from a server and is kept.
    pub(super) fn keep(&mut self, seq: Seq) {
        self.held.insert(seq);
    }
}

impl World {
    /// Has read what is wanted, not here, not asked of anybody and on disk; says so, as the driver does.
    pub(super) fn look_on_disk(&mut self, session: &mut Session, demand: &Demand) {
        let Some(disk) = &mut self.disk else { return };
        let mut at = self.now;
        let mut found = Vec::new();
        for seq in [&demand.main].into_iter().chain(&demand.others).cloned().flatten() {
            let is_here = self.cache.contains_key(&seq) || session.is_settled(seq);
            if disk.held.contains(&seq) && !is_here && disk.coming.insert(seq) {
                at = at + disk.latency;
                found.push((at, seq));
            }
        }
        for (at, seq) in found {
            session.handle(self.session_now(), Event::Kept(seq..seq + 1));
            self.at(at, Happening::Found(seq));
        }
    }

    /// A block was read, or could not be.
    pub(super) fn found(&mut self, session: &mut Session, seq: Seq) {
        let Some(disk) = &mut self.disk else { return };
        disk.coming.remove(&seq);
        if self.dice.chance(disk.spoilt) {
            disk.held.remove(&seq);
            self.tally.count(Fault::SpoiltDisk);
            session.handle(self.session_now(), Event::Evicted(seq..seq + 1));
            return;
        }
        self.tally.count(Fault::KeptOnDisk);
        let range = self.geometry.range(seq);
        self.cache.insert(seq, self.content.bytes.slice(range.start as usize..range.end as usize));
        self.look();
    }
}
