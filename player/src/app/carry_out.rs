//! What each wish of a view does.

use std::time::Duration;

use super::files::Wanted;
use super::posters::Of;
use super::target::director_shown;
use super::{App, Begin};
use crate::i18n::t;
use crate::media::SeekKind as MediaSeekKind;
use crate::state::library::Listing;
use crate::state::notice::{Notice, NoticeKind};
use crate::state::playback::{Phase, SPEEDS, TrackKind};
use crate::state::shape::Shape;
use crate::state::stats::HELD_SECONDS;
use crate::state::{Command, Event, MAX_VOLUME, PlaybackEvent, SeekKind, View, words};

impl App {
    /// Carries out a wish that needs the window.
    pub(super) fn carry_out_in(&mut self, ctx: &egui::Context, command: Command) {
        match command {
            Command::Copy(text) => ctx.copy_text(text),
            Command::ToggleSmall => self.toggle_small(ctx),
            Command::ChangeSettings(settings) => self.change_settings(ctx, *settings),
            Command::BindKey(action, key) => {
                let mut settings = self.state.settings.clone();
                settings.keys.bind(action, &key);
                self.state.apply(Event::KeyAwaited(None));
                self.change_settings(ctx, settings);
            }
            command => self.carry_out(command),
        }
    }

    /// Carries out a wish.
    pub(super) fn carry_out(&mut self, command: Command) {
        match command {
            Command::EditAddress(text) => self.state.apply(Event::AddressEdited(text)),
            Command::Connect(address) => self.connect(&address),
            Command::RetryDirector => {
                if let Some(address) = self.state.library.director.clone() {
                    self.connect(&address);
                }
            }
            Command::ChooseDirector => self.state.apply(Event::ChoosingDirector),
            Command::ForgetDirector(address) => {
                self.state.apply(Event::DirectorForgotten(address));
                self.remember();
            }
            Command::ShowLibrary => self.state.apply(Event::LibraryShown),
            Command::List(listing) => self.state.apply(Event::Listed(listing)),
            Command::WantTitles(place) => self.want_titles(place),
            Command::WantPoster(stream) => {
                if let Some(director) = self.state.library.director.clone() {
                    self.posters.want(Of::Poster, director, stream);
                }
            }
            Command::WantStill(stream) => self.posters.want(Of::Still, String::new(), stream),
            Command::OpenTitle(title) => self.state.apply(Event::TitleShown(title)),
            Command::Play(title) => self.play_title(*title, Begin::WhereLeftOff),
            Command::PlayFrom(title, start) => self.play_title(*title, Begin::At(start)),
            Command::ChooseTracks(title, tracks) => self.state.apply(Event::TracksChosen { title, tracks }),
            Command::Next => self.step(true),
            Command::Previous => self.step(false),
            Command::StopCountdown => self.state.apply(Event::CountdownSet(None)),
            Command::Continue(what) => self.go_on(&what),
            Command::DropPlace(what) => {
                let title = self.state.memory.of(&what).and_then(|viewing| viewing.title.as_ref());
                if let Some(stream) = title.map(|title| title.stream) {
                    self.posters.drop_still(stream);
                }
                self.state.apply(Event::PlaceDropped(what));
            }
            Command::Mark(title, watched) => self.state.apply(Event::Marked { title, watched }),
            Command::RetryPlayback => self.retry(),
            Command::LeavePlayer => self.leave(),
            Command::ToggleFullscreen => {
                let on = !self.state.fullscreen;
                self.state.apply(Event::FullscreenSet(on));
            }
            Command::Escape => self.escape(),
            Command::ToggleStats => {
                if self.state.has_stats() || self.state.stats.open {
                    self.state.apply(Event::StatsOpened(!self.state.stats.open));
                }
            }
            Command::HoldStats(true) if self.state.stats.open => self.state.apply(Event::StatsOpened(false)),
            Command::HoldStats(true) if self.state.has_stats() => self.state.apply(Event::StatsHeld),
            Command::HoldStats(true) => {}
            Command::HoldStats(false) => {
                let held = self.state.stats.held_since.map(|since| self.state.now - since);
                // A short press leaves them open.
                if let Some(held) = held {
                    self.state.apply(Event::StatsOpened(held < HELD_SECONDS));
                }
            }
            Command::DetachStats => self.state.apply(Event::StatsApart(!self.state.stats.apart)),
            Command::ShowSpan(span) => self.state.apply(Event::StatsSpan(span)),
            Command::ShowStats(page) => self.state.apply(Event::StatsShown(page)),
            Command::SizeStats(width) => self.state.apply(Event::StatsSized(width)),
            Command::Isolate(source) => self.state.apply(Event::Isolated(source)),
            Command::FilterEvents(filter) => self.state.apply(Event::EventsFiltered(filter)),
            Command::SearchEvents(text) => self.state.apply(Event::EventsSearched(text)),
            Command::ToggleSource(source) => self.state.apply(Event::SourceToggled(source)),
            Command::CloseNotice(number) => self.state.apply(Event::NoticeClosed(number)),
            Command::ToggleKeys => self.state.apply(Event::KeysShown(!self.state.keys_shown)),
            Command::FocusSearch => self.state.apply(Event::SearchFocus(true)),
            // Only the window has a clipboard, a size and colours; wishes from outside do not reach them.
            Command::Copy(_) | Command::ToggleSmall | Command::ChangeSettings(_) | Command::BindKey(..) => {}
            Command::ShowSettings(page) => self.state.apply(Event::SettingsShown(page)),
            Command::AwaitKey(action) => self.state.apply(Event::KeyAwaited(action)),
            Command::ToggleOpen => self.state.apply(Event::OpenShown(!self.state.open_shown)),
            Command::EditOpen(text) => self.state.apply(Event::OpenEdited(text)),
            Command::Open(text) => {
                self.close_open();
                self.open(&[text]);
            }
            Command::ChooseFile => {
                self.close_open();
                self.choose_file(Wanted::Film);
            }
            Command::SaveBundle => self.save_bundle(),
            test @ (Command::ShowServerTest
            | Command::TestServers
            | Command::StopServerTest
            | Command::SortServers(_)
            | Command::ExportServers) => self.test_command(&test),
            film => self.film_command(film),
        }
    }

