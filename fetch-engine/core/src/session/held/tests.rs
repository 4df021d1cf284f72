//! Partial copies in a session, frame by frame.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use crate::geometry::{Geometry, Seq, StreamId};
use crate::held::Held;
use crate::pattern::SourceId;
use crate::session::{Action, Config, Demand, Event, PlannerKind, Session};
use crate::time::Time;
use crate::verify::{GROUP, PageId, Value, build_page, group_value};
use crate::walker::Walker;
use crate::wire::Frame;

const BLOCKS: u64 = 40;

fn source(index: u8) -> SourceId {
    SourceId::new(index).unwrap()
}

/// A session and its servers, all at no distance: every frame is answered at once.
struct Table {
    session: Session,
    geometry: Geometry,
    bytes: Vec<u8>,
    groups: Vec<Value>,
    servers: BTreeMap<SourceId, (Walker, Held)>,
    /// Servers that answer page requests with an empty page.
    without_pages: Vec<SourceId>,
    stored: BTreeMap<Seq, SourceId>,
    now: Time,
}

impl Table {
    fn new(planner: PlannerKind) -> Self {
        let bytes: Vec<u8> = (0..BLOCKS * GROUP).map(|at| (at * 31 % 251) as u8).collect();
        let chunks = bytes.chunks(GROUP as usize).enumerate();
        let groups: Vec<Value> = chunks.map(|(i, group)| group_value(i as u64 * GROUP, group)).collect();
        let geometry = Geometry::new(bytes.len() as u64, GROUP as u32).unwrap();
        let stream = StreamId(*blake3::hash(&bytes).as_bytes());
        let config = Config { planner, ..Config::default() };
        let mut session = Session::new(stream, geometry, config).unwrap();
        session.handle(Time::ZERO, Event::Demand(Demand { main: 1..BLOCKS + 1, others: Vec::new() }));
        let (servers, stored) = (BTreeMap::new(), BTreeMap::new());
        Self { session, geometry, bytes, groups, servers, without_pages: Vec::new(), stored, now: Time::ZERO }
    }

    fn join(&mut self, index: u8, held: &[(u64, u64)]) {
        let ranges = held.iter().map(|(from, to)| from * GROUP..to * GROUP);
        let held = Held::gather(self.geometry.size(), ranges).unwrap();
        self.servers.insert(source(index), (Walker::new(source(index), self.geometry), held));
        self.session.handle(self.now, Event::Added { source: source(index), hint: None, gives_pages: true });
        let rtt = Duration::from_millis(5);
        self.session.handle(self.now, Event::Connected { source: source(index), rtt, relayed: false });
    }

    /// Lets time pass, and everybody answer.
    fn run(&mut self, millis: u64) {
        for _ in 0..millis / 5 {
            self.now = self.now + Duration::from_millis(5);
            self.session.tick(self.now);
            let mut answers = Vec::new();
            while let Some(action) = self.session.poll() {
                match action {
                    Action::Send(to, frame) => self.answer(to, &frame, &mut answers),
                    Action::Store { seq, source, .. } => drop(self.stored.insert(seq, source)),
                    _ => {}
                }
            }
            for (id, (walker, held)) in &mut self.servers {
                while let Some(order) = walker.next_order() {
                    let range = self.geometry.range(order.seq);
                    let sent = if held.has(&range) { Some(order) } else { order.without_block() };
                    let bytes = Bytes::copy_from_slice(&self.bytes[range.start as usize..range.end as usize]);
                    let frames = sent.iter().flat_map(|order| order.frames(bytes.clone()));
                    answers.extend(frames.map(|frame| (*id, frame)));
                }
            }
            for (source, frame) in answers {
                self.session.handle(self.now, Event::Received { source, bytes: 100 });
                self.session.handle(self.now, Event::Frame { source, frame });
            }
            self.session.check_invariants().unwrap();
        }
    }

    fn answer(&mut self, id: SourceId, frame: &Frame, answers: &mut Vec<(SourceId, Frame)>) {
        let Some((walker, held)) = self.servers.get_mut(&id) else { return };
        match frame {
            Frame::Open { size, identify, .. } => {
                *walker = Walker::identifying(id, self.geometry, *identify);
                answers.push((id, Frame::Opened { size: *size, held: held.clone() }));
            }
            Frame::Echo { nonce, payload } => {
                answers.push((id, Frame::EchoReply { nonce: *nonce, payload: payload.clone() }));
            }
            Frame::PageRequest { page } => {
                let all = |page: PageId| build_page(&self.groups, self.geometry.size(), page);
                let lacks = self.without_pages.contains(&id);
                let values = if lacks { Bytes::new() } else { all(*page).unwrap().into() };
                answers.push((id, Frame::Page { page: *page, values }));
            }
            frame => drop(walker.handle(frame).unwrap()),
        }
    }
}

#[test]
fn a_partial_copy_gives_what_it_holds_and_the_rest_comes_from_others() {
    for planner in [PlannerKind::Arrival, PlannerKind::Interval] {
        let mut table = Table::new(planner);
        // The part comes first: it is given everything before it says what it holds.
        table.join(1, &[(5, 15), (30, 40)]);
        table.join(0, &[(0, 40)]);
        table.run(3000);
        assert!(table.session.is_satisfied(), "{planner:?}: {} blocks", table.stored.len());
        let from_part: Vec<_> = table.stored.iter().filter(|(_, from)| **from == source(1)).collect();
        assert!(!from_part.is_empty(), "{planner:?}: the part was used");
        assert!(from_part.iter().all(|(seq, _)| (6..=15).contains(*seq) || (31..=40).contains(*seq)));
        let counters = table.session.counters();
        assert_eq!((counters.duplicate_bytes, counters.wrong_blocks), (0, 0));
    }
}

#[test]
fn what_nobody_holds_is_named_and_comes_with_the_first_who_does() {
    for planner in [PlannerKind::Arrival, PlannerKind::Interval] {
        let mut table = Table::new(planner);
        table.join(0, &[(0, 10), (20, 40)]);
        table.run(2000);
        assert_eq!(table.session.awaited(), 11, "{planner:?}");
        assert_eq!(table.session.held_by_nobody(), Some(11));
        table.join(1, &[(8, 25)]);
        table.run(2000);
        assert!(table.session.is_satisfied() && table.session.held_by_nobody().is_none());
        assert!((11..=20).all(|seq| table.stored[&seq] == source(1)));
    }
}

#[test]
fn a_source_that_lacks_pages_is_no_forger_and_others_are_asked() {
    let mut table = Table::new(PlannerKind::Arrival);
    table.without_pages = vec![source(0)];
    table.join(0, &[(0, 20)]);
    table.run(500);
    assert_eq!(table.stored.len(), 0, "nothing can be proved yet");
    table.join(1, &[(0, 40)]);
    table.run(3000);
    assert!(table.session.is_satisfied());
    assert_eq!(table.session.counters().wrong_blocks, 0);
    assert!(table.stored.values().any(|from| *from == source(0)));
}
