//! What a stats panel, a progress bar and `--json` show: a picture of a stream at one moment.

use std::sync::Arc;

use serde::Serialize;

pub use crate::happened::{Happened, LogEntry, LogKind};
pub use crate::patterns::{PatternMade, Reason, Trend};
pub use crate::verdict::Finding;
pub use crate::verification::Verification;

/// Everything there is to show of one open stream.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Snapshot {
    /// Seconds since the stream was opened.
    pub at: f64,
    /// Bytes of the stream.
    pub size: u64,
    /// Bytes of a block.
    pub block_size: u32,
    /// Number of blocks.
    pub blocks: u64,
    /// How the stream stands.
    pub state: StreamState,
    /// How sure one can be of the bytes.
    pub verification: Verification,
    /// Every source ever met, in the order of their letters.
    pub sources: Vec<SourceSnapshot>,
    /// Patterns: the one in force at the next awaited block, then those announced after it.
    pub patterns: Vec<PatternSnapshot>,
    /// The last patterns that differed in their shares, oldest first, and why each was made.
    pub patterns_made: Vec<PatternMade>,
    /// How patterns are made and take over.
    pub scheme: SchemeSnapshot,
    /// First block at or after the play head that is not here yet: the next one awaited.
    pub next_block: u64,
    /// Block at the main read head.
    pub head_block: u64,
    /// Bytes arriving a second over the last second, in bits.
    pub rate_bps: f64,
    /// Sums since the stream was opened.
    pub totals: Totals,
    /// How full the cache is.
    pub cache: CacheSnapshot,
    /// For each block, from block 1: see [`Cell`].
    #[serde(skip)]
    pub map: Arc<[u8]>,
    /// Blocks since the start of the stream that were verified and are or were here.
    pub verified_blocks: u64,
    /// What is to be said of all this, the most important first; see [`crate::verdict`].
    pub verdicts: Vec<Finding>,
}

/// Bytes of [`Snapshot::map`]: 0 to 63 is the source that sent a block that is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell;

impl Cell {
    /// The block is not here.
    pub const ABSENT: u8 = 255;
    /// The block is ordered and on its way.
    pub const COMING: u8 = 254;
    /// The block is here, read from disk.
    pub const DISK: u8 = 253;
}

/// How a stream stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "why")]
pub enum StreamState {
    /// No source has opened it yet.
    #[default]
    Connecting,
    /// Blocks are coming.
    Flowing,
    /// Everything wanted for now is here.
    Full,
    /// Nobody can send the awaited block now; sources are tried again. In words, with names.
    Nobody(String),
    /// It can't go on: no honest copy, or a local error. In words.
    Failed(String),
}

/// One source.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SourceSnapshot {
    /// Its place in patterns, from 0.
    pub index: u8,
    /// The letter of that place.
    pub letter: char,
    /// The server's name.
    pub name: String,
    /// `HOST:PORT`.
    pub address: String,
    /// `direct`, or by way of which relay.
    pub route: String,
    /// `joining`, `sending`, `waiting`, `silent`, `away`, `gone` or `quarantined`.
    pub state: String,
    /// Bits a second over the last second.
    pub rate_bps: f64,
    /// Bits a second it can give, measured while it had something to send; none before that.
    pub capacity_bps: Option<f64>,
    /// Bytes it gave that were of use.
    pub bytes: u64,
    /// Blocks it gave that were of use.
    pub blocks: u64,
    /// Its part of the pattern now, 0 to 1.
    pub share: f64,
    /// Round trip in milliseconds; none before the first connection.
    pub rtt_ms: Option<f64>,
    /// Blocks it owes.
    pub backlog_blocks: u64,
    /// Bytes it owes.
    pub backlog_bytes: u64,
    /// Blocks it sent in place of another.
    pub repairs: u64,
    /// Blocks it sent that were here already.
    pub duplicates: u64,
    /// How often it was lost, silent or wrong.
    pub errors: u64,
    /// The last of those, in words.
    pub last_error: Option<String>,
    /// Seconds until it is tried again.
    pub retry_in: Option<f64>,
    /// Rate in bits a second for each of the last 48 seconds, oldest first.
    pub history: Vec<f32>,
    /// From work given to it while it had none to the first byte of it, in milliseconds: half of the last
    /// 64 times it was less; none before the first.
    pub first_byte_p50_ms: Option<f64>,
    /// The same: 95 of 100 times it was less.
    pub first_byte_p95_ms: Option<f64>,
    /// Part of the time for which it owed something and sent nothing for longer than its path explains, over
    /// about the last two seconds in which it owed something, 0 to 1.
    pub held_up: f64,
    /// Bytes that came at once after each such time, on average.
    pub burst_bytes: f64,
    /// Part of the last second in which it had nothing to send but waited for its own disk, as it says
    /// itself, 0 to 1. 0 of those that don't say.
    pub disk_wait: f64,
    /// How long each such wait took on average, in milliseconds; none of those that don't say.
    pub disk_wait_ms: Option<f64>,
}

