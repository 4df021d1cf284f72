//! A switch: on shows by its fill and by the place of its knob.

use egui::accesskit::Role;
use egui::{Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, lerp, pos2, vec2};

use super::focus;
use crate::theme::{Tokens, motion};

/// Size in points.
pub const SIZE: egui::Vec2 = vec2(40.0, 24.0);

/// Shows it ending at `right_center`.
pub fn show(ui: &mut Ui, right_center: Pos2, name: &str, on: bool) -> Response {
    let tokens = *Tokens::of(ui);
    let rect = Rect::from_center_size(right_center - vec2(SIZE.x / 2.0, 0.0), SIZE);
    let response = ui.interact(rect.expand(6.0), ui.scope_id().with(("toggle", name)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Switch, true, on, name));
    let moved = motion::glide(ui.ctx(), response.id, on, motion::HOVER);
    let fill = egui::Color32::TRANSPARENT.lerp_to_gamma(tokens.primary, moved);
    let edge = Stroke::new(1.5, tokens.edge.lerp_to_gamma(tokens.primary, moved));
    ui.painter().rect(rect, 12, fill, edge, StrokeKind::Inside);
    let knob = pos2(lerp(rect.left() + 12.0..=rect.right() - 12.0, moved), rect.center().y);
    let ink = tokens.edge.lerp_to_gamma(tokens.on_primary, moved);
    ui.painter().circle_filled(knob, lerp(6.5..=8.0, moved), ink);
    focus::ring(ui, &response, rect, 12);
    response
}
