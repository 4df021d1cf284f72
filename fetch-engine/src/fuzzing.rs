//! Doors for the fuzz targets of `fuzz/`; built for them alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tributary_core::geometry::{Geometry, StreamId};
use tributary_core::pattern::{Pattern, SourceId};
use tributary_core::wire::{Frame, Identify};

use crate::metalink::Metalink;
use crate::web::{Exchange, Pipeline, WebSource};

const SIZE: u64 = 100_500;
const BLOCK_BYTES: u32 = 1000;

/// What a web server answers, in pieces of `step` bytes, to requests for a film. Panics where a block
/// comes that is none of the film's.
///
/// # Panics
/// Where the pipeline breaks what it promises.
pub fn web_answers(answers: &[u8], step: usize) {
    let source = Arc::new(WebSource::new("http://h/film".parse().expect("a good address")));
    let mut pipeline = Pipeline::new(source, Duration::from_millis(40));
    let geometry = Geometry::new(SIZE, BLOCK_BYTES).expect("a good block size");
    let (me, stream) = (SourceId::new(0).expect("A"), StreamId([0; 32]));
    let (block_size, identify) = (BLOCK_BYTES, Identify::Number);
    let schedule = "AAB".parse::<Pattern>().expect("a pattern").into();
    let (generation, epoch, from, lease) = (1, 1, 1, geometry.blocks());
    for frame in [
        Frame::Open { stream, size: SIZE, block_size, me, identify },
        Frame::Echo { nonce: 7, payload: Bytes::from_static(b"test") },
        Frame::Epoch { generation, epoch, from, lease, acknowledge: false, schedule },
    ] {
        assert!(pipeline.take(&frame).is_ok(), "the session's frames are good");
    }
    let (mut raw, mut out) = (BytesMut::new(), BytesMut::new());
    let mut exchange = Exchange::default();
    for piece in answers.chunks(step) {
        while pipeline.ask(&mut exchange, &mut out) {}
        raw.extend_from_slice(piece);
        let fed = pipeline.feed(Instant::now(), &mut exchange, &mut raw, false);
        for frame in pipeline.came().into_iter().flat_map(|came| came.frames) {
            if let Frame::Data { seq, bytes, .. } = frame {
                assert_eq!(bytes.len() as u64, u64::from(geometry.len(seq)), "whole blocks of the film");
            }
        }
        if fed.is_err() || exchange.ends() {
            pipeline.lost(std::mem::take(&mut exchange));
            raw.clear();
        }
    }
}

/// A Metalink file from anywhere.
pub fn metalink(bytes: &[u8]) {
    let _ = Metalink::parse(bytes);
}
