//! A title's card: its poster, name, year and length, and squares for the servers that hold it.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::epaint::{Brush, RectShape};
use egui::{
    Align2, Color32, CornerRadius, Painter, Rect, Response, Sense, Stroke, StrokeKind, TextureId, Ui,
};
use egui::{WidgetInfo, pos2, vec2};
use tributary_core::directory::Title;

use super::{chip, focus, meter, scrim, text};
use crate::i18n::t;
use crate::state::people::Person;
use crate::state::words;
use crate::theme::{Tokens, Type, icon, motion, over_film, radius};
use crate::view::Poster;

/// Points below a poster that belong to its card.
pub const CARD_FOOT: f32 = 64.0;
/// Radius of the play button that a card shows under the pointer, in points.
const PLAY_RADIUS: f32 = 18.0;

/// How far a title was watched.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Mark {
    /// Not at all.
    #[default]
    None,
    /// This part of it, 0 to 1.
    Begun(f32),
    /// To its end.
    Watched,
}

/// What was asked of a card.
pub struct Asked {
    /// The card itself: a press opens its page.
    pub response: Response,
    /// The play button on it was pressed.
    pub play: bool,
}

/// Paints a picture with round corners so that it covers `frame`.
pub fn paint_cover(painter: &Painter, frame: Rect, round: u8, texture: TextureId, aspect: f32) {
    let mut shape = RectShape::filled(frame, round, Color32::WHITE);
    let uv = cover(aspect, frame.width() / frame.height().max(1.0));
    shape.brush = Some(Arc::new(Brush { fill_texture_id: texture, uv }));
    painter.add(shape);
}

/// Shows the card of `title` at `rect`, the poster's place.
pub fn show(ui: &mut Ui, rect: Rect, title: &Title, poster: Poster, holders: &[Person], mark: Mark) -> Asked {
    let tokens = *Tokens::of(ui);
    let id = ui.scope_id().with(("title", title.stream.0, &title.name));
    let card = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() + CARD_FOOT - 16.0));
    let response = ui.interact(card, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, spoken(title, mark)));
    let hover = motion::glide(ui.ctx(), id, response.hovered(), motion::HOVER);
    let frame = rect.expand(3.0 * hover);
    let round = CornerRadius::same(radius::ROW);
    if hover > 0.0 {
        let mut shadow = tokens.shadow(26, 8, 170);
        shadow.color = shadow.color.gamma_multiply(hover);
        ui.painter().add(shadow.as_shape(frame, round));
    }
    match poster {
        Poster::Here(texture, aspect) => {
            paint_cover(ui.painter(), frame, radius::ROW, texture, aspect);
            if aspect > 1.0 {
                let room = if mark == Mark::Watched { 52.0 } else { 24.0 };
                letter(ui.painter(), frame, &title.title, room);
            }
        }
        // The name stands above the line that tells how far one has come.
        _ => blank(ui, frame, round, title, &tokens, if matches!(mark, Mark::Begun(_)) { 14.0 } else { 0.0 }),
    }
    ui.painter().rect_stroke(
        frame,
        round,
        Stroke::new(1.0, Color32::from_white_alpha(20)),
        StrokeKind::Inside,
    );
    paint_mark(ui.painter(), &tokens, frame, mark, matches!(poster, Poster::Here(..)));
    let center = pos2(frame.right() - 26.0, frame.bottom() - 26.0);
    if hover > 0.0 {
        ui.painter().circle_filled(center, PLAY_RADIUS, Color32::WHITE.gamma_multiply(hover));
        let ink = Tokens::DARK.on_primary.gamma_multiply(hover);
        text::icon(ui.painter(), center, icon::PLAY, Type::icon_fill(17.0), ink);
    }
    let painter = ui.painter();
    let line = pos2(rect.left(), rect.bottom() + 19.0);
    let ty = Type::LABEL_STRONG;
    text::paint_within(painter, line, Align2::LEFT_CENTER, &title.title, ty, tokens.text1, rect.width());
    let foot = pos2(rect.right(), rect.bottom() + 38.0);
    let left = chip::squares(painter, &tokens, foot, holders, 6, tokens.text3);
    let room = left - rect.left() - 4.0;
    let facts = facts(title);
    let place = pos2(rect.left(), foot.y);
    text::paint_within(painter, place, Align2::LEFT_CENTER, &facts, Type::CAPTION, tokens.text3, room);
    focus::ring(ui, &response, rect, radius::ROW);
    let on_button = response.interact_pointer_pos().is_some_and(|at| at.distance(center) <= PLAY_RADIUS);
    Asked { play: response.clicked() && on_button, response }
}

/// Writes the name onto a picture of the film, which has none on it as a poster made for it has.
fn letter(painter: &Painter, frame: Rect, name: &str, room: f32) {
    let head = Rect::from_min_size(frame.min, vec2(frame.width(), (frame.height() * 0.5).min(110.0)));
    scrim::within(painter, head, radius::ROW, over_film::SHADE, true);
    let mut job = Type::HEADING.at(16.0, 20.0).wrapped(name, over_film::WHITE, frame.width() - room);
    job.wrap.max_rows = 3;
    let galley = painter.layout_job(job);
    painter.galley(frame.min + vec2(12.0, 12.0), galley, over_film::WHITE);
}

