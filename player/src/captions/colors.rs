//! Colours as subtitles have them.

use super::Rgb;

/// BT.601's colours in limited range as a screen's.
pub(super) fn of_yuv(y: u8, cb: u8, cr: u8) -> Rgb {
    let (y, cb, cr) = (1.164 * (f32::from(y) - 16.0), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.596 * cr, y - 0.392 * cb - 0.813 * cr, y + 2.017 * cb]
        .map(|part| part.round().clamp(0.0, 255.0) as u8)
}

/// `#ffcc00`, `#fc0`, or one of the names that subtitles use.
pub(super) fn named(text: &str) -> Option<Rgb> {
    const NAMES: [(&str, Rgb); 12] = [
        ("white", [255; 3]),
        ("yellow", [255, 255, 0]),
        ("cyan", [0, 255, 255]),
        ("aqua", [0, 255, 255]),
        ("lime", [0, 255, 0]),
        ("green", [0, 128, 0]),
        ("magenta", [255, 0, 255]),
        ("fuchsia", [255, 0, 255]),
        ("red", [255, 0, 0]),
        ("blue", [0, 0, 255]),
        ("black", [0; 3]),
        ("gray", [128; 3]),
    ];
    let text = text.trim();
    if let Some((_, color)) = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
        return Some(*color);
    }
    let digits = text.strip_prefix('#').unwrap_or(text);
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    match digits.len() {
        6 => Some([(number >> 16) as u8, (number >> 8) as u8, number as u8]),
        3 => Some([8, 4, 0].map(|shift| (number >> shift & 15) as u8 * 17)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read_however_they_are_written() {
        assert_eq!(named("#FFcc00"), Some([255, 204, 0]));
        assert_eq!(named("fc0"), Some([255, 204, 0]));
        assert_eq!(named("Yellow"), Some([255, 255, 0]));
        for nonsense in ["", "#", "#12345", "+12345", "plaid", "#ééé"] {
            assert_eq!(named(nonsense), None, "{nonsense}");
        }
        assert_eq!(of_yuv(235, 128, 128), [255; 3]);
        assert_eq!(of_yuv(16, 128, 128), [0; 3]);
    }
}
