//! What a person can choose once and for all; kept in the settings file.

use super::keymap::KeyMap;
use crate::i18n::{Language, t};

/// Colours of the window outside the player, which is always dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// As the desktop has it.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

impl ThemeChoice {
    /// All, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Dark, Self::Light];

    /// Its name in the file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// Its name to show.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::System => t!("settings-theme-system"),
            Self::Dark => t!("settings-theme-dark"),
            Self::Light => t!("settings-theme-light"),
        }
    }
}

/// The colour of subtitles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubtitleColour {
    /// White.
    #[default]
    White,
    /// Yellow, as on old discs.
    Yellow,
    /// Grey, for dark rooms.
    Grey,
}

impl SubtitleColour {
    /// All, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::White, Self::Yellow, Self::Grey];

    /// Its name in the file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::White => "white",
            Self::Yellow => "yellow",
            Self::Grey => "grey",
        }
    }

    /// Its name to show.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::White => t!("settings-subtitle-white"),
            Self::Yellow => t!("settings-subtitle-yellow"),
            Self::Grey => t!("settings-subtitle-grey"),
        }
    }
}

/// What the window shows when it opens with nothing to play.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StartWith {
    /// The library of the director used last.
    #[default]
    Library,
    /// The title watched last, where it was left.
    LastTitle,
    /// The page where a director is chosen.
    Directors,
}

impl StartWith {
    /// All, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Library, Self::LastTitle, Self::Directors];

    /// Its name in the file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::LastTitle => "last_title",
            Self::Directors => "directors",
        }
    }

    /// Its name to show.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Library => t!("settings-start-library"),
            Self::LastTitle => t!("settings-start-last"),
            Self::Directors => t!("settings-start-directors"),
        }
    }
}

/// How blocks are dealt out to the servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Planner {
    /// To whoever will have each here first.
    #[default]
    Arrival,
    /// By shares of the last interval.
    Interval,
}

impl Planner {
    /// All, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::Arrival, Self::Interval];

    /// Its name in the file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Arrival => "arrival",
            Self::Interval => "interval",
        }
    }

    /// Its name to show.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Arrival => t!("settings-planner-arrival"),
            Self::Interval => t!("settings-planner-interval"),
        }
    }
}

/// When the two halves of interlaced pictures are made pictures of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interlaced {
    /// Where the film says that it is interlaced.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Interlaced {
    /// All, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// Its name in the file.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }

    /// Its name to show.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Auto => t!("deinterlace-auto"),
            Self::Always => t!("deinterlace-always"),
            Self::Never => t!("deinterlace-never"),
        }
    }

    /// The next one on offer.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|other| *other == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

/// A page of the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SettingsPage {
    /// Going on, what comes next, languages.
    #[default]
    Playback,
    /// Directors.
    Network,
    /// How much film is kept.
    Cache,
    /// Looks of subtitles.
    Subtitles,
    /// Colours and the window.
    Appearance,
    /// Which key does what.
    Keys,
    /// Version and licences.
    About,
}

impl SettingsPage {
    /// All, in the order of their pills.
    pub const ALL: [Self; 7] = [
        Self::Playback,
        Self::Network,
        Self::Cache,
        Self::Subtitles,
        Self::Appearance,
        Self::Keys,
        Self::About,
    ];

    /// Its name on the pill.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Playback => t!("settings-playback"),
            Self::Network => t!("settings-network"),
            Self::Cache => t!("settings-cache"),
            Self::Subtitles => t!("settings-subtitles"),
            Self::Appearance => t!("settings-appearance"),
            Self::Keys => t!("settings-keys"),
            Self::About => t!("settings-about"),
        }
    }
}

/// Bounds of the settings that are numbers.
pub mod bounds {
    use std::ops::RangeInclusive;

