//! Takes out of texts what nobody else shall see: secrets that are known, what looks like one, user names and
//! passwords in addresses, and the folders in which files lie.

use std::path::PathBuf;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands in the place of a secret.
const REMOVED: &str = "(removed)";
/// What stands in the place of the folders before a file's name.
const FOLDERS: &str = "(folder)/";
/// Shortest secret that is looked for: shorter ones would take half of every text with them.
const MIN_SECRET_CHARS: usize = 3;
/// Farthest that a folder's name with spaces is followed, in characters: the longest name that file systems take.
const MAX_NAME_CHARS: usize = 255;
/// Most secrets that are looked for.
const MAX_SECRETS: usize = 256;
/// Parts of names of settings that hold secrets.
const SECRET_NAMES: [&str; 11] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "authorization",
    "cookie",
    "apikey",
    "api_key",
    "private_key",
];
/// Beginnings of words that are tokens.
const TOKEN_BEGINNINGS: [&str; 5] = ["v4.public.", "v4.local.", "eyJ", "ghp_", "sk-"];

/// What is taken out.
#[derive(Clone, Debug, Default)]
pub struct Scrub {
    /// The longest first, so that no part of one is left.
    secrets: Vec<String>,
    home: Option<String>,
}

impl Scrub {
    /// Takes out the home folder, and what looks like a secret.
    #[must_use]
    pub fn new(home: Option<PathBuf>) -> Self {
        let home = home.map(|home| home.to_string_lossy().trim_end_matches('/').to_owned());
        Self { secrets: Vec::new(), home: home.filter(|home| !home.is_empty()) }
    }

    /// The same with what this process was given: its home folder, and all of its environment that is secret by
    /// its name.
    #[must_use]
    pub fn of_process() -> Self {
        let mut scrub = Self::new(std::env::var_os("HOME").map(PathBuf::from));
        for (name, value) in std::env::vars_os() {
            if is_secret_name(&name.to_string_lossy()) {
                scrub.know(&value.to_string_lossy());
            }
        }
        scrub
    }

    /// This is secret, wherever it stands and however it is written there.
    pub fn know(&mut self, secret: &str) {
        let plain = percent_decode_str(secret).decode_utf8_lossy().into_owned();
        let in_address = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        // As JSON writes it, without the quotes around it.
        let in_json = |text: &str| {
            let quoted = serde_json::to_string(text).unwrap_or_default();
            quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
        };
        let forms = [in_address(secret), in_address(&plain), in_json(secret), in_json(&plain)];
        for form in forms.into_iter().chain([secret.to_owned(), plain]) {
            let long = form.chars().count() >= MIN_SECRET_CHARS;
            if long && !self.secrets.contains(&form) && self.secrets.len() < MAX_SECRETS {
                self.secrets.push(form);
            }
        }
        self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    /// Learns what is secret in an address: its user name and password.
    pub fn know_address(&mut self, text: &str) {
        for (at, _) in text.match_indices("://") {
            let rest = &text[at + 3..];
            let authority = &rest[..rest.find(ends_authority).unwrap_or(rest.len())];
            if let Some((user, _)) = authority.rsplit_once('@') {
                user.split(':').for_each(|part| self.know(part));
            }
        }
    }

    /// Settings without what is secret in them; from now on it is known. What can't be read as settings is left
    /// out.
    pub fn settings(&mut self, toml: &str) -> String {
        let Ok(mut table) = toml.parse::<toml::Table>() else {
            return "# the settings can't be read\n".to_owned();
        };
        for value in table.iter_mut() {
            self.hide(value.0, value.1);
        }
        self.text(&table.to_string())
    }

    fn hide(&mut self, name: &str, value: &mut toml::Value) {
        match value {
            toml::Value::Table(table) => table.iter_mut().for_each(|(name, value)| self.hide(name, value)),
            toml::Value::Array(list) => list.iter_mut().for_each(|value| self.hide(name, value)),
            toml::Value::String(text) if is_secret_name(name) => {
                self.know(text);
                REMOVED.clone_into(text);
            }
            toml::Value::String(text) => self.know_address(text),
            value if is_secret_name(name) => *value = toml::Value::String(REMOVED.to_owned()),
            _ => {}
        }
    }

    /// A text without it.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.as_str(), REMOVED);
        }
        text = without_users(&text);
        text = without_tokens(&text);
        if let Some(home) = &self.home {
            text = text.replace(home.as_str(), "~");
        }
        without_folders(&text)
    }
}

