//! What is played: opened, gone on with, tried again, followed by the next, left.

use std::time::Duration;

use fetch_engine::directory::Title;
use fetch_engine::{OpenOptions, Stream};

use super::playlist::Playlist;
use super::posters::STILL_SIDE;
use super::target::director_url;
use super::{App, Begin, Session, Target, opening, previews, why};
use crate::i18n::t;
use crate::ipc::{EndReason, RemoteEvent};
use crate::media::{EngineSource, Input, LoadOptions};
use crate::state::memory::name_of;
use crate::state::playback::{Fault, Origin, Phase, Playback};
use crate::state::shape::Shape;
use crate::state::{Event, PlaybackEvent, words};

/// A picture no larger than a still is kept.
fn small(picture: image::RgbImage) -> image::RgbImage {
    if picture.width() <= STILL_SIDE && picture.height() <= STILL_SIDE {
        return picture;
    }
    image::DynamicImage::ImageRgb8(picture).thumbnail(STILL_SIDE, STILL_SIDE).to_rgb8()
}

impl App {
    /// Plays a title of the library; the titles around it in the list follow.
    pub(super) fn play_title(&mut self, title: Title, begin: Begin) {
        let (around, at) = self.state.library.titles.around(title.stream);
        let list = if around.is_empty() {
            Playlist::of_catalog(vec![Target::title(title)], 0)
        } else {
            Playlist::of_catalog(around.into_iter().map(Target::title).collect(), at)
        };
        self.play_list(list, begin);
    }

    /// Plays a list from where it stands.
    pub(super) fn play_list(&mut self, list: Playlist, begin: Begin) {
        let Some(target) = list.current().cloned() else { return };
        self.set_playlist(list);
        self.play(target, begin);
    }

    /// Puts another list in place.
    pub(super) fn set_playlist(&mut self, list: Playlist) {
        self.playlist = list;
        self.tell_neighbours();
    }

    /// Tells the state what comes before and after.
    pub(super) fn tell_neighbours(&mut self) {
        let next = self.playlist.next().map(Target::name);
        self.state.apply(Event::NeighboursSet { previous: self.playlist.has_previous(), next });
    }

    /// Plays the next one of the list, or the one before; what has none before begins again.
    pub(super) fn step(&mut self, forward: bool) {
        match self.playlist.step(forward) {
            Some(target) => {
                self.tell_neighbours();
                self.play(target, Begin::WhereLeftOff);
            }
            None if !forward && self.state.playback.is_some() => self.seek_start(),
            None => {}
        }
    }

    /// What follows a real end: the next of a list that somebody gave at once, the next of a catalog
    /// after a countdown. A fault never comes here.
    pub(super) fn ended(&mut self) {
        if self.playlist.next().is_none() {
            return;
        }
        if !self.playlist.is_of_catalog() {
            self.step(true);
        } else if self.state.settings.countdown_seconds > 0 {
            let seconds = f64::from(self.state.settings.countdown_seconds);
            self.state.apply(Event::CountdownSet(Some(self.state.now + seconds)));
        }
    }

    /// Goes on with what is remembered under this name.
    pub(super) fn go_on(&mut self, what: &str) {
        let Some(viewing) = self.state.memory.of(what) else { return };
        let target = match &viewing.title {
            Some(title) => return self.play_title(Title::clone(title), Begin::WhereLeftOff),
            None => Target::parse(what),
        };
        self.play_list(Playlist::given([target]), Begin::WhereLeftOff);
    }

    /// Plays `target` from there on.
    pub(super) fn play(&mut self, target: Target, begin: Begin) {
        let what = target.path();
        let resume = begin == Begin::WhereLeftOff && self.state.settings.resume;
        let place = if resume { self.state.memory.place(&what) } else { None };
        // The name of its stream, and so its place, may become known only when it is opened.
        self.looks_for_place = resume && place.is_none();
        let start = match begin {
            Begin::At(start) => start,
            Begin::WhereLeftOff => place.unwrap_or_default(),
        };
        self.stop();
        self.openings += 1;
        let number = self.openings;
        let title = match &target {
            Target::Stream { title, .. } => title.clone(),
            _ => None,
        };
        let (name, origin) = (target.name(), target.origin());
        self.remote.plays(Some(target.path()));
        let paused = std::mem::take(&mut self.start_paused);
        self.state.apply(Event::Opening { number, what, name, origin, title, start, paused });
        self.tell_place(start, begin);
        match &target {
            Target::Stream { locator, .. } => {
                let director = self.state.library.director.as_deref().map(director_url);
                let sender = self.inbox.sender();
                let usual = super::preferences::open_options(&self.state.settings, self.films.as_deref());
                let options = OpenOptions { director, ..usual };
                opening::open(&self.engine, &sender, number, locator.clone(), options, &self.sources);
            }
            Target::Uri { uri, origin, .. } => match self.why_not(&target, *origin) {
                None => self.load(Input::Uri(uri.clone())),
                Some(why) => self.not_opened(why),
            },
            Target::List(address) => {
                opening::list(&self.engine, &self.inbox.sender(), number, address.clone());
            }
            Target::Unknown(why) => {
                let why = words::sentence(why);
                self.not_opened(why);
            }
        }
        self.look_beside(&target);
        self.current = Some(target);
    }

