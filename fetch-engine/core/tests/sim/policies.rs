//! Every planner with every cut-over policy, on steady links and on such that epochs come late.

use std::time::Duration;

use tributary_core::session::{CutOver, PlannerKind};

use super::{Outcome, Scenario, scheme};

/// Bytes a second and round trips in ms of three servers: 20, 10 and 5 Mbit/s.
const STEADY: [(u64, u64); 3] = [(2_500_000, 20), (1_250_000, 40), (625_000, 60)];
const IDEAL_RATE: f64 = 4_375_000.0;

fn scenario(hosts: &[(u64, u64)], size: u64, (planner, cut_over): (PlannerKind, CutOver)) -> Scenario {
    Scenario::steady(hosts, size).with(|config| {
        config.planner = planner;
        config.cut_over = cut_over;
    })
}

/// Shares of what came after `from_secs` are within 15 % of 20 : 10 : 5.
fn check_shares(outcome: &Outcome, from_secs: f64, what: &str) {
    let arrived = outcome.arrivals.iter().filter(|(at, _, _)| at.as_secs() - at_start(outcome) >= from_secs);
    let mut bytes = [0; 3];
    for (_, host, len) in arrived {
        bytes[*host] += *len;
    }
    let total: u64 = bytes.iter().sum();
    for (bytes, rate) in bytes.into_iter().zip([20.0, 10.0, 5.0]) {
        let (share, fair) = (bytes as f64 / total as f64, rate / 35.0);
        assert!((share / fair - 1.0).abs() < 0.15, "{what}: share {share:.3}, fair {fair:.3}");
    }
}

/// When the first block came.
fn at_start(outcome: &Outcome) -> f64 {
    outcome.arrivals.first().map_or(0.0, |(at, _, _)| at.as_secs())
}

#[test]
fn every_planner_with_every_policy_shares_by_rate() {
    for scheme in scheme::ALL {
        let outcome = scenario(&STEADY, 24 << 20, scheme).run().unwrap();
        check_shares(&outcome, 0.0, &format!("{scheme:?}"));
        let ideal = (24 << 20) as f64 / IDEAL_RATE;
        println!("{scheme:?}: {:.2} s of {ideal:.2}, {:?}", outcome.seconds, outcome.counters);
        assert!(outcome.seconds < ideal * 1.25, "{scheme:?}: {:.2} s, ideal {ideal:.2} s", outcome.seconds);
    }
}

/// The interval planner knows only response times at first: here the nearest server is the slowest.
#[test]
fn the_interval_planner_unlearns_a_wrong_first_share() {
    let hosts = [(2_500_000, 120), (1_250_000, 60), (625_000, 10)];
    for cut_over in [CutOver::Lease, CutOver::Prediction, CutOver::Synchronous] {
        let outcome = scenario(&hosts, 24 << 20, (PlannerKind::Interval, cut_over)).run().unwrap();
        check_shares(&outcome, 2.0, &format!("{cut_over:?}"));
    }
}

/// The prediction reaches no further than the last block received, and the paths are long: every epoch
/// comes late. What nobody would send is known from the acknowledgements, and ordered at once.
#[test]
fn what_late_epochs_lose_is_repaired_from_acknowledgements() {
    let hosts = [(2_500_000, 300), (1_250_000, 160), (625_000, 80)];
    for planner in [PlannerKind::Arrival, PlannerKind::Interval] {
        let late = scenario(&hosts, 24 << 20, (planner, CutOver::Prediction))
            .with(|config| config.prediction_reach = Some(Duration::ZERO))
            .slowing(0, 2.5, 0.25)
            .slowing(0, 5.0, 4.0);
        let outcome = late.run().unwrap();
        let counters = outcome.counters;
        println!("{planner:?}: {:.2} s, {counters:?}", outcome.seconds);
        assert!(counters.late_lost > 0, "{planner:?}: {counters:?}");
        assert_eq!(counters.late_lost, counters.late_repaired, "{planner:?}");
        assert!(counters.late_doubled * 16_384 <= counters.duplicate_bytes, "{planner:?}");
        let in_time = scenario(&hosts, 24 << 20, (planner, CutOver::Prediction))
            .slowing(0, 2.5, 0.25)
            .slowing(0, 5.0, 4.0)
            .run()
            .unwrap();
        println!("{planner:?}: {:.2} s, {:?}", in_time.seconds, in_time.counters);
        assert!(in_time.counters.late_lost < counters.late_lost, "{planner:?}: {:?}", in_time.counters);
    }
}

/// 64 connections, the shortest pattern and the longest, one element for a block and several.
#[test]
fn patterns_of_1_and_of_1024_elements_serve_64_sources() {
    let hosts: Vec<(u64, u64)> = (0..64).map(|host| (100_000 + host * 5_000, 20 + host)).collect();
    for (planner, cut_over) in scheme::ALL {
        for (length, per_block) in [(1024, 1), (1024, 16), (1, 1)] {
            // One element that repeats is one source's, so the shortest is for plans that end.
            if length == 1 && (planner, cut_over) != (PlannerKind::Arrival, CutOver::Lease) {
                continue;
            }
            let long = scenario(&hosts, 8 << 20, (planner, cut_over)).with(|config| {
                config.pattern_length = Some(length);
                config.elements_per_block = per_block;
            });
            let outcome = long.run().unwrap();
            let gave = outcome.bytes.iter().filter(|bytes| **bytes > 0).count();
            println!("{planner:?} {cut_over:?} {length}/{per_block}: {gave} gave, {:.2} s", outcome.seconds);
            assert!(gave == 64, "{planner:?} {cut_over:?} {length}/{per_block}: only {gave} gave anything");
        }
    }
}
