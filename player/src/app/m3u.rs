//! Playlists: what stands in an M3U file, line by line, of this computer or of a web server.

use std::borrow::Cow;
use std::path::Path;

use super::playlist::PLAYLIST_ENTRIES;
use super::target::Target;
use super::{names, why};
use crate::i18n::t;

/// Largest playlist that is read, in bytes.
pub(super) const MOST_BYTES: usize = 4 << 20;
/// How deep a playlist may name playlists that are opened up.
const MOST_DEEP: usize = 3;

/// Whether a file's name is that of a playlist.
pub(super) fn is_playlist(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("m3u") || ending.eq_ignore_ascii_case("m3u8"))
}

/// Whether a web address is that of a playlist.
pub(super) fn is_playlist_address(address: &str) -> bool {
    is_playlist(Path::new(address.split(['?', '#']).next().unwrap_or(address)))
}

/// What the playlist at `path` names; in words why there is nothing.
pub(super) fn read(path: &Path) -> Result<Vec<Target>, String> {
    read_at(path, MOST_DEEP)
}

fn read_at(path: &Path, deep: usize) -> Result<Vec<Target>, String> {
    let shown = path.display().to_string();
    let told = |why: String| t!("fault-open-path", path = shown.as_str(), why = why);
    let size = std::fs::metadata(path).map_err(|why| told(why::system(&why)))?.len();
    if size > MOST_BYTES as u64 {
        return Err(told(t!("fault-playlist-large")));
    }
    let bytes = std::fs::read(path).map_err(|why| told(why::system(&why)))?;
    let text = text_of(&bytes);
    if is_of_pieces(&text) {
        return Ok(vec![Target::file(path)]);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let targets = parse(&text, |line| in_folder(line, folder, deep));
    if targets.is_empty() { Err(told(t!("fault-playlist-empty"))) } else { Ok(targets) }
}

/// What a playlist from the web address `base` names; nothing where it holds the pieces of one stream.
/// In words why it names nothing.
pub(super) fn of_web(bytes: &[u8], base: &str) -> Result<Option<Vec<Target>>, String> {
    let text = text_of(bytes);
    if is_of_pieces(&text) {
        return Ok(None);
    }
    let targets = parse(&text, |line| vec![on_web(line, base)]);
    if targets.is_empty() {
        return Err(t!("fault-open-path", path = base, why = t!("fault-playlist-empty")));
    }
    Ok(Some(targets))
}

/// The text of a playlist: UTF-8, or Latin-1, in which such files were written at first.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().copied().map(char::from).collect::<String>().into(),
    }
}

/// Pieces of one stream, which the pipeline plays as one.
fn is_of_pieces(text: &str) -> bool {
    text.contains("#EXT-X-")
}

fn parse(text: &str, meant: impl Fn(&str) -> Vec<Target>) -> Vec<Target> {
    let mut name: Option<String> = None;
    let mut targets = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
        if let Some(facts) = line.strip_prefix("#EXTINF:") {
            name = facts.split_once(',').map(|(_, name)| name.trim().to_owned()).filter(|n| !n.is_empty());
        } else if !line.is_empty() && !line.starts_with('#') {
            let mut meant = meant(line);
            if let (Some(name), [_]) = (name.take(), &meant[..]) {
                meant = meant.into_iter().map(|target| target.named(name.clone())).collect();
            }
            targets.extend(meant);
            if targets.len() >= PLAYLIST_ENTRIES {
                break;
            }
        }
    }
    targets.truncate(PLAYLIST_ENTRIES);
    targets
}

/// A line of a playlist of this computer: a path is one beside the playlist, anything with a scheme an address.
fn in_folder(line: &str, folder: &Path, deep: usize) -> Vec<Target> {
    let beside = folder.join(line);
    if line.contains("://") || !beside.is_file() {
        let is_plain_name = !line.contains('/') && names::has_media_ending(&beside);
        // Where it should lie tells more than its name alone.
        let named = if is_plain_name { beside.display().to_string() } else { line.to_owned() };
        return vec![Target::parse(&named)];
    }
    if is_playlist(&beside) && deep > 1 {
        return read_at(&beside, deep - 1).unwrap_or_else(|why| vec![Target::Unknown(why)]);
    }
    vec![Target::file(&beside)]
}

