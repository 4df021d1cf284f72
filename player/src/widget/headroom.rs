//! The headroom bar: what each source gives, stacked, and a mark at what the title needs.

use egui::{Align2, Rect, Stroke, Ui, pos2, vec2};

use super::{chip, text};
use crate::i18n::t;
use crate::state::people::Person;
use crate::state::verdict::Headroom;
use crate::state::words;
use crate::theme::{Tokens, Type, radius};

/// Height of the whole in points.
pub const HEIGHT: f32 = 72.0;

/// From this width on a part of the bar has its source's letter, in points.
const LETTERED: f32 = 18.0;

/// Shows it at `rect`; `parts` are the sources' rates in bits a second, `buffer` tells of the buffer.
pub fn show(ui: &mut Ui, rect: Rect, headroom: Headroom, parts: &[(Person, f64)], buffer: &str) {
    let tokens = *Tokens::of(ui);
    let base = rect.top() + 14.0;
    let total = words::megabits(headroom.total_bps);
    let left = pos2(rect.left(), base);
    let number =
        text::paint(ui.painter(), left, Align2::LEFT_CENTER, &total, Type::LARGE_FIGURES, tokens.text1);
    let (unit, spoken) = if headroom.possible {
        (t!("headroom-could"), t!("headroom-spoken-could", rate = total.as_str()))
    } else {
        (t!("headroom-arrive"), t!("headroom-spoken-arrive", rate = total.as_str()))
    };
    let place = pos2(number.right() + 7.0, base + 3.0);
    let unit_rect = text::paint(ui.painter(), place, Align2::LEFT_CENTER, &unit, Type::NOTE, tokens.text2);
    text::name(ui, number.union(unit_rect), &spoken);
    let factor = headroom.factor_words();
    let right = pos2(rect.right(), base);
    let number =
        text::paint(ui.painter(), right, Align2::RIGHT_CENTER, &factor, Type::LARGE_FIGURES, tokens.text1);
    let place = pos2(number.left() - 9.0, base + 3.0);
    let label =
        text::paint(ui.painter(), place, Align2::RIGHT_CENTER, &t!("headroom"), Type::NOTE, tokens.text2);
    text::name(ui, number.union(label), &t!("headroom-spoken", factor = factor));
    let bar = Rect::from_min_size(pos2(rect.left(), rect.top() + 35.0), vec2(rect.width(), 12.0));
    let scale = headroom.total_bps.max(headroom.needed_bps.unwrap_or(0.0)).max(1.0) * 1.08;
    let painter = ui.painter();
    painter.rect_filled(bar, radius::CELL, tokens.surface3);
    let mut x = bar.left();
    for (person, rate) in parts {
        let width = bar.width() * (rate / scale) as f32;
        if width >= 1.0 {
            let part = Rect::from_min_size(pos2(x, bar.top()), vec2((width - 2.0).max(1.0), bar.height()));
            let color = tokens.source(person.slot());
            painter.rect_filled(part, 2, color);
            if width >= LETTERED {
                chip::letter(painter, part.center(), 17.0, *person, Tokens::letter_on(color));
            }
        }
        x += width;
    }
    let under = bar.bottom() + 16.0;
    let mut label_right = bar.left();
    if let Some(needed) = headroom.needed_bps {
        let mark = bar.left() + bar.width() * (needed / scale) as f32;
        painter.vline(mark, bar.top() - 5.0..=bar.bottom() + 5.0, Stroke::new(2.0, tokens.text1));
        let words = t!("headroom-needs", rate = words::megabits(needed));
        let half = text::width(painter, &words, Type::LABEL_STRONG) / 2.0;
        let x = mark.clamp(bar.left() + half, bar.right() - half);
        label_right =
            text::label(ui, pos2(x, under), Align2::CENTER_CENTER, &words, Type::LABEL_STRONG, tokens.text1)
                .right();
    }
    if text::width(ui.painter(), buffer, Type::CAPTION) + label_right + 12.0 < rect.right() {
        text::label(ui, pos2(rect.right(), under), Align2::RIGHT_CENTER, buffer, Type::CAPTION, tokens.text3);
    }
}
