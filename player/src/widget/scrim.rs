//! Darkness that lets words be read: one mesh of many steps, so that it has no seams.

use egui::{Color32, Mesh, Painter, Rect, Shape, pos2};

/// Steps of a scrim.
const STEPS: u32 = 24;

/// Paints a scrim over one end of a picture whose corners have the radius `round`: it is darkest at the
/// bottom of `rect` (or at its top) and stays inside the corners.
pub fn within(painter: &Painter, rect: Rect, round: u8, color: Color32, from_top: bool) {
    let round = f32::from(round);
    let mut mesh = Mesh::default();
    for step in 0..=STEPS {
        // Denser towards the end with the corners.
        let t = (step as f32 / STEPS as f32).powi(2);
        let deep = t * rect.height();
        let over = (round - deep).max(0.0);
        let inset = round - (round * round - over * over).max(0.0).sqrt();
        let shade = color.gamma_multiply(1.0 - t * t * (3.0 - 2.0 * t));
        let y = if from_top { rect.top() + deep } else { rect.bottom() - deep };
        mesh.colored_vertex(pos2(rect.left() + inset, y), shade);
        mesh.colored_vertex(pos2(rect.right() - inset, y), shade);
        strip(&mut mesh, step);
    }
    painter.add(Shape::mesh(mesh));
}

/// Paints a scrim that is darkest at the left of `rect`.
pub fn side(painter: &Painter, rect: Rect, color: Color32) {
    let mut mesh = Mesh::default();
    for step in 0..=STEPS {
        let t = step as f32 / STEPS as f32;
        let shade = color.gamma_multiply(1.0 - t * t * (3.0 - 2.0 * t));
        let x = rect.left() + t * rect.width();
        mesh.colored_vertex(pos2(x, rect.top()), shade);
        mesh.colored_vertex(pos2(x, rect.bottom()), shade);
        strip(&mut mesh, step);
    }
    painter.add(Shape::mesh(mesh));
}

/// Joins the last two pairs of corners of a mesh.
fn strip(mesh: &mut Mesh, step: u32) {
    if step > 0 {
        let at = step * 2;
        mesh.add_triangle(at - 2, at - 1, at);
        mesh.add_triangle(at - 1, at, at + 1);
    }
}

/// Paints a scrim that is darkest at the top of `rect` (or at its bottom) and fades to nothing.
pub fn paint(painter: &Painter, rect: Rect, color: Color32, from_top: bool) {
    let mut mesh = Mesh::default();
    for step in 0..=STEPS {
        let t = step as f32 / STEPS as f32;
        // Smoothstep: no visible edge at either end.
        let shade = color.gamma_multiply(1.0 - t * t * (3.0 - 2.0 * t));
        let y = if from_top { rect.top() + t * rect.height() } else { rect.bottom() - t * rect.height() };
        mesh.colored_vertex(pos2(rect.left(), y), shade);
        mesh.colored_vertex(pos2(rect.right(), y), shade);
        strip(&mut mesh, step);
    }
    painter.add(Shape::mesh(mesh));
}
