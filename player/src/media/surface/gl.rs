//! Planes as textures, turned into colours by a shader, in a paint callback of egui.
//!
//! Rows keep their padding (`UNPACK_ROW_LENGTH`), and a texture is made anew only when its size
//! changes: no byte of a picture is copied by the processor.
#![expect(unsafe_code, reason = "every call of OpenGL is unsafe in glow; this file makes them all")]

use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui_glow;
use eframe::glow::{self, HasContext};

use super::{Gl, Laid, VideoSurface, is_modern, is_software, lay, shader};
use crate::media::frame::{FrameFormat, VideoFrame};
use crate::media::light::Transfer;
use crate::state::shape::Shape;

/// Which planes can and should be drawn with this context; none where another way is better.
pub(super) fn can_draw(gl: &Gl) -> Option<FrameFormat> {
    // SAFETY: the context is current while the window's application is being made.
    let renderer = unsafe { gl.get_parameter_string(glow::RENDERER) };
    tracing::info!(renderer, "graphics");
    let version = egui_glow::ShaderVersion::get(gl);
    let chosen = match std::env::var(CHOICE).as_deref() {
        Ok("planes") => true,
        Ok("picture") => false,
        _ => !is_software(&renderer),
    };
    // Embedded graphics have no textures of sixteen bits.
    let planes = if version.is_embedded() { FrameFormat::Planes } else { FrameFormat::DeepPlanes };
    (chosen && is_modern(version)).then_some(planes)
}

/// Names the way of drawing, `planes` or `picture`, where the usual choice is wrong.
const CHOICE: &str = "TRIBUTARY_DRAWING";

struct Plane {
    texture: glow::Texture,
    size: (i32, i32, u32),
}

struct Program {
    program: glow::Program,
    vertices: glow::VertexArray,
    planes: Vec<Option<Plane>>,
}

#[derive(Default)]
enum Drawing {
    #[default]
    NotYet,
    Ready(Program),
    /// The shader did not compile: said once in the log.
    Impossible,
}

#[derive(Default)]
struct State {
    drawing: Drawing,
    frame: Option<Arc<VideoFrame>>,
    /// Whether `frame` must still be uploaded.
    fresh: bool,
}

/// See the module's header.
pub struct GlSurface {
    state: Arc<Mutex<State>>,
    frames: FrameFormat,
}

impl GlSurface {
    /// A surface that takes those planes.
    pub(super) fn new(frames: FrameFormat) -> Self {
        Self { state: Arc::default(), frames }
    }
}

impl VideoSurface for GlSurface {
    fn frames(&self) -> FrameFormat {
        self.frames
    }

    fn paint(
        &mut self,
        ui: &mut egui::Ui,
        rect: egui::Rect,
        frame: Option<Arc<VideoFrame>>,
        shape: Shape,
    ) -> Option<egui::Rect> {
        let laid = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if frame.is_some() {
                state.frame = frame;
                state.fresh = true;
            }
            let frame = state.frame.as_ref()?;
            lay(rect, frame.display_aspect(), frame.rotation.quarters(), shape)
        };
        let Laid { whole, place, corners } = laid;
        let state = Arc::clone(&self.state);
        ui.painter().with_clip_rect(rect.intersect(ui.clip_rect())).add(egui::PaintCallback {
            rect: place,
            callback: Arc::new(egui_glow::CallbackFn::new(move |_, painter| {
                state.lock().unwrap_or_else(PoisonError::into_inner).draw(painter.gl(), corners);
            })),
        });
        Some(whole)
    }

    fn clear(&mut self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.frame = None;
        state.fresh = false;
    }
}

impl State {
    fn draw(&mut self, gl: &Gl, corners: [[f32; 2]; 4]) {
        let Some(frame) = self.frame.clone() else { return };
        if matches!(self.drawing, Drawing::NotYet) {
            self.drawing = match Program::new(gl) {
                Ok(program) => Drawing::Ready(program),
                Err(error) => {
                    tracing::error!(%error, "the film can't be drawn by this graphics driver");
                    Drawing::Impossible
                }
            };
        }
        let Drawing::Ready(program) = &mut self.drawing else { return };
        // SAFETY: egui calls this on the thread, and with the context current, that it paints
        // with; all objects used were made by this context.
        unsafe {
            if std::mem::take(&mut self.fresh) {
                program.upload(gl, &frame);
            }
            program.paint(gl, &frame, corners);
        }
    }
}

impl Program {
    fn new(gl: &Gl) -> Result<Self, String> {
        let version = egui_glow::ShaderVersion::get(gl);
        let precision = if version.is_embedded() { "precision highp float;\n" } else { "" };
        // SAFETY: as in `State::draw`.
        unsafe {
            let program = gl.create_program()?;
            for (kind, source) in
                [(glow::VERTEX_SHADER, shader::VERTEX), (glow::FRAGMENT_SHADER, shader::FRAGMENT)]
            {
                let shader = gl.create_shader(kind)?;
                let declaration = version.version_declaration();
                gl.shader_source(shader, &format!("{declaration}\n{precision}{source}"));
                gl.compile_shader(shader);
                if !gl.get_shader_compile_status(shader) {
                    return Err(gl.get_shader_info_log(shader));
                }
                gl.attach_shader(program, shader);
                gl.delete_shader(shader);
            }
            gl.link_program(program);
            if !gl.get_program_link_status(program) {
                return Err(gl.get_program_info_log(program));
            }
            let vertices = gl.create_vertex_array()?;
            Ok(Self { program, vertices, planes: vec![None, None, None] })
        }
    }

