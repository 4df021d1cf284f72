//! The pattern (50 in FIG. 6): an array of elements, each naming the connection that shall send the
//! block at that place.
//!
//! Block `n` of an epoch that starts at `from` belongs to element `(n - from) mod len`. An element
//! may also be [`Element::Nobody`]: the block is here already, and no server shall send it.

use std::fmt;
use std::str::FromStr;

use crate::geometry::Seq;

/// Most elements of one pattern.
pub const MAX_ELEMENTS: usize = 1024;
/// Most connections a pattern can name.
pub const MAX_SOURCES: usize = 64;

/// Letters of the connections, in order; `-` is nobody.
const LETTERS: &[u8; MAX_SOURCES] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NOBODY: u8 = b'-';

/// A connection a pattern can name: a number below [`MAX_SOURCES`], shown as a letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u8);

impl SourceId {
    /// The connection number `index`.
    #[must_use]
    pub const fn new(index: u8) -> Option<Self> {
        if (index as usize) < MAX_SOURCES { Some(Self(index)) } else { None }
    }

    /// Its number, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Its letter: `A` for 0.
    #[must_use]
    pub const fn letter(self) -> char {
        LETTERS[self.0 as usize] as char
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}

impl fmt::Debug for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}

/// One element of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// This connection sends the block.
    Source(SourceId),
    /// Nobody sends it.
    Nobody,
}

impl Element {
    /// The connection, where there is one.
    #[must_use]
    pub const fn source(self) -> Option<SourceId> {
        match self {
            Self::Source(source) => Some(source),
            Self::Nobody => None,
        }
    }

    /// The byte that stands for it on the wire: the connection's number, 255 for nobody.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Source(source) => source.0,
            Self::Nobody => u8::MAX,
        }
    }

    /// Reads what [`Self::to_byte`] wrote.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            u8::MAX => Some(Self::Nobody),
            _ => match SourceId::new(byte) {
                Some(source) => Some(Self::Source(source)),
                None => None,
            },
        }
    }
}

impl From<SourceId> for Element {
    fn from(source: SourceId) -> Self {
        Self::Source(source)
    }
}

/// A pattern that no epoch may use.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum BadPattern {
    /// No element, or more than [`MAX_ELEMENTS`].
    #[error("a pattern has 1 to {MAX_ELEMENTS} elements, not {0}")]
    Length(usize),
    /// A letter that names no connection.
    #[error("{0:?} names no connection in a pattern (A to Z, a to z, 0 to 9, +, /, or - for nobody)")]
    Letter(char),
    /// A byte that names no connection.
    #[error("{0} names no connection in a pattern (0 to 63, or 255 for nobody)")]
    Byte(u8),
}

/// A pattern of 1 to [`MAX_ELEMENTS`] elements.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pattern(Box<[Element]>);

impl Pattern {
    /// A pattern of these elements.
    ///
    /// # Errors
    /// [`BadPattern::Length`] for none and for too many.
    pub fn new(elements: impl Into<Box<[Element]>>) -> Result<Self, BadPattern> {
        let elements = elements.into();
        if elements.is_empty() || elements.len() > MAX_ELEMENTS {
            return Err(BadPattern::Length(elements.len()));
        }
        Ok(Self(elements))
    }

    /// The pattern of one element that gives nothing to anybody.
    #[must_use]
    pub fn nobody() -> Self {
        Self(Box::new([Element::Nobody]))
    }

    /// Its elements.
    #[must_use]
    pub fn elements(&self) -> &[Element] {
        &self.0
    }

    /// How many elements it has; never 0.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a pattern is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whose block `seq` is in an epoch that starts at `from`.
    #[must_use]
    pub fn owner(&self, from: Seq, seq: Seq) -> Element {
        let place = seq.saturating_sub(from) % self.0.len() as u64;
        self.0[place as usize]
    }

    /// The first block at or after `seq` that belongs to `me`, in an epoch that starts at `from`;
    /// none where the pattern never names `me`.
    ///
    /// The seed's server reads every block to see whose it is; this jumps.
    #[must_use]
    pub fn next_own(&self, from: Seq, seq: Seq, me: SourceId) -> Option<Seq> {
        let len = self.0.len();
        let seq = seq.max(from);
        let place = ((seq - from) % len as u64) as usize;
        (0..len)
            .find(|step| self.0[(place + step) % len] == Element::Source(me))
            .map(|step| seq + step as u64)
    }

