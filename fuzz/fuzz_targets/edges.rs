//! Bytes of a content server passed on by a relay: where it sees an edge, the decoder has nothing pending.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tributary_core::wire::{Decoder, Edges};

fuzz_target!(|bytes: &[u8]| {
    let (mut edges, mut decoder) = (Edges::new(), Decoder::new());
    for piece in bytes.chunks(7) {
        edges.pass(piece);
        decoder.feed(piece);
        loop {
            match decoder.next_frame() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                // A relay doesn't look into frames; whoever does gives up here.
                Err(_) => return,
            }
        }
        assert_eq!(edges.to_edge() == Some(0), decoder.pending() == 0);
    }
});
