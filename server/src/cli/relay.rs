//! Flags and file of the relay.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::{Rate, director, file, listen};
use crate::director::MAX_REACHES;
use crate::text;

/// Flags of `relay`; each overrides the same key of the configuration file.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "\
Examples:
  tributary-server relay --allow 192.168.1.2:7410 --director http://192.168.1.2:7400
  tributary-server relay --name west --listen 0.0.0.0:7420 --plain \\
      --allow alpha.example.org:7410 beta.example.org:7410 --director http://director.example.org:7400
  tributary-server relay --config /etc/tributary/relay.toml

A relay passes players on to the content servers it is allowed to reach, and to nothing else. Write each
address as that server advertises it: by it the director finds out whom the relay is a route to.")]
pub(crate) struct RelayArgs {
    /// Read settings from this TOML file; flags override it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Name of this relay, as players show it; no other server of the director may have it [default:
    /// this machine's name and "relay"].
    #[arg(long)]
    name: Option<String>,
    /// Where to listen [default: 127.0.0.1:7420]; port 0 picks a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Where players reach this relay, if not where it listens: HOST:PORT.
    #[arg(long, value_name = "ADDR")]
    advertise: Option<String>,
    /// Content servers that players are passed on to, as HOST:PORT. May be given again.
    #[arg(long, value_name = "ADDR", num_args = 1..)]
    allow: Vec<String>,
    /// The director to register with, for example http://127.0.0.1:7400.
    #[arg(long, value_name = "URL")]
    director: Option<String>,
    /// Most that all players together get by way of this relay, for example 20Mbit.
    #[arg(long, value_name = "RATE")]
    rate_limit: Option<Rate>,
    /// Pass every player on, without tokens (this version knows no tokens).
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
pub(crate) struct RelayFile {
    name: Option<String>,
    listen: Option<String>,
    advertise: Option<String>,
    allow: Option<Vec<String>>,
    director: Option<String>,
    rate_limit: Option<Rate>,
    open: Option<bool>,
    plain: Option<bool>,
    announce: Option<bool>,
}

/// A relay's settings, checked.
#[derive(Clone, Debug)]
pub(crate) struct RelayConfig {
    /// Its name.
    pub(crate) name: String,
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// Where players reach it, if not there.
    pub(crate) advertise: Option<String>,
    /// `HOST:PORT` of every content server it passes players on to.
    pub(crate) allow: BTreeSet<String>,
    /// The director's address, without a slash at its end; none to relay unlisted.
    pub(crate) director: Option<String>,
    /// Most it sends to players, all connections together.
    pub(crate) rate_limit: Option<Rate>,
    /// Whether the local network is told of it.
    pub(crate) announce: bool,
}

impl RelayArgs {
    /// Merges flags and file, and checks the result.
    ///
    /// # Errors
    /// A sentence that says what to pass.
    pub(crate) fn resolve(self) -> anyhow::Result<RelayConfig> {
        let file: RelayFile = self.config.as_deref().map(file::read).transpose()?.unwrap_or_default();
        let name = self.name.or(file.name);
        let name = name.unwrap_or_else(|| format!("{} relay", director::machine_name().trim()));
        let name = text::clean_name(&name, crate::director::MAX_NAME_CHARS);
        if name.is_empty() {
            bail!("--name needs at least one visible character");
        }
        let listen = self.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:7420".into());
        let listen = listen::address("--listen", &listen)?;
        listen::allow_plain(listen, self.plain || file.plain.unwrap_or(false))?;
        if self.open || file.open.unwrap_or(false) {
            tracing::debug!("every player is passed on: this version knows no tokens");
        }
        let allow = if self.allow.is_empty() { file.allow.unwrap_or_default() } else { self.allow };
        let allow = allow.iter().map(|text| target(text)).collect::<anyhow::Result<BTreeSet<_>>>()?;
        if allow.is_empty() {
            bail!(
                "a relay needs content servers that it may reach, and passes nobody on to any other: pass --allow \
                 HOST:PORT"
            );
        }
        if allow.len() > MAX_REACHES {
            bail!("--allow names {} servers; a relay takes at most {MAX_REACHES}", allow.len());
        }
        Ok(RelayConfig {
            name,
            listen,
            announce: self.announce.resolve(file.announce, listen),
            advertise: self.advertise.or(file.advertise),
            allow,
            director: director::url(self.director.or(file.director))?,
            rate_limit: self.rate_limit.or(file.rate_limit),
        })
    }
}

/// `HOST:PORT` in the one way it is written.
fn target(text: &str) -> anyhow::Result<String> {
    crate::director::address_of(text).with_context(|| {
        format!("--allow {text} is not an address: write HOST:PORT, for example 192.168.1.2:7410")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(allow: &[&str]) -> anyhow::Result<RelayConfig> {
        let allow = allow.iter().map(|text| (*text).to_owned()).collect();
        RelayArgs { name: Some("west".into()), allow, ..RelayArgs::default() }.resolve()
    }

    #[test]
    fn a_relay_says_whom_it_may_reach() {
        assert!(with(&[]).unwrap_err().to_string().contains("--allow"));
        let config = with(&["Alpha.local:7410", "10.0.0.1:1", "10.0.0.1:1"]).unwrap();
        assert_eq!(Vec::from_iter(config.allow), ["10.0.0.1:1", "alpha.local:7410"]);
        assert_eq!(config.listen.port(), 7420);
        for bad in ["alpha", "0.0.0.0:1", "alpha:0", "a b:1", "*:7410"] {
            assert!(with(&[bad]).unwrap_err().to_string().contains("HOST:PORT"), "{bad}");
        }
    }

    #[test]
    fn the_packaged_example_is_read() {
        let example: RelayFile = toml::from_str(include_str!("../../../packaging/relay.toml")).unwrap();
        assert!(example.allow.is_some_and(|allow| !allow.is_empty()));
    }
}
