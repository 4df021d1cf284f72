//! SubStation's subtitles (SSA, ASS): styles by name, and words with overrides in braces.
//!
//! Kept are colours, weight, slant, lines, size, and place. What moves, fades, turns or draws shapes stands still,
//! or is left out: the words are there all the same.

use super::{Look, Rgb, Words, Written};

/// Most styles of one script.
const MOST_STYLES: usize = 512;
/// Sizes of a script's picture that are believed.
const SIDES: std::ops::RangeInclusive<f32> = 1.0..=16_384.0;
/// Heights of a line that are believed, in parts of the picture's.
const SIZES: std::ops::RangeInclusive<f32> = 0.01..=0.5;
/// Size of a script's picture where it does not say.
const USUAL_SIZE: [f32; 2] = [384.0, 288.0];

#[derive(Clone, Debug)]
struct Style {
    name: String,
    look: Look,
    edge: Option<Rgb>,
    align: u8,
    /// Left, right, above or below.
    margins: [f32; 3],
}

/// What a script says of all its words.
#[derive(Clone, Debug)]
pub struct Script {
    /// Width and height of the picture that its numbers mean.
    size: [f32; 2],
    styles: Vec<Style>,
}

/// What stands where in the fields of a line.
struct Fields<'a> {
    names: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    fn new(format: &'a str) -> Self {
        Self { names: format.split(',').map(str::trim).take(64).collect() }
    }

    fn get<'b>(&self, values: &[&'b str], name: &str) -> Option<&'b str> {
        let at = self.names.iter().position(|other| other.eq_ignore_ascii_case(name))?;
        values.get(at).map(|value| value.trim())
    }
}

impl Script {
    /// Reads what stands before the words: `[Script Info]` and `[V4+ Styles]`.
    #[must_use]
    pub fn parse(header: &str) -> Self {
        let (mut width, mut height) = (None, None);
        let mut styles = Vec::new();
        let mut fields = Fields::new("");
        let mut is_old = false;
        for line in header.lines().map(str::trim) {
            if line.eq_ignore_ascii_case("[Events]") {
                break;
            }
            if line.starts_with('[') {
                is_old = line.eq_ignore_ascii_case("[V4 Styles]");
            }
            let Some((key, value)) = line.split_once(':') else { continue };
            let side = || value.trim().parse().ok().filter(|side| SIDES.contains(side));
            match key.trim() {
                "PlayResX" => width = side(),
                "PlayResY" => height = side(),
                "Format" => fields = Fields::new(value),
                "Style" if styles.len() < MOST_STYLES => styles.push((value, is_old)),
                _ => {}
            }
        }
        let size = match (width, height) {
            (Some(width), Some(height)) => [width, height],
            (Some(width), None) => [width, width * 3.0 / 4.0],
            (None, Some(height)) => [height * 4.0 / 3.0, height],
            (None, None) => USUAL_SIZE,
        };
        let styles = styles.into_iter().map(|(line, is_old)| style(line, &fields, is_old, size)).collect();
        Self { size, styles }
    }

    /// A line of a Matroska track: order, layer, style, name, three margins, effect, words.
    #[must_use]
    pub fn of_track(&self, line: &str) -> Option<Words> {
        let fields: Vec<&str> = line.splitn(9, ',').collect();
        let &[_, _, style, _, left, right, high, _, text] = fields.as_slice() else { return None };
        self.words(style, [left, right, high], text)
    }

