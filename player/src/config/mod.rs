//! The settings file: plain TOML that may be edited by hand, also while the program runs.
//!
//! Only what differs is written, into the file as it is then: comments, order and keys that this
//! version does not know stay as they are. What is unknown or out of its bounds is reported.

mod keys;
mod store;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};

use crate::i18n::t;
use crate::state::library::KnownDirector;
use crate::state::settings::Settings;

pub use store::{Store, default_state_folder};

/// Most directors remembered.
const REMEMBERED_DIRECTORS: usize = 50;
/// Largest settings file that is read, in bytes.
const MOST_BYTES: u64 = 1 << 20;
const FILE: &str = "config.toml";

/// The settings file.
#[derive(Clone, Debug, Default)]
pub struct Config {
    path: Option<PathBuf>,
    document: DocumentMut,
    /// The file's text when it was last read or written.
    text: String,
    /// When the file was changed last, as far as that was looked at.
    seen: Option<SystemTime>,
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
        why: Box<toml_edit::TomlError>,
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

impl ConfigError {
    /// The same in the language of the window.
    #[must_use]
    pub fn told(&self) -> String {
        let shown = |path: &Path| path.display().to_string();
        match self {
            Self::Read { path, why } => {
                t!("fault-settings-read", path = shown(path), why = why.to_string())
            }
            Self::Parse { path, why } => {
                // The first line of what the parser says names the place in the file.
                let why = why.to_string();
                t!("fault-settings-parse", path = shown(path), why = why.lines().next().unwrap_or_default())
            }
            Self::Write { path, why } => {
                t!("fault-settings-write", path = shown(path), why = why.to_string())
            }
        }
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    match std::fs::metadata(path) {
        Ok(facts) if facts.len() > MOST_BYTES => {
            Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "it is larger than 1 MiB"))
        }
        Ok(_) => std::fs::read_to_string(path),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(why) => Err(why),
    }
}

impl Config {
    /// Reads the file in `folder`; an absent one is empty.
    ///
    /// # Errors
    /// [`ConfigError`], where there is a file that can't be used.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let path = folder.join(FILE);
        let text = match read(&path) {
            Ok(text) => text,
            Err(why) => return Err(ConfigError::Read { path, why }),
        };
        match text.parse::<DocumentMut>() {
            Ok(document) => Ok(Self { seen: changed_at(&path), path: Some(path), document, text }),
            Err(why) => Err(ConfigError::Parse { path, why: Box::new(why) }),
        }
    }

    /// What the file says, and in words what of it could not be used.
    #[must_use]
    pub fn settings(&self) -> (Settings, Vec<String>) {
        keys::read(&self.document)
    }

    /// The file as it stands.
    #[must_use]
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// Directors remembered.
    #[must_use]
    pub fn directors(&self) -> Vec<KnownDirector> {
        let item = self.document.get("directors");
        let text = |value: Option<&str>| value.map(str::to_owned);
        let known = |name: Option<String>, address: Option<String>| {
            let address = address?;
            Some(KnownDirector { name: name.unwrap_or_else(|| address.clone()), address })
        };
        let tables = item.and_then(Item::as_array_of_tables).into_iter().flatten().filter_map(|table| {
            let get = |key| text(table.get(key).and_then(Item::as_str));
            known(get("name"), get("address"))
        });
        let inline = item.and_then(Item::as_array).into_iter().flatten().filter_map(|value| {
            let table = value.as_inline_table()?;
            let get = |key| text(table.get(key).and_then(Value::as_str));
            known(get("name"), get("address"))
        });
        tables.chain(inline).take(REMEMBERED_DIRECTORS).collect()
    }

    /// Address of the director used last.
    #[must_use]
    pub fn last_director(&self) -> Option<String> {
        self.document.get("last_director").and_then(Item::as_str).map(str::to_owned)
    }

    /// Volume at the last end, 0 to 1.5.
    #[must_use]
    pub fn volume(&self) -> f64 {
        self.document.get("volume").and_then(keys::number).unwrap_or(1.0)
    }

    /// Remembers these, and writes the file if that changes it.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn remember(
        &mut self,
        directors: &[KnownDirector],
        last: Option<&str>,
        volume: f64,
    ) -> Result<(), ConfigError> {
        let volume = (volume * 100.0).round() / 100.0;
        let (known, kept, loud) = (self.directors(), self.last_director(), self.volume());
        if known == directors && kept.as_deref() == last && loud == volume {
            return Ok(());
        }
        self.edit(|document| {
            if known != directors {
                document.insert("directors", Item::Value(Value::Array(list(directors))));
            }
            match last {
                Some(last) if kept.as_deref() != Some(last) => {
                    keys::set(document.as_table_mut(), "last_director", last.into());
                }
                None => {
                    document.remove("last_director");
                }
                Some(_) => {}
            }
            if loud != volume {
                keys::set(document.as_table_mut(), "volume", volume.into());
            }
        })
    }

    /// Writes what of `settings` differs from the file.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn set(&mut self, settings: &Settings) -> Result<(), ConfigError> {
        let (before, _) = self.settings();
        if before == *settings {
            return Ok(());
        }
        self.edit(|document| keys::write(document, settings))
    }

    /// Changes the file as it is now, which may be newer than what was read.
    fn edit(&mut self, change: impl Fn(&mut DocumentMut)) -> Result<(), ConfigError> {
        let Some(path) = self.path.clone() else {
            change(&mut self.document);
            return Ok(());
        };
        let text = read(&path).map_err(|why| ConfigError::Read { path: path.clone(), why })?;
        if text != self.text {
            self.document =
                text.parse().map_err(|why| ConfigError::Parse { path: path.clone(), why: Box::new(why) })?;
        }
        change(&mut self.document);
        let text = self.document.to_string();
        store::write(&path, text.as_bytes()).map_err(|why| ConfigError::Write { path: path.clone(), why })?;
        self.text = text;
        self.seen = changed_at(&path);
        Ok(())
    }

    /// Reads the file again if somebody else changed it since; says whether that was so.
    ///
    /// # Errors
    /// [`ConfigError`], once for each change that can't be used; what was read before holds on.
    pub fn follow(&mut self) -> Result<bool, ConfigError> {
        let Some(path) = self.path.clone() else { return Ok(false) };
        let changed = changed_at(&path);
        if changed == self.seen {
            return Ok(false);
        }
        self.seen = changed;
        let text = read(&path).map_err(|why| ConfigError::Read { path: path.clone(), why })?;
        if text == self.text {
            return Ok(false);
        }
        self.document = text.parse().map_err(|why| ConfigError::Parse { path, why: Box::new(why) })?;
        self.text = text;
        Ok(true)
    }
}