    /// Carries out a wish that is about the film.
    fn film_command(&mut self, command: Command) {
        let Some(playback) = &self.state.playback else { return };
        match command {
            Command::TogglePause => {
                if self.state.has_ended() {
                    self.retry();
                } else {
                    let paused = !playback.paused;
                    self.state.apply(Event::Playing(PlaybackEvent::Paused(paused)));
                    self.player.set_paused(paused);
                }
            }
            Command::Seek(to, kind) => self.seek(to, kind),
            Command::SeekBy(seconds) => {
                let from = playback.shown_position().as_secs_f64();
                self.seek(Duration::from_secs_f64((from + seconds).max(0.0)), SeekKind::Exact);
            }
            Command::SeekTenth(tenth) => {
                if let Some(to) = playback.time_at(f32::from(tenth) / 10.0) {
                    self.seek(to, SeekKind::Exact);
                }
            }
            Command::Step { forward } => self.player.step(forward),
            Command::SeekChapter { forward } => {
                if let Some(to) = playback.chapter_beside(forward) {
                    self.seek(to, SeekKind::Exact);
                }
            }
            Command::MarkRepeat => self.mark_repeat(),
            Command::SetSoundDelay(delay) => {
                self.state.apply(Event::Playing(PlaybackEvent::SoundDelayed(delay)));
                self.follow_delays(true);
            }
            Command::SetSubtitleDelay(delay) => {
                self.state.apply(Event::Playing(PlaybackEvent::SubtitlesDelayed(delay)));
                self.follow_delays(false);
            }
            Command::StepSubtitleDelay(more) => {
                let delay = playback.subtitle_delay_ms.saturating_add(more);
                self.film_command(Command::SetSubtitleDelay(delay));
            }
            Command::SetShape(shape) => self.shape(shape),
            Command::ChooseSubtitleFile(number) => {
                self.state.apply(Event::Playing(PlaybackEvent::SubtitleFileChosen(number)));
                self.player.select_subtitle(None);
            }
            Command::LoadSubtitles => self.choose_file(Wanted::Subtitles),
            Command::SetVolume(volume) => self.set_volume(volume),
            Command::StepVolume(more) => {
                self.set_volume(self.state.volume + more);
                self.tell_volume();
            }
            Command::ToggleMute => {
                let muted = !self.state.muted;
                self.state.apply(Event::MuteSet(muted));
                self.player.set_muted(muted);
                self.tell_volume();
            }
            Command::SetSpeed(speed) => self.set_speed(speed),
            Command::StepSpeed { faster } => {
                let now = playback.speed;
                let next = if faster {
                    SPEEDS.into_iter().find(|speed| *speed > now + 0.001)
                } else {
                    SPEEDS.into_iter().rev().find(|speed| *speed < now - 0.001)
                };
                self.set_speed(next.unwrap_or(now));
            }
            Command::ChooseSound(number) => self.choose_sound(number),
            Command::ChooseSubtitles(number) => {
                self.state.apply(Event::Playing(PlaybackEvent::SubtitleFileChosen(None)));
                self.choose_subtitles(number);
            }
            Command::NextSound => {
                let sounds: Vec<_> = playback.tracks_of(TrackKind::Sound).collect();
                let on = sounds.iter().position(|track| track.on);
                let next = on.map_or(0, |on| (on + 1) % sounds.len().max(1));
                let chosen = sounds.get(next).map(|track| (track.number, track.name.clone()));
                if let Some((number, name)) = chosen {
                    self.choose_sound(number);
                    self.tell(&t!("sound"), &name);
                }
            }
            Command::NextSubtitles => {
                // First the tracks, then the files, then none.
                let tracks: Vec<_> = playback.tracks_of(TrackKind::Subtitle).collect();
                let on = tracks.iter().position(|track| track.on);
                let on = playback.subtitle_file.map(|file| tracks.len() + file).or(on);
                let next = on.map_or(0, |on| on + 1);
                let file = next.checked_sub(tracks.len());
                let track = tracks.get(next).map(|track| (track.number, track.name.clone()));
                let file =
                    file.and_then(|file| Some((file, playback.subtitle_files.get(file)?.name.clone())));
                let number = track.as_ref().map(|(number, _)| *number);
                if file.is_some() {
                    self.player.select_subtitle(None);
                } else {
                    self.choose_subtitles(number);
                }
                let chosen = PlaybackEvent::SubtitleFileChosen(file.as_ref().map(|(number, _)| *number));
                self.state.apply(Event::Playing(chosen));
                let named = track.or(file).map_or_else(|| t!("note-off"), |(_, name)| name);
                self.tell(&t!("subtitles"), &named);
            }
            Command::Screenshot => self.screenshot(),
            _ => {}
        }
    }

