//! The menu for picture and sound: shape, size, turn, delays, repeating, the small window.

use egui::accesskit::Role;
use egui::{Align2, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::menu::{WIDTH, head, row, rule};
use crate::i18n::t;
use crate::state::keymap::Action;
use crate::state::playback::Playback;
use crate::state::shape::{Repeat, SHAPES, Shape, aspect_name};
use crate::state::{Command, State, words};
use crate::theme::{Tokens, Type, radius};
use crate::view::Scene;
use crate::widget::{focus, text};

/// What one press adds to a delay, in milliseconds.
const DELAY_STEP_MS: i32 = 100;

/// Shows it.
pub(super) fn show(ui: &mut Ui, scene: &mut Scene<'_>) {
    let state = scene.state;
    let Some(playback) = &state.playback else { return };
    let key = |action| state.settings.keys.first(action);
    let shape = playback.shape;
    head(ui, &t!("picture"));
    for (aspect, _) in SHAPES {
        if row(ui, &aspect_name(aspect), "", shape.aspect == aspect).clicked() {
            scene.commands.push(Command::SetShape(Shape { aspect, ..shape }));
        }
    }
    rule(ui);
    if row(ui, &t!("menu-fill"), "", shape.fill).clicked() {
        scene.commands.push(Command::SetShape(Shape { fill: !shape.fill, ..shape }));
    }
    let zoom = words::percent(f64::from(shape.zoom));
    if let Some(larger) = stepper(ui, &t!("menu-size"), &zoom, &t!("action-zoom-out"), &t!("action-zoom-in"))
    {
        scene.commands.push(Command::SetShape(shape.zoomed(larger)));
    }
    let turned = t!("menu-turn", degrees = u16::from(shape.quarters) * 90);
    if row(ui, &turned, &key(Action::Turn), false).clicked() {
        scene.commands.push(Command::SetShape(shape.turned()));
    }
    rule(ui);
    decoding(ui, state, scene.commands);
    rule(ui);
    delays(ui, playback, scene.commands);
    rule(ui);
    repeat(ui, state, playback.repeat, scene.commands);
    if row(ui, &t!("small-window"), &key(Action::SmallWindow), state.small).clicked() {
        scene.commands.push(Command::ToggleSmall);
    }
}

/// How pictures are decoded: kept for all films.
fn decoding(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let settings = &state.settings;
    let now = t!("menu-deinterlace", when = settings.deinterlace.name());
    let mut changed = settings.clone();
    if row(ui, &now, &settings.keys.first(Action::Deinterlace), false).clicked() {
        changed.deinterlace = settings.deinterlace.next();
    }
    if row(ui, &t!("menu-hardware"), "", settings.hardware).clicked() {
        changed.hardware = !settings.hardware;
    }
    if changed != *settings {
        commands.push(Command::ChangeSettings(Box::new(changed)));
    }
}

/// When sound and subtitles come, against the picture.
pub(super) fn delays(ui: &mut Ui, playback: &Playback, commands: &mut Vec<Command>) {
    let sound = playback.sound_delay_ms;
    let (less, more) = (t!("menu-sound-earlier"), t!("menu-sound-later"));
    if let Some(later) = stepper(ui, &t!("menu-sound-delay"), &seconds(sound), &less, &more) {
        commands.push(Command::SetSoundDelay(sound + if later { DELAY_STEP_MS } else { -DELAY_STEP_MS }));
    }
    subtitle_delay(ui, playback, commands);
}

/// When subtitles come, against the picture.
pub(super) fn subtitle_delay(ui: &mut Ui, playback: &Playback, commands: &mut Vec<Command>) {
    let delay = playback.subtitle_delay_ms;
    let (less, more) = (t!("action-subtitles-earlier"), t!("action-subtitles-later"));
    if let Some(later) = stepper(ui, &t!("menu-subtitle-delay"), &seconds(delay), &less, &more) {
        commands.push(Command::SetSubtitleDelay(delay + if later { DELAY_STEP_MS } else { -DELAY_STEP_MS }));
    }
}

fn repeat(ui: &mut Ui, state: &State, repeat: Repeat, commands: &mut Vec<Command>) {
    let clock = |time| words::clock(Some(time));
    let name = match (repeat.from, repeat.to) {
        (None, _) => t!("menu-repeat"),
        (Some(from), None) => t!("menu-repeat-to", from = clock(from)),
        (Some(from), Some(to)) => t!("menu-repeats", from = clock(from), to = clock(to)),
    };
    let on = repeat.to.is_some();
    if row(ui, &name, &state.settings.keys.first(Action::Repeat), on).clicked() {
        commands.push(Command::MarkRepeat);
    }
}

/// `−0.3 s`
fn seconds(milliseconds: i32) -> String {
    let sign = if milliseconds < 0 { "−" } else { "" };
    let seconds = words::decimal(f64::from(milliseconds.abs()) / 1000.0, 1);
    t!("time-seconds", seconds = format!("{sign}{seconds}"))
}

/// A value with a button on each side; gives whether more or less was asked for.
fn stepper(ui: &mut Ui, name: &str, value: &str, less: &str, more: &str) -> Option<bool> {
    let tokens = *Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(WIDTH, 40.0), Sense::hover());
    let left = rect.left_center() + vec2(12.0, 0.0);
    text::label(ui, left, Align2::LEFT_CENTER, name, Type::NOTE, tokens.text2);
    let plus = Rect::from_center_size(rect.right_center() - vec2(26.0, 0.0), vec2(32.0, 32.0));
    let minus = plus.translate(vec2(-108.0, 0.0));
    let middle = pos2((plus.center().x + minus.center().x) / 2.0, rect.center().y);
    text::label(ui, middle, Align2::CENTER_CENTER, value, Type::FIGURES_STRONG, tokens.text1);
    let mut asked = None;
    for (place, sign, name, increase) in [(minus, "−", less, false), (plus, "+", more, true)] {
        let response = ui.interact(place, ui.scope_id().with(name), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
        let fill = if response.hovered() { tokens.surface3 } else { tokens.surface2 };
        ui.painter().rect_filled(place, radius::SMALL, fill);
        let ty = Type::HEADING.at(16.0, 20.0);
        text::paint(ui.painter(), place.center(), Align2::CENTER_CENTER, sign, ty, tokens.text1);
        focus::ring(ui, &response, place, radius::SMALL);
        if response.clicked() {
            asked = Some(increase);
        }
    }
    asked
}
