//! What the settings are made of: headings, cards of rows, and the controls at their right.

use egui::accesskit::Role;
use egui::{Align2, Id, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::i18n::t;
use crate::theme::{Tokens, Type, radius};
use crate::widget::choice::{self as list, Choice, Look};
use crate::widget::field::Field;
use crate::widget::{button, focus, scale, text, toggle};

/// Height of a row in points.
const ROW: f32 = 70.0;
/// Least points that a value takes beside its line.
const VALUE: f32 = 76.0;
/// Margin inside a card in points.
const INSET: f32 = 20.0;

/// A heading above a card.
pub(super) fn heading(ui: &mut Ui, width: f32, words: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(width, 40.0), Sense::hover());
    let ink = Tokens::of(ui).text1;
    text::label(ui, rect.left_center(), Align2::LEFT_CENTER, words, Type::HEADING, ink);
}

/// A card of `rows` rows; `add` shows each in its place.
pub(super) fn card(ui: &mut Ui, width: f32, rows: usize, mut add: impl FnMut(&mut Ui, Rect, usize)) {
    let tokens = *Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, ROW * rows as f32), Sense::hover());
    // White on nearly white needs an edge.
    let edge = if tokens.dark { Stroke::NONE } else { Stroke::new(1.0, tokens.line) };
    ui.painter().rect(rect, radius::CARD, tokens.surface1, edge, StrokeKind::Inside);
    for number in 0..rows {
        let top = rect.top() + ROW * number as f32;
        let place = Rect::from_min_max(pos2(rect.left() + INSET, top), pos2(rect.right() - INSET, top + ROW));
        if number > 0 {
            ui.painter().hline(place.x_range(), top, Stroke::new(1.0, tokens.line));
        }
        add(ui, place, number);
    }
    ui.add_space(16.0);
}

/// What a row is about, at its left, leaving `control` points at its right.
pub(super) fn label(ui: &mut Ui, row: Rect, name: &str, explanation: &str, control: f32) {
    let tokens = *Tokens::of(ui);
    let room = row.width() - control - 16.0;
    let place = row.left_center() - vec2(0.0, 10.0);
    text::label_within(ui, place, Align2::LEFT_CENTER, name, Type::LIST_STRONG, tokens.text1, room);
    let place = row.left_center() + vec2(0.0, 12.0);
    text::label_within(ui, place, Align2::LEFT_CENTER, explanation, Type::NOTE, tokens.text2, room);
}

/// The same where the control itself has the name.
fn shown(ui: &mut Ui, row: Rect, name: &str, explanation: &str, control: f32) {
    let tokens = *Tokens::of(ui);
    let room = row.width() - control - 16.0;
    let place = row.left_center() - vec2(0.0, 10.0);
    let ty = Type::LIST_STRONG;
    text::paint_within(ui.painter(), place, Align2::LEFT_CENTER, name, ty, tokens.text1, room);
    let place = row.left_center() + vec2(0.0, 12.0);
    text::label_within(ui, place, Align2::LEFT_CENTER, explanation, Type::NOTE, tokens.text2, room);
}

/// A row with a switch; says whether it was pressed.
pub(super) fn switch(ui: &mut Ui, row: Rect, name: &str, explanation: &str, on: bool) -> bool {
    shown(ui, row, name, explanation, toggle::SIZE.x);
    toggle::show(ui, row.right_center(), name, on).clicked()
}

/// A row with a pill for each of a few choices; gives the one that was pressed.
pub(super) fn choice(
    ui: &mut Ui,
    row: Rect,
    name: &str,
    explanation: &str,
    names: &[String],
    on: usize,
) -> Option<usize> {
    let all: f32 = names.iter().map(|name| text::width(ui.painter(), name, Type::LABEL).ceil() + 36.0).sum();
    label(ui, row, name, explanation, all - 8.0);
    let corner = pos2(row.right() - all + 8.0, row.center().y - 16.0);
    ui.push_id(name, |ui| button::pills(ui, corner, names, on)).inner
}

