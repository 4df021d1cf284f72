//! A window that was planned whole, by rates that prove wrong.

use std::time::Duration;

use crate::geometry::{Geometry, StreamId};
use crate::pattern::SourceId;
use crate::session::{Action, Config, Demand, Event, Session};
use crate::time::Time;
use crate::verify::GROUP;
use crate::wire::Frame;

const BLOCKS: u64 = 220;

fn at(millis: u64) -> Time {
    Time::from_micros(millis * 1000)
}

fn join(session: &mut Session, now: Time, source: SourceId, rtt: Duration) {
    session.handle(now, Event::Added { source, hint: None, gives_pages: true });
    session.handle(now, Event::Connected { source, rtt, relayed: false });
}

/// What was ordered by name since, and of whom.
fn named(session: &mut Session) -> Vec<(SourceId, u64)> {
    let mut named = Vec::new();
    while let Some(action) = session.poll() {
        if let Action::Send(to, Frame::Repair { blocks, .. }) = action {
            named.extend(blocks.iter().map(|seq| (to, *seq)));
        }
    }
    named
}

/// All is planned for two, and the one that began well turns out to be slow by far. Its last blocks go to one that
/// has just come and has nothing to do, and none to the other, whose share the reader comes to sooner.
#[test]
fn blocks_of_the_windows_end_do_not_hold_up_a_share_before_them() {
    let geometry = Geometry::new(BLOCKS * GROUP, GROUP as u32).unwrap();
    let mut session = Session::new(StreamId([3; 32]), geometry, Config::default()).unwrap();
    let [slow, quick, idle] = [0, 1, 2].map(|index| SourceId::new(index).unwrap());
    join(&mut session, at(0), slow, Duration::from_micros(300));
    join(&mut session, at(0), quick, Duration::from_micros(300));
    session.handle(at(0), Event::Demand(Demand { main: 1..BLOCKS + 1, others: Vec::new() }));
    let give = |session: &mut Session, millis: u64| {
        for (source, first, then) in [(slow, 13_000, 60), (quick, 3_000, 2_400)] {
            let bytes = if millis < 30 { first } else { then };
            session.handle(at(millis), Event::Received { source, bytes });
        }
        session.tick(at(millis));
    };
    (0..150).for_each(|millis| give(&mut session, millis));
    assert_eq!(session.walk.next, BLOCKS + 1, "all of it is planned");
    join(&mut session, at(150), idle, Duration::from_millis(200));
    let mut ordered = named(&mut session);
    (150..300).for_each(|millis| give(&mut session, millis));
    ordered.extend(named(&mut session));
    assert!(ordered.iter().any(|(to, _)| *to == idle), "{ordered:?}");
    assert!(ordered.iter().all(|(to, _)| *to != quick), "{ordered:?}");
    session.check_invariants().unwrap();
}
