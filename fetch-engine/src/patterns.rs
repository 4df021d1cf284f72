//! The patterns that were made, and why each differs from the one before.

use std::collections::VecDeque;

use serde::Serialize;
use tributary_core::pattern::Pattern;

use crate::happened::{Happened, LogEntry};
use crate::words::{letters, rate};

/// Most patterns that are remembered.
const MAX_MADE: usize = 64;

/// A pattern that was made, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PatternMade {
    /// Seconds since the stream was opened.
    pub at: f64,
    /// Number of its epoch.
    pub epoch: u32,
    /// First block it governs: the cut-over.
    pub from: u64,
    /// Its letters, `-` for nobody; the first 40 of a long one.
    pub pattern: String,
    /// Why it differs from the one before, in words.
    pub why: String,
}

/// One source when a pattern was made.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Its place in patterns.
    pub(crate) index: u8,
    /// What it is called.
    pub(crate) name: String,
    /// Elements of the pattern that name it.
    pub(crate) elements: usize,
    /// Bits a second it can give, where that is known.
    pub(crate) rate_bps: Option<f64>,
}

/// The last patterns, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns {
    made: VecDeque<PatternMade>,
    last: Vec<Part>,
    last_elements: usize,
}

impl Patterns {
    /// Notes a pattern; `news` is what happened since the one before. Returns why it was made.
    pub(crate) fn note(
        &mut self,
        at: f64,
        (epoch, from, pattern): (u32, u64, &Pattern),
        parts: Vec<Part>,
        news: &[LogEntry],
    ) -> String {
        let elements = parts.iter().map(|part| part.elements).sum::<usize>().max(1);
        let why = self.why(&parts, elements, news);
        (self.last, self.last_elements) = (parts, elements);
        if self.made.len() >= MAX_MADE {
            self.made.pop_front();
        }
        self.made.push_back(PatternMade { at, epoch, from, pattern: letters(pattern), why: why.clone() });
        why
    }

    /// The last patterns, oldest first.
    pub(crate) fn made(&self) -> Vec<PatternMade> {
        self.made.iter().cloned().collect()
    }

    fn why(&self, parts: &[Part], elements: usize, news: &[LogEntry]) -> String {
        let name = |source: Option<u8>| {
            let part = parts.iter().find(|part| Some(part.index) == source);
            part.map_or("a server", |part| part.name.as_str())
        };
        let told = |entry: &LogEntry| {
            let name = name(entry.source);
            match &entry.what {
                Happened::Joined => Some(format!("{name} joined")),
                Happened::Left { was_there: true, .. } => Some(format!("{name} left")),
                Happened::Silent { .. } => Some(format!("{name} went quiet")),
                Happened::Back => Some(format!("{name} is back")),
                Happened::WrongBytes { .. } => Some(format!("{name} sent wrong bytes and is shut out")),
                Happened::Distrusted => Some(format!("{name} is not believed any more")),
                Happened::Slowed { from_bps, to_bps } => {
                    Some(format!("{name} slowed from {:.1} to {}", from_bps / 1e6, rate(*to_bps)))
                }
                Happened::Restarted { from } => Some(format!("reading goes on at block {from}")),
                _ => None,
            }
        };
        let mut events: Vec<String> = Vec::new();
        for reason in news.iter().filter_map(told) {
            if !events.contains(&reason) {
                events.push(reason);
            }
        }
        if self.last.is_empty() {
            let first = "the first one: by who answers soonest";
            return match events.last() {
                Some(event) => format!("{first}; {event}"),
                None => first.to_owned(),
            };
        }
        if let [.., before, last] = events.as_slice() {
            return format!("{before}, {last}");
        }
        match events.last() {
            Some(event) => event.clone(),
            None => self.moved(parts, elements),
        }
    }

    /// Whose share changed most, and what its rate did.
    fn moved(&self, parts: &[Part], elements: usize) -> String {
        let share = |count: usize, all: usize| count as f64 / all.max(1) as f64;
        let before = |part: &Part| self.last.iter().find(|old| old.index == part.index);
        let change = |part: &Part| {
            let old = before(part).map_or(0.0, |old| share(old.elements, self.last_elements));
            share(part.elements, elements) - old
        };
        let most = parts.iter().rev().max_by(|a, b| change(a).abs().total_cmp(&change(b).abs()));
        let Some(part) = most else { return "nobody sends now".to_owned() };
        let old = before(part).map_or(0, |old| old.elements);
        let shares = format!(
            "{} goes from {old} in {} to {} in {elements}",
            part.name, self.last_elements, part.elements
        );
        match (before(part).and_then(|old| old.rate_bps), part.rate_bps) {
            (Some(from), Some(to)) if to < from * 0.97 => format!("{shares}: it eased to {}", rate(to)),
            (Some(from), Some(to)) if to > from * 1.03 => format!("{shares}: it gives {} now", rate(to)),
            (None, Some(to)) => format!("{shares}: it was measured, {}", rate(to)),
            _ => format!("{shares}: the others changed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use tributary_core::pattern::{Element, SourceId};

    use super::*;
    use crate::happened::LogKind;

    fn part(index: u8, elements: usize, mbps: f64) -> Part {
        let name = ["alpha", "beta"][usize::from(index)].to_owned();
        Part { index, name, elements, rate_bps: (mbps > 0.0).then_some(mbps * 1e6) }
    }

    fn pattern() -> Pattern {
        Pattern::new(vec![Element::from(SourceId::new(0).unwrap()); 3]).unwrap()
    }

    fn entry(source: u8, what: Happened) -> LogEntry {
        let (title, detail) = (String::new(), String::new());
        LogEntry {
            number: 1,
            at: 0.0,
            kind: LogKind::Source,
            source: Some(source),
            title,
            detail,
            warning: false,
            what,
        }
    }

    #[test]
    fn each_says_why_it_was_made() {
        let mut patterns = Patterns::default();
        let pattern = pattern();
        let first = patterns.note(0.1, (1, 1, &pattern), vec![part(0, 5, 0.0)], &[]);
        assert_eq!(first, "the first one: by who answers soonest");
        let joined = patterns.note(
            1.0,
            (2, 9, &pattern),
            vec![part(0, 5, 9.6), part(1, 5, 0.0)],
            &[entry(1, Happened::Joined)],
        );
        assert_eq!(joined, "beta joined");
        let eased = patterns.note(2.0, (3, 90, &pattern), vec![part(0, 4, 8.9), part(1, 6, 10.0)], &[]);
        assert_eq!(eased, "alpha goes from 5 in 10 to 4 in 10: it eased to 8.9 Mbit/s");
        let slowed = Happened::Slowed { from_bps: 10e6, to_bps: 2e6 };
        let news = [entry(1, slowed), entry(0, Happened::OutOfSequence { block: 4, awaited: 2 })];
        let slower = patterns.note(3.0, (4, 200, &pattern), vec![part(0, 8, 8.9), part(1, 2, 2.0)], &news);
        assert_eq!(slower, "beta slowed from 10.0 to 2.0 Mbit/s");
        let made = patterns.made();
        assert_eq!((made.len(), made[2].why.as_str(), made[2].pattern.as_str()), (4, eased.as_str(), "AAA"));
    }

    #[test]
    fn only_the_last_ones_are_kept() {
        let mut patterns = Patterns::default();
        for epoch in 0..200 {
            patterns.note(0.0, (epoch, 1, &pattern()), vec![part(0, 1, 1.0)], &[]);
        }
        let made = patterns.made();
        assert_eq!((made.len(), made[0].epoch), (MAX_MADE, 200 - MAX_MADE as u32));
    }
}
