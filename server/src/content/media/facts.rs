//! Facts of a film by GStreamer's Discoverer.

use std::path::Path;

use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer_pbutils::prelude::*;
use gstreamer_pbutils::{
    Discoverer, DiscovererAudioInfo, DiscovererContainerInfo, DiscovererInfo, DiscovererResult,
    DiscovererStreamInfo, DiscovererSubtitleInfo, DiscovererVideoInfo, pb_utils_get_codec_description,
};
use tributary_core::directory::{MediaFacts, Track};

use super::chapters;
use crate::text::clean;

/// A film that takes longer to look at stays unknown.
const TIMEOUT: gstreamer::ClockTime = gstreamer::ClockTime::from_seconds(15);
/// Largest picture that is taken for a poster, in bytes.
pub(super) const MAX_PICTURE_BYTES: u64 = 16 << 20;
/// The same in pixels of each side.
const MAX_PICTURE_SIDE: u32 = 8192;
/// Longest codec, language, or name of a track or chapter, in characters.
pub(super) const MAX_WORD_CHARS: usize = 64;

/// Why nothing is known of a film.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MediaError {
    /// GStreamer says why.
    #[error("{0}")]
    Library(#[from] glib::Error),
    /// It took too long, or it is no film.
    #[error("{0}")]
    Unknown(&'static str),
}

/// Looks at the film at `path`; gives the picture too that lies in it as its cover. Takes up to 15 s.
///
/// # Errors
/// [`MediaError`] for what is no film, or one whose container can't be read here.
pub(super) fn discover(path: &Path) -> Result<(MediaFacts, Option<Vec<u8>>), MediaError> {
    let uri = glib::filename_to_uri(path, None)?;
    let info = Discoverer::new(TIMEOUT)?.discover_uri(&uri)?;
    match info.result() {
        // A film with a codec that is missing here may play elsewhere.
        DiscovererResult::Ok | DiscovererResult::MissingPlugins => {
            let facts = MediaFacts { chapters: chapters::of(path, info.toc().as_ref()), ..facts(&info) };
            Ok((facts, cover(&info)))
        }
        DiscovererResult::Timeout => Err(MediaError::Unknown("it took too long to look at")),
        DiscovererResult::UriInvalid | DiscovererResult::Busy => {
            Err(MediaError::Unknown("it could not be looked at"))
        }
        _ => Err(MediaError::Unknown("it is no film that GStreamer can read")),
    }
}

/// The cover in the file, as it lies there.
fn cover(info: &DiscovererInfo) -> Option<Vec<u8>> {
    let image = info.tags()?.get::<gstreamer::tags::Image>()?.get();
    let bytes = image.buffer()?.map_readable().ok()?.to_vec();
    (bytes.len() as u64 <= MAX_PICTURE_BYTES).then_some(bytes)
}

/// Width and height of the picture at `path`.
///
/// # Errors
/// [`MediaError`] where it is none, or too large.
pub(super) fn picture_size(path: &Path) -> Result<(u32, u32), MediaError> {
    let uri = glib::filename_to_uri(path, None)?;
    let info = Discoverer::new(TIMEOUT)?.discover_uri(&uri)?;
    let video = info.video_streams().into_iter().next();
    let video = video.and_then(|stream| stream.downcast::<DiscovererVideoInfo>().ok());
    let size = video.map(|video| (video.width(), video.height()));
    size.filter(|(width, height)| *width > 0 && *height > 0 && *width.max(height) <= MAX_PICTURE_SIDE)
        .ok_or(MediaError::Unknown("it is no picture, or one that is too large"))
}

fn facts(info: &DiscovererInfo) -> MediaFacts {
    let mut facts = MediaFacts {
        duration_ms: info.duration().map_or(0, gstreamer::ClockTime::mseconds),
        container: info
            .stream_info()
            .filter(|top| top.is::<DiscovererContainerInfo>())
            .map(|top| description(&top))
            .unwrap_or_default(),
        ..MediaFacts::default()
    };
    for stream in info.stream_list() {
        let (kind, language) = if let Some(video) = stream.downcast_ref::<DiscovererVideoInfo>() {
            if video.is_image() {
                continue;
            }
            if facts.width == 0 {
                (facts.width, facts.height) = shown_size(video);
                let fps = video.framerate();
                facts.fps =
                    if fps.denom() > 0 { f64::from(fps.numer()) / f64::from(fps.denom()) } else { 0.0 };
            }
            ("video", None)
        } else if let Some(audio) = stream.downcast_ref::<DiscovererAudioInfo>() {
            ("audio", audio.language())
        } else if let Some(subtitle) = stream.downcast_ref::<DiscovererSubtitleInfo>() {
            ("subtitle", subtitle.language())
        } else {
            continue;
        };
        let channels = stream.downcast_ref::<DiscovererAudioInfo>().map_or(0, DiscovererAudioInfo::channels);
        let title = stream
            .tags()
            .and_then(|tags| tags.get::<gstreamer::tags::Title>().map(|tag| tag.get().to_owned()));
        facts.tracks.push(Track {
            kind: kind.into(),
            codec: description(&stream),
            language: clean(language.as_deref().unwrap_or_default(), MAX_WORD_CHARS),
            title: clean(title.as_deref().unwrap_or_default(), MAX_WORD_CHARS),
            channels,
        });
    }
    facts
}

/// Size of the picture as it is shown, its pixels made square.
fn shown_size(video: &DiscovererVideoInfo) -> (u32, u32) {
    let shape = video.par();
    let (numer, denom) = (u64::from(shape.numer().unsigned_abs()), u64::from(shape.denom().unsigned_abs()));
    let width =
        if numer == 0 || denom == 0 { None } else { (u64::from(video.width()) * numer).checked_div(denom) };
    (width.and_then(|width| u32::try_from(width).ok()).unwrap_or(video.width()), video.height())
}

/// Codec or container in words, as people call it: `H.264` of `H.264 (High Profile)`.
fn description(stream: &DiscovererStreamInfo) -> String {
    let Some(caps) = stream.caps() else { return String::new() };
    let words = pb_utils_get_codec_description(&caps);
    let short = words.split(" (").next().unwrap_or_default();
    let usual = match short {
        "MPEG-4 AAC" | "MPEG-2 AAC" => "AAC",
        "ISO MP4/M4A" | "Quicktime" => "MP4",
        "Timed Text" => "Text",
        _ => short.trim_end_matches(" video").trim_end_matches(" audio"),
    };
    clean(usual, MAX_WORD_CHARS)
}