/// A row with a value and a button on each side; gives whether less or more was asked for.
pub(super) fn stepper(ui: &mut Ui, row: Rect, name: &str, explanation: &str, value: &str) -> Option<bool> {
    let tokens = *Tokens::of(ui);
    label(ui, row, name, explanation, 180.0);
    let plus = Rect::from_center_size(row.right_center() - vec2(18.0, 0.0), vec2(36.0, 36.0));
    let minus = plus.translate(vec2(-136.0, 0.0));
    let middle = pos2((plus.center().x + minus.center().x) / 2.0, row.center().y);
    text::label(ui, middle, Align2::CENTER_CENTER, value, Type::FIGURES_STRONG, tokens.text1);
    let mut asked = None;
    let spoken = [t!("settings-less", name = name), t!("settings-more", name = name)];
    for (place, sign, spoken, more) in [(minus, "−", &spoken[0], false), (plus, "+", &spoken[1], true)] {
        let response = ui.interact(place, ui.scope_id().with((name, more)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, spoken));
        let fill = if response.hovered() { tokens.surface3 } else { tokens.surface2 };
        ui.painter().rect_filled(place, radius::SMALL, fill);
        text::paint(ui.painter(), place.center(), Align2::CENTER_CENTER, sign, Type::HEADING, tokens.text1);
        focus::ring(ui, &response, place, radius::SMALL);
        if response.clicked() {
            asked = Some(more);
        }
    }
    asked
}

/// A row with a list to choose one of; gives the one that was chosen.
pub(super) fn dropdown(
    ui: &mut Ui,
    row: Rect,
    name: &str,
    explanation: &str,
    names: &[String],
    on: usize,
) -> Option<usize> {
    let width = (row.width() * 0.4).min(200.0);
    shown(ui, row, name, explanation, width);
    let place = Rect::from_center_size(row.right_center() - vec2(width / 2.0, 0.0), vec2(width, 36.0));
    let words = names.get(on).map_or("", String::as_str);
    let one = |(number, name): (usize, &String)| Choice {
        name: name.clone(),
        detail: String::new(),
        on: number == on,
    };
    let choices = || names.iter().enumerate().map(one).collect();
    list::show(ui, place, name, words, Look::Setting, choices)
}

/// A row with a line on which one of the values on offer is chosen; gives another one where it is wanted.
/// `words` tells a value.
pub(super) fn offered(
    ui: &mut Ui,
    row: Rect,
    (name, explanation): (&str, &str),
    values: &[u32],
    now: u32,
    words: impl Fn(u32) -> String,
) -> Option<u32> {
    let tokens = *Tokens::of(ui);
    let ty = Type::FIGURES_STRONG;
    // All values stand in the same room, so that lines end below each other and stay where they are.
    let widest = values.iter().chain([&now]).map(|value| text::width(ui.painter(), &words(*value), ty));
    let widest = widest.fold(VALUE, f32::max).ceil();
    let line = (row.width() * 0.3).clamp(72.0, 180.0);
    shown(ui, row, name, explanation, widest + 26.0 + line);
    let place = row.right_center();
    text::paint(ui.painter(), place, Align2::RIGHT_CENTER, &words(now), ty, tokens.text1);
    let right = place.x - widest - 26.0;
    let rect = Rect::from_min_max(pos2(right - line, place.y - 18.0), pos2(right, place.y + 18.0));
    // One that was written by hand stands at the nearest place.
    let near = |value: &u32| if *value == 0 && now != 0 { u32::MAX } else { value.abs_diff(now) };
    let at = values.iter().enumerate().min_by_key(|(_, value)| near(value)).map_or(0, |(at, _)| at);
    let (_, wanted) = scale::show(ui, rect, name, &words(now), at, values.len());
    wanted.and_then(|wanted| values.get(wanted).copied())
}

/// A row with a field for a list of languages; gives the list when the field is left.
pub(super) fn languages(
    ui: &mut Ui,
    row: Rect,
    (glyph, name): (char, &str),
    explanation: &str,
    list: &[String],
) -> Option<Vec<String>> {
    const FIELD: f32 = 180.0;
    shown(ui, row, name, explanation, FIELD);
    let id = Id::unique(("languages", name));
    let typed = ui.data(|data| data.get_temp::<String>(id));
    let mut words = typed.unwrap_or_else(|| list.join(", "));
    let place = Rect::from_center_size(row.right_center() - vec2(FIELD / 2.0, 0.0), vec2(FIELD, 40.0));
    let shape = Field { hint: "en, de", name, icon: glyph, key: "", strong_edge: true };
    let response = shape.show(ui, place, &mut words);
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, words.clone()));
    }
    if !response.lost_focus() {
        return None;
    }
    ui.data_mut(|data| data.remove::<String>(id));
    let parts = words.split([',', ' ']).map(str::trim).filter(|part| !part.is_empty());
    Some(parts.map(str::to_owned).take(crate::state::settings::bounds::LANGUAGES).collect())
}

/// A note at a place, as wide as `width`.
pub(super) fn note(ui: &mut Ui, width: f32, words: &str) {
    let at: Pos2 = ui.cursor().min;
    let ink = Tokens::of(ui).text3;
    let body = text::paragraph(ui, at, words, Type::CAPTION, ink, width);
    ui.allocate_space(vec2(width, body.height() + 12.0));
}
