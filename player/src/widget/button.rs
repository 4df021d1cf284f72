//! Buttons with words: primary, plain, quiet, links, and pills.

use egui::accesskit::Role;
use egui::{Align2, Color32, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::{focus, text};
use crate::theme::{Tokens, Type, motion, over_film, radius};

/// How much a button wants to be pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one main thing of a view.
    Primary,
    /// Any other.
    Plain,
    /// No fill at rest.
    Quiet,
    /// Over a picture of the page.
    OverPage,
    /// Over a dimmed film.
    OverFilm,
}

/// A button to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Button<'a> {
    words: &'a str,
    name: &'a str,
    icon: Option<char>,
    filled: bool,
    kind: ButtonKind,
    enabled: bool,
}

impl<'a> Button<'a> {
    /// A button with words on it.
    #[must_use]
    pub const fn new(words: &'a str, kind: ButtonKind) -> Self {
        Self { words, name: words, icon: None, filled: false, kind, enabled: true }
    }

    /// Under another name for screen readers, where its words alone do not tell it from others.
    #[must_use]
    pub const fn named(mut self, name: &'a str) -> Self {
        self.name = name;
        self
    }

    /// With an icon before the words.
    #[must_use]
    pub const fn icon(mut self, icon: char) -> Self {
        self.icon = Some(icon);
        self
    }

    /// With the filled drawing of an icon before the words.
    #[must_use]
    pub const fn filled_icon(mut self, icon: char) -> Self {
        self.icon = Some(icon);
        self.filled = true;
        self
    }

    /// Greyed out unless `enabled`.
    #[must_use]
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    const fn ty(height: f32) -> Type {
        match height {
            height if height >= 48.0 => Type::STRONG,
            height if height >= 44.0 => Type::LIST_STRONG,
            _ => Type::LABEL_STRONG,
        }
    }

    /// The width that suits its words, at this height, in points.
    #[must_use]
    pub fn width(&self, ui: &Ui, height: f32) -> f32 {
        let icon = if self.icon.is_some() { 26.0 } else { 0.0 };
        (text::width(ui.painter(), self.words, Self::ty(height)) + icon + 32.0).ceil()
    }

    /// Shows it at `rect`.
    pub fn show(self, ui: &mut Ui, rect: Rect) -> Response {
        let tokens = *Tokens::of(ui);
        let sense = if self.enabled { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, ui.scope_id().with(("button", self.words)), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, self.enabled, self.name));
        let hover = motion::glide(ui.ctx(), response.id, response.hovered(), motion::HOVER);
        let pressed = response.is_pointer_button_down_on();
        let radius = if rect.height() >= 44.0 { radius::LARGE } else { radius::SMALL };
        let (fill, ink) = self.colors(&tokens, hover, pressed);
        ui.painter().rect_filled(rect, radius, fill);
        let ty = Self::ty(rect.height());
        let mut x = rect.center().x - text::width(ui.painter(), self.words, ty) / 2.0;
        if let Some(icon) = self.icon {
            x += 13.0;
            let glyph = if self.filled { Type::icon_fill(17.0) } else { Type::icon(17.0) };
            text::icon(ui.painter(), pos2(x - 17.0, rect.center().y), icon, glyph, ink);
        }
        text::paint(ui.painter(), pos2(x, rect.center().y), Align2::LEFT_CENTER, self.words, ty, ink);
        focus::ring(ui, &response, rect, radius);
        response
    }

    fn colors(&self, tokens: &Tokens, hover: f32, pressed: bool) -> (Color32, Color32) {
        let mix = |a: Color32, b: Color32| a.lerp_to_gamma(b, if pressed { 1.0 } else { hover });
        if !self.enabled {
            let fill = if self.kind == ButtonKind::Quiet { Color32::TRANSPARENT } else { tokens.surface2 };
            return (fill, tokens.text3.gamma_multiply(0.8));
        }
        match self.kind {
            ButtonKind::Primary => {
                let hot = match (pressed, tokens.dark) {
                    (true, _) => tokens.primary.lerp_to_gamma(tokens.bg, 0.18),
                    (false, true) => Color32::WHITE,
                    (false, false) => Color32::BLACK,
                };
                (mix(tokens.primary, hot), tokens.on_primary)
            }
            ButtonKind::Plain => (mix(tokens.surface2, tokens.surface3), tokens.text1),
            ButtonKind::OverPage => {
                let (rest, hot) = (tokens.text1.gamma_multiply(0.1), tokens.text1.gamma_multiply(0.2));
                (mix(rest, hot), tokens.text1)
            }
            ButtonKind::Quiet => (mix(Color32::TRANSPARENT, tokens.surface3), tokens.text1),
            ButtonKind::OverFilm => (mix(over_film::SECOND, over_film::SECOND_HOVER), over_film::WHITE),
        }
    }
}

/// A pill: one of several filters; filled when on.
pub fn pill(ui: &mut Ui, rect: Rect, words: &str, on: bool) -> Response {
    let tokens = *Tokens::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("pill", words)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, words));
    let hover = motion::glide(ui.ctx(), response.id, response.hovered(), motion::HOVER);
    let round = (rect.height() / 2.0) as u8;
    if on {
        ui.painter().rect_filled(rect, round, tokens.primary);
    } else {
        let fill = Color32::TRANSPARENT.lerp_to_gamma(tokens.surface2, hover);
        ui.painter().rect(rect, round, fill, Stroke::new(1.0, tokens.line), StrokeKind::Inside);
    }
    let ink = if on { tokens.on_primary } else { tokens.text2 };
    text::paint(ui.painter(), rect.center(), Align2::CENTER_CENTER, words, Type::LABEL, ink);
    focus::ring(ui, &response, rect, round);
    response
}

/// A row of pills from `left_top`; returns the one that was pressed.
pub fn pills<S: AsRef<str>>(ui: &mut Ui, left_top: Pos2, words: &[S], on: usize) -> Option<usize> {
    let mut x = left_top.x;
    let mut pressed = None;
    for (number, words) in words.iter().enumerate() {
        let words = words.as_ref();
        let width = (text::width(ui.painter(), words, Type::LABEL) + 28.0).ceil();
        let rect = Rect::from_min_size(pos2(x, left_top.y), vec2(width, 32.0));
        if pill(ui, rect, words, number == on).clicked() {
            pressed = Some(number);
        }
        x = rect.right() + 8.0;
    }
    pressed
}

/// Words that can be pressed, with a line under them, ending at `right_center`.
pub fn link(ui: &mut Ui, right_center: Pos2, words: &str) -> Response {
    let tokens = *Tokens::of(ui);
    let width = text::width(ui.painter(), words, Type::LABEL_STRONG);
    let rect = Rect::from_center_size(right_center - vec2(width / 2.0, 0.0), vec2(width, 32.0));
    let response = ui.interact(rect, ui.scope_id().with(("link", words)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, words));
    let ink = if response.hovered() { tokens.text2 } else { tokens.text1 };
    text::paint(ui.painter(), rect.center(), Align2::CENTER_CENTER, words, Type::LABEL_STRONG, ink);
    ui.painter().hline(rect.x_range(), rect.center().y + 10.0, Stroke::new(1.0, ink));
    focus::ring(ui, &response, rect.shrink2(vec2(0.0, 4.0)), radius::CELL);
    response
}
