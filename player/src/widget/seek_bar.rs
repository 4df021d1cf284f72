//! The seek bar: what is played, and under it the river of what is here and who sent it.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Align2, Color32, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, lerp, pos2, vec2};

use super::chip::{self, Presence};
use super::{focus, live_texture, river, text};
use crate::state::people::Person;
use crate::state::playback::{Origin, Playback};
use crate::state::{Command, SeekKind, State, words};
use crate::theme::{Tokens, Type, motion, over_film, radius};

/// Height of the part that takes the pointer, in points.
pub const HIT_HEIGHT: f32 = 36.0;
/// Between line and river, in points.
const GAP: f32 = 4.0;
/// Width of the card under the pointer, in points.
const CARD: f32 = 224.0;

struct Places {
    line: Rect,
    river: Rect,
}

/// Shows it along `rect`, whose height is [`HIT_HEIGHT`]; `film` is where the card may lie.
pub fn show(ui: &mut Ui, rect: Rect, film: Rect, state: &State, commands: &mut Vec<Command>) -> Response {
    let Some(playback) = &state.playback else { return ui.allocate_rect(rect, Sense::hover()) };
    let response = ui.interact(rect, ui.scope_id().with("seek bar"), Sense::click_and_drag());
    let clock = words::clock(Some(playback.shown_position()));
    let spoken = format!("Seek, at {clock} of {}", words::clock(playback.duration));
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
        card(ui, pos2(x, places.line.top() - 18.0), film, at, state, playback);
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
    painter.rect_filled(places.line, round, over_film::AHEAD);
    let played = Rect::from_min_max(places.line.min, pos2(x, places.line.bottom()));
    painter.rect_filled(played, round, over_film::WHITE);
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

/// The threads of all sources in the order of their letters, with their colours.
fn threads(state: &State, playback: &Playback, tokens: &Tokens) -> Vec<river::Thread> {
    let sources = playback.snapshot.iter().flat_map(|snapshot| &snapshot.sources);
    let mut threads: Vec<_> = sources.map(|source| (state.person(source.index), source.index)).collect();
    threads.sort_unstable();
    threads.into_iter().map(|(person, index)| (index, tokens.source(person.slot()))).collect()
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
    parts.retain(|(share, _)| *share > 0.0);
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    parts.into_iter().map(|(_, index)| state.person(index)).collect()
}

fn card(ui: &mut Ui, bottom: egui::Pos2, film: Rect, part: f32, state: &State, playback: &Playback) {
    let tokens = *Tokens::of(ui);
    let time = playback.time_at(part).unwrap_or(Duration::ZERO);
    let stream = playback.origin == Origin::Stream;
    let (width, height) = if stream { (CARD, 60.0) } else { (76.0, 36.0) };
    let half = width / 2.0 + 8.0;
    let x = bottom.x.clamp(film.left() + half, (film.right() - half).max(film.left() + half));
    let rect = Rect::from_min_max(pos2(x - width / 2.0, bottom.y - height), pos2(x + width / 2.0, bottom.y));
    let painter = ui.painter();
    painter.add(Tokens::shadow(16, 4, 140).as_shape(rect, radius::LARGE));
    painter.rect(rect, radius::LARGE, tokens.surface1, Stroke::new(1.0, tokens.line), StrokeKind::Inside);
    let clock = words::clock(Some(time));
    if !stream {
        text::paint(painter, rect.center(), Align2::CENTER_CENTER, &clock, Type::TIME, tokens.text1);
        return;
    }
    let first = pos2(rect.left() + 12.0, rect.top() + 20.0);
    text::paint(painter, first, Align2::LEFT_CENTER, &clock, Type::TIME, tokens.text1);
    let second = pos2(first.x, rect.top() + 42.0);
    let senders = senders(state, playback, part);
    if senders.is_empty() {
        text::paint(painter, second, Align2::LEFT_CENTER, "Not here yet", Type::CAPTION, tokens.text3);
        return;
    }
    let words = "Here already, from";
    let mut x =
        text::paint(painter, second, Align2::LEFT_CENTER, words, Type::CAPTION, tokens.text2).right() + 8.0;
    for person in senders.into_iter().take(4) {
        chip::paint(painter, &tokens, pos2(x + 8.0, second.y), 16.0, person, Presence::Here);
        x += 20.0;
    }
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
