//! Pictures beside films that somebody chose as their posters: `Film.jpg`, `Film-poster.jpg`, and `poster.jpg`,
//! `cover.jpg` or `folder.jpg` where the film has its folder to itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::scan::MAX_FILES;
use crate::content::root::{FileFacts, Root};

/// Endings of pictures, the first first.
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];
/// Names of a picture that stands for all of a folder.
const OF_FOLDER: [&str; 3] = ["poster", "cover", "folder"];

/// A picture beside a film, as it was when it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Art {
    /// The picture, a path relative to the content directory.
    pub(crate) path: PathBuf,
    /// Its size, time and inode.
    pub(crate) facts: FileFacts,
}

/// The pictures of a directory, and how many films lie in each of its folders.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    pictures: BTreeSet<PathBuf>,
    films: BTreeMap<PathBuf, usize>,
}

impl Pictures {
    /// Notes a file that is no film; it counts where it is a picture.
    pub(super) fn note(&mut self, path: PathBuf) {
        let ending = path.extension().and_then(|ending| ending.to_str());
        if ending.is_some_and(|ending| ENDINGS.contains(&ending)) && self.pictures.len() < MAX_FILES {
            self.pictures.insert(path);
        }
    }

    /// Counts a film.
    pub(super) fn note_film(&mut self, path: &Path) {
        *self.films.entry(folder(path)).or_default() += 1;
    }

    /// The picture that belongs to `film`, if there is one inside the content directory.
    pub(super) fn beside(&self, root: &Root, film: &Path) -> Option<Art> {
        if self.pictures.is_empty() {
            return None;
        }
        let stem = film.file_stem()?.to_string_lossy();
        let folder = folder(film);
        let own = [stem.to_string(), format!("{stem}-poster")];
        let alone = self.films.get(&folder) == Some(&1);
        let of_folder = OF_FOLDER.iter().map(|name| (*name).to_owned()).filter(|_| alone);
        own.into_iter().chain(of_folder).find_map(|name| {
            let picture = ENDINGS.iter().map(|ending| folder.join(format!("{name}.{ending}")));
            let path = picture.into_iter().find(|path| self.pictures.contains(path))?;
            // Opening tells whether a link leads outside.
            let (_, facts) = root.open_file(&path).ok()?;
            Some(Art { path, facts })
        })
    }
}

fn folder(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_belongs_to_its_film_or_to_the_one_film_of_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let mut pictures = Pictures::default();
        let films = ["a/One.mkv", "a/Two.mkv", "a/Three.mkv", "b/Four.mkv"];
        for path in ["a/One.png", "a/Two-poster.jpg", "a/poster.jpg", "b/folder.webp", "b/notes.txt"] {
            let whole = dir.path().join(path);
            std::fs::create_dir_all(whole.parent().unwrap()).unwrap();
            std::fs::write(&whole, "x").unwrap();
            pictures.note(path.into());
        }
        films.iter().for_each(|film| pictures.note_film(Path::new(film)));
        let root = Root::open(dir.path()).unwrap();
        let of = |film: &str| pictures.beside(&root, Path::new(film)).map(|art| art.path);
        assert_eq!(of(films[0]), Some("a/One.png".into()));
        assert_eq!(of(films[1]), Some("a/Two-poster.jpg".into()));
        assert_eq!(of(films[2]), None, "poster.jpg could be of any of the three");
        assert_eq!(of(films[3]), Some("b/folder.webp".into()));
    }
}
