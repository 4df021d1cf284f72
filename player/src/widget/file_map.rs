//! The file map: every block as a cell in the colour of the source that sent it.

use egui::{Color32, ColorImage, Vec2, vec2};
use fetch_engine::snapshot::Cell;

use super::mark;
use super::river::is_here;

/// From one cell to the next, in points: the first that fits.
const PITCHES: [u8; 4] = [13, 12, 11, 10];
/// Between two cells, in points.
const GAP: f32 = 2.0;
/// Most cells; beyond that a cell stands for several blocks.
const MOST_CELLS: usize = 3000;

/// How blocks lie in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Cells in a row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// Blocks that one cell stands for.
    pub blocks_a_cell: usize,
    /// Blocks in all.
    pub blocks: usize,
    pitch: u8,
}

impl Layout {
    /// Lays out `blocks` in `room` points: in smaller cells where larger ones do not fit, and in
    /// cells of several blocks where the smallest do not.
    #[must_use]
    pub fn new(blocks: usize, room: Vec2) -> Self {
        let fitting = PITCHES.into_iter().map(|pitch| {
            let columns = ((room.x + GAP) / f32::from(pitch)).floor().max(1.0) as usize;
            let rows = (room.y / f32::from(pitch)).floor().max(4.0) as usize;
            (pitch, columns, (columns * rows).min(MOST_CELLS))
        });
        let smallest = fitting.clone().next_back();
        let found = fitting.into_iter().find(|(_, _, cells)| *cells >= blocks).or(smallest);
        let (pitch, columns, cells) = found.expect("there is a pitch");
        let blocks_a_cell = blocks.div_ceil(cells).max(1);
        let rows = blocks.div_ceil(blocks_a_cell).div_ceil(columns);
        Self { columns, rows, blocks_a_cell, blocks, pitch }
    }

    /// From one cell to the next, in points.
    #[must_use]
    pub fn pitch(&self) -> f32 {
        f32::from(self.pitch)
    }

    /// Side of a cell, in points.
    #[must_use]
    pub fn side(&self) -> f32 {
        self.pitch() - GAP
    }

    /// Size in points.
    #[must_use]
    pub fn size(&self) -> Vec2 {
        vec2(self.columns as f32 * self.pitch() - GAP, self.rows as f32 * self.pitch())
    }

    /// The blocks of the cell at a place in points, from 0.
    #[must_use]
    pub fn blocks_at(&self, at: Vec2) -> Option<std::ops::Range<usize>> {
        if at.x < 0.0 || at.y < 0.0 {
            return None;
        }
        let (column, row) = ((at.x / self.pitch()) as usize, (at.y / self.pitch()) as usize);
        if column >= self.columns {
            return None;
        }
        let from = (row * self.columns + column) * self.blocks_a_cell;
        (from < self.blocks).then(|| from..(from + self.blocks_a_cell).min(self.blocks))
    }

    /// The corner of the cell that holds `block`, in points.
    #[must_use]
    pub fn corner_of(&self, block: usize) -> Vec2 {
        let cell = block / self.blocks_a_cell;
        vec2((cell % self.columns) as f32, (cell / self.columns) as f32) * self.pitch()
    }
}

/// What a cell shows: the source with the largest share of its blocks, else whether one comes.
#[must_use]
pub fn of_cell(map: &[u8]) -> u8 {
    let mut counts = [0_u16; 64];
    for &cell in map {
        if let Some(count) = counts.get_mut(usize::from(cell)) {
            *count = count.saturating_add(1);
        }
    }
    let most = (0..64_u8).max_by_key(|&source| (counts[usize::from(source)], std::cmp::Reverse(source)));
    match most {
        Some(source) if counts[usize::from(source)] > 0 => source,
        _ if map.contains(&Cell::DISK) => Cell::DISK,
        _ if map.contains(&Cell::COMING) => Cell::COMING,
        _ => Cell::ABSENT,
    }
}

/// Colours of a map.
#[derive(Clone, Debug)]
pub struct Palette {
    /// Colour of each source by its place in the pattern, and the place of its mark.
    pub sources: Vec<(Color32, usize)>,
    /// Of the marks, for each colour that is as light as these.
    pub marks: fn(Color32) -> Color32,
    /// Of a block that was read from disk.
    pub disk: Color32,
    /// Of a block that is not here.
    pub absent: Color32,
    /// Edge of a block that is on its way.
    pub coming: Color32,
    /// Only this source is shown in full.
    pub isolated: Option<u8>,
}

