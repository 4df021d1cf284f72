//! Everything there is, and how time goes on.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hasher};
use std::time::Duration;

use bytes::Bytes;
use tributary_core::geometry::{Geometry, Seq};
use tributary_core::pattern::SourceId;
use tributary_core::session::{Config, Counters, CutOver, Event, Loss, Session};
use tributary_core::time::Time;

use super::clock::{Clock, Happening};
use super::content::Content;
use super::disk::Disk;
use super::fault::Tally;
use super::host::Host;
use super::link::Bottleneck;
use super::reader::Reader;
use super::watch::Watch;
use super::{Dice, Fault, Variant};

/// Bound of every run's reordering: small, so that it is met.
const MAX_OUTSTANDING: u64 = 3 << 20;
/// Virtual time after which a run is stuck, an hour's pause apart.
const STUCK: Duration = Duration::from_secs(3600 + 900);
/// Nothing goes wrong any more after this.
pub(super) const PEACE: Duration = Duration::from_secs(8);
/// What the session's clock shows at the start.
const CLOCK_STARTS_AT: Duration = Duration::from_secs(10);

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    /// Useful bytes by host.
    pub(crate) bytes: Vec<u64>,
    /// Each useful block: when, from whom, how many bytes.
    pub(crate) arrivals: Vec<(Time, usize, u64)>,
    /// Hosts that were shut out for wrong bytes.
    pub(crate) quarantined: Vec<usize>,
    /// Hosts that were shut out with those.
    pub(crate) distrusted: Vec<usize>,
    pub(crate) counters: Counters,
    pub(crate) happened: Tally,
    /// Longest time the reader waited while an honest server was within reach.
    pub(crate) longest_stall: Duration,
    /// Hash of every action with its time.
    pub(crate) trace: u64,
}

/// Everything there is.
pub(super) struct World {
    pub(super) now: Time,
    pub(super) dice: Dice,
    pub(super) content: &'static Content,
    pub(super) geometry: Geometry,
    pub(super) config: Config,
    pub(super) hosts: Vec<Host>,
    pub(super) bottleneck: Option<Bottleneck>,
    pub(super) clock: Clock,
    pub(super) cache: BTreeMap<Seq, Bytes>,
    pub(super) has_small_cache: bool,
    /// Where blocks are kept beside the cache.
    pub(super) disk: Option<Disk>,
    pub(super) reader: Reader,
    pub(super) read_queued: bool,
    pub(super) useful: Vec<u64>,
    pub(super) arrivals: Vec<(Time, usize, u64)>,
    pub(super) tally: Tally,
    pub(super) trace: DefaultHasher,
    pub(super) watch: Watch,
    /// What was under way to or from a host when its link was cut, or was sent since.
    pub(super) held: Vec<(usize, Happening)>,
    /// Servers behind the relay that is gone.
    pub(super) crashed_relay: Vec<usize>,
    /// Servers whose blocks one relay changes.
    pub(super) lying_relay: Vec<usize>,
    /// Connections that end with the frame that just came; whether by what is no frame.
    pub(super) closing: Vec<(usize, bool)>,
    /// The player's process does nothing until then.
    pub(super) stalled_until: Time,
    /// What it will find when it goes on.
    pub(super) unread: VecDeque<Happening>,
    /// What the player's clock shows more than it is.
    pub(super) skew: Duration,
    pub(super) started_at: Time,
    /// Some server sends blocks twice by itself.
    pub(super) doubles: bool,
    /// Epochs may begin inside what is leased.
    pub(super) cuts_in_leased: bool,
    /// Every action is printed: `SIMULATION_TRACE=1`.
    pub(super) told: bool,
}

