//! The player: the film, what lies over it, and the stats beside it.

mod bar;
mod captions;
mod center;
mod cover;
mod menu;
mod notices;
mod picture;
mod top;

use std::time::Duration;

use egui::{Align2, Color32, CursorIcon, Id, Popup, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use super::{Scene, stats};
use crate::state::{Command, State};
use crate::theme::{Tokens, Type, motion, over_film as ink};
use crate::widget::{scrim, text};

/// Points at the foot of the film that the controls take.
const FOOT: f32 = 112.0;
/// Points at its head that the title takes.
const HEAD: f32 = 84.0;
/// What one step of the wheel adds to the volume.
const WHEEL_VOLUME: f64 = 0.05;

/// Shows it in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    ui.set_style(crate::theme::style(&Tokens::DARK));
    ui.painter().rect_filled(rect, 0, Color32::BLACK);
    // A window that is small has room for the film alone.
    let (film, drawer) = if scene.state.small { (rect, None) } else { stats::split(rect, scene.state) };
    over_film(ui, film, scene);
    if let Some(drawer) = drawer {
        stats::show(ui, drawer, scene);
    }
    stats::window(ui, scene);
}

/// Shows the notices over another view, at its foot.
pub fn notices(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let count = scene.state.notices.shown.len() as f32;
    let top = rect.bottom() - 20.0 - count * notices::PITCH - HEAD;
    let left = rect.right() - notices::WIDTH - 60.0;
    let place = Rect::from_min_max(pos2(left.max(rect.left()), top), rect.max);
    notices::show(ui, place, scene);
}

fn over_film(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let picture = scene.pictures.film(ui, rect);
    cover::show(ui, rect, scene);
    let back = ui.interact(rect, ui.scope_id().with("film"), Sense::CLICK);
    let shown = shown(ui, rect, scene.state);
    // Who misses a button by a hair means no pause.
    let beside = |at: egui::Pos2| shown > 0.0 && at.y > rect.bottom() - FOOT;
    let on_film = !back.interact_pointer_pos().is_some_and(beside);
    // What closes a menu does nothing else. The second of two clicks takes back what the first did.
    if back.clicked() && on_film && !egui::Popup::is_any_open(ui.ctx()) {
        scene.push(Command::TogglePause);
    }
    if back.double_clicked() && on_film {
        scene.push(Command::ToggleFullscreen);
    }
    wheel(ui, rect, scene);
    let attention = scene.state.playback.as_ref().is_some_and(|playback| playback.needs_attention());
    if attention {
        center::show(ui, rect, scene);
    }
    let room = captions::Room { rect, picture: picture.unwrap_or(rect), controls: shown };
    if shown > 0.0 {
        let mut over = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("controls"));
        over.multiply_opacity(shown);
        let head = Rect::from_min_size(rect.min, vec2(rect.width(), 130.0));
        scrim::paint(over.painter(), head, Color32::from_black_alpha(210), true);
        top::show(&mut over, rect, scene);
        // There is nothing to control once it can't go on.
        if scene.state.fault().is_some() {
            return notices::show(ui, rect, scene);
        }
        let foot = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 190.0), rect.max);
        scrim::paint(over.painter(), foot, Color32::from_black_alpha(235), false);
        // Above the shade, which is for the controls.
        captions::show(ui, &room, scene.state);
        bar::show(&mut over, rect, scene);
    } else {
        captions::show(ui, &room, scene.state);
        if back.hovered() {
            ui.ctx().set_cursor_icon(CursorIcon::None);
        }
    }
    notices::show(ui, rect, scene);
}

fn wheel(ui: &Ui, rect: Rect, scene: &mut Scene<'_>) {
    if !ui.rect_contains_pointer(rect) || Popup::is_any_open(ui.ctx()) {
        return;
    }
    let turned = ui.input(|input| {
        input
            .events
            .iter()
            .map(|event| match event {
                egui::Event::MouseWheel { delta, .. } if delta.y != 0.0 => f64::from(delta.y.signum()),
                _ => 0.0,
            })
            .sum::<f64>()
    });
    if turned != 0.0 {
        scene.push(Command::StepVolume(WHEEL_VOLUME * turned));
    }
}

/// How much of the controls is to be seen, 0 to 1. They hide some time after the last sign of the
/// user, but never while paused, waited for, focused or under the pointer.
fn shown(ui: &Ui, rect: Rect, state: &State) -> f32 {
    let Some(playback) = &state.playback else { return 1.0 };
    let id = Id::unique("controls last seen");
    let (now, moved) = ui.input(|input| {
        let keyed = input.events.iter().any(|event| matches!(event, egui::Event::Key { pressed: true, .. }));
        (input.time, input.pointer.delta() != egui::Vec2::ZERO || input.pointer.any_down() || keyed)
    });
    let last = ui.data_mut(|data| {
        let last = data.get_temp_mut_or(id, now);
        if moved {
            *last = now;
        }
        *last
    });
    let over = ui
        .input(|input| input.pointer.hover_pos())
        .is_some_and(|at| rect.contains(at) && (at.y > rect.bottom() - FOOT || at.y < rect.top() + HEAD));
    let focused = ui.memory(|memory| memory.focused().is_some());
    let held = playback.paused
        || playback.needs_attention()
        || over
        || focused
        || state.keys_shown
        || Popup::is_any_open(ui.ctx());
    let left = f64::from(motion::HIDE_AFTER) - (now - last);
    if !held && left > 0.0 {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(left + 0.02));
    }
    motion::glide(ui.ctx(), id, held || left > 0.0, motion::FADE)
}

/// A line of the player's text, white over the film.
fn white(ui: &mut Ui, place: egui::Pos2, anchor: Align2, words: &str, ty: Type, width: f32) -> Rect {
    text::label_within(ui, place, anchor, words, ty, ink::WHITE, width)
}