/// Whether what has this name is secret.
fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase().replace('-', "_");
    SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// Where the host of an address ends.
fn ends_authority(c: char) -> bool {
    matches!(c, '/' | '?' | '#') || ends_word(c)
}

/// Where a word ends that stands in a sentence, in quotes or in JSON.
fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '\\' | ')' | ']' | '}' | ';')
}

/// Addresses without user names, passwords and what follows a question mark.
fn without_users(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(ends_word).unwrap_or(after.len());
        let (address, behind) = after.split_at(end);
        let host_end = address.find(['/', '?', '#']).unwrap_or(address.len());
        let (authority, path) = address.split_at(host_end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                out.push_str(REMOVED);
                out.push('@');
                out.push_str(host);
            }
            None => out.push_str(authority),
        }
        // `file:///home/x/film.mkv` is a path of this machine.
        let path = match path.trim_end_matches('/').rsplit_once('/') {
            Some((folders, name)) if authority.is_empty() && !folders.is_empty() => {
                &format!("{FOLDERS}{name}")
            }
            _ => path,
        };
        match path.find(['?', '#']) {
            Some(query) => {
                out.push_str(&path[..=query]);
                out.push_str(REMOVED);
            }
            None => out.push_str(path),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Text without words that are tokens, and without what follows `Bearer`.
fn without_tokens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    let mut bearer = false;
    // One more at the end, so that the last word ends too.
    for c in text.chars().map(Some).chain([None]) {
        let in_word =
            c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '/' | '=' | '~'));
        if let Some(c) = c.filter(|_| in_word) {
            word.push(c);
            continue;
        }
        let token = TOKEN_BEGINNINGS.iter().any(|beginning| word.starts_with(beginning) && word.len() > 8);
        out.push_str(if (token || bearer) && !word.is_empty() { REMOVED } else { &word });
        if !word.is_empty() {
            bearer = word.eq_ignore_ascii_case("bearer");
        }
        word.clear();
        out.extend(c);
    }
    out
}

/// Text in which of every path only the last name is left. A path begins with `/` or `~/`, not behind a letter or
/// a figure; in quotes it ends with them and may hold spaces, elsewhere it ends with the word, unless the words
/// behind it lead to one more `/`: better too much is taken out than a folder's name left.
fn without_folders(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let begins = starts_path(&chars, at);
        if !begins {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let quote = at.checked_sub(1).map(|before| chars[before]).filter(|c| matches!(c, '"' | '\'' | '`'));
        let ends = |c: char| match quote {
            Some(quote) => c == quote || c == '\\' || c == '\n',
            None => ends_word(c) || matches!(c, ',' | ':'),
        };
        // An apostrophe within a word ends no quotation.
        let inside = |place: usize| {
            quote == Some('\'')
                && chars[place] == '\''
                && chars.get(place + 1).is_some_and(|c| c.is_alphanumeric())
        };
        let end_from = |from: usize| {
            let end = (from..chars.len()).find(|place| ends(chars[*place]) && !inside(*place));
            end.unwrap_or(chars.len())
        };
        let mut end = end_from(at);
        while let Some(slash) = next_folder(&chars, end).filter(|_| quote.is_none()) {
            end = end_from(slash);
        }
        let path: String = chars[at..end].iter().collect();
        let trimmed = path.trim_end_matches('/');
        match trimmed.rsplit_once('/') {
            // `/v1` and `/` tell nothing.
            Some((folders, name)) if !folders.is_empty() => {
                out.push_str(FOLDERS);
                out.push_str(name);
            }
            _ => out.push_str(&path),
        }
        at = end;
    }
    out
}

