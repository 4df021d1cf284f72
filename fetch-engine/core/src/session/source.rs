//! What the session knows of one source.

use std::collections::BTreeSet;
use std::time::Duration;

use super::doubt::Doubt;
use super::interval::Interval;
use super::meter::Meter;
use super::owed::Owed;
use super::ramp::Ramp;
use super::reaction::Reaction;
use super::slots::SlotPlace;
use super::trend::Trend;
use crate::geometry::Seq;
use crate::held::Held;
use crate::pattern::SourceId;
use crate::planner::arrival::{Candidate, Pace};
use crate::time::Time;
use crate::wire::ErrorCode;

/// Silence below which nobody is suspected.
const MIN_SUSPICION: Duration = Duration::from_millis(300);
/// The same in round trips, and a margin on top: BBR sends next to nothing for 200 ms and a round trip
/// every ten seconds.
const SUSPICION_ROUND_TRIPS: u32 = 3;
const SUSPICION_MARGIN: Duration = Duration::from_millis(100);
/// The same in reactions, where it takes longer to react than a round trip.
const SUSPICION_REACTIONS: f64 = 1.5;
/// The same on long paths, where one lost segment costs more round trips.
const SUSPICION_ROUND_TRIPS_LONG: u32 = 4;
/// What counts as a long path.
const LONG_PATH: Duration = Duration::from_millis(100);
/// Nobody is called on to help in haste who has been silent so long himself.
const QUIET: Duration = Duration::from_millis(100);
/// First wait before another connection is tried; doubled with each failure.
const FIRST_BACKOFF: Duration = Duration::from_secs(1);
/// Longest wait.
pub(super) const MAX_BACKOFF: Duration = Duration::from_secs(60);
/// A silence as long as this, and as a round trip, is a stall: shorter ones are between two blocks.
const STALL: Duration = Duration::from_millis(50);
/// What a source has under way at its rate, in round trips.
const UNDER_WAY_ROUND_TRIPS: f64 = 1.5;
/// Weight of slow start's last rounds in the average that follows.
const RAMP_WEIGHT: Duration = Duration::from_millis(300);
/// Idle time after which a source that gets nothing by its eta is tried with one block.
const RETRY_IDLE: Duration = Duration::from_secs(3);
/// Where a source's connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Connecting,
    /// Connected; blocks may be ordered. `opened` once the server has said so.
    Up {
        opened: bool,
    },
    Away {
        retry_at: Time,
    },
    Gone,
    Quarantined,
}

/// One source.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) id: SourceId,
    pub(super) link: Link,
    pub(super) withdrawn: bool,
    /// Whether it can be asked for hash pages.
    pub(super) gives_pages: bool,
    pub(super) rtt: Option<Duration>,
    /// What it holds, as it said last; everything before it said so.
    pub(super) held: Held,
    /// It owed something and sent nothing: its blocks went to others.
    pub(super) silent: bool,
    silent_since: Time,
    /// From when on its silence counts: its last byte, or a round trip after it was given work.
    silence_from: Time,
    /// Its connection ends at a relay.
    pub(super) relayed: bool,
    /// Blocks that were cancelled and may still come.
    pub(super) doubt: Doubt,
    /// How long it took to answer the last echo: more than a round trip, where it is busy.
    pub(super) answers_in: Duration,
    /// It lost its connection for a silence that may have been none.
    pub(super) needs_time: bool,
    connected_at: Time,
    /// When the second echo was sent that measures the way by a relay.
    pub(super) second_echo_at: Option<Time>,
    /// Blocks it owes in this generation.
    owed: Owed,
    /// When it was given something while it owed nothing.
    work_since: Time,
    last_byte: Time,
    /// When it last gave a block that it owed, or got work while it owed nothing.
    progress_at: Time,
    idle_since: Time,
    meter: Meter,
    quick_meter: Meter,
    ramp: Option<Ramp>,
    pub(super) reaction: Reaction,
    remembered: Option<f64>,
    /// Where its time slots stand.
    pub(super) slots: Option<SlotPlace>,
    failures: u32,
    trend: Trend,
    /// Elements given to it, decayed over about a second.
    pub(super) planned: f64,
    /// What came since the last pattern was calculated.
    pub(super) interval: Interval,
    pub(super) useful_bytes: u64,
    pub(super) blocks: u64,
    pub(super) repairs: u64,
    pub(super) duplicates: u64,
    pub(super) errors: u64,
    pub(super) last_error: Option<String>,
    pub(super) last_code: Option<ErrorCode>,
}

