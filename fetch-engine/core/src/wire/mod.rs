//! The pattern protocol's frames and their codec. PROTOCOL.md describes the same for readers who
//! don't read code.
//!
//! A frame is `length: u32` (bytes after the five of this header), `kind: u8`, then the body; all
//! numbers are little-endian.

mod codec;
mod edges;
mod frame;

pub use codec::{DecodeError, Decoder, encode, encoded_len};
pub use edges::Edges;
pub use frame::{ErrorCode, Frame, Identify};

/// First bytes a client sends on a pattern connection; HTTP methods never start so.
pub const MAGIC: [u8; 4] = *b"TRIB";
/// Oldest version of the protocol that this code speaks.
pub const MIN_VERSION: u16 = 1;
/// Newest version of the protocol that this code speaks.
pub const VERSION: u16 = 2;
/// First version in which a server says how long it waits for its disk ([`Frame::Reading`]).
pub const READING_SINCE: u16 = 2;
/// Bytes of a frame's header: length and kind.
pub const HEADER_LEN: usize = 5;
/// Largest body of a frame.
pub const MAX_BODY: usize = 4 << 20;
/// Most numbers in a list.
pub const MAX_LIST: usize = 4096;
/// Longest text (names, messages), in bytes.
pub const MAX_TEXT: usize = 1024;
/// Largest payload of an echo (the seed's test block, 110).
pub const MAX_ECHO: usize = 64 << 10;
/// Bytes of `Data` beside the block itself: header, generation, epoch, sequence number.
pub const DATA_OVERHEAD: usize = HEADER_LEN + 4 + 4 + 8;

/// The version that a server speaks with a client that speaks `min` to `max`: the newest in common.
#[must_use]
pub const fn agreed_version(min: u16, max: u16) -> Option<u16> {
    let version = if max < VERSION { max } else { VERSION };
    if version < MIN_VERSION || version < min { None } else { Some(version) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_in_common_is_spoken() {
        for (min, max, agreed) in [
            (1, 1, Some(1)),
            (1, 2, Some(2)),
            (2, 9, Some(2)),
            (VERSION, VERSION, Some(VERSION)),
            (VERSION + 1, VERSION + 5, None),
            (0, 0, None),
            (2, 1, None),
        ] {
            assert_eq!(agreed_version(min, max), agreed, "{min} to {max}");
        }
    }
}
