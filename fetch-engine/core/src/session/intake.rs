//! Blocks and hash pages arrive: verify, store, count.

use std::time::Duration;

use bytes::Bytes;

use super::source::Source;
use super::{Action, CutOver, Notice, Session};
use crate::geometry::Seq;
use crate::pattern::SourceId;
use crate::time::Time;
use crate::verify::{BadPage, PageId, Verdict};
use crate::wire::Frame;

/// So many blocks that a source owes are looked at to see whether it passed one by.
const SEQUENCE_DEPTH: usize = 64;
/// A block out of sequence is told at most so often; all are counted.
const TELL_OUT_OF_SEQUENCE_EVERY: Duration = Duration::from_secs(1);

impl Session {
    pub(super) fn data(
        &mut self,
        now: Time,
        id: SourceId,
        generation: u32,
        epoch: u32,
        seq: Seq,
        bytes: Bytes,
    ) {
        self.accept(now, id, generation, epoch, seq, bytes);
        let dry =
            self.sources.get(&id).is_some_and(|source| source.is_usable() && source.backlog().is_empty());
        if dry {
            self.plan_for_dry_source(now);
        }
    }

    fn accept(&mut self, now: Time, id: SourceId, generation: u32, epoch: u32, seq: Seq, bytes: Bytes) {
        if generation != self.walk.generation {
            self.counters.wasted_bytes += bytes.len() as u64;
            return;
        }
        if !self.geometry.contains(seq) || bytes.len() as u64 != self.block_bytes(seq) {
            let why = format!("it sent {} bytes as block {seq}, which is not the stream's", bytes.len());
            self.wrong(now, id, seq, bytes.len(), why);
            return;
        }
        let debt = self.ledger.debt(seq);
        let owed_by_sender = debt.is_some_and(|debt| debt.owners.contains(id));
        self.note_sequence(now, id, epoch, seq);
        if owed_by_sender && epoch > 0 && debt.is_some_and(|debt| debt.named) {
            // It was taken back from this source, and then ordered of it by name: what comes is the first one,
            // and the second is to come yet.
            self.cancel(now, id, &[seq]);
        }
        let mut redundant = false;
        if let Some(source) = self.sources.get_mut(&id) {
            if epoch > 0 {
                source.interval.block(seq);
            }
            redundant = source.copy_came(now, epoch, seq, bytes.len() as u64);
            if owed_by_sender {
                source.forgive(now, seq, bytes.len() as u64);
                source.progressed(now);
            }
        }
        if self.is_here(seq) {
            if owed_by_sender {
                // It was ordered again, and what was here of it before counts once more.
                self.release_debt(now, id, seq);
            }
            if redundant {
                self.counters.redundant_bytes += bytes.len() as u64;
                return;
            }
            self.counters.duplicate_bytes += bytes.len() as u64;
            self.counters.late_doubled += u64::from(epoch > 0 && self.changed.contains(&seq));
            if let Some(source) = self.sources.get_mut(&id) {
                source.duplicates += 1;
                source.doubt.came(bytes.len() as u64);
            }
            return;
        }
        if debt.is_none() && !self.ledger.orphans().contains(&seq) {
            self.counters.wasted_bytes += bytes.len() as u64;
            return;
        }
        if self.groups.are_needed() {
            let must_come_from = self.must_come_from(seq);
            if debt.is_some() && !owed_by_sender || must_come_from.is_some_and(|witness| witness != Some(id))
            {
                // Nobody's debt is taken over by what can't be proved yet.
                self.ledger.forgive(seq, id);
                self.counters.wasted_bytes += bytes.len() as u64;
            } else {
                self.hold(now, id, seq, &bytes);
            }
            return;
        }
        match self.tree.check(self.geometry.range(seq).start, &bytes) {
            Verdict::Good => self.take(now, id, seq, bytes),
            Verdict::Wrong => {
                let len = bytes.len();
                self.ledger.forgive(seq, id);
                self.wrong(now, id, seq, len, format!("it sent wrong bytes as block {seq}"));
            }
            // Nobody's debt is taken over by what can't be proved yet.
            Verdict::Needs(_) if debt.is_some() && !owed_by_sender => {
                self.counters.wasted_bytes += bytes.len() as u64;
            }
            Verdict::Needs(_) => {
                self.release_debt(now, id, seq);
                let range = self.geometry.range(seq);
                self.pages.want(&self.tree, PageId::leaf_at(range.start));
                self.pages.want(&self.tree, PageId::leaf_at(range.end - 1));
                self.unproved_bytes += bytes.len() as u64;
                self.unproved.insert(seq, (bytes, id));
                self.request_pages(now);
            }
        }
    }

