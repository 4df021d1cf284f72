//! Where a title's bytes come from, as the pipeline sees it.

use thiserror::Error;

/// Why a read gave no bytes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SourceError {
    /// [`MediaSource::cancel`] was called; nothing is wrong.
    #[error("the read was cancelled")]
    Cancelled,
    /// The bytes can't be had; in words fit for a person.
    #[error("{0}")]
    Failed(String),
}

/// Bytes of one title, of known size, that may have to be waited for.
pub trait MediaSource: Send + Sync {
    /// Bytes of the whole title.
    fn size(&self) -> u64;

    /// Fills `buf` from `offset` on and blocks until all of it, or all up to the end of the
    /// title, is here. Gives 0 only at the end: a fault is an error, never an early end.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError>;

    /// Bytes that are here without a gap from `offset` on.
    fn available(&self, offset: u64) -> u64;

    /// Wakes every blocked read with [`SourceError::Cancelled`], and lets later ones fail at once
    /// until [`uncancel`](Self::uncancel).
    fn cancel(&self);

    /// Lets reads through again.
    fn uncancel(&self);

    /// A hint: the next far read is a person's seek, not a demuxer's look elsewhere.
    fn seeking(&self);

    /// Whether all bytes are here from the start, so that playback never waits.
    fn whole(&self) -> bool;
}
