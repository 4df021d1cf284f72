//! The keys of the settings file: how each is read, checked and written.

use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::table;
use crate::i18n::{Language, t};
use crate::state::keymap::{ACTIONS, KeyMap};
use crate::state::settings::{Interlaced, Planner, Settings, StartWith, SubtitleColour, ThemeChoice, bounds};
use crate::state::words;
use crate::view::hotkeys::Chord;

/// Keys at the top of the file.
const TOP: [&str; 3] = ["directors", "last_director", "volume"];
/// Tables of the file and their keys.
const TABLES: [(&str, &[&str]); 6] = [
    (
        "playback",
        &[
            "resume",
            "countdown_seconds",
            "sound_languages",
            "subtitle_languages",
            "deinterlace",
            "hardware_decoding",
        ],
    ),
    ("subtitles", &["size", "raise", "colour", "plate"]),
    ("appearance", &["theme", "reduce_motion", "keep_window", "one_window", "list_view", "language"]),
    ("cache", &["ahead_mib", "ahead_seconds", "back_mib", "disk_gib"]),
    ("network", &["planner", "most_sources", "relays", "look_around", "download_mbit"]),
    ("start", &["with"]),
];

/// The table of keys.
const KEYS: &str = "keys";

/// Reads all settings; what can't be used is told and stays as usual.
pub(super) fn read(document: &DocumentMut) -> (Settings, Vec<String>) {
    let mut reader = Reader { document, problems: Vec::new() };
    let usual = Settings::default();
    let settings = Settings {
        resume: reader.switch("playback", "resume", usual.resume),
        countdown_seconds: reader.whole(
            "playback",
            "countdown_seconds",
            bounds::COUNTDOWN_SECONDS,
            usual.countdown_seconds,
        ),
        sound_languages: reader.languages("sound_languages"),
        subtitle_languages: reader.languages("subtitle_languages"),
        subtitle_size: reader.part("subtitles", "size", bounds::SUBTITLE_SIZE, usual.subtitle_size),
        subtitle_raise: reader.part("subtitles", "raise", bounds::SUBTITLE_RAISE, usual.subtitle_raise),
        subtitle_colour: reader.one_of("subtitles", "colour", &SubtitleColour::ALL, SubtitleColour::key),
        subtitle_plate: reader.switch("subtitles", "plate", usual.subtitle_plate),
        theme: reader.one_of("appearance", "theme", &ThemeChoice::ALL, ThemeChoice::key),
        list_view: reader.switch("appearance", "list_view", usual.list_view),
        reduce_motion: reader.switch("appearance", "reduce_motion", usual.reduce_motion),
        one_window: reader.switch("appearance", "one_window", usual.one_window),
        keep_window: reader.switch("appearance", "keep_window", usual.keep_window),
        deinterlace: reader.one_of("playback", "deinterlace", &Interlaced::ALL, Interlaced::key),
        hardware: reader.switch("playback", "hardware_decoding", usual.hardware),
        ahead_mib: reader.whole("cache", "ahead_mib", bounds::AHEAD_MIB, usual.ahead_mib),
        ahead_seconds: reader.whole("cache", "ahead_seconds", bounds::AHEAD_SECONDS, usual.ahead_seconds),
        start_with: reader.one_of("start", "with", &StartWith::ALL, StartWith::key),
        planner: reader.one_of("network", "planner", &Planner::ALL, Planner::key),
        most_sources: reader.whole("network", "most_sources", bounds::MOST_SOURCES, usual.most_sources),
        relays: reader.switch("network", "relays", usual.relays),
        look_around: reader.switch("network", "look_around", usual.look_around),
        download_mbit: reader.whole("network", "download_mbit", bounds::DOWNLOAD_MBIT, usual.download_mbit),
        back_mib: reader.whole("cache", "back_mib", bounds::BACK_MIB, usual.back_mib),
        disk_gib: reader.whole("cache", "disk_gib", bounds::DISK_GIB, usual.disk_gib),
        language: reader.language(),
        keys: reader.keys(),
    };
    reader.unknown();
    (settings, reader.problems)
}

