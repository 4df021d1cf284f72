//! What is remembered between two runs: a plain TOML file that may be edited by hand.
//!
//! Keys that this version does not know are reported and kept.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::state::library::KnownDirector;

/// Most directors remembered.
const REMEMBERED_DIRECTORS: usize = 50;
const FILE: &str = "config.toml";
const KNOWN_KEYS: [&str; 3] = ["directors", "last_director", "volume"];

/// The configuration, and what else stands in its file.
#[derive(Clone, Debug, Default)]
pub struct Config {
    path: Option<PathBuf>,
    table: Table,
}

/// A file that can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It can't be read.
    #[error("{path} can't be read: {why}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
    /// It is no TOML.
    #[error("{path} is not understood and is left alone: {why}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Why, with the line.
        why: Box<toml::de::Error>,
    },
    /// It can't be written.
    #[error("{path} can't be written: {why}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
}

impl Config {
    /// Reads the file in `folder`; an absent one is empty.
    ///
    /// # Errors
    /// [`ConfigError`], where there is a file that can't be used.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(why) => return Err(ConfigError::Read { path, why }),
        };
        match text.parse::<Table>() {
            Ok(table) => Ok(Self { path: Some(path), table }),
            Err(why) => Err(ConfigError::Parse { path, why: Box::new(why) }),
        }
    }

    /// Keys in the file that this version does not know.
    #[must_use]
    pub fn unknown_keys(&self) -> Vec<&str> {
        self.table.keys().map(String::as_str).filter(|key| !KNOWN_KEYS.contains(key)).collect()
    }

    /// Directors remembered.
    #[must_use]
    pub fn directors(&self) -> Vec<KnownDirector> {
        let entries = self.table.get("directors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let text = |entry: &Value, key| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let known = entries.iter().filter_map(|entry| {
            let address = text(entry, "address")?;
            Some(KnownDirector { name: text(entry, "name").unwrap_or_else(|| address.clone()), address })
        });
        known.take(REMEMBERED_DIRECTORS).collect()
    }

    /// Address of the director used last.
    #[must_use]
    pub fn last_director(&self) -> Option<String> {
        self.table.get("last_director").and_then(Value::as_str).map(str::to_owned)
    }

    /// Volume at the last end, 0 to 1.5.
    #[must_use]
    pub fn volume(&self) -> f64 {
        let value = self.table.get("volume");
        value.and_then(|value| value.as_float().or(value.as_integer().map(|v| v as f64))).unwrap_or(1.0)
    }

    /// Remembers these, and writes the file if that changes it.
    ///
    /// # Errors
    /// [`ConfigError::Write`].
    pub fn remember(
        &mut self,
        directors: &[KnownDirector],
        last: Option<&str>,
        volume: f64,
    ) -> Result<(), ConfigError> {
        let before = self.table.clone();
        let entry = |known: &KnownDirector| {
            let mut entry = Table::new();
            entry.insert("name".to_owned(), known.name.clone().into());
            entry.insert("address".to_owned(), known.address.clone().into());
            Value::Table(entry)
        };
        let entries: Vec<Value> = directors.iter().take(REMEMBERED_DIRECTORS).map(entry).collect();
        self.table.insert("directors".to_owned(), entries.into());
        match last {
            Some(last) => self.table.insert("last_director".to_owned(), last.into()),
            None => self.table.remove("last_director"),
        };
        self.table.insert("volume".to_owned(), ((volume * 100.0).round() / 100.0).into());
        if self.table == before { Ok(()) } else { self.save() }
    }

    fn save(&self) -> Result<(), ConfigError> {
        let Some(path) = &self.path else { return Ok(()) };
        let write = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            // Written beside and renamed, so that a crash leaves the old file or the new one.
            let beside = path.with_extension("toml.new");
            std::fs::write(&beside, self.table.to_string())?;
            std::fs::rename(&beside, path)
        };
        write().map_err(|why| ConfigError::Write { path: path.clone(), why })
    }
}

/// The user's folder for this program's configuration.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
    let base = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    base.or_else(home).map(|base| base.join("tributary"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> KnownDirector {
        KnownDirector { name: name.to_owned(), address: format!("{name}.local:7400") }
    }

    #[test]
    fn what_is_remembered_comes_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::load(folder.path()).expect("absent is empty");
        assert_eq!(config.volume(), 1.0);
        let directors = [known("attic"), known("studio")];
        config.remember(&directors, Some("attic.local:7400"), 0.714).expect("written");
        let config = Config::load(folder.path()).expect("read");
        assert_eq!(config.directors(), directors);
        assert_eq!(config.last_director().as_deref(), Some("attic.local:7400"));
        assert_eq!(config.volume(), 0.71);
    }

    #[test]
    fn unknown_keys_are_told_and_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), "theme = \"dark\"\nvolume = 1\n").expect("written");
        let mut config = Config::load(folder.path()).expect("read");
        assert_eq!(config.unknown_keys(), ["theme"]);
        config.remember(&[known("attic")], None, 0.5).expect("written");
        let text = std::fs::read_to_string(folder.path().join(FILE)).expect("read");
        assert!(text.contains("theme = \"dark\""), "{text}");
    }

    #[test]
    fn a_broken_file_is_told_and_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), "volume = = 1").expect("written");
        let error = Config::load(folder.path()).expect_err("no TOML").to_string();
        assert!(error.contains("left alone"), "{error}");
    }
}
