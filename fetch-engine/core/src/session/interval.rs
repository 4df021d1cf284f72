//! What came over one connection since the last pattern was calculated (FIG. 8).

use crate::geometry::Seq;

/// What came in one interval, and whether there was enough to do.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Interval {
    /// `mLastIntervalBytes` (300).
    pub(super) bytes: u64,
    /// Blocks that its pattern gave it.
    pub(super) blocks: u64,
    /// `lastSeqNum`: the most recent of those, of this interval or an earlier one; 0 before the first.
    pub(super) last_seq: Seq,
    /// How often the lease was looked at, and how often it ended before this source had enough to send.
    looks: u32,
    short: u32,
}

impl Interval {
    /// The next interval begins.
    pub(super) fn begin(&mut self) {
        *self = Self { last_seq: self.last_seq, ..Self::default() };
    }

    /// The lease was looked at; `short`: the source would send more, were it longer.
    pub(super) const fn look(&mut self, short: bool) {
        self.looks = self.looks.saturating_add(1);
        self.short = self.short.saturating_add(short as u32);
    }

    /// Part of the interval in which it would have sent more, had the lease been longer: 0 to 1.
    pub(super) fn shortage(&self) -> f64 {
        f64::from(self.short) / f64::from(self.looks.max(1))
    }

    /// A block that the pattern gave to this connection came.
    pub(super) const fn block(&mut self, seq: Seq) {
        self.blocks += 1;
        self.last_seq = seq;
    }
}
