//! The river: cached ranges as parallel threads, one a source, as thick as its share.
//!
//! It is computed into an image as wide as the bar, because a mesh has no antialiasing between its
//! threads. Each pixel is coloured by how much of it each thread covers.

use egui::{Color32, ColorImage};
use fetch_engine::snapshot::Cell;

/// Blocks at least on either side of a place that count for the shares there.
const NEAR_BLOCKS: usize = 8;
/// The same in columns of the image.
const NEAR_COLUMNS: usize = 8;

/// Threads thinner than so many pixels have no room for their lines.
const LEAST_HATCHED: f32 = 5.0;

/// A source's thread: its place in the pattern and its colour. Threads lie in this order.
pub type Thread = (u8, Color32);

/// What each source gave around one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// Part of the place that is here, 0 to 1.
    pub here: f32,
    /// Part that each thread gave of what is here around it, in the threads' order.
    pub parts: Vec<f32>,
}

/// How many blocks of each source lie before each block.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    blocks: usize,
    before: Vec<Vec<u32>>,
}

impl Counts {
    /// Counts the blocks of `map` for each of `threads`.
    #[must_use]
    pub fn new(map: &[u8], threads: &[Thread]) -> Self {
        let before = threads
            .iter()
            .map(|&(source, _)| {
                let mut sum = 0;
                let counted = map.iter().map(|&cell| {
                    sum += u32::from(cell == source);
                    sum
                });
                std::iter::once(0).chain(counted.collect::<Vec<_>>()).collect()
            })
            .collect();
        Self { blocks: map.len(), before }
    }

    fn within(&self, thread: usize, from: usize, to: usize) -> u32 {
        self.before[thread][to] - self.before[thread][from]
    }

    /// What each source gave around column `x` of `width`.
    #[must_use]
    pub fn shares(&self, x: usize, width: usize) -> Shares {
        let from = (x * self.blocks / width.max(1)).min(self.blocks.saturating_sub(1));
        let to = ((x + 1) * self.blocks / width.max(1)).clamp(from + 1, self.blocks.max(from + 1));
        if self.blocks == 0 {
            return Shares { here: 0.0, parts: vec![0.0; self.before.len()] };
        }
        let count = |from, to| -> Vec<u32> {
            (0..self.before.len()).map(|thread| self.within(thread, from, to)).collect()
        };
        let here = count(from, to).iter().sum::<u32>() as f32 / (to - from) as f32;
        let near = NEAR_BLOCKS.max(NEAR_COLUMNS * self.blocks / width.max(1));
        let around = count(from.saturating_sub(near), (to + near).min(self.blocks));
        let all = around.iter().sum::<u32>().max(1) as f32;
        Shares { here, parts: around.iter().map(|&count| count as f32 / all).collect() }
    }
}

/// The river as an image of `width` by `height` pixels; nothing where nothing is cached, half as
/// strong before `head` (0 to 1 of the width).
#[must_use]
pub fn image(counts: &Counts, threads: &[Thread], width: usize, height: usize, head: f32) -> ColorImage {
    let columns: Vec<Shares> = (0..width).map(|x| counts.shares(x, width)).collect();
    let mut image = ColorImage::filled([width, height], Color32::TRANSPARENT);
    for x in 0..width {
        if columns[x].here <= 0.0 {
            continue;
        }
        let parts = smooth(&columns, x);
        let strength = columns[x].here * if (x as f32) < head * width as f32 { 0.5 } else { 1.0 };
        for y in 0..height {
            let (top, bottom) = (y as f32 / height as f32, (y + 1) as f32 / height as f32);
            let mut edge = 0.0;
            let mut rgba = [0.0_f32; 4];
            for (number, (part, (_, color))) in parts.iter().zip(threads).enumerate() {
                let covered = (bottom.min(edge + part) - top.max(edge)).max(0.0) * height as f32;
                let from_edge = (y as f32 + 0.5) - edge * height as f32;
                edge += part;
                let thick = part * height as f32;
                let dark =
                    if thick >= LEAST_HATCHED && hatched(number, x as f32, from_edge) { 0.62 } else { 1.0 };
                for (sum, channel) in rgba.iter_mut().zip(color.to_array()) {
                    *sum += covered * f32::from(channel) * dark;
                }
            }
            let [r, g, b, a] = rgba.map(|channel| (channel * strength).round().clamp(0.0, 255.0) as u8);
            image[(x, y)] = Color32::from_rgba_premultiplied(r, g, b, a);
        }
    }
    image
}

