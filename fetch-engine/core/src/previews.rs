//! Preview pictures of a film, all on one JPEG: how they lie on it stands in the JPEG itself, in a
//! comment, so that the sheet means the same wherever it is kept.

use core::str::FromStr;
use core::time::Duration;

/// Most pictures on a sheet.
pub const MAX_PICTURES: u32 = 400;
/// Most pictures beside each other.
pub const MAX_COLUMNS: u32 = 32;
/// What the comment begins with.
const WORD: &str = "tributary-previews";
/// How a JPEG begins.
const START: [u8; 2] = [0xff, 0xd8];
/// Marks a comment.
const COMMENT: u8 = 0xfe;
/// Marks the picture's own data: no comment of ours follows it.
const SCAN: u8 = 0xda;

/// How the pictures lie on a sheet: row by row, each as large as the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Pictures beside each other.
    pub columns: u32,
    /// Pictures in all.
    pub pictures: u32,
    /// Milliseconds of film from one picture to the next; the first stands for the first of them.
    pub interval_ms: u32,
}

impl Layout {
    /// A layout within the bounds; none otherwise.
    #[must_use]
    pub fn new(columns: u32, pictures: u32, interval_ms: u32) -> Option<Self> {
        let fits = (1..=MAX_COLUMNS).contains(&columns) && (1..=MAX_PICTURES).contains(&pictures);
        (fits && interval_ms > 0).then_some(Self { columns, pictures, interval_ms })
    }

    /// Rows that the pictures take.
    #[must_use]
    pub const fn rows(self) -> u32 {
        self.pictures.div_ceil(self.columns)
    }

    /// Column and row of the picture for a time of the film.
    #[must_use]
    pub fn place(self, time: Duration) -> (u32, u32) {
        let number = time.as_millis() / u128::from(self.interval_ms);
        let number = u32::try_from(number).unwrap_or(u32::MAX).min(self.pictures - 1);
        (number % self.columns, number / self.columns)
    }

    /// The JPEG with this layout in it; none where `jpeg` is no JPEG.
    #[must_use]
    pub fn write(self, jpeg: &[u8]) -> Option<Vec<u8>> {
        let rest = jpeg.strip_prefix(&START)?;
        let Self { columns, pictures, interval_ms } = self;
        let words = format!("{WORD} columns={columns} pictures={pictures} interval_ms={interval_ms}");
        let length = u16::try_from(words.len() + 2).ok()?;
        let head = [START.as_slice(), &[0xff, COMMENT], &length.to_be_bytes(), words.as_bytes()];
        Some([head.concat().as_slice(), rest].concat())
    }

    /// The layout that a JPEG from another machine tells; none where it tells none that makes sense.
    #[must_use]
    pub fn read(jpeg: &[u8]) -> Option<Self> {
        let mut rest = jpeg.strip_prefix(&START)?;
        loop {
            let [0xff, kind, high, low, after @ ..] = rest else { return None };
            let length = usize::from(u16::from_be_bytes([*high, *low])).checked_sub(2)?;
            let content = after.get(..length)?;
            match *kind {
                COMMENT => {
                    if let Some(layout) = core::str::from_utf8(content).ok().and_then(Self::parse) {
                        return Some(layout);
                    }
                }
                SCAN => return None,
                _ => {}
            }
            rest = after.get(length..)?;
        }
    }

    fn parse(words: &str) -> Option<Self> {
        let mut words = words.split(' ');
        if words.next() != Some(WORD) {
            return None;
        }
        let mut value = |name: &str| u32::from_str(words.next()?.strip_prefix(name)?).ok();
        Self::new(value("columns=")?, value("pictures=")?, value("interval_ms=")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JPEG: [u8; 12] = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xda, 0, 2];

    #[test]
    fn a_layout_is_read_from_where_it_was_written() {
        let layout = Layout::new(10, 87, 6_880).unwrap();
        let written = layout.write(&JPEG).unwrap();
        assert_eq!(Layout::read(&written), Some(layout));
        assert!(written.starts_with(&START) && written.ends_with(&JPEG[2..]));
        assert_eq!(Layout::read(&JPEG), None);
        assert_eq!(layout.write(b"no JPEG"), None);
    }

    #[test]
    fn nonsense_gives_no_layout() {
        for words in [
            "",
            "tributary-previews",
            "tributary-previews columns=0 pictures=1 interval_ms=1",
            "tributary-previews columns=1 pictures=401 interval_ms=1",
            "tributary-previews columns=1 pictures=1 interval_ms=0",
            "tributary-previews columns=1 pictures=-1 interval_ms=9",
            "other columns=1 pictures=1 interval_ms=1",
        ] {
            assert_eq!(Layout::parse(words), None, "{words}");
        }
        let written = Layout::new(1, 1, 1).unwrap().write(&JPEG).unwrap();
        for cut in 0..written.len() - JPEG.len() {
            assert_eq!(Layout::read(&written[..cut]), None);
        }
        assert_eq!(Layout::read(&[0xff, 0xd8, 0xff, 0xfe, 0, 1, 0, 0]), None);
    }

    #[test]
    fn every_time_has_a_picture() {
        let layout = Layout::new(10, 25, 2_000).unwrap();
        assert_eq!(layout.rows(), 3);
        let at = |ms| layout.place(Duration::from_millis(ms));
        assert_eq!((at(0), at(1_999), at(2_000), at(21_000)), ((0, 0), (0, 0), (1, 0), (0, 1)));
        assert_eq!(at(u64::MAX), (4, 2));
    }
}
