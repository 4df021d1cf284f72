//! Network: what arrived in the last minute, stacked by source, and how far ahead it reached.

use std::collections::VecDeque;

use egui::{Align2, Color32, Mesh, Rect, Shape, Stroke, Ui, pos2, vec2};
use fetch_engine::snapshot::LogKind;

use super::parts;
use crate::state::playback::{KEPT_SECONDS, Playback, RateSample};
use crate::state::{State, words};
use crate::theme::{Tokens, Type, radius};
use crate::widget::chip::{self, Presence};
use crate::widget::text;

/// Most happenings told below the plots.
const TOLD: usize = 6;
/// Room for numbers beside a plot, in points.
const LEFT: f32 = 30.0;
const RIGHT: f32 = 54.0;

/// Shows the page.
pub(super) fn show(ui: &mut Ui, width: f32, playback: &Playback, state: &State) {
    parts::heading(ui, width, "Arriving", "last 60 s, Mbit/s");
    ui.add_space(12.0);
    let rect = parts::line(ui, width, 250.0);
    let plot = Rect::from_min_max(rect.min + vec2(LEFT, 4.0), rect.max - vec2(RIGHT, 20.0));
    arriving(ui, plot, playback, state);
    ui.add_space(18.0);
    parts::heading(ui, width, "Ahead of the picture", &super::buffer_words(playback));
    ui.add_space(8.0);
    let rect = parts::line(ui, width, 146.0);
    ahead(ui, Rect::from_min_max(rect.min + vec2(LEFT, 6.0), rect.max - vec2(RIGHT, 8.0)), playback);
    ui.add_space(12.0);
    happened(ui, width, playback, state);
}

/// Where a sample lies: the newest at the right edge.
fn x_of(plot: Rect, newest: f64, at: f64) -> f32 {
    plot.right() - plot.width() * ((newest - at) / (KEPT_SECONDS - 1) as f64) as f32
}

/// A round number at or above `most`, a multiple of four for the grid.
fn round_up(most: f64) -> f64 {
    let step = 10_f64.powf((most / 4.0).max(0.01).log10().floor());
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let found = steps.into_iter().map(|factor| factor * step * 4.0).find(|top| *top >= most);
    found.unwrap_or(step * 40.0)
}

fn grid(ui: &Ui, plot: Rect, top: f64, unit: &str, numbers_right: bool) {
    let tokens = *Tokens::of(ui);
    for step in 0..=4 {
        let part = step as f32 / 4.0;
        let y = plot.bottom() - plot.height() * part;
        ui.painter().hline(plot.x_range(), y, Stroke::new(1.0, tokens.line));
        let value = top * f64::from(part);
        let number = if top < 8.0 { format!("{value:.1}") } else { format!("{value:.0}") };
        let (x, anchor) = if numbers_right {
            (plot.right() + 9.0, Align2::LEFT_CENTER)
        } else {
            (plot.left() - 9.0, Align2::RIGHT_CENTER)
        };
        text::paint(
            ui.painter(),
            pos2(x, y),
            anchor,
            &format!("{number}{unit}"),
            Type::FIGURES_SMALL,
            tokens.text3,
        );
    }
}

fn arriving(ui: &mut Ui, plot: Rect, playback: &Playback, state: &State) {
    let tokens = *Tokens::of(ui);
    let Some(snapshot) = &playback.snapshot else { return };
    let history = &playback.history;
    let sums = history.iter().map(|sample| sample.rates_bps.iter().sum::<f32>());
    let needed = playback.needed_bps().unwrap_or(0.0);
    let top = round_up((f64::from(sums.fold(0.0, f32::max)).max(needed) / 1e6).max(0.4));
    grid(ui, plot, top, "", false);
    let newest = history.back().map_or(0.0, |sample| sample.at);
    let mut order: Vec<_> =
        (0..snapshot.sources.len()).map(|i| (state.person(snapshot.sources[i].index), i)).collect();
    order.sort_unstable();
    let mut base = vec![0.0_f32; history.len()];
    let scale = plot.height() / (top * 1e6) as f32;
    let mut labels = Vec::new();
    for (person, place) in order {
        let color = tokens.source(person.slot());
        let before = base.clone();
        for (sum, sample) in base.iter_mut().zip(history) {
            *sum += sample.rates_bps.get(place).copied().unwrap_or(0.0);
        }
        band(ui, plot, history, newest, scale, &before, &base, color);
        if let (Some(low), Some(high)) = (before.last(), base.last()) {
            labels.push((person, plot.bottom() - (low + high) / 2.0 * scale, high - low));
        }
    }
    if needed > 0.0 {
        let y = plot.bottom() - needed as f32 * scale;
        let line = [pos2(plot.left(), y), pos2(plot.right(), y)];
        ui.painter().extend(Shape::dashed_line(&line, Stroke::new(2.0, tokens.text1), 6.0, 4.0));
        tag(ui, pos2(plot.left() + 8.0, y - 13.0), &format!("title needs {}", words::megabits(needed)));
    }
    // Labels keep apart, from the lowest band upwards.
    let mut below = plot.bottom() + 12.0;
    for (person, y, rate) in labels {
        let y = y.min(below - 21.0).max(plot.top());
        below = y;
        chip::paint(ui.painter(), &tokens, pos2(plot.right() + 17.0, y), 17.0, person, Presence::Here);
        let place = pos2(plot.right() + 31.0, y);
        let rate = words::megabits(f64::from(rate));
        text::paint(ui.painter(), place, Align2::LEFT_CENTER, &rate, Type::FIGURES_STRONG, tokens.text1);
    }
    for (seconds, words) in [(60, "60 s ago"), (40, "40 s"), (20, "20 s"), (0, "now")] {
        let x = plot.right() - plot.width() * seconds as f32 / 60.0;
        let anchor = match seconds {
            60 => Align2::LEFT_CENTER,
            0 => Align2::RIGHT_CENTER,
            _ => Align2::CENTER_CENTER,
        };
        text::paint(
            ui.painter(),
            pos2(x, plot.bottom() + 15.0),
            anchor,
            words,
            Type::FIGURES_SMALL,
            tokens.text3,
        );
    }
    let total = words::megabits(snapshot.rate_bps);
    text::name(ui, plot, &format!("Rates of the last minute, {total} Mbit/s now"));
}