    pub(super) fn tell(&mut self, title: &str, detail: &str) {
        self.state.apply(Event::Noticed(Notice::passing(NoticeKind::Other, title, detail)));
    }

    /// Says what a key did.
    pub(super) fn tell_briefly(&mut self, title: &str, detail: &str) {
        self.state.apply(Event::Noticed(Notice::brief(title, detail)));
    }

    fn tell_volume(&mut self) {
        let percent = t!("note-percent", percent = (self.state.volume * 100.0).round());
        let detail = if self.state.muted { t!("note-muted") } else { percent };
        self.tell_briefly(&t!("volume"), &detail);
    }

    /// Lays the picture into the window like that, and says what is other than before.
    fn shape(&mut self, shape: Shape) {
        let Some(before) = self.state.playback.as_ref().map(|playback| playback.shape) else { return };
        self.state.apply(Event::Playing(PlaybackEvent::Shaped(shape)));
        if let Some(told) = shape.told_after(before) {
            self.tell_briefly(&t!("note-picture"), &told);
        }
    }

    fn seek(&mut self, to: Duration, kind: SeekKind) {
        let Some(playback) = self.state.playback.as_ref().filter(|playback| playback.seekable) else {
            return;
        };
        let to = playback.duration.map_or(to, |end| to.min(end));
        let ended = playback.phase == Phase::Ended;
        self.state.apply(Event::Playing(PlaybackEvent::Seeking(to)));
        let kind = match kind {
            SeekKind::Key => MediaSeekKind::Key,
            SeekKind::Exact => MediaSeekKind::Exact,
        };
        self.player.seek(to, kind);
        if ended {
            self.player.set_paused(false);
        }
    }

    /// Goes to a place, exactly.
    pub(super) fn go_to(&mut self, to: Duration) {
        self.seek(to, SeekKind::Exact);
    }

    fn mark_repeat(&mut self) {
        let Some(playback) = self.state.playback.as_ref().filter(|playback| playback.seekable) else {
            return;
        };
        let place = playback.shown_position();
        let repeat = playback.repeat.pressed(place);
        self.state.apply(Event::Playing(PlaybackEvent::Repeating(repeat)));
        let clock = |time| words::clock(Some(time));
        let told = match (repeat.from, repeat.to) {
            (Some(from), Some(to)) => t!("note-repeats-what", from = clock(from), to = clock(to)),
            (Some(from), None) => t!("note-repeats-from", from = clock(from)),
            (None, _) => t!("note-repeats-no-more"),
        };
        self.tell(&t!("note-repeats"), &told);
    }

