//! The languages of tracks: their names, whether two codes mean the same one, and what tracks are called.

use crate::i18n::t;
use crate::state::words;

/// Codes of ISO 639 (two letters, and three by either list) and the name of the language in itself.
const NAMES: &[(&str, &str)] = &[
    ("bg bul", "Български"),
    ("ca cat", "Català"),
    ("cs ces cze", "Čeština"),
    ("cy cym wel", "Cymraeg"),
    ("da dan", "Dansk"),
    ("de deu ger", "Deutsch"),
    ("el ell gre", "Ελληνικά"),
    ("en eng", "English"),
    ("es spa", "Español"),
    ("et est", "Eesti"),
    ("eu eus baq", "Euskara"),
    ("fi fin", "Suomi"),
    ("fr fra fre", "Français"),
    ("ga gle", "Gaeilge"),
    ("gl glg", "Galego"),
    ("hr hrv", "Hrvatski"),
    ("hu hun", "Magyar"),
    ("id ind", "Bahasa Indonesia"),
    ("is isl ice", "Íslenska"),
    ("it ita", "Italiano"),
    ("la lat", "Latina"),
    ("lt lit", "Lietuvių"),
    ("lv lav", "Latviešu"),
    ("ms msa may", "Bahasa Melayu"),
    ("nl nld dut", "Nederlands"),
    ("no nor nb nob nn nno", "Norsk"),
    ("pl pol", "Polski"),
    ("pt por", "Português"),
    ("ro ron rum", "Română"),
    ("ru rus", "Русский"),
    ("sk slk slo", "Slovenčina"),
    ("sl slv", "Slovenščina"),
    ("sr srp", "Српски"),
    ("sv swe", "Svenska"),
    ("tr tur", "Türkçe"),
    ("uk ukr", "Українська"),
    ("vi vie", "Tiếng Việt"),
];

/// Names that programs give every track of a kind.
const EMPTY_NAMES: [&str; 12] = [
    "audio",
    "audiohandler",
    "mono",
    "sound",
    "soundhandler",
    "stereo",
    "subtitle",
    "subtitlehandler",
    "subtitles",
    "text",
    "track",
    "core media audio",
];

/// A language's own name, with its region where it has one: `Português (BR)`. Other codes as they are; nothing for
/// those that mean no language.
#[must_use]
pub fn name(code: &str) -> String {
    let (language, region) = parts(code);
    let name = match language.to_ascii_lowercase().as_str() {
        "" | "und" | "mul" | "zxx" | "mis" => return String::new(),
        // The program's fonts have no letters of these.
        "ja" | "jpn" => t!("language-japanese"),
        "zh" | "zho" | "chi" => t!("language-chinese"),
        "ko" | "kor" => t!("language-korean"),
        "ar" | "ara" => t!("language-arabic"),
        "he" | "heb" => t!("language-hebrew"),
        "hi" | "hin" => t!("language-hindi"),
        "th" | "tha" => t!("language-thai"),
        "fa" | "fas" | "per" => t!("language-persian"),
        code => match NAMES.iter().find(|(codes, _)| codes.split(' ').any(|known| known == code)) {
            Some((_, name)) => (*name).to_owned(),
            None => return code_as_it_is(language, region),
        },
    };
    if region.is_empty() { name } else { format!("{name} ({region})") }
}

fn code_as_it_is(language: &str, region: &str) -> String {
    if region.is_empty() { language.to_owned() } else { format!("{language}-{region}") }
}

/// `pt-BR` in its language and its region.
fn parts(code: &str) -> (&str, &str) {
    code.trim().split_once(['-', '_']).unwrap_or((code.trim(), ""))
}

/// Whether two codes or names mean one language, wherever it is spoken.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|code| name(parts(code).0));
    !one.is_empty() && one.to_lowercase() == other.to_lowercase()
}

/// What tracks of one kind are called, each by its title and its language: by the title where it says something, else
/// by the language; by more than that where two would have one name.
#[must_use]
pub fn names_of_tracks(tracks: &[(&str, &str)]) -> Vec<String> {
    let spoken = |(_, language): &(&str, &str)| words::safe(&name(language));
    let titled = |(title, _): &(&str, &str)| {
        let title = words::safe(title);
        if EMPTY_NAMES.contains(&title.to_lowercase().as_str()) { String::new() } else { title }
    };
    let mut names: Vec<String> = tracks.iter().map(titled).collect();
    let twice = |names: &[String], name: &str| names.iter().filter(|other| *other == name).count() > 1;
    for (number, track) in tracks.iter().enumerate() {
        let language = spoken(track);
        if names[number].is_empty() {
            names[number] = language;
        } else if twice(&tracks.iter().map(titled).collect::<Vec<_>>(), &names[number])
            && !language.is_empty()
        {
            names[number] = format!("{}, {language}", names[number]);
        }
    }
    let before = names.clone();
    for (number, name) in names.iter_mut().enumerate() {
        if name.is_empty() {
            *name = t!("media-track", number = number + 1);
        } else if twice(&before, name) {
            *name = format!("{name} {}", before[..=number].iter().filter(|other| *other == name).count());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_names_and_what_is_none_has_none() {
        for (code, wanted) in [
            ("deu", "Deutsch"),
            ("EN", "English"),
            ("pt-BR", "Português (BR)"),
            ("kor", "Korean"),
            ("und", ""),
            ("", ""),
            ("tlh", "tlh"),
            ("English", "English"),
        ] {
            assert_eq!(name(code), wanted, "{code}");
        }
        assert!(same("pt-BR", "por") && same("ger", "de") && same("German", "german"));
        assert!(!same("", "und") && !same("de", "en"));
    }

    #[test]
    fn tracks_are_told_apart() {
        let names = |tracks: &[(&str, &str)]| names_of_tracks(tracks).join(" | ");
        assert_eq!(names(&[("", "en"), ("Commentary", "en"), ("", "de")]), "English | Commentary | Deutsch");
        assert_eq!(names(&[("Audio", "en"), ("Audio", "de")]), "English | Deutsch");
        assert_eq!(names(&[("Full", "en"), ("Full", "de")]), "Full, English | Full, Deutsch");
        assert_eq!(names(&[("", "en"), ("", "en"), ("", "und")]), "English 1 | English 2 | Track 3");
        assert_eq!(names(&[]), "");
    }
}
