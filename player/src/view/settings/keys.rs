//! The page where keys are given to actions.

use egui::{Align2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::parts::{heading, note};
use crate::i18n::t;
use crate::state::Command;
use crate::state::keymap::{ACTIONS, Action, KeyMap, shown};
use crate::state::settings::Settings;
use crate::theme::{Tokens, Type, radius};
use crate::view::Scene;
use crate::widget::button::{Button, ButtonKind};
use crate::widget::text;

/// Height of a row in points.
const ROW: f32 = 44.0;
/// Width of a button in points.
const BUTTON: f32 = 84.0;

/// Shows it; what is set back to its usual keys changes `settings`.
pub(super) fn show(ui: &mut Ui, width: f32, settings: &mut Settings, scene: &mut Scene<'_>) {
    heading(ui, width, &t!("keys"));
    note(ui, width, &t!("settings-keys-what"));
    let tokens = *Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, ROW * ACTIONS.len() as f32), Sense::hover());
    let edge = if tokens.dark { Stroke::NONE } else { Stroke::new(1.0, tokens.line) };
    ui.painter().rect(rect, radius::CARD, tokens.surface1, edge, StrokeKind::Inside);
    let usual = KeyMap::default();
    for (number, (action, name, words, _)) in ACTIONS.into_iter().enumerate() {
        let top = rect.top() + ROW * number as f32;
        let row = Rect::from_min_max(pos2(rect.left() + 20.0, top), pos2(rect.right() - 20.0, top + ROW));
        if !ui.is_rect_visible(row) {
            continue;
        }
        if number > 0 {
            ui.painter().hline(row.x_range(), top, Stroke::new(1.0, tokens.line));
        }
        ui.push_id(name, |ui| {
            let changed = settings.keys.keys(action) != usual.keys(action);
            if one(ui, row, action, &words(), changed, scene) {
                settings.keys.set(action, usual.keys(action).into_iter().map(str::to_owned).collect());
            }
        });
    }
}

/// Shows one row; says whether its usual keys are wanted back.
fn one(ui: &mut Ui, row: Rect, action: Action, words: &str, changed: bool, scene: &mut Scene<'_>) -> bool {
    let tokens = *Tokens::of(ui);
    let room = row.width() * 0.42;
    text::label_within(ui, row.left_center(), Align2::LEFT_CENTER, words, Type::LIST, tokens.text1, room);
    let middle = row.center().y;
    let mut x = row.left() + row.width() * 0.44;
    let awaited = scene.state.awaited_key == Some(action);
    if awaited {
        let place = pos2(x, middle);
        let words = t!("settings-press-key");
        text::label(ui, place, Align2::LEFT_CENTER, &words, Type::LABEL_STRONG, tokens.text1);
    } else {
        for key in scene.state.settings.keys.keys(action) {
            let key = shown(key);
            let width = (text::width(ui.painter(), &key, Type::LABEL_STRONG) + 16.0).max(30.0);
            let cap = Rect::from_min_size(pos2(x, middle - 13.0), vec2(width, 26.0));
            let edge = Stroke::new(1.0, tokens.edge.gamma_multiply(0.5));
            ui.painter().rect(cap, radius::CELL, tokens.surface3, edge, StrokeKind::Inside);
            let ty = Type::LABEL_STRONG;
            text::label(ui, cap.center(), Align2::CENTER_CENTER, &key, ty, tokens.text1);
            x = cap.right() + 6.0;
        }
    }
    let button =
        |right: f32| Rect::from_min_max(pos2(right - BUTTON, middle - 16.0), pos2(right, middle + 16.0));
    let change = if awaited { t!("cancel") } else { t!("settings-change-key") };
    let name = format!("{change}: {words}");
    if Button::new(&change, ButtonKind::Plain).named(&name).show(ui, button(row.right())).clicked() {
        scene.push(Command::AwaitKey((!awaited).then_some(action)));
    }
    let place = button(row.right() - BUTTON - 8.0);
    let usual = t!("settings-usual-key");
    let name = format!("{usual}: {words}");
    let back = Button::new(&usual, ButtonKind::Quiet).named(&name);
    changed && !awaited && back.show(ui, place).clicked()
}
