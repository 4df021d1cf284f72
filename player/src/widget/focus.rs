//! The ring around what has the keyboard.

use std::fmt::Debug;
use std::hash::Hash;

use egui::{
    Context, CornerRadius, FocusDirection, Id, Key, LayerId, Popup, Rect, Response, Stroke, StrokeKind, Ui,
};

use tributary_core::geometry::StreamId;

use crate::theme::Tokens;

/// Distance of the ring in points.
const OFF: f32 = 3.0;
/// What was pressed so long ago at most was pressed just now, in seconds.
const JUST_SECONDS: f64 = 1.0;

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
/// closes. Who opened it with the pointer is led in by the first arrow, and does not get the keyboard put on its
/// button: over a film the controls would then stay for good. The keyboard does not leave a menu that is open.
pub struct Menu {
    was_open: bool,
    by_key: bool,
    by_arrow: bool,
}

impl Menu {
    /// The menu of the button `response`, before it is shown.
    #[must_use]
    pub fn of(response: &Response) -> Self {
        let keys = [Key::Enter, Key::Space, Key::Escape];
        let arrows = [Key::ArrowDown, Key::ArrowUp];
        let pressed =
            |keys: &[Key]| response.ctx.input(|input| keys.iter().any(|key| input.key_pressed(*key)));
        let was_open = Self::is_open(response);
        let by_arrow =
            was_open && pressed(&arrows) && response.ctx.memory(|memory| memory.focused().is_none());
        if by_arrow {
            // The arrow only leads in; it does not go on from there.
            response.ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
        }
        Self { was_open, by_key: pressed(&keys), by_arrow }
    }

    fn is_open(response: &Response) -> bool {
        Popup::is_id_open(&response.ctx, Popup::default_response_id(response))
    }

    /// Whether a row of it shall have the keyboard: it opens now, by a key, or is open and nothing has it.
    #[must_use]
    pub const fn leads_in(&self) -> bool {
        if self.was_open { self.by_arrow } else { self.by_key }
    }

    /// After it was shown, on `layer` where it is open: keeps the keyboard within it, and gives it back to its button
    /// where a key opened and closed it.
    pub fn shown(&self, response: &Response, layer: Option<LayerId>) {
        let opened_by_key = response.id.with("menu opened by a key");
        keep_on(&response.ctx, response.id.with("row with the keyboard"), layer);
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

/// Gives the keyboard back to what had it on `layer` where it went elsewhere; `row` is where that is noted.
fn keep_on(ctx: &Context, row: Id, layer: Option<LayerId>) {
    let Some(layer) = layer else { return ctx.data_mut(|data| data.remove::<Id>(row)) };
    let Some(focused) = ctx.memory(|memory| memory.focused()) else { return };
    if ctx.read_response(focused).is_some_and(|response| response.layer_id == layer) {
        ctx.data_mut(|data| data.insert_temp(row, focused));
    } else if let Some(before) = ctx.data(|data| data.get_temp::<Id>(row)) {
        ctx.memory_mut(|memory| memory.request_focus(before));
    }
}

/// A sheet that lies over everything: tells each frame whether it is open. What had the keyboard when it opened has it
/// again when it closes.
pub fn sheet(ctx: &Context, name: &str, open: bool) {
    let id = Id::unique(("sheet", name));
    let before: Option<Option<Id>> = ctx.data(|data| data.get_temp(id));
    match (open, before) {
        (true, None) => {
            let focused = ctx.memory(|memory| memory.focused());
            ctx.data_mut(|data| data.insert_temp(id, focused));
        }
        (false, Some(focused)) => {
            ctx.data_mut(|data| data.remove::<Option<Id>>(id));
            ctx.memory_mut(|memory| focused.into_iter().for_each(|focused| memory.request_focus(focused)));
        }
        _ => {}
    }
}

/// Keeps Tab within the sheet that `ui` shows.
pub fn keep_within(ui: &Ui) {
    let layer = ui.layer_id();
    ui.memory_mut(|memory| memory.set_modal_layer(layer));
}

/// A page that is left by a key is `what`'s: the card that leads to it takes the keyboard back. To be told in each frame
/// in which the page is shown.
pub fn page_of(ui: &Ui, what: StreamId) {
    let keys = [Key::Enter, Key::Space, Key::Escape];
    let (by_key, now) = ui.input(|input| (keys.iter().any(|key| input.key_pressed(*key)), input.time));
    if by_key {
        ui.data_mut(|data| data.insert_temp(Id::unique("page left"), (what, now)));
    }
}

/// Gives the keyboard to `response`, the card of `what`, if its page was just left by a key.
pub fn back_to(ui: &Ui, what: StreamId, response: &Response) {
    let id = Id::unique("page left");
    let left: Option<(StreamId, f64)> = ui.data(|data| data.get_temp(id));
    let now = ui.input(|input| input.time);
    if left.is_some_and(|(of, at)| of == what && now - at < JUST_SECONDS) {
        response.request_focus();
    }
}

/// After all cards were shown: one that comes into sight later does not take the keyboard.
pub fn forget_page(ui: &Ui) {
    ui.data_mut(|data| data.remove::<(StreamId, f64)>(Id::unique("page left")));
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
