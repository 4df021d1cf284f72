//! The page of one title: what it is, whether it will play well, who holds it, and how to begin.

mod facts;
mod holders;
mod parts;

use egui::{Align2, Color32, Id, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};
use fetch_engine::Locator;
use tributary_core::directory::Title;

use super::{Poster, Scene, still};
use crate::i18n::t;
use crate::state::memory::{Viewing, name_of};
use crate::state::verdict::Grade;
use crate::state::{Command, State, readiness, words};
use crate::theme::{Tokens, Type, icon, over_film, radius};
use crate::widget::button::{Button, ButtonKind};
use crate::widget::icon_button::IconButton;
use crate::widget::{choice, focus, meter, poster, scrim, text};

/// Height of the picture behind the head of the page, in points.
const ART: f32 = 520.0;
/// How bright that picture may be on the whole, 0 to 1: words lie over it.
const ART_BRIGHTNESS: f32 = 0.19;
/// How much of a picture that is dark is to be seen, and of a bright one; of one of unknown brightness.
const ART_OPACITY: (f32, f32, f32) = (0.62, 0.2, 0.35);
/// Widest a column of text gets, in points.
const COLUMN: f32 = 520.0;
/// Windows under this width have one column below the head.
const NARROW: f32 = 1000.0;

/// Shows it in `rect`.
pub fn show(ui: &mut Ui, rect: Rect, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    ui.painter().rect_filled(rect, 0, tokens.bg);
    let Some(title) = scene.state.page.clone() else { return };
    focus::page_of(ui, title.stream);
    let picture = if title.poster { scene.pictures.poster(title.stream) } else { Poster::None };
    if picture == Poster::Unknown {
        scene.push(Command::WantPoster(title.stream));
    }
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect));
    ScrollArea::vertical().id_salt(("title", title.stream.0)).auto_shrink(false).show(&mut child, |ui| {
        let origin = ui.max_rect().min;
        let place = Rect::from_min_size(origin, vec2(rect.width(), ART.min(rect.height() * 0.66)));
        match still(title.stream, scene) {
            // A picture of the film itself is as wide as the page.
            still @ Poster::Here(..) => art(ui, place, still, scene.pictures.still_brightness(title.stream)),
            _ => art(ui, place, picture, scene.pictures.brightness(title.stream)),
        }
        let page = Page { title: &title, picture, left: origin.x, top: origin.y, width: rect.width() };
        let bottom = page.show(ui, scene);
        ui.allocate_rect(
            Rect::from_min_max(origin, pos2(origin.x + rect.width(), bottom + 32.0)),
            Sense::hover(),
        );
    });
    back(ui, rect, &title, scene);
}

fn back(ui: &mut Ui, rect: Rect, title: &Title, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), 80.0));
    scrim::paint(ui.painter(), head, tokens.bg.gamma_multiply(0.8), true);
    let center = rect.min + vec2(44.0, 40.0);
    ui.painter().circle_filled(center, 20.0, tokens.bg.gamma_multiply(0.6));
    if IconButton::new(icon::ARROW_LEFT, &t!("back")).over_film().key("Esc").show(ui, center).clicked() {
        scene.push(Command::ShowLibrary);
    }
    let place = center + vec2(36.0, 0.0);
    let room = rect.right() - place.x - 84.0;
    let name = words::safe(&title.catalog);
    text::label_within(ui, place, Align2::LEFT_CENTER, &name, Type::LIST_STRONG, tokens.text1, room);
    more(ui, pos2(rect.right() - 44.0, center.y), title, scene);
}

