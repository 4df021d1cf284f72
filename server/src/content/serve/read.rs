//! Reading a film: at once where the bytes are in memory already, off the async threads where the disk
//! has to be waited for.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::BytesMut;
use rustix::io::{Errno, ReadWriteFlags};
use tokio::task::JoinHandle;

/// What the disk is still to give: the rest of what was asked.
pub(super) type Rest = JoinHandle<io::Result<Vec<u8>>>;

/// Appends `len` bytes at `offset` of `file` to `out`, or the first of them where the disk has to be waited for;
/// gives what will bring the others then, or fail as the system says: a file that ends before is
/// [`io::ErrorKind::UnexpectedEof`].
pub(super) fn append(file: &Arc<File>, offset: u64, len: usize, out: &mut BytesMut) -> Option<Rest> {
    let start = out.len();
    out.resize(start + len, 0);
    let cached = read_cached(file, offset, &mut out[start..]).unwrap_or(0);
    if cached == len {
        return None;
    }
    out.truncate(start + cached);
    let (file, rest_at) = (Arc::clone(file), offset + cached as u64);
    Some(tokio::task::spawn_blocking(move || {
        let mut rest = vec![0; len - cached];
        file.read_exact_at(&mut rest, rest_at).map(|()| rest)
    }))
}

/// The same, and waits for the disk.
///
/// # Errors
/// As the system says.
pub(super) async fn append_whole(
    file: &Arc<File>,
    offset: u64,
    len: usize,
    out: &mut BytesMut,
) -> io::Result<()> {
    if let Some(rest) = append(file, offset, len, out) {
        out.extend_from_slice(&rest.await.map_err(io::Error::other).flatten()?);
    }
    Ok(())
}

/// Reads what can be read without waiting for the disk; gives how much that was.
fn read_cached(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < into.len() {
        let rest = &mut [IoSliceMut::new(&mut into[done..])];
        match rustix::io::preadv2(file, rest, offset + done as u64, ReadWriteFlags::NOWAIT) {
            // The end, or a file system that can't tell: the blocking read will find out which.
            Ok(0) | Err(Errno::AGAIN | Errno::OPNOTSUPP | Errno::NOSYS) => break,
            Ok(count) => done += count,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reads_exactly_what_was_asked_or_fails() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(b"0123456789", 0).unwrap();
        let file = Arc::new(file);
        let mut out = BytesMut::from(&b"head"[..]);
        append_whole(&file, 3, 4, &mut out).await.unwrap();
        assert_eq!(&out[..], b"head3456");
        let error = append_whole(&file, 8, 4, &mut out).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
