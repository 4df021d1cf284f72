//! A value on a line: one of several on offer, chosen by the pointer, the arrow keys or a screen reader.

use egui::accesskit::{Action, Role};
use egui::{EventFilter, Key, Modifiers, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::theme::{Tokens, motion};

/// Radius of the knob in points.
const KNOB: f32 = 9.0;

/// Shows a line at `rect` whose knob stands at place `at` of `places`; gives the place that is wanted instead.
/// `name` and `value` are what screen readers say.
pub fn show(
    ui: &mut Ui,
    rect: Rect,
    name: &str,
    value: &str,
    at: usize,
    places: usize,
) -> (Response, Option<usize>) {
    let tokens = *Tokens::of(ui);
    let last = places.saturating_sub(1).max(1);
    let hit = rect.expand2(vec2(KNOB, 0.0));
    let response = ui.interact(hit, ui.scope_id().with(("scale", name)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo {
        value: Some(at as f64),
        ..WidgetInfo::labeled(Role::Slider, true, format!("{name}: {value}"))
    });
    let line = Rect::from_center_size(rect.center(), vec2(rect.width(), 4.0));
    let knob = pos2(line.left() + line.width() * at.min(last) as f32 / last as f32, line.center().y);
    ui.painter().rect_filled(line, 2, tokens.surface3);
    ui.painter().rect_filled(Rect::from_min_max(line.min, pos2(knob.x, line.bottom())), 2, tokens.text1);
    let near = response.hovered() || response.dragged();
    let hover = motion::glide(ui.ctx(), response.id, near, motion::HOVER);
    ui.painter().circle_filled(knob, KNOB + hover, tokens.text1);
    if response.has_focus() {
        ui.painter().circle_stroke(knob, KNOB + 4.0, Stroke::new(2.0, tokens.text1));
    }
    (response.clone(), wanted(ui, &response, line, at, last))
}

/// The place that the pointer, a key or a screen reader asks for.
fn wanted(ui: &Ui, response: &Response, line: Rect, at: usize, last: usize) -> Option<usize> {
    let mut to = at;
    if let Some(pointer) = response.interact_pointer_pos()
        && (response.clicked() || response.dragged())
    {
        let part = ((pointer.x - line.left()) / line.width()).clamp(0.0, 1.0);
        to = (part * last as f32).round() as usize;
    }
    if response.has_focus() {
        // Or the arrows would lead to the next control.
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let pressed = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
        to = (to + pressed(Key::ArrowRight)).saturating_sub(pressed(Key::ArrowLeft));
    }
    let asked = |action| ui.input(|input| input.num_accesskit_action_requests(response.id, action));
    to = (to + asked(Action::Increment)).saturating_sub(asked(Action::Decrement)).min(last);
    (to != at).then_some(to)
}