/// What else can be done with a title, in a menu.
fn more(ui: &mut Ui, center: egui::Pos2, title: &Title, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    ui.painter().circle_filled(center, 20.0, tokens.bg.gamma_multiply(0.6));
    let response = IconButton::new(icon::DOTS_THREE, &t!("player-more")).over_film().show(ui, center);
    let what = name_of(title.stream);
    let mut done = Vec::new();
    if let Some(director) = &scene.state.library.director {
        let authority = director.trim_start_matches("https://").to_owned();
        let (catalog, name) = (title.catalog.clone(), title.name.clone());
        let address = Locator::At { authority, catalog, title: name }.to_string();
        done.push((t!("title-copy-address"), Command::Copy(address)));
    }
    done.push((t!("title-copy-hash"), Command::Copy(what.clone())));
    if scene.state.memory.of_stream(title.stream).is_some_and(|viewing| viewing.place_ms > 0) {
        done.push((t!("title-forget"), Command::DropPlace(what)));
    }
    done.push((t!("test-servers"), Command::ShowServerTest));
    let names = || done.iter().map(|(name, _)| name.clone()).collect();
    if let Some(pressed) = choice::actions(ui, &response, names) {
        scene.commands.extend(done.into_iter().nth(pressed).map(|(_, command)| command));
    }
}

/// The poster's picture, large and faint, fading into the page.
fn art(ui: &Ui, rect: Rect, picture: Poster, brightness: Option<f32>) {
    let tokens = *Tokens::of(ui);
    let Poster::Here(texture, aspect) = picture else { return };
    let mut painter = ui.painter().clone();
    let (most, least, usual) = ART_OPACITY;
    // In the light theme words are dark: a dark picture is what they must stand out from.
    let strong = |brightness: f32| if tokens.dark { brightness } else { 1.0 - brightness };
    let fit = |brightness| (ART_BRIGHTNESS / strong(brightness).max(0.01)).clamp(least, most);
    painter.multiply_opacity(brightness.map_or(usual, fit));
    poster::paint_cover(&painter, rect, 0, texture, aspect);
    let left = Rect::from_min_size(rect.min, vec2(rect.width() * 0.7, rect.height()));
    scrim::side(ui.painter(), left, tokens.bg.gamma_multiply(0.6));
    scrim::paint(ui.painter(), rect, tokens.bg.gamma_multiply(0.5), false);
    let under = Rect::from_min_max(pos2(rect.left(), rect.center().y), rect.max);
    scrim::paint(ui.painter(), under, tokens.bg, false);
}

struct Page<'a> {
    title: &'a Title,
    picture: Poster,
    left: f32,
    top: f32,
    width: f32,
}

