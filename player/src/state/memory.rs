//! What is remembered of titles and servers between two runs: where one left off, what was watched
//! to its end, and how fast each server was. Bounded: the oldest goes first.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tributary_core::directory::Title;
use tributary_core::geometry::StreamId;

use super::chosen::ChosenTracks;
use super::playback::{Origin, Phase, Playback};
use super::words;

/// Most titles remembered.
pub const REMEMBERED_TITLES: usize = 500;
/// Most servers whose speed is remembered.
pub const REMEMBERED_SERVERS: usize = 64;
/// Longest description kept of a title, in characters.
const KEPT_DESCRIPTION: usize = 600;
/// Most tracks, chapters and tags kept of a title.
const KEPT_PARTS: usize = 64;
/// A title counts as begun from this place on, or from [`BEGUN_PART`] of it, whichever comes first.
const BEGUN: Duration = Duration::from_secs(15);
/// See [`BEGUN`].
const BEGUN_PART: f64 = 0.05;
/// A title counts as watched from this part of it on.
const WATCHED_PART: f64 = 0.95;

/// One title and how far it was watched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Viewing {
    /// What it is, as it could be asked for again: `b3:…`, or an address.
    pub what: String,
    /// Its name to show.
    pub name: String,
    /// Where one left off, in milliseconds; 0 where it is to begin at its start.
    pub place_ms: u64,
    /// Its length in milliseconds; 0 where unknown.
    pub duration_ms: u64,
    /// Whether it was watched to its end.
    pub watched: bool,
    /// When that was, in seconds since 1970.
    pub at: u64,
    /// The tracks that were chosen for it.
    #[serde(skip_serializing_if = "ChosenTracks::is_nothing")]
    pub tracks: ChosenTracks,
    /// The director it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub director: Option<String>,
    /// What that director knew of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Box<Title>>,
}

impl Viewing {
    /// The part of it that was seen, 0 to 1.
    #[must_use]
    pub fn part(&self) -> f32 {
        if self.duration_ms == 0 {
            return 0.0;
        }
        (self.place_ms as f64 / self.duration_ms as f64).clamp(0.0, 1.0) as f32
    }

    /// Seconds that are left of it; none where its length is unknown.
    #[must_use]
    pub fn left_seconds(&self) -> Option<f64> {
        (self.duration_ms > 0).then(|| self.duration_ms.saturating_sub(self.place_ms) as f64 / 1000.0)
    }
}

/// How a server did when it was last used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerSpeed {
    /// Its name.
    pub name: String,
    /// `HOST:PORT`.
    pub address: String,
    /// `direct`, or by way of which relay.
    pub route: String,
    /// Bits a second it gave.
    pub rate_bps: f64,
    /// Round trip in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f64>,
    /// When, in seconds since 1970.
    pub at: u64,
}

/// Where the window was, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowPlace {
    /// Left and upper edge with its frame, where the desktop tells it.
    pub corner: Option<(f32, f32)>,
    /// Width and height without its frame.
    pub size: (f32, f32),
    /// Whether it filled the desktop.
    pub maximized: bool,
}

/// Everything remembered, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    pub(super) titles: Vec<Viewing>,
    pub(super) servers: Vec<ServerSpeed>,
    /// Where the window was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowPlace>,
    /// How often it changed since it was read: tells when it is to be written.
    #[serde(skip)]
    pub changes: u64,
}

/// The name under which a stream is remembered.
#[must_use]
pub fn name_of(stream: StreamId) -> String {
    format!("b3:{stream}")
}

impl Memory {
    /// Brings what was read from a file within the bounds.
    pub(super) fn bound(&mut self) {
        self.titles.retain(|viewing| !viewing.what.is_empty());
        self.titles.truncate(REMEMBERED_TITLES);
        self.servers.truncate(REMEMBERED_SERVERS);
        for viewing in &mut self.titles {
            viewing.name = words::safe(&viewing.name);
            if let Some(title) = &mut viewing.title {
                trim(title);
            }
        }
    }

