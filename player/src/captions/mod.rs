//! What subtitles show: words with their looks and places, or pictures; and the decoders of all kinds of them.
//!
//! What a decoder takes comes from files of others: every length is checked, what makes no sense is passed
//! over, text is bounded and without characters that change how others are shown, and no picture has more than
//! [`MOST_PIXELS`]. Nothing here knows of a pipeline, a clock or a window, so `fuzz/` can run all of it.

pub mod ass;
mod bytes;
mod colors;
pub mod dvb;
mod dvb_pixels;
pub mod marks;
pub mod pgs;
mod picture;
pub mod vobsub;

use std::time::Duration;

pub use picture::{MOST_PIXELS, Picture};

/// Most subtitles that are shown at the same time.
pub const MOST_AT_ONCE: usize = 8;
/// Longest text of one subtitle, in characters.
const MOST_CHARS: usize = 2_000;
/// Most lines of one subtitle.
const MOST_LINES: usize = 12;
/// Most stretches of one subtitle that look different.
const MOST_RUNS: usize = 64;

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// A subtitle.
#[derive(Clone, Debug, PartialEq)]
pub enum Caption {
    /// Words that the player draws.
    Words(Words),
    /// A picture that it lays over the film.
    Picture(Picture),
}

impl Caption {
    /// What it says, in lines; nothing for a picture.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Words(words) => words.text(),
            Self::Picture(_) => String::new(),
        }
    }
}

/// Words, and where they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// Stretches of text, each with its look; lines end with `\n`.
    pub runs: Vec<Run>,
    /// Which edge or corner they stand at, as the keys of a number pad lie: 2 is the foot, 8 the head.
    pub align: u8,
    /// Where that edge or corner of theirs is to be, in parts of the picture's width and height; none is at the
    /// picture's own.
    pub at: Option<[f32; 2]>,
    /// Room left free at the left, the right, and above or below, in parts of the picture's width, width and
    /// height; none is as usual. Who says it means the picture, not the window around it.
    pub margins: Option<[f32; 3]>,
    /// Colour of the letters' edge; none is dark.
    pub edge: Option<Rgb>,
}

/// A stretch of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What it says.
    pub text: String,
    /// How it looks.
    pub look: Look,
}

/// How a stretch of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Look {
    /// Heavier than usual.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// With a line under it.
    pub underlined: bool,
    /// With a line through it.
    pub struck: bool,
    /// Its own colour; none is the one that the settings give.
    pub color: Option<Rgb>,
    /// Height of a line, in parts of the picture's height; none is as usual.
    pub size: Option<f32>,
}

impl Words {
    /// Words as usual: at the foot, in the middle.
    #[must_use]
    pub fn plain(text: &str) -> Option<Self> {
        let mut words = Written::default();
        words.push(text, Look::default());
        words.done()
    }

    /// What they say, in lines.
    #[must_use]
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}

/// What a piece of a subtitle track says.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// Nothing yet: more belongs to it.
    More,
    /// What was shown goes.
    Nothing,
    /// This is shown, so long, or until something else is.
    Shown(Picture, Option<Duration>),
}

/// Words that are being put together, within bounds.
#[derive(Debug, Default)]
struct Written {
    runs: Vec<Run>,
    chars: usize,
    lines: usize,
}

impl Written {
    fn push(&mut self, text: &str, look: Look) {
        let mut clean = String::new();
        for c in text.chars() {
            if self.chars >= MOST_CHARS || self.lines >= MOST_LINES {
                break;
            }
            let c = if c == '\t' { ' ' } else { c };
            if (c.is_control() && c != '\n') || is_bidi_control(c) {
                continue;
            }
            self.chars += 1;
            self.lines += usize::from(c == '\n');
            clean.push(c);
        }
        if clean.is_empty() {
            return;
        }
        let is_full = self.runs.len() >= MOST_RUNS;
        match self.runs.last_mut() {
            Some(last) if is_full || last.look == look => last.text.push_str(&clean),
            _ => self.runs.push(Run { text: clean, look }),
        }
    }

    /// Without what is empty around it; none where nothing is left.
    fn done(self) -> Option<Words> {
        let mut runs = self.runs;
        while let Some(first) = runs.first_mut() {
            first.text = first.text.trim_start().to_owned();
            if !first.text.is_empty() {
                break;
            }
            runs.remove(0);
        }
        while let Some(last) = runs.last_mut() {
            last.text.truncate(last.text.trim_end().len());
            if !last.text.is_empty() {
                break;
            }
            runs.pop();
        }
        (!runs.is_empty()).then_some(Words { runs, align: 2, at: None, margins: None, edge: None })
    }
}

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_bounded_and_without_what_changes_how_others_are_shown() {
        let words = Words::plain(" a\u{202e}b\u{7}c \n\n").expect("words");
        assert_eq!(words.text(), "abc");
        let long = Words::plain(&"x".repeat(9_000)).expect("words");
        assert_eq!(long.text().len(), MOST_CHARS);
        let high = Words::plain(&"x\n".repeat(900)).expect("words");
        assert_eq!(high.text().lines().count(), MOST_LINES);
        assert_eq!(Words::plain(" \u{200f}\n"), None);
        let mut written = Written::default();
        for number in 0..1_000 {
            written.push("x", Look { bold: number % 2 == 0, ..Look::default() });
        }
        assert_eq!(written.done().expect("words").runs.len(), MOST_RUNS);
    }
}
