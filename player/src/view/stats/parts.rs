//! Parts that several pages of the stats share.

use egui::text::LayoutJob;
use egui::{Align2, Color32, Rect, Sense, Ui, pos2, vec2};

use crate::state::verdict::{Grade, Verdict};
use crate::theme::{Tokens, Type, icon, radius};
use crate::widget::text;

/// Takes `height` points of the page.
pub(super) fn line(ui: &mut Ui, width: f32, height: f32) -> Rect {
    ui.allocate_exact_size(vec2(width, height), Sense::hover()).0
}

/// A heading with a few words at the right.
pub(super) fn heading(ui: &mut Ui, width: f32, words: &str, right: &str) {
    let tokens = *Tokens::of(ui);
    let rect = line(ui, width, 28.0);
    text::label(ui, rect.left_center(), Align2::LEFT_CENTER, words, Type::HEADING, tokens.text1);
    if !right.is_empty() {
        text::label(ui, rect.right_center(), Align2::RIGHT_CENTER, right, Type::CAPTION, tokens.text3);
    }
}

/// A value with its name and a remark.
pub(super) fn fact(ui: &mut Ui, width: f32, name: &str, value: &str, remark: &str) {
    let tokens = *Tokens::of(ui);
    let rect = line(ui, width, 25.0);
    text::label(ui, rect.left_center(), Align2::LEFT_CENTER, name, Type::NOTE, tokens.text2);
    let place = rect.left_center() + vec2(124.0, 0.0);
    let room = rect.right() - place.x;
    let value =
        text::label_within(ui, place, Align2::LEFT_CENTER, value, Type::FIGURES_STRONG, tokens.text1, room);
    let place = pos2(value.right() + 10.0, place.y);
    if !remark.is_empty() && place.x + 20.0 < rect.right() {
        let room = rect.right() - place.x;
        text::label_within(ui, place, Align2::LEFT_CENTER, remark, Type::FIGURES_SMALL, tokens.text3, room);
    }
}

/// The verdict's card. Names of servers in `names` stand out.
pub(super) fn verdict(ui: &mut Ui, width: f32, verdict: &Verdict, names: &[&str]) {
    let tokens = *Tokens::of(ui);
    let (glyph, ink) = match verdict.grade {
        Grade::Good => (icon::CHECK_CIRCLE, tokens.text1),
        Grade::Unknown => (icon::HOURGLASS_MEDIUM, tokens.text2),
        Grade::Warning => (icon::WARNING, tokens.warn),
        Grade::Waiting => (icon::HOURGLASS_MEDIUM, tokens.warn),
        Grade::Bad => (icon::X_CIRCLE, tokens.bad),
    };
    let mut job = emphasised(&verdict.cause, names, tokens.text2, tokens.text1);
    job.wrap.max_width = width - 64.0;
    let cause = ui.painter().layout_job(job.clone());
    let height = if verdict.cause.is_empty() { 52.0 } else { 44.0 + cause.size().y };
    let card = line(ui, width, height);
    ui.painter().rect_filled(card, radius::CARD, tokens.surface2);
    text::icon(ui.painter(), card.min + vec2(26.0, 26.0), glyph, Type::icon_fill(21.0), ink);
    let place = card.min + vec2(48.0, 26.0);
    let room = width - 64.0;
    text::label_within(ui, place, Align2::LEFT_CENTER, &verdict.sentence, Type::HEADING, tokens.text1, room);
    if !verdict.cause.is_empty() {
        text::rich(ui, card.min + vec2(48.0, 39.0), job);
    }
}

/// `text` with every whole word that is one of `names` in a stronger look.
fn emphasised(text: &str, names: &[&str], ink: Color32, strong: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    for piece in text.split_inclusive(' ') {
        let word = piece.trim_end_matches([' ', '.', ',', ';', ':']);
        if names.contains(&word) {
            text::push(&mut job, word, Type::LABEL_STRONG, strong);
            text::push(&mut job, &piece[word.len()..], Type::NOTE, ink);
        } else {
            text::push(&mut job, piece, Type::NOTE, ink);
        }
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_stand_out_and_nothing_is_lost() {
        let words = "beta slowed; gamma and betamax took over.";
        let job = emphasised(words, &["beta", "gamma"], Color32::GRAY, Color32::WHITE);
        assert_eq!(job.text, words);
        let strong = job.sections.iter().filter(|section| section.format.color == Color32::WHITE).count();
        assert_eq!(strong, 2);
    }
}
