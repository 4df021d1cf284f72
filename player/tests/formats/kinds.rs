//! Every kind of file that can be made here, and what is to come of it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::Command;

use tributary_player::media::{ColorMatrix, Facts, Light, PixelFormat, Rotation, TrackKind, Transfer};

use super::support::Watched;

/// Length of every clip, in seconds.
pub(super) const SECONDS: u64 = 1;
const WORDS: &str = "words.srt";
const PICTURE: &str = "testsrc2=size=192x108:rate=25:duration=1";
const TONE: &str = "sine=frequency=440:sample_rate=48000:duration=1";
const H264: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
const H265: &[&str] = &["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:pools=1"];
const VP9: &[&str] =
    &["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p"];
const AV1: &[&str] = &["-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p"];

/// A kind of file.
pub(super) struct Kind {
    /// Its name, and its ending.
    pub(super) name: &'static str,
    /// Pictures that GStreamer's own player gets out of it.
    pub(super) pictures: u64,
    /// What ffmpeg is told after its inputs, a picture, a tone and words.
    parts: &'static [&'static [&'static str]],
    /// Whether its picture is to be turned right by a quarter as it is shown.
    turned: bool,
    pub(super) check: fn(&Watched, &Facts) -> Result<(), String>,
}

const fn kind(name: &'static str, parts: &'static [&'static [&'static str]]) -> Kind {
    Kind { name, pictures: 25 * SECONDS, parts, turned: false, check: |_, _| Ok(()) }
}

const fn sound(name: &'static str, parts: &'static [&'static [&'static str]]) -> Kind {
    Kind { pictures: 0, ..kind(name, parts) }
}

const AAC: &[&str] = &["-c:a", "aac"];
const NO_SOUND: &[&str] = &["-an"];
const NO_PICTURE: &[&str] = &["-vn"];
const TRACKS: &[&str] = &["-map", "0:v", "-map", "1:a", "-map", "1:a", "-map", "2", "-map", "2", "-map", "2"];

fn has_all_tracks(_: &Watched, facts: &Facts) -> Result<(), String> {
    let of = |kind| facts.tracks.iter().filter(|track| track.kind == kind).count();
    let found = (of(TrackKind::Audio), of(TrackKind::Subtitle));
    if found == (2, 3) { Ok(()) } else { Err(format!("{found:?} tracks of sound and subtitles")) }
}

pub(super) fn kinds() -> Vec<Kind> {
    vec![
        kind("moov last.mp4", &[H264, AAC]),
        kind("moov first.mp4", &[H264, AAC, &["-movflags", "faststart"]]),
        kind("fragmented.mp4", &[H264, AAC, &["-movflags", "frag_keyframe+empty_moov", "-g", "12"]]),
        kind("h264 b-frames.mp4", &[&["-c:v", "libx264", "-bf", "3", "-pix_fmt", "yuv420p"], AAC]),
        kind("quicktime.mov", &[H264, &["-c:a", "pcm_s16be"]]),
        kind("h265.mkv", &[H265, &["-pix_fmt", "yuv420p", "-c:a", "libopus"]]),
        kind("h265.mp4", &[H265, &["-pix_fmt", "yuv420p", "-tag:v", "hvc1"], AAC]),
        kind("h265 10 bit.mkv", &[H265, &["-pix_fmt", "yuv420p10le", "-c:a", "flac"]]),
        kind("h264 4-4-4.mkv", &[&["-c:v", "libx264", "-pix_fmt", "yuv444p"], AAC]),
        kind("vp8 vorbis.webm", &[&["-c:v", "libvpx", "-pix_fmt", "yuv420p", "-c:a", "libvorbis"]]),
        kind("vp9 opus.webm", &[VP9, &["-c:a", "libopus"]]),
        kind(
            "vp9 10 bit.webm",
            &[
                &["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p10le"],
                &["-profile:v", "2", "-c:a", "libopus"],
            ],
        ),
        kind("av1 opus.mkv", &[AV1, &["-c:a", "libopus"]]),
        kind("av1 aac.mp4", &[AV1, AAC]),
        kind(
            "av1 10 bit.mkv",
            &[&["-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p10le", "-c:a", "libopus"]],
        ),
        kind("mpeg2 ac3.ts", &[&["-c:v", "mpeg2video", "-c:a", "ac3"]]),
        kind("h264 aac.ts", &[H264, AAC]),
        kind("h265 eac3.ts", &[H265, &["-pix_fmt", "yuv420p", "-c:a", "eac3"]]),
        kind("mpeg2 mp2.mpg", &[&["-c:v", "mpeg2video", "-c:a", "mp2", "-f", "vob"]]),
        kind("mpeg4 mp3.avi", &[&["-c:v", "mpeg4", "-c:a", "libmp3lame"]]),
        kind("h264 pcm.avi", &[H264, &["-c:a", "pcm_s16le"]]),
        kind("theora vorbis.ogv", &[&["-c:v", "libtheora", "-c:a", "libvorbis"]]),
        kind("h264 ac3.mkv", &[H264, &["-c:a", "ac3"]]),
        kind("h264 flac.mkv", &[H264, &["-c:a", "flac"]]),
        kind("h264 pcm.mkv", &[H264, &["-c:a", "pcm_s16le"]]),
        kind("prores.mov", &[&["-c:v", "prores_ks", "-c:a", "pcm_s16le"]]),
        kind("h264 aac.flv", &[H264, AAC]),
        sound("opus.ogg", &[NO_PICTURE, &["-c:a", "libopus"]]),
        sound("vorbis.ogg", &[NO_PICTURE, &["-c:a", "libvorbis"]]),
        sound("flac.flac", &[NO_PICTURE, &["-c:a", "flac"]]),
        sound("mp3.mp3", &[NO_PICTURE, &["-c:a", "libmp3lame"]]),
        sound("aac.m4a", &[NO_PICTURE, AAC]),
        sound("pcm.wav", &[NO_PICTURE, &["-c:a", "pcm_s16le"]]),
        kind("no sound.mp4", &[H264, NO_SOUND]),
        kind("no sound.webm", &[VP9, NO_SOUND]),
        Kind {
            pictures: 24,
            ..kind(
                "interlaced.mkv",
                &[
                    &["-vf", "interlace", "-c:v", "libx264", "-flags", "+ildct+ilme"],
                    &["-pix_fmt", "yuv420p"],
                    AAC,
                ],
            )
        },
        Kind { check: has_all_tracks, ..kind("tracks.mkv", &[TRACKS, H264, AAC, &["-c:s", "srt"]]) },
        Kind { check: has_all_tracks, ..kind("tracks.mp4", &[TRACKS, H264, AAC, &["-c:s", "mov_text"]]) },
        // Every third picture is left out of the second half.
        Kind {
            pictures: 21,
            ..kind(
                "variable rate.mkv",
                &[&["-vf", "select='lt(t,0.5)+mod(n,3)'", "-fps_mode", "vfr"], H264, AAC],
            )
        },
        Kind {
            check: |watched, _| {
                let frame = watched.player.frames().newest().ok_or("no picture")?;
                let seen = (frame.rotation, (frame.display_aspect() * 100.0).round());
                let upright = (Rotation::Quarter, 56.0);
                if seen == upright { Ok(()) } else { Err(format!("turned and shaped as {seen:?}")) }
            },
            turned: true,
            ..kind("rotated.mp4", &[H264, AAC])
        },
        Kind {
            check: |watched, _| {
                let frame = watched.player.frames().newest().ok_or("no picture")?;
                let light = Light { transfer: Transfer::Pq, wide: true, peak_nits: 600.0 };
                let seen = (frame.format, frame.matrix, frame.light);
                let right = (PixelFormat::I420Deep, ColorMatrix::Bt2020, light);
                if seen == right { Ok(()) } else { Err(format!("{seen:?}")) }
            },
            ..kind(
                "hdr10.mkv",
                &[
                    &["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params"],
                    &[
                        "log-level=none:pools=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:max-cll=600,300",
                    ],
                    NO_SOUND,
                ],
            )
        },
        Kind {
            check: |watched, _| {
                let frame = watched.player.frames().newest().ok_or("no picture")?;
                let shape = frame.display_aspect();
                if (shape - 2.35).abs() < 0.02 { Ok(()) } else { Err(format!("{shape} wide")) }
            },
            ..kind("anamorphic.mkv", &[H264, AAC, &["-aspect", "2.35"]])
        },
    ]
}

