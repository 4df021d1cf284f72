//! The side bar: the director in use, its catalogs with counts, its servers with their chips.

use egui::accesskit::Role;
use egui::{Align2, Rect, Response, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::i18n::t;
use crate::state::library::Listing;
use crate::state::{Command, View, words};
use crate::theme::{Tokens, Type, icon, motion, radius};
use crate::view::Scene;
use crate::widget::chip::{self, Presence};
use crate::widget::icon_button::{IconButton, tooltip};
use crate::widget::{focus, logo, text};

/// A window narrower than this has the rail, in points.
const NARROW: f32 = 1000.0;

/// Shows it at the left of `rect`, as a rail without words where that is narrow; returns what is left of
/// `rect` for the page, its margins taken off at both sides.
pub(in crate::view) fn beside(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) -> Rect {
    let narrow = rect.width() < NARROW;
    ui.painter().rect_filled(rect, 0, Tokens::of(ui).bg);
    let side = Rect::from_min_size(rect.min, vec2(if narrow { 64.0 } else { 232.0 }, rect.height()));
    show(ui, side, narrow, scene);
    let margin = if narrow { 20.0 } else { 32.0 };
    Rect::from_min_max(pos2(side.right() + margin, rect.top()), pos2(rect.right() - margin, rect.bottom()))
}

/// Shows it at `rect`; `rail` leaves the words out.
fn show(ui: &mut Ui, rect: Rect, rail: bool, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    ui.painter().rect_filled(rect, 0, tokens.surface1);
    ui.painter().vline(rect.right() - 0.5, rect.y_range(), Stroke::new(1.0, tokens.line));
    logo::paint(ui.painter(), &tokens, rect.min + vec2(if rail { 32.0 } else { 34.0 }, 36.0), 26.0);
    if !rail {
        let ty = Type::HEADING.at(17.0, 24.0);
        text::label(ui, rect.min + vec2(56.0, 37.0), Align2::LEFT_CENTER, "Tributary", ty, tokens.text1);
    }
    director(
        ui,
        Rect::from_min_size(rect.min + vec2(12.0, 72.0), vec2(rect.width() - 24.0, 56.0)),
        rail,
        scene,
    );
    let foot = rect.bottom() - if rail { 104.0 } else { 68.0 };
    let middle = Rect::from_min_max(pos2(rect.left(), rect.top() + 136.0), pos2(rect.right() - 1.0, foot));
    let mut child = ui.new_child(UiBuilder::new().max_rect(middle));
    ScrollArea::vertical().id_salt("side bar").auto_shrink(false).show(&mut child, |ui| {
        catalogs(ui, middle.width(), rail, scene);
        servers(ui, middle.width(), rail, scene);
    });
    ui.painter().hline(rect.x_range(), foot, Stroke::new(1.0, tokens.line));
    let on = matches!(scene.state.view, View::Settings | View::ServerTest);
    if rail {
        let center = pos2(rect.center().x, rect.bottom() - 76.0);
        let settings = t!("settings");
        let button = IconButton::new(icon::GEAR_SIX, &settings).size(20.0).on(on).quiet();
        if button.show(ui, center).clicked() {
            scene.push(Command::ShowSettings(scene.state.settings_page));
        }
    } else {
        let place = Rect::from_min_size(pos2(rect.left() + 12.0, rect.bottom() - 54.0), vec2(168.0, 36.0));
        if settings(ui, place, on).clicked() {
            scene.push(Command::ShowSettings(scene.state.settings_page));
        }
    }
    let center = pos2(if rail { rect.center().x } else { rect.right() - 30.0 }, rect.bottom() - 36.0);
    if IconButton::new(icon::QUESTION, &t!("keys")).key("?").size(18.0).quiet().show(ui, center).clicked() {
        scene.push(Command::ToggleKeys);
    }
}

fn settings(ui: &mut Ui, rect: Rect, on: bool) -> Response {
    let tokens = *Tokens::of(ui);
    let response = ui.interact(rect, ui.scope_id().with("settings"), Sense::click());
    let words = t!("settings");
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &words));
    let hover = motion::glide(ui.ctx(), response.id, response.hovered(), motion::HOVER);
    let fill = if on { tokens.surface3 } else { tokens.surface1.lerp_to_gamma(tokens.surface2, hover) };
    ui.painter().rect_filled(rect, radius::SMALL, fill);
    let ink = if on { tokens.text1 } else { tokens.text2 };
    let place = pos2(rect.left() + 22.0, rect.center().y);
    text::icon(ui.painter(), place, icon::GEAR_SIX, Type::icon(18.0), ink);
    let place = pos2(rect.left() + 44.0, rect.center().y);
    text::paint(ui.painter(), place, Align2::LEFT_CENTER, &words, Type::LIST, ink);
    focus::ring(ui, &response, rect, radius::SMALL);
    response
}

