//! The settings: what stands in the settings file, to be changed by hand here.

mod keys;
mod pages;
mod parts;

use egui::{Align2, Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};

use super::Scene;
use super::library::side_bar;
use crate::i18n::t;
use crate::state::Command;
use crate::state::settings::SettingsPage;
use crate::theme::{Tokens, Type};
use crate::widget::{button, text};

/// Widest the column of settings gets, in points.
const COLUMN: f32 = 760.0;

/// Shows them in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let main = side_bar::beside(ui, rect, scene);
    let left = main.left();
    let width = main.width().min(COLUMN);
    let head = pos2(left, rect.top() + 45.0);
    text::label(ui, head, Align2::LEFT_CENTER, &t!("settings"), Type::TITLE, tokens.text1);
    let names = SettingsPage::ALL.map(SettingsPage::name);
    let page = scene.state.settings_page;
    let on = SettingsPage::ALL.iter().position(|other| *other == page).unwrap_or(0);
    // A narrow window has the pills in a row that can be moved.
    let row =
        Rect::from_min_max(pos2(left - 4.0, rect.top() + 72.0), pos2(rect.right() - 4.0, rect.top() + 116.0));
    let mut pills = ui.new_child(UiBuilder::new().max_rect(row).id_salt("settings pills"));
    ScrollArea::horizontal().id_salt("settings pills").auto_shrink(false).show(&mut pills, |ui| {
        let corner = ui.max_rect().min + vec2(4.0, 4.0);
        if let Some(pressed) = button::pills(ui, corner, &names, on) {
            scene.push(Command::ShowSettings(SettingsPage::ALL[pressed]));
        }
        let all: f32 =
            names.iter().map(|name| text::width(ui.painter(), name, Type::LABEL).ceil() + 36.0).sum();
        ui.allocate_space(vec2(all + 4.0, 36.0));
    });
    let body =
        Rect::from_min_max(pos2(left - 8.0, rect.top() + 120.0), pos2(rect.right() - 4.0, rect.bottom()));
    let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("settings"));
    ScrollArea::vertical().id_salt(("settings", page)).auto_shrink(false).show(&mut child, |ui| {
        let place = Rect::from_min_size(ui.cursor().min + vec2(8.0, 0.0), vec2(width, body.height()));
        let mut column = ui.new_child(UiBuilder::new().max_rect(place));
        column.spacing_mut().item_spacing = vec2(0.0, 0.0);
        pages::show(&mut column, width, page, scene);
        let used = column.min_rect().height() + 32.0;
        ui.allocate_space(vec2(width, used));
    });
}
