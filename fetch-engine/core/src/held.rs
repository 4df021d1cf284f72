//! Which bytes of a stream a copy holds: a "substantially complete" copy (the seed's words for what the
//! director lists) is a source of just these.

use std::ops::Range;

/// Most ranges that a partial copy is told in. A copy in more pieces tells the longest of them.
pub const MAX_RANGES: usize = 1024;

/// The bytes of a stream that a copy holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Held {
    /// In order, apart from each other; empty where all bytes are held.
    ranges: Vec<Range<u64>>,
}

/// Ranges that no copy can hold.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
pub enum BadRanges {
    /// More than are told.
    #[error("{0} ranges are more than the {MAX_RANGES} that a copy is told in")]
    TooMany(usize),
    /// Empty, out of order, touching or past the end.
    #[error("range {0} is empty, past the end, or not after the one before it")]
    Order(usize),
    /// Nothing is held.
    #[error("a copy that holds nothing is no copy")]
    Nothing,
}

impl Held {
    /// A whole copy.
    #[must_use]
    pub const fn all() -> Self {
        Self { ranges: Vec::new() }
    }

    /// A copy of a stream of `size` bytes that holds `ranges`: in order, each after the end of the one
    /// before. Where that is one range of everything, the copy is whole.
    ///
    /// # Errors
    /// [`BadRanges`].
    pub fn new(size: u64, ranges: Vec<Range<u64>>) -> Result<Self, BadRanges> {
        if ranges.len() > MAX_RANGES {
            return Err(BadRanges::TooMany(ranges.len()));
        }
        let mut free_from = 0;
        for (place, range) in ranges.iter().enumerate() {
            if range.start < free_from || range.start >= range.end || range.end > size {
                return Err(BadRanges::Order(place));
            }
            // Ranges that touch are one range.
            free_from = range.end.saturating_add(1);
        }
        match ranges.first() {
            None => Err(BadRanges::Nothing),
            Some(first) if *first == (0..size) => Ok(Self::all()),
            Some(_) => Ok(Self { ranges }),
        }
    }

    /// The same from ranges in any order, that may touch or overlap. Of more than [`MAX_RANGES`] pieces
    /// the longest are kept; what is past the end is cut off.
    ///
    /// # Errors
    /// [`BadRanges::Nothing`].
    pub fn gather(size: u64, ranges: impl IntoIterator<Item = Range<u64>>) -> Result<Self, BadRanges> {
        let inside = ranges.into_iter().map(|range| range.start..range.end.min(size));
        let mut sorted: Vec<Range<u64>> = inside.filter(|range| range.start < range.end).collect();
        sorted.sort_by_key(|range| range.start);
        let mut joined: Vec<Range<u64>> = Vec::new();
        for range in sorted {
            match joined.last_mut().filter(|last| range.start <= last.end) {
                Some(last) => last.end = last.end.max(range.end),
                None => joined.push(range),
            }
        }
        if joined.len() > MAX_RANGES {
            joined.sort_by_key(|range| std::cmp::Reverse(range.end - range.start));
            joined.truncate(MAX_RANGES);
            joined.sort_by_key(|range| range.start);
        }
        Self::new(size, joined)
    }

    /// Whether all bytes are held.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether all bytes of `range` are held. An empty range always is.
    #[must_use]
    pub fn has(&self, range: &Range<u64>) -> bool {
        if self.is_all() || range.is_empty() {
            return true;
        }
        let after = self.ranges.partition_point(|held| held.start <= range.start);
        after > 0 && range.end <= self.ranges[after - 1].end
    }

    /// How far the bytes from `start` on are held without a gap: `start` itself where that byte isn't.
    #[must_use]
    pub fn end_from(&self, start: u64, size: u64) -> u64 {
        if self.is_all() {
            return size.max(start);
        }
        let after = self.ranges.partition_point(|held| held.start <= start);
        self.ranges[..after].last().map_or(start, |held| held.end.max(start))
    }

    /// The ranges, in order; none where all bytes are held.
    #[must_use]
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    /// What is held of a stream of `size` bytes, in order: one range where that is all.
    pub fn pieces(&self, size: u64) -> impl Iterator<Item = Range<u64>> {
        self.is_all().then_some(0..size).into_iter().chain(self.ranges.iter().cloned())
    }

    /// Bytes held of a stream of `size` bytes.
    #[must_use]
    pub fn bytes(&self, size: u64) -> u64 {
        self.pieces(size).map(|range| range.end - range.start).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_held_where_one_range_has_all_of_it() {
        let held = Held::new(100, vec![0..10, 20..50]).unwrap();
        assert!(held.has(&(0..10)) && held.has(&(20..21)) && held.has(&(49..50)) && held.has(&(60..60)));
        for range in [5..11, 10..20, 15..25, 45..51, 99..100] {
            assert!(!held.has(&range), "{range:?}");
        }
        assert_eq!(held.bytes(100), 40);
        assert!(held.pieces(100).eq([0..10, 20..50]) && Held::all().pieces(7).eq(std::iter::once(0..7)));
        assert_eq!([0, 9, 10, 25, 60].map(|start| held.end_from(start, 100)), [10, 10, 10, 50, 60]);
        assert_eq!(Held::all().end_from(3, 7), 7);
        assert!(Held::all().has(&(0..u64::MAX)) && Held::all().bytes(7) == 7);
    }

    #[test]
    fn ranges_come_in_order_apart_and_inside_the_stream() {
        assert_eq!(Held::gather(9, std::iter::once(0..9)), Ok(Held::all()));
        assert_eq!(Held::new(9, vec![]), Err(BadRanges::Nothing));
        let new = |ranges: &[(u64, u64)]| Held::new(9, ranges.iter().map(|(from, to)| *from..*to).collect());
        for (bad, place) in
            [(&[(0, 0)][..], 0), (&[(0, 10)], 0), (&[(0, 2), (2, 3)], 1), (&[(4, 5), (1, 2)], 1)]
        {
            assert_eq!(new(bad), Err(BadRanges::Order(place)));
        }
        assert_eq!(new(&[(0, 9)]), Ok(Held::all()));
        let many: Vec<_> = (0..=MAX_RANGES as u64).map(|n| 2 * n..2 * n + 1).collect();
        assert_eq!(Held::new(1 << 20, many.clone()), Err(BadRanges::TooMany(MAX_RANGES + 1)));
        let gathered = Held::gather(1 << 20, many.into_iter().chain(std::iter::once(500..600))).unwrap();
        assert!(gathered.ranges().len() <= MAX_RANGES && gathered.has(&(500..600)));
    }

    #[test]
    fn what_touches_or_overlaps_is_gathered_into_one() {
        let held = Held::gather(100, [50..60, 0..10, 10..20, 55..200, 30..30]).unwrap();
        assert_eq!(held.ranges(), [0..20, 50..100]);
        assert_eq!(Held::gather(100, [60..100, 0..60]), Ok(Held::all()));
        assert_eq!(Held::gather(100, std::iter::once(100..200)), Err(BadRanges::Nothing));
    }
}
