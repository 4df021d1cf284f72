//! The threads that the engine runs on.

use std::fmt;

use tokio::task::AbortHandle;

/// Threads for sockets, timers and verification: one to read and one to verify are enough for a
/// gigabyte a second.
const WORKERS: usize = 2;

/// A tokio runtime that can be dropped anywhere, also on one of its own threads.
pub(crate) struct Runtime(Option<tokio::runtime::Runtime>);

impl Runtime {
    pub(crate) fn new() -> std::io::Result<Self> {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("tributary-engine")
            .enable_all()
            .build()
            .map(|runtime| Self(Some(runtime)))
    }

    pub(crate) fn block_on<F: Future>(&self, work: F) -> F::Output {
        self.inner().block_on(work)
    }

    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        self.inner().spawn(work).abort_handle()
    }

    fn inner(&self) -> &tokio::runtime::Runtime {
        self.0.as_ref().expect("the runtime is taken out only when it is dropped")
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}
