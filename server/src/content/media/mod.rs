//! What a film is: length, picture, tracks, poster, previews, found out by GStreamer, one film at a time.

#[cfg(feature = "media")]
mod chapters;
#[cfg(feature = "media")]
mod facts;
#[cfg(feature = "media")]
mod frames;
#[cfg(feature = "media")]
mod poster;
#[cfg(feature = "media")]
pub(crate) mod previews;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::SyncSender;

use tributary_core::geometry::StreamId;

use super::index::art::Art;
use super::index::remember::KnownMedia;
use super::library::Library;
use super::root::Root;

/// Looks at films. Without the feature `media`, or without a working GStreamer, it is not available.
#[derive(Debug)]
pub(crate) struct Media {
    #[cfg_attr(not(feature = "media"), expect(dead_code, reason = "posters need the feature"))]
    state: PathBuf,
    available: bool,
}

impl Media {
    /// Prepares the media library; posters go below `state`.
    pub(crate) fn start(state: &Path) -> Self {
        Self { state: state.to_owned(), available: start_library() }
    }

    /// Whether anything can be found out at all.
    pub(crate) const fn is_available(&self) -> bool {
        self.available
    }

    /// Starts to make previews of the library's films, and gives what wakes the thread that does so.
    ///
    /// # Errors
    /// When no thread can be started.
    #[cfg(feature = "media")]
    pub(crate) fn start_previews(
        &self,
        library: &Arc<Library>,
        stop: &Arc<AtomicBool>,
    ) -> std::io::Result<Option<SyncSender<()>>> {
        let start = || super::index::previews::start(Arc::clone(library), Arc::clone(stop));
        self.available.then(start).transpose()
    }

    /// No previews can be made without the feature.
    ///
    /// # Errors
    /// None.
    #[cfg(not(feature = "media"))]
    pub(crate) fn start_previews(
        &self,
        _library: &Arc<Library>,
        _stop: &Arc<AtomicBool>,
    ) -> std::io::Result<Option<SyncSender<()>>> {
        Ok(None)
    }

    /// Facts and poster of the film at `path` below `root`; empty for one that can't be decoded. The poster is
    /// `art`, the picture in the file, or a frame.
    #[cfg(feature = "media")]
    pub(crate) fn look_at(&self, root: &Root, path: &Path, stream: StreamId, art: Option<Art>) -> KnownMedia {
        let film = root.path().join(path);
        let (facts, cover) = match facts::discover(&film) {
            Ok(known) => known,
            Err(error) => {
                tracing::info!("nothing is known of {}: {error}", path.display());
                return KnownMedia { art, ..KnownMedia::default() };
            }
        };
        let to = super::index::remember::poster_path(&self.state, stream);
        let chosen = art.as_ref().map(|art| poster::read(root, &art.path));
        let mut pictures = chosen.into_iter().chain(cover.map(Ok));
        let poster = pictures.any(|picture| {
            let made = picture.and_then(|bytes| poster::of_picture(&bytes, &to));
            made.inspect_err(|error| tracing::info!("a picture of {}: {error}", path.display())).is_ok()
        });
        let poster = poster
            || (facts.width > 0
                && poster::make(&film, &facts, &to)
                    .inspect_err(|error| tracing::info!("{} has no poster: {error}", path.display()))
                    .is_ok());
        KnownMedia { facts, poster, art }
    }

    /// Nothing can be found out without the feature.
    #[cfg(not(feature = "media"))]
    pub(crate) fn look_at(
        &self,
        _root: &Root,
        _path: &Path,
        _stream: StreamId,
        art: Option<Art>,
    ) -> KnownMedia {
        KnownMedia { art, ..KnownMedia::default() }
    }
}

#[cfg(feature = "media")]
fn start_library() -> bool {
    gstreamer::init()
        .inspect_err(|error| tracing::warn!("GStreamer can't be used, so films have no facts: {error}"))
        .is_ok()
}

#[cfg(not(feature = "media"))]
const fn start_library() -> bool {
    false
}

