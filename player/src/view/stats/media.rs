//! Media: what the picture and the sound are made of, and whether frames came in time.

use egui::Ui;

use super::parts;
use crate::state::playback::{MediaWords, Playback};
use crate::state::verdict::{Grade, Verdict};
use crate::state::words;

/// Shows the page.
pub(super) fn show(ui: &mut Ui, width: f32, playback: &Playback) {
    parts::verdict(ui, width, &verdict(playback), &[]);
    ui.add_space(16.0);
    let media = &playback.media;
    if !media.video_codec.is_empty() || media.video_size.is_some() {
        picture(ui, width, media, playback);
        ui.add_space(16.0);
    }
    if !media.audio_codec.is_empty() {
        parts::heading(ui, width, "Sound", "");
        parts::fact(ui, width, "Codec", &media.audio_codec, &media.audio_detail);
        ui.add_space(16.0);
    }
    parts::heading(ui, width, "File", "");
    let container =
        playback.title.as_ref().map(|title| words::safe(&title.media.container)).unwrap_or_default();
    let unknown = "–".to_owned();
    parts::fact(ui, width, "Container", if container.is_empty() { &unknown } else { &container }, "");
    parts::fact(ui, width, "Length", &words::clock(playback.duration), &words::file_size(playback.size));
    if let Some(title) = &playback.title {
        let hash = title.stream.to_string();
        parts::fact(
            ui,
            width,
            "Hash",
            &format!("b3:{}…{}", &hash[..8.min(hash.len())], &hash[hash.len().saturating_sub(4)..]),
            "",
        );
    }
}

fn picture(ui: &mut Ui, width: f32, media: &MediaWords, playback: &Playback) {
    parts::heading(ui, width, "Picture", "");
    parts::fact(ui, width, "Codec", &media.video_codec, "");
    if let Some((across, down)) = media.video_size {
        parts::fact(ui, width, "Size", &format!("{across}×{down}"), "");
    }
    let fps = media.fps.map_or("–".to_owned(), |fps| format!("{fps:.2} fps"));
    parts::fact(ui, width, "Frame rate", &fps, "");
    let needed =
        playback.needed_bps().map_or("–".to_owned(), |bps| format!("{} Mbit/s", words::megabits(bps)));
    parts::fact(ui, width, "Bit rate", &needed, "on average, sound and all");
    if !media.video_decoder.is_empty() {
        parts::fact(ui, width, "Decoder", &media.video_decoder, "");
    }
}

fn verdict(playback: &Playback) -> Verdict {
    let (shown, dropped) = playback.frames;
    let told = |grade, sentence: String, cause| Verdict { grade, sentence, cause };
    let drawn = words::count(shown, "frame", "frames");
    match (shown, dropped) {
        (0, _) => told(Grade::Unknown, "No picture yet".to_owned(), String::new()),
        (_, 0) => {
            told(Grade::Good, "Every frame on time".to_owned(), format!("{drawn} shown, none dropped."))
        }
        // One in two hundred is what a person may notice.
        (shown, dropped) if dropped * 200 > shown => told(
            Grade::Warning,
            format!("{} dropped", words::count(dropped, "frame", "frames")),
            format!("{drawn} shown. This computer draws more slowly than the film runs."),
        ),
        (_, dropped) => told(
            Grade::Good,
            "Almost every frame on time".to_owned(),
            format!("{drawn} shown, {} dropped.", words::group(dropped)),
        ),
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
}
