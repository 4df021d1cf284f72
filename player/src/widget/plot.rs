//! Plots over time, stacked and marked, drawn by hand: bands carry letters beside their colours, marks
//! say what happened, and every value has a name for screen readers, which a plotting library gives none of.

use egui::{Align2, Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, pos2};

use super::chip;
use super::text;
use crate::i18n::t;
use crate::state::people::Person;
use crate::state::words;
use crate::theme::{Tokens, Type, radius};

/// A plot's place: which time lies where, and which value.
#[derive(Clone, Copy, Debug)]
pub struct Axes {
    /// The place.
    pub rect: Rect,
    /// The time at the right edge.
    pub newest: f64,
    /// Seconds from the left edge to the right one.
    pub seconds: f64,
    /// The value at the top.
    pub top: f64,
}

impl Axes {
    /// Where a time lies, kept inside.
    #[must_use]
    pub fn x(&self, at: f64) -> f32 {
        let part = ((self.newest - at) / self.seconds).clamp(0.0, 1.0) as f32;
        self.rect.right() - self.rect.width() * part
    }

    /// Whether a time is on show.
    #[must_use]
    pub fn shows(&self, at: f64) -> bool {
        at <= self.newest && self.newest - at <= self.seconds
    }

    /// Where a value lies, kept inside.
    #[must_use]
    pub fn y(&self, value: f64) -> f32 {
        self.rect.bottom() - self.rect.height() * (value / self.top).clamp(0.0, 1.0) as f32
    }

    /// The time at a place.
    #[must_use]
    pub fn time_at(&self, x: f32) -> f64 {
        self.newest - f64::from((self.rect.right() - x) / self.rect.width()) * self.seconds
    }
}

/// A round number at or above `most`, a multiple of four for the grid.
#[must_use]
pub fn round_up(most: f64) -> f64 {
    let step = 10_f64.powf((most / 4.0).max(0.01).log10().floor());
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let found = steps.into_iter().map(|factor| factor * step * 4.0).find(|top| *top >= most);
    found.unwrap_or(step * 40.0)
}

/// Lines across with numbers, left of them or right.
pub fn grid(painter: &Painter, tokens: &Tokens, axes: &Axes, unit: &str, numbers_right: bool) {
    for step in 0..=4 {
        let value = axes.top * f64::from(step) / 4.0;
        let y = axes.y(value);
        painter.hline(axes.rect.x_range(), y, Stroke::new(1.0, tokens.line));
        let number = words::decimal(value, usize::from(axes.top < 8.0));
        let (x, anchor) = if numbers_right {
            (axes.rect.right() + 9.0, Align2::LEFT_CENTER)
        } else {
            (axes.rect.left() - 9.0, Align2::RIGHT_CENTER)
        };
        text::paint(
            painter,
            pos2(x, y),
            anchor,
            &format!("{number}{unit}"),
            Type::FIGURES_SMALL,
            tokens.text3,
        );
    }
}

/// Times below the plot: the left edge, thirds, now.
pub fn times(painter: &Painter, tokens: &Tokens, axes: &Axes) {
    let told = |seconds: f64| {
        if axes.seconds <= 90.0 {
            t!("time-seconds", seconds = seconds.round())
        } else if axes.seconds <= 5400.0 {
            t!("time-minutes", minutes = (seconds / 60.0).round())
        } else {
            t!("plot-hours", hours = words::decimal(seconds / 3600.0, 1))
        }
    };
    for third in 0..=3 {
        let seconds = axes.seconds * f64::from(third) / 3.0;
        let (anchor, words) = match third {
            0 => (Align2::RIGHT_CENTER, t!("plot-now")),
            3 => (Align2::LEFT_CENTER, t!("time-ago", time = told(seconds))),
            _ => (Align2::CENTER_CENTER, told(seconds)),
        };
        let place = pos2(axes.x(axes.newest - seconds), axes.rect.bottom() + 15.0);
        text::paint(painter, place, anchor, &words, Type::FIGURES_SMALL, tokens.text3);
    }
}

/// A filled band between two lines of points with the same places across.
pub fn band(painter: &Painter, low: &[Pos2], high: &[Pos2], fill: (Color32, Color32), line: Stroke) {
    let mut mesh = Mesh::default();
    for (i, (low, high)) in low.iter().zip(high).enumerate() {
        mesh.colored_vertex(*high, fill.0);
        mesh.colored_vertex(*low, fill.1);
        if i > 0 {
            let at = i as u32 * 2;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
    if high.len() > 1 {
        painter.line(high.to_vec(), line);
    }
}

/// The letter of a band in it, where it is thick enough, near both ends: who can't tell the colours apart
/// reads it.
pub fn letters(painter: &Painter, low: &[Pos2], high: &[Pos2], person: Person, fill: Color32) {
    const THICK_ENOUGH: f32 = 15.0;
    for eighth in [1, 6] {
        let place = high.len() * eighth / 8;
        let Some((low, high)) = low.get(place).zip(high.get(place)) else { continue };
        if low.y - high.y >= THICK_ENOUGH {
            let middle = pos2(high.x, (low.y + high.y) / 2.0);
            chip::letter(painter, middle, 20.0, person, Tokens::letter_on(fill));
        }
    }
}

/// Words on a plate, from `left` on; returns its place.
pub fn tag(painter: &Painter, left: Pos2, words: &str, fill: Color32, ink: Color32) -> Rect {
    let rect = tag_place(painter, left, words);
    painter.rect_filled(rect, radius::CELL, fill);
    text::paint(painter, rect.center(), Align2::CENTER_CENTER, words, Type::LABEL_STRONG, ink);
    rect
}

/// Where [`tag`] would paint.
#[must_use]
pub fn tag_place(painter: &Painter, left: Pos2, words: &str) -> Rect {
    let width = text::width(painter, words, Type::LABEL_STRONG) + 14.0;
    Rect::from_min_size(left - egui::vec2(0.0, 9.0), egui::vec2(width, 18.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_round_and_large_enough() {
        for most in [0.4, 3.0, 5.2, 18.6, 21.9, 96.0, 1234.0] {
            let top = round_up(most);
            assert!(top >= most && top < most * 2.6, "{most}: {top}");
        }
        assert!((round_up(18.6) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn places_and_times_are_each_others_inverse() {
        let rect = Rect::from_min_size(pos2(30.0, 10.0), egui::vec2(600.0, 200.0));
        let axes = Axes { rect, newest: 100.0, seconds: 60.0, top: 20.0 };
        for at in [40.0, 55.5, 100.0] {
            assert!((axes.time_at(axes.x(at)) - at).abs() < 0.01);
        }
        assert!(!axes.shows(39.0) && axes.shows(41.0));
        assert_eq!((axes.y(0.0), axes.y(20.0), axes.y(99.0)), (210.0, 10.0, 10.0));
    }
}
