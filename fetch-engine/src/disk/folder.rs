//! The folder of films on disk: which are there, and which go when there are too many.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tributary_core::geometry::StreamId;
use tributary_core::partial::ENDING;

/// How the name of a film's file ends.
const FILM: &str = ".film";
/// Bytes of one of the blocks in which file systems count.
const COUNTED_BLOCK_BYTES: u64 = 512;

/// The file of a film.
pub(super) fn film_path(folder: &Path, stream: StreamId) -> PathBuf {
    folder.join(format!("{stream}{FILM}"))
}

/// What tells which parts of it are there.
pub(super) fn description_path(film: &Path) -> PathBuf {
    let mut path = film.as_os_str().to_owned();
    path.push(ENDING);
    path.into()
}

/// Bytes that all films but this one take.
pub(super) fn others_bytes(folder: &Path, film: &Path) -> u64 {
    films(folder).into_iter().filter(|found| found.path != film).map(|found| found.bytes).sum()
}

/// Deletes the film that was used longest ago, other than this one and those that are in use; gives the bytes
/// that are free now. None where there is none to delete.
pub(super) fn delete_oldest(folder: &Path, film: &Path) -> Option<u64> {
    let mut found = films(folder);
    found.sort_by_key(|found| found.used_at);
    found.into_iter().filter(|found| found.path != film).find_map(|found| {
        let file = File::open(&found.path).ok()?;
        file.try_lock().ok()?;
        delete(&found.path).ok()?;
        Some(found.bytes)
    })
}

/// Deletes a film. What describes it goes first: a film without that counts as empty.
pub(super) fn delete(film: &Path) -> io::Result<()> {
    match fs::remove_file(description_path(film)) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
        _ => {}
    }
    fs::remove_file(film)
}

struct Found {
    path: PathBuf,
    bytes: u64,
    used_at: SystemTime,
}

/// The films of the folder; a folder that can't be read has none.
fn films(folder: &Path) -> Vec<Found> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_film = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(FILM.as_bytes()))
    };
    entries
        .map(|entry| entry.path())
        .filter(is_film)
        .filter_map(|path| {
            let facts = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
            let described = fs::metadata(description_path(&path)).and_then(|facts| facts.modified());
            let used_at = described.or_else(|_| facts.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
            Some(Found { bytes: facts.blocks() * COUNTED_BLOCK_BYTES, path, used_at })
        })
        .collect()
}
