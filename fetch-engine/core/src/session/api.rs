//! What goes into a [`super::Session`] and what comes out.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;

use crate::geometry::Seq;
use crate::pattern::{Pattern, SourceId};
use crate::wire::{ErrorCode, Frame, Identify};

/// Which rule decides who sends what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlannerKind {
    /// Each block goes to the source that will have it here first.
    #[default]
    Arrival,
    /// The seed's FIG. 8 and 9: shares in proportion to the bytes of the last interval.
    Interval,
}

/// How a new pattern takes over while blocks flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CutOver {
    /// At the highest lease + 1: nobody has walked past it.
    #[default]
    Lease,
    /// The seed's FIG. 8: at a predicted block inside leased ground; acknowledged, and what lateness loses
    /// is repaired.
    Prediction,
    /// At the highest lease + 1, once every usable source has acknowledged it.
    Synchronous,
}

/// What the last prediction came from (FIG. 8, 300 to 316).
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Epoch that it was made for.
    pub epoch: u32,
    /// `secondsInFuture`.
    pub seconds_in_future: f64,
    /// `maxSeqNumPrediction` (310).
    pub max: Seq,
    /// The same rounded up to whole runs of the pattern before (314).
    pub rounded: Seq,
    /// First block of the new pattern: that, or the first block not leased where that comes before it.
    pub applied_from: Seq,
    /// What each connection predicted.
    pub sources: Vec<SourcePrediction>,
}

/// One connection's part of a [`Prediction`].
#[derive(Clone, Debug, PartialEq)]
pub struct SourcePrediction {
    /// The connection.
    pub source: SourceId,
    /// `mLastIntervalBytes` (300).
    pub last_interval_bytes: u64,
    /// `mIntervalPct` (304).
    pub interval_pct: f64,
    /// `blocksPerSecond` (306).
    pub blocks_per_second: f64,
    /// `lastSeqNum`; 0 where none came yet.
    pub last_seq: Seq,
    /// `SeqNumPrediction` (308).
    pub seq: Seq,
}

/// Bounds and choices of a session.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who decides.
    pub planner: PlannerKind,
    /// How a new pattern takes over.
    pub cut_over: CutOver,
    /// Elements of a pattern, 1 to 1,024; as the planner likes where none is given.
    pub pattern_length: Option<u16>,
    /// Elements of a pattern for each block, 1 to 1,024.
    pub elements_per_block: u16,
    /// `secondsInFuture` of [`CutOver::Prediction`]; a little more than the largest round trip where none
    /// is given.
    pub prediction_reach: Option<Duration>,
    /// Most bytes that may be ordered and not yet here: the memory of reordering is bounded by it.
    pub max_outstanding_bytes: u64,
    /// Silence after which a source is dead, counted from when it should have sent something.
    pub dead_after: Duration,
    /// How servers are asked to say which block they send.
    pub identify: Identify,
    /// How many sources send each block that the pattern orders; 1 where each comes once. Never more
    /// than there are sources.
    pub redundancy: u8,
    /// Seed of every random choice (none yet but the backoff's jitter).
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            planner: PlannerKind::default(),
            cut_over: CutOver::default(),
            pattern_length: None,
            elements_per_block: 1,
            prediction_reach: None,
            max_outstanding_bytes: 32 << 20,
            dead_after: Duration::from_secs(4),
            identify: Identify::default(),
            redundancy: 1,
            seed: 0,
        }
    }
}

/// What was remembered of a source from an earlier session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hint {
    /// Rate it gave, in bits a second.
    pub rate_bps: f64,
}

/// Most places that are read beside the main one.
pub const MAX_OTHERS: usize = 64;

/// Which blocks a reader wants. Replaces what was wanted before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// The main read head and how far ahead it wants to be served: first block wanted to one past
    /// the last. Served in order by the pattern. A start below or far from where the pattern stands
    /// begins a new generation; moving forward within what was ordered doesn't.
    pub main: Range<Seq>,
    /// Other places that are read at the same time, at most [`MAX_OTHERS`]: served by explicit orders,
    /// before the main one; where that is empty, in turns.
    pub others: Vec<Range<Seq>>,
}

