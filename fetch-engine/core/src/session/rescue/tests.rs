//! Copies that redundancy asked for, frame by frame.

use std::time::Duration;

use bytes::Bytes;

use crate::geometry::{Geometry, StreamId};
use crate::pattern::SourceId;
use crate::session::{Action, Config, Demand, Event, Session};
use crate::time::Time;
use crate::verify::{GROUP, PageId, Value, build_page, group_value};
use crate::wire::Frame;

const BLOCKS: u64 = 4;
/// Bytes of a block: of whole groups, and not.
const BLOCK_SIZES: [u64; 2] = [4 * GROUP, 4 * GROUP - 1000];

fn at(millis: u64) -> Time {
    Time::from_micros(1_000_000 + millis * 1000)
}

/// What the session says to a source, but for pages.
fn told(session: &mut Session) -> Vec<(SourceId, Frame)> {
    let mut told = Vec::new();
    while let Some(action) = session.poll() {
        match action {
            Action::Send(_, Frame::PageRequest { .. } | Frame::Echo { .. } | Frame::Epoch { .. }) => {}
            Action::Send(to, frame) => told.push((to, frame)),
            _ => {}
        }
    }
    told
}

/// The first copy of a block comes before what proves it, and proves wrong. The other source has begun to send
/// its own: it is neither told to stop nor asked again.
#[test]
fn a_copy_is_waited_for_until_the_first_one_is_proved() {
    for block_size in BLOCK_SIZES {
        let size = BLOCKS * block_size;
        let bytes = Bytes::from((0..size).map(|at| (at * 31 % 251) as u8).collect::<Vec<u8>>());
        let chunks = bytes.chunks(GROUP as usize).enumerate();
        let groups: Vec<Value> = chunks.map(|(i, group)| group_value(i as u64 * GROUP, group)).collect();
        let geometry = Geometry::new(size, block_size as u32).unwrap();
        let config = Config { redundancy: 2, ..Config::default() };
        let name = StreamId(*blake3::hash(&bytes).as_bytes());
        let mut session = Session::new(name, geometry, config).unwrap();
        let [liar, honest] = [0, 1].map(|index| SourceId::new(index).unwrap());
        for source in [liar, honest] {
            let rtt = Duration::from_millis(20);
            session.handle(at(0), Event::Added { source, hint: None, gives_pages: true });
            session.handle(at(0), Event::Connected { source, rtt, relayed: false });
        }
        session.handle(at(0), Event::Demand(Demand { main: 1..BLOCKS + 1, others: Vec::new() }));
        session.tick(at(0));
        let data = |seq: u64, wrong: bool| {
            let range = (seq - 1) * block_size..seq * block_size;
            let mut block = bytes[range.start as usize..range.end as usize].to_vec();
            block[17] ^= u8::from(wrong);
            Frame::Data { generation: 1, epoch: 1, seq, bytes: block.into() }
        };
        let hear = |session: &mut Session, millis: u64, source: SourceId, frame: Frame| {
            session.handle(at(millis), Event::Received { source, bytes: 100 });
            session.handle(at(millis), Event::Frame { source, frame });
            session.tick(at(millis));
            session.check_invariants().unwrap();
        };
        told(&mut session);
        hear(&mut session, 30, liar, data(1, true));
        hear(&mut session, 50, liar, data(2, false));
        assert_eq!(told(&mut session), [], "the copies may be needed");
        let page =
            |page: PageId| Frame::Page { page, values: build_page(&groups, size, page).unwrap().into() };
        hear(&mut session, 60, honest, page(PageId::leaf_at(0)));
        assert!(session.counters().wrong_blocks > 0, "the first copy is wrong");
        let asked = told(&mut session);
        let named = |frame: &Frame| matches!(frame, Frame::Repair { blocks, .. } | Frame::Cancel { blocks, .. } if blocks.contains(&1));
        assert!(!asked.iter().any(|(_, frame)| named(frame)), "{asked:?}");
        for seq in 1..=BLOCKS {
            hear(&mut session, 60 + seq, honest, data(seq, false));
        }
        assert!(session.is_satisfied());
        assert_eq!((session.counters().duplicate_bytes, session.counters().repairs), (0, 0));
    }
}

/// A block is taken back from a source and then ordered of it by name, since nobody else is there. The one that was
/// under way comes: the other is taken back, and may come twice until the source has answered.
#[test]
fn what_was_under_way_all_the_same_makes_the_order_by_name_a_second_one() {
    let geometry = Geometry::new(BLOCKS * GROUP, GROUP as u32).unwrap();
    let mut session = Session::new(StreamId([3; 32]), geometry, Config::default()).unwrap();
    let source = SourceId::new(0).unwrap();
    session.handle(at(0), Event::Demand(Demand { main: 1..BLOCKS + 1, others: Vec::new() }));
    session.handle(at(0), Event::Added { source, hint: None, gives_pages: true });
    session.handle(at(0), Event::Connected { source, rtt: Duration::from_millis(20), relayed: false });
    session.take_back(at(10), source, 1);
    session.cancel(at(10), source, &[1]);
    session.order_orphans(at(10));
    let named = |frame: &Frame| matches!(frame, Frame::Repair { blocks, .. } if blocks == &[1]);
    assert!(told(&mut session).iter().any(|(_, frame)| named(frame)));
    let before = session.sources[&source].doubt.bytes();
    let bytes = Bytes::from(vec![0; GROUP as usize]);
    session.handle(at(30), Event::Received { source, bytes: bytes.len() });
    let data = Frame::Data { generation: 1, epoch: 1, seq: 1, bytes };
    session.handle(at(30), Event::Frame { source, frame: data });
    assert_eq!(told(&mut session), [(source, Frame::Cancel { generation: 1, blocks: vec![1] })]);
    assert_eq!(session.sources[&source].doubt.bytes(), before + GROUP);
}

/// A reader looks at a place that the walk comes to in some tens of blocks: it does not wait for that.
#[test]
fn a_look_ahead_of_the_walk_is_ordered_by_name() {
    let geometry = Geometry::new(1000 * GROUP, GROUP as u32).unwrap();
    let mut session = Session::new(StreamId([3; 32]), geometry, Config::default()).unwrap();
    let source = SourceId::new(0).unwrap();
    session.handle(at(0), Event::Demand(Demand { main: 1..1001, others: Vec::new() }));
    session.handle(at(0), Event::Added { source, hint: None, gives_pages: true });
    session.handle(at(0), Event::Connected { source, rtt: Duration::from_millis(20), relayed: false });
    told(&mut session);
    let far = session.walk.next + 30;
    let near = session.walk.next + 1;
    let others = vec![far..far + 2, near..near + 2];
    session.handle(at(1), Event::Demand(Demand { main: 1..1001, others }));
    let ordered: Vec<u64> = told(&mut session)
        .into_iter()
        .filter_map(|(_, frame)| if let Frame::Repair { blocks, .. } = frame { Some(blocks) } else { None })
        .flatten()
        .collect();
    assert_eq!(ordered, [far, far + 1]);
}
