//! What goes wrong while a run goes on, and what mends again.

use std::time::Duration;

use tributary_core::held::Held;
use tributary_core::session::{Event, Session};
use tributary_core::time::Time;

use super::Fault;
use super::clock::Happening;
use super::host::Host;
use super::world::{PEACE, World, id};

/// How long after a mishap found nothing to happen to it is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(40);
/// And how often.
pub(super) const TRIES: u32 = 50;
/// Longest jump of the clock and longest sleep of the reader.
const HOUR: Duration = Duration::from_secs(3600);

impl World {
    /// The mishap happens, or is tried again a little later where there is nothing it could happen to.
    pub(super) fn mishap(&mut self, session: &mut Session, host: usize, fault: Fault, tries: u32) {
        if self.now > Time::ZERO + PEACE {
            return;
        }
        let idle = self.reader.head <= 1 && matches!(fault, Fault::FarSeek | Fault::SeekStorm);
        if (!self.hosts[host].serves() && needs_server(fault)) || idle {
            if tries > 0 {
                let again = Happening::Mishap { host, fault, tries: tries - 1 };
                self.at(self.now + TRY_AGAIN, again);
            }
            return;
        }
        self.hosts[host].changed_at = self.now;
        self.progressed();
        match fault {
            Fault::Reset | Fault::Flapping | Fault::Crash => {
                self.hosts[host].alive = fault != Fault::Crash;
                self.tally.count(fault);
                self.reset_from_there(host);
            }
            Fault::RelayCrash => self.crash_relay(host),
            Fault::GrowingCopy => self.grow(host, tries),
            Fault::AddressChange => self.change_address(session, host),
            Fault::Stop => self.hosts[host].stopped = true,
            Fault::Drain => {
                self.tally.count(fault);
                self.hosts[host].vices.insert(Fault::Refused);
                self.with_host(host, Host::say_goodbye);
            }
            Fault::RouteChange => {
                self.tally.count(fault);
                let one_way = Duration::from_micros(self.dice.range(100, 150_000));
                self.hosts[host].link.one_way = one_way;
            }
            Fault::Slow => self.hosts[host].link.slowed = Some((0.25, fault)),
            Fault::Trickle => self.hosts[host].link.slowed = Some((0.025, fault)),
            Fault::HoldThenBurst | Fault::PartitionToPlayer => self.hosts[host].link.down_cut = Some(fault),
            Fault::PartitionToServer => self.hosts[host].link.up_cut = Some(fault),
            Fault::Partition => {
                self.hosts[host].link.up_cut = Some(fault);
                self.hosts[host].link.down_cut = Some(fault);
            }
            Fault::Truncated => {
                let len = self.content.bytes.len() as u64;
                self.hosts[host].truncated_to = Some(self.dice.range(0, len / 2 + 1));
            }
            Fault::Replaced => self.hosts[host].vices.insert(fault),
            Fault::ReadError
            | Fault::OddFrame
            | Fault::EmptyBlock
            | Fault::ZeroFrame
            | Fault::OversizeFrame
            | Fault::Garbage
            | Fault::ResetInsideBlock => self.hosts[host].next_block = Some(fault),
            _ => self.mishap_here(session, host, fault),
        }
        if let Some(after) = self.lasts(fault) {
            self.at(self.now + after, Happening::Mend { host, fault });
        }
        if matches!(fault, Fault::Flapping | Fault::HoldThenBurst) && tries > 0 {
            let pause = Duration::from_millis(self.dice.range(300, 1200));
            self.at(self.now + pause, Happening::Mishap { host, fault, tries: tries / 2 });
        }
    }

    /// Mishaps of the director, the player's machine and its reader.
    fn mishap_here(&mut self, session: &mut Session, host: usize, fault: Fault) {
        let now = self.session_now();
        self.tally.count(fault);
        match fault {
            Fault::LeaseLapse => session.handle(now, Event::Withdrawn { source: id(host) }),
            Fault::DirectorRestart => {
                for host in 0..self.hosts.len() {
                    session.handle(now, Event::Withdrawn { source: id(host) });
                }
            }
            Fault::ClockForward => {
                let jump = Duration::from_millis(100 << self.dice.range(0, 16)).min(HOUR);
                self.skew += jump;
            }
            Fault::ClockBack => {
                let jump = Duration::from_millis(self.dice.range(1, 2000));
                self.skew = self.skew.saturating_sub(jump);
            }
            Fault::ClientStall => {
                let until = self.now + Duration::from_millis(self.dice.range(50, 5000));
                self.stalled_until = self.stalled_until.max(until);
                self.at(self.stalled_until, Happening::Wake);
            }
            Fault::FarSeek => self.seek(session),
            Fault::SeekStorm => {
                for _ in 0..self.dice.range(3, 12) {
                    self.seek(session);
                }
            }
            Fault::Pause | Fault::HourPause => self.reader.paused = true,
            Fault::Evictions => {
                self.lose_blocks(session);
                self.demand(session);
            }
            other => panic!("{other:?} does not happen at some time"),
        }
    }

    /// After how long the fault mends, where it does.
    fn lasts(&mut self, fault: Fault) -> Option<Duration> {
        let millis = match fault {
            Fault::HoldThenBurst => self.dice.range(30, 280),
            Fault::Crash
            | Fault::RelayCrash
            | Fault::Stop
            | Fault::Drain
            | Fault::Slow
            | Fault::Trickle
            | Fault::Partition
            | Fault::PartitionToPlayer
            | Fault::PartitionToServer
            | Fault::LeaseLapse
            | Fault::DirectorRestart
            | Fault::Pause => self.dice.range(50, 6000),
            Fault::HourPause => HOUR.as_millis() as u64,
            _ => return None,
        };
        Some(Duration::from_millis(millis))
    }

