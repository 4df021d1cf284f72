//! Readers that say who they are: each takes one range of a stream, in order, and all are equal.
//!
//! [`Heads`](crate::heads::Heads) guesses from the offsets of a demuxer's reads how many places it
//! reads; a server of several clients knows. The rules:
//!
//! - One reader alone is the main head: the pattern serves it, far ahead.
//! - Several are served in turns, each with a part of the window ahead: all get equally much, so none
//!   starves, and one that takes nothing holds nobody up.
//! - A reader wants nothing past its range. Its window grows with what it has read: who only looks at
//!   a file's first bytes costs little.
//! - A reader that goes takes its demand with it at once.

use std::ops::Range;
use std::task::Waker;

use tributary_core::geometry::{Geometry, Seq};
use tributary_core::session::{Demand, MAX_OTHERS};

/// Most readers of one stream.
pub(crate) const MAX_READERS: usize = MAX_OTHERS;
/// Window of a reader that has read nothing yet, in bytes.
const FIRST_AHEAD_BYTES: u64 = 4 << 20;
/// Least window of one reader among many, in bytes.
const LEAST_AHEAD_BYTES: u64 = 512 << 10;

/// One reader.
#[derive(Debug)]
struct Place {
    number: u64,
    /// Where it began.
    start: u64,
    /// First byte not read yet.
    position: u64,
    /// One past the last byte it will read.
    end: u64,
    /// The block that it waits for, and how it is woken.
    waiting: Option<(Seq, Waker)>,
}

/// The readers of one stream.
#[derive(Debug)]
pub(crate) struct Readers {
    geometry: Geometry,
    ahead_bytes: u64,
    /// At most [`MAX_READERS`].
    places: Vec<Place>,
    /// Readers there ever were.
    numbers: u64,
    /// Where anybody read last.
    last_position: u64,
}

impl Readers {
    /// Nobody; `ahead_bytes` is shared by all that come.
    pub(crate) const fn new(geometry: Geometry, ahead_bytes: u64) -> Self {
        Self { geometry, ahead_bytes, places: Vec::new(), numbers: 0, last_position: 0 }
    }

    /// A new reader of `range`; none where there are too many.
    pub(crate) fn add(&mut self, range: Range<u64>) -> Option<u64> {
        if self.places.len() >= MAX_READERS {
            return None;
        }
        self.numbers += 1;
        let Range { start, end } = range;
        self.places.push(Place { number: self.numbers, start, position: start, end, waiting: None });
        Some(self.numbers)
    }

    /// A reader has gone.
    pub(crate) fn remove(&mut self, number: u64) {
        self.places.retain(|place| place.number != number);
    }

    /// What a reader is still to read.
    pub(crate) fn left(&self, number: u64) -> Range<u64> {
        self.places.iter().find(|place| place.number == number).map_or(0..0, |p| p.position..p.end)
    }

    /// A reader has taken `len` bytes.
    pub(crate) fn advance(&mut self, number: u64, len: u64) {
        if let Some(place) = self.place(number) {
            place.position += len;
            place.waiting = None;
            self.last_position = place.position;
        }
    }

    /// A reader waits for a block.
    pub(crate) fn wait(&mut self, number: u64, seq: Seq, waker: &Waker) {
        if let Some(place) = self.place(number) {
            match &mut place.waiting {
                Some((before, known)) if known.will_wake(waker) => *before = seq,
                waiting => *waiting = Some((seq, waker.clone())),
            }
        }
    }

    /// Who waits for `seq`, or with none for anything, is to be woken.
    pub(crate) fn wake(&mut self, seq: Option<Seq>) {
        for place in &mut self.places {
            if let Some((_, waker)) = place.waiting.take_if(|(awaited, _)| seq.is_none_or(|s| s == *awaited))
            {
                waker.wake();
            }
        }
    }

    /// How many there are.
    pub(crate) const fn count(&self) -> usize {
        self.places.len()
    }

    /// Where the nearest of them to the stream's start reads, or where the last one did.
    pub(crate) fn position(&self) -> u64 {
        self.places.iter().map(|place| place.position).min().unwrap_or(self.last_position)
    }

