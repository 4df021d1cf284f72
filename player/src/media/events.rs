//! What playback tells the application.

use std::time::Duration;

use thiserror::Error;

use super::chapters::Chapter;
use super::tracks::TrackInfo;
use crate::captions::Caption;

/// Something that happened to the title being played. Sent from the player's worker thread.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaEvent {
    /// A title was accepted; nothing of it is known yet.
    Loading,
    /// The first picture or sound is there and playback can begin.
    Ready(Facts),
    /// The tracks, or which of them are chosen, changed.
    Tracks(Vec<TrackInfo>),
    /// The chapters became known or changed.
    Chapters(Vec<Chapter>),
    /// The length became known or changed.
    Duration(Duration),
    /// Playback is wanted: the title runs, or will as soon as its bytes are here.
    Playing,
    /// Playback is not wanted.
    Paused,
    /// Picture and sound stand still because bytes are awaited.
    Buffering {
        /// How much of what is needed to go on is here, 0 to 99.
        percent: u8,
    },
    /// The bytes are here; playback follows what is wanted again.
    BufferingEnded,
    /// A seek to this place began.
    Seeking(Duration),
    /// The picture at this place is there and no newer seek is waiting.
    Seeked(Duration),
    /// The subtitles to show from now on, at most [`crate::captions::MOST_AT_ONCE`].
    Subtitles(Vec<Caption>),
    /// The title was played to its end. Never sent for a fault.
    EndOfFile,
    /// There is nowhere to play sound to; the title goes on without.
    NoSoundDevice,
    /// A track can't be decoded; the title goes on without it.
    LeftOut {
        /// The codec in words.
        codec: String,
        /// What to install, by Debian's names.
        install: String,
        /// Whether it is the sound.
        sound: bool,
    },
    /// Something is amiss that does not stop the title; in words.
    Warning(String),
    /// The title can't go on. Sent once a load, and nothing of that load follows.
    Failed(Failure),
}

/// What is known of a title when its first picture is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Length, where the file tells it.
    pub duration: Option<Duration>,
    /// Whether seeks work.
    pub seekable: bool,
    /// The picture, if there is one.
    pub video: Option<VideoFacts>,
    /// The sound, if there is one.
    pub audio: Option<AudioFacts>,
    /// All tracks.
    pub tracks: Vec<TrackInfo>,
}

/// What the picture is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VideoFacts {
    /// In words: `H.264 (Main Profile)`.
    pub codec: String,
    /// The element that decodes it.
    pub decoder: String,
    /// Whether it does so in hardware.
    pub hardware: bool,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pictures a second; 0 where it varies or is not known.
    pub frames_per_second: f64,
}

/// What the sound is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AudioFacts {
    /// In words: `MPEG-4 AAC`.
    pub codec: String,
    /// The element that decodes it.
    pub decoder: String,
    /// Number of channels.
    pub channels: u32,
    /// Samples a second.
    pub sample_rate_hz: u32,
}

/// Why a title can't go on. The first error is the truth: what follows it is only its echo.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// No installed element can decode what the title holds.
    #[error("{codec} can't be played here: install {install}")]
    MissingCodec {
        /// The codec in words.
        codec: String,
        /// What to install, by Debian's names.
        install: String,
    },
    /// The bytes can't be had.
    #[error("{0}")]
    Network(String),
    /// The bytes are here and make no sense.
    #[error("{0}")]
    Damaged(String),
    /// The bytes end long before the title does.
    #[error("the title ends after {} s of {} s", at.as_secs(), lasts.as_secs())]
    BreaksOff {
        /// Place in the title at which they end.
        at: Duration,
        /// How long it should last.
        lasts: Duration,
    },
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// Playback could not be set up at all.
#[derive(Debug, Error)]
pub enum MediaError {
    /// GStreamer did not start.
    #[error("GStreamer did not start: {0}")]
    Start(String),
    /// An element that every title needs is not installed.
    #[error("GStreamer lacks `{element}`: install {install}")]
    MissingElement {
        /// Name of the element.
        element: &'static str,
        /// The Debian package that holds it.
        install: &'static str,
    },
    /// The system gave no thread.
    #[error("no thread for playback: {0}")]
    Thread(#[from] std::io::Error),
}
