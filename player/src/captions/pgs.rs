//! Blu-ray's subtitles, presentation graphics: segments that give a palette, pictures and where these lie.

use std::collections::BTreeMap;

use super::bytes::Bytes;
use super::picture::{blank, is_size};
use super::{Picture, Said, colors};

/// Kinds of segments.
const PALETTE: u8 = 0x14;
const OBJECT: u8 = 0x15;
const COMPOSITION: u8 = 0x16;
const END: u8 = 0x80;
/// Most pictures kept of one stretch of film.
const MAX_OBJECTS: usize = 64;
/// Most bytes of all their data.
const MAX_DATA_BYTES: usize = 8 << 20;
/// Most pictures shown at once.
const MAX_PLACED: usize = 8;

struct Object {
    size: (u32, u32),
    /// Run lengths; whole when the last segment of it has come.
    data: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Placed {
    object: u32,
    corner: (u32, u32),
}

/// The decoder of one track: later pieces lean on earlier ones.
#[derive(Default)]
pub struct Pgs {
    palettes: BTreeMap<u8, [[u8; 4]; 256]>,
    objects: BTreeMap<u32, Object>,
    canvas: (u32, u32),
    palette: u8,
    placed: Vec<Placed>,
}

impl Pgs {
    /// Takes the segments of one buffer, and gives what they say in the end.
    pub fn take(&mut self, bytes: &[u8]) -> Said {
        let mut rest = Bytes(bytes);
        let mut is_whole = false;
        while let Some(kind) = rest.byte() {
            let Some(content) = rest.counted() else { break };
            // What makes no sense is passed over: the next stretch begins anew.
            match kind {
                PALETTE => drop(self.palette(Bytes(content))),
                OBJECT => drop(self.object(Bytes(content))),
                COMPOSITION => {
                    is_whole = false;
                    self.compose(Bytes(content));
                }
                END => is_whole = true,
                _ => {}
            }
        }
        // Drawn once, however often it says that it is whole.
        if is_whole { self.end() } else { Said::More }
    }

    fn compose(&mut self, mut from: Bytes<'_>) -> Option<()> {
        self.placed.clear();
        self.canvas = (from.number(2)?, from.number(2)?);
        from.take(3)?;
        let state = from.byte()?;
        if state != 0 {
            // A stretch begins that leans on nothing before it.
            self.objects.clear();
            self.palettes.clear();
        }
        from.byte()?;
        self.palette = from.byte()?;
        let count = from.byte()?;
        for _ in 0..usize::from(count).min(MAX_PLACED) {
            let object = from.number(2)?;
            from.byte()?;
            let cropped = from.byte()? & 0x80 != 0;
            let corner = (from.number(2)?, from.number(2)?);
            if cropped {
                from.take(8)?;
            }
            self.placed.push(Placed { object, corner });
        }
        Some(())
    }

    fn palette(&mut self, mut from: Bytes<'_>) -> Option<()> {
        let number = from.byte()?;
        from.byte()?;
        let palette = self.palettes.entry(number).or_insert([[0; 4]; 256]);
        while let Some(entry) = from.take(5) {
            let [r, g, b] = colors::of_yuv(entry[1], entry[3], entry[2]);
            palette[usize::from(entry[0])] = [r, g, b, entry[4]];
        }
        Some(())
    }

    fn object(&mut self, mut from: Bytes<'_>) -> Option<()> {
        let number = from.number(2)?;
        from.byte()?;
        let is_first = from.byte()? & 0x80 != 0;
        if is_first {
            from.take(3)?;
            let size = (from.number(2)?, from.number(2)?);
            self.objects.remove(&number);
            if !is_size(size) || self.objects.len() >= MAX_OBJECTS {
                return None;
            }
            self.objects.insert(number, Object { size, data: Vec::new() });
        }
        let held: usize = self.objects.values().map(|object| object.data.len()).sum();
        let object = self.objects.get_mut(&number)?;
        if held + from.0.len() <= MAX_DATA_BYTES {
            object.data.extend_from_slice(from.0);
        }
        Some(())
    }

    fn end(&self) -> Said {
        self.drawn().map_or(Said::Nothing, |picture| Said::Shown(picture, None))
    }

