//! The session under simulated servers, links and faults: the same code that runs over sockets, in
//! virtual time, thousands of runs a minute.
//!
//! `SIMULATION_SEEDS=10000` sets how many runs, `SIMULATION_FIRST=123` the first seed; a failing
//! run names its seed. After every step the invariants of the session hold; what a reader gets is the
//! stream, byte for byte; the same seed gives the same trace.

#![expect(
    clippy::disallowed_methods,
    reason = "the harness around the core reads its settings and uses threads"
)]

mod sim;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use sim::{Fault, Outcome, Scenario, Variant, Vices};
use tributary_core::wire::Identify;

fn env(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn run(seed: u64) -> Outcome {
    Scenario::from_seed(seed).run().unwrap_or_else(|broken| panic!("seed {seed}: {broken}"))
}

#[test]
fn thousands_of_seeds_keep_every_invariant() {
    let first = env("SIMULATION_FIRST", 1);
    let seeds = env("SIMULATION_SEEDS", 300);
    let next = AtomicU64::new(first);
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let happened = std::thread::scope(|scope| {
        let work = || {
            let mut happened: BTreeMap<Fault, u64> = BTreeMap::new();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= first + seeds {
                    return happened;
                }
                let outcome = run(seed);
                if seed.is_multiple_of(50) {
                    assert_eq!(outcome.trace, run(seed).trace, "seed {seed} is not deterministic");
                }
                for (fault, times) in outcome.faults {
                    *happened.entry(fault).or_default() += times;
                }
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut total: BTreeMap<Fault, u64> = BTreeMap::new();
        for worker in workers {
            for (fault, times) in worker.join().expect("a run panicked") {
                *total.entry(fault).or_default() += times;
            }
        }
        total
    });
    println!("{seeds} seeds; faults that happened: {happened:?}");
    if seeds >= 300 {
        for fault in Fault::ALL {
            assert!(happened.contains_key(&fault), "{fault:?} never happened in {seeds} seeds");
        }
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
    for vices in [Vices { junk: true, ..Vices::default() }, Vices { deaf: true, ..Vices::default() }] {
        let outcome = Scenario::steady(&hosts, 8 << 20).with_vices(0, vices).run().unwrap();
        assert!(outcome.seconds < honest_alone + 20.0, "{vices:?}: {:.1} s", outcome.seconds);
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
