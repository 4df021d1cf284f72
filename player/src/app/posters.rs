//! Posters, fetched when they come into sight and decoded within limits, and stills of where films were left, from
//! disk. The newest used ones are kept.

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

/// Largest still kept, in pixels each way: twice the largest card of a title that was begun.
pub(super) const STILL_SIDE: u32 = 640;
/// A still darker than this, 0 to 1, shows nothing.
const DARK: f32 = 0.04;

/// Which picture of a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    /// The poster that its servers have.
    Poster,
    /// The film's picture where one left off.
    Still,
}

/// Folders in which pictures are kept between runs; none where there is no cache folder.
#[derive(Clone, Debug, Default)]
pub(super) struct Folders {
    /// Of posters.
    pub(super) posters: Option<PathBuf>,
    /// Of stills.
    pub(super) stills: Option<PathBuf>,
}

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
    of: Of,
    /// Who is asked for a poster.
    director: String,
    stream: StreamId,
}

/// All posters.
pub(super) struct Posters {
    kept: HashMap<(Of, StreamId), (Kept, u64)>,
    uses: u64,
    wanted: SyncSender<Wanted>,
    stills: Option<PathBuf>,
}

impl Posters {
    /// Starts the threads that fetch.
    pub(super) fn new(engine: Engine, sender: Sender, folders: Folders) -> std::io::Result<Self> {
        let (wanted, queue) = sync_channel::<Wanted>(WAITING_POSTERS);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..FETCHERS {
            let (engine, sender, queue) = (engine.clone(), sender.clone(), queue.clone());
            let mut posters = folders.posters.clone().map(PosterFolder::new);
            let stills = folders.stills.clone().map(PosterFolder::lasting);
            let work = move || fetch(&engine, &sender, &queue, posters.as_mut(), stills.as_ref());
            thread::Builder::new().name("posters".into()).spawn(work)?;
        }
        Ok(Self { kept: HashMap::new(), uses: 0, wanted, stills: folders.stills })
    }

    /// A picture of a stream, as far as it is here.
    pub(super) fn get(&self, of: Of, stream: StreamId) -> Poster {
        match self.kept.get(&(of, stream)) {
            Some((Kept::Here { texture, aspect, .. }, _)) => Poster::Here(texture.id(), *aspect),
            Some((Kept::Coming, _)) => Poster::Coming,
            Some((Kept::None(Some(again)), _)) if Instant::now() >= *again => Poster::Unknown,
            Some((Kept::None(_), _)) => Poster::None,
            None => Poster::Unknown,
        }
    }

    /// How bright a picture of a stream is on the whole, 0 to 1.
    pub(super) fn brightness(&self, of: Of, stream: StreamId) -> Option<f32> {
        match self.kept.get(&(of, stream)) {
            Some((Kept::Here { brightness, .. }, _)) => Some(*brightness),
            _ => None,
        }
    }

    /// Asks for a picture of a stream; for its poster at a director.
    pub(super) fn want(&mut self, of: Of, director: String, stream: StreamId) {
        if self.get(of, stream) != Poster::Unknown {
            return;
        }
        if self.wanted.try_send(Wanted { of, director, stream }).is_ok() {
            self.insert((of, stream), Kept::Coming);
        }
    }

    /// What keeps a still of a stream, once it is taken; nothing where none is to be kept. It may be called from any
    /// thread.
    pub(super) fn keeper(&self, stream: StreamId, sender: Sender) -> Option<impl FnOnce(&RgbImage) + use<>> {
        let mut folder = PosterFolder::lasting(self.stills.clone()?);
        Some(move |picture: &RgbImage| {
            let colors = colors(picture);
            if brightness(&colors) >= DARK {
                folder.put(stream, picture);
                sender.send(Message::Poster { of: Of::Still, stream, came: Came::Picture(colors) });
            }
        })
    }

    /// Forgets the still of a stream, on disk too.
    pub(super) fn drop_still(&mut self, stream: StreamId) {
        self.kept.remove(&(Of::Still, stream));
        if let Some(folder) = self.stills.clone().map(PosterFolder::lasting) {
            folder.remove(stream);
        }
    }

    /// Takes a picture that came, or that there is none.
    pub(super) fn put(&mut self, ctx: &egui::Context, of: Of, stream: StreamId, came: Came) {
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
        self.insert((of, stream), kept);
    }

    fn insert(&mut self, picture: (Of, StreamId), kept: Kept) {
        self.uses += 1;
        self.kept.insert(picture, (kept, self.uses));
        while self.kept.len() > KEPT_POSTERS {
            let oldest = self.kept.iter().min_by_key(|(_, (_, used))| *used).map(|(picture, _)| *picture);
            let Some(oldest) = oldest else { break };
            self.kept.remove(&oldest);
        }
    }
}

fn fetch(
    engine: &Engine,
    sender: &Sender,
    queue: &Mutex<Receiver<Wanted>>,
    mut posters: Option<&mut PosterFolder>,
    stills: Option<&PosterFolder>,
) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Wanted { of, director, stream }) = next else { return };
        let folder = match of {
            Of::Poster => posters.as_deref(),
            Of::Still => stills,
        };
        let came = match (folder.and_then(|folder| folder.get(stream)), of) {
            (Some(picture), _) => Came::Picture(colors(&picture)),
            (None, Of::Poster) => ask(engine, &director, stream, posters.as_deref_mut()),
            (None, Of::Still) => Came::None,
        };
        sender.send(Message::Poster { of, stream, came });
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
