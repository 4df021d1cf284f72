//! The sheet that tells the keys.

use egui::{Align2, Area, Color32, Id, Order, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::Scene;
use crate::i18n::t;
use crate::state::Command;
use crate::state::keymap::{self, Action, KeyMap, Says};
use crate::theme::{Tokens, Type, icon, radius};
use crate::widget::icon_button::IconButton;
use crate::widget::text;

/// One line of the sheet: its actions, and what they do together.
type Line = (&'static [Action], Says);

const COLUMNS: [&[(Says, &[Line])]; 3] = [
    &[
        (
            || t!("keys-playing"),
            &[
                (&[Action::PlayPause], || t!("action-play-pause")),
                (&[Action::Back5, Action::Forward5], || t!("keys-back-forward", seconds = 5)),
                (&[Action::Back10, Action::Forward10], || t!("keys-back-forward", seconds = 10)),
                (&[Action::Tenth(0), Action::Tenth(9)], || t!("keys-go-to")),
                (&[Action::FrameBack, Action::FrameForward], || t!("keys-frames")),
                (&[Action::ChapterBack, Action::ChapterForward], || t!("keys-chapters")),
                (&[Action::Next, Action::Previous], || t!("keys-titles")),
                (&[Action::Repeat], || t!("keys-repeat")),
            ],
        ),
        (
            || t!("speed"),
            &[
                (&[Action::Slower, Action::Faster], || t!("keys-slower-faster")),
                (&[Action::NormalSpeed], || t!("action-normal-speed")),
            ],
        ),
    ],
    &[
        (
            || t!("keys-sound"),
            &[
                (&[Action::Louder, Action::Softer], || t!("keys-volume")),
                (&[Action::Mute], || t!("action-mute")),
                (&[Action::Sound], || t!("action-sound")),
                (&[Action::Subtitles], || t!("action-subtitles")),
                (&[Action::SubtitlesEarlier, Action::SubtitlesLater], || t!("keys-subtitle-delay")),
            ],
        ),
        (
            || t!("picture"),
            &[
                (&[Action::ZoomOut, Action::ZoomIn], || t!("keys-size")),
                (&[Action::NextShape], || t!("keys-shape")),
                (&[Action::Turn], || t!("keys-turn")),
                (&[Action::Picture], || t!("save-picture")),
            ],
        ),
    ],
    &[
        (
            || t!("keys-window"),
            &[
                (&[Action::FullScreen], || t!("full-screen")),
                (&[Action::SmallWindow], || t!("small-window")),
                (&[Action::Leave], || t!("action-leave")),
                (&[Action::Stats], || t!("stats")),
                (&[Action::Keys], || t!("keys")),
            ],
        ),
        (
            || t!("keys-library"),
            &[(&[Action::Search], || t!("action-search")), (&[Action::Open], || t!("keys-open"))],
        ),
    ],
];

/// Points from one line to the next where there is room.
const PITCH: f32 = 40.0;
/// Height of a part's name, and of the room below a part, in lines.
const HEAD: f32 = 0.86;
const BELOW: f32 = 0.54;

/// Height of the tallest column, in lines.
fn lines() -> f32 {
    let of = |column: &[(Says, &[Line])]| {
        column.iter().map(|(_, lines)| lines.len() as f32 + HEAD + BELOW).sum::<f32>() - BELOW
    };
    COLUMNS.into_iter().map(of).fold(1.0, f32::max)
}

/// Shows it over everything in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let area = Area::new(Id::unique("keys")).order(Order::Foreground).fixed_pos(rect.min);
    area.accessible_name(t!("keys")).show(ui.ctx(), |ui| {
        let tokens = Tokens::DARK;
        ui.set_style(crate::theme::style(&tokens));
        let back = ui.allocate_rect(rect, Sense::click());
        ui.painter().rect_filled(rect, 0, Color32::from_black_alpha(150));
        let size = vec2((rect.width() - 48.0).min(1040.0), (rect.height() - 32.0).min(572.0));
        let sheet = Rect::from_center_size(rect.center(), size);
        let round = radius::DIALOG;
        ui.painter().add(Tokens::shadow(60, 18, 190).as_shape(sheet, round));
        ui.painter().rect(sheet, round, tokens.surface1, Stroke::new(1.0, tokens.line), StrokeKind::Inside);
        let inside = ui.interact(sheet, Id::unique("keys sheet"), Sense::click());
        let head = pos2(sheet.left() + 32.0, sheet.top() + 42.0);
        text::label(ui, head, Align2::LEFT_CENTER, &t!("keys"), Type::TITLE, tokens.text1);
        let close = pos2(sheet.right() - 40.0, sheet.top() + 42.0);
        let words = t!("keys-close", key = scene.state.settings.keys.first(Action::Keys));
        if sheet.width() > 500.0 {
            text::label(ui, close - vec2(36.0, 0.0), Align2::RIGHT_CENTER, &words, Type::NOTE, tokens.text3);
        }
        let closed = IconButton::new(icon::X, &t!("close")).size(20.0).show(ui, close).clicked();
        if closed || (back.clicked() && !inside.clicked()) {
            scene.push(Command::ToggleKeys);
        }
        let top = sheet.top() + if sheet.height() < 560.0 { 84.0 } else { 104.0 };
        let pitch = ((sheet.bottom() - 16.0 - top) / lines()).clamp(18.0, PITCH);
        for (number, column) in COLUMNS.iter().enumerate() {
            let x = sheet.left() + 32.0 + number as f32 * (sheet.width() - 64.0) / 2.9;
            let mut y = top;
            for (name, lines) in *column {
                text::label(ui, pos2(x, y), Align2::LEFT_CENTER, &name(), Type::LABEL_STRONG, tokens.text3);
                y += pitch * HEAD;
                for (actions, what) in *lines {
                    entry(ui, pos2(x, y), pitch, &caps(&scene.state.settings.keys, actions), &what());
                    y += pitch;
                }
                y += pitch * BELOW;
            }
        }
    });
}

/// The caps of a line: of a single action its first two keys, of several the first of each.
fn caps(map: &KeyMap, actions: &[Action]) -> Vec<String> {
    match actions {
        [one] => map.keys(*one).into_iter().take(2).map(keymap::shown).collect(),
        several => several.iter().map(|action| map.first(*action)).filter(|key| !key.is_empty()).collect(),
    }
}

fn entry(ui: &mut Ui, place: egui::Pos2, pitch: f32, keys: &[String], what: &str) {
    let tokens = *Tokens::of(ui);
    let mut x = place.x;
    let height = (pitch * 0.72).clamp(16.0, 28.0);
    for key in keys {
        let width = (text::width(ui.painter(), key, Type::LABEL_STRONG) + 16.0).max(30.0);
        let cap = Rect::from_min_size(pos2(x, place.y - height / 2.0), vec2(width, height));
        let edge = Stroke::new(1.0, tokens.surface3.lerp_to_gamma(tokens.edge, 0.4));
        ui.painter().rect(cap, radius::CELL, tokens.surface3, edge, StrokeKind::Inside);
        text::paint(ui.painter(), cap.center(), Align2::CENTER_CENTER, key, Type::LABEL_STRONG, tokens.text1);
        x = cap.right() + 6.0;
    }
    let left = pos2(x.max(place.x + 104.0) + 8.0, place.y);
    text::label(ui, left, Align2::LEFT_CENTER, what, Type::LIST, tokens.text1);
}