impl Source {
    pub(super) fn new(id: SourceId, remembered: Option<f64>) -> Self {
        Self {
            id,
            link: Link::Connecting,
            withdrawn: false,
            gives_pages: true,
            rtt: None,
            held: Held::all(),
            silent: false,
            silent_since: Time::ZERO,
            silence_from: Time::ZERO,
            relayed: false,
            doubt: Doubt::default(),
            answers_in: Duration::ZERO,
            needs_time: false,
            connected_at: Time::ZERO,
            second_echo_at: None,
            owed: Owed::default(),
            work_since: Time::ZERO,
            last_byte: Time::ZERO,
            progress_at: Time::ZERO,
            idle_since: Time::ZERO,
            meter: Meter::default(),
            quick_meter: Meter::quick(),
            ramp: None,
            reaction: Reaction::default(),
            remembered,
            slots: None,
            failures: 0,
            trend: Trend::default(),
            planned: 0.0,
            interval: Interval::default(),
            useful_bytes: 0,
            blocks: 0,
            repairs: 0,
            duplicates: 0,
            errors: 0,
            last_error: None,
            last_code: None,
        }
    }

    /// Whether blocks may be ordered from it.
    pub(super) const fn is_up(&self) -> bool {
        matches!(self.link, Link::Up { .. })
    }

    /// Whether new blocks shall be ordered from it.
    pub(super) const fn is_usable(&self) -> bool {
        self.is_up() && !self.silent
    }

    /// How long it takes until what it is told shows: the path's round trip, or what it takes to react.
    pub(super) fn round_trip(&self) -> Duration {
        self.reaction.round_trip(self.path_round_trip())
    }

    /// The path's alone.
    pub(super) fn path_round_trip(&self) -> Duration {
        self.rtt.unwrap_or(Duration::from_millis(100))
    }

    pub(super) const fn backlog(&self) -> &BTreeSet<Seq> {
        self.owed.blocks()
    }

    /// The blocks it owes, in order.
    pub(super) fn blocks(&self) -> impl DoubleEndedIterator<Item = Seq> {
        self.owed.in_order()
    }

    /// Those before `seq`.
    pub(super) fn blocks_before(&self, seq: Seq) -> impl Iterator<Item = Seq> {
        self.owed.before(seq)
    }

    /// Bytes ordered and not here, those of a half-received block taken off.
    pub(super) const fn backlog_bytes(&self) -> u64 {
        self.owed.bytes()
    }

    pub(super) fn connected(&mut self, now: Time, rtt: Duration) {
        self.link = Link::Up { opened: false };
        self.last_code = None;
        self.rtt = Some(rtt);
        self.silent = false;
        self.connected_at = now;
        self.second_echo_at = None;
        self.last_byte = now;
        self.silence_from = now;
        self.idle_since = now;
        self.owed.begin();
        self.slots = None;
        self.doubt = Doubt::default();
        self.meter = Meter::default();
        self.quick_meter = Meter::quick();
        self.ramp = Some(Ramp::new(self.remembered));
        self.reaction = Reaction::default();
        self.trend.forget();
    }

    /// A block was ordered from it.
    pub(super) fn owe(&mut self, now: Time, seq: Seq, bytes: u64) {
        if self.owed.is_empty() {
            self.work_since = now;
            self.reaction.asked(now);
            self.silence_from = self.silence_from.max(now + self.round_trip());
            self.progress_at = now;
            self.meter.work_begins(now, self.round_trip());
            self.quick_meter.work_begins(now, self.round_trip());
            if let Some(ramp) = &mut self.ramp {
                ramp.asked(now);
            }
        }
        self.owed.add(seq, bytes);
    }

    /// A block is not awaited from it any more.
    pub(super) fn forgive(&mut self, now: Time, seq: Seq, bytes: u64) {
        if self.owed.remove(seq, bytes) && self.owed.is_empty() {
            self.rest(now);
        }
    }

    /// Another's copy of a block that it owes came first.
    pub(super) fn copy_is_surplus(&mut self, seq: Seq) {
        self.owed.copy_is_surplus(seq);
    }

    /// Whether another's copy of this block came first.
    pub(super) fn is_surplus(&self, seq: Seq) -> bool {
        self.owed.is_surplus(seq)
    }

    /// A block came: whether it is a copy that redundancy asked for and that came second.
    pub(super) fn copy_came(&mut self, now: Time, epoch: u32, seq: Seq, bytes: u64) -> bool {
        let redundant = self.owed.surplus_came(seq);
        if redundant {
            self.forgive(now, seq, bytes);
            self.progress_at = now;
        }
        if epoch > 0 {
            self.owed.walked_to(seq);
        }
        redundant
    }