    /// # Safety
    /// The context that made this must be current.
    unsafe fn upload(&mut self, gl: &Gl, frame: &VideoFrame) {
        let (width, height) = (frame.width() as i32, frame.height() as i32);
        // SAFETY: as the function's; each plane's slice is checked to hold all rows that are read.
        unsafe {
            gl.pixel_store_i32(glow::UNPACK_ALIGNMENT, 1);
            for index in 0..frame.planes().min(self.planes.len()) {
                let (w, h) = if index == 0 { (width, height) } else { ((width + 1) / 2, (height + 1) / 2) };
                let pairs = index == 1 && frame.format.has_pairs();
                let deep = frame.format.deep_scale().is_some();
                let (inner, format, pixel_bytes) = match (pairs, deep) {
                    (false, false) => (glow::R8, glow::RED, 1),
                    (true, false) => (glow::RG8, glow::RG, 2),
                    (false, true) => (glow::R16, glow::RED, 2),
                    (true, true) => (glow::RG16, glow::RG, 4),
                };
                let kind = if deep { glow::UNSIGNED_SHORT } else { glow::UNSIGNED_BYTE };
                let Some(bytes) = frame.plane(index) else { continue };
                let stride = frame.stride_bytes(index);
                let needed = stride * (h as usize - 1) + w as usize * pixel_bytes;
                if bytes.len() < needed || stride < w as usize * pixel_bytes {
                    continue;
                }
                let texture = match self.planes[index].as_ref().map(|plane| plane.texture) {
                    Some(texture) => texture,
                    None => match gl.create_texture() {
                        Ok(texture) => texture,
                        Err(error) => {
                            tracing::warn!(%error, "no texture for the film");
                            return;
                        }
                    },
                };
                gl.bind_texture(glow::TEXTURE_2D, Some(texture));
                gl.pixel_store_i32(glow::UNPACK_ROW_LENGTH, (stride / pixel_bytes) as i32);
                let pixels = glow::PixelUnpackData::Slice(Some(bytes));
                let size = (w, h, inner);
                if self.planes[index].as_ref().is_some_and(|plane| plane.size == size) {
                    gl.tex_sub_image_2d(glow::TEXTURE_2D, 0, 0, 0, w, h, format, kind, pixels);
                } else {
                    for (name, value) in [
                        (glow::TEXTURE_MIN_FILTER, glow::LINEAR),
                        (glow::TEXTURE_MAG_FILTER, glow::LINEAR),
                        (glow::TEXTURE_WRAP_S, glow::CLAMP_TO_EDGE),
                        (glow::TEXTURE_WRAP_T, glow::CLAMP_TO_EDGE),
                    ] {
                        gl.tex_parameter_i32(glow::TEXTURE_2D, name, value as i32);
                    }
                    gl.tex_image_2d(glow::TEXTURE_2D, 0, inner as i32, w, h, 0, format, kind, pixels);
                    self.planes[index] = Some(Plane { texture, size });
                }
            }
            gl.pixel_store_i32(glow::UNPACK_ROW_LENGTH, 0);
            gl.pixel_store_i32(glow::UNPACK_ALIGNMENT, 4);
        }
    }

    /// # Safety
    /// The context that made this must be current.
    unsafe fn paint(&self, gl: &Gl, frame: &VideoFrame, corners: [[f32; 2]; 4]) {
        // SAFETY: as the function's.
        unsafe {
            gl.use_program(Some(self.program));
            gl.bind_vertex_array(Some(self.vertices));
            gl.disable(glow::BLEND);
            let at = |name: &str| gl.get_uniform_location(self.program, name);
            for (unit, (name, plane)) in
                ["u_luma", "u_chroma_a", "u_chroma_b"].into_iter().zip(&self.planes).enumerate()
            {
                let unit = unit as u32;
                gl.active_texture(glow::TEXTURE0 + unit);
                gl.bind_texture(glow::TEXTURE_2D, plane.as_ref().map(|plane| plane.texture));
                gl.uniform_1_i32(at(name).as_ref(), unit as i32);
            }
            gl.uniform_1_i32(at("u_pairs").as_ref(), i32::from(frame.format.has_pairs()));
            let scale = frame.format.deep_scale();
            gl.uniform_1_f32(at("u_scale").as_ref(), scale.unwrap_or(1.0));
            let transfer = match frame.light.transfer {
                Transfer::Sdr => 0,
                Transfer::Pq => 1,
                Transfer::Hlg => 2,
            };
            gl.uniform_1_i32(at("u_transfer").as_ref(), transfer);
            gl.uniform_1_i32(at("u_wide").as_ref(), i32::from(frame.light.wide));
            gl.uniform_1_f32(at("u_peak_nits").as_ref(), frame.light.peak_nits);
            let bend = frame.light.bend_figures();
            gl.uniform_3_f32(at("u_bend").as_ref(), bend.peak, bend.most, bend.knee);
            let matrix = shader::matrix(frame.matrix, frame.full_range, scale.is_some());
            gl.uniform_matrix_3_f32_slice(at("u_matrix").as_ref(), false, &matrix);
            gl.uniform_3_f32_slice(
                at("u_offset").as_ref(),
                &shader::offset(frame.full_range, scale.is_some()),
            );
            gl.uniform_2_f32_slice(at("u_corners").as_ref(), &corners.concat());
            gl.draw_arrays(glow::TRIANGLE_STRIP, 0, 4);
            gl.bind_vertex_array(None);
            gl.active_texture(glow::TEXTURE0);
            gl.enable(glow::BLEND);
        }
    }
}
