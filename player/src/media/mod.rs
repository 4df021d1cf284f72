//! Playback: from a source of bytes to frames, sound and events.
//!
//! [`Player`] is the way in. All changes of the pipeline happen on its one worker thread; nothing
//! it offers blocks the caller.

mod ass_lines;
mod buffering;
mod chapters;
mod codec_names;
mod engine_source;
mod events;
mod feed;
mod file_source;
mod frame;
mod frame_times;
mod hardware;
mod kind;
mod light;
mod load;
mod mailbox;
mod messages;
mod on_screen;
mod parting;
mod pipeline;
mod player;
mod screenshot;
mod seek_queue;
mod shared;
mod silence;
mod sinks;
pub mod source;
mod subtitle_sink;
pub mod surface;
mod text;
mod tracks;
mod warm;
mod worker;

pub use chapters::Chapter;
pub use engine_source::EngineSource;
pub use events::{AudioFacts, Facts, Failure, MediaError, MediaEvent, VideoFacts};
pub use frame::{ColorMatrix, FrameFormat, FrameSlot, PixelFormat, Rotation, VideoFrame};
pub use frame_times::FrameTimes;
pub use light::{Light, Transfer};
pub use player::{AudioOutput, Deinterlace, Input, LoadOptions, Pace, Player, PlayerOptions};
pub use seek_queue::SeekKind;
pub use source::{MediaSource, SourceError};
pub use tracks::{TrackInfo, TrackKind};