    /// The copy that came first was none: whether this source owes one, which is needed after all.
    pub(super) fn copy_is_needed(&mut self, seq: Seq) -> bool {
        self.owed.copy_is_needed(seq)
    }

    /// Copies of blocks that are here and `proved`, and may not be under way yet: they are awaited no more,
    /// and to be cancelled.
    pub(super) fn give_up_surplus(
        &mut self,
        now: Time,
        proved: impl Fn(Seq) -> bool,
        bytes: impl Fn(Seq) -> u64,
    ) -> Vec<Seq> {
        let owed: Vec<Seq> = self.owed.owed_surplus().filter(|seq| proved(*seq)).collect();
        for seq in &owed {
            self.forgive(now, *seq, bytes(*seq));
        }
        owed
    }

    /// Nothing is awaited from it any more; returns what was.
    pub(super) fn forgive_all(&mut self, now: Time) -> BTreeSet<Seq> {
        let owed = self.owed.remove_all();
        if !owed.is_empty() {
            self.rest(now);
        }
        owed
    }

    fn rest(&mut self, now: Time) {
        self.idle_since = now;
        self.reaction.interrupted();
        self.meter.work_ends(now, self.round_trip());
        self.quick_meter.work_ends(now, self.round_trip());
        if let Some(ramp) = &mut self.ramp {
            ramp.dry(now);
        }
    }

    /// Bytes came; returns whether it had been silent.
    pub(super) fn received(&mut self, now: Time, bytes: usize) -> bool {
        self.reaction.received(now);
        let rtt = self.round_trip();
        self.last_byte = now;
        self.silence_from = self.silence_from.max(now);
        self.owed.received(bytes as u64);
        self.interval.bytes += bytes as u64;
        self.meter.received(now, rtt, bytes);
        self.quick_meter.received(now, rtt, bytes);
        if let Some(rate) = self.ramp.as_mut().and_then(|ramp| ramp.received(now, rtt, bytes)) {
            self.ramp = None;
            self.meter.restart_from(rate, RAMP_WEIGHT);
        }
        std::mem::take(&mut self.silent)
    }

    /// A frame of `bytes` is whole.
    pub(super) const fn frame_done(&mut self, bytes: u64) {
        self.owed.frame_done(bytes);
    }

    /// It gave something of use: the next failure is the first again.
    pub(super) const fn proved(&mut self) {
        self.failures = 0;
    }

    /// Counts time, and tells of a rate that fell to half: from, to, in bytes a second.
    pub(super) fn tick(&mut self, now: Time) -> Option<(f64, f64)> {
        self.meter.count_time(now, self.round_trip());
        self.quick_meter.count_time(now, self.round_trip());
        if !self.trend.is_due(now) {
            return None;
        }
        let noted = self.trend.note(now, self.rate()?, !self.owed.is_empty());
        self.reaction.watch(now, self.path_round_trip(), noted.slowed);
        noted.told
    }

    /// Measured bytes a second; none in slow start.
    pub(super) fn rate(&self) -> Option<f64> {
        if self.ramp.is_some() { None } else { self.meter.rate() }
    }

    /// Measured bytes a second, in slow start too.
    pub(super) fn rough_rate(&self) -> Option<f64> {
        self.meter.rate()
    }

    /// The rate to count on where being wrong costs little and being late costs much: the least of the
    /// average and the last moments.
    pub(super) fn cautious_rate(&self) -> Option<f64> {
        let average = self.rough_rate()?;
        Some(self.quick_meter.rate().map_or(average, |quick| quick.min(average)))
    }

    /// Seconds until the first so many of the blocks it owes are here.
    pub(super) fn secs_for(&self, blocks: usize, block: f64) -> f64 {
        let rate = self.cautious_rate().or(self.remembered);
        rate.map_or(0.0, |rate| (blocks as f64 * block / rate).max(0.0))
    }

    /// Whether it shall run dry before the planner gives it more.
    pub(super) fn rests_first(&self) -> bool {
        self.reaction.is_looked_at() && !self.owed.is_empty()
    }

    /// Bytes of what it owes that it may send before it hears of a cancel. What should have come in a stall
    /// may be here already, behind a lost packet.
    pub(super) fn under_way_bytes(&self, now: Time) -> f64 {
        let reaction = self.round_trip().mul_f64(UNDER_WAY_ROUND_TRIPS).max(self.answers_in);
        let silence = self.silence(now);
        let stall = if silence > STALL.max(self.round_trip()) { silence } else { Duration::ZERO };
        let at_rate = self.rough_rate().unwrap_or(0.0) * (reaction + stall).as_secs_f64();
        self.ramp.as_ref().map_or(at_rate, |ramp| at_rate.max(ramp.under_way_bytes()))
    }

