//! Keys, clicks and commands at random, and a film that still runs after them: no crash, no dead lock, no stall.
//!
//! `TRIBUTARY_ACTIONS` says how many (usually few), `TRIBUTARY_SEED` which: the same number, the same actions.

use std::time::Duration;

use serde_json::json;
use tributary_tests::cluster::{Cluster, NAMES};
use tributary_tests::player::{Player, make_clip, missing};
use tributary_tests::{wait_until, window};

const PATIENCE: Duration = Duration::from_secs(60);
/// Actions where nobody says how many.
const USUAL: u64 = 40;
/// Length of the film, in seconds.
const SECONDS: u32 = 30;
/// Keys that stay inside the player, by X's names.
const KEYS: [&str; 44] = [
    "space",
    "k",
    "Left",
    "Right",
    "j",
    "l",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "comma",
    "period",
    "Prior",
    "Next",
    "b",
    "bracketleft",
    "bracketright",
    "BackSpace",
    "Up",
    "Down",
    "m",
    "a",
    "c",
    "z",
    "x",
    "plus",
    "minus",
    "g",
    "r",
    "d",
    "f",
    "t",
    "i",
    "s",
    "question",
    "Tab",
    "Right",
    "space",
    "7",
];

/// A number for an environment variable.
fn told(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Numbers that only their seed decides (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }
}

fn act(player: &mut Player, numbers: &mut Numbers) -> String {
    match numbers.below(10) {
        0 => {
            let (x, y) = (200 + numbers.below(800), 150 + numbers.below(400));
            player.point_at(x as f64, y as f64);
            player.click_here();
            format!("click at {x}, {y}")
        }
        1 => {
            // Along the seek bar, which is there while the pointer moves.
            let x = 30 + numbers.below(1200);
            player.point_at(x as f64, 716.0);
            player.click_here();
            format!("click on the seek bar at {x}")
        }
        2 => {
            let to = numbers.below(u64::from(SECONDS));
            player.command(&json!(["seek", to, "absolute"]));
            format!("seek to {to}")
        }
        3 => {
            let pause = numbers.below(2) == 0;
            player.command(&json!(["set_property", "pause", pause]));
            format!("pause {pause}")
        }
        _ => {
            let key = KEYS[numbers.below(KEYS.len() as u64) as usize];
            player.press(key);
            key.to_owned()
        }
    }
}

/// Whatever was done to it before, the film runs from where it is sent.
fn assert_runs(player: &mut Player, title: &str) {
    if player.property("idle-active") == Some(json!(true)) {
        player.must(&json!(["loadfile", title]));
        player.wait_for_position(0.0, PATIENCE);
    }
    player.must(&json!(["set_property", "speed", 1.0]));
    player.must(&json!(["set_property", "pause", false]));
    player.must(&json!(["seek", 2, "absolute"]));
    wait_until("the film to run", PATIENCE, || player.position().filter(|at| (2.2..20.0).contains(at)));
}

#[test]
fn whatever_is_pressed_the_film_still_runs() {
    if let Some(missing) = missing().or_else(window::missing) {
        eprintln!("skipped: a window can't be used here without {missing}");
        return;
    }
    let mut cluster = Cluster::start();
    let clip = cluster.scratch().join("Clip.mp4");
    make_clip(&clip, SECONDS, 1500);
    for name in NAMES.into_iter().take(3) {
        cluster.add_server(name, Some(4), |films| {
            std::fs::copy(&clip, films.join("Clip.mp4")).expect("a test file can be copied");
        });
    }
    cluster.wait_for_sources(&tributary_tests::files::hash_file(&clip), 3);
    let title = "Library/Clip";
    std::fs::create_dir_all(cluster.scratch().join("home/Pictures")).expect("a folder can be made");
    let mut player = Player::start(cluster.scratch(), &cluster.director_url(), title);
    player.focus();
    player.wait_for_position(0.2, PATIENCE);
    let (actions, seed) = (told("TRIBUTARY_ACTIONS", USUAL), told("TRIBUTARY_SEED", 1));
    let mut numbers = Numbers(seed);
    let mut done = Vec::new();
    for number in 1..=actions {
        done.push(act(&mut player, &mut numbers));
        std::thread::sleep(Duration::from_millis(numbers.below(200)));
        // An answer to a question is what a dead lock would not give.
        let last = done.iter().rev().take(8).rev().cloned().collect::<Vec<_>>().join(", ");
        assert!(player.property("pid").is_some(), "no answer after {last}");
        if number % 20 == 0 || number == actions {
            println!("{number} of {actions} (seed {seed}): {last}");
            assert_runs(&mut player, title);
        }
    }
    assert_eq!(player.quit(), 0);
}
