//! Read heads: which places of a stream are read now, and so what is to be fetched.
//!
//! A demuxer reads in small pieces and, in badly interleaved files, by turns at two or three far
//! places. Up to [`MAX_HEADS`] places are kept. One is the *main* head, served by the pattern far
//! ahead; the others are side reads with a short read-ahead by explicit orders. None cancels
//! another. The rules:
//!
//! - A read at or a little after a head moves that head.
//! - Any other read makes a side head; the one unused for longest makes room. What is fetched ahead of it
//!   grows with what is read there: most such reads are a look at a few bytes, and explicit orders go first,
//!   so a long window would hold up what the main head waits for. Near the stream's end all of the rest is
//!   fetched: there stands an index, which is read whole, and growing takes a round trip for each step.
//! - A side head becomes the main one when it has been read on for [`PROMOTE_BYTES`] while the main
//!   one was not read, or, after a seek was announced, as soon as it has to wait or
//!   [`PROMOTE_AFTER_SEEK_BYTES`] were read. The announcement holds until the main head has been
//!   read on for [`SEEK_SETTLED_BYTES`]: a demuxer may look at its index first.
//! - Heads that were not read since the seek was announced are dropped then: what was ordered for
//!   them would only be in the way.

use std::ops::Range;

use tributary_core::geometry::{Geometry, Seq};
use tributary_core::session::Demand;

/// Most places that are read at the same time.
pub(crate) const MAX_HEADS: usize = 4;
/// Most read-ahead of a side head, in bytes.
pub(crate) const SIDE_AHEAD_BYTES: u64 = 1 << 20;
/// Read-ahead of a side head that was not read yet, in bytes.
const LOOK_AHEAD_BYTES: u64 = 32 << 10;
/// How many bytes more are fetched ahead of a side head for each that is read there.
const GROWTH: u64 = 2;
/// A read starting at most so far after a head belongs to it, in bytes.
const NEAR_BYTES: u64 = 1 << 20;
/// A read of bytes that are here, starting at most so far before a head, belongs to it too.
const NEAR_BACK_BYTES: u64 = 4 << 20;
/// Bytes read on after which a side head becomes the main one.
const PROMOTE_BYTES: u64 = 512 << 10;
/// The same, after a seek was announced.
const PROMOTE_AFTER_SEEK_BYTES: u64 = 64 << 10;
/// Bytes read on at the main head after which an announced seek is over.
const SEEK_SETTLED_BYTES: u64 = 256 << 10;

#[derive(Clone, Copy, Debug)]
struct Head {
    /// First byte not read yet.
    position: u64,
    /// Bytes read here since the main head was read last.
    run: u64,
    /// When it was read last.
    used: u64,
    /// Bytes to fetch ahead of it while it is a side head.
    ahead: u64,
}

impl Head {
    const fn new(position: u64, used: u64, ahead: u64) -> Self {
        Self { position, run: 0, used, ahead }
    }

    /// Fetches at least `bytes` ahead of it, as far as side heads may.
    fn reach(&mut self, bytes: u64) {
        self.ahead = self.ahead.max(bytes).min(SIDE_AHEAD_BYTES);
    }
}

/// The read heads of one stream.
#[derive(Clone, Debug)]
pub(crate) struct Heads {
    geometry: Geometry,
    ahead_bytes: u64,
    /// One past the last byte that will be read.
    end: u64,
    main: Head,
    /// At most [`MAX_HEADS`] - 1.
    sides: Vec<Head>,
    clock: u64,
    seeking: Option<Seeking>,
}

/// A seek that was announced and is under way.
#[derive(Clone, Copy, Debug)]
struct Seeking {
    /// When it was announced.
    since: u64,
    /// Bytes read at the main head since then, or since another became the main one.
    read: u64,
}

impl Heads {
    /// One main head at the start of `range`, which is all that will be read.
    pub(crate) const fn new(geometry: Geometry, ahead_bytes: u64, range: Range<u64>) -> Self {
        let main = Head::new(range.start, 0, SIDE_AHEAD_BYTES);
        Self { geometry, ahead_bytes, end: range.end, main, sides: Vec::new(), clock: 0, seeking: None }
    }

    /// Fetches the last bytes of the stream as a side read: files whose index stands there open fast.
    pub(crate) fn prefetch_tail(&mut self) {
        let start = self.end.saturating_sub(SIDE_AHEAD_BYTES);
        if start > self.main.position && self.sides.len() < MAX_HEADS - 1 {
            self.sides.push(Head::new(start, 0, SIDE_AHEAD_BYTES));
        }
    }

