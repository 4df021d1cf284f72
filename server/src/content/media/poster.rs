//! A film's poster: a frame from its first part that shows something, as a JPEG of at most 480 pixels'
//! width.

use std::path::Path;

use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer_app::AppSink;
use gstreamer_video::{VideoFormat, VideoFrameRef, VideoInfo, convert_sample};
use tributary_core::directory::MediaFacts;

use super::facts::MediaError;

/// Widest poster, in pixels.
const MAX_WIDTH: u32 = 480;
/// Highest poster, in pixels.
const MAX_HEIGHT: u32 = 720;
/// Places of the film that are tried, in hundredths of its length.
const PLACES: [u64; 4] = [20, 35, 50, 8];
/// Mean brightness from which on a frame shows something, of 255.
const BRIGHT_ENOUGH: u64 = 24;
/// Time for one frame.
const TIMEOUT: gstreamer::ClockTime = gstreamer::ClockTime::from_seconds(8);

/// Makes the poster of the film at `path` and writes it to `to`. Takes some seconds.
///
/// # Errors
/// [`MediaError`] where no frame can be had.
pub(super) fn make(path: &Path, facts: &MediaFacts, to: &Path) -> Result<(), MediaError> {
    let pipeline = Frames::open(path, facts)?;
    let mut best: Option<(u64, gstreamer::Sample)> = None;
    for place in PLACES {
        let at = gstreamer::ClockTime::from_mseconds(facts.duration_ms * place / 100);
        let Some(sample) = pipeline.frame(at) else { continue };
        let brightness = brightness(&sample).unwrap_or(0);
        if best.as_ref().is_none_or(|(other, _)| brightness > *other) {
            best = Some((brightness, sample));
        }
        if brightness >= BRIGHT_ENOUGH {
            break;
        }
    }
    let (_, sample) = best.ok_or(MediaError::Unknown("no frame of it could be decoded in time"))?;
    let jpeg = gstreamer::Caps::new_empty_simple("image/jpeg");
    let picture = convert_sample(&sample, &jpeg, Some(TIMEOUT))?;
    let buffer = picture.buffer().ok_or(MediaError::Unknown("the frame could not be made a JPEG"))?;
    let bytes = buffer.map_readable().map_err(|_| MediaError::Unknown("the JPEG can't be read"))?;
    std::fs::write(to, bytes.as_slice()).map_err(|_| MediaError::Unknown("the poster can't be written"))
}

/// A pipeline that stands at one frame.
struct Frames {
    pipeline: gstreamer::Pipeline,
    sink: AppSink,
}

impl Frames {
    fn open(path: &Path, facts: &MediaFacts) -> Result<Self, MediaError> {
        let (width, height) = fit(facts.width, facts.height);
        let description = format!(
            "uridecodebin name=source ! videoconvert ! videoscale \
             add-borders=false ! video/x-raw,format=I420,width={width},height={height},pixel-aspect-ratio=1/1 \
             ! appsink name=sink sync=false max-buffers=1 enable-last-sample=false"
        );
        let pipeline = gstreamer::parse::launch(&description)?
            .downcast::<gstreamer::Pipeline>()
            .map_err(|_| MediaError::Unknown("GStreamer made no pipeline"))?;
        let source = pipeline.by_name("source").ok_or(MediaError::Unknown("the pipeline has no source"))?;
        source.set_property("uri", glib::filename_to_uri(path, None)?.as_str());
        let sink = pipeline
            .by_name("sink")
            .and_then(|sink| sink.downcast::<AppSink>().ok())
            .ok_or(MediaError::Unknown("the pipeline has no sink"))?;
        // Dropped from here on, it is shut down.
        let frames = Self { pipeline, sink };
        frames
            .pipeline
            .set_state(gstreamer::State::Paused)
            .map_err(|_| MediaError::Unknown("it can't be decoded"))?;
        frames.wait()?;
        Ok(frames)
    }

    /// Waits until a frame stands.
    fn wait(&self) -> Result<(), MediaError> {
        let (result, _, _) = self.pipeline.state(TIMEOUT);
        match result {
            Ok(gstreamer::StateChangeSuccess::Async) => {
                Err(MediaError::Unknown("it took too long to decode"))
            }
            Ok(_) => Ok(()),
            Err(_) => Err(MediaError::Unknown("it can't be decoded")),
        }
    }

    fn frame(&self, at: gstreamer::ClockTime) -> Option<gstreamer::Sample> {
        let flags = gstreamer::SeekFlags::FLUSH | gstreamer::SeekFlags::KEY_UNIT;
        // What can't be sought still has its first frame.
        if self.pipeline.seek_simple(flags, at).is_ok() {
            self.wait().ok()?;
        }
        self.sink.try_pull_preroll(TIMEOUT)
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        // Nothing is left to be done where even stopping fails.
        let _ = self.pipeline.set_state(gstreamer::State::Null);
    }
}

/// Mean brightness of a frame, of 255.
fn brightness(sample: &gstreamer::Sample) -> Option<u64> {
    let info = VideoInfo::from_caps(sample.caps()?).ok().filter(|info| info.format() == VideoFormat::I420)?;
    let frame = VideoFrameRef::from_buffer_ref_readable(sample.buffer()?, &info).ok()?;
    let plane = frame.plane_data(0).ok()?;
    let sum: u64 = plane.iter().map(|luma| u64::from(*luma)).sum();
    sum.checked_div(plane.len() as u64)
}

/// The largest size of that shape that fits, with even sides.
fn fit(width: u32, height: u32) -> (u32, u32) {
    let (width, height) = (f64::from(width.max(2)), f64::from(height.max(2)));
    let scale = (f64::from(MAX_WIDTH) / width).min(f64::from(MAX_HEIGHT) / height).min(1.0);
    let even = |side: f64| ((side * scale / 2.0).round() as u32 * 2).max(2);
    (even(width), even(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posters_keep_the_shape_and_fit() {
        assert_eq!(fit(1920, 1080), (480, 270));
        assert_eq!(fit(1080, 1920), (406, 720));
        assert_eq!(fit(320, 240), (320, 240));
        assert_eq!(fit(0, 0), (2, 2));
        assert_eq!(fit(100_000, 1), (480, 2));
    }
}
