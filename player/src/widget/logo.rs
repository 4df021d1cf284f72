//! The mark: three streams that become one.

use egui::epaint::CubicBezierShape;
use egui::{Color32, Painter, Pos2, Stroke, pos2};

use crate::theme::Tokens;

/// Paints the mark around `center`, `height` points high.
pub fn paint(painter: &Painter, tokens: &Tokens, center: Pos2, height: f32) {
    let unit = height / 28.0;
    let at = |x: f32, y: f32| pos2(center.x + x * unit, center.y + y * unit);
    let width = 4.2 * unit;
    let curve = |from: f32, to: f32, color: Color32| {
        painter.add(CubicBezierShape::from_points_stroke(
            [at(from, -14.0), at(from, -2.0), at(to, -4.0), at(to, 14.0)],
            false,
            Color32::TRANSPARENT,
            Stroke::new(width, color),
        ));
    };
    curve(-9.0, -4.2, tokens.source(0));
    curve(9.0, 4.2, tokens.source(2));
    curve(0.0, 0.0, tokens.source(1));
}
