//! What was begun and not ended: a row of wide cards, newest first.

use egui::accesskit::Role;
use egui::{Align2, Color32, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo};
use egui::{pos2, vec2};

use crate::i18n::t;
use crate::state::memory::Viewing;
use crate::state::{Command, State, words};
use crate::theme::{Tokens, Type, icon, motion, over_film, radius};
use crate::view::{Poster, Scene, still};
use crate::widget::icon_button::IconButton;
use crate::widget::{focus, poster, text};

/// Most cards of the row.
const CARDS: usize = 12;
/// Between two cards, in points.
const GAP: f32 = 20.0;
/// Least width of a card in points.
const LEAST_WIDTH: f32 = 270.0;
/// Height of a card by its width.
const SHAPE: f32 = 0.46;
/// Points above and below the pictures: the heading, and the names.
const AROUND: f32 = 86.0;

/// What belongs into the row beside the list on show.
fn begun(state: &State) -> Vec<&Viewing> {
    let listing = &state.library.listing;
    if !listing.search.is_empty() || !listing.filter.is_open() {
        return Vec::new();
    }
    let fits = |viewing: &&Viewing| match (&viewing.director, &listing.catalog) {
        (Some(director), catalog) => {
            let here = state.library.director.as_ref() == Some(director);
            let listed = viewing.title.as_ref().map(|title| &title.catalog);
            here && catalog.as_ref().is_none_or(|catalog| listed == Some(catalog))
        }
        (None, catalog) => catalog.is_none(),
    };
    state.memory.begun().filter(fits).take(CARDS).collect()
}

fn card_size(width: f32) -> egui::Vec2 {
    let columns = ((width + GAP) / (LEAST_WIDTH + GAP)).floor().max(1.0);
    let width = ((width - GAP * (columns - 1.0)) / columns).floor();
    vec2(width, (width * SHAPE).round())
}

/// Height of the whole row in points; 0 where there is nothing to go on with.
pub(super) fn height(width: f32, state: &State) -> f32 {
    if begun(state).is_empty() { 0.0 } else { card_size(width).y + AROUND }
}

/// Shows it at `rect`.
pub(super) fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let state = scene.state;
    let viewings = begun(state);
    if viewings.is_empty() {
        return;
    }
    let head = pos2(rect.left(), rect.top() + 14.0);
    text::label(ui, head, Align2::LEFT_CENTER, &t!("library-continue"), Type::HEADING, tokens.text1);
    let size = card_size(rect.width());
    let row = Rect::from_min_max(
        pos2(rect.left() - 6.0, rect.top() + 28.0),
        pos2(rect.right() + 6.0, rect.bottom()),
    );
    let mut child = ui.new_child(UiBuilder::new().max_rect(row).id_salt("continue"));
    ScrollArea::horizontal().id_salt("continue").auto_shrink(false).show(&mut child, |ui| {
        let corner = ui.max_rect().min + vec2(6.0, 6.0);
        for (number, viewing) in viewings.iter().enumerate() {
            let place = Rect::from_min_size(corner + vec2(number as f32 * (size.x + GAP), 0.0), size);
            card(ui, place, viewing, scene);
        }
        let whole = viewings.len() as f32 * (size.x + GAP) - GAP + 12.0;
        ui.allocate_space(vec2(whole, size.y + 40.0));
    });
}

fn card(ui: &mut Ui, rect: Rect, viewing: &Viewing, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let id = ui.scope_id().with(("continue", &viewing.what));
    let response = ui.interact(rect, id, Sense::click());
    let left = viewing.left_seconds().map(words::left).unwrap_or_default();
    let spoken = t!("library-continue-title", name = viewing.name.as_str(), left = left.as_str());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let over = ui.rect_contains_pointer(rect);
    let hover = motion::glide(ui.ctx(), id, over || response.has_focus(), motion::HOVER);
    let still = viewing.title.as_ref().map_or(Poster::None, |title| still(title.stream, scene));
    let picture = match (still, &viewing.title) {
        (Poster::None, Some(title)) if title.poster => scene.pictures.poster(title.stream),
        (still, _) => still,
    };
    if let (Poster::Unknown, Some(title)) = (picture, &viewing.title) {
        scene.push(Command::WantPoster(title.stream));
    }
    let painter = ui.painter();
    match picture {
        Poster::Here(texture, aspect) => poster::paint_cover(painter, rect, radius::LARGE, texture, aspect),
        _ => {
            painter.rect_filled(rect, radius::LARGE, tokens.surface2);
            let place = rect.center() - vec2(0.0, 8.0);
            text::icon(painter, place, icon::FILM_STRIP, Type::icon(30.0), tokens.text3);
        }
    }
    painter.rect_stroke(rect, radius::LARGE, Stroke::new(1.0, tokens.line), StrokeKind::Inside);
    let line =
        Rect::from_min_max(rect.left_bottom() + vec2(12.0, -16.0), rect.right_bottom() - vec2(12.0, 12.0));
    let on_picture = matches!(picture, Poster::Here(..));
    poster::progress(painter, &tokens, rect, line, viewing.part(), radius::LARGE, on_picture);
    if hover > 0.0 {
        painter.circle_filled(rect.center(), 26.0, Color32::WHITE.gamma_multiply(hover));
        let ink = Tokens::DARK.on_primary.gamma_multiply(hover);
        text::icon(painter, rect.center(), icon::PLAY, Type::icon_fill(22.0), ink);
    }
    let y = rect.bottom() + 21.0;
    let right = pos2(rect.right(), y);
    let edge = text::paint(painter, right, Align2::RIGHT_CENTER, &left, Type::CAPTION, tokens.text3).left();
    let place = pos2(rect.left(), y);
    let room = edge - place.x - 10.0;
    text::paint_within(
        painter,
        place,
        Align2::LEFT_CENTER,
        &viewing.name,
        Type::LIST_STRONG,
        tokens.text1,
        room,
    );
    focus::ring(ui, &response, rect, radius::LARGE);
    if response.gained_focus() {
        ui.scroll_to_rect(rect.expand(GAP), None);
    }
    let mut gone = false;
    if over || response.has_focus() {
        ui.push_id(&viewing.what, |ui| {
            ui.set_style(crate::theme::style(&Tokens::DARK));
            let center = rect.right_top() + vec2(-22.0, 22.0);
            ui.painter().circle_filled(center, 16.0, over_film::PLATE);
            gone = IconButton::new(icon::X, &t!("library-take-off"))
                .over_film()
                .size(15.0)
                .side(32.0)
                .show(ui, center)
                .clicked();
        });
    }
    if gone {
        scene.push(Command::DropPlace(viewing.what.clone()));
    } else if response.clicked() {
        scene.push(Command::Continue(viewing.what.clone()));
    }
}