/// Draws the map; `scale` is pixels a point, `head` the block at the picture.
#[must_use]
pub fn image(map: &[u8], layout: Layout, scale: f32, head: usize, palette: &Palette) -> ColorImage {
    let size = (layout.size() * scale).ceil();
    let mut image =
        ColorImage::filled([size.x.max(1.0) as usize, size.y.max(1.0) as usize], Color32::TRANSPARENT);
    for (number, blocks) in map.chunks(layout.blocks_a_cell).enumerate() {
        let corner =
            vec2((number % layout.columns) as f32, (number / layout.columns) as f32) * layout.pitch() * scale;
        let cell = of_cell(blocks);
        let behind = (number + 1) * layout.blocks_a_cell <= head;
        let (fill, edge, mark) = match cell {
            Cell::COMING => (Color32::TRANSPARENT, palette.coming, None),
            source if is_here(source) => {
                let known = palette.sources.get(usize::from(source)).copied();
                let color = known.map_or(palette.disk, |(color, _)| color);
                let ink = (palette.marks)(color);
                let other = palette.isolated.is_some_and(|isolated| isolated != source);
                let strength = if other {
                    0.14
                } else if behind {
                    0.45
                } else {
                    1.0
                };
                let color = color.gamma_multiply(strength);
                // A mark on a faint cell would be stronger than the cell.
                let mark =
                    known.filter(|_| !other).map(|(_, slot)| (slot, ink.gamma_multiply(0.7 * strength)));
                (color, color, mark)
            }
            _ => (palette.absent, palette.absent, None),
        };
        draw_cell(&mut image, corner, layout.side() * scale, (fill, edge), mark);
    }
    image
}

/// A square with slightly rounded corners and an edge one pixel wide.
fn draw_cell(
    image: &mut ColorImage,
    corner: Vec2,
    side: f32,
    (fill, edge): (Color32, Color32),
    mark: Option<(usize, Color32)>,
) {
    /// Cells under this many pixels have no room for a mark.
    const LEAST_MARKED: usize = 8;
    let (left, top, side) = (corner.x.round() as usize, corner.y.round() as usize, side.round() as usize);
    for y in 0..side {
        for x in 0..side {
            let (px, py) = (left + x, top + y);
            if px >= image.size[0] || py >= image.size[1] {
                continue;
            }
            let (dx, dy) = (x.min(side - 1 - x), y.min(side - 1 - y));
            image[(px, py)] = match dx + dy {
                0 => edge.gamma_multiply(0.15),
                1 => edge.gamma_multiply(0.8),
                _ if dx == 0 || dy == 0 => edge,
                _ => fill,
            };
            let place = |at: usize| (at as f32 + 0.5) / side as f32;
            if let Some((slot, ink)) = mark.filter(|_| side >= LEAST_MARKED)
                && mark::covers(slot, place(x), place(y))
            {
                image[(px, py)] = fill.blend(ink);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_shows_who_sent_most_of_it() {
        assert_eq!(of_cell(&[1, 1, 0]), 1);
        assert_eq!(of_cell(&[Cell::ABSENT, Cell::COMING]), Cell::COMING);
        assert_eq!(of_cell(&[Cell::ABSENT, 2, Cell::COMING]), 2);
        assert_eq!(of_cell(&[Cell::DISK, Cell::COMING]), Cell::DISK);
        assert_eq!(of_cell(&[]), Cell::ABSENT);
    }

    #[test]
    fn many_blocks_share_cells_and_are_found_again() {
        let layout = Layout::new(100_000, vec2(560.0, 480.0));
        assert!(layout.columns * layout.rows <= MOST_CELLS);
        let corner = layout.corner_of(54_321) + vec2(2.0, 2.0);
        assert!(layout.blocks_at(corner).expect("a cell").contains(&54_321));
        assert_eq!(layout.blocks_at(vec2(-1.0, 0.0)), None);
        assert_eq!(layout.blocks_at(vec2(4.0, 9e6)), None);
    }

    #[test]
    fn few_blocks_have_a_cell_each() {
        let layout = Layout::new(128, vec2(440.0, 480.0));
        assert_eq!(layout.blocks_a_cell, 1);
        assert_eq!(layout.blocks_at(vec2(14.0, 1.0)), Some(1..2));
    }
}
