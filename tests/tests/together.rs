//! Every kind of source at once: two plain web servers, a content server, and another by way of a relay,
//! for one title, on the command line and through the proxy.

use std::time::Duration;

use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::Fetch;
use tributary_tests::files::MIB;
use tributary_tests::nginx::Nginx;
use tributary_tests::proxy::{Proxy, read_some};
use tributary_tests::relay::Relay;
use tributary_tests::throttle::Throttle;

const BYTES: u64 = 8 * MIB;
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn two_web_servers_a_content_server_and_a_relay_serve_one_title_together() {
    let (mut cluster, hash) = Cluster::with_file(&[10, 100], BYTES);
    let (alpha, beta) = (cluster.server("alpha").address.clone(), cluster.server("beta").address.clone());
    let film = cluster.server("alpha").film("Film.mkv");
    let root = film.parent().expect("a film lies in a folder").to_path_buf();
    let whole = std::fs::read(&film).expect("the cluster wrote it");
    let scratch = cluster.scratch().to_path_buf();
    let relay = Relay::start(&scratch, "west", &[&beta], Some(10), None);
    let webs = ["first", "second"].map(|name| {
        let nginx = Nginx::start(name, &root, "");
        let throttle = Throttle::start(&nginx.address, 10);
        (nginx, throttle)
    });
    let mut sources = vec![format!("tributary://{alpha}/b3:{hash}"), relay.source(&beta, &hash)];
    sources.extend(webs.iter().map(|(_, throttle)| throttle.url("Film.mkv")));
    let arguments: Vec<&str> = sources.iter().flat_map(|source| ["--source", source.as_str()]).collect();

    let report = Fetch::start_with(&scratch, &arguments, &scratch.join("out")).finish_whole(&hash, LIMIT);
    assert_eq!(report.sources.len(), 4, "{report:#?}");
    for source in &report.sources {
        assert!(source.share > 0.05, "each has a share: {report:#?}");
    }
    let by_relay = |route: &str| report.sources.iter().any(|source| source.route == route);
    assert!(by_relay(&format!("via {}", relay.address)), "{report:#?}");

    let proxy = Proxy::start(&scratch, &arguments);
    std::thread::scope(|scope| {
        for part in 0..4_u64 {
            let (proxy, whole, hash) = (&proxy, &whole, &hash);
            scope.spawn(move || {
                let (start, end) = (part * BYTES / 4, (part + 1) * BYTES / 4);
                let range = format!("range: bytes={start}-{}\r\n", end - 1);
                let mut stream = proxy.begin(&format!("/streams/{hash}"), &range);
                let body = read_some(&mut stream, (end - start) as usize);
                assert!(body == whole[start as usize..end as usize], "part {part}");
            });
        }
    });
    assert_eq!(proxy.metric("tributary_wrong_blocks_total"), 0);
}
