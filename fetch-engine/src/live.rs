//! The session of one stream and everything that is shown of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tributary_core::geometry::Geometry;
use tributary_core::pattern::{MAX_SOURCES, Pattern, SourceId};
use tributary_core::session::{CutOver, PlannerKind, Session, SourcePrediction, SourceState, SourceStats};
use tributary_core::time::Time;

use crate::cache::Cache;
use crate::disk;
use crate::journal::Journal;
use crate::lateness::Lateness;
use crate::meter::Meter;
use crate::patterns::{Part, Patterns};
use crate::roster::Roster;
use crate::shared::Shared;
use crate::snapshot::{
    CacheSnapshot, Cell, DiskSnapshot, PatternSnapshot, PredictionSnapshot, SchemeSnapshot, Snapshot,
    SourcePredictionSnapshot, SourceSnapshot, StreamState, Totals,
};
use crate::standing::Seen;
use crate::verdict::{Finding, History, Viewer, Watch};
use crate::verification::Verification;
use crate::words;

/// A session behind a lock: the driver holds it while it works off what came, a snapshot while it
/// copies numbers. Who holds it may take the lock of [`Shared`], never the other way round.
#[derive(Debug)]
pub(crate) struct Live {
    inner: Mutex<LiveInner>,
    origin: Instant,
}

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct LiveInner {
    pub(crate) session: Session,
    pub(crate) roster: Roster,
    pub(crate) journal: Journal,
    pub(crate) state: StreamState,
    pub(crate) verification: Verification,
    /// By the sources' numbers.
    pub(crate) meters: Vec<Meter>,
    /// How long they let one wait, by the sources' numbers.
    pub(crate) lateness: Vec<Lateness>,
    /// What only a player knows; none where nobody plays.
    pub(crate) viewer: Option<Viewer>,
    /// What is kept on disk, and most bytes of all that may be.
    pub(crate) disk: Option<(Arc<disk::State>, u64)>,
    /// Patterns that were made, and why.
    patterns: Patterns,
    /// Number of the newest log entry when the last one was made.
    pattern_entry: u64,
    watch: Watch,
    /// What the watch found last.
    verdicts: Vec<Finding>,
    /// What was amiss so far.
    pub(crate) told: History,
}

impl Live {
    pub(crate) fn new(session: Session, roster: Roster, verification: Verification) -> Self {
        let inner = LiveInner {
            session,
            roster,
            journal: Journal::default(),
            state: StreamState::default(),
            verification,
            meters: Vec::with_capacity(MAX_SOURCES),
            lateness: Vec::with_capacity(MAX_SOURCES),
            viewer: None,
            disk: None,
            patterns: Patterns::default(),
            pattern_entry: 0,
            watch: Watch::default(),
            verdicts: Vec::new(),
            told: History::default(),
        };
        Self { inner: Mutex::new(inner), origin: Instant::now() }
    }

    /// The session's time.
    pub(crate) fn now(&self) -> Time {
        Time::ZERO + self.origin.elapsed()
    }

