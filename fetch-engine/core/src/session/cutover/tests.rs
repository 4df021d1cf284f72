//! What each policy says, and when: frame by frame, with acknowledgements made by hand.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::*;
use crate::geometry::{Geometry, StreamId};
use crate::held::Held;
use crate::session::{Action, Config, Demand, Event};
use crate::verify::GROUP;

const BLOCKS: u64 = 400;
const RTT: Duration = Duration::from_millis(20);

fn source(index: u8) -> SourceId {
    SourceId::new(index).unwrap()
}

fn at(millis: u64) -> Time {
    Time::from_micros(millis * 1000)
}

/// A session with two sources that are open.
fn session(cut_over: CutOver) -> Session {
    let geometry = Geometry::new(BLOCKS * GROUP, GROUP as u32).unwrap();
    let config = Config { cut_over, ..Config::default() };
    let mut session = Session::new(StreamId([7; 32]), geometry, config).unwrap();
    for index in 0..2 {
        session.handle(at(0), Event::Added { source: source(index), hint: None, gives_pages: true });
    }
    for index in 0..2 {
        let connected = Event::Connected { source: source(index), rtt: RTT, relayed: false };
        session.handle(at(20), connected);
        let opened = Frame::Opened { size: geometry.size(), held: Held::all() };
        session.handle(at(40), Event::Frame { source: source(index), frame: opened });
    }
    session.handle(at(40), Event::Demand(Demand { main: 1..BLOCKS + 1, others: Vec::new() }));
    session
}

fn sent(session: &mut Session) -> Vec<(SourceId, Frame)> {
    let mut sent = Vec::new();
    while let Some(action) = session.poll() {
        if let Action::Send(to, frame) = action {
            sent.push((to, frame));
        }
    }
    sent
}

/// The last epoch that was sent: its number, its first block, its lease and whether it wants an answer.
fn last_epoch(frames: &[(SourceId, Frame)]) -> (u32, Seq, Seq, bool) {
    let epoch = |(_, frame): &(SourceId, Frame)| match frame {
        Frame::Epoch { epoch, from, lease, acknowledge, .. } => Some((*epoch, *from, *lease, *acknowledge)),
        _ => None,
    };
    frames.iter().rev().find_map(epoch).expect("an epoch was sent")
}

fn leases(frames: &[(SourceId, Frame)]) -> usize {
    frames.iter().filter(|(_, frame)| matches!(frame, Frame::Lease { .. })).count()
}

fn acknowledge(session: &mut Session, now: Time, id: SourceId, epoch: u32, from: Seq, next_unsent: Seq) {
    let applied_from = from.max(next_unsent);
    let frame = Frame::EpochAck { generation: 1, epoch, applied_from, next_unsent };
    session.handle(now, Event::Received { source: id, bytes: 29 });
    session.handle(now, Event::Frame { source: id, frame });
}

#[test]
fn by_lease_an_epoch_carries_its_lease_and_wants_no_answer() {
    let mut session = session(CutOver::Lease);
    let (_, from, lease, acknowledged) = last_epoch(&sent(&mut session));
    assert!(lease >= from && !acknowledged);
}

#[test]
fn synchronously_nothing_is_leased_before_all_have_acknowledged() {
    let mut session = session(CutOver::Synchronous);
    let frames = sent(&mut session);
    let (epoch, from, lease, acknowledged) = last_epoch(&frames);
    assert_eq!((from, lease, acknowledged), (1, 0, true));
    assert_eq!(leases(&frames), 0);
    acknowledge(&mut session, at(50), source(0), epoch, from, 1);
    session.tick(at(60));
    assert_eq!(leases(&sent(&mut session)), 0, "one of two is not all");
    assert_eq!(session.unacknowledged().collect::<Vec<_>>(), [source(1)]);
    acknowledge(&mut session, at(70), source(1), epoch, from, 1);
    assert!(leases(&sent(&mut session)) >= 2, "each is told at once");
    assert!(session.outstanding().count() > 0);
}

