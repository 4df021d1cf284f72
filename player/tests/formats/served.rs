//! Files of every kind of container, drawn by the engine from a content server: as many pictures as from the disk.
//!
//! `TRIBUTARY_ALL_FORMATS=1` draws every kind of file so.

use std::path::Path;

use fetch_engine::{Engine, EngineConfig, Locator, OpenOptions};
use tributary_player::media::{EngineSource, Input, Pace};
use tributary_tests::cluster::{Cluster, NAMES};
use tributary_tests::files::hash_file;

use super::kinds::{Kind, kinds, make, make_words};
use super::support::Watched;
use super::{has_tools, judge, play};

/// One of each container.
const CONTAINERS: [&str; 10] = [
    "moov first.mp4",
    "moov last.mp4",
    "fragmented.mp4",
    "h264 flac.mkv",
    "vp9 opus.webm",
    "h264 aac.ts",
    "h264 pcm.avi",
    "opus.ogg",
    "flac.flac",
    "mp3.mp3",
];
/// How fast the two servers are, in Mbit/s.
const RATES: [u32; 2] = [20, 10];

fn try_out(
    watched: &mut Watched,
    kind: &Kind,
    engine: &Engine,
    film: &Path,
    director: &str,
) -> Result<u64, String> {
    let locator: Locator = format!("b3:{}", hash_file(film)).parse().map_err(|why| format!("{why}"))?;
    let options = OpenOptions { director: Some(director.to_owned()), ..OpenOptions::default() };
    let stream = engine.open(&locator, &options).map_err(|why| why.to_string())?;
    let source = EngineSource::new(stream);
    let played = play(watched, Input::Source(source.clone()), kind.name)?;
    judge(watched, kind, &played)?;
    let gave = source.stream().snapshot().sources.iter().filter(|source| source.bytes > 0).count();
    if gave == 0 { Err("no server gave anything".into()) } else { Ok(played.pictures) }
}

#[test]
fn a_file_of_each_container_plays_whole_from_content_servers() {
    if !has_tools() {
        return;
    }
    let all = std::env::var_os("TRIBUTARY_ALL_FORMATS").is_some();
    let kinds: Vec<Kind> =
        kinds().into_iter().filter(|kind| all || CONTAINERS.contains(&kind.name)).collect();
    assert!(kinds.len() >= CONTAINERS.len());
    let folder = tempfile::tempdir().unwrap();
    make_words(folder.path());
    for kind in &kinds {
        make(kind, &folder.path().join(kind.name)).unwrap();
    }
    let mut cluster = Cluster::start();
    for (name, rate) in NAMES.iter().zip(RATES) {
        cluster.add_server(name, Some(rate), |films| {
            for kind in &kinds {
                std::fs::copy(folder.path().join(kind.name), films.join(kind.name)).unwrap();
            }
        });
    }
    let engine = Engine::new(EngineConfig::default()).unwrap();
    let mut watched = Watched::paced(Pace::Fast);
    let mut wrong = Vec::new();
    for kind in &kinds {
        let film = folder.path().join(kind.name);
        cluster.wait_for_sources(&hash_file(&film), RATES.len());
        match try_out(&mut watched, kind, &engine, &film, &cluster.director_url()) {
            Ok(pictures) => println!("| {:<20} | {pictures} pictures from servers |", kind.name),
            Err(why) => wrong.push(format!("{}: {why}", kind.name)),
        }
    }
    assert!(watched.player.quit());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