impl Page<'_> {
    /// Shows everything; returns the lower edge.
    fn show(&self, ui: &mut Ui, scene: &mut Scene<'_>) -> f32 {
        let small = self.width < 900.0;
        let margin = if small { 24.0 } else { 56.0 };
        let left = self.left + margin;
        let poster_width = match self.width {
            width if width < 620.0 => 0.0,
            _ if small => 150.0,
            _ => 224.0,
        };
        let right = if small { margin } else { 40.0 };
        let top = self.top + if small { 84.0 } else { 118.0 };
        let mut under_poster = top;
        let mut x = left;
        if poster_width > 0.0 {
            let place = Rect::from_min_size(pos2(left, top), vec2(poster_width, poster_width * 1.5));
            self.poster(ui, place);
            under_poster = place.bottom();
            x = place.right() + if small { 24.0 } else { 40.0 };
        }
        let room = self.left + self.width - right - x;
        let head = self.head(ui, pos2(x, top + 3.0), room, scene);
        let y = head.max(under_poster) + 30.0;
        let whole = self.width - margin - right;
        if self.width < NARROW {
            let first = holders::show(ui, pos2(left, y), whole, self.title, scene.state);
            return self.second(ui, pos2(left, first + 24.0), whole, scene);
        }
        let second = (whole - 40.0) * 0.42;
        let first = whole - 40.0 - second;
        let one = holders::show(ui, pos2(left, y), first, self.title, scene.state);
        let two = self.second(ui, pos2(left + first + 40.0, y), second, scene);
        one.max(two)
    }

    /// The second column: tracks, chapters, the file; returns the lower edge.
    fn second(&self, ui: &mut Ui, corner: egui::Pos2, width: f32, scene: &mut Scene<'_>) -> f32 {
        let y = parts::show(ui, corner, width, self.title, scene);
        facts::show(ui, pos2(corner.x, y), width, self.title, scene)
    }

    fn poster(&self, ui: &Ui, rect: Rect) {
        let tokens = *Tokens::of(ui);
        ui.painter().add(tokens.shadow(40, 12, 170).as_shape(rect, radius::CARD));
        match self.picture {
            Poster::Here(texture, aspect) => {
                poster::paint_cover(ui.painter(), rect, radius::CARD, texture, aspect);
                if aspect > 1.0 {
                    self.letter(ui, rect);
                }
            }
            _ => {
                ui.painter().rect_filled(rect, radius::CARD, tokens.surface2);
                text::icon(ui.painter(), rect.center(), icon::FILM_STRIP, Type::icon(40.0), tokens.text3);
            }
        }
        let edge = egui::Stroke::new(1.0, Color32::from_white_alpha(24));
        ui.painter().rect_stroke(rect, radius::CARD, edge, egui::StrokeKind::Inside);
    }

    /// Writes the name onto a picture of the film.
    fn letter(&self, ui: &Ui, rect: Rect) {
        let foot = Rect::from_min_max(pos2(rect.left(), rect.center().y), rect.max);
        scrim::within(ui.painter(), foot, radius::CARD, over_film::SHADE, false);
        let ty = if rect.width() < 200.0 { Type::HEADING } else { Type::TITLE.at(26.0, 30.0) };
        let mut job = ty.wrapped(&self.title.title, over_film::WHITE, rect.width() - 32.0);
        job.wrap.max_rows = 4;
        let galley = ui.painter().layout_job(job);
        let place = rect.left_bottom() + vec2(16.0, -16.0 - galley.size().y);
        ui.painter().galley(place, galley, over_film::WHITE);
    }

    /// Name, facts, text, buttons, verdict; returns the lower edge.
    fn head(&self, ui: &mut Ui, corner: egui::Pos2, room: f32, scene: &mut Scene<'_>) -> f32 {
        let tokens = *Tokens::of(ui);
        let title = self.title;
        let ty = if room < 520.0 { Type::TITLE } else { Type::DISPLAY };
        let mut job = ty.wrapped(&title.title, tokens.text1, room);
        job.wrap.max_rows = 2;
        let mut y = text::rich(ui, corner, job).bottom() + 10.0;
        let line = facts::line(title);
        if !line.is_empty() {
            y = text::paragraph(ui, pos2(corner.x, y), &line, Type::LIST, tokens.text2, room).bottom() + 14.0;
        }
        if !title.description.is_empty() {
            let mut job =
                Type::BODY.wrapped(&words::safe(&title.description), tokens.text1, room.min(COLUMN));
            job.wrap.max_rows = 8;
            y = text::rich(ui, pos2(corner.x, y), job).bottom();
        }
        y = self.buttons(ui, pos2(corner.x, y + 24.0), room, scene);
        self.verdict(ui, pos2(corner.x, y + 26.0), room, scene.state)
    }

    fn buttons(&self, ui: &mut Ui, corner: egui::Pos2, room: f32, scene: &mut Scene<'_>) -> f32 {
        let tokens = *Tokens::of(ui);
        let boxed = || Box::new(self.title.clone());
        let viewing = scene.state.memory.of_stream(self.title.stream).cloned();
        let begun = viewing.as_ref().filter(|viewing| viewing.place_ms > 0 && scene.state.settings.resume);
        let first = begun.map_or_else(
            || t!("title-play"),
            |viewing| {
                let place = std::time::Duration::from_millis(viewing.place_ms);
                t!("title-resume", time = words::clock(Some(place)))
            },
        );
        let held = !self.title.servers.is_empty();
        let first = Button::new(&first, ButtonKind::Primary).filled_icon(icon::PLAY).enabled(held);
        let width = first.width(ui, 48.0);
        let place = Rect::from_min_size(corner, vec2(width, 48.0));
        let response = first.show(ui, place);
        let number = scene.state.page_number;
        let fresh = ui.data_mut(|data| {
            let last = data.get_temp_mut_or_default::<u64>(Id::unique("title page"));
            std::mem::replace(last, number) != number
        });
        if fresh && held {
            response.request_focus();
        }
        if response.clicked() {
            scene.push(Command::Play(boxed()));
        }
        let mut next = pos2(place.right() + 16.0, corner.y);
        let mut foot = place.bottom();
        if begun.is_some() {
            let words = t!("title-from-start");
            let again =
                Button::new(&words, ButtonKind::OverPage).icon(icon::ARROW_COUNTER_CLOCKWISE).enabled(held);
            let width = again.width(ui, 48.0);
            if next.x + width + 60.0 > corner.x + room {
                next = pos2(corner.x, corner.y + 58.0);
                foot += 58.0;
            }
            let place = Rect::from_min_size(next, vec2(width, 48.0));
            if again.show(ui, place).clicked() {
                scene.push(Command::PlayFrom(boxed(), std::time::Duration::ZERO));
            }
            next.x = place.right() + 12.0;
        }
        let watched = viewing.as_ref().is_some_and(|viewing| viewing.watched);
        let (glyph, name) = if watched {
            (icon::CHECK_CIRCLE, t!("title-unwatch"))
        } else {
            (icon::CHECK, t!("title-watch"))
        };
        let fill = tokens.text1.gamma_multiply(0.1);
        let mark = IconButton::new(glyph, &name).over_film().side(48.0).plate(fill);
        let mark = if watched { mark.filled() } else { mark };
        if mark.show(ui, next + vec2(24.0, 24.0)).clicked() {
            scene.push(Command::Mark(boxed(), !watched));
        }
        match begun {
            Some(viewing) => progress(ui, pos2(corner.x, foot + 20.0), viewing, &tokens),
            None => foot,
        }
    }

    fn verdict(&self, ui: &mut Ui, place: egui::Pos2, room: f32, state: &State) -> f32 {
        let tokens = *Tokens::of(ui);
        let verdict = readiness::verdict(self.title, &state.memory);
        let (glyph, ink) = match verdict.grade {
            Grade::Warning | Grade::Bad => (icon::WARNING, tokens.warn),
            Grade::Good => (icon::CHECK_CIRCLE, tokens.text1),
            Grade::Unknown | Grade::Waiting => (icon::INFO, tokens.text1),
        };
        text::icon(ui.painter(), place + vec2(9.0, 9.0), glyph, Type::icon_fill(18.0), ink);
        let mut job =
            Type::LABEL_STRONG.wrapped(&format!("{} ", verdict.sentence), ink, room.min(760.0) - 28.0);
        text::push(&mut job, &verdict.cause, Type::NOTE, tokens.text2);
        text::rich(ui, place + vec2(28.0, 0.0), job).bottom()
    }
}

