//! The pages of the settings.

use egui::{Align2, Rect, Ui, pos2, vec2};

use super::parts::{card, heading, label, languages, note, stepper, switch};
use crate::state::settings::{Settings, SettingsPage, ThemeChoice, bounds};
use crate::state::{Command, words};
use crate::theme::{Tokens, Type, icon};
use crate::view::Scene;
use crate::widget::button::{self, Button, ButtonKind};
use crate::widget::icon_button::IconButton;
use crate::widget::text;

/// Shows the page.
pub(super) fn show(ui: &mut Ui, width: f32, page: SettingsPage, scene: &mut Scene<'_>) {
    let old = &scene.state.settings;
    let mut new = old.clone();
    match page {
        SettingsPage::Playback => playback(ui, width, &mut new),
        SettingsPage::Subtitles => subtitles(ui, width, &mut new),
        SettingsPage::Network => network(ui, width, scene),
        SettingsPage::Cache => cache(ui, width, &mut new),
        SettingsPage::Appearance => appearance(ui, width, &mut new),
        SettingsPage::Keys => super::keys::show(ui, width, &mut new, scene),
        SettingsPage::About => about(ui, width),
    }
    if new != *old {
        scene.push(Command::ChangeSettings(Box::new(new)));
    }
}

fn playback(ui: &mut Ui, width: f32, settings: &mut Settings) {
    heading(ui, width, "Titles");
    card(ui, width, 2, |ui, row, number| match number {
        0 => {
            let words = "Titles begin at the place where they were left.";
            settings.resume ^= switch(ui, row, "Go on where I left off", words, settings.resume);
        }
        _ => {
            let value = match settings.countdown_seconds {
                0 => "off".to_owned(),
                seconds => format!("{seconds} s"),
            };
            let words = "After the end the next title of the catalog begins.";
            if let Some(more) = stepper(ui, row, "Countdown to the next title", words, &value) {
                let most = *bounds::COUNTDOWN_SECONDS.end() as u32;
                let seconds = settings.countdown_seconds;
                settings.countdown_seconds =
                    if more { (seconds + 5).min(most) } else { seconds.saturating_sub(5) };
            }
        }
    });
    heading(ui, width, "Languages");
    card(ui, width, 2, |ui, row, number| match number {
        0 => {
            let words = "Chosen where a title has them, the first first.";
            if let Some(list) = languages(ui, row, "Sound", words, &settings.sound_languages) {
                settings.sound_languages = list;
            }
        }
        _ => {
            let words = "The same; none means that they are off at first.";
            if let Some(list) = languages(ui, row, "Subtitles", words, &settings.subtitle_languages) {
                settings.subtitle_languages = list;
            }
        }
    });
}

fn stepped(value: f64, more: bool, step: f64, allowed: &std::ops::RangeInclusive<f64>) -> f64 {
    let value = value + if more { step } else { -step };
    ((value * 100.0).round() / 100.0).clamp(*allowed.start(), *allowed.end())
}

fn percent(part: f64) -> String {
    format!("{} %", (part * 100.0).round())
}

fn subtitles(ui: &mut Ui, width: f32, settings: &mut Settings) {
    heading(ui, width, "Looks");
    card(ui, width, 3, |ui, row, number| match number {
        0 => {
            let value = percent(settings.subtitle_size);
            if let Some(more) = stepper(ui, row, "Size", "Against the usual one.", &value) {
                settings.subtitle_size = stepped(settings.subtitle_size, more, 0.1, &bounds::SUBTITLE_SIZE);
            }
        }
        1 => {
            let value = percent(settings.subtitle_raise);
            let words = "Room below them, as a part of the film's height.";
            if let Some(more) = stepper(ui, row, "Height", words, &value) {
                settings.subtitle_raise =
                    stepped(settings.subtitle_raise, more, 0.05, &bounds::SUBTITLE_RAISE);
            }
        }
        _ => {
            let words = "For films that are bright where the words stand.";
            settings.subtitle_plate ^= switch(ui, row, "Dark plate behind", words, settings.subtitle_plate);
        }
    });
}

