//! The chip of a source: its colour and its letter.

use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Rect, Stroke, StrokeKind, pos2, vec2};

use super::text;
use crate::state::people::Person;
use crate::theme::{Face, Tokens, Type};

/// Whether the server is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It takes part: filled.
    Here,
    /// It is away or shut out: an outline.
    Away,
}

/// Paints the chip of `person` around `center`, `side` points wide.
pub fn paint(
    painter: &Painter,
    tokens: &Tokens,
    center: Pos2,
    side: f32,
    person: Person,
    presence: Presence,
) {
    let rect = Rect::from_center_size(center, vec2(side, side));
    let color = tokens.source(person.slot());
    let round = CornerRadius::same((side * 0.24).round() as u8);
    let repeated = person.slot() >= tokens.sources.len();
    let ink = match presence {
        Presence::Here if !repeated => {
            painter.rect_filled(rect, round, color);
            Tokens::letter_on(color)
        }
        Presence::Here => {
            painter.rect(rect, round, tokens.surface2, Stroke::new(3.0, color), StrokeKind::Inside);
            tokens.text1
        }
        Presence::Away => {
            painter.rect_stroke(rect, round, Stroke::new(1.5, color), StrokeKind::Inside);
            tokens.text2
        }
    };
    letter(painter, center, side, person, ink);
}

/// Paints only the letter of `person` as it stands in a chip.
pub fn letter(painter: &Painter, center: Pos2, side: f32, person: Person, ink: Color32) {
    let ty = Type::new(Face::Text, (side * 0.62).max(9.5), side, 610);
    text::icon(painter, center, person.letter(), ty, ink);
}

/// Paints the small square without a letter that stands for a holder.
pub fn square(painter: &Painter, tokens: &Tokens, center: Pos2, side: f32, person: Person) {
    let rect = Rect::from_center_size(center, vec2(side, side));
    painter.rect_filled(rect, (side / 4.0) as u8, tokens.source(person.slot()));
}

/// Paints squares that end at `right_center`; those beyond `most` become a number. Returns their left.
pub fn squares(
    painter: &Painter,
    tokens: &Tokens,
    right_center: Pos2,
    people: &[Person],
    most: usize,
    rest_color: Color32,
) -> f32 {
    let shown = people.len().min(most);
    let mut x = right_center.x;
    if people.len() > most {
        let rest = format!("+{}", people.len() - most);
        x = text::paint(painter, right_center, Align2::RIGHT_CENTER, &rest, Type::CAPTION, rest_color).left()
            - 4.0;
    }
    for person in people[..shown].iter().rev() {
        square(painter, tokens, pos2(x - 4.0, right_center.y), 8.0, *person);
        x -= 11.0;
    }
    x
}
