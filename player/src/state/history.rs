//! Rates over time, coarser with age: the last minute, the last ten minutes, and the whole title.

use std::collections::VecDeque;

use crate::i18n::t;

/// What a plot spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Span {
    /// The last 60 seconds.
    #[default]
    Minute,
    /// The last ten minutes.
    TenMinutes,
    /// All since the title was opened.
    Whole,
}

impl Span {
    /// All of them, in the order of the pills.
    pub const ALL: [Self; 3] = [Self::Minute, Self::TenMinutes, Self::Whole];

    /// Its name on the pill.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Minute => t!("time-seconds", seconds = 60),
            Self::TenMinutes => t!("time-minutes", minutes = 10),
            Self::Whole => t!("span-whole"),
        }
    }
}

/// Rates at one time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RateSample {
    /// Seconds since the stream was opened.
    pub at: f64,
    /// Bits a second by source, in the order of the sources.
    pub rates_bps: Vec<f32>,
    /// Seconds of film that are here ahead of the picture; none while that is not known.
    pub ahead_seconds: Option<f32>,
}

/// Samples of one coarseness.
#[derive(Clone, Debug)]
struct Tier {
    /// Seconds from one sample to the next.
    step: f64,
    samples: VecDeque<RateSample>,
    /// What was seen since the last sample, added up, and how often.
    sum: RateSample,
    count: f32,
}

impl Tier {
    const fn new(step: f64) -> Self {
        let sum = RateSample { at: 0.0, rates_bps: Vec::new(), ahead_seconds: None };
        Self { step, samples: VecDeque::new(), sum, count: 0.0 }
    }

    fn take(&mut self, sample: &RateSample) {
        if self.sum.rates_bps.len() < sample.rates_bps.len() {
            self.sum.rates_bps.resize(sample.rates_bps.len(), 0.0);
        }
        for (sum, rate) in self.sum.rates_bps.iter_mut().zip(&sample.rates_bps) {
            *sum += rate;
        }
        self.count += 1.0;
        let newest = self.samples.back().map_or(f64::NEG_INFINITY, |newest| newest.at);
        // Looks come a little early or late.
        if sample.at - newest < self.step * 0.98 {
            return;
        }
        let count = std::mem::take(&mut self.count);
        let rates_bps = std::mem::take(&mut self.sum.rates_bps).into_iter().map(|sum| sum / count).collect();
        let (at, ahead_seconds) = (sample.at, sample.ahead_seconds);
        self.samples.push_back(RateSample { at, rates_bps, ahead_seconds });
    }

    /// Half as many samples, each of twice the time.
    fn coarsen(&mut self) {
        let old = std::mem::take(&mut self.samples);
        let mut old = old.into_iter();
        while let Some(first) = old.next() {
            let Some(mut second) = old.next() else {
                self.samples.push_back(first);
                break;
            };
            for (place, rate) in second.rates_bps.iter_mut().enumerate() {
                *rate = (*rate + first.rates_bps.get(place).copied().unwrap_or(0.0)) / 2.0;
            }
            self.samples.push_back(second);
        }
        self.step *= 2.0;
    }
}

/// Samples of each tier at most.
pub const MAX_SAMPLES: usize = 240;
/// Seconds of the finest tier.
pub const MINUTE_SECONDS: f64 = 60.0;

/// The rates of one title.
#[derive(Clone, Debug)]
pub struct History {
    minute: Tier,
    ten_minutes: Tier,
    whole: Tier,
}

impl Default for History {
    fn default() -> Self {
        Self { minute: Tier::new(0.5), ten_minutes: Tier::new(2.5), whole: Tier::new(2.5) }
    }
}

