//! Network: what arrived, stacked by source, with what happened; and how far ahead it reached.

use egui::{Align2, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};
use fetch_engine::snapshot::{Happened, LogEntry, LogKind, Snapshot};

use super::parts;
use crate::i18n::t;
use crate::state::history::{RateSample, Span};
use crate::state::people::Person;
use crate::state::playback::Playback;
use crate::state::{Command, State, journal, words};
use crate::theme::{Tokens, Type};
use crate::view::Scene;
use crate::widget::chip::{self, Presence};
use crate::widget::plot::{self, Axes};
use crate::widget::{button, text};

/// Most happenings told below the plots.
const TOLD: usize = 6;
/// Room for numbers beside a plot, in points.
const LEFT: f32 = 30.0;
const RIGHT: f32 = 54.0;
/// Seconds ahead below which the picture waits.
const PAUSES_BELOW: f64 = 2.0;

/// Shows the page.
pub(super) fn show(ui: &mut Ui, width: f32, playback: &Playback, scene: &mut Scene<'_>) {
    let span = scene.state.stats.span;
    parts::heading(ui, width, &t!("network-arriving"), "Mbit/s");
    let row = parts::line(ui, width, 40.0);
    let names = Span::ALL.map(Span::name);
    let on = Span::ALL.iter().position(|one| *one == span).unwrap_or(0);
    if let Some(pressed) = button::pills(ui, row.min + vec2(0.0, 4.0), &names, on) {
        scene.push(Command::ShowSpan(Span::ALL[pressed]));
    }
    ui.add_space(28.0);
    let Some(snapshot) = &playback.snapshot else { return };
    let state = scene.state;
    let samples: Vec<&RateSample> = playback.history.samples(span).iter().collect();
    let newest = samples.last().map_or(snapshot.at, |sample| sample.at);
    let seconds = playback.history.seconds(span);
    let rect = parts::line(ui, width, 250.0);
    let place = Rect::from_min_max(rect.min + vec2(LEFT, 4.0), rect.max - vec2(RIGHT, 20.0));
    let needed = playback.needed_bps().unwrap_or(0.0) / 1e6;
    let most = samples.iter().map(|sample| sample.rates_bps.iter().sum::<f32>()).fold(0.0, f32::max);
    let top = plot::round_up((f64::from(most) / 1e6).max(needed).max(0.4));
    let axes = Axes { rect: place, newest, seconds, top };
    arriving(ui, axes, &samples, snapshot, state);
    need(ui, axes, needed);
    marks(ui, axes, playback);
    plot::times(ui.painter(), Tokens::of(ui), &axes);
    let total = words::megabits(snapshot.rate_bps);
    text::name(ui, place, &t!("network-spoken", span = span.name(), rate = total));
    ui.add_space(4.0);
    key(ui, width);
    ui.add_space(8.0);
    parts::heading(ui, width, &t!("network-ahead"), &super::buffer_words(playback));
    ui.add_space(8.0);
    let rect = parts::line(ui, width, 126.0);
    let below = Rect::from_min_max(rect.min + vec2(LEFT, 6.0), rect.max - vec2(RIGHT, 8.0));
    let most = samples.iter().filter_map(|sample| sample.ahead_seconds).fold(4.0, f32::max);
    let ahead_axes = Axes { rect: below, top: plot::round_up(f64::from(most)), ..axes };
    ahead(ui, ahead_axes, &samples, playback);
    hover(ui, [axes.rect, ahead_axes.rect], axes, &samples, snapshot, state);
    ui.add_space(10.0);
    happened(ui, width, playback, state);
}

