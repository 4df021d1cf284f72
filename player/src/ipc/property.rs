//! mpv's properties: what each says of a [`RemoteView`], and what setting it means.

use serde_json::{Value, json};

use super::chapter;
use super::error::Refusal;
use super::view::{RemoteCommand, RemoteView};
use crate::media::{TrackInfo, TrackKind};

/// Loudest volume, in mpv's per cent.
const MAX_VOLUME_PERCENT: f64 = 150.0;

/// Names of all that can be asked for.
pub(super) const NAMES: &[&str] = &[
    "aid",
    "cache-buffering-state",
    "cache-speed",
    "chapter",
    "chapter-list",
    "chapter-list/count",
    "chapters",
    "container-fps",
    "core-idle",
    "demuxer-cache-duration",
    "demuxer-cache-state",
    "demuxer-cache-time",
    "duration",
    "dwidth",
    "dheight",
    "eof-reached",
    "file-size",
    "filename",
    "frame-drop-count",
    "fullscreen",
    "height",
    "idle-active",
    "media-title",
    "mpv-version",
    "mute",
    "path",
    "pause",
    "paused-for-cache",
    "percent-pos",
    "pid",
    "playback-time",
    "property-list",
    "seekable",
    "seeking",
    "sid",
    "speed",
    "time-pos",
    "time-remaining",
    "track-list",
    "track-list/count",
    "tributary/stats",
    "tributary/widgets",
    "video-codec",
    "volume",
    "volume-max",
    "width",
];

/// The value of a property.
pub(super) fn get(name: &str, view: &RemoteView, own: &dyn Fn(&str) -> Value) -> Result<Value, Refusal> {
    let idle = view.path.is_none();
    let seconds = |time: Option<std::time::Duration>| given(time.map(|time| time.as_secs_f64()));
    match name {
        "time-pos" | "playback-time" => seconds(view.position),
        "duration" => seconds(view.duration),
        "time-remaining" | "playtime-remaining" => {
            seconds(view.duration.zip(view.position).map(|(whole, at)| whole.saturating_sub(at)))
        }
        "percent-pos" => given(
            view.duration
                .zip(view.position)
                .filter(|(whole, _)| !whole.is_zero())
                .map(|(whole, at)| (at.as_secs_f64() / whole.as_secs_f64() * 100.0).clamp(0.0, 100.0)),
        ),
        "pause" => Ok(view.paused.into()),
        "mute" => Ok(view.muted.into()),
        "volume" => Ok(((view.volume * 1e5).round() / 1e3).into()),
        "volume-max" => Ok(MAX_VOLUME_PERCENT.into()),
        "speed" => Ok(view.speed.into()),
        "fullscreen" => Ok(view.fullscreen.into()),
        "path" => given(view.path.clone()),
        "filename" => given(view.path.as_deref().map(file_name)),
        "media-title" => given(view.title.as_deref().or(view.path.as_deref().map(file_name))),
        "idle-active" => Ok(idle.into()),
        "core-idle" => {
            Ok((idle || view.paused || view.ended || view.seeking || view.buffering.is_some()).into())
        }
        "seeking" if idle => Err(Refusal::PropertyUnavailable),
        "seeking" => Ok(view.seeking.into()),
        "eof-reached" if idle => Err(Refusal::PropertyUnavailable),
        "eof-reached" => Ok(view.ended.into()),
        "seekable" if idle => Err(Refusal::PropertyUnavailable),
        "seekable" => Ok(view.duration.is_some().into()),
        "paused-for-cache" if idle => Err(Refusal::PropertyUnavailable),
        "paused-for-cache" => Ok(view.buffering.is_some().into()),
        "cache-buffering-state" if idle => Err(Refusal::PropertyUnavailable),
        "cache-buffering-state" => Ok(view.buffering.unwrap_or(100).into()),
        "cache-speed" => Ok((view.rate_bytes_per_second as u64).into()),
        "file-size" => given(view.size_bytes),
        "frame-drop-count" => Ok(view.dropped_frames.into()),
        "demuxer-cache-time" => given(cache_end(view)),
        "demuxer-cache-duration" => given(cache_seconds(view)),
        "demuxer-cache-state" if idle => Err(Refusal::PropertyUnavailable),
        "demuxer-cache-state" => Ok(cache_state(view)),
        "width" | "dwidth" => given(view.video.as_ref().map(|video| video.width)),
        "height" | "dheight" => given(view.video.as_ref().map(|video| video.height)),
        "container-fps" => {
            given(view.video.as_ref().map(|video| video.frames_per_second).filter(|rate| *rate > 0.0))
        }
        "video-codec" => given(view.video.as_ref().map(|video| video.codec.clone())),
        "track-list" => Ok(view.tracks.iter().map(track).collect()),
        "track-list/count" => Ok(view.tracks.len().into()),
        "chapter-list" => Ok(chapter::list(view)),
        "chapter-list/count" | "chapters" => Ok(view.chapters.len().into()),
        "chapter" => chapter::now(view),
        "aid" => Ok(chosen(view, TrackKind::Audio)),
        "sid" => Ok(chosen(view, TrackKind::Subtitle)),
        "mpv-version" => Ok(concat!("Tributary ", env!("CARGO_PKG_VERSION")).into()),
        "pid" => Ok(std::process::id().into()),
        "property-list" => Ok(NAMES.into()),
        "tributary/stats" | "tributary/widgets" => match own(name) {
            Value::Null => Err(Refusal::PropertyUnavailable),
            value => Ok(value),
        },
        _ => Err(Refusal::PropertyNotFound),
    }
}

