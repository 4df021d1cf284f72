//! A title's tracks and its file, as the director knows them.

use egui::accesskit::Role;
use egui::{Align2, Pos2, Rect, Sense, Ui, WidgetInfo, pos2, vec2};
use tributary_core::directory::{Title, Track};

use super::heading;
use crate::i18n::t;
use crate::state::memory::name_of;
use crate::state::{Command, readiness, words};
use crate::theme::{Tokens, Type, icon, radius};
use crate::view::Scene;
use crate::widget::icon_button::IconButton;
use crate::widget::text;

/// Height of a row of tracks in points.
const ROW: f32 = 44.0;
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

/// Shows both from `corner` on; returns the lower edge.
pub(super) fn show(ui: &mut Ui, corner: Pos2, width: f32, title: &Title, scene: &mut Scene<'_>) -> f32 {
    let mut y = corner.y;
    let of = |kind: &str| title.media.tracks.iter().filter(|track| track.kind == kind).collect::<Vec<_>>();
    let (sound, subtitles) = (of("audio"), of("subtitle"));
    if !sound.is_empty() || !subtitles.is_empty() {
        y = heading(ui, corner, width, &t!("title-tracks"), "");
        let rows =
            [(icon::SPEAKER_HIGH, t!("sound"), sound), (icon::CLOSED_CAPTIONING, t!("subtitles"), subtitles)];
        for (glyph, name, tracks) in rows.into_iter().filter(|(_, _, tracks)| !tracks.is_empty()) {
            let rect = Rect::from_min_size(pos2(corner.x, y), vec2(width, ROW));
            row(ui, rect, glyph, &name, &tracks);
            y = rect.bottom() + 8.0;
        }
        y += 16.0;
    }
    y = heading(ui, pos2(corner.x, y), width, &t!("title-file"), "");
    for (name, value) in file(title) {
        entry(ui, pos2(corner.x, y + 9.0), width, &name, &value);
        y += 23.0;
    }
    let hash = title.stream.to_string();
    let short = format!("b3:{}…{}", &hash[..HASH_ENDS], &hash[hash.len() - HASH_ENDS..]);
    let end = entry(ui, pos2(corner.x, y + 9.0), width, &t!("title-hash"), &short);
    let words = t!("title-copy-hash");
    let copy = IconButton::new(icon::COPY, &words).size(15.0).side(28.0);
    if copy.show(ui, pos2(end.right() + 20.0, y + 9.0)).clicked() {
        scene.push(Command::Copy(name_of(title.stream)));
    }
    y + 23.0
}

fn name_of_track(track: &Track) -> String {
    let named = if track.title.is_empty() { words::language(&track.language) } else { track.title.clone() };
    if named.is_empty() { t!("title-track") } else { words::safe(&named) }
}

/// `AAC, stereo`
fn made_of(track: &Track) -> String {
    let channels = if track.channels > 0 { words::channels(track.channels) } else { String::new() };
    let parts = [words::codec(&track.codec), channels];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn row(ui: &mut Ui, rect: Rect, glyph: char, name: &str, tracks: &[&Track]) {
    let tokens = *Tokens::of(ui);
    let names = tracks.iter().map(|track| name_of_track(track)).collect::<Vec<_>>().join(", ");
    let mut codecs: Vec<String> = tracks.iter().map(|track| made_of(track)).collect();
    codecs.retain(|codec| !codec.is_empty());
    codecs.dedup();
    let mut codecs = words::safe(&codecs.join("; "));
    // A single one that nobody named is what it is made of.
    let nameless = |track: &&Track| track.title.is_empty() && track.language.is_empty();
    let names = if tracks.len() == 1 && tracks.iter().all(nameless) && !codecs.is_empty() {
        std::mem::take(&mut codecs)
    } else {
        names
    };
    let response = ui.interact(rect, ui.scope_id().with(("tracks", name)), Sense::hover());
    let spoken = t!("title-track-row", kind = name, names = names.as_str(), codecs = codecs.as_str());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, spoken.trim_end_matches([',', ' '])));
    let painter = ui.painter();
    painter.rect_filled(rect, radius::ROW, tokens.surface1);
    let middle = rect.center().y;
    text::icon(painter, pos2(rect.left() + 24.0, middle), glyph, Type::icon(18.0), tokens.text2);
    let place = pos2(rect.left() + 46.0, middle);
    text::paint(painter, place, Align2::LEFT_CENTER, name, Type::LABEL, tokens.text2);
    let left = pos2(rect.left() + 136.0, middle);
    let room = rect.right() - 14.0 - left.x;
    let shown =
        text::paint_within(painter, left, Align2::LEFT_CENTER, &names, Type::LIST_STRONG, tokens.text1, room);
    let right = pos2(rect.right() - 14.0, middle);
    let room = right.x - shown.right() - 16.0;
    if room > 40.0 {
        text::paint_within(painter, right, Align2::RIGHT_CENTER, &codecs, Type::CAPTION, tokens.text3, room);
    }
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
