//! Flags and file of the content server.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::{Rate, director, file, listen, state_dir};
use crate::text;

/// Flags of `content`; each overrides the same key of the configuration file.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "\
Examples:
  tributary-server content --name alpha --directory ~/Films --director http://127.0.0.1:7400
  tributary-server content --name beta --listen 0.0.0.0:7410 --plain --rate-limit 10Mbit \\
      --directory /srv/films --director http://192.168.1.2:7400
  tributary-server content --config /etc/tributary/content.toml

Sub-folders of the directory are catalogs; files at its root are in the catalog \"Library\".
NAME.toml beside NAME.mp4 may give title, year, description and tags.")]
pub(crate) struct ContentArgs {
    /// Read settings from this TOML file; flags override it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Name of this server, as players show it; no other server of the director may have it.
    #[arg(long)]
    name: Option<String>,
    /// Where to listen [default: 127.0.0.1:7410]; port 0 picks a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Where players reach this server, if not where it listens: HOST:PORT.
    #[arg(long, value_name = "ADDR")]
    advertise: Option<String>,
    /// The directory with the films.
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// The director to register with, for example http://127.0.0.1:7400.
    #[arg(long, value_name = "URL")]
    director: Option<String>,
    /// Most that all players together get, for example 20Mbit.
    #[arg(long, value_name = "RATE")]
    rate_limit: Option<Rate>,
    /// Where hashes and posters are remembered [default: the user's state directory].
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Let every player read, without tokens (this version knows no tokens).
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
pub(crate) struct ContentFile {
    /// As the flags.
    pub(crate) name: Option<String>,
    listen: Option<String>,
    advertise: Option<String>,
    directory: Option<PathBuf>,
    director: Option<String>,
    rate_limit: Option<Rate>,
    state: Option<PathBuf>,
    /// Endings of files to serve beside those of media; "*" for all.
    #[serde(default)]
    extensions: Vec<String>,
    open: Option<bool>,
    pub(crate) plain: Option<bool>,
    announce: Option<bool>,
}

/// A content server's settings, checked.
#[derive(Clone, Debug)]
pub(crate) struct ContentConfig {
    /// Its name.
    pub(crate) name: String,
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// Where players reach it, if not there.
    pub(crate) advertise: Option<String>,
    /// What it serves.
    pub(crate) directory: PathBuf,
    /// The director's address, without a slash at its end; none to serve unlisted.
    pub(crate) director: Option<String>,
    /// Most it sends, all connections together.
    pub(crate) rate_limit: Option<Rate>,
    /// Where it remembers.
    pub(crate) state: PathBuf,
    /// Endings of files that it serves beside those of media; `*` for all.
    pub(crate) extensions: Vec<String>,
    /// Whether the local network is told of it.
    pub(crate) announce: bool,
}

impl ContentArgs {
    /// Merges flags and file, and checks the result.
    ///
    /// # Errors
    /// A sentence that says what to pass.
    pub(crate) fn resolve(self) -> anyhow::Result<ContentConfig> {
        let file: ContentFile = self.config.as_deref().map(file::read).transpose()?.unwrap_or_default();
        let name = self.name.or(file.name).context("a content server needs a name: pass --name NAME")?;
        let name = text::clean_name(&name, crate::director::MAX_NAME_CHARS);
        if name.is_empty() {
            bail!("--name needs at least one visible character");
        }
        let listen = self.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:7410".into());
        let listen = listen::address("--listen", &listen)?;
        listen::allow_plain(listen, self.plain || file.plain.unwrap_or(false))?;
        if self.open || file.open.unwrap_or(false) {
            tracing::debug!("every player may read: this version knows no tokens");
        }
        let directory = self
            .directory
            .or(file.directory)
            .context("a content server needs films: pass --directory DIR")?;
        let directory = directory
            .canonicalize()
            .with_context(|| format!("the directory {} can't be opened", directory.display()))?;
        if !directory.is_dir() {
            bail!("--directory {} is not a directory", directory.display());
        }
        let director = director::url(self.director.or(file.director))?;
        let state = match self.state.or(file.state) {
            Some(state) => state,
            None => state_dir::state(&format!("content-{name}"))?,
        };
        Ok(ContentConfig {
            name,
            listen,
            announce: self.announce.resolve(file.announce, listen),
            advertise: self.advertise.or(file.advertise),
            directory,
            director,
            rate_limit: self.rate_limit.or(file.rate_limit),
            state,
            extensions: file.extensions,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_override_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.toml");
        std::fs::write(
            &path,
            format!(
                "name = 'file'\ndirectory = {:?}\nrate_limit = '1Mbit'\nstate = '/s'\nextensions = ['iso']\n",
                dir.path()
            ),
        )
        .unwrap();
        let args = ContentArgs { config: Some(path), name: Some("flag".into()), ..ContentArgs::default() };
        let config = args.resolve().unwrap();
        assert_eq!(config.name, "flag");
        assert_eq!(config.rate_limit.unwrap().to_string(), "1Mbit");
        assert_eq!((config.listen.port(), &config.extensions[..]), (7410, &["iso".to_owned()][..]));
    }

    #[test]
    fn what_is_missing_is_named() {
        let said = ContentArgs::default().resolve().unwrap_err().to_string();
        assert!(said.contains("--name"));
        let args = ContentArgs { name: Some("a".into()), ..ContentArgs::default() };
        assert!(args.resolve().unwrap_err().to_string().contains("--directory"));
    }
}
