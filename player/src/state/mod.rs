//! The whole state of the window, and the only way to change it.
//!
//! Views read `&State` and push [`Command`]s; the app carries them out and tells the state what
//! came of it through [`State::apply`]. Nothing here knows a thread, a socket or a widget.

pub mod chosen;
pub mod command;
pub mod event;
pub mod filter;
mod finding;
pub mod history;
pub mod journal;
pub mod keymap;
pub mod languages;
pub mod library;
pub mod memory;
pub mod notice;
pub mod people;
pub mod playback;
mod playing;
pub mod readiness;
pub mod server_test;
pub mod settings;
pub mod shape;
pub mod standing;
pub mod stats;
pub mod subtitles;
pub mod verdict;
pub mod why;
pub mod words;

#[cfg(test)]
pub mod fixture;
#[cfg(test)]
mod tests;

pub use command::{Command, SeekKind};
pub use event::{Event, PlaybackEvent};
use library::Library;
use memory::Memory;
use notice::Notices;
use people::{People, Person};
use playback::{Fault, Origin, Phase, Playback};
use server_test::ServerTests;
use settings::{Settings, SettingsPage};
use stats::{DRAWER_WIDTH, Stats};
use tributary_core::directory::Title;

/// Loudest volume: 150 %.
pub const MAX_VOLUME: f64 = 1.5;
/// Seconds between two notes of how far a film has come.
const NOTE_EVERY: f64 = 5.0;

/// What fills the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Where a director is chosen.
    #[default]
    Directors,
    /// Catalogs and titles.
    Library,
    /// A page for one title.
    Title,
    /// The settings.
    Settings,
    /// How good the servers are.
    ServerTest,
    /// The film.
    Player,
}

/// Everything the views show.
#[derive(Clone, Debug)]
pub struct State {
    /// What fills the window.
    pub view: View,
    /// Seconds since the window was opened.
    pub now: f64,
    /// Seconds since 1970.
    pub date: u64,
    /// What a person chose once and for all.
    pub settings: Settings,
    /// Which page of the settings is on show.
    pub settings_page: SettingsPage,
    /// The action that waits for a key to be given to it.
    pub awaited_key: Option<keymap::Action>,
    /// Where one left off, what was watched, how fast servers were.
    pub memory: Memory,
    /// When the film's place was noted last, in seconds since the window was opened.
    noted: f64,
    /// Whether something comes before what plays.
    pub previous: bool,
    /// Name of what comes after it.
    pub next: Option<String>,
    /// When the next title begins by itself, in seconds since the window was opened.
    pub countdown: Option<f64>,
    /// The title whose page is open.
    pub page: Option<Title>,
    /// How often a page was opened: the keyboard goes to each one's first button once.
    pub page_number: u64,
    /// Directors, catalogs, titles.
    pub library: Library,
    /// Letters and colours of the servers.
    pub people: People,
    /// What plays.
    pub playback: Option<Playback>,
    /// The stats drawer.
    pub stats: Stats,
    /// How good the servers are.
    pub server_tests: ServerTests,
    /// Short messages.
    pub notices: Notices,
    /// Volume, 0 to [`MAX_VOLUME`].
    pub volume: f64,
    /// Whether the sound is off.
    pub muted: bool,
    /// Whether the window fills the screen.
    pub fullscreen: bool,
    /// Whether the keys are shown.
    pub keys_shown: bool,
    /// Whether the sheet that opens files and addresses is shown.
    pub open_shown: bool,
    /// What is typed into it.
    pub open_field: String,
    /// Whether the window is small and on top.
    pub small: bool,
    /// Whether the search field shall get the keyboard.
    pub focus_search: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            view: View::default(),
            now: 0.0,
            date: 0,
            settings: Settings::default(),
            settings_page: SettingsPage::default(),
            awaited_key: None,
            memory: Memory::default(),
            noted: 0.0,
            previous: false,
            next: None,
            countdown: None,
            page: None,
            page_number: 0,
            library: Library::default(),
            people: People::default(),
            playback: None,
            stats: Stats::default(),
            server_tests: ServerTests::default(),
            notices: Notices::default(),
            volume: 1.0,
            muted: false,
            fullscreen: false,
            keys_shown: false,
            open_shown: false,
            open_field: String::new(),
            small: false,
            focus_search: false,
        }
    }
}

