//! The pixels of DVB's subtitles: runs of 2, 4 or 8 bits (ETSI EN 300 743, 7.2.5.2).

use super::bytes::{Bits, Bytes};

/// What a field of an object says, pixel run by pixel run.
pub(super) struct Field<'a> {
    data: &'a [u8],
}

/// How many bits a pixel of the region has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Depth {
    #[default]
    Two,
    Four,
    Eight,
}

impl<'a> Field<'a> {
    pub(super) const fn new(data: &'a [u8]) -> Self {
        Self { data }
    }

    /// Tells each run: column, line of the field, length and number of the colour in a region of `depth` and
    /// `width`.
    pub(super) fn runs(self, depth: Depth, width: usize, mut run: impl FnMut(usize, usize, usize, u8)) {
        let mut data = Bytes(self.data);
        let (mut column, mut line) = (0_usize, 0);
        while let Some(kind) = data.byte() {
            let coded = match kind {
                0x10 => Depth::Two,
                0x11 => Depth::Four,
                0x12 => Depth::Eight,
                // Tables that map small numbers to large ones; the usual ones are taken always.
                0x20 => {
                    data.take(2);
                    continue;
                }
                0x21 => {
                    data.take(4);
                    continue;
                }
                0x22 => {
                    data.take(16);
                    continue;
                }
                0xf0 => {
                    (column, line) = (0, line + 1);
                    continue;
                }
                _ => return,
            };
            let mut bits = Bits::new(data.0);
            // ffmpeg ends a full line of eight bits with one byte instead of two.
            let is_over = |bits: &Bits<'_>, column| {
                coded == Depth::Eight && column >= width && bits.rest().starts_with(&[0, 0xf0])
            };
            while let Some((count, color)) =
                if is_over(&bits, column) { None } else { next(&mut bits, coded) }
            {
                run(column, line, count, mapped(color, coded, depth));
                column = column.saturating_add(count);
            }
            if is_over(&bits, column) {
                bits.next(8);
            }
            bits.align();
            data = Bytes(bits.rest());
        }
    }
}

/// The next run; none at the end of a string of them.
fn next(bits: &mut Bits<'_>, coded: Depth) -> Option<(usize, u8)> {
    let run = |count: u8, color: u8| Some((usize::from(count), color));
    match coded {
        Depth::Two => {
            let color = bits.next(2)?;
            if color != 0 {
                return run(1, color);
            }
            if bits.next(1)? == 1 {
                let count = bits.next(3)? + 3;
                return run(count, bits.next(2)?);
            }
            if bits.next(1)? == 1 {
                return run(1, 0);
            }
            match bits.next(2)? {
                1 => run(2, 0),
                2 => {
                    let count = bits.next(4)? + 12;
                    run(count, bits.next(2)?)
                }
                3 => {
                    let count = usize::from(bits.next(8)?) + 29;
                    Some((count, bits.next(2)?))
                }
                _ => None,
            }
        }
        Depth::Four => {
            let color = bits.next(4)?;
            if color != 0 {
                return run(1, color);
            }
            if bits.next(1)? == 0 {
                let count = bits.next(3)?;
                return if count == 0 { None } else { run(count + 2, 0) };
            }
            if bits.next(1)? == 0 {
                let count = bits.next(2)? + 4;
                return run(count, bits.next(4)?);
            }
            match bits.next(2)? {
                0 => run(1, 0),
                1 => run(2, 0),
                2 => {
                    let count = bits.next(4)? + 9;
                    run(count, bits.next(4)?)
                }
                _ => {
                    let count = usize::from(bits.next(8)?) + 25;
                    Some((count, bits.next(4)?))
                }
            }
        }
        Depth::Eight => {
            let color = bits.next(8)?;
            if color != 0 {
                return run(1, color);
            }
            let is_colored = bits.next(1)? == 1;
            let count = bits.next(7)?;
            match (is_colored, count) {
                (false, 0) => None,
                (false, count) => run(count, 0),
                (true, count) => run(count, bits.next(8)?),
            }
        }
    }
}

/// The number of a colour in a region of more or fewer colours than its pixels were written for.
fn mapped(color: u8, coded: Depth, region: Depth) -> u8 {
    match (coded, region) {
        (Depth::Two, Depth::Four) => [0, 7, 8, 15][usize::from(color & 3)],
        (Depth::Two, Depth::Eight) => [0, 0x77, 0x88, 0xff][usize::from(color & 3)],
        (Depth::Four, Depth::Eight) => (color & 15) * 17,
        _ => color,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(data: &[u8], depth: Depth) -> Vec<(usize, usize, usize, u8)> {
        let mut found = Vec::new();
        Field::new(data)
            .runs(depth, 8, |column, line, count, color| found.push((column, line, count, color)));
        found
    }

    #[test]
    fn runs_of_each_depth_are_read() {
        // 01, 00 1 010 11, 00 01, 00 00 01, end 00 00 00
        let two = [0x10, 0b0100_1010, 0b1100_0100, 0b0001_0000, 0b0000_0000, 0xf0, 0x10, 0b1000_0000, 0];
        assert_eq!(
            runs(&two, Depth::Two),
            [(0, 0, 1, 1), (1, 0, 5, 3), (6, 0, 1, 0), (7, 0, 2, 0), (0, 1, 1, 2)]
        );
        // 0101, 0000 1 0 01 0111, 0000 0 011, end 0000 0 000
        let four = [0x11, 0b0101_0000, 0b1001_0111, 0b0000_0011, 0b0000_0000];
        assert_eq!(runs(&four, Depth::Four), [(0, 0, 1, 5), (1, 0, 5, 7), (6, 0, 5, 0)]);
        assert_eq!(runs(&four, Depth::Eight)[0], (0, 0, 1, 0x55));
        let eight = [0x12, 9, 0, 4, 0, 0x83, 7, 0, 0];
        assert_eq!(runs(&eight, Depth::Eight), [(0, 0, 1, 9), (1, 0, 4, 0), (5, 0, 3, 7)]);
        let short = [0x12, 0, 0x88, 7, 0, 0xf0, 0x12, 1, 0, 0, 0xf0];
        assert_eq!(runs(&short, Depth::Eight), [(0, 0, 8, 7), (0, 1, 1, 1)]);
    }
}
