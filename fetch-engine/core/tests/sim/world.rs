//! The clock, the events on it, the reader, and the invariants after every step.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use bytes::Bytes;
use tributary_core::geometry::{Geometry, Seq};
use tributary_core::pattern::SourceId;
use tributary_core::session::{Action, Config, Counters, Demand, Event, Loss, PlannerKind, Session};
use tributary_core::time::Time;
use tributary_core::wire::{ErrorCode, Frame};

use super::content::Content;
use super::host::{Delivery, Host, Vices};
use super::{Dice, Fault};

/// Bytes of a block in every run.
pub(crate) const BLOCK_SIZE: u32 = 16 << 10;
/// Bound of every run's reordering: small, so that it is met.
const MAX_OUTSTANDING: u64 = 3 << 20;
/// Virtual time after which a run is stuck.
const STUCK: Duration = Duration::from_secs(900);
/// Nothing goes wrong any more after this.
const PEACE: Duration = Duration::from_secs(8);

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

#[derive(Clone, Debug)]
enum Happening {
    Join(usize),
    Withdraw(usize),
    Connected { host: usize, connection: u64 },
    Unreachable { host: usize },
    Reset { host: usize, connection: u64 },
    ToHost { host: usize, connection: u64, frame: Frame },
    Received { host: usize, connection: u64, bytes: usize },
    Arrive { host: usize, connection: u64, bytes: usize, frame: Frame },
    Pump(usize),
    Fault { host: usize, dice: u64 },
    Mend { host: usize, fault: Fault },
    Slow { host: usize, factor: f64 },
    Read,
    Tick,
}

/// How the reader goes through the stream.
#[derive(Clone, Debug)]
struct Reader {
    /// First block not consumed.
    head: Seq,
    /// Blocks wanted ahead of it.
    ahead: u64,
    /// Blocks kept behind it.
    behind: u64,
    /// Time it takes for a block; zero: none.
    pace: Duration,
    seeks: u64,
    side: bool,
    paused: bool,
    /// The bytes it took, from `origin` on, are the stream's.
    consumed: u64,
}

