//! The library: directors and catalogs at the left, titles at the right.

mod continuing;
mod grid;
mod line;
pub(super) mod side_bar;

use egui::{Align2, Rect, Ui, pos2, vec2};

use super::Scene;
use super::message::Message;
use crate::state::Command;
use crate::state::library::{Library, Link, Listing};
use crate::state::words;
use crate::theme::{Tokens, Type, icon};
use crate::widget::button::{self, ButtonKind};
use crate::widget::field::Field;
use crate::widget::icon_button::IconButton;
use crate::widget::{meter, text};

/// Name of the search field for screen readers; also finds it again.
const SEARCH: &str = "Search titles";
/// Page margin in points.
const MARGIN: f32 = 32.0;

/// Shows the library in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    ui.painter().rect_filled(rect, 0, tokens.bg);
    let narrow = rect.width() < 1000.0;
    let side = Rect::from_min_size(rect.min, vec2(if narrow { 64.0 } else { 232.0 }, rect.height()));
    side_bar::show(ui, side, narrow, scene);
    let margin = if narrow { 20.0 } else { MARGIN };
    let main = Rect::from_min_max(
        pos2(side.right() + margin, rect.top()),
        pos2(rect.right() - margin, rect.bottom()),
    );
    let library = &scene.state.library;
    head(ui, main, library, scene);
    let mut top = main.top() + 76.0;
    if library.catalogs.is_empty() {
        nothing(ui, Rect::from_min_max(pos2(main.left(), top), main.max), scene);
        return;
    }
    top += 8.0;
    if let Link::Down(why) = &library.link {
        top = old_list(ui, Rect::from_min_size(pos2(main.left(), top), vec2(main.width(), 44.0)), why, scene);
    }
    grid::show(ui, Rect::from_min_max(pos2(main.left(), top), main.max), scene);
}

fn head(ui: &mut Ui, main: Rect, library: &Library, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let name = library.listing.catalog.as_deref().unwrap_or("All titles");
    let field = 432.0_f32.min(main.width() * 0.5);
    let open = pos2(main.right() - 20.0, main.top() + 44.0);
    let button = IconButton::new(icon::FOLDER_OPEN, "Open a file or an address").key("o").framed();
    if button.show(ui, open).clicked() {
        scene.push(Command::ToggleOpen);
    }
    let main = Rect::from_min_max(main.min, pos2(main.right() - 52.0, main.bottom()));
    let field = field - 52.0;
    let place = pos2(main.left(), main.top() + 45.0);
    let room = main.width() - field - 24.0;
    text::label_within(ui, place, Align2::LEFT_CENTER, &words::safe(name), Type::TITLE, tokens.text1, room);
    let place = Rect::from_min_size(pos2(main.right() - field, main.top() + 24.0), vec2(field, 40.0));
    let total = match &library.listing.catalog {
        Some(name) => library.catalogs.iter().find(|catalog| catalog.name == *name).map_or(0, |c| c.titles),
        None => library.title_count(),
    };
    let hint = format!("Search {}", words::count(total, "title", "titles"));
    let shape =
        Field { hint: &hint, name: SEARCH, icon: icon::MAGNIFYING_GLASS, key: "/", strong_edge: false };
    let mut search = library.listing.search.clone();
    let response = shape.show(ui, place, &mut search);
    if response.changed() {
        scene.push(Command::List(Listing { search, ..library.listing.clone() }));
    }
    if scene.state.focus_search {
        response.request_focus();
    }
}

fn old_list(ui: &mut Ui, rect: Rect, why: &str, scene: &mut Scene<'_>) -> f32 {
    let tokens = *Tokens::of(ui);
    ui.painter().rect_filled(rect, crate::theme::radius::ROW, tokens.surface1);
    let center = rect.left_center() + vec2(24.0, 0.0);
    text::icon(ui.painter(), center, icon::WARNING, Type::icon_fill(18.0), tokens.warn);
    let name = scene.state.library.director_shown();
    let words =
        format!("{name} does not answer, so this list may be old. It is asked again every few seconds.");
    let place = rect.left_center() + vec2(44.0, 0.0);
    let room = rect.width() - 150.0;
    let line = text::label_within(ui, place, Align2::LEFT_CENTER, &words, Type::NOTE, tokens.text2, room);
    let id = ui.scope_id().with("old list");
    let _ = ui.interact(line, id, egui::Sense::hover()).on_hover_text(why);
    if button::link(ui, rect.right_center() - vec2(20.0, 0.0), "Try now").clicked() {
        scene.push(Command::RetryDirector);
    }
    rect.bottom() + 16.0
}

fn nothing(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let library = &scene.state.library;
    let name = library.director_shown().to_owned();
    match &library.link {
        Link::Down(why) => {
            let explanation = format!("{why} It is asked again every few seconds.");
            let sentence = format!("{name} does not answer");
            let message = Message {
                icon: icon::WIFI_SLASH,
                color: tokens.warn,
                sentence: &sentence,
                explanation: &explanation,
                buttons: &["Try now", "Choose another"],
            };
            match message.show(ui, rect, ButtonKind::Plain) {
                Some(0) => scene.push(Command::RetryDirector),
                Some(_) => scene.push(Command::ChooseDirector),
                None => {}
            }
        }
        Link::Up => {
            let explanation = "Put films into a folder of a content server and start it with this director's address. They appear here by themselves.";
            let sentence = format!("{name} lists no titles yet");
            let message = Message {
                icon: icon::FILM_STRIP,
                color: tokens.text2,
                sentence: &sentence,
                explanation,
                buttons: &["Look again", "Choose another"],
            };
            match message.show(ui, rect, ButtonKind::Plain) {
                Some(0) => scene.push(Command::RetryDirector),
                Some(_) => scene.push(Command::ChooseDirector),
                None => {}
            }
        }
        Link::None | Link::Asking => {
            let center = rect.center() - vec2(0.0, 56.0);
            meter::spinner(ui.painter(), center, 18.0, tokens.text2);
            let words = format!("Asking {name} for its catalogs");
            let place = center + vec2(0.0, 48.0);
            text::label(ui, place, Align2::CENTER_CENTER, &words, Type::LIST, tokens.text2);
        }
    }
}
