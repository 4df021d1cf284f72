//! An open stream, and the thread that looks at its numbers at most four times a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fetch_engine::Stream;
use fetch_engine::snapshot::Snapshot;

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
    over: Arc<AtomicBool>,
}

impl Session {
    /// Starts to look at `stream`, which is of the opening with `number`.
    pub(super) fn new(number: u64, stream: Stream, sender: Sender) -> std::io::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let (seen, ended) = (stream.clone(), over.clone());
        thread::Builder::new().name("numbers".into()).spawn(move || look(number, &seen, &sender, &ended))?;
        Ok(Self { stream, over })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn look(number: u64, stream: &Stream, sender: &Sender, over: &AtomicBool) {
    let mut last: Option<(Snapshot, Instant)> = None;
    let mut newest = 0;
    while !over.load(Ordering::Relaxed) {
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
    old.totals != new.totals
        || old.state != new.state
        || old.patterns != new.patterns
        || old.cache != new.cache
        || (old.rate_bps - new.rate_bps).abs() > 1.0
        || states(old) != states(new)
}
