//! What is in the window, as screen readers are told it: names, roles, places. A remote control may ask for
//! it, so that a script or a test finds a button by its name.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use egui::accesskit::TreeUpdate;
use egui::{Context, FullOutput, Plugin};
use serde_json::{Value, json};

/// Most widgets told.
const MAX_WIDGETS: usize = 2_000;

#[derive(Default)]
struct Seen {
    wanted: AtomicBool,
    newest: Mutex<Option<(TreeUpdate, f32)>>,
}

/// The window's widgets. Nothing is kept of them until somebody asks.
#[derive(Clone)]
pub(super) struct Widgets {
    ctx: Context,
    seen: Arc<Seen>,
}

impl Widgets {
    /// Those of the window of `ctx`.
    pub(super) fn of(ctx: &Context) -> Self {
        let seen = Arc::<Seen>::default();
        ctx.add_plugin(Watcher(Arc::clone(&seen)));
        Self { ctx: ctx.clone(), seen }
    }

    /// All named ones as they were drawn last; null at the first time, after which they are watched.
    pub(super) fn list(&self) -> Value {
        if !self.seen.wanted.swap(true, Ordering::Relaxed) {
            self.ctx.enable_accesskit();
            self.ctx.request_repaint();
            return Value::Null;
        }
        let newest = self.seen.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.as_ref().map_or(Value::Null, |(update, scale)| list(update, *scale))
    }
}

struct Watcher(Arc<Seen>);

impl Plugin for Watcher {
    fn debug_name(&self) -> &'static str {
        "widgets"
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        if !self.0.wanted.load(Ordering::Relaxed) {
            return;
        }
        if let Some(update) = &output.platform_output.accesskit_update {
            let newest = Some((update.clone(), ctx.pixels_per_point()));
            *self.0.newest.lock().unwrap_or_else(PoisonError::into_inner) = newest;
        }
    }
}

/// Name, role, and the place in the window's pixels.
fn list(update: &TreeUpdate, scale: f32) -> Value {
    let named = update.nodes.iter().filter_map(|(id, node)| {
        let name = node.label().or_else(|| node.value())?;
        let place = node.bounds()?;
        let scale = f64::from(scale);
        Some(json!({
            "name": name,
            "role": format!("{:?}", node.role()),
            "focused": update.focus == *id,
            "x": place.x0 * scale,
            "y": place.y0 * scale,
            "width": place.width() * scale,
            "height": place.height() * scale,
        }))
    });
    named.take(MAX_WIDGETS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widgets_are_told_by_name_and_place_once_somebody_asked() {
        let ctx = Context::default();
        let widgets = Widgets::of(&ctx);
        let draw = || {
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
                let place = egui::Rect::from_min_size(egui::pos2(10.0, 20.0), egui::vec2(80.0, 30.0));
                ui.put(place, egui::Button::new("Play"));
            });
            // Nobody paints here.
            output.textures_delta.clear();
        };
        draw();
        assert_eq!(widgets.list(), Value::Null);
        draw();
        let list = widgets.list();
        let button = list.as_array().and_then(|all| all.iter().find(|widget| widget["name"] == "Play"));
        let button = button.unwrap_or_else(|| panic!("{list}"));
        assert_eq!(
            (&button["role"], &button["x"], &button["width"]),
            (&json!("Button"), &json!(10.0), &json!(80.0))
        );
    }
}
