//! One playbin, set up for one title.

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::events::{AudioFacts, VideoFacts};
use super::frame::{FrameFormat, FrameSlot};
use super::hardware;
use super::mailbox::Origin;
use super::parting;
use super::player::{Deinterlace, Pace};
use super::shared::Shared;
use super::sinks::{self, End, Progress};
use super::subtitle_sink;
use super::text;

/// Playback without sound goes to this name in error messages' paths.
const AUDIO_SINK_NAME: &str = "tributary-audio";

/// How far the clock may be past what a sink was given before the sink counts as dry.
const DRY_MARGIN: gst::ClockTime = gst::ClockTime::from_mseconds(30);

/// Demuxers of files whose head tells how long they are; others guess it by what they have seen.
const KNOW_LENGTHS: [&str; 3] = ["qtdemux", "matroskademux", "avidemux"];

/// How long after the last picture and sound the pipeline may take to bring more, or to say that it has come
/// to its end.
const END_PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(2);

/// How long a pipeline may take to stop; it takes a few milliseconds.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// What every pipeline of a player shares.
pub(super) struct Surroundings {
    pub(super) format: FrameFormat,
    pub(super) pace: Pace,
    pub(super) slot: Arc<FrameSlot>,
    pub(super) shared: Arc<Shared>,
    pub(super) on_frame: Arc<dyn Fn() + Send + Sync>,
}

/// How much later than the file says sound and subtitles come, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Delays {
    pub(super) sound_ms: i32,
    pub(super) subtitles_ms: i32,
}

impl Delays {
    /// When a subtitle goes that the file lets go at `until`.
    pub(super) fn subtitle_end(self, until: Duration) -> Duration {
        let delay = Duration::from_millis(u64::from(self.subtitles_ms.unsigned_abs()));
        if self.subtitles_ms < 0 { until.saturating_sub(delay) } else { until + delay }
    }

    fn nanoseconds(milliseconds: i32) -> i64 {
        i64::from(milliseconds) * 1_000_000
    }
}

/// Where sound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sound {
    /// To the system's device.
    Device,
    /// Nowhere, at the right pace.
    Nowhere,
}

/// A playbin and its ends.
pub(super) struct Pipeline {
    playbin: gst::Element,
    bus: gst::Bus,
    video_sink: gst_app::AppSink,
    video: Arc<Progress>,
    audio: Arc<Progress>,
    text: Arc<Progress>,
    text_sink: gst_app::AppSink,
    delays: Cell<Delays>,
    /// Read by streaming threads as they add elements.
    deinterlace: Arc<Mutex<Deinterlace>>,
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.bus.unset_sync_handler();
        self.take_down();
    }
}

impl Pipeline {
    /// Builds a stopped pipeline; in words what is missing where that fails.
    pub(super) fn new(origin: &Origin, sound: Sound, around: &Surroundings) -> Result<Self, String> {
        let playbin = gst::ElementFactory::make("playbin3").build().map_err(|error| error.to_string())?;
        playbin.set_property_from_str("flags", "video+audio+text+soft-volume+deinterlace");
        let (video_sink, video) = sinks::video(around);
        let (audio_sink, audio) = sinks::audio(sound, around.pace).ok_or("no place for sound")?;
        audio_sink.set_property("name", AUDIO_SINK_NAME);
        playbin.set_property("video-sink", &video_sink);
        playbin.set_property("audio-sink", &audio_sink);
        let text_sink = subtitle_sink::new(around);
        let text = Progress::new();
        text.watch(text_sink.upcast_ref());
        playbin.set_property("text-sink", &text_sink);
        // Without it other speeds change the pitch, which is no reason not to play.
        if let Ok(scaletempo) = gst::ElementFactory::make("scaletempo").build() {
            playbin.set_property("audio-filter", &scaletempo);
        }
        match origin {
            Origin::Feed(feed) => {
                let feed = Arc::clone(feed);
                playbin.connect("source-setup", false, move |values| {
                    let source = values.get(1).and_then(|value| value.get::<gst::Element>().ok());
                    if let Some(appsrc) = source.and_then(|source| source.downcast::<gst_app::AppSrc>().ok())
                    {
                        feed.attach(&appsrc);
                    }
                    None
                });
                playbin.set_property("uri", "appsrc://");
            }
            Origin::Uri(uri) => playbin.set_property("uri", uri),
        }
        let bus = playbin.bus().ok_or("the pipeline has no bus")?;
        let shared = Arc::clone(&around.shared);
        bus.set_sync_handler(move |_, _| {
            shared.mailbox.wake();
            gst::BusSyncReply::Pass
        });
        let deinterlace = Arc::<Mutex<Deinterlace>>::default();
        if let Some(bin) = playbin.downcast_ref::<gst::Bin>() {
            parting::by_decoder(bin);
            let when = Arc::clone(&deinterlace);
            bin.connect_deep_element_added(move |_, _, element| {
                deinterlace_when(element, *when.lock().unwrap_or_else(PoisonError::into_inner));
            });
        }
        Ok(Self {
            playbin,
            bus,
            video_sink,
            video,
            audio,
            text,
            text_sink,
            delays: Cell::default(),
            deinterlace,
        })
    }

