//! Words with marks, as SubRip, WebVTT and Pango have them: `<i>`, `<font color="#ffcc00">`, `{\an8}`, `&amp;`.

use super::ass::Overrides;
use super::{Look, Words, Written, colors};

/// Most marks that are open at the same time.
const MOST_OPEN: usize = 32;
/// Longest mark, in bytes.
const LONGEST_MARK: usize = 512;
/// Longest name of a letter: `&nbsp;`, `&#8230;`.
const LONGEST_ENTITY: usize = 10;

/// Understands text with marks; none where nothing of it is to be seen. What is not a mark is text.
#[must_use]
pub fn words(text: &str) -> Option<Words> {
    let mut written = Written::default();
    let mut open: Vec<(String, Look)> = Vec::new();
    let mut overrides = Overrides::default();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{', '&']) {
        let look = |open: &[(String, Look)], overrides: &Overrides| {
            merged(open.last().map_or_else(Look::default, |(_, look)| *look), overrides.look)
        };
        written.push(&rest[..at], look(&open, &overrides));
        rest = &rest[at..];
        let taken = match rest.as_bytes()[0] {
            b'<' => mark(rest, &mut open),
            b'{' => rest.starts_with("{\\").then(|| within(rest, '}')).flatten().map(|block| {
                overrides.take(block);
                block.len() + 2
            }),
            _ => entity(rest).map(|(letter, length)| {
                written.push(letter.encode_utf8(&mut [0; 4]), look(&open, &overrides));
                length
            }),
        };
        if let Some(taken) = taken {
            rest = &rest[taken..];
        } else {
            written.push(&rest[..1], look(&open, &overrides));
            rest = &rest[1..];
        }
    }
    let look = open.last().map_or_else(Look::default, |(_, look)| *look);
    written.push(rest, merged(look, overrides.look));
    let mut words = written.done()?;
    words.align = overrides.align.unwrap_or(words.align);
    Some(words)
}

fn merged(of_marks: Look, of_overrides: Look) -> Look {
    Look {
        bold: of_marks.bold || of_overrides.bold,
        italic: of_marks.italic || of_overrides.italic,
        underlined: of_marks.underlined || of_overrides.underlined,
        struck: of_marks.struck || of_overrides.struck,
        color: of_overrides.color.or(of_marks.color),
        size: None,
    }
}

/// What stands between the first character and `close`.
fn within(text: &str, close: char) -> Option<&str> {
    let end = text.bytes().take(LONGEST_MARK).position(|byte| byte == close as u8)?;
    Some(&text[1..end])
}

/// Takes a mark off the front; gives its length, none where it is text.
fn mark(text: &str, open: &mut Vec<(String, Look)>) -> Option<usize> {
    let inside = within(text, '>')?;
    let length = inside.len() + 2;
    let is_time = inside.contains(':') && inside.chars().all(|c| c.is_ascii_digit() || ":.".contains(c));
    if is_time {
        return Some(length);
    }
    let (closes, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    let name = inside[..end].to_ascii_lowercase();
    if closes {
        if let Some(at) = open.iter().rposition(|(other, _)| *other == name) {
            open.truncate(at);
        }
    } else if !inside.ends_with('/') && name != "br" && open.len() < MOST_OPEN {
        let before = open.last().map_or_else(Look::default, |(_, look)| *look);
        open.push((name.clone(), looks(before, &name, &inside[end..])));
    }
    Some(length)
}

/// How text inside a mark looks.
fn looks(before: Look, name: &str, attributes: &str) -> Look {
    let mut look = before;
    match name {
        "b" => look.bold = true,
        "i" => look.italic = true,
        "u" => look.underlined = true,
        "s" => look.struck = true,
        "font" => look.color = attribute(attributes, "color").and_then(colors::named).or(look.color),
        // WebVTT: <c.yellow.bg_black>
        "c" => look.color = attributes.split(['.', ' ']).find_map(colors::named).or(look.color),
        "span" => {
            let color = attribute(attributes, "foreground").or_else(|| attribute(attributes, "color"));
            look.color = color.and_then(colors::named).or(look.color);
            look.italic |= attribute(attributes, "style").is_some_and(|style| style != "normal");
            look.bold |= attribute(attributes, "weight").is_some_and(|weight| weight.contains("bold"));
            look.underlined |= attribute(attributes, "underline").is_some_and(|line| line != "none");
        }
        _ => {}
    }
    look
}

/// ` color="#ffcc00"`
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = attributes.split_once(name)?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next(),
        _ => value.split_whitespace().next(),
    }
}

/// A letter by its name, and the length of that.
fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "lrm" | "rlm" => '\u{200e}',
        _ => {
            let number = name.strip_prefix('#')?;
            let hex = number.strip_prefix(['x', 'X']);
            let number = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
            char::from_u32(number)?
        }
    };
    Some((letter, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(text: &str) -> Vec<(String, Look)> {
        words(text)
            .map(|words| words.runs.into_iter().map(|run| (run.text, run.look)).collect())
            .unwrap_or_default()
    }

    #[test]
    fn marks_become_looks() {
        let (plain, italic) = (Look::default(), Look { italic: true, ..Look::default() });
        let seen = runs("<i>Tom &amp; Jerry</i>\nran &lt;fast&gt;");
        assert_eq!(seen, [("Tom & Jerry".to_owned(), italic), ("\nran <fast>".to_owned(), plain)]);
        let yellow = Look { color: Some([255, 255, 0]), ..plain };
        let both = Look { bold: true, ..yellow };
        let seen = runs("<font color=\"#FFFF00\">a<b>b</b></font>c");
        assert_eq!(seen, [("a".to_owned(), yellow), ("b".to_owned(), both), ("c".to_owned(), plain)]);
        assert_eq!(runs("<c.yellow>a</c>"), [("a".to_owned(), yellow)]);
        assert_eq!(runs("<span foreground='yellow'>a"), [("a".to_owned(), yellow)]);
        assert_eq!(runs("<v Anna><00:01.500>hi"), [("hi".to_owned(), plain)]);
        assert_eq!(runs("{\\i1}a"), [("a".to_owned(), italic)]);
    }

    #[test]
    fn a_place_is_told_by_a_mark_of_substation() {
        let said = words("{\\an8}up").expect("words");
        assert_eq!((said.align, said.text().as_str()), (8, "up"));
        assert_eq!(words("down").expect("words").align, 2);
    }

    #[test]
    fn what_is_no_mark_is_text() {
        for text in ["a < b & c", "2 <3 {x} <", "é<", "&#xd800; &;", "{", "<é>"] {
            assert_eq!(words(text).expect("words").text(), text);
        }
        assert_eq!(words("<i></i>"), None);
        assert_eq!(words(&"<b>".repeat(100_000)), None);
    }
}
