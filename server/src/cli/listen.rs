//! Where a server listens, and whether it may do so without encryption.

use std::net::{SocketAddr, ToSocketAddrs};

use anyhow::{Context, bail};

/// Whether the local network is told of a server.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct AnnounceFlags {
    /// Tell the local network of this server by mDNS, also where it listens on loopback alone.
    #[arg(long, conflicts_with = "no_announce")]
    announce: bool,
    /// Tell nobody on the local network of this server.
    #[arg(long)]
    no_announce: bool,
}

impl AnnounceFlags {
    /// The flags, else what the file says, else whether anybody else could reach it.
    pub(crate) fn resolve(self, file: Option<bool>, listen: SocketAddr) -> bool {
        match (self.announce, self.no_announce) {
            (true, _) => true,
            (_, true) => false,
            _ => file.unwrap_or(!listen.ip().is_loopback()),
        }
    }
}

/// Reads `HOST:PORT`.
///
/// # Errors
/// A sentence with the text that was given and an example.
pub(crate) fn address(flag: &str, text: &str) -> anyhow::Result<SocketAddr> {
    text.to_socket_addrs()
        .with_context(|| {
            format!("{flag} {text} is not an address: write HOST:PORT, for example 127.0.0.1:7400")
        })?
        .next()
        .with_context(|| format!("{flag} {text} names no address"))
}

/// Refuses what can be overheard unless the user said so.
///
/// # Errors
/// A sentence that says what to pass.
pub(crate) fn allow_plain(listen: SocketAddr, plain: bool) -> anyhow::Result<()> {
    if plain || listen.ip().is_loopback() {
        return Ok(());
    }
    bail!(
        "{listen} can be reached by other machines and this version speaks no TLS: anybody on the way could read \
         and change what is sent. Pass --plain if that is fine, for example on a home network, or listen on 127.0.0.1"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_plain_by_itself() {
        assert!(allow_plain("127.0.0.1:1".parse().unwrap(), false).is_ok());
        assert!(allow_plain("[::1]:1".parse().unwrap(), false).is_ok());
        let refused = allow_plain("0.0.0.0:7400".parse().unwrap(), false).unwrap_err();
        assert!(refused.to_string().contains("--plain"));
        assert!(allow_plain("0.0.0.0:7400".parse().unwrap(), true).is_ok());
    }

    #[test]
    fn loopback_is_announced_only_where_it_is_asked_for() {
        let [here, there] = ["127.0.0.1:1", "0.0.0.0:1"].map(|address| address.parse().unwrap());
        let flags = |announce, no_announce| AnnounceFlags { announce, no_announce };
        assert!(!flags(false, false).resolve(None, here) && flags(false, false).resolve(None, there));
        assert!(
            flags(true, false).resolve(Some(false), here) && flags(false, false).resolve(Some(true), here)
        );
        assert!(!flags(false, true).resolve(Some(true), there));
    }

    #[test]
    fn a_wrong_address_is_named() {
        let said = address("--listen", "here").unwrap_err().to_string();
        assert!(said.contains("--listen here"));
        assert_eq!(address("--listen", "127.0.0.1:0").unwrap().port(), 0);
    }
}
