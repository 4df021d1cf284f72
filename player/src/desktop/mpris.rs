//! The player as the desktop's media controls see it: the MPRIS interfaces, version 2.2.

use std::collections::HashMap;
use std::sync::Arc;

use zbus::blocking::Connection;
use zbus::zvariant::{ObjectPath, Value};

use super::{Shared, Shown, Status, Wish};

/// Where both interfaces are.
pub(super) const PATH: &str = "/org/mpris/MediaPlayer2";
const PLAYER: &str = "org.mpris.MediaPlayer2.Player";
const ROOT: &str = "org.mpris.MediaPlayer2";
/// Under it lie the names of what is played.
const TRACKS: &str = "/org/tributary/track/";
const NO_TRACK: &str = "/org/mpris/MediaPlayer2/TrackList/NoTrack";
const SLOWEST: f64 = 0.25;
const FASTEST: f64 = 4.0;

fn track(number: u64) -> ObjectPath<'static> {
    let path = if number == 0 { NO_TRACK.to_owned() } else { format!("{TRACKS}{number}") };
    ObjectPath::from_string_unchecked(path)
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Stopped => "Stopped",
        Status::Paused => "Paused",
        Status::Playing => "Playing",
    }
}

fn metadata(shown: &Shown) -> HashMap<&'static str, Value<'static>> {
    let mut facts = HashMap::new();
    facts.insert("mpris:trackid", Value::from(track(shown.number)));
    if shown.number == 0 {
        return facts;
    }
    facts.insert("xesam:title", Value::from(shown.title.clone()));
    facts.insert("xesam:url", Value::from(shown.url.clone()));
    if !shown.album.is_empty() {
        facts.insert("xesam:album", Value::from(shown.album.clone()));
    }
    if let Some(length) = shown.length_us {
        facts.insert("mpris:length", Value::from(length));
    }
    if let Some(art) = &shown.art {
        facts.insert("mpris:artUrl", Value::from(art.clone()));
    }
    facts
}

/// What of the player's interface differs, by name.
fn differences(old: &Shown, new: &Shown) -> HashMap<&'static str, Value<'static>> {
    let mut changed = HashMap::new();
    if old.status != new.status {
        changed.insert("PlaybackStatus", Value::from(status(new.status)));
    }
    if metadata(old) != metadata(new) {
        changed.insert("Metadata", Value::from(metadata(new)));
    }
    if old.volume != new.volume {
        changed.insert("Volume", Value::from(new.volume));
    }
    if old.rate != new.rate {
        changed.insert("Rate", Value::from(new.rate));
    }
    let open = |shown: &Shown| shown.number != 0;
    for (name, was, is) in [
        ("CanGoNext", old.can_next, new.can_next),
        ("CanGoPrevious", old.can_previous, new.can_previous),
        ("CanSeek", old.can_seek, new.can_seek),
        ("CanPlay", open(old), open(new)),
        ("CanPause", open(old), open(new)),
    ] {
        if was != is {
            changed.insert(name, Value::from(is));
        }
    }
    changed
}

/// Tells everyone on the bus what changed.
pub(super) fn tell(bus: &Connection, old: &Shown, new: &Shown) -> zbus::Result<()> {
    let gone: [&str; 0] = [];
    let say = |interface: &str, changed: HashMap<&str, Value<'_>>| {
        if changed.is_empty() {
            return Ok(());
        }
        let body = (interface, changed, &gone[..]);
        let properties = "org.freedesktop.DBus.Properties";
        bus.emit_signal(None::<&str>, PATH, properties, "PropertiesChanged", &body)
    };
    say(PLAYER, differences(old, new))?;
    let mut root = HashMap::new();
    if old.fullscreen != new.fullscreen {
        root.insert("Fullscreen", Value::from(new.fullscreen));
    }
    say(ROOT, root)
}

/// Tells everyone on the bus that the place jumped.
pub(super) fn tell_jump(bus: &Connection, position_us: i64) -> zbus::Result<()> {
    bus.emit_signal(None::<&str>, PATH, PLAYER, "Seeked", &position_us)
}

/// The program.
pub(super) struct Root(pub(super) Arc<Shared>);

#[zbus::interface(name = "org.mpris.MediaPlayer2")]
impl Root {
    fn raise(&self) {
        self.0.wish(Wish::Raise);
    }

    fn quit(&self) {
        self.0.wish(Wish::Quit);
    }

