//! What happens in a run: servers, faults and a reader, all from a seed.

use std::time::Duration;

use tributary_core::held::Held;
use tributary_core::session::{Config, PlannerKind};

use super::clock::Happening;
use super::content::{Content, SEED_SIZES};
use super::disk::Disk;
use super::host::Host;
use super::link::{Bottleneck, Link};
use super::mishaps::{MAX_HOSTS, TRIES};
use super::world::{Outcome, World};
use super::{Dice, Fault, Variant, scheme};

/// Which faults a seed is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Just this one.
    One(Fault),
    /// These two together, or the same one of two servers.
    Two(Fault, Fault),
    /// Any, as the dice fall.
    Mixture,
}

/// How often a kind has its turn alone for each time a pair has: not each time does it take effect.
const TURNS_ALONE: usize = 5;

impl Choice {
    /// How many runs it takes until every kind was alone, and every pair together.
    pub(crate) const fn systematic_runs() -> u64 {
        let kinds = Fault::ALL.len() as u64;
        kinds * TURNS_ALONE as u64 + kinds * (kinds + 1) / 2
    }

    /// Every second seed goes through all kinds and all pairs, one after the other.
    pub(crate) fn of_seed(seed: u64) -> Self {
        if !seed.is_multiple_of(2) {
            return Self::Mixture;
        }
        let kinds = Fault::ALL.len();
        let place = (seed / 2 % Self::systematic_runs()) as usize;
        if place < kinds * TURNS_ALONE {
            return Self::One(Fault::ALL[place % kinds]);
        }
        let mut place = place - kinds * TURNS_ALONE;
        for (first, fault) in Fault::ALL.iter().enumerate() {
            let partners = &Fault::ALL[first..];
            match partners.get(place) {
                Some(other) => return Self::Two(*fault, *other),
                None => place -= partners.len(),
            }
        }
        unreachable!("places are counted by the same rule")
    }

    fn faults(self) -> Vec<Fault> {
        match self {
            Self::One(fault) => vec![fault],
            Self::Two(fault, other) => vec![fault, other],
            Self::Mixture => Vec::new(),
        }
    }
}

/// A run to be.
pub(crate) struct Scenario {
    world: World,
}

impl Scenario {
    /// Steady hosts (bytes a second, round trip in ms) and a reader that takes what comes.
    pub(crate) fn steady(hosts: &[(u64, u64)], size: u64) -> Self {
        let mut world = World::new(Content::of_size(size), Dice::new(7));
        for (rate, rtt_ms) in hosts {
            let one_way = Duration::from_micros(rtt_ms * 500);
            world.add_host(Host::new(Link::new(*rate as f64, one_way)), Duration::ZERO);
        }
        Self { world }
    }

    /// Host number `host` has `factor` of its rate from `at_secs` on.
    pub(crate) fn slowing(mut self, host: usize, at_secs: f64, factor: f64) -> Self {
        let at = self.world.now + Duration::from_secs_f64(at_secs);
        self.world.at(at, Happening::Slow { host, factor });
        self
    }

    /// Host number `host` takes in what it is told so much later.
    pub(crate) fn reacting_after(mut self, host: usize, millis: u64) -> Self {
        self.world.hosts[host].lag = Duration::from_millis(millis);
        self
    }

    /// Host number `host` holds these bytes only.
    pub(crate) fn holding(mut self, host: usize, bytes: std::ops::Range<u64>) -> Self {
        let size = self.world.content.bytes.len() as u64;
        self.world.hosts[host].held = Held::gather(size, [bytes]).expect("a range within the stream");
        self.world.hosts[host].vices.insert(Fault::PartialCopy);
        self
    }

    /// The reader takes a block every so often, rather than what comes.
    pub(crate) fn reading_every(mut self, millis: u64) -> Self {
        self.world.reader.pace = Duration::from_millis(millis);
        self
    }

    /// Host number `host` has this fault from the start.
    pub(crate) fn with_vice(mut self, host: usize, fault: Fault) -> Self {
        self.world.hosts[host].vices.insert(fault);
        self
    }

    /// The scheme is varied.
    pub(crate) fn varied(mut self, variant: Variant) -> Self {
        self.world.vary(variant);
        self
    }

    /// With other choices of the session.
    pub(crate) fn with(mut self, choose: impl FnOnce(&mut Config)) -> Self {
        choose(&mut self.world.config);
        self
    }

    pub(crate) fn interval_planner(mut self) -> Self {
        self.world.config.planner = PlannerKind::Interval;
        self
    }

    /// The run of a seed. Host 0 is honest and comes back from everything, so that the reader must get
    /// the whole stream.
    pub(crate) fn from_seed(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let choice = Choice::of_seed(seed);
        let mixture = choice == Choice::Mixture;
        // The largest stream takes as long as all others together: it comes up less often.
        let pick = match (mixture, dice.range(0, 100)) {
            (true, 0..4) => SEED_SIZES - 1,
            (true, _) => dice.range(0, SEED_SIZES - 1),
            (false, 0..30) => SEED_SIZES - 2,
            (false, _) => SEED_SIZES - 3,
        };
        let content = Content::pick(pick as usize);
        let mut world = World::new(content, Dice::new(dice.next()));
        scheme::choose(seed, &mut world.config);
        world.vary(Variant::from_seed(seed, content.bytes.len() as u64));
        let hosts = match (mixture, dice.chance(3)) {
            (true, true) => dice.range(7, 30),
            (true, false) => dice.range(1, 7),
            (false, _) => dice.range(3, 5),
        };
        let fastest = if mixture { 8_000_000 } else { 1_500_000 };
        let mut total_rate = 0.0;
        for _ in 0..hosts {
            let rate = dice.range(200_000, fastest) as f64;
            total_rate += rate;
            let one_way = Duration::from_micros(dice.range(50, 100_000));
            world.add_host(Host::new(Link::new(rate, one_way)), Duration::ZERO);
        }
        if dice.chance(40) {
            world.reader.ahead = dice.range(20, 400);
        }
        // About when all would be here without a fault.
        let lasts = content.bytes.len() as f64 / total_rate + 0.2;
        let mut setup = Setup { world, dice, lasts, total_rate };
        let mut faults = choice.faults();
        if mixture {
            for _ in 0..setup.dice.range(0, 7) {
                faults.push(Fault::ALL[setup.dice.range(0, Fault::ALL.len() as u64) as usize]);
            }
            if setup.dice.chance(30) {
                setup.world.reader.pace = Duration::from_micros(setup.dice.range(0, 20_000));
            }
        }
        for fault in faults {
            setup.give(fault);
        }
        Self { world: setup.world }
    }

