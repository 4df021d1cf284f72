//! What streaming threads, the worker and the application see of each other without waiting.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::feed::Feed;
use super::mailbox::Mailbox;
use crate::captions::Caption;

const NONE: u64 = u64::MAX;

/// Most subtitles that wait for the worker.
const MOST_CUES: usize = 32;

/// What a subtitle track says at a place in the title.
#[derive(Debug)]
pub(super) struct Cue {
    /// What is shown; none takes away what was.
    pub(super) caption: Option<Caption>,
    /// Where it comes.
    pub(super) from: Option<Duration>,
    /// Where it goes.
    pub(super) until: Option<Duration>,
}

impl Cue {
    /// Whether nothing that came before it is shown any more.
    fn replaces_all(&self) -> bool {
        !matches!(self.caption, Some(Caption::Words(_)))
    }
}

/// See the module's header.
pub(super) struct Shared {
    /// Nanoseconds of the picture shown last.
    position: AtomicU64,
    /// Nanoseconds of the place that was asked for last, until the worker has heard of it.
    wish: AtomicU64,
    /// Nanoseconds a seek goes to, while there is one.
    target: AtomicU64,
    /// Subtitles that came and that the worker has not told of yet, at most [`MOST_CUES`] and one picture.
    cues: Mutex<VecDeque<Cue>>,
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
            cues: Mutex::default(),
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
        self.forget_cues();
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

    pub(super) fn push_cue(&self, cue: Cue) {
        let mut cues = self.cues.lock().unwrap_or_else(PoisonError::into_inner);
        if cue.replaces_all() {
            cues.clear();
        }
        if cues.len() >= MOST_CUES {
            cues.pop_front();
        }
        cues.push_back(cue);
        drop(cues);
        self.mailbox.wake();
    }

    pub(super) fn take_cue(&self) -> Option<Cue> {
        self.cues.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    pub(super) fn forget_cues(&self) {
        self.cues.lock().unwrap_or_else(PoisonError::into_inner).clear();
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