/// Why a connection is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It could not be made; in words.
    Unreachable(String),
    /// It was reset or closed by the other side; in words.
    Closed(String),
    /// The other side sent what no peer of this protocol sends; in words.
    Protocol(String),
}

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A source is known from now on. The session answers with [`Action::Connect`].
    Added {
        /// Chosen by the driver, never used again for another source.
        source: SourceId,
        /// What is remembered of it.
        hint: Option<Hint>,
        /// Whether it can be asked for hash pages: a plain web server can't.
        gives_pages: bool,
    },
    /// The director says that this source no longer holds the stream: no new connection to it.
    Withdrawn {
        /// The source.
        source: SourceId,
    },
    /// What this source sends is not to be believed, whatever it sent itself so far: it stands behind the
    /// same server or the same relay as one that sent wrong bytes.
    Distrusted {
        /// The source.
        source: SourceId,
        /// Why, in words.
        why: String,
    },
    /// A connection is up. The session answers with everything to be said on it, `Hello` first.
    Connected {
        /// The source.
        source: SourceId,
        /// Round trip, measured by the connect.
        rtt: Duration,
        /// The connection ends at a relay, and the way goes on from there: `rtt` is only its first part.
        relayed: bool,
    },
    /// Bytes came in, whether or not they make up a frame yet.
    Received {
        /// From whom.
        source: SourceId,
        /// How many.
        bytes: usize,
    },
    /// A whole frame came in; after the [`Event::Received`] of its bytes.
    Frame {
        /// From whom.
        source: SourceId,
        /// The frame.
        frame: Frame,
    },
    /// A connection is gone, or could not be made. Not reported after [`Action::Close`].
    Lost {
        /// To whom.
        source: SourceId,
        /// Why.
        why: Loss,
    },
    /// A reader wants this from now on.
    Demand(Demand),
    /// The cache has dropped these blocks.
    Evicted(Range<Seq>),
    /// The driver has these blocks from elsewhere, proved: nobody is asked for those of them that are not
    /// [settled](super::Session::is_settled) yet. What turns out not to be there after all is
    /// [`Event::Evicted`].
    Kept(Range<Seq>),
}

/// What the driver shall do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Make a connection to this source; answered by `Connected` or `Lost`.
    Connect(SourceId),
    /// Send this on the source's connection.
    Send(SourceId, Frame),
    /// Close the connection; nothing it still brings is of interest.
    Close(SourceId),
    /// This block is here and verified: keep it.
    Store {
        /// Which block.
        seq: Seq,
        /// Its bytes.
        bytes: Bytes,
        /// Who sent it.
        source: SourceId,
    },
    /// Something worth telling a person.
    Notice(Notice),
}

/// Something worth telling a person.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// A source opened the stream; its first blocks come with the next epoch.
    Joined {
        /// The source.
        source: SourceId,
        /// Its round trip.
        rtt: Duration,
    },
    /// A source's connection is gone or could not be made.
    Left {
        /// The source.
        source: SourceId,
        /// Why, in words.
        why: String,
        /// How many blocks it owed.
        owed: usize,
        /// When it is tried again; never, where it was withdrawn or refused for good.
        retry_in: Option<Duration>,
    },
    /// A source owes blocks and is silent: others send them.
    Silent {
        /// The source.
        source: SourceId,
        /// For how long.
        silence: Duration,
        /// How many blocks were given to others.
        owed: usize,
    },
    /// A silent source sends again.
    Back {
        /// The source.
        source: SourceId,
    },
    /// A source's rate fell to half or less within two seconds.
    Slowed {
        /// The source.
        source: SourceId,
        /// Rate before, in bits a second.
        from_bps: f64,
        /// Rate now, in bits a second.
        to_bps: f64,
    },
    /// A source sent wrong bytes and is shut out for this session.
    Quarantined {
        /// The source.
        source: SourceId,
        /// The block, where it was a block and not a page of hashes.
        seq: Option<Seq>,
    },
    /// A source is shut out for this session without having sent wrong bytes itself.
    Distrusted {
        /// The source.
        source: SourceId,
        /// Why, in words.
        why: String,
    },
    /// A block came from another source than the one that owed it.
    Repaired {
        /// Who sent it.
        source: SourceId,
        /// Which block.
        seq: Seq,
        /// From the order to its arrival.
        after: Duration,
    },
    /// A pattern that differs in its shares from the last one told (not every epoch is).
    Pattern {
        /// Its epoch.
        epoch: u32,
        /// First block it governs.
        from: Seq,
        /// The pattern.
        pattern: Pattern,
    },
    /// A block came before one with a smaller number (the seed's 144). Told at most once a second.
    OutOfSequence {
        /// Who sent it.
        source: SourceId,
        /// The block.
        seq: Seq,
        /// The block that is awaited.
        awaited: Seq,
    },
    /// A seek: a new generation starts here.
    Restarted {
        /// The generation.
        generation: u32,
        /// First block.
        from: Seq,
    },
    /// No source is left that could send anything.
    NobodyLeft,
}