fn director(ui: &mut Ui, rect: Rect, rail: bool, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let library = &scene.state.library;
    let name = words::safe(&library.director_shown());
    let address = library.director.clone().unwrap_or_default();
    let response = ui.interact(rect, ui.scope_id().with("director"), Sense::click());
    let spoken = t!("library-director", name = name.as_str());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let hover = motion::glide(ui.ctx(), response.id, response.hovered(), motion::HOVER);
    ui.painter().rect_filled(rect, radius::ROW, tokens.surface2.lerp_to_gamma(tokens.surface3, hover));
    let middle = rect.center().y;
    let x = if rail { rect.center().x } else { rect.left() + 22.0 };
    text::icon(ui.painter(), pos2(x, middle), icon::HARD_DRIVES, Type::icon(20.0), tokens.text2);
    if !rail {
        let room = rect.width() - 44.0 - 36.0;
        let left = rect.left() + 44.0;
        let painter = ui.painter();
        let ty = Type::LIST_STRONG;
        text::paint_within(
            painter,
            pos2(left, middle - 8.0),
            Align2::LEFT_CENTER,
            &name,
            ty,
            tokens.text1,
            room,
        );
        let place = pos2(left, middle + 11.0);
        text::paint_within(painter, place, Align2::LEFT_CENTER, &address, Type::CAPTION, tokens.text3, room);
        let caret = pos2(rect.right() - 18.0, middle);
        text::icon(painter, caret, icon::CARET_UP_DOWN, Type::icon(17.0), tokens.text2);
    }
    focus::ring(ui, &response, rect, radius::ROW);
    if rail {
        tooltip(&response, &name, "");
    }
    if response.clicked() {
        scene.push(Command::ChooseDirector);
    }
}

/// Points from one row of the side bar to the next.
const PITCH: f32 = 38.0;

fn catalogs(ui: &mut Ui, width: f32, rail: bool, scene: &mut Scene<'_>) {
    let library = &scene.state.library;
    section(ui, width, &t!("library-catalogs"), rail);
    let all = (None, library.title_count());
    let rows = library.catalogs.iter().map(|catalog| (Some(catalog.name.clone()), catalog.titles));
    let mut chosen = None;
    for (name, count) in std::iter::once(all).chain(rows) {
        let on = library.listing.catalog == name;
        let on = on && scene.state.view == View::Library;
        if row(ui, width, name.as_deref(), count, on, rail).clicked() {
            chosen = Some(name);
        }
    }
    if let Some(catalog) = chosen {
        if scene.state.view != View::Library {
            scene.commands.push(Command::ShowLibrary);
        }
        scene.push(Command::List(Listing { catalog, order: library.listing.order, ..Listing::default() }));
    }
}

fn section(ui: &mut Ui, width: f32, words: &str, rail: bool) {
    let tokens = *Tokens::of(ui);
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let (rect, _) = ui.allocate_exact_size(vec2(width, if rail { 16.0 } else { 40.0 }), Sense::hover());
    if !rail {
        let place = pos2(rect.left() + 24.0, rect.top() + 29.0);
        text::label(ui, place, Align2::LEFT_CENTER, words, Type::CAPTION_STRONG, tokens.text3);
    }
}