    fn follow_delays(&mut self, of_sound: bool) {
        let Some(playback) = &self.state.playback else { return };
        let (sound, subtitles) = (playback.sound_delay_ms, playback.subtitle_delay_ms);
        self.player.set_delays(sound, subtitles);
        let delay = if of_sound { sound } else { subtitles };
        let seconds = words::decimal(f64::from(delay.abs()) / 1000.0, 1);
        let when = match delay {
            0 => t!("note-delay-none"),
            1.. => t!("note-later", seconds = seconds),
            _ => t!("note-earlier", seconds = seconds),
        };
        self.tell(&if of_sound { t!("sound") } else { t!("subtitles") }, &when);
    }

    fn close_open(&mut self) {
        self.state.apply(Event::OpenShown(false));
        self.state.apply(Event::OpenEdited(String::new()));
    }

    /// Makes the window small and keeps it on top, or gives it the size it had.
    fn toggle_small(&mut self, ctx: &egui::Context) {
        const SMALL: egui::Vec2 = egui::vec2(480.0, 300.0);
        let small = !self.state.small;
        let usual = self.state.memory.window.map_or((1280.0, 800.0), |place| place.size);
        self.state.apply(Event::FullscreenSet(false));
        self.state.apply(Event::SmallSet(small));
        let level = if small { egui::WindowLevel::AlwaysOnTop } else { egui::WindowLevel::Normal };
        let size = if small { SMALL } else { usual.into() };
        ctx.send_viewport_cmd(egui::ViewportCommand::WindowLevel(level));
        ctx.send_viewport_cmd(egui::ViewportCommand::InnerSize(size));
    }

    /// Goes to the beginning.
    pub(super) fn seek_start(&mut self) {
        self.seek(Duration::ZERO, SeekKind::Exact);
    }

    fn set_speed(&mut self, speed: f64) {
        if self.state.playback.as_ref().is_some_and(|playback| !playback.takes_speed()) {
            self.tell(&t!("speed"), &t!("note-own-speed"));
            return;
        }
        self.state.apply(Event::Playing(PlaybackEvent::Speed(speed)));
        self.player.set_speed(speed);
        self.tell_briefly(&t!("speed"), &words::times(speed));
    }

    /// Sets the volume, and the sound on.
    pub(super) fn set_volume(&mut self, volume: f64) {
        let volume = volume.clamp(0.0, MAX_VOLUME);
        self.state.apply(Event::VolumeSet(volume));
        self.player.set_muted(false);
        self.player.set_volume(volume);
    }

    /// Uses the director at `address`.
    pub(super) fn connect(&mut self, address: &str) {
        let address = director_shown(address);
        self.state.apply(Event::DirectorChosen(address.clone()));
        self.asker.look_at(&address);
    }

    fn want_titles(&mut self, place: u64) {
        let library = &self.state.library;
        let Some(director) = &library.director else { return };
        if library.titles.needs(place) && self.asker.want(&self.state, director, place) {
            self.state.apply(Event::TitlesAsked(place));
        }
    }

    fn escape(&mut self) {
        if self.state.open_shown {
            self.close_open();
        } else if self.state.keys_shown {
            self.state.apply(Event::KeysShown(false));
        } else if self.state.fullscreen {
            self.state.apply(Event::FullscreenSet(false));
        } else if self.state.countdown.is_some() {
            self.state.apply(Event::CountdownSet(None));
        } else if self.state.view == View::Player && self.state.stats.open {
            self.state.apply(Event::StatsOpened(false));
        } else if self.state.view == View::Player {
            self.leave();
        } else if self.state.view == View::Settings && self.state.library.director.is_none() {
            self.state.apply(Event::ChoosingDirector);
        } else if self.state.view == View::ServerTest {
            self.state.apply(Event::SettingsShown(self.state.settings_page));
        } else if self.state.view == View::Library && !self.state.library.listing.search.is_empty() {
            let listing = self.state.library.listing.clone();
            self.state.apply(Event::Listed(Listing { search: String::new(), ..listing }));
        } else if matches!(self.state.view, View::Title | View::Settings)
            || (self.state.view == View::Directors && self.state.library.director.is_some())
        {
            self.state.apply(Event::LibraryShown);
        }
    }
}
