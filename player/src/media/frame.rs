//! Decoded pictures, and the slot in which the newest of them wait to be drawn.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::glib::translate::IntoGlib;
use gstreamer_video::{self as gst_video, prelude::*};

use super::frame_times::FrameTimes;
use super::light::{Light, Transfer};

/// `GST_VIDEO_TRANSFER_SMPTE2084`, which the bindings name only from GStreamer 1.18 on.
const TRANSFER_PQ: i32 = 14;
/// `GST_VIDEO_TRANSFER_ARIB_STD_B67`.
const TRANSFER_HLG: i32 = 15;

/// How the pixels of a [`VideoFrame`] lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelFormat {
    /// Three planes: luma, and two of chroma at half size each way.
    I420,
    /// Two planes: luma, and chroma pairs at half size each way.
    Nv12,
    /// As I420, with ten bits of each value in the lower part of two bytes.
    I420Deep,
    /// As NV12, with ten bits of each value in the upper part of two bytes.
    P010,
    /// One plane of red, green, blue and alpha bytes.
    Rgba,
}

impl PixelFormat {
    /// Whether chroma lies in pairs in one plane.
    #[must_use]
    pub fn has_pairs(self) -> bool {
        matches!(self, Self::Nv12 | Self::P010)
    }

    /// What two bytes, read as a part of 65,535, are multiplied by to be a part of the most that ten
    /// bits tell; none where a value is one byte.
    #[must_use]
    pub fn deep_scale(self) -> Option<f32> {
        match self {
            Self::I420Deep => Some(65_535.0 / 1_023.0),
            Self::P010 => Some(65_535.0 / (1_023.0 * 64.0)),
            _ => None,
        }
    }
}

/// Which formats the drawing side wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFormat {
    /// I420 or NV12, converted by a shader.
    Planes,
    /// The same, and with ten bits where the film has them.
    DeepPlanes,
    /// RGBA, for a software rasteriser.
    Rgba,
}

impl FrameFormat {
    /// Caps to ask the pipeline for.
    pub(super) fn caps(self) -> gst::Caps {
        let builder = gst::Caps::builder("video/x-raw");
        match self {
            Self::Planes => builder.field("format", gst::List::new(["I420", "NV12"])).build(),
            // The decoder's own format comes without a conversion, whichever it is.
            Self::DeepPlanes => {
                builder.field("format", gst::List::new(["I420", "NV12", "I420_10LE", "P010_10LE"])).build()
            }
            Self::Rgba => builder.field("format", "RGBA").build(),
        }
    }
}

/// Coefficients by which luma and chroma become red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorMatrix {
    /// Standard definition.
    Bt601,
    /// High definition.
    Bt709,
    /// Ultra high definition, not constant luminance.
    Bt2020,
}

/// How a picture must be turned to stand upright, clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// As it is.
    #[default]
    None,
    /// A quarter.
    Quarter,
    /// Upside down.
    Half,
    /// Three quarters.
    ThreeQuarters,
}

impl Rotation {
    /// From the value of GStreamer's image-orientation tag; mirrored ones count as their turn.
    pub(super) fn from_tag(tag: &str) -> Self {
        match tag {
            "rotate-90" | "flip-rotate-90" => Self::Quarter,
            "rotate-180" | "flip-rotate-180" => Self::Half,
            "rotate-270" | "flip-rotate-270" => Self::ThreeQuarters,
            _ => Self::None,
        }
    }

    /// Whether width and height change places.
    pub fn is_sideways(self) -> bool {
        matches!(self, Self::Quarter | Self::ThreeQuarters)
    }

    /// Quarter turns clockwise, 0 to 3.
    pub fn quarters(self) -> usize {
        match self {
            Self::None => 0,
            Self::Quarter => 1,
            Self::Half => 2,
            Self::ThreeQuarters => 3,
        }
    }
}

/// One decoded picture, mapped for reading; no bytes are copied.
pub struct VideoFrame {
    mapped: gst_video::VideoFrame<gst_video::video_frame::Readable>,
    /// How its pixels lie.
    pub format: PixelFormat,
    /// Only of meaning for planes.
    pub matrix: ColorMatrix,
    /// Whether luma uses all of 0 to 255 rather than 16 to 235.
    pub full_range: bool,
    /// What must be done to its colours.
    pub light: Light,
    /// How it must be turned.
    pub rotation: Rotation,
    /// Place in the title.
    pub time: Duration,
}

