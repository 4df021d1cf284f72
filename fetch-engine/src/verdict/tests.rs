//! Each rule over made histories, with those that look alike and are something else.

use super::*;
use crate::snapshot::{CacheSnapshot, SourceSnapshot, Verification};

const NAMES: [&str; 3] = ["alpha", "beta", "gamma"];
const STEP: f64 = 0.2;

/// A stream that is made up, step by step.
struct Film {
    now: Snapshot,
    watch: Watch,
    viewer: Option<Viewer>,
    news: Vec<LogEntry>,
    entries: u64,
}

impl Film {
    /// With servers that give so many megabits a second.
    fn new(rates: &[f64]) -> Self {
        let sum: f64 = rates.iter().sum();
        let source = |(index, rate): (usize, &f64)| SourceSnapshot {
            index: index as u8,
            letter: (b'A' + index as u8) as char,
            name: NAMES[index].to_owned(),
            state: "sending".to_owned(),
            rate_bps: rate * 1e6,
            capacity_bps: Some(rate * 1e6),
            share: rate / sum,
            rtt_ms: Some(20.0),
            backlog_blocks: 4,
            backlog_bytes: 1 << 16,
            ..SourceSnapshot::default()
        };
        let cache =
            CacheSnapshot { ahead_limit: 150 << 20, ahead_bytes: 8 << 20, ..CacheSnapshot::default() };
        let now = Snapshot {
            size: 1 << 32,
            block_size: 1 << 16,
            blocks: 1 << 16,
            next_block: 200,
            head_block: 100,
            state: StreamState::Flowing,
            sources: rates.iter().enumerate().map(source).collect(),
            cache,
            ..Snapshot::default()
        };
        let viewer = Some(Viewer {
            needed_bps: Some(5e6),
            ahead_seconds: Some(20.0),
            left_seconds: Some(3000.0),
            ..Viewer::default()
        });
        Self { now, watch: Watch::default(), viewer, news: Vec::new(), entries: 0 }
    }

    /// Time goes on.
    fn run(&mut self, seconds: f64) -> Vec<Finding> {
        let mut found = Vec::new();
        for _ in 0..(seconds / STEP).round() as usize {
            self.now.at += STEP;
            self.now.rate_bps = self.now.sources.iter().map(|source| source.rate_bps).sum();
            found = self.watch.take(&self.now, &std::mem::take(&mut self.news), self.viewer.as_ref());
        }
        found
    }

    fn happens(&mut self, source: u8, what: Happened) {
        self.entries += 1;
        self.news.push(LogEntry {
            number: self.entries,
            at: self.now.at,
            kind: crate::snapshot::LogKind::Source,
            source: Some(source),
            title: String::new(),
            detail: String::new(),
            warning: false,
            what,
        });
    }

    fn source(&mut self, index: usize) -> &mut SourceSnapshot {
        &mut self.now.sources[index]
    }

    /// It gives so many megabits a second from now on; the average follows as the engine's does.
    fn gives(&mut self, index: usize, mbps: f64) {
        let source = self.source(index);
        source.rate_bps = mbps * 1e6;
        source.capacity_bps = Some(mbps * 1e6);
    }

    fn first(&mut self, seconds: f64) -> Finding {
        self.run(seconds).remove(0)
    }
}

fn has(found: &[Finding], wanted: impl Fn(&Cause) -> bool) -> bool {
    found.iter().any(|finding| wanted(&finding.what))
}

fn accuses(found: &[Finding]) -> bool {
    found.iter().any(|finding| finding.grade >= Grade::Warning)
}

#[test]
fn plays_safely() {
    let first = Film::new(&[20.0, 10.0, 5.0]).first(8.0);
    assert_eq!((first.grade, first.sentence.as_str()), (Grade::Good, "Plays safely: 7.0 × the needed rate."));
    let tight = Film::new(&[6.0]).first(8.0);
    assert_eq!(tight.heading, "Smooth, little to spare");
}

