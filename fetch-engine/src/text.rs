//! Text that came from another machine, made fit to be shown.

/// Longest name (server, catalog, title, tag, language) that is shown, in characters.
pub(crate) const MAX_NAME_CHARS: usize = 200;
/// Longest description or message that is shown, in characters.
pub(crate) const MAX_PROSE_CHARS: usize = 4000;

/// `text` without control and direction-changing characters, and at most `max_chars` long.
pub(crate) fn clean(text: &str, max_chars: usize) -> String {
    text.chars().filter(|c| !c.is_control() && !turns_direction(*c)).take(max_chars).collect()
}

/// Cleans a name in place.
pub(crate) fn clean_name(text: &mut String) {
    *text = clean(text, MAX_NAME_CHARS);
}

/// The characters by which text can make a terminal or a label show something else than it says.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_what_deceives_and_cuts_what_is_long() {
        assert_eq!(clean("a\u{202e}b\x1b[31mc\n", 20), "ab[31mc");
        assert_eq!(clean("Größe 漢字", 7), "Größe 漢");
    }
}
