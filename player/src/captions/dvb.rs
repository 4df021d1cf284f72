//! Subtitles of television (DVB, ETSI EN 300 743): regions of a page, the objects in them, and their colours.

use std::collections::BTreeMap;
use std::time::Duration;

use super::bytes::Bytes;
use super::dvb_pixels::{Depth, Field};
use super::picture::{blank, is_size};
use super::{MOST_PIXELS, Picture, Said, colors};

/// Kinds of segments.
const PAGE: u32 = 0x10;
const REGION: u32 = 0x11;
const COLORS: u32 = 0x12;
const OBJECT: u32 = 0x13;
const DISPLAY: u32 = 0x14;
const END: u32 = 0x80;
/// Size of the picture where nothing tells it.
const USUAL_CANVAS: (u32, u32) = (720, 576);
/// Most regions that are kept, and most that a page shows.
const MAX_REGIONS: usize = 32;
/// Most objects of a region.
const MAX_OBJECTS: usize = 64;
/// Most pixels that the runs of one piece may set: each of a large picture, a few times.
const MAX_WORK: u64 = MOST_PIXELS * 4;

type Rgba = [u8; 4];

struct Region {
    size: (u32, u32),
    depth: Depth,
    colors: u8,
    pixels: Vec<u8>,
    /// Objects, and where they lie in it.
    objects: Vec<(u32, (u32, u32))>,
}

/// Colours by their numbers, for each depth.
#[derive(Clone)]
struct Colors {
    of_two: [Rgba; 4],
    of_four: [Rgba; 16],
    of_eight: [Rgba; 256],
}

/// The decoder of one track: later pieces lean on earlier ones.
#[derive(Default)]
pub struct Dvb {
    canvas: Option<(u32, u32)>,
    lasts: Duration,
    /// Regions shown, and where.
    page: Vec<(u8, (u32, u32))>,
    regions: BTreeMap<u8, Region>,
    colors: BTreeMap<u8, Colors>,
    work: u64,
}

impl Dvb {
    /// Takes the segments of one buffer, and gives what they say in the end.
    pub fn take(&mut self, bytes: &[u8]) -> Said {
        // In a transport stream two bytes stand before them.
        let mut rest = Bytes(bytes.strip_prefix(&[0x20, 0x00]).unwrap_or(bytes));
        let (mut has_page, mut is_whole) = (false, false);
        self.work = 0;
        while rest.byte() == Some(0x0f) {
            let (Some(kind), Some(_)) = (rest.number(1), rest.number(2)) else { break };
            let Some(content) = rest.counted().map(Bytes) else { break };
            // What makes no sense is passed over: the next page begins anew.
            match kind {
                PAGE => has_page |= self.page(content).is_some(),
                REGION => drop(self.region(content)),
                COLORS => drop(self.colors(content)),
                OBJECT => drop(self.object(content)),
                DISPLAY => drop(self.display(content)),
                END => is_whole = true,
                _ => {}
            }
        }
        match has_page || is_whole {
            true => self.drawn().map_or(Said::Nothing, |picture| Said::Shown(picture, Some(self.lasts))),
            false => Said::More,
        }
    }

    fn display(&mut self, mut from: Bytes<'_>) -> Option<()> {
        from.byte()?;
        let size = (from.number(2)? + 1, from.number(2)? + 1);
        self.canvas = is_size(size).then_some(size);
        Some(())
    }

    fn page(&mut self, mut from: Bytes<'_>) -> Option<()> {
        self.lasts = Duration::from_secs(u64::from(from.byte()?));
        if from.byte()? & 0x0c != 0 {
            // A page that leans on nothing before it.
            self.regions.clear();
            self.colors.clear();
        }
        self.page.clear();
        while let Some(mut entry) = from.take(6).map(Bytes)
            && self.page.len() < MAX_REGIONS
        {
            let (number, _) = (entry.byte()?, entry.byte()?);
            self.page.push((number, (entry.number(2)?, entry.number(2)?)));
        }
        Some(())
    }

