//! The sheet where a file or an address to play is named.

use egui::{
    Align2, Area, Color32, Id, Key, Order, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2,
};

use super::Scene;
use crate::i18n::t;
use crate::state::Command;
use crate::theme::{Tokens, Type, icon, over_film, radius};
use crate::widget::button::{Button, ButtonKind};
use crate::widget::field::Field;
use crate::widget::icon_button::IconButton;
use crate::widget::{focus, text};

/// Largest size of the sheet in points.
const SIZE: egui::Vec2 = vec2(620.0, 236.0);

/// Shows it over everything in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let area = Area::new(Id::unique("open")).order(Order::Foreground).fixed_pos(rect.min);
    area.accessible_name(t!("open")).show(ui.ctx(), |ui| {
        let tokens = *Tokens::of(ui);
        focus::keep_within(ui);
        let back = ui.allocate_rect(rect, Sense::CLICK);
        ui.painter().rect_filled(rect, 0, Color32::from_black_alpha(150));
        let size = vec2((rect.width() - 32.0).min(SIZE.x), SIZE.y.min(rect.height() - 16.0));
        let sheet = Rect::from_center_size(rect.center(), size);
        ui.painter().add(tokens.shadow(60, 18, 190).as_shape(sheet, radius::DIALOG));
        let edge = Stroke::new(1.0, tokens.line);
        ui.painter().rect(sheet, radius::DIALOG, tokens.surface1, edge, StrokeKind::Inside);
        let inside = ui.interact(sheet, Id::unique("open sheet"), Sense::CLICK);
        let left = sheet.left() + 28.0;
        let head = pos2(left, sheet.top() + 38.0);
        text::label(ui, head, Align2::LEFT_CENTER, &t!("open"), Type::TITLE, tokens.text1);
        let close = pos2(sheet.right() - 36.0, sheet.top() + 38.0);
        let closed = IconButton::new(icon::X, &t!("close")).size(20.0).show(ui, close).clicked();
        if closed || (back.clicked() && !inside.clicked()) {
            return scene.push(Command::ToggleOpen);
        }
        let place = Rect::from_min_size(pos2(left, sheet.top() + 72.0), vec2(size.x - 56.0, 44.0));
        let (hint, name) = (t!("open-hint"), t!("open-field"));
        let shape = Field { hint: &hint, name: &name, icon: icon::LINK, key: "", strong_edge: true };
        let mut typed = scene.state.open_field.clone();
        let response = shape.show(ui, place, &mut typed);
        let first = Id::unique("open first");
        let fresh = ui.data_mut(|data| !std::mem::replace(data.get_temp_mut_or_default::<bool>(first), true));
        if fresh {
            response.request_focus();
        }
        if response.changed() {
            scene.push(Command::EditOpen(typed.clone()));
        }
        let y = place.bottom() + 22.0;
        let (corner, words) = (pos2(left, place.bottom() + 10.0), t!("open-about"));
        let body = text::paragraph(ui, corner, &words, Type::CAPTION, tokens.text3, size.x - 56.0);
        let y = y.max(body.bottom() + 14.0);
        let words = t!("open-choose");
        let choose = Button::new(&words, ButtonKind::Plain).icon(icon::FOLDER_OPEN);
        let width = choose.width(ui, 40.0);
        if choose.show(ui, Rect::from_min_size(pos2(left, y), vec2(width, 40.0))).clicked() {
            scene.push(Command::ChooseFile);
        }
        let usable = !typed.trim().is_empty();
        let words = t!("open");
        let open = Button::new(&words, ButtonKind::Primary).enabled(usable);
        let width = open.width(ui, 40.0).max(88.0);
        let place = Rect::from_min_size(pos2(sheet.right() - 28.0 - width, y), vec2(width, 40.0));
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let pressed = open.show(ui, place).clicked();
        if usable && (pressed || entered) {
            scene.push(Command::Open(typed.trim().to_owned()));
        }
    });
}

/// Notes that the sheet is closed, so that its field gets the keyboard when it opens again.
pub(super) fn closed(ui: &Ui) {
    ui.data_mut(|data| data.insert_temp(Id::unique("open first"), false));
}

/// Tells, while files are held over the window, that they can be let go.
pub(super) fn hovered(ui: &mut Ui, rect: Rect) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let mut over = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("dropping"));
    over.painter().rect_filled(rect, 0, over_film::DIM);
    let frame = rect.shrink(16.0);
    over.painter().rect_stroke(frame, radius::DIALOG, Stroke::new(2.0, over_film::WHITE), StrokeKind::Inside);
    let (words, ty) = (t!("open-drop"), Type::TITLE);
    text::label(&mut over, rect.center(), Align2::CENTER_CENTER, &words, ty, over_film::WHITE);
}
