//! Single frames of a film, made small: for posters and previews.
//!
//! Nothing waits for these pictures, so they take only time that nobody else wants: the threads that
//! decode run at the lowest priority, and a decoder gets one thread.

use std::path::Path;

use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer_app::AppSink;
use gstreamer_video::{VideoFrameExt, VideoFrameRef, VideoInfo};

use super::facts::MediaError;

/// Time for one frame.
pub(super) const TIMEOUT: gstreamer::ClockTime = gstreamer::ClockTime::from_seconds(8);
/// Lowest priority, as `nice` has it.
const LOWEST: i32 = 19;

/// A pipeline that stands at one frame.
pub(super) struct Frames {
    pipeline: gstreamer::Pipeline,
    sink: AppSink,
}

impl Frames {
    /// Opens the film at `path` for frames of `size` and `format`.
    ///
    /// # Errors
    /// [`MediaError`] where it can't be decoded in time.
    pub(super) fn open(path: &Path, (width, height): (u32, u32), format: &str) -> Result<Self, MediaError> {
        let description = format!(
            "uridecodebin name=source ! videoconvert ! videoscale \
             add-borders=false ! video/x-raw,format={format},width={width},height={height},pixel-aspect-ratio=1/1 \
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
        pipeline.connect_deep_element_added(|_, _, element| {
            if element.has_property_with_type("max-threads", i32::static_type()) {
                element.set_property("max-threads", 1);
            }
        });
        if let Some(bus) = pipeline.bus() {
            // Nobody reads this bus, so nothing may be kept in it.
            bus.set_sync_handler(|_, message| {
                if let gstreamer::MessageView::StreamStatus(status) = message.view()
                    && status.get().0 == gstreamer::StreamStatusType::Enter
                {
                    // Told by the very thread that begins.
                    step_back();
                }
                gstreamer::BusSyncReply::Drop
            });
        }
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

    /// The frame at its beginning.
    pub(super) fn first(&self) -> Option<gstreamer::Sample> {
        self.sink.try_pull_preroll(TIMEOUT)
    }

    /// The frame that can be decoded by itself before `at`.
    pub(super) fn at(&self, at: gstreamer::ClockTime) -> Option<gstreamer::Sample> {
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
        if let Some(bus) = self.pipeline.bus() {
            bus.unset_sync_handler();
        }
    }
}

/// Lets everybody else go first, from now on and for the threads that this one starts.
pub(super) fn step_back() {
    // Pictures are made all the same where it is not allowed.
    let _ = rustix::process::setpriority_process(None, LOWEST);
}

/// The rows of a sample's first plane, `row_bytes` of each.
pub(super) fn rows(
    sample: &gstreamer::Sample,
    row_bytes: usize,
    mut each: impl FnMut(usize, &[u8]),
) -> Option<()> {
    let info = VideoInfo::from_caps(sample.caps()?).ok()?;
    let frame = VideoFrameRef::from_buffer_ref_readable(sample.buffer()?, &info).ok()?;
    let stride = usize::try_from(*frame.plane_stride().first()?).ok()?;
    let plane = frame.plane_data(0).ok()?;
    for (number, row) in plane.chunks(stride.max(1)).take(frame.height() as usize).enumerate() {
        each(number, row.get(..row_bytes)?);
    }
    Some(())
}

/// A sample as a JPEG.
///
/// # Errors
/// [`MediaError`] where it can't be made one.
pub(super) fn jpeg(sample: &gstreamer::Sample) -> Result<Vec<u8>, MediaError> {
    let caps = gstreamer::Caps::new_empty_simple("image/jpeg");
    let picture = gstreamer_video::convert_sample(sample, &caps, Some(TIMEOUT))?;
    let buffer = picture.buffer().ok_or(MediaError::Unknown("the frame could not be made a JPEG"))?;
    let bytes = buffer.map_readable().map_err(|_| MediaError::Unknown("the JPEG can't be read"))?;
    Ok(bytes.to_vec())
}

/// The largest size of that shape that fits into `most`, with even sides.
pub(super) fn fit(width: u32, height: u32, most: (u32, u32)) -> (u32, u32) {
    let (width, height) = (f64::from(width.max(2)), f64::from(height.max(2)));
    let scale = (f64::from(most.0) / width).min(f64::from(most.1) / height).min(1.0);
    let even = |side: f64| ((side * scale / 2.0).round() as u32 * 2).max(2);
    (even(width), even(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_keep_the_shape_and_fit() {
        let poster = |width, height| fit(width, height, (480, 720));
        assert_eq!(poster(1920, 1080), (480, 270));
        assert_eq!(poster(1080, 1920), (406, 720));
        assert_eq!(poster(320, 240), (320, 240));
        assert_eq!(poster(0, 0), (2, 2));
        assert_eq!(poster(100_000, 1), (480, 2));
    }
}
