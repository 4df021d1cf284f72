//! The handle by which the application plays titles.

use std::path::Path;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use gstreamer as gst;

use super::ass_lines;
use super::events::{MediaError, MediaEvent};
use super::feed::Feed;
use super::file_source::FileSource;
use super::frame::{FrameFormat, FrameSlot};
use super::load::{Hands, Settings};
use super::mailbox::{Command, Origin};
use super::pipeline::{Delays, Sound, Surroundings};
use super::screenshot;
use super::seek_queue::{Seek, SeekKind};
use super::shared::Shared;
use super::silence;
use super::source::MediaSource;
use super::warm;
use super::worker::Worker;

/// How long [`Player::quit`] waits for the pipeline to come down.
const QUIT_PATIENCE: Duration = Duration::from_secs(2);

/// Where sound goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AudioOutput {
    /// To the system's device; nowhere if there is none.
    #[default]
    Auto,
    /// Nowhere, at the right pace.
    None,
}

/// When pictures come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// At their time; what is late is dropped.
    #[default]
    Real,
    /// As fast as they can be decoded, and all of them: to look through a file.
    Fast,
}

/// When the two halves of interlaced pictures are made pictures of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deinterlace {
    /// Where the film says that it is interlaced.
    #[default]
    Auto,
    /// Always: some films don't say it.
    Always,
    /// Never.
    Never,
}

/// What a player is made with.
#[derive(Clone, Copy, Debug)]
pub struct PlayerOptions {
    /// When pictures come.
    pub pace: Pace,
    /// Where sound goes.
    pub audio: AudioOutput,
    /// Which frames the drawing side wants.
    pub frames: FrameFormat,
}

/// What to play.
#[derive(Clone)]
pub enum Input {
    /// Bytes from the fetch engine, or from anything like it.
    Source(Arc<dyn MediaSource>),
    /// A local file (`file:///…`) or a plain web address.
    Uri(String),
}

/// How to begin.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoadOptions {
    /// Told with each event of this load, so that those of another are known from it.
    pub number: u64,
    /// Where to begin; at the start if none.
    pub start: Option<Duration>,
    /// Show the first picture and wait.
    pub paused: bool,
}

struct Inner {
    shared: Arc<Shared>,
    slot: Arc<FrameSlot>,
    /// Closes when the worker is done.
    done: Mutex<mpsc::Receiver<()>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.replace_feed(None);
        self.shared.mailbox.push(Command::Quit);
    }
}

/// Plays one title at a time. Cheap to clone; nothing here waits for the pipeline but
/// [`quit`](Self::quit), and that not for long.
#[derive(Clone)]
pub struct Player(Arc<Inner>);

impl Player {
    /// Starts a player. `on_event` is called from the player's worker thread, with the
    /// [number](LoadOptions::number) of the load that it is about; `on_frame` from a streaming thread whenever a new picture waits in [`frames`](Self::frames); neither may
    /// block.
    pub fn new(
        options: PlayerOptions,
        on_event: Arc<dyn Fn(u64, MediaEvent) + Send + Sync>,
        on_frame: Arc<dyn Fn() + Send + Sync>,
    ) -> Result<Self, MediaError> {
        gst::init().map_err(|error| MediaError::Start(error.to_string()))?;
        for (element, install) in [
            ("playbin3", "gstreamer1.0-plugins-base"),
            ("appsrc", "gstreamer1.0-plugins-base"),
            ("appsink", "gstreamer1.0-plugins-base"),
        ] {
            if gst::ElementFactory::find(element).is_none() {
                return Err(MediaError::MissingElement { element, install });
            }
        }
        for register in [silence::register, ass_lines::register] {
            register().map_err(|error| MediaError::Start(error.to_string()))?;
        }
        warm::begin();
        let (shared, slot) = (Shared::new(), Arc::new(FrameSlot::default()));
        let around = Surroundings {
            format: options.frames,
            pace: options.pace,
            slot: Arc::clone(&slot),
            shared: Arc::clone(&shared),
            on_frame,
        };
        let settings = Settings {
            volume: 1.0,
            muted: false,
            speed: 1.0,
            delays: Delays::default(),
            deinterlace: Deinterlace::default(),
        };
        let sound = match options.audio {
            AudioOutput::Auto => Sound::Device,
            AudioOutput::None => Sound::Nowhere,
        };
        let worker = Worker::new(Hands { around, on_event, number: 0, settings, sound });
        let (at_end, done) = mpsc::sync_channel(1);
        thread::Builder::new().name("playback".into()).spawn(move || {
            worker.run();
            drop(at_end);
        })?;
        Ok(Self(Arc::new(Inner { shared, slot, done: Mutex::new(done) })))
    }

