//! `tributary-fetch proxy`: plain HTTP in front of the pattern.

use std::io::Read;
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::time::Duration;

use tributary_tests::cluster::Cluster;
use tributary_tests::files::{MIB, write_random};
use tributary_tests::http;
use tributary_tests::programs::program;
use tributary_tests::proxy::{Proxy, outside, read_some, run};
use tributary_tests::wait_until;

const PATIENCE: Duration = Duration::from_secs(60);
const PATH: &str = "/Library/Film";

fn proxy_of(cluster: &Cluster) -> Proxy {
    Proxy::start(cluster.scratch(), &["--director", &cluster.director_url()])
}

fn film(cluster: &mut Cluster) -> Vec<u8> {
    std::fs::read(cluster.server("alpha").film("Film.mkv")).expect("the cluster wrote it")
}

/// A header of an answer; its name in small letters.
fn header<'a>(answer: &'a http::Answer, name: &str) -> &'a str {
    let line = answer.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in\n{}", answer.head))
}

#[test]
fn requests_are_answered_as_rfc_9110_has_it() {
    let (mut cluster, hash) = Cluster::with_file(&[80, 80], 3 * MIB);
    let whole = film(&mut cluster);
    let proxy = proxy_of(&cluster);
    let etag = format!("\"{hash}\"");

    let answer = proxy.get(PATH, "");
    assert!(answer.status == 200 && answer.body == whole, "{}", answer.head);
    assert_eq!(header(&answer, "content-type"), "video/x-matroska");
    assert_eq!(header(&answer, "content-length"), (3 * MIB).to_string());
    assert_eq!(header(&answer, "accept-ranges"), "bytes");
    assert_eq!(header(&answer, "etag"), etag);
    assert!(header(&answer, "content-disposition").contains("filename=\"Film.mkv\""));
    assert!(header(&answer, "last-modified").ends_with("GMT"));

    let answer = proxy.get(&format!("/streams/{hash}"), "range: bytes=1048570-1048579\r\n");
    assert_eq!((answer.status, &answer.body[..]), (206, &whole[1_048_570..1_048_580]));
    assert_eq!(header(&answer, "content-range"), "bytes 1048570-1048579/3145728");
    let answer = proxy.get(PATH, "range: bytes=-5\r\n");
    assert_eq!((answer.status, &answer.body[..]), (206, &whole[3 * MIB as usize - 5..]));
    let answer = proxy.get(PATH, "range: bytes=3145728-\r\n");
    assert_eq!((answer.status, header(&answer, "content-range")), (416, "bytes */3145728"));
    assert!(!answer.body.is_empty(), "it says why");

    let answer = proxy.get(PATH, "range: bytes=0-9,2000000-2000009\r\n");
    assert_eq!(answer.status, 206);
    assert!(header(&answer, "content-type").starts_with("multipart/byteranges; boundary="));
    assert_eq!(header(&answer, "content-length"), answer.body.len().to_string());
    let has = |part: &[u8]| answer.body.windows(part.len()).any(|window| window == part);
    assert!(has(&whole[..10]) && has(&whole[2_000_000..2_000_010]) && has(b"bytes 2000000-2000009/3145728"));

    let status = |headers: &str| proxy.get(PATH, headers).status;
    assert_eq!(status(&format!("if-none-match: \"x\", {etag}\r\n")), 304);
    assert_eq!(status("if-none-match: \"x\"\r\nrange: bytes=0-0\r\n"), 206);
    assert_eq!(status("if-match: \"x\"\r\n"), 412);
    assert_eq!(status(&format!("if-range: {etag}\r\nrange: bytes=0-0\r\n")), 206);
    assert_eq!(status("if-range: \"x\"\r\nrange: bytes=0-0\r\n"), 200, "another film's range is no use");

    for path in ["/Library/Nothing", "/Nothing/", "/nothing", &format!("/streams/{}", "0".repeat(64))] {
        let answer = proxy.get(path, "");
        assert!(answer.status == 404 && !answer.body.is_empty(), "{path}: {}", answer.head);
    }
    let answer = http::get(&proxy.address, "/", "").expect("an answer");
    assert!(String::from_utf8_lossy(&answer.body).contains("Library"));
    let list = String::from_utf8(proxy.get("/playlist.m3u?catalog=Library", "").body).expect("text");
    assert_eq!(list.lines().last(), Some(proxy.url(PATH).as_str()));
    assert_eq!(proxy.get("/health", "").status, 200);
    let rebound = Command::new("curl").args(["-s", "-H", "Host: example.org", &proxy.url("/")]).output();
    assert!(rebound.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("127.0.0.1")));
}

