//! A player nobody trusts talks to a content server's walk: no panic, and no block outside the stream.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tributary_core::geometry::Geometry;
use tributary_core::pattern::SourceId;
use tributary_core::walker::Walker;
use tributary_core::wire::{Decoder, Identify};

fuzz_target!(|input: (u8, &[u8])| {
    let (identify, bytes) = input;
    let identify = Identify::from_u8(identify % 3).expect("one of three");
    let geometry = Geometry::new(10_000_000, 16 << 10).expect("a good block size");
    let mut walker = Walker::identifying(SourceId::new(0).expect("A"), geometry, identify);
    let mut decoder = Decoder::new();
    decoder.feed(bytes);
    while let Ok(Some(frame)) = decoder.next_frame() {
        if walker.handle(&frame).is_err() {
            return;
        }
        for _ in 0..2000 {
            let Some(order) = walker.next_order() else { break };
            assert!(geometry.contains(order.seq));
        }
    }
});
