//! Buttons that are only an icon, with a tooltip that names them and their key.

use egui::accesskit::Role;
use egui::{Align2, Color32, CornerRadius, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo};
use egui::{pos2, vec2};

use super::{focus, text};
use crate::theme::{Tokens, Type, motion, over_film, radius};

/// An icon to press.
#[derive(Clone, Copy, Debug)]
pub struct IconButton<'a> {
    name: &'a str,
    key: &'a str,
    icon: char,
    filled: bool,
    size: f32,
    side: f32,
    on: bool,
    framed: bool,
    quiet: bool,
    plate: Option<Color32>,
    over_film: bool,
}

impl<'a> IconButton<'a> {
    /// A 40-point button with a 22-point icon.
    #[must_use]
    pub const fn new(icon: char, name: &'a str) -> Self {
        let (size, side) = (22.0, 40.0);
        Self {
            name,
            key: "",
            icon,
            filled: false,
            size,
            side,
            on: false,
            framed: false,
            quiet: false,
            plate: None,
            over_film: false,
        }
    }

    /// The key that does the same.
    #[must_use]
    pub const fn key(mut self, key: &'a str) -> Self {
        self.key = key;
        self
    }

    /// With the filled drawing of the icon.
    #[must_use]
    pub const fn filled(mut self) -> Self {
        self.filled = true;
        self
    }

    /// With an icon of this size in points.
    #[must_use]
    pub const fn size(mut self, size: f32) -> Self {
        self.size = size;
        self
    }

    /// Its side in points.
    #[must_use]
    pub const fn side(mut self, side: f32) -> Self {
        self.side = side;
        self
    }

    /// Whether what it opens is open.
    #[must_use]
    pub const fn on(mut self, on: bool) -> Self {
        self.on = on;
        self
    }

    /// With a hairline around it.
    #[must_use]
    pub const fn framed(mut self) -> Self {
        self.framed = true;
        self
    }

    /// In the ink of what is beside the point, until the pointer is over it.
    #[must_use]
    pub const fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Filled with this colour at rest.
    #[must_use]
    pub const fn plate(mut self, fill: Color32) -> Self {
        self.plate = Some(fill);
        self
    }

    /// Lying on the film or on a picture, of which something stays to be seen behind it.
    #[must_use]
    pub const fn over_film(mut self) -> Self {
        self.over_film = true;
        self
    }

    /// Shows it around `center`.
    pub fn show(self, ui: &mut Ui, center: Pos2) -> Response {
        let tokens = *Tokens::of(ui);
        let rect = Rect::from_center_size(center, vec2(self.side, self.side));
        let response = ui.interact(rect, ui.scope_id().with(("icon", self.name)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.on, self.name));
        let hover = motion::glide(ui.ctx(), response.id, response.hovered(), motion::HOVER);
        let (hot, on) = if self.over_film && tokens.dark {
            (over_film::HOVER, over_film::ON)
        } else {
            (tokens.surface3, tokens.surface3)
        };
        let rest = if self.on { on } else { self.plate.unwrap_or(Color32::TRANSPARENT) };
        let hot = self.plate.map_or(hot, |plate| plate.lerp_to_gamma(tokens.text1, 0.14));
        let fill = if self.on { rest } else { rest.lerp_to_gamma(hot, hover) };
        let stroke = if self.framed { Stroke::new(1.0, tokens.line) } else { Stroke::NONE };
        let round = if self.side >= 44.0 { radius::LARGE } else { radius::SMALL };
        ui.painter().rect(rect, round, fill, stroke, StrokeKind::Inside);
        let ink = if self.quiet && !self.on {
            tokens.text2.lerp_to_gamma(tokens.text1, hover)
        } else {
            tokens.text1
        };
        let ty = if self.filled { Type::icon_fill(self.size) } else { Type::icon(self.size) };
        text::icon(ui.painter(), center, self.icon, ty, ink);
        focus::ring(ui, &response, rect, round);
        tooltip(&response, self.name, self.key);
        response
    }
}

/// Shows the name of `response`, and its key as a cap, when the pointer rests on it.
pub fn tooltip(response: &Response, name: &str, key: &str) {
    let _ = response.clone().on_hover_ui(|ui| {
        let tokens = *Tokens::of(ui);
        let words = text::width(ui.painter(), name, Type::LABEL_STRONG);
        let cap = if key.is_empty() { 0.0 } else { key_cap_width(ui, key) + 12.0 };
        let (rect, _) = ui.allocate_exact_size(vec2(words + cap, 20.0), Sense::hover());
        let ink = tokens.text1;
        text::paint(ui.painter(), rect.left_center(), Align2::LEFT_CENTER, name, Type::LABEL_STRONG, ink);
        if !key.is_empty() {
            let left = rect.right() - cap + 12.0;
            key_cap(ui, Rect::from_min_size(pos2(left, rect.top()), vec2(cap - 12.0, 20.0)), key);
        }
    });
}

/// Width of a small key cap in points.
#[must_use]
pub fn key_cap_width(ui: &Ui, key: &str) -> f32 {
    (text::width(ui.painter(), key, Type::LABEL_STRONG.at(12.0, 16.0)) + 12.0).max(20.0).ceil()
}

/// Paints a small key cap.
pub fn key_cap(ui: &Ui, rect: Rect, key: &str) {
    let tokens = *Tokens::of(ui);
    ui.painter().rect_filled(rect, CornerRadius::same(radius::CELL), tokens.surface3);
    let ty = Type::LABEL_STRONG.at(12.0, 16.0);
    text::paint(ui.painter(), rect.center(), Align2::CENTER_CENTER, key, ty, tokens.text2);
}
