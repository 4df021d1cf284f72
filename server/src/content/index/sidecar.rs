//! `NAME.toml` beside a film: what people say of it.

use std::path::Path;

use serde::Deserialize;

use crate::text;

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

impl Sidecar {
    /// Reads the sidecar of the film at `film`; an empty one where there is none or it is wrong, which
    /// is logged.
    pub(crate) fn beside(film: &Path) -> Self {
        let path = film.with_extension("toml");
        let Ok(metadata) = path.metadata() else { return Self::default() };
        if metadata.len() > MAX_SIDECAR_BYTES {
            tracing::warn!("{} is longer than {MAX_SIDECAR_BYTES} bytes and is left out", path.display());
            return Self::default();
        }
        let read = std::fs::read_to_string(&path).map_err(|error| error.to_string());
        match read.and_then(|text| toml::from_str::<Self>(&text).map_err(|error| error.to_string())) {
            Ok(sidecar) => sidecar.cleaned(),
            Err(error) => {
                tracing::warn!("{} is left out: {error}", path.display());
                Self::default()
            }
        }
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
        let film = dir.path().join("Film.2.mp4");
        assert_eq!(Sidecar::beside(&film), Sidecar::default());
        let toml = dir.path().join("Film.2.toml");
        std::fs::write(&toml, "title = \"A\\u202E film\"\nyear = 1999\ntags = ['x']\n").unwrap();
        let sidecar = Sidecar::beside(&film);
        assert_eq!((sidecar.title.as_str(), sidecar.year), ("A film", Some(1999)));
        std::fs::write(&toml, "titel = 'x'").unwrap();
        assert_eq!(Sidecar::beside(&film), Sidecar::default());
    }
}
