//! A line of the last rates, from zero, with its own scale.

use egui::{Color32, Mesh, Painter, Rect, Shape, Stroke, pos2};

/// Paints `values` (oldest first) into `rect`.
pub fn paint(painter: &Painter, rect: Rect, values: &[f32], color: Color32) {
    let most = values.iter().copied().fold(0.0_f32, f32::max);
    if values.len() < 2 || most <= 0.0 {
        painter.hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, color.gamma_multiply(0.4)));
        return;
    }
    let points: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(i, value)| {
            let x = rect.left() + rect.width() * i as f32 / (values.len() - 1) as f32;
            pos2(x, rect.bottom() - (rect.height() - 3.0) * (value / most).clamp(0.0, 1.0))
        })
        .collect();
    let mut mesh = Mesh::default();
    for (i, point) in points.iter().enumerate() {
        mesh.colored_vertex(*point, color.gamma_multiply(0.28));
        mesh.colored_vertex(pos2(point.x, rect.bottom()), color.gamma_multiply(0.03));
        if i > 0 {
            let at = i as u32 * 2;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    painter.add(Shape::mesh(mesh));
    let last = points[points.len() - 1];
    painter.line(points, Stroke::new(1.5, color));
    painter.circle_filled(last, 3.0, color);
}