    /// What is to be fetched.
    pub(crate) fn demand(&self) -> Demand {
        let reading: Vec<&Place> = self.places.iter().filter(|place| place.position < place.end).collect();
        if let [place] = reading[..] {
            return Demand { main: self.window(place, self.ahead_bytes), others: Vec::new() };
        }
        let ahead = (self.ahead_bytes / reading.len().max(1) as u64).max(LEAST_AHEAD_BYTES);
        let nowhere = self.geometry.seq_at(self.position());
        let others = reading.into_iter().map(|place| self.window(place, ahead)).collect();
        Demand { main: nowhere..nowhere, others }
    }

    fn window(&self, place: &Place, most: u64) -> Range<Seq> {
        let ahead = most.min(FIRST_AHEAD_BYTES + 2 * (place.position - place.start));
        let last = place.position.saturating_add(ahead).min(place.end) - 1;
        self.geometry.seq_at(place.position)..self.geometry.seq_at(last) + 1
    }

    fn place(&mut self, number: u64) -> Option<&mut Place> {
        self.places.iter_mut().find(|place| place.number == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
    const BLOCK: u64 = 16 << 10;

    fn readers() -> Readers {
        Readers::new(Geometry::new(1000 * MIB, BLOCK as u32).unwrap(), 32 * MIB)
    }

    fn blocks(bytes: Range<u64>) -> Range<Seq> {
        bytes.start / BLOCK + 1..bytes.end.div_ceil(BLOCK) + 1
    }

    #[test]
    fn one_alone_is_served_by_the_pattern_with_a_window_that_grows() {
        let mut readers = readers();
        assert_eq!(readers.demand(), Demand { main: 1..1, others: vec![] });
        let one = readers.add(10 * MIB..200 * MIB).unwrap();
        assert_eq!(readers.demand(), Demand { main: blocks(10 * MIB..14 * MIB), others: vec![] });
        readers.advance(one, MIB);
        assert_eq!(readers.demand().main, blocks(11 * MIB..17 * MIB));
        readers.advance(one, 99 * MIB);
        assert_eq!(readers.demand().main, blocks(110 * MIB..142 * MIB));
        readers.advance(one, 85 * MIB);
        assert_eq!(readers.demand().main, blocks(195 * MIB..200 * MIB), "nothing past its range");
        assert_eq!(readers.left(one), 195 * MIB..200 * MIB);
        readers.remove(one);
        assert_eq!(readers.demand().main, blocks(195 * MIB..195 * MIB), "who goes wants nothing");
    }

    #[test]
    fn several_share_the_window_and_who_is_done_has_no_part_in_it() {
        let mut readers = readers();
        let numbers: Vec<u64> =
            (0..4).map(|place| readers.add(place * 250 * MIB..(place + 1) * 250 * MIB).unwrap()).collect();
        for number in &numbers {
            readers.advance(*number, 100 * MIB);
        }
        let demand = readers.demand();
        assert!(demand.main.is_empty());
        let window = |place: u64| blocks((place * 250 + 100) * MIB..(place * 250 + 108) * MIB);
        assert_eq!(demand.others, (0..4).map(window).collect::<Vec<_>>());
        for number in &numbers[..3] {
            readers.advance(*number, 150 * MIB);
        }
        assert_eq!(readers.demand(), Demand { main: blocks(850 * MIB..882 * MIB), others: vec![] });
    }

    #[test]
    fn there_is_room_for_a_bounded_number() {
        let mut readers = readers();
        let numbers: Vec<u64> = std::iter::from_fn(|| readers.add(0..MIB)).take(MAX_READERS + 1).collect();
        assert_eq!((numbers.len(), readers.count()), (MAX_READERS, MAX_READERS));
        assert_eq!(readers.demand().others.len(), MAX_READERS);
        readers.remove(numbers[7]);
        assert!(readers.add(5..5).is_some());
        assert_eq!(readers.demand().others.len(), MAX_READERS - 1, "an empty range wants nothing");
    }
}