#[test]
fn curl_asks_for_ranges_heads_and_whole_files() {
    let (mut cluster, hash) = Cluster::with_file(&[80, 80], 2 * MIB);
    let whole = film(&mut cluster);
    let proxy = proxy_of(&cluster);
    let url = proxy.url(PATH);
    let curl =
        |arguments: &[&str]| run(Command::new("curl").args(["-sS", "--max-time", "60"]).args(arguments));
    assert!(curl(&["-r", "1000000-1999999", &url]) == whole[1_000_000..2_000_000]);
    assert!(curl(&[&url]) == whole);
    let head = String::from_utf8(curl(&["-I", &url])).expect("headers are text");
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains(&format!("content-length: {}", 2 * MIB)),
        "{head}"
    );
    assert!(head.contains(&hash), "{head}");
    let post = curl(&["-X", "POST", "-o", "/dev/null", "-w", "%{http_code}", &url]);
    assert_eq!(post, b"405");
    // Two requests on one connection.
    let twice = curl(&["-r", "0-9", &url, "-o", "-", "-r", "0-9", &url, "-w", "%{num_connects}"]);
    assert!(twice.ends_with(b"0"), "the second request takes the first one's connection");
}

#[test]
fn sixteen_connections_on_one_title_and_three_on_others_all_come_through() {
    let (mut cluster, hash) = Cluster::with_file(&[60, 60, 60], 16 * MIB);
    let whole = film(&mut cluster);
    let other_hash = write_random(&cluster.scratch().join("other"), 2 * MIB, "other");
    let (other, scratch) =
        (std::fs::read(cluster.scratch().join("other")).expect("written"), cluster.scratch().to_path_buf());
    cluster.add_server("delta", None, |films| {
        std::fs::copy(scratch.join("other"), films.join("Other.mp4")).map(|_| ()).expect("a copy");
    });
    cluster.wait_for_sources(&other_hash, 1);
    let proxy = proxy_of(&cluster);
    std::thread::scope(|scope| {
        for part in 0..16_u64 {
            let (proxy, whole, hash) = (&proxy, &whole, &hash);
            scope.spawn(move || {
                let (start, end) = (part * MIB, (part + 1) * MIB);
                // Two names for one title: it is open once.
                let path = if part % 2 == 0 { PATH.to_owned() } else { format!("/streams/{hash}") };
                let mut stream = proxy.begin(&path, &format!("range: bytes={start}-{}\r\n", end - 1));
                let body = read_some(&mut stream, MIB as usize);
                assert!(body == whole[start as usize..end as usize], "part {part}");
            });
        }
        for _ in 0..3 {
            scope.spawn(|| assert!(proxy.get("/Library/Other", "").body == other));
        }
    });
    assert_eq!(proxy.metric("tributary_proxy_open_titles"), 2);
    let fetched: u64 = ["alpha", "beta", "gamma"]
        .iter()
        .map(|name| {
            let bytes = proxy.metric(&format!("tributary_source_received_bytes_total{{source=\"{name}\"}}"));
            assert!(bytes > MIB, "{name} takes part: {bytes}");
            bytes
        })
        .sum();
    assert_eq!(fetched, 16 * MIB, "what two clients want is fetched once");
    assert!(proxy.metric("tributary_duplicate_bytes_total") <= 16 * MIB / 50 + 256 * 1024);
}

#[test]
fn a_client_that_goes_or_pauses_takes_only_its_own_demand_with_it() {
    let (mut cluster, _) = Cluster::with_file(&[200, 200], 64 * MIB);
    let whole = film(&mut cluster);
    let proxy = proxy_of(&cluster);
    // One reads a little and pauses, one reads a little and goes.
    let mut paused = proxy.begin(PATH, "");
    let start = read_some(&mut paused, 100_000);
    assert!(start == whole[..start.len()]);
    let mut gone = proxy.begin(PATH, "range: bytes=30000000-\r\n");
    let part = read_some(&mut gone, 100_000);
    assert!(part == whole[30_000_000..30_000_000 + part.len()]);
    gone.shutdown(Shutdown::Both).expect("an open connection can be closed");
    drop(gone);
    wait_until("the reader that left to be forgotten", PATIENCE, || {
        (proxy.metric("tributary_proxy_readers") == 1).then_some(())
    });
    let answer = proxy.get(PATH, "range: bytes=60000000-61999999\r\n");
    assert!(answer.body == whole[60_000_000..62_000_000], "a third is not held up");
    let received = || {
        let of =
            |name: &str| proxy.metric(&format!("tributary_source_received_bytes_total{{source=\"{name}\"}}"));
        of("alpha") + of("beta")
    };
    let settled = wait_until("the demand to end", PATIENCE, || {
        let before = received();
        std::thread::sleep(Duration::from_millis(500));
        (received() == before).then_some(before)
    });
    assert!(settled < 40 * MIB, "nobody reads, and {settled} bytes were fetched");
    // The pause is over.
    let mut rest = Vec::new();
    let left = whole.len() - start.len();
    paused.take(left as u64).read_to_end(&mut rest).expect("the rest comes");
    assert!(rest == whole[start.len()..]);
}

