//! The verdict: one sentence from the numbers that anybody understands, then the cause.
//!
//! What the numbers mean is judged in the engine ([`fetch_engine::verdict`]), by rules that the terminal
//! shares; here stands what only the window knows: that it failed for another reason, or waits.

use fetch_engine::snapshot::{Snapshot, SourceSnapshot, StreamState};
pub use fetch_engine::verdict::ROOMY;
use fetch_engine::verdict::{Cause, Finding, Grade as EngineGrade, Viewer};

use super::playback::{Fault, Phase, Playback};
use super::{finding, why, words};
use crate::i18n::t;

/// How grave a verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// All is well.
    Good,
    /// Nothing is known yet.
    Unknown,
    /// It will pause soon.
    Warning,
    /// It waits now.
    Waiting,
    /// It can't go on.
    Bad,
}

/// The sentence and its cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How grave it is.
    pub grade: Grade,
    /// The sentence.
    pub sentence: String,
    /// Who, what, since when, who took over.
    pub cause: String,
}

/// What arrives against what is needed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headroom {
    /// Bits a second that arrive, or could arrive while the buffer is full.
    pub total_bps: f64,
    /// Whether the figure is what the sources could give, because the buffer is full.
    pub possible: bool,
    /// Bits a second that the title needs; none while its length is unknown.
    pub needed_bps: Option<f64>,
}

impl Headroom {
    /// How many times the need arrives; none while the need is unknown.
    #[must_use]
    pub fn factor(&self) -> Option<f64> {
        self.needed_bps.map(|needed| self.total_bps / needed)
    }

    /// The same in words: `3.6×`.
    #[must_use]
    pub fn factor_words(&self) -> String {
        match self.factor() {
            None => "–".to_owned(),
            Some(factor) if factor < 9.95 => format!("{}×", words::decimal(factor, 1)),
            Some(factor) if factor < 99.5 => format!("{}×", words::decimal(factor, 0)),
            Some(_) => "> 99×".to_owned(),
        }
    }

    /// What one source gives, counted as in the total.
    #[must_use]
    pub fn of_source(&self, source: &SourceSnapshot) -> f64 {
        if self.possible { source.capacity_bps.unwrap_or(source.rate_bps) } else { source.rate_bps }
    }
}

/// Whether a source takes part now.
#[must_use]
pub fn takes_part(source: &SourceSnapshot) -> bool {
    matches!(source.state.as_str(), "joining" | "sending" | "waiting")
}

/// Whether a source is there, even if it keeps silent for the moment.
#[must_use]
pub fn is_there(source: &SourceSnapshot) -> bool {
    takes_part(source) || source.state == "silent"
}

/// What arrives against what is needed.
#[must_use]
pub fn headroom(playback: &Playback) -> Option<Headroom> {
    let snapshot = playback.snapshot.as_ref()?;
    let possible = snapshot.state == StreamState::Full;
    let mut headroom = Headroom { total_bps: 0.0, possible, needed_bps: playback.needed_bps() };
    headroom.total_bps = if possible {
        snapshot.sources.iter().filter(|s| takes_part(s)).map(|s| headroom.of_source(s)).sum()
    } else {
        snapshot.rate_bps
    };
    Some(headroom)
}

/// The source that the film waits for: the one longest silent, else the slowest that owes blocks.
#[must_use]
pub fn awaited(snapshot: &Snapshot) -> Option<&SourceSnapshot> {
    let silent = snapshot.sources.iter().find(|source| source.state == "silent");
    silent.or_else(|| {
        let owing = snapshot.sources.iter().filter(|source| source.backlog_bytes > 0 && takes_part(source));
        owing.max_by(|a, b| eta_seconds(a).total_cmp(&eta_seconds(b)))
    })
}

fn eta_seconds(source: &SourceSnapshot) -> f64 {
    source.backlog_bytes as f64 * 8.0 / source.rate_bps.max(1.0)
}

