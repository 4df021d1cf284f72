//! Blocks that a reader waits for at another place than the main head, and that the pattern gives somebody who
//! has much to send before them: they are brought forward, ordered by name from whoever has them here first.
//!
//! A player that looks at the end of a film for its index, just after the whole film was planned, would wait for
//! everything before it otherwise.

use super::Session;
use super::finish::Move;
use super::source::Source;
use crate::geometry::Seq;
use crate::pattern::SourceId;
use crate::planner::arrival::Candidate;
use crate::time::Time;

/// Most blocks that are brought forward and not here.
const MAX_FORWARD: usize = 64;
/// Blocks before such a one that are counted.
const MAX_BEFORE: usize = 1024;
/// It must come by this factor sooner, and by so much.
const WORTH: f64 = 1.5;
const WORTH_SECS: f64 = 0.05;

impl Session {
    /// Brings forward what is owed by the pattern, later than it would come by name.
    pub(super) fn bring_forward(&mut self, now: Time) {
        if self.demand.others.is_empty() || self.demand.main.is_empty() || self.config.redundancy > 1 {
            return;
        }
        let late = self.owed_late(now);
        if late.is_empty() {
            return;
        }
        let mut candidates = self.by_name(now);
        let (mut moves, mut bytes_moved) = (Vec::new(), 0);
        for (seq, owner, comes_in, is_unsent) in late {
            let bytes = self.block_bytes(seq);
            let can = |c: &&mut Candidate| self.holds(c.source, seq) && (is_unsent || c.source != owner);
            let eta = |c: &Candidate| c.eta(bytes as f64);
            let best = candidates.iter_mut().filter(can).min_by(|a, b| eta(a).total_cmp(&eta(b)));
            let Some(best) = best.filter(|c| eta(c) * WORTH + WORTH_SECS < comes_in) else { continue };
            let to = best.source;
            if is_unsent && self.may_come_twice(bytes_moved + bytes) {
                bytes_moved += bytes;
                moves.push(Move { seq, from: owner, to });
            } else if !is_unsent && self.may_hedge(seq) {
                self.hedge(now, seq, to);
            } else {
                continue;
            }
            best.backlog += bytes as f64;
        }
        self.carry_out(now, &moves, false);
    }

    /// What other heads wait for and the pattern gives one source alone: whose it is, in how many seconds it
    /// comes, and whether it was surely not sent yet.
    fn owed_late(&self, now: Time) -> Vec<(Seq, SourceId, f64, bool)> {
        let block = f64::from(self.geometry.block_size());
        let owed = self.demand.others.iter().flat_map(|range| self.ledger.owed_in(range.clone()));
        let by_pattern = owed.take(MAX_FORWARD).filter(|(seq, debt)| {
            !debt.named && debt.owners.len() == 1 && self.must_come_from(*seq).is_none()
        });
        by_pattern
            .filter_map(|(seq, debt)| {
                let owner = self.sources.get(&debt.owners.iter().next()?)?;
                let before = owner.blocks_before(seq).take(MAX_BEFORE).count();
                let comes_in = owner.secs_for(before + 1, block);
                let is_unsent = before as f64 * block > owner.under_way_bytes(now);
                (comes_in > WORTH_SECS).then_some((seq, owner.id, comes_in, is_unsent))
            })
            .collect()
    }

    /// The sources as they are for orders by name, which go before all that the pattern gives them.
    fn by_name(&self, now: Time) -> Vec<Candidate> {
        let mut candidates = self.candidates(now);
        for candidate in &mut candidates {
            let under_way =
                self.sources.get(&candidate.source).map_or(0.0, |s: &Source| s.under_way_bytes(now));
            candidate.backlog = candidate.backlog.min(under_way);
        }
        let owed = self.demand.others.iter().flat_map(|range| self.ledger.owed_in(range.clone()));
        for (seq, debt) in owed.filter(|(_, debt)| debt.named).take(MAX_FORWARD) {
            for candidate in candidates.iter_mut().filter(|c| debt.owners.contains(c.source)) {
                candidate.backlog += self.block_bytes(seq) as f64;
            }
        }
        candidates
    }
}

#[cfg(test)]
mod tests;
