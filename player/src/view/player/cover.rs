//! What stands in place of a picture where there is only sound: the title's poster.

use egui::{Rect, Stroke, StrokeKind, Ui, vec2};

use crate::state::Command;
use crate::state::playback::Playback;
use crate::theme::{Tokens, Type, icon, over_film, radius};
use crate::view::{Poster, Scene};
use crate::widget::{poster, text};

/// Part of the film's height that the poster takes, and the most points.
const PART: f32 = 0.46;
const TALLEST: f32 = 480.0;
/// Shapes between which a cover is shown whole, width by height.
const SHAPES: (f32, f32) = (0.6, 1.6);
/// How much of it is to be seen, large, behind itself.
const BEHIND: f32 = 0.16;

/// Shows it over `film` where sound is all there is.
pub(super) fn show(ui: &mut Ui, film: Rect, scene: &mut Scene<'_>) {
    let Some(playback) = scene.state.playback.as_ref().filter(|playback| playback.is_sound_alone()) else {
        return;
    };
    let picture = match &playback.title {
        Some(title) if title.poster => scene.pictures.poster(title.stream),
        _ => Poster::None,
    };
    if let (Poster::Unknown, Some(title)) = (picture, &playback.title) {
        scene.commands.push(Command::WantPoster(title.stream));
    }
    paint(ui, film, picture, playback);
}

fn paint(ui: &Ui, film: Rect, picture: Poster, playback: &Playback) {
    let tokens = Tokens::DARK;
    if let Poster::Here(texture, aspect) = picture {
        let mut behind = ui.painter().clone();
        behind.multiply_opacity(BEHIND);
        poster::paint_cover(&behind, film, 0, texture, aspect);
    }
    // What is told in the middle needs its place.
    if playback.needs_attention() {
        return;
    }
    let tall = (film.height() * PART).min(TALLEST);
    let center = film.center() - vec2(0.0, 14.0);
    match picture {
        Poster::Here(texture, aspect) => {
            let shape = aspect.clamp(SHAPES.0, SHAPES.1);
            let frame = Rect::from_center_size(center, vec2(tall * shape, tall));
            ui.painter().add(tokens.shadow(40, 12, 170).as_shape(frame, radius::CARD));
            poster::paint_cover(ui.painter(), frame, radius::CARD, texture, aspect);
            let edge = Stroke::new(1.0, egui::Color32::from_white_alpha(24));
            ui.painter().rect_stroke(frame, radius::CARD, edge, StrokeKind::Inside);
        }
        _ => {
            let frame = Rect::from_center_size(center, vec2(tall, tall).min(vec2(200.0, 200.0)));
            ui.painter().rect_filled(frame, radius::CARD, tokens.surface1);
            let ty = Type::icon(frame.height() * 0.36);
            text::icon(ui.painter(), frame.center(), icon::MUSIC_NOTES, ty, over_film::WHITE);
        }
    }
}
