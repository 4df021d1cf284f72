//! The fetch engine's stream as a source for playback.

use std::sync::{Arc, Mutex, PoisonError};

use fetch_engine::{Cancel, ReadError, Stream};

use super::source::{MediaSource, SourceError};

/// A stream of the fetch engine.
pub struct EngineSource {
    stream: Stream,
    /// What reads that begin now are cancelled by. A cancel can't be taken back: letting reads
    /// through again means a new one, and reads of before stay cancelled.
    cancel: Mutex<Cancel>,
}

impl EngineSource {
    /// Wraps an open stream.
    pub fn new(stream: Stream) -> Arc<Self> {
        Arc::new(Self { stream, cancel: Mutex::new(Cancel::new()) })
    }

    /// The stream itself, for what views show of it.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    fn current(&self) -> Cancel {
        self.cancel.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl MediaSource for EngineSource {
    fn size(&self) -> u64 {
        self.stream.size()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        self.stream.read_at(offset, buf, &self.current()).map_err(|error| match error {
            ReadError::Cancelled => SourceError::Cancelled,
            failed => SourceError::Failed(failed.to_string()),
        })
    }

    fn available(&self, offset: u64) -> u64 {
        self.stream.available(offset)
    }

    fn cancel(&self) {
        self.current().cancel();
    }

    fn uncancel(&self) {
        let mut cancel = self.cancel.lock().unwrap_or_else(PoisonError::into_inner);
        if cancel.is_cancelled() {
            *cancel = Cancel::new();
        }
    }

    fn seeking(&self) {
        self.stream.seeking();
    }

    fn whole(&self) -> bool {
        false
    }
}
