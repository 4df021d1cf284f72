//! The ring around what has the keyboard.

use egui::{CornerRadius, Rect, Response, Stroke, StrokeKind, Ui};

use crate::theme::Tokens;

/// Distance of the ring in points.
const OFF: f32 = 3.0;

/// Paints the ring if `response` has the keyboard.
pub fn ring(ui: &Ui, response: &Response, rect: Rect, radius: u8) {
    if response.has_focus() {
        draw(ui, rect, radius);
    }
}

/// Paints the ring.
pub fn draw(ui: &Ui, rect: Rect, radius: u8) {
    let stroke = Stroke::new(2.0, Tokens::of(ui).text1);
    let corner = CornerRadius::same(radius.saturating_add(OFF as u8));
    ui.painter().rect_stroke(rect.expand(OFF), corner, stroke, StrokeKind::Outside);
}
