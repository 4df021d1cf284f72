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
/// Most copies of one block that a pattern can give to as many connections.
pub const MAX_COPIES: u8 = MAX_SOURCES as u8;
/// Most connections a pattern can name.
pub const MAX_SOURCES: usize = 64;

/// Letters of the connections, in order; `-` is nobody.
const LETTERS: &[u8; MAX_SOURCES] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NOBODY: u8 = b'-';
const NEXT_LAYER: char = '|';

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
    /// No layer, or more than [`MAX_COPIES`].
    #[error("a pattern has 1 to {MAX_COPIES} layers, not {0}")]
    Copies(u8),
    /// Layers of different lengths.
    #[error("{elements} elements are not {copies} layers of equal length")]
    Layers {
        /// How many elements there are in all.
        elements: usize,
        /// How many layers they shall make up.
        copies: u8,
    },
    /// A letter that names no connection.
    #[error("{0:?} names no connection in a pattern (A to Z, a to z, 0 to 9, +, /, or - for nobody)")]
    Letter(char),
    /// Elements that don't make up whole groups of so many for one block.
    #[error("{elements} elements can't be groups of {per_block}")]
    Group {
        /// Elements of the pattern.
        elements: usize,
        /// Elements for each block.
        per_block: u16,
    },
    /// A byte that names no connection.
    #[error("{0} names no connection in a pattern (0 to 63, or 255 for nobody)")]
    Byte(u8),
}

/// A pattern of 1 to [`MAX_ELEMENTS`] elements.
///
/// Where redundancy is desired it has several layers, as many as there shall be copies of each block:
/// patterns of equal length that are in force at once. It is written with a `|` between layers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// Layer after layer.
    elements: Box<[Element]>,
    copies: u8,
}

impl Pattern {
    /// A pattern of these elements.
    ///
    /// # Errors
    /// [`BadPattern::Length`] for none and for too many.
    pub fn new(elements: impl Into<Box<[Element]>>) -> Result<Self, BadPattern> {
        Self::layered(elements, 1)
    }

    /// A pattern of several layers: `copies` patterns of equal length, one after the other.
    ///
    /// # Errors
    /// [`BadPattern`] for layers that are none, too many, too long or of different lengths.
    pub fn layered(elements: impl Into<Box<[Element]>>, copies: u8) -> Result<Self, BadPattern> {
        let elements = elements.into();
        Self::check_shape(elements.len(), copies)?;
        Ok(Self { elements, copies })
    }

    /// Whether so many elements can be so many layers.
    ///
    /// # Errors
    /// [`BadPattern`] where they can't.
    pub fn check_shape(elements: usize, copies: u8) -> Result<(), BadPattern> {
        if copies == 0 || copies > MAX_COPIES {
            return Err(BadPattern::Copies(copies));
        }
        let len = elements / usize::from(copies);
        if len > MAX_ELEMENTS || elements == 0 {
            return Err(BadPattern::Length(len));
        }
        if !elements.is_multiple_of(usize::from(copies)) {
            return Err(BadPattern::Layers { elements, copies });
        }
        Ok(())
    }

    /// The pattern of one element that gives nothing to anybody.
    #[must_use]
    pub fn nobody() -> Self {
        Self { elements: Box::new([Element::Nobody]), copies: 1 }
    }

    /// The elements of its first layer.
    #[must_use]
    pub fn elements(&self) -> &[Element] {
        &self.elements[..self.len()]
    }

    /// Its layers.
    pub fn layers(&self) -> impl Iterator<Item = &[Element]> {
        self.elements.chunks(self.len())
    }

    /// How many layers it has: how many copies of each block are sent.
    #[must_use]
    pub const fn copies(&self) -> u8 {
        self.copies
    }

    /// How many elements a layer of it has; never 0.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a pattern is never empty")]
    pub fn len(&self) -> usize {
        self.elements.len() / usize::from(self.copies)
    }