    /// Words in a style by its name; a margin that is 0 is the style's.
    #[must_use]
    pub fn words(&self, style: &str, margins: [&str; 3], text: &str) -> Option<Words> {
        let find = |name: &str| self.styles.iter().find(|style| style.name == name);
        let style = find(style.trim().trim_start_matches('*')).or_else(|| find("Default"));
        let style = style.or(self.styles.first());
        let usual = style.map_or_else(Look::default, |style| style.look);
        let mut now = Overrides { look: usual, ..Overrides::default() };
        let mut written = Written::default();
        let mut rest = text;
        while !rest.is_empty() {
            let next = rest.find(['{', '\\']).unwrap_or(rest.len());
            if next > 0 {
                self.write(&mut written, &now, &rest[..next]);
                rest = &rest[next..];
                continue;
            }
            if let Some(end) = rest.starts_with('{').then(|| rest.find('}')).flatten() {
                now.take_in(&rest[1..end], usual, |name| find(name).map(|style| style.look), self.size[1]);
                rest = &rest[end + 1..];
                continue;
            }
            let (shown, length) = match rest.as_bytes() {
                [b'\\', b'N', ..] => ("\n", 2),
                [b'\\', b'n', ..] => (if now.keeps_lines { "\n" } else { " " }, 2),
                [b'\\', b'h', ..] => ("\u{a0}", 2),
                _ => (&rest[..1], 1),
            };
            self.write(&mut written, &now, shown);
            rest = &rest[length..];
        }
        let mut words = written.done()?;
        let own = |at: usize, text: &str| {
            let own = text.trim().parse::<f32>().ok().filter(|margin| *margin > 0.0);
            own.unwrap_or_else(|| style.map_or(0.0, |style| style.margins[at]))
        };
        let part = |at: usize, of: f32| (own(at, margins[at]) / of).clamp(0.0, 0.5);
        words.margins = Some([part(0, self.size[0]), part(1, self.size[0]), part(2, self.size[1])]);
        words.align = now.align.or(style.map(|style| style.align)).unwrap_or(2);
        words.at = now.at.map(|at| std::array::from_fn(|i| (at[i] / self.size[i]).clamp(0.0, 1.0)));
        words.edge = now.edge.or(style.and_then(|style| style.edge));
        Some(words)
    }

    fn write(&self, written: &mut Written, now: &Overrides, text: &str) {
        if !now.is_drawing && !now.is_hidden {
            written.push(text, now.look);
        }
    }
}

fn style(line: &str, fields: &Fields<'_>, is_old: bool, size: [f32; 2]) -> Style {
    let values: Vec<&str> = line.split(',').take(64).collect();
    let get = |name: &str| fields.get(&values, name);
    let number = |name: &str| get(name).and_then(|value| value.parse::<f32>().ok()).filter(|n| n.is_finite());
    let is_on = |name| number(name).is_some_and(|value| value != 0.0);
    let color = |name| get(name).and_then(color).map(|(rgb, _)| rgb);
    let align = number("Alignment").map_or(2, |value| value as u8);
    Style {
        name: get("Name").unwrap_or_default().trim_start_matches('*').to_owned(),
        look: Look {
            bold: is_on("Bold"),
            italic: is_on("Italic"),
            underlined: is_on("Underline"),
            struck: is_on("StrikeOut"),
            color: color("PrimaryColour").and_then(own_color),
            size: number("Fontsize").map(|points| part_of(points, size[1])),
        },
        edge: color("OutlineColour").filter(|edge| *edge != [0; 3]),
        align: if is_old { of_old(align) } else { align.clamp(1, 9) },
        margins: ["MarginL", "MarginR", "MarginV"].map(|name| number(name).unwrap_or(0.0)),
    }
}

fn part_of(points: f32, height: f32) -> f32 {
    (points.abs() / height).clamp(*SIZES.start(), *SIZES.end())
}

/// White is what nearly every script has that means no colour in particular: there the settings' own holds.
fn own_color(color: Rgb) -> Option<Rgb> {
    (color != [255; 3]).then_some(color)
}

/// SSA's places: 1 to 3 at the foot, 5 to 7 at the head, 9 to 11 in the middle.
fn of_old(align: u8) -> u8 {
    match align {
        5..=7 => align + 2,
        9..=11 => align - 5,
        _ => align.clamp(1, 3),
    }
}