    /// What is remembered of this.
    #[must_use]
    pub fn of(&self, what: &str) -> Option<&Viewing> {
        self.titles.iter().find(|viewing| viewing.what == what)
    }

    /// What is remembered of this stream.
    #[must_use]
    pub fn of_stream(&self, stream: StreamId) -> Option<&Viewing> {
        self.of(&name_of(stream))
    }

    /// The tracks that were chosen for this.
    #[must_use]
    pub fn tracks(&self, what: &str) -> ChosenTracks {
        self.of(what).map(|viewing| viewing.tracks).unwrap_or_default()
    }

    /// Where one left off in this.
    #[must_use]
    pub fn place(&self, what: &str) -> Option<Duration> {
        let viewing = self.of(what)?;
        (viewing.place_ms > 0).then(|| Duration::from_millis(viewing.place_ms))
    }

    /// All that was begun and not ended, newest first.
    pub fn begun(&self) -> impl Iterator<Item = &Viewing> {
        self.titles.iter().filter(|viewing| viewing.place_ms > 0)
    }

    /// All streams that were watched to their end, newest first.
    #[must_use]
    pub fn watched(&self) -> Vec<StreamId> {
        let watched = self.titles.iter().filter(|viewing| viewing.watched);
        watched.filter_map(|viewing| viewing.what.strip_prefix("b3:")?.parse().ok()).collect()
    }

    /// How this server did.
    #[must_use]
    pub fn speed(&self, name: &str) -> Option<&ServerSpeed> {
        self.servers.iter().find(|server| server.name == name)
    }

    /// Notes how far a playback has come.
    pub(super) fn note(&mut self, playback: &Playback, director: Option<&str>, at: u64) {
        let known = !playback.what.is_empty();
        let came_far = !matches!(playback.phase, Phase::Opening | Phase::Loading) && playback.begun;
        let Some(duration) = playback.duration.filter(|d| known && came_far && !d.is_zero()) else { return };
        let place = playback.shown_position().min(duration);
        let part = place.as_secs_f64() / duration.as_secs_f64();
        let ended = playback.phase == Phase::Ended || part >= WATCHED_PART;
        let before = self.of(&playback.what);
        let watched = ended || before.is_some_and(|viewing| viewing.watched);
        let begun = !ended && (place >= BEGUN || part >= BEGUN_PART);
        if !watched && !begun && before.is_none() && playback.chosen.is_nothing() {
            return;
        }
        let mut title = playback.title.clone().map(Box::new);
        if let Some(title) = &mut title {
            trim(title);
        }
        let viewing = Viewing {
            what: playback.what.clone(),
            name: playback.name.clone(),
            place_ms: if begun { place.as_millis() as u64 } else { 0 },
            duration_ms: duration.as_millis() as u64,
            watched,
            at,
            tracks: playback.chosen,
            director: director.filter(|_| playback.origin == Origin::Stream).map(str::to_owned),
            title,
        };
        if before.is_some_and(|old| Viewing { at, ..old.clone() } == viewing) {
            return;
        }
        self.put(viewing);
    }

    fn put(&mut self, viewing: Viewing) {
        self.titles.retain(|old| old.what != viewing.what);
        self.titles.insert(0, viewing);
        self.titles.truncate(REMEMBERED_TITLES);
        self.changes += 1;
    }

    /// Notes how the servers of a playback do.
    pub(super) fn note_servers(&mut self, playback: &Playback, at: u64) {
        let Some(snapshot) = &playback.snapshot else { return };
        for source in &snapshot.sources {
            let Some(rate_bps) = source.capacity_bps.filter(|rate| rate.is_finite() && *rate > 0.0) else {
                continue;
            };
            let speed = ServerSpeed {
                name: words::safe(&source.name),
                address: words::safe(&source.address),
                route: words::safe(&source.route),
                rate_bps: rate_bps.round(),
                rtt_ms: source.rtt_ms,
                at,
            };
            self.servers.retain(|old| old.name != speed.name);
            self.servers.insert(0, speed);
            self.changes += 1;
        }
        self.servers.truncate(REMEMBERED_SERVERS);
    }

