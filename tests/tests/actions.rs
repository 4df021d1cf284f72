//! Keys, clicks and commands at random, windows of all sizes, titles and tracks that change and a server that comes
//! and goes, and a film that still runs after them: no crash, no dead lock, no stall with all servers up.
//!
//! `TRIBUTARY_ACTIONS` says how many (usually few), `TRIBUTARY_SEED` which: the same number, the same actions.

use std::ops::Range;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tributary_tests::cluster::{Cluster, NAMES};
use tributary_tests::film::make_film;
use tributary_tests::player::{Player, make_clip, missing};
use tributary_tests::window;

const PATIENCE: Duration = Duration::from_secs(60);
/// Actions where nobody says how many.
const USUAL: u64 = 40;
/// Length of the films, in seconds.
const SECONDS: u32 = 30;
/// The films: one as cameras write it, one with two sounds and two tracks of subtitles.
const TITLES: [&str; 2] = ["Library/Clip", "Library/Film"];
/// How many servers have both.
const SERVERS: usize = 3;
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

/// What is tried out: a player, and the servers that it plays from.
struct Stage {
    cluster: Cluster,
    player: Player,
    numbers: Numbers,
    /// The server that is gone.
    gone: Option<&'static str>,
}

impl Stage {
    fn any<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.numbers.below(of.len() as u64) as usize]
    }

    /// Does something and says what.
    fn act(&mut self) -> String {
        match self.numbers.below(16) {
            0 => {
                let (x, y) = (200 + self.numbers.below(800), 150 + self.numbers.below(400));
                self.player.point_at(x as f64, y as f64);
                self.player.click_here();
                format!("click at {x}, {y}")
            }
            1 => {
                // Along the seek bar, which is there while the pointer moves.
                let x = 30 + self.numbers.below(1200);
                self.player.point_at(x as f64, 716.0);
                self.player.click_here();
                format!("click on the seek bar at {x}")
            }
            2 => {
                let to = self.numbers.below(u64::from(SECONDS));
                self.command(&json!(["seek", to, "absolute"]))
            }
            3 => {
                let pause = self.numbers.below(2) == 0;
                self.command(&json!(["set_property", "pause", pause]))
            }
            4 => {
                let kind = self.any(&["aid", "sid"]);
                let track = self.any(&[json!(1), json!(2), json!("no")].each_ref()).clone();
                self.command(&json!(["set_property", kind, track]))
            }
            5 => {
                let title = self.any(&TITLES);
                self.command(&json!(["loadfile", title]))
            }
            6 => {
                let (width, height) = self.any(&[(1280, 800), (800, 500), (640, 360), (1000, 700)]);
                self.player.resize(width, height);
                format!("window of {width}x{height}")
            }
            7 => self.kill_or_bring_back(),
            8 => {
                let speed = self.any(&[0.25, 0.5, 1.0, 1.5, 2.0, 4.0]);
                self.command(&json!(["set_property", "speed", speed]))
            }
            _ => {
                let key = self.any(&KEYS);
                self.player.press(key);
                key.to_owned()
            }
        }
    }

    fn command(&mut self, command: &Value) -> String {
        self.player.command(command);
        command.to_string()
    }

    fn kill_or_bring_back(&mut self) -> String {
        if let Some(name) = self.gone.take() {
            self.cluster.restart_server(name);
            return format!("{name} is back");
        }
        let name = self.any(&NAMES[..SERVERS]);
        self.cluster.server(name).process.kill();
        self.gone = Some(name);
        format!("{name} is killed")
    }

    /// Whatever was done to it before, with all servers up the film runs on from where it is sent, without a stall.
    fn assert_runs(&mut self) {
        if self.gone.is_some() {
            self.kill_or_bring_back();
        }
        let player = &mut self.player;
        if player.property("idle-active") == Some(json!(true)) {
            player.must(&json!(["loadfile", TITLES[0]]));
            player.wait_for_position(0.0, PATIENCE);
        }
        player.must(&json!(["set_property", "speed", 1.0]));
        player.must(&json!(["set_property", "pause", false]));
        player.must(&json!(["seek", 2, "absolute"]));
        run_to(player, 2.2..20.0);
        let stalls =
            |player: &mut Player| player.property("tributary/stats").map(|all| all["stalls"].clone());
        let before = stalls(player);
        run_to(player, 3.0..f64::from(SECONDS));
        assert_eq!(stalls(player), before, "it stalls with all servers up");
    }
}

/// Waits until the film is within these seconds; says how it stands where it does not come there.
fn run_to(player: &mut Player, seconds: Range<f64>) {
    let started = Instant::now();
    while !player.position().is_some_and(|at| seconds.contains(&at)) {
        if started.elapsed() > PATIENCE {
            let told =
                ["path", "time-pos", "pause", "seeking", "paused-for-cache", "speed", "tributary/stats"];
            let stands = told.map(|name| format!("{name}: {:?}", player.property(name)));
            panic!("the film does not come to {seconds:?}: {}", stands.join(", "));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
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
    let film = cluster.scratch().join("Film.mkv");
    make_film(&film, SECONDS);
    for name in NAMES.into_iter().take(SERVERS) {
        cluster.add_server(name, Some(4), |films| {
            for path in [&clip, &film] {
                std::fs::copy(path, films.join(path.file_name().expect("it has a name")))
                    .expect("a test file can be copied");
            }
        });
    }
    for path in [&clip, &film] {
        cluster.wait_for_sources(&tributary_tests::files::hash_file(path), SERVERS);
    }
    std::fs::create_dir_all(cluster.scratch().join("home/Pictures")).expect("a folder can be made");
    let mut player = Player::start(cluster.scratch(), &cluster.director_url(), TITLES[0]);
    player.focus();
    player.wait_for_position(0.2, PATIENCE);
    let (actions, seed) = (told("TRIBUTARY_ACTIONS", USUAL), told("TRIBUTARY_SEED", 1));
    let mut stage = Stage { cluster, player, numbers: Numbers(seed), gone: None };
    let mut done = Vec::new();
    for number in 1..=actions {
        done.push(stage.act());
        std::thread::sleep(Duration::from_millis(stage.numbers.below(200)));
        // An answer to a question is what a dead lock would not give.
        let last = done.iter().rev().take(8).rev().cloned().collect::<Vec<_>>().join(", ");
        assert!(stage.player.property("pid").is_some(), "no answer after {last}");
        if number % 20 == 0 || number == actions {
            println!("{number} of {actions} (seed {seed}): {last}");
            stage.assert_runs();
        }
    }
    assert_eq!(stage.player.quit(), 0);
}
