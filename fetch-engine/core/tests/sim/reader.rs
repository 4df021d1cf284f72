//! The reader: takes what is there in order, seeks, pauses, and drops what is far from it.

use std::time::Duration;

use tributary_core::geometry::Seq;
use tributary_core::session::{Demand, Event, Session};
use tributary_core::verify::GROUP;

use super::Fault;
use super::clock::Happening;
use super::world::World;

/// How the reader goes through the stream.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    /// First block not consumed.
    pub(super) head: Seq,
    /// Blocks wanted ahead of it.
    pub(super) ahead: u64,
    /// Blocks kept behind it.
    pub(super) behind: u64,
    /// Time it takes for a block; zero: none.
    pub(super) pace: Duration,
    /// It reads at a second place now and then.
    pub(super) side: bool,
    /// Another reader, as good as this one, is there now and then.
    pub(super) equal: bool,
    pub(super) paused: bool,
}

impl World {
    /// The reader takes what is there.
    pub(super) fn read(&mut self, session: &mut Session) {
        if self.reader.paused {
            return;
        }
        let mut moved = false;
        while self.cache.contains_key(&self.reader.head) {
            self.reader.head += 1;
            moved = true;
            if !self.reader.pace.is_zero() {
                break;
            }
        }
        if moved {
            self.progressed();
        }
        if moved && (self.reader.head.is_multiple_of(4) || !self.cache.contains_key(&self.reader.head)) {
            self.evict(session);
            self.demand(session);
        }
        if self.cache.contains_key(&self.reader.head) && !self.read_queued {
            self.read_queued = true;
            if !self.reader.pace.is_zero() {
                self.tally.count(Fault::SlowReader);
            }
            self.at(self.now + self.reader.pace.max(Duration::from_micros(1)), Happening::Read);
        }
    }

    /// The reader goes elsewhere.
    pub(super) fn seek(&mut self, session: &mut Session) {
        self.reader.head = self.dice.range(1, self.geometry.blocks() + 1);
        self.progressed();
        self.evict(session);
        self.demand(session);
        self.look();
    }

    /// The reader looks whether it can go on.
    pub(super) fn look(&mut self) {
        if !self.read_queued {
            self.read_queued = true;
            self.at(self.now, Happening::Read);
        }
    }

    pub(super) fn demand(&mut self, session: &mut Session) {
        if self.told {
            eprintln!("{} reader at {}", self.now, self.reader.head);
        }
        let end = self.geometry.blocks() + 1;
        let mut main = self.reader.head..(self.reader.head + self.reader.ahead).min(end);
        let mut others = Vec::new();
        if self.reader.side && self.dice.chance(30) {
            let start = self.dice.range(1, end);
            others.push(start..(start + 8).min(end));
            self.tally.count(Fault::SideRead);
        }
        if self.reader.equal && self.dice.chance(20) {
            // Other readers came: all are equal, and none is the main one.
            let start = self.dice.range(1, end);
            others = vec![main.clone(), start..(start + 8).min(end)];
            main.end = main.start;
            self.tally.count(Fault::EqualReaders);
        }
        let demand = Demand { main, others };
        self.look_on_disk(session, &demand);
        session.handle(self.session_now(), Event::Demand(demand));
    }

    /// Drops what is far from the reader; side blocks are kept until they are far too.
    fn evict(&mut self, session: &mut Session) {
        // As a real cache, it has room for the neighbours that a block is proved with.
        let group = GROUP.div_ceil(u64::from(self.geometry.block_size()));
        let before = self.reader.head.saturating_sub(self.reader.behind + group);
        let after = self.reader.head + self.reader.ahead + group;
        let mut gone: Vec<Seq> = self.cache.range(..before).map(|(seq, _)| *seq).collect();
        gone.extend(self.cache.range(after..).map(|(seq, _)| *seq));
        for seq in gone {
            if self.has_small_cache {
                self.tally.count(Fault::SmallCache);
            }
            self.drop_block(session, seq);
        }
    }

    /// The cache loses some of what is wanted.
    pub(super) fn lose_blocks(&mut self, session: &mut Session) {
        let wanted = self.cache.range(self.reader.head..).map(|(seq, _)| *seq);
        let gone: Vec<Seq> = wanted.collect();
        for seq in gone {
            if self.dice.chance(30) {
                self.tally.count(Fault::Evictions);
                self.drop_block(session, seq);
            }
        }
    }

    fn drop_block(&mut self, session: &mut Session, seq: Seq) {
        self.cache.remove(&seq);
        session.handle(self.session_now(), Event::Evicted(seq..seq + 1));
    }
}
