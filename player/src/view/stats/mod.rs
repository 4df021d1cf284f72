//! The stats drawer: who sends what, how fast, what is here, and what happened.

mod cache;
mod events;
mod media;
mod network;
mod parts;
mod sources;

use egui::accesskit::Role;
use egui::{Align2, CursorIcon, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::Scene;
use crate::i18n::t;
use crate::state::playback::Playback;
use crate::state::stats::{DRAWER_WIDTH, StatsPage};
use crate::state::{Command, State, verdict};
use crate::theme::{Tokens, Type, icon, radius};
use crate::widget::icon_button::IconButton;
use crate::widget::{focus, text};

/// Height of the tabs in points.
const TABS: f32 = 56.0;
/// Height of the foot in points.
const FOOT: f32 = 56.0;
/// Margin of a page in points.
const MARGIN: f32 = 20.0;
/// What one press of a key adds to their width, in points.
const WIDER_BY: f32 = 80.0;
/// Windows under this width have the drawer over the film's lower part.
const NARROW: f32 = 900.0;

/// Divides `rect` into the film's place and the drawer's, if it is open.
#[must_use]
pub fn split(rect: Rect, state: &State) -> (Rect, Option<Rect>) {
    if !state.stats.open || state.stats.apart || !state.has_stats() {
        return (rect, None);
    }
    if rect.width() < NARROW {
        let top = rect.top() + rect.height() * 0.4;
        return (rect, Some(Rect::from_min_max(pos2(rect.left(), top), rect.max)));
    }
    let usual = if rect.width() >= 1900.0 { 560.0 } else { 480.0 };
    let roomy = matches!(state.stats.page, StatsPage::Network | StatsPage::Cache);
    let width = state.stats.width.unwrap_or(if roomy { 600.0 } else { usual }).min(rect.width() * 0.6);
    let edge = rect.right() - width;
    let film = Rect::from_min_max(rect.min, pos2(edge, rect.bottom()));
    (film, Some(Rect::from_min_max(pos2(edge, rect.top()), rect.max)))
}

/// Shows the stats in a window of their own, where they have one.
pub fn window(ui: &Ui, scene: &mut Scene<'_>) {
    if !scene.state.stats.open || !scene.state.stats.apart || !scene.state.has_stats() {
        return;
    }
    let builder = egui::ViewportBuilder::default()
        .with_title(t!("stats-window"))
        .with_app_id("tributary")
        .with_inner_size([600.0, 840.0])
        .with_min_inner_size([*DRAWER_WIDTH.start(), 300.0]);
    ui.ctx().show_viewport_immediate(egui::ViewportId::from_hash_of("stats"), builder, |ui, _| {
        let rect = ui.max_rect();
        show(ui, rect, scene);
        super::hotkeys::push(ui, scene);
        if ui.ctx().input(|input| input.viewport().close_requested()) {
            scene.push(Command::DetachStats);
            scene.push(Command::ToggleStats);
        }
    });
}

/// Shows the drawer at `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let mut ui = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("stats"));
    let ui = &mut ui;
    ui.set_clip_rect(rect);
    let tokens = *Tokens::of(ui);
    let _ = ui.interact(rect, ui.scope_id().with("back"), Sense::CLICK);
    ui.painter().rect_filled(rect, 0, tokens.surface1);
    ui.painter().vline(rect.left() + 0.5, rect.y_range(), Stroke::new(1.0, tokens.line));
    tabs(ui, Rect::from_min_size(rect.min, vec2(rect.width(), TABS)), scene);
    edge(ui, rect, scene);
    let Some(playback) = &scene.state.playback else { return };
    let inner =
        Rect::from_min_max(pos2(rect.left() + MARGIN, rect.top() + TABS), rect.max - vec2(MARGIN, 0.0));
    match scene.state.stats.page {
        StatsPage::Events => events::show(ui, inner, playback, scene),
        page => {
            let foot = if page == StatsPage::Sources && rect.height() > 420.0 { FOOT } else { 0.0 };
            let body = Rect::from_min_max(inner.min, pos2(inner.right(), inner.bottom() - foot));
            scroll(ui, body, page, |ui, width| match page {
                StatsPage::Sources => sources::show(ui, width, playback, scene),
                StatsPage::Network => network::show(ui, width, playback, scene),
                StatsPage::Media => media::show(ui, width, playback),
                StatsPage::Cache | StatsPage::Events => {
                    cache::show(ui, width, body.height(), playback, scene)
                }
            });
            if foot > 0.0 {
                sources::foot(
                    ui,
                    Rect::from_min_max(pos2(inner.left(), body.bottom()), inner.max),
                    rect,
                    playback,
                );
            }
        }
    }
}

