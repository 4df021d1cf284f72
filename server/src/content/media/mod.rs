//! What a film is: length, picture, tracks, poster, found out by GStreamer, one film at a time.

#[cfg(feature = "media")]
mod facts;
#[cfg(feature = "media")]
mod poster;

use std::path::{Path, PathBuf};

use tributary_core::geometry::StreamId;

use super::index::remember::KnownMedia;

/// Looks at films. Without the feature `media`, or without a working GStreamer, it is not available.
#[derive(Debug)]
pub(crate) struct Media {
    #[cfg_attr(not(feature = "media"), expect(dead_code, reason = "posters need the feature"))]
    state: PathBuf,
    available: bool,
}

impl Media {
    /// Prepares the media library; posters go below `state`.
    pub(crate) fn start(state: &Path) -> Self {
        Self { state: state.to_owned(), available: start_library() }
    }

    /// Whether anything can be found out at all.
    pub(crate) const fn is_available(&self) -> bool {
        self.available
    }

    /// Facts and poster of the film at `path`; empty for one that can't be decoded.
    #[cfg(feature = "media")]
    pub(crate) fn look_at(&self, path: &Path, stream: StreamId) -> KnownMedia {
        let facts = match facts::discover(path) {
            Ok(facts) => facts,
            Err(error) => {
                tracing::info!("nothing is known of {}: {error}", path.display());
                return KnownMedia::default();
            }
        };
        let to = super::index::remember::poster_path(&self.state, stream);
        let poster = facts.width > 0
            && poster::make(path, &facts, &to)
                .inspect_err(|error| tracing::info!("{} has no poster: {error}", path.display()))
                .is_ok();
        KnownMedia { facts, poster }
    }

    /// Nothing can be found out without the feature.
    #[cfg(not(feature = "media"))]
    pub(crate) fn look_at(&self, _path: &Path, _stream: StreamId) -> KnownMedia {
        KnownMedia::default()
    }
}

#[cfg(feature = "media")]
fn start_library() -> bool {
    gstreamer::init()
        .inspect_err(|error| tracing::warn!("GStreamer can't be used, so films have no facts: {error}"))
        .is_ok()
}

#[cfg(not(feature = "media"))]
const fn start_library() -> bool {
    false
}