    fn push(&self, command: Command) {
        self.0.shared.mailbox.push(command);
    }

    /// Plays another title; what was asked of the one before is forgotten.
    pub fn load(&self, input: Input, options: LoadOptions) {
        let shared = &self.0.shared;
        let source = match &input {
            Input::Source(source) => Some(Arc::clone(source)),
            // A file that can't be opened is left to the pipeline, which says why.
            Input::Uri(uri) => FileSource::of_uri(uri).map(|file| file as Arc<dyn MediaSource>),
        };
        let (origin, feed) = match (source, input) {
            (None, Input::Uri(uri)) => (Origin::Uri(uri), None),
            (None, Input::Source(source)) | (Some(source), _) => {
                let weak = Arc::downgrade(shared);
                let wake = move || {
                    if let Some(shared) = weak.upgrade() {
                        shared.mailbox.wake();
                    }
                };
                let feed = Feed::new(source, Arc::new(wake));
                (Origin::Feed(Arc::clone(&feed)), Some(feed))
            }
        };
        shared.replace_feed(feed);
        self.push(Command::Load { origin, options });
    }

    /// Ends playback and forgets the title.
    pub fn stop(&self) {
        self.0.shared.replace_feed(None);
        self.push(Command::Stop);
    }

    /// Pauses or goes on. While bytes are awaited this changes only what is wanted.
    pub fn set_paused(&self, paused: bool) {
        self.push(Command::Pause(paused));
    }

    /// Goes to a place. Of several asked for quickly only the newest is done.
    pub fn seek(&self, to: Duration, kind: SeekKind) {
        self.0.shared.wish(to);
        self.push(Command::Seek(Seek { to, kind }));
    }

    /// Sets how loud it sounds, 0 to 1.5; 0.5 sounds half as loud as 1.
    pub fn set_volume(&self, volume: f64) {
        self.push(Command::Volume(volume));
    }

    /// Silences or not, whatever the volume.
    pub fn set_muted(&self, muted: bool) {
        self.push(Command::Mute(muted));
    }

    /// Sets the speed of this title, 0.25 to 4, at the same pitch; each title begins at 1.
    pub fn set_speed(&self, speed: f64) {
        self.push(Command::Speed(speed));
    }

    /// Lets sound and subtitles of this title come so many milliseconds later than its file says, or
    /// earlier; each title begins without.
    pub fn set_delays(&self, sound_ms: i32, subtitles_ms: i32) {
        self.push(Command::Delays(Delays { sound_ms, subtitles_ms }));
    }

    /// Says when interlaced pictures are taken apart, in this title and later ones.
    pub fn set_deinterlace(&self, when: Deinterlace) {
        self.push(Command::Deinterlace(when));
    }

    /// Lets decoders in hardware be taken where there are any, in this title and later ones; usual.
    pub fn set_hardware(&self, on: bool) {
        self.push(Command::Hardware(on));
    }

    /// Pauses and shows the next picture, or the one before.
    pub fn step(&self, forward: bool) {
        self.push(Command::Step { forward });
    }

    /// Chooses an audio track by its index; none is silence.
    pub fn select_audio(&self, index: Option<usize>) {
        self.push(Command::Audio(index));
    }

    /// Chooses a subtitle track by its index; none shows no subtitles.
    pub fn select_subtitle(&self, index: Option<usize>) {
        self.push(Command::Subtitle(index));
    }

    /// Place in the title; where a seek goes to while one is under way; none before the first
    /// picture.
    pub fn position(&self) -> Option<Duration> {
        self.0.shared.position()
    }

    /// Where the newest picture waits.
    pub fn frames(&self) -> Arc<FrameSlot> {
        Arc::clone(&self.0.slot)
    }

    /// Writes the picture shown as PNG; `done` is called from a thread of its own.
    pub fn screenshot(&self, path: &Path, done: Box<dyn FnOnce(Result<(), String>) + Send>) {
        screenshot::take(self.0.slot.newest(), path.to_owned(), done);
    }

    /// Has `done` given the picture shown, from a thread of its own.
    pub fn picture(&self, done: Box<dyn FnOnce(Result<image::RgbImage, String>) + Send>) {
        screenshot::give(self.0.slot.newest(), done);
    }

    /// Has `done` told how the pipeline is put together, in the language of Graphviz: nothing where there is
    /// none. It is called from the player's worker thread and may not block.
    pub fn graph(&self, done: Box<dyn FnOnce(String) + Send>) {
        self.push(Command::Graph(done));
    }

    /// Ends everything and waits at most two seconds for it. Says whether all came down in time.
    pub fn quit(&self) -> bool {
        self.0.shared.replace_feed(None);
        self.push(Command::Quit);
        let done = self.0.done.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(done.recv_timeout(QUIT_PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected))
    }
}
