//! How sure one can be of a stream's bytes, in what is shown and in words.

use serde::Serialize;
use tributary_core::verify::Proof;

use crate::happened::{Happened, LogKind};
use crate::journal::Words;
use crate::whole::WholeHash;

/// How sure one can be of a stream's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// Every byte is verified before anything reads it.
    #[default]
    EveryByte,
    /// Only the hash of the whole is known: whoever has read all of it can check it then, and bytes are
    /// not verified before.
    AtTheEnd(#[serde(skip)] WholeHash),
    /// No hash is known: nothing shows whether the bytes are right.
    Never,
}

impl Verification {
    pub(crate) fn of(proof: &Proof, whole: Option<WholeHash>) -> Self {
        match (proof, whole) {
            (Proof::Tree(_) | Proof::Pieces(_), _) => Self::EveryByte,
            (Proof::Nothing, Some(hash)) => Self::AtTheEnd(hash),
            (Proof::Nothing, None) => Self::Never,
        }
    }

    /// What people must know, where bytes are not verified before they are read.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::EveryByte => None,
            Self::AtTheEnd(hash) => Some(format!(
                "Only the hash of the whole file is known ({hash}), and plain web servers have no hashes of its \
                 parts: whether the bytes are right can be told at the end only. A content server or a Metalink \
                 file with hashes of pieces would let each part be verified."
            )),
            Self::Never => Some(
                "No hash of this file is known, so its bytes are not verified: the servers were only compared by \
                 size and by ETag or Last-Modified. Give b3:HASH or a Metalink file to have them verified."
                    .to_owned(),
            ),
        }
    }

    /// The same for the list of events.
    pub(crate) fn words(&self) -> Option<Words> {
        let detail = self.warning()?;
        let title = match self {
            Self::AtTheEnd(_) => "Bytes are verified at the end only",
            _ => "Bytes are not verified",
        };
        let (kind, title, what) = (LogKind::Source, title.to_owned(), Happened::Note);
        Some(Words { kind, source: None, title, detail, warning: true, what })
    }
}

#[cfg(test)]
mod tests {
    use tributary_core::geometry::StreamId;
    use tributary_core::verify::PieceHashes;

    use super::*;

    #[test]
    fn what_is_not_verified_is_said() {
        let root = StreamId([7; 32]);
        let whole = Some(WholeHash::Blake3(root));
        let pieces = Proof::Pieces(PieceHashes::new(1, 1, vec![[0; 32]]).unwrap());
        for proof in [Proof::tree(root, 9), pieces] {
            assert_eq!(Verification::of(&proof, whole).words(), None);
        }
        let at_the_end = Verification::of(&Proof::Nothing, whole);
        assert!(at_the_end.warning().unwrap().contains("b3:0707"));
        let never = Verification::of(&Proof::Nothing, None);
        assert!(never.words().unwrap().warning);
        let names = [Verification::EveryByte, at_the_end, never].map(|v| serde_json::to_value(v).unwrap());
        assert_eq!(names[0], "every_byte");
        assert_eq!(names[2], "never");
    }
}
