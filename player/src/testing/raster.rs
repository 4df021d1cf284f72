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
    let bound = |least: f32, most: f32, side: u32| {
        let first = (least - 0.5).ceil().max(0.0) as u32;
        first..((most - 0.5).floor() + 1.0).clamp(0.0, side as f32) as u32
    };
    let (left, right) = (a.pos.x.min(b.pos.x).min(c.pos.x), a.pos.x.max(b.pos.x).max(c.pos.x));
    let (top, bottom) = (a.pos.y.min(b.pos.y).min(c.pos.y), a.pos.y.max(b.pos.y).max(c.pos.y));
    let columns = bound(left.max(clip.left()), right.min(clip.right()), out.width());
    let rows = bound(top.max(clip.top()), bottom.min(clip.bottom()), out.height());
    let edge = |p: Vertex, q: Vertex, x: f32, y: f32| {
        ((q.pos - p.pos).x * (y - p.pos.y) - (q.pos - p.pos).y * (x - p.pos.x)) / area
    };
    let colors =
        [a.color.to_array(), b.color.to_array(), c.color.to_array()].map(|color| color.map(f32::from));
    // Most triangles are of one colour and show one point of the texture.
    let texel = (a.uv == b.uv && b.uv == c.uv).then(|| textures.sample(texture, a.uv.x, a.uv.y));
    let even = texel.filter(|_| colors[0] == colors[1] && colors[1] == colors[2]);
    let even = even.map(|texel| std::array::from_fn::<f32, 4, _>(|i| colors[0][i] * texel[i] / 255.0));
    for y in rows {
        for x in columns.clone() {
            let at = (x as f32 + 0.5, y as f32 + 0.5);
            let (wa, wb) = (edge(b, c, at.0, at.1), edge(c, a, at.0, at.1));
            let wc = edge(a, b, at.0, at.1);
            // Half open on one side, so that a shared edge is not drawn twice.
            if wa < 0.0 || wb <= -1e-7 || wc <= 0.0 {
                continue;
            }
            let source = even.unwrap_or_else(|| {
                let texel = texel.unwrap_or_else(|| {
                    let u = wa * a.uv.x + wb * b.uv.x + wc * c.uv.x;
                    let v = wa * a.uv.y + wb * b.uv.y + wc * c.uv.y;
                    textures.sample(texture, u, v)
                });
                std::array::from_fn(|i| {
                    (wa * colors[0][i] + wb * colors[1][i] + wc * colors[2][i]) * texel[i] / 255.0
                })
            });
            let pixel = out.get_pixel_mut(x, y);
            let under = 1.0 - source[3] / 255.0;
            for (value, source) in pixel.0.iter_mut().zip(source) {
                *value = (source + f32::from(*value) * under).round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}
