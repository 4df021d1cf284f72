//! `--stats-log`: the numbers of a fetch, written by a thread of its own until it is dropped.

use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fetch_engine::Stream;
use fetch_engine::stats::{LOG_EVERY_SECONDS, StatsLog};

use crate::fault::Fault;

/// Nothing is ever sent on the channel that stops the writing: its end is the message.
const MAX_STOPS_WAITING: usize = 0;

/// A log being written; dropped, it gets its last line.
#[derive(Debug)]
pub(crate) struct Logging {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Logging {
    /// Begins the log at `path`, where one is wanted.
    ///
    /// # Errors
    /// [`Fault::File`] where it can't be written.
    pub(crate) fn start(path: Option<&Path>, stream: &Stream) -> Result<Self, Fault> {
        let Some(path) = path else { return Ok(Self { stop: None, thread: None }) };
        let mut log = StatsLog::create(path).map_err(|why| Fault::file("written", path, &why))?;
        let (stop, stopped) = mpsc::sync_channel(MAX_STOPS_WAITING);
        let (stream, shown) = (stream.clone(), path.display().to_string());
        let thread = thread::Builder::new().name("stats log".to_owned()).spawn(move || {
            let period = Duration::from_secs_f64(LOG_EVERY_SECONDS);
            loop {
                let over = stopped.recv_timeout(period) != Err(RecvTimeoutError::Timeout);
                if let Err(why) = log.write(stream.snapshot(), stream.log_since(0), None) {
                    eprintln!("tributary-fetch: {shown} can't be written any more: {why}");
                    return;
                }
                if over {
                    return;
                }
            }
        });
        let thread = thread.map_err(|why| Fault::File(format!("the system gives no thread: {why}")))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed.
            let _ = thread.join();
        }
    }
}
