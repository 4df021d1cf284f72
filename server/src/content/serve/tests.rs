//! Sessions and HTTP over a real socket, with a client made of the core's own codec.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tributary_core::directory::{MediaFacts, Title};
use tributary_core::geometry::{Geometry, StreamId};
use tributary_core::held::Held;
use tributary_core::pattern::SourceId;
use tributary_core::verify::{GROUP, HashTree, Level, PageId, Verdict};
use tributary_core::wire::Identify;
use tributary_core::wire::{DATA_OVERHEAD, Decoder, ErrorCode, Frame, MAGIC, VERSION, encode};

use super::*;
use crate::cli::Rate;
use crate::content::index::hash::hash;
use crate::content::index::remember::Memory;
use crate::content::library::Film;
use crate::content::root::{FileFacts, Root};

const BLOCK: u32 = 16 << 10;
/// A stream of a little more than two middle pages, with an odd end.
const SIZE: usize = (17 << 20) + 12_345;

struct Running {
    serving: Arc<Serving>,
    address: SocketAddr,
    film: PathBuf,
    bytes: Vec<u8>,
    stream: StreamId,
    _dir: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.serving.stop.cancel();
    }
}

async fn start(size: usize, rate: Option<&str>, connections: usize) -> Running {
    let dir = tempfile::tempdir().unwrap();
    let films = dir.path().join("films");
    let state = dir.path().join("state");
    std::fs::create_dir(&films).unwrap();
    let bytes: Vec<u8> = (0..size).map(|at| (at * 31 % 253) as u8).collect();
    let film = films.join("film.mp4");
    std::fs::write(&film, &bytes).unwrap();

    let library = Library::new(Root::open(&films).unwrap(), &state);
    let mut memory = Memory::open(&state).unwrap();
    let (file, facts) = library.root().open_file("film.mp4".as_ref()).unwrap();
    let hashed = hash(&file, facts.size, &AtomicBool::new(false)).unwrap();
    memory.keep("film.mp4".as_ref(), facts, hashed.stream, &hashed.groups).unwrap();
    library.put("film.mp4".into(), Film { facts, title: title(hashed.stream, facts), held: Held::all() });

    let (listener, address) = listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let serving = Arc::new(Serving {
        name: "alpha".into(),
        address: "127.0.0.1:1".into(),
        library,
        pages: Pages::new(state),
        shaper: Shaper::new(rate.map(|rate| rate.parse::<Rate>().unwrap())),
        metrics: Metrics::default(),
        limits: ConnectionLimits::new(connections, connections),
        patience: Patience { handshake: Duration::from_secs(2), slow_reader: Duration::from_secs(2) },
        registered: AtomicBool::new(false),
        stop: CancellationToken::new(),
    });
    tokio::spawn(serve(listener, Arc::clone(&serving)));
    Running { serving, address, film, bytes, stream: hashed.stream, _dir: dir }
}

fn title(stream: StreamId, facts: FileFacts) -> Title {
    Title {
        catalog: "Library".into(),
        name: "film".into(),
        title: "film".into(),
        stream,
        size: facts.size,
        file_name: "film.mp4".into(),
        year: None,
        description: String::new(),
        tags: Vec::new(),
        media: MediaFacts::default(),
        poster: false,
        servers: Vec::new(),
        added_at: 0,
    }
}

struct Client {
    socket: TcpStream,
    decoder: Decoder,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(&MAGIC).await.unwrap();
        Self { socket, decoder: Decoder::new() }
    }

    /// Connects and opens the stream of `running`.
    async fn open(running: &Running) -> Self {
        let mut client = Self::connect(running.address).await;
        client.send(&[hello(), open(running)]).await;
        assert_eq!(client.next().await, Frame::Welcome { version: VERSION, name: "alpha".into() });
        assert_eq!(
            client.next().await,
            Frame::Opened { size: running.bytes.len() as u64, held: Held::all() }
        );
        client
    }

    async fn send(&mut self, frames: &[Frame]) {
        let mut out = BytesMut::new();
        for frame in frames {
            encode(frame, &mut out);
        }
        self.socket.write_all(&out).await.unwrap();
    }

    async fn next(&mut self) -> Frame {
        loop {
            if let Some(frame) = self.decoder.next_frame().unwrap() {
                return frame;
            }
            let mut bytes = [0; 4096];
            let read = self.socket.read(&mut bytes).await.unwrap();
            assert!(read > 0, "the server closed");
            self.decoder.feed(&bytes[..read]);
        }
    }

    /// Reads up to the error that closes the connection.
    async fn refusal(&mut self) -> ErrorCode {
        loop {
            if let Frame::Error { code, message } = self.next().await {
                assert!(!message.is_empty());
                return code;
            }
        }
    }
}

