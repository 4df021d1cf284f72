//! Where state is kept when nobody says where: the XDG base directories.

use std::path::PathBuf;

use anyhow::Context;

/// `$XDG_STATE_HOME/tributary/NAME`, or the same below `~/.local/state`.
///
/// # Errors
/// Without a home directory; the message says what to pass.
pub(crate) fn state(name: &str) -> anyhow::Result<PathBuf> {
    below("XDG_STATE_HOME", ".local/state", name)
}

/// `$XDG_CACHE_HOME/tributary/NAME`, or the same below `~/.cache`.
///
/// # Errors
/// Without a home directory; the message says what to pass.
pub(crate) fn cache(name: &str) -> anyhow::Result<PathBuf> {
    below("XDG_CACHE_HOME", ".cache", name)
}

fn below(variable: &str, in_home: &str, name: &str) -> anyhow::Result<PathBuf> {
    let base = match std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute()) {
        Some(base) => base,
        None => std::env::home_dir()
            .filter(|home| home.is_absolute())
            .context("there is no home directory to keep state in: pass --state DIR")?
            .join(in_home),
    };
    Ok(base.join("tributary").join(name))
}
