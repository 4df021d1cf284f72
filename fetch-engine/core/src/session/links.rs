//! Sources come and go.

use std::time::Duration;

use bytes::Bytes;

use super::doubt::Doubt;
use super::source::{Link, MAX_BACKOFF, Source};
use super::{Action, Hint, Loss, Notice, Session};
use crate::held::Held;
use crate::pattern::SourceId;
use crate::schedule::Schedule;
use crate::time::Time;
use crate::wire::{ErrorCode, Frame, MIN_VERSION, VERSION};

/// Payload of the test block (110): small, so that it measures the path and not the rate.
const TEST_BLOCK: &[u8] = b"tributary test block";

/// Until an echo has measured it, the way by a relay counts as so many times the way to the relay: once
/// there, and then to a source as far behind it, which it has to connect to first.
const RELAYED_ROUND_TRIPS: u32 = 3;

/// Longest wait before a source is tried again while no source is there at all.
const LONELY_BACKOFF: Duration = Duration::from_secs(2);

impl Session {
    pub(super) fn added(&mut self, id: SourceId, hint: Option<Hint>, gives_pages: bool) {
        let remembered = hint.map(|hint| (hint.rate_bps / 8.0).max(1.0));
        let known = self.sources.contains_key(&id);
        let source = self.sources.entry(id).or_insert_with(|| Source::new(id, remembered));
        source.withdrawn = false;
        source.gives_pages = gives_pages;
        if !known || matches!(source.link, Link::Away { .. } | Link::Gone) {
            source.link = Link::Connecting;
            self.nobody_told = false;
            self.actions.push_back(Action::Connect(id));
        }
    }

    pub(super) fn withdrawn(&mut self, now: Time, id: SourceId) {
        let Some(source) = self.sources.get_mut(&id) else { return };
        source.withdrawn = true;
        // A connection that works is better than the director's word.
        if matches!(source.link, Link::Away { .. }) {
            source.link = Link::Gone;
        }
        self.check_anybody_left(now);
    }

    pub(super) fn connected(&mut self, now: Time, id: SourceId, rtt: Duration, relayed: bool) {
        let Some(source) = self.sources.get_mut(&id) else { return };
        if source.link != Link::Connecting {
            return;
        }
        source.connected(now, if relayed { rtt * RELAYED_ROUND_TRIPS } else { rtt });
        source.relayed = relayed;
        self.repeat.forget_source(id);
        let (size, block_size) = (self.geometry.size(), self.geometry.block_size());
        let identify = self.config.identify;
        self.send(id, Frame::Hello { min_version: MIN_VERSION, max_version: VERSION });
        self.send(id, Frame::Open { stream: self.stream, size, block_size, me: id, identify });
        self.send(id, Frame::Echo { nonce: now.as_micros(), payload: Bytes::from_static(TEST_BLOCK) });
        if self.walk.epoch > 0 {
            let first_unleased = self.walk.next;
            self.send(
                id,
                Frame::Epoch {
                    generation: self.walk.generation,
                    epoch: self.walk.epoch,
                    from: first_unleased.min(self.geometry.blocks()),
                    lease: first_unleased - 1,
                    acknowledge: false,
                    schedule: Schedule::nobody(),
                },
            );
        }
        if self.sources.get(&id).is_some_and(|source| source.gives_pages) {
            self.ask_for_pages(now, id, true);
        }
        self.order_orphans(now);
        self.plan(now);
        self.request_pages(now);
    }

    pub(super) fn opened(&mut self, now: Time, id: SourceId, size: u64, held: Held) {
        if size != self.geometry.size() {
            let why = format!("its copy has {size} bytes instead of {}", self.geometry.size());
            self.shut_out(now, id, why);
            return;
        }
        let unopened = |source: &&mut Source| source.link == Link::Up { opened: false };
        let Some(source) = self.sources.get_mut(&id).filter(unopened) else { return };
        source.link = Link::Up { opened: true };
        let (rtt, relayed) = (source.round_trip(), source.relayed);
        self.notice(Notice::Joined { source: id, rtt });
        if relayed {
            // The first echo waited for the relay to reach the source; this one does not.
            self.send(id, Frame::Echo { nonce: now.as_micros(), payload: Bytes::from_static(TEST_BLOCK) });
            if let Some(source) = self.sources.get_mut(&id) {
                source.second_echo_at = Some(now);
            }
        }
        self.take_held(now, id, held);
    }

    pub(super) fn echoed(&mut self, now: Time, id: SourceId, nonce: u64) {
        let Some(source) = self.sources.get_mut(&id) else { return };
        let answered = source.doubt.answered(now, nonce);
        let first = (nonce == source.connected_at().as_micros()).then(|| source.connected_at());
        if let Some(asked_at) = answered.map(|(asked_at, _)| asked_at).or(first) {
            source.answers_in = now.since(asked_at);
        }
        if let Some(asked_at) = first.filter(|_| !source.relayed) {
            // Nothing was under way before it.
            source.reaction.took(now.since(asked_at));
        }
        if nonce == source.connected_at().as_micros() {
            // The connect may have waited for an address to be resolved; the echo did not. By way of a
            // relay the connect gave a guess only.
            let echo = now.since(source.connected_at());
            source.rtt = source.rtt.map(|rtt| if source.relayed { echo } else { rtt.min(echo) });
        } else if let Some(sent) = source.second_echo_at.filter(|sent| sent.as_micros() == nonce) {
            source.rtt = source.rtt.map(|rtt| rtt.min(now.since(sent)));
        }
        if answered.is_some_and(|(_, again)| again) {
            self.send(id, Frame::Echo { nonce: now.as_micros(), payload: Bytes::new() });
        }
    }

