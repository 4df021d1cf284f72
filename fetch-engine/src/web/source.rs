//! What is known of one file on one web server, for as long as its stream is open.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tributary_core::wire::ErrorCode;

use super::address::WebUrl;
use super::head::Validators;
use super::line::Line;

/// Most redirects in a row.
const MAX_REDIRECTS: u32 = 5;

/// One file on one web server. It outlives the connections to it.
pub(crate) struct WebSource {
    url: WebUrl,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Where redirects led.
    moved_to: Option<WebUrl>,
    /// Redirects since the last answer that was of use.
    redirects: u32,
    validators: Option<Validators>,
    leave_alone_until: Option<Instant>,
    /// Requests after which it closes a connection, where it has shown that.
    request_limit: Option<u64>,
    refused: Option<(ErrorCode, String)>,
    /// A connection that was made to look at the file, and is as good as new.
    ready: Option<Line>,
}

impl std::fmt::Debug for WebSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebSource").field("url", &self.url).finish_non_exhaustive()
    }
}

impl WebSource {
    pub(crate) fn new(url: WebUrl) -> Self {
        Self { url, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Each change under the lock is one assignment.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address that was given.
    pub(crate) const fn url(&self) -> &WebUrl {
        &self.url
    }

    /// The address to ask now.
    pub(crate) fn at(&self) -> WebUrl {
        self.known().moved_to.clone().unwrap_or_else(|| self.url.clone())
    }

    /// The file is at `to`. False where it was sent on too often.
    pub(crate) fn moved(&self, to: WebUrl) -> bool {
        let mut known = self.known();
        known.redirects += 1;
        known.moved_to = Some(to);
        known.redirects <= MAX_REDIRECTS
    }

    /// An answer was of use.
    pub(crate) fn answered(&self) {
        self.known().redirects = 0;
    }

    /// Goes back to the address that was given; says whether it had led elsewhere.
    pub(crate) fn forget_redirect(&self) -> bool {
        let mut known = self.known();
        known.redirects = 0;
        known.moved_to.take().is_some()
    }

    /// Compares with what the server said before of its copy, where it said anything.
    pub(crate) fn agree(&self, now: &Validators) -> Result<(), ()> {
        let mut known = self.known();
        let before = known.validators.get_or_insert_with(|| now.clone());
        let differ = |a: &Option<String>, b: &Option<String>| matches!((a, b), (Some(a), Some(b)) if a != b);
        if differ(&before.tag, &now.tag) || differ(&before.modified, &now.modified) {
            Err(())
        } else {
            Ok(())
        }
    }

    /// The server closes a connection after so many requests.
    pub(crate) fn takes_requests(&self, count: u64) {
        self.known().request_limit = Some(count);
    }

    /// How many requests a connection is good for, as far as is known.
    pub(crate) fn request_limit(&self) -> u64 {
        self.known().request_limit.unwrap_or(u64::MAX)
    }

    /// The server wants no requests for a while.
    pub(crate) fn leave_alone(&self, wait: Option<Duration>) {
        self.known().leave_alone_until = wait.map(|wait| Instant::now() + wait);
    }

    /// How much longer it wants none.
    pub(crate) fn waits(&self) -> Option<Duration> {
        let until = self.known().leave_alone_until?;
        Some(until.saturating_duration_since(Instant::now())).filter(|wait| !wait.is_zero())
    }

    /// It is not to be asked.
    pub(crate) fn refuse(&self, code: ErrorCode, why: String) {
        self.known().refused = Some((code, why));
    }

    /// Why it is not to be asked, where it isn't.
    pub(crate) fn refused(&self) -> Option<(ErrorCode, String)> {
        self.known().refused.clone()
    }

    /// Keeps a connection for the first who needs one.
    pub(crate) fn keep(&self, line: Line) {
        self.known().ready = Some(line);
    }

    /// The round trip of the connection that was kept.
    pub(crate) fn ready_rtt(&self) -> Option<Duration> {
        self.known().ready.as_ref().map(|line| line.rtt)
    }

    /// Whoever takes the connection that was kept waits as much longer than the nearest server as it
    /// would if it were made only then.
    pub(crate) fn hold_back(&self, nearest: Duration) {
        if let Some(line) = &mut self.known().ready {
            line.held_back = line.rtt.saturating_sub(nearest);
        }
    }

    /// The connection that was kept, unless it has waited too long.
    pub(crate) fn take_ready(&self) -> Option<Line> {
        self.known().ready.take().filter(Line::is_fresh)
    }
}
