//! Walks the content directory: which files are films, and what they are called.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tributary_core::directory::ROOT_CATALOG;
use tributary_core::{media_type, partial};

use super::art::{Art, Pictures};
use super::sidecar::{SIDECAR_ENDING, Sidecar};
use crate::content::root::{FileFacts, Root};
use crate::director::MAX_NAME_CHARS;
use crate::text::clean_name;

/// Most files a server lists; more are left out and said so.
pub(crate) const MAX_FILES: usize = 200_000;
/// Deepest folder below the content directory that is looked into.
const MAX_DEPTH: usize = 16;

/// MIME type by a file name's ending; none where it is no film.
pub(crate) fn mime_type(path: &Path) -> Option<&'static str> {
    media_type::of_file_name(path.file_name()?.to_str()?)
}

/// Which files are served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Endings {
    /// Beside those of media, in small letters.
    more: BTreeSet<String>,
    /// Whatever its ending.
    all: bool,
}

impl Endings {
    /// Those of media, and `more`, written `iso` or `.iso`; `*` stands for all.
    pub(crate) fn new(more: &[String]) -> Self {
        let bare = |ending: &String| ending.trim_start_matches('.').to_lowercase();
        let more: BTreeSet<String> = more.iter().map(bare).collect();
        Self { all: more.contains("*"), more }
    }

    /// Whether a file is served. What is said of files is not, unless it is asked for by its ending.
    fn include(&self, path: &Path) -> bool {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        mime_type(path).is_some() || self.more.contains(&ending) || (self.all && ending != SIDECAR_ENDING)
    }
}

/// A film in the directory.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Size, time and inode as the walk saw them.
    pub(crate) facts: FileFacts,
    /// Its catalog.
    pub(crate) catalog: String,
    /// Its name inside the catalog, unlike every other's.
    pub(crate) name: String,
    /// What people say of it.
    pub(crate) sidecar: Sidecar,
    /// The file beside it that says of which stream it is a part, as that was when it was seen; none of a
    /// whole film.
    pub(crate) part: Option<FileFacts>,
    /// The picture beside it that is its poster.
    pub(crate) art: Option<Art>,
}

/// Walks the directory. The keys are paths relative to it; where they are symbolic links, they lead to a
/// place inside it.
pub(crate) fn scan(root: &Root, endings: &Endings) -> BTreeMap<PathBuf, Found> {
    let mut walk = Walk { root, endings, paths: Vec::new(), pictures: Pictures::default() };
    walk.folder(Path::new(""), 0);
    let Walk { mut paths, mut pictures, .. } = walk;
    paths.iter().for_each(|(path, _)| pictures.note_film(path));
    paths.sort_by(|one, other| one.0.cmp(&other.0));
    let mut films = BTreeMap::new();
    let mut taken = std::collections::HashSet::new();
    for (relative, facts) in paths {
        let catalog = catalog_of(&relative);
        let part = described_part(root, endings, &relative);
        // A part is called as the whole would be.
        let called = if part.is_some() { relative.with_extension("") } else { relative.clone() };
        let Some(name) = name_of(&called, &catalog, &taken) else { continue };
        taken.insert((catalog.clone(), name.clone()));
        let sidecar = Sidecar::beside(root, &called);
        let art = pictures.beside(root, &called);
        films.insert(relative, Found { facts, catalog, name, sidecar, part, art });
    }
    films
}

/// A walk through the directory, and what was seen on it.
struct Walk<'a> {
    root: &'a Root,
    endings: &'a Endings,
    paths: Vec<(PathBuf, FileFacts)>,
    pictures: Pictures,
}

