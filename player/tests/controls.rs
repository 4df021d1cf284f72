//! Tracks, subtitles, speed, single pictures and screenshots on real films.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "each file of tests needs only a part of it")]
mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use support::{Kind, PATIENCE, TestSource, Watched, film, made, moving_picture, tone};
use tributary_player::captions::Caption;
use tributary_player::media::{
    AudioOutput, Deinterlace, FrameFormat, Input, LoadOptions, MediaEvent, Pace, Player, PlayerOptions,
    SeekKind, TrackInfo, TrackKind,
};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A film with a picture, two sounds and a subtitle track.
fn film_with_tracks(seconds: u64) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let subtitles = folder.path().join("lines.srt");
    let lines: String = (0..seconds)
        .map(|s| format!("{}\n00:00:{s:02},100 --> 00:00:{s:02},800\n<i>Line</i> {s}\n\n", s + 1))
        .collect();
    std::fs::write(&subtitles, lines).unwrap();
    made(&format!(
        "{} ! x264enc speed-preset=ultrafast key-int-max=25 ! queue ! m. \
         {} ! vorbisenc ! taginject tags=\"language-code=en\" ! queue ! m. \
         {} ! vorbisenc ! taginject tags=\"language-code=de\" ! queue ! m. \
         filesrc location={} ! subparse ! queue ! m. matroskamux name=m ! filesink name=out",
        moving_picture(seconds),
        tone(seconds, 440),
        tone(seconds, 880),
        subtitles.display(),
    ))
}

fn of_kind(tracks: &[TrackInfo], kind: TrackKind) -> Vec<TrackInfo> {
    tracks.iter().filter(|track| track.kind == kind).cloned().collect()
}

#[test]
fn another_sound_and_subtitles_can_be_chosen_and_the_picture_goes_on() {
    let source = TestSource::open(film_with_tracks(8));
    let mut watched = Watched::playing(&source);
    let facts = watched.ready();
    let sounds = of_kind(&facts.tracks, TrackKind::Audio);
    assert_eq!(sounds.len(), 2, "{:?}", facts.tracks);
    assert!(sounds[0].selected && !sounds[1].selected);
    let subtitles = of_kind(&facts.tracks, TrackKind::Subtitle);
    assert_eq!(subtitles.len(), 1);
    assert!(!subtitles[0].selected);

    watched.player.select_audio(Some(1));
    watched.wait("the second sound", |event| match event {
        MediaEvent::Tracks(tracks) => of_kind(tracks, TrackKind::Audio)[1].selected.then_some(()),
        _ => None,
    });
    watched.player.select_subtitle(Some(0));
    let line = watched.wait("a subtitle", |event| match event {
        MediaEvent::Subtitles(captions) => captions.first().map(Caption::text),
        _ => None,
    });
    assert!(line.starts_with("Line "), "{line}");
    watched.wait_for(&MediaEvent::Subtitles(Vec::new()));
    watched.player.select_subtitle(None);
    watched.wait_for(&MediaEvent::EndOfFile);
    // The picture never froze: it came to the end, and came often.
    let times = watched.times.lock().unwrap();
    assert!(*times.last().unwrap() > ms(7_500), "{:?}", times.last());
}

#[test]
fn twice_the_speed_takes_half_the_time() {
    let source = TestSource::open(film(Kind::WebM, 8));
    let watched = Watched::new();
    watched.player.load(Input::Source(source.clone()), LoadOptions::default());
    watched.player.set_speed(2.0);
    let mut watched = watched;
    watched.ready();
    watched.wait("the first picture at this speed", |e| matches!(e, MediaEvent::Seeked(_)).then_some(()));
    let begun = Instant::now();
    watched.wait_for(&MediaEvent::EndOfFile);
    assert!(begun.elapsed() >= ms(3_500), "{:?}", begun.elapsed());
    // A busy machine makes it later, but not by as much as normal speed would.
    assert!(begun.elapsed() < ms(7_000), "{:?}", begun.elapsed());

    // The next title begins at normal speed, for which nothing has to be sought.
    watched.told.clear();
    watched.player.load(Input::Source(source), LoadOptions::default());
    watched.ready();
    watched.wait_for(&MediaEvent::Playing);
    watched.listen(ms(300));
    assert_eq!(watched.count(|event| matches!(event, MediaEvent::Seeking(_))), 0, "{:?}", watched.told);
}