fn arriving(ui: &Ui, axes: Axes, samples: &[&RateSample], snapshot: &Snapshot, state: &State) {
    let tokens = *Tokens::of(ui);
    let painter = ui.painter();
    plot::grid(painter, &tokens, &axes, "", false);
    let mut order: Vec<(Person, usize)> = snapshot
        .sources
        .iter()
        .enumerate()
        .map(|(place, source)| (state.person(source.index), place))
        .collect();
    order.sort_unstable();
    let line = |sums: &[f64]| -> Vec<Pos2> {
        samples.iter().zip(sums).map(|(sample, sum)| pos2(axes.x(sample.at), axes.y(*sum))).collect()
    };
    let mut sums = vec![0.0_f64; samples.len()];
    let mut labels = Vec::new();
    for (person, place) in order {
        let color = tokens.source(person.slot());
        let low = line(&sums);
        for (sum, sample) in sums.iter_mut().zip(samples) {
            *sum += f64::from(sample.rates_bps.get(place).copied().unwrap_or(0.0)) / 1e6;
        }
        let high = line(&sums);
        let fill = color.gamma_multiply(0.78);
        plot::band(painter, &low, &high, (fill, fill), Stroke::new(1.5, color));
        plot::letters(painter, &low, &high, person, color);
        if let (Some(low), Some(high)) = (low.last(), high.last()) {
            labels.push((person, (low.y + high.y) / 2.0, snapshot.sources[place].rate_bps));
        }
    }
    // Labels keep apart, from the lowest band upwards.
    let mut below = axes.rect.bottom() + 12.0;
    for (person, y, rate) in labels {
        let y = y.min(below - 21.0);
        if y < axes.rect.top() - 14.0 {
            break;
        }
        below = y;
        chip::paint(painter, &tokens, pos2(axes.rect.right() + 17.0, y), 17.0, person, Presence::Here);
        let place = pos2(axes.rect.right() + 31.0, y);
        text::paint(
            painter,
            place,
            Align2::LEFT_CENTER,
            &words::megabits(rate),
            Type::FIGURES_STRONG,
            tokens.text1,
        );
    }
}

/// The title's bit rate, as a line across.
fn need(ui: &Ui, axes: Axes, needed_mbps: f64) {
    let tokens = *Tokens::of(ui);
    if needed_mbps <= 0.0 {
        return;
    }
    let y = axes.y(needed_mbps);
    let line = [pos2(axes.rect.left(), y), pos2(axes.rect.right(), y)];
    ui.painter().extend(Shape::dashed_line(&line, Stroke::new(2.0, tokens.text1), 6.0, 4.0));
    let words = t!("network-needs", rate = words::megabits(needed_mbps * 1e6));
    plot::tag(ui.painter(), pos2(axes.rect.left() + 8.0, y - 13.0), &words, tokens.bg, tokens.text1);
}

/// How an event is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// A line over the whole height, with words above.
    Line,
    /// A dashed line: reading goes on elsewhere.
    Seek,
    /// A tick at the foot.
    Epoch,
    /// A cross at the foot.
    Repair,
}

fn mark_of(entry: &LogEntry) -> Option<Mark> {
    match (&entry.what, entry.kind) {
        (Happened::Restarted { .. }, _) => Some(Mark::Seek),
        (_, LogKind::Pattern) => Some(Mark::Epoch),
        (_, LogKind::Repair) => Some(Mark::Repair),
        // A server that was never there is tried again and again.
        (Happened::Left { was_there: false, .. }, _) => None,
        (_, LogKind::Source) => Some(Mark::Line),
        (_, LogKind::Sequence) => None,
    }
}

/// What happened, where it happened.
fn marks(ui: &Ui, axes: Axes, playback: &Playback) {
    let tokens = *Tokens::of(ui);
    let painter = ui.painter();
    let Rect { min, max } = axes.rect;
    for &(from, to) in playback.waits.iter().filter(|(_, to)| axes.shows(*to)) {
        let rect =
            Rect::from_min_max(pos2(axes.x(from), min.y), pos2(axes.x(to).max(axes.x(from) + 2.0), max.y));
        painter.rect_filled(rect, 0, tokens.warn.gamma_multiply(0.22));
        painter.rect_filled(Rect::from_min_size(rect.min, vec2(rect.width(), 3.0)), 0, tokens.warn);
    }
    // The newest first: where two have no room for their words, the newer has them.
    let mut taken: Vec<Rect> = Vec::new();
    let mut last_line = f32::MAX;
    for entry in playback.log.iter().rev().take_while(|entry| axes.newest - entry.at <= axes.seconds) {
        let (Some(mark), true) = (mark_of(entry), axes.shows(entry.at)) else { continue };
        let x = axes.x(entry.at);
        match mark {
            Mark::Epoch => {
                painter.vline(x, max.y..=max.y + 5.0, Stroke::new(1.0, tokens.text2));
            }
            Mark::Repair => {
                let stroke = Stroke::new(1.5, tokens.text1);
                painter.hline(x - 3.0..=x + 3.0, max.y - 6.0, stroke);
                painter.vline(x, max.y - 9.0..=max.y - 3.0, stroke);
            }
            Mark::Seek => {
                let line = [pos2(x, min.y), pos2(x, max.y)];
                painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, tokens.text2), 3.0, 3.0));
            }
            Mark::Line => {
                if last_line - x >= 3.0 {
                    painter.vline(x, min.y - 10.0..=max.y, Stroke::new(1.0, tokens.text1));
                    last_line = x;
                }
                let (words, _) = journal::said(entry, playback.snapshot.as_deref());
                let right = plot::tag_place(painter, pos2(x, min.y - 20.0), &words);
                let over = right.right() > max.x + 40.0;
                let left = if over { x - right.width() } else { x };
                let place = plot::tag_place(painter, pos2(left, min.y - 20.0), &words);
                if taken.iter().all(|other| !other.expand(4.0).intersects(place))
                    && place.left() > min.x - 30.0
                {
                    let ink = if entry.warning { tokens.warn } else { tokens.text1 };
                    taken.push(plot::tag(painter, pos2(left, min.y - 20.0), &words, tokens.surface3, ink));
                }
            }
        }
    }
}

