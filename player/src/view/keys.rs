//! The sheet that tells the keys.

use egui::{
    Align2, Area, Color32, Id, Order, Pos2, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder,
};
use egui::{pos2, vec2};

use super::Scene;
use crate::i18n::t;
use crate::state::keymap::{self, Action, KeyMap, Says};
use crate::state::people::Person;
use crate::state::{Command, View};
use crate::theme::{Tokens, Type, icon, radius};
use crate::widget::chip::{self, Presence};
use crate::widget::icon_button::IconButton;
use crate::widget::{focus, text};

/// One line of the sheet: its actions, and what they do together.
type Line = (&'static [Action], Says);

const COLUMNS: [&[Part]; 3] = [
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
                (&[Action::Deinterlace], || t!("keys-deinterlace")),
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
/// The same where there is none; what does not fit is scrolled.
const LEAST_PITCH: f32 = 30.0;
/// Least points that the keys of a column take, and what lies between two of them.
const LEAST_CAPS: f32 = 104.0;
const BESIDE: f32 = 6.0;
/// Height of a part's name, and of the room below a part, in lines.
const HEAD: f32 = 0.86;
const BELOW: f32 = 0.54;

/// Most points that the sheet is high.
const TALLEST: f32 = 660.0;
/// Width and height of the card that tells what the colours are, in points.
const CARD: egui::Vec2 = vec2(288.0, 132.0);

/// Least points that the sheet is wide with three columns, and with two.
const WIDE: [f32; 2] = [960.0, 600.0];

/// A part of the sheet: its name and its lines.
type Part = (Says, &'static [Line]);

fn height(part: &Part) -> f32 {
    part.1.len() as f32 + HEAD + BELOW
}

/// The parts side by side, as many columns as fit the width.
fn columns(width: f32) -> Vec<Vec<&'static Part>> {
    if width >= WIDE[0] {
        return COLUMNS.iter().map(|column| column.iter().collect()).collect();
    }
    let parts: Vec<&Part> = COLUMNS.iter().flat_map(|column| column.iter()).collect();
    if width < WIDE[1] {
        return vec![parts];
    }
    let half = parts.iter().map(|part| height(part)).sum::<f32>() / 2.0;
    let mut filled = 0.0;
    let (left, right) = parts.into_iter().partition(|part| {
        filled += height(part);
        filled - height(part) / 2.0 <= half
    });
    vec![left, right]
}

/// Shows it over everything in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let area = Area::new(Id::unique("keys")).order(Order::Foreground).fixed_pos(rect.min);
    area.accessible_name(t!("keys")).show(ui.ctx(), |ui| {
        // Over the film they are dark in both themes.
        if scene.state.view == View::Player {
            ui.set_style(crate::theme::style(&Tokens::DARK));
        }
        let tokens = *Tokens::of(ui);
        focus::keep_within(ui);
        let back = ui.allocate_rect(rect, Sense::CLICK);
        ui.painter().rect_filled(rect, 0, Color32::from_black_alpha(150));
        let size = vec2((rect.width() - 48.0).min(1040.0), (rect.height() - 32.0).min(TALLEST));
        let sheet = Rect::from_center_size(rect.center(), size);
        let round = radius::DIALOG;
        ui.painter().add(tokens.shadow(60, 18, 190).as_shape(sheet, round));
        ui.painter().rect(sheet, round, tokens.surface1, Stroke::new(1.0, tokens.line), StrokeKind::Inside);
        let inside = ui.interact(sheet, Id::unique("keys sheet"), Sense::CLICK);
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
        let top = sheet.top() + if sheet.height() < 560.0 { 64.0 } else { 84.0 };
        let body = Rect::from_min_max(pos2(sheet.left() + 32.0, top), sheet.max - vec2(24.0, 12.0));
        let columns = columns(sheet.width());
        let lines = columns.iter().map(|parts| parts.iter().map(|part| height(part)).sum::<f32>() - BELOW);
        let lines = lines.fold(1.0, f32::max);
        let pitch = ((body.height() - 20.0) / lines).clamp(LEAST_PITCH, PITCH);
        let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("keys"));
        ScrollArea::vertical().id_salt("keys").auto_shrink(false).show(&mut child, |ui| {
            let corner = ui.max_rect().min + vec2(0.0, 20.0);
            let apart = (sheet.width() - 64.0) / if columns.len() == 3 { 2.9 } else { columns.len() as f32 };
            for (number, column) in columns.iter().enumerate() {
                let corner = corner + vec2(number as f32 * apart, 0.0);
                let y = parts(ui, corner, pitch, column, scene);
                let place = Rect::from_min_size(pos2(corner.x, sheet.bottom() - 28.0 - CARD.y), CARD);
                if columns.len() == 3 && number == 2 && place.top() > y {
                    about_colours(ui, place, scene);
                }
            }
            ui.allocate_space(vec2(body.width(), lines * pitch + 20.0));
        });
    });
}