/// The `/` that ends the folder's name which a path outside quotes may be in the middle of, where a space, a comma,
/// an apostrophe or the like at `end` seems to end it: `/films/Tax 2026, Anna's/a.mkv`. A word that begins with `/` is
/// a path of its own, one with `://` an address, one that ends with `/s` a rate, and `video/x-h264` a kind of media.
fn next_folder(chars: &[char], end: usize) -> Option<usize> {
    let joins = |c: char| c.is_whitespace() && !c.is_control();
    let may_join =
        |c: char| joins(c) || matches!(c, ',' | ':' | ';' | '\'' | '(' | ')' | '[' | ']' | '{' | '}');
    if !chars.get(end).is_some_and(|c| may_join(*c)) {
        return None;
    }
    let until = chars.len().min(end + MAX_NAME_CHARS);
    let stops = |c: char| c.is_control() || matches!(c, '"' | '`' | '<' | '>' | '\\');
    for place in end + 1..until {
        let (before, c) = (chars[place - 1], chars[place]);
        if stops(c) {
            return None;
        }
        if c != '/' {
            continue;
        }
        let next = chars.get(place + 1);
        let address = before == ':' && next == Some(&'/');
        if address || joins(before) || (before == '~' && joins(chars[place - 2])) {
            return None;
        }
        let rate = next == Some(&'s') && chars.get(place + 2).is_none_or(|c| !c.is_alphanumeric());
        if !rate && !is_media(&chars[end..place]) {
            return Some(place);
        }
    }
    None
}

/// Whether a text ends with the first half of the name of a kind of media.
fn is_media(text: &[char]) -> bool {
    ["video", "audio", "image", "text", "application"].iter().any(|kind| {
        let (letters, before) = (kind.chars().count(), text.len().saturating_sub(kind.chars().count()));
        text.len() > letters
            && text[before..].iter().copied().eq(kind.chars())
            && !text[before - 1].is_alphanumeric()
    })
}

