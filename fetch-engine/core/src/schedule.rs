//! How a pattern is laid on the blocks of an epoch: how many elements stand for one block, and whether
//! the pattern repeats.
//!
//! "Sequential groups of one or more elements in the pattern correspond to sequential segments of the
//! data stream. Each respective group can identify a particular source", and "the pattern need not be a
//! repeating one". A group belongs to the element that occurs most often in it; of several that occur
//! equally often, to the one that comes first.

use std::fmt;

use crate::geometry::Seq;
use crate::pattern::{BadPattern, Element, Pattern, SourceId};

/// A pattern as an epoch lays it on blocks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Schedule {
    pattern: Pattern,
    per_block: u16,
    ends: bool,
    /// One element for each block, where `pattern` has several.
    by_block: Option<Pattern>,
}

impl From<Pattern> for Schedule {
    /// One element a block, repeating: the seed's plain case.
    fn from(pattern: Pattern) -> Self {
        Self { pattern, per_block: 1, ends: false, by_block: None }
    }
}

impl Schedule {
    /// A pattern with `per_block` elements for each block. `ends`: it does not repeat, and nothing
    /// follows its last element until another epoch comes.
    ///
    /// # Errors
    /// [`BadPattern::Group`] where the elements of a layer don't make up whole groups.
    pub fn new(pattern: Pattern, per_block: u16, ends: bool) -> Result<Self, BadPattern> {
        if per_block == 0 || !pattern.len().is_multiple_of(usize::from(per_block)) {
            return Err(BadPattern::Group { elements: pattern.len(), per_block });
        }
        let by_block = (per_block > 1).then(|| folded(&pattern, usize::from(per_block))).transpose()?;
        Ok(Self { pattern, per_block, ends, by_block })
    }

    /// A pattern of one element for each block, written with `per_block` equal elements instead.
    ///
    /// # Errors
    /// [`BadPattern`] where that makes more elements than a pattern has.
    pub fn grouped(by_block: &Pattern, per_block: u16, ends: bool) -> Result<Self, BadPattern> {
        let group = |element: &Element| std::iter::repeat_n(*element, usize::from(per_block));
        let elements: Vec<Element> = by_block.layers().flatten().flat_map(group).collect();
        Self::new(Pattern::layered(elements, by_block.copies())?, per_block, ends)
    }

    /// Gives nothing to anybody.
    #[must_use]
    pub fn nobody() -> Self {
        Pattern::nobody().into()
    }

    /// Its elements, as they are sent.
    #[must_use]
    pub const fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// The same with one element for each block.
    #[must_use]
    pub fn by_block(&self) -> &Pattern {
        self.by_block.as_ref().unwrap_or(&self.pattern)
    }

    /// Elements for each block; never 0.
    #[must_use]
    pub const fn per_block(&self) -> u16 {
        self.per_block
    }

    /// Whether it ends with its last element instead of repeating.
    #[must_use]
    pub const fn ends(&self) -> bool {
        self.ends
    }

    /// Blocks that one run through the pattern governs; never 0.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.by_block().len() as u64
    }

    /// The last block it governs in an epoch that starts at `from`; none where it repeats.
    #[must_use]
    pub fn last(&self, from: Seq) -> Option<Seq> {
        self.ends.then(|| from.saturating_add(self.blocks() - 1))
    }

    /// Who sends `seq` in an epoch that starts at `from`: by the first layer, and by those after it.
    /// Nobody before the epoch, and past its end.
    pub fn senders(&self, from: Seq, seq: Seq) -> impl Iterator<Item = SourceId> + '_ {
        let governed = seq >= from && self.last(from).is_none_or(|last| seq <= last);
        let owners = governed.then(|| self.by_block().owners(from, seq));
        owners.into_iter().flatten().filter_map(Element::source)
    }

    /// The first block at or after `seq` that belongs to `me`, in an epoch that starts at `from`; none
    /// where there is none.
    #[must_use]
    pub fn next_own(&self, from: Seq, seq: Seq, me: SourceId) -> Option<Seq> {
        let own = self.by_block().next_own(from, seq, me)?;
        self.last(from).is_none_or(|last| own <= last).then_some(own)
    }
}

/// One element for each group.
fn folded(pattern: &Pattern, per_block: usize) -> Result<Pattern, BadPattern> {
    let groups = pattern.layers().flat_map(|layer| layer.chunks_exact(per_block));
    Pattern::layered(groups.map(identified).collect::<Vec<_>>(), pattern.copies())
}

