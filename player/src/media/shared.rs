//! What streaming threads, the worker and the application see of each other without waiting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::feed::Feed;
use super::mailbox::Mailbox;

const NONE: u64 = u64::MAX;

/// A subtitle and the place in the title at which it goes.
#[derive(Debug, Default)]
pub(super) struct Cue {
    pub(super) text: String,
    pub(super) until: Option<Duration>,
}

/// See the module's header.
pub(super) struct Shared {
    /// Nanoseconds of the picture shown last.
    position: AtomicU64,
    /// Nanoseconds of the place that was asked for last, until the worker has heard of it.
    wish: AtomicU64,
    /// Nanoseconds a seek goes to, while there is one.
    target: AtomicU64,
    /// A subtitle that came and that the worker has not told of yet.
    cue: Mutex<Option<Cue>>,
    /// The feed of the newest load, so that anyone may stop its reads.
    feed: Mutex<Option<Arc<Feed>>>,
    pub(super) mailbox: Mailbox,
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(NONE - 1)
}

impl Shared {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            position: AtomicU64::new(NONE),
            wish: AtomicU64::new(NONE),
            target: AtomicU64::new(NONE),
            cue: Mutex::new(None),
            feed: Mutex::new(None),
            mailbox: Mailbox::default(),
        })
    }

    pub(super) fn set_position(&self, position: Duration) {
        self.position.store(nanoseconds(position), Ordering::Release);
    }

    /// Somebody asks for this place: it shows from now on, whatever older seek ends meanwhile.
    pub(super) fn wish(&self, to: Duration) {
        self.wish.store(nanoseconds(to), Ordering::Release);
    }

    /// The worker has heard of the wish for `to`. A newer one stays.
    pub(super) fn wish_heard(&self, to: Duration) {
        // Nothing to do where it fails: there is a newer wish, or none.
        let _ = self.wish.compare_exchange(nanoseconds(to), NONE, Ordering::AcqRel, Ordering::Acquire);
    }

    pub(super) fn set_target(&self, target: Option<Duration>) {
        self.target.store(target.map_or(NONE, nanoseconds), Ordering::Release);
    }

    pub(super) fn forget_place(&self) {
        self.wish.store(NONE, Ordering::Release);
        self.position.store(NONE, Ordering::Release);
        self.target.store(NONE, Ordering::Release);
        self.take_cue();
    }

    /// Where the picture is.
    pub(super) fn shown_position(&self) -> Option<Duration> {
        let position = self.position.load(Ordering::Acquire);
        (position != NONE).then(|| Duration::from_nanos(position))
    }

    /// Where the picture is, or will be when the seeks asked for and under way are done.
    pub(super) fn position(&self) -> Option<Duration> {
        let set = |place: &AtomicU64| Some(place.load(Ordering::Acquire)).filter(|place| *place != NONE);
        let sought = set(&self.wish).or_else(|| set(&self.target));
        sought.map(Duration::from_nanos).or_else(|| self.shown_position())
    }

    pub(super) fn set_cue(&self, text: String, until: Option<Duration>) {
        *self.cue.lock().unwrap_or_else(PoisonError::into_inner) = Some(Cue { text, until });
        self.mailbox.wake();
    }

    pub(super) fn take_cue(&self) -> Option<Cue> {
        self.cue.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Puts `fresh` in the place of `old`, unless a newer load has come.
    pub(super) fn renew_feed(&self, old: &Arc<Feed>, fresh: &Arc<Feed>) {
        let mut feed = self.feed.lock().unwrap_or_else(PoisonError::into_inner);
        if feed.as_ref().is_some_and(|feed| Arc::ptr_eq(feed, old)) {
            *feed = Some(Arc::clone(fresh));
        }
    }

    /// Puts the feed of a new load in place and ends the reads of the one before.
    pub(super) fn replace_feed(&self, feed: Option<Arc<Feed>>) {
        let old = std::mem::replace(&mut *self.feed.lock().unwrap_or_else(PoisonError::into_inner), feed);
        if let Some(old) = old {
            old.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn the_end_of_an_older_seek_does_not_hide_a_newer_wish() {
        let shared = Shared::new();
        shared.set_position(secs(1));
        shared.wish(secs(5));
        shared.set_target(Some(secs(5)));
        shared.wish_heard(secs(5));
        shared.wish(secs(7));
        shared.set_target(None);
        assert_eq!(shared.position(), Some(secs(7)));
        shared.wish_heard(secs(5));
        assert_eq!(shared.position(), Some(secs(7)));
        shared.wish_heard(secs(7));
        assert_eq!(shared.position(), Some(secs(1)));
    }
}
