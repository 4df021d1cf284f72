//! Flags and file of the director.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::{file, listen, state_dir};
use crate::text;

/// Flags of `director`; each overrides the same key of the configuration file.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "\
Examples:
  tributary-server director --open
  tributary-server director --open --listen 0.0.0.0:7400 --plain --name \"Living room\"
  tributary-server director --config /etc/tributary/director.toml")]
pub(crate) struct DirectorArgs {
    /// Read settings from this TOML file; flags override it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Name of this director, as players show it [default: this machine's name].
    #[arg(long)]
    name: Option<String>,
    /// Where to listen [default: 127.0.0.1:7400]; port 0 picks a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// The database, as sqlite:PATH [default: director.db in the state directory].
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Where state is kept [default: the user's state directory].
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Let every content server register and every player read.
    #[arg(long)]
    open: bool,
    /// Serve without TLS on an address that other machines can reach.
    #[arg(long)]
    plain: bool,
    #[command(flatten)]
    announce: listen::AnnounceFlags,
}

/// The same as a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectorFile {
    name: Option<String>,
    listen: Option<String>,
    database: Option<String>,
    state: Option<PathBuf>,
    open: Option<bool>,
    plain: Option<bool>,
    announce: Option<bool>,
}

/// A director's settings, checked.
#[derive(Clone, Debug)]
pub(crate) struct DirectorConfig {
    /// Its name.
    pub(crate) name: String,
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// Path of its SQLite database.
    pub(crate) database: PathBuf,
    /// Whether the local network is told of it.
    pub(crate) announce: bool,
}

impl DirectorArgs {
    /// Merges flags and file, and checks the result.
    ///
    /// # Errors
    /// A sentence that says what to pass.
    pub(crate) fn resolve(self) -> anyhow::Result<DirectorConfig> {
        let file: DirectorFile = self.config.as_deref().map(file::read).transpose()?.unwrap_or_default();
        if !self.open && !file.open.unwrap_or(false) {
            bail!(
                "this version knows no enrolment and no tokens: every content server could register here and every \
                 player read. Pass --open if that is fine, for example on a home network"
            );
        }
        let listen = self.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:7400".into());
        let listen = listen::address("--listen", &listen)?;
        listen::allow_plain(listen, self.plain || file.plain.unwrap_or(false))?;
        let database = match self.database.or(file.database) {
            Some(url) => {
                let path = url
                    .strip_prefix("sqlite:")
                    .with_context(|| format!("--database {url}: this version knows only sqlite:PATH"))?;
                PathBuf::from(path.strip_prefix("//").unwrap_or(path))
            }
            None => match self.state.or(file.state) {
                Some(state) => state,
                None => state_dir::state("director")?,
            }
            .join("director.db"),
        };
        let name = self.name.or(file.name).unwrap_or_else(machine_name);
        let name = text::clean(&name, crate::director::MAX_NAME_CHARS);
        let announce = self.announce.resolve(file.announce, listen);
        Ok(DirectorConfig { name, listen, database, announce })
    }
}

/// A director to register at, without a slash at its end.
///
/// # Errors
/// A sentence that says what to write.
pub(super) fn url(given: Option<String>) -> anyhow::Result<Option<String>> {
    if let Some(url) = given.as_ref().filter(|url| !url.starts_with("http://")) {
        bail!("--director {url}: write http://HOST:PORT (this version speaks no TLS)");
    }
    Ok(given.map(|url| url.trim_end_matches('/').to_owned()))
}

/// This machine's name, or a word that fits any.
pub(super) fn machine_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_else(|_| "director".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_director_says_that_it_is_open() {
        let said = DirectorArgs::default().resolve().unwrap_err().to_string();
        assert!(said.contains("--open"));
    }

    #[test]
    fn databases_are_paths_of_sqlite_files() {
        let with = |url: &str| {
            let database = Some(url.to_owned());
            DirectorArgs { open: true, database, ..DirectorArgs::default() }.resolve()
        };
        assert_eq!(with("sqlite:/var/d.db").unwrap().database, PathBuf::from("/var/d.db"));
        assert_eq!(with("sqlite://d.db").unwrap().database, PathBuf::from("d.db"));
        assert!(with("postgres://x").unwrap_err().to_string().contains("sqlite:PATH"));
    }
}