impl std::fmt::Debug for VideoFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VideoFrame({}x{} {:?} at {:?})", self.width(), self.height(), self.format, self.time)
    }
}

impl VideoFrame {
    /// Maps `buffer`; none where the format is not one of [`PixelFormat`]'s.
    pub(super) fn new(
        buffer: gst::Buffer,
        info: &gst_video::VideoInfo,
        rotation: Rotation,
        peak_nits: Option<f32>,
        time: Duration,
    ) -> Option<Self> {
        let format = match info.format() {
            gst_video::VideoFormat::I420 => PixelFormat::I420,
            gst_video::VideoFormat::Nv12 => PixelFormat::Nv12,
            gst_video::VideoFormat::I42010le => PixelFormat::I420Deep,
            gst_video::VideoFormat::P01010le => PixelFormat::P010,
            gst_video::VideoFormat::Rgba => PixelFormat::Rgba,
            _ => return None,
        };
        let colorimetry = info.colorimetry();
        let matrix = match colorimetry.matrix() {
            gst_video::VideoColorMatrix::Bt709 => ColorMatrix::Bt709,
            gst_video::VideoColorMatrix::Bt2020 => ColorMatrix::Bt2020,
            gst_video::VideoColorMatrix::Bt601 => ColorMatrix::Bt601,
            _ if info.height() >= 720 => ColorMatrix::Bt709,
            _ => ColorMatrix::Bt601,
        };
        let full_range = colorimetry.range() == gst_video::VideoColorRange::Range0_255;
        let transfer = match colorimetry.transfer().into_glib() {
            TRANSFER_PQ => Transfer::Pq,
            TRANSFER_HLG => Transfer::Hlg,
            _ => Transfer::Sdr,
        };
        let wide = colorimetry.primaries() == gst_video::VideoColorPrimaries::Bt2020;
        let light = Light::new(transfer, wide, peak_nits);
        let mapped = gst_video::VideoFrame::from_buffer_readable(buffer, info).ok()?;
        Some(Self { mapped, format, matrix, full_range, light, rotation, time })
    }

    /// Pixels across, as stored.
    pub fn width(&self) -> u32 {
        self.mapped.width()
    }

    /// Pixels down, as stored.
    pub fn height(&self) -> u32 {
        self.mapped.height()
    }

    /// Width by height as shown: pixel shape and rotation taken in.
    pub fn display_aspect(&self) -> f32 {
        let shape = self.mapped.info().par();
        let pixel = shape.numer() as f32 / (shape.denom().max(1)) as f32;
        let stored = self.width() as f32 * pixel / self.height().max(1) as f32;
        if self.rotation.is_sideways() { 1.0 / stored } else { stored }
    }

    /// Number of planes.
    pub fn planes(&self) -> usize {
        self.mapped.n_planes() as usize
    }

    /// Bytes of one plane; none where there is no such plane.
    pub fn plane(&self, plane: usize) -> Option<&[u8]> {
        self.mapped.plane_data(u32::try_from(plane).ok()?).ok()
    }

    /// Bytes from one row of a plane to the next.
    pub fn stride_bytes(&self, plane: usize) -> usize {
        self.mapped.plane_stride().get(plane).map_or(0, |stride| usize::try_from(*stride).unwrap_or(0))
    }

    /// The picture as GStreamer's own tools take it.
    pub(super) fn to_sample(&self) -> Option<gst::Sample> {
        let caps = self.mapped.info().to_caps().ok()?;
        let buffer = self.mapped.buffer().copy();
        Some(gst::Sample::builder().buffer(&buffer).caps(&caps).build())
    }
}

/// Pictures that wait to be drawn. One would be too few: a window that draws about as often as the film has
/// pictures would now and then be given two between two drawings, and show every other one.
const WAITING_FRAMES: usize = 2;

#[derive(Default)]
struct Slot {
    /// Those not taken, the oldest first, and when each came.
    waiting: VecDeque<(Instant, Arc<VideoFrame>)>,
    newest: Option<Arc<VideoFrame>>,
    times: FrameTimes,
}

