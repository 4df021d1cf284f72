//! Blocks that are proved together: held until their groups are whole, and everything that a group
//! needs is ordered.

use std::ops::Range;

use bytes::Bytes;

use super::Session;
use crate::geometry::Seq;
use crate::pattern::SourceId;
use crate::time::Time;
use crate::verify::{PageId, Verdict};

impl Session {
    /// Keeps a block that can't be proved alone, and checks the groups that it makes whole.
    pub(super) fn hold(&mut self, now: Time, id: SourceId, seq: Seq, bytes: &Bytes) {
        self.release_debt(now, id, seq);
        if self.groups.is_lent(seq) && !self.groups.needs(seq) {
            self.groups.return_lent(seq);
            self.ledger.mark_present(seq);
            self.counters.wasted_bytes += bytes.len() as u64;
            return;
        }
        match self.groups.hold(seq, bytes, id, self.is_read(seq)) {
            Ok((_, false)) => self.counters.wasted_bytes += bytes.len() as u64,
            Ok((whole, true)) => {
                // It may have been ordered before anybody read it.
                self.open_groups_of(seq);
                for group in whole {
                    self.check_group(now, group);
                }
            }
            Err(_) => {
                self.miss_all(now, [seq]);
                self.wrong(now, id, seq, bytes.len(), format!("it sent wrong bytes as block {seq}"));
            }
        }
    }

    /// Checks the groups that wait for nothing but their page of hashes.
    pub(super) fn check_whole_groups(&mut self, now: Time) {
        for group in self.groups.whole() {
            self.check_group(now, group);
        }
    }

    pub(super) fn check_group(&mut self, now: Time, group: u64) {
        let Some(bytes) = self.groups.assemble(group) else { return };
        match self.tree.check(self.groups.range(group).start, &bytes) {
            Verdict::Good => self.group_is_proved(now, group, &bytes),
            Verdict::Wrong => self.group_is_wrong(now, group),
            Verdict::Needs(_) => {
                self.pages.want(&self.tree, PageId::leaf_at(self.groups.range(group).start));
                self.request_pages(now);
            }
        }
    }

    fn group_is_proved(&mut self, now: Time, group: u64, bytes: &Bytes) {
        let liars = self.settle_dispute(group, bytes);
        let released = self.groups.prove(group, bytes);
        for seq in released.returned {
            self.ledger.mark_present(seq);
        }
        for (seq, bytes, source) in released.blocks {
            self.take(now, source, seq, bytes);
        }
        for (liar, seq, len) in liars {
            self.wrong(now, liar, seq, len, format!("it sent wrong bytes as block {seq}"));
        }
        self.next_dispute(now);
        self.open_waiting_groups(now);
    }

    /// What a source that lied sent, and is not proved, is worth nothing.
    pub(super) fn forget_what_it_sent(&mut self, now: Time, id: SourceId) {
        if !self.groups.are_needed() {
            return;
        }
        let before = self.groups.bytes();
        let gone = self.groups.forget_source(id);
        self.counters.wasted_bytes += before - self.groups.bytes();
        self.miss_all(now, gone);
        self.next_dispute(now);
        self.keep_dispute_going(now);
        self.order_orphans(now);
    }

    /// Blocks that are not here any more, and that nobody was asked for, are to be ordered by name.
    pub(super) fn miss_all(&mut self, now: Time, blocks: impl IntoIterator<Item = Seq>) {
        for seq in blocks {
            if !self.is_settled(seq) {
                self.miss(now, seq);
            }
        }
    }

    /// A block that is read is ordered: all others of its groups are seen to as well, those that the walk
    /// comes to by the walk. One that is only needed to prove another is not proved itself.
    pub(super) fn open_groups_of(&mut self, seq: Seq) {
        if !self.groups.are_needed() || self.groups.is_lent(seq) || !self.is_read(seq) {
            return;
        }
        if self.waits_for_room(seq) {
            self.groups_wait = true;
            return;
        }
        for group in self.groups.touched_by(seq) {
            if self.groups.open(group, seq) {
                self.see_to(group);
            }
        }
    }