/// A pattern and where it starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PatternSnapshot {
    /// Number of its epoch.
    pub epoch: u32,
    /// First block it governs: the cut-over.
    pub from: u64,
    /// Its letters, `-` for nobody.
    pub pattern: String,
}

/// How patterns are made and take over.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SchemeSnapshot {
    /// `arrival` or `interval`.
    pub planner: &'static str,
    /// `lease`, `prediction` or `synchronous`.
    pub cut_over: &'static str,
    /// Elements of a pattern for each block.
    pub elements_per_block: u16,
    /// How many sources send each block.
    pub redundancy: u8,
    /// Letters of the sources whose acknowledgement of the last epoch is awaited.
    pub unacknowledged: String,
    /// What the last predicted cut-over came from; none under another policy, and before the first.
    pub prediction: Option<PredictionSnapshot>,
}

/// What a cut-over was predicted from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PredictionSnapshot {
    /// Number of the epoch.
    pub epoch: u32,
    /// How far ahead it was predicted.
    pub seconds_in_future: f64,
    /// The largest prediction.
    pub max: u64,
    /// The same, rounded up to whole patterns.
    pub rounded: u64,
    /// First block of the epoch: that, or the first one not leased where it comes before.
    pub applied_from: u64,
    /// Each source's part.
    pub sources: Vec<SourcePredictionSnapshot>,
}

/// One source's part in a prediction.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SourcePredictionSnapshot {
    /// The source's letter.
    pub letter: char,
    /// Bytes it sent in the last interval.
    pub last_interval_bytes: u64,
    /// Its part of all bytes of the interval, in per cent.
    pub interval_pct: f64,
    /// Blocks a second that the pattern had it send.
    pub blocks_per_second: f64,
    /// The last of them.
    pub last_block: u64,
    /// Where the stream will be, by this source.
    pub predicted_block: u64,
}

/// Sums since a stream was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Verified bytes that came.
    pub bytes: u64,
    /// Bytes of blocks that were here already.
    pub duplicate_bytes: u64,
    /// Bytes of blocks that were here already, where redundancy had asked for the copy.
    pub redundant_bytes: u64,
    /// Bytes of blocks no longer wanted, or wrong.
    pub wasted_bytes: u64,
    /// Bytes of control frames and framing, both ways.
    pub control_bytes: u64,
    /// Bytes of hash pages.
    pub page_bytes: u64,
    /// Epochs announced.
    pub epochs: u64,
    /// Extensions of the lease without a new epoch.
    pub leases: u64,
    /// Blocks that nobody would have sent because an epoch came late.
    pub late_lost: u64,
    /// Those of them that were ordered by name at once.
    pub late_repaired: u64,
    /// Blocks that came twice because an epoch came late.
    pub late_doubled: u64,
    /// Blocks that came before one with a smaller number.
    pub out_of_sequence: u64,
    /// Blocks ordered again from another source.
    pub repairs: u64,
    /// Blocks ordered twice to be in time.
    pub hedges: u64,
    /// Blocks that failed verification.
    pub wrong_blocks: u64,
    /// Most bytes that were here while an earlier block was missing.
    pub peak_reorder_bytes: u64,
}

/// How full the cache is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CacheSnapshot {
    /// Bytes kept behind the read head.
    pub back_bytes: u64,
    /// Bytes kept ahead of it without a gap.
    pub ahead_bytes: u64,
    /// Bound of the part behind.
    pub back_limit: u64,
    /// Bound of the part ahead.
    pub ahead_limit: u64,
    /// Byte ranges that are here, in order.
    pub ranges: Vec<(u64, u64)>,
    /// What is kept on disk beside it; none where nothing is.
    pub disk: Option<DiskSnapshot>,
}

/// What is kept of a stream on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DiskSnapshot {
    /// Bytes that are there.
    pub bytes: u64,
    /// Bytes that were read from there since the stream was opened.
    pub read_bytes: u64,
    /// Most bytes of all streams that are kept.
    pub limit: u64,
}
