//! Events: what happened, newest first, to be filtered and copied.

use egui::accesskit::Role;
use egui::{Align2, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use fetch_engine::snapshot::{LogEntry, LogKind};

use crate::i18n::t;
use crate::state::playback::Playback;
use crate::state::stats::EventFilter;
use crate::state::{Command, journal, words};
use crate::theme::{Tokens, Type, icon, radius};
use crate::view::Scene;
use crate::widget::button::{self, Button, ButtonKind};
use crate::widget::chip::{self, Presence};
use crate::widget::field::Field;
use crate::widget::text;

/// An event and its words.
type Told<'a> = (&'a LogEntry, (String, String));

/// Height of an entry in points.
const ROW: f32 = 56.0;

/// Shows the page in `rect`.
pub(super) fn show(ui: &mut Ui, rect: Rect, playback: &Playback, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let stats = &scene.state.stats;
    let copy_words = t!("events-copy");
    let snapshot = playback.snapshot.as_deref();
    let said = playback.log.iter().rev().map(|entry| (entry, journal::said(entry, snapshot)));
    let shown: Vec<Told> = said.filter(|(entry, words)| stats.shows(entry, words)).collect();
    let copy = Button::new(&copy_words, ButtonKind::Plain).icon(icon::COPY).enabled(!shown.is_empty());
    let width = copy.width(ui, 36.0);
    let place = Rect::from_min_size(pos2(rect.right() - width, rect.top() + 16.0), vec2(width, 36.0));
    let field = Rect::from_min_max(rect.min + vec2(0.0, 16.0), pos2(place.left() - 8.0, rect.top() + 52.0));
    let shape = Field {
        hint: &t!("events-hint"),
        name: &t!("events-filter"),
        icon: icon::MAGNIFYING_GLASS,
        key: "",
        strong_edge: false,
    };
    let mut search = stats.search.clone();
    if shape.show(ui, field, &mut search).changed() {
        scene.push(Command::SearchEvents(search));
    }
    if copy.show(ui, place).clicked() {
        scene.push(Command::Copy(as_text(&shown, playback.opened_date)));
    }
    let warnings = playback.log.iter().filter(|entry| entry.warning).count();
    let names: Vec<String> = EventFilter::ALL
        .into_iter()
        .map(|filter| match filter {
            EventFilter::Warnings if warnings > 0 => t!("events-warnings-count", count = warnings as u64),
            filter => filter.name(),
        })
        .collect();
    let on = EventFilter::ALL.iter().position(|filter| *filter == stats.filter).unwrap_or(0);
    if let Some(pressed) = button::pills(ui, rect.min + vec2(0.0, 62.0), &names, on) {
        scene.push(Command::FilterEvents(EventFilter::ALL[pressed]));
    }
    let foot = rect.bottom() - 44.0;
    let body =
        Rect::from_min_max(pos2(rect.left() - 8.0, rect.top() + 106.0), pos2(rect.right() + 8.0, foot));
    if shown.is_empty() {
        let words = if playback.log.is_empty() { t!("events-none") } else { t!("events-none-fits") };
        let place = pos2(rect.center().x, body.top() + 60.0);
        text::label(ui, place, Align2::CENTER_CENTER, &words, Type::LIST, tokens.text2);
    }
    let mut child = ui.new_child(UiBuilder::new().max_rect(body));
    child.set_clip_rect(body);
    child.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let area = ScrollArea::vertical().id_salt("events").auto_shrink(false);
    area.show_rows(&mut child, ROW, shown.len(), |ui, range| {
        for told in &shown[range] {
            row(ui, body.width(), told, playback.opened_date, scene);
        }
    });
    ui.painter().hline(rect.left() - 20.0..=rect.right() + 20.0, foot, Stroke::new(1.0, tokens.line));
    let words = t!("events-foot");
    text::label(ui, pos2(rect.left(), foot + 22.0), Align2::LEFT_CENTER, &words, Type::CAPTION, tokens.text3);
}