    /// All that is placed, in one picture.
    fn drawn(&self) -> Option<Picture> {
        let found = |placed: &Placed| Some((*placed, self.objects.get(&placed.object)?));
        let shown: Vec<(Placed, &Object)> = self.placed.iter().filter_map(found).collect();
        let palette = self.palettes.get(&self.palette)?;
        let left = shown.iter().map(|(placed, _)| placed.corner.0).min()?;
        let top = shown.iter().map(|(placed, _)| placed.corner.1).min()?;
        let right = shown.iter().map(|(placed, object)| placed.corner.0 + object.size.0).max()?;
        let bottom = shown.iter().map(|(placed, object)| placed.corner.1 + object.size.1).max()?;
        let size = (right - left, bottom - top);
        let mut rgba = blank(size)?;
        for (placed, object) in shown {
            let (x, y) = ((placed.corner.0 - left) as usize, (placed.corner.1 - top) as usize);
            unroll(object, |column, row, color| {
                let at = ((y + row) * size.0 as usize + x + column) * 4;
                if let Some(pixel) = rgba.get_mut(at..at + 4) {
                    pixel.copy_from_slice(&palette[usize::from(color)]);
                }
            });
        }
        Picture::new(self.canvas, (left, top), size, rgba)
    }
}

/// Tells each pixel's column, row and number of its colour.
fn unroll(object: &Object, mut pixel: impl FnMut(usize, usize, u8)) {
    let (width, height) = (object.size.0 as usize, object.size.1 as usize);
    let (mut column, mut row) = (0, 0);
    let mut data = Bytes(&object.data);
    while row < height {
        let Some((count, color)) = run(&mut data) else { return };
        if count == 0 {
            (column, row) = (0, row + 1);
            continue;
        }
        for at in column..(column + count).min(width) {
            pixel(at, row, color);
        }
        column = (column + count).min(width);
    }
}

/// A run of pixels; none of them is the end of a row.
fn run(data: &mut Bytes<'_>) -> Option<(usize, u8)> {
    let color = data.byte()?;
    if color != 0 {
        return Some((1, color));
    }
    let flags = data.byte()?;
    let mut count = usize::from(flags & 0x3f);
    if flags & 0x40 != 0 {
        count = count << 8 | usize::from(data.byte()?);
    }
    let color = if flags & 0x80 != 0 { data.byte()? } else { 0 };
    Some((count, color))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(kind: u8, content: &[u8]) -> Vec<u8> {
        [&[kind], (content.len() as u16).to_be_bytes().as_slice(), content].concat()
    }

    /// Four by two pixels at 10, 20 of a picture of 64 by 48: white, a run of three, an empty row.
    fn set() -> Vec<u8> {
        let composition = [0, 64, 0, 48, 0x10, 0, 1, 0x80, 0, 7, 1, 0, 3, 0, 0, 0, 10, 0, 20];
        let palette = [7, 0, 1, 235, 128, 128, 255, 2, 16, 128, 128, 100];
        let object = [0, 3, 0, 0xc0, 0, 0, 13, 0, 4, 0, 2, 1, 0, 0x83, 2, 0, 0, 0, 4, 0, 0];
        [
            segment(COMPOSITION, &composition),
            segment(0x17, &[0]),
            segment(PALETTE, &palette),
            segment(OBJECT, &object),
            segment(END, &[]),
        ]
        .concat()
    }

    #[test]
    fn a_set_of_segments_becomes_a_picture_and_an_empty_one_takes_it_away() {
        let mut pgs = Pgs::default();
        let Said::Shown(picture, None) = pgs.take(&set()) else { panic!("nothing is shown") };
        assert_eq!((picture.canvas(), picture.corner(), picture.size()), ((64, 48), (10, 20), (4, 2)));
        let pixels: Vec<&[u8]> = picture.rgba().chunks(4).collect();
        assert_eq!(pixels[0], [255, 255, 255, 255]);
        assert_eq!(pixels[1..4], [[0, 0, 0, 100]; 3]);
        assert_eq!(pixels[4..], [[0; 4]; 4]);
        let empty = [0, 64, 0, 48, 0x10, 0, 2, 0, 0, 7, 0];
        let gone = [segment(COMPOSITION, &empty), segment(END, &[])].concat();
        assert_eq!(pgs.take(&gone), Said::Nothing);
        // Segment by segment, as transport streams bring them.
        let mut last = Said::More;
        let bytes = set();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let length = usize::from(u16::from_be_bytes([rest[1], rest[2]])) + 3;
            last = pgs.take(&rest[..length]);
            rest = &rest[length..];
        }
        assert!(matches!(last, Said::Shown(..)));
    }

    #[test]
    fn what_is_cut_off_or_wrong_does_no_harm() {
        let whole = set();
        for cut in 0..whole.len() {
            let _ = Pgs::default().take(&whole[..cut]);
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = Pgs::default().take(&changed);
            }
        }
    }
}
