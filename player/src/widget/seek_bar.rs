//! The seek bar: what is played, and under it the river of what is here and who sent it.

use std::time::Duration;

use egui::accesskit::Role;
use egui::epaint::RectShape;
use egui::{
    Align2, Color32, CornerRadius, Painter, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, lerp,
    pos2, vec2,
};

use fetch_engine::snapshot::Cell;

use super::chip::{self, Presence};
use super::{focus, live_texture, river, text};
use crate::i18n::t;
use crate::state::people::Person;
use crate::state::playback::{Origin, Playback};
use crate::state::{Command, SeekKind, State, words};
use crate::theme::{Tokens, Type, motion, over_film, radius};
use crate::view::{Pictures, Preview};

/// Height of the part that takes the pointer, in points.
pub const HIT_HEIGHT: f32 = 36.0;
/// Between line and river, in points.
const GAP: f32 = 4.0;
/// Between the line's two parts at a chapter, in points.
const CHAPTER_CUT: f32 = 3.0;
/// Width of the card under the pointer, in points.
const CARD: f32 = 224.0;
/// Height of its picture at most, in points.
const CARD_PICTURE: f32 = 126.0;

struct Places {
    line: Rect,
    river: Rect,
}

/// Shows it along `rect`, whose height is [`HIT_HEIGHT`]; `film` is where the card may lie.
pub fn show(
    ui: &mut Ui,
    rect: Rect,
    film: Rect,
    state: &State,
    pictures: &dyn Pictures,
    commands: &mut Vec<Command>,
) -> Response {
    let Some(playback) = &state.playback else { return ui.allocate_rect(rect, Sense::hover()) };
    let response = ui.interact(rect, ui.scope_id().with("seek bar"), Sense::click_and_drag());
    let clock = words::clock(Some(playback.shown_position()));
    let spoken = t!("seek-spoken", time = clock, length = words::clock(playback.duration));
    response.widget_info(|| WidgetInfo {
        value: Some(playback.shown_position().as_secs_f64()),
        ..WidgetInfo::labeled(Role::Slider, playback.seekable, &spoken)
    });
    let near = response.hovered() || response.dragged();
    let grown = motion::glide(ui.ctx(), response.id, near, motion::RIVER);
    let places = places(rect, grown);
    let drag = pointer(&response, rect, playback, commands);
    let head = drag.unwrap_or_else(|| playback.fraction());
    if playback.origin == Origin::Stream {
        paint_river(ui, places.river, grown, state, playback);
    }
    paint_line(ui, &places, head, playback);
    let at =
        drag.or_else(|| response.hover_pos().map(|at| ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0)));
    if let Some(at) = at.filter(|_| playback.duration.is_some()) {
        let x = rect.left() + rect.width() * at;
        let hairline = Stroke::new(1.0, over_film::WHITE);
        ui.painter().vline(x, places.line.top() - 3.0..=places.river.bottom(), hairline);
        let preview = playback.time_at(at).and_then(|time| pictures.preview(time));
        card(ui, pos2(x, places.line.top() - 18.0), film, at, state, playback, preview);
    }
    if response.has_focus() {
        let around = Rect::from_min_max(places.line.min, places.river.max).expand2(vec2(5.0, 4.0));
        focus::draw(ui, around, radius::SMALL);
    }
    response
}

/// Where line and river lie in `rect`, between rest (0) and the pointer being near (1).
fn places(rect: Rect, grown: f32) -> Places {
    let bottom = rect.bottom() - 7.0 + 3.0 * grown;
    let river = Rect::from_x_y_ranges(rect.x_range(), bottom - lerp(8.0..=20.0, grown)..=bottom);
    let line_bottom = river.top() - GAP;
    let line = Rect::from_x_y_ranges(rect.x_range(), line_bottom - lerp(3.0..=5.0, grown)..=line_bottom);
    Places { line, river }
}

