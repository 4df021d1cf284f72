//! The thread that keeps the library as the directory is: it looks, hashes what is new, and waits for
//! the next change. Films are served from the moment they are hashed, while others are still to come.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use tributary_core::directory::Title;
use tributary_core::held::Held;

use super::art::Art;
use super::hash::{HashError, hash};
use super::parts;
use super::remember::{KnownMedia, Memory};
use super::retries::Retries;
use super::scan::{Endings, Found, scan};
use super::watch::{Wake, Watch};
use crate::content::library::{Film, Library};
use crate::content::media::Media;
use crate::content::root::FileFacts;

/// How often the directory is looked at where nothing tells of changes.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// A file that appeared while the server runs must have been left alone this long before it is hashed:
/// it is probably still being copied.
const SETTLED: Duration = Duration::from_secs(1);
/// How often the index is written while many files are hashed.
const SAVE_EVERY: Duration = Duration::from_secs(5);

/// The running indexer.
#[derive(Debug)]
pub(crate) struct Indexer {
    stop: Arc<AtomicBool>,
    wake: SyncSender<Wake>,
    thread: JoinHandle<()>,
}

impl Indexer {
    /// Starts to index `library`'s directory.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn start(library: Arc<Library>, endings: Endings, memory: Memory) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let media = Media::start(library.state());
        let previews = media.start_previews(&library, &stop)?;
        let watch = Watch::start(library.root().path());
        let wake = watch.waker();
        let worker = Worker {
            media,
            previews,
            library,
            endings,
            memory,
            parts: HashMap::new(),
            art: HashMap::new(),
            looked_at: HashMap::new(),
            watch,
            stop: Arc::clone(&stop),
            retries: Retries::default(),
            saved: Instant::now(),
        };
        let thread = std::thread::Builder::new().name("indexer".into()).spawn(move || worker.run())?;
        Ok(Self { stop, wake, thread })
    }

    /// Stops, and writes down what is known.
    pub(crate) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        // Full: the thread wakes anyway, and reads `stop`.
        let _ = self.wake.try_send(Wake::Stop);
        if self.thread.join().is_err() {
            tracing::error!("the indexer has failed");
        }
    }
}

struct Worker {
    library: Arc<Library>,
    endings: Endings,
    memory: Memory,
    /// Parts that were looked at, as they and their descriptions were then.
    parts: HashMap<PathBuf, (FileFacts, FileFacts)>,
    /// The pictures that lie beside films now, and those that were looked at.
    art: HashMap<PathBuf, Art>,
    looked_at: HashMap<PathBuf, Option<Art>>,
    media: Media,
    /// Wakes the thread that makes previews; none where nothing can be decoded.
    previews: Option<SyncSender<()>>,
    watch: Watch,
    stop: Arc<AtomicBool>,
    retries: Retries,
    saved: Instant,
}

impl Worker {
    fn run(mut self) {
        let mut first = true;
        loop {
            self.library.set_indexing(true);
            let unsettled = self.look(first);
            self.library.set_indexing(false);
            self.memory.save();
            first = false;
            let wait = if unsettled { SETTLED } else { LOOK_AGAIN };
            if self.stopping() || !self.wait(wait) {
                break;
            }
        }
        self.memory.save();
    }

    /// Waits for a change; media facts are found out meanwhile. False when the server stops.
    fn wait(&mut self, longest: Duration) -> bool {
        let until = Instant::now() + longest;
        self.wake_previews();
        for path in self.without_facts() {
            self.find_facts(&path);
            match self.watch.poll() {
                _ if self.stopping() => return false,
                None => return false,
                Some(true) => return true,
                Some(false) if Instant::now() >= until => return true,
                Some(false) => {}
            }
        }
        self.watch.wait(until.saturating_duration_since(Instant::now()))
    }

