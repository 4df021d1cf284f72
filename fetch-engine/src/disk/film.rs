//! One film on disk: a file with its bytes each at their place, and beside it what describes the part that
//! is there ([`tributary_core::partial`]).
//!
//! What is read is proved by the film's name, as what comes from a server is: the hash pages beside the film
//! fold to it, or count for nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::PathBuf;

use bytes::Bytes;
use tributary_core::geometry::StreamId;
use tributary_core::held::Held;
use tributary_core::partial::{MAX_BYTES, Part};
use tributary_core::verify::{GROUP, HashTree, Value, Verdict, group_value};

use super::{DiskLimits, folder};

/// A film that this program alone has open.
#[derive(Debug)]
pub(super) struct Film {
    limits: DiskLimits,
    path: PathBuf,
    file: File,
    stream: StreamId,
    size: u64,
    /// None where nothing is there.
    held: Option<Held>,
    tree: HashTree,
    /// Values of groups that were written since the tree was last added to.
    values: BTreeMap<u64, Value>,
    /// Bytes that may still be written before another film has to go.
    room: u64,
    /// Something has changed since the description was written.
    is_changed: bool,
}

impl Film {
    /// Opens the film's file, or makes it.
    ///
    /// # Errors
    /// The folder or the file can't be written, or another program has it open.
    pub(super) fn open(limits: DiskLimits, stream: StreamId, size: u64) -> io::Result<Self> {
        // What somebody watches is nobody else's business.
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&limits.folder)?;
        let path = folder::film_path(&limits.folder, stream);
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
        file.try_lock().map_err(io::Error::from)?;
        let part = described(&folder::description_path(&path));
        let part = part.filter(|part| part.stream == stream && part.size == size);
        let (held, tree) = match part {
            Some(part) => (Some(part.held), part.tree),
            None => {
                file.set_len(0)?;
                (None, HashTree::new(stream, size))
            }
        };
        let own = held.as_ref().map_or(0, |held| held.bytes(size));
        let taken = folder::others_bytes(&limits.folder, &path) + own;
        let room = limits.bytes.saturating_sub(taken);
        Ok(Self {
            limits,
            path,
            file,
            stream,
            size,
            held,
            tree,
            values: BTreeMap::new(),
            room,
            is_changed: false,
        })
    }

    /// What is there.
    pub(super) const fn held(&self) -> Option<&Held> {
        self.held.as_ref()
    }

    /// Keeps proved bytes. Where there is no room, others that were used longest ago go.
    ///
    /// # Errors
    /// They can't be written, or there is no room for them.
    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let range = offset..offset + bytes.len() as u64;
        if self.held.as_ref().is_some_and(|held| held.has(&range)) {
            return Ok(());
        }
        while self.room < bytes.len() as u64 {
            let freed = folder::delete_oldest(&self.limits.folder, &self.path);
            self.room += freed.ok_or(io::ErrorKind::QuotaExceeded)?;
        }
        self.file.write_all_at(bytes, offset)?;
        self.room -= bytes.len() as u64;
        self.values.extend(values(offset, bytes));
        let before = self.held.iter().flat_map(|held| held.pieces(self.size));
        self.held = Held::gather(self.size, before.chain([range])).ok();
        self.is_changed = true;
        Ok(())
    }

    /// The bytes of a range that is there, proved; none where they can't be read or are not the film's any more,
    /// and then they are not there any longer.
    pub(super) fn read(&mut self, range: Range<u64>) -> Option<Bytes> {
        if !self.held.as_ref()?.has(&range) {
            return None;
        }
        let mut bytes = vec![0; (range.end - range.start) as usize];
        let read = self.file.read_exact_at(&mut bytes, range.start);
        if read.is_ok() && self.proves(range.start, &bytes) {
            return Some(bytes.into());
        }
        self.forget(&range);
        None
    }

    fn proves(&self, offset: u64, bytes: &[u8]) -> bool {
        let is_as_written = |(at, value)| self.values.get(&at) == Some(&value);
        values(offset, bytes).all(is_as_written) || self.tree.check(offset, bytes) == Verdict::Good
    }

    fn forget(&mut self, lost: &Range<u64>) {
        let Some(held) = &self.held else { return };
        let left = held
            .pieces(self.size)
            .flat_map(|range| [range.start..range.end.min(lost.start), range.start.max(lost.end)..range.end]);
        self.held = Held::gather(self.size, left).ok();
        self.is_changed = true;
    }

    /// Writes down what is there, with these hash pages too.
    ///
    /// # Errors
    /// It can't be written.
    pub(super) fn describe(&mut self, pages: &HashTree) -> io::Result<()> {
        for (page, values) in pages.pages().filter(|(page, _)| !self.tree.knows(*page)).collect::<Vec<_>>() {
            // Each is proved by those before it, which are here or come with it.
            let _ = self.tree.insert(page, values.as_flattened());
        }
        self.values.clear();
        let Some(held) = self.held.clone().filter(|_| self.is_changed) else { return Ok(()) };
        let part = Part { stream: self.stream, size: self.size, held, tree: self.tree.clone() };
        let description = folder::description_path(&self.path);
        let unfinished = description.with_extension("new");
        fs::write(&unfinished, part.encode())?;
        fs::rename(&unfinished, &description)?;
        self.is_changed = false;
        Ok(())
    }
}

