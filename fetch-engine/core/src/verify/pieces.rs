//! Lists of hashes of equal pieces, as Metalink files carry them: SHA-256, trusted as they are.

use sha2::{Digest, Sha256};

use super::Verdict;

/// Bytes of a SHA-256 hash.
const HASH_LEN: usize = 32;

/// Longest piece, in bytes: a piece is checked as a whole, so it waits in memory until all of it is here.
pub const MAX_PIECE: u64 = 16 << 20;

/// The SHA-256 of each piece of a stream; the last piece may be shorter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceHashes {
    size: u64,
    length: u64,
    hashes: Vec<[u8; HASH_LEN]>,
}

impl PieceHashes {
    /// A list for a stream of `size` bytes, in pieces of `length` bytes. Nothing where their number doesn't
    /// fit, or no piece can be that long.
    #[must_use]
    pub fn new(size: u64, length: u64, hashes: Vec<[u8; HASH_LEN]>) -> Option<Self> {
        let fits = length > 0 && length <= MAX_PIECE && size.div_ceil(length) == hashes.len() as u64;
        fits.then_some(Self { size, length, hashes })
    }

    /// Bytes of the stream.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of a piece that is not the last.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Checks the bytes at `offset`, where a piece begins; they end where one ends.
    #[must_use]
    pub fn check(&self, offset: u64, bytes: &[u8]) -> Verdict {
        let end = offset + bytes.len() as u64;
        let cut =
            !offset.is_multiple_of(self.length) || (end != self.size && !end.is_multiple_of(self.length));
        if cut || end > self.size || (bytes.is_empty() && self.size > 0) {
            return Verdict::Wrong;
        }
        let first = (offset / self.length) as usize;
        let known = self.hashes.iter().skip(first);
        let good = bytes
            .chunks(self.length as usize)
            .zip(known)
            .all(|(piece, known)| Sha256::digest(piece)[..] == known[..]);
        if good { Verdict::Good } else { Verdict::Wrong }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(bytes: &[u8], length: u64) -> Option<PieceHashes> {
        let hashes = bytes.chunks(length as usize).map(|piece| Sha256::digest(piece).into()).collect();
        PieceHashes::new(bytes.len() as u64, length, hashes)
    }

    #[test]
    fn each_piece_is_checked_and_nothing_but_whole_ones() {
        let mut bytes: Vec<u8> = (0..2500_u32).map(|place| (place % 251) as u8).collect();
        let list = list(&bytes, 1000).unwrap();
        assert_eq!(list.check(0, &bytes[..1000]), Verdict::Good);
        assert_eq!(list.check(1000, &bytes[1000..]), Verdict::Good);
        assert_eq!(list.check(2000, &bytes[2000..]), Verdict::Good);
        for (start, end) in [(0, 999), (1, 1000), (2000, 2499), (1000, 1500), (0, 0)] {
            assert_eq!(list.check(start as u64, &bytes[start..end]), Verdict::Wrong, "{start}..{end}");
        }
        bytes[1500] ^= 1;
        assert_eq!(list.check(1000, &bytes[1000..]), Verdict::Wrong);
        assert_eq!(list.check(0, &bytes[..1000]), Verdict::Good);
        bytes.push(0);
        assert_eq!(list.check(2000, &bytes[2000..]), Verdict::Wrong);
    }

    #[test]
    fn a_list_that_does_not_fit_is_none() {
        assert!(list(b"", 5).is_some_and(|list| list.check(0, b"") == Verdict::Good));
        assert!(PieceHashes::new(10, 5, vec![[0; 32]; 3]).is_none());
        assert!(PieceHashes::new(10, 0, Vec::new()).is_none());
        assert!(PieceHashes::new(10, MAX_PIECE + 1, vec![[0; 32]]).is_none());
    }
}
