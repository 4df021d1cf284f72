//! Under the film: the seek bar and the controls.

use egui::accesskit::Role;
use egui::{
    Align2, Popup, PopupCloseBehavior, Rect, RectAlign, Response, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo,
};
use egui::{pos2, vec2};

use super::{menu, picture};
use crate::i18n::t;
use crate::state::playback::{Phase, Playback};
use crate::state::{Command, words};
use crate::theme::{Face, Tokens, Type, icon, over_film, radius};
use crate::view::Scene;
use crate::widget::icon_button::{IconButton, tooltip};
use crate::widget::{focus, seek_bar, slider, text};

/// Film areas under this width have the volume, the speed and the picture button in a menu.
const NARROW: f32 = 760.0;

/// Shows it at the foot of `film`.
pub(super) fn show(ui: &mut Ui, film: Rect, scene: &mut Scene<'_>) {
    let state = scene.state;
    let Some(playback) = &state.playback else { return };
    let line = Rect::from_min_max(
        pos2(film.left() + 24.0, film.bottom() - 65.0 - seek_bar::HIT_HEIGHT),
        pos2(film.right() - 24.0, film.bottom() - 65.0),
    );
    seek_bar::show(ui, line, film, state, &*scene.pictures, scene.commands);
    let y = film.bottom() - 38.0;
    let narrow = film.width() < NARROW;
    let mut x = film.left() + 40.0;
    let stopped = playback.paused || playback.phase == Phase::Ended;
    let (glyph, name) =
        if stopped { (icon::PLAY, t!("player-play")) } else { (icon::PAUSE, t!("player-pause")) };
    if IconButton::new(glyph, &name)
        .over_film()
        .key(&t!("key-space"))
        .filled()
        .size(28.0)
        .show(ui, pos2(x, y))
        .clicked()
    {
        scene.push(Command::TogglePause);
    }
    x += 51.0;
    if playback.seekable {
        let skips = [
            (icon::ARROW_COUNTER_CLOCKWISE, t!("action-back", seconds = 10), "j", -10.0),
            (icon::ARROW_CLOCKWISE, t!("action-forward", seconds = 10), "l", 10.0),
        ];
        for (glyph, name, key, seconds) in skips {
            if skip(ui, pos2(x, y), glyph, &name, key).clicked() {
                scene.push(Command::SeekBy(seconds));
            }
            x += 41.0;
        }
    }
    if let Some(next) = scene.state.next.clone().filter(|_| !narrow) {
        let name = t!("player-next", title = next);
        if IconButton::new(icon::SKIP_FORWARD, &name)
            .over_film()
            .key("n")
            .filled()
            .show(ui, pos2(x, y))
            .clicked()
        {
            scene.push(Command::Next);
        }
        x += 41.0;
    }
    x += 2.0;
    x = volume(ui, pos2(x, y), narrow, scene);
    times(ui, pos2(x, y), playback);
    right(ui, film, playback, scene);
}

fn skip(ui: &mut Ui, center: egui::Pos2, glyph: char, name: &str, key: &str) -> Response {
    let response = IconButton::new(glyph, name).over_film().key(key).size(24.0).show(ui, center);
    let ty = Type::new(Face::Figures, 8.5, 10.0, 610);
    text::paint(ui.painter(), center + vec2(0.0, 0.5), Align2::CENTER_CENTER, "10", ty, over_film::WHITE);
    response
}

fn volume(ui: &mut Ui, center: egui::Pos2, narrow: bool, scene: &mut Scene<'_>) -> f32 {
    let state = scene.state;
    let silent = state.muted || state.volume <= 0.0;
    let glyph = match state.volume {
        _ if silent => icon::SPEAKER_X,
        volume if volume < 0.5 => icon::SPEAKER_LOW,
        _ => icon::SPEAKER_HIGH,
    };
    let name = if state.muted { t!("player-sound-on") } else { t!("action-mute") };
    if IconButton::new(glyph, &name).over_film().key("m").show(ui, center).clicked() {
        scene.push(Command::ToggleMute);
    }
    if narrow {
        return center.x + 32.0;
    }
    let rect = Rect::from_min_size(pos2(center.x + 24.0, center.y - 16.0), vec2(84.0, 32.0));
    // Louder than 100 % by keys and wheel; the slider then grows its range.
    let most = if state.volume > 1.0 { crate::state::MAX_VOLUME as f32 } else { 1.0 };
    let value = if state.muted { 0.0 } else { state.volume as f32 };
    let (response, wanted) = slider::show(ui, rect, &t!("volume"), value, most);
    tooltip(&response, &t!("player-volume", part = (state.volume * 100.0).round()), "↑ ↓");
    if let Some(wanted) = wanted {
        scene.push(Command::SetVolume(f64::from(wanted)));
    }
    rect.right() + 24.0
}

