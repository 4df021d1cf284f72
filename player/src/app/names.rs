//! What a list of names means: files, folders and playlists opened up, web addresses, locators.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::playlist::PLAYLIST_ENTRIES;
use super::target::Target;
use super::{m3u, why};
use crate::i18n::t;

/// Endings of files that are taken from a folder.
const MEDIA_ENDINGS: [&str; 33] = [
    "3gp", "aac", "ac3", "aif", "aiff", "asf", "avi", "divx", "f4v", "flac", "flv", "m2ts", "m4a", "m4v",
    "mka", "mkv", "mov", "mp3", "mp4", "mpeg", "mpg", "mts", "mxf", "oga", "ogg", "ogm", "ogv", "opus", "ts",
    "wav", "webm", "wmv", "y4m",
];
/// Most entries of a folder that are looked at.
const FOLDER_ENTRIES: usize = 10_000;

/// What these names mean, one after the other.
pub(super) fn targets(names: &[String]) -> Vec<Target> {
    names.iter().flat_map(|name| meant(name)).take(PLAYLIST_ENTRIES).collect()
}

/// What one name means: a playlist and a folder are several things.
fn meant(name: &str) -> Vec<Target> {
    let path = file_of(name);
    if path.is_dir() {
        in_folder(&path).unwrap_or_else(|why| vec![Target::Unknown(why)])
    } else if m3u::is_playlist(&path) && path.is_file() {
        m3u::read(&path).unwrap_or_else(|why| vec![Target::Unknown(why)])
    } else {
        vec![Target::parse(name)]
    }
}

/// The path that a name is, as a file's address or as it stands.
fn file_of(name: &str) -> PathBuf {
    let is_address = name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("file://"));
    let of_address = is_address.then(|| gstreamer::glib::filename_from_uri(name).ok()).flatten();
    of_address.map_or_else(|| PathBuf::from(name), |(path, _)| path)
}

/// A path as a name: as it is where it is text, else as a file's address, which can say any path.
#[must_use]
pub fn name_of(path: &OsStr) -> String {
    let text = path.to_str().map(str::to_owned);
    text.unwrap_or_else(|| match Target::file(Path::new(path)) {
        Target::Uri { uri, .. } => uri,
        _ => path.to_string_lossy().into_owned(),
    })
}

/// The films of a folder, as a person would order them.
fn in_folder(folder: &Path) -> Result<Vec<Target>, String> {
    let shown = folder.display().to_string();
    let entries = std::fs::read_dir(folder)
        .map_err(|why| t!("fault-open-path", path = shown.as_str(), why = why::system(&why)))?;
    let is_film = |path: &PathBuf| has_media_ending(path) && path.is_file();
    let paths = entries.take(FOLDER_ENTRIES).filter_map(Result::ok).map(|entry| entry.path());
    let mut films: Vec<PathBuf> = paths.filter(is_film).collect();
    films.sort_by(|a, b| by_name(&a.to_string_lossy(), &b.to_string_lossy()));
    if films.is_empty() {
        return Err(t!("fault-folder-empty", path = shown));
    }
    Ok(films.iter().take(PLAYLIST_ENTRIES).map(|path| Target::file(path)).collect())
}

/// Whether a name ends like that of a film or of sound.
pub(super) fn has_media_ending(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| MEDIA_ENDINGS.contains(&ending.as_str()))
}

/// The order of names in which numbers count as numbers: part 2 comes before part 10.
fn by_name(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.chars().peekable(), b.chars().peekable());
    loop {
        let order = match (left.peek().copied(), right.peek().copied()) {
            (None, None) => return a.cmp(b),
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                number(&mut left).cmp(&number(&mut right))
            }
            (x, y) => {
                left.next();
                right.next();
                x.map(|x| x.to_lowercase().to_string()).cmp(&y.map(|y| y.to_lowercase().to_string()))
            }
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Takes the digits that come next: how many count, and themselves, which orders them as numbers of any size.
fn number(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> (usize, String) {
    let mut digits = String::new();
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        if !(digits.is_empty() && digit == '0') {
            digits.push(digit);
        }
    }
    (digits.len(), digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[String]) -> Vec<String> {
        targets(of).iter().map(Target::name).collect()
    }

    #[test]
    fn a_playlist_among_names_is_opened_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("an evening.m3u");
        std::fs::write(&list, "https://example.net/a.mp4\nhttps://example.net/b.mp4\n").expect("written");
        let found = names(&[list.display().to_string(), "Films/Kestrel".to_owned()]);
        assert_eq!(found, ["a.mp4", "b.mp4", "Kestrel"]);
        let Target::Uri { uri, .. } = Target::file(&list) else { panic!("a file is an address") };
        assert!(uri.starts_with("file://"));
        assert_eq!(names(&[uri]), ["a.mp4", "b.mp4"]);
    }

    #[test]
    fn a_folder_is_its_films_in_the_order_of_their_numbers() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["Part 10.mkv", "part 2.MP4", "Part 1.mkv", "notes.txt", "Part 1.srt"] {
            std::fs::write(folder.path().join(name), "x").expect("written");
        }
        std::fs::create_dir(folder.path().join("inner.mkv")).expect("a folder");
        let of = folder.path().display().to_string();
        assert_eq!(names(&[of]), ["Part 1", "part 2", "Part 10"]);
        let empty = folder.path().join("inner.mkv").display().to_string();
        assert!(matches!(&targets(&[empty])[..], [Target::Unknown(why)] if why.contains("inner.mkv")));
    }

    #[test]
    fn a_path_that_is_no_text_is_a_name_too() {
        use std::os::unix::ffi::OsStrExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(OsStr::from_bytes(b"caf\xe9.mkv"));
        std::fs::write(&path, "x").expect("written");
        let found = targets(&[name_of(path.as_os_str())]);
        assert_eq!(found[0].file_path(), Some(path));
        assert_eq!(name_of(OsStr::new("Films/Kestrel")), "Films/Kestrel");
    }
}