/// Words that last nearly as long as the films, for those that have some.
pub(super) fn make_words(folder: &Path) {
    std::fs::write(folder.join(WORDS), "1\n00:00:00,100 --> 00:00:00,800\nHello\n").unwrap();
}

/// Makes a file beside the words; what ffmpeg says where it can't.
pub(super) fn make(kind: &Kind, path: &Path) -> Result<(), String> {
    let words = path.with_file_name(WORDS);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y", "-threads", "1"]);
    for picture_or_tone in [PICTURE, TONE] {
        ffmpeg.args(["-f", "lavfi", "-i", picture_or_tone]);
    }
    // Words only where they are asked for.
    let wordless: &[&str] = if kind.parts.concat().contains(&"-c:s") { &[] } else { &["-sn"] };
    let told = |output: std::process::Output| {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(why) }
    };
    ffmpeg.arg("-i").arg(&words).args(kind.parts.concat()).args(wordless);
    told(ffmpeg.arg(path).output().unwrap())?;
    if kind.turned {
        turn(path);
    }
    Ok(())
}

/// Writes into an mp4's header that its picture is to be turned right by a quarter.
fn turn(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let header = bytes.windows(4).position(|name| name == b"tkhd").expect("an mp4 has tracks");
    // ISO/IEC 14496-12, 8.3.2: the matrix is behind 40 bytes of version 0; a, b, u, c, d, v.
    let matrix = [0, 1 << 16, 0, -(1 << 16), 0, 0_i32].map(i32::to_be_bytes).concat();
    bytes[header + 44..header + 44 + matrix.len()].copy_from_slice(&matrix);
    std::fs::write(path, bytes).unwrap();
}

/// Makes a minute's mp4 with two tracks of words that are on screen from `from` to `to`, as subtitles in
/// seldom used languages are: nearly always neither has anything to say.
pub(super) fn make_sparse(folder: &Path, from: &str, to: &str) -> Vec<u8> {
    let (words, film) = (folder.join("sparse.srt"), folder.join("sparse.mp4"));
    std::fs::write(&words, format!("1\n{from},000 --> {to},000\nHello\n")).unwrap();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y", "-threads", "1"]);
    ffmpeg.args(["-f", "lavfi", "-i", "testsrc2=size=96x54:rate=5:duration=60"]);
    ffmpeg.args(["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=60"]);
    ffmpeg.arg("-i").arg(&words).args(["-map", "0", "-map", "1", "-map", "2", "-map", "2"]);
    ffmpeg.args(H264).args(["-g", "25"]).args(AAC).args(["-c:s", "mov_text"]).arg(&film);
    let output = ffmpeg.output().unwrap();
    assert!(output.status.success(), "ffmpeg: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(film).unwrap()
}
