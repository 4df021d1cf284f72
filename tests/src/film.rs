//! Films that ffmpeg makes.

use std::path::Path;
use std::process::Command;

/// Runs ffmpeg and gives what it writes to its standard output.
///
/// # Panics
/// Where it fails.
#[must_use]
pub fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("ffmpeg").args(["-nostdin", "-v", "error", "-y"]).args(arguments).output();
    let output = output.expect("missing() was asked first");
    assert!(output.status.success(), "ffmpeg: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A film of so many seconds, at most 59, that counts them in large figures, with two sounds and two tracks of
/// subtitles.
///
/// # Panics
/// Where it can't be made.
pub fn make_film(path: &Path, seconds: u32) {
    let words = path.with_extension("srt");
    std::fs::write(&words, format!("1\n00:00:00,000 --> 00:00:{seconds},000\n####################\n"))
        .expect("a file can be written");
    let (words, path) = (words.display().to_string(), path.display().to_string());
    let picture = format!("testsrc=size=640x360:rate=25:duration={seconds}");
    let tone = |hertz: u32| format!("sine=frequency={hertz}:duration={seconds}");
    let _ = ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        &picture,
        "-f",
        "lavfi",
        "-i",
        &tone(330),
        "-f",
        "lavfi",
        "-i",
        &tone(550),
        "-i",
        &words,
        "-map",
        "0",
        "-map",
        "1",
        "-map",
        "2",
        "-map",
        "3",
        "-map",
        "3",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-colorspace",
        "smpte170m",
        "-g",
        "25",
        "-c:a",
        "aac",
        "-c:s",
        "srt",
        "-metadata:s:a:0",
        "language=eng",
        "-metadata:s:a:1",
        "language=deu",
        "-metadata:s:s:0",
        "language=eng",
        "-metadata:s:s:1",
        "language=deu",
        &path,
    ]);
}
