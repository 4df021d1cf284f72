//! The settings and the window: what follows a changed setting, and what is written down of one.

use std::path::Path;
use std::time::{Duration, Instant};

use fetch_engine::{CacheLimits, DiskLimits, OpenOptions, PlannerKind};

use super::App;
use crate::desktop::scheme::Scheme;
use crate::i18n::{self, t};
use crate::media::{Deinterlace, TrackInfo, TrackKind};
use crate::state::chosen::Subtitles;
use crate::state::notice::{Notice, NoticeKind};
use crate::state::settings::{Interlaced, Planner, Settings, ThemeChoice};
use crate::state::{Event, PlaybackEvent};
use crate::theme;

/// Between two looks at whether the settings file was edited by hand.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

impl App {
    /// Tells what of the settings file is not used.
    pub(super) fn tell_problems(&mut self, problems: &[String]) {
        for problem in problems {
            tracing::warn!("in the settings file: {problem}");
        }
        if let Some(first) = problems.first() {
            let detail = match problems.len() {
                1 => first.clone(),
                more => t!("note-settings-more", first = first.as_str(), count = more - 1),
            };
            let notice = Notice::warning(NoticeKind::Other, t!("note-settings-part"), detail);
            self.state.apply(Event::Noticed(notice));
        }
    }

    /// Takes the settings anew where somebody edited the file by hand.
    pub(super) fn follow_file(&mut self, ctx: &egui::Context) {
        let now = Instant::now();
        if self.followed.is_some_and(|last| now.saturating_duration_since(last) < FOLLOW_EVERY) {
            return;
        }
        self.followed = Some(now);
        match self.config.follow() {
            Ok(false) => {}
            Ok(true) => {
                let (settings, problems) = self.config.settings();
                self.state.apply(Event::SettingsRead(Box::new(settings)));
                self.follow_settings(ctx);
                self.tell_problems(&problems);
            }
            Err(why) => {
                tracing::warn!("{why}");
                let notice = Notice::warning(NoticeKind::Other, t!("note-settings-part"), why.told());
                self.state.apply(Event::Noticed(notice));
            }
        }
    }

    /// Makes the window follow the settings.
    pub(super) fn follow_settings(&self, ctx: &egui::Context) {
        self.player.set_hardware(self.state.settings.hardware);
        self.player.set_deinterlace(match self.state.settings.deinterlace {
            Interlaced::Auto => Deinterlace::Auto,
            Interlaced::Always => Deinterlace::Always,
            Interlaced::Never => Deinterlace::Never,
        });
        i18n::speak(self.state.settings.spoken());
        let preference = match self.state.settings.theme {
            ThemeChoice::System => match self.scheme {
                Some(Scheme::Dark) => egui::ThemePreference::Dark,
                Some(Scheme::Light) => egui::ThemePreference::Light,
                None => egui::ThemePreference::System,
            },
            ThemeChoice::Dark => egui::ThemePreference::Dark,
            ThemeChoice::Light => egui::ThemePreference::Light,
        };
        ctx.set_theme(preference);
        let still = self.state.settings.reduce_motion;
        ctx.all_styles_mut(|style| style.animation_time = if still { 0.0 } else { theme::ANIMATION_SECONDS });
    }

    /// Takes other settings, and writes what of them differs from the file.
    pub(super) fn change_settings(&mut self, ctx: &egui::Context, settings: Settings) {
        if let Err(why) = self.config.set(&settings) {
            tracing::warn!("{why}");
            let notice = Notice::warning(NoticeKind::Other, t!("note-settings-not-kept"), why.told());
            self.state.apply(Event::Noticed(notice));
        }
        let deinterlace = settings.deinterlace;
        let told = self.state.playback.is_some() && deinterlace != self.state.settings.deinterlace;
        self.state.apply(Event::SettingsRead(Box::new(settings)));
        self.follow_settings(ctx);
        if told {
            self.tell_briefly(&t!("note-picture"), &t!("menu-deinterlace", when = deinterlace.name()));
        }
    }

    /// Chooses the tracks that are wanted of a title that begins.
    pub(super) fn choose_tracks(&self, tracks: &[TrackInfo]) {
        let chosen = self.state.playback.as_ref().map(|playback| playback.chosen).unwrap_or_default();
        let of = |kind| tracks.iter().filter(move |track| track.kind == kind);
        // One that can't be shown is none to be chosen by its language.
        let languages = |kind| {
            of(kind).map(|track| track.language.as_deref().filter(|_| track.drawn)).collect::<Vec<_>>()
        };
        let sound = chosen.sound_of(&languages(TrackKind::Audio), &self.state.settings);
        if let Some(track) = sound.and_then(|number| of(TrackKind::Audio).nth(number))
            && !track.selected
        {
            self.player.select_audio(Some(track.index));
        }
        let subtitles = chosen.subtitles_of(&languages(TrackKind::Subtitle), &self.state.settings);
        if let Some(track) = subtitles.and_then(|number| of(TrackKind::Subtitle).nth(number)) {
            self.player.select_subtitle(Some(track.index));
        }
    }

    /// Has the sound track with this number heard, now and when the title is played again.
    pub(super) fn choose_sound(&mut self, number: usize) {
        self.state.apply(Event::Playing(PlaybackEvent::SoundChosen(number)));
        self.player.select_audio(Some(number));
    }

    /// Has the subtitle track with this number seen, or none, now and when the title is played again.
    pub(super) fn choose_subtitles(&mut self, number: Option<usize>) {
        let chosen = number.map_or(Subtitles::Off, Subtitles::Track);
        self.state.apply(Event::Playing(PlaybackEvent::SubtitlesChosen(chosen)));
        self.player.select_subtitle(number);
    }

    pub(super) fn remember(&mut self) {
        let library = &self.state.library;
        let result = self.config.remember(&library.known, library.director.as_deref(), self.state.volume);
        if let Err(why) = result {
            tracing::warn!("{why}");
        }
    }
}

/// How a stream is opened by these settings; `films` is the folder for what is kept on disk.
pub(super) fn open_options(settings: &Settings, films: Option<&Path>) -> OpenOptions {
    OpenOptions {
        cache: Some(CacheLimits {
            back_bytes: u64::from(settings.back_mib) << 20,
            ahead_bytes: u64::from(settings.ahead_mib) << 20,
        }),
        disk: films.filter(|_| settings.disk_gib > 0).map(|folder| DiskLimits {
            folder: folder.to_owned(),
            bytes: u64::from(settings.disk_gib) << 30,
        }),
        ahead_seconds: (settings.ahead_seconds > 0).then_some(settings.ahead_seconds),
        limit_bps: (settings.download_mbit > 0).then(|| f64::from(settings.download_mbit) * 1e6),
        planner: Some(match settings.planner {
            Planner::Arrival => PlannerKind::Arrival,
            Planner::Interval => PlannerKind::Interval,
        }),
        most_sources: Some(settings.most_sources as usize),
        routes_per_server: (!settings.relays).then_some(0),
        ..OpenOptions::default()
    }
}
