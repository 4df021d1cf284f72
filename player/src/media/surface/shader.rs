//! The shader that turns planes into the colours of the screen, and its figures.

use crate::media::frame::ColorMatrix;

/// Corners of the place, one after another, without a buffer.
pub(super) const VERTEX: &str = r"
uniform vec2 u_corners[4];
out vec2 v_at;
void main() {
    int strip[4] = int[4](0, 1, 3, 2);
    int corner = strip[gl_VertexID];
    v_at = u_corners[corner];
    vec2 place = vec2(corner == 1 || corner == 2 ? 1.0 : -1.0, corner < 2 ? 1.0 : -1.0);
    gl_Position = vec4(place, 0.0, 1.0);
}
";

/// Planes to colours. `u_pairs` says that chroma lies in pairs in one plane.
pub(super) const FRAGMENT: &str = r"
uniform sampler2D u_luma;
uniform sampler2D u_chroma_a;
uniform sampler2D u_chroma_b;
uniform bool u_pairs;
uniform mat3 u_matrix;
uniform vec3 u_offset;
in vec2 v_at;
out vec4 o_color;
void main() {
    vec2 chroma = u_pairs
        ? texture(u_chroma_a, v_at).rg
        : vec2(texture(u_chroma_a, v_at).r, texture(u_chroma_b, v_at).r);
    vec3 yuv = vec3(texture(u_luma, v_at).r, chroma) - u_offset;
    o_color = vec4(clamp(u_matrix * yuv, 0.0, 1.0), 1.0);
}
";

/// What must be taken from luma and chroma before the matrix.
pub(super) fn offset(full_range: bool) -> [f32; 3] {
    let luma = if full_range { 0.0 } else { 16.0 / 255.0 };
    [luma, 128.0 / 255.0, 128.0 / 255.0]
}

/// The matrix, column by column: what luma, blue and red difference add to red, green and blue.
pub(super) fn matrix(matrix: ColorMatrix, full_range: bool) -> [f32; 9] {
    let (kr, kb) = match matrix {
        ColorMatrix::Bt601 => (0.299, 0.114),
        ColorMatrix::Bt709 => (0.2126, 0.0722),
        ColorMatrix::Bt2020 => (0.2627, 0.0593),
    };
    let kg = 1.0 - kr - kb;
    let (luma, chroma) = if full_range { (1.0, 1.0) } else { (255.0 / 219.0, 255.0 / 224.0) };
    let (blue, red) = (2.0 * (1.0 - kb) * chroma, 2.0 * (1.0 - kr) * chroma);
    [luma, luma, luma, 0.0, -blue * kb / kg, blue, red, -red * kr / kg, 0.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(yuv: [u8; 3], kind: ColorMatrix, full_range: bool) -> [u8; 3] {
        let (m, o) = (matrix(kind, full_range), offset(full_range));
        let at = |i: usize| f32::from(yuv[i]) / 255.0 - o[i];
        std::array::from_fn(|row| {
            let value = m[row] * at(0) + m[3 + row] * at(1) + m[6 + row] * at(2);
            (value.clamp(0.0, 1.0) * 255.0).round() as u8
        })
    }

    #[test]
    fn black_white_and_the_bars_red_come_out_right() {
        for kind in [ColorMatrix::Bt601, ColorMatrix::Bt709, ColorMatrix::Bt2020] {
            assert_eq!(rgb([16, 128, 128], kind, false), [0, 0, 0]);
            assert_eq!(rgb([235, 128, 128], kind, false), [255, 255, 255]);
            assert_eq!(rgb([255, 128, 128], kind, true), [255, 255, 255]);
        }
        // Figures of the standards for pure red, in eight bits of limited range.
        for (yuv, kind) in [([81, 90, 240], ColorMatrix::Bt601), ([63, 102, 240], ColorMatrix::Bt709)] {
            let [r, g, b] = rgb(yuv, kind, false);
            assert!(r >= 253 && g <= 2 && b <= 2, "{kind:?}: {r} {g} {b}");
        }
    }
}