#[test]
fn interlaced_pictures_are_taken_apart_where_it_is_wanted() {
    let bytes = made(
        "videotestsrc num-buffers=100 pattern=ball \
         ! video/x-raw,format=I420,width=160,height=120,framerate=50/1 \
         ! interlace field-pattern=1:1 ! x264enc speed-preset=ultrafast interlaced=true ! matroskamux \
         ! filesink name=out",
    );
    for (when, expected) in [(Deinterlace::Never, 50), (Deinterlace::Auto, 100), (Deinterlace::Never, 50)] {
        let mut watched = Watched::paced(Pace::Fast);
        watched.player.set_deinterlace(when);
        watched.player.load(Input::Source(TestSource::open(bytes.clone())), LoadOptions::default());
        watched.wait_for(&MediaEvent::EndOfFile);
        let times: BTreeSet<Duration> = watched.times.lock().unwrap().iter().copied().collect();
        assert!(times.len().abs_diff(expected) <= 2, "{when:?}: {} pictures", times.len());
    }
}

#[test]
fn single_pictures_go_forward_and_back() {
    let source = TestSource::open(film(Kind::Mp4MoovFirst, 4));
    let mut watched = Watched::new();
    watched.player.load(
        Input::Source(source),
        LoadOptions { start: Some(ms(2_000)), paused: true, ..LoadOptions::default() },
    );
    watched.ready();
    watched.wait("the start", |event| matches!(event, MediaEvent::Seeked(_)).then_some(()));
    let shown = |watched: &Watched| watched.player.frames().newest().unwrap().time;
    assert_eq!(shown(&watched), ms(2_000));
    let wait_for = |watched: &Watched, time: Duration| {
        let end = Instant::now() + PATIENCE;
        while shown(watched).abs_diff(time) > ms(2) {
            assert!(Instant::now() < end, "never came to {time:?}, is at {:?}", shown(watched));
            std::thread::sleep(ms(5));
        }
    };
    watched.player.step(true);
    wait_for(&watched, ms(2_040));
    watched.player.step(true);
    wait_for(&watched, ms(2_080));
    watched.player.step(false);
    wait_for(&watched, ms(2_040));
    // A film that waits does not go on by itself.
    watched.listen(ms(300));
    assert!(shown(&watched).abs_diff(ms(2_040)) <= ms(2));
    watched.player.set_paused(false);
    watched.wait_for(&MediaEvent::EndOfFile);
}

