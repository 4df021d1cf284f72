//! The ends of the pipeline: where pictures and sound come out.
//!
//! Each end of picture and sound tells how far it has been given data, so that a pipeline that
//! has run dry is known at once and the clock can be put back to that very place.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use gstreamer_video as gst_video;

use super::frame::{Rotation, VideoFrame};
use super::pipeline::{Sound, Surroundings};
use super::player::Pace;

/// A picture this late is not shown any more.
const MAX_LATENESS: gst::ClockTime = gst::ClockTime::from_mseconds(40);

/// How long a picture without a duration is taken to last.
const USUAL_DURATION: gst::ClockTime = gst::ClockTime::from_mseconds(40);

const NOTHING_YET: u64 = u64::MAX;

/// Where what a sink was given ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It was never given anything.
    Unused,
    /// It was given nothing since the last seek.
    Unknown,
    /// At this running time.
    At(gst::ClockTime),
}

/// How far one sink has been given data.
#[derive(Debug)]
pub(super) struct Progress {
    /// Running time of the end of the last buffer, in nanoseconds, or [`NOTHING_YET`].
    until: AtomicU64,
    /// Place in the title of that end, in nanoseconds, or [`NOTHING_YET`].
    came_to: AtomicU64,
    ended: AtomicBool,
    /// Whether it was ever given anything.
    used: AtomicBool,
    rotation: AtomicU8,
}

impl Progress {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            until: AtomicU64::new(NOTHING_YET),
            came_to: AtomicU64::new(NOTHING_YET),
            ended: AtomicBool::new(false),
            used: AtomicBool::new(false),
            rotation: AtomicU8::new(0),
        })
    }

    /// Running time up to which data is there; none before the first buffer and after the last.
    pub(super) fn until(&self) -> Option<gst::ClockTime> {
        let until = self.until.load(Ordering::Acquire);
        (until != NOTHING_YET && !self.ended.load(Ordering::Acquire))
            .then(|| gst::ClockTime::from_nseconds(until))
    }

    /// Running time at which what this sink was given ends.
    pub(super) fn end(&self) -> End {
        let until = self.until.load(Ordering::Acquire);
        match self.used.load(Ordering::Acquire) {
            true if until != NOTHING_YET => End::At(gst::ClockTime::from_nseconds(until)),
            true => End::Unknown,
            false => End::Unused,
        }
    }

    /// Place in the title at which what this sink was given since the last seek ends; none where that is nothing.
    pub(super) fn came_to(&self) -> Option<Duration> {
        let came_to = self.came_to.load(Ordering::Acquire);
        (came_to != NOTHING_YET).then(|| Duration::from_nanos(came_to))
    }

    fn rotation(&self) -> Rotation {
        match self.rotation.load(Ordering::Relaxed) {
            1 => Rotation::Quarter,
            2 => Rotation::Half,
            3 => Rotation::ThreeQuarters,
            _ => Rotation::None,
        }
    }

    fn advance(&self, segment: Option<&TimeSegment>, start: Option<gst::ClockTime>, lasts: gst::ClockTime) {
        let (Some(segment), Some(start)) = (segment, start) else { return };
        let Some(running) = segment.to_running_time(start) else { return };
        if let Some(place) = segment.to_stream_time(start) {
            self.came_to.store((place + lasts).nseconds(), Ordering::Release);
        }
        let lasts = (lasts.nseconds() as f64 / segment.rate().abs().max(0.01)) as u64;
        self.until.store(running.nseconds().saturating_add(lasts), Ordering::Release);
        self.used.store(true, Ordering::Release);
    }

    fn restart(&self) {
        self.came_to.store(NOTHING_YET, Ordering::Release);
        self.until.store(NOTHING_YET, Ordering::Release);
        self.ended.store(false, Ordering::Release);
    }

    /// Watches what goes into `sink`.
    pub(super) fn watch(self: &Arc<Self>, sink: &gst::Element) {
        let Some(pad) = sink.static_pad("sink") else { return };
        let progress = Arc::clone(self);
        let segment: Mutex<Option<TimeSegment>> = Mutex::new(None);
        let kinds = gst::PadProbeType::BUFFER
            | gst::PadProbeType::BUFFER_LIST
            | gst::PadProbeType::EVENT_DOWNSTREAM
            | gst::PadProbeType::EVENT_FLUSH;
        pad.add_probe(kinds, move |_, info| {
            let mut segment = segment.lock().unwrap_or_else(PoisonError::into_inner);
            match &info.data {
                Some(gst::PadProbeData::Buffer(buffer)) => {
                    progress.advance(
                        segment.as_ref(),
                        buffer.pts(),
                        buffer.duration().unwrap_or(USUAL_DURATION),
                    );
                }
                Some(gst::PadProbeData::BufferList(list)) => {
                    if let Some(buffer) = list.iter().last() {
                        let lasts = buffer.duration().unwrap_or(USUAL_DURATION);
                        progress.advance(segment.as_ref(), buffer.pts(), lasts);
                    }
                }
                Some(gst::PadProbeData::Event(event)) => progress.event(event, &mut segment),
                _ => (),
            }
            gst::PadProbeReturn::Ok
        });
    }

    fn event(&self, event: &gst::Event, segment: &mut Option<TimeSegment>) {
        match event.view() {
            gst::EventView::Segment(event) => *segment = event.segment().downcast_ref().cloned(),
            gst::EventView::FlushStop(_) => self.restart(),
            gst::EventView::StreamStart(_) => self.ended.store(false, Ordering::Release),
            gst::EventView::Eos(_) => self.ended.store(true, Ordering::Release),
            gst::EventView::Gap(event) => {
                let (start, lasts) = event.get();
                self.advance(segment.as_ref(), Some(start), lasts.unwrap_or(gst::ClockTime::ZERO));
            }
            gst::EventView::Tag(event) => {
                if let Some(tag) = event.tag().get::<gst::tags::ImageOrientation>() {
                    let quarters = Rotation::from_tag(tag.get()).quarters();
                    self.rotation.store(u8::try_from(quarters).unwrap_or(0), Ordering::Relaxed);
                }
            }
            _ => (),
        }
    }
}

