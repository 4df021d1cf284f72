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
/// A tick that is so late means that nobody listened: the machine slept, or was busy otherwise.
const ABSENCE: Duration = Duration::from_millis(20);

impl Session {
    /// While nobody listened, nobody was silent: what came meanwhile may not have been taken in yet.
    pub(super) fn notice_absence(&mut self, now: Time) {
        let Some(due) = self.ticked_at.and(self.next_tick()) else { return };
        let absence = now.since(due);
        if absence >= ABSENCE {
            self.sources.values_mut().for_each(|source| source.excuse(now, absence));
        }
    }

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
        source.blocks().filter(held).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Geometry, StreamId};
    use crate::held::Held;
    use crate::session::{Action, Config, Demand, Event, Notice};
    use crate::verify::GROUP;
    use crate::wire::Frame;

    const RTT: Duration = Duration::from_millis(20);

    fn at(millis: u64) -> Time {
        Time::from_micros(millis * 1000)
    }

    /// A session with two sources that owe blocks since 40 ms.
    fn session() -> Session {
        let geometry = Geometry::new(400 * GROUP, GROUP as u32).unwrap();
        let mut session = Session::new(StreamId([7; 32]), geometry, Config::default()).unwrap();
        let sources = [0, 1].map(|index| SourceId::new(index).unwrap());
        for source in sources {
            session.handle(at(0), Event::Added { source, hint: None, gives_pages: true });
            session.handle(at(20), Event::Connected { source, rtt: RTT, relayed: false });
            let opened = Frame::Opened { size: geometry.size(), held: Held::all() };
            session.handle(at(40), Event::Frame { source, frame: opened });
        }
        session.handle(at(40), Event::Demand(Demand { main: 1..401, others: Vec::new() }));
        session.tick(at(40));
        session
    }

    fn tick_until(session: &mut Session, end: Time) {
        while let Some(due) = session.next_tick().filter(|due| *due <= end) {
            session.tick(due);
        }
    }

    /// How many were called silent, or lost their connection.
    fn blamed(session: &mut Session) -> usize {
        let mut blamed = 0;
        while let Some(action) = session.poll() {
            blamed += usize::from(matches!(
                action,
                Action::Notice(Notice::Silent { .. } | Notice::Left { .. }) | Action::Close(_)
            ));
        }
        blamed
    }

    #[test]
    fn while_the_player_was_held_up_nobody_was_silent() {
        let mut session = session();
        tick_until(&mut session, at(80));
        session.tick(at(60_000));
        assert_eq!(blamed(&mut session), 0);
        tick_until(&mut session, at(60_100));
        assert_eq!(blamed(&mut session), 0, "the silence from before and after is short");
    }

    #[test]
    fn who_is_silent_while_somebody_listens_is_blamed() {
        let mut session = session();
        tick_until(&mut session, at(2000));
        assert!(blamed(&mut session) > 0);
    }

    #[test]
    fn being_held_up_again_and_again_does_not_hide_a_silence() {
        let mut session = session();
        for step in 1..200 {
            // Each second tick comes 30 ms late.
            let due = session.next_tick().unwrap();
            session.tick(if step % 2 == 0 { due } else { due + Duration::from_millis(30) });
        }
        assert!(blamed(&mut session) > 0);
    }
}