    #[zbus(property)]
    fn can_quit(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn can_raise(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn fullscreen(&self) -> bool {
        self.0.shown().fullscreen
    }

    #[zbus(property)]
    fn set_fullscreen(&self, on: bool) {
        self.0.wish(Wish::Fullscreen(on));
    }

    #[zbus(property)]
    fn can_set_fullscreen(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn has_track_list(&self) -> bool {
        false
    }

    #[zbus(property)]
    fn identity(&self) -> &str {
        "Tributary"
    }

    #[zbus(property)]
    fn desktop_entry(&self) -> &str {
        "tributary"
    }

    #[zbus(property)]
    fn supported_uri_schemes(&self) -> Vec<&str> {
        vec!["tributary", "file", "http", "https"]
    }

    #[zbus(property)]
    fn supported_mime_types(&self) -> Vec<&str> {
        vec!["video/mp4", "video/x-matroska", "video/webm", "video/mpeg", "video/ogg", "video/quicktime"]
    }
}

/// What plays.
pub(super) struct Player(pub(super) Arc<Shared>);

#[zbus::interface(name = "org.mpris.MediaPlayer2.Player")]
impl Player {
    fn next(&self) {
        self.0.wish(Wish::Next);
    }

    fn previous(&self) {
        self.0.wish(Wish::Previous);
    }

    fn pause(&self) {
        self.0.wish(Wish::Pause);
    }

    fn play_pause(&self) {
        self.0.wish(Wish::PlayPause);
    }

    fn stop(&self) {
        self.0.wish(Wish::Stop);
    }

    fn play(&self) {
        self.0.wish(Wish::Play);
    }

    fn seek(&self, offset: i64) {
        self.0.wish(Wish::SeekBy(offset));
    }

    fn set_position(&self, track_id: ObjectPath<'_>, position: i64) {
        let number = track_id.strip_prefix(TRACKS).and_then(|number| number.parse().ok());
        if let Some(number) = number {
            self.0.wish(Wish::SeekTo { number, position_us: position });
        }
    }

    fn open_uri(&self, uri: String) {
        self.0.wish(Wish::Open(uri));
    }

    #[zbus(property)]
    fn playback_status(&self) -> &str {
        status(self.0.shown().status)
    }

    #[zbus(property)]
    fn rate(&self) -> f64 {
        self.0.shown().rate
    }

    #[zbus(property)]
    fn set_rate(&self, rate: f64) {
        self.0.wish(Wish::Rate(rate));
    }

    #[zbus(property)]
    fn metadata(&self) -> HashMap<&str, Value<'_>> {
        metadata(&self.0.shown())
    }

    #[zbus(property)]
    fn volume(&self) -> f64 {
        self.0.shown().volume
    }

    #[zbus(property)]
    fn set_volume(&self, volume: f64) {
        self.0.wish(Wish::Volume(volume));
    }

    #[zbus(property(emits_changed_signal = "false"))]
    fn position(&self) -> i64 {
        self.0.shown().position_us
    }

    #[zbus(property)]
    fn minimum_rate(&self) -> f64 {
        SLOWEST
    }

    #[zbus(property)]
    fn maximum_rate(&self) -> f64 {
        FASTEST
    }

    #[zbus(property)]
    fn can_go_next(&self) -> bool {
        self.0.shown().can_next
    }

    #[zbus(property)]
    fn can_go_previous(&self) -> bool {
        self.0.shown().can_previous
    }

    #[zbus(property)]
    fn can_play(&self) -> bool {
        self.0.shown().number != 0
    }

    #[zbus(property)]
    fn can_pause(&self) -> bool {
        self.0.shown().number != 0
    }

    #[zbus(property)]
    fn can_seek(&self) -> bool {
        self.0.shown().can_seek
    }

    #[zbus(property)]
    fn can_control(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        let old = Shown { number: 1, title: "Kestrel".to_owned(), volume: 1.0, ..Shown::default() };
        assert!(differences(&old, &Shown { position_us: 5, ..old.clone() }).is_empty());
        let new = Shown { status: Status::Playing, length_us: Some(9), can_next: true, ..old.clone() };
        let mut names: Vec<_> = differences(&old, &new).into_keys().collect();
        names.sort_unstable();
        assert_eq!(names, ["CanGoNext", "Metadata", "PlaybackStatus"]);
        assert_eq!(metadata(&Shown::default()).len(), 1, "nothing is told of nothing");
    }
}
