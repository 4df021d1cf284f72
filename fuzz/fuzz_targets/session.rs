//! A server nobody trusts talks to a player's session: no panic, no block that is not the stream's, and
//! the invariants hold after every frame.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use tributary_core::geometry::{Geometry, StreamId};
use tributary_core::pattern::SourceId;
use tributary_core::session::{Action, Config, CutOver, Demand, Event, PlannerKind, Session};
use tributary_core::time::Time;
use tributary_core::wire::{Decoder, Identify};

/// Whole groups, and sizes that have to be proved together.
const BLOCK_SIZES: [u32; 4] = [16 << 10, 10_000, 70_000, 1 << 20];

fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses planner, policy, block size, redundancy and names.
    let choice = bytes.first().copied().unwrap_or(0);
    let planner = if choice & 1 == 0 { PlannerKind::Arrival } else { PlannerKind::Interval };
    let cut_over = match choice >> 1 & 3 {
        0 => CutOver::Lease,
        1 => CutOver::Prediction,
        _ => CutOver::Synchronous,
    };
    let block_size = BLOCK_SIZES[usize::from(choice >> 3 & 3)];
    let identify = Identify::from_u8((choice >> 5) % 3).expect("one of three");
    let redundancy = 1 + (choice >> 7);
    let geometry = Geometry::new(10_000_000, block_size).expect("a good block size");
    let config = Config { planner, cut_over, redundancy, identify, ..Config::default() };
    let mut session = Session::new(StreamId([7; 32]), geometry, config).expect("not too many blocks");
    let source = SourceId::new(0).expect("A");
    let mut now = Time::ZERO;
    session.handle(now, Event::Demand(Demand { main: 1..geometry.blocks() + 1, others: Vec::new() }));
    session.handle(now, Event::Added { source, hint: None, gives_pages: true });
    session.handle(now, Event::Connected { source, rtt: Duration::from_millis(20), relayed: false });
    let mut decoder = Decoder::new();
    decoder.feed(bytes.get(1..).unwrap_or_default());
    while let Ok(Some(frame)) = decoder.next_frame() {
        now = now + Duration::from_millis(5);
        session.handle(now, Event::Received { source, bytes: 100 });
        session.handle(now, Event::Frame { source, frame });
        session.tick(now);
        while let Some(action) = session.poll() {
            assert!(!matches!(action, Action::Store { .. }), "a block was taken for a made-up root");
        }
        session.check_invariants().expect("the invariants hold");
    }
});
