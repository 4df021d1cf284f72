//! Three honest servers of different rates: shares, whole bytes, ranges, exit codes, plain HTTP.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::Fetch;
use tributary_tests::files::MIB;
use tributary_tests::http;
use tributary_tests::programs::program;

fn run(arguments: &[&str]) -> Output {
    Command::new(program("tributary-fetch")).args(arguments).output().expect("a built program can be started")
}

/// Issue's measure: 32 MiB over 20, 10 and 5 Mbit/s.
#[test]
fn shares_follow_the_rates_and_nothing_comes_twice() {
    let rates = [20, 10, 5];
    let (cluster, hash) = Cluster::with_file(&rates, 32 * MIB);
    let report = Fetch::start(&cluster, &hash).finish_whole(&hash, Duration::from_secs(60));
    println!(
        "goodput {:.2} Mbit/s of 35, duplicates {} bytes, control {} bytes, {} epochs",
        report.goodput_bps / 1e6,
        report.duplicate_bytes,
        report.control_bytes,
        report.epochs
    );
    for (name, rate) in ["alpha", "beta", "gamma"].iter().zip(rates) {
        let source = report.source(name);
        let expected = f64::from(rate) / 35.0;
        println!("{name}: {:.4} of {expected:.4}", source.share);
        assert!((source.share / expected - 1.0).abs() <= 0.10, "share of {name}: {source:?}");
    }
    assert!(report.duplicate_bytes * 200 < report.bytes, "duplicates: {}", report.duplicate_bytes);
    assert!(report.control_bytes * 100 < report.bytes, "control: {}", report.control_bytes);
    assert!(report.goodput_bps >= 0.80 * 35e6, "goodput: {}", report.goodput_bps);
    assert!(report.epochs > 1 && report.seconds > 0.0 && report.first_mib_ms.is_some(), "{report:?}");
}

