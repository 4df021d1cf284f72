//! A film's poster: the picture beside it or in it, or else a frame from its first part that shows something,
//! as a JPEG of at most 480 pixels' width.

use std::io::Read;
use std::path::Path;

use tributary_core::directory::MediaFacts;

use super::facts::{self, MediaError};
use super::frames::{self, Frames};
use crate::content::root::Root;

/// Widest and highest poster, in pixels.
const MOST: (u32, u32) = (480, 720);
/// Places of the film that are tried, in hundredths of its length.
const PLACES: [u64; 4] = [20, 35, 50, 8];
/// Mean brightness from which on a frame shows something, of 255.
const BRIGHT_ENOUGH: u64 = 24;

/// Makes the poster of the film at `path` and writes it to `to`. Takes some seconds.
///
/// # Errors
/// [`MediaError`] where no frame can be had.
pub(super) fn make(path: &Path, facts: &MediaFacts, to: &Path) -> Result<(), MediaError> {
    let size = frames::fit(facts.width, facts.height, MOST);
    let film = Frames::open(path, size, "I420")?;
    let mut best: Option<(u64, gstreamer::Sample)> = None;
    for place in PLACES {
        let at = gstreamer::ClockTime::from_mseconds(facts.duration_ms * place / 100);
        let Some(sample) = film.at(at) else { continue };
        let brightness = brightness(&sample, size).unwrap_or(0);
        if best.as_ref().is_none_or(|(other, _)| brightness > *other) {
            best = Some((brightness, sample));
        }
        if brightness >= BRIGHT_ENOUGH {
            break;
        }
    }
    let (_, sample) = best.ok_or(MediaError::Unknown("no frame of it could be decoded in time"))?;
    std::fs::write(to, frames::jpeg(&sample)?).map_err(|_| MediaError::Unknown("the poster can't be written"))
}

/// A picture's bytes, from a file below `root`.
///
/// # Errors
/// [`MediaError`] where it can't be read, or is too large.
pub(super) fn read(root: &Root, path: &Path) -> Result<Vec<u8>, MediaError> {
    let unreadable = |_| MediaError::Unknown("it can't be read");
    let (file, _) = root.open_file(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(facts::MAX_PICTURE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > facts::MAX_PICTURE_BYTES {
        return Err(MediaError::Unknown("it is too large for a poster"));
    }
    Ok(bytes)
}

/// Makes the poster of a picture and writes it to `to`.
///
/// # Errors
/// [`MediaError`] where it can't be decoded.
pub(super) fn of_picture(bytes: &[u8], to: &Path) -> Result<(), MediaError> {
    let unwritable = |_| MediaError::Unknown("the poster can't be written");
    // The decoder reads a copy, since the picture itself may change meanwhile, and wants its whole path.
    let copy = std::path::absolute(to.with_extension("picture")).map_err(unwritable)?;
    std::fs::write(&copy, bytes).map_err(unwritable)?;
    let made = facts::picture_size(&copy).and_then(|(width, height)| {
        let picture = Frames::open(&copy, frames::fit(width, height, MOST), "I420")?;
        frames::jpeg(&picture.first().ok_or(MediaError::Unknown("it can't be decoded in time"))?)
    });
    // A copy that stays does no harm: the next one takes its place.
    let _ = std::fs::remove_file(&copy);
    std::fs::write(to, made?).map_err(unwritable)
}

/// Mean brightness of a frame, of 255.
fn brightness(sample: &gstreamer::Sample, (width, height): (u32, u32)) -> Option<u64> {
    let mut sum = 0;
    frames::rows(sample, width as usize, |_, row| {
        sum += row.iter().map(|luma| u64::from(*luma)).sum::<u64>();
    })?;
    sum.checked_div(u64::from(width) * u64::from(height))
}
