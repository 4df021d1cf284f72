//! Several routes to one server (FIG. 11, 12): relays, real processes, real sockets.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::{Fetch, Report, SourceReport};
use tributary_tests::files::MIB;
use tributary_tests::http::get_json;
use tributary_tests::programs::program;
use tributary_tests::relay::Relay;
use tributary_tests::wait_until;

const BYTES: u64 = 12 * MIB;
const LIMIT: Duration = Duration::from_secs(60);
/// How long the director may take to hear of a relay, or to forget one whose lease lapses after 15 s.
const LISTED_WITHIN: Duration = Duration::from_secs(60);

fn by_route<'a>(report: &'a Report, route: &str) -> &'a SourceReport {
    let found = report.sources.iter().find(|source| source.route == route);
    found.unwrap_or_else(|| panic!("no source came {route}: {report:#?}"))
}

fn fetch_by(scratch: &Path, sources: &[String]) -> Fetch {
    let arguments: Vec<&str> = sources.iter().flat_map(|source| ["--source", source.as_str()]).collect();
    Fetch::start_with(scratch, &arguments, &scratch.join("out"))
}

/// The routes that the director tells of the only server.
fn listed(cluster: &Cluster, hash: &str) -> Option<Vec<String>> {
    let sources = get_json(cluster.director_address(), &format!("/v1/streams/{hash}/sources"))?;
    let routes = sources["sources"][0]["routes"].as_array().cloned().unwrap_or_default();
    Some(routes.iter().filter_map(|route| route["name"].as_str().map(str::to_owned)).collect())
}

fn wait_for_routes(cluster: &Cluster, hash: &str, expected: &[&str]) {
    wait_until(&format!("the routes {expected:?}"), LISTED_WITHIN, || {
        (listed(cluster, hash)? == expected).then_some(())
    });
}

#[test]
fn one_servers_stream_is_divided_over_its_routes_by_their_rates() {
    let (mut cluster, hash) = Cluster::with_file(&[100], BYTES);
    let server = cluster.server("alpha").address.clone();
    let scratch = cluster.scratch().to_path_buf();
    let fast = Relay::start(&scratch, "fast", &[&server], Some(20), None);
    let slow = Relay::start(&scratch, "slow", &[&server], Some(10), None);
    let ways = [fast.source(&server, &hash), slow.source(&server, &hash)];
    let report = fetch_by(&scratch, &ways).finish_whole(&hash, LIMIT);
    let share = |relay: &Relay| by_route(&report, &format!("via {}", relay.address)).share;
    let (fast, slow) = (share(&fast), share(&slow));
    assert!((0.55..0.77).contains(&fast), "the route with 20 of 30 Mbit/s gave {fast}");
    assert!((0.23..0.45).contains(&slow), "the route with 10 of 30 Mbit/s gave {slow}");
    assert!(report.sources.iter().all(|source| source.name == "alpha"), "{report:#?}");
}

#[test]
fn a_route_that_dies_loses_its_share_to_the_others() {
    let (mut cluster, hash) = Cluster::with_file(&[100], BYTES);
    let server = cluster.server("alpha").address.clone();
    let scratch = cluster.scratch().to_path_buf();
    let mut dies = Relay::start(&scratch, "dies", &[&server], Some(20), None);
    let stays = Relay::start(&scratch, "stays", &[&server], Some(20), None);
    let mut fetch = fetch_by(&scratch, &[dies.source(&server, &hash), stays.source(&server, &hash)]);
    fetch.wait_for_bytes(BYTES / 3);
    dies.process.kill();
    let report = fetch.finish_whole(&hash, LIMIT);
    let dead = by_route(&report, &format!("via {}", dies.address));
    assert!(dead.bytes > 0 && dead.errors > 0, "{dead:#?}");
    assert!(by_route(&report, &format!("via {}", stays.address)).bytes > BYTES / 2);
}

#[test]
fn the_director_lists_routes_and_forgets_a_dead_relay() {
    // The server gives each of its connections the same part of its rate.
    let (mut cluster, hash) = Cluster::with_file(&[30], BYTES);
    let server = cluster.server("alpha").address.clone();
    let (scratch, director) = (cluster.scratch().to_path_buf(), cluster.director_url());
    let mut east = Relay::start(&scratch, "east", &[&server, "127.0.0.1:9"], None, Some(&director));
    let mut west = Relay::start(&scratch, "west", &[&server], None, Some(&director));
    wait_for_routes(&cluster, &hash, &["east", "west"]);
    let printed = Command::new(program("tributary-fetch"))
        .args(["sources", &format!("b3:{hash}"), "--director", &director])
        .output()
        .expect("a program that was built can be run");
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(printed.contains(&format!("via west ({})", west.address)), "{printed}");

    let mut fetch = Fetch::start(&cluster, &hash);
    fetch.wait_for_bytes(BYTES / 4);
    west.process.kill();
    let report = fetch.finish_whole(&hash, LIMIT);
    for route in ["direct", "via east", "via west"] {
        assert!(by_route(&report, route).bytes > 0, "{route} gave nothing: {report:#?}");
    }
    wait_for_routes(&cluster, &hash, &["east"]);
    let (code, _) = east.process.terminate(Duration::from_secs(30));
    assert_eq!(code, 0);
    wait_for_routes(&cluster, &hash, &[]);

    let without = ["--routes", "0", &format!("b3:{hash}"), "--director", &director];
    let report = Fetch::start_with(&scratch, &without, &scratch.join("out2")).finish_whole(&hash, LIMIT);
    assert_eq!(report.sources.len(), 1, "{report:#?}");
}

#[test]
fn a_relay_passes_nobody_on_to_what_it_is_not_allowed_to_reach() {
    let (mut cluster, hash) = Cluster::with_file(&[20, 20], MIB);
    let (alpha, beta) = (cluster.server("alpha").address.clone(), cluster.server("beta").address.clone());
    let scratch = cluster.scratch().to_path_buf();
    let relay = Relay::start(&scratch, "west", &[&alpha], None, None);
    let refused = fetch_by(&scratch, &[relay.source(&beta, &hash)]).finish(LIMIT);
    assert_eq!(refused.code, 3, "{}", refused.errors);
    let refused_straight =
        fetch_by(&scratch, &[format!("tributary://{}/b3:{hash}", relay.address)]).finish(LIMIT);
    assert_eq!(refused_straight.code, 3, "{}", refused_straight.errors);
    // What is allowed beside it is used, and the other named.
    let both = [relay.source(&alpha, &hash), relay.source(&beta, &hash)];
    let report = fetch_by(&scratch, &both).finish_whole(&hash, LIMIT);
    let not_listed = report.sources.iter().find(|source| source.address == beta).expect("it is named");
    assert!(
        not_listed.bytes == 0 && ["away", "gone"].contains(&not_listed.state.as_str()),
        "{not_listed:#?}"
    );
    assert!(
        not_listed.last_error.as_deref().is_some_and(|why| why.contains("not on its list")),
        "{not_listed:#?}"
    );
}