    pub(super) fn set_state(&self, state: gst::State) {
        // A failure comes as an error on the bus, with its cause.
        let _ = self.playbin.set_state(state);
    }

    /// Stops it for good. One that does not stop in time is left behind: the next title must not wait for it.
    pub(super) fn take_down(&self) {
        let playbin = self.playbin.clone();
        let (done, is_done) = mpsc::sync_channel::<()>(1);
        let stop = move || {
            // Nothing is left to do about a pipeline that will not stop.
            let _ = playbin.set_state(gst::State::Null);
            drop(done);
        };
        match thread::Builder::new().name("ending".into()).spawn(stop) {
            Ok(_) if is_done.recv_timeout(STOP_PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) => {
                tracing::warn!("a pipeline does not stop, and is left behind");
            }
            Ok(_) => (),
            Err(_) => drop(self.playbin.set_state(gst::State::Null)),
        }
    }

    pub(super) fn next_message(&self) -> Option<gst::Message> {
        self.bus.pop()
    }

    /// A flushing seek; says whether the pipeline took it.
    pub(super) fn seek(&self, to: Duration, exact: bool, rate: f64) -> bool {
        let to = gst::ClockTime::try_from(to).unwrap_or(gst::ClockTime::ZERO);
        let kind = if exact {
            gst::SeekFlags::ACCURATE
        } else {
            gst::SeekFlags::KEY_UNIT | gst::SeekFlags::SNAP_BEFORE
        };
        self.playbin
            .seek(
                rate,
                gst::SeekFlags::FLUSH | kind,
                gst::SeekType::Set,
                to,
                gst::SeekType::None,
                gst::ClockTime::NONE,
            )
            .is_ok()
    }

    /// Shows the next picture of a paused pipeline.
    pub(super) fn step_forward(&self) -> bool {
        let one = gst::format::Buffers::from_u64(1);
        self.playbin.send_event(gst::event::Step::new(one, 1.0, true, false))
    }

    pub(super) fn select_streams(&self, ids: &[String]) -> bool {
        self.playbin.send_event(gst::event::SelectStreams::new(ids.iter().map(String::as_str)))
    }

    /// `volume` as heard, 0 to 1.5; the ear is about cubic.
    pub(super) fn set_volume(&self, volume: f64) {
        self.playbin.set_property("volume", volume.powi(3));
    }

    /// How it is put together, in the language of Graphviz.
    pub(super) fn graph(&self) -> String {
        let bin = self.playbin.downcast_ref::<gst::Bin>();
        bin.map(|bin| bin.debug_to_dot_data(gst::DebugGraphDetails::ALL).to_string()).unwrap_or_default()
    }

    pub(super) fn set_muted(&self, muted: bool) {
        self.playbin.set_property("mute", muted);
    }

    /// Lets sound and subtitles come later, or earlier, than the file says.
    pub(super) fn set_delays(&self, delays: Delays) {
        self.delays.set(delays);
        // The property delays the picture against the sound; the sinks follow it by themselves.
        self.playbin.set_property("av-offset", -Delays::nanoseconds(delays.sound_ms));
        self.text_sink.set_property("ts-offset", Delays::nanoseconds(delays.subtitles_ms));
    }

    /// Says when interlaced pictures are taken apart.
    pub(super) fn set_deinterlace(&self, when: Deinterlace) {
        *self.deinterlace.lock().unwrap_or_else(PoisonError::into_inner) = when;
        if let Some(bin) = self.playbin.downcast_ref::<gst::Bin>() {
            bin.iterate_recurse().into_iter().flatten().for_each(|element| deinterlace_when(&element, when));
        }
    }