fn row(ui: &mut Ui, width: f32, (entry, (title, detail)): &Told<'_>, opened: Option<u64>, scene: &Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
    let time = words::clock_tenths(entry.at);
    let spoken = format!("{time} {title}, {detail}");
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &spoken));
    if entry.warning {
        ui.painter().rect_filled(rect.shrink2(vec2(0.0, 2.0)), radius::ROW, tokens.surface2);
    }
    let painter = ui.painter();
    let first = rect.top() + 19.0;
    let place = pos2(rect.left() + 60.0, first);
    text::paint(painter, place, Align2::RIGHT_CENTER, &time, Type::FIGURES_SMALL, tokens.text3);
    if let Some(date) = wall_time(entry, opened) {
        let place = pos2(rect.left() + 60.0, rect.top() + 39.0);
        text::paint(painter, place, Align2::RIGHT_CENTER, &date, Type::FIGURES_SMALL, tokens.text3);
    }
    let mark = pos2(rect.left() + 83.0, first);
    match entry.source {
        Some(source) => {
            let person = scene.state.person(source);
            chip::paint(painter, &tokens, mark, 18.0, person, Presence::Here);
        }
        None => {
            let glyph = match entry.kind {
                LogKind::Pattern => icon::GIT_FORK,
                LogKind::Repair => icon::FIRST_AID,
                LogKind::Source => icon::HARD_DRIVES,
                LogKind::Sequence => icon::LIST_BULLETS,
            };
            text::icon(painter, mark, glyph, Type::icon(17.0), tokens.text2);
        }
    }
    let left = rect.left() + 106.0;
    let ink = if entry.warning { tokens.warn } else { tokens.text1 };
    let room = rect.right() - left - 30.0;
    let ty = Type::LIST_STRONG;
    let named = text::paint_within(painter, pos2(left, first), Align2::LEFT_CENTER, title, ty, ink, room);
    if entry.warning {
        let place = pos2(named.right() + 13.0, first);
        text::icon(painter, place, icon::WARNING, Type::icon_fill(14.0), tokens.warn);
    }
    let place = pos2(left, rect.top() + 39.0);
    let room = rect.right() - left - 10.0;
    text::paint_within(painter, place, Align2::LEFT_CENTER, detail, Type::FIGURES_SMALL, tokens.text2, room);
}

/// The time of the day when it happened, in UTC.
fn wall_time(entry: &LogEntry, opened: Option<u64>) -> Option<String> {
    opened.map(|opened| words::utc(opened.saturating_add(entry.at.max(0.0) as u64)))
}

/// The events as lines of text, oldest first.
fn as_text(newest_first: &[Told<'_>], opened: Option<u64>) -> String {
    let line = |(entry, (title, detail)): &Told<'_>| {
        let mark = if entry.warning { "! " } else { "" };
        let date = wall_time(entry, opened).map_or_else(String::new, |time| format!("{time} UTC  "));
        format!("{date}{}  {mark}{title}: {detail}\n", words::clock_tenths(entry.at))
    };
    newest_first.iter().rev().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture;

    #[test]
    fn copied_events_are_lines_oldest_first() {
        let log = fixture::log();
        let snapshot = fixture::snapshot();
        let newest_first: Vec<Told<'_>> =
            log.iter().rev().map(|entry| (entry, journal::said(entry, Some(&snapshot)))).collect();
        let text = as_text(&newest_first, None);
        assert_eq!(text.lines().count(), log.len());
        assert!(text.starts_with("0:00.3  alpha joined"), "{text}");
        assert!(text.contains("! beta slowed: 5.6 to 2.1 Mbit/s\n"), "{text}");
        let text = as_text(&newest_first, Some(1_800_000_000));
        assert!(text.contains("08:03:50 UTC  3:50.1  ! beta slowed"), "{text}");
    }
}
