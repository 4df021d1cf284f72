//! Preview pictures of a film, to be shown over a player's seek bar: one sheet a film, bounded in
//! pictures, size and work, whatever the film.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tributary_core::directory::MediaFacts;
use tributary_core::previews::Layout;

use super::facts::MediaError;
use super::frames::{self, Frames};

/// Widest and highest picture, in pixels.
const MOST: (u32, u32) = (224, 126);
/// Most pictures of a film.
const MAX_PICTURES: u64 = 100;
/// Pictures beside each other.
const COLUMNS: u32 = 10;
/// Least time between two pictures: films have fewer frames that can be decoded by themselves.
const LEAST_INTERVAL_MS: u64 = 1_000;
/// Pictures that may be missing before the film is given up.
const MAX_MISSING: u32 = 3;
/// Bytes of a pixel.
const PIXEL: usize = 3;

/// Makes the sheet of the film at `path`. Takes a frame's decoding for each picture; none when told to
/// stop.
///
/// # Errors
/// [`MediaError`] where it has no pictures, or they can't be decoded.
pub(crate) fn make(
    path: &Path,
    facts: &MediaFacts,
    stop: &AtomicBool,
) -> Result<Option<Vec<u8>>, MediaError> {
    frames::step_back();
    let layout = layout(facts.duration_ms).ok_or(MediaError::Unknown("it has no length"))?;
    let (width, height) = frames::fit(facts.width, facts.height, MOST);
    let film = Frames::open(path, (width, height), "RGB")?;
    let mut sheet = Sheet::new(layout, width, height);
    let mut missing = 0;
    for number in 0..layout.pictures {
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        // The middle of what it stands for.
        let at = u64::from(layout.interval_ms) * u64::from(number) + u64::from(layout.interval_ms) / 2;
        let sample = film.at(gstreamer::ClockTime::from_mseconds(at.min(facts.duration_ms)));
        if sample.and_then(|sample| sheet.put(number, &sample)).is_none() {
            missing += 1;
            if missing > MAX_MISSING {
                return Err(MediaError::Unknown("too many of its pictures can't be decoded in time"));
            }
            sheet.repeat(number);
        }
    }
    drop(film);
    let jpeg = frames::jpeg(&sheet.sample()?)?;
    layout.write(&jpeg).map(Some).ok_or(MediaError::Unknown("the JPEG is none"))
}

fn layout(duration_ms: u64) -> Option<Layout> {
    let interval = duration_ms.div_ceil(MAX_PICTURES).max(LEAST_INTERVAL_MS);
    let pictures = u32::try_from(duration_ms.div_ceil(interval)).ok()?;
    Layout::new(COLUMNS.min(pictures.max(1)), pictures, u32::try_from(interval).ok()?)
}

/// The pictures beside and below each other.
struct Sheet {
    layout: Layout,
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Sheet {
    fn new(layout: Layout, width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        let bytes = width * PIXEL * layout.columns as usize * height * layout.rows() as usize;
        Self { layout, width, height, pixels: vec![0; bytes] }
    }

    /// Where a row of a picture begins.
    fn start(&self, number: u32, row: usize) -> usize {
        let columns = self.layout.columns as usize;
        let (column, line) = (number as usize % columns, number as usize / columns);
        ((line * self.height + row) * columns + column) * self.width * PIXEL
    }

    fn put(&mut self, number: u32, sample: &gstreamer::Sample) -> Option<()> {
        let bytes = self.width * PIXEL;
        frames::rows(sample, bytes, |row, pixels| {
            let start = self.start(number, row);
            if row < self.height
                && let Some(place) = self.pixels.get_mut(start..start + bytes)
            {
                place.copy_from_slice(pixels);
            }
        })
    }

    /// The picture before stands for one that is missing.
    fn repeat(&mut self, number: u32) {
        let Some(before) = number.checked_sub(1) else { return };
        let bytes = self.width * PIXEL;
        for row in 0..self.height {
            let (from, to) = (self.start(before, row), self.start(number, row));
            self.pixels.copy_within(from..from + bytes, to);
        }
    }

    fn sample(self) -> Result<gstreamer::Sample, MediaError> {
        let unknown = |_| MediaError::Unknown("the sheet can't be described");
        let width = (self.width * self.layout.columns as usize) as u32;
        let height = (self.height * self.layout.rows() as usize) as u32;
        // GStreamer's rows begin at multiples of four bytes.
        let row_bytes = width as usize * PIXEL;
        let stride = row_bytes.next_multiple_of(4);
        let mut padded = self.pixels;
        if stride != row_bytes {
            padded = padded
                .chunks(row_bytes)
                .flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(0, stride - row_bytes)))
                .collect();
        }
        let info = gstreamer_video::VideoInfo::builder(gstreamer_video::VideoFormat::Rgb, width, height)
            .fps(gstreamer::Fraction::new(0, 1))
            .build()
            .map_err(unknown)?;
        let caps = info.to_caps().map_err(unknown)?;
        let buffer = gstreamer::Buffer::from_mut_slice(padded);
        Ok(gstreamer::Sample::builder().buffer(&buffer).caps(&caps).build())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_bounded_whatever_the_film() {
        assert_eq!(layout(0), None);
        assert_eq!(layout(1), Layout::new(1, 1, 1_000));
        assert_eq!(layout(4_100), Layout::new(5, 5, 1_000));
        assert_eq!(layout(2 * 3_600_000), Layout::new(10, 100, 72_000));
        assert_eq!(layout(u64::MAX), None);
    }
}
