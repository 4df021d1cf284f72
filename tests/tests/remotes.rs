//! The player on a session bus of its own, driven by a program of others: `playerctl`, which speaks MPRIS as
//! media keys and desktops do.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use tributary_tests::cluster::{Cluster, NAMES};
use tributary_tests::player::{Player, make_clip, missing};
use tributary_tests::process::Process;
use tributary_tests::{http, wait_until};

const PATIENCE: Duration = Duration::from_secs(60);
/// Length of the film, in seconds.
const SECONDS: u32 = 30;
const TITLE: &str = "Library/Clip";

/// A session bus that ends with the test.
struct Bus {
    _daemon: Process,
    address: String,
}

impl Bus {
    fn start(scratch: &Path) -> Self {
        let at = format!("--address=unix:path={}", scratch.join("bus").display());
        let arguments = ["--session", "--nofork", "--print-address=1", &at];
        let mut daemon = Process::start("bus", scratch, Path::new("dbus-daemon"), arguments, &[]);
        let address = daemon.wait_for_line("", PATIENCE);
        Self { _daemon: daemon, address }
    }

    /// What `playerctl` prints; nothing where it fails.
    fn playerctl(&self, arguments: &[&str]) -> Option<String> {
        let output = Command::new("playerctl")
            .args(["--player", "tributary"])
            .args(arguments)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .output()
            .expect("it was looked for");
        let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(printed)
    }

    fn must(&self, arguments: &[&str]) {
        assert!(self.playerctl(arguments).is_some(), "playerctl {arguments:?} fails");
    }

    fn number(&self, arguments: &[&str]) -> Option<f64> {
        self.playerctl(arguments)?.parse().ok()
    }

    fn wait_for(&self, arguments: &[&str], wanted: &str) {
        wait_until(&format!("{arguments:?} to be {wanted}"), PATIENCE, || {
            self.playerctl(arguments).filter(|printed| printed == wanted)
        });
    }
}

fn is_there(program: &str) -> bool {
    let status = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn fetch(address: &str) -> http::Answer {
    let (host, path) = address.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("a path");
    http::get(host, &format!("/{path}"), "").expect("an answer")
}

#[test]
fn playerctl_plays_pauses_seeks_and_reads_what_plays() {
    let lacks = ["playerctl", "dbus-daemon"].into_iter().find(|program| !is_there(program));
    if let Some(missing) = missing().or_else(|| lacks.map(str::to_owned)) {
        eprintln!("skipped: a player can't be controlled here without {missing}");
        return;
    }
    let mut cluster = Cluster::start();
    let clip = cluster.scratch().join("Clip.mp4");
    make_clip(&clip, SECONDS, 800);
    cluster.add_server(NAMES[0], Some(8), |films| {
        std::fs::copy(&clip, films.join("Clip.mp4")).expect("a test file can be copied");
    });
    cluster.wait_for_sources(&tributary_tests::files::hash_file(&clip), 1);
    let bus = Bus::start(cluster.scratch());
    let director = cluster.director_url();
    let mut player = Player::start_in(
        cluster.scratch(),
        &["--director", &director, TITLE],
        &[("DBUS_SESSION_BUS_ADDRESS", &bus.address)],
    );
    player.wait_for_position(0.2, PATIENCE);

    bus.wait_for(&["status"], "Playing");
    bus.must(&["pause"]);
    bus.wait_for(&["status"], "Paused");
    assert_eq!(player.property("pause"), Some(json!(true)));
    bus.must(&["position", "12"]);
    wait_until("the place asked for", PATIENCE, || {
        bus.number(&["position"]).filter(|at| (at - 12.0).abs() < 0.1)
    });
    bus.must(&["position", "3+"]);
    wait_until("three seconds more", PATIENCE, || {
        bus.number(&["position"]).filter(|at| (at - 15.0).abs() < 0.1)
    });
    bus.must(&["volume", "0.4"]);
    wait_until("another volume", PATIENCE, || bus.number(&["volume"]).filter(|volume| *volume == 0.4));
    assert_eq!(player.property("volume").and_then(|volume| volume.as_f64()), Some(40.0));

    bus.wait_for(&["metadata", "xesam:title"], "Clip");
    let length_us = bus.number(&["metadata", "mpris:length"]).expect("a film has a length");
    assert!((length_us / 1e6 - f64::from(SECONDS)).abs() < 0.3, "{length_us}");
    // A server tells of a film before it has made a picture of it; the next who opens it has it.
    let art = wait_until("the film's picture", PATIENCE, || {
        player.must(&json!(["loadfile", TITLE]));
        std::thread::sleep(Duration::from_millis(500));
        bus.playerctl(&["metadata", "mpris:artUrl"]).filter(|art| !art.is_empty())
    });
    assert!(art.starts_with(&director), "{art} is not at {director}");
    // The director names a server that has it.
    let told = fetch(&art);
    let place = told.head.lines().find_map(|line| line.strip_prefix("location: ")).expect("a place");
    let picture = fetch(place);
    assert_eq!(picture.status, 200);
    assert!(picture.body.starts_with(&[0xff, 0xd8, 0xff]), "{art} is a JPEG");

    bus.must(&["pause"]);
    bus.wait_for(&["status"], "Paused");
    bus.must(&["play"]);
    bus.wait_for(&["status"], "Playing");
    bus.must(&["stop"]);
    bus.wait_for(&["status"], "Stopped");
    assert_eq!(player.quit(), 0);
}
