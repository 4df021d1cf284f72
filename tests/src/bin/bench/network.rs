//! The programs over loopback: shares of unequal servers, and what a gigabyte costs.

use std::path::Path;
use std::time::Duration;

use tributary_tests::cluster::{Cluster, NAMES};
use tributary_tests::fetch::{Fetch, Outcome, Report};
use tributary_tests::files::{MIB, write_sparse};
use tributary_tests::process::Process;

use crate::{row, table};

const RATES_MBIT: [u32; 3] = [20, 10, 5];
const LONG: u64 = 2048 * MIB;
const RUNS: usize = 3;
const LIMIT: Duration = Duration::from_secs(300);

/// Prints the tables.
pub(crate) fn measure() {
    shares();
    costs();
}

fn shares() {
    table("32 MiB from three servers of 20, 10 and 5 Mbit/s, loopback");
    let (cluster, hash) = Cluster::with_file(&RATES_MBIT, 32 * MIB);
    let report = Fetch::start(&cluster, &hash).finish_whole(&hash, LIMIT);
    let all: u32 = RATES_MBIT.iter().sum();
    row("goodput / 35 Mbit/s", &ratio(report.goodput_bps / (f64::from(all) * 1e6)), "target >= 0.95");
    for (name, rate) in NAMES.iter().zip(RATES_MBIT) {
        let due = f64::from(rate) / f64::from(all);
        row(
            &format!("share of {name} / its part of the rates"),
            &ratio(report.source(name).share / due),
            "0.90 to 1.10",
        );
    }
    row("duplicates / bytes", &percent(report.duplicate_bytes, &report), "target <= 0.5 %");
    row("control / bytes", &percent(report.control_bytes, &report), "target <= 0.3 %");
    row(
        "first MiB",
        &report.first_mib_ms.map_or("-".into(), |ms| format!("{ms:.0} ms")),
        "240 ms at 35 Mbit/s",
    );
    row("longest gap in order", &format!("{:.0} ms", report.longest_gap_ms), "");
    row("most bytes waiting for an earlier block", &mib(report.peak_reorder_bytes), "");
    row("epochs", &report.epochs.to_string(), "");
}

/// 2 GiB to nowhere: by the engine from one server and from three, and by curl from one.
fn costs() {
    table("2 GiB to /dev/null, loopback, no rate limit (processor seconds per GiB, best of 3)");
    let mut cluster = Cluster::start();
    let mut hash = String::new();
    cluster.add_server(NAMES[0], None, |films| hash = write_sparse(&films.join("Long.mkv"), LONG));
    cluster.wait_for_sources(&hash, 1);

    let url = format!("http://{}/streams/{hash}", cluster.server(NAMES[0]).address);
    let curl = cheapest(&mut cluster, |cluster| {
        let arguments = ["-sf", "-o", "/dev/null", &url];
        let mut curl = Process::start("curl", cluster.scratch(), Path::new("curl"), arguments, &[]);
        assert_eq!(curl.wait(LIMIT), 0, "curl: {}", curl.errors());
        curl.cpu()
    });
    let mut peak_rss = 0;
    let mut fetch = |cluster: &mut Cluster| {
        let outcome = Fetch::start_to(cluster, &hash, Path::new("/dev/null")).finish(LIMIT);
        peak_rss = peak_rss.max(outcome.peak_rss_bytes.max(whole(&outcome).rss_peak_bytes));
        outcome.cpu
    };
    let one = cheapest(&mut cluster, &mut fetch);
    for name in &NAMES[1..3] {
        cluster.add_server(name, None, |films| {
            write_sparse(&films.join("Long.mkv"), LONG);
        });
    }
    cluster.wait_for_sources(&hash, 3);
    let three = cheapest(&mut cluster, &mut fetch);

    row("curl", &seconds(curl.client), "");
    row("tributary-fetch, one server", &seconds(one.client), "");
    row("  / curl", &ratio(one.client / curl.client), "target <= 2.0, verification on");
    row("tributary-fetch, three servers", &seconds(three.client), "");
    row("  / curl", &ratio(three.client / curl.client), "target <= 2.0, verification on");
    row("content server, to curl", &seconds(curl.server), "");
    row("content server, to tributary-fetch", &seconds(one.server), "");
    row("most memory of tributary-fetch", &mib(peak_rss), "target < 120 MiB");
}

/// Processor seconds per GiB.
struct Cost {
    client: f64,
    server: f64,
}

/// The cheapest of some runs, by the client.
fn cheapest(cluster: &mut Cluster, mut run: impl FnMut(&mut Cluster) -> Duration) -> Cost {
    let gibibytes = LONG as f64 / (1024 * MIB) as f64;
    let costs = (0..RUNS).map(|_| {
        let before = server_cpu(cluster);
        let client = run(cluster).as_secs_f64() / gibibytes;
        Cost { client, server: (server_cpu(cluster) - before).as_secs_f64() / gibibytes }
    });
    costs.min_by(|a, b| a.client.total_cmp(&b.client)).expect("there is at least one run")
}

fn server_cpu(cluster: &mut Cluster) -> Duration {
    cluster.servers().map(|server| server.process.cpu()).sum()
}

fn whole(outcome: &Outcome) -> &Report {
    assert_eq!(outcome.code, 0, "{}", outcome.errors);
    outcome.report.as_ref().expect("the last line of a successful run is its report")
}

fn ratio(value: f64) -> String {
    format!("{value:.3}")
}

fn percent(bytes: u64, report: &Report) -> String {
    format!("{:.3} %", bytes as f64 * 100.0 / report.bytes as f64)
}

fn seconds(value: f64) -> String {
    format!("{value:.2} s/GiB")
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / MIB as f64)
}
