//! The seed's own planner (FIG. 8 and 9): shares in proportion to the bytes of the last interval,
//! spread over the pattern by their distance; and where an updated pattern cuts in.

use crate::pattern::{Element, MAX_ELEMENTS, Pattern, SourceId};

/// Blocks of a pattern where nobody chooses otherwise: the seed's `patternSize`.
pub const PATTERN_SIZE: usize = 50;
/// Blocks of the first pattern (114), before any share is known: FIG. 6 has as many.
pub const INITIAL_PATTERN_SIZE: usize = 10;

/// One connection's part of the last interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntervalBytes {
    /// Whose.
    pub source: SourceId,
    /// `mLastIntervalBytes[n]` (300): bytes received over this connection since the last
    /// calculation. Response times may stand in for it before any byte came (114): then its inverse.
    pub bytes: f64,
}

/// `mIntervalPct[n]` (304): each connection's part of `totalIntervalBytes` (302), in per cent. Equal
/// parts where nothing came at all.
#[must_use]
pub fn percentages(interval: &[IntervalBytes]) -> Vec<f64> {
    let total: f64 = interval.iter().map(|part| part.bytes).sum();
    if total <= 0.0 {
        return vec![100.0 / interval.len().max(1) as f64; interval.len()];
    }
    interval.iter().map(|part| part.bytes * 100.0 / total).collect()
}

/// `numIDs[n]` (326): `mIntervalPct[n] * patternSize / 100`, in whole numbers. Every connection keeps
/// one element at least, or nothing would ever be learned of it again; where there are more of them than
/// elements, those with the smallest parts get none.
#[must_use]
pub fn num_ids(percentages: &[f64], pattern_size: usize) -> Vec<usize> {
    let size = pattern_size.clamp(1, MAX_ELEMENTS);
    // A part computed as 0.3 * 10 must not become 2 for the last bit of a fraction.
    let whole = |pct: &f64| ((pct * size as f64 / 100.0 + 1e-9) as usize).max(1);
    let mut counts: Vec<usize> = percentages.iter().map(whole).collect();
    while counts.iter().sum::<usize>() > size {
        let largest = (0..counts.len()).max_by_key(|place| counts[*place]).filter(|place| counts[*place] > 1);
        let least = || {
            let smaller = |a: &usize, b: &usize| percentages[*a].total_cmp(&percentages[*b]);
            (0..counts.len()).filter(|place| counts[*place] > 0).min_by(smaller)
        };
        let Some(place) = largest.or_else(least) else { break };
        counts[place] -= 1;
    }
    counts
}

/// The initial pattern (114, FIG. 6): each connection's elements in a row, the whole as often as it
/// divides, so that `AABCCAABCC` is `AABCC` twice.
///
/// None where there is no connection.
#[must_use]
pub fn initial_pattern(interval: &[IntervalBytes], pattern_size: usize) -> Option<Pattern> {
    let counts = num_ids(&percentages(interval), pattern_size);
    let times = counts.iter().copied().fold(0, greatest_common_divisor).max(1);
    let row = |(part, count): (&IntervalBytes, &usize)| {
        std::iter::repeat_n(Element::from(part.source), count / times)
    };
    let unit: Vec<Element> = interval.iter().zip(&counts).flat_map(row).collect();
    Pattern::new(unit.repeat(times)).ok()
}

const fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// The updated pattern, `ForwardPattern` (312), as FIG. 9 makes it: a vector of `patternSize` empty
/// elements (320 to 324); each connection's elements are put into it (330) at distances of
/// `identifierInterval[n] = patternSize / numIDs[n]` (326, 328), and where an element is taken, into the
/// next that is free; what stays empty is removed (332).
///
/// None where there is no connection.
#[must_use]
pub fn forward_pattern(interval: &[IntervalBytes], pattern_size: usize) -> Option<Pattern> {
    let size = pattern_size.clamp(1, MAX_ELEMENTS);
    let mut vector: Vec<Option<SourceId>> = vec![None; size];
    for (part, count) in interval.iter().zip(num_ids(&percentages(interval), size)) {
        let identifier_interval = size as f64 / count as f64;
        for number in 0..count {
            let place = (number as f64 * identifier_interval) as usize;
            let free = (0..size).map(|step| (place + step) % size).find(|at| vector[*at].is_none());
            // There is one: all numbers of elements together are at most the size.
            if let Some(free) = free {
                vector[free] = Some(part.source);
            }
        }
    }
    Pattern::new(vector.into_iter().flatten().map(Element::from).collect::<Vec<_>>()).ok()
}

/// `SeqNumPrediction[n] = blocksPerSecond * secondsInFuture / mIntervalPct[n] + lastSeqNum` (308),
/// with the part as a fraction: `blocksPerSecond` is this connection's own, so that dividing by its
/// part of all gives how far the whole stream moves in that time.
#[must_use]
pub fn seq_num_prediction(blocks_per_second: f64, seconds: f64, interval_pct: f64, last_seq: u64) -> u64 {
    let part = (interval_pct / 100.0).max(f64::EPSILON);
    last_seq.saturating_add((blocks_per_second * seconds / part).ceil() as u64)
}

