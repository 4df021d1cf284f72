//! The texts against each other and against the sources that say them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fluent_bundle::FluentResource;

use super::*;

thread_local! {
    static HERE: Cell<Option<Language>> = const { Cell::new(None) };
    static MARKED: Cell<bool> = const { Cell::new(false) };
    static SAID: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// The language that tests of this thread speak.
pub(super) fn here() -> Option<Language> {
    HERE.get()
}

/// Whether every text of this thread is said between marks.
pub(super) fn marked() -> bool {
    MARKED.get()
}

/// Notes that a text was said in this thread.
pub(super) fn note(said: &str) {
    SAID.with_borrow_mut(|all| all.insert(said.to_owned()));
}

/// What was said in this thread since the last call.
pub(crate) fn take_said() -> BTreeSet<String> {
    SAID.take()
}

/// The names of all texts.
pub(crate) fn names() -> BTreeSet<String> {
    texts(Language::English.source()).into_keys().collect()
}

/// Speaks a language in this thread until it is dropped.
pub(crate) struct Speaking;

impl Speaking {
    /// This language.
    pub(crate) fn of(language: Language) -> Self {
        HERE.set(Some(language));
        Self
    }

    /// English between marks, so that what was not said by [`say`] shows.
    pub(crate) fn marks() -> Self {
        MARKED.set(true);
        Self
    }
}

impl Drop for Speaking {
    fn drop(&mut self) {
        HERE.set(None);
        MARKED.set(false);
    }
}

/// The texts of a file: name, and the values that stand in it.
fn texts(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = None;
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) =
            line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
        {
            assert!(texts.insert(name.to_owned(), BTreeSet::new()).is_none(), "{name} stands there twice");
            current = Some(name.to_owned());
        }
        let values = line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
        });
        if let Some(name) = &current {
            texts.get_mut(name).expect("just put in").extend(values);
        }
    }
    texts
}

/// What sources say: name of a text, the values given, and the file.
fn said() -> Vec<(String, BTreeSet<String>, String)> {
    fn look(folder: &Path, found: &mut Vec<(String, BTreeSet<String>, String)>) {
        for entry in std::fs::read_dir(folder).expect("the sources are here") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                look(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("readable");
            let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            for (place, _) in code.match_indices("t!(") {
                let before = code[..place].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let call = arguments(&code[place + 3..]);
                let mut parts = call.iter().map(|part| part.trim());
                let Some(name) = parts.next().and_then(|name| name.strip_prefix('"')?.strip_suffix('"'))
                else {
                    continue;
                };
                let values = parts
                    .filter(|part| !part.is_empty())
                    .map(|part| part.split_once('=').map_or(part, |(key, _)| key).trim().to_owned());
                found.push((name.to_owned(), values.collect(), path.display().to_string()));
            }
        }
    }
    let mut found = Vec::new();
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

/// The arguments of a call, up to its closing bracket.
fn arguments(code: &str) -> Vec<String> {
    let (mut depth, mut quoted, mut last) = (0, false, ' ');
    let mut parts = vec![String::new()];
    for c in code.chars() {
        match c {
            '"' if last != '\\' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted && depth > 0 => depth -= 1,
            ')' if !quoted => return parts,
            ',' if !quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        last = c;
        parts.last_mut().expect("one at least").push(c);
    }
    parts
}

#[test]
fn every_file_is_understood_whole() {
    for language in Language::ALL {
        if let Err((_, problems)) = FluentResource::try_new(language.source().to_owned()) {
            panic!("{}: {problems:?}", language.code());
        }
    }
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_values() {
    let english = texts(Language::English.source());
    assert!(english.len() > 200, "{}", english.len());
    for language in Language::ALL {
        let other = texts(language.source());
        let names =
            |texts: &BTreeMap<String, BTreeSet<String>>| texts.keys().cloned().collect::<BTreeSet<_>>();
        let missing: Vec<_> = names(&english).symmetric_difference(&names(&other)).cloned().collect();
        assert!(missing.is_empty(), "not in both English and {}: {missing:?}", language.code());
        for (name, values) in &english {
            assert_eq!(values, &other[name], "{name} in {}", language.code());
        }
    }
}

#[test]
fn every_text_that_is_said_is_there_and_none_is_left_over() {
    let english = texts(Language::English.source());
    let said = said();
    let mut used = BTreeSet::new();
    for (name, values, file) in &said {
        let Some(wanted) = english.get(name) else { panic!("{file} says {name}, which stands nowhere") };
        assert_eq!(values, wanted, "{file} says {name} with other values than its text has");
        used.insert(name.clone());
    }
    let idle: Vec<_> = english.keys().filter(|name| !used.contains(*name)).collect();
    assert!(idle.is_empty(), "nobody says {idle:?}");
}

#[test]
fn plurals_follow_the_number_and_figures_the_language() {
    assert_eq!(t!("count-titles", count = 1), "1 title");
    assert_eq!(t!("count-titles", count = 1480), "1\u{202f}480 titles");
    let _german = Speaking::of(Language::German);
    assert_eq!(t!("count-titles", count = 1), "1 Titel");
    assert_eq!(t!("count-servers", count = 0), "0 Server");
    assert_eq!(t!("time-days-ago", days = 1), "vor 1 Tag");
    assert_eq!(t!("time-days-ago", days = 2), "vor 2 Tagen");
    assert_eq!(words::megabits(8_930_000.0), "8,9");
    assert_eq!(words::span(118.2), "1 min 58 s");
}

#[test]
fn the_desktop_says_which_language() {
    let of = |set: &[(&str, &str)]| {
        Language::of_environment(|name| {
            set.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        })
    };
    assert_eq!(of(&[]), Language::English);
    assert_eq!(of(&[("LANG", "de_AT.UTF-8")]), Language::German);
    assert_eq!(of(&[("LANG", "de_DE.UTF-8"), ("LC_MESSAGES", "en_GB.UTF-8")]), Language::English);
    assert_eq!(of(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "de_DE")]), Language::German);
    assert_eq!(of(&[("LANG", "fr_FR.UTF-8"), ("LANGUAGE", "fr:de:en")]), Language::German);
    assert_eq!(of(&[("LANG", "C.UTF-8"), ("LANGUAGE", "de")]), Language::English);
    assert_eq!(of(&[("LANG", "tlh")]), Language::English);
}
