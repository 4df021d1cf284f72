//! Everything there is, and the invariants after every step.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::time::Duration;

use bytes::Bytes;
use tributary_core::geometry::{Geometry, Seq};
use tributary_core::pattern::SourceId;
use tributary_core::session::{Config, Counters, Event, Loss, PlannerKind, Session};
use tributary_core::time::Time;

use super::clock::{Clock, Happening};
use super::content::Content;
use super::host::{Host, Vices};
use super::reader::Reader;
use super::{Dice, Fault, Variant};

/// Bound of every run's reordering: small, so that it is met.
const MAX_OUTSTANDING: u64 = 3 << 20;
/// Virtual time after which a run is stuck.
const STUCK: Duration = Duration::from_secs(900);
/// Nothing goes wrong any more after this.
pub(super) const PEACE: Duration = Duration::from_secs(8);

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    /// Useful bytes by host.
    pub(crate) bytes: Vec<u64>,
    pub(crate) counters: Counters,
    pub(crate) faults: BTreeMap<Fault, u64>,
    /// Hash of every action with its time.
    pub(crate) trace: u64,
}

/// Everything there is.
pub(crate) struct World {
    pub(super) now: Time,
    pub(super) dice: Dice,
    pub(super) content: &'static Content,
    pub(super) geometry: Geometry,
    pub(super) planner: PlannerKind,
    pub(super) variant: Variant,
    pub(super) hosts: Vec<Host>,
    pub(super) clock: Clock,
    pub(super) cache: BTreeMap<Seq, Bytes>,
    pub(super) reader: Reader,
    pub(super) useful: Vec<u64>,
    pub(super) faults: BTreeMap<Fault, u64>,
    pub(super) trace: DefaultHasher,
    pub(super) read_queued: bool,
    /// What was under way to or from a host when its link was cut, or was sent since.
    pub(super) held: Vec<(usize, Happening)>,
    /// Every action is printed: `SIMULATION_TRACE=1`.
    pub(super) told: bool,
}

impl World {
    pub(crate) fn new(content: &'static Content, dice: Dice, planner: PlannerKind) -> Self {
        let variant = Variant::PLAIN;
        let geometry = geometry(content, variant);
        let reader = Reader {
            head: 1,
            ahead: 4096,
            behind: 4096,
            pace: Duration::ZERO,
            seeks: 0,
            side: false,
            paused: false,
            consumed: 0,
        };
        Self {
            now: Time::ZERO,
            dice,
            content,
            geometry,
            planner,
            variant,
            hosts: Vec::new(),
            clock: Clock::default(),
            cache: BTreeMap::new(),
            reader,
            useful: Vec::new(),
            faults: BTreeMap::new(),
            trace: DefaultHasher::new(),
            read_queued: false,
            held: Vec::new(),
            told: std::env::var_os("SIMULATION_TRACE").is_some(),
        }
    }

    pub(crate) fn happened(&mut self, fault: Fault) {
        *self.faults.entry(fault).or_default() += 1;
    }

    pub(crate) fn use_planner(&mut self, planner: PlannerKind) {
        self.planner = planner;
    }

    pub(crate) fn vary(&mut self, variant: Variant) {
        self.variant = variant;
        self.geometry = geometry(self.content, variant);
    }

    pub(crate) fn add_host(&mut self, host: Host, joins_after: Duration) {
        self.hosts.push(host);
        self.useful.push(0);
        self.at(Time::ZERO + joins_after, Happening::Join(self.hosts.len() - 1));
    }

    pub(crate) fn slow_at(&mut self, after: Duration, host: usize, factor: f64) {
        self.at(Time::ZERO + after, Happening::Slow { host, factor });
    }

    pub(crate) fn give_vices(&mut self, host: usize, vices: Vices) {
        self.hosts[host].vices = vices;
    }

    pub(crate) fn schedule_fault(&mut self, after: Duration, host: usize, dice: u64) {
        self.at(Time::ZERO + after, Happening::Fault { host, dice });
    }

    pub(crate) const fn shrink_cache(&mut self, blocks: u64) {
        self.reader.ahead = blocks;
        self.reader.behind = 4;
    }

    pub(crate) fn choose_reader(&mut self, dice: &mut Dice) {
        self.reader.pace = Duration::from_micros(if dice.chance(50) { 0 } else { dice.range(0, 20_000) });
        self.reader.seeks = if dice.chance(30) { dice.range(1, 8) } else { 0 };
        self.reader.side = dice.chance(15);
    }

    pub(super) fn at(&mut self, at: Time, happening: Happening) {
        self.clock.at(at.max(self.now), happening);
    }