    pub(super) fn recalculate_latency(&self) {
        if let Some(bin) = self.playbin.downcast_ref::<gst::Bin>() {
            // Only live sources need it.
            let _ = bin.recalculate_latency();
        }
    }

    pub(super) fn duration(&self) -> Option<Duration> {
        self.playbin.query_duration::<gst::ClockTime>().map(Duration::from).filter(|d| !d.is_zero())
    }

    pub(super) fn position(&self) -> Option<Duration> {
        self.playbin.query_position::<gst::ClockTime>().map(Duration::from)
    }

    pub(super) fn is_seekable(&self) -> bool {
        let mut query = gst::query::Seeking::new(gst::Format::Time);
        self.playbin.query(&mut query) && query.result().0
    }

    /// The earliest place, in running time, at which picture or sound has run out; none while both
    /// have something to show.
    pub(super) fn dry_since(&self) -> Option<gst::ClockTime> {
        let now = self.playbin.current_running_time()?;
        // A sink that is told to show its data later runs dry later.
        let later = Delays::nanoseconds(self.delays.get().sound_ms);
        let shifted = |sink: &Progress, by: i64| {
            Some(sink.until()? + gst::ClockTime::from_nseconds(u64::try_from(by).unwrap_or(0)))
        };
        let until =
            [shifted(&self.video, -later), shifted(&self.audio, later)].into_iter().flatten().min()?;
        (now > until + DRY_MARGIN).then_some(until)
    }

    /// Whether everything that picture and sound were given is long past.
    pub(super) fn is_used_up(&self) -> bool {
        let Some(now) = self.playbin.current_running_time() else { return false };
        let later = gst::ClockTime::from_mseconds(u64::from(self.delays.get().sound_ms.unsigned_abs()));
        is_past([self.video.end(), self.audio.end()], now, END_PATIENCE + later)
    }

    /// Whether a demuxer has ended without a track. parsebin (GStreamer 1.22) keeps to itself an error that its
    /// demuxer posts while it still starts it, as one of half a file does on a busy machine.
    pub(super) fn has_given_up(&self) -> bool {
        let Some(bin) = self.playbin.downcast_ref::<gst::Bin>() else { return false };
        bin.iterate_recurse().into_iter().flatten().any(|element| {
            let class = element.factory().and_then(|f| f.metadata("klass").map(str::to_owned));
            let ended = |pad: gst::Pad| pad.task_state() == gst::TaskState::Paused;
            class.is_some_and(|class| class.contains("Demux"))
                && element.num_src_pads() == 0
                && element.static_pad("sink").is_some_and(ended)
        })
    }

    /// Place in the title to which picture, sound or words came; none where the length that the title tells is a guess,
    /// or nothing came since the last seek.
    pub(super) fn came_to(&self) -> Option<Duration> {
        let knows = |element: gst::Element| {
            element.factory().is_some_and(|factory| KNOW_LENGTHS.contains(&factory.name().as_str()))
        };
        let bin = self.playbin.downcast_ref::<gst::Bin>()?;
        bin.iterate_recurse().into_iter().flatten().any(knows).then_some(())?;
        // Words may be there for longer than picture and sound, and count in the length that is told.
        let sinks = [&self.video, &self.audio, &self.text];
        sinks.into_iter().filter_map(|sink| sink.came_to()).max()
    }

    /// Stops the clock at a place that it has run past.
    pub(super) fn hold_at(&self, running_time: gst::ClockTime) {
        self.set_state(gst::State::Paused);
        self.playbin.set_start_time(running_time);
    }

    /// Whether a message comes from where sound goes.
    pub(super) fn is_from_audio_sink(message: &gst::Message) -> bool {
        let mut object = message.src().cloned();
        while let Some(this) = object {
            if this.name() == AUDIO_SINK_NAME {
                return true;
            }
            object = this.parent();
        }
        false
    }

    /// Whether a message comes from the element that fetches the bytes.
    pub(super) fn is_from_source(message: &gst::Message) -> bool {
        let element = message.src().and_then(|source| source.downcast_ref::<gst::Element>());
        let class = element
            .and_then(|element| element.factory())
            .and_then(|f| f.metadata("klass").map(str::to_owned));
        class.is_some_and(|class| class.starts_with("Source"))
    }

