//! The content directory, held open: nothing outside it can be reached through it, whatever is
//! renamed or linked meanwhile.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, ResolveFlags};
use serde::{Deserialize, Serialize};

/// What tells that a file is still the one that was hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileFacts {
    /// Bytes.
    pub(crate) size: u64,
    /// Time of the last change, in nanoseconds since 1970.
    pub(crate) mtime_ns: i64,
    /// Number of the file in its file system.
    pub(crate) inode: u64,
}

impl FileFacts {
    /// Reads them from metadata.
    pub(crate) fn of(metadata: &std::fs::Metadata) -> Self {
        let mtime_ns = metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec());
        Self { size: metadata.len(), mtime_ns, inode: metadata.ino() }
    }
}

/// The content directory.
#[derive(Debug)]
pub(crate) struct Root {
    path: PathBuf,
    handle: File,
}

impl Root {
    /// Opens the directory.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let path = path.canonicalize()?;
        let handle = File::open(&path)?;
        Ok(Self { path, handle })
    }

    /// Where it is, without symbolic links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a file below it, by a path without symbolic links that lead outside.
    ///
    /// # Errors
    /// As the system says; also where the path leaves the directory.
    pub(crate) fn open_file(&self, relative: &Path) -> io::Result<(File, FileFacts)> {
        // Not blocking: a pipe put in a file's place must not hold up the thread that opens it.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        let file = match rustix::fs::openat2(&self.handle, relative, flags, Mode::empty(), beneath) {
            Ok(file) => File::from(file),
            // An old kernel or a strict sandbox: look where the path leads, then open it.
            Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {
                let target = self.path.join(relative).canonicalize()?;
                if !target.starts_with(&self.path) {
                    return Err(io::ErrorKind::PermissionDenied.into());
                }
                File::from(rustix::fs::openat(
                    &self.handle,
                    &target,
                    flags | OFlags::NOFOLLOW,
                    Mode::empty(),
                )?)
            }
            Err(error) => return Err(error.into()),
        };
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        Ok((file, FileFacts::of(&metadata)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_outside_the_directory_opens() {
        let dir = tempfile::tempdir().unwrap();
        let inside = dir.path().join("films");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(dir.path().join("secret"), "x").unwrap();
        std::fs::write(inside.join("film"), "film").unwrap();
        symlink("../secret", inside.join("out")).unwrap();
        symlink(dir.path().join("secret"), inside.join("far")).unwrap();
        symlink("film", inside.join("in")).unwrap();
        let root = Root::open(&inside).unwrap();
        assert_eq!(root.open_file(Path::new("film")).unwrap().1.size, 4);
        assert_eq!(root.open_file(Path::new("in")).unwrap().1.size, 4);
        for path in ["out", "far", "../secret", "/etc/passwd", "."] {
            assert!(root.open_file(Path::new(path)).is_err(), "{path}");
        }
    }
}
