//! What a remote control can see, cause and be told.

use std::path::PathBuf;
use std::time::Duration;

use crate::media::{TrackInfo, VideoFacts};
use crate::state::playback::Chapter;

/// What the application shows to remote controls: a picture of it at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RemoteView {
    /// What is played, as it was asked for: a locator, an address or a file. None while idle.
    pub path: Option<String>,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// Place in the title; none before the first picture.
    pub position: Option<Duration>,
    /// Length of the title, where known.
    pub duration: Option<Duration>,
    /// Whether playback is not wanted.
    pub paused: bool,
    /// Whether picture and sound stand still for want of bytes.
    pub buffering: Option<u8>,
    /// Whether a seek is under way.
    pub seeking: bool,
    /// Whether the title was played to its end.
    pub ended: bool,
    /// Loudness, 0 to 1.5.
    pub volume: f64,
    /// Whether sound is off.
    pub muted: bool,
    /// Speed, 1 as it was made.
    pub speed: f64,
    /// Whether the window fills the screen.
    pub fullscreen: bool,
    /// Tracks of the title.
    pub tracks: Vec<TrackInfo>,
    /// Its chapters, in their order.
    pub chapters: Vec<Chapter>,
    /// The picture, where there is one.
    pub video: Option<VideoFacts>,
    /// Bytes of the title.
    pub size_bytes: Option<u64>,
    /// What of the title is here, in seconds from and to.
    pub cached: Vec<(f64, f64)>,
    /// Bytes here from the play head on without a gap.
    pub ahead_bytes: u64,
    /// Bytes arriving a second.
    pub rate_bytes_per_second: f64,
    /// Pictures that were not shown.
    pub dropped_frames: u64,
}

/// What a remote control wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum RemoteCommand {
    /// Play this.
    Load {
        /// A locator, an address or a file.
        path: String,
        /// After what is queued, rather than at once.
        append: bool,
    },
    /// Go to a place of the title.
    Seek {
        /// The place.
        to: Duration,
        /// To the very picture, rather than quickly near it.
        exact: bool,
    },
    /// Pause or go on.
    Pause(bool),
    /// Loudness, 0 to 1.5.
    Volume(f64),
    /// Sound off or on.
    Mute(bool),
    /// Speed.
    Speed(f64),
    /// Show the next picture or the one before, paused.
    Step {
        /// The next one.
        forward: bool,
    },
    /// Choose an audio track by index; none is silence.
    SelectAudio(Option<usize>),
    /// Choose a subtitle track by index; none shows none.
    SelectSubtitle(Option<usize>),
    /// Fill the screen or not.
    Fullscreen(bool),
    /// Go on with the next or previous title of the queue.
    Queue {
        /// The next one.
        forward: bool,
    },
    /// Write the picture shown to a PNG file. The asker waits for the outcome.
    Screenshot(PathBuf),
    /// End playback and forget the title.
    Stop,
    /// Close the application.
    Quit,
}

/// Why a title ended, for remote controls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Played to its end.
    Eof,
    /// Stopped, or replaced by another.
    Stop,
    /// The application closes.
    Quit,
    /// It failed; in words.
    Error(String),
}

/// What remote controls are told as it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteEvent {
    /// A title was asked for.
    StartFile,
    /// Its first picture is there.
    FileLoaded,
    /// It is over.
    EndFile(EndReason),
    /// A seek began.
    Seek,
    /// Playback goes on after a seek, or begins.
    PlaybackRestart,
    /// Nothing is loaded any more.
    Idle,
}
