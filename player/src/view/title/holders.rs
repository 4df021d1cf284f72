//! Who holds a title, where, and how fast each was when it was last used.

use egui::accesskit::Role;
use egui::{Align2, Pos2, Rect, Sense, Ui, WidgetInfo, pos2, vec2};
use tributary_core::directory::Title;

use super::heading;
use crate::i18n::t;
use crate::state::{State, words};
use crate::theme::{Tokens, Type, radius};
use crate::widget::chip::{self, Presence};
use crate::widget::{meter, text};

/// Height of a row and what lies between two, in points.
const ROW: f32 = 52.0;
const GAP: f32 = 8.0;
/// Most rows; more are told as a number.
const ROWS: usize = 12;

/// Shows it from `corner` on; returns its lower edge.
pub(super) fn show(ui: &mut Ui, corner: Pos2, width: f32, title: &Title, state: &State) -> f32 {
    let mut holders: Vec<_> =
        title.servers.iter().map(|name| (state.people.find(name), name.as_str())).collect();
    holders.sort_unstable();
    let fastest = holders.iter().filter_map(|(_, name)| state.memory.speed(name));
    let (mut most, mut newest) = (0.0_f64, None);
    for speed in fastest {
        most = most.max(speed.rate_bps);
        newest = newest.max(Some(speed.at));
    }
    let note = newest
        .map_or_else(String::new, |at| t!("title-speeds", ago = words::ago(state.date.saturating_sub(at))));
    let head = match holders.len() {
        0 => t!("title-held-by-nobody"),
        count => t!("title-held-by", count = count),
    };
    let mut y = heading(ui, corner, width, &head, if width > 420.0 { &note } else { "" });
    for (_, name) in holders.iter().take(ROWS) {
        let rect = Rect::from_min_size(pos2(corner.x, y), vec2(width, ROW));
        row(ui, rect, name, most, state);
        y = rect.bottom() + GAP;
    }
    if holders.len() > ROWS {
        let words = t!("title-more-holders", count = holders.len() - ROWS);
        let ink = Tokens::of(ui).text3;
        text::label(ui, pos2(corner.x, y + 8.0), Align2::LEFT_CENTER, &words, Type::CAPTION, ink);
        y += 24.0;
    }
    y
}

fn row(ui: &mut Ui, rect: Rect, name: &str, most: f64, state: &State) {
    let tokens = *Tokens::of(ui);
    let here = state.library.servers.iter().find(|server| server.name == name);
    let speed = state.memory.speed(name);
    let person = state.people.find(name);
    let shown = words::safe(name);
    let rate = speed.map_or("–".to_owned(), |speed| words::megabits(speed.rate_bps));
    let rtt = speed.and_then(|speed| speed.rtt_ms).map_or("–".to_owned(), words::milliseconds);
    let response = ui.interact(rect, ui.scope_id().with(("holder", name)), Sense::hover());
    let spoken = match speed {
        Some(_) => t!("title-holder", name = shown.as_str(), rate = rate.as_str(), rtt = rtt.as_str()),
        None => t!("title-holder-new", name = shown.as_str()),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let painter = ui.painter();
    painter.rect_filled(rect, radius::ROW, tokens.surface1);
    let middle = rect.center().y;
    if let Some(person) = person {
        let presence = if here.is_some() { Presence::Here } else { Presence::Away };
        chip::paint(painter, &tokens, pos2(rect.left() + 27.0, middle), 26.0, person, presence);
    }
    let right = pos2(rect.right() - 14.0, middle);
    text::paint(painter, right, Align2::RIGHT_CENTER, &rtt, Type::FIGURES_SMALL, tokens.text2);
    let unit = pos2(right.x - 70.0, middle);
    let words = if speed.is_some() { "Mbit/s" } else { "" };
    let unit = text::paint(painter, unit, Align2::RIGHT_CENTER, words, Type::CAPTION, tokens.text3);
    let figures = Type::FIGURES_STRONG.at(15.0, 20.0);
    let place = pos2(unit.left() - 6.0, middle);
    let left = text::paint(painter, place, Align2::RIGHT_CENTER, &rate, figures, tokens.text1).left();
    let mut edge = unit.left() - 60.0;
    let wide = rect.width() > 560.0;
    if let (Some(speed), Some(person), true) = (speed, person, wide) {
        let bar = Rect::from_min_max(pos2(edge - 170.0, middle - 3.0), pos2(edge, middle + 3.0));
        let part = (speed.rate_bps / most.max(1.0)) as f32 * 0.92;
        meter::bar(painter, bar, part, tokens.source(person.slot()), tokens.surface3);
        edge = bar.left() - 16.0;
    } else {
        edge = edge.min(left - 12.0);
    }
    let text_left = rect.left() + 54.0;
    let room = edge - text_left;
    let place = pos2(text_left, middle - 9.0);
    text::paint_within(painter, place, Align2::LEFT_CENTER, &shown, Type::LIST_STRONG, tokens.text1, room);
    let address = here.map(|server| words::safe(&server.address));
    let address = address.or_else(|| speed.map(|speed| speed.address.clone())).unwrap_or_default();
    let route = speed.map(|speed| speed.route.as_str()).filter(|route| !route.is_empty());
    let under = match (here, route) {
        (None, _) => t!("away"),
        (_, Some("direct")) => t!("title-direct", address = address),
        (_, Some(route)) => t!("title-by-way", address = address, route = route),
        (_, None) => address,
    };
    let place = pos2(text_left, middle + 10.0);
    text::paint_within(painter, place, Align2::LEFT_CENTER, &under, Type::CAPTION, tokens.text3, room);
}