    /// How many elements name `source`.
    #[must_use]
    pub fn count(&self, source: SourceId) -> usize {
        self.0.iter().filter(|element| **element == Element::Source(source)).count()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for element in &self.0 {
            match element {
                Element::Source(source) => write!(f, "{source}")?,
                Element::Nobody => write!(f, "{}", NOBODY as char)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Pattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        let element = |letter: char| {
            if letter == NOBODY as char {
                return Ok(Element::Nobody);
            }
            LETTERS
                .iter()
                .position(|known| *known as char == letter)
                .map(|index| Element::Source(SourceId(index as u8)))
                .ok_or(BadPattern::Letter(letter))
        };
        let elements = text.chars().take(MAX_ELEMENTS + 1).map(element).collect::<Result<Vec<_>, _>>()?;
        Self::new(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(letter: char) -> SourceId {
        let pattern: Pattern = letter.to_string().parse().unwrap();
        pattern.elements()[0].source().unwrap()
    }

    fn sent_by(pattern: &str, letter: char, from: Seq, through: Seq) -> Vec<Seq> {
        let pattern: Pattern = pattern.parse().unwrap();
        let mut seq = from;
        let mut sent = Vec::new();
        while let Some(own) = pattern.next_own(from, seq, source(letter)).filter(|own| *own <= through) {
            sent.push(own);
            seq = own + 1;
        }
        sent
    }

    /// FIG. 6 and 7: `AABCCAABCC` over blocks 62A to 62J (1 to 10).
    #[test]
    fn figures_6_and_7() {
        assert_eq!(sent_by("AABCCAABCC", 'A', 1, 10), [1, 2, 6, 7]);
        assert_eq!(sent_by("AABCCAABCC", 'B', 1, 10), [3, 8]);
        assert_eq!(sent_by("AABCCAABCC", 'C', 1, 10), [4, 5, 9, 10]);
    }

    /// The text's first worked example: FIG. 10A's `ABBCC` applied from block 50.
    #[test]
    fn figure_10a_from_block_50() {
        assert_eq!(sent_by("ABBCC", 'A', 50, 54), [50]);
        assert_eq!(sent_by("ABBCC", 'B', 50, 54), [51, 52]);
        assert_eq!(sent_by("ABBCC", 'C', 50, 54), [53, 54]);
    }

    /// The second worked example: A sends 50 and 51, the additional server 52. FIG. 10B has lost C
    /// and gained D; the text's "18C" for 53 and 54 contradicts the figure (C "no longer is
    /// present"), so these go to B here.
    #[test]
    fn figure_10b_from_block_50() {
        assert_eq!(sent_by("AADBB", 'A', 50, 54), [50, 51]);
        assert_eq!(sent_by("AADBB", 'D', 50, 54), [52]);
        assert_eq!(sent_by("AADBB", 'B', 50, 54), [53, 54]);
    }

    /// FIG. 12: three segments by route A, seven by route B.
    #[test]
    fn figure_12() {
        assert_eq!(sent_by("AAABBBBBBB", 'A', 1, 10), [1, 2, 3]);
        assert_eq!(sent_by("AAABBBBBBB", 'B', 1, 10), [4, 5, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn jump_agrees_with_walk() {
        for text in ["A", "AB", "AABCC", "A-B-", "BBBBBBA"] {
            let pattern: Pattern = text.parse().unwrap();
            for seq in 7..40 {
                let walked = (seq..seq + 20).find(|n| pattern.owner(7, *n) == source('A').into());
                assert_eq!(pattern.next_own(7, seq, source('A')), walked, "{text} at {seq}");
            }
            assert_eq!(pattern.next_own(7, 7, source('Z')), None);
        }
    }

    #[test]
    fn prints_what_it_reads_and_refuses_the_rest() {
        let text = "AABCC-Zz9+/";
        assert_eq!(text.parse::<Pattern>().unwrap().to_string(), text);
        assert_eq!("".parse::<Pattern>(), Err(BadPattern::Length(0)));
        assert_eq!("A?".parse::<Pattern>(), Err(BadPattern::Letter('?')));
        assert_eq!("A".repeat(1025).parse::<Pattern>(), Err(BadPattern::Length(1025)));
    }
}
