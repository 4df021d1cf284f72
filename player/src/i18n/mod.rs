//! The words that a person reads, in the language they chose.
//!
//! Texts stand in `player/i18n/LANGUAGE/tributary.ftl`, in Fluent, and are part of the program. A
//! view says `t!("library-search", count = 12)`; a test sees to it that every text that is said is
//! there in every language, with the same values, and that none is there that nobody says.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::state::words;

#[cfg(test)]
pub(crate) mod tests;

pub use fluent_bundle::FluentValue as Value;

/// Says a text by its name, with its values: `t!("poster-watched")`,
/// `t!("count-servers", count = 3)`. The name is always written out, so that tests find it.
macro_rules! t {
    ($name:literal $(, $key:ident = $value:expr)* $(,)?) => {
        $crate::i18n::say($name, &[$((stringify!($key), $crate::i18n::Value::from($value))),*])
    };
}
pub(crate) use t;

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its code, as in the settings file and in `LANG`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Its own name for itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// What parts a number's whole from its fraction.
    #[must_use]
    pub const fn decimal_mark(self) -> char {
        match self {
            Self::English => '.',
            Self::German => ',',
        }
    }

    /// The language of `de`, `de_AT.UTF-8`, `de-CH`; none where it is not spoken.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let code = tag.split(['_', '-', '.', '@']).next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The language of the desktop: the first spoken one of `LANGUAGE`, else that of `LC_ALL`,
    /// `LC_MESSAGES` or `LANG`, whichever is set first; English where none is spoken.
    #[must_use]
    pub fn of_desktop() -> Self {
        Self::of_environment(|name| std::env::var(name).ok())
    }

    fn of_environment(get: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| get(name).filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
        // Where the locale is `C`, the list of languages does not count.
        if locale == "C" || locale == "POSIX" || locale.starts_with("C.") {
            return Self::English;
        }
        let list = set("LANGUAGE").unwrap_or_default();
        list.split(':').chain([locale.as_str()]).find_map(Self::of_tag).unwrap_or_default()
    }

    const fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("../../i18n/en/tributary.ftl"),
            Self::German => include_str!("../../i18n/de/tributary.ftl"),
        }
    }

    fn bundle(self) -> &'static Bundle {
        static BUNDLES: [OnceLock<Bundle>; 2] = [const { OnceLock::new() }; 2];
        BUNDLES[self as usize].get_or_init(|| bundle(self))
    }
}

type Bundle = FluentBundle<FluentResource>;

/// The texts of a language. What of them can't be read is left out; a test sees to it that it is
/// nothing.
fn bundle(language: Language) -> Bundle {
    let id: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Marks of direction around each value would be drawn as boxes.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        Value::Number(number) if number.value.fract() == 0.0 && number.value >= 0.0 => {
            Some(words::group(number.value as u64))
        }
        _ => None,
    }));
    let resource = FluentResource::try_new(language.source().to_owned()).unwrap_or_else(|(part, _)| part);
    bundle.add_resource_overriding(resource);
    bundle
}

static SPOKEN: AtomicU8 = AtomicU8::new(Language::English as u8);

/// Speaks this language from now on.
pub fn speak(language: Language) {
    SPOKEN.store(language as u8, Ordering::Relaxed);
}

/// The language that is spoken.
#[must_use]
pub fn spoken() -> Language {
    #[cfg(test)]
    if let Some(language) = tests::here() {
        return language;
    }
    let number = usize::from(SPOKEN.load(Ordering::Relaxed));
    Language::ALL.get(number).copied().unwrap_or_default()
}

/// The text of that name with these values, in the language that is spoken. Use `t!`.
#[must_use]
pub fn say(name: &str, values: &[(&'static str, Value<'_>)]) -> String {
    let said = in_language(spoken(), name, values).or_else(|| in_language(Language::English, name, values));
    let said = said.unwrap_or_else(|| name.to_owned());
    #[cfg(test)]
    tests::note(&said);
    #[cfg(test)]
    if tests::marked() {
        return format!("⟦{said}⟧");
    }
    said
}

fn in_language(language: Language, name: &str, values: &[(&'static str, Value<'_>)]) -> Option<String> {
    let bundle = language.bundle();
    let pattern = bundle.get_message(name)?.value()?;
    let mut given = FluentArgs::with_capacity(values.len());
    for (key, value) in values {
        given.set(*key, value.clone());
    }
    let mut problems = Vec::new();
    let said = bundle.format_pattern(pattern, Some(&given), &mut problems);
    Some(said.into_owned())
}
