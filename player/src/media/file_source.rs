//! A local file as a source for playback, so that it is read the way every other title is.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use gstreamer::glib;

use super::source::{MediaSource, SourceError};

/// An open file. Its bytes never have to be waited for.
pub(super) struct FileSource {
    file: File,
    size: u64,
}

impl FileSource {
    /// Opens the file that a `file:` address names; none where it is no such address, or the file
    /// is no regular one or can't be opened.
    pub(super) fn of_uri(uri: &str) -> Option<Arc<Self>> {
        let (path, _) = glib::filename_from_uri(uri).ok()?;
        let file = File::open(path).ok()?;
        let facts = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        Some(Arc::new(Self { file, size: facts.len() }))
    }
}

impl MediaSource for FileSource {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buf.len().min(left);
        self.file
            .read_exact_at(&mut buf[..wanted], offset)
            .map(|()| wanted)
            .map_err(|error| SourceError::Failed(format!("The file can't be read: {error}.")))
    }

    fn available(&self, offset: u64) -> u64 {
        self.size.saturating_sub(offset)
    }

    fn cancel(&self) {}

    fn uncancel(&self) {}

    fn seeking(&self) {}

    fn whole(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_to_their_end_and_other_addresses_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a film.mp4");
        std::fs::write(&path, b"0123456789").unwrap();
        let uri = glib::filename_to_uri(&path, None).unwrap();
        let file = FileSource::of_uri(&uri).unwrap();
        let mut buf = [0; 4];
        assert_eq!(file.read_at(8, &mut buf), Ok(2));
        assert_eq!(&buf[..2], b"89");
        assert_eq!(file.read_at(99, &mut buf), Ok(0));
        for other in ["http://127.0.0.1/x.mp4", "file:///nowhere/at/all", "film"] {
            assert!(FileSource::of_uri(other).is_none(), "{other}");
        }
        assert!(FileSource::of_uri(&glib::filename_to_uri(folder.path(), None).unwrap()).is_none());
    }
}
