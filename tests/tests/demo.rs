//! `tributary-server demo`: a whole little world from one command, that ends as one.

use std::time::Duration;

use serde_json::Value;
use tributary_tests::http::get_json;
use tributary_tests::player::missing;
use tributary_tests::process::Process;
use tributary_tests::programs::program;
use tributary_tests::wait_until;

#[test]
fn three_servers_hold_sample_titles_and_end_with_the_demo() {
    if let Some(missing) = missing() {
        eprintln!("skipped: no sample titles can be made here without {missing}");
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--listen", "127.0.0.1:0"];
    let mut demo = Process::start("demo", scratch.path(), &program("tributary-server"), arguments, &[]);
    let director = demo.wait_for_line("listening on ", Duration::from_secs(120));
    // The length is found out after a film is listed.
    let title = wait_until("a film with a length that three servers hold", Duration::from_secs(60), || {
        let page = get_json(&director, "/v1/titles?limit=100")?;
        let whole = |title: &&Value| {
            title["servers"].as_array().is_some_and(|names| names.len() >= 3)
                && title["media"]["duration_ms"].as_u64() > Some(5_000)
        };
        page["titles"].as_array()?.iter().find(whole).cloned()
    });

    let locator = format!("{}/{}", title["catalog"].as_str().unwrap(), title["name"].as_str().unwrap());
    let out = scratch.path().join("out");
    let arguments =
        ["get", &locator, "--director", &format!("http://{director}"), "-o", out.to_str().unwrap()];
    let program = program("tributary-fetch");
    let mut fetch =
        Process::start("fetch", scratch.path(), &program, arguments.into_iter().chain(["--json"]), &[]);
    assert_eq!(fetch.wait(Duration::from_secs(120)), 0, "{}", fetch.errors());
    let report: Value = serde_json::from_str(fetch.output().lines().last().unwrap()).unwrap();
    let gave =
        report["sources"].as_array().unwrap().iter().filter(|source| source["bytes"].as_u64() > Some(0));
    assert!(gave.count() >= 3, "each server gave its part: {report}");
    assert_eq!(Some(tributary_tests::files::hash_file(&out).as_str()), title["stream"].as_str());

    // One server less: the others go on, and so does the demo.
    let parent = demo.id().to_string();
    let killed = std::process::Command::new("pkill")
        .args(["-KILL", "-P", &parent, "-f", "--", "--name alpha"])
        .status()
        .unwrap();
    assert!(killed.success(), "alpha was a child of the demo");
    let out = scratch.path().join("again");
    let arguments =
        ["get", &locator, "--director", &format!("http://{director}"), "-o", out.to_str().unwrap()];
    let mut fetch = Process::start("fetch again", scratch.path(), &program, arguments, &[]);
    assert_eq!(fetch.wait(Duration::from_secs(120)), 0, "{}", fetch.errors());
    assert_eq!(Some(tributary_tests::files::hash_file(&out).as_str()), title["stream"].as_str());

    let servers = get_json(&director, "/v1/servers").unwrap();
    let (code, took) = demo.terminate(Duration::from_secs(15));
    println!("stopped after {took:?}");
    assert_eq!(code, 0, "a clean stop");
    for server in servers["servers"].as_array().unwrap() {
        let address = server["address"].as_str().unwrap();
        assert!(std::net::TcpStream::connect(address).is_err(), "{address} still listens");
    }
}
