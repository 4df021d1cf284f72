//! One open stream, and ways to read it.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;
use tributary_core::directory::Title;
use tributary_core::geometry::StreamId;

use crate::cancel::Cancel;
use crate::engine::Memory;
use crate::live::Live;
use crate::runtime::Runtime;
use crate::shared::{Failure, ReadError, Shared};
use crate::snapshot::{LogEntry, Snapshot};
use crate::verdict::{Told, Viewer};
use crate::verification::Verification;

/// An open stream. Clones are the same stream; when the last one is dropped its connections close.
#[derive(Clone)]
pub struct Stream(Arc<Opened>);

pub(crate) struct Opened {
    pub(crate) id: StreamId,
    pub(crate) hash: Option<StreamId>,
    pub(crate) file_name: Option<String>,
    pub(crate) verification: Verification,
    pub(crate) size: u64,
    pub(crate) title: Option<Title>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) live: Arc<Live>,
    pub(crate) memory: Arc<Memory>,
    /// Keeps the driver's threads alive for as long as the stream is.
    pub(crate) _runtime: Arc<Runtime>,
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.shared.close();
        let measured = {
            let inner = self.live.lock();
            inner.measured(self.live.now())
        };
        self.memory.learn(measured);
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("id", &self.0.id).field("size", &self.0.size).finish_non_exhaustive()
    }
}

impl Stream {
    pub(crate) fn new(opened: Opened) -> Self {
        Self(Arc::new(opened))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0.shared
    }

    pub(crate) fn has_sources(&self) -> bool {
        self.0.live.lock().roster.iter().next().is_some()
    }

    /// Its name: the BLAKE3 hash of its bytes. Where that is not known, a number that stands for its
    /// sources instead; see [`Self::hash`].
    #[must_use]
    pub fn id(&self) -> StreamId {
        self.0.id
    }

    /// The BLAKE3 hash of its bytes, where it is known.
    #[must_use]
    pub fn hash(&self) -> Option<StreamId> {
        self.0.hash
    }

    /// A name for a file of its bytes, where one is known.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.title().map(|title| title.file_name.as_str()).or(self.0.file_name.as_deref())
    }

    /// How sure one can be of its bytes.
    #[must_use]
    pub fn verification(&self) -> Verification {
        self.0.verification
    }

    /// Its bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// What to keep beside a file of the first `bytes` bytes, as `NAME.tributary`, so that a content
    /// server can serve it as the part it is: see [`tributary_core::partial`]. Nothing where its bytes
    /// are not verified by its hash, or too few are there.
    #[must_use]
    pub fn part(&self, bytes: u64) -> Option<Bytes> {
        let part = self.0.live.lock().session.part(bytes).filter(|_| self.hash().is_some())?;
        Some(part.encode())
    }

    /// What the director told of it; nothing where it was opened by its hash.
    #[must_use]
    pub fn title(&self) -> Option<&Title> {
        self.0.title.as_ref()
    }

    /// Fills `buf` with the bytes from `offset` on, and blocks until all of them are here and
    /// verified. Fewer only where the stream ends, or what was opened of it; 0 only at or past that end
    /// (and for an empty `buf`).
    ///
    /// # Errors
    /// [`ReadError::Cancelled`], or [`ReadError::Failed`] where nobody can send them: a fault is never
    /// 0 bytes. What of `buf` was filled before is unspecified then.
    pub fn read_at(&self, offset: u64, buf: &mut [u8], cancel: &Cancel) -> Result<usize, ReadError> {
        self.0.shared.read(offset, buf, true, cancel)
    }

    /// The bytes from `offset` on, in order, as they come.
    #[must_use]
    pub fn reader(&self, offset: u64) -> Reader {
        self.reader_with(offset, Cancel::new())
    }

    /// The same, ended by `cancel`.
    #[must_use]
    pub fn reader_with(&self, offset: u64, cancel: Cancel) -> Reader {
        Reader { stream: self.clone(), position: offset, cancel }
    }

    /// A hint that the next far read is the new place of play, and not a look aside.
    pub fn seeking(&self) {
        self.0.shared.lock().heads.seeking();
    }

    /// Bytes here from `offset` on without a gap.
    #[must_use]
    pub fn available(&self, offset: u64) -> u64 {
        self.0.shared.lock().cache.available(offset)
    }

    /// Everything there is to show, as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.0.live.snapshot(&self.0.shared)
    }

    /// What only a player knows, for [`Snapshot::verdicts`]: to be told anew a few times a second, as it
    /// changes. None where nobody plays it any more.
    pub fn set_viewer(&self, viewer: Option<Viewer>) {
        self.0.live.lock().viewer = viewer;
    }

    /// What happened after entry `number`; 0 gives all that is kept: the last 2,000.
    #[must_use]
    pub fn log_since(&self, number: u64) -> Vec<LogEntry> {
        self.0.live.lock().journal.since(number)
    }

    /// What was amiss since it was opened, each thing once, oldest first; the last 64.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        self.0.live.lock().told.all()
    }

    /// Why the stream can't go on, where it can't.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        self.0.shared.failure()
    }
}

/// Reads a stream in order. A seek costs nothing until the next read.
#[derive(Debug)]
pub struct Reader {
    stream: Stream,
    position: u64,
    cancel: Cancel,
}

impl Reader {
    /// The next bytes, as many as lie in one block, without copying them; none at the end of what was
    /// opened.
    ///
    /// # Errors
    /// As [`Stream::read_at`].
    pub fn next_chunk(&mut self) -> Result<Option<Bytes>, ReadError> {
        let chunk = self.stream.0.shared.chunk(self.position, &self.cancel)?;
        self.position += chunk.as_ref().map_or(0, |bytes| bytes.len() as u64);
        Ok(chunk)
    }

    /// Offset of the next byte.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }
}

impl Read for Reader {
    /// Blocks until there is at least one byte.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.0.shared.read(self.position, buf, false, &self.cancel);
        let read = read.map_err(|why| match why {
            // Not `Interrupted`: that one is retried by every loop around a read.
            ReadError::Cancelled => io::Error::new(io::ErrorKind::ConnectionAborted, why),
            ReadError::Failed(_) => io::Error::other(why),
        })?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.stream.size().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        let before_start =
            || io::Error::new(io::ErrorKind::InvalidInput, "a seek to before the stream's start");
        self.position = target.ok_or_else(before_start)?;
        Ok(self.position)
    }
}
