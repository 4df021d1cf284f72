//! The frames themselves.

use bytes::Bytes;

use crate::geometry::{Seq, StreamId};
use crate::held::Held;
use crate::pattern::SourceId;
use crate::schedule::Schedule;
use crate::verify::PageId;

/// One frame of the pattern protocol. "Client" is who receives the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Client, first: the versions it speaks.
    Hello {
        /// Oldest version the client speaks.
        min_version: u16,
        /// Newest version the client speaks.
        max_version: u16,
    },
    /// Server's answer: the version that both will use, and its name.
    Welcome {
        /// The version in force.
        version: u16,
        /// The server's name.
        name: String,
    },
    /// Client: names the stream of this connection and the connection's own place in patterns.
    Open {
        /// The stream.
        stream: StreamId,
        /// Its size; a server whose copy differs answers [`ErrorCode::SizeMismatch`].
        size: u64,
        /// Bytes of a block.
        block_size: u32,
        /// The element that names this connection in every pattern that follows.
        me: SourceId,
        /// How the server shall say which block it sends.
        identify: Identify,
    },
    /// Server: the stream is open.
    Opened {
        /// Bytes of the stream.
        size: u64,
        /// Which of them the server holds. It sends no block that lies outside, whoever ordered it.
        held: Held,
    },
    /// Either: a test block (110 in FIG. 4). The other returns the same nonce and payload.
    Echo {
        /// Chosen by the asker.
        nonce: u64,
        /// Any bytes, at most [`super::MAX_ECHO`].
        payload: Bytes,
    },
    /// The answer to [`Frame::Echo`].
    EchoReply {
        /// The asker's.
        nonce: u64,
        /// The asker's.
        payload: Bytes,
    },
    /// Client: from block `from` on this schedule is in force, and blocks up to `lease` may be sent.
    /// A newer generation drops everything of older ones first.
    Epoch {
        /// Raised by every seek or restart.
        generation: u32,
        /// Number of the epoch, from 1, rising by one.
        epoch: u32,
        /// First block it governs.
        from: Seq,
        /// Last block that may be sent (`from - 1` for none yet).
        lease: Seq,
        /// Whether the server shall answer with [`Frame::EpochAck`].
        acknowledge: bool,
        /// Who sends what.
        schedule: Schedule,
    },
    /// Client: blocks up to `lease` may be sent under the epochs known so far.
    Lease {
        /// The generation it belongs to.
        generation: u32,
        /// Last block that may be sent.
        lease: Seq,
    },
    /// Server: it has taken note of an epoch that asked for this, and follows all blocks that it walked
    /// past before. `next_unsent` tells what an epoch that came late lost.
    EpochAck {
        /// The generation.
        generation: u32,
        /// The epoch.
        epoch: u32,
        /// First block the server will judge by it.
        applied_from: Seq,
        /// First block the server had not yet walked past.
        next_unsent: Seq,
    },
    /// Client: send these blocks, whoever's they were, before anything else. Answered by `Data` with
    /// epoch 0.
    Repair {
        /// The generation.
        generation: u32,
        /// The blocks, most urgent first, at most [`super::MAX_LIST`].
        blocks: Vec<Seq>,
    },
    /// Client: don't send these blocks, unless they are under way already.
    Cancel {
        /// The generation.
        generation: u32,
        /// The blocks, at most [`super::MAX_LIST`].
        blocks: Vec<Seq>,
    },
    /// Server: one block.
    Data {
        /// The generation that ordered it.
        generation: u32,
        /// The epoch that gave it to this server; 0 for a repair.
        epoch: u32,
        /// Which block.
        seq: Seq,
        /// Its bytes.
        bytes: Bytes,
    },
    /// Server: one block, named by where it lies in the stream. Sent instead of [`Self::Data`] where
    /// `Open` asked for [`Identify::Offset`].
    DataAt {
        /// The generation that ordered it.
        generation: u32,
        /// The epoch that gave it to this server; 0 for a repair.
        epoch: u32,
        /// Offset of its first byte in the stream.
        offset: u64,
        /// Its bytes.
        bytes: Bytes,
    },
    /// Server: the slots that follow are for its own blocks of this epoch at or after `first`, one
    /// after the other. Sent where `Open` asked for [`Identify::Slot`].
    Slots {
        /// The generation.
        generation: u32,
        /// The epoch.
        epoch: u32,
        /// The block of the first slot.
        first: Seq,
    },
    /// Server: the next time slot. It holds the whole block that it is for, or nothing where that was
    /// cancelled or sent as a repair.
    Slot {
        /// The block's bytes; none in an empty slot.
        bytes: Bytes,
    },
    /// Client: send this page of hashes.
    PageRequest {
        /// Which page.
        page: PageId,
    },
    /// Server: a page of hashes, 32 bytes a value.
    Page {
        /// Which page.
        page: PageId,
        /// The values, one after the other.
        values: Bytes,
    },
    /// Server: it will close this connection soon; take its blocks elsewhere.
    GoingAway,
    /// Client, before `Hello` and to a relay only: pass all that follows on to this source, and what
    /// it answers back (72A, 72B in FIG. 11).
    Forward {
        /// `HOST:PORT` of the source, as the relay's list has it.
        address: String,
    },
    /// Client, after `Hello`: how many bytes has this stream? Only a client that does not know has to ask,
    /// before it opens the stream.
    SizeRequest {
        /// The stream.
        stream: StreamId,
    },
    /// The answer to [`Frame::SizeRequest`].
    Size {
        /// The stream.
        stream: StreamId,
        /// Bytes of the server's copy, or of what it has a part of.
        size: u64,
    },
    /// Server, from version 2 on: for how long it had nothing to send but waited for its disk. A sum since
    /// `Open`, told while it grows, so that a slow disk is told from a slow line.
    Reading {
        /// Microseconds, in all.
        waited_us: u64,
        /// How many times it waited, the one of now included.
        waits: u64,
    },
    /// Either: what went wrong; the sender closes after it.
    Error {
        /// For programs.
        code: ErrorCode,
        /// For people.
        message: String,
    },
}

