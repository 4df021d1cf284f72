//! What the driver does for a session: connects, sends, stores; and what the links deliver.

use std::hash::Hash;
use std::time::Duration;

use tributary_core::session::{Action, Session};

use super::clock::Happening;
use super::host::Delivery;
use super::world::World;

impl World {
    pub(super) fn pump(&mut self, host: usize) {
        let mut out = Vec::new();
        let again = self.hosts[host].pump(self.now, self.content, &mut self.dice, &mut out);
        self.deliver(host, out);
        if let Some(at) = again {
            self.at(at, Happening::Pump(host));
        }
    }

    pub(super) fn deliver(&mut self, host: usize, out: Vec<Delivery>) {
        let connection = self.hosts[host].connection;
        for Delivery { first_half_at, at, bytes, frame } in out {
            let half = bytes / 2;
            self.at(first_half_at, Happening::Received { host, connection, bytes: half });
            self.at(at, Happening::Arrive { host, connection, bytes: bytes - half, frame });
        }
    }

    pub(super) fn act(&mut self, session: &mut Session) -> Result<(), String> {
        while let Some(action) = session.poll() {
            if self.told {
                eprintln!("{} {}", self.now, short(&action));
            }
            self.now.hash(&mut self.trace);
            match action {
                Action::Connect(source) => {
                    1.hash(&mut self.trace);
                    self.connect(source.index());
                }
                Action::Send(source, frame) => {
                    (2, format!("{frame:?}")).hash(&mut self.trace);
                    let host = source.index();
                    let connection = self.hosts[host].connection;
                    if !self.hosts[host].connected {
                        return Err(format!("{source} is told {frame:?} without a connection"));
                    }
                    let at = self.now + self.hosts[host].one_way;
                    self.at(at, Happening::ToHost { host, connection, frame });
                }
                Action::Close(source) => {
                    3.hash(&mut self.trace);
                    self.hosts[source.index()].reset();
                }
                Action::Store { seq, bytes, source } => {
                    (4, seq).hash(&mut self.trace);
                    let range = self.geometry.range(seq);
                    if bytes != self.content.bytes.slice(range.start as usize..range.end as usize) {
                        return Err(format!("block {seq} of {source} is not the stream's"));
                    }
                    if self.cache.insert(seq, bytes).is_some() {
                        return Err(format!("block {seq} was stored twice"));
                    }
                    self.useful[source.index()] += range.end - range.start;
                    if !self.read_queued {
                        self.read_queued = true;
                        self.at(self.now, Happening::Read);
                    }
                }
                Action::Notice(notice) => format!("{notice:?}").hash(&mut self.trace),
            }
        }
        Ok(())
    }

    pub(super) fn connect(&mut self, host: usize) {
        let target = &mut self.hosts[host];
        target.reset();
        let (connection, rtt) = (target.connection, target.one_way * 2);
        let happening = if target.vices.refuses || !target.alive {
            (rtt, Happening::Unreachable { host })
        } else if target.cut {
            (Duration::from_secs(3), Happening::Unreachable { host })
        } else {
            (rtt, Happening::Connected { host, connection })
        };
        self.at(self.now + happening.0, happening.1);
    }
}

/// An action without the bytes of blocks.
fn short(action: &Action) -> String {
    match action {
        Action::Store { seq, source, .. } => format!("store {seq} of {source}"),
        other => format!("{other:?}"),
    }
}