fn changed_at(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|facts| facts.modified()).ok()
}

fn list(directors: &[KnownDirector]) -> toml_edit::Array {
    let mut array = toml_edit::Array::new();
    for known in directors.iter().take(REMEMBERED_DIRECTORS) {
        let mut entry = InlineTable::new();
        entry.insert("name", known.name.as_str().into());
        entry.insert("address", known.address.as_str().into());
        let mut entry = Value::InlineTable(entry);
        entry.decor_mut().set_prefix("\n    ");
        array.push_formatted(entry);
    }
    if !array.is_empty() {
        array.set_trailing("\n");
    }
    array
}

/// A table inside `document`, made where it is absent.
fn table<'a>(document: &'a mut DocumentMut, name: &str) -> Option<&'a mut Table> {
    document.entry(name).or_insert_with(|| Item::Table(Table::new())).as_table_mut()
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
    use crate::state::settings::ThemeChoice;

    fn known(name: &str) -> KnownDirector {
        KnownDirector { name: name.to_owned(), address: format!("{name}.local:7400") }
    }

    fn with(text: &str) -> (tempfile::TempDir, Config) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), text).expect("written");
        let config = Config::load(folder.path()).expect("read");
        (folder, config)
    }

    fn text(folder: &tempfile::TempDir) -> String {
        std::fs::read_to_string(folder.path().join(FILE)).expect("read")
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
    fn directors_written_as_tables_are_read_too() {
        let (_folder, config) = with("[[directors]]\nname = \"attic\"\naddress = \"attic.local:7400\"\n");
        assert_eq!(config.directors(), [known("attic")]);
    }

    #[test]
    fn what_a_person_wrote_stays() {
        let (folder, mut config) =
            with("# mine\nvolume = 1 # loud\n\n[playback] # ours\nresume = false\nlater = 3\n");
        let (mut settings, problems) = config.settings();
        assert!(!settings.resume);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("playback.later"), "{problems:?}");
        settings.theme = ThemeChoice::Light;
        config.set(&settings).expect("written");
        config.remember(&[known("attic")], None, 0.5).expect("written");
        let text = text(&folder);
        for kept in
            ["# mine", "# loud", "[playback] # ours", "resume = false", "later = 3", "theme = \"light\""]
        {
            assert!(text.contains(kept), "{kept} in {text}");
        }
        assert!(!text.contains("countdown"), "what is as usual is not spelled out: {text}");
    }

    #[test]
    fn an_edit_by_hand_while_it_runs_is_not_lost() {
        let (folder, mut config) = with("volume = 1.0\n");
        std::fs::write(folder.path().join(FILE), "volume = 1.0\n[playback]\nresume = false\n")
            .expect("written");
        config.remember(&[], None, 0.3).expect("written");
        let text = text(&folder);
        assert!(text.contains("resume = false") && text.contains("volume = 0.3"), "{text}");
        assert!(!config.settings().0.resume);
    }

    #[test]
    fn an_edit_by_hand_is_followed_once() {
        let (folder, mut config) = with("volume = 1.0\n");
        assert!(!config.follow().expect("as it was"));
        let edit = |text: &str, second: u64| {
            let path = folder.path().join(FILE);
            std::fs::write(&path, text).expect("written");
            let file = std::fs::File::options().append(true).open(path).expect("there");
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000 + second);
            file.set_modified(time).expect("set");
        };
        edit("[playback]\nresume = false\n", 1);
        assert!(config.follow().expect("read"));
        assert!(!config.settings().0.resume);
        assert!(!config.follow().expect("as it was"));
        edit("[playback", 2);
        assert!(config.follow().is_err(), "told");
        assert!(!config.follow().expect("once"));
        assert!(!config.settings().0.resume, "what was read before holds on");
        // What the program itself writes is no edit by hand.
        edit("volume = 1.0\n", 3);
        config.follow().expect("read");
        config.remember(&[], None, 0.3).expect("written");
        assert!(!config.follow().expect("as it was"));
    }

    #[test]
    fn a_broken_file_is_told_and_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), "volume = = 1").expect("written");
        let error = Config::load(folder.path()).expect_err("no TOML").to_string();
        assert!(error.contains("left alone"), "{error}");
        // Broken while the program runs: the same.
        let (folder, mut config) = with("volume = 1.0\n");
        std::fs::write(folder.path().join(FILE), "volume = = 1").expect("written");
        assert!(config.remember(&[], None, 0.3).is_err());
        assert_eq!(text(&folder), "volume = = 1");
    }
}