fn network(ui: &mut Ui, width: f32, scene: &mut Scene<'_>) {
    let library = &scene.state.library;
    heading(ui, width, "Directors");
    let tokens = *Tokens::of(ui);
    let mut asked = Vec::new();
    card(ui, width, library.known.len(), |ui, row, number| {
        let known = &library.known[number];
        label(ui, row, &words::safe(&known.name), &known.address, 190.0);
        let center = row.right_center() - vec2(14.0, 0.0);
        ui.push_id(&known.address, |ui| {
            if IconButton::new(icon::TRASH, "Forget this director").size(18.0).show(ui, center).clicked() {
                asked.push(Command::ForgetDirector(known.address.clone()));
            }
            let right = row.right() - 50.0;
            if library.director.as_deref() == Some(&known.address) {
                let place = pos2(right, row.center().y);
                let used =
                    text::label(ui, place, Align2::RIGHT_CENTER, "In use", Type::LABEL_STRONG, tokens.text1);
                let place = pos2(used.left() - 16.0, place.y);
                text::icon(ui.painter(), place, icon::CHECK_CIRCLE, Type::icon_fill(17.0), tokens.text1);
            } else {
                let place = Rect::from_min_max(
                    pos2(right - 100.0, row.center().y - 18.0),
                    pos2(right, row.center().y + 18.0),
                );
                if Button::new("Switch to", ButtonKind::Plain).show(ui, place).clicked() {
                    asked.push(Command::Connect(known.address.clone()));
                    asked.push(Command::ShowLibrary);
                }
            }
        });
    });
    scene.commands.extend(asked);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 44.0), egui::Sense::hover());
    let add = Button::new("Add a director", ButtonKind::Plain).icon(icon::PLUS);
    let place = Rect::from_min_size(rect.min, vec2(add.width(ui, 40.0), 40.0));
    if add.show(ui, place).clicked() {
        scene.push(Command::ChooseDirector);
    }
}

fn cache(ui: &mut Ui, width: f32, settings: &mut Settings) {
    /// From one size on offer to the next, in mebibytes.
    const SIZES: [u32; 12] = [0, 8, 16, 32, 64, 100, 150, 250, 500, 1000, 2000, 4096];
    let step = |now: u32, more: bool, least: i64| {
        let least = u32::try_from(least).unwrap_or(0);
        let mut sizes = SIZES.into_iter().filter(|size| *size >= least);
        let found = if more { sizes.find(|size| *size > now) } else { sizes.rfind(|size| *size < now) };
        found.unwrap_or(now)
    };
    heading(ui, width, "Memory");
    card(ui, width, 2, |ui, row, number| match number {
        0 => {
            let value = format!("{} MiB", settings.ahead_mib);
            let words = "Film that is fetched before it is needed.";
            if let Some(more) = stepper(ui, row, "Ahead", words, &value) {
                settings.ahead_mib = step(settings.ahead_mib, more, *bounds::AHEAD_MIB.start());
            }
        }
        _ => {
            let value = format!("{} MiB", settings.back_mib);
            let words = "Film that is kept, so that going back is instant.";
            if let Some(more) = stepper(ui, row, "Behind", words, &value) {
                settings.back_mib = step(settings.back_mib, more, *bounds::BACK_MIB.start());
            }
        }
    });
    note(ui, width, "Sizes of the cache hold from the next start on.");
}

fn appearance(ui: &mut Ui, width: f32, settings: &mut Settings) {
    heading(ui, width, "Window");
    card(ui, width, 4, |ui, row, number| match number {
        0 => {
            label(ui, row, "Colours", "The player itself is always dark.", 330.0);
            let names = ThemeChoice::ALL.map(ThemeChoice::name);
            let on = ThemeChoice::ALL.iter().position(|theme| *theme == settings.theme).unwrap_or(0);
            let all: f32 =
                names.iter().map(|name| text::width(ui.painter(), name, Type::LABEL).ceil() + 36.0).sum();
            let corner = pos2(row.right() - all + 8.0, row.center().y - 16.0);
            if let Some(pressed) = button::pills(ui, corner, &names, on) {
                settings.theme = ThemeChoice::ALL[pressed];
            }
        }
        1 => {
            let words = "Nothing glides or fades.";
            settings.reduce_motion ^= switch(ui, row, "Reduce motion", words, settings.reduce_motion);
        }
        2 => {
            let words = "The window opens where it was closed.";
            settings.keep_window ^= switch(ui, row, "Keep place and size", words, settings.keep_window);
        }
        _ => {
            let words = "What is opened later plays in the window that is there.";
            settings.one_window ^= switch(ui, row, "One window", words, settings.one_window);
        }
    });
}

fn about(ui: &mut Ui, width: f32) {
    heading(ui, width, "Tributary");
    card(ui, width, 2, |ui, row, number| match number {
        0 => label(ui, row, concat!("Version ", env!("CARGO_PKG_VERSION")), "One film, many streams.", 0.0),
        _ => label(
            ui,
            row,
            "Licence",
            concat!(env!("CARGO_PKG_LICENSE"), "; fonts: Inter (OFL 1.1); icons: Phosphor (MIT)"),
            0.0,
        ),
    });
    note(
        ui,
        width,
        "All settings stand in config.toml in the folder for settings, which may be edited by hand.",
    );
}
