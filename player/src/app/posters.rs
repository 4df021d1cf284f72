//! Posters: fetched when they come into sight, decoded within limits, the newest used ones kept.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use egui::{ColorImage, TextureHandle, TextureOptions};
use fetch_engine::{DirectorError, Engine, StreamId};
use image::RgbImage;

use super::inbox::{Message, Sender};
use super::poster_folder::PosterFolder;
use crate::view::Poster;

/// Most posters kept as textures.
const KEPT_POSTERS: usize = 200;
/// Most posters that wait to be fetched; others are asked for again when they are seen again.
const WAITING_POSTERS: usize = 32;
/// Threads that fetch posters.
const FETCHERS: usize = 2;
/// Largest picture that is decoded, in pixels each way.
const DECODED_SIDE: u32 = 4096;
/// Most bytes that decoding may take.
const DECODED_BYTES: u64 = 96 << 20;
/// Largest picture kept, in pixels each way: twice the largest poster shown.
const KEPT_SIDE: u32 = 540;

/// How long a poster that could not be had is not asked for again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(30);

enum Kept {
    Here {
        texture: TextureHandle,
        aspect: f32,
        brightness: f32,
    },
    Coming,
    /// It can't be had, or not before that time.
    None(Option<Instant>),
}

/// What came of asking for a poster.
pub enum Came {
    /// The picture.
    Picture(ColorImage),
    /// Nobody has one.
    None,
    /// It could not be had now.
    NotNow,
}

struct Wanted {
    director: String,
    stream: StreamId,
}

/// All posters.
pub(super) struct Posters {
    kept: HashMap<StreamId, (Kept, u64)>,
    uses: u64,
    wanted: SyncSender<Wanted>,
}

impl Posters {
    /// Starts the threads that fetch.
    pub(super) fn new(engine: Engine, sender: Sender, folder: Option<PathBuf>) -> std::io::Result<Self> {
        let (wanted, queue) = sync_channel::<Wanted>(WAITING_POSTERS);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..FETCHERS {
            let (engine, sender, queue) = (engine.clone(), sender.clone(), queue.clone());
            let mut folder = folder.clone().map(PosterFolder::new);
            let work = move || fetch(&engine, &sender, &queue, folder.as_mut());
            thread::Builder::new().name("posters".into()).spawn(work)?;
        }
        Ok(Self { kept: HashMap::new(), uses: 0, wanted })
    }

    /// The poster of a stream, as far as it is here.
    pub(super) fn get(&self, stream: StreamId) -> Poster {
        match self.kept.get(&stream) {
            Some((Kept::Here { texture, aspect, .. }, _)) => Poster::Here(texture.id(), *aspect),
            Some((Kept::Coming, _)) => Poster::Coming,
            Some((Kept::None(Some(again)), _)) if Instant::now() >= *again => Poster::Unknown,
            Some((Kept::None(_), _)) => Poster::None,
            None => Poster::Unknown,
        }
    }

    /// How bright the poster of a stream is on the whole, 0 to 1.
    pub(super) fn brightness(&self, stream: StreamId) -> Option<f32> {
        match self.kept.get(&stream) {
            Some((Kept::Here { brightness, .. }, _)) => Some(*brightness),
            _ => None,
        }
    }

    /// Asks for the poster of a stream at a director.
    pub(super) fn want(&mut self, director: String, stream: StreamId) {
        if self.get(stream) == Poster::Unknown && self.wanted.try_send(Wanted { director, stream }).is_ok() {
            self.insert(stream, Kept::Coming);
        }
    }

    /// Takes a poster that came, or that there is none.
    pub(super) fn put(&mut self, ctx: &egui::Context, stream: StreamId, came: Came) {
        let kept = match came {
            Came::Picture(image) => {
                let aspect = image.width() as f32 / image.height().max(1) as f32;
                let mipmap_mode = Some(egui::TextureFilter::Linear);
                let options = TextureOptions { mipmap_mode, ..TextureOptions::LINEAR };
                let brightness = brightness(&image);
                Kept::Here { texture: ctx.load_texture("poster", image, options), aspect, brightness }
            }
            Came::None => Kept::None(None),
            Came::NotNow => Kept::None(Some(Instant::now() + TRY_AGAIN_AFTER)),
        };
        self.insert(stream, kept);
    }