/// Whether a pixel of a thread lies on one of its lines: each of the first eight threads has its own, so that they are
/// told apart without their colours.
fn hatched(thread: usize, x: f32, y: f32) -> bool {
    let on = |along: f32, every: f32| along.rem_euclid(every) < 1.5;
    match thread % super::mark::MARKS {
        0 => false,
        1 => on(x + y, 8.0),
        2 => on(x, 6.0) && on(y + 1.0, 4.0),
        3 => on(x - y, 8.0),
        4 => on(y + 2.0, 4.0),
        5 => on(x, 6.0),
        6 => on(x, 8.0) || on(y + 2.0, 5.0),
        _ => on(x + y, 8.0) || on(x - y, 8.0),
    }
}

/// The shares at `x`, averaged with those of the columns beside it that hold anything.
fn smooth(columns: &[Shares], x: usize) -> Vec<f32> {
    let near = x.saturating_sub(NEAR_COLUMNS)..(x + NEAR_COLUMNS + 1).min(columns.len());
    let mut parts = vec![0.0; columns[x].parts.len()];
    for column in &columns[near] {
        if column.here > 0.0 {
            parts.iter_mut().zip(&column.parts).for_each(|(sum, part)| *sum += part);
        }
    }
    let all: f32 = parts.iter().sum();
    parts.iter_mut().for_each(|part| *part /= all.max(f32::EPSILON));
    parts
}

/// Whether a cell of the map is here.
#[must_use]
pub const fn is_here(cell: u8) -> bool {
    cell != Cell::ABSENT && cell != Cell::COMING
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLUE: Color32 = Color32::from_rgb(0, 0, 200);
    const RED: Color32 = Color32::from_rgb(200, 0, 0);
    const THREADS: [Thread; 2] = [(0, BLUE), (1, RED)];

    #[test]
    fn threads_are_as_thick_as_their_share() {
        // Three of four blocks from the first source: three of four rows in its colour.
        let map: Vec<u8> = (0..400).map(|block| u8::from(block % 4 == 3)).collect();
        let image = image(&Counts::new(&map, &THREADS), &THREADS, 200, 4, 0.0);
        let column: Vec<_> = (0..4).map(|y| image[(100, y)]).collect();
        let close =
            |a: Color32, b: Color32| a.to_array().iter().zip(b.to_array()).all(|(a, b)| a.abs_diff(b) < 14);
        assert!(column[..3].iter().all(|&pixel| close(pixel, BLUE)), "{column:?}");
        assert!(close(column[3], RED), "{column:?}");
    }

    #[test]
    fn nothing_cached_is_empty_and_behind_the_head_is_half() {
        let mut map = vec![Cell::ABSENT; 100];
        map[..50].fill(0);
        map[60] = Cell::COMING;
        let image = image(&Counts::new(&map, &THREADS), &THREADS, 100, 8, 0.25);
        assert_eq!(image[(10, 4)].a(), 128);
        assert_eq!(image[(40, 4)], BLUE);
        assert_eq!(image[(60, 4)], Color32::TRANSPARENT);
        assert_eq!(image[(80, 4)], Color32::TRANSPARENT);
    }

    #[test]
    fn an_empty_title_draws_nothing() {
        let image = image(&Counts::new(&[], &THREADS), &THREADS, 10, 4, 0.0);
        assert!(image.pixels.iter().all(|&pixel| pixel == Color32::TRANSPARENT));
        assert_eq!(Counts::new(&[0], &THREADS).shares(900, 1000).parts, [1.0, 0.0]);
    }
}
