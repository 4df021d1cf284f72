//! Every kind of file that can be made here, played to its end: no fewer pictures and no more than
//! GStreamer's own player gets out of the same file, and what can't be played says why.
//!
//! How many those are stands in `kinds.rs`; `TRIBUTARY_ALL_FORMATS=1` asks GStreamer's player anew, and prints
//! a table: `TRIBUTARY_ALL_FORMATS=1 cargo test -p tributary --test formats -- --nocapture`.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod kinds;
mod served;
mod subtitles;
#[expect(dead_code, reason = "each file of tests needs only a part of it")]
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gstreamer as gst;
use kinds::{Kind, SECONDS, kinds, make, make_sparse, make_words};
use support::{TestSource, Watched};
use tributary_player::media::{Facts, Input, LoadOptions, MediaEvent, Pace};

/// Films that are made and played at the same time.
const AT_ONCE: usize = 2;

/// How often GStreamer's own player may try a file, and how long, in seconds.
const TRIES: usize = 5;
const TRY_SECONDS: &str = "10";

/// Whether films can be made here, and be played by another player.
fn has_tools() -> bool {
    let runs = |program: &str, argument: &str| {
        let status = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let has = runs("ffmpeg", "-version") && runs("gst-launch-1.0", "--version");
    if !has {
        eprintln!("skipped: ffmpeg and gst-launch-1.0 make the films (./dev test installs them)");
    }
    has
}

/// Pictures that GStreamer's own player gets out of a local file; what it says where it can't. In a process
/// of its own: its uridecodebin3 (1.22) now and then hangs or falls as short files end.
fn pictures_of_playbin(path: &Path) -> Result<u64, String> {
    let uri = gst::glib::filename_to_uri(path, None).unwrap();
    let sink = "fakesink sync=false";
    let mut said = String::new();
    for _ in 0..TRIES {
        let output = Command::new("timeout")
            .args(["--kill-after=1", TRY_SECONDS, "gst-launch-1.0", "-v", "playbin3", &format!("uri={uri}")])
            .arg(format!("video-sink={sink} name=pictures silent=false"))
            .args([format!("audio-sink={sink}"), format!("text-sink={sink}")])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        if told.contains("Got EOS from element") {
            let is_picture = |line: &&str| line.contains("/GstFakeSink:pictures: last-message = chain");
            return Ok(told.lines().filter(is_picture).count() as u64);
        }
        said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !said.is_empty() {
            break;
        }
    }
    Err(said)
}

/// What came of playing a file.
struct Played {
    facts: Facts,
    /// Length as told last.
    lasts: Option<Duration>,
    pictures: u64,
}

/// The bytes of a file, which may have to be awaited.
fn local(path: &Path) -> Input {
    Input::Source(TestSource::open(std::fs::read(path).unwrap()))
}

/// Plays a file through the whole pipeline; in words why not.
fn play(watched: &mut Watched, input: Input, name: &str) -> Result<Played, String> {
    watched.times.lock().unwrap().clear();
    watched.told.clear();
    watched.player.load(input, LoadOptions::default());
    watched.wait(&format!("the end of {name}"), |event| match event {
        MediaEvent::EndOfFile => Some(Ok(())),
        MediaEvent::Failed(failure) => Some(Err(failure.to_string())),
        _ => None,
    })?;
    let (mut facts, mut lasts) = (None, None);
    for event in &watched.told {
        match event {
            MediaEvent::Ready(told) => (facts, lasts) = (Some(told.clone()), told.duration),
            MediaEvent::Duration(told) => lasts = Some(*told),
            _ => (),
        }
    }
    // The first picture is told when it stands and again when it runs.
    let pictures: BTreeSet<Duration> = watched.times.lock().unwrap().iter().copied().collect();
    Ok(Played { facts: facts.ok_or("it ended before it began")?, lasts, pictures: pictures.len() as u64 })
}

/// Whether it tells its length. Of transport streams of a second GStreamer says that they last none: it takes
/// their length from clocks far apart.
fn tells_length(kind: &Kind, played: &Played, length: Duration) -> bool {
    let Some(told) = played.lasts else { return kind.name.ends_with(".ts") };
    told.abs_diff(length) < Duration::from_millis(200)
}

/// What is wrong with a kind as it was played.
fn judge(watched: &Watched, kind: &Kind, played: &Played) -> Result<(), String> {
    let second = Duration::from_secs(SECONDS);
    // Within one in a hundred, which for a second is none.
    if played.pictures.abs_diff(kind.pictures) * 100 > kind.pictures {
        Err(format!("{} pictures and not {}", played.pictures, kind.pictures))
    } else if !tells_length(kind, played, second) {
        Err(format!("it lasts {:?}", played.lasts))
    } else if kind.pictures > 0 && played.facts.video.is_none() {
        Err("its picture is not told of".into())
    } else {
        (kind.check)(watched, &played.facts)
    }
}

/// Makes and plays one kind; what of it is wrong, in words.
fn try_out(watched: &mut Watched, kind: &Kind, folder: &Path, compare: bool) -> Result<(), String> {
    let path = folder.join(kind.name);
    make(kind, &path).map_err(|why| format!("ffmpeg can't make it: {why}"))?;
    let played = play(watched, local(&path), kind.name)?;
    if compare {
        let theirs = pictures_of_playbin(&path);
        println!("| {:<20} | {} pictures, GStreamer's player {theirs:?} |", kind.name, played.pictures);
        if theirs.is_ok_and(|theirs| theirs != kind.pictures) {
            return Err("GStreamer's player says otherwise".into());
        }
    }
    judge(watched, kind, &played)
}

#[test]
fn every_kind_of_file_plays_to_its_end_with_all_its_pictures() {
    if !has_tools() {
        return;
    }
    gst::init().unwrap();
    let compare = std::env::var_os("TRIBUTARY_ALL_FORMATS").is_some();
    let folder = tempfile::tempdir().unwrap();
    make_words(folder.path());
    let (kinds, next, wrong) = (kinds(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        let mut watched = Watched::paced(Pace::Fast);
        while let Some(kind) = kinds.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(why) = try_out(&mut watched, kind, folder.path(), compare) {
                wrong.lock().unwrap().push(format!("{}: {why}", kind.name));
            }
        }
        assert!(watched.player.quit());
    };
    std::thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_no_film_says_so_and_the_next_one_plays() {
    if !has_tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make_words(folder.path());
    let good = &kinds()[0];
    let film = folder.path().join(good.name);
    make(good, &film).unwrap();
    let whole = std::fs::read(&film).unwrap();
    let mut watched = Watched::paced(Pace::Fast);
    // Its index lies at the end, and is cut off.
    for (name, bytes, words) in [
        ("noise", b"neither film nor sound ".repeat(500), "not a film or sound"),
        ("a film's half", whole[..whole.len() / 2].to_vec(), "damaged"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let why = play(&mut watched, local(&path), name).err().unwrap_or_else(|| panic!("{name} plays"));
        assert!(why.contains(words), "{name}: {why}");
        let played = play(&mut watched, local(&film), good.name).unwrap();
        assert_eq!(played.pictures, good.pictures, "after {name}");
    }
}

#[test]
fn a_start_far_into_a_film_does_not_wait_for_words() {
    if !has_tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let start = Duration::from_secs(50);
    for (from, to) in [("00:00:00", "00:00:59"), ("00:00:52", "00:00:53"), ("00:00:01", "00:00:02")] {
        let film = make_sparse(folder.path(), from, to);
        let mut watched = Watched::paced(Pace::Fast);
        let options = LoadOptions { start: Some(start), ..LoadOptions::default() };
        watched.player.load(Input::Source(TestSource::open(film)), options);
        watched.wait(&format!("the place between words from {from}"), |event| {
            matches!(event, MediaEvent::Seeked(place) if *place >= start).then_some(())
        });
        watched.wait_for(&MediaEvent::EndOfFile);
        let last = watched.times.lock().unwrap().last().copied();
        assert_eq!(last, Some(Duration::from_millis(59_800)), "words from {from} to {to}");
    }
}