fn progress(ui: &mut Ui, place: egui::Pos2, viewing: &Viewing, tokens: &Tokens) -> f32 {
    let line = Rect::from_min_size(place, vec2(182.0, 4.0));
    let bed = if tokens.dark { over_film::AHEAD.gamma_multiply(0.7) } else { tokens.surface3 };
    meter::bar(ui.painter(), line, viewing.part(), tokens.text1, bed);
    if let Some(left) = viewing.left_seconds() {
        let place = pos2(line.right() + 16.0, line.center().y);
        text::label(ui, place, Align2::LEFT_CENTER, &words::left(left), Type::CAPTION, tokens.text2);
    }
    line.bottom()
}

/// The head of a part of the page, with a note at its right; returns where its content begins.
fn heading(ui: &mut Ui, corner: egui::Pos2, width: f32, words: &str, note: &str) -> f32 {
    let tokens = *Tokens::of(ui);
    let y = corner.y + 12.0;
    text::label(ui, pos2(corner.x, y), Align2::LEFT_CENTER, words, Type::HEADING, tokens.text1);
    if !note.is_empty() {
        let place = pos2(corner.x + width, y);
        text::label(ui, place, Align2::RIGHT_CENTER, note, Type::CAPTION, tokens.text3);
    }
    corner.y + 34.0
}