#[test]
fn a_range_of_the_file_comes_as_asked_even_to_standard_output() {
    let (mut cluster, hash) = Cluster::with_file(&[40, 40], 4 * MIB);
    let whole = std::fs::read(cluster.server("alpha").film("Film.mkv")).unwrap();
    let (director, locator) = (cluster.director_url(), format!("b3:{hash}"));
    let output =
        run(&["get", "--director", &director, &locator, "--range", "1000000-2999999", "-o", "-", "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout == whole[1_000_000..3_000_000], "other bytes than asked for");

    let output = run(&["get", "--director", &director, &locator, "-o", "-", "--quiet", "--json"]);
    assert!(output.stdout == whole, "other bytes than the file's");
    let errors = String::from_utf8(output.stderr).unwrap();
    let report: serde_json::Value = serde_json::from_str(errors.lines().last().unwrap()).unwrap();
    assert_eq!(report["bytes"], 4 * MIB, "with -o - the report ends standard error");
}

#[test]
fn catalogs_titles_and_sources_are_listed_and_a_title_is_fetched_by_name() {
    let (cluster, hash) = Cluster::with_file(&[40, 40], MIB);
    let director = cluster.director_url();
    let text = |arguments: &[&str]| {
        let output = run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(text(&["catalogs", "--director", &director]).contains("Library"));
    assert!(text(&["titles", "Library", "--director", &director]).contains("Film"));
    let sources = text(&["sources", "Library/Film", "--director", &director]);
    assert!(sources.contains("alpha") && sources.contains("beta"), "{sources}");

    let out = cluster.scratch().join("by-name");
    text(&["get", "Library/Film", "--director", &director, "-o", out.to_str().unwrap(), "--quiet"]);
    assert_eq!(tributary_tests::files::hash_file(&out), hash);
    let out = cluster.scratch().join("by-address");
    let locator = format!("tributary://{}/Library/Film", cluster.director_address());
    text(&["get", &locator, "-o", out.to_str().unwrap(), "--quiet"]);
    assert_eq!(tributary_tests::files::hash_file(&out), hash);
}

#[test]
fn a_file_is_fetched_by_its_name_and_where_two_have_it_by_its_size() {
    let (mut cluster, hash) = Cluster::with_file(&[40], MIB);
    let director = cluster.director_url();
    let out = cluster.scratch().join("by-name");
    let get = |more: &[&str]| {
        let mut arguments = vec!["get", "--director", &director, "-o", out.to_str().unwrap(), "--quiet"];
        arguments.extend(more);
        let output = run(&arguments);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(get(&["--name", "Film.mkv"]), (Some(0), String::new()));
    assert_eq!(tributary_tests::files::hash_file(&out), hash);
    assert_eq!(get(&["--name", "film.avi"]).0, Some(3));
    assert_eq!(get(&["--name", "Film.mkv", "--size", "7"]).0, Some(3));
    assert_eq!(get(&["--size", "7"]).0, Some(2));

    let mut other = String::new();
    cluster.add_server("beta", None, |films| {
        other = tributary_tests::files::write_random(&films.join("Film.mkv"), MIB / 2, "other");
    });
    cluster.wait_for_sources(&other, 1);
    let (code, errors) = get(&["--name", "Film.mkv"]);
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains(&hash) && errors.contains(&other) && errors.contains("--size"), "{errors}");
    assert_eq!(get(&[&format!("name:Film.mkv?size={}", MIB / 2)]), (Some(0), String::new()));
    assert_eq!(tributary_tests::files::hash_file(&out), other);
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let (cluster, hash) = Cluster::with_file(&[40], MIB);
    let director = cluster.director_url();
    let locator = format!("b3:{hash}");
    let code = |arguments: &[&str]| {
        let output = run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!errors.trim().is_empty(), "{arguments:?} says nothing");
        (output.status.code(), errors)
    };
    assert_eq!(code(&["get", "--no-such-flag"]).0, Some(2));
    assert_eq!(code(&["get", "--director", &director, "neither a title nor a hash"]).0, Some(2));
    assert_eq!(code(&["get", "--director", &director, "Library/Nothing"]).0, Some(3));
    let unknown = format!("b3:{}", "0".repeat(64));
    assert_eq!(code(&["get", "--director", &director, &unknown]).0, Some(3));
    let (status, errors) = code(&["get", "--director", "http://127.0.0.1:9", &locator]);
    assert_eq!(status, Some(3));
    assert!(errors.contains("127.0.0.1:9"), "the message names the director: {errors}");
    let nowhere = cluster.scratch().join("no/such/directory/out");
    assert_eq!(code(&["get", "--director", &director, &locator, "-o", nowhere.to_str().unwrap()]).0, Some(5));
}

#[test]
fn any_http_client_fetches_any_stream() {
    let (mut cluster, hash) = Cluster::with_file(&[40], 3 * MIB);
    let server = cluster.server("alpha");
    let whole = std::fs::read(server.film("Film.mkv")).unwrap();
    let path = format!("/streams/{hash}");
    let answer = http::get(&server.address, &path, "").unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.body == whole, "other bytes than the file's");
    let answer = http::get(&server.address, &path, "range: bytes=1048570-1048579\r\n").unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (206, &whole[1_048_570..1_048_580]));
    assert!(
        answer.head.to_lowercase().contains("content-range: bytes 1048570-1048579/3145728"),
        "{}",
        answer.head
    );
    let answer = http::get(&server.address, &path, "range: bytes=-5\r\n").unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (206, &whole[3 * MIB as usize - 5..]));
    assert_eq!(http::get(&server.address, &path, "range: bytes=3145728-\r\n").unwrap().status, 416);
    assert_eq!(http::get(&server.address, "/streams/00", "").unwrap().status, 404);
    assert_eq!(http::get(&server.address, "/../../../etc/passwd", "").unwrap().status, 404);
    assert_eq!(http::get(&server.address, "/health", "").unwrap().status, 200);
    assert!(Path::new(&server.film("Film.mkv")).exists());
}
