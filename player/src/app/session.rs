//! An open stream, and the thread that looks at its numbers at most four times a second.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use fetch_engine::Stream;
use fetch_engine::snapshot::Snapshot;
use fetch_engine::verdict::Viewer;

use super::inbox::Sender;
use crate::state::Event;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Between two looks that are told although nothing moved, so that ages are right.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// An open stream; dropping it ends the looks.
pub(super) struct Session {
    /// The stream.
    pub(super) stream: Stream,
    /// Set when it ends.
    pub(super) over: Arc<AtomicBool>,
    /// What the window knows and the engine does not, as it was last.
    viewer: Arc<Mutex<Viewer>>,
}

impl Session {
    /// Starts to look at `stream`, which is of the opening with `number`.
    pub(super) fn new(number: u64, stream: Stream, sender: Sender) -> std::io::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let viewer: Arc<Mutex<Viewer>> = Arc::default();
        let (seen, ended, told) = (stream.clone(), over.clone(), viewer.clone());
        let look = move || look(number, &seen, &sender, &ended, &told);
        thread::Builder::new().name("numbers".into()).spawn(look)?;
        Ok(Self { stream, over, viewer })
    }

    /// Tells what the window knows: the thread that looks passes it on, so that nobody waits here.
    pub(super) fn tell(&self, viewer: Viewer) {
        *self.viewer.lock().unwrap_or_else(PoisonError::into_inner) = viewer;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn look(number: u64, stream: &Stream, sender: &Sender, over: &AtomicBool, viewer: &Mutex<Viewer>) {
    let mut last: Option<(Snapshot, Instant)> = None;
    let mut newest = 0;
    while !over.load(Ordering::Relaxed) {
        stream.set_viewer(Some(*viewer.lock().unwrap_or_else(PoisonError::into_inner)));
        let entries = stream.log_since(newest);
        if let Some(entry) = entries.last() {
            newest = entry.number;
            sender.event(Event::Logged { number, entries });
        }
        let snapshot = stream.snapshot();
        let stale =
            last.as_ref().is_none_or(|(old, told)| moved(old, &snapshot) || told.elapsed() >= TELL_EVERY);
        if stale {
            sender.event(Event::Measured { number, snapshot: Arc::new(snapshot.clone()) });
            last = Some((snapshot, Instant::now()));
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// Whether anything that is drawn differs.
fn moved(old: &Snapshot, new: &Snapshot) -> bool {
    let states = |snapshot: &Snapshot| -> Vec<String> {
        snapshot.sources.iter().map(|source| source.state.clone()).collect()
    };
    let causes = |snapshot: &Snapshot| -> Vec<String> {
        snapshot.verdicts.iter().map(|finding| finding.heading.clone()).collect()
    };
    old.totals != new.totals
        || old.state != new.state
        || old.patterns != new.patterns
        || old.cache != new.cache
        || (old.rate_bps - new.rate_bps).abs() > 1.0
        || causes(old) != causes(new)
        || states(old) != states(new)
}
