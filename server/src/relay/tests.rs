//! A relay over real sockets, between a player and a content server made of plain bytes.

use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tributary_core::wire::{Decoder, ErrorCode, Frame, MAGIC, encode};

use super::*;

struct Running {
    address: SocketAddr,
    relaying: Arc<Relaying>,
    task: JoinHandle<()>,
}

async fn start(allow: &[String]) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let relaying = Arc::new(Relaying {
        name: "west".into(),
        address: address.to_string(),
        allow: allow.iter().cloned().collect(),
        shaper: Shaper::new(None),
        metrics: Metrics::default(),
        limits: ConnectionLimits::new(8, 4),
        patience: Patience { handshake: Duration::from_millis(500), slow_reader: Duration::from_secs(20) },
        client: http::client().unwrap(),
        registered: AtomicBool::new(false),
        changes: watch::Sender::new(0),
        stop: CancellationToken::new(),
    });
    let task = tokio::spawn({
        let relaying = Arc::clone(&relaying);
        async move {
            let (limits, stop) = (Arc::clone(&relaying.limits), relaying.stop.clone());
            accept(
                listener,
                &limits,
                &stop,
                || {},
                |stream, peer, slot| connection(stream, peer, Arc::clone(&relaying), slot),
            )
            .await;
        }
    });
    Running { address, relaying, task }
}

async fn source() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// The first flight of a player: whom it wants, and what the source shall get.
fn flight(address: &str, rest: &[u8]) -> Vec<u8> {
    let mut forward = BytesMut::new();
    encode(&Frame::Forward { address: address.to_owned() }, &mut forward);
    [&MAGIC[..], &forward, rest].concat()
}

fn framed(frame: &Frame) -> Bytes {
    let mut bytes = BytesMut::new();
    encode(frame, &mut bytes);
    bytes.freeze()
}

