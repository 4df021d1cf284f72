//! One thing that happened to a stream: in words for people, and as data for rules and programs.

use serde::Serialize;

/// One thing that happened, for an event list.
#[derive(Clone, Debug, Serialize)]
pub struct LogEntry {
    /// Number of the entry, from 1, rising by one.
    pub number: u64,
    /// Seconds since the stream was opened.
    pub at: f64,
    /// What kind of thing.
    pub kind: LogKind,
    /// The source it is about, by index.
    pub source: Option<u8>,
    /// A few words: `beta slowed`.
    pub title: String,
    /// The rest: `5.6 to 2.1 Mbit/s`.
    pub detail: String,
    /// Whether a person should look at it.
    pub warning: bool,
    /// The same as data.
    pub what: Happened,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogKind {
    /// A new pattern, a restart.
    Pattern,
    /// A source joined, left, slowed, fell silent, came back, was shut out.
    Source,
    /// A block was repaired or hedged.
    Repair,
    /// A block was out of sequence.
    Sequence,
}

/// What happened, as data. The source is that of the entry.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Happened {
    /// A source opened the stream.
    Joined,
    /// A source's connection is gone or could not be made.
    Left {
        /// Why, in words.
        why: String,
        /// Blocks it owed, which come from the others.
        owed_blocks: u64,
        /// Whether it had opened the stream before.
        was_there: bool,
        /// Whether it said no, or was withdrawn: it is not tried again.
        for_good: bool,
    },
    /// A source owes blocks and is silent.
    Silent {
        /// For how long, in seconds.
        seconds: f64,
        /// Blocks that the others send in its place.
        owed_blocks: u64,
    },
    /// A silent source sends again.
    Back,
    /// A source's rate fell to half or less within two seconds.
    Slowed {
        /// Bits a second before.
        from_bps: f64,
        /// Bits a second now.
        to_bps: f64,
    },
    /// A source sent wrong bytes and is shut out.
    WrongBytes {
        /// The block; none where it was a page of hashes.
        block: Option<u64>,
    },
    /// A source is shut out because of another one behind the same server or relay.
    Distrusted,
    /// A block came from another source than the one that owed it.
    Repaired {
        /// The block.
        block: u64,
        /// From the order to its arrival, in milliseconds.
        after_ms: f64,
    },
    /// A new pattern.
    Pattern {
        /// Number of its epoch.
        epoch: u32,
        /// First block it governs.
        from: u64,
    },
    /// A block came before one with a smaller number.
    OutOfSequence {
        /// The block.
        block: u64,
        /// The block that is awaited.
        awaited: u64,
    },
    /// Reading goes on elsewhere.
    Restarted {
        /// First block.
        from: u64,
    },
    /// No source is left that could send anything.
    NobodyLeft,
    /// The director does not answer.
    DirectorSilent,
    /// The director answers again.
    DirectorBack,
    /// Something to know that nothing else depends on.
    Note,
}
