//! `tributary-fetch diagnose`: servers measured without playing, over real processes.

use tributary_tests::cluster::Cluster;
use tributary_tests::diagnose::Diagnosis;
use tributary_tests::files::{MIB, flip_bit, hash_file};
use tributary_tests::shaper::Line;

const BYTES: u64 = 24 * MIB;

/// Never more than so many per cent above, and not less than half: a machine that is busy with other tests
/// makes a rate smaller, but not larger.
#[track_caller]
fn near(what: &str, value: f64, expected: f64, per_cent: f64) {
    let above = (value / expected - 1.0) * 100.0;
    assert!(above <= per_cent && value >= expected / 2.0, "{what}: {value:.0} is far off {expected:.0}");
}

#[test]
fn a_directors_servers_are_measured_alone_and_together() {
    let (mut cluster, hash) = Cluster::with_file(&[40, 20], BYTES);
    cluster.server("beta").process.kill();
    let beta = cluster.server("beta").address.clone();
    let csv = cluster.scratch().join("servers.csv");
    let (url, path) = (cluster.director_url(), csv.display().to_string());
    cluster.restart_server("beta");
    cluster.add_server("gone", Some(10), |films| drop(std::fs::write(films.join("Other.mkv"), [7; 20_000])));
    // The director knows of a server before it knows what it holds.
    let other = hash_file(&cluster.server("gone").film("Other.mkv"));
    cluster.wait_for_sources(&hash, 2);
    cluster.wait_for_sources(&other, 1);
    let listed = || Diagnosis::run(cluster.scratch(), &["--director", &url, "--json", "--export", &path]);
    let all = listed();
    assert_eq!(all.code, 0, "{}", all.errors);
    near("alpha alone", all.number("alpha", "alone_bps"), 40e6, 15.0);
    near("beta alone", all.number("beta", "alone_bps"), 20e6, 15.0);
    near("both", all.number("alpha", "together_bps") + all.number("beta", "together_bps"), 60e6, 20.0);
    assert_eq!(all.number("alpha", "wrong_blocks"), 0.0);
    assert!(all.number("alpha", "blocks") >= 256.0 && all.number("alpha", "first_byte_ms") > 0.0);
    assert_eq!(all.server("beta")["holds"], serde_json::json!([1, 2]));
    let table = std::fs::read_to_string(&csv).unwrap();
    assert!(table.lines().count() == 4 && table.contains(&beta), "{table}");

    cluster.server("gone").process.freeze();
    let silent = Diagnosis::run(cluster.scratch(), &["--director", &url, "--sort", "rate"]);
    assert_eq!(silent.code, 0, "{}", silent.errors);
    let lines: Vec<&str> = silent.output.lines().collect();
    assert!(lines[1].starts_with("alpha (") && lines[2].starts_with("beta ("), "{}", silent.output);
    assert!(lines[3].starts_with("gone (") && lines[3].contains("silent"), "{}", silent.output);
    assert!(silent.output.contains("Two of three servers answer."), "{}", silent.output);
}

#[test]
fn the_own_line_is_told_from_slow_servers() {
    let (own, alpha, beta, gamma) = (Line::new(48.0), Line::new(40.0), Line::new(32.0), Line::new(12.0));
    let (cluster, hash) = Cluster::behind_lines(&[&[&alpha, &own], &[&beta, &own], &[&gamma, &own]], BYTES);
    let (url, locator) = (cluster.director_url(), format!("b3:{hash}"));
    let run = || Diagnosis::run(cluster.scratch(), &["--director", &url, &locator, "--json"]);
    let narrow = run();
    assert_eq!(narrow.sentence(), "Your own line is the limit", "{narrow:#?}");
    near("alpha alone", narrow.number("alpha", "alone_bps"), 40e6, 15.0);
    near("together", narrow.report["together_bps"].as_f64().unwrap(), 48e6, 15.0);
    own.set_mbit(400.0);
    let wide = run();
    assert_eq!(wide.sentence(), "All three servers answer and send right bytes", "{wide:#?}");
}

#[test]
fn wrong_bytes_and_nobody_have_exit_codes_of_their_own() {
    let (mut cluster, hash) = Cluster::with_file(&[200, 200], BYTES);
    let film = cluster.server("beta").film("Film.mkv");
    for offset in (0..BYTES).step_by(1 << 19) {
        flip_bit(&film, offset);
    }
    let locator = format!("b3:{hash}");
    let [alpha, beta] = ["alpha", "beta"].map(|name| cluster.server(name).address.clone());
    let both = Diagnosis::run(
        cluster.scratch(),
        &[&locator, "--source", &alpha, "--source", &format!("tributary://{beta}/{locator}"), "--json"],
    );
    assert_eq!((both.code, both.sentence()), (0, "beta sends wrong bytes"), "{both:#?}");
    assert!(both.number("beta", "wrong_blocks") > 0.0 && both.number("alpha", "wrong_blocks") == 0.0);
    let wrong = Diagnosis::run(cluster.scratch(), &[&locator, "--source", &beta, "--json"]);
    assert_eq!(wrong.code, 4, "{wrong:#?}");
    for name in ["alpha", "beta"] {
        cluster.server(name).process.kill();
    }
    let nobody = Diagnosis::run(cluster.scratch(), &[&locator, "--source", &alpha]);
    assert_eq!(nobody.code, 3, "{nobody:#?}");
    assert!(nobody.errors.contains("nothing listens there"), "{}", nobody.errors);
    let unnamed = Diagnosis::run(cluster.scratch(), &["--source", &alpha]);
    assert_eq!(unnamed.code, 2, "{unnamed:#?}");
    let ending = Diagnosis::run(cluster.scratch(), &[&locator, "--source", &alpha, "--export", "x.txt"]);
    assert_eq!(ending.code, 2, "{ending:#?}");
}