    pub(super) fn wrong(&mut self, now: Time, id: SourceId, seq: Seq, len: usize, why: String) {
        self.counters.wrong_blocks += 1;
        self.counters.wasted_bytes += len as u64;
        self.quarantine(now, id, Some(seq), why);
    }

    /// The block is here: whoever else owes it need not send it.
    pub(super) fn release_debt(&mut self, now: Time, sender: SourceId, seq: Seq) {
        let bytes = self.block_bytes(seq);
        let Some(debt) = self.ledger.settle(seq) else { return };
        if let Some(source) = self.sources.get_mut(&sender).filter(|_| !debt.owners.contains(sender)) {
            // What was taken back from it came all the same, and first.
            source.doubt.came(bytes);
        }
        if debt.repair || debt.hedged {
            if let Some(source) = self.sources.get_mut(&sender) {
                source.repairs += 1;
            }
            let after = now.since(debt.since);
            self.notice(Notice::Repaired { source: sender, seq, after });
        }
        for other in debt.owners.iter().filter(|other| *other != sender) {
            let Some(source) = self.sources.get_mut(&other) else { continue };
            if !debt.hedged && !debt.named && !debt.handed_over {
                // Redundancy was asked for: the copy may well be on its way, and is cancelled if not.
                source.copy_is_surplus(seq);
                continue;
            }
            source.forgive(now, seq, bytes);
            if source.is_up() {
                let generation = self.walk.generation;
                self.send(other, Frame::Cancel { generation, blocks: vec![seq] });
                if !debt.hedged {
                    self.doubt(now, other, bytes);
                }
            }
        }
    }

    /// Keeps a verified block.
    pub(super) fn take(&mut self, now: Time, id: SourceId, seq: Seq, bytes: Bytes) {
        let len = bytes.len() as u64;
        self.release_debt(now, id, seq);
        self.ledger.mark_present(seq);
        self.counters.useful_bytes += len;
        self.counters.useful_blocks += 1;
        if let Some(source) = self.sources.get_mut(&id) {
            source.useful_bytes += len;
            source.blocks += 1;
            source.proved();
        }
        // Blocks past the walk are the cache's, not held for the sake of order.
        let walked = self.demand.main.start..self.walk.next.min(self.demand.main.end);
        if walked.contains(&seq) && self.reorder.insert(seq) {
            self.reorder_bytes += len;
        }
        self.settle_order();
        self.counters.peak_reorder_bytes = self.counters.peak_reorder_bytes.max(self.reorder_bytes);
        self.actions.push_back(Action::Store { seq, bytes, source: id });
    }

    /// Takes out of the reorder count what no missing block stands before any more.
    pub(super) fn settle_order(&mut self) {
        let main = self.demand.main.clone();
        while let Some(first) = self.reorder.first().copied() {
            let in_order = first < main.start || self.ledger.first_absent(main.start..first) == first;
            if !in_order {
                break;
            }
            self.reorder.pop_first();
            self.reorder_bytes -= self.block_bytes(first);
        }
    }

