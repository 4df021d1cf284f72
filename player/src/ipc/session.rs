//! One client's conversation, without its socket: lines in, replies and wishes out.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::error::Refusal;
use super::property;
use super::request::{self, Request};
use super::view::{EndReason, RemoteCommand, RemoteEvent, RemoteView};

/// Most properties one client may observe.
const MAX_OBSERVED: usize = 256;

/// The statistics change all the time; observers get them no more often than this.
const STATS_EVERY: Duration = Duration::from_millis(500);

const OWN: &str = "tributary/";

struct Observed {
    id: Value,
    name: String,
    as_text: bool,
    last: Option<Value>,
    told: Instant,
}

/// What follows from a line.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    /// Messages to send now, in order.
    pub(super) messages: Vec<Value>,
    /// What is wanted, and the number of the reply that awaits its outcome, if any.
    pub(super) wish: Option<(RemoteCommand, Option<Value>)>,
    /// The message to send in place of the others where the wish can't be taken on.
    pub(super) refusal: Option<Value>,
}

/// See the module's header.
pub(super) struct Session {
    name: String,
    observed: Vec<Observed>,
    events: bool,
}

impl Session {
    pub(super) fn new(number: u64) -> Self {
        Self { name: format!("ipc-{number}"), observed: Vec::new(), events: true }
    }

    /// Answers one line.
    pub(super) fn line(&mut self, line: &[u8], view: &RemoteView, own: &dyn Fn(&str) -> Value) -> Answer {
        let nothing = |messages| Answer { messages, wish: None, refusal: None };
        let Request { words, id } = match request::parse(line) {
            Ok(request) => request,
            Err((refusal, id)) => {
                return nothing(id.map(|id| reply(&id, Err(refusal))).into_iter().collect());
            }
        };
        let done = |result| id.as_ref().map(|id| reply(id, result)).into_iter().collect::<Vec<_>>();
        match request::command(&words, view) {
            Some(Ok(wish @ RemoteCommand::Screenshot(_))) => {
                Answer { messages: Vec::new(), wish: Some((wish, id)), refusal: None }
            }
            Some(Ok(wish)) => {
                let refusal = id.as_ref().map(|id| reply(id, Err(Refusal::CommandFailed)));
                Answer { messages: done(Ok(Value::Null)), wish: Some((wish, None)), refusal }
            }
            Some(Err(refusal)) => nothing(done(Err(refusal))),
            None => {
                let result = self.ask(&words, view, own);
                let mut messages = done(result);
                messages.extend(self.changes(view, own, Instant::now()));
                nothing(messages)
            }
        }
    }

    /// Requests that only ask, or that are about the conversation itself.
    fn ask(
        &mut self,
        words: &[Value],
        view: &RemoteView,
        own: &dyn Fn(&str) -> Value,
    ) -> Result<Value, Refusal> {
        let word = |n| request::text(words, n);
        match word(0)? {
            "get_property" => property::get(word(1)?, view, own),
            "get_property_string" => property::get(word(1)?, view, own).map(|value| as_text(&value).into()),
            name @ ("observe_property" | "observe_property_string") => {
                let id = words.get(1).filter(|id| id.is_number()).ok_or(Refusal::InvalidParameter)?;
                let property = word(2)?;
                if self.observed.len() >= MAX_OBSERVED {
                    return Err(Refusal::CommandFailed);
                }
                self.observed.push(Observed {
                    id: id.clone(),
                    name: property.to_owned(),
                    as_text: name == "observe_property_string",
                    last: None,
                    told: Instant::now(),
                });
                Ok(Value::Null)
            }
            "unobserve_property" => {
                let id = words.get(1).ok_or(Refusal::InvalidParameter)?;
                self.observed.retain(|observed| observed.id != *id);
                Ok(Value::Null)
            }
            "client_name" => Ok(self.name.as_str().into()),
            // Version 2.1 of mpv's client interface.
            "get_version" => Ok(((2_u64 << 16) | 1).into()),
            "get_time_us" => {
                let now =
                    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                Ok(u64::try_from(now.as_micros()).unwrap_or(u64::MAX).into())
            }
            "enable_event" | "disable_event" if word(1)? == "all" => {
                self.events = word(0)? == "enable_event";
                Ok(Value::Null)
            }
            "enable_event" | "disable_event" | "request_log_messages" => Ok(Value::Null),
            _ => Err(Refusal::InvalidParameter),
        }
    }

