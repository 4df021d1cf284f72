//! A group that is wrong, with pieces from several sources: who lied?
//!
//! Nobody is shut out on suspicion. The whole group is fetched from one source alone, the *witness*;
//! what it sent of the group before stands, and what others sent is set aside. If all the witness sent is
//! right, it shows whose pieces were wrong; if it is wrong, the witness lied, for nobody else had a part
//! in it, and the next source is the witness. So each round ends with the truth or with a liar named.
//!
//! One group is in dispute at a time, the first that is wrong: its liar's pieces go from all others
//! too, which mostly settles those.

use bytes::Bytes;

use super::Session;
use super::groups::Piece;
use super::source::Source;
use crate::geometry::Seq;
use crate::pattern::SourceId;
use crate::time::Time;

/// A group in dispute.
#[derive(Clone, Debug)]
pub(super) struct Dispute {
    group: u64,
    /// Who alone sends the group now; none while nobody can.
    witness: Option<SourceId>,
    /// What others than the witness sent. At most one group's bytes for each source.
    set_aside: Vec<(Seq, Piece)>,
}

impl Session {
    /// A whole group is not the stream's.
    pub(super) fn group_is_wrong(&mut self, now: Time, group: u64) {
        let contributors = self.groups.contributors(group);
        let mut senders = contributors.iter();
        if let (Some(only), None) = (senders.next(), senders.next()) {
            let seq = *self.groups.blocks_of(group).start();
            // What is forgotten of a source is counted there.
            self.wrong(
                now,
                only,
                seq,
                0,
                format!("it sent wrong bytes at byte {}", self.groups.range(group).start),
            );
            return;
        }
        self.groups.mark_wrong(group);
        self.next_dispute(now);
    }

    /// Takes up the first wrong group, where none is in dispute.
    pub(super) fn next_dispute(&mut self, now: Time) {
        if self.dispute.is_some() {
            return;
        }
        if let Some(group) = self.groups.first_wrong() {
            self.dispute = Some(Dispute { group, witness: None, set_aside: Vec::new() });
            self.keep_dispute_going(now);
        }
    }

    /// Names a witness, where there is none that could send anything.
    pub(super) fn keep_dispute_going(&mut self, now: Time) {
        let Some(dispute) = &self.dispute else { return };
        let usable = |id: SourceId| self.sources.get(&id).is_some_and(Source::is_usable);
        if dispute.witness.is_some_and(usable) {
            return;
        }
        let group = dispute.group;
        let said = |id: SourceId| {
            let aside = dispute.set_aside.iter().filter(|(_, piece)| piece.source == id);
            self.groups.bytes_from(group, id) + aside.map(|(_, piece)| piece.bytes.len() as u64).sum::<u64>()
        };
        let holds_all = |id: SourceId| self.groups.blocks_of(group).all(|seq| self.holds(id, seq));
        // Who has said most already has least to send.
        let witness = self
            .sources
            .values()
            .filter(|source| source.is_usable() && holds_all(source.id))
            .max_by_key(|source| (said(source.id), std::cmp::Reverse(source.round_trip())))
            .map(|source| source.id);
        let Some(dispute) = &mut self.dispute else { return };
        dispute.witness = witness;
        let Some(witness) = witness else { return };
        let gone = self.groups.leave_only(group, witness, &mut dispute.set_aside);
        self.miss_all(now, gone);
        for seq in self.groups.blocks_of(group).filter(|seq| self.groups.is_held(*seq)) {
            self.ledger.forget_orphan(seq);
        }
        self.check_group(now, group);
        self.order_orphans(now);
    }

    /// Whether this block has to come from one source alone, to settle a dispute: from whom, where there
    /// is anybody yet.
    pub(super) fn must_come_from(&self, seq: Seq) -> Option<Option<SourceId>> {
        let dispute = self.dispute.as_ref()?;
        let missing = self.groups.touched_by(seq).contains(&dispute.group)
            && self.groups.piece(dispute.group, seq).is_none();
        missing.then_some(dispute.witness)
    }

    /// The truth about a group is known: whose pieces of it were wrong, each with the block and its
    /// bytes.
    pub(super) fn settle_dispute(&mut self, group: u64, truth: &Bytes) -> Vec<(SourceId, Seq, usize)> {
        let Some(dispute) = self.dispute.take_if(|dispute| dispute.group == group) else { return Vec::new() };
        let mut liars: Vec<(SourceId, Seq, usize)> = Vec::new();
        for (seq, piece) in dispute.set_aside {
            let right = truth[self.groups.piece_in_group(seq, group)] == piece.bytes;
            if right || liars.iter().any(|(liar, ..)| *liar == piece.source) {
                self.counters.wasted_bytes += piece.bytes.len() as u64;
            } else {
                liars.push((piece.source, seq, piece.bytes.len()));
            }
        }
        liars
    }

    /// A group that nobody needs any more is not disputed about.
    pub(super) fn drop_dispute_about(&mut self, group: u64) {
        self.dispute.take_if(|dispute| dispute.group == group);
    }
}