#[test]
fn one_slows() {
    let mut film = Film::new(&[20.0, 10.0, 5.0]);
    film.run(10.0);
    film.gives(1, 2.5);
    film.source(1).share = 0.08;
    film.source(0).share = 0.7;
    let first = film.first(3.0);
    assert_eq!((first.source, first.server.as_deref()), (Some(1), Some("beta")));
    assert_eq!(
        first.sentence,
        "beta slowed from 10.0 to 2.5 Mbit/s 3.0 s ago; its share went from 29 % to 8 %. alpha sends its blocks."
    );
    // It is told for a while, and not for ever: then this is how it is.
    assert!(matches!(film.first(20.0).what, Cause::Slowed { .. }));
    assert!(matches!(film.first(60.0).what, Cause::Safe { .. }));
}

#[test]
fn one_that_is_fast_again_is_not_blamed_any_more() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.run(10.0);
    film.gives(1, 2.0);
    assert!(matches!(film.first(2.0).what, Cause::Slowed { .. }));
    film.gives(1, 9.5);
    assert!(!accuses(&film.run(1.0)));
}

#[test]
fn the_only_server_and_the_own_line_look_alike_and_it_is_said() {
    let mut film = Film::new(&[20.0]);
    film.run(10.0);
    film.gives(0, 6.0);
    let first = film.first(2.0);
    assert!(first.sentence.contains("your own line may be the reason"), "{}", first.sentence);
}

#[test]
fn a_full_buffer_or_a_pause_is_not_slow() {
    let mut film = Film::new(&[20.0, 10.0, 5.0]);
    film.run(10.0);
    film.now.state = StreamState::Full;
    for source in &mut film.now.sources {
        (source.rate_bps, source.backlog_bytes, source.backlog_blocks) = (0.0, 0, 0);
        source.state = "waiting".to_owned();
        // What is left of an average of dribs and drabs.
        source.capacity_bps = source.capacity_bps.map(|bps| bps / 5.0);
    }
    film.now.cache.ahead_bytes = 150 << 20;
    let found = film.run(10.0);
    assert!(!accuses(&found), "{found:?}");
    assert_eq!(found[0].heading, "Smooth, little to spare", "7 of 5 Mbit/s: {found:?}");
    // It goes on: the first moments do not count either.
    film.now.state = StreamState::Flowing;
    film.now.cache.ahead_bytes = 20 << 20;
    assert!(!accuses(&film.run(0.4)));
}

#[test]
fn a_server_that_is_given_less_is_not_slow() {
    let mut film = Film::new(&[20.0, 10.0, 5.0]);
    film.run(10.0);
    film.source(1).share = 0.02;
    film.source(1).rate_bps = 0.6e6;
    film.source(1).state = "waiting".to_owned();
    film.source(1).backlog_bytes = 0;
    film.now.cache.ahead_bytes = 149 << 20;
    assert!(!accuses(&film.run(5.0)));
}

#[test]
fn a_server_that_starts_slowly_is_not_slow() {
    let mut film = Film::new(&[20.0, 1.0]);
    film.gives(1, 0.3);
    film.run(0.6);
    film.gives(1, 9.0);
    film.run(0.4);
    film.gives(1, 4.0);
    assert!(!accuses(&film.run(10.0)));
}

#[test]
fn the_last_blocks_are_no_measure() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.run(10.0);
    film.now.next_block = film.now.blocks - 10;
    film.source(1).backlog_bytes = 0;
    film.gives(1, 1.0);
    assert!(!accuses(&film.run(2.0)));
}

#[test]
fn all_slow_together_it_is_the_own_line() {
    let mut film = Film::new(&[20.0, 10.0, 5.0]);
    film.run(10.0);
    film.gives(0, 4.0);
    film.run(0.4);
    // While the others begin to droop, nobody is blamed alone.
    film.gives(1, 7.5);
    film.gives(2, 3.8);
    let found = film.run(0.6);
    assert!(!has(&found, |what| matches!(what, Cause::Slowed { .. })), "{found:?}");
    film.gives(1, 2.0);
    film.gives(2, 2.0);
    let first = film.first(1.0);
    let start = "Your own line is the limit: all 3 servers slowed together 2.0 s ago, from 34.9";
    assert!(first.sentence.starts_with(start), "{}", first.sentence);
    assert_eq!(first.source, None);
}

