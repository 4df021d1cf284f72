//! A player nobody trusts talks to a content server's walk: no panic, and no block outside the stream.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tributary_core::geometry::Geometry;
use tributary_core::pattern::SourceId;
use tributary_core::walker::Walker;
use tributary_core::wire::Decoder;

fuzz_target!(|bytes: &[u8]| {
    let geometry = Geometry::new(10_000_000, 16 << 10).expect("a good block size");
    let mut walker = Walker::new(SourceId::new(0).expect("A"), geometry);
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
