//! From what was seen to findings. Each rule stands in `docs/diagnosing.md` with its thresholds.

use super::track::{Fall, Track};
use super::words::finding;
use super::{Cause, Finding, Grade, Recent, Viewer, Watch};
use crate::happened::Happened;
use crate::snapshot::{Snapshot, SourceSnapshot, StreamState};

/// Headroom from which there is room to spare.
pub const ROOMY: f64 = 1.5;
/// Servers that fell within so many seconds of each other fell together.
const TOGETHER_SECONDS: f64 = 2.0;
/// All together must bring less than this part of before, for the own line to be the limit.
const LINE_FELL: f64 = 0.75;
/// A server that fell is not blamed alone for so long while others droop too.
const UNDECIDED_SECONDS: f64 = 1.5;
/// All together bring at least this part of before: then the newcomer took it from the others.
const SHARED: f64 = 0.85;
/// Others may fall so long after one joined, for that to be the reason, ...
const SINCE_JOINED_SECONDS: f64 = 15.0;
/// ... where what was normal for them was known for so long before: those that joined together took nothing from
/// each other since.
const KNOWN_BEFORE_SECONDS: f64 = 2.0;
/// A server answers late when gaps make up this part of the time in which it owed something...
const HELD_UP: f64 = 0.5;
/// ... and at least so many bytes come at once after each.
const BURST_BYTES: f64 = 12_288.0;
/// Or when it fell silent and came back so often...
const COMES_AND_GOES: usize = 2;
/// ... within so many seconds.
const COMES_AND_GOES_SECONDS: f64 = 10.0;
/// A server's disk is slow when it waits for it for so much of the time, ...
const DISK_WAITS: f64 = 0.5;
/// ... and either gives much less than usual, or each read takes so long, in milliseconds.
const LONG_READ_MS: f64 = 20.0;
/// A server that waits for its disk for so much of the time is blamed for nothing else within [`UNDECIDED_SECONDS`].
const DISK_MAY_BE: f64 = 0.2;
/// Most helpers that are named.
const MAX_HELPERS: usize = 3;
/// A share must have grown by this much for its server to be a helper.
const GREW: f64 = 0.02;
/// How fresh things must be to be ranked by how grave they are, and not by their age, in seconds.
const FRESH_SECONDS: f64 = 10.0;

/// Whether a source takes part now.
fn takes_part(source: &SourceSnapshot) -> bool {
    matches!(source.state.as_str(), "joining" | "sending" | "waiting")
}

/// The smaller, the more important.
pub(super) fn rank(finding: &Finding) -> (u8, u32, u8) {
    let by_age = |ago: f64, gravity: u8| {
        let age = if ago < FRESH_SECONDS { 0 } else { (ago * 10.0) as u32 };
        (3, age, gravity)
    };
    match &finding.what {
        Cause::Failed { .. } => (0, 0, 0),
        Cause::Nobody { .. } => (1, 0, 0),
        Cause::Stalled { .. } => (2, 0, 0),
        Cause::WrongBytes { ago_seconds, .. } => by_age(*ago_seconds, 0),
        Cause::OwnLine { ago_seconds, .. } => by_age(*ago_seconds, 1),
        Cause::AnswersLate { .. } | Cause::SlowDisk { .. } => by_age(0.0, 2),
        Cause::Silent { .. } => by_age(0.0, 3),
        Cause::Left { ago_seconds, was_there: true, .. } => by_age(*ago_seconds, 4),
        Cause::Slowed { ago_seconds, .. } => by_age(*ago_seconds, 5),
        Cause::SharedLine { .. } => (4, 0, 0),
        Cause::TooSlow { .. } => (5, 0, 0),
        Cause::DirectorGone { .. } => (6, 0, 0),
        Cause::HadStalled { .. } => (7, 0, 0),
        Cause::Unverified { .. } => (8, 0, 0),
        Cause::Left { was_there: false, .. } => (9, 0, 0),
        Cause::Tight { .. } | Cause::Safe { .. } | Cause::BufferFull { .. } => (10, 0, 0),
        Cause::AllHere | Cause::Flowing { .. } | Cause::Measuring => (11, 0, 0),
    }
}

impl Watch {
    /// Everything that is to be said but of stalls, in no order.
    pub(super) fn judge(&self, now: &Snapshot, viewer: Option<&Viewer>) -> Vec<Finding> {
        let mut all = Vec::new();
        self.shut_out(now, &mut all);
        self.slow_disks(now, &mut all);
        self.lost(now, &mut all);
        self.late(now, &mut all);
        self.slowed(now, &mut all);
        if let Some(since) = self.director_silent_since {
            let servers = now.sources.iter().filter(|source| takes_part(source)).count();
            let what = Cause::DirectorGone { seconds: now.at - since, servers };
            all.push(finding(what, Grade::Notice, None, None, Vec::new()));
        }
        if let Some(why) = now.verification.warning() {
            all.push(finding(Cause::Unverified { why }, Grade::Notice, None, None, Vec::new()));
        }
        let (what, grade) = self.outlook(now, viewer);
        all.push(finding(what, grade, None, None, Vec::new()));
        all
    }

