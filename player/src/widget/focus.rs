//! The ring around what has the keyboard.

use std::fmt::Debug;
use std::hash::Hash;

use egui::{CornerRadius, Id, Rect, Response, Stroke, StrokeKind, Ui};

use crate::theme::Tokens;

/// Distance of the ring in points.
const OFF: f32 = 3.0;

/// Gives the keyboard to `response` when a message that needs an answer comes up, unless something else has
/// it: once for each message, which `message` tells from the others.
pub fn once(ui: &Ui, response: &Response, message: impl Hash + Debug) {
    let number = Id::unique(("message", message)).value();
    let last = Id::unique("last message with the keyboard");
    let seen = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default::<u64>(last), number));
    if seen != number && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
}

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
