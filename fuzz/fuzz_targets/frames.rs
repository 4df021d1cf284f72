//! Bytes of a peer into the frame decoder, in pieces: no panic, and what is read writes back the same.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use tributary_core::wire::{Decoder, encode};

fuzz_target!(|bytes: &[u8]| {
    let mut decoder = Decoder::new();
    for piece in bytes.chunks(7) {
        decoder.feed(piece);
        while let Ok(Some(frame)) = decoder.next_frame() {
            let mut wire = BytesMut::new();
            encode(&frame, &mut wire);
            let mut again = Decoder::new();
            again.feed(&wire);
            assert_eq!(again.next_frame(), Ok(Some(frame)));
        }
    }
});
