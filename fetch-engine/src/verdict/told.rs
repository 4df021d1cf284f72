//! What was amiss while a stream ran: each finding once, with when it began to be told and when it was told last.

use std::collections::VecDeque;

use serde::Serialize;

use super::{Finding, Grade};

/// Most findings that are kept; the oldest go first.
const MAX_TOLD: usize = 64;
/// What is told again within so many seconds is the same.
const SAME_SECONDS: f64 = 2.0;

/// A finding and when it was told, in seconds since the stream was opened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// From when on.
    pub from: f64,
    /// When it was told last.
    pub to: f64,
    /// What was told last.
    #[serde(flatten)]
    pub finding: Finding,
}

/// All that was amiss.
#[derive(Clone, Debug, Default)]
pub(crate) struct History(VecDeque<Told>);

impl History {
    /// Takes what is found now. That all is well, or is being measured, is nothing to keep.
    pub(crate) fn take(&mut self, at: f64, findings: &[Finding]) {
        for finding in findings.iter().filter(|finding| finding.grade >= Grade::Notice) {
            let same = |told: &&mut Told| {
                std::mem::discriminant(&told.finding.what) == std::mem::discriminant(&finding.what)
                    && told.finding.source == finding.source
                    && at - told.to <= SAME_SECONDS
            };
            if let Some(told) = self.0.iter_mut().rev().find(same) {
                (told.to, told.finding) = (at, finding.clone());
                continue;
            }
            if self.0.len() >= MAX_TOLD {
                self.0.pop_front();
            }
            self.0.push_back(Told { from: at, to: at, finding: finding.clone() });
        }
    }

    /// Oldest first.
    pub(crate) fn all(&self) -> Vec<Told> {
        self.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cause;
    use super::super::words::finding;
    use super::*;

    #[test]
    fn each_trouble_is_kept_once_and_its_return_again() {
        let silent = |source: u8, seconds| {
            let what = Cause::Silent { seconds, owed_blocks: 2 };
            finding(what, Grade::Warning, Some(source), Some(format!("server {source}")), Vec::new())
        };
        let safe = || finding(Cause::Safe { factor: 3.0 }, Grade::Good, None, None, Vec::new());
        let mut history = History::default();
        for step in 0..10 {
            let at = f64::from(step) * 0.2;
            history.take(at, &[silent(1, at), safe()]);
        }
        history.take(3.0, &[silent(0, 0.3), safe()]);
        history.take(30.0, &[silent(1, 0.3)]);
        let told: Vec<_> =
            history.all().into_iter().map(|told| (told.from, told.to, told.finding.source)).collect();
        assert_eq!(told, [(0.0, 1.8, Some(1)), (3.0, 3.0, Some(0)), (30.0, 30.0, Some(1))]);
        for second in 0..500 {
            history.take(100.0 + f64::from(second) * 10.0, &[silent(1, 0.3)]);
        }
        assert_eq!(history.all().len(), MAX_TOLD);
    }
}