    pub(crate) fn run(self) -> Result<Outcome, String> {
        self.world.run()
    }
}

/// A run as it is put together.
struct Setup {
    world: World,
    dice: Dice,
    /// Seconds that the run takes about.
    lasts: f64,
    /// Bytes a second of all servers together.
    total_rate: f64,
}

impl Setup {
    /// The fault is there from the start, or will happen at some time.
    fn give(&mut self, fault: Fault) {
        let hosts = self.world.hosts.len() as u64;
        self.world.doubles |= fault.doubles();
        let first = u64::from(fault.is_lasting());
        if first >= hosts {
            // The only server is the honest one.
            return;
        }
        let host = self.dice.range(first, hosts) as usize;
        if !fault.is_from_start() {
            let part = self.dice.range(5, 60) as f64 / 100.0;
            let at = self.world.now + Duration::from_secs_f64(self.lasts * part);
            self.world.at(at, Happening::Mishap { host, fault, tries: TRIES });
            return;
        }
        match fault {
            Fault::SharedBottleneck => {
                let part = self.dice.range(20, 80) as f64 / 100.0;
                self.world.bottleneck = Some(Bottleneck::new(self.total_rate * part));
            }
            Fault::ReorderedJoins => {
                for host in &mut self.world.hosts {
                    host.connect_takes = Duration::from_millis(self.dice.range(1, 400));
                }
            }
            Fault::SlowReader => {
                self.world.reader.pace = Duration::from_micros(self.dice.range(5_000, 25_000))
            }
            Fault::SideRead => self.world.reader.side = true,
            Fault::EqualReaders => self.world.reader.equal = true,
            Fault::SmallCache => {
                self.world.reader.ahead = self.dice.range(20, 60);
                self.world.reader.behind = 4;
                self.world.has_small_cache = true;
            }
            Fault::KeptOnDisk | Fault::SpoiltDisk => {
                let spoilt = if fault == Fault::SpoiltDisk { self.dice.range(5, 80) } else { 0 };
                self.world.disk = Disk::new(self.world.geometry, &mut self.dice, spoilt);
            }
            Fault::LyingRelay => {
                // The ways to three servers, where there are so many.
                let behind: Vec<usize> = (1..hosts as usize).take(3).collect();
                for host in &behind {
                    self.give_host(*host, fault);
                }
                self.world.lying_relay = behind;
            }
            _ => self.give_host(host, fault),
        }
    }

    fn give_host(&mut self, host: usize, fault: Fault) {
        let target = &mut self.world.hosts[host];
        match fault {
            Fault::Jitter => target.link.jitter = Duration::from_micros(self.dice.range(1, 60_000)),
            Fault::Loss => target.link.loss_per_mille = self.dice.range(10, 150),
            Fault::LateAnswers => target.lag = Duration::from_millis(self.dice.range(20, 1500)),
            Fault::PartialCopy | Fault::GrowingCopy => {
                let size = self.world.content.bytes.len() as u64;
                let parts: Vec<_> = (0..self.dice.range(1, 4))
                    .map(|_| {
                        let start = self.dice.range(0, size);
                        start..self.dice.range(start + 1, size + 1)
                    })
                    .collect();
                target.held = Held::gather(size, parts).expect("a few ranges within the stream");
                target.vices.insert(Fault::PartialCopy);
                target.vices.insert(fault);
                if fault == Fault::GrowingCopy {
                    let part = self.dice.range(5, 40) as f64 / 100.0;
                    let at = self.world.now + Duration::from_secs_f64(self.lasts * part);
                    self.world.at(at, Happening::Mishap { host, fault, tries: TRIES });
                }
            }
            Fault::LateJoin => self.join_late(host),
            Fault::ForgedPages | Fault::DeafToPages => {
                // The nearest server is asked for pages.
                target.link.one_way = Duration::from_micros(40);
                target.vices.insert(fault);
            }
            _ => {
                target.vices.insert(fault);
                target.every = self.dice.range(1, 8);
            }
        }
        let refuses = matches!(
            fault,
            Fault::Refused | Fault::Unreachable | Fault::ClosesAtOnce | Fault::Mute | Fault::Busy
        );
        if refuses && self.dice.chance(50) {
            let at = self.world.now + Duration::from_millis(self.dice.range(500, 5000));
            self.world.at(at, Happening::Mend { host, fault });
        }
    }

    /// A server more, which joins when the stream is under way.
    fn join_late(&mut self, like: usize) {
        if self.world.hosts.len() >= MAX_HOSTS {
            return;
        }
        let mut host = Host::new(self.world.hosts[like].link.clone());
        host.counts_when_connected = Some(Fault::LateJoin);
        let part = self.dice.range(10, 60) as f64 / 100.0;
        self.world.add_host(host, Duration::from_secs_f64(self.lasts * part));
    }
}