/// The verdict on what plays.
#[must_use]
pub fn verdict(playback: &Playback) -> Verdict {
    if let Phase::Failed(fault) = &playback.phase {
        return of_fault(fault, playback.snapshot.as_deref());
    }
    let Some(snapshot) = &playback.snapshot else {
        return Verdict {
            grade: Grade::Unknown,
            sentence: t!("verdict-looking"),
            cause: t!("verdict-looking-what"),
        };
    };
    let is_over = matches!(snapshot.state, StreamState::Failed(_) | StreamState::Nobody(_));
    if playback.buffering.is_some() && !is_over {
        return waiting(playback, snapshot);
    }
    let outlook =
        |finding: &&Finding| finding.what.is_outlook() && !matches!(finding.what, Cause::Stalled { .. });
    let happened = snapshot.verdicts.iter().find(|finding| !finding.what.is_outlook());
    let cause = happened.map(finding::sentence);
    let Some(outlook) = snapshot.verdicts.iter().find(outlook) else {
        let cause = cause.unwrap_or_else(|| calm(snapshot));
        return Verdict { grade: Grade::Unknown, sentence: t!("finding-measuring-head"), cause };
    };
    let grade = match outlook.grade {
        EngineGrade::Good | EngineGrade::Notice => Grade::Good,
        EngineGrade::Unknown => Grade::Unknown,
        EngineGrade::Warning => Grade::Warning,
        EngineGrade::Waiting => Grade::Waiting,
        EngineGrade::Bad => Grade::Bad,
    };
    let told = match &outlook.what {
        Cause::Nobody { why, .. } | Cause::Failed { why } => why::nobody(why, snapshot),
        _ => finding::sentence(outlook),
    };
    let cause = match (grade, cause) {
        (Grade::Bad, _) => told,
        (_, Some(cause)) => cause,
        (Grade::Warning, None) => told,
        (_, None) => format!("{told} {}", calm(snapshot)),
    };
    Verdict { grade, sentence: finding::heading(outlook), cause }
}

/// What the window knows and the engine does not.
#[must_use]
pub fn viewer(playback: &Playback) -> Viewer {
    let left = playback.duration.map(|all| all.saturating_sub(playback.position).as_secs_f64());
    Viewer {
        needed_bps: playback.needed_bps().map(|needed| needed * playback.speed),
        ahead_seconds: playback.ahead_seconds(),
        left_seconds: left,
        stalled: playback.is_stalled(),
        paused: playback.paused,
    }
}

fn bad(sentence: String, cause: String) -> Verdict {
    Verdict { grade: Grade::Bad, sentence, cause }
}

fn of_fault(fault: &Fault, snapshot: Option<&Snapshot>) -> Verdict {
    match fault {
        Fault::NotOpened(why) => bad(t!("verdict-not-opened"), words::safe(why)),
        Fault::MissingCodec { codec, install } => {
            let what = t!("verdict-codec-what", codec = words::safe(codec), install = words::safe(install));
            bad(t!("verdict-codec"), what)
        }
        Fault::Network(why) => {
            let why = snapshot.map_or_else(|| words::safe(why), |snapshot| why::nobody(why, snapshot));
            bad(t!("verdict-network"), why)
        }
        Fault::Damaged(why) => bad(t!("verdict-damaged"), words::safe(why)),
        Fault::Other(why) => bad(t!("verdict-failed"), words::safe(why)),
    }
}

fn waiting(playback: &Playback, snapshot: &Snapshot) -> Verdict {
    let silent: Vec<&str> =
        snapshot.sources.iter().filter(|s| s.state == "silent").map(|source| source.name.as_str()).collect();
    let (sentence, cause) = match (silent.as_slice(), awaited(snapshot)) {
        ([], Some(source)) => {
            let (name, rate) = (words::safe(&source.name), words::megabits(source.rate_bps));
            let sentence = t!("waiting-for", name = name.as_str());
            (sentence, t!("waiting-owes", name = name, blocks = source.backlog_blocks, rate = rate))
        }
        ([], None) => (t!("waiting-for-servers"), t!("waiting-reaching")),
        (silent, _) => {
            let sends = |source: &&SourceSnapshot| source.state == "sending" && source.rate_bps > 0.0;
            let names = words::safe(&words::list(silent));
            let names = names.as_str();
            let cause = match snapshot.sources.iter().find(sends) {
                Some(helper) => {
                    let helper = words::safe(&helper.name);
                    t!("waiting-quiet", names = names, count = silent.len(), helper = helper)
                }
                None => t!("waiting-quiet-all", names = names),
            };
            (t!("waiting-for", name = names), cause)
        }
    };
    let mut cause = cause;
    if let (Some(percent), Some(needed)) = (playback.buffering, playback.needed_bps()) {
        // The pipeline waits for two seconds of film; what is missing comes at the rate of now.
        let seconds = 2.0 * (100.0 - f64::from(percent)) / 100.0 * needed / snapshot.rate_bps.max(1.0);
        if seconds < 90.0 {
            let plays_on = t!("waiting-plays-on", time = words::span(seconds.max(1.0)));
            cause = format!("{cause} {plays_on}");
        }
    }
    Verdict { grade: Grade::Waiting, sentence, cause }
}

