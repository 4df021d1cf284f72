//! The director to ask: from the flag, the environment, or the user's configuration file.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::args::DirectorFlag;
use crate::fault::Fault;

/// What this program reads of the configuration file that it shares with the player.
#[derive(Debug, Default, Deserialize)]
struct Settings {
    director: Option<String>,
}

/// The director to ask, where one is named anywhere.
///
/// # Errors
/// A configuration file that is there and can't be read.
pub(crate) fn director(flag: &DirectorFlag) -> Result<Option<String>, Fault> {
    let named = std::env::var("TRIBUTARY_DIRECTOR").ok().filter(|director| !director.is_empty());
    match (flag.director.clone().or(named), path()) {
        (Some(director), _) => Ok(Some(director)),
        (None, Some(path)) => read(&path),
        (None, None) => Ok(None),
    }
}

/// The same, where there must be one.
///
/// # Errors
/// As above, and where none is named.
pub(crate) fn needed_director(flag: &DirectorFlag) -> Result<String, Fault> {
    director(flag)?.ok_or_else(|| {
        Fault::Usage(
            "no director is named: use --director http://HOST:PORT, TRIBUTARY_DIRECTOR, or a line `director = \
             \"http://HOST:PORT\"` in tributary/config.toml in the configuration directory"
                .to_owned(),
        )
    })
}

/// The configuration file as it stands, where there is one that can be read.
pub(crate) fn text() -> Option<String> {
    std::fs::read_to_string(path()?).ok()
}

fn path() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))?;
    Some(config.join("tributary").join("config.toml"))
}

fn read(path: &Path) -> Result<Option<String>, Fault> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(Fault::Usage(format!("{} can't be read: {why}", path.display()))),
    };
    let settings: Settings = toml::from_str(&text)
        .map_err(|why| Fault::Usage(format!("{} can't be understood: {why}", path.display())))?;
    Ok(settings.director.filter(|director| !director.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_names_the_director_or_says_what_is_wrong_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert!(matches!(read(&path), Ok(None)));
        std::fs::write(&path, "director = \"http://h:1\"\n[window]\nwidth = 3\n").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("http://h:1"));
        std::fs::write(&path, "director = 3\n").unwrap();
        let fault = read(&path).unwrap_err();
        assert!(fault.code() == 2 && fault.to_string().contains("config.toml"), "{fault}");
    }
}
