//! The pages of the settings.

use egui::{Align2, Rect, Ui, pos2, vec2};

use super::parts::{card, choice, dropdown, heading, label, languages, note, offered, stepper, switch};
use crate::i18n::{Language, t};
use crate::state::settings::{
    Planner, Settings, SettingsPage, StartWith, SubtitleColour, ThemeChoice, bounds,
};
use crate::state::{Command, words};
use crate::theme::{Tokens, Type, icon};
use crate::view::Scene;
use crate::widget::button::{Button, ButtonKind};
use crate::widget::icon_button::IconButton;
use crate::widget::text;

/// Shows the page.
pub(super) fn show(ui: &mut Ui, width: f32, page: SettingsPage, scene: &mut Scene<'_>) {
    let old = &scene.state.settings;
    let mut new = old.clone();
    match page {
        SettingsPage::Playback => playback(ui, width, &mut new),
        SettingsPage::Subtitles => subtitles(ui, width, &mut new),
        SettingsPage::Network => network(ui, width, &mut new, scene),
        SettingsPage::Cache => cache(ui, width, &mut new),
        SettingsPage::Appearance => appearance(ui, width, &mut new),
        SettingsPage::Keys => super::keys::show(ui, width, &mut new, scene),
        SettingsPage::About => about(ui, width, scene),
    }
    if new != *old {
        scene.push(Command::ChangeSettings(Box::new(new)));
    }
}

fn playback(ui: &mut Ui, width: f32, settings: &mut Settings) {
    heading(ui, width, &t!("settings-titles"));
    card(ui, width, 2, |ui, row, number| match number {
        0 => {
            let (name, words) = (t!("settings-resume"), t!("settings-resume-what"));
            settings.resume ^= switch(ui, row, &name, &words, settings.resume);
        }
        _ => {
            /// Seconds on offer; 0 is never.
            const SECONDS: [u32; 9] = [0, 5, 10, 15, 20, 30, 40, 50, 60];
            let value = |seconds| match seconds {
                0 => t!("settings-off"),
                seconds => t!("time-seconds", seconds = seconds),
            };
            let words = (&*t!("settings-countdown"), &*t!("settings-countdown-what"));
            if let Some(seconds) = offered(ui, row, words, &SECONDS, settings.countdown_seconds, value) {
                settings.countdown_seconds = seconds;
            }
        }
    });
    heading(ui, width, &t!("settings-start"));
    card(ui, width, 1, |ui, row, _| {
        let names = StartWith::ALL.map(StartWith::name);
        let on = StartWith::ALL.iter().position(|start| *start == settings.start_with).unwrap_or(0);
        let (name, words) = (t!("settings-start-with"), t!("settings-start-with-what"));
        if let Some(pressed) = choice(ui, row, &name, &words, &names, on) {
            settings.start_with = StartWith::ALL[pressed];
        }
    });
    heading(ui, width, &t!("settings-languages"));
    card(ui, width, 2, |ui, row, number| match number {
        0 => {
            let (name, words) = (t!("sound"), t!("settings-languages-what"));
            if let Some(list) =
                languages(ui, row, (icon::SPEAKER_HIGH, &name), &words, &settings.sound_languages)
            {
                settings.sound_languages = list;
            }
        }
        _ => {
            let (name, words) = (t!("subtitles"), t!("settings-languages-subtitles-what"));
            if let Some(list) =
                languages(ui, row, (icon::CLOSED_CAPTIONING, &name), &words, &settings.subtitle_languages)
            {
                settings.subtitle_languages = list;
            }
        }
    });
}

fn stepped(value: f64, more: bool, step: f64, allowed: &std::ops::RangeInclusive<f64>) -> f64 {
    let value = value + if more { step } else { -step };
    ((value * 100.0).round() / 100.0).clamp(*allowed.start(), *allowed.end())
}

