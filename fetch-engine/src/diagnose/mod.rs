//! The server test: servers are measured without playing anything.
//!
//! Each server is asked first for its response time, then sends a few MiB alone, one server after the other;
//! then all send at once. A server that is slow alone is slow itself, or its way is; servers that are fast
//! alone and slow together share something, most often the tester's own line. Every block is checked against
//! the title's hash.
//!
//! | module | what it is |
//! |---|---|
//! | `list` | which servers, and by which stream each is measured |
//! | `probe` | one connection to one server: greeting, transfer, samples |
//! | `ground` | which blocks are asked for, and whether they are right |
//! | `run` | the phases, one after the other |
//! | [`report`] | what is shown and exported |
//! | [`verdict`] | what the numbers say, by rules |
//! | [`export`] | the report as JSON or CSV |

pub mod export;
mod ground;
mod list;
mod probe;
pub mod report;
mod run;
pub mod verdict;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::task::AbortHandle;

use crate::engine::OpenError;
use crate::locator::{Locator, SourceUrl};
use crate::runtime::Runtime;
use report::{Phase, TestReport};

/// Most servers that one test measures; more are left out.
pub const MAX_SERVERS: usize = 64;
/// Bytes that each server sends alone.
pub const ALONE_BYTES: u64 = 4 << 20;

/// Which servers to test.
#[derive(Clone, Debug, Default)]
pub struct TestRequest {
    /// The director whose servers are tested, or that knows the title.
    pub director: Option<String>,
    /// A title: then its holders are tested, and by it.
    pub locator: Option<Locator>,
    /// Servers beside those, or instead of them.
    pub sources: Vec<SourceUrl>,
}

/// A test that can't begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TestError {
    /// Neither director, nor title, nor servers.
    #[error("no servers are named: give a director, a title or sources")]
    NothingNamed,
    /// The director, or whoever was asked, doesn't tell.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The director lists nobody.
    #[error("the director at {0} lists no content server")]
    NoServers(String),
}

/// A running server test. Dropped, it ends.
#[derive(Debug)]
pub struct ServerTest {
    board: Arc<Board>,
    task: AbortHandle,
    /// Keeps the threads alive that it runs on.
    _runtime: Arc<Runtime>,
}

impl ServerTest {
    pub(crate) const fn new(board: Arc<Board>, task: AbortHandle, runtime: Arc<Runtime>) -> Self {
        Self { board, task, _runtime: runtime }
    }

    /// All that is known by now.
    #[must_use]
    pub fn report(&self) -> TestReport {
        self.board.lock().clone()
    }

    /// Why it could not begin, where it could not.
    #[must_use]
    pub fn error(&self) -> Option<TestError> {
        self.board.error.get().cloned()
    }

    /// Ends it; what was measured stays.
    pub fn cancel(&self) {
        self.task.abort();
        let mut report = self.board.lock();
        if !report.phase.is_over() {
            report.phase = Phase::Cancelled;
            report.settle();
        }
    }
}

impl Drop for ServerTest {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Where the test writes and others read.
#[derive(Debug, Default)]
pub(crate) struct Board {
    report: Mutex<TestReport>,
    error: OnceLock<TestError>,
}

impl Board {
    pub(crate) fn lock(&self) -> MutexGuard<'_, TestReport> {
        // Every change is a few assignments of numbers.
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It can't begin.
    fn fail(&self, why: TestError) {
        let mut report = self.lock();
        report.phase = Phase::Failed(why.to_string());
        report.settle();
        // Said once: a test that failed ends.
        let _ = self.error.set(why);
    }
}

pub(crate) use run::{Kit, run};
