//! Tells when the content directory changes: as the system tells, and by looking again now and then
//! where it doesn't (network file systems).

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecursiveMode, Watcher as _};

/// How long the directory must be quiet before it is looked at.
const QUIET: Duration = Duration::from_millis(300);
/// Longest wait for quiet: a directory that is written to all the time is looked at this often.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// Something to wait for, sent by the file system or by the server itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wake {
    /// Something changed.
    Changed,
    /// The server stops.
    Stop,
}

/// Watches one directory. The channel holds one wake-up: more would say nothing new.
#[derive(Debug)]
pub(super) struct Watch {
    wakes: Receiver<Wake>,
    wake: SyncSender<Wake>,
    /// Kept: dropping it ends the watching.
    _watcher: Option<notify::RecommendedWatcher>,
}

impl Watch {
    /// Starts to watch.
    pub(super) fn start(directory: &Path) -> Self {
        let (wake, wakes) = sync_channel(1);
        let tell = wake.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| is_change(&event.kind)) {
                // Full: a wake-up waits already.
                let _ = tell.try_send(Wake::Changed);
            }
        })
        .and_then(|mut watcher| watcher.watch(directory, RecursiveMode::Recursive).map(|()| watcher));
        let watcher = watcher
            .inspect_err(|error| {
                tracing::warn!(
                    "{} can't be watched ({error}): it is looked at every so often",
                    directory.display()
                );
            })
            .ok();
        Self { wakes, wake, _watcher: watcher }
    }

    /// For others that have a reason to look again.
    pub(super) fn waker(&self) -> SyncSender<Wake> {
        self.wake.clone()
    }

    /// Whether a change waits to be looked at; takes it. `None` when the server stops.
    pub(super) fn poll(&self) -> Option<bool> {
        match self.wakes.try_recv() {
            Ok(Wake::Changed) => Some(true),
            Err(TryRecvError::Empty) => Some(false),
            Ok(Wake::Stop) | Err(TryRecvError::Disconnected) => None,
        }
    }

    /// Waits for a change that has settled, at most `longest`. False when the server stops.
    pub(super) fn wait(&self, longest: Duration) -> bool {
        match self.wakes.recv_timeout(longest) {
            Ok(Wake::Changed) => {}
            Ok(Wake::Stop) => return false,
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        let until = Instant::now() + LONGEST_WAIT;
        while Instant::now() < until {
            match self.wakes.recv_timeout(QUIET) {
                Ok(Wake::Changed) => {}
                Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        true
    }
}

/// Reading a film is no change, or serving would cause indexing.
const fn is_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_)
        | EventKind::Modify(ModifyKind::Metadata(notify::event::MetadataKind::AccessTime)) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_wakes_and_reading_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let film = dir.path().join("a.mp4");
        std::fs::write(&film, "film").unwrap();
        let watch = Watch::start(dir.path());
        std::fs::read(&film).unwrap();
        assert_eq!(watch.wakes.recv_timeout(Duration::from_millis(200)), Err(RecvTimeoutError::Timeout));
        std::fs::write(&film, "other").unwrap();
        assert_eq!(watch.wakes.recv_timeout(Duration::from_secs(10)), Ok(Wake::Changed));
        while watch.wakes.recv_timeout(Duration::from_millis(200)).is_ok() {}
        assert_eq!(watch.poll(), Some(false));
        watch.waker().send(Wake::Stop).unwrap();
        assert!(!watch.wait(Duration::from_secs(10)));
    }
}
