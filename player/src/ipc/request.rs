//! What a line from a client asks for.

use std::path::PathBuf;

use serde_json::Value;

use super::error::Refusal;
use super::property;
use super::view::{RemoteCommand, RemoteView};
use crate::media::TrackKind;

/// Longest path or address taken, in bytes.
const MAX_PATH_BYTES: usize = 4096;

/// Most words of one command.
const MAX_WORDS: usize = 64;

/// A request, cut into words.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    /// The command's name and what follows it.
    pub(super) words: Vec<Value>,
    /// What the reply carries; none for plain text commands, which get no reply.
    pub(super) id: Option<Value>,
}

/// Reads a line: a JSON object, or a plain text command as in `input.conf`.
pub(super) fn parse(line: &[u8]) -> Result<Request, (Refusal, Option<Value>)> {
    let zero = || Some(Value::from(0));
    if line.first() != Some(&b'{') {
        let text = String::from_utf8_lossy(line);
        let words: Vec<Value> = text.split_whitespace().take(MAX_WORDS).map(Value::from).collect();
        return Ok(Request { words, id: None });
    }
    let Ok(Value::Object(mut object)) = serde_json::from_slice(line) else {
        return Err((Refusal::InvalidParameter, zero()));
    };
    let id = match object.remove("request_id") {
        Some(id @ Value::Number(_)) => Some(id),
        Some(_) => return Err((Refusal::InvalidParameter, zero())),
        None => zero(),
    };
    match object.remove("command") {
        Some(Value::Array(words)) if !words.is_empty() && words.len() <= MAX_WORDS => {
            Ok(Request { words, id })
        }
        _ => Err((Refusal::InvalidParameter, id)),
    }
}

/// The text of word `n`.
pub(super) fn text(words: &[Value], n: usize) -> Result<&str, Refusal> {
    words.get(n).and_then(Value::as_str).ok_or(Refusal::InvalidParameter)
}

/// What a command wants done; none where it is not one that acts on playback.
pub(super) fn command(words: &[Value], view: &RemoteView) -> Option<Result<RemoteCommand, Refusal>> {
    let path = |n| {
        let path = text(words, n)?;
        if path.is_empty() || path.len() > MAX_PATH_BYTES { Err(Refusal::InvalidParameter) } else { Ok(path) }
    };
    Some(match text(words, 0).ok()? {
        "loadfile" => path(1).and_then(|path| {
            let append = match words.get(2).map_or(Some("replace"), Value::as_str) {
                Some("replace") => false,
                Some("append" | "append-play") => true,
                _ => return Err(Refusal::InvalidParameter),
            };
            Ok(RemoteCommand::Load { path: path.to_owned(), append })
        }),
        "seek" => seek(words, view),
        "set_property" | "set_property_string" | "set" => match (text(words, 1), words.get(2)) {
            (Ok(name), Some(value)) => property::set(name, value, view),
            _ => Err(Refusal::InvalidParameter),
        },
        "cycle" => text(words, 1).and_then(|name| cycle(name, view)),
        "add" => text(words, 1).and_then(|name| {
            let by = words.get(2).map_or(Ok(1.0), property::number)?;
            let now = property::number(&property::get(name, view, &|_| Value::Null)?)?;
            property::set(name, &Value::from(now + by), view)
        }),
        "multiply" => text(words, 1).and_then(|name| {
            let by = words.get(2).ok_or(Refusal::InvalidParameter).and_then(property::number)?;
            let now = property::number(&property::get(name, view, &|_| Value::Null)?)?;
            property::set(name, &Value::from(now * by), view)
        }),
        "frame-step" => Ok(RemoteCommand::Step { forward: true }),
        "frame-back-step" => Ok(RemoteCommand::Step { forward: false }),
        "playlist-next" => Ok(RemoteCommand::Queue { forward: true }),
        "playlist-prev" => Ok(RemoteCommand::Queue { forward: false }),
        "screenshot-to-file" => path(1).map(|path| RemoteCommand::Screenshot(PathBuf::from(path))),
        "stop" => Ok(RemoteCommand::Stop),
        "quit" => Ok(RemoteCommand::Quit),
        _ => return None,
    })
}

/// `seek TARGET [FLAGS] [PRECISION]`: exact, unless the flags say otherwise. (A near picture may lie before
/// the place, and a step forward would go back.)
fn seek(words: &[Value], view: &RemoteView) -> Result<RemoteCommand, Refusal> {
    let by = words.get(1).ok_or(Refusal::InvalidParameter).and_then(property::number)?;
    let (mut kind, mut exact) = ("relative", None);
    for word in words.iter().skip(2) {
        let flags = word.as_str().ok_or(Refusal::InvalidParameter)?;
        for flag in flags.split('+') {
            match flag {
                "relative" | "absolute" | "absolute-percent" | "relative-percent" => kind = flag,
                "exact" => exact = Some(true),
                "keyframes" | "default-precise" => exact = Some(false),
                _ => return Err(Refusal::InvalidParameter),
            }
        }
    }
    let now = view.position.map_or(0.0, |position| position.as_secs_f64());
    let whole =
        |percent: f64| Ok(view.duration.ok_or(Refusal::CommandFailed)?.as_secs_f64() * percent / 100.0);
    let to = match kind {
        "absolute" if by < 0.0 => whole(100.0)? + by,
        "absolute" => by,
        "absolute-percent" => whole(by)?,
        "relative-percent" => now + whole(by)?,
        _ => now + by,
    };
    property::seek_to(to, exact.unwrap_or(true), view)
}