/// All frames up to the end of the connection.
async fn frames(player: &mut TcpStream) -> Vec<Frame> {
    let mut decoder = Decoder::new();
    let mut frames = Vec::new();
    let all = async {
        while player.read_buf(decoder.buffer(4096)).await.is_ok_and(|count| count > 0) {
            while let Some(frame) = decoder.next_frame().unwrap() {
                frames.push(frame);
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all).await.unwrap();
    frames
}

#[tokio::test]
async fn bytes_pass_both_ways_and_each_end_is_passed_on() {
    let (listener, address) = source().await;
    let relay = start(std::slice::from_ref(&address)).await;
    let mut player = TcpStream::connect(relay.address).await.unwrap();
    player.write_all(&flight(&address, b"hello")).await.unwrap();
    let (mut source, _) = listener.accept().await.unwrap();
    let mut seen = [0; 9];
    source.read_exact(&mut seen).await.unwrap();
    assert_eq!(&seen, b"TRIBhello", "the magic, and what came after the relay's own frame");
    // The player says no more, and still listens.
    player.shutdown().await.unwrap();
    assert_eq!(source.read(&mut seen).await.unwrap(), 0);
    let sent: Vec<u8> = (0..3_000_000u32).map(|at| (at % 251) as u8).collect();
    let whole = sent.clone();
    tokio::spawn(async move {
        source.write_all(&whole).await.unwrap();
    });
    let mut got = Vec::new();
    tokio::time::timeout(Duration::from_secs(30), player.read_to_end(&mut got)).await.unwrap().unwrap();
    assert!(got == sent, "{} bytes of {}", got.len(), sent.len());
}

#[tokio::test]
async fn a_player_that_takes_nothing_stops_the_source() {
    let (listener, address) = source().await;
    let relay = start(std::slice::from_ref(&address)).await;
    let mut player = TcpStream::connect(relay.address).await.unwrap();
    player.write_all(&flight(&address, b"")).await.unwrap();
    let (mut source, _) = listener.accept().await.unwrap();
    let piece = vec![7; 64 << 10];
    let mut sent = 0;
    // Until the way is full: what the kernels hold of three sockets, and no more.
    while tokio::time::timeout(Duration::from_secs(1), source.write_all(&piece)).await.is_ok() {
        sent += piece.len();
        assert!(sent < 64 << 20, "the relay takes whatever comes");
    }
    let mut got = vec![0; sent];
    tokio::time::timeout(Duration::from_secs(30), player.read_exact(&mut got)).await.unwrap().unwrap();
}

#[tokio::test]
async fn nobody_is_passed_on_to_what_is_not_on_the_list() {
    let (_listener, listed) = source().await;
    let (_other, unlisted) = source().await;
    let relay = start(std::slice::from_ref(&listed)).await;
    for (asked, code) in [
        (unlisted.as_str(), ErrorCode::Refused),
        ("localhost:1", ErrorCode::Refused),
        ("", ErrorCode::Refused),
        (&format!("{listed}/"), ErrorCode::Refused),
    ] {
        let mut player = TcpStream::connect(relay.address).await.unwrap();
        player.write_all(&flight(asked, b"")).await.unwrap();
        let said = frames(&mut player).await;
        assert!(matches!(&said[..], [Frame::Error { code: got, .. }] if *got == code), "{asked}: {said:?}");
    }
    assert_eq!(relay.relaying.metrics.refused_targets.load(std::sync::atomic::Ordering::Relaxed), 4);
}

#[tokio::test]
async fn other_first_frames_silence_and_a_source_that_is_gone_are_refused() {
    let (listener, address) = source().await;
    drop(listener);
    let relay = start(std::slice::from_ref(&address)).await;
    let hello = [&MAGIC[..], &framed(&Frame::Hello { min_version: 1, max_version: 1 })].concat();
    let long = [&MAGIC[..], &2000_u32.to_le_bytes(), &[20], &[0; 1500]].concat();
    for (sent, expected) in [
        (flight(&address, b""), ErrorCode::Unreachable),
        (hello, ErrorCode::Malformed),
        (long, ErrorCode::Malformed),
        (MAGIC.to_vec(), ErrorCode::TimedOut),
    ] {
        let mut player = TcpStream::connect(relay.address).await.unwrap();
        player.write_all(&sent).await.unwrap();
        let said = frames(&mut player).await;
        assert!(
            matches!(&said[..], [Frame::Error { code, .. }] if *code == expected),
            "{expected:?}, not {said:?}"
        );
    }
}

#[tokio::test]
async fn the_stop_is_told_between_two_frames_and_never_inside_one() {
    let (listener, address) = source().await;
    let relay = start(std::slice::from_ref(&address)).await;
    let mut player = TcpStream::connect(relay.address).await.unwrap();
    player.write_all(&flight(&address, b"")).await.unwrap();
    let (mut source, _) = listener.accept().await.unwrap();
    let echo = Frame::EchoReply { nonce: 1, payload: Bytes::from(vec![9; 40_000]) };
    let bytes = framed(&echo);
    source.write_all(&bytes[..30_000]).await.unwrap();
    let mut head = vec![0; 30_000];
    player.read_exact(&mut head).await.unwrap();
    relay.relaying.stop.cancel();
    tokio::time::sleep(Duration::from_millis(100)).await;
    source.write_all(&bytes[30_000..]).await.unwrap();
    source.write_all(&framed(&Frame::Lease { generation: 1, lease: 1 })).await.unwrap();
    let mut decoder = Decoder::new();
    decoder.feed(&head);
    let mut came = Vec::new();
    while came.len() < 3 {
        let count = tokio::time::timeout(Duration::from_secs(30), player.read_buf(decoder.buffer(4096)));
        assert!(count.await.unwrap().unwrap() > 0);
        while let Some(frame) = decoder.next_frame().unwrap() {
            came.push(frame);
        }
    }
    assert_eq!(came, [echo, Frame::GoingAway, Frame::Lease { generation: 1, lease: 1 }]);
    drop((player, source));
    tokio::time::timeout(Duration::from_secs(30), relay.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_broken_source_is_told_at_a_frames_end() {
    let (listener, address) = source().await;
    let relay = start(std::slice::from_ref(&address)).await;
    let mut player = TcpStream::connect(relay.address).await.unwrap();
    player.write_all(&flight(&address, b"unread")).await.unwrap();
    let (source, _) = listener.accept().await.unwrap();
    source.readable().await.unwrap();
    socket2::SockRef::from(&source).set_linger(Some(Duration::ZERO)).unwrap();
    drop(source);
    let said = frames(&mut player).await;
    assert!(matches!(&said[..], [Frame::Error { code: ErrorCode::Unreachable, .. }]), "{said:?}");
}

#[tokio::test]
async fn plain_http_is_passed_on_to_what_is_on_the_list() {
    let (listener, address) = source().await;
    let relay = start(std::slice::from_ref(&address)).await;
    let stream = "ab".repeat(32);
    let served = tokio::spawn(async move {
        let (mut source, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4096];
        let count = source.read(&mut asked).await.unwrap();
        let answer = "HTTP/1.1 206 Partial Content\r\ncontent-length: 3\r\ncontent-range: bytes 2-4/9\r\n\
                      set-cookie: a=b\r\n\r\ncde";
        source.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&asked[..count]).to_lowercase()
    });
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = |target: &str| format!("http://{}/via/{target}/streams/{stream}", relay.address);
    let answer = client.get(url(&address)).header("range", "bytes=2-4").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 206);
    assert_eq!(answer.headers()["content-range"], "bytes 2-4/9");
    assert!(!answer.headers().contains_key("set-cookie"));
    assert_eq!(answer.text().await.unwrap(), "cde");
    let asked = served.await.unwrap();
    assert!(
        asked.starts_with(&format!("get /streams/{stream} ")) && asked.contains("range: bytes=2-4"),
        "{asked}"
    );
    let refused = client.get(url("127.0.0.1:1")).send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 403);
    let health: serde_json::Value =
        client.get(format!("http://{}/health", relay.address)).send().await.unwrap().json().await.unwrap();
    assert_eq!(health["reaches"][0], address);
    let metrics = client.get(format!("http://{}/metrics", relay.address)).send().await.unwrap();
    assert!(metrics.text().await.unwrap().contains("tributary_refused_targets_total 1\n"));
}
