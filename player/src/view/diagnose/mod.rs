//! The server test: a sentence, a table of servers, and what all of them give together.

mod foot;
mod table;

use egui::{Align2, Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};
use fetch_engine::diagnose::ALONE_BYTES;
use fetch_engine::diagnose::report::{Phase, TestReport};
use fetch_engine::diagnose::verdict::Grade;

use super::Scene;
use super::library::side_bar;
use super::message::Message;
use crate::i18n::t;
use crate::state::{Command, words};
use crate::theme::{Tokens, Type, icon, radius};
use crate::widget::button::{Button, ButtonKind};
use crate::widget::text;

/// Height of the part below the table, in points.
const FOOT: f32 = 176.0;
/// Height of a window below which that part moves with the table.
const LOW: f32 = 620.0;

/// Shows it in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let main = side_bar::beside(ui, rect, scene);
    head(ui, main, scene);
    let Some(report) = scene.state.server_tests.report.clone() else {
        nothing(ui, main, scene);
        return;
    };
    let low = rect.height() < LOW;
    let body = Rect::from_min_max(
        pos2(main.left() - 8.0, main.top() + 80.0),
        pos2(rect.right() - 4.0, main.bottom()),
    );
    let over = if low { body } else { body.with_max_y(body.bottom() - FOOT) };
    let mut child = ui.new_child(UiBuilder::new().max_rect(over).id_salt("server test"));
    ScrollArea::vertical().id_salt("server test").auto_shrink(false).show(&mut child, |ui| {
        let top = ui.cursor().min + vec2(8.0, 8.0);
        let card = verdict(ui, Rect::from_min_size(top, vec2(main.width(), 84.0)), &report);
        let bottom = table::show(
            ui,
            Rect::from_min_size(pos2(top.x, card + 16.0), vec2(main.width(), 0.0)),
            &report,
            scene,
        );
        let mut used = bottom - top.y + 8.0;
        if low {
            foot::show(
                ui,
                Rect::from_min_size(pos2(top.x, bottom), vec2(main.width(), FOOT)),
                &report,
                scene,
            );
            used += FOOT;
        }
        ui.allocate_space(vec2(main.width(), used));
    });
    if !low {
        let place = Rect::from_min_max(pos2(main.left(), main.bottom() - FOOT), main.max);
        foot::show(ui, place, &report, scene);
    }
}

fn head(ui: &mut Ui, main: Rect, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let place = pos2(main.left(), main.top() + 45.0);
    text::label(ui, place, Align2::LEFT_CENTER, &t!("test-title"), Type::TITLE, tokens.text1);
    let tests = &scene.state.server_tests;
    let words = t!("test-export");
    let export = Button::new(&words, ButtonKind::Plain).icon(icon::EXPORT);
    let export = export.enabled(tests.report.as_ref().is_some_and(|report| !report.servers.is_empty()));
    let width = export.width(ui, 40.0);
    let place = Rect::from_min_size(pos2(main.right() - width, main.top() + 24.0), vec2(width, 40.0));
    if export.show(ui, place).clicked() {
        scene.push(Command::ExportServers);
    }
    let (words, glyph, wish, kind) = if scene.state.server_tests.runs() {
        (t!("stop"), icon::STOP, Command::StopServerTest, ButtonKind::Plain)
    } else if scene.state.server_tests.report.is_some() {
        (t!("test-again"), icon::ARROW_CLOCKWISE, Command::TestServers, ButtonKind::Primary)
    } else {
        (t!("test-begin"), icon::PULSE, Command::TestServers, ButtonKind::Primary)
    };
    let button = Button::new(&words, kind).icon(glyph);
    let width = button.width(ui, 40.0);
    let place = Rect::from_min_size(pos2(place.left() - 12.0 - width, place.top()), vec2(width, 40.0));
    if button.show(ui, place).clicked() {
        scene.push(wish);
    }
}

fn nothing(ui: &mut Ui, main: Rect, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let (sentence, explanation) = (t!("test-question"), t!("test-explanation", size = alone()));
    let button = t!("test-servers");
    let message = Message {
        icon: icon::PULSE,
        color: tokens.text2,
        sentence: &sentence,
        explanation: &explanation,
        buttons: &[&button],
    };
    if message.show(ui, main, ButtonKind::Plain).is_some() {
        scene.push(Command::TestServers);
    }
}

/// What each server sends alone, in words.
fn alone() -> String {
    format!("{} MiB", ALONE_BYTES >> 20)
}

/// The sentence in its card, at least as high as `rect`; gives the card's bottom.
fn verdict(ui: &mut Ui, rect: Rect, report: &TestReport) -> f32 {
    let tokens = *Tokens::of(ui);
    let (glyph, ink) = grade(&tokens, report.verdict.grade, &report.phase);
    let width = rect.width() - 72.0;
    let cause = Type::NOTE.wrapped(&words::safe(&report.verdict.cause), tokens.text2, width);
    let cause = ui.painter().layout_job(cause);
    let card = rect.with_max_y((rect.top() + 46.0 + cause.size().y + 20.0).max(rect.bottom()));
    ui.painter().rect_filled(card, radius::CARD, tokens.surface1);
    let middle = rect.top() + 29.0;
    text::icon(ui.painter(), pos2(rect.left() + 28.0, middle), glyph, Type::icon_fill(22.0), ink);
    let place = pos2(rect.left() + 52.0, middle);
    let sentence = words::safe(&report.verdict.sentence);
    text::label_within(ui, place, Align2::LEFT_CENTER, &sentence, Type::HEADING, tokens.text1, width);
    let place = pos2(rect.left() + 52.0, rect.top() + 46.0);
    text::rich(ui, place, Type::NOTE.wrapped(&words::safe(&report.verdict.cause), tokens.text2, width));
    card.bottom()
}

/// The sign of a grade, and its colour.
fn grade(tokens: &Tokens, grade: Grade, phase: &Phase) -> (char, egui::Color32) {
    match grade {
        Grade::Good => (icon::CHECK_CIRCLE, tokens.text1),
        Grade::Warning => (icon::WARNING, tokens.warn),
        Grade::Bad => (icon::X_CIRCLE, tokens.bad),
        Grade::Unknown if phase.is_over() => (icon::INFO, tokens.text2),
        Grade::Unknown => (icon::HOURGLASS_MEDIUM, tokens.text2),
    }
}