/// What the marks mean.
fn key(ui: &mut Ui, width: f32) {
    let tokens = *Tokens::of(ui);
    let row = parts::line(ui, width, 22.0);
    let mut x = row.left() + LEFT;
    let y = row.center().y;
    let all = [
        t!("network-key-pattern"),
        t!("network-key-repaired"),
        t!("network-key-seek"),
        t!("network-key-stall"),
    ];
    for (number, words) in all.into_iter().enumerate() {
        let painter = ui.painter();
        match number {
            0 => {
                painter.vline(x + 5.0, y - 3.0..=y + 3.0, Stroke::new(1.0, tokens.text2));
            }
            1 => {
                painter.hline(x + 2.0..=x + 8.0, y, Stroke::new(1.5, tokens.text1));
                painter.vline(x + 5.0, y - 3.0..=y + 3.0, Stroke::new(1.5, tokens.text1));
            }
            2 => {
                let line = [pos2(x + 5.0, y - 6.0), pos2(x + 5.0, y + 6.0)];
                painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, tokens.text2), 3.0, 3.0));
            }
            _ => {
                let rect = Rect::from_center_size(pos2(x + 5.0, y), vec2(10.0, 12.0));
                painter.rect_filled(rect, 0, tokens.warn.gamma_multiply(0.35));
                painter.rect_filled(Rect::from_min_size(rect.min, vec2(10.0, 3.0)), 0, tokens.warn);
            }
        }
        let place = pos2(x + 16.0, y);
        x = text::label(ui, place, Align2::LEFT_CENTER, &words, Type::CAPTION, tokens.text3).right() + 18.0;
    }
}

fn ahead(ui: &mut Ui, axes: Axes, samples: &[&RateSample], playback: &Playback) {
    let tokens = *Tokens::of(ui);
    let painter = &ui.painter().clone();
    plot::grid(painter, &tokens, &axes, " s", true);
    let known = samples.iter().filter_map(|sample| Some((sample.at, sample.ahead_seconds?)));
    let high: Vec<Pos2> = known.map(|(at, ahead)| pos2(axes.x(at), axes.y(f64::from(ahead)))).collect();
    let low: Vec<Pos2> = high.iter().map(|point| pos2(point.x, axes.rect.bottom())).collect();
    let fill = (tokens.text1.gamma_multiply(0.25), tokens.text1.gamma_multiply(0.06));
    plot::band(painter, &low, &high, fill, Stroke::new(2.0, tokens.text1));
    if let Some(last) = high.last() {
        painter.circle_filled(*last, 4.0, tokens.text1);
    }
    let y = axes.y(PAUSES_BELOW);
    let line = [pos2(axes.rect.left(), y), pos2(axes.rect.right(), y)];
    painter.extend(Shape::dashed_line(&line, Stroke::new(1.5, tokens.warn), 4.0, 4.0));
    let place = pos2(axes.rect.right() - 8.0, y - 9.0);
    text::paint(painter, place, Align2::RIGHT_CENTER, &t!("network-pauses"), Type::CAPTION, tokens.warn);
    text::name(ui, axes.rect, &super::buffer_words(playback));
}