/// `&HAABBGGRR&`, or the same as a decimal number: red, green, blue, and how much one sees through.
fn color(text: &str) -> Option<(Rgb, u8)> {
    let text = text.trim().trim_end_matches('&').trim_start_matches('&');
    let number = match text.strip_prefix(['H', 'h']) {
        Some(digits) => i64::from_str_radix(digits, 16).ok()?,
        None => text.parse().ok()?,
    };
    let [alpha, blue, green, red] = (number as u32).to_be_bytes();
    Some(([red, green, blue], alpha))
}

/// What overrides in braces say, up to a place in the words.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Overrides {
    pub(super) look: Look,
    pub(super) align: Option<u8>,
    at: Option<[f32; 2]>,
    edge: Option<Rgb>,
    is_drawing: bool,
    is_hidden: bool,
    keeps_lines: bool,
}

impl Overrides {
    /// Takes what stands in braces, where there is no script.
    pub(super) fn take(&mut self, block: &str) {
        self.take_in(block, Look::default(), |_| None, USUAL_SIZE[1]);
    }

    fn take_in(&mut self, block: &str, usual: Look, find: impl Fn(&str) -> Option<Look>, height: f32) {
        let mut depth = 0_usize;
        // What changes with time has overrides of its own in its brackets, which hold later: they are left out.
        let tags = block.split(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == '\\' && depth == 0
        });
        for tag in tags.skip(1) {
            self.tag(tag.trim(), usual, &find, height);
        }
    }

    fn tag(&mut self, tag: &str, usual: Look, find: &impl Fn(&str) -> Option<Look>, height: f32) {
        let number = |name: &str| {
            let value = tag.strip_prefix(name)?;
            if value.is_empty() { Some(None) } else { value.parse::<i32>().ok().map(Some) }
        };
        let is_on = |value: Option<i32>, usual: bool| value.map_or(usual, |value| value != 0);
        let colored = |names: [&str; 2]| names.iter().find_map(|name| tag.strip_prefix(name));
        if let Some(value) = number("an") {
            self.align =
                value.and_then(|value| u8::try_from(value).ok()).filter(|value| (1..=9).contains(value));
        } else if let Some(Some(value)) = number("a") {
            self.align = u8::try_from(value).ok().map(of_old);
        } else if let Some(value) = number("b") {
            self.look.bold = is_on(value, usual.bold);
        } else if let Some(value) = number("i") {
            self.look.italic = is_on(value, usual.italic);
        } else if let Some(value) = number("u") {
            self.look.underlined = is_on(value, usual.underlined);
        } else if let Some(value) = number("s") {
            self.look.struck = is_on(value, usual.struck);
        } else if let Some(value) = number("p") {
            self.is_drawing = value.is_some_and(|value| value > 0);
        } else if let Some(value) = number("q") {
            self.keeps_lines = value == Some(2);
        } else if let Some(place) = tag.strip_prefix("pos").or_else(|| tag.strip_prefix("move")) {
            self.at = self.at.or_else(|| point(place));
        } else if let Some(value) = colored(["1a", "alpha"]) {
            self.is_hidden = color(value).is_some_and(|(rgb, _)| rgb[0] == 255);
        } else if let Some(value) = colored(["3c", "3C"]) {
            self.edge = color(value).map(|(rgb, _)| rgb);
        } else if let Some(value) = colored(["1c", "c"]).filter(|value| !value.starts_with("lip")) {
            self.look.color =
                if value.is_empty() { usual.color } else { color(value).and_then(|(rgb, _)| own_color(rgb)) };
        } else if let Some(value) = tag.strip_prefix("fs") {
            if value.is_empty() {
                self.look.size = usual.size;
            } else if let Ok(points) = value.parse::<f32>()
                && points.is_finite()
            {
                let before = self.look.size.unwrap_or(1.0 / 18.0) * height;
                let relative = value.starts_with(['+', '-']);
                let points = if relative { before * (1.0 + points / 10.0) } else { points };
                self.look.size = Some(part_of(points, height));
            }
        } else if let Some(name) = tag.strip_prefix('r') {
            self.look = find(name).unwrap_or(usual);
            self.is_hidden = false;
        }
    }
}

