//! Which blocks are here: one bit each, and above them one bit for each word of bits that is full.
//!
//! So the first block that is not here is found in a handful of steps, however many million blocks before it
//! are here. With a bit a block alone, a megabyte of one-byte blocks cost 16,384 steps for each of them.

use std::ops::Range;

use super::work::look;
use crate::geometry::Seq;

/// Bits of a word.
const BITS: usize = u64::BITS as usize;

/// A set of blocks.
#[derive(Clone, Debug)]
pub(super) struct Presence {
    /// The lowest level has a bit for each block; each one above it a bit for each word below that is full.
    /// The highest is one word.
    levels: Vec<Vec<u64>>,
}

impl Presence {
    /// None of so many blocks, and none is number 0.
    pub(super) fn new(blocks: u64) -> Self {
        let mut levels = vec![vec![0; (blocks as usize + 1).div_ceil(BITS)]];
        while let Some(words) = levels.last().map(Vec::len).filter(|words| *words > 1) {
            levels.push(vec![0; words.div_ceil(BITS)]);
        }
        Self { levels }
    }

    pub(super) fn contains(&self, seq: Seq) -> bool {
        look();
        let at = seq as usize;
        self.levels[0].get(at / BITS).is_some_and(|word| word & 1 << (at % BITS) != 0)
    }

    pub(super) fn insert(&mut self, seq: Seq) {
        let mut at = seq as usize;
        for level in &mut self.levels {
            let word = &mut level[at / BITS];
            *word |= 1 << (at % BITS);
            if *word != u64::MAX {
                return;
            }
            at /= BITS;
        }
    }

    pub(super) fn remove(&mut self, seq: Seq) {
        let mut at = seq as usize;
        for level in &mut self.levels {
            let word = &mut level[at / BITS];
            let was_full = *word == u64::MAX;
            *word &= !(1 << (at % BITS));
            if !was_full {
                return;
            }
            at /= BITS;
        }
    }

    /// The first block of `range` that is not in the set; its end where all are.
    pub(super) fn first_absent(&self, range: Range<Seq>) -> Seq {
        if range.is_empty() {
            return range.end;
        }
        let (mut level, mut at) = (0, range.start as usize);
        // Upwards past full words, then down to the first bit that is not set.
        loop {
            look();
            let word = self.levels[level].get(at / BITS).copied().unwrap_or(0);
            let absent = !word >> (at % BITS);
            if absent != 0 {
                at += absent.trailing_zeros() as usize;
                if level == 0 {
                    return (at as Seq).min(range.end);
                }
                (level, at) = (level - 1, at * BITS);
            } else if level + 1 < self.levels.len() {
                (level, at) = (level + 1, at / BITS + 1);
            } else {
                return range.end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn finds_edges_across_words() {
        let mut presence = Presence::new(300);
        (1..=130).for_each(|seq| presence.insert(seq));
        assert_eq!(presence.first_absent(1..301), 131);
        assert_eq!(presence.first_absent(1..100), 100);
        presence.remove(60);
        assert_eq!(presence.first_absent(1..301), 60);
        assert_eq!(presence.first_absent(61..301), 131);
        assert_eq!(presence.first_absent(5..5), 5);
        assert_eq!(presence.first_absent(500..700), 500);
    }

    #[test]
    fn says_what_a_plain_set_says() {
        let blocks = 300_000;
        let (mut presence, mut plain) = (Presence::new(blocks), BTreeSet::new());
        let absent = |plain: &BTreeSet<Seq>, range: Range<Seq>| {
            range.clone().find(|seq| !plain.contains(seq)).unwrap_or(range.end)
        };
        let mut number = 7_u64;
        for _ in 0..400 {
            number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29) ^ 0x5851;
            let start = 1 + number % blocks;
            let end = (start + (number >> 32) % 9_000).min(blocks + 1);
            for seq in start..end {
                if number.is_multiple_of(3) {
                    presence.remove(seq);
                    plain.remove(&seq);
                } else {
                    presence.insert(seq);
                    plain.insert(seq);
                }
            }
            assert_eq!(presence.contains(end), plain.contains(&end));
            for from in [1, start / 2 + 1, start, end] {
                assert_eq!(presence.first_absent(from..blocks + 1), absent(&plain, from..blocks + 1));
            }
        }
    }

    #[test]
    fn a_million_blocks_that_are_here_are_passed_in_a_few_steps() {
        let mut presence = Presence::new(1 << 20);
        (1..1 << 20).for_each(|seq| presence.insert(seq));
        let before = super::super::work::looks();
        assert_eq!(presence.first_absent(1..(1 << 20) + 1), 1 << 20);
        assert!(super::super::work::looks() - before < 10);
    }
}
