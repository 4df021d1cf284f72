//! What there is to show of a session.

use std::time::Duration;

use super::rescue::SIDE_ROOM_BYTES;
use super::source::{Link, Source};
use super::{Config, Counters, Prediction, Session, SourceState, SourceStats};
use crate::geometry::Seq;
use crate::pattern::{Pattern, SourceId};
use crate::time::Time;
use crate::verify::GROUP;

/// Epochs are shown together until they have at least so many elements.
const SHOWN_ELEMENTS: usize = 10;

impl Session {
    /// Sums over the session.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// What the last prediction of a cut-over came from.
    #[must_use]
    pub const fn prediction(&self) -> Option<&Prediction> {
        self.prediction.as_ref()
    }

    /// The choices it was made with.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What is known of a source; nothing of one never added.
    #[must_use]
    pub fn source(&self, source: SourceId, now: Time) -> Option<SourceStats> {
        let total: f64 = self.sources.values().map(|source| source.planned).sum();
        let source = self.sources.get(&source)?;
        Some(SourceStats {
            state: state(source),
            rate_bps: source.rough_rate().map(|rate| rate * 8.0),
            rtt: source.rtt,
            backlog_blocks: source.backlog().len(),
            backlog_bytes: source.backlog_bytes(),
            useful_bytes: source.useful_bytes,
            blocks: source.blocks,
            share: if total > 0.0 { source.planned / total } else { 0.0 },
            repairs: source.repairs,
            duplicates: source.duplicates,
            errors: source.errors,
            last_error: source.last_error.clone(),
            last_code: source.last_code,
            retry_in: match source.link {
                Link::Away { retry_at } => Some(retry_at.since(now)),
                _ => None,
            },
        })
    }

    /// Since when a source owes something without a break, and its round trip; nothing where it owes
    /// nothing now.
    #[must_use]
    pub fn owing(&self, source: SourceId) -> Option<(Time, Duration)> {
        let source = self.sources.get(&source).filter(|source| !source.backlog().is_empty())?;
        Some((source.work_since(), source.rtt.unwrap_or_default()))
    }

    /// The first block of the main demand that is not here; its end where all are.
    #[must_use]
    pub fn awaited(&self) -> Seq {
        self.ledger.first_absent(self.demand.main.clone())
    }

    /// Whether every block of the main demand is here.
    #[must_use]
    pub fn is_satisfied(&self) -> bool {
        self.awaited() == self.demand.main.end
    }

    /// The pattern in force at the first block that is awaited, and those announced after it: epoch,
    /// first block, pattern. Short epochs are shown together, under the first one's number.
    #[must_use]
    pub fn patterns(&self) -> Vec<(u32, Seq, Pattern)> {
        let awaited = self.awaited();
        let recent = &self.walk.recent;
        let in_force = recent.partition_point(|(_, from, _)| *from <= awaited).saturating_sub(1);
        let mut shown: Vec<(u32, Seq, Vec<_>)> = Vec::new();
        for (epoch, from, schedule) in recent.iter().skip(in_force) {
            let pattern = schedule.by_block();
            match shown.last_mut().filter(|(_, _, elements)| elements.len() < SHOWN_ELEMENTS) {
                Some((_, _, elements)) => elements.extend_from_slice(pattern.elements()),
                None => shown.push((*epoch, *from, pattern.elements().to_vec())),
            }
        }
        let whole =
            |(epoch, from, elements): (u32, Seq, Vec<_>)| Some((epoch, from, Pattern::new(elements).ok()?));
        shown.into_iter().filter_map(whole).collect()
    }

    /// Blocks ordered and not yet here, and who owes them.
    pub fn outstanding(&self) -> impl Iterator<Item = (Seq, SourceId)> + '_ {
        self.ledger.owed().filter_map(|(seq, debt)| Some((seq, debt.owners.iter().next()?)))
    }

    /// Bytes ordered, held for their proof, or here behind a missing block.
    #[must_use]
    pub fn outstanding_bytes(&self) -> u64 {
        self.ledger.owed_bytes() + self.unproved_bytes + self.groups.bytes() + self.reorder_bytes
    }

    /// Every block of a group that is awaited is here, owed, about to be ordered, or on the walk's way.
    fn check_groups(&self) -> Result<(), String> {
        let way = self.walk.next..self.walk_end();
        let awaited = self.awaited();
        if self.groups.is_held(awaited) && self.demand.main.contains(&awaited) {
            self.groups.check_held(awaited)?;
        }
        for group in self.groups.open_groups() {
            for seq in self.groups.blocks_of(group) {
                let seen_to = self.groups.piece(group, seq).is_some()
                    || self.ledger.debt(seq).is_some()
                    || self.ledger.orphans().contains(&seq)
                    || way.contains(&seq);
                if !seen_to {
                    let (here, lent) = (self.is_here(seq), self.groups.is_lent(seq));
                    return Err(format!(
                        "block {seq} of group {group} is awaited, and nobody's (here: {here}, lent: {lent})"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Checks the invariants between ledger and sources; for the simulator.
    ///
    /// # Errors
    /// The first one that is broken, in words.
    pub fn check_invariants(&self) -> Result<(), String> {
        for (seq, debt) in self.ledger.owed() {
            for id in debt.owners.iter() {
                let owes = self.sources.get(&id).is_some_and(|s| s.is_up() && s.backlog().contains(&seq));
                if !owes {
                    return Err(format!("block {seq} is owed by {id}, who knows nothing of it"));
                }
            }
            if self.ledger.is_present(seq) {
                return Err(format!("block {seq} is here and owed"));
            }
        }
        for source in self.sources.values() {
            for seq in source.backlog() {
                let owed = self.ledger.debt(*seq).is_some_and(|debt| debt.owners.contains(source.id));
                if !owed && !source.is_surplus(*seq) {
                    return Err(format!("{} has block {seq} in its backlog and doesn't owe it", source.id));
                }
            }
        }
        let leased = self.walk.next.min(self.demand.main.end);
        let mut seq = self.ledger.first_absent(self.demand.main.start..leased);
        while seq < leased {
            if !self.is_settled(seq) && !self.ledger.orphans().contains(&seq) {
                return Err(format!("block {seq} is leased, absent, and nobody's"));
            }
            seq = self.ledger.first_absent(seq + 1..leased);
        }
        self.check_groups()?;
        // Blocks that are proved together wait for each other, and are ordered again together.
        let block = u64::from(self.geometry.block_size());
        let together = if block.is_multiple_of(GROUP) { 0 } else { 2 * (block + GROUP) * 64 };
        let bound = self.config.max_outstanding_bytes + SIDE_ROOM_BYTES.max(block) + block + together;
        if self.outstanding_bytes() > bound {
            return Err(format!("{} bytes are outstanding, over {bound}", self.outstanding_bytes()));
        }
        Ok(())
    }
}

const fn state(source: &Source) -> SourceState {
    match source.link {
        Link::Connecting => SourceState::Joining,
        Link::Up { .. } if source.silent => SourceState::Silent,
        Link::Up { opened: false } => SourceState::Joining,
        Link::Up { opened: true } if source.backlog_bytes() == 0 => SourceState::Waiting,
        Link::Up { opened: true } => SourceState::Sending,
        Link::Away { .. } => SourceState::Away,
        Link::Gone => SourceState::Gone,
        Link::Quarantined => SourceState::Quarantined,
    }
}
