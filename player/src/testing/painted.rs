//! What a window in memory shows as text, and where: to find what is clipped, cut short or painted
//! over other words.

use egui::epaint::ClippedShape;
use egui::{Color32, Rect, Shape};

/// A piece of text as it was painted.
#[derive(Clone, Debug)]
pub(crate) struct Painted {
    /// The whole of it, also what was cut.
    pub(crate) text: String,
    /// Where it lies.
    pub(crate) rect: Rect,
    /// What of the window it may be seen in.
    pub(crate) clip: Rect,
    /// Whether its end is missing.
    pub(crate) elided: bool,
}

impl Painted {
    /// Whether more than a hair of it lies outside of where it can be seen, to the left or right.
    pub(crate) fn is_clipped(&self) -> bool {
        let seen = self.clip.contains(self.rect.center());
        seen && (self.rect.left() < self.clip.left() - 1.0 || self.rect.right() > self.clip.right() + 1.0)
    }

    /// Whether it and another are painted over each other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let both = self.rect.intersect(self.clip).intersect(other.rect.intersect(other.clip));
        both.width() > 3.0 && both.height() > 6.0
    }
}

/// All text that is painted over the last thing that fills the whole window.
pub(crate) fn texts(shapes: &[ClippedShape], window: Rect) -> Vec<Painted> {
    let mut painted = Vec::new();
    for shape in shapes {
        walk(&shape.shape, shape.clip_rect, window, &mut painted);
    }
    painted
}

fn walk(shape: &Shape, clip: Rect, window: Rect, painted: &mut Vec<Painted>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| walk(shape, clip, window, painted)),
        Shape::Rect(fill) if fill.fill != Color32::TRANSPARENT && fill.rect.contains_rect(window) => {
            painted.clear();
        }
        Shape::Text(text) => painted.push(Painted {
            text: text.galley.text().replace('\u{a0}', " "),
            rect: text.galley.rect.translate(text.pos.to_vec2()),
            clip,
            elided: text.galley.elided,
        }),
        _ => {}
    }
}