/// Turns drags and clicks into seeks; returns where a drag is, 0 to 1.
fn pointer(response: &Response, rect: Rect, playback: &Playback, commands: &mut Vec<Command>) -> Option<f32> {
    if !playback.seekable {
        return None;
    }
    let at = response.interact_pointer_pos()?;
    let part = ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
    let time = playback.time_at(part)?;
    if response.drag_stopped() || response.clicked() {
        commands.push(Command::Seek(time, SeekKind::Exact));
    } else if response.dragged() && response.drag_delta().x != 0.0 {
        commands.push(Command::Seek(time, SeekKind::Key));
    }
    response.dragged().then_some(part)
}

fn paint_line(ui: &Ui, places: &Places, head: f32, playback: &Playback) {
    let painter = ui.painter();
    let x = places.line.left() + places.line.width() * head;
    let round = (places.line.height() / 2.0) as u8;
    let cut = CHAPTER_CUT / 2.0;
    let parts = chapter_parts(playback);
    for (number, &(from, to)) in parts.iter().enumerate() {
        let at = |part: f32| places.line.left() + places.line.width() * part;
        let left = if number == 0 { at(from) } else { at(from) + cut };
        let right = if number + 1 == parts.len() { at(to) } else { at(to) - cut };
        let line = Rect::from_x_y_ranges(left..=right.max(left + 0.5), places.line.y_range());
        painter.rect_filled(line, round, over_film::AHEAD);
        if x > left {
            let played = Rect::from_x_y_ranges(left..=x.min(line.right()), line.y_range());
            painter.rect_filled(played, round, over_film::WHITE);
        }
    }
    paint_repeat(painter, places, playback);
    if playback.duration.is_some() {
        let bottom = if playback.origin == Origin::Stream {
            places.river.bottom() + 2.0
        } else {
            places.line.bottom()
        };
        let bar = Rect::from_min_max(pos2(x - 1.5, places.line.top()), pos2(x + 1.5, bottom));
        painter.rect_filled(bar.expand2(vec2(1.5, 0.0)), 0, Color32::from_black_alpha(140));
        painter.rect_filled(bar, 0, over_film::WHITE);
        painter.circle_filled(pos2(x, places.line.center().y), 8.0, over_film::WHITE);
    }
}

/// The line cut at its chapters, in parts of the whole.
fn chapter_parts(playback: &Playback) -> Vec<(f32, f32)> {
    /// Cuts nearer to each other than this part of the whole would leave nothing of the line.
    const LEAST: f32 = 0.008;
    let whole = playback.duration.map_or(0.0, |duration| duration.as_secs_f32());
    let mut parts = Vec::new();
    let mut from = 0.0;
    if whole > 0.0 {
        for chapter in &playback.chapters {
            let at = chapter.start.as_secs_f32() / whole;
            if at > from + LEAST && at < 1.0 - LEAST {
                parts.push((from, at));
                from = at;
            }
        }
    }
    parts.push((from, 1.0));
    parts
}

/// Marks of the part that is played over and over.
fn paint_repeat(painter: &Painter, places: &Places, playback: &Playback) {
    let Some(whole) = playback.duration.filter(|whole| !whole.is_zero()) else { return };
    let at = |time: Duration| {
        places.line.left() + places.line.width() * (time.as_secs_f32() / whole.as_secs_f32()).clamp(0.0, 1.0)
    };
    let marks = [playback.repeat.from, playback.repeat.to].into_iter().flatten().map(at);
    for x in marks {
        let mark =
            Rect::from_min_max(pos2(x - 1.5, places.line.top() - 9.0), pos2(x + 1.5, places.line.bottom()));
        painter.rect_filled(mark.expand(1.0), 0, Color32::from_black_alpha(140));
        painter.rect_filled(mark, 0, over_film::WHITE);
    }
    if let (Some(from), Some(to)) = (playback.repeat.from, playback.repeat.to) {
        let y = places.line.top() - 8.0;
        painter.hline(at(from)..=at(to), y, Stroke::new(2.0, over_film::WHITE));
    }
}

