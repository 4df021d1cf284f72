//! The file with what is remembered of titles and servers, written by a thread of its own so that
//! no frame waits for a disk.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::state::memory::Memory;

const FILE: &str = "memory.json";
/// Largest file that is read, in bytes: far more than the bounds of [`Memory`] let it become.
const MOST_BYTES: u64 = 16 << 20;
/// Most states of the memory that wait to be written; a newer one is tried again later.
const WAITING_WRITES: usize = 1;

/// Why the file can't be written: told once, until it can be again.
#[derive(Clone, Debug, Default)]
struct Trouble(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
enum Told {
    #[default]
    Nothing,
    ToTell(String),
    Already,
}

impl Trouble {
    fn note(&self, written: std::io::Result<()>, path: &Path) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (written, &*told) {
            (Ok(()), _) => *told = Told::Nothing,
            (Err(why), Told::Nothing) => {
                tracing::warn!("{} can't be written: {why}", path.display());
                *told = Told::ToTell(why.to_string());
            }
            (Err(_), _) => {}
        }
    }

    fn take(&self) -> Option<String> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(&*told, Told::ToTell(_)) {
            return None;
        }
        match std::mem::replace(&mut *told, Told::Already) {
            Told::ToTell(why) => Some(why),
            Told::Nothing | Told::Already => None,
        }
    }
}

/// Where the memory is kept.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    queue: Option<SyncSender<Memory>>,
    writer: Option<JoinHandle<()>>,
    trouble: Trouble,
    /// [`Memory::changes`] of what was given to the writer last.
    written: u64,
}

impl Store {
    /// Keeps the memory in `folder`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn new(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join(FILE);
        let (queue, waiting) = sync_channel::<Memory>(WAITING_WRITES);
        let to = path.clone();
        let trouble = Trouble::default();
        let noted = trouble.clone();
        let writer = thread::Builder::new().name("memory".into()).spawn(move || {
            for memory in waiting {
                noted.note(save(&to, &memory), &to);
            }
        })?;
        Ok(Self { path, queue: Some(queue), writer: Some(writer), trouble, written: 0 })
    }

    /// Why nothing is remembered, if the file can't be written: its path and the system's words, told once
    /// until it could be written again.
    #[must_use]
    pub fn trouble(&self) -> Option<(&Path, String)> {
        self.trouble.take().map(|why| (self.path.as_path(), why))
    }

    /// Reads what was remembered; nothing where there is no such file. One that can't be understood
    /// is put aside, so that nothing in it is lost.
    #[must_use]
    pub fn load(&self) -> Memory {
        let small = std::fs::metadata(&self.path).is_ok_and(|facts| facts.len() <= MOST_BYTES);
        let Some(bytes) = small.then(|| std::fs::read(&self.path).ok()).flatten() else {
            return Memory::default();
        };
        serde_json::from_slice(&bytes).unwrap_or_else(|why| {
            let aside = self.path.with_extension("json.broken");
            tracing::warn!(
                "{} is not understood ({why}) and is kept as {}",
                self.path.display(),
                aside.display()
            );
            if let Err(why) = std::fs::rename(&self.path, &aside) {
                tracing::warn!("it could not be put aside: {why}");
            }
            Memory::default()
        })
    }

    /// Has `memory` written if it changed; where the disk is busy, at a later call.
    pub fn keep(&mut self, memory: &Memory) {
        let Some(queue) = self.queue.as_ref().filter(|_| memory.changes != self.written) else { return };
        match queue.try_send(memory.clone()) {
            Ok(()) => self.written = memory.changes,
            Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Disconnected(_)) => self.queue = None,
        }
    }

    /// Waits for what is being written, then writes `memory` if it changed since.
    pub fn finish(&mut self, memory: &Memory) {
        drop(self.queue.take());
        if self.writer.take().is_some_and(|writer| writer.join().is_err()) {
            tracing::warn!("the memory's thread ended by a fault");
        }
        if memory.changes != self.written {
            self.written = memory.changes;
            self.trouble.note(save(&self.path, memory), &self.path);
        }
    }
}

fn save(path: &Path, memory: &Memory) -> std::io::Result<()> {
    let bytes = serde_json::to_vec(memory)?;
    write(path, &bytes)
}

/// Writes a file beside and renames it, so that a crash leaves the old one or the new one.
pub(super) fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

/// The user's folder for what this program remembers.
#[must_use]
pub fn default_state_folder() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let base = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    base.or_else(home).map(|base| base.join("tributary"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Event, State, fixture};

    fn remembered() -> Memory {
        let mut state: State = fixture::playing();
        state.apply(Event::PlayerLeft);
        state.memory
    }

    #[test]
    fn what_is_kept_comes_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = remembered();
        let what = fixture::playback().what;
        assert!(memory.place(&what).is_some());
        let mut store = Store::new(&folder.path().join("deeper")).expect("a thread");
        assert!(store.load().of(&what).is_none());
        store.keep(&memory);
        store.finish(&memory);
        let back = Store::new(&folder.path().join("deeper")).expect("a thread").load();
        assert_eq!(back.place(&what), memory.place(&what));
    }

    #[test]
    fn a_file_that_cannot_be_written_is_told_once() {
        let folder = tempfile::tempdir().expect("a folder");
        // A folder lies where the file shall be put together.
        let blocked = folder.path().join("memory.json.new");
        std::fs::create_dir(&blocked).expect("a folder");
        let mut store = Store::new(folder.path()).expect("a thread");
        let trouble = store.trouble.clone();
        let memory = remembered();
        for _ in 0..2 {
            trouble.note(save(&store.path, &memory), &store.path);
        }
        let told = store.trouble().map(|(path, _)| path.to_owned());
        assert_eq!(told, Some(folder.path().join(FILE)));
        trouble.note(save(&store.path, &memory), &store.path);
        assert_eq!(store.trouble(), None);
        std::fs::remove_dir(&blocked).expect("gone");
        store.finish(&memory);
        assert!(folder.path().join(FILE).is_file());
        std::fs::remove_file(folder.path().join(FILE)).expect("gone");
        std::fs::create_dir(&blocked).expect("a folder");
        trouble.note(save(&store.path, &memory), &store.path);
        assert!(store.trouble().is_some(), "it was well in between");
    }

    #[test]
    fn a_broken_file_is_put_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), "{\"titles\": 3").expect("written");
        let mut store = Store::new(folder.path()).expect("a thread");
        assert!(store.load().begun().next().is_none());
        store.finish(&remembered());
        assert!(folder.path().join("memory.json.broken").is_file());
        assert!(store.load().begun().next().is_some());
    }
}