    /// Takes a stream that was opened, or why not.
    pub(super) fn opened(&mut self, number: u64, result: Result<Stream, String>) {
        if self.state.playback.as_ref().is_none_or(|playback| playback.number != number) {
            return;
        }
        let session = result.and_then(|stream| {
            Session::new(number, stream, self.inbox.sender()).map_err(|why| why::thread(&why))
        });
        match session {
            Ok(session) => {
                let stream = session.stream.clone();
                self.remote.opened(&stream);
                let title = stream.title().cloned().map(Box::new);
                let what = name_of(stream.id());
                let place = self.state.memory.place(&what).filter(|_| self.looks_for_place);
                self.state.apply(Event::Opened { number, what, size: stream.size(), title });
                if let Some(place) = place {
                    self.state.apply(Event::Playing(PlaybackEvent::Position(place)));
                    self.tell_place(place, Begin::WhereLeftOff);
                }
                previews::fetch(number, &self.engine, &stream, self.inbox.sender(), &session.over);
                self.session = Some(session);
                self.load(Input::Source(EngineSource::new(stream)));
            }
            Err(why) => self.not_opened(why),
        }
    }

    /// Takes a playlist of a web server, or why there is none.
    pub(super) fn listed(&mut self, number: u64, result: Result<Option<Vec<Target>>, String>) {
        if !self.state.plays(number) {
            return;
        }
        match (result, &self.current) {
            (Ok(Some(entries)), _) => {
                if let Some(first) = self.playlist.unfold(entries) {
                    self.tell_neighbours();
                    self.play(first, Begin::WhereLeftOff);
                }
            }
            (Ok(None), Some(Target::List(address))) => {
                let input = Input::Uri(address.clone());
                self.load(input);
            }
            (Ok(None), _) => {}
            (Err(why), _) => self.not_opened(words::sentence(&why)),
        }
    }

    /// Why a file of this computer can't be played, where that is known before it is opened.
    fn why_not(&self, target: &Target, origin: Origin) -> Option<String> {
        let path = target.file_path().filter(|_| origin == Origin::File)?;
        let shown = path.display().to_string();
        match path.metadata() {
            Ok(facts) if facts.len() == 0 && facts.is_file() => Some(t!("fault-empty", path = shown)),
            Ok(_) => None,
            Err(why) => Some(words::sentence(&t!("fault-open-path", path = shown, why = why::system(&why)))),
        }
    }

    /// Tells that it goes on where one left off.
    fn tell_place(&mut self, place: Duration, begin: Begin) {
        if begin == Begin::WhereLeftOff && !place.is_zero() {
            let title = t!("note-goes-on", time = words::clock(Some(place)));
            self.tell(&title, &t!("note-goes-on-what"));
        }
    }

    fn not_opened(&mut self, why: String) {
        self.remote.event(&RemoteEvent::EndFile(EndReason::Error(why.clone())));
        self.state.apply(Event::Playing(PlaybackEvent::Failed(Fault::NotOpened(why))));
    }

    fn load(&mut self, input: Input) {
        let Some(playback) = &self.state.playback else { return };
        let start = Some(playback.position).filter(|place| !place.is_zero());
        let (number, paused) = (playback.number, playback.paused);
        self.player.load(input, LoadOptions { number, start, paused });
        // One who chose it while the title was being opened.
        if (playback.speed - 1.0).abs() > 1e-6 {
            self.player.set_speed(playback.speed);
        }
    }

    pub(super) fn retry(&mut self) {
        let Some(target) = self.current.clone() else { return };
        let start = self.state.playback.as_ref().map(Playback::retry_place);
        self.play(target, Begin::At(start.unwrap_or_default()));
    }

    /// Keeps the picture that is shown, made small, for where the title is offered to go on with.
    pub(super) fn keep_still(&self) {
        let Some(playback) = self.state.playback.as_ref().filter(|playback| playback.begun) else { return };
        let Some(title) = playback.title.as_ref().filter(|_| playback.phase == Phase::Running) else {
            return;
        };
        let stream = title.stream;
        let Some(keep) = self.posters.keeper(stream, self.inbox.sender()) else { return };
        self.player.picture(Box::new(move |taken| match taken {
            Ok(picture) => keep(&small(picture)),
            Err(why) => tracing::debug!("no still of {stream}: {why}"),
        }));
    }

    fn stop(&mut self) {
        self.keep_still();
        self.player.stop();
        self.film.surface.clear();
        self.film.previews.clear();
        self.film.shape = Shape::default();
        self.session = None;
    }

    pub(super) fn leave(&mut self) {
        self.stop();
        self.set_playlist(Playlist::default());
        self.current = None;
        self.remote.plays(None);
        self.state.apply(Event::FullscreenSet(false));
        self.state.apply(Event::PlayerLeft);
    }
}