fn row(ui: &mut Ui, width: f32, name: Option<&str>, count: u64, on: bool, rail: bool) -> Response {
    let tokens = *Tokens::of(ui);
    let (place, _) = ui.allocate_exact_size(vec2(width, PITCH), Sense::hover());
    let rect = Rect::from_min_size(place.min + vec2(12.0, 1.0), vec2(width - 23.0, 36.0));
    let shown = name.map_or_else(|| t!("all-titles"), words::safe);
    let response = ui.interact(rect, ui.scope_id().with(("catalog", name)), Sense::click());
    let spoken = t!("library-catalog", name = shown.as_str(), count = count);
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, on, &spoken));
    let hover = motion::glide(ui.ctx(), response.id, response.hovered(), motion::HOVER);
    let fill = if on { tokens.surface3 } else { tokens.surface1.lerp_to_gamma(tokens.surface2, hover) };
    ui.painter().rect_filled(rect, radius::SMALL, fill);
    let ink = if on { tokens.text1 } else { tokens.text2 };
    let glyph = if on { Type::icon_fill(18.0) } else { Type::icon(18.0) };
    let x = if rail { rect.center().x } else { rect.left() + 22.0 };
    text::icon(ui.painter(), pos2(x, rect.center().y), glyph_of(name), glyph, ink);
    if !rail {
        let ty = if on { Type::LIST_STRONG } else { Type::LIST };
        let count = words::group(count);
        let right = pos2(rect.right() - 14.0, rect.center().y);
        let ink3 = if on { tokens.text2 } else { tokens.text3 };
        let painter = ui.painter();
        let left =
            text::paint(painter, right, Align2::RIGHT_CENTER, &count, Type::FIGURES_SMALL, ink3).left();
        let place = pos2(rect.left() + 44.0, rect.center().y);
        text::paint_within(painter, place, Align2::LEFT_CENTER, &shown, ty, ink, left - place.x - 8.0);
    }
    focus::ring(ui, &response, rect, radius::SMALL);
    if rail {
        tooltip(&response, &shown, "");
    }
    if response.gained_focus() {
        ui.scroll_to_rect(rect, None);
    }
    response
}

/// An icon for a catalog, guessed from its name.
fn glyph_of(name: Option<&str>) -> char {
    let Some(name) = name else { return icon::SQUARES_FOUR };
    let name = name.to_lowercase();
    let guesses: [(&[&str], char); 5] = [
        (&["film", "movie", "cinema"], icon::FILM_SLATE),
        (&["serie", "show", "tv"], icon::TELEVISION_SIMPLE),
        (&["talk", "lecture", "podcast"], icon::MICROPHONE_STAGE),
        (&["family", "home", "video", "clip"], icon::VIDEO_CAMERA),
        (&["music", "audio", "song"], icon::MUSIC_NOTES),
    ];
    guesses
        .into_iter()
        .find(|(words, _)| words.iter().any(|word| name.contains(word)))
        .map_or(icon::FILM_STRIP, |(_, glyph)| glyph)
}

fn servers(ui: &mut Ui, width: f32, rail: bool, scene: &mut Scene<'_>) {
    let library = &scene.state.library;
    if library.servers.is_empty() && library.away.is_empty() {
        return;
    }
    let tokens = *Tokens::of(ui);
    ui.add_space(8.0);
    let top = ui.cursor().min;
    section(ui, width, &t!("library-servers"), rail);
    if !rail {
        let center = top + vec2(width - 34.0, 28.0);
        let words = t!("test-servers");
        let test = IconButton::new(icon::PULSE, &words).size(16.0).side(32.0).quiet();
        if test.on(scene.state.view == View::ServerTest).show(ui, center).clicked() {
            scene.push(Command::ShowServerTest);
        }
    }
    let here = library.servers.iter().map(|server| (server.name.as_str(), Some(server)));
    let away = library.away.iter().map(|name| (name.as_str(), None));
    for (name, server) in here.chain(away) {
        let (rect, response) = ui.allocate_exact_size(vec2(width, 29.0), Sense::hover());
        let shown = words::safe(name);
        let speed = scene.state.memory.speed(name).map(|speed| words::megabits(speed.rate_bps));
        let held = match (server, speed) {
            (None, _) => t!("away"),
            (Some(_), Some(rate)) => t!("unit-rate", rate = rate),
            (Some(server), None) => t!("count-titles", count = server.streams),
        };
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{shown}, {held}")));
        let y = rect.center().y;
        let x = if rail { rect.center().x } else { rect.left() + 33.0 };
        let presence = if server.is_some() { Presence::Here } else { Presence::Away };
        if let Some(person) = scene.state.people.find(name) {
            chip::paint(ui.painter(), &tokens, pos2(x, y), 18.0, person, presence);
        }
        if rail {
            tooltip(&response, &shown, "");
            continue;
        }
        let ink = if server.is_some() { tokens.text1 } else { tokens.text3 };
        let painter = ui.painter();
        let right = pos2(rect.right() - 25.0, y);
        let left =
            text::paint(painter, right, Align2::RIGHT_CENTER, &held, Type::CAPTION, tokens.text3).left();
        let place = pos2(rect.left() + 56.0, y);
        text::paint_within(
            painter,
            place,
            Align2::LEFT_CENTER,
            &shown,
            Type::NOTE,
            ink,
            left - place.x - 8.0,
        );
        if let Some(server) = server {
            let _ = response.on_hover_text(words::safe(&server.address));
        }
    }
    ui.add_space(16.0);
}