#[cfg(feature = "media")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::index::remember::{Memory, poster_path};

    /// Runs a pipeline whose `filesink name=file` writes to `path`.
    fn write(pipeline: &str, path: &Path) {
        use gstreamer::prelude::*;
        let pipeline = gstreamer::parse::launch(pipeline).unwrap().downcast::<gstreamer::Pipeline>().unwrap();
        pipeline.by_name("file").unwrap().set_property("location", path.to_str().unwrap());
        let bus = pipeline.bus().unwrap();
        pipeline.set_state(gstreamer::State::Playing).unwrap();
        let end = bus.timed_pop_filtered(
            gstreamer::ClockTime::from_seconds(30),
            &[gstreamer::MessageType::Eos, gstreamer::MessageType::Error],
        );
        assert!(end.is_some_and(|message| message.type_() == gstreamer::MessageType::Eos));
        pipeline.set_state(gstreamer::State::Null).unwrap();
    }

    /// Two seconds of moving picture and sound.
    fn write_film(path: &Path) {
        write(
            "avimux name=mux ! filesink name=file \
             videotestsrc num-buffers=60 ! video/x-raw,width=640,height=360,framerate=30/1 ! jpegenc ! mux. \
             audiotestsrc num-buffers=100 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2,format=S16LE ! mux.",
            path,
        );
    }

    /// A picture as a PNG.
    fn write_picture(path: &Path, width: u32, height: u32) {
        let size = format!("width={width},height={height}");
        write(
            &format!("videotestsrc num-buffers=1 ! video/x-raw,{size} ! pngenc ! filesink name=file"),
            path,
        );
    }

    /// Width and height of a JPEG.
    fn image_size(jpeg: &[u8]) -> (u32, u32) {
        let start = jpeg.windows(2).position(|two| two[0] == 0xff && (0xc0..=0xc2).contains(&two[1]));
        let frame = &jpeg[start.expect("a frame") + 5..];
        let of = |at: usize| u32::from(u16::from_be_bytes([frame[at], frame[at + 1]]));
        (of(2), of(0))
    }

    #[test]
    fn a_film_has_facts_and_a_poster_and_junk_has_none() {
        let dir = tempfile::tempdir().unwrap();
        Memory::open(dir.path()).unwrap();
        let media = Media::start(dir.path());
        let film = dir.path().join("a film & more.avi");
        write_film(&film);
        let stream = StreamId([1; 32]);
        let root = Root::open(dir.path()).unwrap();
        let known = media.look_at(&root, Path::new("a film & more.avi"), stream, None);
        assert!((1_900..2_200).contains(&known.facts.duration_ms), "{known:?}");
        assert_eq!((known.facts.width, known.facts.height, known.facts.fps), (640, 360, 30.0));
        let kinds: Vec<&str> = known.facts.tracks.iter().map(|track| track.kind.as_str()).collect();
        assert_eq!(kinds, ["video", "audio"]);
        assert_eq!(known.facts.tracks[1].channels, 2);
        assert!(known.poster);
        let poster = std::fs::read(poster_path(dir.path(), stream)).unwrap();
        assert!(poster.starts_with(&[0xff, 0xd8, 0xff]), "a JPEG");

        assert_eq!(known.facts.chapters, []);

        // A picture beside it is its poster; what is no picture leaves it the frame.
        let beside = |name: &str| {
            let (_, facts) = root.open_file(Path::new(name)).unwrap();
            Art { path: name.into(), facts }
        };
        let look = |art: Art| {
            let known = media.look_at(&root, Path::new("a film & more.avi"), stream, Some(art));
            assert!(known.poster);
            image_size(&std::fs::read(poster_path(dir.path(), stream)).unwrap())
        };
        write_picture(&dir.path().join("a.png"), 1000, 1500);
        assert_eq!(look(beside("a.png")), (480, 720));
        std::fs::write(dir.path().join("b.jpg"), [7; 500]).unwrap();
        assert_eq!(look(beside("b.jpg")), (480, 270));

        let stop = AtomicBool::new(false);
        let sheet = previews::make(&film, &known.facts, &stop).unwrap().expect("nobody stops it");
        let layout = tributary_core::previews::Layout::read(&sheet).expect("its layout");
        let pictures = u32::try_from(known.facts.duration_ms.div_ceil(1_000)).unwrap();
        assert_eq!((layout.columns, layout.pictures, layout.interval_ms), (pictures, pictures, 1_000));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(previews::make(&film, &known.facts, &stop).unwrap().is_none());

        let junk = dir.path().join("junk.mp4");
        std::fs::write(&junk, [7; 5000]).unwrap();
        let unknown = media.look_at(&root, Path::new("junk.mp4"), StreamId([2; 32]), None);
        assert!(!unknown.poster && unknown.facts.tracks.is_empty());
    }
}
