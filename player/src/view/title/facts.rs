//! What is known of a title and its file.

use egui::{Align2, Pos2, Rect, Ui, pos2};
use tributary_core::directory::Title;

use super::heading;
use crate::i18n::t;
use crate::state::memory::name_of;
use crate::state::{Command, readiness, words};
use crate::theme::{Tokens, Type, icon};
use crate::view::Scene;
use crate::widget::icon_button::IconButton;
use crate::widget::text;

/// From one line to the next in points.
const LINE: f32 = 22.0;
/// Most characters of a hash that are shown from each end.
const HASH_ENDS: usize = 6;

/// `2008 · 9 min 56 s · 1080p · Stereo · Animation, comedy`
pub(super) fn line(title: &Title) -> String {
    let seconds = title.media.duration_ms as f64 / 1000.0;
    let sound = title.media.tracks.iter().find(|track| track.kind == "audio" && track.channels > 0);
    let parts = [
        title.year.map(|year| year.to_string()).unwrap_or_default(),
        if seconds > 0.0 { words::span(seconds) } else { String::new() },
        readiness::picture_name(title.media.width, title.media.height),
        sound.map(|track| words::capital(&words::channels(track.channels))).unwrap_or_default(),
        words::capital(&words::safe(&title.tags.join(", "))),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("   ·   ")
}

/// Shows the file from `corner` on; returns the lower edge.
pub(super) fn show(ui: &mut Ui, corner: Pos2, width: f32, title: &Title, scene: &mut Scene<'_>) -> f32 {
    let mut y = heading(ui, corner, width, &t!("title-file"), "");
    for (name, value) in file(title) {
        entry(ui, pos2(corner.x, y + 6.0), width, &name, &value);
        y += LINE;
    }
    let hash = title.stream.to_string();
    let short = format!("b3:{}…{}", &hash[..HASH_ENDS], &hash[hash.len() - HASH_ENDS..]);
    let end = entry(ui, pos2(corner.x, y + 6.0), width, &t!("title-hash"), &short);
    let words = t!("title-copy-hash");
    let copy = IconButton::new(icon::COPY, &words).size(15.0).side(28.0);
    if copy.show(ui, pos2(end.right() + 20.0, y + 6.0)).clicked() {
        scene.push(Command::Copy(name_of(title.stream)));
    }
    y + LINE
}

/// What is known of the file, with its name.
fn file(title: &Title) -> Vec<(String, String)> {
    let media = &title.media;
    let codec =
        media.tracks.iter().find(|track| track.kind == "video").map(|track| words::safe(&track.codec));
    let size = (media.width > 0).then(|| format!("{}×{}", media.width, media.height));
    let fps = (media.fps > 0.0).then(|| {
        let text = words::decimal(media.fps, 2);
        t!("title-fps", fps = text.trim_end_matches('0').trim_end_matches(['.', ',']))
    });
    let rate = readiness::needed_bps(title).map(|bps| t!("unit-rate", rate = words::megabits(bps)));
    let codec = codec.filter(|codec| !codec.is_empty());
    let pictured = codec.is_some() || size.is_some();
    let picture: Vec<String> = [codec, size, fps, rate].into_iter().flatten().collect();
    let mut rows = Vec::new();
    if !picture.is_empty() {
        rows.push((if pictured { t!("picture") } else { t!("media-bit-rate") }, picture.join(", ")));
    }
    let container = words::safe(&media.container);
    let size = words::file_size(title.size);
    rows.push((t!("title-size"), if container.is_empty() { size } else { format!("{size}, {container}") }));
    if !title.file_name.is_empty() {
        rows.push((t!("title-name"), words::safe(&title.file_name)));
    }
    rows
}

fn entry(ui: &mut Ui, left: Pos2, width: f32, name: &str, value: &str) -> Rect {
    let tokens = *Tokens::of(ui);
    text::label(ui, left, Align2::LEFT_CENTER, name, Type::NOTE, tokens.text3);
    let place = pos2(left.x + 92.0, left.y);
    let room = width - 92.0;
    text::label_within(ui, place, Align2::LEFT_CENTER, value, Type::NOTE, tokens.text2, room)
}