impl Drop for Film {
    fn drop(&mut self) {
        if self.held.is_none() {
            // Nothing is lost by what fails here.
            let _ = folder::delete(&self.path);
        }
    }
}

/// Where each group of some whole ones begins, and its value.
fn values(offset: u64, bytes: &[u8]) -> impl Iterator<Item = (u64, Value)> {
    let places = (offset..).step_by(GROUP as usize);
    places.zip(bytes.chunks(GROUP as usize)).map(|(at, group)| (at, group_value(at, group)))
}

fn described(path: &std::path::Path) -> Option<Part> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Part::decode(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use tributary_core::geometry::StreamId;
    use tributary_core::verify::{Level, PageId, build_page};

    use super::*;

    const SIZE: u64 = (1 << 20) + 777;

    fn film(seed: u64) -> (Vec<u8>, StreamId, HashTree) {
        let bytes: Vec<u8> = (0..SIZE).map(|at| (at * (31 + seed) % 251) as u8).collect();
        let groups: Vec<Value> = bytes
            .chunks(GROUP as usize)
            .enumerate()
            .map(|(place, group)| group_value(place as u64 * GROUP, group))
            .collect();
        let stream = StreamId(*blake3::hash(&bytes).as_bytes());
        let mut tree = HashTree::new(stream, SIZE);
        for (level, index) in [(Level::Middle, 0), (Level::Leaf, 0), (Level::Leaf, 1)] {
            let page = PageId { level, index };
            tree.insert(page, &build_page(&groups, SIZE, page).unwrap()).unwrap();
        }
        (bytes, stream, tree)
    }

    fn limits(folder: &std::path::Path, groups: u64) -> DiskLimits {
        DiskLimits { folder: folder.to_owned(), bytes: groups * GROUP }
    }

    fn put(film: &mut Film, bytes: &[u8], group: u64) -> io::Result<()> {
        let range = group * GROUP..((group + 1) * GROUP).min(SIZE);
        film.write(range.start, &bytes[range.start as usize..range.end as usize])
    }

    #[test]
    fn what_is_kept_is_there_the_next_time_and_what_was_changed_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (bytes, stream, tree) = film(0);
        let limits = limits(folder.path(), 100);
        let group = |place: u64| place * GROUP..((place + 1) * GROUP).min(SIZE);
        let mut first = Film::open(limits.clone(), stream, SIZE).unwrap();
        assert!(first.held().is_none());
        for place in [0, 3, 64] {
            put(&mut first, &bytes, place).unwrap();
        }
        assert!(Film::open(limits.clone(), stream, SIZE).is_err(), "one program at a time");
        assert_eq!(first.read(group(3)).unwrap(), bytes[3 * GROUP as usize..4 * GROUP as usize]);
        first.describe(&tree).unwrap();
        drop(first);

        let path = folder::film_path(folder.path(), stream);
        File::options().write(true).open(&path).unwrap().write_all_at(b"x", 3 * GROUP + 5).unwrap();
        let mut second = Film::open(limits.clone(), stream, SIZE).unwrap();
        assert_eq!(second.held().unwrap().ranges(), [group(0), group(3), group(64)]);
        assert_eq!(second.read(group(0)).unwrap(), bytes[..GROUP as usize]);
        assert_eq!(second.read(group(64)).unwrap(), bytes[64 * GROUP as usize..]);
        assert_eq!(second.read(group(1)), None);
        assert_eq!(second.read(group(3)), None);
        assert_eq!(second.held().unwrap().ranges(), [group(0), group(64)]);
        drop(second);

        fs::write(folder::description_path(&path), b"TRIBPART and no more").unwrap();
        assert!(Film::open(limits, stream, SIZE).unwrap().held().is_none());
        assert!(!path.exists(), "an empty film leaves nothing");
    }

    #[test]
    fn the_oldest_film_goes_where_there_is_no_room_and_one_in_use_stays() {
        let folder = tempfile::tempdir().unwrap();
        let limits = limits(folder.path(), 6);
        let films: Vec<_> = (0..3).map(film).collect();
        let open = |place: usize| Film::open(limits.clone(), films[place].1, SIZE).unwrap();
        let path = |place: usize| folder::film_path(folder.path(), films[place].1);
        let mut in_use = open(0);
        put(&mut in_use, &films[0].0, 0).unwrap();
        in_use.describe(&films[0].2).unwrap();
        let mut old = open(1);
        put(&mut old, &films[1].0, 0).unwrap();
        old.describe(&films[1].2).unwrap();
        drop(old);
        let mut new = open(2);
        let kept = (0..9).take_while(|place| put(&mut new, &films[2].0, *place).is_ok()).count();
        assert_eq!(kept, 5, "all that the other in use leaves");
        assert!(path(0).exists() && !path(1).exists());
        assert_eq!(put(&mut new, &films[2].0, 30).unwrap_err().kind(), io::ErrorKind::QuotaExceeded);
    }
}
