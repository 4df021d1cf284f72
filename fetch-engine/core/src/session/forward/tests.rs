//! A look at the end of a film that was planned whole.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::geometry::{Geometry, StreamId};
use crate::pattern::SourceId;
use crate::session::{Action, Config, Demand, Event, Session};
use crate::time::Time;
use crate::verify::GROUP;
use crate::wire::Frame;

const BLOCKS: u64 = 280;

fn at(millis: u64) -> Time {
    Time::from_micros(millis * 1000)
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

/// Two sources whose first bytes come at once, so that all is planned, and that give `rate` bytes a millisecond
/// from then on.
fn planned_whole(rates: [usize; 2]) -> (Session, [SourceId; 2]) {
    let geometry = Geometry::new(BLOCKS * GROUP, GROUP as u32).unwrap();
    let mut session = Session::new(StreamId([3; 32]), geometry, Config::default()).unwrap();
    let sources = [0, 1].map(|index| SourceId::new(index).unwrap());
    for source in sources {
        session.handle(at(0), Event::Added { source, hint: None, gives_pages: true });
        session.handle(at(0), Event::Connected { source, rtt: Duration::from_micros(300), relayed: false });
    }
    session.handle(at(0), Event::Demand(Demand { main: 1..BLOCKS + 1, others: Vec::new() }));
    for millis in 0..150 {
        for (source, rate) in sources.into_iter().zip(rates) {
            let bytes = if millis < 30 { 8 * GROUP as usize / 10 } else { rate };
            session.handle(at(millis), Event::Received { source, bytes });
        }
        session.tick(at(millis));
    }
    assert_eq!(session.walk.next, BLOCKS + 1, "all of it is planned");
    named(&mut session);
    (session, sources)
}

#[test]
fn a_look_at_the_end_does_not_wait_for_all_before_it() {
    let (mut session, [_, quick]) = planned_whole([600, 2_400]);
    let end = BLOCKS - 2..BLOCKS + 1;
    session.handle(at(150), Event::Demand(Demand { main: 1..BLOCKS + 1, others: vec![end.clone()] }));
    let ordered = named(&mut session);
    assert_eq!(ordered.iter().map(|(_, seq)| *seq).collect::<BTreeSet<u64>>(), end.collect());
    assert_eq!(ordered.len(), 3);
    assert!(ordered.iter().filter(|(to, _)| *to == quick).count() >= 2, "{ordered:?}");
    session.check_invariants().unwrap();
    session.tick(at(160));
    assert_eq!(named(&mut session), [], "each is ordered once");
}

#[test]
fn what_comes_soon_anyway_is_left_to_the_pattern() {
    let (mut session, _) = planned_whole([600, 2_400]);
    session.handle(
        at(150),
        Event::Demand(Demand { main: 1..BLOCKS + 1, others: std::iter::once(1..3).collect() }),
    );
    assert_eq!(named(&mut session), []);
}
