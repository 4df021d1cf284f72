//! The picture shown, as a PNG file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gstreamer as gst;
use gstreamer_video::{self as gst_video, prelude::*};

use super::frame::{Rotation, VideoFrame};
use super::light::Tables;

/// Most screenshots under way at once.
const MAX_AT_ONCE: usize = 4;

/// How long the conversion of one picture may take.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(10);

/// Widest and highest picture written, in pixels.
const MAX_SIDE: u32 = 16_384;

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Converts and writes off the caller's thread.
pub(super) fn take(
    frame: Option<Arc<VideoFrame>>,
    path: PathBuf,
    done: Box<dyn FnOnce(Result<(), String>) + Send>,
) {
    give(frame, Box::new(move |picture| done(picture.and_then(|picture| write(&picture, &path)))));
}

/// Converts off the caller's thread.
pub(super) fn give(
    frame: Option<Arc<VideoFrame>>,
    done: Box<dyn FnOnce(Result<image::RgbImage, String>) + Send>,
) {
    let Some(frame) = frame else {
        done(Err("There is no picture to save.".into()));
        return;
    };
    if UNDER_WAY.fetch_add(1, Ordering::AcqRel) >= MAX_AT_ONCE {
        UNDER_WAY.fetch_sub(1, Ordering::AcqRel);
        done(Err("Other screenshots are still being written: try again in a moment.".into()));
        return;
    }
    // A thread that can't be had drops `done` with the closure; the count must fall all the same.
    let work = move || {
        done(to_image(&frame));
        UNDER_WAY.fetch_sub(1, Ordering::AcqRel);
    };
    if let Err(error) = thread::Builder::new().name("screenshot".into()).spawn(work) {
        UNDER_WAY.fetch_sub(1, Ordering::AcqRel);
        tracing::warn!(%error, "no thread for a screenshot");
    }
}

fn write(image: &image::RgbImage, path: &Path) -> Result<(), String> {
    image
        .save_with_format(path, image::ImageFormat::Png)
        .map_err(|error| format!("The screenshot could not be written to {}: {error}", path.display()))
}

/// The picture as it is seen: square pixels, upright.
fn to_image(frame: &VideoFrame) -> Result<image::RgbImage, String> {
    let broken = |what: &str| format!("The picture could not be converted: {what}");
    let sample = frame.to_sample().ok_or_else(|| broken("no sample"))?;
    let (width, height) = square_size(frame);
    let caps = gst_video::VideoCapsBuilder::new()
        .format(gst_video::VideoFormat::Rgb)
        .width(i32::try_from(width).map_err(|_| broken("too wide"))?)
        .height(i32::try_from(height).map_err(|_| broken("too high"))?)
        .pixel_aspect_ratio(gst::Fraction::new(1, 1))
        .build();
    let converted = gst_video::convert_sample(&sample, &caps, Some(PATIENCE))
        .map_err(|error| broken(&error.to_string()))?;
    let buffer = converted.buffer().ok_or_else(|| broken("no buffer"))?;
    let info = gst_video::VideoInfo::builder(gst_video::VideoFormat::Rgb, width, height)
        .build()
        .map_err(|error| broken(&error.to_string()))?;
    let mapped = gst_video::VideoFrameRef::from_buffer_ref_readable(buffer, &info)
        .map_err(|error| broken(&error.to_string()))?;
    let rows = mapped.plane_data(0).map_err(|error| broken(&error.to_string()))?;
    let stride = usize::try_from(mapped.plane_stride()[0]).map_err(|_| broken("negative stride"))?;
    let row_bytes = width as usize * 3;
    let mut pixels = Vec::with_capacity(row_bytes * height as usize);
    for row in rows.chunks(stride).take(height as usize) {
        pixels.extend_from_slice(row.get(..row_bytes).ok_or_else(|| broken("short row"))?);
    }
    if !frame.light.is_plain() {
        let tables = Tables::of(frame.light);
        for pixel in pixels.as_chunks_mut::<3>().0 {
            *pixel = tables.shown(*pixel);
        }
    }
    let image = image::RgbImage::from_raw(width, height, pixels).ok_or_else(|| broken("short picture"))?;
    Ok(match frame.rotation {
        Rotation::None => image,
        Rotation::Quarter => image::imageops::rotate90(&image),
        Rotation::Half => image::imageops::rotate180(&image),
        Rotation::ThreeQuarters => image::imageops::rotate270(&image),
    })
}

/// Size with square pixels, before any turn.
fn square_size(frame: &VideoFrame) -> (u32, u32) {
    let shown = frame.display_aspect();
    let stored = if frame.rotation.is_sideways() { 1.0 / shown } else { shown };
    let width = (frame.height() as f32 * stored).round() as u32;
    (width.clamp(1, MAX_SIDE), frame.height().clamp(1, MAX_SIDE))
}
