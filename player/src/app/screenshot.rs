//! Pictures of the film, saved where the user keeps pictures.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::App;
use crate::i18n::t;
use crate::state::notice::{Notice, NoticeKind};
use crate::state::{Event, words};

/// Most pictures of one moment that are told apart.
const OF_ONE_MOMENT: usize = 1000;
/// Longest part of a picture's name that is the film's, in characters.
const NAME_CHARS: usize = 80;
/// Largest list of the user's folders that is read, in bytes.
const MOST_FOLDERS_BYTES: u64 = 64 << 10;

impl App {
    /// Saves the picture on show.
    pub(super) fn screenshot(&mut self) {
        let Some(playback) = &self.state.playback else { return };
        let path = free(&folder(), &name(&playback.name, playback.shown_position()));
        let shown = path.display().to_string();
        let sender = self.inbox.sender();
        self.player.screenshot(
            &path,
            Box::new(move |result| {
                let notice = match result {
                    Ok(()) => Notice::passing(NoticeKind::Saved, t!("note-saved"), shown),
                    Err(why) => Notice::warning(NoticeKind::Other, t!("note-not-saved"), why),
                };
                sender.event(Event::Noticed(notice));
            }),
        );
    }
}

/// The film's name and the time in it, to the millisecond: two pictures of a second are two.
fn name(film: &str, at: Duration) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_') { c } else { '_' };
    let film: String = film.chars().take(NAME_CHARS).map(plain).collect();
    let clock = words::clock(Some(at)).replace(':', ".");
    format!("{} {clock}.{:03}", film.trim(), at.subsec_millis())
}

/// A path in `folder` where nothing lies yet.
fn free(folder: &Path, name: &str) -> PathBuf {
    let numbered = (2..OF_ONE_MOMENT).map(|number| folder.join(format!("{name} ({number}).png")));
    let first = folder.join(format!("{name}.png"));
    std::iter::once(first.clone()).chain(numbered).find(|path| !path.exists()).unwrap_or(first)
}

/// The folder for pictures of films: the user's own for pictures, or the one the program runs in.
fn folder() -> PathBuf {
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = set("HOME");
    let config = set("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
    let listed = config.and_then(|config| {
        let list = config.join("user-dirs.dirs");
        let small = std::fs::metadata(&list).is_ok_and(|facts| facts.len() <= MOST_FOLDERS_BYTES);
        small.then(|| std::fs::read_to_string(&list).ok()).flatten()
    });
    let named = listed.and_then(|list| of_list(&list, home.as_deref()));
    let usual = home.as_ref().map(|home| home.join("Pictures"));
    let all = [set("XDG_PICTURES_DIR"), named, usual, home];
    all.into_iter().flatten().find(|folder| folder.is_dir()).unwrap_or_default()
}

/// The folder for pictures in the desktop's list of the user's folders, `user-dirs.dirs`.
fn of_list(list: &str, home: Option<&Path>) -> Option<PathBuf> {
    let line = list.lines().find_map(|line| line.trim().strip_prefix("XDG_PICTURES_DIR="))?;
    let path = line.trim().trim_matches('"');
    match path.strip_prefix("$HOME") {
        Some(rest) => home.map(|home| home.join(rest.trim_start_matches('/'))),
        None => Some(PathBuf::from(path)).filter(|path| path.is_absolute()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_has_the_time_and_no_picture_takes_the_place_of_another() {
        let name = name("A/B: film?", Duration::from_millis(3_723_040));
        assert_eq!(name, "A_B_ film_ 1.02.03.040");
        let folder = tempfile::tempdir().expect("a folder");
        for expected in ["A 0.01.000.png", "A 0.01.000 (2).png", "A 0.01.000 (3).png"] {
            let path = free(folder.path(), "A 0.01.000");
            assert_eq!(path, folder.path().join(expected));
            std::fs::write(path, "x").expect("written");
        }
    }

    #[test]
    fn the_folder_is_the_one_that_the_desktop_names() {
        let list = "# made by xdg-user-dirs-update\nXDG_MUSIC_DIR=\"$HOME/Musik\"\nXDG_PICTURES_DIR=\"$HOME/Bilder\"\n";
        let home = Some(Path::new("/home/anna"));
        assert_eq!(of_list(list, home), Some(PathBuf::from("/home/anna/Bilder")));
        let whole = "XDG_PICTURES_DIR=\"/srv/pictures\"";
        assert_eq!(of_list(whole, None), Some(PathBuf::from("/srv/pictures")));
        assert_eq!(of_list("XDG_PICTURES_DIR=\"pictures\"", home), None);
    }
}
