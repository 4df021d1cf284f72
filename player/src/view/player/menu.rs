//! The menus of the player: tracks, speeds, and what a narrow film has no room for.

use egui::accesskit::Role;
use egui::{Align2, Frame, Id, Margin, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::picture;
use crate::i18n::t;
use crate::state::playback::{SPEEDS, TrackKind};
use crate::state::{Command, SeekKind, words};
use crate::theme::{Tokens, Type, icon, radius};
use crate::view::Scene;
use crate::widget::{focus, slider, text};

/// Width of a menu in points.
pub(super) const WIDTH: f32 = 284.0;

/// The card a menu lies on.
pub(super) fn frame() -> Frame {
    let tokens = Tokens::DARK;
    Frame::NONE
        .fill(tokens.surface1)
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(radius::CARD)
        .shadow(tokens.shadow(40, 12, 170))
        .inner_margin(Margin::same(8))
}

/// Sound and subtitle tracks.
pub(super) fn tracks(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(playback) = &scene.state.playback else { return };
    let sounds: Vec<_> = playback.tracks_of(TrackKind::Sound).collect();
    let subtitles: Vec<_> = playback.tracks_of(TrackKind::Subtitle).collect();
    if !sounds.is_empty() {
        head(ui, &t!("sound"));
        for track in &sounds {
            if row(ui, &track.name, &track.detail, track.on).clicked() {
                scene.commands.push(Command::ChooseSound(track.number));
            }
        }
    }
    {
        if !sounds.is_empty() {
            rule(ui);
        }
        head(ui, &t!("subtitles"));
        let file = playback.subtitle_file;
        if row(ui, &t!("menu-off"), "", file.is_none() && !subtitles.iter().any(|track| track.on)).clicked() {
            scene.commands.push(Command::ChooseSubtitles(None));
        }
        for track in &subtitles {
            if row(ui, &track.name, &track.detail, track.on && file.is_none()).clicked() {
                scene.commands.push(Command::ChooseSubtitles(Some(track.number)));
            }
        }
        for (number, own) in playback.subtitle_files.iter().enumerate() {
            if row(ui, &own.name, &t!("menu-file"), file == Some(number)).clicked() {
                scene.commands.push(Command::ChooseSubtitleFile(Some(number)));
            }
        }
        if row(ui, &t!("menu-load"), "", false).clicked() {
            scene.commands.push(Command::LoadSubtitles);
        }
    }
    rule(ui);
    picture::subtitle_delay(ui, playback, scene.commands);
}

/// The chapters.
pub(super) fn chapters(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(playback) = &scene.state.playback else { return };
    head(ui, &t!("player-chapters"));
    let now = playback.chapter_at(playback.shown_position()).map(|(number, _)| number);
    for (number, chapter) in playback.chapters.iter().enumerate() {
        let clock = words::clock(Some(chapter.start));
        if row(ui, &chapter.name, &clock, now == Some(number)).clicked() {
            scene.commands.push(Command::Seek(chapter.start, SeekKind::Exact));
        }
    }
}

/// The speeds.
pub(super) fn speeds(ui: &mut Ui, scene: &mut Scene<'_>) {
    let Some(playback) = &scene.state.playback else { return };
    head(ui, &t!("speed"));
    for speed in SPEEDS {
        let detail = if speed == 1.0 { t!("menu-normal") } else { String::new() };
        let on = (playback.speed - speed).abs() < 0.01;
        if row(ui, &words::times(speed), &detail, on).clicked() {
            scene.commands.push(Command::SetSpeed(speed));
        }
    }
}

/// Volume, speed and picture, for a narrow film.
pub(super) fn more(ui: &mut Ui, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let state = scene.state;
    head(ui, &t!("volume"));
    let (rect, _) = ui.allocate_exact_size(vec2(WIDTH, 36.0), Sense::hover());
    let line = Rect::from_min_max(rect.min + vec2(18.0, 2.0), rect.max - vec2(64.0, 2.0));
    let (_, wanted) =
        slider::show(ui, line, &t!("volume"), state.volume as f32, crate::state::MAX_VOLUME as f32);
    if let Some(wanted) = wanted {
        scene.commands.push(Command::SetVolume(f64::from(wanted)));
    }
    let percent = words::percent(state.volume);
    let place = rect.right_center() - vec2(12.0, 0.0);
    text::label(ui, place, Align2::RIGHT_CENTER, &percent, Type::FIGURES, tokens.text2);
    rule(ui);
    if let Some(next) = &state.next
        && row(ui, &t!("player-next", title = next.as_str()), "n", false).clicked()
    {
        scene.commands.push(Command::Next);
    }
    if row(ui, &t!("save-picture"), "s", false).clicked() {
        scene.commands.push(Command::Screenshot);
    }
    let speed = state.playback.as_ref().map_or(1.0, |playback| playback.speed);
    if row(ui, &t!("menu-faster", speed = words::times(speed)), "]", false).clicked() {
        scene.commands.push(Command::StepSpeed { faster: true });
    }
    if row(ui, &t!("menu-slower", speed = words::times(speed)), "[", false).clicked() {
        scene.commands.push(Command::StepSpeed { faster: false });
    }
    if state.playback.as_ref().is_some_and(|playback| !playback.chapters.is_empty()) {
        rule(ui);
        chapters(ui, scene);
    }
    rule(ui);
    picture::show(ui, scene);
}

pub(super) fn head(ui: &mut Ui, words: &str) {
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let ink = Tokens::of(ui).text3;
    let (rect, _) = ui.allocate_exact_size(vec2(WIDTH, 32.0), Sense::hover());
    let place = rect.left_center() + vec2(12.0, 2.0);
    text::label(ui, place, Align2::LEFT_CENTER, words, Type::CAPTION_STRONG, ink);
}

pub(super) fn rule(ui: &mut Ui) {
    let color = Tokens::of(ui).line;
    let (rect, _) = ui.allocate_exact_size(vec2(WIDTH, 22.0), Sense::hover());
    ui.painter().hline(rect.left() + 12.0..=rect.right() - 12.0, rect.center().y, Stroke::new(1.0, color));
}

/// Where it is noted that the next row shall have the keyboard.
fn awaited() -> Id {
    Id::unique("menu row that gets the keyboard")
}

/// Has the first row that is shown from now on take the keyboard, or none.
pub(super) fn lead_in(ui: &Ui, wanted: bool) {
    ui.data_mut(|data| data.insert_temp(awaited(), wanted));
}

pub(super) fn row(ui: &mut Ui, name: &str, detail: &str, on: bool) -> Response {
    let tokens = *Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(WIDTH, 36.0), Sense::click());
    let name = words::safe(name);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItemRadio, true, on, format!("{name} {detail}")));
    if ui.data_mut(|data| std::mem::take(data.get_temp_mut_or_default::<bool>(awaited()))) {
        response.request_focus();
    }
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, radius::SMALL, tokens.surface3);
    }
    if on {
        let place = pos2(rect.left() + 18.0, rect.center().y);
        text::icon(ui.painter(), place, icon::CHECK, Type::icon(16.0), tokens.text1);
    }
    let right = rect.right_center() - vec2(12.0, 0.0);
    let painter = ui.painter();
    let edge = text::paint(painter, right, Align2::RIGHT_CENTER, detail, Type::CAPTION, tokens.text3).left();
    let left = rect.left_center() + vec2(36.0, 0.0);
    let ty = if on { Type::LIST_STRONG } else { Type::LIST };
    text::paint_within(painter, left, Align2::LEFT_CENTER, &name, ty, tokens.text1, edge - left.x - 8.0);
    focus::ring(ui, &response, rect.shrink(3.0), radius::SMALL);
    if response.clicked() {
        ui.close();
    }
    response
}