/// The threads of all sources in the order of their letters, and of the disk, with their colours.
fn threads(state: &State, playback: &Playback, tokens: &Tokens) -> Vec<river::Thread> {
    let sources = playback.snapshot.iter().flat_map(|snapshot| &snapshot.sources);
    let mut threads: Vec<_> = sources.map(|source| (state.person(source.index), source.index)).collect();
    threads.sort_unstable();
    let of_sources = threads.into_iter().map(|(person, index)| (index, tokens.source(person.slot())));
    of_sources.chain([(Cell::DISK, over_film::WHITE.gamma_multiply(0.55))]).collect()
}

fn paint_river(ui: &Ui, rect: Rect, grown: f32, state: &State, playback: &Playback) {
    let tokens = *Tokens::of(ui);
    ui.painter().rect_filled(rect, 1, over_film::BED);
    let Some(snapshot) = &playback.snapshot else { return };
    let scale = ui.pixels_per_point();
    let width = (rect.width() * scale).round().max(1.0) as usize;
    let height = if grown > 0.5 { 20.0 } else { 8.0 } * scale;
    let threads = threads(state, playback, &tokens);
    let head = (playback.fraction() * width as f32) as usize;
    let shape = (width, height as usize);
    let content = (snapshot.at.to_bits(), head, threads.len());
    let texture = live_texture::get(ui, ui.scope_id().with("river"), shape, content, || {
        let counts = river::Counts::new(&snapshot.map, &threads);
        river::image(&counts, &threads, width, height as usize, playback.fraction())
    });
    let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture, rect, uv, Color32::WHITE);
}

/// Who sent what is at a part of the whole, most first; empty where it is not here.
fn senders(state: &State, playback: &Playback, part: f32) -> Vec<Person> {
    let Some(snapshot) = &playback.snapshot else { return Vec::new() };
    let mut found = threads(state, playback, &Tokens::DARK);
    let blocks = snapshot.map.len();
    let (from, to) = (
        ((part - 0.02).max(0.0) * blocks as f32) as usize,
        (((part + 0.02).min(1.0) * blocks as f32) as usize + 1).min(blocks),
    );
    let here = ((part * blocks as f32) as usize).min(blocks.saturating_sub(1));
    if !snapshot.map.get(here).copied().is_some_and(river::is_here) {
        return Vec::new();
    }
    let shares = river::Counts::new(&snapshot.map[from..to], &found).shares(0, 1);
    let mut parts: Vec<(f32, u8)> =
        shares.parts.into_iter().zip(found.drain(..).map(|(index, _)| index)).collect();
    parts.retain(|(share, index)| *share > 0.0 && *index != Cell::DISK);
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    parts.into_iter().map(|(_, index)| state.person(index)).collect()
}

