//! Flat bars that tell a part of a whole, and the ring that tells how full a buffer is.

use egui::{Color32, Painter, Pos2, Rect, Stroke, pos2, vec2};

/// A bar of which `part` (0 to 1) is filled.
pub fn bar(painter: &Painter, rect: Rect, part: f32, fill: Color32, bed: Color32) {
    let round = (rect.height() / 2.0) as u8;
    painter.rect_filled(rect, round, bed);
    let part = part.clamp(0.0, 1.0);
    if part > 0.0 {
        let width = (rect.width() * part).max(rect.height());
        painter.rect_filled(Rect::from_min_size(rect.min, vec2(width, rect.height())), round, fill);
    }
}

/// A ring of which `part` (0 to 1) is drawn in `fill`, from the top clockwise.
pub fn ring(painter: &Painter, center: Pos2, radius: f32, part: f32, fill: Color32, bed: Color32) {
    painter.circle_stroke(center, radius, Stroke::new(4.0, bed));
    arc(painter, center, radius, 4.0, (0.0, part.clamp(0.0, 1.0)), fill);
}

/// A turning arc: something is under way and nobody knows how long.
pub fn spinner(painter: &Painter, center: Pos2, radius: f32, color: Color32) {
    let turn = painter.ctx().input(|input| (input.time / 1.1).fract()) as f32;
    arc(painter, center, radius, (radius / 7.0).max(2.0), (turn, 0.72), color);
    painter.ctx().request_repaint_after(std::time::Duration::from_millis(33));
}

fn arc(painter: &Painter, center: Pos2, radius: f32, width: f32, (start, part): (f32, f32), color: Color32) {
    let steps = (96.0 * part).ceil() as usize;
    if steps == 0 {
        return;
    }
    let points = (0..=steps)
        .map(|step| {
            let turn = start + part * step as f32 / steps as f32 - 0.25;
            let (sin, cos) = (turn * std::f32::consts::TAU).sin_cos();
            pos2(center.x + radius * cos, center.y + radius * sin)
        })
        .collect();
    painter.line(points, Stroke::new(width, color));
}