/// The element that a group stands for.
fn identified(group: &[Element]) -> Element {
    let mut counts = [0_u16; 1 + u8::MAX as usize];
    for element in group {
        counts[usize::from(element.to_byte())] += 1;
    }
    let mut most = group[0];
    for element in group {
        if counts[usize::from(element.to_byte())] > counts[usize::from(most.to_byte())] {
            most = *element;
        }
    }
    most
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.pattern)?;
        if self.per_block > 1 {
            write!(f, " /{}", self.per_block)?;
        }
        if self.ends { write!(f, " once") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(letter: char) -> SourceId {
        let pattern: Pattern = letter.to_string().parse().unwrap();
        pattern.elements()[0].source().unwrap()
    }

    fn schedule(pattern: &str, per_block: u16, ends: bool) -> Schedule {
        Schedule::new(pattern.parse().unwrap(), per_block, ends).unwrap()
    }

    fn sent_by(schedule: &Schedule, letter: char, from: Seq, through: Seq) -> Vec<Seq> {
        let mut seq = from;
        let mut sent = Vec::new();
        while let Some(own) = schedule.next_own(from, seq, source(letter)).filter(|own| *own <= through) {
            sent.push(own);
            seq = own + 1;
        }
        sent
    }

    #[test]
    fn jump_agrees_with_walk() {
        for (text, per_block) in [("A", 1), ("AABCC", 1), ("A-B-", 1), ("BBBBBBA", 1), ("AABBAB", 2)] {
            for ends in [false, true] {
                let schedule = schedule(text, per_block, ends);
                for seq in 5..40 {
                    let from = seq.max(7);
                    let own = |n: &Seq| schedule.senders(7, *n).any(|sender| sender == source('A'));
                    let walked = (from..from + 20).find(own);
                    assert_eq!(schedule.next_own(7, seq, source('A')), walked, "{schedule} at {seq}");
                }
                assert_eq!(schedule.next_own(7, 7, source('Z')), None);
            }
        }
    }

    #[test]
    fn a_pattern_that_does_not_repeat_ends_with_its_last_element() {
        let once = schedule("AABCC", 1, true);
        assert_eq!(once.last(50), Some(54));
        assert_eq!(sent_by(&once, 'A', 50, 100), [50, 51]);
        assert_eq!(sent_by(&once, 'C', 50, 100), [53, 54]);
        assert_eq!(once.senders(50, 54).collect::<Vec<_>>(), [source('C')]);
        assert_eq!(once.senders(50, 55).count(), 0);
        assert_eq!(once.senders(50, 49).count(), 0);
    }

    #[test]
    fn groups_of_elements_stand_for_one_block_each() {
        let pairs = schedule("AABBCC", 2, false);
        assert_eq!(pairs.blocks(), 3);
        assert_eq!(sent_by(&pairs, 'A', 1, 9), [1, 4, 7]);
        assert_eq!(sent_by(&pairs, 'C', 1, 9), [3, 6, 9]);
    }

    /// The rule for a mixed group: the most frequent element, of equals the first.
    #[test]
    fn a_mixed_group_belongs_to_its_most_frequent_element() {
        let by_block = |pattern, per_block| schedule(pattern, per_block, false).by_block().to_string();
        assert_eq!(by_block("ABBCAA", 3), "BA");
        assert_eq!(by_block("ABBA--", 2), "AB-");
        assert_eq!(by_block("A--BAB", 3), "-B");
        assert_eq!(by_block("AABB|CAAC", 2), "AB|CA");
    }

    #[test]
    fn equal_elements_can_be_written_for_one() {
        let pattern: Pattern = "AB-|BCA".parse().unwrap();
        let grouped = Schedule::grouped(&pattern, 3, true).unwrap();
        assert_eq!(grouped.pattern().to_string(), "AAABBB---|BBBCCCAAA");
        assert_eq!(grouped.by_block(), &pattern);
        assert!(Schedule::grouped(&pattern, 1024, true).is_err(), "3,072 elements are too many");
    }

    #[test]
    fn groups_are_whole() {
        let pattern: Pattern = "AABBC".parse().unwrap();
        for per_block in [0, 2, 6] {
            let bad = BadPattern::Group { elements: 5, per_block };
            assert_eq!(Schedule::new(pattern.clone(), per_block, false), Err(bad));
        }
    }
}
