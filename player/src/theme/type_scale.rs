//! The type scale: every size, line and weight that a view may use.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, FontFamily, FontId};

/// Which drawing of the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    /// Inter, for everything below 24 px.
    Text,
    /// Inter Display, from 24 px on.
    Display,
    /// Inter with figures of one width, for numbers that change.
    Figures,
    /// Phosphor Regular.
    Icon,
    /// Phosphor Fill.
    IconFill,
}

/// Between two letters of the display face, in points.
const DISPLAY_TRACKING: f32 = -0.5;

/// One step of the scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    /// The drawing.
    pub face: Face,
    /// Size in points.
    pub size: f32,
    /// Line height in points.
    pub line: f32,
    /// Weight, 100 to 900; icons have none.
    pub weight: u16,
}

impl Type {
    /// Name of a title on its own page.
    pub const DISPLAY: Self = Self::new(Face::Display, 40.0, 48.0, 720);
    /// First words of a page.
    pub const HEADLINE: Self = Self::new(Face::Display, 34.0, 40.0, 620);
    /// Name of a view.
    pub const TITLE: Self = Self::new(Face::Display, 24.0, 32.0, 620);
    /// Head of a part.
    pub const HEADING: Self = Self::new(Face::Text, 16.0, 24.0, 610);
    /// Running text.
    pub const BODY: Self = Self::new(Face::Text, 15.0, 24.0, 410);
    /// Entries of a list.
    pub const LIST: Self = Self::new(Face::Text, 14.0, 20.0, 410);
    /// The same, chosen or first to be read.
    pub const LIST_STRONG: Self = Self::new(Face::Text, 14.0, 20.0, 610);
    /// Buttons and names of values.
    pub const LABEL: Self = Self::new(Face::Text, 13.0, 18.0, 510);
    /// The same, emphasised.
    pub const LABEL_STRONG: Self = Self::new(Face::Text, 13.0, 18.0, 610);
    /// Words of a large button, and names in rows of a page.
    pub const STRONG: Self = Self::new(Face::Text, 15.0, 22.0, 610);
    /// Running text of the size of a label.
    pub const NOTE: Self = Self::new(Face::Text, 13.0, 18.0, 410);
    /// The smallest running text.
    pub const CAPTION: Self = Self::new(Face::Text, 12.0, 16.0, 410);
    /// The same, for heads of columns and sections.
    pub const CAPTION_STRONG: Self = Self::new(Face::Text, 12.0, 16.0, 510);
    /// Numbers that change, of the size of a label.
    pub const FIGURES: Self = Self::new(Face::Figures, 13.0, 18.0, 410);
    /// The same, emphasised.
    pub const FIGURES_STRONG: Self = Self::new(Face::Figures, 13.0, 18.0, 610);
    /// Small numbers that change.
    pub const FIGURES_SMALL: Self = Self::new(Face::Figures, 12.0, 16.0, 410);
    /// Times under the film.
    pub const TIME: Self = Self::new(Face::Figures, 14.0, 20.0, 610);
    /// The part of it that stays.
    pub const TIME_REST: Self = Self::new(Face::Figures, 14.0, 20.0, 410);
    /// Rate of a source.
    pub const RATE: Self = Self::new(Face::Figures, 18.0, 24.0, 610);
    /// The one large number of a page.
    pub const LARGE_FIGURES: Self = Self::new(Face::Figures, 26.0, 32.0, 610);

    /// A step of the scale.
    #[must_use]
    pub const fn new(face: Face, size: f32, line: f32, weight: u16) -> Self {
        Self { face, size, line, weight }
    }

    /// An icon of this size.
    #[must_use]
    pub const fn icon(size: f32) -> Self {
        Self::new(Face::Icon, size, size, 400)
    }

    /// A filled icon of this size.
    #[must_use]
    pub const fn icon_fill(size: f32) -> Self {
        Self::new(Face::IconFill, size, size, 400)
    }