/// Writes what differs from the file.
pub(super) fn write(document: &mut DocumentMut, settings: &Settings) {
    let (before, _) = read(document);
    let mut put = |differs: bool, group: &str, key: &str, value: Value| {
        if differs && let Some(table) = table(document, group) {
            set(table, key, value);
        }
    };
    let (old, new) = (&before, settings);
    put(old.resume != new.resume, "playback", "resume", new.resume.into());
    let seconds = i64::from(new.countdown_seconds);
    put(old.countdown_seconds != new.countdown_seconds, "playback", "countdown_seconds", seconds.into());
    let list = |languages: &[String]| Value::Array(languages.iter().map(String::as_str).collect::<Array>());
    let (sound, words) = (&new.sound_languages, &new.subtitle_languages);
    put(old.sound_languages != *sound, "playback", "sound_languages", list(sound));
    put(old.subtitle_languages != *words, "playback", "subtitle_languages", list(words));
    put(old.subtitle_size != new.subtitle_size, "subtitles", "size", new.subtitle_size.into());
    put(old.subtitle_raise != new.subtitle_raise, "subtitles", "raise", new.subtitle_raise.into());
    let colour = new.subtitle_colour.key();
    put(old.subtitle_colour != new.subtitle_colour, "subtitles", "colour", colour.into());
    put(old.subtitle_plate != new.subtitle_plate, "subtitles", "plate", new.subtitle_plate.into());
    put(old.theme != new.theme, "appearance", "theme", new.theme.key().into());
    put(old.list_view != new.list_view, "appearance", "list_view", new.list_view.into());
    put(old.reduce_motion != new.reduce_motion, "appearance", "reduce_motion", new.reduce_motion.into());
    put(old.one_window != new.one_window, "appearance", "one_window", new.one_window.into());
    put(old.keep_window != new.keep_window, "appearance", "keep_window", new.keep_window.into());
    put(old.deinterlace != new.deinterlace, "playback", "deinterlace", new.deinterlace.key().into());
    put(old.hardware != new.hardware, "playback", "hardware_decoding", new.hardware.into());
    put(old.ahead_mib != new.ahead_mib, "cache", "ahead_mib", i64::from(new.ahead_mib).into());
    let seconds = i64::from(new.ahead_seconds);
    put(old.ahead_seconds != new.ahead_seconds, "cache", "ahead_seconds", seconds.into());
    put(old.start_with != new.start_with, "start", "with", new.start_with.key().into());
    put(old.planner != new.planner, "network", "planner", new.planner.key().into());
    let most = i64::from(new.most_sources);
    put(old.most_sources != new.most_sources, "network", "most_sources", most.into());
    put(old.relays != new.relays, "network", "relays", new.relays.into());
    put(old.look_around != new.look_around, "network", "look_around", new.look_around.into());
    let limit = i64::from(new.download_mbit);
    put(old.download_mbit != new.download_mbit, "network", "download_mbit", limit.into());
    put(old.back_mib != new.back_mib, "cache", "back_mib", i64::from(new.back_mib).into());
    put(old.disk_gib != new.disk_gib, "cache", "disk_gib", i64::from(new.disk_gib).into());
    let language = new.language.map_or("system", Language::code);
    put(old.language != new.language, "appearance", "language", language.into());
    for (action, name, ..) in ACTIONS {
        let (was, is) = (old.keys.keys(action), new.keys.keys(action));
        put(was != is, KEYS, name, Value::Array(is.into_iter().collect::<Array>()));
    }
}

/// Sets a value and leaves the spaces and comments around it.
pub(super) fn set(table: &mut Table, key: &str, mut value: Value) {
    if let Some(Item::Value(old)) = table.get_mut(key) {
        *value.decor_mut() = old.decor().clone();
        *old = value;
    } else {
        table.insert(key, Item::Value(value));
    }
}

/// A number, whole or not.
pub(super) fn number(item: &Item) -> Option<f64> {
    item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64)).filter(|value| value.is_finite())
}

