//! A rasteriser in a hundred lines: egui's triangles into an image, blended as its painters do.

use std::collections::HashMap;

use egui::epaint::{ClippedPrimitive, ImageData, Primitive, Vertex};
use egui::{Color32, TextureId, TexturesDelta, Vec2};

#[derive(Clone)]
struct Texture {
    size: [usize; 2],
    pixels: Vec<Color32>,
}

/// The textures of a window.
#[derive(Default)]
pub(super) struct Textures(HashMap<TextureId, Texture>);

impl Textures {
    pub(super) fn apply(&mut self, delta: &mut TexturesDelta) {
        let all = std::mem::take(&mut delta.set);
        for (id, delta) in all.into_iter().flat_map(|(id, deltas)| deltas.into_iter().map(move |d| (id, d))) {
            let ImageData::Color(image) = &delta.image;
            match delta.pos {
                None => {
                    self.0.insert(id, Texture { size: image.size, pixels: image.pixels.clone() });
                }
                Some([x, y]) => {
                    let Some(texture) = self.0.get_mut(&id) else { continue };
                    for row in 0..image.size[1] {
                        let from = row * image.size[0];
                        let to = (y + row) * texture.size[0] + x;
                        texture.pixels[to..to + image.size[0]]
                            .copy_from_slice(&image.pixels[from..from + image.size[0]]);
                    }
                }
            }
        }
        for id in std::mem::take(&mut delta.free) {
            self.0.remove(&id);
        }
    }

    fn sample(&self, id: TextureId, u: f32, v: f32) -> [f32; 4] {
        let Some(texture) = self.0.get(&id) else { return [255.0; 4] };
        let [w, h] = texture.size;
        let (x, y) = (u * w as f32 - 0.5, v * h as f32 - 0.5);
        let (fx, fy) = (x - x.floor(), y - y.floor());
        let pixel = |dx: f32, dy: f32| {
            let px = (x.floor() + dx).clamp(0.0, w as f32 - 1.0) as usize;
            let py = (y.floor() + dy).clamp(0.0, h as f32 - 1.0) as usize;
            texture.pixels[py * w + px].to_array()
        };
        let corners = [pixel(0.0, 0.0), pixel(1.0, 0.0), pixel(0.0, 1.0), pixel(1.0, 1.0)];
        let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy];
        std::array::from_fn(|c| corners.iter().zip(weights).map(|(p, w)| f32::from(p[c]) * w).sum())
    }
}

/// Draws `meshes` into an image of `size` pixels.
pub(super) fn draw(
    meshes: &[ClippedPrimitive],
    textures: &Textures,
    size: Vec2,
    pixels_per_point: f32,
) -> image::RgbaImage {
    let (width, height) = (size.x as u32, size.y as u32);
    let mut out = image::RgbaImage::from_pixel(width, height, image::Rgba([0, 0, 0, 255]));
    for ClippedPrimitive { clip_rect, primitive } in meshes {
        let Primitive::Mesh(mesh) = primitive else { continue };
        let clip = *clip_rect * pixels_per_point;
        for [a, b, c] in mesh.triangles() {
            let corner = |i: u32| {
                let mut vertex = mesh.vertices[i as usize];
                vertex.pos = (vertex.pos.to_vec2() * pixels_per_point).to_pos2();
                vertex
            };
            triangle(&mut out, textures, mesh.texture_id, clip, [corner(a), corner(b), corner(c)]);
        }
    }
    out
}

fn triangle(
    out: &mut image::RgbaImage,
    textures: &Textures,
    texture: TextureId,
    clip: egui::Rect,
    [a, b, c]: [Vertex; 3],
) {
    let area = (b.pos - a.pos).x * (c.pos - a.pos).y - (b.pos - a.pos).y * (c.pos - a.pos).x;
    if area == 0.0 {
        return;
    }
    let left = a.pos.x.min(b.pos.x).min(c.pos.x).max(clip.left()).floor().max(0.0) as u32;
    let right = a.pos.x.max(b.pos.x).max(c.pos.x).min(clip.right()).ceil().max(0.0) as u32;
    let top = a.pos.y.min(b.pos.y).min(c.pos.y).max(clip.top()).floor().max(0.0) as u32;
    let bottom = a.pos.y.max(b.pos.y).max(c.pos.y).min(clip.bottom()).ceil().max(0.0) as u32;
    for y in top..bottom.min(out.height()) {
        for x in left..right.min(out.width()) {
            let at = egui::pos2(x as f32 + 0.5, y as f32 + 0.5);
            if !clip.contains(at) {
                continue;
            }
            let edge = |p: Vertex, q: Vertex| {
                ((q.pos - p.pos).x * (at - p.pos).y - (q.pos - p.pos).y * (at - p.pos).x) / area
            };
            let (wa, wb, wc) = (edge(b, c), edge(c, a), edge(a, b));
            // Half open on one side, so that a shared edge is not drawn twice.
            if wa < 0.0 || wb <= -1e-7 || wc <= 0.0 {
                continue;
            }
            let u = wa * a.uv.x + wb * b.uv.x + wc * c.uv.x;
            let v = wa * a.uv.y + wb * b.uv.y + wc * c.uv.y;
            let texel = textures.sample(texture, u, v);
            let colors = [a.color.to_array(), b.color.to_array(), c.color.to_array()];
            let source: [f32; 4] = std::array::from_fn(|i| {
                let mixed = wa * f32::from(colors[0][i])
                    + wb * f32::from(colors[1][i])
                    + wc * f32::from(colors[2][i]);
                mixed * texel[i] / 255.0
            });
            let pixel = out.get_pixel_mut(x, y);
            for i in 0..3 {
                let under = f32::from(pixel.0[i]) * (1.0 - source[3] / 255.0);
                pixel.0[i] = (source[i] + under).round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}
