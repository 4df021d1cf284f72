//! Tracks and chapters of a film: told by the index, chosen in the player, and kept for the next time.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tributary_tests::cluster::{Cluster, NAMES};
use tributary_tests::film::{ffmpeg, make_film};
use tributary_tests::player::{Player, missing};
use tributary_tests::{http, wait_until, window};

const PATIENCE: Duration = Duration::from_secs(60);
/// Length of the film, in seconds.
const SECONDS: u32 = 20;
const TITLE: &str = "Library/Film";

/// A film with three chapters, two sounds and two tracks of subtitles; its container is that of its name.
fn make(folder: &Path, name: &str) {
    let plain = folder.join("plain.mkv");
    make_film(&plain, SECONDS);
    let chapter = |from: u32, to: u32, title: &str| {
        format!("[CHAPTER]\nTIMEBASE=1/1000\nSTART={from}000\nEND={to}000\ntitle={title}\n")
    };
    let facts =
        [chapter(0, 6, "Morning"), chapter(6, 14, "Brücke"), chapter(14, SECONDS, "Evening")].concat();
    let facts_path = folder.join("facts.txt");
    std::fs::write(&facts_path, format!(";FFMETADATA1\n{facts}")).expect("a file can be written");
    let [plain, facts, to] = [plain, facts_path, folder.join(name)].map(|path| path.display().to_string());
    let _ = ffmpeg(&[
        "-i",
        &plain,
        "-i",
        &facts,
        "-map",
        "0",
        "-map_chapters",
        "1",
        "-c",
        "copy",
        "-c:s",
        "mov_text",
        &to,
    ]);
}

fn wait_for(player: &mut Player, name: &str, wanted: &Value) {
    wait_until(&format!("{name} to be {wanted}"), PATIENCE, || {
        player.property(name).filter(|value| value == wanted)
    });
}

fn names(chapters: &Value) -> Vec<(&str, f64)> {
    let list = chapters.as_array().into_iter().flatten();
    list.filter_map(|chapter| Some((chapter["title"].as_str()?, chapter["time"].as_f64()?))).collect()
}

const CHAPTERS: [(&str, f64); 3] = [("Morning", 0.0), ("Brücke", 6.0), ("Evening", 14.0)];

#[test]
fn a_film_goes_on_with_the_tracks_that_were_chosen_for_it_and_has_its_chapters() {
    if let Some(missing) = missing().or_else(window::missing) {
        eprintln!("skipped: a player can't be driven here without {missing}");
        return;
    }
    let mut cluster = Cluster::start();
    make(cluster.scratch(), "Film.mp4");
    let film = cluster.scratch().join("Film.mp4");
    for name in NAMES.into_iter().take(2) {
        cluster.add_server(name, Some(20), |films| {
            std::fs::copy(&film, films.join("Film.mp4")).expect("a test file can be copied");
        });
    }
    cluster.wait_for_sources(&tributary_tests::files::hash_file(&film), 2);

    // The director tells them before a byte of the film is asked for, once a server has looked at the film.
    let told = wait_until("the film's chapters", PATIENCE, || {
        let titles = http::get_json(cluster.director_address(), "/v1/catalogs/Library/titles")?;
        let chapters = titles["titles"][0]["media"]["chapters"].as_array().cloned();
        chapters.filter(|chapters| !chapters.is_empty())
    });
    let told: Vec<_> = told.iter().map(|chapter| (&chapter["title"], &chapter["start_ms"])).collect();
    let wanted = [("Morning", 0), ("Brücke", 6_000), ("Evening", 14_000)];
    assert_eq!(
        told,
        wanted.map(|(title, start)| (json!(title), json!(start))).each_ref().map(|(a, b)| (a, b))
    );

    let mut player = Player::start(cluster.scratch(), &cluster.director_url(), TITLE);
    player.wait_for_position(0.2, PATIENCE);
    assert_eq!(names(&player.property("chapter-list").expect("chapters")), CHAPTERS);
    assert_eq!((player.property("aid"), player.property("sid")), (Some(json!(1)), Some(json!(false))));
    player.must(&json!(["add", "chapter", 1]));
    wait_for(&mut player, "chapter", &json!(1));
    assert!(player.position_now() >= 5.9);
    player.must(&json!(["set_property", "aid", 2]));
    player.must(&json!(["set_property", "sid", 2]));
    wait_for(&mut player, "aid", &json!(2));
    wait_for(&mut player, "sid", &json!(2));
    assert_eq!(player.quit(), 0);

    let mut player = Player::start(cluster.scratch(), &cluster.director_url(), TITLE);
    wait_for(&mut player, "aid", &json!(2));
    wait_for(&mut player, "sid", &json!(2));
    player.must(&json!(["set_property", "sid", "no"]));
    wait_for(&mut player, "sid", &json!(false));

    // A file of this computer, whose chapters are a track of text.
    make(cluster.scratch(), "Own.mov");
    let own = cluster.scratch().join("Own.mov");
    player.must(&json!(["loadfile", own.to_str()]));
    wait_for(&mut player, "filename", &json!("Own.mov"));
    wait_until("the file's chapters", PATIENCE, || {
        player.property("chapter-list").filter(|list| names(list) == CHAPTERS)
    });
    wait_for(&mut player, "aid", &json!(1));
    assert_eq!(player.quit(), 0);
}