    /// Servers that sent wrong bytes.
    fn shut_out(&self, now: &Snapshot, all: &mut Vec<Finding>) {
        for recent in &self.recent {
            let (Happened::WrongBytes { block }, Some(source)) = (&recent.what, self.source(now, recent))
            else {
                continue;
            };
            let what = Cause::WrongBytes { block: *block, ago_seconds: now.at - recent.at };
            all.push(about(what, Grade::Warning, source, self.helpers(now, source.index, recent.at)));
        }
    }

    /// Servers that say that they wait for their disks, where that is no small matter. It only explains what is
    /// seen from here: a fast server is not accused by its own word.
    fn slow_disks(&self, now: &Snapshot, all: &mut Vec<Finding>) {
        for source in
            now.sources.iter().filter(|s| (takes_part(s) || s.state == "silent") && s.disk_wait >= DISK_WAITS)
        {
            let fell = self.tracks.iter().any(|track| track.index == source.index && track.fall.is_some());
            let read_ms = source.disk_wait_ms.unwrap_or(0.0);
            if fell || source.state == "silent" || is_held_up(source) || read_ms >= LONG_READ_MS {
                let rate_bps = source.capacity_bps.unwrap_or(source.rate_bps);
                let what = Cause::SlowDisk { waits: source.disk_wait, read_ms, rate_bps };
                all.push(about(what, Grade::Warning, source, self.helpers(now, source.index, now.at - 10.0)));
            }
        }
    }

    /// Servers that are away or silent.
    fn lost(&self, now: &Snapshot, all: &mut Vec<Finding>) {
        let silent: Vec<&SourceSnapshot> = now.sources.iter().filter(|s| s.state == "silent").collect();
        let there = now.sources.iter().filter(|s| takes_part(s)).count();
        let since = |index: u8| self.last_of(index, |what| matches!(what, Happened::Silent { .. }));
        if silent.len() >= 2 && there == 0 {
            let starts = silent.iter().filter_map(|s| since(s.index)).map(|recent| recent.at);
            let (first, last) = starts.fold((f64::MAX, f64::MIN), |(a, b), at| (a.min(at), b.max(at)));
            if last - first <= TOGETHER_SECONDS {
                let from_bps = self.tracks.iter().filter_map(|track| track.normal_bps).sum();
                let ago_seconds = now.at - first;
                let what = Cause::OwnLine { from_bps, to_bps: 0.0, ago_seconds, servers: silent.len() };
                all.push(finding(what, Grade::Warning, None, None, Vec::new()));
                return;
            }
        }
        for source in &silent {
            if self.comes_and_goes(source.index) || source.disk_wait >= DISK_WAITS {
                continue;
            }
            let (seconds, owed_blocks) = match since(source.index) {
                Some(Recent { at, what: Happened::Silent { seconds, owed_blocks }, .. }) => {
                    (now.at - at + seconds, *owed_blocks)
                }
                _ => (0.0, 0),
            };
            if source.disk_wait >= DISK_MAY_BE && seconds < UNDECIDED_SECONDS {
                continue;
            }
            let helpers = self.helpers(now, source.index, now.at - seconds);
            all.push(about(Cause::Silent { seconds, owed_blocks }, Grade::Warning, source, helpers));
        }
        for source in now.sources.iter().filter(|s| matches!(s.state.as_str(), "away" | "gone" | "joining")) {
            let left =
                self.last_of(source.index, |what| matches!(what, Happened::Left { .. } | Happened::Joined));
            let Some(Recent { at, what: Happened::Left { why, owed_blocks, was_there, for_good }, .. }) =
                left
            else {
                continue;
            };
            // A server that is tried again and not reached has left when it was there last.
            let was = |recent: &&Recent| {
                recent.source == Some(source.index)
                    && matches!(recent.what, Happened::Left { was_there: true, .. })
            };
            let first = self.recent.iter().rev().find(was).filter(|_| !was_there);
            let (at, why, owed_blocks, was_there) = match first {
                Some(Recent { at, what: Happened::Left { why, owed_blocks, .. }, .. }) => {
                    (*at, why, *owed_blocks, true)
                }
                _ => (*at, why, *owed_blocks, *was_there),
            };
            let ago_seconds = now.at - at;
            let what =
                Cause::Left { why: why.clone(), ago_seconds, owed_blocks, was_there, for_good: *for_good };
            let grade = if was_there { Grade::Warning } else { Grade::Notice };
            all.push(about(what, grade, source, self.helpers(now, source.index, at)));
        }
    }

