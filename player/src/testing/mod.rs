//! For tests: views in a window that exists only in memory, and pictures of them.
//!
//! Set `TRIBUTARY_PICTURES` to a folder to have a PNG of every view that [`Stage::picture`] is
//! called for; no display and no graphics driver is needed.

pub(crate) mod painted;
mod raster;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use egui::{Rect, Ui, Vec2};
use egui_kittest::{Harness, TestRenderer};
use tributary_core::geometry::StreamId;

use crate::state::{Command, Event, State};
use crate::theme;
use crate::view::{self, Pictures, Poster, Preview, Scene};

/// A poster of one colour for every title, and a film of one colour.
#[derive(Default)]
pub(crate) struct FlatPictures {
    preview: Option<egui::TextureHandle>,
    still: Option<egui::TextureHandle>,
}

impl Pictures for FlatPictures {
    fn poster(&self, _stream: StreamId) -> Poster {
        Poster::Unknown
    }

    fn still(&self, _stream: StreamId) -> Poster {
        self.still.as_ref().map_or(Poster::None, |still| Poster::Here(still.id(), 16.0 / 9.0))
    }

    fn brightness(&self, _stream: StreamId) -> Option<f32> {
        None
    }

    fn still_brightness(&self, _stream: StreamId) -> Option<f32> {
        None
    }

    fn preview(&self, _time: Duration) -> Option<Preview> {
        let texture = self.preview.as_ref()?.id();
        let part = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        Some(Preview { texture, part, aspect: 16.0 / 9.0 })
    }

    fn film(&mut self, ui: &mut Ui, rect: Rect) -> Option<Rect> {
        ui.painter().rect_filled(rect, 0, egui::Color32::from_rgb(150, 158, 200));
        Some(rect)
    }
}

/// What the window in memory holds.
pub(crate) struct Window {
    /// What is shown.
    pub(crate) state: State,
    /// What the views asked for.
    pub(crate) commands: Vec<Command>,
    pictures: FlatPictures,
}

/// A window in memory that shows a state.
pub(crate) struct Stage {
    /// The harness that drives it.
    pub(crate) harness: Harness<'static, Window>,
    textures: Arc<Mutex<raster::Textures>>,
}

struct KeepTextures(Arc<Mutex<raster::Textures>>);

impl TestRenderer for KeepTextures {
    fn handle_delta(&mut self, delta: &mut egui::TexturesDelta) {
        self.0.lock().expect("one thread").apply(delta);
    }
}

impl Stage {
    /// A dark window of 1280x800.
    pub(crate) fn new(state: State) -> Self {
        Self::sized(state, egui::vec2(1280.0, 800.0), egui::Theme::Dark)
    }

    /// A window of another size or theme.
    pub(crate) fn sized(state: State, size: Vec2, theme: egui::Theme) -> Self {
        let textures = Arc::new(Mutex::new(raster::Textures::default()));
        let window = Window { state, commands: Vec::new(), pictures: FlatPictures::default() };
        let harness = Harness::builder()
            .with_size(size)
            .with_theme(theme)
            .with_max_steps(40)
            .allow_missing_glyphs()
            .with_context_setup(theme::install)
            .renderer(KeepTextures(textures.clone()))
            .build_ui_state(
                |ui, window: &mut Window| {
                    let whole = ui.ctx().content_rect();
                    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(whole));
                    child.set_clip_rect(whole);
                    let Window { state, commands, pictures } = window;
                    view::show(&mut child, &mut Scene { state, pictures, commands });
                },
                window,
            );
        let mut stage = Self { harness, textures };
        stage.settle();
        stage
    }

    /// Runs a few frames.
    pub(crate) fn settle(&mut self) {
        self.harness.run_steps(6);
    }

    /// Shows something else, as a window that was just opened would. Much quicker than another window.
    pub(crate) fn show(&mut self, state: State) {
        let window = self.harness.state_mut();
        window.state = state;
        window.commands.clear();
        self.harness.ctx.memory_mut(|memory| {
            let options = memory.options.clone();
            *memory = egui::Memory::default();
            memory.options = options;
        });
        self.settle();
    }

    /// Lets the film have preview pictures; gives the texture that they lie on.
    pub(crate) fn with_previews(&mut self) -> egui::TextureId {
        let image = egui::ColorImage::filled([16, 9], egui::Color32::from_rgb(90, 140, 90));
        let texture = self.harness.ctx.load_texture("previews", image, egui::TextureOptions::LINEAR);
        let id = texture.id();
        self.harness.state_mut().pictures.preview = Some(texture);
        self.settle();
        id
    }

    /// Lets every title have a still; gives its texture.
    pub(crate) fn with_stills(&mut self) -> egui::TextureId {
        let image = egui::ColorImage::filled([16, 9], egui::Color32::from_rgb(140, 100, 90));
        let texture = self.harness.ctx.load_texture("stills", image, egui::TextureOptions::LINEAR);
        let id = texture.id();
        self.harness.state_mut().pictures.still = Some(texture);
        self.settle();
        id
    }

    /// Whether this texture is to be seen.
    pub(crate) fn shows(&self, texture: egui::TextureId) -> bool {
        self.harness.output().shapes.iter().any(|shape| shape.shape.texture_id() == texture)
    }

    /// Changes what is shown.
    pub(crate) fn apply(&mut self, event: Event) {
        self.harness.state_mut().state.apply(event);
        self.settle();
    }

    /// What the views asked for since the last call.
    pub(crate) fn commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.harness.state_mut().commands)
    }

    /// All text on show.
    pub(crate) fn texts(&self) -> Vec<painted::Painted> {
        painted::texts(&self.harness.output().shapes, self.harness.ctx.content_rect())
    }

    /// Writes a picture of the window where `TRIBUTARY_PICTURES` says.
    pub(crate) fn picture(&self, name: &str) {
        if std::env::var_os("TRIBUTARY_PICTURES").is_some() {
            keep(name, &self.image());
        }
    }

    /// A picture of the window.
    pub(crate) fn image(&self) -> image::RgbaImage {
        let output = self.harness.output();
        let textures = self.textures.lock().expect("one thread");
        let meshes = self.harness.ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        let size = self.harness.ctx.content_rect().size() * output.pixels_per_point;
        raster::draw(&meshes, &textures, size, output.pixels_per_point)
    }
}

/// Writes a picture where `TRIBUTARY_PICTURES` says.
pub(crate) fn keep(name: &str, image: &image::RgbaImage) {
    let Some(folder) = std::env::var_os("TRIBUTARY_PICTURES") else { return };
    let path = std::path::Path::new(&folder).join(format!("{name}.png"));
    image.save(path).expect("the folder can be written to");
}