#[test]
fn two_of_three_that_slow_apart_are_two_servers() {
    let mut film = Film::new(&[20.0, 10.0, 5.0]);
    film.run(10.0);
    film.gives(0, 4.0);
    film.run(5.0);
    film.gives(1, 2.0);
    let found = film.run(3.0);
    let slowed = found.iter().filter(|finding| matches!(finding.what, Cause::Slowed { .. })).count();
    assert_eq!(slowed, 2, "{found:?}");
}

#[test]
fn all_silent_together_it_is_the_own_line() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.run(10.0);
    for index in [0, 1] {
        film.happens(index, Happened::Silent { seconds: 0.3, owed_blocks: 3 });
        film.source(usize::from(index)).state = "silent".to_owned();
        film.gives(usize::from(index), 0.0);
    }
    let first = film.first(0.4);
    assert!(first.sentence.starts_with("Your own line seems to be cut: all 2 servers"), "{}", first.sentence);
}

#[test]
fn a_newcomer_on_the_same_line_makes_nobody_slow() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.source(1).state = "joining".to_owned();
    (film.source(1).capacity_bps, film.source(1).rate_bps) = (None, 0.0);
    film.run(10.0);
    film.happens(1, Happened::Joined);
    film.source(1).state = "sending".to_owned();
    film.gives(1, 10.0);
    film.gives(0, 10.0);
    let found = film.run(4.0);
    assert!(!accuses(&found), "{found:?}");
    let Cause::SharedLine { joined, .. } = &found[0].what else { panic!("{found:?}") };
    assert_eq!(joined, "beta");
}

#[test]
fn one_that_slows_soon_after_all_joined_together_is_named() {
    let mut film = Film::new(&[12.0, 8.0, 6.0]);
    for index in 0..3 {
        film.run(0.2);
        film.happens(index, Happened::Joined);
    }
    film.run(4.0);
    // What is left is 0.85 of what alpha and beta gave alone: as if gamma had taken the rest.
    film.gives(0, 3.0);
    let first = film.first(2.0);
    assert_eq!((first.source, first.heading.as_str()), (Some(0), "alpha slowed"), "{first:?}");
}

#[test]
fn died() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.run(10.0);
    let left = |was_there| Happened::Left {
        why: "the connection was reset".to_owned(),
        owed_blocks: 11,
        was_there,
        for_good: false,
    };
    film.happens(1, left(true));
    film.source(1).state = "away".to_owned();
    film.gives(1, 0.0);
    film.run(0.6);
    film.happens(0, Happened::Repaired { block: 5, after_ms: 30.0 });
    // Tried again in vain: it is still the server that left.
    film.happens(1, left(false));
    let first = film.first(0.4);
    assert_eq!((first.source, first.heading.as_str()), (Some(1), "beta left"));
    assert_eq!(
        first.sentence,
        "beta left 1.0 s ago: the connection was reset. alpha sends its 11 blocks. It is tried again."
    );
    film.happens(1, Happened::Joined);
    film.source(1).state = "sending".to_owned();
    assert!(!accuses(&film.run(0.4)));
}

#[test]
fn one_that_was_never_there_is_told_last() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.source(1).state = "away".to_owned();
    let why = "nothing listens there".to_owned();
    film.happens(1, Happened::Left { why, owed_blocks: 0, was_there: false, for_good: false });
    let found = film.run(8.0);
    assert!(!accuses(&found) && has(&found, |what| matches!(what, Cause::Left { was_there: false, .. })));
}