    pub(super) fn mend(&mut self, host: usize, fault: Fault) {
        self.hosts[host].changed_at = self.now;
        self.progressed();
        match fault {
            Fault::Crash => self.hosts[host].alive = true,
            Fault::RelayCrash => self.mend_relay(),
            Fault::Drain => self.hosts[host].vices.remove(Fault::Refused),
            Fault::Slow | Fault::Trickle => self.hosts[host].link.slowed = None,
            Fault::Partition | Fault::PartitionToPlayer | Fault::PartitionToServer | Fault::HoldThenBurst => {
                let link = &mut self.hosts[host].link;
                link.up_cut = link.up_cut.filter(|cause| *cause != fault);
                link.down_cut = link.down_cut.filter(|cause| *cause != fault);
                let (freed, held): (Vec<_>, Vec<_>) =
                    std::mem::take(&mut self.held).into_iter().partition(|(at, _)| *at == host);
                self.held = held;
                for (_, happening) in freed {
                    self.at(self.now, happening);
                }
            }
            Fault::Stop => {
                self.with_host(host, Host::resume);
                self.pump(host);
            }
            Fault::LeaseLapse => self.at(self.now, Happening::Join(host)),
            Fault::DirectorRestart => {
                for host in 0..self.hosts.len() {
                    self.at(self.now, Happening::Join(host));
                }
            }
            Fault::Pause | Fault::HourPause => {
                self.reader.paused = false;
                self.look();
            }
            lasting => self.hosts[host].vices.remove(lasting),
        }
    }

    /// The server's end of the connection is gone; the player hears of it a moment later.
    fn reset_from_there(&mut self, host: usize) {
        let connection = self.hosts[host].connection;
        let arrives = self.now + self.hosts[host].link.one_way;
        self.at(arrives, Happening::Reset { host, connection });
    }

    /// The relay on the way to `host` is gone, and it is on the way to others too.
    fn crash_relay(&mut self, host: usize) {
        for other in 0..self.hosts.len() {
            if !self.hosts[other].alive || other != host && self.dice.chance(40) {
                continue;
            }
            self.tally.count(Fault::RelayCrash);
            self.hosts[other].alive = false;
            self.hosts[other].changed_at = self.now;
            self.crashed_relay.push(other);
            self.reset_from_there(other);
        }
    }

    fn mend_relay(&mut self) {
        for host in std::mem::take(&mut self.crashed_relay) {
            self.hosts[host].alive = true;
            self.hosts[host].changed_at = self.now;
        }
    }

    /// The server holds more of the stream from now on, and says so on its next connection. Mostly this one
    /// ends: it has read its folder anew.
    fn grow(&mut self, host: usize, tries: u32) {
        let size = self.content.bytes.len() as u64;
        let target = &mut self.hosts[host];
        let held = target.grown.as_ref().unwrap_or(&target.held);
        if held.is_all() {
            return;
        }
        let mut ranges = held.ranges().to_vec();
        let start = if self.dice.chance(30) { 0 } else { self.dice.range(0, size) };
        ranges.push(start..if self.dice.chance(50) { size } else { self.dice.range(start + 1, size + 1) });
        target.grown = Some(Held::gather(size, ranges).expect("a few ranges within the stream"));
        if self.dice.chance(70) {
            self.reset_from_there(host);
        }
        if tries > 0 && self.dice.chance(70) {
            let after = Duration::from_millis(self.dice.range(200, 2500));
            self.at(
                self.now + after,
                Happening::Mishap { host, fault: Fault::GrowingCopy, tries: tries / 2 },
            );
        }
    }

    /// The server is gone from where it was, and known as another source a little later.
    fn change_address(&mut self, session: &mut Session, host: usize) {
        let Ok(new) = u8::try_from(self.hosts.len()) else { return };
        if usize::from(new) >= MAX_HOSTS {
            return;
        }
        let old = &mut self.hosts[host];
        old.alive = false;
        let mut twin = Host::new(old.link.clone());
        twin.link.reset();
        (twin.link.slowed, twin.link.up_cut, twin.link.down_cut) = (None, None, None);
        twin.vices = old.vices;
        twin.vices.remove(Fault::Refused);
        twin.held = old.held.clone();
        twin.grown = old.grown.clone();
        twin.truncated_to = old.truncated_to;
        twin.lied = old.lied;
        twin.counts_when_connected = Some(Fault::AddressChange);
        twin.changed_at = self.now;
        self.reset_from_there(host);
        session.handle(self.session_now(), Event::Withdrawn { source: id(host) });
        let after = Duration::from_millis(self.dice.range(20, 500));
        self.add_host(twin, after);
    }
}

/// Most servers in a run: as many as a pattern has letters.
pub(super) const MAX_HOSTS: usize = 64;

/// Whether it happens to a server that has the stream open.
const fn needs_server(fault: Fault) -> bool {
    !matches!(
        fault,
        Fault::Slow
            | Fault::Trickle
            | Fault::DirectorRestart
            | Fault::LeaseLapse
            | Fault::ClockForward
            | Fault::ClockBack
            | Fault::FarSeek
            | Fault::SeekStorm
            | Fault::Pause
            | Fault::HourPause
    )
}
