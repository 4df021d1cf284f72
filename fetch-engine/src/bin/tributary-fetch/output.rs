//! Where the bytes go: a file that is called by its name only once it is whole, or a device or pipe as
//! it is.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Stdout, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::fault::Fault;

/// An output being written.
#[derive(Debug)]
pub(crate) enum Output {
    /// Standard output.
    Standard(Stdout),
    /// A device, a pipe: written directly.
    Direct(File, PathBuf),
    /// A file, written as `path`.part beside it.
    Parted {
        /// The part.
        file: File,
        /// Its path.
        part: PathBuf,
        /// The path of the whole.
        path: PathBuf,
    },
}

impl Output {
    /// Opens `path`, or standard output for `-`.
    ///
    /// # Errors
    /// [`Fault::File`] where it can't be written.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        if path.as_os_str() == "-" {
            return Ok(Self::Standard(io::stdout()));
        }
        let kind = fs::metadata(path).map(|facts| facts.file_type()).ok();
        if kind.is_some_and(|kind| kind.is_dir()) {
            return Err(Fault::File(format!("{} is a folder: name a file in it", path.display())));
        }
        let fault = |path: &Path, why: &io::Error| Fault::file("written", path, why);
        if kind.is_some_and(|kind| !kind.is_file()) {
            let file = File::options().write(true).open(path).map_err(|why| fault(path, &why))?;
            return Ok(Self::Direct(file, path.to_owned()));
        }
        let part = with_ending(path, ".part");
        // What an earlier try left speaks of other bytes.
        remove(&with_ending(&part, fetch_engine::PART_ENDING))?;
        let file = File::create(&part).map_err(|why| fault(&part, &why))?;
        Ok(Self::Parted { file, part, path: path.to_owned() })
    }

    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let (written, path) = match self {
            Self::Standard(out) => (out.write_all(bytes), Path::new("standard output")),
            Self::Direct(file, path) => (file.write_all(bytes), path.as_path()),
            Self::Parted { file, part, .. } => (file.write_all(bytes), part.as_path()),
        };
        written.map_err(|why| Fault::file("written", path, &why))
    }

    /// All bytes were written: gives the file its name.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub(crate) fn finish(self) -> Result<(), Fault> {
        match self {
            Self::Standard(mut out) => {
                out.flush().map_err(|why| Fault::file("written", Path::new("standard output"), &why))
            }
            Self::Direct(..) => Ok(()),
            Self::Parted { file, part, path } => {
                drop(file);
                fs::rename(part, &path).map_err(|why| Fault::file("written", &path, &why))
            }
        }
    }

    /// Keeps what makes a part that is left behind of use to others, beside it. `describe` gives it for
    /// so many bytes.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub(crate) fn describe_part(&mut self, describe: impl FnOnce(u64) -> Option<Bytes>) -> Result<(), Fault> {
        let Self::Parted { file, part, .. } = self else { return Ok(()) };
        let bytes = file.metadata().map_err(|why| Fault::file("read", part, &why))?.len();
        let Some(described) = describe(bytes) else { return Ok(()) };
        let path = with_ending(part, fetch_engine::PART_ENDING);
        fs::write(&path, described).map_err(|why| Fault::file("written", &path, &why))
    }

    /// What is left behind when it ends early, in words; nothing where nothing is.
    pub(crate) fn left_behind(&self, verified: bool) -> Option<String> {
        let Self::Parted { file, part, .. } = self else { return None };
        let bytes = file.metadata().ok()?.len();
        let part = part.display();
        Some(if verified {
            format!("The first {bytes} bytes are right and kept in {part}.")
        } else {
            format!("The first {bytes} bytes came, not verified, and are kept in {part}.")
        })
    }
}

/// Prints lines on standard output.
///
/// # Errors
/// [`Fault::File`], but not where the reader has gone.
pub(crate) fn print(lines: &[String]) -> Result<(), Fault> {
    let mut out = io::stdout().lock();
    let written = lines.iter().try_for_each(|line| writeln!(out, "{line}")).and_then(|()| out.flush());
    match written {
        // Whoever reads has read enough: `| head`.
        Err(why) if why.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|why| Fault::file("written", Path::new("standard output"), &why)),
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Removes a file, where there is one.
fn remove(path: &Path) -> Result<(), Fault> {
    match fs::remove_file(path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(Fault::file("removed", path, &why)),
        _ => Ok(()),
    }
}

/// A file name for a title, for when the user gave none: never a path, never hidden.
pub(crate) fn file_name(wanted: &str, otherwise: &str) -> PathBuf {
    let safe = |c: char| if c == '/' || c == '\\' || c.is_control() { '_' } else { c };
    let name: String = wanted.chars().map(safe).collect();
    let name = name.trim_start_matches('.').trim();
    PathBuf::from(if name.is_empty() { otherwise } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_name_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (path, part) = (folder.path().join("a.bin"), folder.path().join("a.bin.part"));
        let mut output = Output::open(&path).unwrap();
        output.write(b"abc").unwrap();
        assert!(part.exists() && !path.exists());
        output.describe_part(|bytes| Some(bytes.to_string().into())).unwrap();
        let beside = folder.path().join("a.bin.part.tributary");
        assert_eq!(fs::read(&beside).unwrap(), b"3");
        drop(output);
        let mut output = Output::open(&path).unwrap();
        assert!(!beside.exists(), "it spoke of what is no more");
        output.write(b"abc").unwrap();
        assert!(output.left_behind(true).unwrap().contains("3 bytes are right"));
        output.finish().unwrap();
        assert!(!part.exists());
        assert_eq!(fs::read(&path).unwrap(), b"abc");
    }

    #[test]
    fn devices_are_written_as_they_are_and_folders_not_at_all() {
        let null = Output::open(Path::new("/dev/null")).unwrap();
        assert!(matches!(null, Output::Direct(..)) && null.left_behind(true).is_none());
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Output::open(folder.path()).unwrap_err().code(), 5);
        assert_eq!(Output::open(&folder.path().join("no/file")).unwrap_err().code(), 5);
    }

    #[test]
    fn a_title_names_a_file_in_this_folder_only() {
        assert_eq!(file_name("Film.mp4", "x"), Path::new("Film.mp4"));
        assert_eq!(file_name("../../etc/passwd", "x"), Path::new("_.._etc_passwd"));
        assert_eq!(file_name("..", "x"), Path::new("x"));
    }
}
