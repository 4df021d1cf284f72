//! Films made on the spot, a source that waits and fails on demand, and a player to watch.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use tributary_player::media::{
    AudioOutput, Facts, FrameFormat, Input, LoadOptions, MediaEvent, MediaSource, Pace, Player,
    PlayerOptions, SourceError,
};

/// Longest wait for anything: far more than needed, so that a busy machine fails nothing.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Most events that wait for a test to look; no film here makes nearly as many.
const MAX_EVENTS: usize = 10_000;

/// Pictures a second of every film made here.
pub(crate) const RATE: u64 = 25;

/// How a film is packed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Mp4MoovLast,
    Mp4MoovFirst,
    Matroska,
    WebM,
}

/// Bytes of a film of the given length with a picture and a tone.
pub(crate) fn film(kind: Kind, seconds: u64) -> Vec<u8> {
    let (video, audio, mux) = match kind {
        Kind::Mp4MoovLast => ("x264enc speed-preset=ultrafast key-int-max=25", "avenc_aac", "mp4mux"),
        Kind::Mp4MoovFirst => {
            ("x264enc speed-preset=ultrafast key-int-max=25", "avenc_aac", "mp4mux faststart=true")
        }
        Kind::Matroska => ("x264enc speed-preset=ultrafast key-int-max=25", "vorbisenc", "matroskamux"),
        Kind::WebM => ("vp8enc deadline=1 keyframe-max-dist=25", "vorbisenc", "webmmux"),
    };
    made(&format!(
        "{} ! {video} ! queue ! m. {} ! {audio} ! queue ! m. {mux} name=m ! filesink name=out",
        moving_picture(seconds),
        tone(seconds, 440)
    ))
}

/// A source of moving pictures, noisy enough to fill a megabyte or so.
pub(crate) fn moving_picture(seconds: u64) -> String {
    format!(
        "videotestsrc num-buffers={} pattern=snow ! video/x-raw,width=160,height=120,framerate={RATE}/1 ! videoconvert",
        seconds * RATE
    )
}

/// A source of sound.
pub(crate) fn tone(seconds: u64, hertz: u32) -> String {
    format!(
        "audiotestsrc num-buffers={} samplesperbuffer=1920 freq={hertz} ! audio/x-raw,rate=48000,channels=1 ! audioconvert",
        seconds * 25
    )
}

/// Runs a pipeline that ends in `filesink name=out` and gives the bytes written.
pub(crate) fn made(pipeline: &str) -> Vec<u8> {
    gst::init().expect("GStreamer starts");
    let folder = tempfile::tempdir().expect("a folder for films");
    let path = folder.path().join("film");
    run(pipeline, &path);
    std::fs::read(&path).expect("the film was written")
}

fn run(pipeline: &str, path: &Path) {
    let bin = gst::parse::launch(pipeline).expect("the film's pipeline is sound");
    let bin = bin.downcast::<gst::Pipeline>().expect("a pipeline");
    bin.by_name("out")
        .expect("a place for the film")
        .set_property("location", path.to_str().expect("plain path"));
    bin.set_state(gst::State::Playing).expect("the film is being made");
    let end = bin.bus().expect("a bus").timed_pop_filtered(
        gst::ClockTime::from_seconds(120),
        &[gst::MessageType::Eos, gst::MessageType::Error],
    );
    bin.set_state(gst::State::Null).expect("the film is done");
    let end = end.expect("the film is done in time");
    assert!(matches!(end.view(), gst::MessageView::Eos(_)), "{end:?}");
}

/// The end of a film is always here: file type detection and Matroska's index look there first.
/// (File type detection also looks at the middle, so a test that lets only a part through lets
/// more than half.)
const TAIL_BYTES: usize = 16 * 1024;

struct Gate {
    /// Bytes below this are here.
    limit: u64,
    cancelled: bool,
    fail: Option<String>,
    reads_waiting: usize,
}

/// Bytes in memory that arrive when the test lets them.
pub(crate) struct TestSource {
    bytes: Vec<u8>,
    gate: Mutex<Gate>,
    moved: Condvar,
}

impl TestSource {
    /// All bytes are here but playback is told that they may have to be awaited.
    pub(crate) fn open(bytes: Vec<u8>) -> Arc<Self> {
        let limit = bytes.len() as u64;
        Self::up_to(bytes, limit)
    }

    /// Only the bytes below `limit` are here.
    pub(crate) fn up_to(bytes: Vec<u8>, limit: u64) -> Arc<Self> {
        let gate = Gate { limit, cancelled: false, fail: None, reads_waiting: 0 };
        Arc::new(Self { bytes, gate: Mutex::new(gate), moved: Condvar::new() })
    }

    /// More bytes arrive.
    pub(crate) fn let_through(&self, limit: u64) {
        self.gate.lock().unwrap().limit = limit;
        self.moved.notify_all();
    }

