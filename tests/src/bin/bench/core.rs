//! The core alone: how fast it plans, verifies and decodes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tributary_core::geometry::StreamId;
use tributary_core::pattern::SourceId;
use tributary_core::planner::{arrival, interval};
use tributary_core::verify::{GROUP, HashTree, Verdict, build_page, group_value};
use tributary_core::wire::{Decoder, Frame, encode};

use crate::{row, table};

const RUNS: usize = 5;
const BLOCK: usize = 16 << 10;
const STREAM: usize = 64 << 20;

/// Prints the table.
pub(crate) fn measure() {
    table("core, one thread");
    for sources in [3, 64] {
        let per_block = best(|| plan(sources)).as_secs_f64() / 1024.0;
        row(&format!("plan by arrival, {sources} sources"), &format!("{:.0} ns/block", per_block * 1e9), "");
    }
    let whole = best(plan_interval).as_secs_f64();
    row("plan by intervals, 3 sources, pattern of 256", &format!("{:.0} ns/pattern", whole * 1e9), "");

    let data: Vec<u8> = blake3_bytes(STREAM);
    let plain = best(|| {
        black_box(blake3::hash(&data));
    });
    row("blake3 of 64 MiB", &rate(STREAM, plain), "");
    let tree = proved_tree(&data);
    let verify = best(|| {
        for (place, block) in data.chunks(BLOCK).enumerate() {
            assert_eq!(tree.check((place * BLOCK) as u64, block), Verdict::Good);
        }
    });
    row("verify blocks of 16 KiB", &rate(STREAM, verify), "design: 3.7 GB/s");

    let wire = encode_blocks(&data);
    let decode = best(|| {
        let mut decoder = Decoder::new();
        let mut blocks = 0;
        for piece in wire.chunks(64 << 10) {
            decoder.feed(piece);
            while let Some(frame) = decoder.next_frame().expect("what was encoded can be decoded") {
                black_box(frame);
                blocks += 1;
            }
        }
        assert_eq!(blocks, STREAM / BLOCK);
    });
    row("decode Data frames of 16 KiB, fed by 64 KiB", &rate(STREAM, decode), "");
}

fn best(mut run: impl FnMut()) -> Duration {
    let times = (0..RUNS).map(|_| {
        let started = Instant::now();
        run();
        started.elapsed()
    });
    times.min().unwrap_or_default()
}

fn rate(bytes: usize, time: Duration) -> String {
    format!("{:.2} GB/s", bytes as f64 / time.as_secs_f64() / 1e9)
}

fn plan(sources: u8) {
    let mut candidates: Vec<_> = (0..sources)
        .map(|index| arrival::Candidate {
            source: SourceId::new(index).expect("64 sources are allowed"),
            rtt: 0.02 + f64::from(index) * 0.001,
            backlog: 0.0,
            pace: arrival::Pace::Steady { rate: 1e6 + f64::from(index) * 1e5 },
            must_have_one: false,
        })
        .collect();
    let pattern = arrival::extend(&mut candidates, f64::INFINITY, 1024, |_| Some(BLOCK as f64), |_, _| true);
    assert_eq!(black_box(pattern).len(), 1024);
}

fn plan_interval() {
    let bytes = [20e6, 10e6, 5e6].into_iter().enumerate().map(|(index, bytes)| interval::IntervalBytes {
        source: SourceId::new(index as u8).expect("3 sources are allowed"),
        bytes,
    });
    let pattern = interval::forward_pattern(&bytes.collect::<Vec<_>>(), 256);
    assert_eq!(black_box(pattern).map(|pattern| pattern.len()), Some(256));
}

fn blake3_bytes(len: usize) -> Vec<u8> {
    let mut data = vec![0; len];
    blake3::Hasher::new().update(b"bench").finalize_xof().fill(&mut data);
    data
}

fn proved_tree(data: &[u8]) -> HashTree {
    let groups: Vec<_> = data
        .chunks(GROUP as usize)
        .zip(0..)
        .map(|(bytes, place)| group_value(place * GROUP, bytes))
        .collect();
    let size = data.len() as u64;
    let mut tree = HashTree::new(StreamId(*blake3::hash(data).as_bytes()), size);
    for (place, block) in data.chunks(BLOCK).enumerate() {
        while let Verdict::Needs(page) = tree.check((place * BLOCK) as u64, block) {
            let values = build_page(&groups, size, page).expect("the tree asks for pages that exist");
            tree.insert(page, &values).expect("the pages are the stream's own");
        }
    }
    tree
}

fn encode_blocks(data: &[u8]) -> BytesMut {
    let mut wire = BytesMut::new();
    for (block, seq) in data.chunks(BLOCK).zip(1..) {
        encode(
            &Frame::Data { generation: 1, epoch: 1, seq, bytes: Bytes::copy_from_slice(block) },
            &mut wire,
        );
    }
    wire
}
