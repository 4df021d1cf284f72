//! The player in a real window: to the end without a stall, through seeks, through a server's death.

use std::time::{Duration, Instant};

use serde_json::json;
use tributary_tests::cluster::{Cluster, NAMES};
use tributary_tests::player::{Player, make_clip, missing};

const TITLE: &str = "Library/Clip";

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three servers that hold one clip; nothing, and a message, where no player can run here.
fn cluster_with_clip(seconds: u32, rates_mbit: [u32; 3]) -> Option<Cluster> {
    if let Some(missing) = missing() {
        eprintln!("skipped: a player can't run here without {missing}");
        return None;
    }
    let mut cluster = Cluster::start();
    let master = cluster.scratch().join("Clip.mp4");
    make_clip(&master, seconds, 1500);
    let hash = tributary_tests::files::hash_file(&master);
    for (name, rate) in NAMES.iter().zip(rates_mbit) {
        cluster.add_server(name, Some(rate), |films| {
            std::fs::copy(&master, films.join("Clip.mp4")).expect("a test file can be copied");
        });
    }
    cluster.wait_for_sources(&hash, 3);
    Some(cluster)
}

fn open(cluster: &Cluster) -> Player {
    let mut player = Player::start(cluster.scratch(), &cluster.director_url(), TITLE);
    player.wait_for_position(0.2, Duration::from_secs(20));
    player
}

/// The film runs as time does: within 5 %, and a quarter of a second for the two looks at it.
fn assert_runs(player: &mut Player, span: Duration) {
    let (before, started) = (player.position_now(), Instant::now());
    std::thread::sleep(span);
    let (after, passed) = (player.position_now(), started.elapsed().as_secs_f64());
    let film = after - before;
    assert!((film - passed).abs() < 0.05 * passed + 0.25, "{film:.2} s of film in {passed:.2} s");
}

#[test]
fn a_film_runs_to_its_end_without_a_stall() {
    let Some(cluster) = cluster_with_clip(12, [8, 4, 2]) else { return };
    let mut player = open(&cluster);
    let duration = player.property("duration").unwrap().as_f64().unwrap();
    assert!((duration - 12.0).abs() < 0.2, "{duration}");
    assert_runs(&mut player, Duration::from_secs(8));
    let stats = player.property("tributary/stats").unwrap();
    let gave =
        stats["sources"].as_array().unwrap().iter().filter(|source| source["bytes"].as_u64() > Some(0));
    assert_eq!(gave.count(), 3, "all three servers gave some: {stats}");
    tributary_tests::wait_until("the end of the film", Duration::from_secs(8), || {
        player.property("eof-reached").filter(|reached| *reached == true)
    });
    assert_eq!(player.quit(), 0);
}

#[test]
fn twenty_seeks_and_it_still_runs() {
    let Some(cluster) = cluster_with_clip(60, [8, 4, 2]) else { return };
    let mut player = open(&cluster);
    // A fixed run of a linear congruence: far and near, both ways.
    let mut place: u32 = 7;
    for _ in 0..20 {
        place = (place * 29 + 17) % 45;
        player.must(&json!(["seek", place, "absolute"]));
        std::thread::sleep(Duration::from_millis(500));
        assert_ne!(player.property("eof-reached"), Some(json!(true)), "a seek is not the end");
    }
    player.must(&json!(["seek", 30, "absolute"]));
    player.wait_for_position(30.5, Duration::from_secs(10));
    assert!(player.position_now() < 40.0, "it runs from where it was sent");
    assert_runs(&mut player, Duration::from_secs(3));
    player.must(&json!(["set_property", "pause", true]));
    std::thread::sleep(Duration::from_millis(300));
    let still = player.position();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(still, player.position(), "a paused film stands");
    assert_eq!(player.quit(), 0);
}

#[test]
fn a_server_dies_and_the_picture_goes_on() {
    // Slow servers, so that the film is still being fetched when one of them dies.
    let Some(mut cluster) = cluster_with_clip(30, [2, 1, 1]) else { return };
    let mut player = open(&cluster);
    player.wait_for_position(3.0, Duration::from_secs(20));
    cluster.server("alpha").process.kill();
    assert_runs(&mut player, Duration::from_secs(8));
    let stats = player.property("tributary/stats").unwrap();
    let alpha = stats["sources"].as_array().unwrap().iter().find(|source| source["name"] == "alpha").unwrap();
    assert!(alpha["errors"].as_u64() > Some(0), "its death is noted: {alpha}");
    assert_eq!(player.quit(), 0);
}

#[test]
fn a_signal_ends_it_as_closing_its_window_does() {
    let Some(cluster) = cluster_with_clip(10, [8, 8, 8]) else { return };
    let mut player = open(&cluster);
    player.wait_for_position(1.0, PATIENCE);
    assert_eq!(player.terminate(PATIENCE), 0);
    let kept = std::fs::read_dir(cluster.scratch().join("config")).expect("it has a folder").count();
    assert!(kept > 0, "nothing is kept of where one left off");
}