/// A page that scrolls where it does not fit.
fn scroll(ui: &mut Ui, body: Rect, page: StatsPage, add: impl FnOnce(&mut Ui, f32)) {
    let around = body.expand2(vec2(10.0, 0.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(around));
    child.set_clip_rect(around);
    ScrollArea::vertical().id_salt(("page", page)).auto_shrink(false).show(&mut child, |ui| {
        let place = Rect::from_min_size(ui.cursor().min + vec2(10.0, 16.0), body.size());
        let mut page = ui.new_child(UiBuilder::new().max_rect(place));
        page.spacing_mut().item_spacing = vec2(0.0, 0.0);
        add(&mut page, body.width());
        let used = page.min_rect().height() + 32.0;
        ui.allocate_space(vec2(around.width(), used));
    });
}

fn tabs(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(1.0, tokens.line));
    let mut x = rect.left() + MARGIN;
    for page in StatsPage::ALL {
        let on = scene.state.stats.page == page;
        let name = page.name();
        let ty = Type::LIST_STRONG;
        let width = text::width(ui.painter(), &name, ty);
        let place = Rect::from_min_size(pos2(x - 10.0, rect.top() + 10.0), vec2(width + 20.0, TABS - 12.0));
        let response = ui.interact(place, ui.scope_id().with(page), Sense::click());
        let dot = page == StatsPage::Events && scene.state.unseen_warning();
        let spoken = if dot { t!("stats-new-warning", page = name.as_str()) } else { name.clone() };
        response.widget_info(|| WidgetInfo::selected(Role::Tab, true, on, &spoken));
        let ink = if on || response.hovered() { tokens.text1 } else { tokens.text3 };
        let at = pos2(x, rect.top() + 33.0);
        text::paint(ui.painter(), at, Align2::LEFT_CENTER, &name, ty, ink);
        if on {
            let line = Rect::from_min_size(pos2(x, rect.bottom() - 2.0), vec2(width, 3.0));
            ui.painter().rect_filled(line, 1, tokens.text1);
        }
        if dot {
            ui.painter().circle_filled(pos2(x + width + 7.0, rect.top() + 26.0), 3.0, tokens.warn);
        }
        focus::ring(ui, &response, place.shrink2(vec2(4.0, 6.0)), radius::SMALL);
        if response.clicked() {
            scene.push(Command::ShowStats(page));
        }
        x += width + 23.0;
    }
    let close = pos2(rect.right() - 28.0, rect.top() + 33.0);
    if IconButton::new(icon::X, &t!("stats-close")).key("i").size(19.0).show(ui, close).clicked() {
        scene.push(Command::ToggleStats);
    }
    let apart = scene.state.stats.apart;
    let words = if apart { t!("stats-together") } else { t!("stats-apart") };
    let glyph = if apart { icon::CORNERS_IN } else { icon::EXPORT };
    let place = pos2(close.x - 36.0, close.y);
    if place.x - 20.0 > x && IconButton::new(glyph, &words).size(19.0).show(ui, place).clicked() {
        scene.push(Command::DetachStats);
    }
}

/// The edge by which the drawer is made wider.
fn edge(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    if scene.state.stats.apart || rect.width() >= ui.ctx().content_rect().width() {
        return;
    }
    let tokens = *Tokens::of(ui);
    let place = Rect::from_center_size(rect.left_center(), vec2(10.0, rect.height()));
    let response = ui.interact(place, ui.scope_id().with("edge"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, t!("stats-width")));
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
    let handle = Rect::from_center_size(rect.left_center() + vec2(2.0, 0.0), vec2(4.0, 44.0));
    ui.painter().rect_filled(handle, 2, tokens.edge);
    focus::ring(ui, &response, handle, 2);
    // By keyboard a press makes it a step wider, and the widest as narrow as it gets.
    if response.has_focus() && response.clicked() && response.interact_pointer_pos().is_none() {
        let wider = rect.width() + WIDER_BY;
        let wider = if wider > *DRAWER_WIDTH.end() { *DRAWER_WIDTH.start() } else { wider };
        scene.push(Command::SizeStats(wider));
    }
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        let width = (rect.right() - at.x).clamp(*DRAWER_WIDTH.start(), *DRAWER_WIDTH.end());
        scene.push(Command::SizeStats(width));
    }
}

/// What the buffer does, in a few words.
fn buffer_words(playback: &Playback) -> String {
    if playback.snapshot.as_ref().is_some_and(|snapshot| verdict::rest_is_here(snapshot)) {
        return t!("buffer-all");
    }
    let Some(seconds) = playback.ahead_seconds() else { return t!("buffer-unknown") };
    let before = playback.history.ahead_before(5.0).map(f64::from);
    let time = crate::state::words::span(seconds);
    match before {
        Some(before) if seconds > before + 1.0 => t!("buffer-grows", time = time),
        Some(before) if seconds < before - 1.0 => t!("buffer-falls", time = time),
        _ => t!("buffer-lasts", time = time),
    }
}
