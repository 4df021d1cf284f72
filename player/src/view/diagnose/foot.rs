//! Below the table: what all servers give together, against what a film needs, and what the test does.

use egui::{Align2, Rect, Stroke, Ui, pos2, vec2};
use fetch_engine::diagnose::report::{REFERENCE_NAME, TestReport};

use crate::i18n::t;
use crate::state::words;
use crate::theme::{Tokens, Type, radius};
use crate::view::Scene;
use crate::widget::text;

/// Shows it at `rect`.
pub(super) fn show(ui: &mut Ui, rect: Rect, report: &TestReport, scene: &Scene<'_>) {
    let tokens = *Tokens::of(ui);
    ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, tokens.line));
    // Before all have sent together, their rates alone tell how much it may become.
    let measured = report.together_bps.is_some();
    let rate = |server: &fetch_engine::diagnose::report::ServerResult| {
        if measured {
            server.together_bps.or(server.alone_bps.filter(|_| report.servers.len() == 1))
        } else {
            server.alone_bps
        }
    };
    let parts: Vec<(usize, f64)> = report
        .servers
        .iter()
        .filter_map(|server| Some((scene.state.people.find(&server.name)?.slot(), rate(server)?)))
        .collect();
    let total = report.together_bps.unwrap_or_else(|| report.alone_sum_bps());
    let middle = rect.top() + 30.0;
    let title = text::label(
        ui,
        pos2(rect.left(), middle),
        Align2::LEFT_CENTER,
        &t!("test-all"),
        Type::HEADING,
        tokens.text1,
    );
    let number = if total > 0.0 { words::megabits(total) } else { "–".to_owned() };
    let place = pos2(rect.right(), middle);
    let figure = t!("unit-rate", rate = number);
    let ty = Type::RATE;
    let right = text::label(ui, place, Align2::RIGHT_CENTER, &figure, ty, tokens.text1);
    let waiting = report.servers.iter().filter(|server| server.alone_bps.is_none()).count() as u64;
    let mut under = match report.need_bps {
        need if need > 0.0 && total > 0.0 => format!("{}×", words::decimal(total / need, 1)),
        _ => String::new(),
    };
    if !report.phase.is_over() && waiting > 0 {
        let still = t!("test-to-come", count = waiting);
        under = if under.is_empty() { still } else { format!("{under}, {still}") };
    }
    let place = pos2(rect.right(), middle + 24.0);
    text::label(ui, place, Align2::RIGHT_CENTER, &under, Type::NOTE, tokens.text2);
    let left = title.right() + 40.0;
    let room = (right.left().min(rect.right() - 150.0) - 40.0 - left).max(40.0);
    let bar = Rect::from_min_size(pos2(left, middle - 7.0), vec2(room, 14.0));
    ui.painter().rect_filled(bar, radius::CELL, tokens.surface3);
    let scale = (total * 1.33).max(report.need_bps * 1.2).max(1.0);
    let mut x = bar.left();
    for (slot, rate) in parts {
        let width = bar.width() * (rate / scale) as f32;
        if width >= 1.0 {
            let part = Rect::from_min_size(pos2(x, bar.top()), vec2((width - 2.0).max(1.0), bar.height()));
            ui.painter().rect_filled(part, 3, tokens.source(slot));
        }
        x += width;
    }
    if report.need_bps > 0.0 {
        let mark = bar.left() + bar.width() * (report.need_bps / scale) as f32;
        ui.painter().vline(mark, bar.top() - 6.0..=bar.bottom() + 6.0, Stroke::new(2.0, tokens.text1));
        let what = match report.need_name.as_str() {
            REFERENCE_NAME => t!("test-reference"),
            title => words::safe(title),
        };
        let need = t!("test-needs", what = what, rate = words::megabits(report.need_bps));
        let half = text::width(ui.painter(), &need, Type::LABEL_STRONG) / 2.0;
        let x =
            mark.clamp(bar.left() + half.min(bar.width() / 2.0), (bar.right() - half).max(bar.center().x));
        let place = pos2(x, middle + 24.0);
        text::label(ui, place, Align2::CENTER_CENTER, &need, Type::LABEL_STRONG, tokens.text1);
    }
    let note = t!("test-note", size = super::alone());
    text::paragraph(
        ui,
        pos2(rect.left(), rect.bottom() - 40.0),
        &note,
        Type::NOTE,
        tokens.text3,
        rect.width(),
    );
}
