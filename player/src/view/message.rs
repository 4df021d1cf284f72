//! The message in the middle of a view that has nothing else to show: icon, sentence, what
//! follows, and what one can do.

use egui::{Align2, Color32, Rect, Ui, pos2, vec2};

use crate::theme::{Tokens, Type, icon};
use crate::widget::button::{Button, ButtonKind};
use crate::widget::{focus, text};

/// Widest the explanation gets, in points.
const WIDTH: f32 = 460.0;

/// A message with up to two buttons.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its icon.
    pub icon: char,
    /// Colour of the icon.
    pub color: Color32,
    /// One sentence.
    pub sentence: &'a str,
    /// What follows, and what one can do.
    pub explanation: &'a str,
    /// Words of the buttons; the first is the main one.
    pub buttons: &'a [&'a str],
}

impl Message<'_> {
    /// Shows it in the middle of `rect`; returns the number of the button that was pressed.
    pub fn show(&self, ui: &mut Ui, rect: Rect, kind: ButtonKind) -> Option<usize> {
        let tokens = *Tokens::of(ui);
        let center = pos2(rect.center().x, rect.center().y - 40.0);
        let disc = center - vec2(0.0, 64.0);
        ui.painter().circle_filled(disc, 28.0, tokens.surface2);
        // Filled, a magnifying glass is a dot in a ring.
        let outlined = self.icon == icon::MAGNIFYING_GLASS;
        let ty = if outlined { Type::icon(26.0) } else { Type::icon_fill(26.0) };
        text::icon(ui.painter(), disc, self.icon, ty, self.color);
        let ty = Type::HEADING.at(20.0, 28.0);
        text::label(ui, center - vec2(0.0, 8.0), Align2::CENTER_CENTER, self.sentence, ty, tokens.text1);
        let top = center + vec2(0.0, 14.0);
        let width = WIDTH.min(rect.width() - 48.0);
        let body = text::centered(ui, top, self.explanation, Type::LIST.at(14.0, 22.0), tokens.text2, width);
        let buttons: Vec<Button<'_>> = self
            .buttons
            .iter()
            .enumerate()
            .map(|(i, words)| Button::new(words, if i == 0 { ButtonKind::Primary } else { kind }))
            .collect();
        let widths: Vec<f32> = buttons.iter().map(|button| button.width(ui, 36.0)).collect();
        let all: f32 = widths.iter().sum::<f32>() + 12.0 * widths.len().saturating_sub(1) as f32;
        let mut x = center.x - all / 2.0;
        let mut pressed = None;
        for (number, (button, width)) in buttons.into_iter().zip(widths).enumerate() {
            let place =
                Rect::from_min_size(pos2(x.round(), (body.bottom() + 18.0).round()), vec2(width, 36.0));
            let response = button.show(ui, place);
            if number == 0 {
                focus::once(ui, &response, self.sentence);
            }
            if response.clicked() {
                pressed = Some(number);
            }
            x += width + 12.0;
        }
        pressed
    }
}