impl State {
    /// Takes one event.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Tick(now) => {
                self.now = now;
                self.notices.age(now);
                if now - self.noted >= NOTE_EVERY {
                    self.note();
                }
            }
            Event::NeighboursSet { previous, next } => {
                self.previous = previous;
                self.next = next.map(|name| words::safe(&name));
            }
            Event::CountdownSet(end) => self.countdown = end,
            Event::WindowPlaced(place) => self.memory.place_window(place),
            Event::Dated(date) => self.date = date,
            Event::SettingsRead(settings) => self.settings = *settings,
            Event::Recalled(memory) => {
                self.memory = *memory;
                self.memory.bound();
            }
            Event::Configured { known, volume } => {
                self.library.known = known;
                self.volume = volume.clamp(0.0, MAX_VOLUME);
            }
            Event::AddressEdited(text) => self.library.address_field = text,
            Event::DirectorChosen(address) => self.library.choose(address),
            Event::LookedAround(found) => self.library.found = found,
            Event::LookingAround(looking) => self.library.looking = looking,
            Event::DirectorForgotten(address) => {
                self.library.known.retain(|known| known.address != address);
            }
            Event::ChoosingDirector => self.view = View::Directors,
            Event::LibraryShown => {
                self.view = View::Library;
                self.page = None;
                self.awaited_key = None;
            }
            Event::TitleShown(title) => {
                self.page = Some(*title);
                self.page_number += 1;
                self.view = View::Title;
            }
            Event::Marked { title, watched } => {
                let director = self.library.director.as_deref();
                self.memory.mark(&title, director, watched, self.date);
                if self.library.listing.filter.unwatched {
                    self.library.refresh();
                }
            }
            Event::TracksChosen { title, tracks } => {
                let director = self.library.director.as_deref();
                self.memory.choose(&title, director, tracks, self.date);
            }
            Event::PlaceDropped(what) => self.memory.drop_place(&what),
            Event::DirectorAnswered { address, catalogs, servers } => {
                self.director_answered(&address, catalogs, servers);
            }
            Event::DirectorSilent { address, why } => {
                if self.library.director.as_deref() == Some(&address) {
                    self.library.link = library::Link::Down(words::safe(&why));
                }
            }
            Event::Listed(listing) => self.library.relist(listing),
            Event::TagsCame { director, catalog, tags } => {
                self.library.tagged(&director, catalog.as_ref(), tags)
            }
            Event::TitlesAsked(place) => self.library.asked(place),
            Event::TitlesLeft { listing, place } => self.library.left(listing, place),
            Event::TitlesCame { listing, page } => {
                if let Ok(page) = &page {
                    for name in page.titles.iter().flat_map(|title| &title.servers) {
                        self.people.meet(name);
                    }
                }
                self.library.listed(listing, page);
            }
            Event::Opening { number, what, name, origin, title, start, paused } => {
                self.note();
                self.countdown = None;
                let mut playback = Playback::opening(number, words::safe(&name), origin);
                playback.what = what;
                playback.title = title.map(|title| *title);
                playback.position = start;
                playback.paused = paused;
                playback.chosen = self.memory.tracks(&playback.what);
                playback.chapters = playback.title.as_ref().map(playback::chapters_of).unwrap_or_default();
                self.playback = Some(playback);
                self.stats.isolated = None;
                self.stats.unfolded.clear();
                self.stats.seen_warning = 0;
                // Whoever leaves the film finds the page of what was played last.
                if let (Some(page), Some(title)) =
                    (&mut self.page, self.playback.as_ref().and_then(|playback| playback.title.as_ref()))
                {
                    page.clone_from(title);
                }
                self.view = View::Player;
            }
            Event::Opened { number, what, size, title } => {
                let tracks = self.memory.tracks(&what);
                if let Some(playback) = self.playback_of(number) {
                    playback.what = what;
                    playback.size = size;
                    if playback.chosen.is_nothing() {
                        playback.chosen = tracks;
                    }
                    if let Some(title) = title {
                        playback.name = words::safe(&title.title);
                        playback.chapters = playback::chapters_of(&title);
                        playback.title = Some(*title);
                    }
                }
            }
            Event::Playing(event) => self.playing(event),
            Event::PlayerLeft => {
                self.note();
                self.countdown = None;
                self.playback = None;
                self.view = match (&self.page, &self.library.director) {
                    (Some(_), _) => View::Title,
                    (None, Some(_)) => View::Library,
                    (None, None) => View::Directors,
                };
            }
            Event::Measured { number, snapshot } => {
                for source in &snapshot.sources {
                    self.people.meet(&source.name);
                }
                let date = self.date;
                let warning = snapshot.verification.warning();
                if let Some(playback) = self.playback_of(number) {
                    let first = playback.snapshot.is_none();
                    if first && date > 0 {
                        playback.opened_date = Some(date.saturating_sub(snapshot.at as u64));
                    }
                    playback.take_snapshot(snapshot);
                    if let Some(why) = warning.filter(|_| first) {
                        let title = crate::i18n::t!("note-unverified");
                        let notice = notice::Notice::warning(notice::NoticeKind::Source, title, why);
                        self.notices.add(notice, self.now);
                    }
                }
            }
            Event::Logged { number, entries } => {
                if let Some(playback) = self.playback_of(number) {
                    playback.take_log(entries);
                }
                self.see_warnings();
            }
            Event::VolumeSet(volume) => {
                self.volume = volume.clamp(0.0, MAX_VOLUME);
                self.muted = false;
            }
            Event::MuteSet(muted) => self.muted = muted,
            Event::FullscreenSet(on) => self.fullscreen = on,
            Event::StatsOpened(open) => {
                self.stats.open = open;
                self.stats.held_since = None;
                self.see_warnings();
            }
            Event::StatsHeld => {
                self.stats.open = true;
                self.stats.held_since = Some(self.now);
                self.see_warnings();
            }
            Event::StatsApart(apart) => {
                self.stats.apart = apart;
                self.stats.held_since = None;
            }
            Event::StatsSpan(span) => self.stats.span = span,
            Event::StatsShown(page) => {
                self.stats.page = page;
                self.see_warnings();
            }
            Event::StatsSized(width) => {
                self.stats.width = Some(width.clamp(*DRAWER_WIDTH.start(), *DRAWER_WIDTH.end()));
            }
            Event::Isolated(source) => self.stats.isolated = source,
            Event::EventsFiltered(filter) => self.stats.filter = filter,
            Event::EventsSearched(search) => self.stats.search = search,
            Event::SourceToggled(source) => {
                if !self.stats.unfolded.remove(&source) {
                    self.stats.unfolded.insert(source);
                }
            }
            Event::Noticed(notice) => self.notices.add(notice, self.now),
            Event::NoticeClosed(number) => self.notices.close(number),
            Event::KeysShown(shown) => self.keys_shown = shown,
            Event::SettingsShown(page) => {
                self.view = View::Settings;
                self.settings_page = page;
                self.awaited_key = None;
            }
            Event::ServerTestShown => {
                self.view = View::ServerTest;
                self.awaited_key = None;
            }
            Event::ServersTested(report) => {
                for server in report.servers.iter().filter(|server| server.name != server.address) {
                    self.people.meet(&server.name);
                }
                self.server_tests.report = Some(report);
            }
            Event::ServersSorted(by) => self.server_tests.press(by),
            Event::KeyAwaited(action) => self.awaited_key = action,
            Event::OpenShown(shown) => self.open_shown = shown,
            Event::OpenEdited(text) => self.open_field = text,
            Event::SmallSet(small) => self.small = small,
            Event::SearchFocus(wanted) => self.focus_search = wanted,
        }
    }

    fn director_answered(
        &mut self,
        address: &str,
        catalogs: tributary_core::directory::Catalogs,
        servers: tributary_core::directory::Servers,
    ) {
        if self.library.director.as_deref() != Some(address) {
            return;
        }
        for server in &servers.servers {
            self.people.meet(&server.name);
        }
        let first = self.library.director_name.is_empty() && self.library.catalogs.is_empty();
        self.library.answered(catalogs, servers, self.now);
        self.library.address_field.clear();
        if first && self.view == View::Directors {
            self.view = View::Library;
        }
    }

    /// Notes how far the film has come and how its servers do.
    fn note(&mut self) {
        self.noted = self.now;
        let Some(playback) = &self.playback else { return };
        self.memory.note(playback, self.library.director.as_deref(), self.date);
        if playback.begun {
            self.memory.note_servers(playback, self.date);
        }
    }

    /// Whether the opening with this number is the one that plays.
    #[must_use]
    pub fn plays(&self, number: u64) -> bool {
        self.playback.as_ref().is_some_and(|playback| playback.number == number)
    }

    /// What plays, if it is of the opening with this number: the older ones' threads may still
    /// have something to say.
    fn playback_of(&mut self, number: u64) -> Option<&mut Playback> {
        self.playback.as_mut().filter(|playback| playback.number == number)
    }

    fn see_warnings(&mut self) {
        if self.stats.open && self.stats.page == stats::StatsPage::Events {
            self.stats.seen_warning = self.newest_warning();
        }
    }

    fn newest_warning(&self) -> u64 {
        let log = self.playback.iter().flat_map(|playback| playback.log.iter().rev());
        log.filter(|entry| entry.warning).map(|entry| entry.number).next().unwrap_or(0)
    }

    /// Whether a warning came since the events were last on show.
    #[must_use]
    pub fn unseen_warning(&self) -> bool {
        self.newest_warning() > self.stats.seen_warning
    }

    /// Who the source with this place in the pattern is.
    #[must_use]
    pub fn person(&self, source: u8) -> Person {
        let snapshot = self.playback.as_ref().and_then(|playback| playback.snapshot.as_ref());
        let entry = snapshot.and_then(|snapshot| snapshot.sources.iter().find(|s| s.index == source));
        entry.and_then(|entry| self.people.find(&entry.name)).unwrap_or(Person::new(source))
    }

    /// Who the source with this letter in a pattern is; nobody for `-`.
    #[must_use]
    pub fn person_of_letter(&self, letter: char) -> Option<Person> {
        let snapshot = self.playback.as_ref()?.snapshot.as_ref()?;
        let entry = snapshot.sources.iter().find(|source| source.letter == letter)?;
        Some(self.person(entry.index))
    }

    /// The fault that stopped the film, if one did.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self.playback.as_ref().map(|playback| &playback.phase) {
            Some(Phase::Failed(fault)) => Some(fault),
            _ => None,
        }
    }

    /// The window's title: what plays, and the program.
    #[must_use]
    pub fn window_title(&self) -> String {
        let name =
            self.playback.as_ref().map(|playback| playback.name.as_str()).filter(|name| !name.is_empty());
        name.map_or_else(|| "Tributary".to_owned(), |name| format!("{name} – Tributary"))
    }

    /// Whether what plays has come to its end.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.playback.as_ref().is_some_and(|playback| playback.phase == Phase::Ended)
    }

    /// Whether what plays comes from servers, so that there are stats to show.
    #[must_use]
    pub fn has_stats(&self) -> bool {
        self.playback.as_ref().is_some_and(|playback| playback.origin == Origin::Stream)
    }
}