fn subtitles(ui: &mut Ui, width: f32, settings: &mut Settings) {
    heading(ui, width, &t!("settings-looks"));
    card(ui, width, 4, |ui, row, number| match number {
        0 => {
            let value = words::percent(settings.subtitle_size);
            let (name, words) = (t!("settings-subtitle-size"), t!("settings-subtitle-size-what"));
            if let Some(more) = stepper(ui, row, &name, &words, &value) {
                settings.subtitle_size = stepped(settings.subtitle_size, more, 0.1, &bounds::SUBTITLE_SIZE);
            }
        }
        1 => {
            let value = words::percent(settings.subtitle_raise);
            let (name, words) = (t!("settings-subtitle-raise"), t!("settings-subtitle-raise-what"));
            if let Some(more) = stepper(ui, row, &name, &words, &value) {
                settings.subtitle_raise =
                    stepped(settings.subtitle_raise, more, 0.05, &bounds::SUBTITLE_RAISE);
            }
        }
        2 => {
            let names = SubtitleColour::ALL.map(SubtitleColour::name);
            let on = SubtitleColour::ALL
                .iter()
                .position(|colour| *colour == settings.subtitle_colour)
                .unwrap_or(0);
            let (name, words) = (t!("settings-subtitle-colour"), t!("settings-subtitle-colour-what"));
            if let Some(pressed) = choice(ui, row, &name, &words, &names, on) {
                settings.subtitle_colour = SubtitleColour::ALL[pressed];
            }
        }
        _ => {
            let (name, words) = (t!("settings-subtitle-plate"), t!("settings-subtitle-plate-what"));
            settings.subtitle_plate ^= switch(ui, row, &name, &words, settings.subtitle_plate);
        }
    });
}

fn network(ui: &mut Ui, width: f32, settings: &mut Settings, scene: &mut Scene<'_>) {
    let library = &scene.state.library;
    heading(ui, width, &t!("settings-directors"));
    let tokens = *Tokens::of(ui);
    let mut asked = Vec::new();
    card(ui, width, library.known.len(), |ui, row, number| {
        let known = &library.known[number];
        label(ui, row, &words::safe(&known.name), &known.address, 190.0);
        let center = row.right_center() - vec2(14.0, 0.0);
        ui.push_id(&known.address, |ui| {
            if IconButton::new(icon::TRASH, &t!("directors-forget"))
                .size(18.0)
                .quiet()
                .show(ui, center)
                .clicked()
            {
                asked.push(Command::ForgetDirector(known.address.clone()));
            }
            let right = row.right() - 50.0;
            if library.director.as_deref() == Some(&known.address) {
                let place = pos2(right, row.center().y);
                let (words, ty) = (t!("settings-in-use"), Type::LABEL_STRONG);
                let used = text::label(ui, place, Align2::RIGHT_CENTER, &words, ty, tokens.text1);
                let place = pos2(used.left() - 16.0, place.y);
                text::icon(ui.painter(), place, icon::CHECK_CIRCLE, Type::icon_fill(17.0), tokens.text1);
            } else {
                let words = t!("settings-switch-to");
                let button = Button::new(&words, ButtonKind::Plain);
                let width = button.width(ui, 36.0).max(100.0);
                let place = Rect::from_min_max(
                    pos2(right - width, row.center().y - 18.0),
                    pos2(right, row.center().y + 18.0),
                );
                if button.show(ui, place).clicked() {
                    asked.push(Command::Connect(known.address.clone()));
                    asked.push(Command::ShowLibrary);
                }
            }
        });
    });
    scene.commands.extend(asked);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 44.0), egui::Sense::hover());
    let words = t!("settings-add-director");
    let add = Button::new(&words, ButtonKind::Plain).icon(icon::PLUS);
    let place = Rect::from_min_size(rect.min, vec2(add.width(ui, 40.0), 40.0));
    if add.show(ui, place).clicked() {
        scene.push(Command::ChooseDirector);
    }
    ui.add_space(12.0);
    heading(ui, width, &t!("library-servers"));
    card(ui, width, 1, |ui, row, _| {
        label(ui, row, &t!("test-title"), &t!("test-settings"), 160.0);
        let words = t!("test-now");
        let test = Button::new(&words, ButtonKind::Plain);
        let size = vec2(test.width(ui, 36.0), 36.0);
        let place = Rect::from_center_size(row.right_center() - vec2(size.x / 2.0, 0.0), size);
        if test.show(ui, place).clicked() {
            scene.push(Command::ShowServerTest);
        }
    });
    sources(ui, width, settings);
}