    /// What is not here yet will never come.
    pub(crate) fn fail(&self, why: &str) {
        self.gate.lock().unwrap().fail = Some(why.into());
        self.moved.notify_all();
    }

    /// Whether a read waits.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.gate.lock().unwrap().reads_waiting > 0
    }
}

impl MediaSource for TestSource {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let start = (offset as usize).min(self.bytes.len());
        let end = (start + buf.len()).min(self.bytes.len());
        let mut gate = self.gate.lock().unwrap();
        gate.reads_waiting += 1;
        let result = loop {
            if gate.cancelled {
                break Err(SourceError::Cancelled);
            }
            if end as u64 <= gate.limit || start + TAIL_BYTES >= self.bytes.len() {
                break Ok(end - start);
            }
            if let Some(why) = &gate.fail {
                break Err(SourceError::Failed(why.clone()));
            }
            gate = self.moved.wait(gate).unwrap();
        };
        gate.reads_waiting -= 1;
        drop(gate);
        if result.is_ok() {
            buf[..end - start].copy_from_slice(&self.bytes[start..end]);
        }
        result
    }

    fn available(&self, offset: u64) -> u64 {
        self.gate.lock().unwrap().limit.saturating_sub(offset)
    }

    fn cancel(&self) {
        self.gate.lock().unwrap().cancelled = true;
        self.moved.notify_all();
    }

    fn uncancel(&self) {
        self.gate.lock().unwrap().cancelled = false;
    }

    fn seeking(&self) {}

    fn whole(&self) -> bool {
        false
    }
}

/// A player and all it told.
pub(crate) struct Watched {
    pub(crate) player: Player,
    events: Receiver<MediaEvent>,
    /// Everything told so far, in order.
    pub(crate) told: Vec<MediaEvent>,
    /// Times of the pictures in the order in which they came.
    pub(crate) times: Arc<Mutex<Vec<Duration>>>,
}

impl Watched {
    /// A player without sound that takes pictures as fast as they come.
    pub(crate) fn new() -> Self {
        Self::paced(Pace::Real)
    }

    /// The same, with pictures when `pace` says.
    pub(crate) fn paced(pace: Pace) -> Self {
        let (tell, events) = mpsc::sync_channel(MAX_EVENTS);
        let tell = Mutex::new(tell);
        let times = Arc::new(Mutex::new(Vec::new()));
        let slot = Arc::new(Mutex::new(None::<Arc<tributary_player::media::FrameSlot>>));
        let (into, from) = (Arc::clone(&times), Arc::clone(&slot));
        let player = Player::new(
            PlayerOptions { pace, audio: AudioOutput::None, frames: FrameFormat::DeepPlanes },
            Arc::new(move |_, event| {
                let _ = tell.lock().unwrap().send(event);
            }),
            Arc::new(move || {
                let frame = from.lock().unwrap().as_ref().and_then(|slot| slot.take_new());
                if let Some(frame) = frame {
                    into.lock().unwrap().push(frame.time);
                }
            }),
        )
        .expect("a player");
        *slot.lock().unwrap() = Some(player.frames());
        Self { player, events, told: Vec::new(), times }
    }

    /// A player that plays `source` from the start.
    pub(crate) fn playing(source: &Arc<TestSource>) -> Self {
        let watched = Self::new();
        watched.player.load(Input::Source(source.clone()), LoadOptions::default());
        watched
    }

    /// Waits for the first event that `wanted` takes, and gives what it makes of it.
    pub(crate) fn wait<T>(&mut self, what: &str, wanted: impl Fn(&MediaEvent) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(event) = self.events.recv_timeout(left) else {
                panic!("waited in vain for {what}; told: {:#?}", self.told);
            };
            self.told.push(event.clone());
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    }

    /// Waits for just this event.
    pub(crate) fn wait_for(&mut self, event: &MediaEvent) {
        self.wait(&format!("{event:?}"), |told| (told == event).then_some(()));
    }

    /// Waits until the title can be played.
    pub(crate) fn ready(&mut self) -> Facts {
        self.wait("ready", |event| match event {
            MediaEvent::Ready(facts) => Some(facts.clone()),
            _ => None,
        })
    }

    /// Waits until playback stands still for want of bytes.
    pub(crate) fn buffering(&mut self) {
        self.wait("buffering", |event| matches!(event, MediaEvent::Buffering { .. }).then_some(()));
    }

    /// Takes what comes within `time`.
    pub(crate) fn listen(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Ok(event) = self.events.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.told.push(event);
        }
    }

    /// How often something was told.
    pub(crate) fn count(&self, wanted: impl Fn(&MediaEvent) -> bool) -> usize {
        self.told.iter().filter(|event| wanted(event)).count()
    }
}