/// Everything there is.
pub(crate) struct World {
    now: Time,
    dice: Dice,
    content: &'static Content,
    geometry: Geometry,
    planner: PlannerKind,
    hosts: Vec<Host>,
    queue: BinaryHeap<Reverse<(Time, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    number: u64,
    cache: BTreeMap<Seq, Bytes>,
    reader: Reader,
    useful: Vec<u64>,
    faults: BTreeMap<Fault, u64>,
    trace: DefaultHasher,
    read_queued: bool,
    /// What was under way to or from a host when its link was cut, or was sent since.
    held: Vec<(usize, Happening)>,
    /// Every action is printed: `SIMULATION_TRACE=1`.
    told: bool,
}

impl World {
    pub(crate) fn new(content: &'static Content, dice: Dice, planner: PlannerKind) -> Self {
        let geometry = Geometry::new(content.bytes.len() as u64, BLOCK_SIZE).expect("a good block size");
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
            hosts: Vec::new(),
            queue: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            number: 0,
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

    fn at(&mut self, at: Time, happening: Happening) {
        self.number += 1;
        self.queue.push(Reverse((at.max(self.now), self.number)));
        self.happenings.insert(self.number, happening);
    }

    pub(crate) fn run(mut self) -> Result<Outcome, String> {
        let config =
            Config { planner: self.planner, max_outstanding_bytes: MAX_OUTSTANDING, ..Config::default() };
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
            let Some(Reverse((at, number))) = self.queue.pop() else {
                return Err(format!("nothing will ever happen again; {}", self.picture(&session)));
            };
            self.now = at;
            if at > Time::ZERO + STUCK {
                return Err(format!("stuck: {}", self.picture(&session)));
            }
            let Some(happening) = self.happenings.remove(&number) else { continue };
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
            Happening::Join(host) => session.handle(now, Event::Added { source: id(host), hint: None }),
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
                session.handle(now, Event::Connected { source: id(host), rtt });
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

    fn pump(&mut self, host: usize) {
        let mut out = Vec::new();
        let again = self.hosts[host].pump(self.now, self.content, &mut self.dice, &mut out);
        self.deliver(host, out);
        if let Some(at) = again {
            self.at(at, Happening::Pump(host));
        }
    }

    fn deliver(&mut self, host: usize, out: Vec<Delivery>) {
        let connection = self.hosts[host].connection;
        for Delivery { first_half_at, at, bytes, frame } in out {
            let half = bytes / 2;
            self.at(first_half_at, Happening::Received { host, connection, bytes: half });
            self.at(at, Happening::Arrive { host, connection, bytes: bytes - half, frame });
        }
    }

    fn act(&mut self, session: &mut Session) -> Result<(), String> {
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

    fn connect(&mut self, host: usize) {
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

    /// The reader takes what is there, seeks, pauses.
    fn read(&mut self, session: &mut Session) -> Result<(), String> {
        if self.reader.paused {
            return Ok(());
        }
        let mut moved = false;
        while self.cache.contains_key(&self.reader.head) {
            self.reader.head += 1;
            self.reader.consumed += 1;
            moved = true;
            if !self.reader.pace.is_zero() {
                break;
            }
        }
        if moved && self.reader.seeks > 0 && self.dice.chance(3) {
            self.reader.seeks -= 1;
            let storm = if self.dice.chance(20) { 5 } else { 1 };
            self.happened(if storm > 1 { Fault::SeekStorm } else { Fault::FarSeek });
            for _ in 0..storm {
                self.reader.head = self.dice.range(1, self.geometry.blocks() + 1);
                self.evict(session);
                self.demand(session);
            }
        } else if moved && (self.reader.head.is_multiple_of(4) || !self.cache.contains_key(&self.reader.head))
        {
            self.evict(session);
            self.demand(session);
        }
        if self.cache.contains_key(&self.reader.head) && !self.read_queued {
            self.read_queued = true;
            self.at(self.now + self.reader.pace.max(Duration::from_micros(1)), Happening::Read);
        }
        Ok(())
    }

    fn demand(&mut self, session: &mut Session) {
        if self.told {
            eprintln!("{} reader at {}", self.now, self.reader.head);
        }
        let end = self.geometry.blocks() + 1;
        let main = self.reader.head..(self.reader.head + self.reader.ahead).min(end);
        let mut others = Vec::new();
        if self.reader.side && self.dice.chance(30) {
            let start = self.dice.range(1, end);
            others.push(start..(start + 8).min(end));
            self.happened(Fault::SideRead);
        }
        session.handle(self.now, Event::Demand(Demand { main, others }));
    }

    /// Drops what is far from the reader; side blocks are kept until they are far too.
    fn evict(&mut self, session: &mut Session) {
        let keep = self.reader.head.saturating_sub(self.reader.behind)..self.reader.head + self.reader.ahead;
        let gone: Vec<Seq> = self.cache.keys().copied().filter(|seq| !keep.contains(seq)).collect();
        for seq in gone {
            self.cache.remove(&seq);
            session.handle(self.now, Event::Evicted(seq..seq + 1));
        }
    }

    fn fault(&mut self, host: usize, dice: u64) {
        if self.now > Time::ZERO + PEACE {
            return;
        }
        let after = Duration::from_millis(50 + dice / 16 % 6000);
        let connection = self.hosts[host].connection;
        let (fault, mend) = match dice % 12 {
            0 => (Fault::Reset, None),
            1 => (Fault::Crash, Some(Fault::Restart)),
            2 => (Fault::Stop, Some(Fault::Continue)),
            3 => (Fault::Cut, Some(Fault::Heal)),
            4 => (Fault::Slow, Some(Fault::Recover)),
            5 => (Fault::Trickle, Some(Fault::Recover)),
            6 => (Fault::Pause, Some(Fault::Pause)),
            7 => (Fault::Withdrawn, None),
            8 => (Fault::Drain, None),
            9 => (Fault::OddFrame, None),
            10 => (Fault::ErrorFrame, None),
            _ => (Fault::Reset, None),
        };
        let target = &mut self.hosts[host];
        let arrives = self.now + target.one_way;
        match fault {
            Fault::Crash => target.alive = false,
            Fault::Stop => target.stopped = true,
            Fault::Cut => target.cut = true,
            Fault::Slow => target.rate /= 4.0,
            Fault::Trickle => target.rate /= 40.0,
            Fault::Pause => self.reader.paused = true,
            Fault::Withdrawn => self.at(self.now, Happening::Withdraw(host)),
            _ => {}
        }
        let frame = match fault {
            Fault::Drain => Some(Frame::GoingAway),
            Fault::OddFrame => Some(Frame::Hello { min_version: 1, max_version: 1 }),
            Fault::ErrorFrame => {
                Some(Frame::Error { code: ErrorCode::ReadFailed, message: "read failed".into() })
            }
            _ => None,
        };
        if let Some(frame) = frame {
            self.at(arrives, Happening::Arrive { host, connection, bytes: 20, frame });
        }
        if matches!(fault, Fault::Reset | Fault::Crash) {
            self.at(arrives, Happening::Reset { host, connection });
        }
        self.happened(fault);
        if let Some(mend) = mend {
            self.at(self.now + after, Happening::Mend { host, fault: mend });
        }
    }

    fn mend(&mut self, host: usize, fault: Fault) {
        let target = &mut self.hosts[host];
        match fault {
            Fault::Restart => target.alive = true,
            Fault::Heal => {
                target.cut = false;
                let (freed, held) =
                    std::mem::take(&mut self.held).into_iter().partition(|(at, _)| *at == host);
                self.held = held;
                let freed: Vec<(usize, Happening)> = freed;
                for (_, happening) in freed {
                    self.at(self.now, happening);
                }
            }
            Fault::Recover => target.rate = target.rate.max(500_000.0),
            Fault::Continue => {
                let mut out = Vec::new();
                self.hosts[host].resume(self.now, self.content, &mut self.dice, &mut out);
                self.deliver(host, out);
                self.pump(host);
            }
            _ => {
                self.reader.paused = false;
                self.at(self.now, Happening::Read);
            }
        }
        self.happened(fault);
    }
}

fn id(host: usize) -> SourceId {
    SourceId::new(host as u8).expect("fewer than 64 hosts")
}

fn lost(host: usize, why: &str) -> Event {
    Event::Lost { source: id(host), why: Loss::Closed(why.into()) }
}

/// An action without the bytes of blocks.
fn short(action: &Action) -> String {
    match action {
        Action::Store { seq, source, .. } => format!("store {seq} of {source}"),
        other => format!("{other:?}"),
    }
}