fn times(ui: &mut Ui, left: egui::Pos2, playback: &Playback) {
    let at = words::clock(Some(playback.shown_position()));
    let of = format!("/ {}", words::clock(playback.duration));
    let first = text::paint(ui.painter(), left, Align2::LEFT_CENTER, &at, Type::TIME, over_film::WHITE);
    let rest = pos2(first.right() + 6.0, left.y);
    let ink = Tokens::of(ui).text2;
    let second = text::paint(ui.painter(), rest, Align2::LEFT_CENTER, &of, Type::TIME_REST, ink);
    text::name(ui, first.union(second), &format!("{at} {of}"));
}

fn right(ui: &mut Ui, film: Rect, playback: &Playback, scene: &mut Scene<'_>) {
    let state = scene.state;
    let y = film.bottom() - 38.0;
    let narrow = film.width() < NARROW;
    let mut x = film.right() - 42.0;
    let (glyph, name) = if state.fullscreen {
        (icon::CORNERS_IN, t!("player-leave-full-screen"))
    } else {
        (icon::CORNERS_OUT, t!("full-screen"))
    };
    if IconButton::new(glyph, &name).over_film().key("f").show(ui, pos2(x, y)).clicked() {
        scene.push(Command::ToggleFullscreen);
    }
    x -= 46.0;
    if state.has_stats() {
        if IconButton::new(icon::WAVEFORM, &t!("stats"))
            .over_film()
            .key("i")
            .on(state.stats.open)
            .show(ui, pos2(x, y))
            .clicked()
        {
            scene.push(Command::ToggleStats);
        }
        x -= 46.0;
    }
    if narrow {
        menu_button(ui, pos2(x, y), film, icon::CLOSED_CAPTIONING, &t!("player-tracks"), |ui| {
            menu::tracks(ui, scene)
        });
        x -= 46.0;
        menu_button(ui, pos2(x, y), film, icon::DOTS_THREE, &t!("player-more"), |ui| menu::more(ui, scene));
        return;
    }
    if IconButton::new(icon::CAMERA, &t!("save-picture")).over_film().key("s").show(ui, pos2(x, y)).clicked()
    {
        scene.push(Command::Screenshot);
    }
    x -= 46.0;
    menu_button(ui, pos2(x, y), film, icon::GEAR_SIX, &t!("player-picture-menu"), |ui| {
        picture::show(ui, scene)
    });
    x -= 46.0;
    if !playback.chapters.is_empty() {
        menu_button(ui, pos2(x, y), film, icon::LIST_BULLETS, &t!("player-chapters"), |ui| {
            menu::chapters(ui, scene)
        });
        x -= 46.0;
    }
    menu_button(ui, pos2(x, y), film, icon::CLOSED_CAPTIONING, &t!("player-tracks"), |ui| {
        menu::tracks(ui, scene)
    });
    x -= 46.0;
    let response = speed_button(ui, pos2(x - 3.0, y), playback.speed);
    open_menu(&response, film, |ui| menu::speeds(ui, scene));
}

fn speed_button(ui: &mut Ui, center: egui::Pos2, speed: f64) -> Response {
    let tokens = *Tokens::of(ui);
    let words = crate::state::words::times(speed);
    let width = (text::width(ui.painter(), &words, Type::LABEL_STRONG) + 18.0).max(44.0);
    let rect = Rect::from_min_size(pos2(center.x + 22.0 - width, center.y - 16.0), vec2(width, 32.0));
    let response = ui.interact(rect, ui.scope_id().with("speed"), Sense::click());
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, true, t!("player-speed", speed = words.as_str())));
    let fill = if response.hovered() { over_film::HOVER } else { egui::Color32::TRANSPARENT };
    ui.painter().rect(rect, radius::SMALL, fill, Stroke::new(1.0, tokens.edge), StrokeKind::Inside);
    let ty = Type::LABEL_STRONG;
    text::paint(ui.painter(), rect.center(), Align2::CENTER_CENTER, &words, ty, over_film::WHITE);
    focus::ring(ui, &response, rect, radius::SMALL);
    tooltip(&response, &t!("speed"), "[ ]");
    response
}

fn menu_button(
    ui: &mut Ui,
    center: egui::Pos2,
    film: Rect,
    glyph: char,
    name: &str,
    add: impl FnOnce(&mut Ui),
) {
    let open = Popup::is_id_open(ui.ctx(), ui.scope_id().with(("icon", name)).with("popup"));
    let response = IconButton::new(glyph, name).over_film().on(open).show(ui, center);
    open_menu(&response, film, add);
}

fn open_menu(response: &Response, film: Rect, add: impl FnOnce(&mut Ui)) {
    let keyboard = focus::Menu::of(response);
    let shown = Popup::from_toggle_button_response(response)
        .align(RectAlign::TOP_END)
        .gap(56.0)
        .frame(menu::frame())
        // Delays and sizes are changed by several presses.
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(menu::WIDTH)
        .show(|ui| {
            ui.set_style(crate::theme::style(&Tokens::DARK));
            let room = (film.height() - 150.0).max(120.0);
            let area = ScrollArea::vertical().id_salt("menu").max_height(room).min_scrolled_height(room);
            menu::lead_in(ui, keyboard.leads_in());
            area.show(ui, add);
        });
    keyboard.shown(response, shown.map(|shown| shown.response.layer_id));
}