#[test]
fn synchronously_one_that_does_not_answer_holds_nobody_up_for_ever() {
    let mut session = session(CutOver::Synchronous);
    let (epoch, from, ..) = last_epoch(&sent(&mut session));
    acknowledge(&mut session, at(50), source(0), epoch, from, 1);
    let mut leased_at = None;
    for millis in (60..5000).step_by(10) {
        session.tick(at(millis));
        if leases(&sent(&mut session)) > 0 {
            leased_at = Some(millis);
            break;
        }
    }
    let leased_at = leased_at.expect("somebody may send at last");
    assert!((300..1000).contains(&leased_at), "after its silence limit: at {leased_at} ms");
}

/// A pattern is changed inside leased ground, and both sources have walked some way into it already.
/// Exactly the blocks are ordered by name that their new owner has passed by and their old owner has not
/// come to; what either has sent is not.
#[test]
fn exactly_what_nobody_will_send_is_ordered_by_name() {
    for (walked_by_first, walked_by_second) in [(0, 0), (0, 12), (12, 0), (7, 19), (19, 7), (25, 25)] {
        let mut session = session(CutOver::Prediction);
        let (_, start, ..) = last_epoch(&sent(&mut session));
        let leased = session.walk.next;
        assert!(leased > start + 8, "there is leased ground: {start} to {leased}");
        let first = start + 2;
        let old: Vec<Owners> = (first..leased).map(|seq| session.owners_by_pattern(seq)).collect();
        // The new pattern swaps the two.
        let swapped: Vec<_> = (first..leased)
            .map(|seq| match session.owners_by_pattern(seq).contains(source(0)) {
                true => source(1).into(),
                false => source(0).into(),
            })
            .collect();
        let schedule = Pattern::new(swapped).unwrap().into();
        session.cut_over(at(70), first, schedule);
        let (epoch, from, ..) = last_epoch(&sent(&mut session));
        assert_eq!(from, first);

        let walked = [(first + walked_by_first).min(leased), (first + walked_by_second).min(leased)];
        let mut expected = BTreeSet::new();
        for (seq, owners) in (first..leased).zip(&old) {
            let was = usize::from(!owners.contains(source(0)));
            if seq < walked[was] {
                // Its old owner sent it, before it acknowledges.
                let bytes = Bytes::from(vec![0; GROUP as usize]);
                let frame = Frame::Data { generation: 1, epoch: epoch - 1, seq, bytes };
                session.handle(at(75), Event::Frame { source: source(was as u8), frame });
            } else if seq < walked[1 - was] {
                expected.insert(seq);
            }
        }
        sent(&mut session);
        for index in 0..2 {
            acknowledge(&mut session, at(80), source(index), epoch, first, walked[usize::from(index)]);
        }
        let mut ordered = BTreeSet::new();
        for (_, frame) in sent(&mut session) {
            if let Frame::Repair { blocks, .. } = frame {
                ordered.extend(blocks);
            }
        }
        assert_eq!(ordered, expected, "walked to {walked:?} of {first} to {leased}");
        let counters = session.counters();
        assert_eq!(
            (counters.late_lost, counters.late_repaired),
            (expected.len() as u64, expected.len() as u64)
        );
        session.check_invariants().unwrap();
    }
}

#[test]
fn who_acknowledges_more_than_it_was_told_loses_its_connection() {
    for (applied_from, next_unsent) in [(9999, 9999), (2, 3)] {
        let mut session = session(CutOver::Prediction);
        let (epoch, ..) = last_epoch(&sent(&mut session));
        let frame = Frame::EpochAck { generation: 1, epoch, applied_from, next_unsent };
        session.handle(at(60), Event::Frame { source: source(0), frame });
        let closed = std::iter::from_fn(|| session.poll()).any(|action| action == Action::Close(source(0)));
        assert!(closed, "{applied_from}, {next_unsent}");
    }
}