    fn region(&mut self, mut from: Bytes<'_>) -> Option<()> {
        let (number, flags) = (from.byte()?, from.byte()?);
        let size = (from.number(2)?, from.number(2)?);
        let depth = match from.byte()? >> 2 & 7 {
            1 => Depth::Two,
            2 => Depth::Four,
            _ => Depth::Eight,
        };
        let colors = from.byte()?;
        let (of_eight, of_less) = (from.byte()?, from.byte()?);
        let background = match depth {
            Depth::Two => of_less >> 2 & 3,
            Depth::Four => of_less >> 4,
            Depth::Eight => of_eight,
        };
        let held = |region: &Region| u64::from(region.size.0) * u64::from(region.size.1);
        let others: u64 =
            self.regions.iter().filter(|(other, _)| **other != number).map(|(_, r)| held(r)).sum();
        let own = u64::from(size.0) * u64::from(size.1);
        let is_new = self.regions.get(&number).is_none_or(|region| region.size != size);
        if !is_size(size) || others + own > MOST_PIXELS || (is_new && self.regions.len() >= MAX_REGIONS) {
            self.regions.remove(&number);
            return None;
        }
        let empty = Region { size, depth, colors, pixels: Vec::new(), objects: Vec::new() };
        let region = self.regions.entry(number).or_insert(empty);
        (region.size, region.depth, region.colors) = (size, depth, colors);
        region.objects.clear();
        if is_new || flags & 8 != 0 {
            self.work += own;
            if self.work > MAX_WORK {
                self.regions.remove(&number);
                return None;
            }
            region.pixels.clear();
            region.pixels.resize(own as usize, background);
        }
        while let Some(mut object) = from.take(6).map(Bytes)
            && region.objects.len() < MAX_OBJECTS
        {
            let id = object.number(2)?;
            let (kind_and_column, row) = (object.number(2)?, object.number(2)?);
            region.objects.push((id, (kind_and_column & 0xfff, row & 0xfff)));
            if kind_and_column >> 14 != 0 {
                from.take(2)?;
            }
        }
        Some(())
    }

    fn colors(&mut self, mut from: Bytes<'_>) -> Option<()> {
        let number = from.byte()?;
        from.byte()?;
        let colors = self.colors.entry(number).or_insert_with(usual_colors);
        while let (Some(entry), Some(flags)) = (from.byte(), from.byte()) {
            let [y, cr, cb, clear] = if flags & 1 != 0 {
                *from.take(4)?.first_chunk()?
            } else {
                let packed = from.number(2)?;
                [packed >> 10 & 0x3f, packed >> 6 & 15, packed >> 2 & 15, packed & 3]
                    .map(|part| part as u8)
                    .into_iter()
                    .zip([2, 4, 4, 6])
                    .map(|(part, shift)| part << shift)
                    .collect::<Vec<_>>()
                    .try_into()
                    .ok()?
            };
            let [red, green, blue] = colors::of_yuv(y, cb, cr);
            let rgba = if y == 0 { [0; 4] } else { [red, green, blue, 255 - clear] };
            if flags & 0x80 != 0 {
                colors.of_two[usize::from(entry & 3)] = rgba;
            }
            if flags & 0x40 != 0 {
                colors.of_four[usize::from(entry & 15)] = rgba;
            }
            if flags & 0x20 != 0 {
                colors.of_eight[usize::from(entry)] = rgba;
            }
        }
        Some(())
    }

    fn object(&mut self, mut from: Bytes<'_>) -> Option<()> {
        let id = from.number(2)?;
        // Letters of a font are not drawn: nobody sends them.
        if from.byte()? >> 2 & 3 != 0 {
            return None;
        }
        let lengths = (from.number(2)? as usize, from.number(2)? as usize);
        let top = from.take(lengths.0)?;
        let bottom = if lengths.1 == 0 { top } else { from.take(lengths.1)? };
        for region in self.regions.values_mut() {
            let (width, height) = (region.size.0 as usize, region.size.1 as usize);
            for (_, (left, upper)) in region.objects.iter().filter(|(object, _)| *object == id) {
                for (first, data) in [(0, top), (1, bottom)] {
                    let (pixels, work) = (&mut region.pixels, &mut self.work);
                    Field::new(data).runs(region.depth, width, |column, line, count, color| {
                        let row = *upper as usize + line * 2 + first;
                        let start = (*left as usize + column).min(width);
                        let end = start.saturating_add(count).min(width);
                        *work += 1 + (end - start) as u64;
                        if row < height && *work <= MAX_WORK {
                            pixels[row * width + start..row * width + end].fill(color);
                        }
                    });
                }
            }
        }
        Some(())
    }

    /// All regions of the page in one picture.
    fn drawn(&self) -> Option<Picture> {
        let found = |(number, corner): &(u8, (u32, u32))| Some((*corner, self.regions.get(number)?));
        let shown: Vec<((u32, u32), &Region)> = self.page.iter().filter_map(found).collect();
        let left = shown.iter().map(|(corner, _)| corner.0).min()?;
        let top = shown.iter().map(|(corner, _)| corner.1).min()?;
        let right = shown.iter().map(|(corner, region)| corner.0 + region.size.0).max()?;
        let bottom = shown.iter().map(|(corner, region)| corner.1 + region.size.1).max()?;
        let size = (right - left, bottom - top);
        let mut rgba = blank(size)?;
        let usual = usual_colors();
        for (corner, region) in shown {
            let colors = self.colors.get(&region.colors).unwrap_or(&usual);
            let width = region.size.0 as usize;
            for (row, pixels) in region.pixels.chunks_exact(width).enumerate() {
                let at = ((corner.1 - top) as usize + row) * size.0 as usize + (corner.0 - left) as usize;
                let places = rgba[at * 4..(at + width) * 4].chunks_exact_mut(4);
                for (place, color) in places.zip(pixels) {
                    place.copy_from_slice(&match region.depth {
                        Depth::Two => colors.of_two[usize::from(color & 3)],
                        Depth::Four => colors.of_four[usize::from(color & 15)],
                        Depth::Eight => colors.of_eight[usize::from(*color)],
                    });
                }
            }
        }
        Picture::new(self.canvas.unwrap_or(USUAL_CANVAS), (left, top), size, rgba)
    }
}

