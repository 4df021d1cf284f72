//! The library: directors and catalogs at the left, titles at the right.

mod continuing;
mod filters;
mod grid;
mod line;
pub(super) mod side_bar;

use egui::{Align2, Rect, Ui, pos2, vec2};

use super::Scene;
use super::message::Message;
use crate::i18n::t;
use crate::state::Command;
use crate::state::library::{Library, Link, Listing};
use crate::state::words;
use crate::theme::{Tokens, Type, icon};
use crate::widget::button::{self, ButtonKind};
use crate::widget::field::Field;
use crate::widget::icon_button::IconButton;
use crate::widget::{meter, text};

/// Shows the library in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let main = side_bar::beside(ui, rect, scene);
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
    let edge = rect.right() - 2.0;
    grid::show(ui, Rect::from_min_max(pos2(main.left(), top), main.max), edge, scene);
}

fn head(ui: &mut Ui, main: Rect, library: &Library, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let name = library.listing.catalog.as_deref().map_or_else(|| t!("all-titles"), words::safe);
    let field = 432.0_f32.min(main.width() * 0.5);
    let main = Rect::from_min_max(main.min, pos2(main.right() - 52.0, main.bottom()));
    let field = field - 52.0;
    let place = pos2(main.left(), main.top() + 45.0);
    let room = main.width() - field - 24.0;
    text::label_within(ui, place, Align2::LEFT_CENTER, &name, Type::TITLE, tokens.text1, room);
    let place = Rect::from_min_size(pos2(main.right() - field, main.top() + 24.0), vec2(field, 40.0));
    let total = match &library.listing.catalog {
        Some(name) => library.catalogs.iter().find(|catalog| catalog.name == *name).map_or(0, |c| c.titles),
        None => library.title_count(),
    };
    let hint = t!("library-search-hint", count = total);
    let name = t!("library-search");
    let shape =
        Field { hint: &hint, name: &name, icon: icon::MAGNIFYING_GLASS, key: "/", strong_edge: false };
    let mut search = library.listing.search.clone();
    let response = shape.show(ui, place, &mut search);
    if response.changed() {
        scene.push(Command::List(Listing { search, ..library.listing.clone() }));
    }
    if scene.state.focus_search {
        response.request_focus();
    }
    let open = pos2(main.right() + 32.0, main.top() + 44.0);
    let opens = t!("library-open");
    let button = IconButton::new(icon::FOLDER_OPEN, &opens).key("o").size(19.0).framed().quiet();
    if button.show(ui, open).clicked() {
        scene.push(Command::ToggleOpen);
    }
}

/// Tells that the list may be old; returns where what follows begins.
fn old_list(ui: &mut Ui, rect: Rect, why: &str, scene: &mut Scene<'_>) -> f32 {
    let tokens = *Tokens::of(ui);
    let again = t!("try-now");
    let link = text::width(ui.painter(), &again, Type::LABEL_STRONG);
    let words = t!("library-old", name = scene.state.library.director_shown());
    let job = Type::NOTE.wrapped(&words, tokens.text2, rect.width() - 44.0 - 40.0 - link);
    let height = ui.painter().layout_job(job.clone()).size().y;
    let rect = Rect::from_min_size(rect.min, vec2(rect.width(), rect.height().max(height + 22.0)));
    ui.painter().rect_filled(rect, crate::theme::radius::ROW, tokens.surface1);
    let center = rect.left_center() + vec2(24.0, 0.0);
    text::icon(ui.painter(), center, icon::WARNING, Type::icon_fill(18.0), tokens.warn);
    let line = text::rich(ui, rect.left_center() + vec2(44.0, -height / 2.0), job);
    let id = ui.scope_id().with("old list");
    let _ = ui.interact(line, id, egui::Sense::hover()).on_hover_text(why);
    if button::link(ui, rect.right_center() - vec2(20.0, 0.0), &again).clicked() {
        scene.push(Command::RetryDirector);
    }
    rect.bottom() + 16.0
}

fn nothing(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let library = &scene.state.library;
    let name = library.director_shown();
    match &library.link {
        Link::Down(why) => {
            let explanation = t!("library-silent-why", why = why.as_str());
            let sentence = t!("library-silent", name = name);
            let message = Message {
                icon: icon::WIFI_SLASH,
                color: tokens.warn,
                sentence: &sentence,
                explanation: &explanation,
                buttons: &[&t!("try-now"), &t!("choose-another")],
            };
            match message.show(ui, rect, ButtonKind::Plain) {
                Some(0) => scene.push(Command::RetryDirector),
                Some(_) => scene.push(Command::ChooseDirector),
                None => {}
            }
        }
        Link::Up => {
            let explanation = t!("library-empty-what");
            let sentence = t!("library-empty", name = name);
            let message = Message {
                icon: icon::FILM_STRIP,
                color: tokens.text2,
                sentence: &sentence,
                explanation: &explanation,
                buttons: &[&t!("library-look-again"), &t!("choose-another")],
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
            let words = t!("library-asking", name = name);
            let place = center + vec2(0.0, 48.0);
            text::label(ui, place, Align2::CENTER_CENTER, &words, Type::LIST, tokens.text2);
        }
    }
}