#[allow(clippy::too_many_arguments, reason = "a band is where it is, between what, in what colour")]
fn band(
    ui: &Ui,
    plot: Rect,
    history: &VecDeque<RateSample>,
    newest: f64,
    scale: f32,
    low: &[f32],
    high: &[f32],
    color: Color32,
) {
    let mut mesh = Mesh::default();
    let mut line = Vec::new();
    for (i, sample) in history.iter().enumerate() {
        let x = x_of(plot, newest, sample.at).max(plot.left());
        let top = pos2(x, plot.bottom() - high[i] * scale);
        mesh.colored_vertex(top, color.gamma_multiply(0.78));
        mesh.colored_vertex(pos2(x, plot.bottom() - low[i] * scale), color.gamma_multiply(0.78));
        line.push(top);
        if i > 0 {
            let at = i as u32 * 2;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    ui.painter().add(Shape::mesh(mesh));
    if line.len() > 1 {
        ui.painter().line(line, Stroke::new(1.5, color));
    }
}

fn tag(ui: &Ui, left: egui::Pos2, words: &str) {
    let tokens = *Tokens::of(ui);
    let width = text::width(ui.painter(), words, Type::LABEL_STRONG) + 14.0;
    let rect = Rect::from_min_size(left - vec2(0.0, 9.0), vec2(width, 18.0));
    ui.painter().rect_filled(rect, radius::CELL, tokens.bg);
    text::paint(ui.painter(), rect.center(), Align2::CENTER_CENTER, words, Type::LABEL_STRONG, tokens.text1);
}

fn ahead(ui: &mut Ui, plot: Rect, playback: &Playback) {
    let tokens = *Tokens::of(ui);
    let history = &playback.history;
    let most = history.iter().map(|sample| sample.ahead_seconds).fold(4.0, f32::max);
    let top = round_up(f64::from(most));
    grid(ui, plot, top, " s", true);
    let newest = history.back().map_or(0.0, |sample| sample.at);
    let line: Vec<_> = history
        .iter()
        .map(|sample| {
            let y = plot.bottom() - plot.height() * sample.ahead_seconds / top as f32;
            pos2(x_of(plot, newest, sample.at).max(plot.left()), y)
        })
        .collect();
    let mut mesh = Mesh::default();
    for (i, point) in line.iter().enumerate() {
        mesh.colored_vertex(*point, tokens.text1.gamma_multiply(0.25));
        mesh.colored_vertex(pos2(point.x, plot.bottom()), tokens.text1.gamma_multiply(0.06));
        if i > 0 {
            let at = i as u32 * 2;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    ui.painter().add(Shape::mesh(mesh));
    if let Some(last) = line.last().copied() {
        ui.painter().line(line, Stroke::new(2.0, tokens.text1));
        ui.painter().circle_filled(last, 4.0, tokens.text1);
    }
    text::name(ui, plot, &super::buffer_words(playback));
}

fn happened(ui: &mut Ui, width: f32, playback: &Playback, state: &State) {
    let tokens = *Tokens::of(ui);
    let now = playback.snapshot.as_ref().map_or(0.0, |snapshot| snapshot.at);
    let told = playback.log.iter().rev().filter(|entry| entry.warning || entry.kind == LogKind::Source);
    let told: Vec<_> = told.take(TOLD).collect();
    if told.is_empty() {
        return;
    }
    parts::heading(ui, width, "What happened", "");
    for entry in told {
        let row = parts::line(ui, width, 30.0);
        let ago = words::span(now - entry.at);
        let place = row.left_center() + vec2(78.0, 0.0);
        text::label(ui, place, Align2::RIGHT_CENTER, &ago, Type::FIGURES_SMALL, tokens.text3);
        if let Some(source) = entry.source {
            let center = row.left_center() + vec2(98.0, 0.0);
            chip::paint(ui.painter(), &tokens, center, 18.0, state.person(source), Presence::Here);
        }
        let ink = if entry.warning { tokens.warn } else { tokens.text1 };
        let place = row.left_center() + vec2(118.0, 0.0);
        let room = row.right() - place.x;
        let title = words::safe(&entry.title);
        let named = text::label_within(ui, place, Align2::LEFT_CENTER, &title, Type::LABEL_STRONG, ink, room);
        let place = pos2(named.right() + 10.0, row.center().y);
        let room = row.right() - place.x;
        let detail = words::safe(&entry.detail);
        text::label_within(ui, place, Align2::LEFT_CENTER, &detail, Type::NOTE, tokens.text2, room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_round_and_large_enough() {
        for most in [0.4, 3.0, 5.2, 18.6, 21.9, 96.0, 1234.0] {
            let top = round_up(most);
            assert!(top >= most && top < most * 2.6, "{most}: {top}");
        }
        assert!((round_up(18.6) - 20.0).abs() < 1e-9);
    }
}
