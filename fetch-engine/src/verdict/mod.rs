//! What the numbers mean: who or what is to blame, in one sentence that anybody understands.
//!
//! A [`Watch`] follows the snapshots and the log of one stream and gives ranked [`Finding`]s. Its rules
//! and their thresholds stand in `docs/diagnosing.md` and beside the constants of `rules` and `track`.
//! What only a player knows (what the title needs, whether the picture stands still) comes in as a
//! [`Viewer`]. `Snapshot::verdicts` carries the findings to all who show them.
//!
//! | file | what it does |
//! |---|---|
//! | `track` | one source over time: what is normal for it, and when it fell |
//! | `stall` | when the picture stood still, and who was to blame |
//! | `rules` | from these to findings |
//! | `words` | each finding as a sentence |
//! | `told` | what was amiss, each thing once |

mod rules;
mod stall;
#[cfg(test)]
mod tests;
mod told;
mod track;
mod words;

use std::collections::VecDeque;

use serde::Serialize;

use crate::happened::{Happened, LogEntry};
use crate::snapshot::{Snapshot, StreamState};
pub use rules::ROOMY;
use stall::Stalls;
pub(crate) use told::History;
pub use told::Told;
use track::Track;

/// What a player knows and the engine does not.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Viewer {
    /// Bits a second that the title needs, at the speed it plays with; none while that is not known.
    pub needed_bps: Option<f64>,
    /// Seconds of film that are here ahead of the picture.
    pub ahead_seconds: Option<f64>,
    /// Seconds of film from the picture to the end.
    pub left_seconds: Option<f64>,
    /// The picture stands still because what comes next is not here.
    pub stalled: bool,
    /// A person has it stand still.
    pub paused: bool,
}

/// How grave a finding is, gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// All is well.
    Good,
    /// Nothing is known yet.
    Unknown,
    /// Something to know; the film plays on.
    Notice,
    /// It will pause soon, or would without the others.
    Warning,
    /// It waits now.
    Waiting,
    /// It can't go on.
    Bad,
}

