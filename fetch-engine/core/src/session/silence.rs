//! Sources that owe blocks and say nothing.
//!
//! A silent source is suspected: it gets nothing new, and what it owes is ordered from others. Its next
//! byte reinstates it. One that is silent for long, or that sends, but nothing it owes, loses its
//! connection.

use std::time::Duration;

use super::Session;
use super::source::Source;
use crate::geometry::Seq;
use crate::pattern::SourceId;
use crate::time::Time;

/// A source that sends, but nothing it owes, loses its connection after so many times the silence that
/// makes one dead; where nobody else is left, later.
const STAGNATION: u32 = 2;
const STAGNATION_ALONE: u32 = 15;

impl Session {
    /// Silent sources lose their blocks to others; those silent for long lose their connection.
    pub(super) fn watch_silence(&mut self, now: Time) {
        let ids: Vec<SourceId> = self.sources.values().filter(|s| s.is_up()).map(|s| s.id).collect();
        for id in ids {
            let Some(source) = self.sources.get(&id) else { continue };
            let silence = source.silence(now);
            let suspicion = source.suspicion(self.config.dead_after);
            let others = self.sources.values().any(|s| s.id != id && s.is_usable());
            let stagnation = source.stagnation(now);
            let patience = self.config.dead_after * if others { STAGNATION } else { STAGNATION_ALONE };
            if stagnation >= patience {
                let secs = stagnation.as_secs();
                self.drop_link(now, id, format!("it gave none of its blocks for {secs} s"), true);
            } else if source.silent && now.since(source.silent_since()) >= self.config.dead_after
                || silence >= self.config.dead_after
            {
                let secs = self.config.dead_after.as_secs_f64();
                self.drop_link(now, id, format!("it was silent for {secs} s"), true);
            } else if silence > suspicion && !source.silent {
                let why = format!("it was silent for {:.1} s", silence.as_secs_f64());
                self.suspect(now, id, silence, why);
            }
        }
    }

    /// What it owes and others have is ordered from them. Should it speak again, that comes from it as
    /// well: where that would be more than may come twice, it loses its connection with all that is on
    /// it, and has more time to begin on the next one.
    pub(super) fn suspect(&mut self, now: Time, id: SourceId, silence: Duration, why: String) {
        let owed = self.owed_that_others_hold(id);
        let bytes = owed.iter().map(|seq| self.block_bytes(*seq)).sum();
        if owed.is_empty() {
            return;
        }
        let enough = self.may_come_twice(bytes);
        let Some(source) = self.sources.get_mut(&id) else { return };
        if !enough {
            source.needs_time = true;
            self.drop_link(now, id, why, true);
            return;
        }
        source.fall_silent(now, silence);
        source.errors += 1;
        source.last_error = Some(why);
        for seq in &owed {
            self.take_back(now, id, *seq);
        }
        self.cancel(now, id, &owed);
        self.pages.source_lost(id);
        self.notice(super::Notice::Silent { source: id, silence, owed: owed.len() });
        self.order_orphans(now);
    }

    /// What `id` owes and another usable source could send.
    fn owed_that_others_hold(&self, id: SourceId) -> Vec<Seq> {
        let Some(source) = self.sources.get(&id) else { return Vec::new() };
        let others: Vec<SourceId> =
            self.sources.values().filter(|s| s.id != id && s.is_usable()).map(|s| s.id).collect();
        let held = |seq: &Seq| others.iter().any(|other| self.holds(*other, *seq));
        source.backlog().iter().copied().filter(held).collect()
    }

    /// `id` owes this block no more.
    pub(super) fn take_back(&mut self, now: Time, id: SourceId, seq: Seq) {
        let bytes = self.block_bytes(seq);
        if let Some(source) = self.sources.get_mut(&id) {
            Source::forgive(source, now, seq, bytes);
        }
        self.ledger.forgive(seq, id);
    }
}
