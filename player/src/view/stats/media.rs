//! Media: what the picture and the sound are made of, and whether frames came in time.

use egui::{Rect, Shape, Stroke, Ui, pos2};

use super::parts;
use crate::i18n::t;
use crate::state::playback::{MediaWords, Playback};
use crate::state::verdict::{Grade, Verdict};
use crate::state::words;
use crate::theme::Tokens;
use crate::widget::text;

/// Height of the bars of frame times in points.
const BARS: f32 = 56.0;
/// A picture that is so much later than it should be is told from the others.
const LATE: f32 = 1.5;
/// Sound and picture so far apart are together, in milliseconds.
const TOGETHER_MS: f64 = 1.0;

/// Shows the page.
pub(super) fn show(ui: &mut Ui, width: f32, playback: &Playback) {
    parts::verdict(ui, width, &verdict(playback), &[]);
    ui.add_space(16.0);
    let media = &playback.media;
    if !media.video_codec.is_empty() || media.video_size.is_some() {
        picture(ui, width, media, playback);
        ui.add_space(16.0);
        frame_times(ui, width, playback);
    }
    if !media.audio_codec.is_empty() {
        parts::heading(ui, width, &t!("media-sound"), "");
        parts::fact(ui, width, &t!("media-codec"), &media.audio_codec, &media.audio_detail);
        if !media.audio_decoder.is_empty() {
            parts::fact(ui, width, &t!("media-decoder"), &media.audio_decoder, "");
        }
        if let Some((offset, remark)) = offset(playback) {
            parts::fact(ui, width, &t!("media-offset"), &offset, &remark);
        }
        ui.add_space(16.0);
    }
    buffer(ui, width, playback);
    file(ui, width, playback);
}

fn file(ui: &mut Ui, width: f32, playback: &Playback) {
    parts::heading(ui, width, &t!("media-file"), "");
    let container =
        playback.title.as_ref().map(|title| words::safe(&title.media.container)).unwrap_or_default();
    let container = if container.is_empty() { "–" } else { container.as_str() };
    parts::fact(ui, width, &t!("media-container"), container, "");
    let length = words::clock(playback.duration);
    parts::fact(ui, width, &t!("media-length"), &length, &words::file_size(playback.size));
    if let Some(title) = &playback.title {
        let hash = title.stream.to_string();
        let ends = (&hash[..8.min(hash.len())], &hash[hash.len().saturating_sub(4)..]);
        parts::fact(ui, width, &t!("media-hash"), &format!("b3:{}…{}", ends.0, ends.1), "");
    }
}

fn picture(ui: &mut Ui, width: f32, media: &MediaWords, playback: &Playback) {
    parts::heading(ui, width, &t!("media-picture"), "");
    parts::fact(ui, width, &t!("media-codec"), &media.video_codec, "");
    if let Some((across, down)) = media.video_size {
        parts::fact(ui, width, &t!("media-size"), &format!("{across}×{down}"), "");
    }
    let pictures = &playback.pictures;
    if !pictures.colour.is_empty() {
        parts::fact(ui, width, &t!("media-colour"), &pictures.colour, &pictures.light);
    }
    let fps = media.fps.map_or("–".to_owned(), |fps| t!("media-fps", fps = words::decimal(fps, 2)));
    let measured = measured_fps(&pictures.apart_ms)
        .map_or_else(String::new, |fps| t!("media-measured", fps = words::decimal(fps, 2)));
    parts::fact(ui, width, &t!("media-rate"), &fps, &measured);
    let needed =
        playback.needed_bps().map_or("–".to_owned(), |bps| t!("unit-rate", rate = words::megabits(bps)));
    parts::fact(ui, width, &t!("media-bit-rate"), &needed, &t!("media-on-average"));
    if !media.video_decoder.is_empty() {
        parts::fact(ui, width, &t!("media-decoder"), &media.video_decoder, "");
    }
}

/// Pictures a second, from how far apart the last ones were drawn.
fn measured_fps(apart_ms: &[f32]) -> Option<f64> {
    let all: f64 = apart_ms.iter().copied().map(f64::from).sum();
    (apart_ms.len() >= 10 && all > 0.0).then(|| apart_ms.len() as f64 * 1e3 / all)
}

