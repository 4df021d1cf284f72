//! Films with subtitles that are pictures, and with those that have looks: shown, hidden, and gone in time.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::Command;

use tributary_player::captions::{Caption, Picture};
use tributary_player::media::{Input, LoadOptions, MediaEvent, TrackKind};

use super::has_tools;
use super::support::{TestSource, Watched};

const SCRIPT: &str = "[Script Info]\nScriptType: v4.00+\nPlayResX: 640\nPlayResY: 360\n\n[V4+ Styles]\n\
    Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
    Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, \
    MarginV, Encoding\n\
    Style: Default,Arial,18,&H00FFFFFF,&H0,&H0,&H0,0,0,0,0,100,100,0,0,1,2,1,2,10,10,10,1\n\
    Style: Sign,Arial,36,&H0000FFFF,&H0,&H0,&H0,-1,0,0,0,100,100,0,0,1,2,1,8,10,10,30,1\n\n[Events]\n\
    Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
    Dialogue: 0,0:00:00.20,0:01:00.00,Default,,0,0,0,,Hello {\\i1}slanted\n\
    Dialogue: 0,0:00:00.40,0:01:00.00,Sign,,0,0,0,,A SIGN\n";

/// A file of Blu-ray's subtitles: 32 by 16 white pixels at 40, 80 of 192 by 108, from 0.4 s to 1.2 s.
fn blu_ray_subtitles() -> Vec<u8> {
    let segment = |ms: u32, kind: u8, content: &[u8]| {
        let (ticks, length) = ((ms * 90).to_be_bytes(), (content.len() as u16).to_be_bytes());
        [b"PG".as_slice(), &ticks, &[0; 4], &[kind], &length, content].concat()
    };
    let (window, palette) = ([1, 0, 0, 40, 0, 80, 0, 32, 0, 16], [0, 0, 1, 235, 128, 128, 255]);
    let rows = [0, 0xa0, 1, 0, 0].repeat(16);
    let head = [0, 0, 0, 0xc0, 0, 0, rows.len() as u8 + 4, 0, 32, 0, 16];
    let start = [0, 192, 0, 108, 0x10, 0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 40, 0, 80];
    let end = [0, 192, 0, 108, 0x10, 0, 1, 0, 0, 0, 0];
    [
        segment(400, 0x16, &start),
        segment(400, 0x17, &window),
        segment(400, 0x14, &palette),
        segment(400, 0x15, &[head.as_slice(), &rows].concat()),
        segment(400, 0x80, &[]),
        segment(1_200, 0x16, &end),
        segment(1_200, 0x17, &window),
        segment(1_200, 0x80, &[]),
    ]
    .concat()
}

/// A film of two seconds with the subtitles of a file in it.
fn film(folder: &Path, name: &str, words: &Path, codec: &str) -> Vec<u8> {
    let film: PathBuf = folder.join(name);
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i"])
        .args(["testsrc2=size=192x108:rate=25:duration=2", "-fix_sub_duration", "-i"])
        .arg(words)
        .args(["-map", "0", "-map", "1", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .args(["-c:s", codec])
        .arg(&film)
        .output()
        .unwrap();
    assert!(output.status.success(), "ffmpeg: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(film).unwrap()
}

/// Opens a film, chooses its subtitles, and lets it run.
fn playing(film: Vec<u8>) -> Watched {
    let mut watched = Watched::new();
    let paused = LoadOptions { paused: true, ..LoadOptions::default() };
    watched.player.load(Input::Source(TestSource::open(film)), paused);
    let facts = watched.ready();
    let tracks: Vec<_> = facts.tracks.iter().filter(|track| track.kind == TrackKind::Subtitle).collect();
    assert!(tracks.len() == 1 && tracks[0].drawn, "{tracks:?}");
    watched.player.select_subtitle(Some(0));
    watched.player.set_paused(false);
    watched
}

fn wait_for_picture(watched: &mut Watched) -> Picture {
    watched.wait("a subtitle that is a picture", |event| match event {
        MediaEvent::Subtitles(captions) => match &captions[..] {
            [Caption::Picture(picture)] => Some(picture.clone()),
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn subtitles_that_are_pictures_are_shown_and_go() {
    if !has_tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.sup");
    std::fs::write(&words, blu_ray_subtitles()).unwrap();
    for (name, codec) in [("blu-ray.mkv", "copy"), ("dvd.mkv", "dvdsub"), ("television.ts", "dvbsub")] {
        let mut watched = playing(film(folder.path(), name, &words, codec));
        let picture = wait_for_picture(&mut watched);
        let is_white = |pixel: &&[u8]| pixel.iter().all(|part| *part > 240);
        assert_eq!(picture.rgba().chunks(4).filter(is_white).count(), 32 * 16, "{name}");
        let (corner, size) = (picture.corner(), picture.size());
        // Television's regions have a few pixels around what is seen.
        let holds = corner.0 <= 40 && corner.1 <= 80 && corner.0 + size.0 >= 72 && corner.1 + size.1 >= 96;
        assert!(holds && size.0 <= 64, "{name}: {corner:?} {size:?}");
        watched.wait_for(&MediaEvent::Subtitles(Vec::new()));
        watched.wait_for(&MediaEvent::EndOfFile);
    }
}

#[test]
fn substation_has_its_looks_and_is_hidden_and_shown_again_at_once() {
    if !has_tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.ass");
    std::fs::write(&words, SCRIPT).unwrap();
    let mut watched = playing(film(folder.path(), "script.mkv", &words, "copy"));
    let both = |event: &MediaEvent| match event {
        MediaEvent::Subtitles(captions) if captions.len() == 2 => Some(captions.clone()),
        _ => None,
    };
    let shown = watched.wait("two at once", both);
    let [Caption::Words(first), Caption::Words(sign)] = &shown[..] else { panic!("{shown:?}") };
    assert_eq!((first.text().as_str(), first.align), ("Hello slanted", 2));
    assert!(first.runs[1].look.italic && !first.runs[0].look.italic);
    let look = sign.runs[0].look;
    assert_eq!((sign.text().as_str(), sign.align), ("A SIGN", 8));
    assert_eq!((look.bold, look.color, look.size), (true, Some([255, 255, 0]), Some(0.1)));
    watched.player.set_paused(true);
    watched.player.select_subtitle(None);
    watched.wait_for(&MediaEvent::Subtitles(Vec::new()));
    watched.player.select_subtitle(Some(0));
    assert_eq!(watched.wait("both again", both), shown);
}