/// Shows parts below each other from `corner` on; returns their lower edge.
fn parts(ui: &mut Ui, corner: Pos2, pitch: f32, parts: &[&Part], scene: &Scene<'_>) -> f32 {
    let tokens = *Tokens::of(ui);
    let mut y = corner.y;
    // The words of a column begin at one place, behind the widest keys.
    let map = &scene.state.settings.keys;
    let wide = |(actions, _): &Line| caps_width(ui, &caps(map, actions), is_span(actions));
    let wide = parts.iter().flat_map(|part| part.1).map(wide).fold(LEAST_CAPS, f32::max);
    for (name, lines) in parts {
        let (place, ty) = (pos2(corner.x, y), Type::LABEL_STRONG);
        text::label(ui, place, Align2::LEFT_CENTER, &name(), ty, tokens.text3);
        y += pitch * HEAD;
        for (actions, what) in *lines {
            let keys = caps(&scene.state.settings.keys, actions);
            entry(ui, pos2(corner.x, y), pitch, &keys, is_span(actions));
            let left = pos2(corner.x + wide + 8.0, y);
            text::label(ui, left, Align2::LEFT_CENTER, &what(), Type::LIST, tokens.text1);
            y += pitch;
        }
        y += pitch * BELOW;
    }
    y
}

/// Tells that every colour is a server.
fn about_colours(ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
    let tokens = *Tokens::of(ui);
    ui.painter().rect_filled(rect, radius::CARD, tokens.surface2);
    let left = rect.left() + 18.0;
    let head = pos2(left, rect.top() + 26.0);
    text::icon(ui.painter(), head + vec2(8.0, 0.0), icon::WAVEFORM, Type::icon(18.0), tokens.text1);
    let (words, ty) = (t!("keys-colours"), Type::LIST_STRONG);
    let room = rect.right() - 12.0 - left - 28.0;
    text::label_within(ui, head + vec2(28.0, 0.0), Align2::LEFT_CENTER, &words, ty, tokens.text1, room);
    let words = t!("keys-colours-what", key = scene.state.settings.keys.first(Action::Stats));
    let place = pos2(left, rect.top() + 42.0);
    let body = text::paragraph(ui, place, &words, Type::NOTE, tokens.text2, rect.width() - 36.0);
    for slot in 0..4 {
        let center = pos2(left + 11.0 + 30.0 * f32::from(slot), body.bottom() + 21.0);
        chip::paint(ui.painter(), &tokens, center, 22.0, Person::new(slot), Presence::Here);
    }
}

/// The caps of a line: of a single action its first two keys, of several the first of each.
fn caps(map: &KeyMap, actions: &[Action]) -> Vec<String> {
    match actions {
        [one] => map.keys(*one).into_iter().take(2).map(keymap::shown).collect(),
        several => several.iter().map(|action| map.first(*action)).filter(|key| !key.is_empty()).collect(),
    }
}

/// Whether the keys of a line are the first and the last of a row of them.
const fn is_span(actions: &[Action]) -> bool {
    matches!(actions, [Action::Tenth(_), _])
}

fn cap_width(ui: &Ui, key: &str) -> f32 {
    (text::width(ui.painter(), key, Type::LABEL_STRONG) + 16.0).max(30.0)
}

/// Width of the keys of a line, in points.
fn caps_width(ui: &Ui, keys: &[String], span: bool) -> f32 {
    let to = if span { text::width(ui.painter(), &t!("keys-to"), Type::NOTE) + 12.0 } else { 0.0 };
    to + keys.iter().map(|key| cap_width(ui, key) + BESIDE).sum::<f32>()
}

/// Shows the keys of a line; `span` where they are the first and the last of a row of them.
fn entry(ui: &mut Ui, place: Pos2, pitch: f32, keys: &[String], span: bool) {
    let tokens = *Tokens::of(ui);
    let mut x = place.x;
    let height = (pitch * 0.72).clamp(16.0, 28.0);
    for (number, key) in keys.iter().enumerate() {
        if number > 0 && span {
            let words = t!("keys-to");
            let left = pos2(x + 3.0, place.y);
            let to = text::paint(ui.painter(), left, Align2::LEFT_CENTER, &words, Type::NOTE, tokens.text3);
            x = to.right() + 9.0;
        }
        let width = cap_width(ui, key);
        let cap = Rect::from_min_size(pos2(x, place.y - height / 2.0), vec2(width, height));
        let edge = Stroke::new(1.0, tokens.surface3.lerp_to_gamma(tokens.edge, 0.4));
        ui.painter().rect(cap, radius::CELL, tokens.surface3, edge, StrokeKind::Inside);
        text::paint(ui.painter(), cap.center(), Align2::CENTER_CENTER, key, Type::LABEL_STRONG, tokens.text1);
        x = cap.right() + BESIDE;
    }
}