    /// Messages about observed properties that changed since they were told last.
    pub(super) fn changes(
        &mut self,
        view: &RemoteView,
        own: &dyn Fn(&str) -> Value,
        now: Instant,
    ) -> Vec<Value> {
        let mut messages = Vec::new();
        for observed in &mut self.observed {
            let is_new = observed.last.is_none();
            if observed.name.starts_with(OWN)
                && !is_new
                && now.saturating_duration_since(observed.told) < STATS_EVERY
            {
                continue;
            }
            let value = property::get(&observed.name, view, own).unwrap_or(Value::Null);
            if observed.last.as_ref() == Some(&value) {
                continue;
            }
            let shown =
                if observed.as_text && !value.is_null() { as_text(&value).into() } else { value.clone() };
            messages.push(json!({
                "event": "property-change", "id": observed.id, "name": observed.name, "data": shown,
            }));
            observed.last = Some(value);
            observed.told = now;
        }
        messages
    }

    /// Whether the client wants events.
    pub(super) fn wants_events(&self) -> bool {
        self.events
    }
}

/// A reply.
pub(super) fn reply(id: &Value, result: Result<Value, Refusal>) -> Value {
    match result {
        Ok(data) => json!({ "data": data, "request_id": id, "error": "success" }),
        Err(refusal) => json!({ "request_id": id, "error": refusal.to_string() }),
    }
}

/// An event as mpv sends it.
pub(super) fn event(event: &RemoteEvent, entry: u64) -> Value {
    match event {
        RemoteEvent::StartFile => json!({ "event": "start-file", "playlist_entry_id": entry }),
        RemoteEvent::FileLoaded => json!({ "event": "file-loaded" }),
        RemoteEvent::Seek => json!({ "event": "seek" }),
        RemoteEvent::PlaybackRestart => json!({ "event": "playback-restart" }),
        RemoteEvent::Idle => json!({ "event": "idle" }),
        RemoteEvent::EndFile(reason) => {
            let (reason, error) = match reason {
                EndReason::Eof => ("eof", None),
                EndReason::Stop => ("stop", None),
                EndReason::Quit => ("quit", None),
                EndReason::Error(error) => ("error", Some(error)),
            };
            let mut event = json!({ "event": "end-file", "reason": reason, "playlist_entry_id": entry });
            if let Some(error) = error {
                event["file_error"] = error.as_str().into();
            }
            event
        }
    }
}

/// mpv's way to write a value as text.
fn as_text(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => format!("{:.6}", number.as_f64().unwrap_or(0.0)),
        other => other.to_string(),
    }
}

