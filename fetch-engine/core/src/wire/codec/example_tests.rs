//! The worked example of PROTOCOL.md, byte by byte.

use super::*;
use crate::geometry::Geometry;
use crate::walker::Walker;

const DOCUMENT: &str = include_str!("../../../../../PROTOCOL.md");
const FILE: &[u8] = b"tributary\n";

/// The document's blocks of hexadecimal digits, without their comments.
fn examples() -> Vec<Vec<u8>> {
    DOCUMENT.split("```hex\n").skip(1).map(|rest| bytes(rest.split("```").next().unwrap())).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap());
    let digits: String = lines.flat_map(|line| line.chars().filter(|c| !c.is_whitespace())).collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn encoded(frames: &[Frame]) -> Vec<u8> {
    let mut out = BytesMut::new();
    for frame in frames {
        encode(frame, &mut out);
    }
    out.to_vec()
}

fn epoch(generation: u32) -> Frame {
    let schedule = "AB".parse::<crate::pattern::Pattern>().unwrap().into();
    Frame::Epoch { generation, epoch: 1, from: 1, lease: 3, acknowledge: false, schedule }
}

fn block(geometry: Geometry, seq: u64) -> Bytes {
    let range = geometry.range(seq);
    Bytes::from_static(&FILE[range.start as usize..range.end as usize])
}

#[test]
fn the_documents_example_is_what_the_codec_writes_and_the_walker_sends() {
    let me = SourceId::new(0).unwrap();
    let stream = StreamId(*blake3::hash(FILE).as_bytes());
    let [flight, answer, later, slots] = examples().try_into().expect("four examples");

    let open = Frame::Open { stream, size: 10, block_size: 4, me, identify: Identify::Number };
    let hello = Frame::Hello { min_version: 1, max_version: super::super::VERSION };
    let expected = [super::super::MAGIC.to_vec(), encoded(&[hello, open, epoch(1)])].concat();
    assert_eq!(flight, expected);

    let geometry = Geometry::new(10, 4).unwrap();
    let mut walker = Walker::new(me, geometry);
    walker.handle(&epoch(1)).unwrap();
    let mut frames = vec![
        Frame::Welcome { version: super::super::VERSION, name: "alpha".into() },
        Frame::Opened { size: 10, held: Held::all() },
    ];
    while let Some(order) = walker.next_order() {
        frames.extend(order.frames(block(geometry, order.seq)));
    }
    assert_eq!(answer, encoded(&frames));

    assert_eq!(later, encoded(&[epoch(2), Frame::Repair { generation: 2, blocks: vec![2] }]));

    let mut walker = Walker::identifying(me, geometry, Identify::Slot);
    walker.handle(&epoch(1)).unwrap();
    walker.handle(&Frame::Cancel { generation: 1, blocks: vec![1] }).unwrap();
    let mut frames = Vec::new();
    while let Some(order) = walker.next_order() {
        frames.extend(order.frames(block(geometry, order.seq)));
    }
    assert_eq!(slots, encoded(&frames));
}
