//! The films served now. The indexer fills it; sessions and HTTP open streams in it by hash only.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;
use tributary_core::directory::{Holding, PartEntry, Title};
use tributary_core::geometry::StreamId;
use tributary_core::held::Held;

use super::root::{FileFacts, Root};

/// One file that is served.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Film {
    /// The file as it was hashed.
    pub(crate) facts: FileFacts,
    /// What the director is told.
    pub(crate) title: Title,
    /// Which of the stream's bytes the file has.
    pub(crate) held: Held,
}

/// Why a stream can't be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// No file of that hash is here.
    #[error("this server does not hold the stream {0}")]
    NoSuchStream(StreamId),
    /// It was, and its file has changed or gone since.
    #[error("the file of stream {0} has changed or gone since it was indexed")]
    Withdrawn(StreamId),
}

/// An open stream. Its descriptor is held: a file that is replaced is still read to its end.
#[derive(Debug)]
pub(crate) struct OpenStream {
    /// Which.
    pub(crate) stream: StreamId,
    /// Bytes of the whole stream.
    pub(crate) size: u64,
    /// Which of them are here.
    pub(crate) held: Held,
    /// Where it lies, for its MIME type.
    pub(crate) path: PathBuf,
    /// The descriptor.
    pub(crate) file: Arc<File>,
    facts: FileFacts,
}

impl OpenStream {
    /// Whether the file is still as it was indexed.
    pub(crate) fn is_intact(&self) -> bool {
        // The inode's number is the descriptor's own; what can change is the content.
        self.file.metadata().is_ok_and(|metadata| FileFacts::of(&metadata) == self.facts)
    }
}

/// What is looked for where no director tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A stream by its hash.
    Stream(StreamId),
    /// Files by their name.
    File {
        /// With the ending.
        name: String,
        /// Bytes, where they are known.
        size: Option<u64>,
    },
}

#[derive(Debug, Default)]
struct Shelves {
    films: BTreeMap<PathBuf, Film>,
    by_stream: HashMap<StreamId, BTreeSet<PathBuf>>,
}

/// The films served now.
#[derive(Debug)]
pub(crate) struct Library {
    root: Root,
    state: PathBuf,
    shelves: RwLock<Shelves>,
    changes: watch::Sender<u64>,
    indexing: AtomicBool,
}

impl Library {
    /// An empty library over the directory `root`, with posters and hashes in `state`.
    pub(crate) fn new(root: Root, state: &Path) -> Arc<Self> {
        let changes = watch::Sender::new(0);
        Arc::new(Self {
            root,
            state: state.to_owned(),
            shelves: RwLock::default(),
            changes,
            indexing: AtomicBool::new(true),
        })
    }

    /// The directory.
    pub(crate) const fn root(&self) -> &Root {
        &self.root
    }

    /// Where posters and hashes lie.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// Told of every change.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Whether files are being looked at that may yet be listed.
    pub(crate) fn is_indexing(&self) -> bool {
        self.indexing.load(Ordering::Relaxed)
    }

    /// Notes whether files are being looked at.
    pub(crate) fn set_indexing(&self, indexing: bool) {
        self.indexing.store(indexing, Ordering::Relaxed);
    }

    /// What the director is told. A film that lies here twice is listed under each name.
    pub(crate) fn titles(&self) -> Vec<Title> {
        self.read().films.values().map(|film| film.title.clone()).collect()
    }

    /// Streams of which there is a part only.
    pub(crate) fn parts(&self) -> Vec<PartEntry> {
        let shelves = self.read();
        let part = |stream: &StreamId| {
            let held = &shelves.best(*stream)?.1.held;
            let ranges = held.ranges().iter().map(|range| (range.start, range.end)).collect();
            (!held.is_all()).then_some(PartEntry { stream: *stream, ranges })
        };
        shelves.by_stream.keys().filter_map(part).collect()
    }

    /// Files of a stream, or of this name and, where given, of this size of the whole: no more than
    /// `limit`.
    pub(crate) fn find(&self, wanted: &Wanted, limit: usize) -> Vec<Holding> {
        let is_wanted = |film: &&Film| match wanted {
            Wanted::Stream(stream) => film.title.stream == *stream,
            Wanted::File { name, size } => {
                film.title.file_name == *name && size.is_none_or(|size| size == film.title.size)
            }
        };
        let holding = |film: &Film| Holding {
            stream: film.title.stream,
            size: film.title.size,
            file_name: film.title.file_name.clone(),
            ranges: film.held.ranges().iter().map(|range| (range.start, range.end)).collect(),
        };
        self.read().films.values().filter(is_wanted).take(limit).map(holding).collect()
    }

