//! `NAME.toml` beside a film: what people say of it.

use std::io::{self, Read};
use std::path::Path;

use serde::Deserialize;

use crate::content::root::Root;
use crate::text;

/// Ending of a sidecar.
pub(super) const SIDECAR_ENDING: &str = "toml";
/// Largest sidecar that is read.
const MAX_SIDECAR_BYTES: u64 = 64 << 10;

/// What a sidecar may say.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sidecar {
    /// Name to show.
    #[serde(default)]
    pub(crate) title: String,
    /// Year of the film.
    #[serde(default)]
    pub(crate) year: Option<u16>,
    /// A few sentences.
    #[serde(default)]
    pub(crate) description: String,
    /// Tags.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
}

/// Why a sidecar is left out.
#[derive(Debug, thiserror::Error)]
enum SidecarError {
    #[error("it can't be read as a text file inside the content directory: {0}")]
    Read(#[from] io::Error),
    #[error("it is longer than {MAX_SIDECAR_BYTES} bytes")]
    TooLong,
    #[error("{0}")]
    Wrong(#[from] toml::de::Error),
}

impl Sidecar {
    /// Reads the sidecar of the film at `film`, a path below `root`; an empty one where there is none or
    /// it is wrong, which is logged.
    pub(crate) fn beside(root: &Root, film: &Path) -> Self {
        let path = film.with_extension(SIDECAR_ENDING);
        match Self::read(root, &path) {
            Ok(sidecar) => sidecar.cleaned(),
            Err(SidecarError::Read(error)) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(error) => {
                tracing::warn!("{} is left out: {error}", path.display());
                Self::default()
            }
        }
    }

    fn read(root: &Root, path: &Path) -> Result<Self, SidecarError> {
        let (file, _) = root.open_file(path)?;
        let mut text = String::new();
        // Not its size: the file may grow while it is read, or be one that never ends.
        file.take(MAX_SIDECAR_BYTES + 1).read_to_string(&mut text)?;
        if text.len() as u64 > MAX_SIDECAR_BYTES {
            return Err(SidecarError::TooLong);
        }
        Ok(toml::from_str(&text)?)
    }

    fn cleaned(self) -> Self {
        use crate::director::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, MAX_TAGS};
        Self {
            title: text::clean(&self.title, MAX_NAME_CHARS),
            year: self.year,
            description: text::clean(&self.description, MAX_DESCRIPTION_CHARS),
            tags: self.tags.iter().take(MAX_TAGS).map(|tag| text::clean(tag, MAX_NAME_CHARS)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sidecar_is_read_cleaned_and_left_out_when_wrong() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::open(dir.path()).unwrap();
        let film = Path::new("Film.2.mp4");
        assert_eq!(Sidecar::beside(&root, film), Sidecar::default());
        let toml = dir.path().join("Film.2.toml");
        std::fs::write(&toml, "title = \"A\\u202E film\"\nyear = 1999\ntags = ['x']\n").unwrap();
        let sidecar = Sidecar::beside(&root, film);
        assert_eq!((sidecar.title.as_str(), sidecar.year), ("A film", Some(1999)));
        std::fs::write(&toml, "titel = 'x'").unwrap();
        assert_eq!(Sidecar::beside(&root, film), Sidecar::default());
        let padded = |bytes: usize| format!("year = 1999\n#{}", " ".repeat(bytes - 13));
        std::fs::write(&toml, padded(MAX_SIDECAR_BYTES as usize)).unwrap();
        assert_eq!(Sidecar::beside(&root, film).year, Some(1999));
        std::fs::write(&toml, padded(MAX_SIDECAR_BYTES as usize + 1)).unwrap();
        assert_eq!(Sidecar::beside(&root, film), Sidecar::default());
    }

    #[test]
    fn what_is_no_file_inside_the_directory_is_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let films = dir.path().join("films");
        std::fs::create_dir(&films).unwrap();
        std::fs::write(dir.path().join("secret.toml"), "year = 1999").unwrap();
        std::os::unix::fs::symlink("../secret.toml", films.join("out.toml")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", films.join("endless.toml")).unwrap();
        let pipe = films.join("pipe.toml");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        std::fs::create_dir(films.join("folder.toml")).unwrap();
        let root = Root::open(&films).unwrap();
        for film in ["out.mp4", "endless.mp4", "pipe.mp4", "folder.mp4"] {
            assert_eq!(Sidecar::beside(&root, Path::new(film)), Sidecar::default(), "{film}");
        }
    }
}
