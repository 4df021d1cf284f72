//! Servers that take in what they are told long after a round trip: their machine is busy, or a queue stands
//! on the way to them. And such that are honest and slow otherwise, with the policies that wait for answers.

use tributary_core::session::{CutOver, PlannerKind};

use super::{Scenario, Variant, scheme};

/// Whatever the policy, what is ordered reaches so far ahead that such a server stays busy. Slow start takes
/// longer with it, and no more.
#[test]
fn a_server_that_reacts_late_gives_what_its_link_carries() {
    let (rate, size) = (1_250_000, 24 << 20);
    for (planner, cut_over) in scheme::ALL {
        for block_size in [16 << 10, 10_000] {
            let variant = Variant { block_size, ..Variant::PLAIN };
            let late = Scenario::steady(&[(rate, 40)], size).varied(variant).reacting_after(0, 1_500);
            let chosen = late.with(|config| (config.planner, config.cut_over) = (planner, cut_over));
            let outcome = chosen.run().unwrap();
            let what = format!("{planner:?} {cut_over:?}, blocks of {block_size}");
            let ideal = size as f64 / rate as f64;
            println!("{what}: {:.2} s of {ideal:.2}", outcome.seconds);
            assert!(outcome.seconds < 2.0 * ideal, "{what}: {:.2} s, ideal {ideal:.2} s", outcome.seconds);
        }
    }
}

/// Beside others too, as soon as slow start is over; what one of a second brings in these six is not much.
#[test]
fn a_server_that_reacts_late_keeps_most_of_its_share_beside_others() {
    let (hosts, size) = ([(2_500_000, 20), (1_250_000, 40), (625_000, 60)], 24 << 20);
    let ideal = size as f64 / 4_375_000.0;
    for (millis, allowed, least) in [(100, 1.05, 0.9), (300, 1.15, 0.7), (1000, 1.45, 0.0)] {
        let outcome = Scenario::steady(&hosts, size).reacting_after(1, millis).run().unwrap();
        let share = outcome.bytes[1] as f64 / (size as f64 * 10.0 / 35.0);
        println!("{millis} ms: {:.2} s of {ideal:.2}, {share:.2} of its share", outcome.seconds);
        assert!(outcome.seconds < ideal * allowed, "{millis} ms: {:.2} s", outcome.seconds);
        assert!(share >= least, "{millis} ms: {share:.2} of its share");
    }
}

/// An acknowledgement comes behind a large block that takes longer than any silence is borne.
#[test]
fn who_sends_a_large_block_before_it_acknowledges_is_not_suspected() {
    let variant = Variant { block_size: 181_621, ..Variant::PLAIN };
    for planner in [PlannerKind::Arrival, PlannerKind::Interval] {
        let hosts = [(330_000, 20), (330_000, 2)];
        let scenario = Scenario::steady(&hosts, 3_456_789).varied(variant).with(|config| {
            (config.planner, config.cut_over) = (planner, CutOver::Synchronous);
        });
        let outcome = scenario.run().unwrap();
        assert_eq!(outcome.counters.wasted_bytes, 0, "{planner:?}: {:?}", outcome.counters);
        assert!(outcome.counters.epochs < 5, "{planner:?}: {:?}", outcome.counters);
    }
}

/// One holds only the end of the stream. Every new epoch costs two round trips here: so no pattern names it
/// where it has nothing to give.
#[test]
fn a_partial_copy_stands_in_nobodys_way_before_its_part() {
    let (hosts, size) = ([(625_000, 100), (2_500_000, 100)], 3_456_789);
    for planner in [PlannerKind::Arrival, PlannerKind::Interval] {
        let scenario = Scenario::steady(&hosts, size).holding(1, size / 2..size).with(|config| {
            (config.planner, config.cut_over) = (planner, CutOver::Synchronous);
            config.pattern_length = Some(3);
        });
        let outcome = scenario.run().unwrap();
        println!("{planner:?}: {:.2} s, {:?}", outcome.seconds, outcome.counters);
        assert!(outcome.bytes[1] > size / 4, "{planner:?}: {:?}", outcome.bytes);
        assert!(outcome.seconds < 6.0, "{planner:?}: {:.2} s", outcome.seconds);
        assert!(outcome.counters.epochs < 40, "{planner:?}: {:?}", outcome.counters);
    }
}
