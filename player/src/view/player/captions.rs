//! Subtitles over the film: words with their looks, each at its edge and above one another, and pictures where
//! their own film has them.

use egui::epaint::{ColorImage, Galley};
use egui::text::LayoutJob;
use egui::{Align, Align2, Color32, Rect, Stroke, Ui, pos2, vec2};
use std::sync::Arc;

use super::{FOOT, HEAD};
use crate::captions::{Caption, Look, Picture, Rgb, Words};
use crate::state::State;
use crate::state::playback::Playback;
use crate::state::settings::{Settings, SubtitleColour};
use crate::theme::{Face, Type, over_film as ink, radius, together};
use crate::widget::{live_texture, text};

/// Least room between words and the window's edge, in points.
const EDGE: f32 = 28.0;
/// Between two subtitles above one another, in points.
const GAP: f32 = 4.0;
/// A line is so much higher than its letters' size says.
const LINE: f32 = 1.3;
/// Smallest letters that are drawn, in points; and largest, in parts of the film's height.
const LEAST_POINTS: f32 = 10.0;
const MOST_PART: f32 = 0.25;

/// Where there is room.
pub(super) struct Room {
    /// The film's part of the window.
    pub(super) rect: Rect,
    /// The whole picture, which may reach beyond.
    pub(super) picture: Rect,
    /// How much of the controls is to be seen, 0 to 1.
    pub(super) controls: f32,
}

impl Room {
    /// What is seen of the picture.
    fn seen(&self) -> Rect {
        let seen = self.picture.intersect(self.rect);
        if seen.is_positive() { seen } else { self.rect }
    }

    /// Upper and lower bound of what the controls leave free, `edge` points from the window's edges.
    fn free(&self, edge: f32) -> (f32, f32) {
        let (head, foot) = (HEAD.max(edge), (FOOT + 8.0).max(edge));
        let top = self.rect.top() + egui::lerp(edge..=head, self.controls);
        let bottom = self.rect.bottom() - egui::lerp(edge..=foot, self.controls);
        (top.min(bottom), bottom.max(top))
    }
}

/// Shows what is to be seen now.
pub(super) fn show(ui: &mut Ui, room: &Room, state: &State) {
    let Some(playback) = &state.playback else { return };
    let mut placed: Vec<(u8, Rect)> = Vec::new();
    let mut pictures = 0;
    for caption in playback.shown_subtitles() {
        match caption {
            Caption::Words(words) => write(ui, room, &state.settings, &words, &mut placed),
            Caption::Picture(picture) => {
                lay(ui, room, playback, &state.settings, &picture, pictures);
                pictures += 1;
            }
        }
    }
}

/// A picture lies where its own film has it. Where the film is turned, or a part of it is cut off, it stays upright
/// and whole.
fn lay(ui: &Ui, room: &Room, playback: &Playback, settings: &Settings, picture: &Picture, number: usize) {
    let canvas = vec2(picture.canvas().0 as f32, picture.canvas().1 as f32);
    let film = if playback.shape.quarters.is_multiple_of(2) {
        room.picture
    } else {
        let seen = room.seen();
        let scale = (seen.width() / canvas.x).min(seen.height() / canvas.y);
        let foot = seen.center_bottom() - vec2(0.0, canvas.y * scale / 2.0);
        Rect::from_center_size(foot, canvas * scale)
    };
    let scaled = |(x, y): (u32, u32)| vec2(x as f32, y as f32) * film.size() / canvas;
    let mut place = Rect::from_min_size(film.min + scaled(picture.corner()), scaled(picture.size()));
    let (top, bottom) = room.free(0.0);
    if place.center().y > film.center().y {
        place = place.translate(vec2(0.0, -room.rect.height() * settings.subtitle_raise as f32));
    }
    let down = (top - place.top()).max(0.0);
    place = place.translate(vec2((room.rect.left() - place.left()).max(0.0), down));
    let up = (place.bottom() - bottom).max(0.0);
    place = place.translate(-vec2((place.right() - room.rect.right()).max(0.0), up));
    let id = ui.scope_id().with(("subtitle picture", number));
    let texture = live_texture::get(ui, id, picture.digest(), 0, || {
        let size = [picture.size().0 as usize, picture.size().1 as usize];
        ColorImage::from_rgba_unmultiplied(size, picture.rgba())
    });
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().with_clip_rect(room.rect).image(texture, place, whole, Color32::WHITE);
}