#[test]
fn silent_and_the_stall_that_follows() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.run(10.0);
    film.happens(0, Happened::Silent { seconds: 0.3, owed_blocks: 11 });
    film.source(0).state = "silent".to_owned();
    film.source(0).rate_bps = 0.0;
    film.happens(1, Happened::Repaired { block: 5, after_ms: 30.0 });
    let first = film.first(0.6);
    assert_eq!(first.sentence, "alpha owes blocks and is silent for 0.9 s; beta sends its 11 blocks.");
    film.viewer = film.viewer.map(|viewer| Viewer { stalled: true, ..viewer });
    let first = film.first(1.2);
    assert_eq!((first.heading.as_str(), first.source), ("Waiting for alpha", Some(0)));
    film.viewer = film.viewer.map(|viewer| Viewer { stalled: false, ..viewer });
    film.happens(0, Happened::Back);
    film.source(0).state = "sending".to_owned();
    film.gives(0, 20.0);
    let first = film.first(0.4);
    assert_eq!(first.heading, "Stalled 1.2 s");
    assert!(
        first.sentence.starts_with("Stalled 1.2 s: alpha was silent; repaired from beta."),
        "{}",
        first.sentence
    );
    assert!(matches!(film.first(40.0).what, Cause::Safe { .. }));
}

#[test]
fn wrong_bytes_come_before_all_else() {
    let mut film = Film::new(&[20.0, 10.0, 5.0]);
    film.run(10.0);
    film.happens(2, Happened::WrongBytes { block: Some(550) });
    film.source(2).state = "quarantined".to_owned();
    film.gives(0, 5.0);
    let first = film.first(2.0);
    assert_eq!((first.source, first.heading.as_str()), (Some(2), "gamma sent wrong bytes"));
    assert!(first.sentence.contains("(block 550) and is shut out"), "{}", first.sentence);
}

#[test]
fn a_slow_disk_and_not_a_slow_line() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.run(10.0);
    film.gives(1, 2.0);
    (film.source(1).held_up, film.source(1).burst_bytes) = (0.8, 65_536.0);
    let found = film.run(2.0);
    assert_eq!((found[0].source, found[0].heading.as_str()), (Some(1), "beta answers late"));
    assert!(!has(&found, |what| matches!(what, Cause::Slowed { .. })));
    // Small pieces with pauses between them are a slow line.
    film.source(1).burst_bytes = 4096.0;
    assert!(matches!(film.first(1.0).what, Cause::Slowed { .. }));
    // Where all are held up, it is this machine.
    for source in &mut film.now.sources {
        (source.held_up, source.burst_bytes) = (0.8, 65_536.0);
    }
    assert!(!has(&film.run(1.0), |what| matches!(what, Cause::AnswersLate { .. })));
}

#[test]
fn a_server_that_says_that_its_disk_is_slow_is_believed_where_it_is_slow() {
    let mut film = Film::new(&[20.0, 10.0]);
    // It waits for its disk most of the time, for moments each, and is as fast as ever.
    (film.source(1).disk_wait, film.source(1).disk_wait_ms) = (0.8, Some(2.0));
    assert!(!accuses(&film.run(10.0)));
    // While it is not certain yet, it is blamed for nothing.
    film.source(1).disk_wait = 0.3;
    film.gives(1, 2.0);
    assert!(!accuses(&film.run(1.0)));
    film.source(1).disk_wait = 0.8;
    film.source(0).share = 0.9;
    let found = film.run(2.0);
    assert_eq!((found[0].source, found[0].heading.as_str()), (Some(1), "beta's disk is slow"));
    assert_eq!(
        found[0].sentence,
        "beta's disk is slow, not its line: it waits for it 80 % of the time, 2 ms for each read, and gives 2.0 \
         Mbit/s; alpha sends its blocks."
    );
    assert!(!has(&found, |what| matches!(what, Cause::Slowed { .. })), "{found:?}");
    // It fell, and it is not the disk after all.
    film.source(1).disk_wait = 0.3;
    assert!(matches!(film.first(1.0).what, Cause::Slowed { .. }));
}

