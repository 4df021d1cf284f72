//! Playlists: what stands in an M3U file, line by line.

use std::path::Path;

use super::playlist::PLAYLIST_ENTRIES;
use super::target::Target;
use super::why;
use crate::i18n::t;

/// Largest playlist that is read, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// Whether a file's name is that of a playlist.
pub(super) fn is_playlist(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("m3u") || ending.eq_ignore_ascii_case("m3u8"))
}

/// What the playlist at `path` names; in words why there is nothing.
pub(super) fn read(path: &Path) -> Result<Vec<Target>, String> {
    let told = |why: String| t!("fault-open-path", path = path.display().to_string(), why = why);
    let size = std::fs::metadata(path).map_err(|why| told(why::system(&why)))?.len();
    if size > MOST_BYTES {
        return Err(told(t!("fault-playlist-large")));
    }
    let bytes = std::fs::read(path).map_err(|why| told(why::system(&why)))?;
    let text = String::from_utf8_lossy(&bytes);
    // Pieces of one stream, which the pipeline plays as one.
    if text.contains("#EXT-X-") {
        return Ok(vec![Target::file(path)]);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let targets = parse(&text, folder);
    if targets.is_empty() { Err(told(t!("fault-playlist-empty"))) } else { Ok(targets) }
}

fn parse(text: &str, folder: &Path) -> Vec<Target> {
    let mut name: Option<String> = None;
    let mut targets = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
        if let Some(facts) = line.strip_prefix("#EXTINF:") {
            name = facts.split_once(',').map(|(_, name)| name.trim().to_owned()).filter(|n| !n.is_empty());
        } else if !line.is_empty() && !line.starts_with('#') {
            // A path is one beside the playlist; anything with a scheme is an address.
            let beside = folder.join(line);
            let target = if !line.contains("://") && beside.is_file() {
                Target::file(&beside)
            } else {
                Target::parse(line)
            };
            targets.push(match name.take() {
                Some(name) => target.named(name),
                None => target,
            });
            if targets.len() >= PLAYLIST_ENTRIES {
                break;
            }
        }
    }
    targets
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
    fn an_empty_list_and_pieces_of_a_stream() {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("list.m3u8");
        std::fs::write(&list, "#EXTM3U\n").expect("written");
        assert!(read(&list).is_err_and(|why| why.contains("names nothing")));
        std::fs::write(&list, "#EXTM3U\n#EXT-X-TARGETDURATION:4\npiece1.ts\n").expect("written");
        assert_eq!(read(&list).expect("one title").len(), 1);
    }
}
