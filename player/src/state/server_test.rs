//! The server test's part of the state: what was measured, and how the table is ordered.

use std::sync::Arc;

use fetch_engine::diagnose::report::{SortBy, TestReport};

/// What the view of the server test shows.
#[derive(Clone, Debug, Default)]
pub struct ServerTests {
    /// What was measured, last or so far; none before the first test.
    pub report: Option<Arc<TestReport>>,
    /// What the table is ordered by.
    pub sort: SortBy,
    /// The other way round.
    pub turned: bool,
}

impl ServerTests {
    /// Whether one runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.report.as_ref().is_some_and(|report| !report.phase.is_over())
    }

    /// Takes a press on a column's head: it orders by this column, or the other way round.
    pub fn press(&mut self, sort: SortBy) {
        self.turned = self.sort == sort && !self.turned;
        self.sort = sort;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fetch_engine::diagnose::report::Phase;

    #[test]
    fn a_second_press_turns_the_order() {
        let mut tests = ServerTests::default();
        tests.press(SortBy::Rate);
        assert_eq!((tests.sort, tests.turned), (SortBy::Rate, false));
        tests.press(SortBy::Rate);
        assert!(tests.turned);
        tests.press(SortBy::Rtt);
        assert_eq!((tests.sort, tests.turned), (SortBy::Rtt, false));
    }

    #[test]
    fn it_runs_until_its_phase_is_over() {
        let mut tests = ServerTests::default();
        assert!(!tests.runs());
        tests.report = Some(Arc::new(TestReport { phase: Phase::Alone, ..TestReport::default() }));
        assert!(tests.runs());
        tests.report = Some(Arc::new(TestReport { phase: Phase::Done, ..TestReport::default() }));
        assert!(!tests.runs());
    }
}
