//! Text out of media files: untrusted, so bounded and without characters that change how others
//! are shown.

/// Longest text kept, in characters.
const MAX_CHARS: usize = 200;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_characters_go_and_length_is_bounded() {
        assert_eq!(clean("a\u{202e}b\u{7}c\n"), "abc");
        assert_eq!(clean(&"x".repeat(1000)).len(), MAX_CHARS);
    }
}
