//! Each rule, by numbers that just fulfil it.

use super::*;
use crate::diagnose::report::{REFERENCE_BPS, REFERENCE_NAME};

fn server(name: &str, alone: f64, together: f64) -> ServerResult {
    ServerResult {
        name: name.to_owned(),
        step: Step::Done,
        connect_ms: Some(10.0),
        rtt_ms: Some(10.0),
        rtt_worst_ms: Some(12.0),
        alone_bps: Some(alone * 1e6),
        together_bps: Some(together * 1e6),
        loss: Some(1.0 - together / alone),
        blocks: 256,
        ..ServerResult::default()
    }
}

fn away(name: &str) -> ServerResult {
    let error = Some("nothing listens there".to_owned());
    ServerResult { name: name.to_owned(), step: Step::Done, error, ..ServerResult::default() }
}

fn judged(servers: Vec<ServerResult>) -> TestVerdict {
    let together = servers.iter().filter_map(|server| server.together_bps).sum();
    let mut report = TestReport {
        phase: Phase::Done,
        need_name: REFERENCE_NAME.to_owned(),
        need_bps: REFERENCE_BPS,
        servers,
        together_bps: Some(together),
        ..TestReport::default()
    };
    report.settle();
    report.verdict
}

#[test]
fn all_is_well() {
    let verdict = judged(vec![server("alpha", 20.0, 19.8), server("beta", 10.0, 9.9)]);
    assert_eq!(verdict.grade, Grade::Good);
    assert_eq!(verdict.sentence, "Both servers answer and send right bytes");
    assert_eq!(verdict.cause, "Together they give 29.7 Mbit/s, 5.7 times what a 1080p film needs.");
}

#[test]
fn the_own_line_is_told_from_the_servers() {
    // Three servers of 20 behind a line of 24: everyone gets a third.
    let verdict = judged(vec![server("a", 20.0, 8.0), server("b", 20.0, 8.1), server("c", 20.0, 7.9)]);
    assert_eq!(verdict.sentence, "Your own line is the limit");
    // One that needs less than an equal part keeps it.
    let verdict = judged(vec![server("a", 20.0, 11.0), server("b", 20.0, 11.0), server("c", 2.0, 2.0)]);
    assert_eq!(verdict.sentence, "Your own line is the limit");
    // Two share a way, and the third, which could give as much, loses nothing.
    let verdict = judged(vec![server("a", 20.0, 10.0), server("b", 20.0, 10.0), server("c", 20.0, 19.9)]);
    assert_eq!(verdict.sentence, "a and b lose 50 % when all send");
    assert_eq!(verdict.grade, Grade::Warning);
}

#[test]
fn wrong_bytes_come_before_all_else() {
    let beta = ServerResult { wrong_blocks: 2, ..server("beta", 10.0, 4.0) };
    let verdict = judged(vec![server("alpha", 20.0, 8.0), beta.clone(), away("gamma")]);
    assert_eq!((verdict.grade, verdict.sentence.as_str()), (Grade::Bad, "beta sends wrong bytes"));
    assert!(verdict.cause.starts_with("The others are right."));
    assert_eq!(says(&beta, true).detail, "2 of 256 blocks are not the title's");
    assert!(judged(vec![beta]).cause.starts_with("Nobody else is right."));
}

#[test]
fn who_is_away_or_unsteady_is_named() {
    let shaky = ServerResult { rtt_worst_ms: Some(164.0), ..server("beta", 10.0, 9.9) };
    let broken = ServerResult {
        breaks: 1,
        broke_after: Some(2.1),
        error: Some("the connection was reset".to_owned()),
        ..server("delta", 10.0, 9.9)
    };
    let verdict = judged(vec![server("alpha", 20.0, 19.9), shaky, broken.clone(), away("epsilon")]);
    assert_eq!(verdict.sentence, "Three of four servers answer; beta and delta are unsteady");
    assert!(verdict.cause.contains("beta: its answers took 10 to 164 ms."), "{}", verdict.cause);
    assert!(verdict.cause.contains("epsilon was not reached: nothing listens there."));
    assert_eq!(says(&broken, true).detail, "broke after 2.1 s, came back: the connection was reset");
}

#[test]
fn nobody_is_nobody_and_little_is_too_little() {
    assert_eq!(judged(vec![away("a"), away("b")]).sentence, "No server answers");
    let mute = ServerResult {
        blocks: 0,
        error: Some("it holds no such stream".to_owned()),
        ..server("a", 1.0, 1.0)
    };
    assert_eq!(judged(vec![mute]).sentence, "No server sends anything");
    let verdict = judged(vec![server("a", 2.0, 2.0), server("b", 3.0, 2.9)]);
    assert_eq!(verdict.sentence, "Too slow for a 1080p film");
    assert!(verdict.cause.contains("4.9 Mbit/s, and it needs 5.2"), "{}", verdict.cause);
}

#[test]
fn a_test_under_way_says_what_it_does() {
    let mut report =
        TestReport { phase: Phase::Alone, servers: vec![server("a", 1.0, 1.0)], ..TestReport::default() };
    report.servers[0].step = Step::Alone;
    report.settle();
    assert_eq!(report.verdict.sentence, "Each server sends alone");
    assert_eq!(report.servers[0].says.word, "Sending alone");
    report.phase = Phase::Failed("the director is away".to_owned());
    report.settle();
    assert_eq!(report.verdict.cause, "the director is away");
}
