//! RGBA pictures as an ordinary texture of egui.

use std::sync::Arc;

use super::{Laid, VideoSurface, lay};
use crate::media::frame::{FrameFormat, PixelFormat, VideoFrame};
use crate::media::light::Tables;
use crate::state::shape::Shape;

/// See the module's header.
#[derive(Default)]
pub struct TextureSurface {
    texture: Option<egui::TextureHandle>,
    aspect: f32,
    quarters: usize,
}

impl TextureSurface {
    fn upload(&mut self, context: &egui::Context, frame: &VideoFrame) {
        let Some(image) = image_of(frame) else { return };
        self.aspect = frame.display_aspect();
        self.quarters = frame.rotation.quarters();
        match &mut self.texture {
            Some(texture) => texture.set(image, egui::TextureOptions::LINEAR),
            None => self.texture = Some(context.load_texture("film", image, egui::TextureOptions::LINEAR)),
        }
    }
}

/// Rows without their padding.
fn image_of(frame: &VideoFrame) -> Option<egui::ColorImage> {
    if frame.format != PixelFormat::Rgba {
        return None;
    }
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let (bytes, stride) = (frame.plane(0)?, frame.stride_bytes(0));
    let tables = (!frame.light.is_plain()).then(|| Tables::of(frame.light));
    let mut pixels = Vec::with_capacity(width * height);
    for row in bytes.chunks(stride.max(1)).take(height) {
        let row = row.get(..width * 4)?;
        let rgb = row.chunks_exact(4).map(|p| [p[0], p[1], p[2]]);
        let color = |[r, g, b]: [u8; 3]| egui::Color32::from_rgb(r, g, b);
        match &tables {
            Some(tables) => pixels.extend(rgb.map(|rgb| color(tables.shown(rgb)))),
            None => pixels.extend(rgb.map(color)),
        }
    }
    (pixels.len() == width * height).then(|| egui::ColorImage::new([width, height], pixels))
}

impl VideoSurface for TextureSurface {
    fn frames(&self) -> FrameFormat {
        FrameFormat::Rgba
    }

    fn paint(
        &mut self,
        ui: &mut egui::Ui,
        rect: egui::Rect,
        frame: Option<Arc<VideoFrame>>,
        shape: Shape,
    ) -> Option<egui::Rect> {
        if let Some(frame) = frame {
            self.upload(ui.ctx(), &frame);
        }
        let texture = self.texture.as_ref()?;
        let Laid { whole, place, corners } = lay(rect, self.aspect, self.quarters, shape);
        let mut mesh = egui::Mesh::with_texture(texture.id());
        let points = [place.left_top(), place.right_top(), place.right_bottom(), place.left_bottom()];
        for (pos, uv) in points.into_iter().zip(corners) {
            mesh.vertices.push(egui::epaint::Vertex { pos, uv: uv.into(), color: egui::Color32::WHITE });
        }
        mesh.indices = vec![0, 1, 2, 0, 2, 3];
        ui.painter().with_clip_rect(rect.intersect(ui.clip_rect())).add(mesh);
        Some(whole)
    }

    fn clear(&mut self) {
        self.texture = None;
    }
}