impl World {
    pub(super) fn new(content: &'static Content, dice: Dice) -> Self {
        let geometry = geometry(content, Variant::PLAIN);
        Self {
            now: Time::ZERO,
            dice,
            content,
            geometry,
            config: Config { max_outstanding_bytes: MAX_OUTSTANDING, ..Config::default() },
            hosts: Vec::new(),
            bottleneck: None,
            clock: Clock::default(),
            cache: BTreeMap::new(),
            has_small_cache: false,
            disk: None,
            reader: Reader {
                head: 1,
                ahead: 4096,
                behind: 4096,
                pace: Duration::ZERO,
                side: false,
                equal: false,
                paused: false,
            },
            read_queued: false,
            useful: Vec::new(),
            arrivals: Vec::new(),
            tally: Tally::default(),
            trace: DefaultHasher::new(),
            watch: Watch::default(),
            held: Vec::new(),
            crashed_relay: Vec::new(),
            lying_relay: Vec::new(),
            closing: Vec::new(),
            stalled_until: Time::ZERO,
            unread: VecDeque::new(),
            skew: CLOCK_STARTS_AT,
            started_at: Time::ZERO + CLOCK_STARTS_AT,
            doubles: false,
            cuts_in_leased: false,
            told: std::env::var_os("SIMULATION_TRACE").is_some(),
        }
    }

    /// The scheme is varied.
    pub(super) fn vary(&mut self, variant: Variant) {
        self.geometry = geometry(self.content, variant);
        let Variant { redundancy, identify, .. } = variant;
        self.config = Config { redundancy, identify, ..self.config.clone() };
    }

    pub(super) fn add_host(&mut self, host: Host, joins_after: Duration) {
        self.hosts.push(host);
        self.useful.push(0);
        self.at(self.now + joins_after, Happening::Join(self.hosts.len() - 1));
    }

    pub(super) fn at(&mut self, at: Time, happening: Happening) {
        self.clock.at(at.max(self.now), happening);
    }

    /// What the player's clock shows.
    pub(super) fn session_now(&self) -> Time {
        self.now + self.skew
    }

    pub(super) fn run(mut self) -> Result<Outcome, String> {
        self.cuts_in_leased = self.config.cut_over == CutOver::Prediction;
        let mut session = Session::new(self.content.id, self.geometry, self.config.clone())
            .map_err(|bad| bad.to_string())?;
        self.demand(&mut session);
        let (mut next_tick, mut steps) = (None, 0_u64);
        while self.reader.head <= self.geometry.blocks() {
            let due = session.next_tick();
            if (due, self.skew) != next_tick.unwrap_or((None, Duration::ZERO)) {
                next_tick = Some((due, self.skew));
                if let Some(due) = due {
                    let due = due.since(Time::ZERO + self.skew);
                    self.at(Time::ZERO + due, Happening::Tick);
                }
            }
            let Some((at, happening)) = self.next() else {
                return Err(format!("nothing will ever happen again; {}", self.picture(&session)));
            };
            self.now = at;
            if at > Time::ZERO + STUCK {
                return Err(format!("stuck: {}", self.picture(&session)));
            }
            self.step(&mut session, happening);
            self.act(&mut session)?;
            self.finish_closing(&mut session)?;
            self.blame_relay(&mut session)?;
            // Looking at thousands of blocks takes long: every so many steps, where there are so many.
            steps += 1;
            if steps.is_multiple_of(1 + self.geometry.blocks() / 100) {
                session.check_invariants().map_err(|broken| format!("at {}: {broken}", self.now))?;
            }
            self.check_progress().map_err(|broken| format!("{broken}; {}", self.picture(&session)))?;
        }
        let counters = session.counters();
        self.check_duplicates(&counters)?;
        let mut happened = self.tally;
        for host in &self.hosts {
            happened.add(&host.happened);
            happened.add(&host.link.happened);
        }
        Ok(Outcome {
            seconds: self.now.as_secs(),
            quarantined: self.watch.quarantined.clone(),
            distrusted: self.watch.distrusted.clone(),
            bytes: self.useful,
            arrivals: self.arrivals,
            counters,
            happened,
            longest_stall: self.watch.longest_stall,
            trace: self.trace.finish(),
        })
    }

