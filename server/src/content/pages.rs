//! Pages of hashes for sessions: the group values of a page are read from the state directory when it is
//! asked for, so that an open stream costs a file handle and its top page, however long the film is.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::{Bytes, BytesMut};
use tributary_core::directory::ServedStream;
use tributary_core::geometry::StreamId;
use tributary_core::partial::Part;
use tributary_core::verify::{
    GROUP, HashTree, Level, MIDDLE_SPAN, PageId, VALUE_LEN, Value, fold_groups, page_groups,
};

use super::index::remember::{groups_path, part_path};

/// Group values that are read and folded together: what one value of the top page covers, 32 KiB.
const GROUPS_READ_AT_ONCE: u64 = MIDDLE_SPAN / GROUP;

/// Group values of one stream, in a file.
#[derive(Debug)]
pub(crate) struct Groups {
    size: u64,
    /// None where the stream is a single group.
    file: Option<File>,
    /// Folded from all values, so it is kept: 2 KiB for each GiB of the stream.
    top: Mutex<Option<Bytes>>,
    /// The pages that came with a part of the stream, where there is only that.
    part: Option<HashTree>,
}

/// Group values of the streams that are open now.
#[derive(Debug)]
pub(crate) struct Pages {
    state: PathBuf,
    open: Mutex<HashMap<StreamId, Weak<Groups>>>,
}

impl Pages {
    /// Pages from the state directory `state`.
    pub(crate) fn new(state: PathBuf) -> Self {
        Self { state, open: Mutex::default() }
    }

    /// Streams that pattern connections have open now, with how many each.
    pub(crate) fn served(&self) -> Vec<ServedStream> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let readers = |groups: &Weak<Groups>| groups.strong_count() as u64;
        let served =
            open.iter().map(|(stream, groups)| ServedStream { stream: *stream, readers: readers(groups) });
        let mut served: Vec<ServedStream> = served.filter(|served| served.readers > 0).collect();
        served.sort_by_key(|served| (std::cmp::Reverse(served.readers), served.stream));
        served
    }

    /// The group values of a stream of `size` bytes, for as long as somebody holds them. Opens a file.
    ///
    /// # Errors
    /// When it can't be opened or has not as many values as it must have.
    pub(crate) fn groups(&self, stream: StreamId, size: u64) -> io::Result<Arc<Groups>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(groups) = open.get(&stream).and_then(Weak::upgrade) {
            return Ok(groups);
        }
        let groups = Groups::open(&groups_path(&self.state, stream), size)
            .or_else(|whole| Groups::of_part(&part_path(&self.state, stream)).map_err(|_| whole))?;
        let groups = Arc::new(groups);
        open.retain(|_, groups| groups.strong_count() > 0);
        open.insert(stream, Arc::downgrade(&groups));
        Ok(groups)
    }
}

impl Groups {
    fn open(path: &Path, size: u64) -> io::Result<Self> {
        let file = if size <= GROUP { None } else { Some(File::open(path)?) };
        if let Some(file) = &file
            && file.metadata()?.len() != size.div_ceil(GROUP) * VALUE_LEN as u64
        {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self { size, file, top: Mutex::default(), part: None })
    }

    /// The pages that are kept of a part.
    fn of_part(path: &Path) -> io::Result<Self> {
        let part = Part::decode(&std::fs::read(path)?).map_err(io::Error::other)?;
        Ok(Self { size: part.size, file: None, top: Mutex::default(), part: Some(part.tree) })
    }

