//! Streams and their blocks.
//!
//! A stream is one media file, named by the BLAKE3 hash of its bytes and its size. It is cut into
//! blocks of `block_size` bytes, the last may be shorter; blocks are numbered from 1 by their
//! sequence number, as in the seed ("the sequence number initially is set to 1").

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Sequence number of a block, from 1. Zero is never a block.
pub type Seq = u64;

/// Largest block: 1 MiB.
pub const MAX_BLOCK_SIZE: u32 = 1 << 20;

/// A stream's name: the BLAKE3 hash of its bytes (what `b3sum` prints).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub [u8; 32]);

/// Text that is not a stream's name.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a stream's name: 64 hexadecimal digits are needed")]
pub struct BadStreamId(String);

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b3:{self}")
    }
}

impl FromStr for StreamId {
    type Err = BadStreamId;

    /// Reads 64 hexadecimal digits, with or without `b3:` before them.
    fn from_str(text: &str) -> Result<Self, BadStreamId> {
        let bad = || BadStreamId(text.chars().take(80).collect());
        let digits = text.strip_prefix("b3:").unwrap_or(text);
        blake3::Hash::from_hex(digits).map(|hash| Self(*hash.as_bytes())).map_err(|_| bad())
    }
}

impl Serialize for StreamId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StreamId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// How a stream of `size` bytes is cut into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    size: u64,
    block_size: u32,
}

/// A block size that no session may use.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
#[error("block size {0} is outside 1 to {MAX_BLOCK_SIZE} bytes")]
pub struct BadBlockSize(pub u32);

impl Geometry {
    /// Cuts `size` bytes into blocks of `block_size` bytes.
    ///
    /// # Errors
    /// [`BadBlockSize`] for 0 and for more than [`MAX_BLOCK_SIZE`].
    pub const fn new(size: u64, block_size: u32) -> Result<Self, BadBlockSize> {
        if block_size == 0 || block_size > MAX_BLOCK_SIZE {
            return Err(BadBlockSize(block_size));
        }
        Ok(Self { size, block_size })
    }

    /// Bytes of the stream.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of a block that is not the last.
    #[must_use]
    pub const fn block_size(&self) -> u32 {
        self.block_size
    }

    /// Number of blocks, and so the last block's sequence number. Zero for an empty stream.
    #[must_use]
    pub const fn blocks(&self) -> u64 {
        self.size.div_ceil(self.block_size as u64)
    }

    /// Whether `seq` names a block of this stream.
    #[must_use]
    pub const fn contains(&self, seq: Seq) -> bool {
        seq >= 1 && seq <= self.blocks()
    }

    /// Byte range of a block, empty where the stream has no such block.
    #[must_use]
    pub fn range(&self, seq: Seq) -> Range<u64> {
        if !self.contains(seq) {
            return 0..0;
        }
        let start = (seq - 1) * u64::from(self.block_size);
        start..(start + u64::from(self.block_size)).min(self.size)
    }

    /// Bytes of a block.
    #[must_use]
    pub fn len(&self, seq: Seq) -> u32 {
        let range = self.range(seq);
        // A block is at most `block_size`, which is a u32.
        (range.end - range.start) as u32
    }

    /// Whether the stream has no bytes at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// The block that holds the byte at `offset`; past the end, one more than the last block.
    #[must_use]
    pub fn seq_at(&self, offset: u64) -> Seq {
        offset.min(self.size) / u64::from(self.block_size)
            + if offset >= self.size && !self.size.is_multiple_of(u64::from(self.block_size)) { 2 } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_tile_the_stream() {
        for (size, block) in [(0, 16), (1, 16), (16, 16), (17, 16), (160, 16), (161, 7), (5, 1)] {
            let geometry = Geometry::new(size, block).unwrap();
            let mut at = 0;
            for seq in 1..=geometry.blocks() {
                let range = geometry.range(seq);
                assert_eq!(range.start, at);
                assert!(range.end > range.start && range.end - range.start <= u64::from(block));
                for offset in range.clone() {
                    assert_eq!(geometry.seq_at(offset), seq);
                }
                at = range.end;
            }
            assert_eq!(at, size);
            assert_eq!(geometry.seq_at(size), geometry.blocks() + 1);
            assert_eq!(geometry.range(0), 0..0);
            assert_eq!(geometry.len(geometry.blocks() + 1), 0);
        }
    }

    #[test]
    fn refuses_impossible_block_sizes() {
        assert_eq!(Geometry::new(10, 0), Err(BadBlockSize(0)));
        assert!(Geometry::new(10, MAX_BLOCK_SIZE + 1).is_err());
    }

    #[test]
    fn stream_id_reads_what_it_prints() {
        let id = StreamId(*blake3::hash(b"abc").as_bytes());
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(format!("{id:?}").parse(), Ok(id));
        assert!("b3:12".parse::<StreamId>().is_err());
    }
}