    fn save_now_and_then(&mut self) {
        if self.saved.elapsed() > SAVE_EVERY {
            self.memory.save();
            self.saved = Instant::now();
        }
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Makes the library as the directory is. True when a file was left for later because it is still
    /// being written.
    fn look(&mut self, first: bool) -> bool {
        let found = scan(self.library.root(), &self.endings);
        for path in self.library.paths() {
            if !found.contains_key(&path) {
                self.library.withdraw(&path, "its file has gone");
            }
        }
        self.retries.keep_only(|path| found.contains_key(path));
        self.parts.retain(|path, _| found.contains_key(path));
        self.looked_at.retain(|path, _| found.contains_key(path));
        let art = |(path, film): (&PathBuf, &Found)| Some((path.clone(), film.art.clone()?));
        self.art = found.iter().filter_map(art).collect();
        let mut unsettled = false;
        let mut to_hash = Vec::new();
        for (path, film) in found {
            if let Some(description) = film.part {
                self.take_part(path, &film, description);
                continue;
            }
            match self.memory.stream_of(&path, film.facts) {
                Some(stream) => self.list(path, &film, stream, film.facts.size, Held::all()),
                None => to_hash.push((path, film)),
            }
        }
        for (path, film) in to_hash {
            if self.stopping() {
                return false;
            }
            if self.library.film(&path).is_some_and(|listed| listed.facts != film.facts) {
                self.library.withdraw(&path, "its file has changed");
            }
            if !first && !is_settled(&film) {
                unsettled = true;
                continue;
            }
            if !self.retries.may_try(&path, film.facts, Instant::now()) {
                continue;
            }
            match self.hash(&path, &film) {
                Ok(stream) => self.list(path, &film, stream, film.facts.size, Held::all()),
                Err(HashError::Stopped) => return false,
                Err(error @ HashError::Changed) => {
                    unsettled = true;
                    tracing::debug!("{} is left for later: {error}", path.display());
                }
                Err(error) => {
                    let seconds = self.retries.failed(&path, film.facts, Instant::now()).as_secs();
                    tracing::warn!(
                        "{} is not served: {error}; it is tried again in {seconds} s, or when it changes",
                        path.display()
                    );
                }
            }
            self.save_now_and_then();
        }
        unsettled
    }

    fn hash(&mut self, path: &Path, found: &Found) -> Result<tributary_core::geometry::StreamId, HashError> {
        let started = Instant::now();
        let (file, facts) = self.library.root().open_file(path)?;
        if facts != found.facts {
            return Err(HashError::Changed);
        }
        let hashed = hash(&file, facts.size, &self.stop);
        // Before the error is looked at: a file that was cut short can't be read to its end.
        if FileFacts::of(&file.metadata()?) != facts {
            return Err(HashError::Changed);
        }
        let hashed = hashed?;
        self.memory.keep(path, facts, hashed.stream, &hashed.groups).map_err(HashError::Keep)?;
        let seconds = started.elapsed().as_secs_f64();
        tracing::info!(
            stream = %hashed.stream, bytes = facts.size, seconds,
            "{} is indexed", path.display()
        );
        Ok(hashed.stream)
    }

    /// Serves a part of a film: what the pages that are kept beside it prove of it.
    fn take_part(&mut self, path: PathBuf, film: &Found, description: FileFacts) {
        let seen = (film.facts, description);
        if self.parts.get(&path) == Some(&seen) {
            return;
        }
        // Whatever comes of it, it is looked at again only when it changes.
        self.parts.insert(path.clone(), seen);
        match parts::read(&self.library, &path, film.facts).and_then(|part| {
            self.memory.keep_part(&part)?;
            Ok(part)
        }) {
            Ok(part) => {
                let held = part.held.bytes(part.size);
                tracing::info!(stream = %part.stream, held, of = part.size, "{} is served as a part", path.display());
                self.list(path, film, part.stream, part.size, part.held);
            }
            Err(error) => {
                self.library.withdraw(&path, "it is no part that can be served any more");
                tracing::warn!(
                    "{} is not served: {error}; it is looked at again when it changes",
                    path.display()
                );
            }
        }
    }

    fn list(
        &self,
        path: PathBuf,
        found: &Found,
        stream: tributary_core::geometry::StreamId,
        size: u64,
        held: Held,
    ) {
        let media = self.memory.media(stream).cloned().unwrap_or_default();
        let called = if found.part.is_some() { path.with_extension("") } else { path.clone() };
        let file_name =
            called.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let shown = if found.sidecar.title.is_empty() { &found.name } else { &found.sidecar.title };
        let title = Title {
            catalog: found.catalog.clone(),
            name: found.name.clone(),
            title: shown.clone(),
            stream,
            size,
            file_name: crate::text::clean(&file_name, crate::director::MAX_NAME_CHARS),
            year: found.sidecar.year,
            description: found.sidecar.description.clone(),
            tags: found.sidecar.tags.clone(),
            media: media.facts,
            poster: media.poster,
            servers: Vec::new(),
            added_at: 0,
        };
        self.library.put(path, Film { facts: found.facts, title, held });
    }

    fn without_facts(&self) -> Vec<PathBuf> {
        let unknown = |path: &PathBuf| {
            let Some(film) = self.library.film(path) else { return false };
            let art = self.art.get(path);
            // Two copies may have two pictures: each is looked at once.
            let is_old = |known: &KnownMedia| {
                known.art.as_ref() != art && self.looked_at.get(path).is_none_or(|seen| seen.as_ref() != art)
            };
            // Of a part nobody knows how much a decoder would see.
            film.held.is_all() && self.memory.media(film.title.stream).is_none_or(is_old)
        };
        if self.media.is_available() {
            self.library.paths().into_iter().filter(unknown).collect()
        } else {
            Vec::new()
        }
    }

    fn find_facts(&mut self, path: &Path) {
        let Some(mut film) = self.library.film(path) else { return };
        let art = self.art.get(path).cloned();
        self.looked_at.insert(path.to_owned(), art.clone());
        let media = self.media.look_at(self.library.root(), path, film.title.stream, art);
        film.title.media = media.facts.clone();
        film.title.poster = media.poster;
        self.memory.keep_media(film.title.stream, media);
        self.save_now_and_then();
        self.library.put(path.to_owned(), film);
        self.wake_previews();
    }

    fn wake_previews(&self) {
        if let Some(previews) = &self.previews {
            // One that waits is enough.
            let _ = previews.try_send(());
        }
    }
}

/// Whether nobody has written to the file lately.
fn is_settled(found: &Found) -> bool {
    let changed = SystemTime::UNIX_EPOCH + Duration::from_nanos(found.facts.mtime_ns.max(0) as u64);
    // A time in the future says nothing about writing.
    changed.elapsed().map_or(true, |since| since >= SETTLED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::root::Root;

    /// Waits until the library's titles are these, or fails.
    fn until_listed(library: &Library, expected: &[&str]) {
        let start = Instant::now();
        loop {
            let titles: Vec<String> = library.titles().into_iter().map(|title| title.title).collect();
            if titles == expected {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{titles:?}, not {expected:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn a_file_that_can_not_be_indexed_is_not_read_again_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let (films, state) = (dir.path().join("films"), dir.path().join("state"));
        std::fs::create_dir(&films).unwrap();
        std::fs::write(films.join("a.mp4"), vec![1; 100_000]).unwrap();
        let library = Library::new(Root::open(&films).unwrap(), &state);
        let memory = Memory::open(&state).unwrap();
        // No group values can be written where this is no folder.
        std::fs::remove_dir(state.join("hashes")).unwrap();
        std::fs::write(state.join("hashes"), "").unwrap();
        let mut worker = Worker {
            media: Media::start(&state),
            previews: None,
            watch: Watch::start(&films),
            library: Arc::clone(&library),
            endings: Endings::default(),
            memory,
            parts: HashMap::new(),
            art: HashMap::new(),
            looked_at: HashMap::new(),
            stop: Arc::default(),
            retries: Retries::default(),
            saved: Instant::now(),
        };
        assert!(!worker.look(true), "the usual wait is long enough");
        assert_eq!(library.films(), 0);

        std::fs::remove_file(state.join("hashes")).unwrap();
        std::fs::create_dir(state.join("hashes")).unwrap();
        assert!(!worker.look(true));
        assert_eq!(library.films(), 0, "the same file is not read again so soon");
        std::fs::write(films.join("a.mp4"), vec![1; 100_001]).unwrap();
        assert!(!worker.look(true));
        assert_eq!(library.films(), 1, "a changed one is");
    }

    #[test]
    fn the_library_follows_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        let (films, state) = (dir.path().join("films"), dir.path().join("state"));
        std::fs::create_dir(&films).unwrap();
        std::fs::write(films.join("a.mp4"), vec![1; 100_000]).unwrap();
        std::fs::write(films.join("a.toml"), "title = 'First'").unwrap();
        let library = Library::new(Root::open(&films).unwrap(), &state);
        let indexer = {
            let memory = Memory::open(&state).unwrap();
            Indexer::start(Arc::clone(&library), Endings::default(), memory).unwrap()
        };
        until_listed(&library, &["First"]);
        let first = library.titles()[0].stream;
        assert_eq!(first.0, *blake3::hash(&[1; 100_000]).as_bytes());

        std::fs::write(films.join("b.mkv"), "second").unwrap();
        until_listed(&library, &["First", "b"]);
        std::fs::write(films.join("a.toml"), "title = 'Renamed'").unwrap();
        until_listed(&library, &["Renamed", "b"]);
        std::fs::write(films.join("a.mp4"), vec![2; 100_000]).unwrap();
        let start = Instant::now();
        while library.open(first).is_ok() || library.titles().iter().all(|title| title.title != "Renamed") {
            assert!(start.elapsed() < Duration::from_secs(30), "the changed file is listed anew");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(library.titles()[0].stream.0, *blake3::hash(&[2; 100_000]).as_bytes());
        std::fs::remove_file(films.join("b.mkv")).unwrap();
        until_listed(&library, &["Renamed"]);
        indexer.stop();

        let (_, facts) = library.root().open_file(Path::new("a.mp4")).unwrap();
        let remembered = Memory::open(&state).unwrap();
        assert!(remembered.stream_of(Path::new("a.mp4"), facts).is_some(), "nothing is hashed twice");
    }
}