    /// Servers whose line is free and that send nothing for long all the same.
    fn late(&self, now: &Snapshot, all: &mut Vec<Finding>) {
        let is_late = |source: &&SourceSnapshot| {
            (takes_part(source) || source.state == "silent")
                && source.backlog_bytes > 0
                && source.disk_wait < DISK_WAITS
                && (is_held_up(source) || self.comes_and_goes(source.index))
        };
        let late: Vec<&SourceSnapshot> = now.sources.iter().filter(is_late).collect();
        let there = now.sources.iter().filter(|s| takes_part(s) || s.state == "silent").count();
        // Where all are held up, it is not one of them.
        if late.len() == there && there > 1 {
            return;
        }
        for source in late {
            let rate_bps = source.capacity_bps.unwrap_or(source.rate_bps);
            let what = Cause::AnswersLate { held_up: source.held_up, rate_bps };
            all.push(about(what, Grade::Warning, source, self.helpers(now, source.index, now.at - 10.0)));
        }
    }

    /// Servers that slowed: one by itself, or all with the own line.
    fn slowed(&self, now: &Snapshot, all: &mut Vec<Finding>) {
        let measured: Vec<&Track> = self.tracks.iter().filter(|track| track.normal_bps.is_some()).collect();
        let fallen: Vec<(&Track, Fall)> =
            measured.iter().filter_map(|track| Some((*track, track.fall?))).collect();
        if fallen.is_empty() {
            return;
        }
        let before = |track: &Track| track.fall.map_or(track.normal_bps, |fall| Some(fall.from_bps));
        let from_bps: f64 = measured.iter().filter_map(|track| before(track)).sum();
        let to_bps: f64 = measured.iter().map(|track| track.now_bps).sum();
        let first = fallen.iter().map(|(_, fall)| fall.at).fold(f64::MAX, f64::min);
        let last = fallen.iter().map(|(_, fall)| fall.at).fold(f64::MIN, f64::max);
        let lower = measured.iter().filter(|track| track.fall.is_some() || track.droops()).count();
        let is_line = measured.len() >= 2
            && lower == measured.len()
            && fallen.len() * 2 >= measured.len()
            && last - first <= TOGETHER_SECONDS
            && to_bps <= from_bps * LINE_FELL;
        if is_line {
            let (ago_seconds, servers) = (now.at - first, measured.len());
            let what = Cause::OwnLine { from_bps, to_bps, ago_seconds, servers };
            all.push(finding(what, Grade::Warning, None, None, Vec::new()));
            return;
        }
        if let Some(what) = self.shared_line(now, &measured, &fallen) {
            all.push(finding(what, Grade::Notice, None, None, Vec::new()));
            return;
        }
        for (track, fall) in fallen {
            let others = measured.len() - 1;
            let undecided = others > 0 && (lower - 1) * 2 >= others && now.at - fall.at < UNDECIDED_SECONDS;
            let told = all.iter().any(|finding| {
                finding.source == Some(track.index)
                    && matches!(finding.what, Cause::AnswersLate { .. } | Cause::SlowDisk { .. })
            });
            let source = now.sources.iter().find(|source| source.index == track.index);
            let (Some(source), false, false) = (source, undecided, told) else { continue };
            if source.disk_wait >= DISK_MAY_BE && now.at - fall.at < UNDECIDED_SECONDS {
                continue;
            }
            let what = Cause::Slowed {
                from_bps: fall.from_bps,
                to_bps: track.now_bps,
                ago_seconds: now.at - fall.at,
                share_from: fall.share_from,
                share_to: source.share,
                alone: now.sources.iter().filter(|s| takes_part(s)).count() < 2,
            };
            all.push(about(what, Grade::Warning, source, self.helpers(now, source.index, fall.at)));
        }
    }

    /// Whether those that fell did so because another one joined on the same line.
    fn shared_line(&self, now: &Snapshot, measured: &[&Track], fallen: &[(&Track, Fall)]) -> Option<Cause> {
        let first = fallen.iter().map(|(_, fall)| fall.at).fold(f64::MAX, f64::min);
        let joined = self.recent.iter().rev().find(|recent| {
            matches!(recent.what, Happened::Joined)
                && recent.at <= first + TOGETHER_SECONDS
                && first - recent.at <= SINCE_JOINED_SECONDS
                && fallen.iter().all(|(track, _)| {
                    let since = track.measured_at.unwrap_or(f64::MAX);
                    recent.source != Some(track.index) && since + KNOWN_BEFORE_SECONDS <= recent.at
                })
        })?;
        let newcomer = self.source(now, joined)?;
        let older = measured.iter().filter(|track| track.index != newcomer.index);
        let before = |track: &&&Track| track.fall.map_or(track.normal_bps, |fall| Some(fall.from_bps));
        let from_bps: f64 = older.filter_map(|track| before(&track)).sum();
        let to_bps: f64 = measured.iter().map(|track| track.now_bps).sum();
        let shares = to_bps >= from_bps * SHARED;
        shares.then(|| Cause::SharedLine { joined: newcomer.name.clone(), from_bps, to_bps })
    }

