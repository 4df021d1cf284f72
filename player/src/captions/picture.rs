//! A subtitle that is a picture.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Most pixels of a picture, and of what it lies on: those of a film in 4K.
pub const MOST_PIXELS: u64 = 4_096 * 2_304;

/// Pixels, and where they lie on the film's picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    canvas: (u32, u32),
    corner: (u32, u32),
    size: (u32, u32),
    rgba: Arc<[u8]>,
    digest: u64,
}

impl Picture {
    /// Pixels of `size` whose left upper corner lies at `corner` of a film's picture of `canvas`: red, green, blue
    /// and opacity of each, row by row, not multiplied. None where the numbers do not fit each other.
    #[must_use]
    pub fn new(canvas: (u32, u32), corner: (u32, u32), size: (u32, u32), rgba: Vec<u8>) -> Option<Self> {
        let fits = |(width, height): (u32, u32)| (1..=MOST_PIXELS).contains(&pixels((width, height)));
        let is_near = corner.0 < canvas.0 && corner.1 < canvas.1;
        if !fits(size) || !fits(canvas) || !is_near || rgba.len() as u64 != pixels(size) * 4 {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (canvas, corner, size, &rgba).hash(&mut hasher);
        Some(Self { canvas, corner, size, rgba: rgba.into(), digest: hasher.finish() })
    }

    /// Width and height of the film's picture that it was made for.
    #[must_use]
    pub const fn canvas(&self) -> (u32, u32) {
        self.canvas
    }

    /// Its left and upper edge on that.
    #[must_use]
    pub const fn corner(&self) -> (u32, u32) {
        self.corner
    }

    /// Its own width and height, in pixels.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        self.size
    }

    /// Red, green, blue and opacity of each pixel, row by row, not multiplied.
    #[must_use]
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }

    /// A number that tells it from others.
    #[must_use]
    pub const fn digest(&self) -> u64 {
        self.digest
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, digest) = ((self.canvas, self.corner, self.size), self.digest);
        f.debug_struct("Picture").field("place", &place).field("digest", &digest).finish_non_exhaustive()
    }
}

fn pixels((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}

/// Room for the pixels of a picture, each see-through; none where it would be too large.
pub(super) fn blank(size: (u32, u32)) -> Option<Vec<u8>> {
    (pixels(size) <= MOST_PIXELS).then(|| vec![0; pixels(size) as usize * 4])
}

/// Whether a picture of this size is one that is taken.
pub(super) fn is_size(size: (u32, u32)) -> bool {
    (1..=MOST_PIXELS).contains(&pixels(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_do_not_fit_make_no_picture() {
        let make = |canvas, corner, size, bytes| Picture::new(canvas, corner, size, vec![0; bytes]).is_some();
        assert!(make((4, 4), (1, 1), (2, 2), 16));
        assert!(!make((4, 4), (1, 1), (2, 2), 15));
        assert!(!make((4, 4), (4, 1), (2, 2), 16));
        assert!(!make((0, 4), (0, 0), (2, 2), 16));
        assert!(!make((4, 4), (0, 0), (0, 2), 0));
        assert!(!make((u32::MAX, u32::MAX), (0, 0), (2, 2), 16));
    }
}
