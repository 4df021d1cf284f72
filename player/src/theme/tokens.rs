//! Colours, radii, shadows and times: every number of the look that has a name.

use egui::{Color32, Shadow};

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tokens {
    /// Whether this is the dark theme.
    pub dark: bool,
    /// Behind everything.
    pub bg: Color32,
    /// Side bar, drawer, rows, fields.
    pub surface1: Color32,
    /// Cards on surface 1, small buttons.
    pub surface2: Color32,
    /// Under the pointer, selected.
    pub surface3: Color32,
    /// Hairlines between things.
    pub line: Color32,
    /// Edge of a control that is told apart by it alone.
    pub edge: Color32,
    /// What is read first.
    pub text1: Color32,
    /// What explains it.
    pub text2: Color32,
    /// What is only looked up.
    pub text3: Color32,
    /// Fill of the one main button.
    pub primary: Color32,
    /// Text on it.
    pub on_primary: Color32,
    /// Needs a look; always with an icon and a word.
    pub warn: Color32,
    /// Stops something; always with an icon and a word.
    pub bad: Color32,
    /// The eight source colours: blue, amber, rose, aqua, violet, copper, lime, silver.
    pub sources: [Color32; 8],
}

const fn hex(rgb: u32) -> Color32 {
    Color32::from_rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

const INK: Color32 = hex(0x0B0E11);

impl Tokens {
    /// The dark theme; the player is dark in both.
    pub const DARK: Self = Self {
        dark: true,
        bg: hex(0x0B0E11),
        surface1: hex(0x12161A),
        surface2: hex(0x1A1F24),
        surface3: hex(0x252B32),
        line: hex(0x262D34),
        edge: hex(0x6B757E),
        text1: hex(0xF2F4F5),
        text2: hex(0xAEB7BE),
        text3: hex(0x87919A),
        primary: hex(0xF2F4F5),
        on_primary: INK,
        warn: hex(0xF3C26B),
        bad: hex(0xFF8A80),
        sources: [
            hex(0x72A1FF),
            hex(0xEEBA0A),
            hex(0xD04C78),
            hex(0x5FEFF4),
            hex(0xA061C0),
            hex(0xD38959),
            hex(0xD3E9A2),
            hex(0xB2B7BA),
        ],
    };

    /// The light theme.
    pub const LIGHT: Self = Self {
        dark: false,
        bg: hex(0xF6F5F2),
        surface1: Color32::WHITE,
        surface2: hex(0xEEECE7),
        surface3: hex(0xE3E0DA),
        line: hex(0xDFDCD5),
        edge: hex(0x82888D),
        text1: hex(0x14181B),
        text2: hex(0x495158),
        text3: hex(0x626A71),
        primary: hex(0x14181B),
        on_primary: Color32::WHITE,
        warn: hex(0x8A5A00),
        bad: hex(0xB3261E),
        sources: [
            hex(0x3552BA),
            hex(0x8F6D01),
            hex(0x7D1551),
            hex(0x2A9CA0),
            hex(0xA968D7),
            hex(0x9A3B10),
            hex(0x78972F),
            hex(0x6B7379),
        ],
    };

    /// The tokens that belong to the style in force in `ui`.
    #[must_use]
    pub fn of(ui: &egui::Ui) -> &'static Self {
        if ui.visuals().dark_mode { &Self::DARK } else { &Self::LIGHT }
    }

    /// Colour of the source with this number (they repeat from the ninth on).
    #[must_use]
    pub const fn source(&self, slot: usize) -> Color32 {
        self.sources[slot % self.sources.len()]
    }

    /// Ink or white, whichever contrasts more with `fill`.
    #[must_use]
    pub fn letter_on(fill: Color32) -> Color32 {
        if contrast(fill, INK) >= contrast(fill, Color32::WHITE) { INK } else { Color32::WHITE }
    }

    /// Shadow of something that floats: blur, how far down, how dark (0 to 255) in the dark theme. On a light page a
    /// shadow of that strength looks like dirt.
    #[must_use]
    pub const fn shadow(&self, blur: u8, down: i8, alpha: u8) -> Shadow {
        let alpha = if self.dark { alpha } else { (alpha as u16 * 2 / 5) as u8 };
        Shadow { offset: [0, down], blur, spread: 0, color: Color32::from_black_alpha(alpha) }
    }
}