    /// A seek was announced: see the rules above.
    pub(crate) const fn seeking(&mut self) {
        self.seeking = Some(Seeking { since: self.clock, read: 0 });
    }

    /// One past the last byte that will be read: nothing beyond it is ever fetched.
    pub(crate) const fn end(&self) -> u64 {
        self.end
    }

    /// First byte not read at the main head.
    pub(crate) const fn main_position(&self) -> u64 {
        self.main.position
    }

    /// A read of `range` begins; `here` tells whether all of it is in the cache.
    pub(crate) fn begin(&mut self, range: Range<u64>, here: bool) {
        self.clock += 1;
        if owns(&self.main, &range, here) {
            self.main.position = self.main.position.max(range.start);
            self.main.used = self.clock;
            self.sides.iter_mut().for_each(|side| side.run = 0);
            return;
        }
        let nearest = (0..self.sides.len())
            .filter(|place| owns(&self.sides[*place], &range, here))
            .min_by_key(|place| self.sides[*place].position.abs_diff(range.start));
        let place = nearest.unwrap_or_else(|| self.add(range.start));
        let side = &mut self.sides[place];
        side.used = self.clock;
        side.position = side.position.max(range.start);
        let is_last_part = self.end.saturating_sub(range.start) <= SIDE_AHEAD_BYTES;
        side.reach(if is_last_part { SIDE_AHEAD_BYTES } else { range.end - range.start });
        if !here && self.seeking.is_some() {
            self.promote(place);
        }
    }

    /// Bytes from `offset` on were read.
    pub(crate) fn advance(&mut self, offset: u64, len: u64) {
        let end = offset + len;
        let moves = |head: &Head| head.position <= end && owns(head, &(offset..end), true);
        if moves(&self.main) {
            self.main.position = end;
            if let Some(seeking) = &mut self.seeking {
                seeking.read += len;
                if seeking.read >= SEEK_SETTLED_BYTES {
                    self.seeking = None;
                }
            }
            return;
        }
        let Some(place) = (0..self.sides.len()).find(|place| moves(&self.sides[*place])) else { return };
        let side = &mut self.sides[place];
        side.position = end;
        side.run += len;
        side.reach(side.ahead + GROWTH * len);
        let enough = if self.seeking.is_some() { PROMOTE_AFTER_SEEK_BYTES } else { PROMOTE_BYTES };
        if side.run >= enough {
            self.promote(place);
        }
    }

    /// What is to be fetched.
    pub(crate) fn demand(&self) -> Demand {
        let main = self.blocks(&self.main, self.ahead_bytes);
        let mut sides: Vec<&Head> = self.sides.iter().collect();
        sides.sort_by_key(|side| std::cmp::Reverse(side.used));
        let others = sides.into_iter().map(|side| self.blocks(side, side.ahead));
        Demand { others: others.filter(|range| !range.is_empty()).collect(), main }
    }

    /// Blocks from a head on: `ahead` bytes, never past the end.
    fn blocks(&self, head: &Head, ahead: u64) -> Range<Seq> {
        let end = head.position.saturating_add(ahead).min(self.end);
        let start = self.geometry.seq_at(head.position);
        let end = end.checked_sub(1).map_or(start, |last| self.geometry.seq_at(last) + 1);
        start..end.max(start)
    }

    /// A new side head; returns its place.
    fn add(&mut self, position: u64) -> usize {
        let head = Head::new(position, self.clock, LOOK_AHEAD_BYTES);
        if self.sides.len() < MAX_HEADS - 1 {
            self.sides.push(head);
            return self.sides.len() - 1;
        }
        let oldest = (0..self.sides.len()).min_by_key(|place| self.sides[*place].used);
        let oldest = oldest.expect("there are side heads where there is no room for one more");
        self.sides[oldest] = head;
        oldest
    }

    fn promote(&mut self, place: usize) {
        std::mem::swap(&mut self.main, &mut self.sides[place]);
        self.main.run = 0;
        self.main.ahead = SIDE_AHEAD_BYTES;
        self.sides[place].run = 0;
        if let Some(seeking) = &mut self.seeking {
            seeking.read = 0;
            let since = seeking.since;
            self.sides.retain(|side| side.used > since);
        }
    }
}

/// Whether a read belongs to a head.
fn owns(head: &Head, read: &Range<u64>, here: bool) -> bool {
    if read.start >= head.position {
        read.start - head.position <= NEAR_BYTES
    } else {
        here && head.position - read.start <= NEAR_BACK_BYTES
    }
}

#[cfg(test)]
mod tests;
