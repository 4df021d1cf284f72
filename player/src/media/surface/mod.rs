//! Drawing a frame into a place of the window.
//!
//! Two ways, chosen by what draws: planes and a shader on a graphics card, a ready RGBA picture on
//! a software rasteriser, where a shader costs more than the conversion, and in tests.

mod gl;
mod shader;
mod texture;

use std::sync::Arc;

use eframe::{egui_glow, glow};
pub use gl::GlSurface;
pub use texture::TextureSurface;

use super::frame::{FrameFormat, VideoFrame};
use crate::state::shape::Shape;

/// Draws the frames of one player.
pub trait VideoSurface {
    /// Which frames it takes: what the player must be made with.
    fn frames(&self) -> FrameFormat;

    /// Draws `frame`, or the one drawn before if there is no new one, as `shape` lays it into `rect`;
    /// what is left of `rect` is not painted. Gives the place of the whole picture, which may reach beyond
    /// `rect`; none while there is no picture.
    fn paint(
        &mut self,
        ui: &mut egui::Ui,
        rect: egui::Rect,
        frame: Option<Arc<VideoFrame>>,
        shape: Shape,
    ) -> Option<egui::Rect>;

    /// Forgets the picture: a title ended.
    fn clear(&mut self);
}

/// Chooses by the renderer behind the window.
pub fn choose(context: &eframe::CreationContext<'_>) -> Box<dyn VideoSurface> {
    match context.gl.as_ref().and_then(|gl| gl::can_draw(gl)) {
        Some(frames) => Box::new(GlSurface::new(frames)),
        None => Box::new(TextureSurface::default()),
    }
}

/// Whether a renderer's name is that of one that draws with the processor.
fn is_software(renderer: &str) -> bool {
    let renderer = renderer.to_lowercase();
    ["llvmpipe", "softpipe", "swrast", "swiftshader", "software"].iter().any(|name| renderer.contains(name))
}

/// Whether shaders have what [`shader`] needs.
fn is_modern(version: egui_glow::ShaderVersion) -> bool {
    version.is_new_shader_interface()
}

/// The largest place of the given shape in the middle of `rect`.
pub fn fit(rect: egui::Rect, aspect: f32) -> egui::Rect {
    if !(aspect.is_finite() && aspect > 0.0 && rect.is_positive()) {
        return rect;
    }
    let size = if rect.width() / rect.height() > aspect {
        egui::vec2(rect.height() * aspect, rect.height())
    } else {
        egui::vec2(rect.width(), rect.width() / aspect)
    };
    egui::Rect::from_center_size(rect.center(), size)
}

/// What of a picture is seen, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Laid {
    /// Where all of it would lie.
    whole: egui::Rect,
    /// The part of the window that it covers.
    place: egui::Rect,
    /// Texture coordinates of its corners: top left, top right, bottom right, bottom left.
    corners: [[f32; 2]; 4],
}

/// Lays a picture of `aspect`, which its file turns by `quarters`, into `rect`.
fn lay(rect: egui::Rect, aspect: f32, quarters: usize, shape: Shape) -> Laid {
    let aspect = shape.aspect.unwrap_or(aspect);
    let aspect = if shape.quarters % 2 == 1 { 1.0 / aspect } else { aspect };
    let fitting = fit(rect, aspect);
    let fill = (rect.width() / fitting.width()).max(rect.height() / fitting.height());
    let scale = shape.zoom * if shape.fill && fill.is_finite() { fill } else { 1.0 };
    let whole = egui::Rect::from_center_size(fitting.center(), fitting.size() * scale);
    let place = whole.intersect(rect);
    let all = corners(quarters + usize::from(shape.quarters));
    if place == whole || !whole.is_positive() {
        return Laid { whole, place, corners: all };
    }
    // What lies outside is cut off here: a place larger than the window can't be drawn to.
    let [origin, right, _, down] = all;
    let at = |point: egui::Pos2| {
        let (x, y) = ((point.x - whole.left()) / whole.width(), (point.y - whole.top()) / whole.height());
        std::array::from_fn(|i| origin[i] + x * (right[i] - origin[i]) + y * (down[i] - origin[i]))
    };
    let points = [place.left_top(), place.right_top(), place.right_bottom(), place.left_bottom()];
    Laid { whole, place, corners: points.map(at) }
}

/// Texture coordinates of the corners of a picture turned clockwise by `quarters`: top left, top
/// right, bottom right, bottom left.
fn corners(quarters: usize) -> [[f32; 2]; 4] {
    let mut corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    corners.rotate_right(quarters % 4);
    corners
}

/// The context that `egui_glow` paints with.
type Gl = glow::Context;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_fits_whole_and_in_the_middle() {
        let wide = egui::Rect::from_min_size(egui::pos2(10.0, 10.0), egui::vec2(400.0, 100.0));
        assert_eq!(
            fit(wide, 2.0),
            egui::Rect::from_min_size(egui::pos2(110.0, 10.0), egui::vec2(200.0, 100.0))
        );
        let high = egui::Rect::from_min_size(egui::pos2(0.0, 0.0), egui::vec2(100.0, 400.0));
        assert_eq!(
            fit(high, 2.0),
            egui::Rect::from_min_size(egui::pos2(0.0, 175.0), egui::vec2(100.0, 50.0))
        );
        assert_eq!(fit(high, f32::NAN), high);
    }

    #[test]
    fn a_quarter_turn_brings_the_left_edge_to_the_top() {
        // The stored bottom left corner is seen at the top left.
        assert_eq!(corners(1)[0], [0.0, 1.0]);
        assert_eq!(corners(1)[1], [0.0, 0.0]);
        assert_eq!(corners(4), corners(0));
    }

    #[test]
    fn shapes_sizes_and_turns() {
        let rect = egui::Rect::from_min_size(egui::pos2(0.0, 0.0), egui::vec2(400.0, 100.0));
        let usual = Shape::default();
        let whole = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
        let place = fit(rect, 2.0);
        assert_eq!(lay(rect, 2.0, 0, usual), Laid { whole: place, place, corners: whole });
        let square = Shape { aspect: Some(1.0), ..usual };
        assert_eq!(lay(rect, 2.0, 0, square).place.width(), 100.0);
        let turned = lay(rect, 2.0, 0, usual.turned());
        assert_eq!((turned.place.width(), turned.corners), (50.0, corners(1)));
        // Filled: the sides are there, top and bottom are cut off by a quarter each.
        let filled = lay(rect, 2.0, 0, Shape { fill: true, ..usual });
        assert_eq!((filled.place, filled.whole.height()), (rect, 200.0));
        assert_eq!(filled.corners, [[0.0, 0.25], [1.0, 0.25], [1.0, 0.75], [0.0, 0.75]]);
        let small = lay(rect, 2.0, 0, Shape { zoom: 0.5, ..usual });
        assert_eq!((small.place.width(), small.corners), (100.0, whole));
    }

    #[test]
    fn software_renderers_are_known_by_name() {
        assert!(is_software("llvmpipe (LLVM 15.0.6, 256 bits)"));
        assert!(!is_software("Mesa Intel(R) UHD Graphics 620 (KBL GT2)"));
    }
}