#[test]
fn a_screenshot_has_the_size_of_the_picture_as_seen() {
    let bytes = made(
        "videotestsrc num-buffers=50 pattern=red \
         ! video/x-raw,width=160,height=120,framerate=25/1,pixel-aspect-ratio=2/1 ! videoconvert \
         ! x264enc speed-preset=ultrafast ! matroskamux ! filesink name=out",
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shot.png");
    let mut watched = Watched::new();
    let shoot = |watched: &Watched| {
        let (tell, told) = mpsc::sync_channel(1);
        watched.player.screenshot(&path, Box::new(move |result| tell.send(result).unwrap()));
        told.recv_timeout(PATIENCE).unwrap()
    };
    assert!(shoot(&watched).is_err(), "there is no picture yet");
    watched
        .player
        .load(Input::Source(TestSource::open(bytes)), LoadOptions { paused: true, ..LoadOptions::default() });
    let facts = watched.ready();
    assert_eq!(facts.audio, None);
    shoot(&watched).unwrap();
    let image = image::open(&path).unwrap().to_rgb8();
    assert_eq!(image.dimensions(), (320, 120));
    let middle = image.get_pixel(160, 60).0;
    assert!(middle[0] > 240 && middle[1] < 20 && middle[2] < 20, "{middle:?}");
}

#[test]
fn sound_alone_plays_and_tells_its_place() {
    let bytes = made(&format!("{} ! vorbisenc ! oggmux ! filesink name=out", tone(3, 440)));
    let mut watched = Watched::new();
    watched.player.load(Input::Source(TestSource::open(bytes)), LoadOptions::default());
    let facts = watched.ready();
    assert_eq!(facts.video, None);
    assert!(facts.audio.is_some());
    watched.player.seek(ms(1_000), SeekKind::Exact);
    let place = watched.wait("the seek's end", |event| match event {
        MediaEvent::Seeked(place) => Some(*place),
        _ => None,
    });
    assert!(place >= ms(900) && place < ms(2_000), "{place:?}");
    watched.wait_for(&MediaEvent::EndOfFile);
    assert!(watched.player.position().unwrap() > ms(2_500), "{:?}", watched.player.position());
}

#[test]
fn addresses_play_and_what_is_wrong_with_them_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.webm");
    std::fs::write(&path, film(Kind::WebM, 1)).unwrap();
    let mut watched = Watched::new();
    watched.player.load(Input::Uri(format!("file://{}", path.display())), LoadOptions::default());
    watched.wait_for(&MediaEvent::EndOfFile);
    watched.player.load(Input::Uri(format!("file://{}.not", path.display())), LoadOptions::default());
    let failure = watched.wait("the failure", |event| match event {
        MediaEvent::Failed(failure) => Some(failure.to_string()),
        _ => None,
    });
    assert!(!failure.is_empty());
    // Nobody listens at this port: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    watched.player.load(Input::Uri(format!("http://127.0.0.1:{port}/film.mp4")), LoadOptions::default());
    let failure = watched.wait("the web's failure", |event| match event {
        MediaEvent::Failed(failure) => Some(format!("{failure:?}")),
        _ => None,
    });
    assert!(failure.starts_with("Network"), "{failure}");
    std::fs::write(&path, vec![0x55; 100_000]).unwrap();
    watched.player.load(Input::Uri(format!("file://{}", path.display())), LoadOptions::default());
    let failure = watched.wait("the second failure", |event| match event {
        MediaEvent::Failed(failure) => Some(format!("{failure:?}")),
        _ => None,
    });
    assert!(failure.starts_with("Damaged"), "{failure}");
}

#[test]
fn each_event_carries_the_number_of_its_load() {
    let (tell, told) = mpsc::sync_channel(10_000);
    let tell = std::sync::Mutex::new(tell);
    let player = Player::new(
        PlayerOptions { pace: Pace::Real, audio: AudioOutput::None, frames: FrameFormat::Planes },
        Arc::new(move |number, event| tell.lock().unwrap().send((number, event)).unwrap()),
        Arc::new(|| ()),
    )
    .unwrap();
    let bytes = film(Kind::WebM, 1);
    let mut numbers = Vec::new();
    for number in [7, 8] {
        let options = LoadOptions { number, ..LoadOptions::default() };
        player.load(Input::Source(TestSource::open(bytes.clone())), options);
        loop {
            let (told_number, event) = told.recv_timeout(PATIENCE).unwrap();
            numbers.push(told_number);
            if event == MediaEvent::EndOfFile {
                assert_eq!(told_number, number);
                break;
            }
        }
    }
    numbers.dedup();
    assert_eq!(numbers, [7, 8]);
}

#[test]
fn a_film_whose_sound_or_picture_is_delayed_plays_to_its_end() {
    for delay_ms in [700, -700] {
        let source = TestSource::open(film(Kind::Matroska, 3));
        let mut watched = Watched::playing(&source);
        watched.ready();
        watched.player.set_delays(delay_ms, -delay_ms);
        watched.wait_for(&MediaEvent::EndOfFile);
    }
}