type TimeSegment = gst::FormattedSegment<gst::ClockTime>;

/// Place in the title of a sample.
pub(super) fn stream_time(sample: &gst::Sample) -> Option<Duration> {
    let segment = sample.segment()?.downcast_ref::<gst::ClockTime>()?;
    segment.to_stream_time(sample.buffer()?.pts()?).map(Duration::from)
}

/// Where pictures come out.
pub(super) fn video(around: &Surroundings) -> (gst_app::AppSink, Arc<Progress>) {
    let progress = Progress::new();
    let paced = around.pace == Pace::Real;
    let lateness = if paced { i64::try_from(MAX_LATENESS.nseconds()).unwrap_or(-1) } else { -1 };
    let sink = gst_app::AppSink::builder()
        .caps(&around.format.caps())
        .max_buffers(1)
        .drop(paced)
        .sync(paced)
        .qos(paced)
        .max_lateness(lateness)
        .enable_last_sample(false)
        .build();
    let show = {
        let Surroundings { slot, shared, on_frame, .. } = around;
        let (slot, shared, on_frame) = (Arc::clone(slot), Arc::clone(shared), Arc::clone(on_frame));
        let progress = Arc::clone(&progress);
        Arc::new(move |sample: gst::Sample| {
            let Some(time) = stream_time(&sample) else { return };
            let Some(caps) = sample.caps() else { return };
            let Ok(info) = gst_video::VideoInfo::from_caps(caps) else { return };
            let peak_nits = caps.structure(0).and_then(peak_nits);
            let Some(buffer) = sample.buffer_owned() else { return };
            if let Some(frame) = VideoFrame::new(buffer, &info, progress.rotation(), peak_nits, time) {
                slot.put(frame);
                shared.set_position(time);
                on_frame();
            }
        })
    };
    let show_preroll = Arc::clone(&show);
    sink.set_callbacks(
        gst_app::AppSinkCallbacks::builder()
            .new_preroll(move |sink| {
                show_preroll(sink.pull_preroll().map_err(|_| gst::FlowError::Flushing)?);
                Ok(gst::FlowSuccess::Ok)
            })
            .new_sample(move |sink| {
                show(sink.pull_sample().map_err(|_| gst::FlowError::Flushing)?);
                Ok(gst::FlowSuccess::Ok)
            })
            .build(),
    );
    progress.watch(sink.upcast_ref());
    (sink, progress)
}

/// The brightest light that a film tells of itself, in cd/m²: its content's, or its mastering screen's.
fn peak_nits(caps: &gst::StructureRef) -> Option<f32> {
    let number = |field: &str, from_end: usize| {
        let told = caps.get::<&str>(field).ok()?;
        told.rsplit(':').nth(from_end)?.parse::<f32>().ok().filter(|value| *value > 0.0)
    };
    // A master's least and greatest light stand last, in ten-thousandths.
    number("content-light-level", 1).or_else(|| Some(number("mastering-display-info", 1)? / 10_000.0))
}

/// Where sound comes out: a device, or nowhere at the right pace.
pub(super) fn audio(sound: Sound, pace: Pace) -> Option<(gst::Element, Arc<Progress>)> {
    let paced = pace == Pace::Real;
    let nowhere = || gst::ElementFactory::make("fakesink").property("sync", paced).build().ok();
    let device = || gst::ElementFactory::make("autoaudiosink").build().ok();
    let sink = if sound == Sound::Device && paced { device() } else { None };
    let sink = sink.or_else(nowhere)?;
    let progress = Progress::new();
    progress.watch(&sink);
    Some((sink, progress))
}