    /// Whether what it owes is coming in: a byte came since it was last given work while it had none.
    pub(super) fn is_flowing(&self) -> bool {
        !self.owed.is_empty() && self.last_byte > self.work_since
    }

    /// When it was last given work while it had none.
    pub(super) const fn work_since(&self) -> Time {
        self.work_since
    }

    /// Whether it owes nothing, or has sent something within the last moments.
    pub(super) fn is_lively(&self, now: Time) -> bool {
        self.silence(now) < QUIET
    }

    /// Whether it has sent something within the last moments.
    pub(super) fn sent_just_now(&self, now: Time) -> bool {
        now.since(self.last_byte) < QUIET
    }

    /// How long it has been silent while it owed something and should have sent.
    pub(super) fn silence(&self, now: Time) -> Duration {
        if self.owed.is_empty() {
            return Duration::ZERO;
        }
        now.since(self.silence_from)
    }

    /// Its blocks go to others from now on.
    pub(super) const fn fall_silent(&mut self, now: Time, since: Duration) {
        self.silent = true;
        self.silent_since = Time::from_micros(now.as_micros().saturating_sub(since.as_micros() as u64));
    }

    /// For so long, until now, nobody listened to it: that is not its silence.
    pub(super) fn excuse(&mut self, now: Time, absence: Duration) {
        self.reaction.interrupted();
        for counts_from in [&mut self.silence_from, &mut self.progress_at, &mut self.silent_since] {
            if *counts_from < now {
                *counts_from = (*counts_from + absence).min(now);
            }
        }
    }

    /// Since when it has been silent, where it is.
    pub(super) const fn silent_since(&self) -> Time {
        self.silent_since
    }

    /// When the connection came up.
    pub(super) const fn connected_at(&self) -> Time {
        self.connected_at
    }

    /// A block that it owed has come.
    pub(super) const fn progressed(&mut self, now: Time) {
        self.progress_at = now;
    }

    /// How long it has owed something without giving any of it, whatever else it sends.
    pub(super) fn stagnation(&self, now: Time) -> Duration {
        if self.owed.is_empty() { Duration::ZERO } else { now.since(self.progress_at) }
    }

    /// Silence after which it is suspected: some round trips, or what it took to answer lately. One that
    /// lost its connection too soon is believed as long as any until it has spoken.
    pub(super) fn suspicion(&self, dead_after: Duration) -> Duration {
        if self.needs_time && self.last_byte <= self.connected_at {
            return dead_after;
        }
        let rtt = self.path_round_trip();
        let long = if rtt > LONG_PATH { rtt * SUSPICION_ROUND_TRIPS_LONG } else { Duration::ZERO };
        let by_rtt = rtt * SUSPICION_ROUND_TRIPS + SUSPICION_MARGIN;
        let by_reaction = self.round_trip().mul_f64(SUSPICION_REACTIONS) + SUSPICION_MARGIN;
        let answers_in = self.answers_in + SUSPICION_MARGIN;
        MIN_SUSPICION.max(by_rtt).max(by_reaction).max(long).max(answers_in)
    }

    /// How long to wait before the next try: longer each time, up to `longest`.
    pub(super) fn next_backoff(&mut self, longest: Duration) -> Duration {
        let wait = FIRST_BACKOFF * 2u32.saturating_pow(self.failures.min(6));
        if wait < longest {
            self.failures += 1;
        }
        wait.min(longest)
    }

    /// As the planner sees it.
    pub(super) fn candidate(&self, now: Time) -> Candidate {
        let pace = match (&self.ramp, self.meter.rate()) {
            (None, Some(rate)) => Pace::Steady { rate },
            (ramp, _) => Pace::Ramp {
                last_round: ramp.as_ref().and_then(Ramp::last_round),
                came: ramp.as_ref().map_or(0.0, Ramp::came),
                busy: ramp.as_ref().map_or(0.0, |ramp| ramp.busy(now).as_secs_f64()),
                remembered: ramp.as_ref().and_then(Ramp::remembered),
                path: ramp.as_ref().and_then(Ramp::path),
                cap_bytes: ramp.as_ref().map_or(0.0, |ramp| ramp.cap_bytes(self.round_trip())),
            },
        };
        let idle = self.owed.is_empty();
        let unknown = matches!(pace, Pace::Ramp { .. });
        Candidate {
            source: self.id,
            rtt: self.round_trip().as_secs_f64(),
            backlog: self.backlog_bytes() as f64,
            pace,
            must_have_one: idle && (unknown || now.since(self.idle_since) > RETRY_IDLE),
        }
    }
}