/// `(100,200)`, and what begins so.
fn point(text: &str) -> Option<[f32; 2]> {
    let mut numbers = text.trim().strip_prefix('(')?.split([',', ')']);
    let mut next = || numbers.next()?.trim().parse::<f32>().ok().filter(|number| number.is_finite());
    Some([next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "[Script Info]\r\nPlayResX: 640\r\nPlayResY: 360\r\n\r\n[V4+ Styles]\r\n\
        Format: Name, Fontsize, PrimaryColour, OutlineColour, Bold, Alignment, MarginL, MarginR, MarginV\r\n\
        Style: Default,18,&H00FFFFFF,&H00000000,0,2,10,10,18\r\n\
        Style: Sign,36,&H0000FFFF,&H00FF0000,-1,8,64,0,36\r\n[Events]\r\n";

    fn said(line: &str) -> Words {
        Script::parse(HEADER).of_track(line).expect("words")
    }

    #[test]
    fn styles_give_looks_and_places_in_parts_of_the_picture() {
        let plain = said("0,0,Default,,0,0,0,,Hello, you");
        assert_eq!((plain.text().as_str(), plain.align, plain.at), ("Hello, you", 2, None));
        assert_eq!(plain.runs[0].look, Look { size: Some(0.05), ..Look::default() });
        let sign = said("1,0,Sign,,0,0,72,,A SIGN\\Nbelow");
        let look = Look { bold: true, color: Some([255, 255, 0]), size: Some(0.1), ..Look::default() };
        assert_eq!((sign.text().as_str(), sign.align, sign.runs[0].look), ("A SIGN\nbelow", 8, look));
        assert_eq!((sign.margins, sign.edge), (Some([0.1, 0.0, 0.2]), Some([0, 0, 255])));
    }

    #[test]
    fn overrides_change_what_follows_them() {
        let words = said(
            "0,0,Default,,0,0,0,,{\\an5\\pos(320,90)}a{\\i1\\c&H0000FF&\\fs36}b{\\r}c{\\t(0,9,\\b1)\\bord3}d",
        );
        assert_eq!((words.align, words.at), (5, Some([0.5, 0.25])));
        let texts: Vec<&str> = words.runs.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(texts, ["a", "b", "cd"]);
        let red = Look { italic: true, color: Some([255, 0, 0]), size: Some(0.1), ..Look::default() };
        assert_eq!(words.runs[1].look, red);
        assert_eq!(words.runs[2].look, words.runs[0].look);
        assert_eq!(said("0,0,Default,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}a {\\alpha&HFF&}b").text(), "a");
        assert!(said("0,0,Default,,0,0,0,,{\\rSign}x").runs[0].look.bold);
    }

    #[test]
    fn scripts_of_old_and_nonsense_do_no_harm() {
        let old =
            "[V4 Styles]\nFormat: Name, Fontsize, PrimaryColour, Alignment\nStyle: *Default,20,65535,6\n";
        let words = Script::parse(old).of_track("0,Marked=0,*Default,,0,0,0,,up").expect("words");
        assert_eq!((words.align, words.runs[0].look.color), (8, Some([255, 255, 0])));
        let none = Script::parse("Style: \nPlayResY: NaN\nPlayResX: -5\nFormat\n");
        for line in [
            "",
            ",,,,,,,",
            "0,0,x,,,,,,",
            "0,0,x,,0,0,0,,{",
            "0,0,x,,-1,nan,inf,,{\\pos(}a\\",
            "0,0,x,,0,0,0,,{\\fs1e99\\an99\\a200\\c\\1c&Hzz&\\move(nan,1)\\)}é",
        ] {
            if let Some(words) = none.of_track(line) {
                assert!(words.at.is_none() && (1..=9).contains(&words.align), "{line}: {words:?}");
            }
        }
    }
}
