//! What happens in a run: hosts, faults and a reader, all from a seed.

use std::time::Duration;

use tributary_core::session::PlannerKind;

use super::content::{Content, SEED_SIZES};
use super::host::{Host, Vices};
use super::world::{Outcome, World};
use super::{Dice, Variant};

/// Everything that can go wrong, or happen at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    Reset,
    Crash,
    Restart,
    Stop,
    Continue,
    Cut,
    Heal,
    Slow,
    Recover,
    Trickle,
    Jitter,
    FlippedBits,
    ForgedPages,
    LacksStream,
    OtherSize,
    Doubled,
    Unrequested,
    WrongNumber,
    Refused,
    Busy,
    Junk,
    DeafToPages,
    LateJoin,
    Withdrawn,
    Drain,
    FarSeek,
    SeekStorm,
    Pause,
    SideRead,
    EqualReaders,
    SmallCache,
    OddFrame,
    ErrorFrame,
}

impl Fault {
    pub(crate) const ALL: [Self; 33] = [
        Self::Reset,
        Self::Crash,
        Self::Restart,
        Self::Stop,
        Self::Continue,
        Self::Cut,
        Self::Heal,
        Self::Slow,
        Self::Recover,
        Self::Trickle,
        Self::Jitter,
        Self::FlippedBits,
        Self::ForgedPages,
        Self::LacksStream,
        Self::OtherSize,
        Self::Doubled,
        Self::Unrequested,
        Self::WrongNumber,
        Self::Refused,
        Self::Busy,
        Self::Junk,
        Self::DeafToPages,
        Self::LateJoin,
        Self::Withdrawn,
        Self::Drain,
        Self::FarSeek,
        Self::SeekStorm,
        Self::Pause,
        Self::SideRead,
        Self::EqualReaders,
        Self::SmallCache,
        Self::OddFrame,
        Self::ErrorFrame,
    ];
}

/// A run to be.
pub(crate) struct Scenario {
    world: World,
}

impl Scenario {
    /// Steady hosts (bytes a second, round trip in ms) and a reader that takes what comes.
    pub(crate) fn steady(hosts: &[(u64, u64)], size: u64) -> Self {
        let mut world = World::new(Content::of_size(size), Dice::new(7), PlannerKind::Arrival);
        for (rate, rtt_ms) in hosts {
            let one_way = Duration::from_micros(rtt_ms * 500);
            world.add_host(Host::new(*rate as f64, one_way, Duration::ZERO), Duration::ZERO);
        }
        Self { world }
    }

    /// Host number `host` has `factor` of its rate from `at_secs` on.
    pub(crate) fn slowing(mut self, host: usize, at_secs: f64, factor: f64) -> Self {
        self.world.slow_at(Duration::from_secs_f64(at_secs), host, factor);
        self
    }

    /// Host number `host` has these vices.
    pub(crate) fn with_vices(mut self, host: usize, vices: Vices) -> Self {
        self.world.give_vices(host, vices);
        self
    }

    /// The scheme is varied.
    pub(crate) fn varied(mut self, variant: Variant) -> Self {
        self.world.vary(variant);
        self
    }

    pub(crate) fn interval_planner(mut self) -> Self {
        self.world.use_planner(PlannerKind::Interval);
        self
    }

    /// A run in which anything may happen. Host 0 is honest and comes back from everything, so that
    /// the reader must get the whole stream.
    pub(crate) fn from_seed(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        // The largest stream takes as long as all others together: it comes up less often.
        let largest = dice.chance(4);
        let pick = if largest { SEED_SIZES - 1 } else { dice.range(0, SEED_SIZES - 1) };
        let content = Content::pick(pick as usize);
        let planner = if dice.chance(15) { PlannerKind::Interval } else { PlannerKind::Arrival };
        let hosts = dice.range(1, 7);
        let mut world = World::new(content, dice.clone(), planner);
        world.vary(Variant::from_seed(seed, content.bytes.len() as u64));
        for index in 0..hosts {
            let rate = dice.range(200_000, 8_000_000) as f64;
            let one_way = Duration::from_micros(dice.range(50, 100_000));
            let jitter =
                if dice.chance(30) { Duration::from_micros(dice.range(1, 60_000)) } else { Duration::ZERO };
            let mut host = Host::new(rate, one_way, jitter);
            if !jitter.is_zero() {
                world.happened(Fault::Jitter);
            }
            if index > 0 && dice.chance(35) {
                host.vices = vices(&mut dice, &mut world);
            }
            let joins_at = if index > 0 && dice.chance(20) {
                world.happened(Fault::LateJoin);
                Duration::from_millis(dice.range(100, 3000))
            } else {
                Duration::ZERO
            };
            world.add_host(host, joins_at);
        }
        for _ in 0..dice.range(0, 6) {
            let at = Duration::from_millis(dice.range(0, 4000));
            let host = dice.range(0, hosts) as usize;
            world.schedule_fault(at, host, dice.next());
        }
        if dice.chance(25) {
            world.shrink_cache(dice.range(20, 60));
            world.happened(Fault::SmallCache);
        }
        world.choose_reader(&mut dice);
        Self { world }
    }

    pub(crate) fn run(self) -> Result<Outcome, String> {
        self.world.run()
    }
}

fn vices(dice: &mut Dice, world: &mut World) -> Vices {
    let mut vices = Vices::default();
    let fault = match dice.range(0, 11) {
        0 => {
            vices.flips = dice.range(1, 30);
            Fault::FlippedBits
        }
        1 => {
            vices.forges = true;
            Fault::ForgedPages
        }
        2 => {
            vices.lacks = true;
            Fault::LacksStream
        }
        3 => {
            vices.other_size = true;
            Fault::OtherSize
        }
        4 => {
            vices.doubles = true;
            Fault::Doubled
        }
        5 => {
            vices.unrequested = true;
            Fault::Unrequested
        }
        6 => {
            vices.misnumbers = true;
            Fault::WrongNumber
        }
        7 => {
            vices.refuses = true;
            Fault::Refused
        }
        8 => {
            vices.junk = true;
            Fault::Junk
        }
        9 => {
            vices.deaf = true;
            Fault::DeafToPages
        }
        _ => {
            vices.busy = true;
            Fault::Busy
        }
    };
    world.happened(fault);
    vices
}
