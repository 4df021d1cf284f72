//! Text at a place: painted in a type of the scale and known to screen readers.

use egui::accesskit::Role;
use egui::text::LayoutJob;
use egui::{Align2, Color32, Painter, Pos2, Rect, Sense, Ui, WidgetInfo, pos2};

use crate::theme::{Type, together};

/// Paints one line at `pos`, which is where `anchor` of the text comes to lie.
pub fn paint(painter: &Painter, pos: Pos2, anchor: Align2, text: &str, ty: Type, color: Color32) -> Rect {
    paint_within(painter, pos, anchor, text, ty, color, f32::INFINITY)
}

/// The same, ending in `…` where it would be wider than `width` points.
pub fn paint_within(
    painter: &Painter,
    pos: Pos2,
    anchor: Align2,
    text: &str,
    ty: Type,
    color: Color32,
    width: f32,
) -> Rect {
    let galley = painter.layout_job(ty.one_line(text, color, width.max(0.0)));
    let rect = anchor.anchor_size(pos, galley.size());
    painter.galley(rect.min, galley, color);
    rect
}

/// Width of one line in points.
#[must_use]
pub fn width(painter: &Painter, text: &str, ty: Type) -> f32 {
    painter.layout_job(ty.one_line(text, Color32::WHITE, f32::INFINITY)).size().x
}

/// One line that screen readers read.
pub fn label(ui: &mut Ui, pos: Pos2, anchor: Align2, text: &str, ty: Type, color: Color32) -> Rect {
    label_within(ui, pos, anchor, text, ty, color, f32::INFINITY)
}

/// The same, ending in `…` where it would be wider than `width` points.
pub fn label_within(
    ui: &mut Ui,
    pos: Pos2,
    anchor: Align2,
    text: &str,
    ty: Type,
    color: Color32,
    width: f32,
) -> Rect {
    let rect = paint_within(ui.painter(), pos, anchor, text, ty, color, width);
    name(ui, rect, text);
    rect
}

/// Several lines that wrap at `width` points; returns where they are.
pub fn paragraph(ui: &mut Ui, pos: Pos2, text: &str, ty: Type, color: Color32, width: f32) -> Rect {
    rich(ui, pos, ty.wrapped(text, color, width))
}

/// The same in the middle: `pos` is the top centre. Lines are about as long as each other: a last one of a single
/// word looks lost there.
pub fn centered(ui: &mut Ui, pos: Pos2, text: &str, ty: Type, color: Color32, width: f32) -> Rect {
    let lay = |width: f32| {
        let mut job = ty.wrapped(text, color, width);
        job.halign = egui::Align::Center;
        ui.painter().layout_job(job)
    };
    let mut galley = lay(width);
    let lines = galley.rows.len();
    if lines > 1 {
        // The narrowest that needs no more lines.
        let (mut narrow, mut wide) = (width / lines as f32, width);
        while wide - narrow > 8.0 {
            let middle = (narrow + wide) / 2.0;
            let tried = lay(middle);
            if tried.rows.len() > lines {
                narrow = middle;
            } else {
                wide = middle;
                galley = tried;
            }
        }
    }
    let rect = galley.rect.translate(pos.to_vec2());
    ui.painter().galley(pos, galley, color);
    name(ui, rect, text);
    rect
}

/// A laid out text of several looks.
pub fn rich(ui: &mut Ui, pos: Pos2, job: LayoutJob) -> Rect {
    let text = job.text.replace('\u{a0}', " ");
    let galley = ui.painter().layout_job(job);
    let rect = Rect::from_min_size(pos, galley.size());
    ui.painter().galley(pos, galley, Color32::WHITE);
    name(ui, rect, &text);
    rect
}

/// Tells screen readers of text that was painted at `rect`.
pub fn name(ui: &mut Ui, rect: Rect, text: &str) {
    let id = ui.next_auto_id();
    ui.skip_ahead_auto_ids(1);
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}

/// Paints an icon centred by its ink.
pub fn icon(painter: &Painter, center: Pos2, icon: char, ty: Type, color: Color32) {
    let galley = painter.layout_job(ty.one_line(icon.encode_utf8(&mut [0; 4]), color, f32::INFINITY));
    let ink = galley.mesh_bounds.center();
    let ppp = painter.pixels_per_point();
    let snap = |v: f32| (v * ppp).round() / ppp;
    painter.galley(pos2(snap(center.x - ink.x), snap(center.y - ink.y)), galley, color);
}

/// Adds a piece of text to a job in the given look.
pub fn push(job: &mut LayoutJob, text: &str, ty: Type, color: Color32) {
    job.append(&together(text), 0.0, ty.format(color));
}
