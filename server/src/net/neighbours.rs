//! Announces a server on the local network by mDNS, so that players find it without being told of it.

use std::net::SocketAddr;

use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};

/// The service that all of Tributary's servers are announced as.
const SERVICE: &str = "_tributary._tcp.local.";
/// Longest name of an instance, in bytes: a label of DNS.
const MAX_LABEL_BYTES: usize = 63;
/// Longest text of a property, in bytes.
const MAX_PROPERTY_BYTES: usize = 200;

/// A server that is announced until this is dropped.
pub(crate) struct Announced(ServiceDaemon);

impl std::fmt::Debug for Announced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Announced")
    }
}

/// What is announced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announcement<'a> {
    /// `content`, `director` or `relay`.
    pub(crate) role: &'a str,
    /// The server's name.
    pub(crate) name: &'a str,
    /// Where it listens.
    pub(crate) local: SocketAddr,
    /// Where players reach it, if not there.
    pub(crate) advertise: Option<&'a str>,
}

/// Announces a server. That it can't be is no reason not to serve: it is logged, and nothing follows.
pub(crate) fn announce(what: Announcement<'_>) -> Option<Announced> {
    match try_announce(what) {
        Ok(announced) => Some(announced),
        Err(error) => {
            tracing::warn!("the local network is not told of this server: {error}");
            None
        }
    }
}

fn try_announce(what: Announcement<'_>) -> mdns_sd::Result<Announced> {
    let Announcement { role, name, local, advertise } = what;
    let daemon = ServiceDaemon::new()?;
    let host = machine_name();
    let instance = label(&format!("{name} ({role})"));
    let mut properties =
        vec![("role", role), ("name", cut(name, MAX_PROPERTY_BYTES)), ("version", env!("CARGO_PKG_VERSION"))];
    properties.extend(advertise.map(|address| ("address", cut(address, MAX_PROPERTY_BYTES))));
    let everywhere = local.ip().is_unspecified();
    let ip = if everywhere { String::new() } else { local.ip().to_string() };
    let service = ServiceInfo::new(SERVICE, &instance, &host, ip.as_str(), local.port(), &properties[..])?;
    if !local.ip().is_loopback() {
        // Other machines can do nothing with an address of loopback.
        daemon.disable_interface(vec![IfKind::LoopbackV4, IfKind::LoopbackV6])?;
    }
    daemon.register(if everywhere { service.enable_addr_auto() } else { service })?;
    Ok(Announced(daemon))
}

impl Drop for Announced {
    /// Says that the server is gone. Where nobody waits for it, others learn by its silence.
    fn drop(&mut self) {
        if let Ok(done) = self.0.shutdown() {
            let _ = done.recv_timeout(std::time::Duration::from_millis(500));
        }
    }
}

/// This machine's name as a host of the local network.
fn machine_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let plain: String = name.trim().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("{}.local.", if plain.is_empty() { "tributary" } else { cut(&plain, MAX_LABEL_BYTES) })
}

/// Text as an instance's name. A dot would be read as the end of it by some.
fn label(text: &str) -> String {
    cut(&text.replace('.', "-"), MAX_LABEL_BYTES).to_owned()
}

fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_labels() {
        assert_eq!(label("living.room (content)"), "living-room (content)");
        assert!(label(&"ü".repeat(99)).len() <= MAX_LABEL_BYTES);
        let host = machine_name();
        assert!(host.ends_with(".local.") && host.len() > ".local.".len(), "{host}");
    }
}