/// Holds the newest pictures. Older ones that nobody took are dropped, so that a slow view never
/// makes playback late and at most two wait.
#[derive(Default)]
pub struct FrameSlot {
    slot: Mutex<Slot>,
    shown: AtomicU64,
    dropped: AtomicU64,
    late: AtomicU64,
}

impl std::fmt::Debug for FrameSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FrameSlot(shown {}, dropped {}, late {})", self.shown(), self.dropped(), self.late())
    }
}

impl FrameSlot {
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a picture in; where too many wait, the oldest goes.
    pub(super) fn put(&self, frame: VideoFrame) {
        let frame = Arc::new(frame);
        let mut slot = self.lock();
        if slot.waiting.len() >= WAITING_FRAMES {
            slot.waiting.pop_front();
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        slot.waiting.push_back((Instant::now(), Arc::clone(&frame)));
        slot.newest = Some(frame);
    }

    /// The next picture, if there is one that was not taken before.
    pub fn take_new(&self) -> Option<Arc<VideoFrame>> {
        let mut slot = self.lock();
        let (came, frame) = slot.waiting.pop_front()?;
        slot.times.taken(came, Instant::now());
        drop(slot);
        self.shown.fetch_add(1, Ordering::Relaxed);
        Some(frame)
    }

    /// Whether another picture waits.
    pub fn has_more(&self) -> bool {
        !self.lock().waiting.is_empty()
    }

    /// The newest picture, taken or not.
    pub fn newest(&self) -> Option<Arc<VideoFrame>> {
        self.lock().newest.clone()
    }

    /// When the last pictures were drawn.
    pub fn times(&self) -> FrameTimes {
        self.lock().times.clone()
    }

    /// Forgets the picture and the counts: a new title begins.
    pub(super) fn reset(&self) {
        *self.lock() = Slot::default();
        for count in [&self.shown, &self.dropped, &self.late] {
            count.store(0, Ordering::Relaxed);
        }
    }

    /// Counts pictures that the pipeline threw away since they were late.
    pub(super) fn count_late(&self, frames: u64) {
        self.late.store(frames, Ordering::Relaxed);
    }

    /// Pictures taken by the view since the title began.
    pub fn shown(&self) -> u64 {
        self.shown.load(Ordering::Relaxed)
    }

    /// Pictures replaced before the view took them.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Pictures that were thrown away since they came after their time.
    pub fn late(&self) -> u64 {
        self.late.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(seconds: u64) -> VideoFrame {
        gst::init().unwrap();
        let info = gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, 6, 4).build().unwrap();
        let buffer = gst::Buffer::with_size(info.size()).unwrap();
        VideoFrame::new(buffer, &info, Rotation::None, None, Duration::from_secs(seconds)).unwrap()
    }

    #[test]
    fn only_the_newest_pictures_wait_and_each_is_taken_once() {
        let slot = FrameSlot::default();
        (1..=3).for_each(|seconds| slot.put(frame(seconds)));
        assert_eq!(slot.take_new().unwrap().time, Duration::from_secs(2));
        assert!(slot.has_more());
        assert_eq!(slot.take_new().unwrap().time, Duration::from_secs(3));
        assert!(!slot.has_more() && slot.take_new().is_none());
        assert_eq!(slot.newest().unwrap().time, Duration::from_secs(3));
        slot.put(frame(4));
        assert_eq!((slot.shown(), slot.dropped()), (2, 1));
    }

    #[test]
    fn a_turned_picture_has_the_inverse_shape() {
        let mut picture = frame(0);
        assert!((picture.display_aspect() - 1.5).abs() < 1e-6);
        picture.rotation = Rotation::from_tag("rotate-90");
        assert!((picture.display_aspect() - 1.0 / 1.5).abs() < 1e-6);
    }

    #[test]
    fn strides_are_those_of_the_buffer() {
        let picture = frame(0);
        assert_eq!(picture.planes(), 3);
        assert_eq!(picture.stride_bytes(0), 8);
        assert!(picture.plane(0).unwrap().len() >= 8 * 4);
        assert!(picture.plane(3).is_none());
    }
}