/// The colours of a page that names none (EN 300 743, 10).
fn usual_colors() -> Colors {
    let on = |number: usize, bits: [usize; 3], light: u8| {
        bits.map(|bit| if number & bit != 0 { light } else { 0 })
    };
    let opaque = |[red, green, blue]: [u8; 3], alpha: u8| [red, green, blue, alpha];
    let of_four = |number: usize| match number {
        0 => [0; 4],
        1..8 => opaque(on(number, [1, 2, 4], 255), 255),
        _ => opaque(on(number, [1, 2, 4], 127), 255),
    };
    let of_eight = |number: usize| {
        let (low, high) = (on(number, [1, 2, 4], 85), on(number, [0x10, 0x20, 0x40], 170));
        let sum = |low: [u8; 3], high: [u8; 3], more: u8| std::array::from_fn(|i| low[i] + high[i] + more);
        let (dim, half) = (on(number, [1, 2, 4], 43), on(number, [0x10, 0x20, 0x40], 85));
        match (number, number & 0x88) {
            (0, _) => [0; 4],
            (1..8, _) => opaque(on(number, [1, 2, 4], 255), 63),
            (_, 0) => opaque(sum(low, high, 0), 255),
            (_, 0x08) => opaque(sum(low, high, 0), 127),
            (_, 0x80) => opaque(sum(dim, half, 127), 255),
            _ => opaque(sum(dim, half, 0), 255),
        }
    };
    Colors {
        of_two: [[0; 4], [255; 4], [0, 0, 0, 255], [127, 127, 127, 255]],
        of_four: std::array::from_fn(of_four),
        of_eight: std::array::from_fn(of_eight),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(kind: u32, content: &[u8]) -> Vec<u8> {
        [&[0x0f, kind as u8, 0, 1], (content.len() as u16).to_be_bytes().as_slice(), content].concat()
    }

    /// A region of four by two pixels at 10, 20: red above, and green below.
    fn page() -> Vec<u8> {
        let colors = [3, 0, 1, 0x41, 81, 240, 90, 0, 2, 0x41, 145, 34, 54, 0];
        let object = [0, 9, 0, 0, 4, 0, 4, 0x11, 0x11, 0x11, 0, 0x11, 0x22, 0x22, 0];
        let region = [5, 8, 0, 4, 0, 2, 2 << 2, 3, 0, 0, 0, 9, 0, 0, 0, 0];
        [
            vec![0x20, 0],
            segment(DISPLAY, &[0, 0, 191, 0, 107]),
            segment(PAGE, &[30, 8, 5, 0, 0, 10, 0, 20]),
            segment(REGION, &region),
            segment(COLORS, &colors),
            segment(OBJECT, &object),
            segment(END, &[]),
            vec![0xff],
        ]
        .concat()
    }

    #[test]
    fn a_page_becomes_a_picture_and_an_empty_one_takes_it_away() {
        let mut dvb = Dvb::default();
        let Said::Shown(picture, Some(lasts)) = dvb.take(&page()) else { panic!("nothing is shown") };
        assert_eq!(lasts, Duration::from_secs(30));
        assert_eq!((picture.canvas(), picture.corner(), picture.size()), ((192, 108), (10, 20), (4, 2)));
        let pixels: Vec<&[u8]> = picture.rgba().chunks(4).collect();
        let near = |pixel: &[u8], right: Rgba| pixel.iter().zip(right).all(|(a, b)| a.abs_diff(b) < 4);
        assert!(pixels[..4].iter().all(|pixel| near(pixel, [255, 0, 0, 255])), "{pixels:?}");
        assert!(pixels[4..].iter().all(|pixel| near(pixel, [0, 255, 0, 255])), "{pixels:?}");
        let gone = [segment(PAGE, &[30, 0]), segment(END, &[])].concat();
        assert_eq!(dvb.take(&gone), Said::Nothing);
    }

    #[test]
    fn what_is_cut_off_or_wrong_does_no_harm() {
        let whole = page();
        for cut in 0..whole.len() {
            let _ = Dvb::default().take(&whole[..cut]);
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let mut dvb = Dvb::default();
                let _ = (dvb.take(&changed), dvb.take(&whole));
            }
        }
    }
}