struct Reader<'a> {
    document: &'a DocumentMut,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    fn get(&self, group: &str, key: &str) -> Option<&'a Item> {
        self.document.get(group)?.as_table_like()?.get(key)
    }

    fn wrong(&mut self, group: &str, key: &str, wanted: &str) {
        self.problems.push(t!("fault-setting", key = format!("{group}.{key}"), wanted = wanted));
    }

    fn switch(&mut self, group: &str, key: &str, usual: bool) -> bool {
        let Some(item) = self.get(group, key) else { return usual };
        item.as_bool().unwrap_or_else(|| {
            self.wrong(group, key, &t!("wanted-switch"));
            usual
        })
    }

    fn whole(&mut self, group: &str, key: &str, allowed: std::ops::RangeInclusive<i64>, usual: u32) -> u32 {
        let Some(item) = self.get(group, key) else { return usual };
        let value = item.as_integer().filter(|value| allowed.contains(value));
        value.and_then(|value| u32::try_from(value).ok()).unwrap_or_else(|| {
            let (least, most) = (allowed.start().to_string(), allowed.end().to_string());
            self.wrong(group, key, &t!("wanted-whole", least = least, most = most));
            usual
        })
    }

    fn part(&mut self, group: &str, key: &str, allowed: std::ops::RangeInclusive<f64>, usual: f64) -> f64 {
        let Some(item) = self.get(group, key) else { return usual };
        number(item).filter(|value| allowed.contains(value)).unwrap_or_else(|| {
            let (least, most) = (allowed.start().to_string(), allowed.end().to_string());
            self.wrong(group, key, &t!("wanted-number", least = least, most = most));
            usual
        })
    }

    /// The one of `all` whose key stands there; the usual one where none does.
    fn one_of<T: Copy + Default>(
        &mut self,
        group: &str,
        key: &str,
        all: &[T],
        name: fn(T) -> &'static str,
    ) -> T {
        let Some(item) = self.get(group, key) else { return T::default() };
        let named = item.as_str().and_then(|text| all.iter().copied().find(|one| name(*one) == text));
        named.unwrap_or_else(|| {
            let list: Vec<String> = all.iter().map(|one| format!("\"{}\"", name(*one))).collect();
            self.wrong(group, key, &t!("wanted-one-of", list = list.join(", ")));
            T::default()
        })
    }

    fn language(&mut self) -> Option<Language> {
        let item = self.get("appearance", "language")?;
        let named = item.as_str().map(|code| (code, Language::of_tag(code)));
        match named {
            Some(("system", _)) => None,
            Some((_, Some(language))) => Some(language),
            _ => {
                let codes = Language::ALL.map(|language| format!("\"{}\"", language.code()));
                let list = format!("\"system\", {}", codes.join(", "));
                self.wrong("appearance", "language", &t!("wanted-one-of", list = list));
                None
            }
        }
    }

    fn languages(&mut self, key: &str) -> Vec<String> {
        let Some(item) = self.get("playback", key) else { return Vec::new() };
        let texts = item.as_array().map(|list| list.iter().map(|value| value.as_str().map(str::to_owned)));
        let Some(languages) = texts.and_then(|texts| texts.collect::<Option<Vec<_>>>()) else {
            self.wrong("playback", key, &t!("wanted-languages"));
            return Vec::new();
        };
        languages.into_iter().take(bounds::LANGUAGES).collect()
    }

    /// The keys in force: each action has one key or a list of them.
    fn keys(&mut self) -> KeyMap {
        let mut map = KeyMap::default();
        let Some(table) = self.document.get(KEYS).and_then(Item::as_table_like) else { return map };
        for (name, item) in table.iter() {
            let Some((action, ..)) = ACTIONS.iter().find(|(_, other, ..)| *other == name) else {
                self.problems.push(unknown(&format!("{KEYS}.{name}")));
                continue;
            };
            let one = item.as_str().map(|key| vec![Some(key)]);
            let several = || item.as_array().map(|list| list.iter().map(Value::as_str).collect());
            let keys: Option<Vec<&str>> = one.or_else(several).and_then(|keys| keys.into_iter().collect());
            match keys.filter(|keys| keys.iter().all(|key| Chord::parse(key).is_some())) {
                Some(keys) => map.set(*action, keys.into_iter().map(str::to_owned).collect()),
                None => self.wrong(KEYS, name, &t!("wanted-keys")),
            }
        }
        map
    }

    fn unknown(&mut self) {
        for (key, item) in self.document.iter() {
            match TABLES.iter().find(|(name, _)| *name == key) {
                Some((name, known)) => match item.as_table_like() {
                    Some(table) => {
                        let strange = table.iter().map(|(key, _)| key).filter(|key| !known.contains(key));
                        self.problems.extend(strange.map(|key| unknown(&format!("{name}.{key}"))));
                    }
                    None => self.problems.push(t!("fault-setting-table", key = *name)),
                },
                None if TOP.contains(&key) => {}
                None if key == KEYS && item.is_table_like() => {}
                None => self.problems.push(unknown(key)),
            }
        }
    }
}