    /// Pictures thrown away by the sink since they were late.
    pub(super) fn late_frames(&self) -> u64 {
        self.video_sink.property::<gst::Structure>("stats").get::<u64>("dropped").unwrap_or(0)
    }

    /// How long a picture lasts; none where the rate varies or is not known.
    pub(super) fn frame_duration(&self) -> Option<Duration> {
        let caps = self.video_sink.static_pad("sink")?.current_caps()?;
        let rate = caps.structure(0)?.get::<gst::Fraction>("framerate").ok()?;
        (rate.numer() > 0 && rate.denom() > 0)
            .then(|| Duration::from_secs_f64(f64::from(rate.denom()) / f64::from(rate.numer())))
    }

    /// Whether it is known what the picture is made of.
    pub(super) fn has_picture(&self) -> bool {
        self.video_sink.static_pad("sink").is_some_and(|pad| pad.current_caps().is_some())
    }

    /// What the picture is made of; none without one.
    pub(super) fn video_facts(&self, codec: String) -> Option<VideoFacts> {
        let caps = self.video_sink.static_pad("sink")?.current_caps()?;
        let size = |name| {
            caps.structure(0).and_then(|s| s.get::<i32>(name).ok()).and_then(|v| u32::try_from(v).ok())
        };
        Some(VideoFacts {
            codec,
            decoder: self.decoder("Video").map_or_else(String::new, |factory| text::clean(&factory.name())),
            hardware: self.decoder("Video").is_some_and(|factory| hardware::is_hardware(&factory)),
            width: size("width")?,
            height: size("height")?,
            frames_per_second: self.frame_duration().map_or(0.0, |lasts| 1.0 / lasts.as_secs_f64()),
        })
    }

    /// What the sound is made of; none without any.
    pub(super) fn audio_facts(&self, codec: String) -> Option<AudioFacts> {
        let sink = self.playbin.property::<Option<gst::Element>>("audio-sink")?;
        let caps = sink.static_pad("sink")?.current_caps()?;
        let value = |name| {
            caps.structure(0).and_then(|s| s.get::<i32>(name).ok()).and_then(|v| u32::try_from(v).ok())
        };
        Some(AudioFacts {
            codec,
            decoder: self.decoder("Audio").map_or_else(String::new, |factory| text::clean(&factory.name())),
            channels: value("channels").unwrap_or(0),
            sample_rate_hz: value("rate").unwrap_or(0),
        })
    }

    /// The kind of decoder of `what` that runs; none where none does.
    fn decoder(&self, what: &str) -> Option<gst::ElementFactory> {
        let bin = self.playbin.downcast_ref::<gst::Bin>()?;
        bin.iterate_recurse().into_iter().flatten().filter_map(|element| element.factory()).find(|factory| {
            let class = factory.metadata("klass").unwrap_or_default();
            class.contains("Decoder") && class.contains(what)
        })
    }
}

/// Whether everything in use has ended, and `patience` has passed since.
fn is_past(ends: [End; 2], now: gst::ClockTime, patience: gst::ClockTime) -> bool {
    let over = |end: &End| match end {
        End::Unused => true,
        End::Unknown => false,
        End::At(end) => now > *end + patience,
    };
    ends.iter().any(|end| *end != End::Unused) && ends.iter().all(over)
}

/// Sets an element that takes interlaced pictures apart, and lets all others be.
fn deinterlace_when(element: &gst::Element, when: Deinterlace) {
    if element.factory().is_some_and(|factory| factory.name() == "deinterlace") {
        let mode = match when {
            Deinterlace::Auto => "auto",
            Deinterlace::Always => "interlaced",
            Deinterlace::Never => "disabled",
        };
        element.set_property_from_str("mode", mode);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_used_up_once_all_that_it_has_ended_long_enough_ago() {
        let at = gst::ClockTime::from_seconds;
        let past = |ends: [End; 2], now: u64| is_past(ends, at(now), at(2));
        assert!(!past([End::Unused, End::Unused], 99), "nothing was shown yet");
        assert!(!past([End::At(at(10)), End::Unknown], 99), "its sound goes on");
        assert!(!past([End::At(at(10)), End::At(at(20))], 21));
        assert!(past([End::At(at(10)), End::At(at(20))], 23));
        assert!(past([End::Unused, End::At(at(20))], 23), "it is sound alone");
    }
}