/// What setting a property wants done.
pub(super) fn set(name: &str, value: &Value, view: &RemoteView) -> Result<RemoteCommand, Refusal> {
    match name {
        "pause" => Ok(RemoteCommand::Pause(flag(value)?)),
        "mute" => Ok(RemoteCommand::Mute(flag(value)?)),
        "fullscreen" => Ok(RemoteCommand::Fullscreen(flag(value)?)),
        "volume" => Ok(RemoteCommand::Volume(number(value)?.clamp(0.0, MAX_VOLUME_PERCENT) / 100.0)),
        "speed" => {
            let speed = number(value)?;
            if !(0.01..=100.0).contains(&speed) {
                return Err(Refusal::PropertyError);
            }
            Ok(RemoteCommand::Speed(speed.clamp(0.25, 4.0)))
        }
        "time-pos" | "playback-time" => seek_to(number(value)?, true, view),
        "percent-pos" => seek_to(percent_to_seconds(number(value)?, view)?, true, view),
        "chapter" => chapter::go_to(value, view),
        "aid" => Ok(RemoteCommand::SelectAudio(track_choice(value, TrackKind::Audio, view)?)),
        "sid" => Ok(RemoteCommand::SelectSubtitle(track_choice(value, TrackKind::Subtitle, view)?)),
        _ if NAMES.contains(&name) => Err(Refusal::PropertyError),
        _ => Err(Refusal::PropertyNotFound),
    }
}

/// A seek to so many seconds, kept inside the title.
pub(super) fn seek_to(seconds: f64, exact: bool, view: &RemoteView) -> Result<RemoteCommand, Refusal> {
    if view.path.is_none() {
        return Err(Refusal::CommandFailed);
    }
    let most = view.duration.map_or(f64::MAX, |duration| duration.as_secs_f64());
    let to = std::time::Duration::try_from_secs_f64(seconds.clamp(0.0, most));
    to.map(|to| RemoteCommand::Seek { to, exact }).map_err(|_| Refusal::InvalidParameter)
}

/// Per cent of the title in seconds.
pub(super) fn percent_to_seconds(percent: f64, view: &RemoteView) -> Result<f64, Refusal> {
    let duration = view.duration.ok_or(Refusal::PropertyUnavailable)?;
    Ok(duration.as_secs_f64() * percent.clamp(0.0, 100.0) / 100.0)
}

/// A number, or the text of one.
pub(super) fn number(value: &Value) -> Result<f64, Refusal> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite()).ok_or(Refusal::PropertyFormat)
}

fn flag(value: &Value) -> Result<bool, Refusal> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text == "yes" || text == "true" => Ok(true),
        Value::String(text) if text == "no" || text == "false" => Ok(false),
        _ => Err(Refusal::PropertyFormat),
    }
}

fn given<T: Into<Value>>(value: Option<T>) -> Result<Value, Refusal> {
    value.map(Into::into).ok_or(Refusal::PropertyUnavailable)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').find(|part| !part.is_empty()).unwrap_or(path)
}

/// mpv numbers the tracks of each kind from 1.
fn track_choice(value: &Value, kind: TrackKind, view: &RemoteView) -> Result<Option<usize>, Refusal> {
    match value {
        Value::Bool(false) => return Ok(None),
        Value::String(text) if text == "no" => return Ok(None),
        Value::String(text) if text == "auto" => return Ok(Some(0)),
        _ => (),
    }
    let wanted = number(value)?;
    let index = view.tracks.iter().filter(|track| track.kind == kind).map(|track| track.index);
    index
        .into_iter()
        .find(|index| (*index as f64 + 1.0 - wanted).abs() < 0.5)
        .map(Some)
        .ok_or(Refusal::PropertyError)
}

fn chosen(view: &RemoteView, kind: TrackKind) -> Value {
    let chosen = view.tracks.iter().find(|track| track.kind == kind && track.selected);
    chosen.map_or(false.into(), |track| (track.index + 1).into())
}

