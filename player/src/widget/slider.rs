//! The volume: a short line with a knob.

use egui::accesskit::Role;
use egui::{Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use super::focus;
use crate::theme::{Tokens, over_film, radius};

/// Shows `value` of `0..=most` at `rect`; returns what the pointer wants it to be.
pub fn show(ui: &mut Ui, rect: Rect, name: &str, value: f32, most: f32) -> (Response, Option<f32>) {
    let tokens = *Tokens::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("slider", name)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo {
        value: Some(f64::from((value * 100.0).round())),
        ..WidgetInfo::labeled(Role::Slider, true, name)
    });
    let track = Rect::from_center_size(rect.center(), vec2(rect.width(), 4.0));
    let part = (value / most).clamp(0.0, 1.0);
    let knob = pos2(track.left() + track.width() * part, track.center().y);
    ui.painter().rect_filled(track, 2, over_film::AHEAD.gamma_multiply(0.7));
    let filled = Rect::from_min_max(track.min, pos2(knob.x, track.bottom()));
    ui.painter().rect_filled(filled, 2, tokens.text1);
    let near = response.hovered() || response.dragged();
    ui.painter().circle_filled(knob, if near { 7.0 } else { 6.0 }, tokens.text1);
    focus::ring(ui, &response, rect.expand2(vec2(6.0, -8.0)), radius::SMALL);
    let wanted =
        (response.clicked() || response.dragged()).then(|| response.interact_pointer_pos()).flatten();
    let wanted = wanted.map(|at| ((at.x - track.left()) / track.width()).clamp(0.0, 1.0) * most);
    (response, wanted)
}