    /// What happens next: first what waited for the player's process.
    fn next(&mut self) -> Option<(Time, Happening)> {
        if self.now >= self.stalled_until
            && let Some(waited) = self.unread.pop_front()
        {
            return Some((self.now, waited));
        }
        loop {
            let (at, happening) = self.clock.next()?;
            if let Some(host) = self.is_held(&happening) {
                self.held.push((host, happening));
            } else if at < self.stalled_until && happening.is_players() {
                self.unread.push_back(happening);
            } else {
                return Some((at, happening));
            }
        }
    }

    fn picture(&self, session: &Session) -> String {
        let sources: Vec<_> = (0..self.hosts.len())
            .filter_map(|host| session.source(id(host), self.session_now()))
            .map(|s| format!("{:?} owes {} ({:?})", s.state, s.backlog_blocks, s.last_error))
            .collect();
        format!(
            "at {}, reader at {} of {}, awaited {}, {sources:?}",
            self.now,
            self.reader.head,
            self.geometry.blocks(),
            session.awaited()
        )
    }

    fn stands(&self, host: usize, connection: u64) -> bool {
        let host = &self.hosts[host];
        host.connection == connection && host.connected
    }

    /// Whether the link holds this up for now. Nothing of an ordered stream goes missing alone: TCP
    /// sends it again, in order.
    fn is_held(&mut self, happening: &Happening) -> Option<usize> {
        let (host, cause) = match happening {
            Happening::ToHost { host, .. } => (*host, self.hosts[*host].link.up_cut),
            Happening::Received { host, .. } | Happening::Arrive { host, .. } => {
                (*host, self.hosts[*host].link.down_cut)
            }
            _ => return None,
        };
        cause.map(|cause| {
            self.tally.count(cause);
            host
        })
    }

    fn step(&mut self, session: &mut Session, happening: Happening) {
        let now = self.session_now();
        match happening {
            Happening::Tick => session.tick(now),
            Happening::Join(host) => {
                let gives_pages = !self.hosts[host].has(Fault::NoPages);
                session.handle(now, Event::Added { source: id(host), hint: None, gives_pages });
            }
            Happening::Connected { host, connection } => self.connected(session, host, connection),
            Happening::Unreachable { host, connection } => {
                if self.hosts[host].connection == connection {
                    session.handle(now, lost(host, "unreachable"));
                }
            }
            Happening::Reset { host, connection } => {
                if self.stands(host, connection) {
                    self.hosts[host].reset();
                    session.handle(now, lost(host, "reset"));
                }
            }
            Happening::ToHost { host, connection, frame } => {
                if self.stands(host, connection) {
                    self.with_host(host, |host, around| host.receive(frame, around));
                    self.pump(host);
                }
            }
            Happening::Received { host, connection, bytes } => {
                if self.stands(host, connection) {
                    session.handle(now, Event::Received { source: id(host), bytes });
                }
            }
            Happening::Arrive { host, connection, bytes, load, closes } => {
                if self.stands(host, connection) {
                    self.arrived(session, host, bytes, load, closes);
                }
            }
            Happening::Pump(host) => {
                self.hosts[host].pumps_at = None;
                self.pump(host);
            }
            Happening::Mishap { host, fault, tries } => self.mishap(session, host, fault, tries),
            Happening::Mend { host, fault } => self.mend(host, fault),
            Happening::Slow { host, factor } => self.hosts[host].link.rate *= factor,
            Happening::Found(seq) => self.found(session, seq),
            Happening::Wake => {}
            Happening::Read => {
                self.read_queued = false;
                self.read(session);
            }
        }
    }
}

pub(super) fn id(host: usize) -> SourceId {
    SourceId::new(host as u8).expect("at most 64 hosts")
}

pub(super) fn lost(host: usize, why: &str) -> Event {
    Event::Lost { source: id(host), why: Loss::Closed(why.into()) }
}

fn geometry(content: &Content, variant: Variant) -> Geometry {
    Geometry::new(content.bytes.len() as u64, variant.block_size).expect("a good block size")
}
