//! What a list of titles is narrowed by beside its catalog and the words searched for.

use crate::i18n::t;

/// Lines of a picture from which a title counts as fine.
pub const FINE_LINES: u32 = 1080;

/// How long titles may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Length {
    /// As long as they like.
    #[default]
    Any,
    /// Under half an hour.
    UnderHalfHour,
    /// Under an hour.
    UnderHour,
    /// Under two hours.
    UnderTwoHours,
    /// Two hours and more.
    TwoHoursAndMore,
}

impl Length {
    /// All, in the order they are offered.
    pub const ALL: [Self; 5] =
        [Self::Any, Self::UnderHalfHour, Self::UnderHour, Self::UnderTwoHours, Self::TwoHoursAndMore];

    /// Its name to show.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Any => t!("filter-any-length"),
            Self::UnderHalfHour => t!("filter-under-minutes", minutes = 30),
            Self::UnderHour => t!("filter-under-hours", hours = 1),
            Self::UnderTwoHours => t!("filter-under-hours", hours = 2),
            Self::TwoHoursAndMore => t!("filter-hours-and-more", hours = 2),
        }
    }

    /// Least seconds, and the seconds it must be under.
    #[must_use]
    pub const fn seconds(self) -> (u64, Option<u64>) {
        match self {
            Self::Any => (0, None),
            Self::UnderHalfHour => (0, Some(1800)),
            Self::UnderHour => (0, Some(3600)),
            Self::UnderTwoHours => (0, Some(7200)),
            Self::TwoHoursAndMore => (7200, None),
        }
    }
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only titles with this tag.
    pub tag: Option<String>,
    /// Only titles of that length.
    pub length: Length,
    /// Only titles with a picture of at least [`FINE_LINES`].
    pub fine: bool,
    /// Only titles with subtitles.
    pub subtitles: bool,
    /// Only titles that were not watched to their end.
    pub unwatched: bool,
}

impl Filter {
    /// Whether it lets every title pass.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }
}
