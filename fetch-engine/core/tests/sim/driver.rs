//! What the driver does for a session: connects, sends, stores; and what the links deliver.

use std::hash::Hash;
use std::time::Duration;

use bytes::BytesMut;
use tributary_core::session::{Action, Event, Loss, Session};
use tributary_core::wire::{Decoder, Frame, encode};

use super::Fault;
use super::clock::Happening;
use super::host::{Around, Delivery, Host, Load};
use super::world::{World, id, lost};

/// Bytes of a large block that come at one time, and most such pieces.
const PIECE: usize = 16 << 10;
const MAX_PIECES: usize = 64;
/// A connect that is never answered is given up after this.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

impl World {
    /// Lets a server work, and takes what it sends.
    pub(super) fn with_host<T>(
        &mut self,
        host: usize,
        work: impl FnOnce(&mut Host, &mut Around<'_>) -> T,
    ) -> T {
        let mut out = Vec::new();
        let mut around = Around {
            now: self.now,
            content: self.content,
            dice: &mut self.dice,
            bottleneck: &mut self.bottleneck,
            out: &mut out,
        };
        let result = work(&mut self.hosts[host], &mut around);
        self.deliver(host, out);
        result
    }

    pub(super) fn pump(&mut self, host: usize) {
        let again = self.with_host(host, Host::pump);
        let pending = &mut self.hosts[host].pumps_at;
        if let Some(at) = again.filter(|at| pending.is_none_or(|pending| *at < pending)) {
            *pending = Some(at);
            self.at(at, Happening::Pump(host));
        }
    }

    fn deliver(&mut self, host: usize, out: Vec<Delivery>) {
        let connection = self.hosts[host].connection;
        for Delivery { first_half_at, at, bytes, load, breaks, closes } in out {
            // A large block's bytes come one after the other.
            let pieces = (bytes / PIECE).clamp(2, MAX_PIECES);
            let piece = bytes / pieces;
            for place in 0..pieces as u32 - 1 {
                let after = at.since(first_half_at) * place / (pieces as u32 - 1);
                if piece > 0 {
                    self.at(first_half_at + after, Happening::Received { host, connection, bytes: piece });
                }
            }
            if breaks {
                self.at(first_half_at, Happening::Reset { host, connection });
            }
            self.at(
                at,
                Happening::Arrive { host, connection, bytes: bytes - piece * (pieces - 1), load, closes },
            );
        }
    }

    /// Bytes of a server are whole: frames, or what is none.
    pub(super) fn arrived(
        &mut self,
        session: &mut Session,
        host: usize,
        bytes: usize,
        load: Load,
        closes: bool,
    ) {
        let (now, source) = (self.session_now(), id(host));
        session.handle(now, Event::Received { source, bytes });
        let mut malformed = false;
        let target = &mut self.hosts[host];
        match (load, &mut target.decoder) {
            (Load::Frame(frame), None) => session.handle(now, Event::Frame { source, frame }),
            (load, decoder) => {
                let decoder = decoder.get_or_insert_with(Decoder::new);
                match load {
                    Load::Raw(raw) => decoder.feed(&raw),
                    Load::Frame(frame) => encode(&frame, decoder.buffer(0)),
                }
                loop {
                    match decoder.next_frame() {
                        Ok(Some(frame)) => session.handle(now, Event::Frame { source, frame }),
                        Ok(None) => break,
                        Err(_) => {
                            malformed = true;
                            break;
                        }
                    }
                }
            }
        }
        if malformed || closes {
            // Not where the session has closed it already, as the actions to come say.
            self.closing.push((host, malformed));
        }
    }

    /// Tells of connections that ended with the last frame, unless the session ended them.
    pub(super) fn finish_closing(&mut self, session: &mut Session) -> Result<(), String> {
        for (host, malformed) in std::mem::take(&mut self.closing) {
            if !self.hosts[host].connected {
                continue;
            }
            self.hosts[host].reset();
            let why =
                if malformed { Loss::Protocol("not a frame".into()) } else { Loss::Closed("closed".into()) };
            session.handle(self.session_now(), Event::Lost { source: id(host), why });
            self.act(session)?;
        }
        Ok(())
    }

    /// As the driver does: one relay that brought wrong bytes of two servers is not believed about a third.
    pub(super) fn blame_relay(&mut self, session: &mut Session) -> Result<(), String> {
        let liars = self.watch.quarantined.iter().filter(|host| self.lying_relay.contains(host)).count();
        if liars < 2 {
            return Ok(());
        }
        for host in std::mem::take(&mut self.lying_relay) {
            if !self.watch.quarantined.contains(&host) {
                let event = Event::Distrusted { source: id(host), why: "two lied".into() };
                session.handle(self.session_now(), event);
                self.act(session)?;
                if !self.watch.distrusted.contains(&host) {
                    return Err(format!("server {host} is to be shut out, and nothing is said of it"));
                }
            }
        }
        Ok(())
    }

    pub(super) fn act(&mut self, session: &mut Session) -> Result<(), String> {
        while let Some(action) = session.poll() {
            if self.told {
                eprintln!("{} {}", self.now, short(&action));
            }
            self.now.hash(&mut self.trace);
            match action {
                Action::Connect(source) => {
                    (1, source.index()).hash(&mut self.trace);
                    self.check_connect(source.index())?;
                    self.connect(source.index());
                }
                Action::Send(source, frame) => self.tell(source.index(), frame)?,
                Action::Close(source) => {
                    (3, source.index()).hash(&mut self.trace);
                    self.hosts[source.index()].reset();
                }
                Action::Store { seq, bytes, source } => {
                    (4, seq, source.index()).hash(&mut self.trace);
                    let range = self.geometry.range(seq);
                    if bytes[..] != self.content.bytes[range.start as usize..range.end as usize] {
                        return Err(format!("block {seq} of {source} is not the stream's"));
                    }
                    if self.cache.insert(seq, bytes).is_some() {
                        return Err(format!("block {seq} was stored twice"));
                    }
                    if let Some(disk) = &mut self.disk {
                        disk.keep(seq);
                    }
                    let len = range.end - range.start;
                    self.useful[source.index()] += len;
                    self.arrivals.push((self.now, source.index(), len));
                    if !self.read_queued {
                        self.read_queued = true;
                        self.at(self.now, Happening::Read);
                    }
                }
                Action::Notice(notice) => {
                    format!("{notice:?}").hash(&mut self.trace);
                    self.check_notice(&notice)?;
                }
            }
        }
        Ok(())
    }

    /// The player says something to a server.
    fn tell(&mut self, host: usize, frame: Frame) -> Result<(), String> {
        let mut wire = BytesMut::new();
        encode(&frame, &mut wire);
        (2, host, &wire[..]).hash(&mut self.trace);
        if !self.hosts[host].connected {
            return Err(format!("server {host} is told {frame:?} without a connection"));
        }
        self.check_told(host, &frame)?;
        let target = &mut self.hosts[host];
        let connection = target.connection;
        let mut at = target.link.carry_up(self.now);
        if !target.lag.is_zero() {
            target.happened.count(Fault::LateAnswers);
            at = at + target.lag;
        }
        self.at(at, Happening::ToHost { host, connection, frame });
        Ok(())
    }

    fn connect(&mut self, host: usize) {
        let target = &mut self.hosts[host];
        target.reset();
        let (connection, rtt) = (target.connection, target.link.one_way * 2);
        let cut = target.link.down_cut.or(target.link.up_cut);
        let unanswered =
            if target.vices.contains(Fault::Unreachable) { Some(Fault::Unreachable) } else { cut };
        let (after, happening) = if let Some(cause) = unanswered {
            target.happened.count(cause);
            (CONNECT_TIMEOUT, Happening::Unreachable { host, connection })
        } else if target.vices.contains(Fault::Refused) {
            target.happened.count(Fault::Refused);
            (rtt, Happening::Unreachable { host, connection })
        } else if !target.alive {
            (rtt, Happening::Unreachable { host, connection })
        } else {
            (rtt + target.connect_takes, Happening::Connected { host, connection })
        };
        self.at(self.now + after, happening);
    }

    pub(super) fn connected(&mut self, session: &mut Session, host: usize, connection: u64) {
        if self.hosts[host].connection != connection {
            return;
        }
        if !self.hosts[host].alive {
            session.handle(self.session_now(), lost(host, "refused"));
            return;
        }
        if self.hosts.iter().enumerate().any(|(other, h)| other > host && h.connected)
            && !self.hosts[host].connect_takes.is_zero()
        {
            self.tally.count(Fault::ReorderedJoins);
        }
        let target = &mut self.hosts[host];
        target.connected = true;
        if let Some(cause) = target.counts_when_connected.take() {
            self.tally.count(cause);
        }
        if target.vices.contains(Fault::ClosesAtOnce) {
            target.happened.count(Fault::ClosesAtOnce);
            let at = self.now + target.link.one_way;
            self.at(at, Happening::Reset { host, connection });
        }
        let relayed = self.hosts[host].has(Fault::Relayed);
        let rtt = self.hosts[host].link.one_way * 2 / if relayed { 3 } else { 1 };
        session.handle(self.session_now(), Event::Connected { source: id(host), rtt, relayed });
    }
}

/// An action without the bytes of blocks.
fn short(action: &Action) -> String {
    match action {
        Action::Store { seq, source, .. } => format!("store {seq} of {source}"),
        other => format!("{other:?}"),
    }
}
