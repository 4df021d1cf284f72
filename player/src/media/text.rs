//! Text out of media files: untrusted, so bounded and without characters that change how others
//! are shown.

/// Longest text kept, in characters.
const MAX_CHARS: usize = 200;

/// Longest subtitle kept, in characters.
const MAX_SUBTITLE_CHARS: usize = 2_000;

fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line: no control and no direction-changing characters.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !is_bidi_control(*c))
        .take(MAX_CHARS)
        .collect::<String>()
        .trim()
        .into()
}

/// A subtitle: lines are kept, Pango's marks are taken out where it has any.
pub(super) fn clean_subtitle(text: &str, is_markup: bool) -> String {
    let text = if is_markup { without_markup(text) } else { text.to_owned() };
    let kept: String = text
        .chars()
        .filter(|c| *c == '\n' || (!c.is_control() && !is_bidi_control(*c)))
        .take(MAX_SUBTITLE_CHARS)
        .collect();
    kept.trim().to_owned()
}

fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['<', '&']) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let (end, replacement) = if rest.starts_with('<') {
            (rest.find('>'), "")
        } else {
            let end = rest.find(';');
            let entity = match end.map(|end| &rest[1..end]) {
                Some("amp") => "&",
                Some("lt") => "<",
                Some("gt") => ">",
                Some("quot") => "\"",
                Some("apos" | "#39") => "'",
                _ => "",
            };
            (end.filter(|_| !entity.is_empty()), entity)
        };
        match end {
            Some(end) => {
                out.push_str(replacement);
                rest = &rest[end + 1..];
            }
            // A lone mark is text.
            None => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_entities_are_resolved() {
        assert_eq!(
            clean_subtitle("<i>Tom &amp; Jerry</i>\nran &lt;fast&gt;", true),
            "Tom & Jerry\nran <fast>"
        );
        assert_eq!(clean_subtitle("a < b & c", true), "a < b & c");
        assert_eq!(clean_subtitle("<i>kept</i>", false), "<i>kept</i>");
    }

    #[test]
    fn control_and_direction_characters_go_and_length_is_bounded() {
        assert_eq!(clean("a\u{202e}b\u{7}c\n"), "abc");
        assert_eq!(clean(&"x".repeat(1000)).len(), MAX_CHARS);
    }
}
