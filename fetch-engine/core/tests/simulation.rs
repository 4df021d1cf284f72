//! The session under simulated servers, links and faults: the same code that runs over sockets, in
//! virtual time, thousands of runs a minute.
//!
//! `SIMULATION_SEEDS=10000` sets how many runs, `SIMULATION_FIRST=123` the first seed,
//! `SIMULATION_THREADS=1` how many at a time, and `SIMULATION_TRACE=1` prints every action; a failing run
//! names its seed. Every second seed goes through all kinds of faults, each alone and each pair; the
//! others mix what they like. After every step the invariants of the session hold; what a reader gets is
//! the stream, byte for byte; the same seed gives the same trace.

#![expect(
    clippy::disallowed_methods,
    reason = "the harness around the core reads its settings and uses threads"
)]

mod sim;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sim::{Choice, Fault, Outcome, Scenario, Tally, Variant};
use tributary_core::wire::Identify;

fn env(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Most broken seeds that are told of, each in full.
const MAX_BROKEN: usize = 20;

/// Runs a seed, twice now and then. What is broken comes back in words, a panic too.
fn run(seed: u64) -> Result<Outcome, String> {
    let run = || Scenario::from_seed(seed).run();
    let outcome = std::panic::catch_unwind(run).unwrap_or_else(|_| Err("it panicked, see above".into()));
    let broken = |why: String| format!("seed {seed} ({:?}): {why}", Choice::of_seed(seed));
    let outcome = outcome.map_err(broken)?;
    if seed.is_multiple_of(50) && Scenario::from_seed(seed).run().map_err(broken)?.trace != outcome.trace {
        return Err(broken("the same seed gave another trace".into()));
    }
    Ok(outcome)
}

/// What came of many runs.
#[derive(Default)]
struct Sums {
    runs: u64,
    /// How often each kind took effect, and in how many runs.
    happened: Tally,
    runs_with: Tally,
    /// Runs that were about one kind only, and in which it took effect.
    alone: Tally,
    /// Pairs that were run together, and those of which both took effect.
    pairs: BTreeSet<(Fault, Fault)>,
    pairs_in_effect: BTreeSet<(Fault, Fault)>,
    longest_stall: (Duration, u64),
    /// Servers that were shut out with others, not for what they sent.
    distrusted: u64,
    /// Sum of the traces: the same for the same seeds, whoever ran them.
    trace: u64,
    broken: Vec<String>,
}

impl Sums {
    fn add_run(&mut self, seed: u64, outcome: &Outcome) {
        self.runs += 1;
        self.happened.add(&outcome.happened);
        for fault in Fault::ALL.iter().filter(|fault| outcome.happened.of(**fault) > 0) {
            self.runs_with.count(*fault);
        }
        let took = |fault| outcome.happened.of(fault) > 0;
        match Choice::of_seed(seed) {
            Choice::One(fault) if took(fault) => self.alone.count(fault),
            Choice::Two(one, other) => {
                self.pairs.insert((one, other));
                if took(one) && took(other) {
                    self.pairs_in_effect.insert((one, other));
                }
            }
            _ => {}
        }
        self.longest_stall = self.longest_stall.max((outcome.longest_stall, seed));
        self.distrusted += outcome.distrusted.len() as u64;
        self.trace = self.trace.wrapping_add(outcome.trace ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }

    fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.happened.add(&other.happened);
        self.runs_with.add(&other.runs_with);
        self.alone.add(&other.alone);
        self.pairs.extend(other.pairs);
        self.broken.extend(other.broken);
        self.pairs_in_effect.extend(other.pairs_in_effect);
        self.longest_stall = self.longest_stall.max(other.longest_stall);
        self.distrusted += other.distrusted;
        self.trace = self.trace.wrapping_add(other.trace);
    }

    fn print(&self) {
        println!("{:20} {:>10} {:>10} {:>10}", "fault", "happened", "in runs", "alone");
        for fault in Fault::ALL {
            let name = format!("{fault:?}");
            let (times, runs, alone) =
                (self.happened.of(*fault), self.runs_with.of(*fault), self.alone.of(*fault));
            println!("{name:20} {times:>10} {runs:>10} {alone:>10}");
        }
        let kinds = Fault::ALL.len();
        println!(
            "{} runs, {kinds} kinds of faults; {} of {} pairs run, {} of them with both in effect",
            self.runs,
            self.pairs.len(),
            kinds * (kinds + 1) / 2,
            self.pairs_in_effect.len()
        );
        let (stall, seed) = self.longest_stall;
        println!("longest wait beside an honest server: {:.1} s (seed {seed})", stall.as_secs_f64());
        println!("shut out with others: {}", self.distrusted);
        println!("trace of all: {:016x}", self.trace);
    }

    /// Every kind has taken effect, alone too, and every pair has been run.
    fn check_complete(&self) {
        assert!(self.distrusted > 0, "nobody was shut out with others");
        for fault in Fault::ALL {
            assert!(self.happened.of(*fault) > 0, "{fault:?} never happened in {} runs", self.runs);
            assert!(self.alone.of(*fault) > 0, "{fault:?} never happened alone in {} runs", self.runs);
        }
        for (place, fault) in Fault::ALL.iter().enumerate() {
            for other in &Fault::ALL[place..] {
                assert!(
                    self.pairs.contains(&(*fault, *other)),
                    "{fault:?} and {other:?} were never run together"
                );
            }
        }
    }
}

#[test]
fn thousands_of_seeds_keep_every_invariant() {
    let first = env("SIMULATION_FIRST", 1);
    let seeds = env("SIMULATION_SEEDS", 300);
    let next = AtomicU64::new(first);
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) as u64;
    let threads = env("SIMULATION_THREADS", threads);
    let sums = std::thread::scope(|scope| {
        let work = || {
            let mut sums = Sums::default();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= first + seeds {
                    return sums;
                }
                match run(seed) {
                    Ok(outcome) => sums.add_run(seed, &outcome),
                    Err(why) => sums.broken.push(why),
                }
                if sums.broken.len() > MAX_BROKEN {
                    return sums;
                }
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut total = Sums::default();
        for worker in workers {
            total.add(worker.join().expect("a run panicked"));
        }
        total
    });
    sums.print();
    assert!(sums.broken.is_empty(), "{} seeds are broken:\n{}", sums.broken.len(), sums.broken.join("\n"));
    if seeds >= 2 * Choice::systematic_runs() {
        sums.check_complete();
    }
}

/// Without faults the shares are the rates' and nothing is sent twice.
#[test]
fn three_steady_servers_share_by_their_rates() {
    let outcome =
        Scenario::steady(&[(2_500_000, 20), (1_250_000, 40), (625_000, 60)], 24 << 20).run().unwrap();
    let total: u64 = outcome.bytes.iter().sum();
    for (bytes, rate) in outcome.bytes.iter().zip([20.0, 10.0, 5.0]) {
        let (share, fair) = (*bytes as f64 / total as f64, rate / 35.0);
        assert!((share / fair - 1.0).abs() < 0.1, "share {share:.3}, fair {fair:.3}");
    }
    let ideal = (24 << 20) as f64 / 4_375_000.0;
    assert!(outcome.seconds < ideal * 1.06, "{:.2} s, ideal {ideal:.2} s", outcome.seconds);
    assert_eq!(outcome.counters.duplicate_bytes, 0);
    let control = outcome.counters.control_bytes as f64 / total as f64;
    assert!(control < 0.004, "control bytes are {:.2} %", control * 100.0);
}

/// Ten seconds of steady links: once rates are known no second gives any server more or less than a tenth off its rate.
#[test]
fn steady_shares_do_not_oscillate() {
    let rates = [1_000_000, 700_000, 500_000, 200_000];
    let hosts = rates.map(|rate| (rate, 60));
    let outcome = Scenario::steady(&hosts, 24 << 20).run().unwrap();
    assert_eq!((outcome.counters.repairs, outcome.counters.duplicate_bytes), (0, 0));
    for second in 2..9 {
        let window = |at: f64| at >= f64::from(second) && at < f64::from(second + 1);
        for (host, rate) in rates.iter().enumerate() {
            let part = outcome.arrivals.iter().filter(|(at, from, _)| *from == host && window(at.as_secs()));
            let bytes: u64 = part.map(|(_, _, bytes)| bytes).sum();
            let off = bytes as f64 / *rate as f64 - 1.0;
            assert!(off.abs() < 0.1, "second {second}: server {host} gives {bytes} of {rate} bytes a second");
        }
    }
}

/// The fastest link falls to a quarter half-way: the others take over what it can't carry.
#[test]
fn a_slowed_server_loses_its_share() {
    let steady = [(2_500_000, 20), (1_250_000, 40), (625_000, 60)];
    let outcome = Scenario::steady(&steady, 24 << 20).slowing(0, 2.5, 0.25).run().unwrap();
    let before = 4_375_000.0 * 2.5;
    let ideal = 2.5 + ((24 << 20) as f64 - before) / (625_000.0 + 1_250_000.0 + 625_000.0);
    assert!(outcome.seconds < ideal * 1.08, "{:.2} s, ideal {ideal:.2} s", outcome.seconds);
    let allowed = (24 << 20) / 50 + (256 << 10);
    assert!(outcome.counters.duplicate_bytes < allowed, "{} doubled", outcome.counters.duplicate_bytes);
}

/// The nearest and fastest server sends and sends, but nothing it owes; or blocks, but no hash page.
#[test]
fn a_server_that_sends_all_but_what_it_owes_holds_nobody_up() {
    let hosts = [(5_000_000, 2), (1_250_000, 40)];
    let honest_alone = (8 << 20) as f64 / 1_250_000.0;
    for fault in [Fault::EndlessFrames, Fault::DeafToPages] {
        let outcome = Scenario::steady(&hosts, 8 << 20).with_vice(0, fault).run().unwrap();
        assert!(outcome.seconds < honest_alone + 20.0, "{fault:?}: {:.1} s", outcome.seconds);
    }
}

/// The seed's own planner brings the same bytes.
#[test]
fn the_interval_planner_brings_the_stream_too() {
    let steady = [(2_500_000, 20), (1_250_000, 40), (625_000, 60)];
    let outcome = Scenario::steady(&steady, 8 << 20).interval_planner().run().unwrap();
    assert!(outcome.bytes.iter().all(|bytes| *bytes > 0));
}

/// The interval planner is slow to see a slowed link; what is stolen from it must not come twice.
#[test]
fn what_is_stolen_does_not_come_twice() {
    let steady = [(2_500_000, 20), (1_250_000, 40), (625_000, 60)];
    let scenario = Scenario::steady(&steady, 24 << 20).slowing(0, 1.5, 0.05).interval_planner();
    let outcome = scenario.run().unwrap();
    assert!(outcome.counters.repairs > 0, "something is stolen");
    let allowed = (24 << 20) / 50 + (256 << 10);
    assert!(
        outcome.counters.duplicate_bytes <= allowed,
        "{} bytes came twice",
        outcome.counters.duplicate_bytes
    );
}

/// Offsets and time slots stand for numbers, and cost no more.
#[test]
fn blocks_are_found_by_offset_and_by_time_slot_as_by_number() {
    let steady = [(2_500_000, 20), (1_250_000, 40), (625_000, 60)];
    let mut control = Vec::new();
    for identify in [Identify::Number, Identify::Offset, Identify::Slot] {
        let variant = Variant { identify, ..Variant::PLAIN };
        let outcome = Scenario::steady(&steady, 8 << 20).varied(variant).run().unwrap();
        assert!(outcome.bytes.iter().all(|bytes| *bytes > 0));
        assert_eq!(outcome.counters.duplicate_bytes + outcome.counters.wasted_bytes, 0, "{identify:?}");
        control.push(outcome.counters.control_bytes);
    }
    assert!(control[0] == control[1] && control[2] < control[0] * 11 / 10, "{control:?}");
}

/// Each block from two of three, then from all three: what comes twice was asked for.
#[test]
fn redundant_copies_are_counted_apart_and_a_loss_needs_no_repair() {
    let steady = [(1_250_000, 20), (1_250_000, 30), (1_250_000, 40)];
    for redundancy in [2, 3] {
        let variant = Variant { redundancy, ..Variant::PLAIN };
        let outcome = Scenario::steady(&steady, 8 << 20).varied(variant).run().unwrap();
        let counters = outcome.counters;
        assert!(counters.redundant_bytes > 4 << 20, "{counters:?}");
        assert!(counters.redundant_bytes <= u64::from(redundancy) * (8 << 20), "{counters:?}");
        assert_eq!((counters.duplicate_bytes, counters.repairs), (0, 0), "{counters:?}");
    }
}

/// Seconds between the last useful block of the server that finished first and of the one that was last.
fn finishing_skew(outcome: &Outcome) -> f64 {
    let last = |host: usize| {
        let own = outcome.arrivals.iter().filter(|(_, from, _)| *from == host);
        own.map(|(at, _, _)| at.as_secs()).fold(0.0, f64::max)
    };
    let ends: Vec<f64> = (0..outcome.bytes.len()).map(last).collect();
    ends.iter().copied().fold(0.0, f64::max) - ends.iter().copied().fold(f64::INFINITY, f64::min)
}

/// One server is slow at the end of a stream: the others take what it has not sent, so that all finish
/// within about a block's time of each other.
#[test]
fn all_finish_together_beside_a_slow_server() {
    let steady = [(2_500_000, 20), (1_250_000, 40), (625_000, 60)];
    let block_secs = 16_384.0 / 625_000.0;
    let even = Scenario::steady(&steady, 8 << 20).run().unwrap();
    assert!(finishing_skew(&even) < 2.0 * block_secs, "steady: {:.3} s", finishing_skew(&even));
    for (at_secs, factor) in [(1.5, 0.2), (1.7, 0.2), (1.8, 0.1), (1.6, 0.5)] {
        let outcome = Scenario::steady(&steady, 8 << 20).slowing(0, at_secs, factor).run().unwrap();
        let block_secs = 16_384.0 / (2_500_000.0 * factor).min(625_000.0);
        let skew = finishing_skew(&outcome);
        let allowed = 0.2 + 2.0 * block_secs;
        assert!(skew < allowed, "slowed to {factor} at {at_secs} s: {skew:.3} s, {allowed:.3} s are allowed");
    }
}

/// A server becomes so slow that what it owes is late. A reader that waits for it gets some blocks twice;
/// one that has many seconds before it needs none twice, and no reader where the late block still comes
/// sooner than another's copy would.
#[test]
fn what_is_late_comes_twice_only_where_the_reader_needs_it_soon() {
    let hosts = [(2_500_000, 20), (1_250_000, 40)];
    let slowed = |factor| Scenario::steady(&hosts, 24 << 20).slowing(0, 1.5, factor);
    let hasty = slowed(0.02).run().unwrap();
    assert!(hasty.counters.hedges > 0, "{:?}", hasty.counters);
    let calm = slowed(0.02).reading_every(40).run().unwrap();
    assert_eq!(calm.counters.hedges, 0, "{:?}", calm.counters);
    for needs_none in [slowed(0.15).reading_every(40), slowed(0.15)] {
        let counters = needs_none.run().unwrap().counters;
        assert_eq!((counters.hedges, counters.duplicate_bytes), (0, 0), "{counters:?}");
    }
}

/// A short pattern names fewer sources than each block shall have: what is left over is nobody's, and no
/// reason to make another pattern before the first is acknowledged.
#[test]
fn a_pattern_that_names_fewer_sources_than_copies_is_kept() {
    for (planner, cut_over) in sim::SCHEMES {
        let variant = Variant { redundancy: 3, ..Variant::PLAIN };
        let hosts = [(2_500_000, 20), (1_250_000, 40), (625_000, 60), (312_500, 80)];
        let scenario = Scenario::steady(&hosts, 8 << 20).varied(variant).with(|config| {
            (config.planner, config.cut_over) = (planner, cut_over);
            (config.pattern_length, config.elements_per_block) = (Some(4), 2);
        });
        let outcome = scenario.run().unwrap_or_else(|broken| panic!("{planner:?} {cut_over:?}: {broken}"));
        assert!(outcome.counters.epochs < 4000, "{planner:?} {cut_over:?}: {:?}", outcome.counters);
    }
}

/// The fastest server leaves out every fifth of its blocks. It sends in order, so a block that it passed by
/// never comes: it is ordered elsewhere at once, not when its time has run out.
#[test]
fn what_a_server_passed_by_is_repaired_at_once() {
    let hosts = [(2_500_000, 20), (1_250_000, 40), (625_000, 60)];
    let outcome = Scenario::steady(&hosts, 8 << 20).with_vice(0, Fault::Withheld).run().unwrap();
    let ideal = (8 << 20) as f64 / (2_000_000.0 + 1_250_000.0 + 625_000.0);
    assert!(outcome.seconds < ideal * 1.25, "{:.2} s, ideal {ideal:.2} s", outcome.seconds);
}

/// Blocks of all sizes, from one byte on: each server's share comes, and every byte is the stream's.
#[test]
fn blocks_of_any_size_are_proved_together() {
    let steady = [(2_500_000, 20), (1_250_000, 40), (625_000, 60)];
    for (block_size, size) in [(1, 16 << 10), (7, (16 << 10) + 1), (1000, 300_001), (16_383, 3_456_789)] {
        let variant = Variant { block_size, ..Variant::PLAIN };
        let outcome = Scenario::steady(&steady, size).varied(variant).run().unwrap();
        assert_eq!(outcome.bytes.iter().sum::<u64>(), size, "{block_size}");
        assert_eq!(outcome.counters.wrong_blocks, 0, "{block_size}");
    }
    for block_size in [16_385, 100_000, 1 << 20] {
        let variant = Variant { block_size, ..Variant::PLAIN };
        let outcome = Scenario::steady(&steady, 8 << 20).varied(variant).run().unwrap();
        assert_eq!(outcome.bytes.iter().sum::<u64>(), 8 << 20, "{block_size}");
        assert_eq!(outcome.counters.duplicate_bytes, 0, "{block_size}");
    }
}

/// One of three lies in groups that the others have a part in: it is found out, and nobody else is.
#[test]
fn a_liar_in_shared_groups_is_found_and_nobody_else_is_blamed() {
    let steady = [(1_250_000, 20), (1_250_000, 30), (1_250_000, 40)];
    for (block_size, size) in
        [(200, 300_001), (1000, 300_001), (5000, 3_456_789), (16_383, 3_456_789), (20_000, 3_456_789)]
    {
        for liar in 0..3 {
            let variant = Variant { block_size, ..Variant::PLAIN };
            let scenario =
                Scenario::steady(&steady, size).varied(variant).with_vice(liar, Fault::FlippedBits);
            let outcome = scenario.run().unwrap();
            assert_eq!(outcome.quarantined, [liar], "blocks of {block_size}");
        }
    }
}
