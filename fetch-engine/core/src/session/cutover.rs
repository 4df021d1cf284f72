//! How a new pattern takes over while blocks flow, and what its lateness costs.
//!
//! | policy | a new epoch starts | its blocks may be sent |
//! |---|---|---|
//! | lease | at the highest lease + 1, where nobody has walked | at once |
//! | prediction | at the predicted number (308 to 316), inside leased ground | at once |
//! | synchronous | at the highest lease + 1 | when all usable sources have acknowledged it |
//!
//! By prediction an epoch can be late: a source may have walked past its first block under the pattern
//! before. Then blocks that were its own and are another's now are doubled, and blocks that were another's
//! and are its own now are skipped. It acknowledges with the first number that it had not walked past, and
//! everything it sent of those before came before that. So a block is lost if its new owner says that it
//! had walked past it, and its old owner that it had not; exactly these are ordered by name at once.

use std::collections::BTreeMap;
use std::time::Duration;

use super::owners::Owners;
use super::source::Source;
use super::{CutOver, Prediction, Session, SourcePrediction, TICK};
use crate::geometry::Seq;
use crate::pattern::{Pattern, SourceId};
use crate::planner::arrival::{self, Candidate};
use crate::planner::interval::{IntervalBytes, percentages, round_to_pattern, seq_num_prediction};
use crate::schedule::Schedule;
use crate::time::Time;
use crate::wire::{Frame, MAX_LIST};

/// What the prediction reaches beyond the largest round trip where nobody chooses otherwise.
const FUTURE_MARGIN: Duration = Duration::from_millis(100);

/// Leased blocks that a new pattern gives to others.
type Moves = BTreeMap<Seq, Move>;
/// Blocks that their new owner need not send.
type Cancelled = BTreeMap<SourceId, Vec<Seq>>;

/// Who gives a block up, and who takes it over.
#[derive(Clone, Copy, Debug)]
struct Move {
    from: Owners,
    to: Owners,
}

/// An epoch that is to be acknowledged.
#[derive(Clone, Debug)]
pub(super) struct Change {
    epoch: u32,
    from: Seq,
    sent_at: Time,
    /// Who has not acknowledged it, and how long each may take: by what it owed when it was told.
    awaited: BTreeMap<SourceId, Duration>,
    /// Leased blocks that have another owner by the new pattern.
    moves: Moves,
}

impl Session {
    /// Whether nothing more may be leased before the last epoch is acknowledged.
    pub(super) fn waits_for_acknowledgement(&self) -> bool {
        self.config.cut_over == CutOver::Synchronous && self.change.is_some()
    }

