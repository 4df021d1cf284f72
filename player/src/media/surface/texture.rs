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

/// Rows without their padding, and nothing to be seen through.
fn image_of(frame: &VideoFrame) -> Option<egui::ColorImage> {
    if frame.format != PixelFormat::Rgba {
        return None;
    }
    let (width, height) = (frame.width() as usize, frame.height() as usize);
    let (bytes, stride) = (frame.plane(0)?, frame.stride_bytes(0));
    let tables = (!frame.light.is_plain()).then(|| Tables::of(frame.light));
    let mut pixels: Vec<egui::Color32> = bytemuck::allocation::zeroed_vec(width * height);
    let mut rows = bytes.chunks(stride.max(1));
    for to in pixels.chunks_exact_mut(width.max(1)) {
        let row = rows.next()?.get(..width * 4)?;
        match &tables {
            Some(tables) => {
                for (to, from) in to.iter_mut().zip(row.chunks_exact(4)) {
                    let [r, g, b] = tables.shown([from[0], from[1], from[2]]);
                    *to = egui::Color32::from_rgb(r, g, b);
                }
            }
            None => copy_opaque(row, bytemuck::cast_slice_mut(to)),
        }
    }
    Some(egui::ColorImage::new([width, height], pixels))
}

/// What makes four pixels opaque.
const OPAQUE: u128 = u128::from_ne_bytes([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]);

/// Copies pixels of four bytes, and makes each opaque. Four at a time: one by one it took a third of all that
/// drawing a film costs beside the rasteriser.
fn copy_opaque(from: &[u8], to: &mut [u8]) {
    to.copy_from_slice(from);
    let mut fours = to.chunks_exact_mut(16);
    for four in &mut fours {
        let bytes = <[u8; 16]>::try_from(&*four).expect("a chunk of 16 bytes has 16");
        four.copy_from_slice(&(u128::from_ne_bytes(bytes) | OPAQUE).to_ne_bytes());
    }
    fours.into_remainder().iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
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
        let Laid { place, corners } = lay(rect, self.aspect, self.quarters, shape);
        let mut mesh = egui::Mesh::with_texture(texture.id());
        let points = [place.left_top(), place.right_top(), place.right_bottom(), place.left_bottom()];
        for (pos, uv) in points.into_iter().zip(corners) {
            mesh.vertices.push(egui::epaint::Vertex { pos, uv: uv.into(), color: egui::Color32::WHITE });
        }
        mesh.indices = vec![0, 1, 2, 0, 2, 3];
        ui.painter().with_clip_rect(rect.intersect(ui.clip_rect())).add(mesh);
        Some(place)
    }

    fn clear(&mut self) {
        self.texture = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_keeps_its_color_and_is_opaque() {
        for pixels in [0, 1, 3, 4, 5, 9] {
            let from: Vec<u8> = (0..pixels * 4).collect();
            let mut to = vec![0; from.len()];
            copy_opaque(&from, &mut to);
            for (from, to) in from.chunks(4).zip(to.chunks(4)) {
                assert_eq!((&from[..3], 255), (&to[..3], to[3]), "of {pixels}");
            }
        }
    }
}
