//! What is written reads back, and nothing else gets through.

use proptest::prelude::*;

use super::*;
use crate::verify::Level;

fn source(index: u8) -> SourceId {
    SourceId::new(index).unwrap()
}

fn every_frame() -> Vec<Frame> {
    vec![
        Frame::Hello { min_version: 1, max_version: 3 },
        Frame::Welcome { version: 1, name: "alpha".into() },
        Frame::Open {
            stream: StreamId([7; 32]),
            size: 1 << 40,
            block_size: 16384,
            me: source(2),
            identify: Identify::Slot,
        },
        Frame::Opened { size: 9, held: Held::all() },
        Frame::Opened { size: 99, held: Held::new(99, vec![0..5, 7..99]).unwrap() },
        Frame::Echo { nonce: 4, payload: Bytes::from_static(b"test block") },
        Frame::EchoReply { nonce: 4, payload: Bytes::new() },
        Frame::Epoch {
            generation: 1,
            epoch: 2,
            from: 50,
            lease: 99,
            acknowledge: true,
            schedule: Schedule::new("AABCC-".parse().unwrap(), 2, true).unwrap(),
        },
        Frame::Epoch {
            generation: 1,
            epoch: 3,
            from: 100,
            lease: 99,
            acknowledge: false,
            schedule: Schedule::new("ABC|BCA|C-B".parse().unwrap(), 3, false).unwrap(),
        },
        Frame::Lease { generation: 1, lease: 200 },
        Frame::EpochAck { generation: 1, epoch: 2, applied_from: 50, next_unsent: 51 },
        Frame::Repair { generation: 1, blocks: vec![5, 9] },
        Frame::Cancel { generation: 1, blocks: vec![] },
        Frame::Data { generation: 1, epoch: 2, seq: 50, bytes: Bytes::from_static(b"block") },
        Frame::DataAt { generation: 1, epoch: 2, offset: 0, bytes: Bytes::from_static(b"block") },
        Frame::Slots { generation: 1, epoch: 2, first: 50 },
        Frame::Slot { bytes: Bytes::from_static(b"block") },
        Frame::Slot { bytes: Bytes::new() },
        Frame::PageRequest { page: PageId { level: Level::Leaf, index: 8 } },
        Frame::Page { page: PageId { level: Level::Top, index: 0 }, values: Bytes::from(vec![1; 64]) },
        Frame::GoingAway,
        Frame::Forward { address: "box.local:7410".into() },
        Frame::SizeRequest { stream: StreamId([7; 32]) },
        Frame::Size { stream: StreamId([7; 32]), size: 1 << 40 },
        Frame::Reading { waited_us: 1 << 40, waits: 12 },
        Frame::Error { code: ErrorCode::Busy, message: "as many as I take".into() },
    ]
}

#[test]
fn every_frame_reads_back_whole_and_byte_by_byte() {
    let mut wire = BytesMut::new();
    for frame in every_frame() {
        let before = wire.len();
        encode(&frame, &mut wire);
        assert_eq!(wire.len() - before, encoded_len(&frame), "{frame:?}");
    }
    let mut whole = Decoder::new();
    whole.feed(&wire);
    let mut dripped = Decoder::new();
    let mut bytes = wire.iter();
    for frame in every_frame() {
        assert_eq!(whole.next_frame(), Ok(Some(frame.clone())));
        loop {
            match dripped.next_frame().unwrap() {
                Some(got) => break assert_eq!(got, frame),
                None => dripped.feed(&[*bytes.next().unwrap()]),
            }
        }
    }
    assert_eq!(whole.next_frame(), Ok(None));
    assert_eq!(whole.pending(), 0);
}

fn refusal(frame: &[u8]) -> DecodeError {
    let mut decoder = Decoder::new();
    decoder.feed(frame);
    decoder.next_frame().unwrap_err()
}