/// Contrast ratio of two colours as WCAG 2 defines it, 1 to 21.
fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |c: Color32| {
        let linear = |v: u8| {
            let v = f32::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Corner radii in points.
pub mod radius {
    /// A cell of the pattern strip or the file map.
    pub const CELL: u8 = 4;
    /// A small button or a field.
    pub const SMALL: u8 = 8;
    /// A row or a poster.
    pub const ROW: u8 = 10;
    /// A large button or a thumbnail.
    pub const LARGE: u8 = 12;
    /// A card or a menu.
    pub const CARD: u8 = 14;
    /// A dialog.
    pub const DIALOG: u8 = 18;
}

/// How long things take to move, in seconds.
pub mod motion {
    /// A value on its way between 0 and 1 within `seconds`; at once where nothing shall move.
    pub fn glide(ctx: &egui::Context, id: egui::Id, on: bool, seconds: f32) -> f32 {
        let still = ctx.global_style().animation_time <= 0.0;
        ctx.animate_bool_with_time(id, on, if still { 0.0 } else { seconds })
    }

    /// A button under the pointer.
    pub const HOVER: f32 = 0.09;
    /// The river growing under the pointer.
    pub const RIVER: f32 = 0.12;
    /// Controls fading out.
    pub const FADE: f32 = 0.14;
    /// The drawer.
    pub const DRAWER: f32 = 0.2;
    /// Controls hide after this long without a sign of the user.
    pub const HIDE_AFTER: f32 = 2.5;
}

/// Colours laid over the film, the same in both themes.
pub mod over_film {
    use egui::Color32;

    /// What is played, and every icon.
    pub const WHITE: Color32 = Color32::WHITE;
    /// The unplayed part of the line: 46 % white.
    pub const AHEAD: Color32 = Color32::from_rgba_premultiplied(117, 117, 117, 117);
    /// The river's bed, opaque enough for source colours over a white film.
    pub const BED: Color32 = Color32::from_rgba_premultiplied(23, 25, 27, 235);
    /// Behind words and lines at the ends of a poster.
    pub const SHADE: Color32 = Color32::from_black_alpha(150);
    /// Behind words in the middle of the film.
    pub const DIM: Color32 = Color32::from_black_alpha(150);
    /// Under an icon button that is hovered.
    pub const HOVER: Color32 = Color32::from_rgba_premultiplied(38, 38, 38, 38);
    /// Under an icon button that is on.
    pub const ON: Color32 = Color32::from_rgba_premultiplied(46, 46, 46, 60);
    /// Fill of the second button over a dimmed film.
    pub const SECOND: Color32 = Color32::from_rgba_premultiplied(38, 38, 38, 38);
    /// The same under the pointer.
    pub const SECOND_HOVER: Color32 = Color32::from_rgba_premultiplied(66, 66, 66, 66);
    /// Subtitles where yellow ones are chosen.
    pub const SUBTITLE_YELLOW: Color32 = Color32::from_rgb(255, 221, 84);
    /// Subtitles where grey ones are chosen.
    pub const SUBTITLE_GREY: Color32 = Color32::from_rgb(190, 190, 190);
    /// Fill of a source's plate over a dimmed film.
    pub const PLATE: Color32 = Color32::from_rgba_premultiplied(14, 16, 18, 190);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_contrasts_with_its_surface() {
        for tokens in [Tokens::DARK, Tokens::LIGHT] {
            assert!(contrast(tokens.text1, tokens.surface1) > 15.0);
            assert!(contrast(tokens.text2, tokens.surface1) > 8.0);
            assert!(contrast(tokens.text3, tokens.surface1) > 5.4);
            assert!(contrast(tokens.text3, tokens.surface2) > 4.6);
            assert!(contrast(tokens.warn, tokens.surface1) > 5.8);
            assert!(contrast(tokens.bad, tokens.surface1) > 6.4);
        }
    }

    #[test]
    fn a_letter_can_be_read_on_every_chip() {
        for tokens in [Tokens::DARK, Tokens::LIGHT] {
            for fill in tokens.sources {
                assert!(contrast(Tokens::letter_on(fill), fill) > 4.5, "{fill:?}");
            }
        }
    }

    #[test]
    fn source_colours_repeat_from_the_ninth() {
        assert_eq!(Tokens::DARK.source(0), Tokens::DARK.source(8));
        assert_ne!(Tokens::DARK.source(0), Tokens::DARK.source(7));
    }
}