/// How far apart the last pictures were drawn: a bar each, with a line where they should end.
fn frame_times(ui: &mut Ui, width: f32, playback: &Playback) {
    let tokens = *Tokens::of(ui);
    let (apart, Some(fps)) = (&playback.pictures.apart_ms, playback.media.fps) else { return };
    if apart.is_empty() || fps <= 0.0 {
        return;
    }
    let due = (1e3 / fps / playback.speed.max(0.01)) as f32;
    let each = t!("media-each", count = apart.len() as u64, time = words::decimal(f64::from(due), 1));
    parts::heading(ui, width, &t!("media-frame-times"), &each);
    ui.add_space(6.0);
    let rect = parts::line(ui, width, BARS);
    // What counts as late reaches the top.
    let height = |apart: f32| (apart / due / LATE).min(1.0) * BARS;
    let step = width / apart.len() as f32;
    let mut late = 0;
    for (number, apart) in apart.iter().enumerate() {
        let is_late = *apart > due * LATE;
        late += u64::from(is_late);
        let left = rect.left() + step * number as f32;
        let top = rect.bottom() - height(*apart);
        let bar = Rect::from_min_max(pos2(left, top), pos2(left + (step - 1.0).max(1.0), rect.bottom()));
        // What is late is told by its height too.
        ui.painter().rect_filled(bar, 0, if is_late { tokens.warn } else { tokens.text3 });
    }
    let y = rect.bottom() - height(due);
    let line = [pos2(rect.left(), y), pos2(rect.right(), y)];
    ui.painter().extend(Shape::dashed_line(&line, Stroke::new(1.0, tokens.text2), 3.0, 3.0));
    text::name(ui, rect, &t!("media-frames-spoken", late = late, count = apart.len() as u64));
    ui.add_space(16.0);
}

/// How far picture and sound are apart where they are heard and seen, and which comes after the other. A picture waits
/// to be drawn; sound waits as long as a person told it to.
fn offset(playback: &Playback) -> Option<(String, String)> {
    let wait_ms = playback.pictures.wait_ms?;
    let offset_ms = wait_ms - f64::from(playback.sound_delay_ms);
    let remark = if offset_ms.abs() < TOGETHER_MS {
        t!("media-offset-none")
    } else if offset_ms > 0.0 {
        t!("media-offset-picture")
    } else {
        t!("media-offset-sound")
    };
    Some((format!("{} ms", words::decimal(offset_ms.abs(), 0)), remark))
}

/// What is here ahead of the picture.
fn buffer(ui: &mut Ui, width: f32, playback: &Playback) {
    let Some(snapshot) = &playback.snapshot else { return };
    parts::heading(ui, width, &t!("media-buffer"), "");
    let lasts = playback.ahead_seconds().map_or("–".to_owned(), words::span);
    let cache = &snapshot.cache;
    let limit = t!("cache-of", limit = words::mebibytes(cache.ahead_limit));
    let remark = format!("{} {limit}", words::mebibytes(cache.ahead_bytes));
    parts::fact(ui, width, &t!("media-ahead"), &lasts, &remark);
    ui.add_space(16.0);
}

fn verdict(playback: &Playback) -> Verdict {
    let (shown, dropped) = playback.frames;
    let told = |grade, sentence: String, cause| Verdict { grade, sentence, cause };
    let frames = t!("count-frames", count = shown);
    match (shown, dropped) {
        (0, _) if playback.is_sound_alone() => {
            told(Grade::Good, t!("media-sound-alone"), t!("media-sound-alone-what"))
        }
        (0, _) => told(Grade::Unknown, t!("media-no-picture"), String::new()),
        (_, 0) => told(Grade::Good, t!("media-on-time"), t!("media-shown-all", frames = frames)),
        // One in two hundred is what a person may notice.
        (shown, dropped) if dropped * 200 > shown => {
            told(Grade::Warning, t!("media-dropped", count = dropped), t!("media-slow", frames = frames))
        }
        (_, dropped) => {
            let late = words::group(playback.pictures.late);
            let cause = t!("media-shown", frames = frames, dropped = words::group(dropped), late = late);
            told(Grade::Good, t!("media-nearly"), cause)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture;

    #[test]
    fn dropped_frames_are_told_when_they_matter() {
        let mut playback = fixture::playback();
        assert_eq!(verdict(&playback).sentence, "Every frame on time");
        playback.frames = (1000, 2);
        assert_eq!(verdict(&playback).grade, Grade::Good);
        playback.frames = (1000, 60);
        assert_eq!(verdict(&playback).sentence, "60 frames dropped");
    }

    #[test]
    fn picture_and_sound_are_told_apart_and_who_is_late() {
        let mut playback = fixture::playback();
        playback.pictures.wait_ms = None;
        assert_eq!(offset(&playback), None);
        playback.pictures.wait_ms = Some(4.2);
        assert_eq!(offset(&playback).unwrap().0, "4 ms");
        assert!(offset(&playback).unwrap().1.starts_with("picture after sound"));
        playback.sound_delay_ms = 100;
        let (told, remark) = offset(&playback).unwrap();
        assert_eq!(told, "96 ms");
        assert!(remark.starts_with("sound after picture"), "{remark}");
        assert_eq!(measured_fps(&[40.0; 50]), Some(25.0));
        assert_eq!(measured_fps(&[40.0; 5]), None);
    }
}
