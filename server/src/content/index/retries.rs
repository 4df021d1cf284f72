//! When a file that can't be indexed is tried again: reading all of a film only to fail is costly.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::content::root::FileFacts;

/// First wait after a failure; doubled up to [`MAX_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// Longest wait.
const MAX_WAIT: Duration = Duration::from_secs(3600);

/// Files that could not be indexed as they are now. No more than there are in the directory.
#[derive(Debug, Default)]
pub(crate) struct Retries {
    failed: HashMap<PathBuf, Failed>,
}

#[derive(Debug)]
struct Failed {
    facts: FileFacts,
    wait: Duration,
    next_try: Instant,
}

impl Retries {
    /// Whether the file may be tried: it has not failed as it is now, or long enough ago.
    pub(crate) fn may_try(&self, path: &Path, facts: FileFacts, now: Instant) -> bool {
        self.failed.get(path).is_none_or(|failed| failed.facts != facts || failed.next_try <= now)
    }

    /// Notes that the file failed; gives the wait until the next try.
    pub(crate) fn failed(&mut self, path: &Path, facts: FileFacts, now: Instant) -> Duration {
        let before = self.failed.get(path).filter(|failed| failed.facts == facts);
        let wait = before.map_or(FIRST_WAIT, |failed| (failed.wait * 2).min(MAX_WAIT));
        self.failed.insert(path.to_owned(), Failed { facts, wait, next_try: now + wait });
        wait
    }

    /// Forgets files that are not `is_there` any more.
    pub(crate) fn keep_only(&mut self, is_there: impl Fn(&Path) -> bool) {
        self.failed.retain(|path, _| is_there(path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_until_the_file_changes_or_goes() {
        let (mut retries, now) = (Retries::default(), Instant::now());
        let (path, facts) = (Path::new("a.mp4"), FileFacts { size: 1, mtime_ns: 2, inode: 3 });
        let changed = FileFacts { mtime_ns: 4, ..facts };
        assert!(retries.may_try(path, facts, now));
        let mut at = now;
        for seconds in [30, 60, 120, 240, 480, 960, 1920, 3600, 3600] {
            let wait = retries.failed(path, facts, at);
            assert_eq!(wait, Duration::from_secs(seconds));
            assert!(!retries.may_try(path, facts, at + wait - Duration::from_millis(1)));
            assert!(retries.may_try(path, changed, at));
            at += wait;
            assert!(retries.may_try(path, facts, at));
        }
        assert_eq!(retries.failed(path, changed, at), FIRST_WAIT);
        retries.keep_only(|path| path != Path::new("a.mp4"));
        assert!(retries.may_try(path, changed, at) && retries.failed.is_empty());
    }
}