/// `maxSeqNumPrediction` rounded up to the next whole pattern (314):
/// `(max + patternSize) / patternSize * patternSize` in whole numbers.
#[must_use]
pub const fn round_to_pattern(max_prediction: u64, pattern_size: u64) -> u64 {
    (max_prediction / pattern_size).saturating_add(1).saturating_mul(pattern_size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(letters: &str, bytes: &[f64]) -> Vec<IntervalBytes> {
        let named: Pattern = letters.parse().unwrap();
        let part = |(element, bytes): (&Element, &f64)| IntervalBytes {
            source: element.source().unwrap(),
            bytes: *bytes,
        };
        named.elements().iter().zip(bytes).map(part).collect()
    }

    fn initial(letters: &str, bytes: &[f64], size: usize) -> String {
        initial_pattern(&interval(letters, bytes), size).unwrap().to_string()
    }

    fn forward(letters: &str, bytes: &[f64], size: usize) -> String {
        forward_pattern(&interval(letters, bytes), size).unwrap().to_string()
    }

    fn counted(pattern: &str, letters: &str) -> Vec<usize> {
        letters.chars().map(|letter| pattern.chars().filter(|c| *c == letter).count()).collect()
    }

    /// FIG. 6, the initial pattern: 40, 20 and 40 per cent of ten elements.
    #[test]
    fn figure_6_from_its_percentages() {
        assert_eq!(num_ids(&[40.0, 20.0, 40.0], 10), [4, 2, 4]);
        assert_eq!(initial("ABC", &[40.0, 20.0, 40.0], 10), "AABCCAABCC");
    }

    /// FIG. 10A, the updated pattern: A has fallen to 20 per cent, B has risen to 40. In a vector of
    /// five, A is put at 0; B, 2.5 apart, at 0 and 2, which for 0 means 1; C likewise finds 3 and 4 free.
    #[test]
    fn figure_10a_from_its_percentages() {
        assert_eq!(num_ids(&[20.0, 40.0, 40.0], 5), [1, 2, 2]);
        assert_eq!(forward("ABC", &[20.0, 40.0, 40.0], 5), "ABBCC");
        assert_eq!(initial("ABC", &[20.0, 40.0, 40.0], 5), "ABBCC");
    }

    /// FIG. 10B: C is gone and D has come, so it is D's first pattern: drawn in rows, as FIG. 6 is. (Put
    /// at their intervals the same shares are `ADABB`.)
    #[test]
    fn figure_10b_from_its_percentages() {
        assert_eq!(num_ids(&[40.0, 20.0, 40.0], 5), [2, 1, 2]);
        assert_eq!(initial("ADB", &[40.0, 20.0, 40.0], 5), "AADBB");
        assert_eq!(forward("ADB", &[40.0, 20.0, 40.0], 5), "ADABB");
    }

    /// FIG. 12: two routes, 30 and 70 per cent of ten elements, drawn in rows.
    #[test]
    fn figure_12_from_its_percentages() {
        assert_eq!(num_ids(&[30.0, 70.0], 10), [3, 7]);
        assert_eq!(initial("AB", &[30.0, 70.0], 10), "AAABBBBBBB");
        assert_eq!(counted(&forward("AB", &[30.0, 70.0], 10), "AB"), [3, 7]);
    }

    #[test]
    fn elements_of_a_connection_stand_an_interval_apart() {
        assert_eq!(forward("ABC", &[50.0, 25.0, 25.0], 8), "ABACABAC");
        assert_eq!(forward("AB", &[50.0, 50.0], 4), "ABAB");
    }

    #[test]
    fn empty_elements_are_removed() {
        assert_eq!(num_ids(&[100.0 / 3.0; 3], 10), [3, 3, 3]);
        assert_eq!(forward("ABC", &[1.0, 1.0, 1.0], 10), "ABCABCABC");
        assert_eq!(initial("ABC", &[1.0, 1.0, 1.0], 10), "ABCABCABC");
    }

    #[test]
    fn nobody_is_forgotten_while_there_is_room() {
        assert_eq!(counted(&forward("ABC", &[1e9, 1.0, 0.0], 10), "ABC"), [8, 1, 1]);
        assert_eq!(forward("ABC", &[5.0, 1.0, 3.0], 2), "AC");
        assert_eq!(forward("ABC", &[5.0, 1.0, 3.0], 1), "A");
        assert_eq!(forward_pattern(&[], 10), None);
        assert_eq!(initial_pattern(&[], 10), None);
    }

    #[test]
    fn the_longest_pattern_names_all_that_there_can_be() {
        let parts: Vec<IntervalBytes> = (0..64)
            .map(|index| IntervalBytes { source: SourceId::new(index).unwrap(), bytes: f64::from(index + 1) })
            .collect();
        let pattern = forward_pattern(&parts, MAX_ELEMENTS).unwrap();
        assert!((960..=MAX_ELEMENTS).contains(&pattern.len()), "{} elements", pattern.len());
        for part in &parts {
            let fair = part.bytes / 2080.0 * MAX_ELEMENTS as f64;
            assert!((pattern.count(part.source) as f64 - fair).abs() <= 1.0, "{}", part.source);
        }
    }

    #[test]
    fn prediction_and_rounding() {
        // 20 blocks a second that are 40 per cent of all: the stream moves 50 blocks a second.
        assert_eq!(seq_num_prediction(20.0, 2.0, 40.0, 100), 200);
        assert_eq!(seq_num_prediction(0.0, 2.0, 0.0, 100), 100);
        assert_eq!(round_to_pattern(200, 10), 210);
        assert_eq!(round_to_pattern(203, 10), 210);
        assert_eq!(round_to_pattern(u64::MAX, 10), u64::MAX);
    }
}
