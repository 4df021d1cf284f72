//! The hash of a whole file: what is left to check where nothing proves its parts.

use std::fmt;

use sha2::{Digest, Sha256};
use tributary_core::geometry::StreamId;

/// The hash that all bytes of a file together must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WholeHash {
    /// BLAKE3: the stream's own name.
    Blake3(StreamId),
    /// SHA-256, as a Metalink file tells it.
    Sha256([u8; 32]),
}

impl fmt::Display for WholeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blake3(stream) => write!(f, "b3:{stream}"),
            Self::Sha256(hash) => {
                f.write_str("sha-256:")?;
                hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

impl WholeHash {
    /// Begins to check a file, from its first byte on.
    #[must_use]
    pub fn check(self) -> WholeCheck {
        match self {
            Self::Blake3(wanted) => WholeCheck::Blake3(Box::new(blake3::Hasher::new()), wanted),
            Self::Sha256(wanted) => WholeCheck::Sha256(Sha256::new(), wanted),
        }
    }
}

/// A file being checked as its bytes pass by.
#[derive(Clone, Debug)]
pub enum WholeCheck {
    /// By BLAKE3.
    Blake3(Box<blake3::Hasher>, StreamId),
    /// By SHA-256.
    Sha256(Sha256, [u8; 32]),
}

impl WholeCheck {
    /// The next bytes of the file.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Blake3(hasher, _) => drop(hasher.update(bytes)),
            Self::Sha256(hasher, _) => hasher.update(bytes),
        }
    }

    /// Whether the bytes were those of the file; to be asked once all have passed.
    #[must_use]
    pub fn is_right(self) -> bool {
        match self {
            Self::Blake3(hasher, wanted) => hasher.finalize().as_bytes() == &wanted.0,
            Self::Sha256(hasher, wanted) => hasher.finalize()[..] == wanted[..],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_right_or_not_by_either_hash() {
        let hashes = [
            WholeHash::Blake3(StreamId(*blake3::hash(b"tributary").as_bytes())),
            WholeHash::Sha256(Sha256::digest(b"tributary").into()),
        ];
        for hash in hashes {
            for (bytes, right) in [(b"tributary", true), (b"tributarY", false)] {
                let mut check = hash.check();
                bytes.chunks(4).for_each(|part| check.update(part));
                assert_eq!(check.is_right(), right, "{hash}");
            }
        }
        assert!(hashes[1].to_string().starts_with("sha-256:") && hashes[1].to_string().len() == 72);
    }
}
