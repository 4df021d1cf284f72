//! Pages of hashes for sessions: group values come from the state directory, are shared by all sessions
//! of a stream, and are forgotten with the last one.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use bytes::Bytes;
use tributary_core::geometry::StreamId;
use tributary_core::verify::{GROUP, Level, PageId, VALUE_LEN, Value, build_page};

use super::index::remember::groups_path;

/// Group values of one stream: 2 MiB for each GiB of it.
#[derive(Debug)]
pub(crate) struct Groups {
    size: u64,
    values: Vec<Value>,
    /// Folded from all values, so it is kept.
    top: OnceLock<Option<Bytes>>,
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

    /// The group values of a stream of `size` bytes, for as long as somebody holds them. Reads a file.
    ///
    /// # Errors
    /// When they can't be read or are not as many as they must be.
    pub(crate) fn groups(&self, stream: StreamId, size: u64) -> io::Result<Arc<Groups>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(groups) = open.get(&stream).and_then(Weak::upgrade) {
            return Ok(groups);
        }
        let values = if size <= GROUP { Vec::new() } else { read(&groups_path(&self.state, stream), size)? };
        let groups = Arc::new(Groups { size, values, top: OnceLock::new() });
        open.retain(|_, groups| groups.strong_count() > 0);
        open.insert(stream, Arc::downgrade(&groups));
        Ok(groups)
    }
}

impl Groups {
    /// One page; nothing where the stream has no such page. The top page takes some milliseconds for
    /// each GiB, once.
    pub(crate) fn page(&self, page: PageId) -> Option<Bytes> {
        let build = || build_page(&self.values, self.size, page).map(Bytes::from);
        match page.level {
            Level::Top => self.top.get_or_init(build).clone(),
            Level::Middle | Level::Leaf => build(),
        }
    }
}

fn read(path: &Path, size: u64) -> io::Result<Vec<Value>> {
    let bytes = std::fs::read(path)?;
    let (values, rest) = bytes.as_chunks::<VALUE_LEN>();
    if !rest.is_empty() || values.len() as u64 != size.div_ceil(GROUP) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(values.to_vec())
}