    /// Seconds until the next title begins; 0 is never.
    pub const COUNTDOWN_SECONDS: RangeInclusive<i64> = 0..=60;
    /// Size of subtitles against the usual one.
    pub const SUBTITLE_SIZE: RangeInclusive<f64> = 0.5..=3.0;
    /// Room between subtitles and the lower edge, as a part of the film's height.
    pub const SUBTITLE_RAISE: RangeInclusive<f64> = 0.0..=0.5;
    /// Mebibytes of film fetched ahead.
    pub const AHEAD_MIB: RangeInclusive<i64> = 8..=4096;
    /// Seconds of film fetched ahead; 0 is as many as the bytes allow.
    pub const AHEAD_SECONDS: RangeInclusive<i64> = 0..=36_000;
    /// Servers and relays used at once.
    pub const MOST_SOURCES: RangeInclusive<i64> = 1..=tributary_core::pattern::MAX_SOURCES as i64;
    /// Megabits a second that are fetched; 0 is no limit.
    pub const DOWNLOAD_MBIT: RangeInclusive<i64> = 0..=100_000;
    /// Mebibytes of film kept behind.
    pub const BACK_MIB: RangeInclusive<i64> = 0..=4096;
    /// Gibibytes of films kept on disk; 0 is none.
    pub const DISK_GIB: RangeInclusive<i64> = 0..=4096;
    /// Most languages preferred for one kind of track.
    pub const LANGUAGES: usize = 8;
}

/// All settings, with their usual values by default.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Titles go on where one left off.
    pub resume: bool,
    /// Seconds between the end of a title and the next one of its catalog; 0 is never.
    pub countdown_seconds: u32,
    /// A later start gives what it shall play to the window that is there.
    pub one_window: bool,
    /// Place and size of the window are remembered.
    pub keep_window: bool,
    /// Colours.
    pub theme: ThemeChoice,
    /// Titles are shown as a list, not as posters.
    pub list_view: bool,
    /// Nothing glides or fades.
    pub reduce_motion: bool,
    /// Sound is chosen in these languages where the title has them; the first first.
    pub sound_languages: Vec<String>,
    /// The same for subtitles; none means that they are off at first.
    pub subtitle_languages: Vec<String>,
    /// Size of subtitles, 1 is the usual one.
    pub subtitle_size: f64,
    /// Room between subtitles and the lower edge, as a part of the film's height.
    pub subtitle_raise: f64,
    /// Colour of subtitles.
    pub subtitle_colour: SubtitleColour,
    /// Subtitles have a dark plate behind them.
    pub subtitle_plate: bool,
    /// When interlaced pictures are taken apart.
    pub deinterlace: Interlaced,
    /// Decoders in hardware are taken where there are any.
    pub hardware: bool,
    /// Mebibytes of film fetched ahead.
    pub ahead_mib: u32,
    /// Seconds of film fetched ahead, where its length is known; 0 is as many as the bytes allow.
    pub ahead_seconds: u32,
    /// Mebibytes of film kept behind.
    pub back_mib: u32,
    /// Gibibytes of films kept on disk; 0 is none.
    pub disk_gib: u32,
    /// What the window shows when it opens with nothing to play.
    pub start_with: StartWith,
    /// How blocks are dealt out.
    pub planner: Planner,
    /// Most servers and relays used at once.
    pub most_sources: u32,
    /// Servers are reached by way of relays too.
    pub relays: bool,
    /// Directors are looked for on the local network.
    pub look_around: bool,
    /// Megabits a second that are fetched; 0 is no limit.
    pub download_mbit: u32,
    /// Language of the program's own words; none is that of the desktop.
    pub language: Option<Language>,
    /// Which key does what.
    pub keys: KeyMap,
}

impl Settings {
    /// The language that the program speaks.
    #[must_use]
    pub fn spoken(&self) -> Language {
        self.language.unwrap_or_else(Language::of_desktop)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            resume: true,
            countdown_seconds: 10,
            one_window: true,
            keep_window: true,
            theme: ThemeChoice::System,
            list_view: false,
            reduce_motion: false,
            sound_languages: Vec::new(),
            subtitle_languages: Vec::new(),
            subtitle_size: 1.0,
            subtitle_raise: 0.0,
            subtitle_colour: SubtitleColour::White,
            subtitle_plate: false,
            deinterlace: Interlaced::Auto,
            hardware: true,
            ahead_mib: 150,
            ahead_seconds: 0,
            back_mib: 64,
            disk_gib: 0,
            start_with: StartWith::Library,
            planner: Planner::Arrival,
            most_sources: *bounds::MOST_SOURCES.end() as u32,
            relays: true,
            look_around: true,
            download_mbit: 0,
            language: None,
            keys: KeyMap::default(),
        }
    }
}
