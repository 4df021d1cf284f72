//! The patterns that were made, and why each differs from the one before.

use std::collections::VecDeque;
use std::fmt;

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
    /// The same as data, for windows that speak another language.
    #[serde(skip)]
    pub reasons: Vec<Reason>,
}

/// Why a pattern differs from the one before.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// It is the first.
    First,
    /// Something happened to a source, or to reading.
    Happened {
        /// What the source is called.
        name: String,
        /// What it was.
        what: Happened,
    },
    /// A source's share moved.
    Moved {
        /// What the source is called.
        name: String,
        /// Its elements before, and how many there were in all.
        before: (usize, usize),
        /// The same now.
        now: (usize, usize),
        /// What its rate did.
        rate: Trend,
    },
    /// Nobody sends.
    Nobody,
}

/// What a source's rate did, in bits a second now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trend {
    /// It fell.
    Eased(f64),
    /// It rose.
    Grew(f64),
    /// It became known.
    Measured(f64),
    /// It stayed; the others' did not.
    Others,
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
        let reasons = self.why(&parts, elements, news);
        let why = in_words(&reasons);
        (self.last, self.last_elements) = (parts, elements);
        if self.made.len() >= MAX_MADE {
            self.made.pop_front();
        }
        self.made.push_back(PatternMade {
            at,
            epoch,
            from,
            pattern: letters(pattern),
            why: why.clone(),
            reasons,
        });
        why
    }

    /// The last patterns, oldest first.
    pub(crate) fn made(&self) -> Vec<PatternMade> {
        self.made.iter().cloned().collect()
    }

    fn why(&self, parts: &[Part], elements: usize, news: &[LogEntry]) -> Vec<Reason> {
        let name = |source: Option<u8>| {
            let part = parts.iter().find(|part| Some(part.index) == source);
            part.map_or("a server", |part| part.name.as_str()).to_owned()
        };
        let mut events: Vec<Reason> = Vec::new();
        for entry in news {
            let tells = matches!(
                &entry.what,
                Happened::Joined
                    | Happened::Left { was_there: true, .. }
                    | Happened::Silent { .. }
                    | Happened::Back
                    | Happened::WrongBytes { .. }
                    | Happened::Distrusted
                    | Happened::Slowed { .. }
                    | Happened::Restarted { .. }
            );
            let reason = Reason::Happened { name: name(entry.source), what: entry.what.clone() };
            if tells && !events.iter().any(|told| told.to_string() == reason.to_string()) {
                events.push(reason);
            }
        }
        if self.last.is_empty() {
            return std::iter::once(Reason::First).chain(events.pop()).collect();
        }
        if events.is_empty() {
            return vec![self.moved(parts, elements)];
        }
        events.split_off(events.len().saturating_sub(2))
    }

    /// Whose share changed most, and what its rate did.
    fn moved(&self, parts: &[Part], elements: usize) -> Reason {
        let share = |count: usize, all: usize| count as f64 / all.max(1) as f64;
        let before = |part: &Part| self.last.iter().find(|old| old.index == part.index);
        let change = |part: &Part| {
            let old = before(part).map_or(0.0, |old| share(old.elements, self.last_elements));
            share(part.elements, elements) - old
        };
        let most = parts.iter().rev().max_by(|a, b| change(a).abs().total_cmp(&change(b).abs()));
        let Some(part) = most else { return Reason::Nobody };
        let rate = match (before(part).and_then(|old| old.rate_bps), part.rate_bps) {
            (Some(from), Some(to)) if to < from * 0.97 => Trend::Eased(to),
            (Some(from), Some(to)) if to > from * 1.03 => Trend::Grew(to),
            (None, Some(to)) => Trend::Measured(to),
            _ => Trend::Others,
        };
        Reason::Moved {
            name: part.name.clone(),
            before: (before(part).map_or(0, |old| old.elements), self.last_elements),
            now: (part.elements, elements),
            rate,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("the first one: by who answers soonest"),
            Self::Nobody => f.write_str("nobody sends now"),
            Self::Happened { name, what } => match what {
                Happened::Joined => write!(f, "{name} joined"),
                Happened::Left { .. } => write!(f, "{name} left"),
                Happened::Silent { .. } => write!(f, "{name} went quiet"),
                Happened::Back => write!(f, "{name} is back"),
                Happened::WrongBytes { .. } => write!(f, "{name} sent wrong bytes and is shut out"),
                Happened::Distrusted => write!(f, "{name} is not believed any more"),
                Happened::Slowed { from_bps, to_bps } => {
                    write!(f, "{name} slowed from {:.1} to {}", from_bps / 1e6, rate(*to_bps))
                }
                Happened::Restarted { from } => write!(f, "reading goes on at block {from}"),
                // Nothing else makes a pattern differ.
                _ => write!(f, "{name}"),
            },
            Self::Moved { name, before: (had, all), now: (has, of), rate: trend } => {
                write!(f, "{name} goes from {had} in {all} to {has} in {of}: ")?;
                match trend {
                    Trend::Eased(to) => write!(f, "it eased to {}", rate(*to)),
                    Trend::Grew(to) => write!(f, "it gives {} now", rate(*to)),
                    Trend::Measured(to) => write!(f, "it was measured, {}", rate(*to)),
                    Trend::Others => f.write_str("the others changed"),
                }
            }
        }
    }
}

/// Reasons as one text, English.
fn in_words(reasons: &[Reason]) -> String {
    let between = if reasons.first() == Some(&Reason::First) { "; " } else { ", " };
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
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
