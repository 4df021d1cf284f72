//! The tracks and chapters of a title: those that will be heard and seen, and others to choose.

use std::collections::BTreeSet;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Align2, Pos2, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};
use tributary_core::directory::{Title, Track};

use super::heading;
use crate::i18n::t;
use crate::state::chosen::{ChosenTracks, Subtitles};
use crate::state::memory::name_of;
use crate::state::playback::chapters_of;
use crate::state::{Command, languages, words};
use crate::theme::{Tokens, Type, icon, motion, radius};
use crate::view::Scene;
use crate::widget::choice::{self, Choice, Holds};
use crate::widget::{focus, text};

/// Height of a row in points, and what lies between two.
const ROW: f32 = 44.0;
const GAP: f32 = 8.0;

/// Shows them from `corner` on; returns where what follows begins.
pub(super) fn show(ui: &mut Ui, corner: Pos2, width: f32, title: &Title, scene: &mut Scene<'_>) -> f32 {
    let of = |kind: &str| title.media.tracks.iter().filter(|track| track.kind == kind).collect::<Vec<_>>();
    let (sound, subtitles) = (of("audio"), of("subtitle"));
    let chapters = !title.media.chapters.is_empty();
    if sound.is_empty() && subtitles.is_empty() && !chapters {
        return corner.y;
    }
    let mut y = heading(ui, corner, width, &t!("title-tracks"), "");
    let mut next = || {
        let rect = Rect::from_min_size(pos2(corner.x, y), vec2(width, ROW));
        y = rect.bottom() + GAP;
        rect
    };
    let chosen = scene.state.memory.tracks(&name_of(title.stream));
    if !sound.is_empty() {
        sounds(ui, next(), title, &sound, chosen, scene);
    }
    if !subtitles.is_empty() {
        subtitle_tracks(ui, next(), title, &subtitles, chosen, scene);
    }
    if chapters {
        chapter_list(ui, next(), title, scene);
    }
    y + 10.0
}

fn codes<'a>(tracks: &[&'a Track]) -> Vec<Option<&'a str>> {
    tracks.iter().map(|track| Some(track.language.as_str()).filter(|language| !language.is_empty())).collect()
}

fn names(tracks: &[&Track]) -> Vec<String> {
    let known: Vec<_> = tracks.iter().map(|track| (track.title.as_str(), track.language.as_str())).collect();
    languages::names_of_tracks(&known)
}