fn unknown(key: &str) -> String {
    t!("fault-setting-unknown", key = words::safe(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::keymap::Action;

    fn parse(text: &str) -> (Settings, Vec<String>) {
        read(&text.parse().expect("TOML"))
    }

    #[test]
    fn an_empty_file_is_as_usual() {
        assert_eq!(parse(""), (Settings::default(), Vec::new()));
    }

    #[test]
    fn every_setting_that_is_written_comes_back() {
        let mut keys = KeyMap::default();
        keys.set(Action::Mute, vec!["q".to_owned(), "Ctrl+m".to_owned()]);
        keys.set(Action::Sound, Vec::new());
        let settings = Settings {
            keys,
            resume: false,
            countdown_seconds: 0,
            one_window: false,
            keep_window: false,
            theme: ThemeChoice::Light,
            list_view: true,
            reduce_motion: true,
            sound_languages: vec!["de".to_owned(), "en".to_owned()],
            subtitle_languages: vec!["en".to_owned()],
            subtitle_size: 1.5,
            subtitle_raise: 0.1,
            subtitle_colour: SubtitleColour::Yellow,
            subtitle_plate: true,
            deinterlace: Interlaced::Never,
            hardware: false,
            ahead_mib: 300,
            ahead_seconds: 90,
            back_mib: 10,
            disk_gib: 8,
            start_with: StartWith::LastTitle,
            planner: Planner::Interval,
            most_sources: 8,
            relays: false,
            look_around: false,
            download_mbit: 40,
            language: Some(Language::German),
        };
        let mut document = DocumentMut::new();
        write(&mut document, &settings);
        assert_eq!(parse(&document.to_string()), (settings, Vec::new()));
    }

    #[test]
    fn what_can_not_be_used_is_told_with_its_name() {
        let (settings, problems) = parse(
            "colour = 1\ncache = 3\n[playback]\nresume = \"yes\"\ncountdown_seconds = -1\nsound_languages = \"en\"\n\
             [keys]\nmute = \"Strg+m\"\nfly = \"f\"\n[subtitles]\nsize = 90\ncolour = \"pink\"\n[appearance]\ntheme = \"pink\"\nshape = 1\nlanguage = \"klingon\"\n\
             [network]\ndownload_mbit = -1\nplanner = 3\n[start]\nwith = \"a bang\"\n",
        );
        assert_eq!(settings, Settings::default());
        for named in [
            "colour",
            "cache",
            "playback.resume",
            "playback.countdown_seconds",
            "playback.sound_languages",
            "subtitles.size",
            "subtitles.colour",
            "appearance.theme",
            "appearance.shape",
            "appearance.language",
            "network.download_mbit",
            "network.planner",
            "start.with",
            "keys.mute",
            "keys.fly",
        ] {
            assert!(problems.iter().any(|problem| problem.starts_with(named)), "{named} in {problems:?}");
        }
        assert_eq!(problems.len(), 15, "{problems:?}");
    }
}
