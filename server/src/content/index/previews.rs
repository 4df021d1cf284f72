//! The thread that makes preview pictures, one film after the other, after the films are listed and
//! their facts known: nothing waits for it.
//!
//! A sheet lies in the state directory; an empty file says that none can be made. So nothing is made
//! twice, and nothing else has to be remembered.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::remember::{previews_path, write_whole};
use crate::content::library::{Film, Library};
use crate::content::media::previews;

/// Starts the thread; it looks for films without previews whenever it is woken, and ends with its last
/// waker. It is not waited for: once `stop` is set it ends before its next picture.
///
/// # Errors
/// When no thread can be started.
pub(crate) fn start(library: Arc<Library>, stop: Arc<AtomicBool>) -> std::io::Result<SyncSender<()>> {
    let (waker, woken) = sync_channel(1);
    std::thread::Builder::new().name("previews".into()).spawn(move || work(&library, &stop, &woken))?;
    Ok(waker)
}

fn work(library: &Library, stop: &AtomicBool, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        for path in library.paths() {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            if let Some(film) = library.film(&path).filter(|film| lacks_previews(library, film)) {
                make(library, path, &film, stop);
            }
        }
    }
}

fn lacks_previews(library: &Library, film: &Film) -> bool {
    let facts = &film.title.media;
    let is_film = facts.width > 0 && facts.duration_ms > 0 && film.held.is_all();
    is_film && !previews_path(library.state(), film.title.stream).exists()
}

fn make(library: &Library, path: PathBuf, film: &Film, stop: &AtomicBool) {
    let made = previews::make(&library.root().path().join(&path), &film.title.media, stop);
    let sheet = match made {
        Ok(Some(sheet)) => sheet,
        Ok(None) => return,
        // A film that has gone or changed meanwhile is another one's business.
        Err(_) if library.film(&path).is_none_or(|now| now.facts != film.facts) => return,
        Err(error) => {
            tracing::info!("{} has no previews: {error}", path.display());
            Vec::new()
        }
    };
    let to = previews_path(library.state(), film.title.stream);
    match write_whole(&to, &sheet) {
        Ok(()) => tracing::info!(bytes = sheet.len(), "previews of {} are made", path.display()),
        Err(error) => tracing::warn!("{} can't be written: {error}", to.display()),
    }
}
