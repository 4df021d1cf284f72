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

/// Draws the frames of one player.
pub trait VideoSurface {
    /// Which frames it takes: what the player must be made with.
    fn frames(&self) -> FrameFormat;

    /// Draws `frame`, or the one drawn before if there is no new one, so that it fits into `rect`
    /// with its shape kept; what is left of `rect` is not painted. Gives the place that the
    /// picture covers; none while there is no picture.
    fn paint(
        &mut self,
        ui: &mut egui::Ui,
        rect: egui::Rect,
        frame: Option<Arc<VideoFrame>>,
    ) -> Option<egui::Rect>;

    /// Forgets the picture: a title ended.
    fn clear(&mut self);
}

/// Chooses by the renderer behind the window.
pub fn choose(context: &eframe::CreationContext<'_>) -> Box<dyn VideoSurface> {
    match &context.gl {
        Some(gl) if gl::can_draw(gl) => Box::new(GlSurface::default()),
        _ => Box::new(TextureSurface::default()),
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
    fn software_renderers_are_known_by_name() {
        assert!(is_software("llvmpipe (LLVM 15.0.6, 256 bits)"));
        assert!(!is_software("Mesa Intel(R) UHD Graphics 620 (KBL GT2)"));
    }
}