/// Whether everything from the picture to the end is here.
#[must_use]
pub fn rest_is_here(snapshot: &Snapshot) -> bool {
    let rest = snapshot.cache.ranges.last().is_some_and(|&(_, end)| end >= snapshot.size);
    rest && snapshot.state == StreamState::Full && snapshot.next_block > snapshot.blocks
}

fn calm(snapshot: &Snapshot) -> String {
    let names: Vec<&str> =
        snapshot.sources.iter().filter(|s| takes_part(s)).map(|source| source.name.as_str()).collect();
    match (&snapshot.state, names.as_slice()) {
        (_, []) => t!("verdict-nobody-yet"),
        (StreamState::Full, _) => String::new(),
        (_, [one]) => t!("verdict-alone", name = words::safe(one)),
        (_, names) => t!("verdict-together", names = words::safe(&words::list(names))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn roomy_tight_and_short() {
        let mut playback = fixture::playback();
        assert_eq!(verdict(&playback).sentence, "Smooth, with room to spare");
        fixture::set_rate(&mut playback, 1.2);
        assert_eq!(verdict(&playback).sentence, "Smooth, little to spare");
        fixture::set_rate(&mut playback, 0.5);
        let verdict = verdict(&playback);
        assert_eq!(verdict.grade, Grade::Warning);
        assert!(verdict.sentence.starts_with("Will pause in about"), "{}", verdict.sentence);
    }

    #[test]
    fn the_last_warning_is_the_cause() {
        let cause = verdict(&fixture::playback()).cause;
        assert!(cause.contains("beta slowed") && cause.contains("23 s ago"), "{cause}");
    }

    #[test]
    fn waiting_names_the_silent_one() {
        let mut playback = fixture::playback();
        playback.buffering = Some(62);
        fixture::edit_snapshot(&mut playback, |snapshot| snapshot.sources[1].state = "silent".to_owned());
        let verdict = verdict(&playback);
        assert_eq!((verdict.grade, verdict.sentence.as_str()), (Grade::Waiting, "Waiting for beta"));
        assert!(verdict.cause.contains("alpha is sending what it owes again"), "{}", verdict.cause);
    }

    #[test]
    fn nobody_is_said_to_help_who_does_not_send() {
        let mut playback = fixture::playback();
        playback.buffering = Some(0);
        fixture::edit_snapshot(&mut playback, |snapshot| {
            snapshot.sources.iter_mut().for_each(|source| source.rate_bps = 0.0);
            snapshot.sources[..2].iter_mut().for_each(|source| source.state = "silent".to_owned());
        });
        let verdict = verdict(&playback);
        assert_eq!(verdict.sentence, "Waiting for alpha and beta");
        assert!(verdict.cause.contains("Nobody else sends now"), "{}", verdict.cause);
    }

    #[test]
    fn nobody_is_bad() {
        let mut playback = fixture::playback();
        fixture::edit_snapshot(&mut playback, |snapshot| {
            snapshot.state = StreamState::Nobody("epsilon is away".to_owned());
        });
        assert_eq!(verdict(&playback).grade, Grade::Bad);
        playback.phase = Phase::Failed(Fault::Network("none answers".to_owned()));
        assert_eq!(verdict(&playback).sentence, "The network is gone");
    }

    #[test]
    fn a_film_whose_rest_is_here_needs_nobody() {
        let mut playback = fixture::playback();
        assert!(!playback.rest_is_here(), "its end is here, and not what lies before that");
        let size = playback.size;
        fixture::edit_snapshot(&mut playback, |snapshot| snapshot.cache.ranges = vec![(0, size)]);
        assert!(playback.rest_is_here());
        fixture::edit_snapshot(&mut playback, |snapshot| snapshot.cache.ranges = vec![(0, size - 1)]);
        assert!(!playback.rest_is_here());
    }

    #[test]
    fn a_factor_has_as_many_figures_as_it_is_worth() {
        let words = |total_bps| Headroom { total_bps, possible: false, needed_bps: Some(1e6) }.factor_words();
        assert_eq!(
            [words(0.44e6), words(3.61e6), words(9.96e6), words(42.4e6), words(3225e6)],
            ["0.4×", "3.6×", "10×", "42×", "> 99×"]
        );
        assert_eq!(Headroom { total_bps: 1.0, possible: false, needed_bps: None }.factor_words(), "–");
    }

    #[test]
    fn a_full_buffer_is_no_lack() {
        let mut playback = fixture::playback();
        fixture::edit_snapshot(&mut playback, |snapshot| {
            snapshot.state = StreamState::Full;
            snapshot.rate_bps = 0.0;
        });
        assert_eq!(verdict(&playback).grade, Grade::Good);
        assert!(headroom(&playback).expect("has numbers").total_bps > 0.0);
    }
}