impl Walk<'_> {
    fn folder(&mut self, relative: &Path, depth: usize) {
        let Self { root, endings, .. } = *self;
        let path = root.path().join(relative);
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) => return tracing::warn!("the folder {} can't be read: {error}", path.display()),
        };
        for entry in entries.flatten() {
            let below = relative.join(entry.file_name());
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let Ok(kind) = entry.file_type() else { continue };
            if hidden {
            } else if kind.is_dir() && depth < MAX_DEPTH {
                self.folder(&below, depth + 1);
            } else if !kind.is_dir()
                && (endings.include(&below) || described_part(root, endings, &below).is_some())
            {
                if self.paths.len() >= MAX_FILES {
                    return tracing::warn!(
                        "only {MAX_FILES} files are listed; {} and others are not",
                        below.display()
                    );
                }
                // Opening tells whether a link leads outside, and whether the file can be read at all.
                match root.open_file(&below) {
                    Ok((_, facts)) if facts.size > 0 => self.paths.push((below, facts)),
                    Ok(_) => tracing::debug!("{} is empty and not listed", below.display()),
                    Err(error) => tracing::warn!("{} is not served: {error}", below.display()),
                }
            } else if !kind.is_dir() {
                self.pictures.note(below);
            }
        }
    }
}

/// What lies beside a part of a film and describes it.
pub(crate) fn description_of(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(partial::ENDING);
    name.into()
}

/// The file that describes a part: `Film.mkv.part` is one where `Film.mkv.part.tributary` lies beside it
/// and `Film.mkv` would be served.
fn described_part(root: &Root, endings: &Endings, relative: &Path) -> Option<FileFacts> {
    let is_part = relative.extension().is_some_and(|ending| ending == "part");
    if !is_part || !endings.include(&relative.with_extension("")) {
        return None;
    }
    root.open_file(&description_of(relative)).ok().map(|(_, facts)| facts)
}

/// The folder at the top is the catalog.
fn catalog_of(relative: &Path) -> String {
    let mut parts = relative.components();
    let first = parts.next().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let catalog = match (first, parts.next()) {
        (Some(folder), Some(_)) => clean_name(&folder, MAX_NAME_CHARS),
        _ => String::new(),
    };
    if catalog.is_empty() { ROOT_CATALOG.to_owned() } else { catalog }
}

/// A name that no other film of the catalog has: the file's without its ending, with its folders where
/// it lies deeper, with its ending where another has the same.
fn name_of(
    relative: &Path,
    catalog: &str,
    taken: &std::collections::HashSet<(String, String)>,
) -> Option<String> {
    let folders = relative.components().count().saturating_sub(1).min(1);
    let inside: PathBuf = relative.components().skip(folders).collect();
    let joined = |path: &Path| {
        let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        clean_name(&parts.join(" - "), MAX_NAME_CHARS)
    };
    let numbered = (2..1000).map(|number| format!("{} ({number})", joined(&inside)));
    [joined(&inside.with_extension("")), joined(&inside)]
        .into_iter()
        .chain(numbered)
        .find(|name| !name.is_empty() && !taken.contains(&(catalog.to_owned(), name.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_sorted_for_the_search() {
        assert_eq!(mime_type(Path::new("A.MKV")), Some("video/x-matroska"));
        assert_eq!(mime_type(Path::new("a.toml")), None);
    }

    #[test]
    fn folders_are_catalogs_and_names_are_unlike() {
        let dir = tempfile::tempdir().unwrap();
        for path in
            ["a.mp4", "a.mkv", "x.txt", "Films/b.webm", "Shows/S1/e1.mp4", "Shows/S2/e1.mp4", ".h/c.mp4"]
        {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "film").unwrap();
        }
        std::fs::write(dir.path().join("empty.mp4"), "").unwrap();
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("out.mp4")).unwrap();
        let found = scan(&Root::open(dir.path()).unwrap(), &Endings::default());
        let names: Vec<_> = found.values().map(|film| format!("{}/{}", film.catalog, film.name)).collect();
        assert_eq!(names, ["Films/b", "Shows/S1 - e1", "Shows/S2 - e1", "Library/a", "Library/a.mp4"]);
        let count = |more: &[&str]| {
            let more: Vec<String> = more.iter().map(|ending| (*ending).to_owned()).collect();
            std::fs::write(dir.path().join("a.toml"), "year = 1999").unwrap();
            scan(&Root::open(dir.path()).unwrap(), &Endings::new(&more)).len()
        };
        assert_eq!((count(&[]), count(&[".TXT", "iso"]), count(&["*"]), count(&["*", "toml"])), (5, 6, 6, 7));
    }
}
