//! The pipeline against a web server that is a function: what was asked, what came, in any pieces.

use std::ops::Range;

use tributary_core::geometry::{Seq, StreamId};
use tributary_core::pattern::{Pattern, SourceId};
use tributary_core::wire::{ErrorCode, Identify, MIN_VERSION};

use super::*;

const BLOCK: u32 = 1000;
const FILM_BYTES: usize = 100_500;
const RTT: Duration = Duration::from_millis(40);

fn film() -> Vec<u8> {
    (0..FILM_BYTES).map(|place| (place * 7 % 251) as u8).collect()
}

/// A pipeline on one connection.
struct Table {
    pipeline: Pipeline,
    exchange: Exchange,
}

impl Table {
    fn take(&mut self, frame: &Frame) -> Result<(), Stop> {
        self.pipeline.take(frame)
    }

    fn came(&mut self) -> Option<Came> {
        self.pipeline.came()
    }

    fn feed_all(&mut self, raw: &mut BytesMut) -> Result<(), Stop> {
        self.pipeline.feed(Instant::now(), &mut self.exchange, raw, false)
    }

    /// The connection ends, and another one begins.
    fn line_lost(&mut self) -> bool {
        self.pipeline.lost(std::mem::take(&mut self.exchange))
    }
}

fn pipeline() -> Table {
    let source = Arc::new(WebSource::new("http://h/film".parse().unwrap()));
    let mut pipeline = Pipeline::new(source, RTT);
    let me = SourceId::new(0).unwrap();
    let (stream, size, block_size, identify) =
        (StreamId([0; 32]), FILM_BYTES as u64, BLOCK, Identify::Number);
    for frame in [
        Frame::Hello { min_version: MIN_VERSION, max_version: VERSION },
        Frame::Open { stream, size, block_size, me, identify },
        Frame::Echo { nonce: 7, payload: Bytes::from_static(b"test") },
    ] {
        pipeline.take(&frame).unwrap();
    }
    Table { pipeline, exchange: Exchange::default() }
}

fn epoch(generation: u32, epoch: u32, from: Seq, lease: Seq, pattern: &str) -> Frame {
    let schedule = pattern.parse::<Pattern>().unwrap().into();
    Frame::Epoch { generation, epoch, from, lease, acknowledge: false, schedule }
}

/// The ranges that are asked for now.
fn asked(table: &mut Table) -> Vec<Range<u64>> {
    let mut out = BytesMut::new();
    while table.pipeline.ask(&mut table.exchange, &mut out) {}
    let text = String::from_utf8(out.to_vec()).unwrap();
    let range = |line: &str| {
        let (first, last) = line.strip_prefix("Range: bytes=")?.split_once('-')?;
        Some(first.parse().unwrap()..last.parse::<u64>().unwrap() + 1)
    };
    text.split("\r\n").filter_map(range).collect()
}

fn answer(range: &Range<u64>, chunk: Option<usize>, more: &str) -> Vec<u8> {
    let film = film();
    let body = &film[range.start as usize..range.end as usize];
    let (first, last) = (range.start, range.end - 1);
    let mut out =
        format!("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {first}-{last}/{FILM_BYTES}\r\n{more}")
            .into_bytes();
    let Some(chunk) = chunk else {
        out.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
        out.extend(body);
        return out;
    };
    out.extend(b"Transfer-Encoding: chunked\r\n\r\n");
    for part in body.chunks(chunk) {
        out.extend(format!("{:x}\r\n", part.len()).bytes());
        out.extend(part);
        out.extend(b"\r\n");
    }
    out.extend(b"0\r\n\r\n");
    out
}

/// Feeds bytes in pieces; gives the blocks that came, in order, and checks each.
fn feed(pipeline: &mut Table, bytes: &[u8], step: usize) -> Result<Vec<Seq>, Stop> {
    let (mut raw, mut blocks) = (BytesMut::new(), Vec::new());
    let mut counted = 0;
    for piece in bytes.chunks(step) {
        raw.extend_from_slice(piece);
        let fed = pipeline.feed_all(&mut raw);
        if let Some(came) = pipeline.came() {
            counted += came.bytes;
            for frame in came.frames {
                let Frame::Data { seq, bytes, .. } = &frame else { continue };
                let start = (*seq as usize - 1) * BLOCK as usize;
                assert!(bytes == &film()[start..(start + BLOCK as usize).min(FILM_BYTES)], "block {seq}");
                blocks.push(*seq);
            }
        }
        fed?;
    }
    assert!(counted >= blocks.len() * DATA_OVERHEAD || bytes.is_empty());
    Ok(blocks)
}

