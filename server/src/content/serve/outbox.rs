//! What a session is writing: answers and hash pages, and blocks behind them.
//!
//! All in one piece: a new connection may send ten segments, and each small one would be one less for a block.
//!
//! As many blocks are written together as the socket took at once the last time, or more where it took
//! all. A new generation drops the blocks of which no byte is written yet.

use std::collections::VecDeque;

use bytes::{Buf, BytesMut};

/// Most bytes of blocks that are written together.
const MAX_BATCH_BYTES: usize = 256 << 10;
/// Bytes of blocks that are written together once a write went through whole.
const FIRST_BATCH_BYTES: usize = 32 << 10;

/// Bytes on their way to the socket.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    bytes: BytesMut,
    /// Bytes written so far, in all.
    written: u64,
    /// Where the first block begins and each block ends, counted as `written`.
    first_block_at: u64,
    block_ends: VecDeque<u64>,
    batch_bytes: usize,
}

impl Outbox {
    /// Bytes to write.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether nothing is to be written.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether another block shall be put to those that are there.
    pub(super) fn has_room(&self) -> bool {
        self.bytes.len() < self.batch_bytes
    }

    /// Room for frames that are no blocks; only where no block is to be written.
    pub(super) fn frames(&mut self) -> &mut BytesMut {
        debug_assert!(self.block_ends.is_empty());
        &mut self.bytes
    }

    /// Room for one more block; [`Self::block_is_whole`] ends it.
    pub(super) fn block(&mut self) -> &mut BytesMut {
        if self.block_ends.is_empty() {
            self.first_block_at = self.written + self.bytes.len() as u64;
        }
        &mut self.bytes
    }

    /// The block has been put whole.
    pub(super) fn block_is_whole(&mut self) {
        self.block_ends.push_back(self.written + self.bytes.len() as u64);
    }

    /// Notes that the socket took `count` bytes of the `offered` ones.
    pub(super) fn wrote(&mut self, count: usize, offered: usize) {
        self.bytes.advance(count);
        self.written += count as u64;
        while let Some(end) = self.block_ends.pop_front_if(|end| *end <= self.written) {
            self.first_block_at = end;
        }
        self.batch_bytes =
            if count < offered { count } else { (2 * offered).clamp(FIRST_BATCH_BYTES, MAX_BATCH_BYTES) };
    }

    /// Drops the blocks of which no byte is written yet.
    pub(super) fn drop_unsent_blocks(&mut self) {
        let Some(first_end) = self.block_ends.front().copied() else { return };
        self.block_ends.clear();
        if self.written > self.first_block_at {
            self.bytes.truncate((first_end - self.written) as usize);
            self.block_ends.push_back(first_end);
        } else {
            self.bytes.truncate((self.first_block_at - self.written) as usize);
        }
    }

    /// Takes what is left, to be written by somebody else.
    pub(super) fn take(&mut self) -> BytesMut {
        self.drop_unsent_blocks();
        self.bytes.split()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_blocks(blocks: &[&[u8]]) -> Outbox {
        let mut outbox = Outbox::default();
        for block in blocks {
            outbox.block().extend_from_slice(block);
            outbox.block_is_whole();
        }
        outbox
    }

    #[test]
    fn only_the_block_that_is_half_written_stays() {
        let mut outbox = with_blocks(&[b"aaaa", b"bbbb", b"cccc"]);
        outbox.wrote(6, 12);
        outbox.drop_unsent_blocks();
        assert_eq!(outbox.bytes(), b"bb");
        outbox.wrote(2, 2);
        assert!(outbox.is_empty());
        outbox.block().extend_from_slice(b"dddd");
        outbox.block_is_whole();
        outbox.drop_unsent_blocks();
        assert!(outbox.is_empty(), "no byte of it was written");
    }

    #[test]
    fn at_a_blocks_edge_nothing_stays() {
        let mut outbox = with_blocks(&[b"aaaa", b"bbbb"]);
        outbox.wrote(4, 8);
        outbox.drop_unsent_blocks();
        assert!(outbox.is_empty());
    }

    #[test]
    fn other_frames_always_stay() {
        let mut outbox = Outbox::default();
        outbox.frames().extend_from_slice(b"answers");
        outbox.drop_unsent_blocks();
        assert_eq!(outbox.bytes(), b"answers");
        outbox.wrote(7, 7);
        outbox.block().extend_from_slice(b"aaaa");
        outbox.block_is_whole();
        outbox.wrote(1, 4);
        assert_eq!(&outbox.take()[..], b"aaa");
    }

    #[test]
    fn frames_before_a_block_stay_where_that_is_dropped() {
        let mut outbox = Outbox::default();
        outbox.frames().extend_from_slice(b"answers");
        for block in [b"aaaa", b"bbbb"] {
            outbox.block().extend_from_slice(block);
            outbox.block_is_whole();
        }
        outbox.wrote(3, 15);
        let mut begun =
            Outbox { bytes: outbox.bytes.clone(), block_ends: outbox.block_ends.clone(), ..outbox };
        outbox.drop_unsent_blocks();
        assert_eq!(outbox.bytes(), b"wers");
        begun.wrote(6, 12);
        begun.drop_unsent_blocks();
        assert_eq!(begun.bytes(), b"aa");
    }

    #[test]
    fn batches_are_as_large_as_the_socket_takes() {
        let mut outbox = with_blocks(&[b"aaaa"]);
        assert!(!outbox.has_room(), "one block at first");
        outbox.wrote(4, 4);
        outbox.block().extend_from_slice(&[0; 20_000]);
        outbox.block_is_whole();
        assert!(outbox.has_room());
        outbox.wrote(10, 20_000);
        assert!(!outbox.has_room());
    }
}