    pub(crate) fn run(mut self) -> Result<Outcome, String> {
        let config =
            Config { planner: self.planner, max_outstanding_bytes: MAX_OUTSTANDING, ..self.variant.config() };
        let mut session =
            Session::new(self.content.id, self.geometry, config).map_err(|bad| bad.to_string())?;
        self.demand(&mut session);
        let mut next_tick = None;
        while self.reader.head <= self.geometry.blocks() {
            let due = session.next_tick();
            if due != next_tick {
                next_tick = due;
                if let Some(due) = due {
                    self.at(due, Happening::Tick);
                }
            }
            let Some((at, happening)) = self.clock.next() else {
                return Err(format!("nothing will ever happen again; {}", self.picture(&session)));
            };
            self.now = at;
            if at > Time::ZERO + STUCK {
                return Err(format!("stuck: {}", self.picture(&session)));
            }
            self.step(&mut session, happening)?;
            self.act(&mut session)?;
            session.check_invariants().map_err(|broken| format!("at {}: {broken}", self.now))?;
        }
        Ok(Outcome {
            seconds: self.now.as_secs(),
            bytes: self.useful,
            counters: session.counters(),
            faults: self.faults,
            trace: self.trace.finish(),
        })
    }

    fn picture(&self, session: &Session) -> String {
        let sources: Vec<_> = (0..self.hosts.len())
            .filter_map(|host| session.source(id(host), self.now))
            .map(|s| format!("{:?} owes {} ({:?})", s.state, s.backlog_blocks, s.last_error))
            .collect();
        format!(
            "reader at {} of {}, awaited {}, {sources:?}",
            self.reader.head,
            self.geometry.blocks(),
            session.awaited()
        )
    }

    fn step(&mut self, session: &mut Session, happening: Happening) -> Result<(), String> {
        let now = self.now;
        let stands = |world: &Self, host: usize, connection: u64| {
            let host = &world.hosts[host];
            host.connection == connection && host.connected
        };
        match happening {
            Happening::Tick => session.tick(now),
            Happening::Join(host) => {
                session.handle(now, Event::Added { source: id(host), hint: None, gives_pages: true })
            }
            Happening::Withdraw(host) => {
                session.handle(now, Event::Withdrawn { source: id(host) });
                self.at(now + Duration::from_secs(2), Happening::Join(host));
            }
            Happening::Connected { host, connection } => {
                if self.hosts[host].connection != connection || !self.hosts[host].alive {
                    session.handle(now, lost(host, "refused"));
                    return Ok(());
                }
                self.hosts[host].connected = true;
                let rtt = self.hosts[host].one_way * 2;
                session.handle(now, Event::Connected { source: id(host), rtt, relayed: false });
            }
            Happening::Unreachable { host } => session.handle(now, lost(host, "unreachable")),
            Happening::Reset { host, connection } => {
                if stands(self, host, connection) {
                    self.hosts[host].reset();
                    session.handle(now, lost(host, "reset"));
                }
            }
            Happening::ToHost { host, .. }
            | Happening::Received { host, .. }
            | Happening::Arrive { host, .. }
                if self.hosts[host].cut =>
            {
                // nothing of an ordered stream goes missing alone: TCP sends it again, in order
                self.held.push((host, happening));
            }
            Happening::ToHost { host, connection, frame } => {
                if stands(self, host, connection) {
                    let mut out = Vec::new();
                    self.hosts[host].receive(now, frame, self.content, &mut self.dice, &mut out);
                    self.deliver(host, out);
                    self.pump(host);
                }
            }
            Happening::Received { host, connection, bytes } => {
                if stands(self, host, connection) {
                    session.handle(now, Event::Received { source: id(host), bytes });
                }
            }
            Happening::Arrive { host, connection, bytes, frame } => {
                if stands(self, host, connection) {
                    session.handle(now, Event::Received { source: id(host), bytes });
                    session.handle(now, Event::Frame { source: id(host), frame });
                }
            }
            Happening::Pump(host) => self.pump(host),
            Happening::Fault { host, dice } => self.fault(host, dice),
            Happening::Mend { host, fault } => self.mend(host, fault),
            Happening::Slow { host, factor } => self.hosts[host].rate *= factor,
            Happening::Read => {
                self.read_queued = false;
                self.read(session)?;
            }
        }
        Ok(())
    }
}

pub(super) fn id(host: usize) -> SourceId {
    SourceId::new(host as u8).expect("fewer than 64 hosts")
}

fn lost(host: usize, why: &str) -> Event {
    Event::Lost { source: id(host), why: Loss::Closed(why.into()) }
}

fn geometry(content: &Content, variant: Variant) -> Geometry {
    Geometry::new(content.bytes.len() as u64, variant.block_size).expect("a good block size")
}
