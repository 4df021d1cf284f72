//! What is dropped onto the window, pasted into it, or chosen in a dialog: films, playlists,
//! addresses, subtitles.

use std::path::{Path, PathBuf};
use std::thread;

use super::inbox::{Message, Sender};
use super::names::{name_of, targets};
use super::playlist::Playlist;
use super::{App, Begin, Target};
use crate::desktop;
use crate::i18n::t;
use crate::state::languages::same;
use crate::state::notice::{Notice, NoticeKind};
use crate::state::playback::Origin;
use crate::state::subtitles::{self, ENDINGS, SubtitleFile};
use crate::state::{Event, PlaybackEvent};

/// Most lines of a pasted text that are taken as addresses.
const PASTED_LINES: usize = 1000;

/// What a dialog is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Something to play.
    Film,
    /// Subtitles for what plays.
    Subtitles,
}

fn is_subtitles(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

impl App {
    /// Plays what these names mean.
    pub(super) fn open(&mut self, names: &[String]) {
        let list = Playlist::given(targets(names));
        self.play_list(list, Begin::WhereLeftOff);
    }

    /// Takes what was dropped onto the window or pasted into it.
    pub(super) fn take_given(&mut self, ctx: &egui::Context) {
        let (dropped, pasted) = ctx.input(|input| {
            let paths = input.raw.dropped_files.iter().map(|file| file.path().to_path_buf());
            let pasted = input.events.iter().find_map(|event| match event {
                egui::Event::Paste(text) => Some(text.clone()),
                _ => None,
            });
            (paths.collect::<Vec<_>>(), pasted)
        });
        if !dropped.is_empty() {
            self.take_files(&dropped);
        } else if let Some(text) = pasted.filter(|_| !ctx.text_edit_focused()) {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let names: Vec<String> = lines.take(PASTED_LINES).map(str::to_owned).collect();
            if !names.is_empty() {
                self.open(&names);
            }
        }
    }

    /// Takes files: subtitles go to the film that plays, anything else is played.
    pub(super) fn take_files(&mut self, paths: &[PathBuf]) {
        let (words, films): (Vec<&PathBuf>, Vec<&PathBuf>) =
            paths.iter().partition(|path| is_subtitles(path) && self.state.playback.is_some());
        let names: Vec<String> = films.into_iter().map(|path| name_of(path.as_os_str())).collect();
        if !names.is_empty() {
            self.open(&names);
        }
        for path in words {
            self.load_subtitles(vec![path.clone()], true);
        }
    }

    /// Reads files of subtitles for what plays now, on a thread of its own; the last one is shown.
    fn load_subtitles(&self, paths: Vec<PathBuf>, asked: bool) {
        let Some(playback) = &self.state.playback else { return };
        let (number, sender) = (playback.number, self.inbox.sender());
        let spawned = thread::Builder::new().name("subtitles".into()).spawn(move || {
            for path in paths {
                match read_subtitles(&path) {
                    Ok(file) => sender.send(Message::Subtitles { number, file }),
                    Err(why) if asked => told(&sender, &why),
                    Err(why) => tracing::info!("{why}"),
                }
            }
        });
        if let Err(why) = spawned {
            told(&self.inbox.sender(), &t!("fault-thread", why = why.to_string()));
        }
    }

    /// Takes subtitles that were read, for the opening with this number.
    pub(super) fn take_subtitles(&mut self, number: u64, file: SubtitleFile) {
        if self.state.plays(number) {
            self.state.apply(Event::Playing(PlaybackEvent::SubtitleFile(file)));
        }
    }

    /// Looks for subtitles that lie beside the file that is played.
    pub(super) fn look_beside(&self, target: &Target) {
        if let (Origin::File, Some(path)) = (target.origin(), target.file_path()) {
            let found = beside(&path, &self.state.settings.subtitle_languages);
            if !found.is_empty() {
                self.load_subtitles(found, false);
            }
        }
    }

    /// Has the desktop's dialog shown, on a thread of its own.
    pub(super) fn choose_file(&self, wanted: Wanted) {
        let sender = self.inbox.sender();
        let spawned = thread::Builder::new().name("dialog".into()).spawn(move || {
            let dialog = rfd::FileDialog::new();
            let paths = match wanted {
                Wanted::Film => dialog.set_title(t!("open-dialog")).pick_files(),
                Wanted::Subtitles => dialog
                    .set_title(t!("open-dialog-subtitles"))
                    .add_filter(t!("subtitles"), &ENDINGS)
                    .pick_files(),
            };
            if let Some(paths) = paths.filter(|paths| !paths.is_empty()) {
                sender.send(Message::Files(paths));
            } else if !desktop::has_dialogs() {
                let (title, detail) = (t!("note-no-dialog"), t!("note-no-dialog-what"));
                sender.event(Event::Noticed(Notice::warning(NoticeKind::Other, title, detail)));
            }
        });
        if let Err(why) = spawned {
            told(&self.inbox.sender(), &t!("fault-thread", why = why.to_string()));
        }
    }
}

fn told(sender: &Sender, why: &str) {
    let why = crate::state::words::sentence(why);
    sender.event(Event::Noticed(Notice::warning(NoticeKind::Other, t!("note-subtitles"), why)));
}

fn read_subtitles(path: &Path) -> Result<SubtitleFile, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let unread = |why: std::io::Error| {
        t!("fault-subtitles-read", name = name.as_ref(), why = super::why::system(&why))
    };
    let size = std::fs::metadata(path).map_err(unread)?.len();
    if size > subtitles::MOST_BYTES {
        return Err(t!("fault-subtitles-large", name = name.as_ref()));
    }
    let bytes = std::fs::read(path).map_err(unread)?;
    let parsed = SubtitleFile::parse(&name, &bytes);
    parsed.ok_or_else(|| t!("fault-subtitles-unknown", name = name.as_ref()))
}