    /// The seed's check (134, 144): the first block in a source's queue should be the first it owes.
    fn note_sequence(&mut self, now: Time, id: SourceId, epoch: u32, seq: Seq) {
        // What was ordered by name comes before its turn.
        let Some(source) = self.sources.get(&id).filter(|_| epoch > 0) else { return };
        let by_pattern = |owed: &Seq| {
            self.ledger.debt(*owed).is_some_and(|debt| {
                debt.owners.contains(id) && !debt.named && !debt.hedged && !debt.handed_over
            })
        };
        // Thousands of small blocks may be ordered by name before it: no look at each of them, each time.
        let expected = source.blocks().take(SEQUENCE_DEPTH).find(by_pattern);
        let Some(awaited) = expected.filter(|expected| seq > *expected) else { return };
        let in_order = self.config.cut_over != CutOver::Prediction && by_pattern(&seq);
        if in_order {
            let passed_by: Vec<Seq> = source.blocks_before(seq).filter(by_pattern).collect();
            self.passed_by(now, id, &passed_by);
        }
        self.counters.out_of_sequence += 1;
        let recently =
            self.out_of_sequence_told.is_some_and(|told| now.since(told) < TELL_OUT_OF_SEQUENCE_EVERY);
        if !recently {
            self.out_of_sequence_told = Some(now);
            self.notice(Notice::OutOfSequence { source: id, seq, awaited });
        }
    }

    pub(super) fn page(&mut self, now: Time, id: SourceId, page: PageId, values: &[u8]) {
        if self.tree.knows(page) {
            return;
        }
        if values.is_empty() && page.values(self.geometry.size()) > 0 {
            self.pages.lacks(page, id);
            self.request_pages(now);
            return;
        }
        match self.tree.insert(page, values) {
            Ok(()) => {
                self.pages.arrived(page, id);
                self.prove_waiting(now);
                self.request_pages(now);
            }
            Err(BadPage::TooEarly(page)) => self.pages.again(page),
            Err(bad @ (BadPage::NoSuchPage(_) | BadPage::Length(_) | BadPage::Forged(_))) => {
                self.pages.again(page);
                self.quarantine(now, id, None, bad.to_string());
            }
        }
    }

    /// Checks the blocks that waited for a page.
    fn prove_waiting(&mut self, now: Time) {
        let check = |(seq, (bytes, _)): (&Seq, &(Bytes, SourceId))| {
            let verdict = self.tree.check(self.geometry.range(*seq).start, bytes);
            (!matches!(verdict, Verdict::Needs(_))).then_some((*seq, verdict))
        };
        let proved: Vec<_> = self.unproved.iter().filter_map(check).collect();
        for (seq, verdict) in proved {
            let Some((bytes, id)) = self.unproved.remove(&seq) else { continue };
            self.unproved_bytes -= bytes.len() as u64;
            if verdict == Verdict::Good {
                self.take(now, id, seq, bytes);
            } else {
                if self.ledger.is_unasked(seq) {
                    self.miss(now, seq);
                }
                self.wrong(now, id, seq, bytes.len(), format!("it sent wrong bytes as block {seq}"));
            }
        }
        self.check_whole_groups(now);
        self.order_orphans(now);
    }

    /// Asks for the pages that are wanted, of the usable source with the shortest way that answers.
    pub(super) fn request_pages(&mut self, now: Time) {
        if self.pages.is_idle() {
            return;
        }
        let usable = self.sources.values().filter(|s| s.is_usable() && s.gives_pages);
        let mut nearest: Vec<(u32, Duration, SourceId)> =
            usable.map(|s| (self.pages.missed(s.id), s.round_trip(), s.id)).collect();
        nearest.sort_unstable();
        // Whoever comes next is asked only for what those before don't have.
        let asked = if self.pages.is_anything_lacking() { nearest.len() } else { 1 };
        for (_, _, id) in nearest.into_iter().take(asked) {
            self.ask_for_pages(now, id, false);
        }
    }

    pub(super) fn ask_for_pages(&mut self, now: Time, id: SourceId, fresh: bool) {
        let rtt = self.sources.get(&id).map_or(Duration::ZERO, Source::round_trip);
        let size = self.geometry.size();
        for page in self.pages.requests(&self.tree, size, id, now, rtt, fresh) {
            self.send(id, Frame::PageRequest { page });
        }
    }
}
