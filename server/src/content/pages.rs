//! Pages of hashes for sessions: group values come from the state directory, are shared by all sessions
//! of a stream, and are forgotten with the last one.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tributary_core::geometry::StreamId;
use tributary_core::verify::{GROUP, PageId, VALUE_LEN, Value, build_page};

use super::index::remember::groups_path;

/// Group values of one stream: 2 MiB for each GiB of it.
pub(crate) type Groups = Arc<Vec<Value>>;

/// Group values of the streams that are open now.
#[derive(Debug)]
pub(crate) struct Pages {
    state: PathBuf,
    open: Mutex<HashMap<StreamId, Weak<Vec<Value>>>>,
}

impl Pages {
    /// Pages from the state directory `state`.
    pub(crate) fn new(state: PathBuf) -> Self {
        Self { state, open: Mutex::default() }
    }

    /// The group values of a stream of `size` bytes, for as long as somebody holds them.
    ///
    /// # Errors
    /// When they can't be read or are not as many as they must be.
    pub(crate) fn groups(&self, stream: StreamId, size: u64) -> io::Result<Groups> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(groups) = open.get(&stream).and_then(Weak::upgrade) {
            return Ok(groups);
        }
        let values = if size <= GROUP { Vec::new() } else { read(&groups_path(&self.state, stream), size)? };
        let groups = Arc::new(values);
        open.retain(|_, groups| groups.strong_count() > 0);
        open.insert(stream, Arc::downgrade(&groups));
        Ok(groups)
    }
}

fn read(path: &std::path::Path, size: u64) -> io::Result<Vec<Value>> {
    let bytes = std::fs::read(path)?;
    let (values, rest) = bytes.as_chunks::<VALUE_LEN>();
    if !rest.is_empty() || values.len() as u64 != size.div_ceil(GROUP) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(values.to_vec())
}

/// One page; nothing where the stream has no such page.
pub(crate) fn page(groups: &Groups, size: u64, page: PageId) -> Option<Vec<u8>> {
    build_page(groups, size, page)
}