fn track(track: &TrackInfo) -> Value {
    let kind = match track.kind {
        TrackKind::Video => "video",
        TrackKind::Audio => "audio",
        TrackKind::Subtitle => "sub",
    };
    let mut value = json!({
        "id": track.index + 1,
        "type": kind,
        "selected": track.selected,
        "external": false,
        "codec": track.codec,
    });
    if let Some(language) = &track.language {
        value["lang"] = language.as_str().into();
    }
    if let Some(title) = &track.title {
        value["title"] = title.as_str().into();
    }
    value
}

/// End of the cached range that holds the play head, in seconds.
fn cache_end(view: &RemoteView) -> Option<f64> {
    let at = view.position?.as_secs_f64();
    view.cached.iter().find(|(from, to)| *from <= at && at <= *to).map(|(_, to)| *to)
}

fn cache_seconds(view: &RemoteView) -> Option<f64> {
    Some(cache_end(view)? - view.position?.as_secs_f64())
}

fn cache_state(view: &RemoteView) -> Value {
    let whole =
        view.duration.is_some_and(|whole| cache_end(view).is_some_and(|end| end >= whole.as_secs_f64()));
    let ranges: Vec<Value> =
        view.cached.iter().map(|(from, to)| json!({ "start": from, "end": to })).collect();
    let mut state = json!({
        "seekable-ranges": ranges,
        "eof": whole,
        "underrun": view.buffering.is_some(),
        "idle": whole,
        "fw-bytes": view.ahead_bytes,
        "raw-input-rate": view.rate_bytes_per_second as u64,
    });
    if let Some(end) = cache_end(view) {
        state["cache-end"] = end.into();
    }
    if let Some(seconds) = cache_seconds(view) {
        state["cache-duration"] = seconds.into();
    }
    if let Some(position) = view.position {
        state["reader-pts"] = position.as_secs_f64().into();
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn film() -> RemoteView {
        RemoteView {
            path: Some("Library/big-film.mp4".into()),
            position: Some(Duration::from_secs(30)),
            duration: Some(Duration::from_secs(120)),
            volume: 0.8,
            speed: 1.0,
            cached: vec![(0.0, 10.0), (20.0, 60.0)],
            ..RemoteView::default()
        }
    }

    fn read(name: &str, view: &RemoteView) -> Result<Value, Refusal> {
        get(name, view, &|_| json!({ "at": 1 }))
    }

    #[test]
    fn every_listed_property_answers() {
        for name in NAMES {
            assert_ne!(read(name, &film()), Err(Refusal::PropertyNotFound), "{name}");
        }
        assert_eq!(read("nonsense", &film()), Err(Refusal::PropertyNotFound));
    }

    #[test]
    fn figures_are_mpvs() {
        let film = film();
        assert_eq!(read("time-pos", &film), Ok(json!(30.0)));
        assert_eq!(read("percent-pos", &film), Ok(json!(25.0)));
        assert_eq!(read("volume", &film), Ok(json!(80.0)));
        assert_eq!(read("filename", &film), Ok(json!("big-film.mp4")));
        assert_eq!(read("media-title", &film), Ok(json!("big-film.mp4")));
        assert_eq!(read("core-idle", &film), Ok(json!(false)));
        let cache = read("demuxer-cache-state", &film).unwrap();
        assert_eq!(cache["cache-end"], json!(60.0));
        assert_eq!(cache["cache-duration"], json!(30.0));
        assert_eq!(cache["seekable-ranges"][1], json!({ "start": 20.0, "end": 60.0 }));
        assert_eq!(read("tributary/stats", &film), Ok(json!({ "at": 1 })));
    }

    #[test]
    fn nothing_loaded_is_unavailable_rather_than_zero() {
        let idle = RemoteView::default();
        for name in ["time-pos", "duration", "path", "eof-reached", "demuxer-cache-state"] {
            assert_eq!(read(name, &idle), Err(Refusal::PropertyUnavailable), "{name}");
        }
        assert_eq!(read("idle-active", &idle), Ok(json!(true)));
    }

    #[test]
    fn setting_wants_the_right_thing() {
        let film = film();
        assert_eq!(set("pause", &json!("yes"), &film), Ok(RemoteCommand::Pause(true)));
        assert_eq!(set("volume", &json!(500), &film), Ok(RemoteCommand::Volume(1.5)));
        assert_eq!(
            set("time-pos", &json!(1e300), &film),
            Ok(RemoteCommand::Seek { to: Duration::from_secs(120), exact: true })
        );
        assert_eq!(set("pause", &json!([1]), &film), Err(Refusal::PropertyFormat));
        assert_eq!(set("duration", &json!(1), &film), Err(Refusal::PropertyError));
        assert_eq!(set("nonsense", &json!(1), &film), Err(Refusal::PropertyNotFound));
        assert_eq!(set("aid", &json!(9), &film), Err(Refusal::PropertyError));
        assert_eq!(set("sid", &json!("no"), &film), Ok(RemoteCommand::SelectSubtitle(None)));
        assert_eq!(set("time-pos", &json!(1), &RemoteView::default()), Err(Refusal::CommandFailed));
    }
}
