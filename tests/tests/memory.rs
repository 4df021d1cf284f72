//! The memory of a fetch does not grow with the file.

use std::path::Path;
use std::time::Duration;

use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::Fetch;
use tributary_tests::files::{MIB, write_sparse};

/// Bound on the resident memory of `tributary-fetch`, in bytes.
const RSS_LIMIT: u64 = 120 * MIB;

#[test]
fn two_gibibytes_to_nowhere_stay_under_the_bound() {
    let mut cluster = Cluster::start();
    let mut hash = String::new();
    for name in ["alpha", "beta", "gamma"] {
        cluster.add_server(name, None, |films| hash = write_sparse(&films.join("Long.mkv"), 2048 * MIB));
    }
    cluster.wait_for_sources(&hash, 3);
    let outcome = Fetch::start_to(&cluster, &hash, Path::new("/dev/null")).finish(Duration::from_secs(180));
    assert_eq!(outcome.code, 0, "{}", outcome.errors);
    let report = outcome.report.expect("the last line of a successful run is its report");
    assert_eq!(report.bytes, 2048 * MIB);
    println!(
        "{:.1} MiB by its own count, {:.1} MiB seen from outside, {:.1} s",
        report.rss_peak_bytes as f64 / MIB as f64,
        outcome.peak_rss_bytes as f64 / MIB as f64,
        report.seconds
    );
    assert!(report.rss_peak_bytes.max(outcome.peak_rss_bytes) < RSS_LIMIT, "{report:#?}");
}
