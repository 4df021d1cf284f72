//! The seed's own planner (FIG. 8 and 9): shares in proportion to the bytes of the last interval,
//! spread over the pattern by their distance.

use crate::pattern::{Element, MAX_ELEMENTS, Pattern, SourceId};

/// Elements of a pattern where nobody chooses otherwise: the seed's `patternSize`.
pub const PATTERN_SIZE: usize = 40;

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

/// `numIDs[n]` (326): `mIntervalPct[n] * patternSize / 100`, rounded so that every connection keeps
/// at least one element and their sum is the pattern's size (the seed rounds down and closes the gaps).
#[must_use]
pub fn element_counts(percentages: &[f64], pattern_size: usize) -> Vec<usize> {
    let size = pattern_size.clamp(percentages.len().max(1), MAX_ELEMENTS);
    let exact: Vec<f64> = percentages.iter().map(|pct| pct * size as f64 / 100.0).collect();
    let mut counts: Vec<usize> = exact.iter().map(|n| (*n as usize).max(1)).collect();
    while counts.iter().sum::<usize>() < size {
        let most_short = (0..counts.len())
            .max_by(|a, b| (exact[*a] - counts[*a] as f64).total_cmp(&(exact[*b] - counts[*b] as f64)));
        let Some(place) = most_short else { break };
        counts[place] += 1;
    }
    while counts.iter().sum::<usize>() > size {
        let most_over = (0..counts.len())
            .filter(|place| counts[*place] > 1)
            .max_by(|a, b| (counts[*a] as f64 - exact[*a]).total_cmp(&(counts[*b] as f64 - exact[*b])));
        let Some(place) = most_over else { break };
        counts[place] -= 1;
    }
    counts
}

/// The updated pattern, `ForwardPattern` (312): each connection's elements stand
/// `identifierInterval[n] = patternSize / numIDs[n]` apart (328); they are put into a vector of that
/// size (330), and where two meet, into the next free place, so that no empty element is left (332).
///
/// None where there is no connection.
#[must_use]
pub fn forward_pattern(interval: &[IntervalBytes], pattern_size: usize) -> Option<Pattern> {
    let counts = element_counts(&percentages(interval), pattern_size);
    let size: usize = counts.iter().sum();
    let mut wishes: Vec<(f64, SourceId)> = Vec::with_capacity(size);
    for (part, count) in interval.iter().zip(&counts) {
        let identifier_interval = size as f64 / *count as f64;
        wishes.extend((0..*count).map(|n| (n as f64 * identifier_interval, part.source)));
    }
    wishes.sort_by(|a, b| a.0.total_cmp(&b.0));
    Pattern::new(wishes.into_iter().map(|(_, source)| Element::from(source)).collect::<Vec<_>>()).ok()
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
    (max_prediction + pattern_size) / pattern_size * pattern_size
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(bytes: &[f64]) -> Vec<IntervalBytes> {
        let part = |(index, bytes): (usize, &f64)| IntervalBytes {
            source: SourceId::new(index as u8).unwrap(),
            bytes: *bytes,
        };
        bytes.iter().enumerate().map(part).collect()
    }

    fn sorted(pattern: &Pattern) -> String {
        let mut letters: Vec<char> = pattern.to_string().chars().collect();
        letters.sort_unstable();
        letters.into_iter().collect()
    }

    /// The figures' patterns have the shares that the seed's formulas give; the order inside a
    /// pattern is the formula's (spread out), where the figures draw the elements in groups.
    #[test]
    fn figures_6_10a_10b_and_12_have_these_shares() {
        let pattern = |bytes: &[f64], size| forward_pattern(&interval(bytes), size).unwrap();
        assert_eq!(sorted(&pattern(&[40.0, 20.0, 40.0], 10)), "AAAABBCCCC");
        assert_eq!(sorted(&pattern(&[20.0, 40.0, 40.0], 5)), "ABBCC");
        assert_eq!(sorted(&pattern(&[40.0, 40.0, 20.0], 5)), "AABBC");
        assert_eq!(sorted(&pattern(&[30.0, 70.0], 10)), "AAABBBBBBB");
    }

    #[test]
    fn elements_of_a_connection_stand_an_interval_apart() {
        let pattern = forward_pattern(&interval(&[50.0, 25.0, 25.0]), 8).unwrap();
        assert_eq!(pattern.to_string(), "ABCAABCA");
    }

    #[test]
    fn nobody_is_forgotten_and_the_size_is_kept() {
        let pattern = forward_pattern(&interval(&[1e9, 1.0, 0.0]), 10).unwrap();
        assert_eq!(sorted(&pattern), "AAAAAAAABC");
        let equal = forward_pattern(&interval(&[0.0, 0.0]), 4).unwrap();
        assert_eq!(equal.to_string(), "ABAB");
        assert_eq!(forward_pattern(&[], 10), None);
    }

    #[test]
    fn prediction_and_rounding() {
        // 20 blocks a second that are 40 per cent of all: the stream moves 50 blocks a second.
        assert_eq!(seq_num_prediction(20.0, 2.0, 40.0, 100), 200);
        assert_eq!(round_to_pattern(200, 10), 210);
        assert_eq!(round_to_pattern(203, 10), 210);
    }
}
