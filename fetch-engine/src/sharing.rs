//! One open stream for several readers, each of one range: how a server hands it to its clients.

use std::ops::Range;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tributary_core::directory::Title;
use tributary_core::geometry::StreamId;

use crate::readers::MAX_READERS;
use crate::shared::{Failure, ReadError, Shared};
use crate::snapshot::Snapshot;
use crate::stream::Stream;

/// An open stream that several readers share. Clones are the same stream; when the last one and its
/// last reader are dropped its connections close.
#[derive(Clone, Debug)]
pub struct SharedStream(Stream);

/// A stream has as many readers as it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_READERS} readers take this title already")]
pub struct TooManyReaders;

impl SharedStream {
    pub(crate) const fn new(stream: Stream) -> Self {
        Self(stream)
    }

    /// Its name: the BLAKE3 hash of its bytes.
    #[must_use]
    pub fn id(&self) -> StreamId {
        self.0.id()
    }

    /// Its bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.size()
    }

    /// What the director told of it; nothing where it was opened by its hash.
    #[must_use]
    pub fn title(&self) -> Option<&Title> {
        self.0.title()
    }

    /// A reader of these bytes, in order. What it wants is fetched from now until it is dropped.
    ///
    /// # Errors
    /// [`TooManyReaders`].
    pub fn reader(&self, range: Range<u64>) -> Result<RangeReader, TooManyReaders> {
        let shared = self.0.shared().clone();
        let number = shared.add_reader(range).ok_or(TooManyReaders)?;
        Ok(RangeReader { number, shared, _stream: self.clone() })
    }

    /// Whether any server is known that holds it, or ever was.
    #[must_use]
    pub fn has_sources(&self) -> bool {
        self.0.has_sources()
    }

    /// Readers there are now.
    #[must_use]
    pub fn readers(&self) -> usize {
        self.0.shared().lock().readers.as_ref().map_or(0, |readers| readers.count())
    }

    /// Everything there is to show, as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.0.snapshot()
    }

    /// Why the stream can't go on, where it can't.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.0.failure()
    }
}

/// Reads one range of a stream in order, without blocking a thread.
#[derive(Debug)]
pub struct RangeReader {
    number: u64,
    shared: Arc<Shared>,
    /// Keeps the stream open.
    _stream: SharedStream,
}

impl RangeReader {
    /// The next bytes, as many as lie in one block, without copying them; none at the range's end, or
    /// the stream's.
    ///
    /// # Errors
    /// [`ReadError::Failed`] where nobody can send them: a fault is never an end.
    pub fn poll_chunk(&mut self, cx: &Context<'_>) -> Poll<Result<Option<Bytes>, ReadError>> {
        self.shared.poll_reader(self.number, cx)
    }

    /// The same, to be awaited.
    ///
    /// # Errors
    /// As [`Self::poll_chunk`].
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, ReadError> {
        std::future::poll_fn(|cx| self.poll_chunk(cx)).await
    }
}

impl Drop for RangeReader {
    fn drop(&mut self) {
        self.shared.remove_reader(self.number);
    }
}
