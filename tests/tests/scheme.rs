//! The scheme's choices over real processes: planners, cut-over policies, the shape of patterns.

use std::time::Duration;

use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::{Fetch, Report};
use tributary_tests::files::MIB;

const LIMIT: Duration = Duration::from_secs(60);

/// Fetches the cluster's file with these flags besides; the bytes are checked.
fn fetch(cluster: &Cluster, hash: &str, flags: &[&str]) -> Report {
    let (director, locator) = (cluster.director_url(), format!("b3:{hash}"));
    let output = cluster.scratch().join("out");
    let mut arguments = vec!["--director", director.as_str(), locator.as_str()];
    arguments.extend(flags);
    Fetch::start_with(cluster.scratch(), &arguments, &output).finish_whole(hash, LIMIT)
}

#[test]
fn every_planner_with_every_cut_over_policy_brings_the_file() {
    let (cluster, hash) = Cluster::with_file(&[40, 20, 10], 20 * MIB);
    for planner in ["arrival", "interval"] {
        for policy in ["lease", "prediction", "synchronous"] {
            let report = fetch(&cluster, &hash, &["--planner", planner, "--cut-over", policy]);
            println!(
                "{planner} {policy}: {:.1} of 70 Mbit/s, shares {:.2?}, {} epochs, {} leases, {} lost, {} doubled",
                report.goodput_bps / 1e6,
                report.sources.iter().map(|source| source.share).collect::<Vec<_>>(),
                report.epochs,
                report.leases,
                report.late_lost,
                report.duplicate_bytes,
            );
            assert_eq!(
                (&report.scheme["planner"], &report.scheme["cut_over"]),
                (&planner.into(), &policy.into())
            );
            assert!(report.sources.iter().all(|source| source.bytes > 0), "{report:?}");
            assert_eq!(report.leases > 0, (planner, policy) != ("arrival", "lease"), "{report:?}");
            assert_eq!(report.late_lost, report.late_repaired, "{report:?}");
            let predicted = &report.scheme["prediction"];
            assert_eq!(predicted.is_object(), policy == "prediction", "{predicted}");
        }
    }
}

/// Naive bytes per interval froze these at 95, 2.4 and 2.4 per cent.
#[test]
fn the_interval_planner_finds_the_shares() {
    let (cluster, hash) = Cluster::with_file(&[20, 10, 5], 20 * MIB);
    let report = fetch(&cluster, &hash, &["--planner", "interval"]);
    for (name, rate) in ["alpha", "beta", "gamma"].iter().zip([20.0, 10.0, 5.0]) {
        let (share, fair) = (report.source(name).share, rate / 35.0);
        println!("{name}: {share:.4} of {fair:.4}");
        assert!((share / fair - 1.0).abs() < 0.4, "share of {name}: {share:.3}, fair {fair:.3}");
    }
}

#[test]
fn patterns_of_any_length_and_several_elements_for_a_block() {
    let (cluster, hash) = Cluster::with_file(&[40, 40], 4 * MIB);
    for (length, per_block) in [("1", "1"), ("3", "3"), ("7", "2"), ("1024", "1"), ("1024", "1024")] {
        for planner in ["arrival", "interval"] {
            let flags = ["--planner", planner, "--pattern-length", length, "--elements-per-block", per_block];
            let report = fetch(&cluster, &hash, &flags);
            let elements: u64 = per_block.parse().unwrap();
            assert_eq!(report.scheme["elements_per_block"], elements);
            println!("{planner} {length}/{per_block}: {:.1} Mbit/s", report.goodput_bps / 1e6);
        }
    }
}
