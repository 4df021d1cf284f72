//! Notices: short messages over the film that do not stop it.

/// Most notices shown at once.
pub const NOTICES_AT_ONCE: usize = 2;
/// How long one that is no warning stays, in seconds.
const STAYS_SECONDS: f64 = 6.0;
/// The same for one that only says what a key did.
const BRIEF_SECONDS: f64 = 2.0;

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
    /// Only says what a key did: goes away soon.
    pub brief: bool,
    /// When it came, in seconds since the window was opened; given by the state.
    pub since: f64,
}

impl Notice {
    /// A notice that goes away by itself.
    #[must_use]
    pub fn passing(kind: NoticeKind, title: impl Into<String>, detail: impl Into<String>) -> Self {
        let (title, detail) = (title.into(), detail.into());
        Self { number: 0, kind, title, detail, warning: false, brief: false, since: 0.0 }
    }

    /// A notice that only says what a key did, and goes away soon.
    #[must_use]
    pub fn brief(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { brief: true, ..Self::passing(NoticeKind::Other, title, detail) }
    }

    /// A notice that stays until it is closed.
    #[must_use]
    pub fn warning(kind: NoticeKind, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { warning: true, ..Self::passing(kind, title, detail) }
    }

    /// Seconds until it goes away by itself at time `now`; none if it stays.
    #[must_use]
    pub fn seconds_left(&self, now: f64) -> Option<f64> {
        let stays = if self.brief { BRIEF_SECONDS } else { STAYS_SECONDS };
        (!self.warning).then_some(self.since + stays - now)
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
    /// Shows one more; the same words twice are shown once. Where there is no room, the oldest goes, and a
    /// warning, which is to stay until it is closed, only when there are none but warnings.
    pub(super) fn add(&mut self, mut notice: Notice, now: f64) {
        self.shown.retain(|old| old.title != notice.title);
        self.last += 1;
        notice.number = self.last;
        notice.since = now;
        self.shown.push(notice);
        if self.shown.len() > NOTICES_AT_ONCE {
            let old = &self.shown[..NOTICES_AT_ONCE];
            self.shown.remove(old.iter().position(|notice| !notice.warning).unwrap_or(0));
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
    fn what_a_key_did_is_told_briefly_and_takes_no_warning_away() {
        let mut notices = Notices::default();
        notices.add(Notice::warning(NoticeKind::NoSound, "No sound device", ""), 0.0);
        for percent in ["105 %", "110 %"] {
            notices.add(Notice::brief("Volume", percent), 1.0);
        }
        notices.add(Notice::brief("Speed", "2×"), 1.5);
        let titles =
            |notices: &Notices| notices.shown.iter().map(|notice| notice.title.clone()).collect::<Vec<_>>();
        assert_eq!(titles(&notices), ["No sound device", "Speed"]);
        notices.age(3.6);
        assert_eq!(titles(&notices), ["No sound device"]);
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