    /// One page, without values where it is not here; nothing where the stream has no such page. Reads the file; the top page takes some
    /// milliseconds for each GiB, once.
    ///
    /// # Errors
    /// When the values can't be read.
    pub(crate) fn page(&self, page: PageId) -> io::Result<Option<Bytes>> {
        let Some(groups) = page_groups(self.size, page) else { return Ok(None) };
        if let Some(part) = &self.part {
            // No values say that the page is not here.
            let values = part.page(page).unwrap_or_default();
            return Ok(Some(Bytes::copy_from_slice(values.as_flattened())));
        }
        if page.level != Level::Top {
            return self.fold(page.level, groups).map(Some);
        }
        let mut top = self.top.lock().unwrap_or_else(PoisonError::into_inner);
        if top.is_none() {
            *top = Some(self.fold(page.level, groups)?);
        }
        Ok(top.clone())
    }

    fn fold(&self, level: Level, groups: Range<u64>) -> io::Result<Bytes> {
        let mut folded = BytesMut::new();
        for start in groups.clone().step_by(GROUPS_READ_AT_ONCE as usize) {
            let end = groups.end.min(start + GROUPS_READ_AT_ONCE);
            folded.extend_from_slice(&fold_groups(level, &self.read(start..end)?));
        }
        Ok(folded.freeze())
    }

    fn read(&self, groups: Range<u64>) -> io::Result<Vec<Value>> {
        let file = self.file.as_ref().ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut values = vec![[0; VALUE_LEN]; (groups.end - groups.start) as usize];
        file.read_exact_at(values.as_flattened_mut(), groups.start * VALUE_LEN as u64)?;
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tributary_core::verify::{LEAF_SPAN, build_page};

    #[test]
    fn pages_read_piece_by_piece_are_those_of_all_values() {
        let state = tempfile::tempdir().unwrap();
        std::fs::create_dir(state.path().join("hashes")).unwrap();
        let pages = Pages::new(state.path().to_owned());
        let sizes = [
            1,
            GROUP,
            GROUP + 1,
            LEAF_SPAN,
            LEAF_SPAN + 1,
            MIDDLE_SPAN,
            MIDDLE_SPAN + 1,
            3 * MIDDLE_SPAN + 5 * LEAF_SPAN + 7 * GROUP + 9,
        ];
        for (number, size) in (1..).zip(sizes) {
            let values: Vec<Value> = (0..size.div_ceil(GROUP))
                .map(|group| *blake3::hash(&group.to_le_bytes()).as_bytes())
                .collect();
            let stream = StreamId([number; 32]);
            std::fs::write(groups_path(state.path(), stream), values.as_flattened()).unwrap();
            let groups = pages.groups(stream, size).unwrap();
            let mut made = 0;
            for level in [Level::Top, Level::Middle, Level::Leaf] {
                // One more than there are.
                for index in 0..=size.div_ceil(level.span()) {
                    let page = PageId { level, index };
                    let expected = build_page(&values, size, page).map(Bytes::from);
                    made += usize::from(expected.is_some());
                    assert_eq!(groups.page(page).unwrap(), expected, "{page:?} of {size} bytes");
                    assert_eq!(groups.page(page).unwrap(), expected, "again");
                }
            }
            assert_eq!(made > 0, size > GROUP);
        }
    }

    #[test]
    fn a_file_that_is_too_short_is_an_error() {
        let state = tempfile::tempdir().unwrap();
        std::fs::create_dir(state.path().join("hashes")).unwrap();
        let (pages, stream) = (Pages::new(state.path().to_owned()), StreamId([1; 32]));
        let path = groups_path(state.path(), stream);
        assert!(pages.groups(stream, 2 * GROUP).is_err(), "there is none");
        std::fs::write(&path, [1; 33]).unwrap();
        assert!(pages.groups(stream, 2 * GROUP).is_err());
        std::fs::write(&path, [1; 64]).unwrap();
        let groups = pages.groups(stream, 2 * GROUP).unwrap();
        let page = PageId { level: Level::Leaf, index: 0 };
        assert_eq!(groups.page(page).unwrap().unwrap().len(), 64);
        std::fs::write(&path, [1; 32]).unwrap();
        assert!(groups.page(page).is_err(), "cut short meanwhile");
    }
}
