//! Posters kept on disk between runs: small JPEG files named by their stream's hash, bounded in number
//! and size; the oldest go first.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fetch_engine::StreamId;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageReader, RgbImage};

/// Most posters kept.
const KEPT_FILES: usize = 4000;
/// Most bytes of posters kept.
const KEPT_BYTES: u64 = 96 << 20;
/// Largest file that is read, in bytes: far more than a small poster takes.
const FILE_BYTES: u64 = 1 << 20;
/// A poster older than this is asked for again: its title may have got another.
const FRESH_FOR: Duration = Duration::from_secs(7 * 24 * 3600);
/// Quality of what is kept, of 100.
const QUALITY: u8 = 88;
/// Posters written between two looks at the bounds.
const WRITES_A_LOOK: u32 = 100;

/// The folder.
#[derive(Debug)]
pub(super) struct PosterFolder {
    folder: PathBuf,
    fresh_for: Duration,
    writes: u32,
}

impl PosterFolder {
    /// The posters kept in `folder`.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, fresh_for: FRESH_FOR, writes: 0 }
    }

    /// Pictures kept in `folder` however old they are.
    pub(super) fn lasting(folder: PathBuf) -> Self {
        Self { folder, fresh_for: Duration::MAX, writes: 0 }
    }

    /// A name made of hexadecimal digits only, whatever the stream.
    fn path(&self, stream: StreamId) -> PathBuf {
        self.folder.join(format!("{stream}.jpg"))
    }

    /// The poster of a stream, if a fresh one is kept. One that can't be read counts as none.
    pub(super) fn get(&self, stream: StreamId) -> Option<RgbImage> {
        let path = self.path(stream);
        let facts = std::fs::symlink_metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
        let age = SystemTime::now().duration_since(facts.modified().ok()?).unwrap_or_default();
        if facts.len() > FILE_BYTES || age > self.fresh_for {
            return None;
        }
        let bytes = std::fs::read(&path).ok()?;
        let mut reader = ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Jpeg);
        reader.limits(super::posters::limits());
        reader.decode().ok().map(|picture| picture.to_rgb8())
    }

    /// Keeps the poster of a stream.
    pub(super) fn put(&mut self, stream: StreamId, picture: &RgbImage) {
        if let Err(why) = self.write(stream, picture) {
            tracing::debug!("the poster of {stream} can't be kept: {why}");
        }
        if self.writes.is_multiple_of(WRITES_A_LOOK) {
            bound(&self.folder, KEPT_FILES, KEPT_BYTES);
        }
        self.writes = self.writes.wrapping_add(1);
    }

    /// Keeps the poster of a stream no longer.
    pub(super) fn remove(&self, stream: StreamId) {
        // Most have none.
        let _ = std::fs::remove_file(self.path(stream));
    }

    fn write(&self, stream: StreamId, picture: &RgbImage) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, QUALITY)
            .encode_image(picture)
            .map_err(std::io::Error::other)?;
        std::fs::create_dir_all(&self.folder)?;
        // Beside first, so that no reader ever sees half a file; threads write different streams.
        let beside = self.folder.join(format!("{stream}.new"));
        std::fs::write(&beside, bytes)?;
        std::fs::rename(beside, self.path(stream))
    }
}

/// Removes the oldest files until the bounds hold.
fn bound(folder: &Path, most_files: usize, most_bytes: u64) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let facts = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
            Some((facts.modified().ok()?, facts.len(), entry.path()))
        })
        .collect();
    files.sort_unstable_by_key(|(modified, ..)| std::cmp::Reverse(*modified));
    let mut bytes = 0;
    for (number, (_, length, path)) in files.into_iter().enumerate() {
        bytes += length;
        if number >= most_files || bytes > most_bytes {
            // A file that can't be removed now is looked at again the next time.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// The user's folder for what can be had again.
#[must_use]
pub fn default_cache_folder() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    base.or_else(home).map(|base| base.join("tributary"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(shade: u8) -> RgbImage {
        RgbImage::from_pixel(40, 60, image::Rgb([shade; 3]))
    }

    #[test]
    fn a_poster_comes_back_until_it_is_old() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut posters = PosterFolder::new(folder.path().join("deeper"));
        let stream = StreamId([7; 32]);
        assert!(posters.get(stream).is_none());
        posters.put(stream, &picture(90));
        let back = posters.get(stream).expect("kept");
        assert_eq!((back.dimensions(), back.get_pixel(5, 5).0[0].abs_diff(90) < 3), ((40, 60), true));
        let old = SystemTime::now() - FRESH_FOR - Duration::from_secs(60);
        let file = std::fs::File::options().append(true).open(posters.path(stream)).expect("there");
        file.set_modified(old).expect("set");
        assert!(posters.get(stream).is_none());
        let stills = PosterFolder::lasting(folder.path().join("deeper"));
        assert!(stills.get(stream).is_some(), "a still is of no less use for its age");
        stills.remove(stream);
        assert!(stills.get(stream).is_none());
    }

    #[test]
    fn what_is_no_poster_counts_as_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let posters = PosterFolder::new(folder.path().to_owned());
        let stream = StreamId([7; 32]);
        std::fs::write(posters.path(stream), b"not a picture").expect("written");
        assert!(posters.get(stream).is_none());
        std::fs::write(posters.path(stream), vec![0; FILE_BYTES as usize + 1]).expect("written");
        assert!(posters.get(stream).is_none());
    }

    #[test]
    fn the_oldest_go_where_there_are_too_many_or_too_large() {
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..10_u64 {
            let path = folder.path().join(format!("{number}.jpg"));
            std::fs::write(&path, vec![0; 100]).expect("written");
            let file = std::fs::File::options().append(true).open(path).expect("there");
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + number)).expect("set");
        }
        let left = || {
            let names = std::fs::read_dir(folder.path()).expect("a folder").filter_map(Result::ok);
            let mut names: Vec<_> =
                names.map(|entry| entry.file_name().into_string().expect("plain")).collect();
            names.sort();
            names
        };
        bound(folder.path(), 4, 1 << 20);
        assert_eq!(left(), ["6.jpg", "7.jpg", "8.jpg", "9.jpg"]);
        bound(folder.path(), 100, 250);
        assert_eq!(left(), ["8.jpg", "9.jpg"]);
    }
}
