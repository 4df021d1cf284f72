//! Text from other machines and from files: made harmless before it is kept or shown.

/// Keeps at most `max_chars` characters of `text`: white space becomes single spaces, control and
/// bidirectional-override characters go.
pub(crate) fn clean(text: &str, max_chars: usize) -> String {
    let mut out = String::with_capacity(text.len().min(4 * max_chars));
    let mut kept = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = true;
        } else if !is_harmful(c) {
            if gap && kept > 0 {
                out.push(' ');
                kept += 1;
            }
            gap = false;
            if kept >= max_chars {
                break;
            }
            out.push(c);
            kept += 1;
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// As [`clean`], and fit to be a part of `CATALOG/TITLE`: no slash, not `.` or `..`.
pub(crate) fn clean_name(text: &str, max_chars: usize) -> String {
    let name = clean(text, max_chars).replace('/', "-");
    if name.chars().all(|c| c == '.') { String::new() } else { name }
}

/// Control characters, and those that reorder or hide the text around them.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidi_characters_go_and_length_is_capped() {
        assert_eq!(clean(" a\u{202e}b\u{7}c \n\n d ", 80), "abc d");
        assert_eq!(clean("ünïcode €", 7), "ünïcode");
        assert_eq!(clean("ab cd", 3), "ab");
        assert_eq!(clean("\u{200b}\u{feff}", 9), "");
    }

    #[test]
    fn names_fit_into_a_locator() {
        assert_eq!(clean_name("S01/E02", 80), "S01-E02");
        assert_eq!(clean_name("..", 80), "");
        assert_eq!(clean_name("...and then.", 80), "...and then.");
    }
}
