//! What is remembered between runs: hashes by (path, size, time, inode), media facts, and the group
//! values that hash pages are made of. All of it can be lost and is then made again.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tributary_core::directory::MediaFacts;
use tributary_core::geometry::StreamId;
use tributary_core::partial::Part;
use tributary_core::verify::{GROUP, VALUE_LEN, Value};

use super::art::Art;
use crate::content::root::FileFacts;

/// What is known of one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Known {
    /// The file as it was hashed.
    pub(crate) facts: FileFacts,
    /// Its hash.
    pub(crate) stream: StreamId,
}

/// What is known of one stream as a film.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct KnownMedia {
    /// Facts; empty where it can't be decoded.
    pub(crate) facts: MediaFacts,
    /// Whether a poster was made.
    pub(crate) poster: bool,
    /// The picture beside the film that was taken for it.
    #[serde(default)]
    pub(crate) art: Option<Art>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Table {
    files: HashMap<PathBuf, Known>,
    media: HashMap<StreamId, KnownMedia>,
}

/// The state directory of a content server.
#[derive(Debug)]
pub(crate) struct Memory {
    directory: PathBuf,
    table: Table,
    changed: bool,
}

impl Memory {
    /// Opens the state directory, or makes it.
    ///
    /// # Errors
    /// When it can't be made.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        for part in ["hashes", "parts", "posters", "previews"] {
            fs::create_dir_all(directory.join(part))?;
        }
        let table = match fs::read(directory.join("index.json")) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!("the remembered index is unreadable ({error}): everything is hashed anew");
                Table::default()
            }),
            Err(_) => Table::default(),
        };
        Ok(Self { directory: directory.to_owned(), table, changed: false })
    }

    /// The hash of a file that has not changed since it was hashed.
    pub(crate) fn stream_of(&self, path: &Path, facts: FileFacts) -> Option<StreamId> {
        let known = self.table.files.get(path).filter(|known| known.facts == facts)?;
        let groups = groups_path(&self.directory, known.stream);
        let intact = facts.size <= GROUP
            || fs::metadata(groups)
                .is_ok_and(|file| file.len() == facts.size.div_ceil(GROUP) * VALUE_LEN as u64);
        intact.then_some(known.stream)
    }

    /// Keeps a file's hash and group values.
    ///
    /// # Errors
    /// When the values can't be written.
    pub(crate) fn keep(
        &mut self,
        path: &Path,
        facts: FileFacts,
        stream: StreamId,
        groups: &[Value],
    ) -> io::Result<()> {
        if !groups.is_empty() {
            write_whole(&groups_path(&self.directory, stream), groups.as_flattened())?;
        }
        self.table.files.insert(path.to_owned(), Known { facts, stream });
        self.changed = true;
        Ok(())
    }

    /// Keeps the pages of a part.
    ///
    /// # Errors
    /// When they can't be written.
    pub(crate) fn keep_part(&self, part: &Part) -> io::Result<()> {
        write_whole(&part_path(&self.directory, part.stream), &part.encode())
    }

    /// What is known of a stream as a film; nothing where nobody looked yet.
    pub(crate) fn media(&self, stream: StreamId) -> Option<&KnownMedia> {
        self.table.media.get(&stream)
    }

    /// Keeps what was found out of a stream.
    pub(crate) fn keep_media(&mut self, stream: StreamId, media: KnownMedia) {
        self.table.media.insert(stream, media);
        self.changed = true;
    }

    /// Writes the table where it has changed, whole or not at all.
    pub(crate) fn save(&mut self) {
        if !self.changed {
            return;
        }
        let written = serde_json::to_vec(&self.table)
            .map_err(io::Error::other)
            .and_then(|bytes| write_whole(&self.directory.join("index.json"), &bytes));
        match written {
            Ok(()) => self.changed = false,
            Err(error) => {
                tracing::warn!("the index can't be remembered in {}: {error}", self.directory.display())
            }
        }
    }
}

/// Where a stream's group values lie.
pub(crate) fn groups_path(state: &Path, stream: StreamId) -> PathBuf {
    state.join("hashes").join(stream.to_string())
}

/// Where the pages of a part of a stream lie.
pub(crate) fn part_path(state: &Path, stream: StreamId) -> PathBuf {
    state.join("parts").join(stream.to_string())
}

/// Where a stream's poster lies.
pub(crate) fn poster_path(state: &Path, stream: StreamId) -> PathBuf {
    state.join("posters").join(format!("{stream}.jpg"))
}

/// Where a stream's preview pictures lie.
pub(crate) fn previews_path(state: &Path, stream: StreamId) -> PathBuf {
    state.join("previews").join(format!("{stream}.jpg"))
}

/// Writes a file so that a reader sees the old one or the new one, never a part.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    let mut file = fs::File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(part, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_again_until_it_changes() {
        let dir = tempfile::tempdir().unwrap();
        let facts = FileFacts { size: 2 * GROUP, mtime_ns: 5, inode: 9 };
        let stream = StreamId([3; 32]);
        let mut memory = Memory::open(dir.path()).unwrap();
        memory.keep(Path::new("a.mp4"), facts, stream, &[[1; 32], [2; 32]]).unwrap();
        memory.save();
        let again = Memory::open(dir.path()).unwrap();
        assert_eq!(again.stream_of(Path::new("a.mp4"), facts), Some(stream));
        assert_eq!(again.stream_of(Path::new("b.mp4"), facts), None);
        assert_eq!(again.stream_of(Path::new("a.mp4"), FileFacts { mtime_ns: 6, ..facts }), None);
        fs::remove_file(groups_path(dir.path(), stream)).unwrap();
        assert_eq!(again.stream_of(Path::new("a.mp4"), facts), None, "without its values it is hashed again");
    }

    #[test]
    fn a_broken_table_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("index.json"), "{").unwrap();
        assert!(Memory::open(dir.path()).unwrap().media(StreamId([0; 32])).is_none());
    }
}
