//! DVD's subtitles: a picture of four colours, and commands that say which, where and how long.

use std::time::Duration;

use super::bytes::{Bits, Bytes};
use super::picture::blank;
use super::{Picture, Said, colors};

/// Size of a DVD's picture where nothing tells it.
const USUAL_CANVAS: (u32, u32) = (720, 576);
/// What times of commands count in.
const TICK: Duration = Duration::from_nanos(1_024 * 1_000_000_000 / 90_000);
/// Most blocks of commands that are followed.
const MAX_BLOCKS: usize = 64;
/// Grey tones where no colours are told.
const USUAL_COLORS: [[u8; 3]; 4] = [[0; 3], [255; 3], [0; 3], [128; 3]];

/// The decoder of one track.
#[derive(Default)]
pub struct VobSub {
    /// The track's sixteen colours.
    colors: Option<[[u8; 3]; 16]>,
    /// Size of the picture that it was made for.
    canvas: Option<(u32, u32)>,
}

/// What the commands say.
#[derive(Default)]
struct Commands {
    colors: Option<[u8; 4]>,
    opacity: Option<[u8; 4]>,
    /// First and last column, first and last row.
    place: Option<[u32; 4]>,
    /// Where the data of even and odd rows begin.
    rows: Option<[usize; 2]>,
    lasts: Option<Duration>,
}

impl VobSub {
    /// Takes the track's index, which gives the size of its picture and its colours:
    /// `size: 720x576`, `palette: 000000, ffffff, …`.
    pub fn read_index(&mut self, index: &str) {
        for line in index.lines() {
            let Some((name, value)) = line.split_once(':') else { continue };
            match name.trim() {
                "size" => {
                    let sides = value.trim().split_once('x');
                    self.canvas = sides.and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
                }
                "palette" => {
                    let mut colors = [[0; 3]; 16];
                    for (color, text) in colors.iter_mut().zip(value.split(',')) {
                        let number = u32::from_str_radix(text.trim(), 16).unwrap_or(0);
                        let [_, red, green, blue] = number.to_be_bytes();
                        *color = [red, green, blue];
                    }
                    self.colors = Some(colors);
                }
                _ => {}
            }
        }
    }

    /// Takes the track's colours as DVDs have them: each 0, Y, Cr, Cb from the most significant byte on.
    pub fn set_colors(&mut self, colors: [u32; 16]) {
        self.colors = Some(colors.map(|color| {
            let [_, y, cr, cb] = color.to_be_bytes();
            colors::of_yuv(y, cb, cr)
        }));
    }

    /// Takes one whole packet.
    pub fn take(&self, packet: &[u8]) -> Said {
        let Some(commands) = commands(packet) else { return Said::Nothing };
        let canvas = self.canvas.unwrap_or(USUAL_CANVAS);
        let picture = self.draw(packet, &commands, canvas);
        picture.map_or(Said::Nothing, |picture| Said::Shown(picture, commands.lasts))
    }

    fn draw(&self, packet: &[u8], commands: &Commands, canvas: (u32, u32)) -> Option<Picture> {
        let [left, right, top, bottom] = commands.place?;
        let size = ((right + 1).checked_sub(left)?, (bottom + 1).checked_sub(top)?);
        let (numbers, opacity) =
            (commands.colors.unwrap_or([0, 1, 2, 3]), commands.opacity.unwrap_or([0, 15, 15, 15]));
        let palette: [[u8; 4]; 4] = std::array::from_fn(|at| {
            let color = self.colors.map_or(USUAL_COLORS[at], |colors| colors[usize::from(numbers[at])]);
            [color[0], color[1], color[2], opacity[at] * 17]
        });
        let (width, height) = (size.0 as usize, size.1 as usize);
        let mut rgba = blank(size)?;
        for (first, start) in commands.rows?.into_iter().enumerate() {
            let mut bits = Bits::new(packet.get(start..)?);
            for row in (first..height).step_by(2) {
                let mut column = 0;
                while column < width {
                    let Some((count, color)) = run(&mut bits) else { break };
                    let end = if count == 0 { width } else { (column + count).min(width) };
                    let from = (row * width + column) * 4;
                    for pixel in rgba[from..(row * width + end) * 4].chunks_exact_mut(4) {
                        pixel.copy_from_slice(&palette[usize::from(color)]);
                    }
                    column = end;
                }
                // Rows begin at whole bytes.
                bits.align();
            }
        }
        Picture::new(canvas, (left, top), size, rgba)
    }
}

