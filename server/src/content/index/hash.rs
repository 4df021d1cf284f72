//! Hashes a file on all cores: the value of every 16 KiB group, and the root.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tributary_core::geometry::StreamId;
use tributary_core::verify::{GROUP, LEAF_SPAN, MAX_STREAM, Value, group_value, root_of};

/// Bytes that one thread hashes at a time.
const PART_BYTES: u64 = 4 * LEAF_SPAN;

/// A file's name and what its hash pages are made of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hashed {
    /// Root.
    pub(crate) stream: StreamId,
    /// One value a group; empty for a file of at most one group.
    pub(crate) groups: Vec<Value>,
}

/// Why a file has no hash.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HashError {
    /// Reading failed.
    #[error("reading failed: {0}")]
    Read(#[from] io::Error),
    /// Larger than hash pages can describe.
    #[error("files of more than {} TiB can't be served", MAX_STREAM >> 40)]
    TooLarge,
    /// Somebody writes to it.
    #[error("the file changes while it is read")]
    Changed,
    /// No room in the state directory, most likely.
    #[error("its hashes can't be kept in the state directory: {0}")]
    Keep(io::Error),
    /// The server stops.
    #[error("the server is stopping")]
    Stopped,
}

/// Hashes the first `size` bytes of `file`. Stops soon after `stop` says so.
///
/// # Errors
/// [`HashError`]; a file that became shorter is [`HashError::Read`].
pub(crate) fn hash(file: &File, size: u64, stop: &AtomicBool) -> Result<Hashed, HashError> {
    if size > MAX_STREAM {
        return Err(HashError::TooLarge);
    }
    if size <= GROUP {
        let mut bytes = vec![0; size as usize];
        file.read_exact_at(&mut bytes, 0)?;
        return Ok(Hashed { stream: StreamId(*blake3::hash(&bytes).as_bytes()), groups: Vec::new() });
    }
    let mut groups: Vec<Value> = vec![[0; 32]; size.div_ceil(GROUP) as usize];
    let parts = size.div_ceil(PART_BYTES) as usize;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(parts);
    let per_part = (PART_BYTES / GROUP) as usize;
    let next = AtomicUsize::new(0);
    let slots: Vec<Mutex<&mut [Value]>> = groups.chunks_mut(per_part).map(Mutex::new).collect();
    let work = || -> Result<(), HashError> {
        let mut buffer = vec![0; LEAF_SPAN as usize];
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            let Some(slot) = slots.get(part) else { return Ok(()) };
            let mut values = slot.lock().unwrap_or_else(PoisonError::into_inner);
            hash_part(file, size, part as u64 * PART_BYTES, &mut values, &mut buffer, stop)?;
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or(Err(HashError::Stopped)))
            .collect::<Result<Vec<()>, _>>()
    })?;
    drop(slots);
    let stream = root_of(&groups).ok_or(HashError::TooLarge)?;
    Ok(Hashed { stream, groups })
}

fn hash_part(
    file: &File,
    size: u64,
    start: u64,
    values: &mut [Value],
    buffer: &mut [u8],
    stop: &AtomicBool,
) -> Result<(), HashError> {
    let per_read = buffer.len() / GROUP as usize;
    for (read, values) in values.chunks_mut(per_read).enumerate() {
        if stop.load(Ordering::Relaxed) {
            return Err(HashError::Stopped);
        }
        let offset = start + (read * buffer.len()) as u64;
        let bytes = &mut buffer[..LEAF_SPAN.min(size - offset) as usize];
        file.read_exact_at(bytes, offset)?;
        for (place, (value, group)) in values.iter_mut().zip(bytes.chunks(GROUP as usize)).enumerate() {
            *value = group_value(offset + place as u64 * GROUP, group);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_what_b3sum_prints() {
        for size in
            [1, 1024, GROUP, GROUP + 1, LEAF_SPAN, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES - 70_000]
        {
            let bytes: Vec<u8> = (0..size).map(|at| (at * 31 % 251) as u8).collect();
            let file = tempfile::tempfile().unwrap();
            file.write_all_at(&bytes, 0).unwrap();
            let hashed = hash(&file, size, &AtomicBool::new(false)).unwrap();
            assert_eq!(hashed.stream.0, *blake3::hash(&bytes).as_bytes(), "{size} bytes");
            assert_eq!(hashed.groups.len() as u64, if size > GROUP { size.div_ceil(GROUP) } else { 0 });
        }
    }

    #[test]
    fn a_file_that_shrank_and_a_stop_are_errors() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(GROUP).unwrap();
        assert!(matches!(hash(&file, 9 * GROUP, &AtomicBool::new(false)), Err(HashError::Read(_))));
        file.set_len(9 * GROUP).unwrap();
        assert!(matches!(hash(&file, 9 * GROUP, &AtomicBool::new(true)), Err(HashError::Stopped)));
    }
}