fn cycle(name: &str, view: &RemoteView) -> Result<RemoteCommand, Refusal> {
    let next = |kind: TrackKind| {
        let count = view.tracks.iter().filter(|track| track.kind == kind).count();
        let now =
            view.tracks.iter().find(|track| track.kind == kind && track.selected).map(|track| track.index);
        match now {
            Some(index) if index + 1 < count => Some(index + 1),
            Some(_) => None,
            None => (count > 0).then_some(0),
        }
    };
    match name {
        "pause" => Ok(RemoteCommand::Pause(!view.paused)),
        "mute" => Ok(RemoteCommand::Mute(!view.muted)),
        "fullscreen" => Ok(RemoteCommand::Fullscreen(!view.fullscreen)),
        "audio" | "aid" => Ok(RemoteCommand::SelectAudio(next(TrackKind::Audio))),
        "sub" | "sid" => Ok(RemoteCommand::SelectSubtitle(next(TrackKind::Subtitle))),
        _ => Err(Refusal::PropertyNotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::Duration;

    fn film() -> RemoteView {
        RemoteView {
            path: Some("film".into()),
            position: Some(Duration::from_secs(30)),
            duration: Some(Duration::from_secs(100)),
            ..RemoteView::default()
        }
    }

    fn asked(words: Value) -> Option<Result<RemoteCommand, Refusal>> {
        command(words.as_array().unwrap(), &film())
    }

    fn place(words: Value) -> (u64, bool) {
        match asked(words) {
            Some(Ok(RemoteCommand::Seek { to, exact })) => (to.as_secs(), exact),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn seeks_follow_mpvs_flags() {
        assert_eq!(place(json!(["seek", 5])), (35, true));
        assert_eq!(place(json!(["seek", -50])), (0, true));
        assert_eq!(place(json!(["seek", "12.5", "absolute"])), (12, true));
        assert_eq!(place(json!(["seek", 12, "absolute+keyframes"])), (12, false));
        assert_eq!(place(json!(["seek", 50, "absolute-percent", "exact"])), (50, true));
        assert_eq!(place(json!(["seek", -10, "absolute"])), (90, true));
        assert_eq!(place(json!(["seek", 10, "relative-percent"])), (40, true));
        assert_eq!(place(json!(["seek", 5, "relative+keyframes"])), (35, false));
        assert_eq!(asked(json!(["seek", 1, "sideways"])), Some(Err(Refusal::InvalidParameter)));
        assert_eq!(asked(json!(["seek"])), Some(Err(Refusal::InvalidParameter)));
    }

    #[test]
    fn loading_replaces_or_appends() {
        assert_eq!(
            asked(json!(["loadfile", "Library/x", "append-play"])),
            Some(Ok(RemoteCommand::Load { path: "Library/x".into(), append: true }))
        );
        assert_eq!(asked(json!(["loadfile", ""])), Some(Err(Refusal::InvalidParameter)));
        let long = "x".repeat(MAX_PATH_BYTES + 1);
        assert_eq!(asked(json!(["loadfile", long])), Some(Err(Refusal::InvalidParameter)));
        assert_eq!(asked(json!(["make-coffee"])), None);
    }

    #[test]
    fn lines_are_objects_or_plain_words() {
        let request = parse(br#"{"command":["stop"],"request_id":7}"#).unwrap();
        assert_eq!(request, Request { words: vec![json!("stop")], id: Some(json!(7)) });
        assert_eq!(parse(b"cycle pause").unwrap().id, None);
        for bad in [r#"{"command":[]}"#, r#"{"command":"stop"}"#, "{", r#"{"request_id":1}"#] {
            assert_eq!(parse(bad.as_bytes()).unwrap_err().0, Refusal::InvalidParameter, "{bad}");
        }
    }

    #[test]
    fn cycling_goes_round() {
        assert_eq!(asked(json!(["cycle", "pause"])), Some(Ok(RemoteCommand::Pause(true))));
        assert_eq!(asked(json!(["cycle", "sub"])), Some(Ok(RemoteCommand::SelectSubtitle(None))));
        assert_eq!(asked(json!(["add", "volume", 5])), Some(Ok(RemoteCommand::Volume(0.05))));
    }
}