#[test]
fn own_blocks_become_ranges_and_each_comes_as_soon_as_it_is_here() {
    for (chunk, step) in [(None, 1), (None, 999), (None, 1 << 20), (Some(1), 7), (Some(1500), 333)] {
        let mut pipeline = pipeline();
        pipeline.take(&epoch(1, 1, 1, 101, "AABA")).unwrap();
        let ranges = asked(&mut pipeline);
        assert_eq!(ranges[..3], [0..1, 0..2000, 3000..6000], "the test block first, then runs of own blocks");
        assert_eq!(ranges.last(), Some(&(99_000..100_500)), "the last block is shorter");
        let bytes: Vec<u8> = ranges.iter().flat_map(|range| answer(range, chunk, "")).collect();
        let own: Vec<Seq> = (1..=101).filter(|seq| seq % 4 != 3).collect();
        assert_eq!(feed(&mut pipeline, &bytes, step), Ok(own));
        assert!(!pipeline.exchange.awaits() && !pipeline.pipeline.has_work());
    }
}

#[test]
fn bytes_are_told_once_and_add_up_to_the_frames() {
    let mut pipeline = pipeline();
    pipeline.take(&epoch(1, 1, 1, 10, "A")).unwrap();
    let ranges = asked(&mut pipeline);
    let before = pipeline.came().unwrap();
    let bytes: Vec<u8> = ranges.iter().flat_map(|range| answer(range, None, "")).collect();
    // The connection ends inside the fourth block, and what was there of it comes again.
    let cut = bytes.len() - 6_500;
    let mut raw = BytesMut::from(&bytes[..cut]);
    pipeline.feed_all(&mut raw).unwrap();
    assert!(pipeline.line_lost(), "it had brought blocks");
    let again = asked(&mut pipeline);
    assert_eq!(again, vec![3000..10_000]);
    let mut raw = BytesMut::from(&answer(&again[0], None, "")[..]);
    pipeline.feed_all(&mut raw).unwrap();
    let came = pipeline.came().unwrap();
    let frames: usize = came.frames.iter().map(encoded_len).sum();
    assert_eq!(came.bytes, frames + 1, "one byte more: the test block's own");
    assert_eq!(before.frames.len() + came.frames.len(), 1 + 1 + 1 + 10);
}

#[test]
fn a_connection_that_ends_as_it_says_loses_nothing() {
    let mut pipeline = pipeline();
    pipeline.take(&epoch(1, 1, 1, 9, "AB")).unwrap();
    let ranges = asked(&mut pipeline);
    assert_eq!(ranges.len(), 6);
    let mut bytes = answer(&ranges[0], None, "");
    bytes.extend(answer(&ranges[1], None, "Connection: close\r\n"));
    assert_eq!(feed(&mut pipeline, &bytes, 100), Ok(vec![1]));
    assert!(pipeline.exchange.ends() && !pipeline.exchange.awaits());
    assert!(pipeline.line_lost());
    assert_eq!(asked(&mut pipeline), ranges[2..4], "no more than the last one took");
    assert!(!pipeline.line_lost(), "nothing came on the second one");
}

#[test]
fn a_server_of_few_requests_gets_no_more_on_a_connection_and_the_rest_on_the_next_one() {
    let mut table = pipeline();
    table.take(&epoch(1, 1, 1, 101, "AB")).unwrap();
    table.pipeline.source.takes_requests(3);
    let first = asked(&mut table);
    assert_eq!(first, [0..1, 0..1000, 2000..3000]);
    assert!(table.exchange.ends() && asked(&mut table).is_empty());
    // The next connection takes requests while this one still owes its answers.
    let mut old = std::mem::take(&mut table.exchange);
    assert_eq!(asked(&mut table), [4000..5000, 6000..7000, 8000..9000]);
    assert_eq!(feed(&mut table, &answer(&(4000..5000), None, ""), 300), Ok(vec![5]));
    std::mem::swap(&mut table.exchange, &mut old);
    let bytes: Vec<u8> = first.iter().flat_map(|range| answer(range, None, "")).collect();
    assert_eq!(feed(&mut table, &bytes, 300), Ok(vec![1, 3]));
    assert_eq!(table.pipeline.asked_bytes, 2000, "what the other connection owes");
}

#[test]
fn a_seek_drops_what_is_not_asked_yet_and_cuts_what_takes_long() {
    let mut pipeline = pipeline();
    pipeline.take(&epoch(1, 1, 1, 50, "A")).unwrap();
    let ranges = asked(&mut pipeline);
    pipeline.take(&epoch(2, 1, 90, 91, "A")).unwrap();
    assert_eq!(asked(&mut pipeline), vec![89_000..91_000]);
    let mut raw = BytesMut::from(&answer(&ranges[0], None, "")[..]);
    pipeline.feed_all(&mut raw).unwrap();
    assert!(!pipeline.pipeline.is_stale(&pipeline.exchange), "new blocks wait behind the old ones");
    pipeline.line_lost();
    assert_eq!(asked(&mut pipeline)[0], ranges[1], "asked again, since nobody cancelled it");
    pipeline.pipeline.cut(std::mem::take(&mut pipeline.exchange));
    assert!(!pipeline.pipeline.has_work());
    assert_eq!(pipeline.pipeline.asked_bytes, 0);
}

