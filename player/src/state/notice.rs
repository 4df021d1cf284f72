//! Notices: short messages over the film that do not stop it.

/// Most notices shown at once.
pub const NOTICES_AT_ONCE: usize = 2;
/// How long one that is no warning stays, in seconds.
const STAYS_SECONDS: f64 = 6.0;

/// What a notice is about; decides its icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// There is no sound.
    NoSound,
    /// A source did something wrong.
    Source,
    /// A picture was saved.
    Saved,
    /// Anything else.
    Other,
}

/// One notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its number; given by the state.
    pub number: u64,
    /// What it is about.
    pub kind: NoticeKind,
    /// One sentence.
    pub title: String,
    /// What follows from it.
    pub detail: String,
    /// Stays until it is closed.
    pub warning: bool,
    /// When it came, in seconds since the window was opened; given by the state.
    pub since: f64,
}

impl Notice {
    /// A notice that goes away by itself.
    #[must_use]
    pub fn passing(kind: NoticeKind, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { number: 0, kind, title: title.into(), detail: detail.into(), warning: false, since: 0.0 }
    }

    /// A notice that stays until it is closed.
    #[must_use]
    pub fn warning(kind: NoticeKind, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { warning: true, ..Self::passing(kind, title, detail) }
    }

    /// Seconds until it goes away by itself at time `now`; none if it stays.
    #[must_use]
    pub fn seconds_left(&self, now: f64) -> Option<f64> {
        (!self.warning).then_some(self.since + STAYS_SECONDS - now)
    }
}

/// The notices on show, newest last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notices {
    /// At most [`NOTICES_AT_ONCE`].
    pub shown: Vec<Notice>,
    last: u64,
}

impl Notices {
    /// Shows one more; the same words twice are shown once.
    pub(super) fn add(&mut self, mut notice: Notice, now: f64) {
        self.shown.retain(|old| old.title != notice.title);
        self.last += 1;
        notice.number = self.last;
        notice.since = now;
        self.shown.push(notice);
        if self.shown.len() > NOTICES_AT_ONCE {
            self.shown.remove(0);
        }
    }

    /// Closes one.
    pub(super) fn close(&mut self, number: u64) {
        self.shown.retain(|notice| notice.number != number);
    }

    /// Lets those go whose time is over.
    pub(super) fn age(&mut self, now: f64) {
        self.shown.retain(|notice| notice.seconds_left(now).is_none_or(|left| left > 0.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_pass_and_warnings_stay() {
        let mut notices = Notices::default();
        notices.add(Notice::passing(NoticeKind::Saved, "Picture saved", ""), 10.0);
        notices.add(Notice::warning(NoticeKind::NoSound, "No sound device", ""), 10.0);
        notices.age(15.0);
        assert_eq!(notices.shown.len(), 2);
        notices.age(16.5);
        assert_eq!(notices.shown.len(), 1);
        notices.close(notices.shown[0].number);
        assert!(notices.shown.is_empty());
    }

    #[test]
    fn two_at_most_and_none_twice() {
        let mut notices = Notices::default();
        for title in ["a", "b", "b", "c"] {
            notices.add(Notice::warning(NoticeKind::Other, title, ""), 0.0);
        }
        let titles: Vec<_> = notices.shown.iter().map(|notice| notice.title.as_str()).collect();
        assert_eq!(titles, ["b", "c"]);
    }
}
