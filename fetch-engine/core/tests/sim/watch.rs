//! What must hold after every step, as seen from outside the session.

use std::time::Duration;

use tributary_core::geometry::Seq;
use tributary_core::session::{Counters, Notice};
use tributary_core::time::Time;
use tributary_core::verify::GROUP;
use tributary_core::wire::Frame;

use super::world::World;

/// With an honest server within reach the reader never waits longer than this for its next block. Most
/// of it is the backoff of a server that was away again and again while useless ones were there.
const LONGEST_STALL: Duration = Duration::from_secs(75);
/// Connections that may be begun to one server at once, and more for each second.
const FREE_CONNECTS: u64 = 4;
const CONNECTS_A_SECOND: u64 = 2;
/// Duplicates that are allowed: a part of the useful bytes, and so many bytes besides.
const DUPLICATES_PART: u64 = 50;
const FREE_DUPLICATES: u64 = 256 << 10;

/// What is remembered to be checked.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// When the reader last got on, or began to wait.
    pub(super) progress_at: Time,
    pub(super) longest_stall: Duration,
    connects: Vec<u64>,
    pub(super) quarantined: Vec<usize>,
    pub(super) distrusted: Vec<usize>,
    generation: u32,
    epoch: u32,
    lease: Seq,
}

impl World {
    /// The reader gets on, or something happened that gives it a reason to wait anew.
    pub(super) fn progressed(&mut self) {
        self.watch.progress_at = self.now;
    }

    /// No deadlock: where an honest server has been within reach, the reader gets on.
    pub(super) fn check_progress(&mut self) -> Result<(), String> {
        if self.reader.paused {
            self.progressed();
            return Ok(());
        }
        let waiting = self.now.since(self.watch.progress_at);
        let reachable = |since: Duration| {
            let there = |host: &super::host::Host| {
                host.is_honest_and_there() && self.now.since(host.changed_at) >= since
            };
            self.hosts.iter().position(there)
        };
        if waiting > self.watch.longest_stall && reachable(waiting).is_some() {
            self.watch.longest_stall = waiting;
        }
        match reachable(LONGEST_STALL) {
            Some(host) if waiting > LONGEST_STALL => {
                Err(format!("the reader waits for {waiting:?}, and server {host} could give it all"))
            }
            _ => Ok(()),
        }
    }

    /// Nobody is called again and again without a pause, and nobody at all who lied.
    pub(super) fn check_connect(&mut self, host: usize) -> Result<(), String> {
        if self.watch.quarantined.contains(&host) {
            return Err(format!("server {host} lied, and is called again"));
        }
        if self.watch.distrusted.contains(&host) {
            return Err(format!("server {host} is distrusted, and is called again"));
        }
        self.watch.connects.resize(self.hosts.len(), 0);
        self.watch.connects[host] += 1;
        let allowed = FREE_CONNECTS + CONNECTS_A_SECOND * self.session_now().since(self.started_at).as_secs();
        if self.watch.connects[host] > allowed {
            return Err(format!("server {host} is called for the {}th time", self.watch.connects[host]));
        }
        Ok(())
    }

    /// What the player says is in order: epochs follow each other without a gap, nothing is asked for
    /// that is here or that nobody wants, and nothing past the stream's end.
    pub(super) fn check_told(&mut self, host: usize, frame: &Frame) -> Result<(), String> {
        let watch = &mut self.watch;
        match frame {
            Frame::Epoch { generation, epoch, from, lease, .. } => {
                if *lease > self.geometry.blocks() {
                    return Err(format!("block {lease} is leased, of {}", self.geometry.blocks()));
                }
                let known = (*generation, *epoch) == (watch.generation, watch.epoch);
                let next = *generation == watch.generation && *epoch == watch.epoch + 1;
                let anew = *generation > watch.generation && *epoch == 1;
                if !(known || next || anew) {
                    return Err(format!(
                        "epoch {generation}/{epoch} follows {}/{}",
                        watch.generation, watch.epoch
                    ));
                }
                let cuts_in = self.cuts_in_leased && *from <= watch.lease;
                if next && *from != watch.lease + 1 && !cuts_in {
                    return Err(format!("epoch {epoch} starts at {from}, the lease ends at {}", watch.lease));
                }
                (watch.generation, watch.epoch) = (*generation, *epoch);
                watch.lease = if anew { *lease } else { watch.lease.max(*lease) };
            }
            Frame::Lease { generation, lease } => {
                if *generation != watch.generation || *lease > self.geometry.blocks() {
                    return Err(format!("block {lease} is leased in generation {generation}"));
                }
                watch.lease = watch.lease.max(*lease);
            }
            // A group's other blocks may be needed once more, to prove one that the cache has lost.
            Frame::Repair { blocks, .. } if u64::from(self.geometry.block_size()).is_multiple_of(GROUP) => {
                if let Some(here) = blocks.iter().find(|seq| self.cache.contains_key(seq)) {
                    return Err(format!("server {host} is asked for block {here}, which is here"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Only who lied is quarantined.
    pub(super) fn check_notice(&mut self, notice: &Notice) -> Result<(), String> {
        if let Notice::Quarantined { source, .. } = notice {
            let host = source.index();
            if !self.hosts[host].lied {
                return Err(format!("server {host} is quarantined and never lied"));
            }
            self.watch.quarantined.push(host);
        }
        if let Notice::Distrusted { source, .. } = notice {
            self.watch.distrusted.push(source.index());
        }
        Ok(())
    }

    /// At most 2 % and 256 KiB come twice, where no server doubles of its own accord. What an epoch that
    /// came late has doubled is the prediction's, and counted apart.
    pub(super) fn check_duplicates(&self, counters: &Counters) -> Result<(), String> {
        let late = counters.late_doubled * u64::from(self.geometry.block_size());
        let allowed = counters.useful_bytes / DUPLICATES_PART + FREE_DUPLICATES + late;
        // Which of several copies a late epoch has doubled is not told apart.
        let copies = self.config.redundancy > 1 && self.cuts_in_leased;
        if counters.duplicate_bytes > allowed && !self.doubles && !copies {
            let config = &self.config;
            return Err(format!("{allowed} bytes may come twice, of {counters:?} with {config:?}"));
        }
        Ok(())
    }
}