#[test]
fn each_limit_has_its_own_refusal() {
    let framed = |kind: u8, body: &[u8]| {
        let mut bytes = (body.len() as u32).to_le_bytes().to_vec();
        bytes.push(kind);
        bytes.extend_from_slice(body);
        bytes
    };
    assert_eq!(refusal(&[255, 255, 255, 255, DATA]), DecodeError::TooLong(u32::MAX as usize));
    assert_eq!(refusal(&framed(99, &[])), DecodeError::UnknownKind(99));
    assert_eq!(refusal(&framed(0, &[])), DecodeError::UnknownKind(0));
    assert_eq!(refusal(&framed(LEASE, &[0; 3])), DecodeError::Truncated(LEASE));
    assert_eq!(refusal(&framed(LEASE, &[0; 13])), DecodeError::Trailing(LEASE, 1));
    assert_eq!(refusal(&framed(DATA, &[0; 16])), DecodeError::ZeroSeq);
    let mut epoch = [1; 28].to_vec();
    epoch[26] = 0;
    assert_eq!(refusal(&framed(EPOCH, &epoch)), BadPattern::Length(0).into());
    epoch.push(64);
    assert_eq!(refusal(&framed(EPOCH, &epoch)), BadPattern::Byte(64).into());
    epoch.extend([0; 1024]);
    assert_eq!(refusal(&framed(EPOCH, &epoch)), BadPattern::Length(1025).into());
    let layers = |copies: u8, elements: usize| [vec![1; 25], vec![1, 0, copies], vec![0; elements]].concat();
    assert_eq!(refusal(&framed(EPOCH, &layers(2, 3))), BadPattern::Layers { elements: 3, copies: 2 }.into());
    assert_eq!(refusal(&framed(EPOCH, &layers(2, 2050))), BadPattern::Length(1025).into());
    for copies in [0, 65] {
        assert_eq!(refusal(&framed(EPOCH, &layers(copies, 130))), BadPattern::Copies(copies).into());
    }
    let mut epoch = layers(1, 2);
    epoch[24] = 4;
    assert_eq!(refusal(&framed(EPOCH, &epoch)), DecodeError::EpochFlags(4));
    epoch[24] = 3;
    for per_block in [0, 3] {
        epoch[25] = per_block;
        let bad = BadPattern::Group { elements: 2, per_block: u16::from(per_block) };
        assert_eq!(refusal(&framed(EPOCH, &epoch)), bad.into());
    }
    assert_eq!(refusal(&framed(OPEN, &[0; 46])), BadBlockSize(0).into());
    let open = [vec![1; 45], vec![3]].concat();
    assert_eq!(refusal(&framed(OPEN, &open)), BadBlockSize(0x0101_0101).into());
    let open = [vec![1; 40], vec![0, 1, 0, 0], vec![1, 3]].concat();
    assert_eq!(refusal(&framed(OPEN, &open)), DecodeError::Identify(3));
    assert_eq!(refusal(&framed(SLOTS, &[0; 16])), DecodeError::ZeroSeq);
    assert_eq!(refusal(&framed(PAGE_REQUEST, &[3; 9])), DecodeError::PageLevel(3));
    assert_eq!(refusal(&framed(WELCOME, &[0, 0, 255])), DecodeError::NotText(WELCOME));
    let ranges = [[9; 8], [1, 0, 0, 0, 0, 0, 0, 0], [0; 8]].concat();
    assert_eq!(refusal(&framed(OPENED, &ranges[..24])), BadRanges::Order(0).into());
    assert_eq!(refusal(&framed(OPENED, &ranges[..23])), DecodeError::Truncated(OPENED));
    let many = vec![0; 8 + 16 * (MAX_RANGES + 1)];
    assert!(matches!(refusal(&framed(OPENED, &many)), DecodeError::TooMany { .. }));
    let list = vec![1; 4 + 8 * (MAX_LIST + 1)];
    assert!(matches!(refusal(&framed(REPAIR, &list)), DecodeError::TooMany { .. }));
    // A block longer than any is refused by its header, before its bytes are waited for.
    for kind in [DATA, DATA_AT, SLOT] {
        let mut header = (2u32 << 20).to_le_bytes().to_vec();
        header.push(kind);
        assert!(matches!(refusal(&header), DecodeError::TooMany { .. }));
    }
}

#[test]
fn long_text_is_cut_at_a_characters_edge() {
    let mut wire = BytesMut::new();
    encode(&Frame::Welcome { version: 1, name: "ü".repeat(MAX_TEXT) + "x" }, &mut wire);
    let mut decoder = Decoder::new();
    decoder.feed(&wire);
    let Some(Frame::Welcome { name, .. }) = decoder.next_frame().unwrap() else { panic!("not a welcome") };
    assert_eq!(name, "ü".repeat(MAX_TEXT / 2));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        let mut decoder = Decoder::new();
        decoder.feed(&bytes);
        while let Ok(Some(frame)) = decoder.next_frame() {
            let mut again = BytesMut::new();
            encode(&frame, &mut again);
        }
    }
}