    /// When that time is.
    pub(crate) fn instant(&self, time: Time) -> Instant {
        self.origin + time.since(Time::ZERO)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, LiveInner> {
        // The driver is the only one to change anything; if it panicked, its last numbers are shown.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All there is to show.
    pub(crate) fn snapshot(&self, shared: &Shared) -> Snapshot {
        let now = self.now();
        let mut snapshot = Snapshot { at: now.as_secs(), ..Snapshot::default() };
        let (outstanding, disk) = {
            let mut inner = self.lock();
            inner.describe(now, &mut snapshot);
            snapshot.verdicts.clone_from(&inner.verdicts);
            snapshot.patterns_made = inner.patterns.made();
            let outstanding = inner.session.outstanding().map(|(seq, _)| seq).collect::<Vec<_>>();
            (outstanding, inner.disk.clone())
        };
        let shared = shared.lock();
        describe_cache(&shared.cache, shared.position(), &mut snapshot);
        snapshot.cache.disk = disk.map(|(state, limit)| {
            let (bytes, read_bytes) = state.bytes(shared.cache.geometry().size());
            DiskSnapshot { bytes, read_bytes, limit }
        });
        let mut map = shared.cache.map().to_vec();
        // The driver judges ten times a second; this is true at once.
        if shared.is_full() && shared.failure().is_none() {
            snapshot.state = StreamState::Full;
        }
        drop(shared);
        for seq in outstanding {
            if let Some(cell) = map.get_mut((seq - 1) as usize).filter(|cell| **cell == Cell::ABSENT) {
                *cell = Cell::COMING;
            }
        }
        snapshot.map = map.into();
        snapshot
    }
}

impl LiveInner {
    /// The meter of a source.
    pub(crate) fn meter(&mut self, source: SourceId) -> &mut Meter {
        if self.meters.len() <= source.index() {
            self.meters.resize_with(source.index() + 1, Meter::default);
        }
        &mut self.meters[source.index()]
    }

    /// How long a source lets one wait.
    pub(crate) fn lateness(&mut self, source: SourceId) -> &mut Lateness {
        if self.lateness.len() <= source.index() {
            self.lateness.resize_with(source.index() + 1, Lateness::default);
        }
        &mut self.lateness[source.index()]
    }

    /// Notes a pattern that differs in its shares from the last one; returns why it was made.
    pub(crate) fn pattern_made(&mut self, now: Time, epoch: u32, from: u64, pattern: &Pattern) -> String {
        let part = |(source, member): (SourceId, &crate::roster::Member)| Part {
            index: source.index() as u8,
            name: member.called(),
            elements: pattern.elements().iter().filter(|element| element.source() == Some(source)).count(),
            rate_bps: self.session.source(source, now).and_then(|stats| stats.rate_bps),
        };
        let parts = self.roster.iter().map(part).collect();
        let news = self.journal.since(self.pattern_entry);
        self.pattern_entry = news.last().map_or(self.pattern_entry, |entry| entry.number);
        self.patterns.note(now.as_secs(), (epoch, from, pattern), parts, &news)
    }

    /// Judges anew what all the numbers mean.
    pub(crate) fn judge(&mut self, now: Time, shared: &Shared) {
        let mut snapshot = Snapshot { at: now.as_secs(), ..Snapshot::default() };
        self.describe(now, &mut snapshot);
        {
            let shared = shared.lock();
            describe_cache(&shared.cache, shared.position(), &mut snapshot);
        }
        let log = self.journal.since(self.watch.newest_entry());
        self.verdicts = self.watch.take(&snapshot, &log, self.viewer.as_ref());
        self.told.take(snapshot.at, &self.verdicts);
    }

    /// Every source with what the session knows of it.
    pub(crate) fn seen(&self, now: Time) -> Vec<Seen> {
        let one = |(source, member): (SourceId, &crate::roster::Member)| {
            let stats = self.session.source(source, now)?;
            let holds = self.session.held(source).filter(|held| !held.is_all()).map(words::of_held);
            Some(Seen { name: member.called(), address: member.address.clone(), stats, holds })
        };
        self.roster.iter().filter_map(one).collect()
    }

    /// The rates that were measured, by what they are remembered by.
    pub(crate) fn measured(&self, now: Time) -> Vec<(String, f64)> {
        let one = |(source, member): (SourceId, &crate::roster::Member)| {
            Some((member.remembered_as(), self.session.source(source, now)?.rate_bps?))
        };
        self.roster.iter().filter_map(one).collect()
    }

    fn describe(&mut self, now: Time, snapshot: &mut Snapshot) {
        let ids: Vec<SourceId> = self.roster.iter().map(|(source, _)| source).collect();
        for source in ids {
            let meter = self.meter(source);
            let (rate_bps, history) = (meter.rate_bps(now), meter.history(now));
            let waits = self.lateness(source);
            let (held_up, burst_bytes) = (waits.held_up(), waits.burst_bytes());
            let (disk_wait, disk_wait_ms) = (waits.disk_wait(now), waits.disk_wait_ms());
            let (first_byte_p50_ms, first_byte_p95_ms) =
                (waits.first_byte_ms(0.5), waits.first_byte_ms(0.95));
            let Some(stats) = self.session.source(source, now) else { continue };
            let Some(member) = self.roster.get(source) else { continue };
            snapshot.rate_bps += rate_bps;
            snapshot.sources.push(SourceSnapshot {
                name: member.name.clone(),
                address: member.address.clone(),
                route: member.route(),
                rate_bps,
                history,
                first_byte_p50_ms,
                first_byte_p95_ms,
                held_up,
                burst_bytes,
                disk_wait,
                disk_wait_ms,
                ..of_source(source, stats)
            });
        }
        let pattern = |(epoch, from, pattern): (u32, u64, tributary_core::pattern::Pattern)| {
            PatternSnapshot { epoch, from, pattern: pattern.to_string() }
        };
        snapshot.patterns = self.session.patterns().into_iter().map(pattern).collect();
        snapshot.scheme = scheme_of(&self.session);
        snapshot.state = self.state.clone();
        snapshot.verification = self.verification;
        let sums = self.session.counters();
        snapshot.totals = Totals {
            bytes: sums.useful_bytes,
            duplicate_bytes: sums.duplicate_bytes,
            redundant_bytes: sums.redundant_bytes,
            wasted_bytes: sums.wasted_bytes,
            control_bytes: sums.control_bytes,
            page_bytes: sums.page_bytes,
            epochs: sums.epochs,
            leases: sums.leases,
            late_lost: sums.late_lost,
            late_repaired: sums.late_repaired,
            late_doubled: sums.late_doubled,
            out_of_sequence: sums.out_of_sequence,
            repairs: sums.repairs,
            hedges: sums.hedges,
            wrong_blocks: sums.wrong_blocks,
            peak_reorder_bytes: sums.peak_reorder_bytes,
        };
    }
}

fn scheme_of(session: &Session) -> SchemeSnapshot {
    let config = session.config();
    let one = |source: &SourcePrediction| SourcePredictionSnapshot {
        letter: source.source.letter(),
        last_interval_bytes: source.last_interval_bytes,
        interval_pct: source.interval_pct,
        blocks_per_second: source.blocks_per_second,
        last_block: source.last_seq,
        predicted_block: source.seq,
    };
    SchemeSnapshot {
        planner: match config.planner {
            PlannerKind::Arrival => "arrival",
            PlannerKind::Interval => "interval",
        },
        cut_over: match config.cut_over {
            CutOver::Lease => "lease",
            CutOver::Prediction => "prediction",
            CutOver::Synchronous => "synchronous",
        },
        elements_per_block: config.elements_per_block,
        redundancy: config.redundancy,
        unacknowledged: session.unacknowledged().map(SourceId::letter).collect(),
        prediction: session.prediction().map(|prediction| PredictionSnapshot {
            epoch: prediction.epoch,
            seconds_in_future: prediction.seconds_in_future,
            max: prediction.max,
            rounded: prediction.rounded,
            applied_from: prediction.applied_from,
            sources: prediction.sources.iter().map(one).collect(),
        }),
    }
}

fn of_source(source: SourceId, stats: SourceStats) -> SourceSnapshot {
    SourceSnapshot {
        index: source.index() as u8,
        letter: source.letter(),
        state: state_name(stats.state).to_owned(),
        capacity_bps: stats.rate_bps,
        bytes: stats.useful_bytes,
        blocks: stats.blocks,
        share: stats.share,
        rtt_ms: stats.rtt.map(|rtt| rtt.as_secs_f64() * 1e3),
        backlog_blocks: stats.backlog_blocks as u64,
        backlog_bytes: stats.backlog_bytes,
        repairs: stats.repairs,
        duplicates: stats.duplicates,
        errors: stats.errors,
        last_error: stats.last_error,
        retry_in: stats.retry_in.as_ref().map(Duration::as_secs_f64),
        ..SourceSnapshot::default()
    }
}

const fn state_name(state: SourceState) -> &'static str {
    match state {
        SourceState::Joining => "joining",
        SourceState::Sending => "sending",
        SourceState::Waiting => "waiting",
        SourceState::Silent => "silent",
        SourceState::Away => "away",
        SourceState::Gone => "gone",
        SourceState::Quarantined => "quarantined",
    }
}

fn describe_cache(cache: &Cache, main: u64, snapshot: &mut Snapshot) {
    let geometry: Geometry = cache.geometry();
    snapshot.size = geometry.size();
    snapshot.block_size = geometry.block_size();
    snapshot.blocks = geometry.blocks();
    snapshot.head_block = geometry.seq_at(main);
    snapshot.next_block = cache.first_missing(snapshot.head_block);
    snapshot.verified_blocks = cache.ever_count();
    snapshot.cache = CacheSnapshot {
        back_bytes: cache.available_before(main),
        ahead_bytes: cache.available(main),
        back_limit: cache.limits().back_bytes,
        ahead_limit: cache.limits().ahead_bytes,
        ranges: cache.ranges(),
        disk: None,
    };
}
