//! Which seek to send to the pipeline, and when: at most one under way, and of those asked for
//! meanwhile only the newest.

use std::time::Duration;

/// A seek under way that takes longer than this gives way to a newer one: it waits for bytes that
/// nobody wants any more.
const PATIENCE: Duration = Duration::from_millis(250);

/// How near a seek must come to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeekKind {
    /// The next whole picture, quickly: while a person drags.
    Key,
    /// The very picture.
    Exact,
}

/// A place to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seek {
    pub(super) to: Duration,
    pub(super) kind: SeekKind,
}

/// Seeks asked for and under way.
#[derive(Debug, Default)]
pub(super) struct SeekQueue {
    under_way: Option<(Seek, Duration)>,
    waiting: Option<Seek>,
}

impl SeekQueue {
    /// Asks for a seek; an older one that waits is forgotten.
    pub(super) fn ask(&mut self, seek: Seek) {
        self.waiting = Some(seek);
    }

    /// The seek to send at `now`, if one may be sent.
    pub(super) fn next(&mut self, now: Duration) -> Option<Seek> {
        if let Some((_, since)) = self.under_way
            && now.saturating_sub(since) < PATIENCE
        {
            return None;
        }
        let seek = self.waiting.take()?;
        self.under_way = Some((seek, now));
        Some(seek)
    }

    /// The seek under way has its picture, or was refused. Gives it back.
    pub(super) fn done(&mut self) -> Option<Seek> {
        self.under_way.take().map(|(seek, _)| seek)
    }

    /// Whether any seek is under way or waits.
    pub(super) fn is_busy(&self) -> bool {
        self.under_way.is_some() || self.waiting.is_some()
    }

    /// Whether one is under way.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Where playback will be when all is done.
    pub(super) fn target(&self) -> Option<Duration> {
        self.waiting.or(self.under_way.map(|(seek, _)| seek)).map(|seek| seek.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seek(seconds: u64) -> Seek {
        Seek { to: Duration::from_secs(seconds), kind: SeekKind::Key }
    }

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn one_at_a_time_and_only_the_newest_kept() {
        let mut queue = SeekQueue::default();
        queue.ask(seek(1));
        assert_eq!(queue.next(ms(0)), Some(seek(1)));
        queue.ask(seek(2));
        queue.ask(seek(3));
        assert_eq!(queue.next(ms(100)), None);
        assert_eq!(queue.target(), Some(Duration::from_secs(3)));
        assert_eq!(queue.done(), Some(seek(1)));
        assert_eq!(queue.next(ms(110)), Some(seek(3)));
        assert_eq!(queue.done(), Some(seek(3)));
        assert!(!queue.is_busy());
        assert_eq!(queue.next(ms(120)), None);
    }

    #[test]
    fn a_seek_that_waits_for_bytes_gives_way() {
        let mut queue = SeekQueue::default();
        queue.ask(seek(1));
        queue.next(ms(0));
        queue.ask(seek(2));
        assert_eq!(queue.next(ms(249)), None);
        assert_eq!(queue.next(ms(250)), Some(seek(2)));
        assert_eq!(queue.done(), Some(seek(2)));
    }
}