/// Files of subtitles whose name begins with that of the film: `film.srt`, `film.de.srt`. The one that suits
/// best comes last: in the language that is preferred most, else the one without a language.
fn beside(film: &Path, languages: &[String]) -> Vec<PathBuf> {
    /// Most entries of a folder that are looked at, and most files that are taken.
    const ENTRIES: usize = 10_000;
    const TAKEN: usize = 8;
    let (Some(folder), Some(stem)) = (film.parent(), film.file_stem()) else { return Vec::new() };
    let stem = stem.to_string_lossy();
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let belongs = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let rest = name.strip_prefix(stem.as_ref());
        is_subtitles(path) && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let paths = entries.take(ENTRIES).filter_map(Result::ok).map(|entry| entry.path());
    let mut found: Vec<PathBuf> = paths.filter(belongs).collect();
    let suits = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let language = name.strip_prefix(stem.as_ref()).unwrap_or("").trim_start_matches('.').to_owned();
        let wanted = languages.iter().position(|wanted| same(wanted, &language));
        (wanted.unwrap_or(usize::MAX), !language.is_empty())
    };
    found.sort_by_cached_key(|path| (suits(path), path.clone()));
    found.truncate(TAKEN);
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtitles_beside_a_film_are_found_by_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["film.mkv", "film.srt", "film.de.vtt", "film two.srt", "other.srt", "film.txt"] {
            std::fs::write(folder.path().join(name), "x").expect("written");
        }
        let names = |languages: &[&str]| -> Vec<String> {
            let languages: Vec<String> = languages.iter().map(|&language| language.to_owned()).collect();
            let found = beside(&folder.path().join("film.mkv"), &languages);
            found.iter().map(|path| path.file_name().expect("named").to_string_lossy().into_owned()).collect()
        };
        assert_eq!(names(&[]), ["film.de.vtt", "film.srt"]);
        assert_eq!(names(&["fr", "de"]), ["film.srt", "film.de.vtt"]);
        assert_eq!(names(&["deu"]), ["film.srt", "film.de.vtt"]);
    }
}