#[test]
fn a_killed_server_is_not_noticed_by_a_client() {
    let (mut cluster, _) = Cluster::with_file(&[40, 40, 40], 16 * MIB);
    let whole = film(&mut cluster);
    let proxy = proxy_of(&cluster);
    let mut stream = proxy.begin(PATH, "");
    let start = read_some(&mut stream, 3 * MIB as usize);
    cluster.server("beta").process.kill();
    let mut rest = Vec::new();
    stream.take((whole.len() - start.len()) as u64).read_to_end(&mut rest).expect("the rest comes");
    assert!(start == whole[..start.len()] && rest == whole[start.len()..]);
}

#[test]
fn where_nobody_is_left_the_answer_breaks_off_and_does_not_end() {
    let (mut cluster, hash) = Cluster::with_file(&[16, 16], 16 * MIB);
    let proxy = proxy_of(&cluster);
    let mut stream = proxy.begin(PATH, "");
    let mut came = read_some(&mut stream, MIB as usize).len() as u64;
    for server in cluster.servers() {
        server.process.kill();
    }
    let ended = loop {
        match stream.read(&mut [0; 1 << 16]) {
            Ok(0) => break "closed".to_owned(),
            Ok(len) => came += len as u64,
            Err(why) => break why.kind().to_string(),
        }
    };
    assert_eq!(ended, "connection reset", "after {came} bytes");
    assert!(came < 16 * MIB);
    assert_eq!(proxy.metric("tributary_proxy_broken_answers_total"), 1);
    // Whoever comes next is told in words: there is nobody, or by now nobody holds the title.
    let mut next =
        proxy.begin(&format!("/streams/{hash}"), "range: bytes=16000000-\r\nconnection: close\r\n");
    let mut answer = String::new();
    next.read_to_string(&mut answer).expect("an answer in words");
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("retry-after") && answer.contains("alpha"), "{answer}");
}

#[test]
fn sigterm_ends_it_cleanly_and_no_answer_whole() {
    let (cluster, _) = Cluster::with_file(&[8], 16 * MIB);
    let mut proxy = proxy_of(&cluster);
    let mut stream = proxy.begin(PATH, "");
    let _ = read_some(&mut stream, 1000);
    let idle = TcpStream::connect(&proxy.address).expect("the proxy listens");
    let (code, _) = proxy.process.terminate(PATIENCE);
    assert_eq!(code, 0, "{}", proxy.process.errors());
    let ended = loop {
        match stream.read(&mut [0; 1 << 16]) {
            Ok(0) => break "closed".to_owned(),
            Ok(_) => {}
            Err(why) => break why.kind().to_string(),
        }
    };
    assert_eq!(ended, "connection reset");
    drop(idle);
}

#[test]
fn sources_alone_are_enough_and_what_can_not_start_says_why() {
    let (mut cluster, hash) = Cluster::with_file(&[80], MIB);
    let whole = film(&mut cluster);
    let source = format!("tributary://{}/b3:{hash}", cluster.server("alpha").address);
    let proxy = Proxy::start(cluster.scratch(), &["--source", &source]);
    let answer = proxy.get(&format!("/streams/{hash}"), "");
    assert!(answer.status == 200 && answer.body == whole);
    assert_eq!(proxy.get(PATH, "").status, 404);
    assert!(String::from_utf8_lossy(&proxy.get("/", "").body).contains(&hash));

    let ends = |arguments: &[&str]| {
        let output = Command::new(program("tributary-fetch"))
            .args(arguments)
            .env("HOME", cluster.scratch())
            .env_remove("TRIBUTARY_DIRECTOR")
            .output()
            .expect("a built program can be started");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, errors) = ends(&["proxy", "--listen", "0.0.0.0:0", "--source", &source]);
    assert!(code == Some(2) && errors.contains("--open"), "{code:?} {errors}");
    let (code, errors) = ends(&["proxy", "--listen", "127.0.0.1:0"]);
    assert!(code == Some(2) && errors.contains("--director"), "{code:?} {errors}");
    let (code, errors) = ends(&["proxy", "--listen", &proxy.address, "--source", &source]);
    assert!(code == Some(2) && errors.contains(&proxy.address), "{code:?} {errors}");
}

#[test]
fn metrics_pass_prometheus_own_check() {
    let Some(promtool) = outside("promtool") else { return };
    let (mut cluster, _) = Cluster::with_file(&[80, 80], MIB);
    let proxy = proxy_of(&cluster);
    let _ = proxy.get(PATH, "");
    let _ = proxy.get("/Library/\"odd\"", "");
    for address in [proxy.address.clone(), cluster.server("alpha").address.clone()] {
        let text = http::get(&address, "/metrics", "").expect("an answer").body;
        let path = cluster.scratch().join("metrics");
        std::fs::write(&path, text).expect("a file can be written");
        let file = std::fs::File::open(&path).expect("just written");
        let checked = run(Command::new(&promtool).args(["check", "metrics"]).stdin(file));
        assert_eq!(String::from_utf8_lossy(&checked), "", "nothing to remark");
    }
}