/// Whether a path begins at `at`.
fn starts_path(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| chars[before]);
    // Inside a word, an address or another path.
    if before
        .is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '%' | ':' | '<' | '~'))
    {
        // `path:/home/x` is one all the same; `http://` is not.
        let colon = before == Some(':') && chars[at] == '/' && chars.get(at + 1) != Some(&'/');
        if !colon {
            return false;
        }
    }
    let slash = |place: usize| chars.get(place) == Some(&'/');
    let named = |place: usize| chars.get(place).is_some_and(|c| !ends_word(*c) && *c != '/');
    match chars[at] {
        '/' => named(at + 1) && !slash(at + 1),
        '~' => slash(at + 1) && named(at + 2),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scrub() -> Scrub {
        Scrub::new(Some("/home/anna".into()))
    }

    #[test]
    fn folders_go_and_names_stay() {
        for (text, clean) in [
            ("open /home/anna/Films/a.mkv failed", "open (folder)/a.mkv failed"),
            ("\"/home/anna/My Films/a b.mkv\" and /srv/x/y", "\"(folder)/a b.mkv\" and (folder)/y"),
            ("location=\\\"/mnt/disk 2/a.mkv\\\"", "location=\\\"(folder)/a.mkv\\\""),
            ("file:/srv/x/a.mp4", "file:(folder)/a.mp4"),
            ("file:///srv/x/a.mp4 ends", "file://(folder)/a.mp4 ends"),
            (
                "GET /v1/servers, 8.9 Mbit/s of video/x-h264",
                "GET (folder)/servers, 8.9 Mbit/s of video/x-h264",
            ),
            ("~/.config/tributary/config.toml: no", "(folder)/config.toml: no"),
            ("at / and /metrics", "at / and /metrics"),
            ("open /home/anna/Films/Tax 2026/film.mkv failed", "open (folder)/film.mkv failed"),
            ("in /srv/My own (old) films/b c/d.mkv, and /srv/x/y", "in (folder)/d.mkv, and (folder)/y"),
            ("/Tax 2026/a.mkv from http://box:7400/films/a", "(folder)/a.mkv from http://box:7400/films/a"),
            ("/srv/x/a.mkv at 8.9 Mbit/s\nvideo/x-h264", "(folder)/a.mkv at 8.9 Mbit/s\nvideo/x-h264"),
            ("file:///home/anna/Tax 2026/a.mkv", "file://(folder)(folder)/a.mkv"),
            ("open /srv/Tax, 2026/a.mkv failed", "open (folder)/a.mkv failed"),
            ("open /srv/Anna's films/a.mkv: no", "open (folder)/a.mkv: no"),
            ("open '/srv/Anna's films/a.mkv', twice", "open '(folder)/a.mkv', twice"),
            ("open /srv/Part 1: the cat; (old) [x]/a.mkv", "open (folder)/a.mkv"),
            ("read /srv/x [old]/b {c}/a.mkv at 3", "read (folder)/a.mkv at 3"),
            ("file:///home/anna/Tax, Anna's/a.mkv", "file://(folder)(folder)/a.mkv"),
            ("(/srv/x/a.mkv) and [/srv/x/b.mkv]; /v1", "((folder)/b.mkv]; /v1"),
            ("/srv/x/a.mkv: see https://box/y", "(folder)/a.mkv: see https://box/y"),
        ] {
            assert_eq!(scrub().text(text), clean);
        }
    }

    #[test]
    fn users_queries_and_tokens_go() {
        let text = "http://anna:pa%40ss@box:7400/films/a.mp4?sig=abc&x=1 Authorization: Bearer abc.def v4.public.eyJkYXRh";
        let clean = scrub().text(text);
        assert_eq!(
            clean,
            "http://(removed)@box:7400/films/a.mp4?(removed) Authorization: Bearer (removed) (removed)"
        );
    }

    #[test]
    fn what_is_secret_by_its_name_is_secret_everywhere() {
        let mut scrub = scrub();
        let settings = "director = \"https://u:hunter%202@box\"\n[access]\nenrol-secret = \"abcde\"\npin_token = 1234\n\
                        [keys]\nstats = \"i\"\nsources = [\"http://x:y99@z/f\"]\n";
        let clean = scrub.settings(settings);
        for secret in ["hunter", "abcde", "1234", "y99"] {
            assert!(!clean.contains(secret), "{secret} in {clean}");
        }
        assert!(clean.contains("stats = \"i\"") && clean.contains("@box"), "{clean}");
        assert_eq!(scrub.text("abcde, hunter 2"), "(removed), (removed)");
        assert_eq!(scrub.settings("= no toml"), "# the settings can't be read\n");
    }

    proptest! {
        #[test]
        fn no_folder_is_left_whatever_stands_in_its_name(
            before in "[a-z ,:;'()\\[\\]{}]{0,20}",
            after in "([a-z ,:;'()\\[\\]{}]{0,20}[a-z,;'()\\[\\]{}])?",
        ) {
            let text = format!("can't open /srv/{before}SECRET{after}/film.mkv: it is gone");
            let clean = scrub().text(&text);
            prop_assert!(!clean.contains("SECRET"), "{text}: {clean}");
            prop_assert!(clean.contains("film.mkv"), "{text}: {clean}");
        }

        #[test]
        // Secrets of letters that stand nowhere else, so that none is spelled by chance.
        fn no_secret_and_no_home_is_left(
            before in "[ -@\\[-~]{0,40}",
            after in "[ -@\\[-~]{0,40}",
            secret in "[A-Z\"%]{4,20}",
        ) {
            let mut scrub = scrub();
            scrub.know(&secret);
            let text = format!("{before}{secret}{after} /home/anna/{secret} {before}/home/anna{after}");
            for text in [serde_json::to_string(&text).unwrap(), text] {
                let clean = scrub.text(&text);
                prop_assert!(!clean.contains("/home/anna"), "{clean}");
                prop_assert!(!clean.contains(&secret), "{clean}");
                prop_assert!(!clean.chars().any(|c| c.is_ascii_uppercase()), "{clean}");
            }
        }
    }
}
