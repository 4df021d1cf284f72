//! What was cancelled at a source and may come all the same, because it was under way.
//!
//! A connection keeps its order: once the source has answered an echo that was sent after a cancel,
//! nothing that was cancelled before can come any more.

use crate::time::Time;

/// Cancelled bytes of one connection that may still come.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubt {
    bytes: u64,
    /// When the echo was sent that is not answered yet.
    asked_at: Option<Time>,
    /// Something was cancelled after that echo.
    more_since: bool,
}

impl Doubt {
    /// Bytes that may still come.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// So many were cancelled just now. Returns whether an echo is to be sent, with the time as its nonce.
    pub(super) fn add(&mut self, now: Time, bytes: u64) -> bool {
        self.bytes += bytes;
        self.more_since = self.asked_at.is_some();
        if self.more_since {
            return false;
        }
        self.asked_at = Some(now);
        true
    }

    /// Some of them came.
    pub(super) const fn came(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// An echo was answered. When it was sent, if it was the one that was waited for; and whether another
    /// is to be sent.
    pub(super) fn answered(&mut self, now: Time, nonce: u64) -> Option<(Time, bool)> {
        let asked_at = self.asked_at.filter(|asked| asked.as_micros() == nonce)?;
        let again = std::mem::take(&mut self.more_since);
        self.asked_at = again.then_some(now);
        if !again {
            self.bytes = 0;
        }
        Some((asked_at, again))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cancelled_is_in_doubt_until_an_echo_after_it_is_answered() {
        let at = Time::from_micros;
        let mut doubt = Doubt::default();
        assert!(doubt.add(at(1000), 300));
        assert!(!doubt.add(at(1500), 200), "one echo at a time");
        assert_eq!(doubt.answered(at(1800), 999), None);
        assert_eq!(doubt.answered(at(2000), 1000), Some((at(1000), true)));
        assert_eq!(doubt.bytes(), 500, "the second cancel came after the echo");
        doubt.came(400);
        assert_eq!(doubt.answered(at(3000), 2000), Some((at(2000), false)));
        assert_eq!(doubt.bytes(), 0);
        assert!(doubt.add(at(4000), 1));
    }
}
