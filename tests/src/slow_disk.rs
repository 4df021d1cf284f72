//! A disk that can be made slow while it is read: a folder with one file, whose every read comes through this
//! process, by FUSE.
//!
//! The few requests that a reader of one file makes are answered here, over `/dev/fuse` as the kernel documents it
//! (`include/uapi/linux/fuse.h`). Nothing is kept in the page cache, so each read of the server is a read of the
//! disk. Needs the right to mount.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Numbers of the requests that are answered, as the kernel has them.
mod request {
    pub(super) const LOOKUP: u32 = 1;
    pub(super) const FORGET: u32 = 2;
    pub(super) const GETATTR: u32 = 3;
    pub(super) const OPEN: u32 = 14;
    pub(super) const READ: u32 = 15;
    pub(super) const RELEASE: u32 = 18;
    pub(super) const FLUSH: u32 = 25;
    pub(super) const INIT: u32 = 26;
    pub(super) const OPENDIR: u32 = 27;
    pub(super) const READDIR: u32 = 28;
    pub(super) const RELEASEDIR: u32 = 29;
    pub(super) const INTERRUPT: u32 = 36;
    pub(super) const BATCH_FORGET: u32 = 42;
}

/// Bytes of a request's and of an answer's header.
const IN_HEADER: usize = 40;
const OUT_HEADER: usize = 16;
/// A request with all that may follow; nothing is written, so it is small.
const MAX_REQUEST_BYTES: usize = 1 << 17;
/// The kernel may read so far ahead.
const READ_AHEAD_BYTES: u32 = 1 << 17;
/// Answers may be cached by the kernel for so long, in seconds: nothing changes here.
const VALID_SECONDS: u64 = 3600;
const ROOT: u64 = 1;
const FILE: u64 = 2;
/// Error numbers.
const NO_ENTRY: i32 = 2;
const FAILED: i32 = 5;
const NOT_MADE: i32 = 38;
/// Flag of an opened file: reads don't go through the page cache.
const DIRECT_IO: u32 = 1;
/// Modes of the two things there are.
const FOLDER_MODE: u32 = 0o040_555;
const FILE_MODE: u32 = 0o100_444;

/// A mounted folder with one file. It is unmounted with this value.
#[derive(Debug)]
pub struct SlowDisk {
    folder: PathBuf,
    inside: Arc<Inside>,
}

#[derive(Debug)]
struct Inside {
    device: File,
    file: File,
    name: String,
    bytes: u64,
    /// Bytes a second; 0 for as fast as it goes.
    rate: AtomicU64,
    /// When the head is free again.
    free_at: Mutex<Instant>,
}

impl SlowDisk {
    /// Mounts a folder with `file` alone in it, under its own name, as fast as the disk it lies on. Says why, where
    /// this machine does not allow it.
    ///
    /// # Errors
    /// What the system says.
    pub fn mount(folder: &Path, file: &Path) -> Result<Self, String> {
        let said = |what: &str, error: &dyn std::fmt::Display| format!("{what}: {error}");
        let device = OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/fuse")
            .map_err(|error| said("/dev/fuse", &error))?;
        let shared = device.try_clone().map_err(|error| said("/dev/fuse", &error))?;
        let file_name = file.file_name().and_then(|name| name.to_str()).ok_or("the file has no name")?;
        let content = File::open(file).map_err(|error| said(file_name, &error))?;
        let bytes = content.metadata().map_err(|error| said(file_name, &error))?.len();
        // The device goes to `mount` as its standard input, which is number 0.
        let mount = Command::new("mount")
            .args(["-i", "-t", "fuse.tributary", "-o"])
            .arg("fd=0,rootmode=40000,user_id=0,group_id=0,ro")
            .arg("slow-disk")
            .arg(folder)
            .stdin(Stdio::from(shared))
            .output()
            .map_err(|error| said("mount", &error))?;
        if !mount.status.success() {
            return Err(said("mount", &String::from_utf8_lossy(&mount.stderr).trim()));
        }
        let inside = Arc::new(Inside {
            device,
            file: content,
            name: file_name.to_owned(),
            bytes,
            rate: AtomicU64::new(0),
            free_at: Mutex::new(Instant::now()),
        });
        let serving = inside.clone();
        thread::spawn(move || serving.serve());
        Ok(Self { folder: folder.to_owned(), inside })
    }

    /// From now on it gives so many megabits a second, one read after the other.
    pub fn set_mbit(&self, mbit: f64) {
        self.inside.rate.store((mbit * 1e6 / 8.0) as u64, Ordering::Relaxed);
    }
}

impl Drop for SlowDisk {
    fn drop(&mut self) {
        self.inside.rate.store(0, Ordering::Relaxed);
        // A server that is still there loses its file; the folder goes.
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}

/// A request's body, field by field.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u32(&mut self) -> u32 {
        let (field, rest) = self.0.split_first_chunk().expect("the kernel sends whole requests");
        self.0 = rest;
        u32::from_ne_bytes(*field)
    }

    fn u64(&mut self) -> u64 {
        let (field, rest) = self.0.split_first_chunk().expect("the kernel sends whole requests");
        self.0 = rest;
        u64::from_ne_bytes(*field)
    }
}

/// An answer's body.
#[derive(Default)]
struct Answer(Vec<u8>);

impl Answer {
    fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_ne_bytes());
        self
    }

    fn u64(mut self, value: u64) -> Self {
        self.0.extend(value.to_ne_bytes());
        self
    }
}

