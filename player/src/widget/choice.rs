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
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("{name}: {words}")));
    let hover = motion::glide(ui.ctx(), response.id, response.hovered(), motion::HOVER);
    let round = (rect.height() / 2.0) as u8;
    let on = look == Look::Chosen;
    if on {
        ui.painter().rect_filled(rect, round, tokens.primary);
    } else {
        let fill = Color32::TRANSPARENT.lerp_to_gamma(tokens.surface2, hover);
        let edge = if look == Look::Quiet { Stroke::NONE } else { Stroke::new(1.0, tokens.line) };
        ui.painter().rect(rect, round, fill, edge, StrokeKind::Inside);
    }
    let ink = if on { tokens.on_primary } else { tokens.text2 };
    let left = pos2(rect.left() + 14.0, rect.center().y);
    text::paint_within(ui.painter(), left, Align2::LEFT_CENTER, words, Type::LABEL, ink, rect.width() - 44.0);
    let caret = pos2(rect.right() - 19.0, rect.center().y);
    text::icon(ui.painter(), caret, icon::CARET_DOWN, Type::icon(13.0), ink);
    focus::ring(ui, &response, rect, round);
    list(&response, &tokens, choices)
}

fn list(response: &Response, tokens: &Tokens, choices: impl FnOnce() -> Vec<Choice>) -> Option<usize> {
    let mut shadow = Tokens::shadow(40, 12, 170);
    if !tokens.dark {
        // On a light page a shadow of that strength looks like dirt.
        shadow.color = shadow.color.gamma_multiply(0.4);
    }
    let frame = Frame::NONE
        .fill(tokens.surface1)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(radius::CARD)
        .shadow(shadow)
        .inner_margin(Margin::same(8));
    let popup =
        Popup::from_toggle_button_response(response).align(RectAlign::BOTTOM_START).gap(6.0).frame(frame);
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
            for (number, choice) in choices.iter().enumerate() {
                if row(ui, width, choice).clicked() {
                    made = Some(number);
                }
            }
            made
        })
        .inner
    });
    shown.and_then(|shown| shown.inner)
}

fn row(ui: &mut Ui, width: f32, choice: &Choice) -> Response {
    let tokens = *Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::click());
    let spoken = format!("{} {}", choice.name, choice.detail);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItemRadio, true, choice.on, spoken.trim_end()));
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
    let left = rect.left_center() + vec2(36.0, 0.0);
    let ty = if choice.on { Type::LIST_STRONG } else { Type::LIST };
    let room = edge - left.x - 8.0;
    text::paint_within(painter, left, Align2::LEFT_CENTER, &choice.name, ty, tokens.text1, room);
    focus::ring(ui, &response, rect.shrink(3.0), radius::SMALL);
    response
}
