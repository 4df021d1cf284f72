//! A pill that opens a list of choices.

use egui::accesskit::Role;
use egui::{
    Align2, Color32, Frame, Margin, Popup, Rect, RectAlign, Response, ScrollArea, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, pos2, vec2,
};

use super::{focus, text};
use crate::theme::{Tokens, Type, icon, motion, radius};

/// Height of one choice in points.
const ROW: f32 = 36.0;
/// Most points that the list is high.
const TALLEST: f32 = 360.0;
/// Least points that the list is wide.
const NARROWEST: f32 = 160.0;

/// How the pill looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// With a hairline around it.
    Pill,
    /// Filled: something was chosen.
    Chosen,
    /// Words and caret alone, until the pointer is over it.
    Quiet,
    /// Filled, with the corners of a button: one of the settings.
    Setting,
}

impl Look {
    /// Filled where `on`.
    #[must_use]
    pub const fn on(on: bool) -> Self {
        if on { Self::Chosen } else { Self::Pill }
    }
}

/// One choice of the list.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// A few words at its right.
    pub detail: String,
    /// Whether it holds now.
    pub on: bool,
}

/// Width of the pill for these words, in points.
#[must_use]
pub fn width(ui: &Ui, words: &str) -> f32 {
    (text::width(ui.painter(), words, Type::LABEL) + 48.0).ceil()
}

/// Shows the pill at `rect`; gives the choice that was made. `name` tells screen
/// readers what it is about.
pub fn show(
    ui: &mut Ui,
    rect: Rect,
    name: &str,
    words: &str,
    look: Look,
    choices: impl FnOnce() -> Vec<Choice>,
) -> Option<usize> {
    let tokens = *Tokens::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("choice", name)), Sense::click());
    response.widget_info(|| {
        // One that nothing is chosen of shows its name alone.
        let spoken = if name == words { name.to_owned() } else { format!("{name}: {words}") };
        WidgetInfo::labeled(Role::ComboBox, true, spoken)
    });
    let hover = motion::glide(ui.ctx(), response.id, response.hovered(), motion::HOVER);
    let is_setting = look == Look::Setting;
    let round = if is_setting { radius::SMALL } else { (rect.height() / 2.0) as u8 };
    let hairline = Stroke::new(1.0, tokens.line);
    let (fill, edge, ink) = match look {
        Look::Chosen => (tokens.primary, Stroke::NONE, tokens.on_primary),
        Look::Pill => (Color32::TRANSPARENT.lerp_to_gamma(tokens.surface2, hover), hairline, tokens.text2),
        Look::Quiet => {
            (Color32::TRANSPARENT.lerp_to_gamma(tokens.surface2, hover), Stroke::NONE, tokens.text2)
        }
        Look::Setting => (tokens.surface2.lerp_to_gamma(tokens.surface3, hover), Stroke::NONE, tokens.text1),
    };
    ui.painter().rect(rect, round, fill, edge, StrokeKind::Inside);
    let ty = if is_setting { Type::LABEL_STRONG } else { Type::LABEL };
    let left = pos2(rect.left() + if is_setting { 12.0 } else { 14.0 }, rect.center().y);
    text::paint_within(ui.painter(), left, Align2::LEFT_CENTER, words, ty, ink, rect.width() - 44.0);
    let caret = pos2(rect.right() - if is_setting { 17.0 } else { 19.0 }, rect.center().y);
    text::icon(ui.painter(), caret, icon::CARET_DOWN, Type::icon(if is_setting { 15.0 } else { 13.0 }), ink);
    focus::ring(ui, &response, rect, round);
    list(&response, &tokens, RectAlign::BOTTOM_START, Holds::Choices, choices)
}

/// Shows, while `response` was pressed to open it, a list of things to do; gives the one that was pressed.
pub fn actions(ui: &Ui, response: &Response, names: impl FnOnce() -> Vec<String>) -> Option<usize> {
    let named = |name| Choice { name, detail: String::new(), on: false };
    hanging(ui, response, Holds::Actions, || names().into_iter().map(named).collect())
}

/// Shows, while `response` was pressed to open it, a list that hangs from its right end; gives what was pressed.
pub fn hanging(
    ui: &Ui,
    response: &Response,
    holds: Holds,
    choices: impl FnOnce() -> Vec<Choice>,
) -> Option<usize> {
    list(response, Tokens::of(ui), RectAlign::BOTTOM_END, holds, choices)
}

/// What a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Choices, of which some hold: these have a mark.
    Choices,
    /// Things to do.
    Actions,
}

fn list(
    response: &Response,
    tokens: &Tokens,
    align: RectAlign,
    holds: Holds,
    choices: impl FnOnce() -> Vec<Choice>,
) -> Option<usize> {
    let frame = Frame::NONE
        .fill(tokens.surface1)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(radius::CARD)
        .shadow(tokens.shadow(40, 12, 170))
        .inner_margin(Margin::same(8));
    let menu = focus::Menu::of(response);
    let popup = Popup::from_toggle_button_response(response).align(align).gap(6.0).frame(frame);
    let shown = popup.show(|ui| {
        let choices = choices();
        let widest = |choice: &Choice| {
            let detail = text::width(ui.painter(), &choice.detail, Type::CAPTION);
            text::width(ui.painter(), &choice.name, Type::LIST_STRONG) + detail + 76.0
        };
        let width = choices.iter().map(widest).fold(NARROWEST, f32::max).min(360.0).ceil();
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let area = ScrollArea::vertical().id_salt("choices").max_height(TALLEST).min_scrolled_height(TALLEST);
        area.show(ui, |ui| {
            let mut made = None;
            let first = choices.iter().position(|choice| choice.on).unwrap_or(0);
            for (number, choice) in choices.iter().enumerate() {
                let response = row(ui, width, choice, holds);
                if menu.leads_in() && number == first {
                    response.request_focus();
                }
                if response.clicked() {
                    made = Some(number);
                    ui.close();
                }
            }
            made
        })
        .inner
    });
    menu.shown(response, shown.as_ref().map(|shown| shown.response.layer_id));
    shown.and_then(|shown| shown.inner)
}

fn row(ui: &mut Ui, width: f32, choice: &Choice, holds: Holds) -> Response {
    let tokens = *Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::click());
    let spoken = format!("{} {}", choice.name, choice.detail);
    response.widget_info(|| match holds {
        Holds::Choices => WidgetInfo::selected(Role::MenuItemRadio, true, choice.on, spoken.trim_end()),
        Holds::Actions => WidgetInfo::labeled(Role::MenuItem, true, spoken.trim_end()),
    });
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, radius::SMALL, tokens.surface3);
    }
    let painter = ui.painter();
    if choice.on {
        let place = pos2(rect.left() + 18.0, rect.center().y);
        text::icon(painter, place, icon::CHECK, Type::icon(16.0), tokens.text1);
    }
    let right = rect.right_center() - vec2(12.0, 0.0);
    let (ty, ink) = (Type::CAPTION, tokens.text2);
    let edge = text::paint(painter, right, Align2::RIGHT_CENTER, &choice.detail, ty, ink).left();
    let left = rect.left_center() + vec2(if holds == Holds::Choices { 36.0 } else { 12.0 }, 0.0);
    let ty = if choice.on { Type::LIST_STRONG } else { Type::LIST };
    let room = edge - left.x - 8.0;
    text::paint_within(painter, left, Align2::LEFT_CENTER, &choice.name, ty, tokens.text1, room);
    focus::ring(ui, &response, rect.shrink(3.0), radius::SMALL);
    response
}
