//! What leaves the programs for others: numbers that fit their schema, and bundles without secrets.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use boon::{Compiler, Schemas};
use serde_json::Value;
use tributary_tests::cluster::Cluster;
use tributary_tests::fetch::Fetch;
use tributary_tests::files::MIB;
use tributary_tests::process::Process;
use tributary_tests::programs::program;

const PATIENCE: Duration = Duration::from_secs(60);

/// Checks values against the schema that is checked in.
fn assert_fit(values: &[Value]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/stats.schema.json");
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let schema = serde_json::from_reader(File::open(path).expect("the schema is there")).expect("JSON");
    compiler.add_resource("stats.json", schema).expect("it can be read");
    let schema = compiler.compile("stats.json", &mut schemas).expect("it is a schema");
    for value in values {
        if let Err(why) = schemas.validate(value, schema) {
            panic!("{why:#}\n{value:#}");
        }
    }
}

#[test]
fn every_line_of_the_log_fits_the_schema() {
    let (mut cluster, hash) = Cluster::with_file(&[30, 10], 8 * MIB);
    let log = cluster.scratch().join("stats.jsonl");
    let (url, locator, path) = (cluster.director_url(), format!("b3:{hash}"), log.display().to_string());
    let output = cluster.scratch().join("out");
    let arguments = ["--director", &url, &locator, "--stats-log", &path, "--cut-over", "prediction"];
    let mut fetch = Fetch::start_with(cluster.scratch(), &arguments, &output);
    fetch.wait_for_bytes(2 * MIB);
    cluster.server("beta").process.kill();
    let report = fetch.finish_whole(&hash, PATIENCE);
    let text = std::fs::read_to_string(&log).expect("there is a log");
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert!(lines.len() >= 3, "{text}");
    assert_fit(&lines);
    let last = lines.last().expect("more than two");
    assert_eq!(last["totals"]["bytes"].as_u64(), Some(report.bytes), "the last line has all");
    let numbers: Vec<u64> = lines
        .iter()
        .flat_map(|line| line["events"].as_array().expect("a list"))
        .map(|event| event["number"].as_u64().expect("a number"))
        .collect();
    let in_order: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, in_order, "each event once, in order");
    // A value that does not fit is found.
    let mut wrong = last.clone();
    wrong["totals"]["bytes"] = "many".into();
    let found = std::panic::catch_unwind(|| assert_fit(&[wrong]));
    assert!(found.is_err(), "the schema lets anything pass");
}

#[test]
fn a_bundle_holds_no_password_no_token_and_no_folder() {
    let (cluster, hash) = Cluster::with_file(&[200], MIB);
    let home = cluster.scratch().join("home");
    let settings = home.join(".config/tributary");
    std::fs::create_dir_all(&settings).expect("a folder");
    let url = format!("http://anna:pass-4711@{}", cluster.director_address());
    let text = format!(
        "director = \"{url}\"\naccess_token = \"v4.public.c2VjcmV0\"\nfilms = \"{}/Private/Films\"\n",
        home.display()
    );
    std::fs::write(settings.join("config.toml"), text).expect("written");
    let bundle = cluster.scratch().join("report.zip");
    let (path, locator) = (bundle.display().to_string(), format!("b3:{hash}"));
    let arguments = ["diagnose", &locator, "--bundle", &path, "--quiet"];
    let environment =
        [("HOME", home.to_str().expect("a path of this test")), ("TRIBUTARY_TOKEN", "tok-0815-x")];
    let mut process =
        Process::start("diagnose", cluster.scratch(), &program("tributary-fetch"), arguments, &environment);
    // How well the server does is another test's matter: there is a bundle in any case.
    let code = process.wait(PATIENCE);
    assert!(matches!(code, 0 | 3 | 4), "{code}: {}", process.errors());
    let mut zip = zip::ZipArchive::new(File::open(&bundle).expect("there is one")).expect("a zip file");
    let mut names = Vec::new();
    for number in 0..zip.len() {
        let mut file = zip.by_index(number).expect("a file in it");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("all of it is text");
        for secret in ["pass-4711", "v4.public", "tok-0815", home.to_str().expect("a path"), "Private"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        names.push(text);
    }
    let all = names.join("\n");
    assert!(all.contains("access_token = \"(removed)\"") && all.contains("\"phase\""), "{all}");
}