/// A line of a playlist of a web server: an address, or one beside the playlist. It may name no file of this
/// computer.
fn on_web(line: &str, base: &str) -> Target {
    let lower = line.to_ascii_lowercase();
    if ["http://", "https://", "tributary://"].iter().any(|scheme| lower.starts_with(scheme)) {
        return Target::parse(line);
    }
    if line.contains("://") {
        return Target::Unknown(t!("fault-playlist-foreign", line = line));
    }
    let base = base.split(['?', '#']).next().unwrap_or(base);
    let root = base.find("://").map_or(0, |at| at + 3);
    let host_end = base[root..].find('/').map_or(base.len(), |at| root + at);
    let folder = base.rfind('/').filter(|at| *at >= host_end).unwrap_or(base.len());
    let escaped = escaped(line);
    Target::parse(&match line.strip_prefix("//") {
        Some(_) => format!("{}{escaped}", &base[..root - 2]),
        None if line.starts_with('/') => format!("{}{escaped}", &base[..host_end]),
        None => format!("{}/{escaped}", &base[..folder]),
    })
}

/// What may not stand in an address is written by its bytes.
fn escaped(line: &str) -> String {
    let byte = |byte: u8| match byte {
        b'!'..=b'~' if !b"\"<>\\^`{|}".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    line.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_files_beside_it_and_addresses_are_understood() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a film.mkv"), "x").expect("written");
        let list = folder.path().join("list.m3u");
        let text = "\u{feff}#EXTM3U\r\n#EXTINF:12,The first\r\na film.mkv\r\n\r\n# a note\r\n\
                    https://example.net/clip.mp4\r\nFilms/Kestrel\r\n";
        std::fs::write(&list, text).expect("written");
        let targets = read(&list).expect("a list");
        let names: Vec<String> = targets.iter().map(Target::name).collect();
        assert_eq!(names, ["The first", "clip.mp4", "Kestrel"]);
        assert!(targets[0].path().ends_with("a%20film.mkv"));
    }

    #[test]
    fn a_list_in_latin_1_is_read_and_what_is_missing_is_told_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("M\u{fc}ller.mkv"), "x").expect("written");
        let list = folder.path().join("list.m3u");
        std::fs::write(&list, b"M\xfcller.mkv\n#EXTINF:1,B\xe4r\nnot here.mkv\n").expect("written");
        let found = read(&list).expect("a list");
        assert_eq!(found[0].name(), "M\u{fc}ller");
        let place = folder.path().join("not here.mkv").display().to_string();
        assert!(matches!(&found[1], Target::Unknown(why) if why.contains(&place)), "{found:?}");
    }

    #[test]
    fn an_empty_list_and_pieces_of_a_stream() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("list.m3u8");
        std::fs::write(&list, "#EXTM3U\n").expect("written");
        assert!(read(&list).is_err_and(|why| why.contains("names nothing")));
        std::fs::write(&list, "#EXTM3U\n#EXT-X-TARGETDURATION:4\npiece1.ts\n").expect("written");
        assert_eq!(read(&list).expect("one title").len(), 1);
    }

    #[test]
    fn lists_in_lists_are_opened_up_and_one_that_names_itself_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.mkv"), "x").expect("written");
        std::fs::write(folder.path().join("inner.m3u"), "a.mkv\n").expect("written");
        let list = folder.path().join("list.m3u");
        std::fs::write(&list, "inner.m3u\nlist.m3u\n").expect("written");
        let found = read(&list).expect("a list");
        let names: Vec<String> = found.iter().map(Target::name).collect();
        // It is not opened up for ever.
        assert_eq!(names, ["a", "a", "inner", "list"]);
    }

    #[test]
    fn a_list_of_a_web_server_names_what_lies_beside_it_and_no_file_of_this_computer() {
        let base = "http://films.example:81/lists/evening.m3u?x=/y";
        let text = "#EXTINF:5,The first\na film.mp4\n/top.mkv\n//other.example/b.mp4\nhttps://example.net/c.mp4\n\
                    file:///etc/passwd\n";
        let found = of_web(text.as_bytes(), base).expect("a list").expect("no pieces");
        let paths: Vec<String> = found.iter().map(Target::path).collect();
        assert_eq!(
            paths[..4],
            [
                "http://films.example:81/lists/a%20film.mp4",
                "http://films.example:81/top.mkv",
                "http://other.example/b.mp4",
                "https://example.net/c.mp4",
            ]
        );
        assert_eq!(found[0].name(), "The first");
        assert!(matches!(found[4], Target::Unknown(_)));
        assert!(of_web(b"#EXT-X-TARGETDURATION:4\na.ts\n", base).is_ok_and(|found| found.is_none()));
        assert!(of_web(b"", base).is_err_and(|why| why.contains("evening.m3u")));
        assert!(is_playlist_address(base) && !is_playlist_address("http://x/a.mp4?b=c.m3u"));
    }
}