    fn insert(&mut self, stream: StreamId, kept: Kept) {
        self.uses += 1;
        self.kept.insert(stream, (kept, self.uses));
        while self.kept.len() > KEPT_POSTERS {
            let oldest = self.kept.iter().min_by_key(|(_, (_, used))| *used).map(|(stream, _)| *stream);
            let Some(oldest) = oldest else { break };
            self.kept.remove(&oldest);
        }
    }
}

fn fetch(
    engine: &Engine,
    sender: &Sender,
    queue: &Mutex<Receiver<Wanted>>,
    mut folder: Option<&mut PosterFolder>,
) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Wanted { director, stream }) = next else { return };
        let kept = folder.as_ref().and_then(|folder| folder.get(stream));
        let came = match kept {
            Some(picture) => Came::Picture(colors(&picture)),
            None => ask(engine, &director, stream, folder.as_deref_mut()),
        };
        sender.send(Message::Poster { stream, came });
    }
}

fn ask(engine: &Engine, director: &str, stream: StreamId, folder: Option<&mut PosterFolder>) -> Came {
    let bytes = match engine.director(&super::target::director_url(director)).poster(stream) {
        Ok(bytes) => bytes,
        Err(DirectorError::NotFound { .. }) => return Came::None,
        Err(why) => {
            tracing::debug!("the poster of {stream}: {why}");
            return Came::NotNow;
        }
    };
    match decode(&bytes) {
        Ok(picture) => {
            if let Some(folder) = folder {
                folder.put(stream, &picture);
            }
            Came::Picture(colors(&picture))
        }
        Err(why) => {
            tracing::warn!("the poster of {stream} can't be shown: {why}");
            Came::None
        }
    }
}

/// The limits within which pictures from elsewhere are decoded.
pub(super) fn limits() -> image::Limits {
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(DECODED_SIDE);
    limits.max_image_height = Some(DECODED_SIDE);
    limits.max_alloc = Some(DECODED_BYTES);
    limits
}

/// Decodes a picture from another machine, within limits, and makes it as small as it is shown.
fn decode(bytes: &[u8]) -> Result<RgbImage, image::ImageError> {
    let mut reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    reader.limits(limits());
    let mut picture = reader.decode()?;
    if picture.width() > KEPT_SIDE || picture.height() > KEPT_SIDE {
        picture = picture.thumbnail(KEPT_SIDE, KEPT_SIDE);
    }
    Ok(picture.to_rgb8())
}

/// Mean brightness of a picture, 0 to 1.
fn brightness(image: &ColorImage) -> f32 {
    let sum: u64 = image.pixels.iter().map(|pixel| u64::from(pixel.g()) * 2 + u64::from(pixel.r())).sum();
    sum as f32 / (image.pixels.len().max(1) as f32 * 3.0 * 255.0)
}

fn colors(picture: &RgbImage) -> ColorImage {
    let size = [picture.width() as usize, picture.height() as usize];
    ColorImage::from_rgb(size, picture.as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let image = image::RgbaImage::from_pixel(width, height, image::Rgba([9, 8, 7, 255]));
        image.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).expect("encodes");
        bytes
    }

    #[test]
    fn a_poster_is_decoded_and_made_small() {
        let image = decode(&png(600, 900)).expect("a picture");
        assert_eq!(image.dimensions(), (360, 540));
        assert_eq!(colors(&image).size, [360, 540]);
        assert!((brightness(&colors(&image)) - 25.0 / 765.0).abs() < 0.01);
        assert_eq!(decode(&png(20, 30)).expect("a picture").dimensions(), (20, 30));
    }

    #[test]
    fn a_picture_too_large_or_none_is_refused() {
        assert!(decode(&png(DECODED_SIDE + 1, 1)).is_err());
        assert!(decode(b"not a picture").is_err());
        assert!(decode(&[]).is_err());
    }
}