fn hello() -> Frame {
    Frame::Hello { min_version: 1, max_version: VERSION + 5 }
}

fn open(running: &Running) -> Frame {
    let size = running.bytes.len() as u64;
    Frame::Open {
        stream: running.stream,
        size,
        block_size: BLOCK,
        me: SourceId::new(1).unwrap(),
        identify: Identify::Number,
    }
}

fn epoch(generation: u32, from: u64, lease: u64, pattern: &str) -> Frame {
    let schedule = pattern.parse::<tributary_core::pattern::Pattern>().unwrap().into();
    Frame::Epoch { generation, epoch: 1, from, lease, acknowledge: false, schedule }
}

#[tokio::test]
async fn a_client_gets_its_own_blocks_and_can_prove_them() {
    let running = start(SIZE, None, 9).await;
    let geometry = Geometry::new(SIZE as u64, BLOCK).unwrap();
    let mut client = Client::open(&running).await;
    let mut tree = HashTree::new(running.stream, SIZE as u64);
    let last = geometry.blocks();
    for page in [Level::Top, Level::Middle, Level::Leaf].map(|level| PageId {
        level,
        index: if level == Level::Top { 0 } else { SIZE as u64 / level.span() },
    }) {
        client.send(&[Frame::PageRequest { page }]).await;
        let Frame::Page { page: sent, values } = client.next().await else { panic!("not a page") };
        assert_eq!(sent, page);
        tree.insert(page, &values).unwrap();
    }
    client
        .send(&[epoch(1, 1, last, "AB"), Frame::Echo { nonce: 7, payload: Bytes::from_static(b"x") }])
        .await;
    let mut echoed = false;
    let mut seqs = Vec::new();
    while seqs.last() != Some(&(last - last % 2)) {
        match client.next().await {
            Frame::Data { generation: 1, epoch: 1, seq, bytes } => {
                let range = geometry.range(seq);
                assert_eq!(bytes, running.bytes[range.start as usize..range.end as usize]);
                if range.start >= 17 << 20 && range.start.is_multiple_of(GROUP) {
                    assert_eq!(tree.check(range.start, &bytes), Verdict::Good);
                }
                seqs.push(seq);
            }
            frame => echoed |= frame == Frame::EchoReply { nonce: 7, payload: Bytes::from_static(b"x") },
        }
    }
    assert!(echoed);
    assert_eq!(seqs, (1..=last).filter(|seq| seq % 2 == 0).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_new_generation_takes_effect_at_once() {
    let running = start(SIZE, Some("4Mbit"), 9).await;
    let mut client = Client::open(&running).await;
    client.send(&[epoch(1, 1, 600, "B")]).await;
    for _ in 0..3 {
        assert!(matches!(client.next().await, Frame::Data { generation: 1, .. }));
    }
    client.send(&[epoch(2, 500, 502, "B"), Frame::Repair { generation: 2, blocks: vec![9] }]).await;
    let mut seqs = Vec::new();
    let mut old = 0;
    while seqs.len() < 4 {
        match client.next().await {
            Frame::Data { generation: 1, .. } => old += 1,
            Frame::Data { generation: 2, seq, .. } => seqs.push(seq),
            frame => panic!("{frame:?}"),
        }
    }
    assert!(old <= 2, "{old} blocks of the old generation");
    assert_eq!(seqs, [9, 500, 501, 502]);
}

#[tokio::test]
async fn frames_stay_whole_when_a_generation_ends_in_the_middle() {
    let running = start(SIZE, None, 9).await;
    let geometry = Geometry::new(SIZE as u64, BLOCK).unwrap();
    let mut client = Client::open(&running).await;
    let blocks = |generation: u32| match generation {
        1..8 => 900,
        _ => geometry.blocks(),
    };
    for generation in 1..=8 {
        client.send(&[epoch(generation, 1, blocks(generation), "B")]).await;
        // Time to fill the socket, and to stop half-way.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (mut newest, mut last) = (0, 0);
    while (newest, last) != (8, geometry.blocks()) {
        let Frame::Data { generation, seq, bytes, .. } = client.next().await else { panic!("not a block") };
        assert!(generation >= newest, "an old generation after a new one");
        assert_eq!(seq, if generation > newest { 1 } else { last + 1 });
        (newest, last) = (generation, seq);
        let range = geometry.range(seq);
        assert_eq!(bytes, running.bytes[range.start as usize..range.end as usize]);
    }
}

#[tokio::test]
async fn each_mistake_has_its_own_refusal() {
    let running = start(100_000, None, 99).await;
    let Frame::Open { stream, size, block_size, me, identify } = open(&running) else { unreachable!() };
    let unknown = Frame::Open { stream: StreamId([9; 32]), size, block_size, me, identify };
    let other_size = Frame::Open { stream, size: size + 1, block_size, me, identify };
    let page = Frame::PageRequest { page: PageId { level: Level::Leaf, index: 1 } };
    for (frames, code) in [
        (vec![Frame::Hello { min_version: 9, max_version: 9 }], ErrorCode::Version),
        (vec![open(&running)], ErrorCode::Unexpected),
        (vec![hello(), hello()], ErrorCode::Unexpected),
        (vec![hello(), unknown], ErrorCode::NoSuchStream),
        (vec![hello(), other_size], ErrorCode::SizeMismatch),
        (vec![hello(), epoch(1, 1, 1, "A")], ErrorCode::Unexpected),
        (vec![hello(), open(&running), open(&running)], ErrorCode::Unexpected),
        (vec![hello(), open(&running), epoch(1, 1, 8, "A")], ErrorCode::Malformed),
        (vec![hello(), open(&running), Frame::Lease { generation: 3, lease: 1 }], ErrorCode::Unexpected),
        (vec![hello(), open(&running), page], ErrorCode::Malformed),
        (vec![hello(), Frame::GoingAway], ErrorCode::Unexpected),
    ] {
        let mut client = Client::connect(running.address).await;
        client.send(&frames).await;
        assert_eq!(client.refusal().await, code, "{frames:?}");
        assert_eq!(client.socket.read(&mut [0; 9]).await.unwrap(), 0, "closed after its last words");
    }
    let mut client = Client::connect(running.address).await;
    client.socket.write_all(&[255, 255, 63, 0, 14]).await.unwrap();
    client.socket.write_all(&[0; 200_000]).await.unwrap();
    assert_eq!(client.refusal().await, ErrorCode::Malformed, "a frame as long as no client's");
}

#[tokio::test]
async fn a_client_that_only_asks_is_not_read_for_ever() {
    let running = start(100_000, None, 9).await;
    let mut client = Client::open(&running).await;
    let payload = Bytes::from(vec![1; 60_000]);
    let mut out = BytesMut::new();
    encode(&Frame::Echo { nonce: 1, payload }, &mut out);
    // Written and never read: the server must stop taking, long before this is all sent.
    let flood = async {
        for sent in 0.. {
            client.socket.write_all(&out).await.unwrap();
            assert!(sent < 1000, "the server takes without end");
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(2), flood).await.is_err());
}

#[tokio::test]
async fn a_changed_file_is_withdrawn_and_its_readers_are_told() {
    let running = start(SIZE, None, 9).await;
    let mut client = Client::open(&running).await;
    let mut changed = running.bytes.clone();
    changed[5] ^= 1;
    std::fs::write(&running.film, &changed[..SIZE - 1]).unwrap();
    assert_eq!(client.refusal().await, ErrorCode::ReadFailed);
    assert_eq!(running.serving.library.streams(), 0);
    let mut other = Client::connect(running.address).await;
    other.send(&[hello(), open(&running)]).await;
    assert_eq!(other.refusal().await, ErrorCode::NoSuchStream);
}

#[tokio::test]
async fn a_truncated_file_is_an_error_and_no_crash() {
    let running = start(SIZE, None, 9).await;
    let mut client = Client::open(&running).await;
    std::fs::File::options().write(true).open(&running.film).unwrap().set_len(1000).unwrap();
    client.send(&[epoch(1, 500, 500, "B")]).await;
    assert_eq!(client.refusal().await, ErrorCode::ReadFailed);
    assert_eq!(running.serving.library.streams(), 0);
}

#[tokio::test]
async fn whoever_opens_nothing_or_takes_nothing_is_cut() {
    let running = start(SIZE, None, 9).await;
    let mut silent = Client::connect(running.address).await;
    silent.send(&[hello()]).await;
    assert_eq!(silent.refusal().await, ErrorCode::TimedOut);

    let mut slow = Client::open(&running).await;
    slow.send(&[epoch(1, 1, 1000, "B")]).await;
    let mut paused = Client::open(&running).await;
    let until_cut = async {
        while running.serving.limits.open() > 1 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), until_cut).await.expect("the slow one is cut");
    paused.send(&[Frame::Echo { nonce: 1, payload: Bytes::new() }]).await;
    assert_eq!(paused.next().await, Frame::EchoReply { nonce: 1, payload: Bytes::new() }, "a pause is free");
}

#[tokio::test]
async fn a_stop_is_announced_and_then_comes() {
    let running = start(SIZE, None, 9).await;
    let mut client = Client::open(&running).await;
    running.serving.stop.cancel();
    assert_eq!(client.next().await, Frame::GoingAway);
    client.send(&[epoch(1, 1, 1, "B")]).await;
    assert!(matches!(client.next().await, Frame::Data { seq: 1, .. }), "what is leased is still sent");
    assert_eq!(client.refusal().await, ErrorCode::ShuttingDown);
}

#[tokio::test]
async fn one_connection_too_many_is_refused_by_name() {
    let running = start(1000, None, 1).await;
    let _first = Client::open(&running).await;
    let mut second = Client::connect(running.address).await;
    assert_eq!(second.refusal().await, ErrorCode::Busy);
}

#[tokio::test]
async fn the_limit_counts_what_is_sent() {
    let running = start(200_000, Some("100Mbit"), 9).await;
    let mut client = Client::open(&running).await;
    client.send(&[epoch(1, 1, 12, "B")]).await;
    for _ in 0..12 {
        client.next().await;
    }
    let sent = running.serving.metrics.pattern_bytes.load(std::sync::atomic::Ordering::Relaxed) as usize;
    assert!(sent >= 12 * (DATA_OVERHEAD + BLOCK as usize), "{sent}");
}

#[tokio::test]
async fn what_is_reserved_and_not_sent_holds_up_nobody() {
    // Each generation and each answer that is dropped would hold the line for half a second.
    let running = start(SIZE, Some("64kbit"), 99).await;
    let mut restless = Client::open(&running).await;
    for generation in 1..=40 {
        restless.send(&[epoch(generation, 1, 900, "B")]).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..40 {
        let mut socket = TcpStream::connect(running.address).await.unwrap();
        let request = format!("GET /streams/{} HTTP/1.1\r\nHost: x\r\n\r\n", running.stream);
        socket.write_all(request.as_bytes()).await.unwrap();
        let _ = tokio::time::timeout(Duration::from_millis(5), socket.read(&mut [0; 64])).await;
    }
    drop(restless);
    let other = tokio::time::timeout(Duration::from_secs(20), Client::open(&running)).await;
    other.expect("nobody else sends, so the line is free");
}

#[tokio::test]
async fn any_http_client_can_fetch_any_stream() {
    let running = start(SIZE, None, 9).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/streams/{}", running.address, running.stream);
    let whole = client.get(&url).send().await.unwrap();
    assert_eq!(whole.headers()["etag"], format!("\"{}\"", running.stream));
    assert_eq!(whole.headers()["content-type"], "video/mp4");
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    assert_eq!(whole.bytes().await.unwrap(), running.bytes);

    let part = client.get(&url).header("range", "bytes=100-199").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], format!("bytes 100-199/{SIZE}"));
    assert_eq!(part.bytes().await.unwrap(), running.bytes[100..200]);
    let stale =
        client.get(&url).header("range", "bytes=1-2").header("if-range", "\"other\"").send().await.unwrap();
    assert_eq!(stale.status(), 200);

    let head = client.head(&url).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], SIZE.to_string());
    for (request, status) in [
        (client.get(&url).header("range", format!("bytes={SIZE}-")), 416),
        (client.get(&url).header("if-none-match", format!("\"{}\"", running.stream)), 304),
        (client.get(format!("http://{}/streams/{}", running.address, StreamId([1; 32]))), 404),
        (client.get(format!("http://{}/streams/../../etc/passwd", running.address)), 404),
        (client.get(format!("http://{}/posters/{}", running.address, running.stream)), 404),
        (client.post(&url), 405),
        (client.get(format!("http://{}/metrics", running.address)), 200),
    ] {
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    let health: serde_json::Value =
        client.get(format!("http://{}/health", running.address)).send().await.unwrap().json().await.unwrap();
    assert_eq!((health["name"].as_str(), health["streams"].as_u64()), (Some("alpha"), Some(1)));
}
