//! What a server test has found out so far.

use std::cmp::Ordering;

use serde::Serialize;

use super::verdict::{Says, TestVerdict, judge, says};

/// Bits a second of the film that speeds are compared with where the title's own need is not known: an
/// ordinary 1080p film.
pub const REFERENCE_BPS: f64 = 5.2e6;
/// What that film is called.
pub const REFERENCE_NAME: &str = "a 1080p film";

/// How far a test is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "why")]
pub enum Phase {
    /// The director is asked who there is.
    #[default]
    Finding,
    /// Servers are connected to and greeted.
    Greeting,
    /// One server after the other sends alone.
    Alone,
    /// All send at once.
    Together,
    /// All is measured.
    Done,
    /// It was ended before.
    Cancelled,
    /// There was nothing to measure; in words.
    Failed(String),
}

impl Phase {
    /// Whether nothing more comes.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed(_))
    }
}

/// Everything there is to show of a server test.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TestReport {
    /// How far it is.
    pub phase: Phase,
    /// Seconds since it began.
    pub seconds: f64,
    /// What speeds are compared with, in words: a title's name, or [`REFERENCE_NAME`].
    pub need_name: String,
    /// Bits a second that this needs.
    pub need_bps: f64,
    /// The servers, in the order in which they are measured.
    pub servers: Vec<ServerResult>,
    /// Bits a second of all together; none before that was measured.
    pub together_bps: Option<f64>,
    /// What all of it says.
    pub verdict: TestVerdict,
}

impl TestReport {
    /// Judges anew what is known.
    pub(crate) fn settle(&mut self) {
        let over = self.phase.is_over();
        for server in &mut self.servers {
            server.says = says(server, over);
        }
        self.verdict = judge(self);
    }

    /// Bits a second that the servers gave alone, all added up.
    #[must_use]
    pub fn alone_sum_bps(&self) -> f64 {
        self.servers.iter().filter_map(|server| server.alone_bps).sum()
    }

    /// The servers, ordered by one of their numbers, the most telling first: the fastest, the nearest, the one
    /// that loses most. Who has no such number comes last. `turned`: the other way round.
    #[must_use]
    pub fn sorted(&self, by: SortBy, turned: bool) -> Vec<&ServerResult> {
        let mut servers: Vec<&ServerResult> = self.servers.iter().collect();
        let key = |server: &ServerResult| match by {
            SortBy::Given | SortBy::Name => None,
            SortBy::Connect => server.connect_ms,
            SortBy::Rtt => server.rtt_ms,
            SortBy::FirstByte => server.first_byte_ms,
            SortBy::Rate => server.alone_bps.map(|rate| -rate),
            SortBy::Together => server.together_bps.map(|rate| -rate),
            SortBy::Loss => server.loss.map(|loss| -loss),
            SortBy::Wrong => Some(-(server.wrong_blocks as f64)),
        };
        let turn = |order: Ordering| if turned { order.reverse() } else { order };
        match by {
            SortBy::Given if turned => servers.reverse(),
            SortBy::Given => {}
            SortBy::Name => servers.sort_by(|a, b| turn(a.name.cmp(&b.name))),
            _ => servers.sort_by(|a, b| match (key(a), key(b)) {
                (Some(a), Some(b)) => turn(a.total_cmp(&b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            }),
        }
        servers
    }

    /// Whether at least one server sent right bytes only.
    #[must_use]
    pub fn has_honest_server(&self) -> bool {
        self.servers.iter().any(|server| server.blocks > 0 && server.wrong_blocks == 0)
    }

    /// Whether at least one server answered at all.
    #[must_use]
    pub fn has_answer(&self) -> bool {
        self.servers.iter().any(|server| server.connect_ms.is_some())
    }
}

/// What servers are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// As they are listed.
    #[default]
    Given,
    /// By name.
    Name,
    /// By how long a connection takes.
    Connect,
    /// By round trip.
    Rtt,
    /// By the time to the first byte.
    FirstByte,
    /// By the rate alone.
    Rate,
    /// By the rate with all others.
    Together,
    /// By what is lost then.
    Loss,
    /// By wrong blocks.
    Wrong,
}

/// How far a server is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// It is connected to and asked for its response time.
    Greeting,
    /// It sends alone.
    Alone,
    /// It sends with all others.
    Together,
    /// It is measured, or can't be.
    Done,
}

/// One server.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ServerResult {
    /// Its name.
    pub name: String,
    /// `HOST:PORT`, or the web address.
    pub address: String,
    /// `direct`, or by way of which relay; `none` where none led to it.
    pub route: String,
    /// How far it is.
    pub step: Step,
    /// How much of the present transfer is done, 0 to 1.
    pub progress: f64,
    /// How many streams it holds, and how many there are at its director.
    pub holds: Option<(u64, u64)>,
    /// Milliseconds to a connection.
    pub connect_ms: Option<f64>,
    /// Round trip of its answers in milliseconds: the middle one.
    pub rtt_ms: Option<f64>,
    /// The longest of them.
    pub rtt_worst_ms: Option<f64>,
    /// Milliseconds from the start of the connection to the first byte of a block, with no wait in between.
    pub first_byte_ms: Option<f64>,
    /// Sustained bits a second while it alone sends.
    pub alone_bps: Option<f64>,
    /// Bits a second while all send.
    pub together_bps: Option<f64>,
    /// How much of its rate it loses then, 0 to 1.
    pub loss: Option<f64>,
    /// Bytes that it sent.
    pub bytes: u64,
    /// Blocks that it sent and that could be checked.
    pub blocks: u64,
    /// Those of them that were not the title's, and hash lists that were not.
    pub wrong_blocks: u64,
    /// Blocks that nothing was known to check by.
    pub unchecked_blocks: u64,
    /// How often its connection broke.
    pub breaks: u64,
    /// Seconds into the transfer at which it last broke.
    pub broke_after: Option<f64>,
    /// Why it could not be measured, or broke, in words.
    pub error: Option<String>,
    /// What that says.
    pub says: Says,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_telling_comes_first_and_the_unknown_last() {
        let server = |name: &str, rate: Option<f64>, rtt: f64| ServerResult {
            name: name.to_owned(),
            alone_bps: rate,
            rtt_ms: Some(rtt),
            ..ServerResult::default()
        };
        let servers = vec![server("b", None, 3.0), server("c", Some(2.0), 1.0), server("a", Some(9.0), 2.0)];
        let report = TestReport { servers, ..TestReport::default() };
        let order = |by, turned| report.sorted(by, turned).iter().map(|s| s.name.clone()).collect::<String>();
        assert_eq!(order(SortBy::Given, false), "bca");
        assert_eq!((order(SortBy::Rate, false), order(SortBy::Rate, true)), ("acb".into(), "cab".into()));
        assert_eq!((order(SortBy::Rtt, false), order(SortBy::Name, true)), ("cab".into(), "cba".into()));
    }
}