    pub(super) fn lost(&mut self, now: Time, id: SourceId, why: &Loss) {
        let why = match why {
            Loss::Unreachable(why) | Loss::Closed(why) | Loss::Protocol(why) => why.clone(),
        };
        if self.sources.get(&id).is_some_and(|source| source.is_up() || source.link == Link::Connecting) {
            self.leave(now, id, why, true);
        }
    }

    /// The server closed with a reason.
    pub(super) fn refused(&mut self, now: Time, id: SourceId, code: ErrorCode, message: &str) {
        if let Some(source) = self.sources.get_mut(&id) {
            source.last_code = Some(code);
        }
        match code {
            ErrorCode::NoSuchStream | ErrorCode::SizeMismatch | ErrorCode::Refused | ErrorCode::Version => {
                self.shut_out(now, id, message.to_owned());
            }
            _ => self.drop_link(now, id, message.to_owned(), true),
        }
    }

    /// Closes a connection; the source is tried again later.
    pub(super) fn drop_link(&mut self, now: Time, id: SourceId, why: String, is_error: bool) {
        self.actions.push_back(Action::Close(id));
        self.leave(now, id, why, is_error);
    }

    /// Closes a connection for good: the source has no honest or no fitting copy, or wants no part.
    fn shut_out(&mut self, now: Time, id: SourceId, why: String) {
        if let Some(source) = self.sources.get_mut(&id) {
            source.withdrawn = true;
        }
        self.drop_link(now, id, why, true);
    }

    /// A source sent what is not the stream's: it is not used again in this session.
    pub(super) fn quarantine(&mut self, now: Time, id: SourceId, seq: Option<u64>, why: String) {
        if self.lock_away(now, id, why) {
            self.notice(Notice::Quarantined { source: id, seq });
            self.forget_what_it_sent(now, id);
            self.check_anybody_left(now);
        }
    }

    /// A source stands behind the same server or relay as one that sent wrong bytes.
    pub(super) fn distrusted(&mut self, now: Time, id: SourceId, why: String) {
        if self.lock_away(now, id, why.clone()) {
            self.notice(Notice::Distrusted { source: id, why });
            self.forget_what_it_sent(now, id);
            self.check_anybody_left(now);
        }
    }

    /// Ends a source's part in this session; says whether it had one.
    fn lock_away(&mut self, now: Time, id: SourceId, why: String) -> bool {
        let Some(source) = self.sources.get_mut(&id).filter(|s| s.link != Link::Quarantined) else {
            return false;
        };
        if source.is_up() || source.link == Link::Connecting {
            self.drop_link(now, id, why, true);
        } else {
            // It left before what it sent could be proved.
            source.errors += 1;
            source.last_error = Some(why);
        }
        if let Some(source) = self.sources.get_mut(&id) {
            source.link = Link::Quarantined;
        }
        true
    }

    fn leave(&mut self, now: Time, id: SourceId, why: String, is_error: bool) {
        let awaited = self.awaited();
        let helps = |other: &&Source| other.id != id && other.is_up() && self.holds(other.id, awaited);
        let lonely = !self.sources.values().any(|other| helps(&other));
        let Some(source) = self.sources.get_mut(&id) else { return };
        let backoff = source.next_backoff(if lonely { LONELY_BACKOFF } else { MAX_BACKOFF });
        let retry_in = (!source.withdrawn).then_some(backoff);
        source.link = retry_in.map_or(Link::Gone, |wait| Link::Away { retry_at: now + wait });
        source.silent = false;
        source.doubt = Doubt::default();
        source.errors += u64::from(is_error);
        source.last_error = Some(why.clone());
        let owed = source.forgive_all(now);
        for seq in &owed {
            self.ledger.forgive(*seq, id);
        }
        self.pages.source_lost(id);
        self.repeat.connection_lost = true;
        self.notice(Notice::Left { source: id, why, owed: owed.len(), retry_in });
        self.order_orphans(now);
        self.check_anybody_left(now);
    }

    pub(super) fn retry_links(&mut self, now: Time) {
        for source in self.sources.values_mut() {
            if matches!(source.link, Link::Away { retry_at } if retry_at <= now) {
                source.link = Link::Connecting;
                self.actions.push_back(Action::Connect(source.id));
            }
        }
    }

    /// Tells once when nobody is left that could send anything.
    fn check_anybody_left(&mut self, now: Time) {
        let anybody = self.sources.values().any(|source| source.is_up() || source.link == Link::Connecting);
        if !anybody {
            for source in self.sources.values_mut() {
                if let Link::Away { retry_at } = &mut source.link {
                    *retry_at = (*retry_at).min(now + LONELY_BACKOFF);
                }
            }
        }
        if anybody {
            self.nobody_told = false;
        } else if !self.nobody_told && !self.sources.is_empty() {
            self.nobody_told = true;
            self.notice(Notice::NobodyLeft);
        }
    }
}
