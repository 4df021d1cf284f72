//! The row over the titles: what they are narrowed by at the left, their order and form at the right.

use egui::{Pos2, Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};

use crate::i18n::t;
use crate::state::Command;
use crate::state::filter::{Filter, Length};
use crate::state::library::{Listing, TitleOrder};
use crate::state::settings::Settings;
use crate::state::words;
use crate::theme::{Type, icon};
use crate::view::Scene;
use crate::widget::choice::{self, Choice, Look};
use crate::widget::icon_button::IconButton;
use crate::widget::{button, text};

/// Height of the row, in points.
pub(super) const HEIGHT: f32 = 40.0;
/// Height of a pill, in points.
const PILL: f32 = 32.0;
/// Between two pills, in points.
const GAP: f32 = 8.0;

/// Shows it from `place` on, `width` points wide.
pub(super) fn show(ui: &mut Ui, place: Pos2, width: f32, scene: &mut Scene<'_>) {
    let edge = order(ui, place, width, scene);
    // A narrow window has the pills in a row that can be moved.
    let row = Rect::from_min_max(place - vec2(4.0, 4.0), pos2(edge - 8.0, place.y + PILL + 6.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(row).id_salt("filters"));
    ScrollArea::horizontal().id_salt("filters").auto_shrink(false).show(&mut child, |ui| {
        let corner = ui.max_rect().min + vec2(4.0, 4.0);
        let right = pills(ui, corner, scene);
        ui.allocate_space(vec2(right - corner.x + 8.0, PILL + 4.0));
    });
}

/// Shows the order and the form at the right; returns their left edge.
fn order(ui: &mut Ui, place: Pos2, width: f32, scene: &mut Scene<'_>) -> f32 {
    let settings = &scene.state.settings;
    let (glyph, name) = if settings.list_view {
        (icon::SQUARES_FOUR, t!("library-as-posters"))
    } else {
        (icon::LIST_BULLETS, t!("library-as-list"))
    };
    // The drawing of the icon ends where the posters end; the room to press it in reaches further.
    let center = pos2(place.x + width - 11.0, place.y + 16.0);
    if IconButton::new(glyph, &name).size(18.0).quiet().show(ui, center).clicked() {
        let other = Settings { list_view: !settings.list_view, ..settings.clone() };
        scene.push(Command::ChangeSettings(Box::new(other)));
    }
    let listing = &scene.state.library.listing;
    let words = listing.order.name();
    let wide = choice::width(ui, &words);
    let rect = Rect::from_min_size(pos2(center.x - 16.0 - wide, place.y), vec2(wide, PILL));
    let choices = || {
        let one = |order: TitleOrder| Choice {
            name: order.name(),
            detail: String::new(),
            on: order == listing.order,
        };
        TitleOrder::ALL.map(one).to_vec()
    };
    if let Some(made) = choice::show(ui, rect, &t!("library-order"), &words, Look::Quiet, choices) {
        scene.push(Command::reorder(listing, TitleOrder::ALL[made]));
    }
    rect.left()
}

/// Shows what narrows the list; returns the right edge.
fn pills(ui: &mut Ui, corner: Pos2, scene: &mut Scene<'_>) -> f32 {
    let library = &scene.state.library;
    let filter = &library.listing.filter;
    let mut new = filter.clone();
    let mut x = corner.x;
    let mut place = |width: f32| {
        let rect = Rect::from_min_size(pos2(x, corner.y), vec2(width, PILL));
        x = rect.right() + GAP;
        rect
    };
    let pill = |ui: &mut Ui, rect: Rect, words: &str, on| button::pill(ui, rect, words, on).clicked();
    let fit = |ui: &Ui, words: &str| (text::width(ui.painter(), words, Type::LABEL) + 28.0).ceil();
    let words = t!("filter-all");
    if pill(ui, place(fit(ui, &words)), &words, filter.is_open()) {
        new = Filter::default();
    }
    let words = t!("filter-unwatched");
    new.unwatched ^= pill(ui, place(fit(ui, &words)), &words, filter.unwatched);
    let words = if filter.length == Length::Any { t!("filter-length") } else { filter.length.name() };
    let lengths = || {
        let one = |length: Length| Choice {
            name: length.name(),
            detail: String::new(),
            on: length == filter.length,
        };
        Length::ALL.map(one).to_vec()
    };
    let rect = place(choice::width(ui, &words));
    let on = filter.length != Length::Any;
    if let Some(made) = choice::show(ui, rect, &t!("filter-length"), &words, Look::on(on), lengths) {
        new.length = Length::ALL[made];
    }
    if !library.tags.is_empty() || filter.tag.is_some() {
        let words = filter.tag.as_deref().map_or_else(|| t!("filter-tag"), words::safe);
        let rect = place(choice::width(ui, &words).min(220.0));
        let tags = || {
            let any = Choice { name: t!("filter-any-tag"), detail: String::new(), on: filter.tag.is_none() };
            let one = |entry: &tributary_core::directory::TagEntry| Choice {
                name: words::safe(&entry.tag),
                detail: words::group(entry.titles),
                on: filter.tag.as_ref() == Some(&entry.tag),
            };
            std::iter::once(any).chain(library.tags.iter().map(one)).collect()
        };
        let look = Look::on(filter.tag.is_some());
        if let Some(made) = choice::show(ui, rect, &t!("filter-tag"), &words, look, tags) {
            new.tag =
                made.checked_sub(1).and_then(|made| library.tags.get(made)).map(|entry| entry.tag.clone());
        }
    }
    let words = t!("filter-fine");
    new.fine ^= pill(ui, place(fit(ui, &words)), &words, filter.fine);
    let words = t!("subtitles");
    new.subtitles ^= pill(ui, place(fit(ui, &words)), &words, filter.subtitles);
    if new != *filter {
        scene.push(Command::List(Listing { filter: new, ..library.listing.clone() }));
    }
    x
}