impl History {
    /// Takes what was seen.
    pub fn take(&mut self, sample: &RateSample) {
        if self.minute.samples.back().is_some_and(|newest| sample.at <= newest.at) {
            return;
        }
        for tier in [&mut self.minute, &mut self.ten_minutes, &mut self.whole] {
            tier.take(sample);
        }
        let bound = |tier: &mut Tier, seconds: f64| {
            let is_old = |tier: &Tier| {
                tier.samples.front().is_some_and(|oldest| sample.at - oldest.at > seconds + tier.step)
            };
            while tier.samples.len() > MAX_SAMPLES || is_old(tier) {
                tier.samples.pop_front();
            }
        };
        bound(&mut self.minute, MINUTE_SECONDS);
        bound(&mut self.ten_minutes, 600.0);
        if self.whole.samples.len() > MAX_SAMPLES {
            self.whole.coarsen();
        }
    }

    /// The samples that a plot of `span` shows, oldest first.
    #[must_use]
    pub const fn samples(&self, span: Span) -> &VecDeque<RateSample> {
        match span {
            Span::Minute => &self.minute.samples,
            Span::TenMinutes => &self.ten_minutes.samples,
            Span::Whole => &self.whole.samples,
        }
    }

    /// Seconds that a plot of `span` reaches back.
    #[must_use]
    pub fn seconds(&self, span: Span) -> f64 {
        match span {
            Span::Minute => MINUTE_SECONDS,
            Span::TenMinutes => 600.0,
            Span::Whole => {
                let samples = &self.whole.samples;
                let first = samples.front().map_or(0.0, |sample| sample.at);
                samples.back().map_or(0.0, |sample| sample.at - first).max(MINUTE_SECONDS)
            }
        }
    }

    /// Seconds ahead of the picture about so long ago.
    #[must_use]
    pub fn ahead_before(&self, seconds: f64) -> Option<f32> {
        let newest = self.minute.samples.back()?.at;
        self.minute.samples.iter().rev().find(|sample| newest - sample.at >= seconds)?.ahead_seconds
    }

    /// Whether nothing was seen yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.minute.samples.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(seconds: u32) -> History {
        let mut history = History::default();
        for step in 0..seconds * 4 {
            let at = f64::from(step) * 0.25;
            let sample = RateSample { at, rates_bps: vec![8e6, 2e6], ahead_seconds: Some(at as f32) };
            history.take(&sample);
        }
        history
    }

    #[test]
    fn each_span_is_bounded_and_reaches_as_far_as_it_says() {
        let history = filled(3 * 3600);
        for span in Span::ALL {
            let samples = history.samples(span);
            assert!(samples.len() <= MAX_SAMPLES + 1, "{span:?}: {}", samples.len());
            let reach = samples.back().unwrap().at - samples.front().unwrap().at;
            assert!(reach >= history.seconds(span) * 0.95, "{span:?}: {reach}");
            assert!(samples.iter().all(|sample| (sample.rates_bps[0] - 8e6).abs() < 1.0));
        }
        assert!(history.seconds(Span::Whole) > 10_000.0);
    }

    #[test]
    fn averages_lose_no_bytes() {
        let mut history = History::default();
        for step in 0..400 {
            let rate = if step % 2 == 0 { 10e6 } else { 0.0 };
            let at = f64::from(step) * 0.25;
            history.take(&RateSample { at, rates_bps: vec![rate], ahead_seconds: None });
        }
        let samples = history.samples(Span::TenMinutes);
        let mean = samples.iter().skip(1).map(|sample| sample.rates_bps[0]).sum::<f32>()
            / (samples.len() - 1) as f32;
        assert!((mean / 5e6 - 1.0).abs() < 0.02, "{mean}");
    }

    #[test]
    fn what_is_seen_twice_counts_once() {
        let mut history = History::default();
        assert!(history.is_empty());
        let sample = RateSample { at: 3.0, rates_bps: vec![1.0], ahead_seconds: Some(9.0) };
        history.take(&sample);
        history.take(&sample);
        assert_eq!(history.samples(Span::Minute).len(), 1);
        assert_eq!(history.ahead_before(2.0), None);
    }
}
