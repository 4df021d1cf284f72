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

/// Planes to colours. `u_pairs` says that chroma lies in pairs in one plane, `u_scale` what the values are
/// multiplied by. `u_transfer` is 0 for colours that are the screen's, but for BT.2020's primaries where
/// `u_wide` says so; 1 for PQ, 2 for HLG: see `light.rs`, which does the same without a graphics card.
pub(super) const FRAGMENT: &str = r"
uniform float u_scale;
uniform int u_transfer;
uniform bool u_wide;
uniform float u_peak_nits;
uniform vec3 u_bend;
uniform sampler2D u_luma;
uniform sampler2D u_chroma_a;
uniform sampler2D u_chroma_b;
uniform bool u_pairs;
uniform mat3 u_matrix;
uniform vec3 u_offset;
in vec2 v_at;
out vec4 o_color;
float pq_to_nits(float signal) {
    float power = pow(clamp(signal, 0.0, 1.0), 1.0 / 78.84375);
    return 10000.0 * pow(max(power - 0.8359375, 0.0) / (18.8515625 - 18.6875 * power), 1.0 / 0.1593017578125);
}
float nits_to_pq(float nits) {
    float power = pow(clamp(nits / 10000.0, 0.0, 1.0), 0.1593017578125);
    return pow((0.8359375 + 18.8515625 * power) / (1.0 + 18.6875 * power), 78.84375);
}
float hlg_to_scene(float signal) {
    signal = clamp(signal, 0.0, 1.0);
    return signal <= 0.5 ? signal * signal / 3.0 : (exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12.0;
}
vec3 shown(vec3 rgb) {
    if (u_transfer == 1) {
        rgb = vec3(pq_to_nits(rgb.r), pq_to_nits(rgb.g), pq_to_nits(rgb.b));
    } else if (u_transfer == 2) {
        rgb = vec3(hlg_to_scene(rgb.r), hlg_to_scene(rgb.g), hlg_to_scene(rgb.b));
        rgb *= u_peak_nits * pow(max(dot(rgb, vec3(0.2627, 0.678, 0.0593)), 0.000001), 0.2);
    } else {
        rgb = pow(max(rgb, 0.0), vec3(2.4)) * 203.0;
    }
    if (u_transfer != 0) {
        float brightest = max(max(rgb.r, rgb.g), rgb.b);
        float signal = nits_to_pq(brightest) / u_bend.x;
        if (signal > u_bend.z) {
            float t = min((signal - u_bend.z) / (1.0 - u_bend.z), 1.0);
            float bent = (2.0 * t * t * t - 3.0 * t * t + 1.0) * u_bend.z
                + (t * t * t - 2.0 * t * t + t) * (1.0 - u_bend.z)
                + (3.0 * t * t - 2.0 * t * t * t) * u_bend.y;
            rgb *= pq_to_nits(bent * u_bend.x) / brightest;
        }
    }
    if (u_wide) {
        rgb = mat3(1.6605, -0.1246, -0.0182, -0.5876, 1.1329, -0.1006, -0.0728, -0.0083, 1.1187) * rgb;
    }
    return pow(clamp(rgb / 203.0, 0.0, 1.0), vec3(1.0 / 2.4));
}
void main() {
    vec2 chroma = u_pairs
        ? texture(u_chroma_a, v_at).rg
        : vec2(texture(u_chroma_a, v_at).r, texture(u_chroma_b, v_at).r);
    vec3 yuv = vec3(texture(u_luma, v_at).r, chroma) * u_scale - u_offset;
    vec3 rgb = clamp(u_matrix * yuv, 0.0, 1.0);
    o_color = vec4(u_transfer != 0 || u_wide ? shown(rgb) : rgb, 1.0);
}
";

/// What must be taken from luma and chroma before the matrix.
pub(super) fn offset(full_range: bool, deep: bool) -> [f32; 3] {
    let most = if deep { 1_023.0 / 4.0 } else { 255.0 };
    let luma = if full_range { 0.0 } else { 16.0 / most };
    [luma, 128.0 / most, 128.0 / most]
}

/// The matrix, column by column: what luma, blue and red difference add to red, green and blue.
pub(super) fn matrix(matrix: ColorMatrix, full_range: bool, deep: bool) -> [f32; 9] {
    let (kr, kb) = match matrix {
        ColorMatrix::Bt601 => (0.299, 0.114),
        ColorMatrix::Bt709 => (0.2126, 0.0722),
        ColorMatrix::Bt2020 => (0.2627, 0.0593),
    };
    let kg = 1.0 - kr - kb;
    let most = if deep { 1_023.0 / 4.0 } else { 255.0 };
    let (luma, chroma) = if full_range { (1.0, 1.0) } else { (most / 219.0, most / 224.0) };
    let (blue, red) = (2.0 * (1.0 - kb) * chroma, 2.0 * (1.0 - kr) * chroma);
    [luma, luma, luma, 0.0, -blue * kb / kg, blue, red, -red * kr / kg, 0.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(yuv: [u8; 3], kind: ColorMatrix, full_range: bool) -> [u8; 3] {
        of(yuv.map(u16::from), 255.0, kind, full_range)
    }

    fn of(yuv: [u16; 3], most: f32, kind: ColorMatrix, full_range: bool) -> [u8; 3] {
        let deep = most > 255.0;
        let (m, o) = (matrix(kind, full_range, deep), offset(full_range, deep));
        let at = |i: usize| f32::from(yuv[i]) / most - o[i];
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
            assert_eq!(of([64, 512, 512], 1_023.0, kind, false), [0, 0, 0]);
            assert_eq!(of([940, 512, 512], 1_023.0, kind, false), [255, 255, 255]);
            assert_eq!(of([1_023, 512, 512], 1_023.0, kind, true), [255, 255, 255]);
        }
        // Figures of the standards for pure red, in eight bits of limited range.
        for (yuv, kind) in [([81, 90, 240], ColorMatrix::Bt601), ([63, 102, 240], ColorMatrix::Bt709)] {
            let [r, g, b] = rgb(yuv, kind, false);
            assert!(r >= 253 && g <= 2 && b <= 2, "{kind:?}: {r} {g} {b}");
        }
    }
}
