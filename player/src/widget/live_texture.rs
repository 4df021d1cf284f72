//! An image computed from the engine's numbers: made anew only when they or its size change, and
//! at most four times a second.

use std::hash::{DefaultHasher, Hash, Hasher};

use egui::{ColorImage, Id, TextureHandle, TextureId, TextureOptions, Ui};

/// Least time between two images, in seconds: figures change at most four times a second.
const LEAST_SECONDS: f64 = 0.25;

#[derive(Clone)]
struct Kept {
    texture: TextureHandle,
    content: u64,
    shape: u64,
    at: f64,
}

/// The texture kept under `id`. `shape` is what must show at once (size, theme); `content` may lag.
pub fn get(
    ui: &Ui,
    id: Id,
    shape: impl Hash,
    content: impl Hash,
    make: impl FnOnce() -> ColorImage,
) -> TextureId {
    let digest = |value: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        value(&mut hasher);
        hasher.finish()
    };
    let (shape, content) = (digest(&|h| shape.hash(h)), digest(&|h| content.hash(h)));
    let now = ui.input(|input| input.time);
    let kept = ui.data(|data| data.get_temp::<Kept>(id));
    if let Some(kept) = &kept {
        let waits = kept.content == content || now - kept.at < LEAST_SECONDS;
        if kept.shape == shape && waits {
            if kept.content != content {
                let rest = LEAST_SECONDS - (now - kept.at);
                ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(rest.max(0.01)));
            }
            return kept.texture.id();
        }
    }
    let texture = match kept {
        Some(mut kept) => {
            kept.texture.set(make(), TextureOptions::LINEAR);
            kept.texture
        }
        None => ui.ctx().load_texture("live", make(), TextureOptions::LINEAR),
    };
    let made = texture.id();
    ui.data_mut(|data| data.insert_temp(id, Kept { texture, content, shape, at: now }));
    made
}