fn sources(ui: &mut Ui, width: f32, settings: &mut Settings) {
    /// As many sources as can be used at once.
    const MOST_SOURCES: u32 = *bounds::MOST_SOURCES.end() as u32;
    /// Numbers of sources on offer; the last is as many as there are.
    const SOURCES: [u32; 12] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, MOST_SOURCES];
    /// Limits on offer, in megabits a second; 0 is none.
    const LIMITS: [u32; 14] = [0, 1, 2, 4, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500];
    heading(ui, width, &t!("settings-sources"));
    card(ui, width, 4, |ui, row, number| match number {
        0 => {
            let names = Planner::ALL.map(Planner::name);
            let on = Planner::ALL.iter().position(|planner| *planner == settings.planner).unwrap_or(0);
            let (name, words) = (t!("settings-planner"), t!("settings-planner-what"));
            if let Some(pressed) = dropdown(ui, row, &name, &words, &names, on) {
                settings.planner = Planner::ALL[pressed];
            }
        }
        1 => {
            let value =
                |most: u32| if most == MOST_SOURCES { t!("settings-every") } else { most.to_string() };
            let words = (&*t!("settings-most-sources"), &*t!("settings-most-sources-what"));
            if let Some(most) = offered(ui, row, words, &SOURCES, settings.most_sources, value) {
                settings.most_sources = most;
            }
        }
        2 => {
            let (name, words) = (t!("settings-look-around"), t!("settings-look-around-what"));
            settings.look_around ^= switch(ui, row, &name, &words, settings.look_around);
        }
        _ => {
            let (name, words) = (t!("settings-relays"), t!("settings-relays-what"));
            settings.relays ^= switch(ui, row, &name, &words, settings.relays);
        }
    });
    heading(ui, width, &t!("settings-limits"));
    card(ui, width, 1, |ui, row, _| {
        let value = |limit| match limit {
            0 => t!("settings-off"),
            limit => t!("unit-rate", rate = limit),
        };
        let words = (&*t!("settings-download"), &*t!("settings-download-what"));
        if let Some(limit) = offered(ui, row, words, &LIMITS, settings.download_mbit, value) {
            settings.download_mbit = limit;
        }
    });
    note(ui, width, &t!("settings-next-title"));
}

fn cache(ui: &mut Ui, width: f32, settings: &mut Settings) {
    /// Sizes on offer ahead, in mebibytes.
    const AHEAD: [u32; 11] = [8, 16, 32, 64, 100, 150, 250, 500, 1000, 2000, 4096];
    /// The same behind.
    const BEHIND: [u32; 12] = [0, 8, 16, 32, 64, 100, 150, 250, 500, 1000, 2000, 4096];
    /// The same on disk, in gibibytes.
    const GIBIBYTES: [u32; 11] = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    /// The same in seconds of film; 0 is as many as the bytes allow, which is the most.
    const SECONDS: [u32; 10] = [15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 0];
    heading(ui, width, &t!("settings-memory"));
    let mebibytes = |size| format!("{size} MiB");
    card(ui, width, 3, |ui, row, number| match number {
        0 => {
            let words = (&*t!("settings-ahead"), &*t!("settings-ahead-what"));
            if let Some(size) = offered(ui, row, words, &AHEAD, settings.ahead_mib, mebibytes) {
                settings.ahead_mib = size;
            }
        }
        1 => {
            let value = |seconds| match seconds {
                0 => t!("settings-all"),
                seconds if seconds < 60 => t!("time-seconds", seconds = seconds),
                seconds => t!("time-minutes", minutes = seconds / 60),
            };
            let words = (&*t!("settings-ahead-seconds"), &*t!("settings-ahead-seconds-what"));
            if let Some(seconds) = offered(ui, row, words, &SECONDS, settings.ahead_seconds, value) {
                settings.ahead_seconds = seconds;
            }
        }
        _ => {
            let words = (&*t!("settings-behind"), &*t!("settings-behind-what"));
            if let Some(size) = offered(ui, row, words, &BEHIND, settings.back_mib, mebibytes) {
                settings.back_mib = size;
            }
        }
    });
    heading(ui, width, &t!("settings-disk"));
    card(ui, width, 1, |ui, row, _| {
        let value = |size| match size {
            0 => t!("settings-off"),
            size => format!("{size} GiB"),
        };
        let words = (&*t!("settings-films"), &*t!("settings-films-what"));
        if let Some(size) = offered(ui, row, words, &GIBIBYTES, settings.disk_gib, value) {
            settings.disk_gib = size;
        }
    });
    note(ui, width, &t!("settings-next-title"));
}