fn paint_mark(painter: &Painter, tokens: &Tokens, frame: Rect, mark: Mark, on_picture: bool) {
    match mark {
        Mark::None => {}
        Mark::Begun(part) => {
            let line = Rect::from_min_max(
                frame.left_bottom() + vec2(8.0, -10.0),
                frame.right_bottom() - vec2(8.0, 6.0),
            );
            progress(painter, tokens, frame, line, part, radius::ROW, on_picture);
        }
        Mark::Watched => {
            let center = frame.right_top() + vec2(-18.0, 18.0);
            painter.circle_filled(center, 13.0, over_film::PLATE);
            text::icon(painter, center, icon::CHECK, Type::icon(15.0), over_film::WHITE);
        }
    }
}

/// Paints how far a title was watched as `line` at the foot of `frame`: over a picture in white on a
/// shade, else in the theme's own colours.
pub fn progress(
    painter: &Painter,
    tokens: &Tokens,
    frame: Rect,
    line: Rect,
    part: f32,
    round: u8,
    on_picture: bool,
) {
    if on_picture {
        // No higher than the line needs: there are words at the foot of many a poster.
        let top = frame.bottom() - 3.0 * (frame.bottom() - line.top());
        let foot = Rect::from_min_max(pos2(frame.left(), top), frame.max);
        scrim::within(painter, foot, round, over_film::SHADE, false);
        meter::bar(painter, line, part, over_film::WHITE, over_film::AHEAD);
    } else {
        meter::bar(painter, line, part, tokens.text1, tokens.line);
    }
}

/// Paints the place of a title that is not here yet.
pub fn skeleton(ui: &Ui, rect: Rect) {
    let tokens = *Tokens::of(ui);
    ui.painter().rect_filled(rect, radius::ROW, tokens.surface1);
    let bar = |y: f32, part: f32| {
        let place = pos2(rect.left(), rect.bottom() + y);
        let bar = Rect::from_min_size(place, vec2(rect.width() * part, 10.0));
        ui.painter().rect_filled(bar, radius::CELL, tokens.surface1);
    };
    bar(14.0, 0.7);
    bar(33.0, 0.4);
}

fn blank(ui: &Ui, frame: Rect, round: CornerRadius, title: &Title, tokens: &Tokens, raised: f32) {
    ui.painter().rect_filled(frame, round, tokens.surface2);
    let inner = frame.shrink(14.0);
    let ty = Type::HEADING.at(16.0, 21.0);
    let mut job = ty.wrapped(&title.title, tokens.text1, inner.width());
    job.wrap.max_rows = 4;
    let galley = ui.painter().layout_job(job);
    let place = pos2(inner.left(), inner.bottom() - raised - galley.size().y);
    ui.painter().galley(place, galley, tokens.text1);
    let film = pos2(inner.left() + 11.0, inner.top() + 11.0);
    text::icon(ui.painter(), film, icon::FILM_STRIP, Type::icon(22.0), tokens.text3);
}

/// The part of a picture of this shape that covers a frame of that shape.
fn cover(picture: f32, frame: f32) -> Rect {
    if picture > frame {
        let part = frame / picture;
        Rect::from_min_max(pos2(0.5 - part / 2.0, 0.0), pos2(0.5 + part / 2.0, 1.0))
    } else {
        let part = picture / frame;
        Rect::from_min_max(pos2(0.0, 0.5 - part / 2.0), pos2(1.0, 0.5 + part / 2.0))
    }
}

/// Year and length of a title, or its size where both are unknown.
#[must_use]
pub fn facts(title: &Title) -> String {
    let year = title.year.map(|year| year.to_string());
    let parts: Vec<String> = year.into_iter().chain(words::length(title.media.duration_ms)).collect();
    if parts.is_empty() { words::file_size(title.size) } else { parts.join(" · ") }
}

/// A title in a few words for screen readers.
#[must_use]
pub fn spoken(title: &Title, mark: Mark) -> String {
    let holders: Vec<&str> = title.servers.iter().map(String::as_str).collect();
    let held = if holders.is_empty() {
        t!("poster-held-by-nobody")
    } else {
        t!("poster-on", servers = words::list(&holders))
    };
    let (title, facts) = (title.title.as_str(), facts(title));
    match mark {
        Mark::None => t!("poster-spoken", title = title, facts = facts, held = held),
        Mark::Begun(part) => {
            let part = (part * 100.0).round();
            t!("poster-spoken-begun", title = title, facts = facts, held = held, part = part)
        }
        Mark::Watched => t!("poster-spoken-watched", title = title, facts = facts, held = held),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture;

    #[test]
    fn a_wide_picture_loses_its_sides_and_a_tall_one_its_ends() {
        let wide = cover(16.0 / 9.0, 2.0 / 3.0);
        assert!((wide.width() - 0.375).abs() < 1e-6 && wide.height() == 1.0);
        let tall = cover(0.5, 2.0 / 3.0);
        assert!((tall.height() - 0.75).abs() < 1e-6 && tall.width() == 1.0);
    }

    #[test]
    fn a_card_is_spoken_with_its_holders() {
        let of = |mark| spoken(&fixture::title(1), mark);
        assert_eq!(of(Mark::None), "Paper Boats, 2009 · 19 min, on alpha and beta");
        assert!(of(Mark::Begun(0.42)).ends_with(", 42 % watched"));
        assert!(of(Mark::Watched).ends_with(", watched"));
    }
}