fn commands(packet: &[u8]) -> Option<Commands> {
    let mut found = Commands::default();
    let mut at = Bytes(packet.get(2..)?).number(2)? as usize;
    for _ in 0..MAX_BLOCKS {
        let mut block = Bytes(packet.get(at..)?);
        let date = block.number(2)?;
        let next = block.number(2)? as usize;
        loop {
            match block.byte()? {
                0x00 | 0x01 => {}
                0x02 => found.lasts = Some(TICK * date),
                0x03 => found.colors = Some(quartet(block.take(2)?)),
                0x04 => found.opacity = Some(quartet(block.take(2)?)),
                0x05 => {
                    let pair = |three: u32| [three >> 12, three & 0xfff];
                    let ([left, right], [top, bottom]) = (pair(block.number(3)?), pair(block.number(3)?));
                    found.place = Some([left, right, top, bottom]);
                }
                0x06 => found.rows = Some([block.number(2)? as usize, block.number(2)? as usize]),
                0x07 => {
                    let length = block.number(2)? as usize;
                    block.take(length.checked_sub(2)?)?;
                }
                _ => break,
            }
        }
        // The last block names itself.
        if next <= at {
            return Some(found);
        }
        at = next;
    }
    None
}

/// Four numbers of four bits; the last stands first.
fn quartet(bytes: &[u8]) -> [u8; 4] {
    [bytes[1] & 15, bytes[1] >> 4, bytes[0] & 15, bytes[0] >> 4]
}

/// How many pixels of which colour; zero is all to the end of the row.
fn run(bits: &mut Bits<'_>) -> Option<(usize, u8)> {
    let mut value = u32::from(bits.next(4)?);
    for least in [0x4, 0x10, 0x40] {
        if value >= least {
            break;
        }
        value = value << 4 | u32::from(bits.next(4)?);
    }
    Some(((value >> 2) as usize, (value & 3) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three columns and two rows at 8, 4: one run of colour 1, then a row of 2, 1 and 1 pixels.
    fn packet() -> Vec<u8> {
        let mut packet = vec![0, 0, 0, 0];
        // Row 0: three of colour 1; row 1: two of colour 2, one of colour 3.
        packet.extend([0xd0, 0xa7]);
        let control = packet.len() as u16;
        let first = [
            [0, 0].as_slice(),
            &(control + 24).to_be_bytes(),
            &[0x03, 0x32, 0x10, 0x04, 0xf8, 0xf0],
            &[0x05, 0x00, 0x80, 0x0a, 0x00, 0x40, 0x05, 0x06, 0, 4, 0, 5, 0x01, 0xff],
        ];
        packet.extend(first.concat());
        packet.extend([0, 90]);
        packet.extend((control + 24).to_be_bytes());
        packet.extend([0x02, 0xff]);
        let size = packet.len() as u16;
        packet[..2].copy_from_slice(&size.to_be_bytes());
        packet[2..4].copy_from_slice(&control.to_be_bytes());
        packet
    }

    #[test]
    fn a_packet_becomes_a_picture_with_a_length() {
        let mut decoder = VobSub::default();
        decoder.read_index("# made by hand\nsize: 192x108\npalette: 000000, ff0000, 00ff00, 0000ff\n");
        let Said::Shown(picture, Some(lasts)) = decoder.take(&packet()) else { panic!("nothing is shown") };
        assert_eq!((picture.canvas(), picture.corner(), picture.size()), ((192, 108), (8, 4), (3, 2)));
        assert_eq!(lasts, TICK * 90);
        let pixels: Vec<&[u8]> = picture.rgba().chunks(4).collect();
        assert_eq!(pixels[..3], [[255, 0, 0, 255]; 3]);
        assert_eq!(pixels[3..], [[0, 255, 0, 136], [0, 255, 0, 136], [0, 0, 255, 255]]);
    }

    #[test]
    fn what_is_cut_off_or_wrong_does_no_harm() {
        let whole = packet();
        let decoder = VobSub::default();
        for cut in 0..whole.len() {
            let _ = decoder.take(&whole[..cut]);
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = decoder.take(&changed);
            }
        }
    }
}
