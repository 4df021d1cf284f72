//! A way to end a blocked read from another thread.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What wants to be woken when a [`Cancel`] is used.
pub(crate) trait Wake: Send + Sync {
    /// Wakes whoever is blocked, to look at the cancel again.
    fn wake(&self);
}

#[derive(Default)]
struct State {
    cancelled: bool,
    /// Streams in which a read waits under this cancel: at most one for each blocked thread.
    waiting: Vec<Weak<dyn Wake>>,
}

/// Ends blocked reads at once. All clones are the same; once cancelled it stays so.
#[derive(Clone, Default)]
pub struct Cancel(Arc<Mutex<State>>);

impl Cancel {
    /// One that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends every read that waits under this, and every later one that would have to.
    pub fn cancel(&self) {
        let waiting = {
            let mut state = self.state();
            state.cancelled = true;
            std::mem::take(&mut state.waiting)
        };
        for stream in waiting.iter().filter_map(Weak::upgrade) {
            stream.wake();
        }
    }

    /// Whether [`Self::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// Has `stream` woken by [`Self::cancel`] until the guard is dropped.
    pub(crate) fn watch(&self, stream: Weak<dyn Wake>) -> Watch<'_> {
        self.state().waiting.push(stream.clone());
        Watch { cancel: self, stream }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // The state is whole after every statement, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel").field("cancelled", &self.is_cancelled()).finish()
    }
}

/// A read that waits under a [`Cancel`].
pub(crate) struct Watch<'a> {
    cancel: &'a Cancel,
    stream: Weak<dyn Wake>,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let mut state = self.cancel.state();
        if let Some(place) = state.waiting.iter().position(|other| other.ptr_eq(&self.stream)) {
            state.waiting.swap_remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Wake for Counted {
        fn wake(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn wakes_who_waits_and_nobody_else() {
        let (waits, gone) = (Arc::new(Counted::default()), Arc::new(Counted::default()));
        let weak = |counted: &Arc<Counted>| -> Weak<dyn Wake> {
            Arc::downgrade(&(counted.clone() as Arc<dyn Wake>))
        };
        let cancel = Cancel::new();
        drop(cancel.watch(weak(&gone)));
        let guard = cancel.watch(weak(&waits));
        assert!(!cancel.is_cancelled());
        cancel.clone().cancel();
        drop(guard);
        assert!(cancel.is_cancelled());
        assert_eq!((waits.0.load(Ordering::Relaxed), gone.0.load(Ordering::Relaxed)), (1, 0));
    }
}
