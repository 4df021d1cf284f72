//! The views. Each reads the state and pushes commands; none of them keeps anything of its own
//! but what egui remembers of scrolling and focus.

pub mod diagnose;
pub mod directors;
pub mod hotkeys;
pub mod keys;
pub mod library;
pub mod message;
pub mod open;
pub mod player;
pub mod settings;
pub mod stats;
pub mod title;

#[cfg(test)]
mod tests;

use std::time::Duration;

use egui::{Rect, TextureId, Ui};
use tributary_core::geometry::StreamId;

use crate::state::{Command, State, View};
use crate::widget::focus;

/// A poster, as far as it is here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Poster {
    /// The picture, and its width by its height.
    Here(TextureId, f32),
    /// It was asked for.
    Coming,
    /// It was not asked for yet.
    Unknown,
    /// It can't be had.
    None,
}

/// A small picture of the film at some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preview {
    /// Where it lies.
    pub texture: TextureId,
    /// The part of the texture that it takes, 0 to 1 each way.
    pub part: Rect,
    /// Its width by its height.
    pub aspect: f32,
}

/// What a view needs beside the state: things of the window that are not state.
pub trait Pictures {
    /// The poster of a stream.
    fn poster(&self, stream: StreamId) -> Poster;
    /// The film's picture where one left off.
    fn still(&self, stream: StreamId) -> Poster;
    /// How bright the poster of a stream is on the whole, 0 to 1, where it is here.
    fn brightness(&self, stream: StreamId) -> Option<f32>;
    /// The same of its still.
    fn still_brightness(&self, stream: StreamId) -> Option<f32>;
    /// The picture of the film that plays at a time; none where nobody has made any.
    fn preview(&self, time: Duration) -> Option<Preview>;
    /// Paints the newest picture of the film into `rect`; gives the place of the whole of it, which may reach
    /// beyond.
    fn film(&mut self, ui: &mut Ui, rect: Rect) -> Option<Rect>;
}

/// The still of a stream; asks for one that is not known of.
fn still(stream: StreamId, scene: &mut Scene<'_>) -> Poster {
    let still = scene.pictures.still(stream);
    if still == Poster::Unknown {
        scene.push(Command::WantStill(stream));
        return Poster::Coming;
    }
    still
}

/// What every view is given.
pub struct Scene<'a> {
    /// What is to be shown.
    pub state: &'a State,
    /// Posters and the film.
    pub pictures: &'a mut dyn Pictures,
    /// Where wishes go.
    pub commands: &'a mut Vec<Command>,
}

impl Scene<'_> {
    /// Pushes a wish.
    pub fn push(&mut self, command: Command) {
        self.commands.push(command);
    }
}

/// Shows what fills the window.
pub fn show(ui: &mut Ui, scene: &mut Scene<'_>) {
    let rect = ui.max_rect();
    hotkeys::push(ui, scene);
    if scene.state.view != View::Directors {
        directors::closed(ui);
    }
    match scene.state.view {
        View::Directors => directors::show(ui, rect, scene),
        View::Library => library::show(ui, rect, scene),
        View::Settings => settings::show(ui, rect, scene),
        View::ServerTest => diagnose::show(ui, rect, scene),
        View::Title => title::show(ui, rect, scene),
        View::Player => player::show(ui, rect, scene),
    }
    if scene.state.view != View::Player {
        player::notices(ui, rect, scene);
    }
    focus::sheet(ui.ctx(), "keys", scene.state.keys_shown);
    focus::sheet(ui.ctx(), "open", scene.state.open_shown);
    if scene.state.keys_shown {
        keys::show(ui, rect, scene);
    }
    if scene.state.open_shown {
        open::show(ui, rect, scene);
    } else {
        open::closed(ui);
    }
    open::hovered(ui, rect);
}