    /// Notes where the window is.
    pub(super) fn place_window(&mut self, place: WindowPlace) {
        // What fills the desktop keeps the size it has when it does not.
        let before = self.window.filter(|_| place.maximized);
        let place = before.map_or(place, |before| WindowPlace { maximized: true, ..before });
        if self.window != Some(place) {
            self.window = Some(place);
            self.changes += 1;
        }
    }

    /// Notes by hand that a title was watched, or that it was not.
    pub(super) fn mark(&mut self, title: &Title, director: Option<&str>, watched: bool, at: u64) {
        let what = name_of(title.stream);
        if !watched {
            return self.forget(&what);
        }
        let tracks = self.tracks(&what);
        self.put(Viewing { watched, at, tracks, ..unseen(title, director) });
    }

    /// Notes the tracks that were chosen for a title before it plays.
    pub(super) fn choose(&mut self, title: &Title, director: Option<&str>, tracks: ChosenTracks, at: u64) {
        let what = name_of(title.stream);
        match self.titles.iter_mut().find(|viewing| viewing.what == what) {
            Some(viewing) => {
                viewing.tracks = tracks;
                self.changes += 1;
            }
            None => self.put(Viewing { at, tracks, ..unseen(title, director) }),
        }
    }

    /// Forgets where one left off; that it was watched before stays known.
    pub(super) fn drop_place(&mut self, what: &str) {
        if let Some(viewing) = self.titles.iter_mut().find(|viewing| viewing.what == what) {
            viewing.place_ms = 0;
            self.changes += 1;
        }
        self.titles.retain(|viewing| viewing.what != what || viewing.watched);
    }

    fn forget(&mut self, what: &str) {
        let before = self.titles.len();
        self.titles.retain(|viewing| viewing.what != what);
        self.changes += u64::from(self.titles.len() != before);
    }
}

/// A title of which nothing was seen.
fn unseen(title: &Title, director: Option<&str>) -> Viewing {
    let mut kept = Box::new(title.clone());
    trim(&mut kept);
    Viewing {
        what: name_of(title.stream),
        name: title.title.clone(),
        duration_ms: title.media.duration_ms,
        director: director.map(str::to_owned),
        title: Some(kept),
        ..Viewing::default()
    }
}

/// Keeps of a title what a small file can hold.
fn trim(title: &mut Title) {
    if let Some((end, _)) = title.description.char_indices().nth(KEPT_DESCRIPTION) {
        title.description.truncate(end);
    }
    title.media.tracks.truncate(KEPT_PARTS);
    title.media.chapters.truncate(KEPT_PARTS);
    title.tags.truncate(KEPT_PARTS);
    title.servers.truncate(KEPT_PARTS);
}

#[cfg(test)]
mod tests {
    use super::super::chosen::Subtitles;
    use super::super::fixture;
    use super::*;

    fn at(seconds: u64) -> Playback {
        let mut playback = fixture::playback();
        playback.position = Duration::from_secs(seconds);
        playback
    }

    #[test]
    fn a_place_is_kept_from_a_little_into_the_title_until_shortly_before_its_end() {
        let mut memory = Memory::default();
        memory.note(&at(3), None, 1);
        assert_eq!(memory.changes, 0, "a glance is not a beginning");
        memory.note(&at(252), Some("attic.local:7400"), 2);
        let what = fixture::playback().what;
        assert_eq!(memory.place(&what), Some(Duration::from_secs(252)));
        let viewing = memory.begun().next().expect("begun");
        assert!((viewing.part() - 0.4225).abs() < 0.001 && !viewing.watched);
        memory.note(&at(590), None, 3);
        assert_eq!(memory.place(&what), None);
        assert!(memory.of(&what).expect("known").watched && memory.begun().next().is_none());
        // Watched a second time: the mark stays, and there is a place again.
        memory.note(&at(100), None, 4);
        assert!(memory.of(&what).expect("known").watched && memory.begun().next().is_some());
    }