/// What is the case, with the figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum Cause {
    /// The stream can't go on.
    Failed {
        /// Why, in words.
        why: String,
    },
    /// Nobody who is there can send what is awaited.
    Nobody {
        /// The awaited block.
        block: u64,
        /// Why, in words, server by server.
        why: String,
    },
    /// The picture stands still.
    Stalled {
        /// For how long, in seconds.
        seconds: f64,
    },
    /// The picture stood still a short while ago.
    HadStalled {
        /// For how long, in seconds.
        seconds: f64,
        /// Since when it goes on, in seconds.
        ago_seconds: f64,
        /// Why, in words; none where nobody could be blamed.
        why: Option<String>,
        /// The same as data.
        blamed: Option<Blamed>,
    },
    /// A server sent wrong bytes and is shut out.
    WrongBytes {
        /// The block; none where it was a list of hashes.
        block: Option<u64>,
        /// How long ago, in seconds.
        ago_seconds: f64,
    },
    /// A server's connection is gone, or could not be made.
    Left {
        /// Why, in words.
        why: String,
        /// How long ago, in seconds.
        ago_seconds: f64,
        /// Blocks it owed.
        owed_blocks: u64,
        /// Whether it had opened the stream before.
        was_there: bool,
        /// Whether it said no, or was withdrawn.
        for_good: bool,
    },
    /// A server owes blocks and sends nothing.
    Silent {
        /// For how long, in seconds.
        seconds: f64,
        /// Blocks that others send in its place.
        owed_blocks: u64,
    },
    /// A server sends nothing for long and then much at once: its line is free, its disk or machine is slow.
    AnswersLate {
        /// Part of the time in which it owed something and sent nothing, 0 to 1.
        held_up: f64,
        /// Bits a second it gives.
        rate_bps: f64,
    },
    /// A server waits for its own disk, and says so itself.
    SlowDisk {
        /// Part of the last second in which it had nothing to send but waited for its disk, 0 to 1.
        waits: f64,
        /// How long each read takes, in milliseconds.
        read_ms: f64,
        /// Bits a second it gives.
        rate_bps: f64,
    },
    /// All servers slowed in the same seconds.
    OwnLine {
        /// Bits a second of all together before.
        from_bps: f64,
        /// Bits a second of all together now.
        to_bps: f64,
        /// How long ago, in seconds.
        ago_seconds: f64,
        /// How many servers.
        servers: usize,
    },
    /// The others slowed when one joined, and all together bring what fewer brought before.
    SharedLine {
        /// Who joined.
        joined: String,
        /// Bits a second of all together before.
        from_bps: f64,
        /// Bits a second of all together now.
        to_bps: f64,
    },
    /// A server slowed, and the others did not.
    Slowed {
        /// Bits a second before.
        from_bps: f64,
        /// Bits a second now.
        to_bps: f64,
        /// How long ago, in seconds.
        ago_seconds: f64,
        /// Its part of the pattern before, 0 to 1.
        share_from: f64,
        /// Its part now, 0 to 1.
        share_to: f64,
        /// Whether it is the only one: then nothing shows whether it or the own line slowed.
        alone: bool,
    },
    /// All servers together give less than the title needs.
    TooSlow {
        /// Bits a second it needs.
        needed_bps: f64,
        /// Bits a second that arrive.
        total_bps: f64,
        /// Until it pauses, in seconds; none where that is not known.
        pauses_in_seconds: Option<f64>,
    },
    /// The director does not answer.
    DirectorGone {
        /// Since when, in seconds.
        seconds: f64,
        /// How many servers are known and there.
        servers: usize,
    },
    /// Nothing, or only the end, shows whether the bytes are right.
    Unverified {
        /// Why, in words.
        why: String,
    },
    /// Everything to the end is here.
    AllHere,
    /// The buffer is full: the servers wait until there is room.
    BufferFull {
        /// How many times the needed rate the servers could give.
        factor: Option<f64>,
    },
    /// It plays, with this many times the needed rate.
    Safe {
        /// Rate over need.
        factor: f64,
    },
    /// It plays, with little to spare.
    Tight {
        /// Rate over need.
        factor: f64,
    },
    /// Bytes arrive, and what the title needs is not known.
    Flowing {
        /// Bits a second.
        rate_bps: f64,
    },
    /// Servers are being reached or measured.
    Measuring,
}

/// What a stall is blamed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Blamed {
    /// A server was silent.
    Silent,
    /// A server left.
    Left,
    /// A server sent wrong bytes.
    WrongBytes,
    /// A server answered late.
    AnswersLate,
    /// A server's disk was slow.
    SlowDisk,
    /// A server slowed.
    Slowed,
    /// The own line was the limit.
    OwnLine,
    /// All servers together were too slow.
    TooSlow,
}

impl Cause {
    /// Whether it says how playing goes, and not what happened to whom.
    #[must_use]
    pub const fn is_outlook(&self) -> bool {
        matches!(
            self,
            Self::Failed { .. }
                | Self::Nobody { .. }
                | Self::Stalled { .. }
                | Self::TooSlow { .. }
                | Self::AllHere
                | Self::BufferFull { .. }
                | Self::Safe { .. }
                | Self::Tight { .. }
                | Self::Flowing { .. }
                | Self::Measuring
        )
    }
}

/// One thing to say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What is the case, with the figures.
    #[serde(flatten)]
    pub what: Cause,
    /// How grave it is.
    pub grade: Grade,
    /// The server it is about: its place in patterns.
    pub source: Option<u8>,
    /// That server's name.
    pub server: Option<String>,
    /// Names of those who send in its place.
    pub helpers: Vec<String>,
    /// A few words above the sentence.
    pub heading: String,
    /// All of it as one sentence, or two.
    pub sentence: String,
}

/// Most things that happened which are kept for the rules.
const MAX_RECENT: usize = 256;
/// For how long something that happened is told, in seconds.
const RECENT_SECONDS: f64 = 60.0;

/// Something that happened, as far as the rules need it.
#[derive(Clone, Debug)]
struct Recent {
    at: f64,
    source: Option<u8>,
    what: Happened,
}