/// The values at the pointer.
fn hover(
    ui: &Ui,
    places: [Rect; 2],
    axes: Axes,
    samples: &[&RateSample],
    snapshot: &Snapshot,
    state: &State,
) {
    let tokens = *Tokens::of(ui);
    for (number, place) in places.into_iter().enumerate() {
        let response = ui.interact(place, ui.scope_id().with(("plot", number)), Sense::hover());
        let Some(at) = response.hover_pos() else { continue };
        let time = axes.time_at(at.x);
        let nearest = samples.iter().min_by(|a, b| (a.at - time).abs().total_cmp(&(b.at - time).abs()));
        let Some(sample) = nearest else { continue };
        let x = axes.x(sample.at);
        for place in places {
            ui.painter().vline(x, place.y_range(), Stroke::new(1.0, tokens.text1));
        }
        let lines = values(sample, axes.newest, snapshot, state);
        let _ = response.on_hover_ui_at_pointer(|ui| {
            ui.set_style(crate::theme::style(&tokens));
            for (number, line) in lines.iter().enumerate() {
                let (ty, ink) = match number {
                    0 => (Type::LABEL_STRONG, tokens.text1),
                    _ => (Type::FIGURES_SMALL, tokens.text2),
                };
                ui.label(egui::RichText::new(line).font(ty.font()).color(ink));
            }
        });
    }
}

/// What is told of a sample: when it was, all together, each source, the buffer.
fn values(sample: &RateSample, newest: f64, snapshot: &Snapshot, state: &State) -> Vec<String> {
    let total: f32 = sample.rates_bps.iter().sum();
    let ago = newest - sample.at;
    let rate = words::megabits(f64::from(total));
    let all = if ago < 0.5 {
        t!("network-now", rate = rate)
    } else {
        t!("network-then", time = words::span(ago), rate = rate)
    };
    let mut lines = vec![all];
    for (source, rate) in snapshot.sources.iter().zip(&sample.rates_bps) {
        let letter = state.person(source.index).letter();
        let rate = words::megabits(f64::from(*rate));
        lines.push(format!("{letter}  {}  {rate} Mbit/s", words::safe(&source.name)));
    }
    if let Some(ahead) = sample.ahead_seconds {
        lines.push(t!("network-lasts", time = words::span(f64::from(ahead))));
    }
    lines
}

fn happened(ui: &mut Ui, width: f32, playback: &Playback, state: &State) {
    let tokens = *Tokens::of(ui);
    let now = playback.snapshot.as_ref().map_or(0.0, |snapshot| snapshot.at);
    let told = playback.log.iter().rev().filter(|entry| entry.warning || entry.kind == LogKind::Source);
    let told: Vec<_> = told.take(TOLD).collect();
    if told.is_empty() {
        return;
    }
    parts::heading(ui, width, &t!("network-happened"), "");
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
        let (title, detail) = journal::said(entry, playback.snapshot.as_deref());
        let named = text::label_within(ui, place, Align2::LEFT_CENTER, &title, Type::LABEL_STRONG, ink, room);
        let place = pos2(named.right() + 10.0, row.center().y);
        let room = row.right() - place.x;
        text::label_within(ui, place, Align2::LEFT_CENTER, &detail, Type::NOTE, tokens.text2, room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture;

    #[test]
    fn the_pointer_is_told_every_value() {
        let state = fixture::playing();
        let snapshot = fixture::snapshot();
        let rates_bps = vec![8.9e6, 2.1e6];
        let sample = RateSample { at: 230.0, rates_bps, ahead_seconds: Some(74.0) };
        let lines = values(&sample, 252.0, &snapshot, &state);
        assert_eq!(lines[0], "22 s ago: 11.0 Mbit/s");
        assert_eq!(lines[2], "B  beta  2.1 Mbit/s");
        assert_eq!(lines[3], "1 min 14 s ahead of the picture");
    }

    #[test]
    fn only_what_matters_is_marked() {
        let mut entry = fixture::log().remove(0);
        assert_eq!(mark_of(&entry), Some(Mark::Line));
        entry.what = Happened::Restarted { from: 9 };
        assert_eq!(mark_of(&entry), Some(Mark::Seek));
        let why = String::new();
        entry.what = Happened::Left { why, owed_blocks: 0, was_there: false, for_good: false };
        assert_eq!(mark_of(&entry), None);
    }
}
