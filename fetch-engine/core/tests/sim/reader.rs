//! The reader: takes what is there in order, seeks, pauses, and drops what is far from it.

use std::time::Duration;

use tributary_core::geometry::Seq;
use tributary_core::session::{Demand, Event, Session};

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
    pub(super) seeks: u64,
    pub(super) side: bool,
    pub(super) paused: bool,
    /// The bytes it took, from `origin` on, are the stream's.
    pub(super) consumed: u64,
}

impl World {
    /// The reader takes what is there, seeks, pauses.
    pub(super) fn read(&mut self, session: &mut Session) -> Result<(), String> {
        if self.reader.paused {
            return Ok(());
        }
        let mut moved = false;
        while self.cache.contains_key(&self.reader.head) {
            self.reader.head += 1;
            self.reader.consumed += 1;
            moved = true;
            if !self.reader.pace.is_zero() {
                break;
            }
        }
        if moved && self.reader.seeks > 0 && self.dice.chance(3) {
            self.reader.seeks -= 1;
            let storm = if self.dice.chance(20) { 5 } else { 1 };
            self.happened(if storm > 1 { Fault::SeekStorm } else { Fault::FarSeek });
            for _ in 0..storm {
                self.reader.head = self.dice.range(1, self.geometry.blocks() + 1);
                self.evict(session);
                self.demand(session);
            }
        } else if moved && (self.reader.head.is_multiple_of(4) || !self.cache.contains_key(&self.reader.head))
        {
            self.evict(session);
            self.demand(session);
        }
        if self.cache.contains_key(&self.reader.head) && !self.read_queued {
            self.read_queued = true;
            self.at(self.now + self.reader.pace.max(Duration::from_micros(1)), Happening::Read);
        }
        Ok(())
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
            self.happened(Fault::SideRead);
        }
        if self.reader.side && self.dice.chance(20) {
            // Other readers came: all are equal, and none is the main one.
            others.insert(0, main.clone());
            main.end = main.start;
            self.happened(Fault::EqualReaders);
        }
        session.handle(self.now, Event::Demand(Demand { main, others }));
    }

    /// Drops what is far from the reader; side blocks are kept until they are far too.
    pub(super) fn evict(&mut self, session: &mut Session) {
        let keep = self.reader.head.saturating_sub(self.reader.behind)..self.reader.head + self.reader.ahead;
        let gone: Vec<Seq> = self.cache.keys().copied().filter(|seq| !keep.contains(seq)).collect();
        for seq in gone {
            self.cache.remove(&seq);
            session.handle(self.now, Event::Evicted(seq..seq + 1));
        }
    }
}
