//! Darkness that lets words be read: one mesh of many steps, so that it has no seams.

use egui::{Color32, Mesh, Painter, Rect, Shape, pos2};

/// Steps of a scrim.
const STEPS: u32 = 24;

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
        if step > 0 {
            let at = step * 2;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
}