fn card(
    ui: &mut Ui,
    bottom: egui::Pos2,
    film: Rect,
    part: f32,
    state: &State,
    playback: &Playback,
    preview: Option<Preview>,
) {
    let tokens = *Tokens::of(ui);
    let time = playback.time_at(part).unwrap_or(Duration::ZERO);
    let stream = playback.origin == Origin::Stream;
    let chapter = playback.chapter_at(time).map(|(_, chapter)| chapter.name.as_str());
    let (width, height) = match (stream, chapter, preview) {
        (true, ..) => (CARD, 60.0),
        (false, None, None) => (76.0, 36.0),
        (false, ..) => (CARD, 36.0),
    };
    // A low window has no room for the picture above its words.
    let room = bottom.y - film.top() - height - 8.0;
    let preview = preview.filter(|_| room >= CARD_PICTURE);
    let picture = preview.map_or(0.0, |preview| (CARD / preview.aspect.max(0.1)).min(CARD_PICTURE));
    let half = width / 2.0 + 8.0;
    let x = bottom.x.clamp(film.left() + half, (film.right() - half).max(film.left() + half));
    let whole = Rect::from_min_max(
        pos2(x - width / 2.0, bottom.y - height - picture),
        pos2(x + width / 2.0, bottom.y),
    );
    let painter = ui.painter();
    painter.add(tokens.shadow(16, 4, 140).as_shape(whole, radius::LARGE));
    painter.rect_filled(whole, radius::LARGE, tokens.surface1);
    let (above, rect) = whole.split_top_bottom_at_y(whole.top() + picture);
    if let Some(preview) = preview {
        paint_preview(painter, above, preview);
    }
    painter.rect_stroke(whole, radius::LARGE, Stroke::new(1.0, tokens.line), StrokeKind::Inside);
    let clock = words::clock(Some(time));
    if !stream && chapter.is_none() {
        text::paint(painter, rect.center(), Align2::CENTER_CENTER, &clock, Type::TIME, tokens.text1);
        return;
    }
    let first = pos2(rect.left() + 12.0, rect.top() + if stream { 20.0 } else { 18.0 });
    let edge = text::paint(painter, first, Align2::LEFT_CENTER, &clock, Type::TIME, tokens.text1).right();
    if let Some(chapter) = chapter {
        let place = pos2(edge + 10.0, first.y);
        let room = rect.right() - 12.0 - place.x;
        text::paint_within(painter, place, Align2::LEFT_CENTER, chapter, Type::NOTE, tokens.text2, room);
    }
    if !stream {
        return;
    }
    let second = pos2(first.x, rect.top() + 42.0);
    let senders = senders(state, playback, part);
    if senders.is_empty() {
        text::paint(painter, second, Align2::LEFT_CENTER, &t!("seek-not-here"), Type::CAPTION, tokens.text3);
        return;
    }
    let words = t!("seek-here");
    let mut x =
        text::paint(painter, second, Align2::LEFT_CENTER, &words, Type::CAPTION, tokens.text2).right() + 8.0;
    for person in senders.into_iter().take(4) {
        chip::paint(painter, &tokens, pos2(x + 8.0, second.y), 16.0, person, Presence::Here);
        x += 20.0;
    }
}

/// The picture at the head of the card, as large as its shape lets it be.
fn paint_preview(painter: &Painter, place: Rect, preview: Preview) {
    let upper = |radius: u8| CornerRadius { nw: radius, ne: radius, sw: 0, se: 0 };
    let width = (place.height() * preview.aspect).min(place.width());
    let fills = width > place.width() - 1.0;
    let shown =
        if fills { place } else { Rect::from_center_size(place.center(), vec2(width, place.height())) };
    painter.rect_filled(place, upper(radius::LARGE), Color32::BLACK);
    let round = upper(if fills { radius::LARGE } else { 0 });
    painter.add(RectShape::filled(shown, round, Color32::WHITE).with_texture(preview.texture, preview.part));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture;

    #[test]
    fn the_senders_of_a_place_are_told_most_first() {
        let state = fixture::playing();
        let playback = state.playback.as_ref().expect("plays");
        let letters: String = senders(&state, playback, 0.5).into_iter().map(Person::letter).collect();
        assert_eq!(letters.chars().next(), Some('A'));
        assert_eq!(letters.len(), 4);
        assert!(senders(&state, playback, 0.8).is_empty());
        assert!(!senders(&state, playback, 1.0).is_empty());
    }

    #[test]
    fn the_river_grows_and_the_line_rises() {
        let rect = Rect::from_min_size(pos2(24.0, 699.0), vec2(1232.0, HIT_HEIGHT));
        let (rest, grown) = (places(rect, 0.0), places(rect, 1.0));
        assert_eq!((rest.river.height(), grown.river.height()), (8.0, 20.0));
        assert!(grown.line.top() < rest.line.top());
        assert!(rect.contains_rect(grown.river));
    }
}