/// How a source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// A connection is being made, or the stream is not open on it yet.
    Joining,
    /// It owes blocks and sends.
    Sending,
    /// It owes nothing: the window is full or the stream is whole.
    Waiting,
    /// It owes blocks and is silent.
    Silent,
    /// No connection; tried again later.
    Away,
    /// Withdrawn by the director, or it refused for good.
    Gone,
    /// It sent wrong bytes.
    Quarantined,
}

/// What is known of one source.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceStats {
    /// How it stands.
    pub state: SourceState,
    /// Measured rate in bits a second while it had something to send; none before a measurement.
    pub rate_bps: Option<f64>,
    /// Round trip; none before the first connection.
    pub rtt: Option<Duration>,
    /// Blocks ordered from it and not yet here.
    pub backlog_blocks: usize,
    /// Bytes of those.
    pub backlog_bytes: u64,
    /// Verified bytes it gave that were of use.
    pub useful_bytes: u64,
    /// Blocks it gave that were of use.
    pub blocks: u64,
    /// Its part of the blocks planned over the last second, 0 to 1.
    pub share: f64,
    /// Blocks it sent in place of another.
    pub repairs: u64,
    /// Blocks it sent that were here already.
    pub duplicates: u64,
    /// How often its connection was lost or could not be made, it fell silent, or sent wrong bytes.
    pub errors: u64,
    /// The last of those, in words.
    pub last_error: Option<String>,
    /// The error code it closed with, where it did.
    pub last_code: Option<ErrorCode>,
    /// When it will be tried again, counted from the call.
    pub retry_in: Option<Duration>,
}

/// Sums over a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Verified bytes stored.
    pub useful_bytes: u64,
    /// Verified blocks stored.
    pub useful_blocks: u64,
    /// Bytes of blocks that were here already.
    pub duplicate_bytes: u64,
    /// Bytes of blocks that were here already, where redundancy had asked for the copy.
    pub redundant_bytes: u64,
    /// Bytes of blocks of older generations, not asked for, or wrong.
    pub wasted_bytes: u64,
    /// Bytes of all frames but the blocks in `Data`, both ways, hash pages apart.
    pub control_bytes: u64,
    /// Bytes of hash pages.
    pub page_bytes: u64,
    /// Epochs announced.
    pub epochs: u64,
    /// Extensions of the lease that came without a new epoch.
    pub leases: u64,
    /// Blocks that nobody would have sent because an epoch came late, learnt from acknowledgements.
    pub late_lost: u64,
    /// Those of them that were ordered by name at once.
    pub late_repaired: u64,
    /// Blocks that came twice because an epoch came late.
    pub late_doubled: u64,
    /// Blocks that came before one with a smaller number.
    pub out_of_sequence: u64,
    /// Blocks ordered in place of another source, or from a second one.
    pub repairs: u64,
    /// Blocks that had been ordered twice to be in time.
    pub hedges: u64,
    /// Most bytes that were here while an earlier block was missing.
    pub peak_reorder_bytes: u64,
    /// Blocks that failed verification.
    pub wrong_blocks: u64,
}
