//! The stats drawer's part of the state: what is open, chosen and filtered.

use std::collections::BTreeSet;

use fetch_engine::snapshot::{LogEntry, LogKind};

use super::history::Span;
use crate::i18n::t;

/// A page of the stats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StatsPage {
    /// Who sends what.
    #[default]
    Sources,
    /// Rates over time.
    Network,
    /// Picture and sound.
    Media,
    /// What is here and who sent it.
    Cache,
    /// What happened.
    Events,
}

impl StatsPage {
    /// All pages, in the order of the tabs.
    pub const ALL: [Self; 5] = [Self::Sources, Self::Network, Self::Media, Self::Cache, Self::Events];

    /// Its name on the tab.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Sources => t!("stats-page-sources"),
            Self::Network => t!("stats-page-network"),
            Self::Media => t!("stats-page-media"),
            Self::Cache => t!("stats-page-cache"),
            Self::Events => t!("stats-page-events"),
        }
    }
}

/// Which events are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EventFilter {
    /// All of them.
    #[default]
    All,
    /// New patterns.
    Pattern,
    /// Sources that joined, left, slowed.
    Sources,
    /// Blocks repaired or hedged.
    Repairs,
    /// What a person should look at.
    Warnings,
}

impl EventFilter {
    /// All filters, in the order of the pills.
    pub const ALL: [Self; 5] = [Self::All, Self::Pattern, Self::Sources, Self::Repairs, Self::Warnings];

    /// Its name on the pill.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::All => t!("events-all"),
            Self::Pattern => t!("events-pattern"),
            Self::Sources => t!("events-sources"),
            Self::Repairs => t!("events-repairs"),
            Self::Warnings => t!("events-warnings"),
        }
    }

    /// Whether it lets `entry` through.
    #[must_use]
    pub const fn lets_through(self, entry: &LogEntry) -> bool {
        match self {
            Self::All => true,
            Self::Pattern => matches!(entry.kind, LogKind::Pattern),
            Self::Sources => matches!(entry.kind, LogKind::Source),
            Self::Repairs => matches!(entry.kind, LogKind::Repair),
            Self::Warnings => entry.warning,
        }
    }
}

/// A key held for longer than this shows the stats only until it is let go of, in seconds.
pub const HELD_SECONDS: f64 = 0.4;

/// Width of the drawer in points.
pub const DRAWER_WIDTH: std::ops::RangeInclusive<f32> = 400.0..=720.0;

/// The stats drawer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Whether it is open.
    pub open: bool,
    /// Since when its key is held that opened it, in seconds since the window was opened.
    pub held_since: Option<f64>,
    /// Whether it has a window of its own.
    pub apart: bool,
    /// What the plots span.
    pub span: Span,
    /// The page on show; kept when it closes.
    pub page: StatsPage,
    /// Its width in points as the user dragged it; none until then.
    pub width: Option<f32>,
    /// The one source shown in the file map.
    pub isolated: Option<u8>,
    /// Which events are shown.
    pub filter: EventFilter,
    /// Words the shown events must have.
    pub search: String,
    /// Sources whose details are open.
    pub unfolded: BTreeSet<u8>,
    /// Number of the newest warning that was on show.
    pub seen_warning: u64,
}

impl Stats {
    /// Whether `entry` is to be shown, which is told by these words.
    #[must_use]
    pub fn shows(&self, entry: &LogEntry, (title, detail): &(String, String)) -> bool {
        let text = format!("{title} {detail}").to_lowercase();
        self.filter.lets_through(entry)
            && self.search.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}
