//! Text fields: an icon, the text, and a key that leads there.

use egui::{CornerRadius, Frame, Id, Margin, Rect, Response, Stroke, StrokeKind, TextEdit, Ui, UiBuilder};
use egui::{pos2, vec2};

use super::icon_button::{key_cap, key_cap_width};
use super::text;
use crate::theme::{Tokens, Type, radius};

/// Longest text that can be typed, in characters.
const TYPED_CHARACTERS: usize = 300;

/// A field to type into.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// What it is for; shown while it is empty.
    pub hint: &'a str,
    /// Its name for screen readers.
    pub name: &'a str,
    /// The icon at its left.
    pub icon: char,
    /// The key that leads there, shown while it is empty.
    pub key: &'a str,
    /// Whether its edge is as strong as a control's.
    pub strong_edge: bool,
}

impl Field<'_> {
    /// The id of the field with that name in `ui`.
    #[must_use]
    pub fn id(ui: &Ui, name: &str) -> Id {
        ui.scope_id().with(("field", name))
    }

    /// Shows it at `rect`; `text` is what is in it now and after.
    pub fn show(self, ui: &mut Ui, rect: Rect, text: &mut String) -> Response {
        let tokens = *Tokens::of(ui);
        let id = Self::id(ui, self.name);
        let focused = ui.memory(|memory| memory.has_focus(id));
        let edge = match (focused, self.strong_edge) {
            (true, _) => Stroke::new(2.0, tokens.text1),
            (_, true) => Stroke::new(1.0, tokens.edge),
            _ => Stroke::new(1.0, tokens.line),
        };
        let round = CornerRadius::same(radius::ROW.min((rect.height() / 4.4) as u8));
        ui.painter().rect(rect, round, tokens.surface1, edge, StrokeKind::Inside);
        let ink = if focused { tokens.text1 } else { tokens.text2 };
        /// From the left edge to the middle of the icon, in points.
        const INSET: f32 = 20.0;
        text::icon(
            ui.painter(),
            pos2(rect.left() + INSET, rect.center().y),
            self.icon,
            Type::icon(18.0),
            ink,
        );
        let ty = if rect.height() >= 40.0 { Type::LIST } else { Type::NOTE };
        let cap = if self.key.is_empty() { 0.0 } else { key_cap_width(ui, self.key) };
        let inner = Rect::from_min_max(
            pos2(rect.left() + INSET + 20.0, rect.center().y - ty.line / 2.0),
            pos2(rect.right() - 22.0 - cap, rect.center().y + ty.line / 2.0),
        );
        let mut child = ui.new_child(UiBuilder::new().max_rect(inner));
        // Or the text sits in a row as high as a button.
        child.spacing_mut().interact_size.y = ty.line;
        let edit = TextEdit::singleline(text)
            .id(id)
            .font(ty.font())
            .text_color(tokens.text1)
            .hint_text(egui::RichText::new(self.hint).font(ty.font()).color(tokens.text3))
            .frame(Frame::NONE)
            .margin(Margin::ZERO)
            .desired_width(inner.width())
            .align(egui::Align2::LEFT_CENTER)
            .min_size(inner.size())
            .char_limit(TYPED_CHARACTERS);
        let response = child.add(edit).accessible_name(self.name);
        if !self.key.is_empty() && text.is_empty() && !focused {
            let place = pos2(rect.right() - 12.0 - cap, rect.center().y - 10.0);
            key_cap(ui, Rect::from_min_size(place, vec2(cap, 20.0)), self.key);
        }
        response
    }
}
