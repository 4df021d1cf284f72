//! Playback: from a source of bytes to frames, sound and events.
//!
//! All changes of the pipeline happen on one worker thread; nothing offered here blocks the
//! caller.

pub mod source;

pub use source::{MediaSource, SourceError};
