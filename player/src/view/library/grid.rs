//! The grid of posters: only the rows in sight exist, and only their posters are asked for.

use egui::{Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};
use tributary_core::directory::Title;

use super::{continuing, filters, line};
use crate::i18n::t;
use crate::state::filter::Filter;
use crate::state::library::Listing;
use crate::state::{Command, State, words};
use crate::theme::{Tokens, icon};
use crate::view::message::Message;
use crate::view::{Poster, Scene};
use crate::widget::button::ButtonKind;
use crate::widget::poster::{self, Asked, CARD_FOOT, Mark};
use crate::widget::{focus, scrim};

/// Least width of a poster in points.
const LEAST_WIDTH: f32 = 140.0;
/// Between two posters, in points.
const GAP: f32 = 20.0;
/// Room around the posters for a focus ring and for growing under the pointer, in points.
const ROOM: f32 = 8.0;
/// Places drawn while the first answer is awaited.
const SKELETONS: u64 = 18;

/// Shows it in `rect`; what scrolls it stands at `edge`.
pub(super) fn show(ui: &mut Ui, rect: Rect, edge: f32, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let titles = &scene.state.library.titles;
    if titles.problem.is_some() || titles.total == Some(0) {
        filters::show(ui, rect.min, rect.width(), scene);
        let rest = Rect::from_min_max(pos2(rect.left(), rect.top() + filters::HEIGHT), rect.max);
        return match &titles.problem {
            Some(problem) => refused(ui, rest, problem, scene),
            None => empty(ui, rest, scene),
        };
    }
    let total = titles.total.unwrap_or(SKELETONS);
    let as_list = scene.state.settings.list_view;
    let columns = (((rect.width() + GAP) / (LEAST_WIDTH + GAP)).floor() as u64).max(1);
    let columns = if as_list { 1 } else { columns };
    let width = ((rect.width() - GAP * (columns - 1) as f32) / columns as f32).floor();
    let pitch = if as_list { line::PITCH } else { (width * 1.5).round() + CARD_FOOT };
    let rows = total.div_ceil(columns);
    let shown = scene.state.library.shown_number;
    let whole = Rect::from_min_max(rect.min - vec2(ROOM, 0.0), pos2(edge, rect.bottom()));
    let mut child = ui.new_child(UiBuilder::new().max_rect(whole));
    let area = ScrollArea::vertical().id_salt(("titles", shown)).auto_shrink(false);
    area.show_viewport(&mut child, |ui, seen| {
        let begun = continuing::height(rect.width(), scene.state);
        let above = begun + filters::HEIGHT;
        ui.set_height(above + rows as f32 * pitch + 32.0);
        let corner = ui.max_rect().min + vec2(ROOM, 0.0);
        if seen.top() < begun {
            let row = Rect::from_min_size(corner, vec2(rect.width(), begun));
            continuing::show(ui, row, scene);
        }
        filters::show(ui, corner + vec2(0.0, begun), rect.width(), scene);
        let origin = corner + vec2(0.0, above + ROOM);
        let seen = seen.translate(vec2(0.0, -above));
        let first = (seen.top() / pitch).floor().max(0.0) as u64;
        let last = (seen.bottom() / pitch).ceil().max(0.0) as u64;
        for row in first..last.min(rows) {
            for column in 0..columns {
                let place = row * columns + column;
                if place >= total {
                    break;
                }
                let corner = origin + vec2(column as f32 * (width + GAP), row as f32 * pitch);
                let height = if as_list { line::PITCH - 4.0 } else { (width * 1.5).round() };
                card(ui, Rect::from_min_size(corner, vec2(width, height)), place, as_list, scene);
            }
        }
    });
    focus::forget_page(ui);
    let fade = Rect::from_min_max(pos2(rect.left() - ROOM, rect.bottom() - 48.0), rect.max + vec2(ROOM, 0.0));
    scrim::paint(ui.painter(), fade, tokens.bg, false);
}

fn card(ui: &mut Ui, rect: Rect, place: u64, as_list: bool, scene: &mut Scene<'_>) {
    let state = scene.state;
    if state.library.titles.needs(place) {
        scene.push(Command::WantTitles(place));
    }
    let Some(title) = state.library.titles.get(place) else {
        if !as_list {
            poster::skeleton(ui, rect);
        }
        return;
    };
    let picture = if title.poster { scene.pictures.poster(title.stream) } else { Poster::None };
    if picture == Poster::Unknown {
        scene.push(Command::WantPoster(title.stream));
    }
    let mut holders: Vec<_> = title.servers.iter().filter_map(|name| state.people.find(name)).collect();
    holders.sort_unstable();
    let mark = mark(state, title);
    let asked = if as_list {
        Asked { response: line::show(ui, rect, title, picture, &holders, mark), play: false }
    } else {
        poster::show(ui, rect, title, picture, &holders, mark)
    };
    focus::back_to(ui, title.stream, &asked.response);
    if asked.response.gained_focus() {
        ui.scroll_to_rect(rect.expand(24.0), None);
    }
    if asked.play {
        scene.push(Command::Play(Box::new(title.clone())));
    } else if asked.response.clicked() {
        scene.push(Command::OpenTitle(Box::new(title.clone())));
    }
}

/// How far a title was watched.
fn mark(state: &State, title: &Title) -> Mark {
    match state.memory.of_stream(title.stream) {
        Some(viewing) if viewing.place_ms > 0 => Mark::Begun(viewing.part()),
        Some(viewing) if viewing.watched => Mark::Watched,
        _ => Mark::None,
    }
}

fn refused(ui: &mut Ui, rect: Rect, problem: &str, scene: &mut Scene<'_>) {
    let message = Message {
        icon: icon::WARNING,
        color: Tokens::of(ui).warn,
        sentence: &t!("library-refused"),
        explanation: problem,
        buttons: &[&t!("try-again")],
    };
    if message.show(ui, rect, ButtonKind::Plain).is_some() {
        scene.push(Command::List(scene.state.library.listing.clone()));
    }
}

fn empty(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let listing = &scene.state.library.listing;
    let searched = !listing.search.is_empty();
    let narrowed = !listing.filter.is_open();
    let (sentence, explanation, button) = match (searched, narrowed) {
        (_, true) => (t!("library-no-fit"), t!("library-no-fit-what"), t!("library-clear-filter")),
        (true, false) => {
            let search = words::safe(listing.search.trim());
            let sentence = t!("library-no-hit", search = search);
            (sentence, t!("library-no-hit-what"), t!("library-clear-search"))
        }
        (false, false) => (t!("library-catalog-empty"), t!("library-catalog-empty-what"), String::new()),
    };
    let message = Message {
        icon: if searched || narrowed { icon::MAGNIFYING_GLASS } else { icon::FILM_STRIP },
        color: Tokens::of(ui).text2,
        sentence: &sentence,
        explanation: &explanation,
        buttons: if button.is_empty() { &[] } else { &[&button] },
    };
    if message.show(ui, rect, ButtonKind::Plain).is_some() {
        let search = if narrowed { listing.search.clone() } else { String::new() };
        scene.push(Command::List(Listing { search, filter: Filter::default(), ..listing.clone() }));
    }
}