    /// Whose acknowledgement of the last epoch is awaited.
    pub fn unacknowledged(&self) -> impl Iterator<Item = SourceId> + '_ {
        self.change.iter().flat_map(|change| change.awaited.keys().copied())
    }

    /// Seconds the lease reaches ahead: the planner's horizon, and what the policy needs on top.
    pub(super) fn horizon(&self, candidates: &[Candidate]) -> f64 {
        let until_renewed = self.renewal().saturating_sub(TICK).as_secs_f64();
        let horizon = arrival::horizon(candidates, f64::from(self.geometry.block_size())) + until_renewed;
        match self.config.cut_over {
            CutOver::Lease => horizon,
            CutOver::Prediction => horizon + self.seconds_in_future(candidates),
            // Sources must not run dry while the slowest acknowledges.
            CutOver::Synchronous => horizon + largest_rtt(candidates),
        }
    }

    /// `secondsInFuture`.
    fn seconds_in_future(&self, candidates: &[Candidate]) -> f64 {
        let usual = || largest_rtt(candidates) + FUTURE_MARGIN.as_secs_f64();
        self.config.prediction_reach.map_or_else(usual, |reach| reach.as_secs_f64())
    }

    /// First block of a pattern whose time has come.
    pub(super) fn cut_over_at(&mut self, now: Time, pattern: &Pattern, candidates: &[Candidate]) -> Seq {
        let unleased = self.walk.next;
        if self.config.cut_over != CutOver::Prediction {
            return unleased;
        }
        let at = self.predict(now, candidates).min(unleased);
        let held = |seq| pattern.owner(at, seq).source().is_some_and(|id| self.holds(id, seq));
        // A partial copy can't be given what it has not: that is seen block by block, past the lease.
        let at = if (at..unleased).all(held) { at } else { unleased };
        if let Some(prediction) = &mut self.prediction {
            prediction.applied_from = at;
        }
        at
    }

    /// FIG. 8, blocks 300 to 314: where the stream will be in `secondsInFuture`, by the connection that
    /// predicts most, rounded up to whole runs of the pattern in force.
    fn predict(&mut self, now: Time, candidates: &[Candidate]) -> Seq {
        let Some(in_force) = self.repeat.in_force() else { return self.walk.next };
        let (start, pattern_size) = (in_force.from, in_force.pattern.len() as u64);
        let seconds = self.interval_secs(now);
        let seconds_in_future = self.seconds_in_future(candidates);
        let received: Vec<&Source> = candidates.iter().filter_map(|c| self.sources.get(&c.source)).collect();
        let parts: Vec<IntervalBytes> =
            received.iter().map(|s| IntervalBytes { source: s.id, bytes: s.interval.bytes as f64 }).collect();
        let mut sources = Vec::with_capacity(parts.len());
        for (source, interval_pct) in received.iter().zip(percentages(&parts)) {
            let blocks_per_second = source.interval.blocks as f64 / seconds;
            let last_seq = source.interval.last_seq;
            sources.push(SourcePrediction {
                source: source.id,
                last_interval_bytes: source.interval.bytes,
                interval_pct,
                blocks_per_second,
                last_seq,
                seq: seq_num_prediction(blocks_per_second, seconds_in_future, interval_pct, last_seq),
            });
        }
        let max = sources.iter().map(|source| source.seq).max().unwrap_or(0);
        // The seed counts from where its first pattern starts; a later one may start anywhere.
        let rounded = start.saturating_add(round_to_pattern(max.saturating_sub(start), pattern_size));
        let epoch = self.walk.epoch + 1;
        let applied_from = rounded;
        self.prediction = Some(Prediction { epoch, seconds_in_future, max, rounded, applied_from, sources });
        rounded
    }

    /// Announces an epoch as the policy has it. It starts at `at`: the first block not leased, or one
    /// before it.
    pub(super) fn cut_over(&mut self, now: Time, at: Seq, schedule: Schedule) {
        let acknowledge = self.config.cut_over != CutOver::Lease;
        let leased = self.walk.next - 1;
        let (moves, cancelled) = self.move_owners(now, at, &schedule);
        let end = schedule.last(at).filter(|_| self.config.cut_over != CutOver::Synchronous);
        self.announce(now, at, end.unwrap_or(leased), schedule, acknowledge);
        let generation = self.walk.generation;
        for (id, blocks) in cancelled {
            for blocks in blocks.chunks(MAX_LIST) {
                self.send(id, Frame::Cancel { generation, blocks: blocks.to_vec() });
            }
        }
        if acknowledge {
            let usable = self.sources.values().filter(|source| source.is_usable());
            let awaited = usable.map(|source| (source.id, self.patience_for_ack(source))).collect();
            // What an earlier change left open is settled by the acknowledgements of this one.
            let open = self.change.take().map(|before| before.moves).unwrap_or_default();
            let moves = open.into_iter().chain(moves).collect();
            self.changed = at..leased + 1;
            self.change = Some(Change { epoch: self.walk.epoch, from: at, sent_at: now, awaited, moves });
        }
    }

    /// Leased blocks from `at` on go to their owners by the new pattern. What has come already, or was
    /// ordered by name, is returned to be cancelled there.
    fn move_owners(&mut self, now: Time, at: Seq, schedule: &Schedule) -> (Moves, Cancelled) {
        let (mut moves, mut cancelled) = (Moves::new(), Cancelled::new());
        for seq in at..self.walk.next {
            let (was, is): (Owners, Owners) =
                (self.owners_by_pattern(seq), schedule.senders(at, seq).collect());
            let (from, to) = (was.without(is), is.without(was));
            let debt = self.ledger.debt(seq);
            let by_pattern = debt.filter(|debt| !debt.named);
            if by_pattern.is_some_and(|debt| !debt.hedged) {
                for id in to.iter() {
                    self.book_copy(now, seq, id);
                    self.ledger.hand_over(seq);
                }
                moves.insert(seq, Move { from, to });
                continue;
            }
            let owes = |id: &SourceId| debt.is_some_and(|debt| debt.owners.contains(*id));
            for id in to.iter().filter(|id| !owes(id)) {
                cancelled.entry(id).or_default().push(seq);
            }
            if by_pattern.is_some() {
                moves.insert(seq, Move { from, to: Owners::default() });
            }
        }
        moves.retain(|_, moved| !moved.from.is_empty() || !moved.to.is_empty());
        (moves, cancelled)
    }

    /// A source says which blocks it will judge by an epoch.
    pub(super) fn acknowledged(
        &mut self,
        now: Time,
        id: SourceId,
        (generation, epoch): (u32, u32),
        applied_from: Seq,
        next_unsent: Seq,
    ) {
        if generation != self.walk.generation {
            return;
        }
        let current = self.change.as_mut().filter(|change| change.epoch == epoch);
        let honest = |change: &Change| applied_from == next_unsent.max(change.from);
        if next_unsent > self.walk.next || current.as_ref().is_some_and(|change| !honest(change)) {
            self.drop_link(now, id, "it acknowledged a pattern that it was not told".into(), true);
            return;
        }
        let Some(change) = current else { return };
        if change.awaited.remove(&id).is_none() {
            return;
        }
        // What it sent before came before: a block that it gave up, or walked past, won't come from it.
        let settles = |(seq, moved): &(&Seq, &Move)| {
            moved.from.contains(id) || moved.to.contains(id) && **seq < next_unsent
        };
        let settled: Vec<Seq> = change.moves.iter().filter(settles).map(|(seq, _)| *seq).collect();
        let lost = self.give_up(now, id, &settled);
        self.counters.late_lost += lost.len() as u64;
        self.order_orphans(now);
        let ordered = lost.iter().filter(|seq| self.ledger.debt(**seq).is_some());
        self.counters.late_repaired += ordered.count() as u64;
        self.finish_change(now);
    }

    /// `id` owes these no more, where it owed them by the pattern; returns those that nobody owes now.
    fn give_up(&mut self, now: Time, id: SourceId, blocks: &[Seq]) -> Vec<Seq> {
        let mut lost = Vec::new();
        for seq in blocks {
            if !self.ledger.debt(*seq).is_some_and(|debt| !debt.named && debt.owners.contains(id)) {
                continue;
            }
            let bytes = self.block_bytes(*seq);
            self.ledger.forgive(*seq, id);
            if let Some(source) = self.sources.get_mut(&id) {
                source.forgive(now, *seq, bytes);
            }
            if self.ledger.orphans().contains(seq) {
                lost.push(*seq);
            }
        }
        lost
    }

    fn finish_change(&mut self, now: Time) {
        let done = |change: &Change| change.awaited.is_empty();
        if self.change.as_ref().is_some_and(done) {
            self.change = None;
            self.plan(now);
            self.request_pages(now);
        }
    }

    /// Nobody who is gone, or does not answer within its silence, holds up the others.
    pub(super) fn watch_change(&mut self, now: Time) {
        let Some(change) = &mut self.change else { return };
        let sources = &self.sources;
        change.awaited.retain(|id, _| sources.get(id).is_some_and(Source::is_usable));
        let waited = now.since(change.sent_at);
        // Of one whose rate is not known yet nobody knows how long that takes: it still sends.
        let sends = |id: &SourceId| sources.get(id).is_some_and(|source| source.sent_just_now(now));
        let longest = self.config.dead_after;
        let is_overdue =
            |id: &SourceId, patience: Duration| waited > patience && (waited > longest || !sends(id));
        let overdue = change.awaited.iter().filter(|(id, patience)| is_overdue(id, **patience));
        for id in overdue.map(|(id, _)| *id).collect::<Vec<SourceId>>() {
            self.give_up_waiting(now, id, waited);
        }
        self.finish_change(now);
    }

    fn give_up_waiting(&mut self, now: Time, id: SourceId, waited: Duration) {
        let why = format!("it did not acknowledge a new pattern for {:.1} s", waited.as_secs_f64());
        self.suspect(now, id, waited, why);
        // Who alone can send something that hangs on its answer is waited for.
        let ledger = &self.ledger;
        let hangs = |seq: &Seq| ledger.debt(*seq).is_some_and(|d| !d.named && d.owners.contains(id));
        if let Some(change) = self.change.as_mut().filter(|change| !change.moves.keys().any(hangs)) {
            change.awaited.remove(&id);
        }
    }

    /// An acknowledgement comes behind what is under way when the source is told.
    fn patience_for_ack(&self, source: &Source) -> Duration {
        let owed = source.backlog_bytes() as f64;
        let under_way = source.rough_rate().map_or(0.0, |rate| owed / rate);
        let longest = self.config.dead_after;
        source.suspicion(longest) + Duration::from_secs_f64(under_way.min(longest.as_secs_f64()))
    }
}

/// The largest round trip in seconds.
fn largest_rtt(candidates: &[Candidate]) -> f64 {
    candidates.iter().map(|c| c.rtt).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