    #[test]
    fn what_never_ran_leaves_the_place_alone() {
        let mut memory = Memory::default();
        memory.note(&at(252), None, 1);
        let mut playback = at(0);
        playback.begun = false;
        playback.phase = Phase::Failed(super::super::playback::Fault::Network("gone".to_owned()));
        memory.note(&playback, None, 2);
        assert_eq!(memory.place(&playback.what), Some(Duration::from_secs(252)));
    }

    #[test]
    fn titles_and_servers_are_bounded_and_the_oldest_goes() {
        let mut memory = Memory::default();
        for number in 0..REMEMBERED_TITLES + 3 {
            let mut playback = at(252);
            playback.what = format!("file:///{number}");
            memory.note(&playback, None, number as u64);
        }
        assert_eq!(memory.titles.len(), REMEMBERED_TITLES);
        assert!(memory.of("file:///0").is_none() && memory.of("file:///3").is_some());
        for number in 0..100 {
            let mut playback = at(252);
            fixture::edit_snapshot(&mut playback, |snapshot| {
                snapshot.sources[0].name = format!("server {number}");
            });
            memory.note_servers(&playback, number);
        }
        assert_eq!(memory.servers.len(), REMEMBERED_SERVERS);
        assert_eq!(memory.speed("server 99").map(|speed| speed.rate_bps), Some(8.9e6));
    }

    #[test]
    fn a_mark_by_hand_comes_and_goes() {
        let mut memory = Memory::default();
        let title = fixture::title(2);
        memory.mark(&title, None, true, 5);
        assert!(memory.of_stream(title.stream).is_some_and(|viewing| viewing.watched));
        assert_eq!(memory.watched(), [title.stream]);
        memory.mark(&title, None, false, 6);
        assert!(memory.of_stream(title.stream).is_none());
        memory.note(&at(252), None, 7);
        memory.drop_place(&fixture::playback().what);
        assert!(memory.begun().next().is_none());
    }

    #[test]
    fn the_tracks_that_were_chosen_stay_with_the_title() {
        let mut memory = Memory::default();
        let title = fixture::title(2);
        let what = name_of(title.stream);
        let tracks = ChosenTracks { sound: Some(1), subtitles: Some(Subtitles::Off) };
        memory.choose(&title, None, tracks, 5);
        assert_eq!(memory.tracks(&what), tracks);
        assert!(memory.begun().next().is_none() && memory.watched().is_empty(), "nothing of it was seen");
        memory.mark(&title, None, true, 6);
        assert_eq!(memory.tracks(&what), tracks);
        // Chosen while it plays, be it at once.
        let mut playback = at(3);
        playback.chosen = ChosenTracks { subtitles: Some(Subtitles::Track(2)), ..tracks };
        memory.note(&playback, None, 7);
        assert_eq!(memory.tracks(&playback.what), playback.chosen);
        let text = serde_json::to_string(&memory).expect("plain data");
        let back: Memory = serde_json::from_str(&text).expect("reads");
        assert_eq!(back.tracks(&playback.what), playback.chosen);
    }

    #[test]
    fn a_file_of_it_comes_back_whole_and_unknown_keys_do_no_harm() {
        let mut memory = Memory::default();
        memory.note(&at(252), Some("attic.local:7400"), 9);
        memory.note_servers(&at(252), 9);
        let text = serde_json::to_string(&memory).expect("plain data");
        let text = text.replacen('{', "{\"later\":1,", 1);
        let back: Memory = serde_json::from_str(&text).expect("reads");
        assert_eq!((back.titles, back.servers), (memory.titles, memory.servers));
    }
}