    /// How playing goes.
    fn outlook(&self, now: &Snapshot, viewer: Option<&Viewer>) -> (Cause, Grade) {
        match &now.state {
            StreamState::Failed(why) => return (Cause::Failed { why: why.clone() }, Grade::Bad),
            StreamState::Nobody(why) => {
                return (Cause::Nobody { block: now.next_block, why: why.clone() }, Grade::Bad);
            }
            _ if now.next_block > now.blocks && now.blocks > 0 => return (Cause::AllHere, Grade::Good),
            _ => {}
        }
        let needed_bps = viewer.and_then(|viewer| viewer.needed_bps).filter(|needed| *needed > 0.0);
        let Some(total_bps) = self.average_bps else {
            let taking_part = now.sources.iter().filter(|source| takes_part(source));
            let possible_bps: f64 = taking_part.filter_map(|source| source.capacity_bps).sum();
            let is_full = now.state == StreamState::Full || now.cache.ahead_bytes > now.cache.ahead_limit / 2;
            if !is_full || possible_bps <= 0.0 {
                return (Cause::Measuring, Grade::Unknown);
            }
            return (
                Cause::BufferFull { factor: needed_bps.map(|needed| possible_bps / needed) },
                Grade::Good,
            );
        };
        let Some(needed_bps) = needed_bps else {
            return (Cause::Flowing { rate_bps: total_bps }, Grade::Good);
        };
        let factor = total_bps / needed_bps;
        if factor >= ROOMY {
            return (Cause::Safe { factor }, Grade::Good);
        }
        let ahead = viewer.and_then(|viewer| viewer.ahead_seconds);
        let pauses_in_seconds = ahead.filter(|_| factor < 1.0).map(|ahead| ahead / (1.0 - factor));
        let lasts = match (pauses_in_seconds, viewer.and_then(|viewer| viewer.left_seconds)) {
            (Some(pauses), Some(left)) => pauses >= left,
            _ => false,
        };
        if factor >= 1.0 || lasts {
            return (Cause::Tight { factor }, Grade::Good);
        }
        (Cause::TooSlow { needed_bps, total_bps, pauses_in_seconds }, Grade::Warning)
    }

    fn source<'a>(&self, now: &'a Snapshot, recent: &Recent) -> Option<&'a SourceSnapshot> {
        now.sources.iter().find(|source| recent.source == Some(source.index))
    }

    fn last_of(&self, source: u8, wanted: impl Fn(&Happened) -> bool) -> Option<&Recent> {
        self.recent.iter().rev().find(|recent| recent.source == Some(source) && wanted(&recent.what))
    }

    /// Whether a source falls silent and comes back all the time.
    fn comes_and_goes(&self, source: u8) -> bool {
        let back = |recent: &&Recent| {
            recent.source == Some(source)
                && recent.what == Happened::Back
                && self.at - recent.at <= COMES_AND_GOES_SECONDS
        };
        self.recent.iter().filter(back).count() >= COMES_AND_GOES
    }

    /// Who sends in the place of `source` since then: who repaired, else whose share grew.
    fn helpers(&self, now: &Snapshot, source: u8, since: f64) -> Vec<String> {
        let others = || now.sources.iter().filter(move |other| other.index != source && takes_part(other));
        let repaired = |other: &&SourceSnapshot| {
            self.recent.iter().any(|recent| {
                recent.at >= since
                    && recent.source == Some(other.index)
                    && matches!(recent.what, Happened::Repaired { .. })
            })
        };
        let grew = |other: &&SourceSnapshot| {
            let track = self.tracks.iter().find(|track| track.index == other.index);
            track.is_some_and(|track| other.share >= track.normal_share + GREW)
        };
        let mut names: Vec<String> =
            others().filter(|other| repaired(other) || grew(other)).map(|other| other.name.clone()).collect();
        names.truncate(MAX_HELPERS);
        names
    }
}

/// Whether it sends nothing for long, and then much at once.
fn is_held_up(source: &SourceSnapshot) -> bool {
    source.held_up >= HELD_UP && source.burst_bytes >= BURST_BYTES
}

fn about(what: Cause, grade: Grade, source: &SourceSnapshot, helpers: Vec<String>) -> Finding {
    finding(what, grade, Some(source.index), Some(source.name.clone()), helpers)
}