impl Frame {
    /// The bytes of the block that this frame carries, where it is one that carries a block.
    #[must_use]
    pub const fn block(&self) -> Option<&Bytes> {
        match self {
            Self::Data { bytes, .. } | Self::DataAt { bytes, .. } | Self::Slot { bytes } => Some(bytes),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub const fn block_mut(&mut self) -> Option<&mut Bytes> {
        match self {
            Self::Data { bytes, .. } | Self::DataAt { bytes, .. } | Self::Slot { bytes } => Some(bytes),
            _ => None,
        }
    }
}

/// How a server says which block it sends: the seed's sequence numbers, or what may stand for them
/// ("sequence identifiers other than sequential numbers", "time domain multiplexing").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Identify {
    /// Every block carries its sequence number.
    #[default]
    Number = 0,
    /// Every block carries the offset of its first byte.
    Offset = 1,
    /// Blocks carry nothing: each connection is a row of time slots, and a block's place in the stream
    /// follows from the slot it came in. Repairs carry their number.
    Slot = 2,
}

impl Identify {
    /// Reads the byte on the wire.
    #[must_use]
    pub const fn from_u8(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Number),
            1 => Some(Self::Offset),
            2 => Some(Self::Slot),
            _ => None,
        }
    }
}

/// Why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum ErrorCode {
    /// No version in common.
    Version = 1,
    /// A frame that can't be read: unknown kind, wrong length, number out of bounds.
    Malformed = 2,
    /// A frame that may not come here: before `Open`, an unknown epoch, a gap between epochs.
    Unexpected = 3,
    /// The server doesn't hold the stream.
    NoSuchStream = 4,
    /// The server's copy has another size.
    SizeMismatch = 5,
    /// The server has as many connections as it takes.
    Busy = 6,
    /// The server could not read its copy, or the file changed underneath it.
    ReadFailed = 7,
    /// The client may not have this stream.
    Refused = 8,
    /// The other was silent or slow for too long.
    TimedOut = 9,
    /// The server is shutting down.
    ShuttingDown = 10,
    /// The relay can't reach the source.
    Unreachable = 11,
}

impl ErrorCode {
    /// Reads the number on the wire; an unknown one counts as [`Self::Unexpected`].
    #[must_use]
    pub const fn from_u16(code: u16) -> Self {
        match code {
            1 => Self::Version,
            2 => Self::Malformed,
            4 => Self::NoSuchStream,
            5 => Self::SizeMismatch,
            6 => Self::Busy,
            7 => Self::ReadFailed,
            8 => Self::Refused,
            9 => Self::TimedOut,
            10 => Self::ShuttingDown,
            11 => Self::Unreachable,
            _ => Self::Unexpected,
        }
    }
}
