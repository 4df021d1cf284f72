//! The ring around what has the keyboard.

use std::fmt::Debug;
use std::hash::Hash;

use egui::{CornerRadius, Id, Key, Popup, Rect, Response, Stroke, StrokeKind, Ui};

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

/// A menu that a button opens, for the keyboard: who opens it by a key is led to a row of it, and back when it
/// closes. Who opened it with the pointer does not get the keyboard put on its button: over a film the controls
/// would then stay for good.
pub struct Menu {
    was_open: bool,
    by_key: bool,
}

impl Menu {
    /// The menu of the button `response`, before it is shown.
    #[must_use]
    pub fn of(response: &Response) -> Self {
        let keys = [Key::Enter, Key::Space, Key::Escape];
        let by_key = response.ctx.input(|input| keys.iter().any(|key| input.key_pressed(*key)));
        Self { was_open: Self::is_open(response), by_key }
    }

    fn is_open(response: &Response) -> bool {
        Popup::is_id_open(&response.ctx, Popup::default_response_id(response))
    }

    /// Whether it opens now, by a key: a row of it shall have the keyboard.
    #[must_use]
    pub const fn leads_in(&self) -> bool {
        !self.was_open && self.by_key
    }

    /// After it was shown: gives the keyboard back to its button where a key opened and closed it.
    pub fn shown(&self, response: &Response) {
        let opened_by_key = response.id.with("menu opened by a key");
        match (self.was_open, Self::is_open(response)) {
            (false, true) => {
                response.ctx.data_mut(|data| data.insert_temp(opened_by_key, self.by_key));
            }
            (true, false) if self.by_key => {
                let led_in: bool =
                    response.ctx.data_mut(|data| data.get_temp(opened_by_key)).unwrap_or(false);
                if led_in {
                    response.request_focus();
                }
            }
            _ => {}
        }
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