/// `AAC, stereo`
fn made_of(track: &Track) -> String {
    let channels = if track.channels > 0 { words::channels(track.channels) } else { String::new() };
    let parts = [words::codec(&track.codec), channels];
    words::safe(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
}

fn choices(tracks: &[&Track], on: Option<usize>) -> Vec<Choice> {
    let choice = |((number, track), name): ((usize, &&Track), String)| Choice {
        name,
        detail: made_of(track),
        on: on == Some(number),
    };
    tracks.iter().enumerate().zip(names(tracks)).map(choice).collect()
}

fn sounds(
    ui: &mut Ui,
    rect: Rect,
    title: &Title,
    tracks: &[&Track],
    chosen: ChosenTracks,
    scene: &mut Scene<'_>,
) {
    let heard = chosen.sound_of(&codes(tracks), &scene.state.settings).unwrap_or(0);
    let Some(track) = tracks.get(heard) else { return };
    let (name, mut detail) = (t!("sound"), made_of(track));
    // A single one that nobody named is what it is made of.
    let nameless = tracks.len() == 1 && track.title.is_empty() && track.language.is_empty();
    let value = if nameless && !detail.is_empty() {
        std::mem::take(&mut detail)
    } else {
        names(tracks).swap_remove(heard)
    };
    let opens = (tracks.len() > 1).then_some(icon::CARET_DOWN);
    let response = row(ui, rect, &Words { glyph: icon::SPEAKER_HIGH, name: &name, value, detail }, opens);
    if opens.is_none() {
        return;
    }
    if let Some(number) = choice::hanging(ui, &response, Holds::Choices, || choices(tracks, Some(heard))) {
        let tracks = ChosenTracks { sound: Some(number), ..chosen };
        scene.push(Command::ChooseTracks(Box::new(title.clone()), tracks));
    }
}

fn subtitle_tracks(
    ui: &mut Ui,
    rect: Rect,
    title: &Title,
    tracks: &[&Track],
    chosen: ChosenTracks,
    scene: &mut Scene<'_>,
) {
    let seen = chosen.subtitles_of(&codes(tracks), &scene.state.settings);
    let (value, detail) = match seen.and_then(|number| tracks.get(number)) {
        Some(track) => (names(tracks).swap_remove(seen.unwrap_or(0)), made_of(track)),
        None => (t!("menu-off"), offered(tracks)),
    };
    let words = Words { glyph: icon::CLOSED_CAPTIONING, name: &t!("subtitles"), value, detail };
    let response = row(ui, rect, &words, Some(icon::CARET_DOWN));
    let offered = || {
        let off = Choice { name: t!("menu-off"), detail: String::new(), on: seen.is_none() };
        std::iter::once(off).chain(choices(tracks, seen)).collect()
    };
    if let Some(pressed) = choice::hanging(ui, &response, Holds::Choices, offered) {
        let subtitles = pressed.checked_sub(1).map_or(Subtitles::Off, Subtitles::Track);
        let tracks = ChosenTracks { subtitles: Some(subtitles), ..chosen };
        scene.push(Command::ChooseTracks(Box::new(title.clone()), tracks));
    }
}

/// `German`, `5 languages`, `7 tracks`
fn offered(tracks: &[&Track]) -> String {
    match tracks {
        [_] => names(tracks).swap_remove(0),
        _ => {
            let different: BTreeSet<_> =
                tracks.iter().map(|track| languages::name(&track.language)).collect();
            if different.len() == tracks.len() && !different.contains("") {
                t!("title-languages", count = tracks.len())
            } else {
                t!("title-track-count", count = tracks.len())
            }
        }
    }
}

fn chapter_list(ui: &mut Ui, rect: Rect, title: &Title, scene: &mut Scene<'_>) {
    let chapters = chapters_of(title);
    let first = chapters.first().map(|chapter| t!("title-first-chapter", name = chapter.name.as_str()));
    let words = Words {
        glyph: icon::LIST_BULLETS,
        name: &t!("player-chapters"),
        value: chapters.len().to_string(),
        detail: first.unwrap_or_default(),
    };
    let held = !title.servers.is_empty();
    let response = row(ui, rect, &words, held.then_some(icon::CARET_RIGHT));
    if !held {
        return;
    }
    let named = |chapter: &crate::state::playback::Chapter| Choice {
        name: chapter.name.clone(),
        detail: words::clock(Some(chapter.start)),
        on: false,
    };
    let choices = || chapters.iter().map(named).collect();
    if let Some(number) = choice::hanging(ui, &response, Holds::Actions, choices) {
        let start = chapters.get(number).map_or(Duration::ZERO, |chapter| chapter.start);
        scene.push(Command::PlayFrom(Box::new(title.clone()), start));
    }
}

/// What stands in a row.
struct Words<'a> {
    glyph: char,
    name: &'a str,
    value: String,
    detail: String,
}

/// A row; one with a caret can be pressed.
fn row(ui: &mut Ui, rect: Rect, words: &Words<'_>, caret: Option<char>) -> Response {
    let tokens = *Tokens::of(ui);
    let Words { glyph, name, value, detail } = words;
    let sense = if caret.is_some() { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with(("part", name)), sense);
    let spoken = t!("title-track-row", kind = *name, names = value.as_str(), codecs = detail.as_str());
    let role = if caret.is_some() { Role::ComboBox } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, spoken.trim_end_matches([',', ' '])));
    let hover = motion::glide(ui.ctx(), response.id, caret.is_some() && response.hovered(), motion::HOVER);
    let painter = ui.painter();
    painter.rect_filled(rect, radius::ROW, tokens.surface1.lerp_to_gamma(tokens.surface2, hover));
    let middle = rect.center().y;
    text::icon(painter, pos2(rect.left() + 24.0, middle), *glyph, Type::icon(18.0), tokens.text2);
    let place = pos2(rect.left() + 46.0, middle);
    text::paint(painter, place, Align2::LEFT_CENTER, name, Type::LABEL, tokens.text2);
    let mut edge = rect.right() - 14.0;
    if let Some(caret) = caret {
        text::icon(painter, pos2(edge - 6.0, middle), caret, Type::icon(14.0), tokens.text2);
        edge -= 22.0;
    }
    let left = pos2(rect.left() + 136.0, middle);
    let room = edge - left.x;
    let shown =
        text::paint_within(painter, left, Align2::LEFT_CENTER, value, Type::LIST_STRONG, tokens.text1, room);
    let room = edge - shown.right() - 16.0;
    if room > 40.0 {
        let right = pos2(edge, middle);
        text::paint_within(painter, right, Align2::RIGHT_CENTER, detail, Type::CAPTION, tokens.text3, room);
    }
    focus::ring(ui, &response, rect, radius::ROW);
    response
}