    /// Files that are served.
    pub(crate) fn films(&self) -> usize {
        self.read().films.len()
    }

    /// Streams that can be opened.
    pub(crate) fn streams(&self) -> usize {
        self.read().by_stream.len()
    }

    /// The film at a path.
    pub(crate) fn film(&self, path: &Path) -> Option<Film> {
        self.read().films.get(path).cloned()
    }

    /// All paths.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        self.read().films.keys().cloned().collect()
    }

    /// Puts a film in, or in the place of the one at that path.
    pub(crate) fn put(&self, path: PathBuf, film: Film) {
        let mut shelves = self.write();
        if shelves.films.get(&path) == Some(&film) {
            return;
        }
        shelves.remove(&path);
        shelves.by_stream.entry(film.title.stream).or_default().insert(path.clone());
        shelves.films.insert(path, film);
        drop(shelves);
        self.tell();
    }

    /// Takes a film out.
    pub(crate) fn withdraw(&self, path: &Path, why: &str) {
        let withdrawn = self.write().remove(path);
        if let Some(film) = withdrawn {
            tracing::info!("{} is no longer served: {why}", film.title.file_name);
            self.tell();
        }
    }

    /// Opens a stream by its hash. A file that has changed since it was indexed is withdrawn.
    ///
    /// # Errors
    /// [`OpenError`].
    pub(crate) fn open(&self, stream: StreamId) -> Result<OpenStream, OpenError> {
        let copies: Vec<(PathBuf, Film)> = {
            let shelves = self.read();
            let paths = shelves.by_stream.get(&stream).ok_or(OpenError::NoSuchStream(stream))?;
            let film = |path: &PathBuf| Some((path.clone(), shelves.films.get(path)?.clone()));
            let mut copies: Vec<(PathBuf, Film)> = paths.iter().filter_map(film).collect();
            // Those that have most first.
            copies.sort_by_key(|(_, film)| std::cmp::Reverse(film.held.bytes(film.title.size)));
            copies
        };
        for (path, Film { facts, title, held }) in copies {
            match self.root.open_file(&path) {
                Ok((file, now)) if now == facts => {
                    let (size, file) = (title.size, Arc::new(file));
                    return Ok(OpenStream { stream, size, held, path, file, facts });
                }
                Ok(_) => self.withdraw(&path, "its file has changed"),
                Err(error) => self.withdraw(&path, &error.to_string()),
            }
        }
        Err(OpenError::Withdrawn(stream))
    }

    /// Withdraws a stream whose open file was found changed.
    pub(crate) fn withdraw_changed(&self, open: &OpenStream) {
        if self.film(&open.path).is_some_and(|film| film.facts == open.facts) {
            self.withdraw(&open.path, "its file has changed");
        }
    }

    /// The poster of a stream: a JPEG.
    ///
    /// # Errors
    /// As the system says; not found where none was made.
    pub(crate) fn poster(&self, stream: StreamId) -> io::Result<Vec<u8>> {
        std::fs::read(super::index::remember::poster_path(&self.state, stream))
    }

    /// Preview pictures of a stream on one sheet: a JPEG.
    ///
    /// # Errors
    /// As the system says; not found where none were made.
    pub(crate) fn previews(&self, stream: StreamId) -> io::Result<Vec<u8>> {
        let sheet = std::fs::read(super::index::remember::previews_path(&self.state, stream))?;
        // An empty one says that none can be made.
        if sheet.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(sheet) }
    }

    fn tell(&self) {
        self.changes.send_modify(|number| *number += 1);
    }

    fn read(&self) -> RwLockReadGuard<'_, Shelves> {
        self.shelves.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Shelves> {
        self.shelves.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelves {
    /// The copy of a stream that has most of it.
    fn best(&self, stream: StreamId) -> Option<(&PathBuf, &Film)> {
        let copies = self.by_stream.get(&stream)?.iter().filter_map(|path| self.films.get_key_value(path));
        // The first of equals.
        copies.rev().max_by_key(|(_, film)| film.held.bytes(film.title.size))
    }

    fn remove(&mut self, path: &Path) -> Option<Film> {
        let film = self.films.remove(path)?;
        if let Some(paths) = self.by_stream.get_mut(&film.title.stream) {
            paths.remove(path);
            if paths.is_empty() {
                self.by_stream.remove(&film.title.stream);
            }
        }
        Some(film)
    }
}