/// Follows one stream.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    at: f64,
    newest_entry: u64,
    tracks: Vec<Track>,
    recent: VecDeque<Recent>,
    stalls: Stalls,
    /// Since when more is wanted than is here, with room for it.
    hungry_since: Option<f64>,
    director_silent_since: Option<f64>,
    /// Bits a second that arrive while everybody has something to send, averaged.
    average_bps: Option<f64>,
}

impl Watch {
    /// Number of the newest log entry that was taken: the next call needs those after it.
    #[must_use]
    pub const fn newest_entry(&self) -> u64 {
        self.newest_entry
    }

    /// Takes the numbers of now and what happened since the last call, and judges. Best four to ten times
    /// a second: what lies between is not seen.
    pub fn take(&mut self, now: &Snapshot, log: &[LogEntry], viewer: Option<&Viewer>) -> Vec<Finding> {
        let seconds = (now.at - self.at).clamp(0.0, 10.0);
        self.at = now.at;
        self.take_log(log);
        let hungry = is_hungry(now);
        self.hungry_since = hungry.then(|| self.hungry_since.unwrap_or(now.at));
        let is_busy = self.hungry_since.is_some_and(|since| now.at - since >= track::SETTLED_SECONDS);
        for source in &now.sources {
            if self.tracks.iter().all(|track| track.index != source.index) {
                self.tracks.push(Track::new(source.index));
            }
            for track in self.tracks.iter_mut().filter(|track| track.index == source.index) {
                track.take(now.at, seconds, source, is_busy);
            }
        }
        self.average(now.rate_bps, seconds, is_busy);
        let mut findings = self.judge(now, viewer);
        findings.sort_by_key(rules::rank);
        let is_graver = |finding: &&Finding| !finding.what.is_outlook() && finding.grade >= Grade::Warning;
        let is_slow = |finding: &&Finding| matches!(finding.what, Cause::TooSlow { .. });
        let blamed = findings.iter().find(is_graver).or_else(|| findings.iter().find(is_slow));
        self.stalls.take(now.at, viewer.is_some_and(|viewer| viewer.stalled), blamed);
        findings.extend(self.stalls.finding(now.at));
        findings.sort_by_key(rules::rank);
        findings
    }

    fn average(&mut self, rate_bps: f64, seconds: f64, is_busy: bool) {
        /// Time constant of the average.
        const MEMORY_SECONDS: f64 = 2.0;
        if !is_busy {
            self.average_bps = None;
            return;
        }
        let old = *self.average_bps.get_or_insert(rate_bps);
        self.average_bps = Some(old + (rate_bps - old) * (1.0 - (-seconds / MEMORY_SECONDS).exp()));
    }

    fn take_log(&mut self, log: &[LogEntry]) {
        for entry in log.iter().filter(|entry| entry.number > self.newest_entry) {
            match entry.what {
                Happened::DirectorSilent => {
                    self.director_silent_since.get_or_insert(entry.at);
                }
                Happened::DirectorBack => self.director_silent_since = None,
                _ => {}
            }
            if self.recent.len() >= MAX_RECENT {
                self.recent.pop_front();
            }
            self.recent.push_back(Recent { at: entry.at, source: entry.source, what: entry.what.clone() });
        }
        self.newest_entry = log.last().map_or(self.newest_entry, |entry| entry.number.max(self.newest_entry));
        while self.recent.front().is_some_and(|old| self.at - old.at > RECENT_SECONDS) {
            self.recent.pop_front();
        }
    }
}

/// Whether everybody has something to send: there is room in the cache, and the end is not near.
fn is_hungry(now: &Snapshot) -> bool {
    /// So much of the room ahead is filled before it counts as full.
    const NEARLY_FULL: f64 = 0.9;
    /// The last seconds of a stream are shared out unevenly.
    const END_SECONDS: f64 = 1.5;
    let rest = now.blocks.saturating_sub(now.next_block).saturating_mul(u64::from(now.block_size));
    now.state == StreamState::Flowing
        && (now.cache.ahead_bytes as f64) < now.cache.ahead_limit as f64 * NEARLY_FULL
        && rest as f64 * 8.0 > now.rate_bps * END_SECONDS
}
