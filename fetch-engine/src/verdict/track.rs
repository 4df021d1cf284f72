//! One source over time: what is normal for it, and since when it gives much less.
//!
//! Its capacity, not the bytes that came, is followed, and only while it has something to send all the
//! time: a source that waits because the buffer is full, or that the planner gives less, is not slow.

use crate::snapshot::SourceSnapshot;

/// It has fallen when its capacity is below this part of what is normal, for [`LOW_SECONDS`].
pub(super) const FALLEN: f64 = 0.6;
/// Seconds for which it must be so.
const LOW_SECONDS: f64 = 0.2;
/// It droops when it is below this part: enough to be counted with others that fell.
pub(super) const DROOPING: f64 = 0.8;
/// It has recovered above this part.
const RECOVERED: f64 = 0.8;
/// After so long what it gives is its new normal.
const NEW_NORMAL_SECONDS: f64 = 60.0;
/// Nothing is normal before it has been measured for so long: TCP starts slowly.
const RAMP_SECONDS: f64 = 1.5;
/// What is normal follows upwards and downwards with these time constants, in seconds.
const UP_SECONDS: f64 = 1.0;
const DOWN_SECONDS: f64 = 8.0;
/// It droops: that may be the beginning of a fall, and is not soon its new normal.
const DROOP_SECONDS: f64 = 30.0;
/// What is normal of the pattern follows slowly, so that one sees who took over.
const SHARE_SECONDS: f64 = 60.0;
/// More is wanted than is here for so long before capacities count.
pub(super) const SETTLED_SECONDS: f64 = 0.5;
/// Otherwise its capacity counts where it owed something for so long, and brought a good part of it.
const OWED_SECONDS: f64 = 0.7;
const BROUGHT: f64 = 0.4;

/// It gives much less than before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fall {
    /// When it began, in seconds since the stream was opened.
    pub(super) at: f64,
    /// Bits a second before.
    pub(super) from_bps: f64,
    /// Share of the pattern before.
    pub(super) share_from: f64,
}

/// One source.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) index: u8,
    /// Bits a second that are normal for it.
    pub(super) normal_bps: Option<f64>,
    /// Share of the pattern that is normal for it.
    pub(super) normal_share: f64,
    /// Bits a second it gives now, as far as that could be seen.
    pub(super) now_bps: f64,
    pub(super) fall: Option<Fall>,
    /// When it was first measured since it last joined.
    pub(super) measured_at: Option<f64>,
    /// When it last gave nearly what is normal.
    good_at: f64,
    low_since: Option<f64>,
    owing_since: Option<f64>,
}

impl Track {
    pub(super) const fn new(index: u8) -> Self {
        Self {
            index,
            normal_bps: None,
            normal_share: 0.0,
            now_bps: 0.0,
            fall: None,
            measured_at: None,
            good_at: 0.0,
            low_since: None,
            owing_since: None,
        }
    }

    /// Whether it gives less than usual, if not much less.
    pub(super) fn droops(&self) -> bool {
        self.normal_bps.is_some_and(|normal| self.now_bps < normal * DROOPING)
    }

    /// Takes its numbers; `seconds` after the last ones, `hungry`: everybody has something to send.
    pub(super) fn take(&mut self, at: f64, seconds: f64, source: &SourceSnapshot, hungry: bool) {
        if !matches!(source.state.as_str(), "sending" | "waiting" | "silent") {
            *self = Self::new(self.index);
            return;
        }
        self.owing_since = (source.backlog_bytes > 0).then(|| self.owing_since.unwrap_or(at));
        let Some(capacity_bps) = source.capacity_bps else { return };
        let measured_at = *self.measured_at.get_or_insert(at);
        let owed_long = self.owing_since.is_some_and(|since| at - since >= OWED_SECONDS);
        let is_real = hungry || owed_long && source.rate_bps >= capacity_bps * BROUGHT;
        if !is_real || source.state == "silent" {
            self.low_since = None;
            return;
        }
        // The capacity is an average; what came in the last second tells the new rate sooner.
        self.now_bps = if hungry { capacity_bps.min(source.rate_bps.max(1.0)) } else { capacity_bps };
        let normal = *self.normal_bps.get_or_insert(capacity_bps);
        if let Some(fall) = self.fall {
            if capacity_bps >= fall.from_bps * RECOVERED || at - fall.at > NEW_NORMAL_SECONDS {
                self.fall = None;
                self.normal_bps = Some(capacity_bps);
            }
            return;
        }
        let is_ramping = at - measured_at < RAMP_SECONDS;
        if capacity_bps >= normal * DROOPING || is_ramping {
            self.good_at = at;
        }
        if capacity_bps < normal * FALLEN && !is_ramping {
            if at - *self.low_since.get_or_insert(at) >= LOW_SECONDS {
                self.fall = Some(Fall { at: self.good_at, from_bps: normal, share_from: self.normal_share });
            }
            return;
        }
        self.low_since = None;
        let constant = if capacity_bps > normal {
            UP_SECONDS
        } else if capacity_bps < normal * DROOPING {
            DROOP_SECONDS
        } else {
            DOWN_SECONDS
        };
        let part = |constant: f64| if is_ramping { 1.0 } else { 1.0 - (-seconds / constant).exp() };
        self.normal_share += (source.share - self.normal_share) * part(SHARE_SECONDS);
        self.normal_bps = Some(normal + (capacity_bps - normal) * part(constant));
    }
}