#[test]
fn a_server_whose_reads_take_long_is_told_from_a_silent_one() {
    let mut film = Film::new(&[20.0, 10.0]);
    (film.source(1).disk_wait, film.source(1).disk_wait_ms) = (0.6, Some(40.0));
    assert_eq!(film.first(4.0).heading, "beta's disk is slow", "from the start");
    (film.source(1).disk_wait, film.source(1).disk_wait_ms) = (0.3, Some(900.0));
    film.happens(1, Happened::Silent { seconds: 0.3, owed_blocks: 2 });
    film.source(1).state = "silent".to_owned();
    assert!(!accuses(&film.run(0.2)));
    film.source(1).disk_wait = 0.9;
    let found = film.run(2.0);
    assert_eq!(found[0].heading, "beta's disk is slow");
    assert!(!has(&found, |what| matches!(what, Cause::Silent { .. })), "{found:?}");
}

#[test]
fn one_that_comes_and_goes_answers_late() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.run(10.0);
    for _ in 0..2 {
        film.happens(1, Happened::Silent { seconds: 0.4, owed_blocks: 2 });
        film.run(0.4);
        film.happens(1, Happened::Back);
        film.run(0.2);
    }
    film.happens(1, Happened::Silent { seconds: 0.4, owed_blocks: 2 });
    film.source(1).state = "silent".to_owned();
    assert_eq!(film.first(0.2).heading, "beta answers late");
}

#[test]
fn too_slow_altogether() {
    let mut film = Film::new(&[2.0, 1.0]);
    let first = film.first(8.0);
    assert_eq!(first.heading, "Will pause in about 50 s");
    assert_eq!(first.sentence, "Too slow altogether: the title needs 5.0 Mbit/s and 3.0 Mbit/s arrive.");
    // With little left to play, it lasts.
    film.viewer = film.viewer.map(|viewer| Viewer { left_seconds: Some(40.0), ..viewer });
    assert!(matches!(film.first(0.2).what, Cause::Tight { .. }));
}

#[test]
fn nobody_and_failed() {
    let mut film = Film::new(&[2.0]);
    film.now.state = StreamState::Nobody("beta (b:1): connected, holds bytes 0 to 99.".to_owned());
    let first = film.first(0.2);
    assert_eq!((first.grade, first.heading.as_str()), (Grade::Bad, "Nobody can send block 200"));
    film.now.state = StreamState::Failed("No honest copy could be had.".to_owned());
    assert_eq!(film.first(0.2).what, Cause::Failed { why: "No honest copy could be had.".to_owned() });
}

#[test]
fn the_director_is_gone_and_back() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.run(4.0);
    film.happens(0, Happened::DirectorSilent);
    let first = film.first(2.0);
    assert_eq!(
        first.sentence,
        "The director does not answer for 2.0 s: it plays on from the 2 servers that are known. Who joins or \
         leaves can't be known until it is back."
    );
    film.happens(0, Happened::DirectorBack);
    assert!(matches!(film.first(0.2).what, Cause::Safe { .. }));
}

#[test]
fn unverified_and_all_here() {
    let mut film = Film::new(&[20.0]);
    film.now.verification = Verification::Never;
    assert!(matches!(film.first(4.0).what, Cause::Unverified { .. }));
    film.now.verification = Verification::EveryByte;
    film.now.next_block = film.now.blocks + 1;
    assert_eq!(film.first(0.2).what, Cause::AllHere);
}

#[test]
fn without_a_viewer_causes_are_found_all_the_same() {
    let mut film = Film::new(&[20.0, 10.0]);
    film.viewer = None;
    assert!(matches!(film.first(4.0).what, Cause::Flowing { .. }));
    film.run(6.0);
    film.gives(0, 5.0);
    assert_eq!(film.first(2.0).server.as_deref(), Some("alpha"));
}

#[test]
fn findings_are_data_too() {
    let mut film = Film::new(&[20.0, 10.0]);
    let first = serde_json::to_value(film.first(8.0)).unwrap();
    assert_eq!((first["cause"].as_str(), first["grade"].as_str()), (Some("safe"), Some("good")));
    assert!((first["factor"].as_f64().unwrap() - 6.0).abs() < 0.01);
}
