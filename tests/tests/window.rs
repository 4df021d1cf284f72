//! A person's evening, with real keys and clicks: an empty window, a director, a catalog, a title, and the film
//! itself, whose pictures must be those that another program finds at the same time of the file.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tributary_tests::cluster::{Cluster, NAMES};
use tributary_tests::film::{ffmpeg, make_film};
use tributary_tests::player::{Player, missing};
use tributary_tests::wait_until;
use tributary_tests::window::{self, Area, Picture};

const PATIENCE: Duration = Duration::from_secs(60);
/// Length of the film, in seconds.
const SECONDS: u32 = 20;
/// The middle of the film's picture, where the seconds are counted and nothing else is drawn.
const MIDDLE: Area = Area { x: 200, y: 180, width: 980, height: 380 };

/// The film's picture at a time, which began at most one picture before it, on a display of 1280x800, as ffmpeg decodes it.
fn decoded(film: &Path, seconds: f64) -> Picture {
    let (film, at) = (film.display().to_string(), format!("{:.4}", (seconds - 0.0395).max(0.0)));
    let place = "scale=1280:720,pad=1280:800:0:40";
    let raw = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
    let mut arguments = vec!["-ss", &at, "-i", &film, "-vf", place];
    arguments.extend(raw);
    Picture { width: 1280, rgb: ffmpeg(&arguments) }
}

/// Waits until a property has this value.
fn wait_for(player: &mut Player, name: &str, wanted: &Value) {
    wait_until(&format!("{name} to be {wanted}"), PATIENCE, || {
        player.property(name).filter(|value| value == wanted)
    });
}

/// Presses a key until a property has this value.
fn press_until(player: &mut Player, key: &str, name: &str, wanted: &Value) {
    player.until(
        &format!("{name} to be {wanted}"),
        |player| player.press(key),
        |player| player.property(name).filter(|value| value == wanted),
    );
}

/// Where the paused film stands, if that is about there.
fn stands_at(player: &mut Player, seconds: f64) -> Option<f64> {
    let still = player.property("seeking")? == false && player.property("pause")? == true;
    player.position().filter(|place| still && (place - seconds).abs() < 0.6)
}

/// The picture to be seen is the film's at `place`, and at none of its other seconds.
fn assert_shows(player: &Player, film: &Path, place: f64) {
    let (expected, fraction) = (decoded(film, place), place.fract());
    // Two ways from luma to colours and two scalers: about one of 255.
    wait_until(&format!("the film's picture at {place} s"), PATIENCE, || {
        (player.picture().differs(&expected, MIDDLE) < 4.0).then_some(())
    });
    let shown = player.picture();
    let nearest = (0..SECONDS)
        .map(|second| f64::from(second) + fraction)
        .min_by(|a, b| {
            let off = |place: f64| shown.differs(&decoded(film, place), MIDDLE);
            off(*a).total_cmp(&off(*b))
        })
        .expect("the film has seconds");
    assert!((nearest - place).abs() < 0.5, "it shows what is at {nearest} s, not {place} s");
}

#[test]
fn from_an_empty_window_to_the_right_picture_by_keys_and_clicks() {
    if let Some(missing) = missing().or_else(window::missing) {
        eprintln!("skipped: a window can't be used here without {missing}");
        return;
    }
    let mut cluster = Cluster::start();
    let film = cluster.scratch().join("Seconds.mkv");
    make_film(&film, SECONDS);
    for name in NAMES.into_iter().take(2) {
        cluster.add_server(name, Some(8), |films| {
            for catalog in ["Evenings", "Other"] {
                std::fs::create_dir(films.join(catalog)).expect("a folder can be made");
            }
            std::fs::copy(&film, films.join("Evenings/Seconds.mkv")).expect("a film can be copied");
            std::fs::write(films.join("Other/Noise.mkv"), [7; 20_000]).expect("a file can be written");
        });
    }
    cluster.wait_for_sources(&tributary_tests::files::hash_file(&film), 2);

    let pictures = cluster.scratch().join("home/Pictures");
    std::fs::create_dir_all(&pictures).expect("a folder can be made");
    let mut player = Player::start_with(cluster.scratch(), &[]);
    player.focus();
    let address = cluster.director_address().to_owned();
    let type_address = |player: &mut Player| {
        player.click_at("Address of a director", 0.5);
        player.press("ctrl+a");
        player.type_text(&address);
        player.press("Return");
    };
    player.until("the catalogs", type_address, |player| player.place_of("Evenings"));
    let search = |player: &mut Player| {
        player.click_at("Evenings", 0.5);
        player.press("slash");
        player.press("ctrl+a");
        player.type_text("secon");
    };
    player.until("the title", search, |player| player.place_of("Seconds"));
    player.until("its page", |player| player.click_at("Seconds", 0.5), |player| player.place_of("Play"));
    player.until("the film", |player| player.click_at("Play", 0.5), Player::position);
    player.wait_for_position(0.5, PATIENCE);

    press_until(&mut player, "space", "pause", &true.into());
    // By key to the middle, by a click on the bar elsewhere: each time the very picture.
    let half = f64::from(SECONDS) / 2.0;
    let middle = player.until("the middle", |player| player.press("5"), |player| stands_at(player, half));
    assert_shows(&player, &film, middle);
    let far = f64::from(SECONDS) * 0.8;
    let later = player.until(
        "a later place",
        |player| player.click_at("Seek, at", 0.8),
        |player| stands_at(player, far),
    );
    player.point_at(640.0, 120.0);
    assert_shows(&player, &film, later);

    wait_for(&mut player, "aid", &1.into());
    press_until(&mut player, "a", "aid", &2.into());
    wait_for(&mut player, "sid", &false.into());
    press_until(&mut player, "c", "sid", &1.into());
    press_until(&mut player, "c", "sid", &2.into());
    let place = wait_until("the film to stand again", PATIENCE, || stands_at(&mut player, later));
    assert_shows(&player, &film, place);

    player.press("s");
    let saved = wait_until("the picture that was saved", PATIENCE, || {
        let mut files = std::fs::read_dir(&pictures).ok()?.flatten();
        files.find(|file| file.path().extension().is_some_and(|ending| ending == "png"))
    });
    assert!(saved.file_name().to_string_lossy().starts_with("Seconds 0.1"), "{saved:?}");
    player.press("Escape");
    wait_for(&mut player, "idle-active", &true.into());
    assert_eq!(player.quit(), 0);
}