    /// The same face and weight at another size.
    #[must_use]
    pub const fn at(self, size: f32, line: f32) -> Self {
        Self { size, line, ..self }
    }

    /// Name of its font family.
    #[must_use]
    pub fn family(&self) -> FontFamily {
        FontFamily::Name(family_name(self.face, self.weight).into())
    }

    /// The font as egui wants it.
    #[must_use]
    pub fn font(&self) -> FontId {
        FontId::new(self.size, self.family())
    }

    /// How a piece of text in this type looks.
    #[must_use]
    pub fn format(&self, color: Color32) -> TextFormat {
        // Large letters stand closer, as the drawings have them.
        let extra_letter_spacing = if self.face == Face::Display { DISPLAY_TRACKING } else { 0.0 };
        let simple = TextFormat::simple(self.font(), color);
        TextFormat { line_height: Some(self.line), extra_letter_spacing, ..simple }
    }

    /// One piece of text to lay out; it ends in `…` where it would be wider than `width` points.
    #[must_use]
    pub fn one_line(&self, text: &str, color: Color32, width: f32) -> LayoutJob {
        let mut job = LayoutJob::single_section(text.to_owned(), self.format(color));
        job.wrap = TextWrapping::truncate_at_width(width);
        job.break_on_newline = false;
        job
    }

    /// One piece of text that wraps at `width` points.
    #[must_use]
    pub fn wrapped(&self, text: &str, color: Color32, width: f32) -> LayoutJob {
        let mut job = LayoutJob::single_section(together(text), self.format(color));
        job.wrap.max_width = width;
        job
    }
}

/// The text with each figure kept on one line with its unit: `1 s`, `9 Mbit/s`.
#[must_use]
pub fn together(text: &str) -> String {
    /// Longest word that counts as a unit, in characters.
    const UNIT: usize = 7;
    let mut out = String::with_capacity(text.len());
    for (number, word) in text.split(' ').enumerate() {
        if number > 0 {
            let figure = out.ends_with(|c: char| c.is_ascii_digit());
            out.push(if figure && word.chars().count() <= UNIT { '\u{a0}' } else { ' ' });
        }
        out.push_str(word);
    }
    out
}

/// Weights each face is offered in.
pub(super) const WEIGHTS: [(Face, &[u16]); 5] = [
    (Face::Text, &[410, 510, 610, 810]),
    (Face::Display, &[620, 720]),
    (Face::Figures, &[410, 510, 610]),
    (Face::Icon, &[400]),
    (Face::IconFill, &[400]),
];

/// Name of the family of `face` at `weight`.
pub(super) fn family_name(face: Face, weight: u16) -> String {
    format!("{face:?}-{weight}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stays_with_its_unit() {
        assert_eq!(together("on in about 1 s. It needs"), "on in about 1\u{a0}s. It needs");
        assert_eq!(together("  3 Mbit/s  of 9"), "  3\u{a0}Mbit/s  of 9");
        assert_eq!(together("5 catalogs,"), "5 catalogs,");
    }

    #[test]
    fn every_step_has_a_font() {
        let steps = [
            Type::DISPLAY,
            Type::HEADLINE,
            Type::TITLE,
            Type::HEADING,
            Type::BODY,
            Type::LIST,
            Type::LIST_STRONG,
            Type::LABEL,
            Type::LABEL_STRONG,
            Type::STRONG,
            Type::NOTE,
            Type::CAPTION,
            Type::CAPTION_STRONG,
            Type::FIGURES,
            Type::FIGURES_STRONG,
            Type::FIGURES_SMALL,
            Type::TIME,
            Type::TIME_REST,
            Type::RATE,
            Type::LARGE_FIGURES,
            Type::icon(20.0),
            Type::icon_fill(20.0),
        ];
        for step in steps {
            assert!(
                WEIGHTS.iter().any(|(face, weights)| *face == step.face && weights.contains(&step.weight)),
                "{step:?}"
            );
            assert!(step.size >= 12.0);
        }
    }
}