    /// Whose block `seq` is in an epoch that starts at `from`, by the first layer.
    #[must_use]
    pub fn owner(&self, from: Seq, seq: Seq) -> Element {
        let place = seq.saturating_sub(from) % self.len() as u64;
        self.elements[place as usize]
    }

    /// Whose block `seq` is, by each layer.
    pub fn owners(&self, from: Seq, seq: Seq) -> impl Iterator<Item = Element> + '_ {
        let place = (seq.saturating_sub(from) % self.len() as u64) as usize;
        self.elements.iter().skip(place).step_by(self.len()).copied()
    }

    /// The first block at or after `seq` that belongs to `me`, in an epoch that starts at `from`;
    /// none where no layer of the pattern names `me`.
    ///
    /// The seed's server reads every block to see whose it is; this jumps.
    #[must_use]
    pub fn next_own(&self, from: Seq, seq: Seq, me: SourceId) -> Option<Seq> {
        let len = self.len();
        let seq = seq.max(from);
        let place = ((seq - from) % len as u64) as usize;
        let steps =
            |layer: &[Element]| (0..len).find(|step| layer[(place + step) % len] == Element::Source(me));
        self.layers().filter_map(steps).min().map(|step| seq + step as u64)
    }

    /// How many elements name `source`, in all layers together.
    #[must_use]
    pub fn count(&self, source: SourceId) -> usize {
        self.elements.iter().filter(|element| **element == Element::Source(source)).count()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, element) in self.elements.iter().enumerate() {
            if place > 0 && place.is_multiple_of(self.len()) {
                write!(f, "{NEXT_LAYER}")?;
            }
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
        let mut elements = Vec::new();
        let (mut copies, mut len) = (0_u8, None);
        for layer in text.split(NEXT_LAYER) {
            copies = copies.checked_add(1).ok_or(BadPattern::Copies(u8::MAX))?;
            let before = elements.len();
            for letter in layer.chars().take(MAX_ELEMENTS + 1) {
                elements.push(element(letter)?);
            }
            let found = elements.len() - before;
            if *len.get_or_insert(found) != found {
                return Err(BadPattern::Layers { elements: elements.len(), copies });
            }
        }
        Self::layered(elements, copies)
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

    /// "Non-overlapping unless redundancy is desired": two patterns at once give each block twice.
    #[test]
    fn layers_give_each_block_to_several() {
        for (letter, own) in
            [('A', [1, 2, 4, 5, 6, 7].as_slice()), ('B', &[1, 3, 5, 6]), ('C', &[2, 3, 4, 7])]
        {
            assert_eq!(sent_by("AABCB|BCCAA", letter, 1, 7), own, "{letter}");
        }
        let pattern: Pattern = "AABCB|BCCAA".parse().unwrap();
        assert_eq!((pattern.len(), pattern.copies(), pattern.count(source('A'))), (5, 2, 4));
        assert!(pattern.owners(1, 7).eq(['A', 'C'].map(|letter| source(letter).into())));
        assert_eq!(pattern.owner(1, 7), source('A').into());
        assert_eq!(pattern.elements().len(), 5);
    }

    #[test]
    fn prints_what_it_reads_and_refuses_the_rest() {
        for text in ["AABCC-Zz9+/", "AB|BC|-A"] {
            assert_eq!(text.parse::<Pattern>().unwrap().to_string(), text);
        }
        assert_eq!("AB|A".parse::<Pattern>(), Err(BadPattern::Layers { elements: 3, copies: 2 }));
        assert_eq!("|".parse::<Pattern>(), Err(BadPattern::Length(0)));
        assert_eq!(["A"; 65].join("|").parse::<Pattern>(), Err(BadPattern::Copies(65)));
        assert_eq!("".parse::<Pattern>(), Err(BadPattern::Length(0)));
        assert_eq!("A?".parse::<Pattern>(), Err(BadPattern::Letter('?')));
        assert_eq!("A".repeat(1025).parse::<Pattern>(), Err(BadPattern::Length(1025)));
    }
}