/// Words at their edge, above or below those that stand there already.
fn write(ui: &mut Ui, room: &Room, settings: &Settings, words: &Words, placed: &mut Vec<(u8, Rect)>) {
    // Who tells of margins means the picture; all others the window.
    let area = if words.margins.is_some() { room.seen() } else { room.rect };
    let column = match words.align % 3 {
        1 => Align::Min,
        2 => Align::Center,
        _ => Align::Max,
    };
    let row = match words.align {
        1..=3 => Align::Max,
        4..=6 => Align::Center,
        _ => Align::Min,
    };
    let [left, right, high] = words.margins.unwrap_or([0.1, 0.1, 0.0]);
    let width = if words.at.is_some() { area.width() } else { area.width() * (1.0 - left - right) };
    let mut job = laid_out(words, settings, area.height(), width);
    job.halign = column;
    let galley = ui.painter().layout_job(job);
    let size = galley.rect.size();
    let bounds = match words.at {
        Some([x, y]) => {
            let point = area.min + area.size() * vec2(x, y);
            Align2([column, row]).anchor_size(point, size)
        }
        None => {
            let x = match column {
                Align::Min => area.left() + area.width() * left,
                Align::Center => area.center().x + area.width() * (left - right) / 2.0,
                Align::Max => area.right() - area.width() * right,
            };
            let raise = room.rect.height() * settings.subtitle_raise as f32;
            let (top, bottom) = room.free(EDGE);
            let own = area.height() * high;
            let y = match row {
                Align::Min => top.max(area.top() + own),
                Align::Center => area.center().y,
                Align::Max => {
                    bottom.min(area.bottom() - own.max(raise)).min(room.rect.bottom() - raise.max(EDGE))
                }
            };
            let mut bounds = Align2([column, row]).anchor_size(pos2(x, y), size);
            // Earlier ones stay where they are.
            for (_, other) in placed.iter().filter(|(align, _)| *align == words.align) {
                let y = if row == Align::Min { other.bottom() + GAP } else { other.top() - GAP - size.y };
                bounds = Rect::from_min_size(pos2(bounds.left(), y), size);
            }
            placed.push((words.align, bounds));
            bounds
        }
    };
    paint(ui, settings, words, galley, bounds, room.rect);
    text::name(ui, bounds, &words.text());
}

fn paint(ui: &Ui, settings: &Settings, words: &Words, galley: Arc<Galley>, bounds: Rect, clip: Rect) {
    let painter = ui.painter().with_clip_rect(clip);
    // What is in the middle or at the right is laid out about a line at 0.
    let place = bounds.min - galley.rect.min.to_vec2();
    if settings.subtitle_plate {
        painter.rect_filled(bounds.expand2(vec2(12.0, 6.0)), radius::SMALL, ink::PLATE);
    }
    let shade = words.edge.map_or(Color32::from_black_alpha(200), |edge| rgb(edge).gamma_multiply(0.85));
    for (dx, dy) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (0.0, 2.5)] {
        painter.galley_with_override_text_color(place + vec2(dx, dy), Arc::clone(&galley), shade);
    }
    painter.galley(place, galley, ink::WHITE);
}

/// The words as they look, in a film so many points high.
fn laid_out(words: &Words, settings: &Settings, height: f32, width: f32) -> LayoutJob {
    let usual = (height / 22.0).clamp(16.0, 48.0);
    let mut job = LayoutJob::default();
    for run in &words.runs {
        job.append(&together(&run.text), 0.0, format(run.look, settings, height, usual));
    }
    job.wrap.max_width = width.max(40.0);
    job
}

fn format(look: Look, settings: &Settings, height: f32, usual: f32) -> egui::TextFormat {
    // A script's size is that of a line.
    let points = look.size.map_or(usual, |part| part * height / LINE) * settings.subtitle_size as f32;
    let points = points.clamp(LEAST_POINTS, (height * MOST_PART).max(LEAST_POINTS));
    let chosen = match settings.subtitle_colour {
        SubtitleColour::White => ink::WHITE,
        SubtitleColour::Yellow => ink::SUBTITLE_YELLOW,
        SubtitleColour::Grey => ink::SUBTITLE_GREY,
    };
    let color = look.color.map_or(chosen, rgb);
    let weight = if look.bold { 810 } else { 610 };
    let mut format = Type::new(Face::Text, points, points * LINE, weight).format(color);
    format.italics = look.italic;
    let line = Stroke::new((points / 14.0).max(1.0), color);
    format.underline = if look.underlined { line } else { Stroke::NONE };
    format.strikethrough = if look.struck { line } else { Stroke::NONE };
    format
}

fn rgb([red, green, blue]: Rgb) -> Color32 {
    Color32::from_rgb(red, green, blue)
}
