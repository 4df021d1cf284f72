//! What happened to a stream, in words, with a bound.

use std::collections::VecDeque;

use tributary_core::time::Time;

use crate::happened::{Happened, LogEntry, LogKind};

/// Most entries kept; the oldest go first.
const MAX_ENTRIES: usize = 2000;

/// A ring of entries.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<LogEntry>,
    last: u64,
}

/// An entry before it has a number and a time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Words {
    pub(crate) kind: LogKind,
    pub(crate) source: Option<u8>,
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) warning: bool,
    pub(crate) what: Happened,
}

impl Journal {
    /// Adds an entry.
    pub(crate) fn add(&mut self, now: Time, words: Words) {
        let Words { kind, source, title, detail, warning, what } = words;
        tracing::debug!(?source, "{title}: {detail}");
        self.last += 1;
        if self.entries.len() >= MAX_ENTRIES {
            self.entries.pop_front();
        }
        let (number, at) = (self.last, now.as_secs());
        self.entries.push_back(LogEntry { number, at, kind, source, title, detail, warning, what });
    }

    /// Every entry that is kept and has a number above `number`.
    pub(crate) fn since(&self, number: u64) -> Vec<LogEntry> {
        let first = self.last - self.entries.len() as u64;
        let skip = number.saturating_sub(first).min(self.entries.len() as u64) as usize;
        self.entries.iter().skip(skip).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_and_the_oldest_entries_go() {
        let mut journal = Journal::default();
        assert!(journal.since(0).is_empty() && journal.since(7).is_empty());
        for n in 0..MAX_ENTRIES + 10 {
            let (title, detail) = (n.to_string(), String::new());
            let (kind, what) = (LogKind::Source, Happened::Note);
            journal.add(Time::ZERO, Words { kind, source: None, title, detail, warning: false, what });
        }
        let all = journal.since(0);
        assert_eq!((all.len(), all[0].number, all[0].title.as_str()), (MAX_ENTRIES, 11, "10"));
        assert_eq!(journal.since(MAX_ENTRIES as u64 + 8).len(), 2);
        assert!(journal.since(u64::MAX).is_empty());
    }
}