/// Puts into `view` what it will be when the wish is granted, so that a client that sets a
/// property and asks for it again gets what it set.
pub(super) fn foresee(wish: &RemoteCommand, view: &mut RemoteView) {
    match wish {
        RemoteCommand::Pause(paused) => view.paused = *paused,
        RemoteCommand::Volume(volume) => view.volume = *volume,
        RemoteCommand::Mute(muted) => view.muted = *muted,
        RemoteCommand::Speed(speed) => view.speed = *speed,
        RemoteCommand::Fullscreen(fullscreen) => view.fullscreen = *fullscreen,
        RemoteCommand::Seek { to, .. } => {
            view.position = Some(*to);
            view.seeking = true;
            view.ended = false;
        }
        _ => (),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film() -> RemoteView {
        RemoteView {
            path: Some("film".into()),
            position: Some(Duration::from_secs(30)),
            duration: Some(Duration::from_secs(100)),
            volume: 1.0,
            speed: 1.0,
            ..RemoteView::default()
        }
    }

    fn stats(_name: &str) -> Value {
        json!({ "at": 0.0 })
    }

    fn say(session: &mut Session, view: &mut RemoteView, line: &Value) -> Answer {
        let answer = session.line(line.to_string().as_bytes(), view, &stats);
        if let Some((wish, _)) = &answer.wish {
            foresee(wish, view);
        }
        answer
    }

    #[test]
    fn a_set_property_reads_back_at_once() {
        let (mut session, mut view) = (Session::new(1), film());
        let answer = say(
            &mut session,
            &mut view,
            &json!({ "command": ["set_property", "pause", true], "request_id": 5 }),
        );
        assert_eq!(answer.messages, [json!({ "data": null, "request_id": 5, "error": "success" })]);
        assert_eq!(answer.wish, Some((RemoteCommand::Pause(true), None)));
        let answer = say(&mut session, &mut view, &json!({ "command": ["get_property", "pause"] }));
        assert_eq!(answer.messages, [json!({ "data": true, "request_id": 0, "error": "success" })]);
    }

    #[test]
    fn relative_seeks_add_up() {
        let (mut session, mut view) = (Session::new(1), film());
        for expected in [40, 50, 60] {
            let answer = say(&mut session, &mut view, &json!({ "command": ["seek", 10] }));
            let to = Duration::from_secs(expected);
            assert_eq!(answer.wish, Some((RemoteCommand::Seek { to, exact: true }, None)));
        }
    }

    #[test]
    fn observers_hear_the_value_and_each_change_once() {
        let (mut session, mut view) = (Session::new(1), film());
        let answer = say(&mut session, &mut view, &json!({ "command": ["observe_property", 3, "volume"] }));
        let told = |data: f64| json!({ "event": "property-change", "id": 3, "name": "volume", "data": data });
        assert_eq!(answer.messages[1..], [told(100.0)]);
        assert!(session.changes(&view, &stats, Instant::now()).is_empty());
        view.volume = 0.5;
        assert_eq!(session.changes(&view, &stats, Instant::now()), [told(50.0)]);
        say(&mut session, &mut view, &json!({ "command": ["unobserve_property", 3] }));
        view.volume = 0.6;
        assert!(session.changes(&view, &stats, Instant::now()).is_empty());
    }

    #[test]
    fn a_screenshot_is_answered_by_its_outcome() {
        let (mut session, mut view) = (Session::new(1), film());
        let line = json!({ "command": ["screenshot-to-file", "/x.png"], "request_id": 9 });
        let answer = say(&mut session, &mut view, &line);
        assert!(answer.messages.is_empty());
        assert_eq!(answer.wish, Some((RemoteCommand::Screenshot("/x.png".into()), Some(json!(9)))));
    }

    #[test]
    fn refusals_carry_mpvs_words() {
        let (mut session, mut view) = (Session::new(1), film());
        for (command, words) in [
            (json!(["get_property", "nonsense"]), "property not found"),
            (json!(["get_property", "width"]), "property unavailable"),
            (json!(["nonsense"]), "invalid parameter"),
            (json!([7]), "invalid parameter"),
        ] {
            let answer = say(&mut session, &mut view, &json!({ "command": command, "request_id": 1 }));
            assert_eq!(answer.messages, [json!({ "request_id": 1, "error": words })]);
        }
        assert_eq!(
            session.line(b"cycle pause", &view, &stats).wish,
            Some((RemoteCommand::Pause(true), None))
        );
    }

    #[test]
    fn observed_properties_are_bounded() {
        let (mut session, mut view) = (Session::new(1), film());
        for n in 0..MAX_OBSERVED {
            say(&mut session, &mut view, &json!({ "command": ["observe_property", n, "pause"] }));
        }
        let answer = say(&mut session, &mut view, &json!({ "command": ["observe_property", 999, "pause"] }));
        assert_eq!(answer.messages, [json!({ "request_id": 0, "error": "error running command" })]);
    }
}
