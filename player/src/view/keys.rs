//! The sheet that tells the keys.

use egui::{Align2, Area, Color32, Id, Order, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::Scene;
use crate::state::Command;
use crate::theme::{Tokens, Type, icon, radius};
use crate::widget::icon_button::IconButton;
use crate::widget::text;

/// One line of the sheet: the keys, and what they do.
type Line = (&'static [&'static str], &'static str);

const COLUMNS: [&[(&str, &[Line])]; 3] = [
    &[
        (
            "Playing",
            &[
                (&["Space", "k"], "Play or pause"),
                (&["←", "→"], "Back, forward 5 s"),
                (&["j", "l"], "Back, forward 10 s"),
                (&["0", "9"], "Go to 0 to 90 %"),
                (&[",", "."], "One frame back, forward"),
                (&["n", "p"], "Next, previous"),
            ],
        ),
        ("Speed", &[(&["[", "]"], "Slower, faster"), (&["Backspace"], "Normal speed")]),
    ],
    &[
        (
            "Sound and words",
            &[
                (&["↑", "↓"], "Volume, also the wheel"),
                (&["m"], "Mute"),
                (&["a"], "Next sound track"),
                (&["c"], "Next subtitles"),
            ],
        ),
        (
            "Window",
            &[
                (&["f"], "Full screen, also double click"),
                (&["Esc"], "Leave"),
                (&["s"], "Save a picture"),
                (&["?"], "Keys"),
            ],
        ),
    ],
    &[("Library", &[(&["/"], "Search"), (&["Enter"], "Open")]), ("Film", &[(&["i"], "Stats")])],
];

/// Shows it over everything in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let area = Area::new(Id::unique("keys")).order(Order::Foreground).fixed_pos(rect.min);
    area.accessible_name("Keys").show(ui.ctx(), |ui| {
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
        text::label(ui, head, Align2::LEFT_CENTER, "Keys", Type::TITLE, tokens.text1);
        let close = pos2(sheet.right() - 40.0, sheet.top() + 42.0);
        let words = "? or Esc closes this";
        if sheet.width() > 500.0 {
            text::label(ui, close - vec2(36.0, 0.0), Align2::RIGHT_CENTER, words, Type::NOTE, tokens.text3);
        }
        let closed = IconButton::new(icon::X, "Close").size(20.0).show(ui, close).clicked();
        if closed || (back.clicked() && !inside.clicked()) {
            scene.push(Command::ToggleKeys);
        }
        let tight = sheet.height() < 560.0;
        let pitch = if tight { ((sheet.height() - 150.0) / 10.0).clamp(20.0, 40.0) } else { 40.0 };
        for (number, column) in COLUMNS.iter().enumerate() {
            let x = sheet.left() + 32.0 + number as f32 * (sheet.width() - 64.0) / 2.9;
            let mut y = sheet.top() + if tight { 84.0 } else { 104.0 };
            for (name, lines) in *column {
                text::label(ui, pos2(x, y), Align2::LEFT_CENTER, name, Type::LABEL_STRONG, tokens.text3);
                y += pitch * 0.86;
                for (keys, what) in *lines {
                    entry(ui, pos2(x, y), keys, what);
                    y += pitch;
                }
                y += pitch * 0.54;
            }
        }
    });
}

fn entry(ui: &mut Ui, place: egui::Pos2, keys: &[&str], what: &str) {
    let tokens = *Tokens::of(ui);
    let mut x = place.x;
    for key in keys {
        let width = (text::width(ui.painter(), key, Type::LABEL_STRONG) + 16.0).max(30.0);
        let cap = Rect::from_min_size(pos2(x, place.y - 14.0), vec2(width, 28.0));
        let edge = Stroke::new(1.0, tokens.surface3.lerp_to_gamma(tokens.edge, 0.4));
        ui.painter().rect(cap, radius::CELL, tokens.surface3, edge, StrokeKind::Inside);
        text::paint(ui.painter(), cap.center(), Align2::CENTER_CENTER, key, Type::LABEL_STRONG, tokens.text1);
        x = cap.right() + 6.0;
    }
    let left = pos2(x.max(place.x + 104.0) + 8.0, place.y);
    text::label(ui, left, Align2::LEFT_CENTER, what, Type::LIST, tokens.text1);
}
