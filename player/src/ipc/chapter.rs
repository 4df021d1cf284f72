//! mpv's properties about chapters.

use serde_json::{Value, json};

use super::error::Refusal;
use super::property::{number, seek_to};
use super::view::{RemoteCommand, RemoteView};

/// Their list, each with its name and its beginning in seconds.
pub(super) fn list(view: &RemoteView) -> Value {
    let told = view.chapters.iter();
    told.map(|chapter| json!({ "title": chapter.name, "time": chapter.start.as_secs_f64() })).collect()
}

/// The number of the one that plays, from 0; -1 before the first.
pub(super) fn now(view: &RemoteView) -> Result<Value, Refusal> {
    let place = view.position.filter(|_| !view.chapters.is_empty()).ok_or(Refusal::PropertyUnavailable)?;
    let begun = view.chapters.partition_point(|chapter| chapter.start <= place);
    Ok(i64::try_from(begun).map_or(-1, |begun| begun - 1).into())
}

/// Goes to the beginning of the one with this number.
pub(super) fn go_to(value: &Value, view: &RemoteView) -> Result<RemoteCommand, Refusal> {
    let wanted = number(value)?.round();
    let chapter = view.chapters.iter().zip(0_u32..).find(|(_, number)| f64::from(*number) == wanted.max(0.0));
    let (chapter, _) = chapter.ok_or(Refusal::PropertyError)?;
    seek_to(chapter.start.as_secs_f64(), true, view)
}

#[cfg(test)]
mod tests {
    use super::super::{property, request};
    use super::*;
    use crate::state::playback::Chapter;
    use std::time::Duration;

    fn film(at: u64) -> RemoteView {
        let chapter = |name: &str, start| Chapter { name: name.into(), start: Duration::from_secs(start) };
        RemoteView {
            path: Some("film".into()),
            position: Some(Duration::from_secs(at)),
            duration: Some(Duration::from_secs(100)),
            chapters: vec![chapter("Morning", 5), chapter("Noon", 50)],
            ..RemoteView::default()
        }
    }

    fn get(name: &str, view: &RemoteView) -> Result<Value, Refusal> {
        property::get(name, view, &|_| Value::Null)
    }

    #[test]
    fn they_are_told_as_mpv_tells_them() {
        let list = json!([{ "title": "Morning", "time": 5.0 }, { "title": "Noon", "time": 50.0 }]);
        assert_eq!(get("chapter-list", &film(7)), Ok(list));
        assert_eq!(get("chapters", &film(7)), Ok(json!(2)));
        for (at, number) in [(3, -1), (5, 0), (49, 0), (60, 1)] {
            assert_eq!(get("chapter", &film(at)), Ok(json!(number)), "{at}");
        }
        assert_eq!(get("chapter", &RemoteView::default()), Err(Refusal::PropertyUnavailable));
    }

    #[test]
    fn they_are_gone_to() {
        let to = |seconds| Some(Ok(RemoteCommand::Seek { to: Duration::from_secs(seconds), exact: true }));
        let asked = |at, words: Value| request::command(words.as_array().expect("words"), &film(at));
        assert_eq!(asked(7, json!(["add", "chapter", 1])), to(50));
        assert_eq!(asked(60, json!(["add", "chapter", -1])), to(5));
        assert_eq!(asked(3, json!(["add", "chapter", -1])), to(5));
        assert_eq!(asked(7, json!(["set_property", "chapter", 1])), to(50));
        assert_eq!(asked(60, json!(["add", "chapter", 1])), Some(Err(Refusal::PropertyError)));
    }
}