#[test]
fn no_more_is_asked_than_the_window_allows() {
    let mut pipeline = pipeline();
    let me = SourceId::new(0).unwrap();
    let (stream, size, block_size, identify) = (StreamId([0; 32]), 1 << 30, 16 << 10, Identify::Number);
    pipeline.take(&Frame::Open { stream, size, block_size, me, identify }).unwrap();
    pipeline.take(&epoch(1, 1, 1, 60_000, "A")).unwrap();
    let bytes: u64 = asked(&mut pipeline).iter().map(|range| range.end - range.start).sum();
    assert!((128 << 10..=257 << 10).contains(&bytes), "{bytes}");
    assert!(asked(&mut pipeline).is_empty());
    pipeline.take(&epoch(2, 1, 1, 60_000, "AB")).unwrap();
    assert!(asked(&mut pipeline).is_empty());
}

#[test]
fn answers_to_nothing_and_of_the_wrong_length_are_refused() {
    let refused = |bytes: &[u8]| {
        let mut pipeline = pipeline();
        asked(&mut pipeline);
        let mut raw = BytesMut::from(bytes);
        let stop = pipeline.feed_all(&mut raw).unwrap_err();
        let Stop::Refused { code, message } = stop else { panic!("{stop:?}") };
        (code, message)
    };
    let twice = [answer(&(0..1), None, ""), answer(&(0..1), None, "")].concat();
    assert_eq!(refused(&twice).0, ErrorCode::Unexpected);
    let head = format!(
        "HTTP/1.1 206 x\r\nContent-Range: bytes 0-0/{FILM_BYTES}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    let long = format!("{head}2\r\nab\r\n0\r\n\r\n");
    assert_eq!(refused(long.as_bytes()).1, "it sent more than was asked for");
    let short = format!("{head}0\r\n\r\n");
    assert_eq!(refused(short.as_bytes()).1, "it sent less than it said");
    assert_eq!(refused(b"HTTP/1.1 404 Not Found\r\n\r\n").0, ErrorCode::NoSuchStream);
    assert_eq!(refused(b"TRIB").0, ErrorCode::Malformed);
}

#[test]
fn whatever_comes_and_is_ordered_nothing_panics() {
    use proptest::prelude::*;
    let pieces = prop::collection::vec(
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            (0..FILM_BYTES as u64, 1..3000_u64, prop::option::of(1..100_usize)).prop_map(
                |(start, len, chunk)| { answer(&(start..(start + len).min(FILM_BYTES as u64)), chunk, "") }
            ),
            Just(b"HTTP/1.1 206 x\r\nContent-Range: bytes 0-0/100500\r\n\r\nx".to_vec()),
            Just(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
            Just(b"0\r\n\r\n".to_vec()),
        ],
        0..12,
    );
    let orders = prop::collection::vec((1..4_u32, 1..4_u32, 1..102_u64, 0..102_u64, "[AB-]{1,5}"), 0..6);
    proptest!(|(pieces in pieces, orders in orders, step in 1..5000_usize)| {
        let mut pipeline = pipeline();
        let mut bytes = answer(&(0..1), None, "");
        bytes.extend(pieces.concat());
        for (generation, number, from, lease, pattern) in orders {
            let _ = pipeline.take(&epoch(generation, number, from, lease, &pattern));
            asked(&mut pipeline);
        }
        let mut raw = BytesMut::new();
        for piece in bytes.chunks(step) {
            raw.extend_from_slice(piece);
            if pipeline.feed_all(&mut raw).is_err() {
                break;
            }
            asked(&mut pipeline);
            let _ = (pipeline.pipeline.is_stale(&pipeline.exchange), pipeline.came());
        }
        pipeline.line_lost();
        asked(&mut pipeline);
    });
}

/// An epoch that comes when blocks of the one before are asked for already is acknowledged behind them.
#[test]
fn an_acknowledgement_comes_behind_what_was_walked_past() {
    let mut table = pipeline();
    table.take(&epoch(1, 1, 1, 20, "AB")).unwrap();
    let mut ranges = asked(&mut table);
    let schedule = "B".parse::<Pattern>().unwrap().into();
    let late = Frame::Epoch { generation: 1, epoch: 2, from: 2, lease: 20, acknowledge: true, schedule };
    table.take(&late).unwrap();
    let mut raw = BytesMut::new();
    let mut frames = Vec::new();
    while !ranges.is_empty() {
        for range in std::mem::take(&mut ranges) {
            raw.extend_from_slice(&answer(&range, None, ""));
            table.feed_all(&mut raw).unwrap();
            frames.extend(table.came().map(|came| came.frames).unwrap_or_default());
        }
        ranges = asked(&mut table);
    }
    let acked = frames.iter().position(|frame| matches!(frame, Frame::EpochAck { .. })).unwrap();
    let Frame::EpochAck { next_unsent, .. } = frames[acked] else { panic!("an acknowledgement") };
    let blocks = |frames: &[Frame]| frames.iter().filter(|f| matches!(f, Frame::Data { .. })).count() as u64;
    assert!(next_unsent > 2, "the walk was past the epoch's first block");
    assert_eq!(blocks(&frames[..acked]), next_unsent / 2, "every block of A before it has come");
    assert_eq!(blocks(&frames[acked..]), 0);
}