impl Inside {
    /// Answers until the folder is unmounted.
    fn serve(self: Arc<Self>) {
        let mut request = vec![0; MAX_REQUEST_BYTES];
        loop {
            match (&self.device).read(&mut request) {
                Ok(IN_HEADER..) => self.clone().take(&request),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                // It is unmounted.
                _ => return,
            }
        }
    }

    fn take(self: Arc<Self>, request: &[u8]) {
        let mut fields = Fields(request);
        let (len, code, unique, node) = (fields.u32() as usize, fields.u32(), fields.u64(), fields.u64());
        let mut body = Fields(&request[IN_HEADER..len.clamp(IN_HEADER, request.len())]);
        let answer = match code {
            request::FORGET | request::BATCH_FORGET | request::INTERRUPT => return,
            // The version that is spoken, then limits; the rest is as the kernel has it.
            request::INIT => {
                let limits =
                    Answer::default().u32(7).u32(31).u32(READ_AHEAD_BYTES).u32(0).u32(0).u32(4096).u32(1);
                Ok((0..9).fold(limits, |answer, _| answer.u32(0)))
            }
            request::LOOKUP => {
                let name = body.0.strip_suffix(&[0]).unwrap_or(body.0);
                if node == ROOT && name == self.name.as_bytes() {
                    let entry = Answer::default().u64(FILE).u64(1).u64(VALID_SECONDS).u64(VALID_SECONDS);
                    Ok(self.attributes(entry.u32(0).u32(0), FILE))
                } else {
                    Err(NO_ENTRY)
                }
            }
            request::GETATTR => Ok(self.attributes(Answer::default().u64(VALID_SECONDS).u32(0).u32(0), node)),
            request::OPEN => Ok(Answer::default().u64(node).u32(DIRECT_IO).u32(0)),
            request::OPENDIR => Ok(Answer::default().u64(node).u32(0).u32(0)),
            request::READDIR => {
                let (_handle, offset) = (body.u64(), body.u64());
                Ok(if offset == 0 { self.listing() } else { Answer::default() })
            }
            request::READ => {
                let (_handle, offset, size) = (body.u64(), body.u64(), body.u32());
                // Each waits by itself, so that nothing else has to wait for it.
                thread::spawn(move || {
                    let content = self.content(offset, size as usize);
                    self.answer(unique, content.map_err(|_| FAILED));
                });
                return;
            }
            request::RELEASE | request::RELEASEDIR | request::FLUSH => Ok(Answer::default()),
            _ => Err(NOT_MADE),
        };
        self.answer(unique, answer.map(|answer| answer.0));
    }

    fn answer(&self, unique: u64, body: Result<Vec<u8>, i32>) {
        let (error, body) = match body {
            Ok(body) => (0, body),
            Err(error) => (-error, Vec::new()),
        };
        let mut out = Vec::with_capacity(OUT_HEADER + body.len());
        out.extend(((OUT_HEADER + body.len()) as u32).to_ne_bytes());
        out.extend(error.to_ne_bytes());
        out.extend(unique.to_ne_bytes());
        out.extend(body);
        // Who asked may be gone.
        let _ = (&self.device).write(&out);
    }

    fn attributes(&self, answer: Answer, node: u64) -> Answer {
        let (bytes, mode, links) =
            if node == FILE { (self.bytes, FILE_MODE, 1) } else { (0, FOLDER_MODE, 2) };
        let times = answer.u64(node).u64(bytes).u64(bytes.div_ceil(512)).u64(1).u64(1).u64(1);
        let kind = times.u32(0).u32(0).u32(0).u32(mode).u32(links);
        kind.u32(0).u32(0).u32(0).u32(4096).u32(0)
    }

    /// The folder's one entry.
    fn listing(&self) -> Answer {
        let name = self.name.as_bytes();
        // Behind it is its end; a file is of kind 8.
        let mut entry = Answer::default().u64(FILE).u64(1).u32(name.len() as u32).u32(8);
        entry.0.extend(name);
        entry.0.resize(entry.0.len().next_multiple_of(8), 0);
        entry
    }

    /// Bytes of the file, as soon as the disk has them.
    fn content(&self, offset: u64, size: usize) -> std::io::Result<Vec<u8>> {
        let rate = self.rate.load(Ordering::Relaxed);
        if rate > 0 {
            let free_at = {
                let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
                *free_at =
                    (*free_at).max(Instant::now()) + Duration::from_secs_f64(size as f64 / rate as f64);
                *free_at
            };
            thread::sleep(free_at.saturating_duration_since(Instant::now()));
        }
        let mut bytes = vec![0; size.min(self.bytes.saturating_sub(offset) as usize)];
        self.file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_read_whole_and_can_be_slowed() {
        let (scratch, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = scratch.path().join("film.mkv");
        let hash = crate::files::write_random(&file, 1 << 20, "disk");
        let disk = match SlowDisk::mount(folder.path(), &file) {
            Ok(disk) => disk,
            Err(why) => return println!("skipped: this machine mounts nothing: {why}"),
        };
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["film.mkv"]);
        let inside = folder.path().join("film.mkv");
        assert_eq!(std::fs::metadata(&inside).unwrap().len(), 1 << 20);
        assert_eq!(crate::files::hash_file(&inside), hash);
        // 64 KiB at 512 KiB a second.
        disk.set_mbit(0.524_288 * 8.0);
        let (opened, started) = (File::open(&inside).unwrap(), Instant::now());
        opened.read_exact_at(&mut vec![0; 1 << 16], 0).unwrap();
        assert!(started.elapsed() >= Duration::from_millis(120), "{:?}", started.elapsed());
        drop(disk);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "unmounted");
    }
}