    /// Whether the groups of a block can wait. Beside the walk their other blocks are ordered whatever is
    /// outstanding, and those are read too and have groups of their own, and so on: so only what a reader
    /// awaits has its groups opened while there is no room.
    fn waits_for_room(&self, seq: Seq) -> bool {
        let on_the_way = (self.demand.main.start..self.walk_end()).contains(&seq);
        let awaited = |range: &Range<Seq>| self.ledger.first_absent(range.clone()) == seq;
        !on_the_way && self.room_bytes() == 0 && !self.demand.others.iter().any(awaited)
    }

    /// Opens the groups that waited for room, as far as there is some now; those of awaited blocks anyway.
    pub(super) fn open_waiting_groups(&mut self, now: Time) {
        if !std::mem::take(&mut self.groups_wait) {
            return;
        }
        let first = |range: &Range<Seq>| self.ledger.first_absent(range.clone());
        let awaited = self.demand.others.iter().map(first).filter(|seq| self.groups.is_held(*seq));
        for seq in awaited.collect::<Vec<_>>() {
            self.open_groups_of(seq);
        }
        for seq in self.groups.held() {
            self.open_groups_of(seq);
            if self.groups_wait {
                break;
            }
        }
        self.order_orphans(now);
    }

    /// Has every block of a group ordered that is not here, not ordered, and not on the walk's way.
    fn see_to(&mut self, group: u64) {
        let way = self.walk.next.max(self.demand.main.start)..self.walk_end();
        for seq in self.groups.blocks_of(group) {
            if self.groups.piece(group, seq).is_some() || self.ledger.orphans().contains(&seq) {
                continue;
            }
            if self.groups.is_held(seq) {
                // It came for another group's sake, and was kept for that alone.
                self.groups.let_go(seq);
                self.ledger.orphan(seq);
            } else if self.ledger.is_present(seq) {
                self.ledger.take_back(seq);
                self.groups.lend(seq);
                self.ledger.orphan(seq);
            } else if !self.is_settled(seq) && !way.contains(&seq) {
                self.ledger.orphan(seq);
            }
        }
    }

    /// After the demand has changed: groups that nobody needs any more are forgotten, and what the walk
    /// no longer comes to of the others is ordered by name.
    pub(super) fn review_groups(&mut self, now: Time) {
        self.forget_unneeded_groups(now);
        for seq in self.groups.held() {
            self.open_groups_of(seq);
        }
        for group in self.groups.open_groups() {
            self.see_to(group);
        }
    }

    /// Forgets groups of which no block is wanted or owed.
    pub(super) fn forget_unneeded_groups(&mut self, now: Time) {
        if !self.groups.are_needed() {
            return;
        }
        let main = self.demand.main.start..self.walk_end();
        let overlap = |a: &Range<Seq>, b: &Range<Seq>| a.start < b.end && b.start < a.end;
        for group in self.groups.all() {
            let blocks = self.groups.blocks_of(group);
            let blocks = *blocks.start()..blocks.end() + 1;
            let wanted = overlap(&blocks, &main) || self.demand.others.iter().any(|o| overlap(&blocks, o));
            let owed = self.ledger.owed_in(blocks.clone()).next().is_some();
            if wanted || owed {
                continue;
            }
            for seq in self.groups.forget(group) {
                self.ledger.mark_present(seq);
            }
            self.drop_dispute_about(group);
        }
        self.next_dispute(now);
    }

    /// Whether a reader is to get this block itself.
    fn is_read(&self, seq: Seq) -> bool {
        self.demand.main.contains(&seq) || self.demand.others.iter().any(|range| range.contains(&seq))
    }

    /// One past the last block that the walk goes to: the demand's end, and what is needed to prove the
    /// blocks before it.
    pub(super) fn walk_end(&self) -> Seq {
        if self.demand.main.is_empty() {
            self.demand.main.end
        } else {
            self.groups.lead_out(self.demand.main.end)
        }
    }
}
