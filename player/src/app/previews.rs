//! Preview pictures of the film that plays: fetched from its servers once the film itself is well
//! ahead, decoded within limits, kept while it plays.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use egui::{ColorImage, Rect, TextureHandle, TextureOptions, pos2};
use fetch_engine::{Engine, Stream};
use tributary_core::previews::Layout;

use super::inbox::{Message, Sender};
use crate::view::Preview;

/// Largest sheet that is decoded, in pixels each way.
const DECODED_SIDE: u32 = 4096;
/// Most bytes that decoding may take.
const DECODED_BYTES: u64 = 96 << 20;
/// Bytes of film that are fetched before anybody is asked for pictures of it.
const AHEAD_BYTES: u64 = 4 << 20;
/// Pauses before each time that servers are asked: they may still be making the pictures.
const PAUSES: [Duration; 4] =
    [Duration::ZERO, Duration::from_secs(10), Duration::from_secs(30), Duration::from_secs(120)];
/// Longest time that the film goes first.
const FILM_FIRST: Duration = Duration::from_secs(20);
/// Between two looks whether the film is still played.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A sheet as it came: its pixels, and how the pictures lie on it.
pub struct Sheet {
    image: ColorImage,
    layout: Layout,
}

/// The pictures of the film that plays, as far as they are here.
#[derive(Default)]
pub(super) struct Previews {
    shown: Option<(TextureHandle, Layout)>,
}

impl Previews {
    /// Takes a sheet that came.
    pub(super) fn put(&mut self, ctx: &egui::Context, sheet: Sheet) {
        let texture = ctx.load_texture("previews", sheet.image, TextureOptions::LINEAR);
        self.shown = Some((texture, sheet.layout));
    }

    /// Forgets the pictures: another film begins.
    pub(super) fn clear(&mut self) {
        self.shown = None;
    }

    /// The picture for a time of the film.
    pub(super) fn get(&self, time: Duration) -> Option<Preview> {
        let (texture, layout) = self.shown.as_ref()?;
        let [width, height] = texture.size().map(|side| side as f32);
        let (column, row) = layout.place(time);
        let size = (width / layout.columns as f32, height / layout.rows() as f32);
        // Half a pixel off each edge, or the neighbour's would shine through.
        let at = |x: f32, y: f32| pos2(x / width, y / height);
        let (left, top) = (column as f32 * size.0, row as f32 * size.1);
        let part = Rect::from_min_max(at(left + 0.5, top + 0.5), at(left + size.0 - 0.5, top + size.1 - 0.5));
        Some(Preview { texture: texture.id(), part, aspect: size.0 / size.1 })
    }
}

/// Fetches the pictures of `stream` on a thread of its own, until `over`.
pub(super) fn fetch(number: u64, engine: &Engine, stream: &Stream, sender: Sender, over: &Arc<AtomicBool>) {
    let (engine, stream, over) = (engine.clone(), stream.clone(), Arc::clone(over));
    let work = move || {
        let rest = |until: Instant, enough: &dyn Fn() -> bool| {
            while Instant::now() < until && !enough() && !over.load(Ordering::Relaxed) {
                thread::sleep(LOOK_EVERY);
            }
        };
        rest(Instant::now() + FILM_FIRST, &|| {
            let seen = stream.snapshot();
            seen.cache.ahead_bytes >= AHEAD_BYTES || seen.verified_blocks >= seen.blocks
        });
        for pause in PAUSES {
            rest(Instant::now() + pause, &|| false);
            if over.load(Ordering::Relaxed) {
                return;
            }
            let Some(bytes) = engine.previews(&stream) else { continue };
            match decode(&bytes) {
                Ok(sheet) => sender.send(Message::Previews { number, sheet: Box::new(sheet) }),
                Err(why) => tracing::warn!("the previews can't be shown: {why}"),
            }
            return;
        }
    };
    if let Err(why) = thread::Builder::new().name("previews".into()).spawn(work) {
        tracing::warn!("no thread for previews: {why}");
    }
}

/// Decodes a sheet from another machine within limits.
fn decode(bytes: &[u8]) -> Result<Sheet, String> {
    let layout = Layout::read(bytes).ok_or("they don't say how they lie")?;
    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Jpeg);
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(DECODED_SIDE);
    limits.max_image_height = Some(DECODED_SIDE);
    limits.max_alloc = Some(DECODED_BYTES);
    reader.limits(limits);
    let picture = reader.decode().map_err(|why| why.to_string())?.to_rgb8();
    if picture.width() < layout.columns * 2 || picture.height() < layout.rows() * 2 {
        return Err("they are too small".to_owned());
    }
    let size = [picture.width() as usize, picture.height() as usize];
    Ok(Sheet { image: ColorImage::from_rgb(size, picture.as_raw()), layout })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let image = image::RgbImage::from_pixel(width, height, image::Rgb([9, 8, 7]));
        image.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Jpeg).expect("encodes");
        bytes
    }

    fn sheet(width: u32, height: u32) -> Vec<u8> {
        let layout = Layout::new(4, 7, 1_000).expect("within bounds");
        layout.write(&jpeg(width, height)).expect("a JPEG")
    }

    #[test]
    fn each_time_has_its_part_of_the_sheet() {
        let mut previews = Previews::default();
        assert!(previews.get(Duration::ZERO).is_none());
        previews.put(&egui::Context::default(), decode(&sheet(400, 120)).expect("a sheet"));
        let part = previews.get(Duration::from_secs(5)).expect("a picture");
        assert!((part.aspect - 100.0 / 60.0).abs() < 1e-5);
        assert!((part.part.min.x - 100.5 / 400.0).abs() < 1e-5, "{part:?}");
        assert!((part.part.max.y - 119.5 / 120.0).abs() < 1e-5, "{part:?}");
        previews.clear();
        assert!(previews.get(Duration::ZERO).is_none());
    }

    #[test]
    fn a_sheet_that_makes_no_sense_is_refused() {
        assert!(decode(&jpeg(400, 120)).is_err());
        assert!(decode(&sheet(DECODED_SIDE + 1, 8)).is_err());
        assert!(decode(&sheet(7, 3)).is_err());
        assert!(decode(b"").is_err());
        let whole = sheet(400, 120);
        assert!(decode(&whole[..80]).is_err());
    }
}
