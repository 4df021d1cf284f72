//! A content server: the core's walker and codec over blocking sockets.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use fetch_engine::SourceUrl;
use tributary_core::geometry::Geometry;
use tributary_core::held::Held;
use tributary_core::verify::build_page;
use tributary_core::walker::{Order, Walker};
use tributary_core::wire::{Decoder, ErrorCode, Frame, MAGIC, VERSION, encode};

use super::Film;

/// A running server. Dropped, it dies as by `kill -9`.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    film: Film,
    name: String,
    dead: AtomicBool,
    stalled: AtomicBool,
    corrupt: AtomicBool,
    refuses: AtomicBool,
    /// The size it tells.
    size: AtomicU64,
    /// How often it was asked for that.
    asked_for_size: AtomicU64,
    bytes_a_second: u64,
    sent: AtomicU64,
    connections: Mutex<Vec<TcpStream>>,
}

/// What reader and writer of one connection share.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    walk: Option<(Walker, Geometry)>,
    replies: Vec<Frame>,
    closed: bool,
}

impl Server {
    /// Starts a server that sends at most so many bytes a second.
    pub(crate) fn start(name: &str, film: &Film, bytes_a_second: u64) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), name, film, bytes_a_second)
    }

    /// The same, at an address.
    pub(crate) fn start_at(address: SocketAddr, name: &str, film: &Film, bytes_a_second: u64) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            film: film.clone(),
            name: name.to_owned(),
            dead: AtomicBool::new(false),
            stalled: AtomicBool::new(false),
            corrupt: AtomicBool::new(false),
            refuses: AtomicBool::new(false),
            size: AtomicU64::new(film.bytes.len() as u64),
            asked_for_size: AtomicU64::new(0),
            bytes_a_second,
            sent: AtomicU64::new(0),
            connections: Mutex::new(Vec::new()),
        });
        let server = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                if server.dead.load(Ordering::Relaxed) {
                    return;
                }
                server.connections.lock().unwrap().push(stream.try_clone().unwrap());
                let server = server.clone();
                thread::spawn(move || server.serve(stream));
            }
        });
        Self { address, shared }
    }

    /// Its address as a source.
    pub(crate) fn url(&self) -> SourceUrl {
        format!("tributary://{}/b3:{}", self.address, self.shared.film.id).parse().unwrap()
    }

    /// Sends nothing from now on, or goes on.
    pub(crate) fn stall(&self, yes: bool) {
        self.shared.stalled.store(yes, Ordering::Relaxed);
    }

    /// Sends wrong bytes from now on.
    pub(crate) fn corrupt(&self) {
        self.shared.corrupt.store(true, Ordering::Relaxed);
    }

    /// Says that it has no such stream.
    pub(crate) fn refuse(&self) {
        self.shared.refuses.store(true, Ordering::Relaxed);
    }

    /// Tells a wrong size, smaller than the right one.
    pub(crate) fn tell_size(&self, size: u64) {
        self.shared.size.store(size, Ordering::Relaxed);
    }

    /// How often it was asked for the stream's size.
    pub(crate) fn asked_for_size(&self) -> u64 {
        self.shared.asked_for_size.load(Ordering::Relaxed)
    }

    /// Bytes of blocks it has sent.
    pub(crate) fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.dead.store(true, Ordering::Relaxed);
        // Wakes the listener, which then closes.
        let _ = TcpStream::connect(self.address);
        for stream in self.shared.connections.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let mut first = [0; 4];
        if stream.read_exact(&mut first).is_err() {
            return;
        }
        assert_eq!(first, MAGIC);
        let desk = Arc::new(Desk::default());
        let (server, out, writer) = (self.clone(), stream.try_clone().unwrap(), desk.clone());
        thread::spawn(move || server.write(out, &writer));
        let mut decoder = Decoder::new();
        let mut buffer = vec![0; 64 << 10];
        while let Ok(len @ 1..) = stream.read(&mut buffer) {
            decoder.feed(&buffer[..len]);
            while let Some(frame) = decoder.next_frame().expect("the engine sends frames of the protocol") {
                self.take(frame, &desk);
            }
        }
        desk.state.lock().unwrap().closed = true;
        desk.changed.notify_all();
    }

    fn take(&self, frame: Frame, desk: &Desk) {
        let mut state = desk.state.lock().unwrap();
        let State { walk, replies, .. } = &mut *state;
        match frame {
            Frame::Hello { .. } => replies.push(Frame::Welcome { version: VERSION, name: self.name.clone() }),
            Frame::Open { stream, .. } | Frame::SizeRequest { stream }
                if stream != self.film.id || self.refuses.load(Ordering::Relaxed) =>
            {
                replies
                    .push(Frame::Error { code: ErrorCode::NoSuchStream, message: "no such stream".into() });
            }
            Frame::Open { size, block_size, me, identify, .. } => {
                let told = self.size.load(Ordering::Relaxed);
                if size != told {
                    let message = format!("this server's copy has {told} bytes");
                    replies.push(Frame::Error { code: ErrorCode::SizeMismatch, message });
                } else {
                    let geometry = Geometry::new(size, block_size).unwrap();
                    *walk = Some((Walker::identifying(me, geometry, identify), geometry));
                    replies.push(Frame::Opened { size, held: Held::all() });
                }
            }
            Frame::SizeRequest { stream } => {
                self.asked_for_size.fetch_add(1, Ordering::Relaxed);
                replies.push(Frame::Size { stream, size: self.size.load(Ordering::Relaxed) });
            }
            Frame::Echo { nonce, payload } => replies.push(Frame::EchoReply { nonce, payload }),
            Frame::PageRequest { page } => {
                let values = build_page(&self.film.groups, self.film.bytes.len() as u64, page);
                replies.push(Frame::Page { page, values: values.expect("a page of this stream").into() });
            }
            Frame::Error { code, message } => panic!("the engine says {code:?}: {message}"),
            // Orders that come after a refusal were sent before it was read.
            order => {
                if let Some((walker, _)) = walk {
                    replies.extend(walker.handle(&order).expect("the engine orders what may be ordered"));
                }
            }
        }
        desk.changed.notify_all();
    }

    fn write(&self, mut out: TcpStream, desk: &Desk) {
        let mut due = Instant::now();
        loop {
            let mut bytes = BytesMut::new();
            {
                let mut state = desk.state.lock().unwrap();
                loop {
                    if state.closed {
                        return;
                    }
                    let stalled = self.stalled.load(Ordering::Relaxed);
                    if !stalled {
                        for reply in std::mem::take(&mut state.replies) {
                            encode(&reply, &mut bytes);
                        }
                    }
                    if let Some((walker, geometry)) = state.walk.as_mut().filter(|_| !stalled)
                        && let Some(order) = walker.next_order()
                    {
                        for frame in self.frames(*geometry, order) {
                            encode(&frame, &mut bytes);
                        }
                    }
                    if !bytes.is_empty() {
                        break;
                    }
                    state = desk.changed.wait_timeout(state, Duration::from_millis(20)).unwrap().0;
                }
            }
            due = due.max(Instant::now())
                + Duration::from_secs_f64(bytes.len() as f64 / self.bytes_a_second as f64);
            if out.write_all(&bytes).is_err() {
                return;
            }
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    }

    fn frames(&self, geometry: Geometry, order: Order) -> Vec<Frame> {
        let range = geometry.range(order.seq);
        let mut bytes = self.film.bytes[range.start as usize..range.end as usize].to_vec();
        if self.corrupt.load(Ordering::Relaxed) {
            bytes[0] ^= 1;
        }
        self.sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        order.frames(Bytes::from(bytes))
    }
}