fn appearance(ui: &mut Ui, width: f32, settings: &mut Settings) {
    heading(ui, width, &t!("settings-window"));
    card(ui, width, 5, |ui, row, number| match number {
        0 => {
            let names = ThemeChoice::ALL.map(ThemeChoice::name);
            let on = ThemeChoice::ALL.iter().position(|theme| *theme == settings.theme).unwrap_or(0);
            if let Some(pressed) =
                choice(ui, row, &t!("settings-theme"), &t!("settings-theme-what"), &names, on)
            {
                settings.theme = ThemeChoice::ALL[pressed];
            }
        }
        1 => {
            let of_desktop = std::iter::once((None, t!("settings-theme-system")));
            let spoken = Language::ALL.map(|language| (Some(language), language.name().to_owned()));
            let (languages, names): (Vec<_>, Vec<_>) = of_desktop.chain(spoken).unzip();
            let on = languages.iter().position(|language| *language == settings.language).unwrap_or(0);
            let (name, words) = (t!("settings-language"), t!("settings-language-what"));
            if let Some(pressed) = dropdown(ui, row, &name, &words, &names, on) {
                settings.language = languages[pressed];
            }
        }
        2 => {
            let (name, words) = (t!("settings-reduce-motion"), t!("settings-reduce-motion-what"));
            settings.reduce_motion ^= switch(ui, row, &name, &words, settings.reduce_motion);
        }
        3 => {
            let (name, words) = (t!("settings-keep-window"), t!("settings-keep-window-what"));
            settings.keep_window ^= switch(ui, row, &name, &words, settings.keep_window);
        }
        _ => {
            let (name, words) = (t!("settings-one-window"), t!("settings-one-window-what"));
            settings.one_window ^= switch(ui, row, &name, &words, settings.one_window);
        }
    });
}

fn about(ui: &mut Ui, width: f32, scene: &mut Scene<'_>) {
    heading(ui, width, "Tributary");
    card(ui, width, 3, |ui, row, number| match number {
        0 => {
            let version = t!("settings-version", version = env!("CARGO_PKG_VERSION"));
            label(ui, row, &version, &t!("settings-motto"), 0.0);
        }
        1 => {
            let words = t!("settings-licence-what", licence = env!("CARGO_PKG_LICENSE"));
            label(ui, row, &t!("settings-licence"), &words, 0.0);
        }
        _ => {
            let words = t!("report-save");
            let save = Button::new(&words, ButtonKind::Plain);
            let size = vec2(save.width(ui, 36.0), 36.0);
            label(ui, row, &t!("report-title"), &t!("report-explanation"), size.x);
            let place = Rect::from_center_size(row.right_center() - vec2(size.x / 2.0, 0.0), size);
            if save.show(ui, place).clicked() {
                scene.push(Command::SaveBundle);
            }
        }
    });
    note(ui, width, &t!("settings-file"));
}
