//! Lines with a rate that can be changed while bytes flow, that several servers can share, and that count.
//!
//! A [`Door`] stands before a server, as real sockets: what the server sends passes the lines that the door
//! was given, one after the other, and is counted when it is handed to the client. Orders go the other way
//! without a wait. Little waits inside: a slow line must look slow to the server at once.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that are passed on at once.
const PIECE_BYTES: usize = 4096;
/// Bytes that may wait inside, in the kernel's buffer towards the server.
const WAITING_BYTES: usize = 64 << 10;
/// How much a line that was looked at late may catch up: timers are late on a busy machine.
const CATCH_UP: Duration = Duration::from_millis(50);

/// A line: everything that passes it takes its turn.
#[derive(Clone, Debug)]
pub struct Line(Arc<Mutex<Pace>>);

#[derive(Debug)]
struct Pace {
    bytes_a_second: f64,
    due: Instant,
}

impl Line {
    /// A line of so many megabits a second.
    #[must_use]
    pub fn new(mbit: f64) -> Self {
        Self(Arc::new(Mutex::new(Pace { bytes_a_second: mbit * 1e6 / 8.0, due: Instant::now() })))
    }

    /// It has another rate from now on.
    pub fn set_mbit(&self, mbit: f64) {
        self.pace().bytes_a_second = mbit * 1e6 / 8.0;
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for(&self, bytes: usize) {
        let passes = {
            let mut pace = self.pace();
            let now = Instant::now();
            let passes = pace.due.max(now.checked_sub(CATCH_UP).unwrap_or(now));
            pace.due = passes + Duration::from_secs_f64(bytes as f64 / pace.bytes_a_second);
            passes
        };
        thread::sleep(passes.saturating_duration_since(Instant::now()));
    }
}

/// What stands before one server. Dropped, it closes.
#[derive(Debug)]
pub struct Door {
    /// Where it listens: `127.0.0.1:PORT`.
    pub address: String,
    inside: Arc<Inside>,
}

#[derive(Debug)]
struct Inside {
    /// `HOST:PORT` of the server, once it is known.
    server: Mutex<Option<String>>,
    lines: Vec<Line>,
    passed: AtomicU64,
    /// Nobody passes, and nobody is told.
    closed: AtomicBool,
    over: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Door {
    /// Opens a door whose server is not known yet: who comes waits for [`Self::lead_to`].
    ///
    /// # Panics
    /// Where there is no port to listen on.
    #[must_use]
    pub fn open(lines: &[&Line]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address").to_string();
        let inside = Arc::new(Inside {
            server: Mutex::default(),
            lines: lines.iter().map(|line| (*line).clone()).collect(),
            passed: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            over: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let shared = inside.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                if shared.over.load(Ordering::Relaxed) {
                    return;
                }
                if let Ok(client) = client
                    && !shared.closed.load(Ordering::Relaxed)
                {
                    let shared = shared.clone();
                    thread::spawn(move || shared.pass(&client));
                }
            }
        });
        Self { address, inside }
    }

    /// The server behind the door is at `HOST:PORT`.
    pub fn lead_to(&self, server: &str) {
        *self.inside.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server.to_owned());
    }

    /// Bytes handed to clients so far.
    #[must_use]
    pub fn passed(&self) -> u64 {
        self.inside.passed.load(Ordering::Relaxed)
    }

    /// Ends every connection, and takes no more.
    pub fn cut(&self) {
        self.inside.closed.store(true, Ordering::Relaxed);
        for stream in self.inside.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // Closed already is as good.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.cut();
        self.inside.over.store(true, Ordering::Relaxed);
        // Wakes the listener, which then closes.
        drop(TcpStream::connect(&self.address));
    }
}

impl Inside {
    fn pass(&self, client: &TcpStream) {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(Ok(server)) = server.map(TcpStream::connect) else { return };
        // A refusal costs accuracy, nothing else.
        let _ = rustix::net::sockopt::set_socket_recv_buffer_size(&server, WAITING_BYTES);
        let _ = rustix::net::sockopt::set_socket_send_buffer_size(client, WAITING_BYTES);
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        if let (Ok(a), Ok(b)) = (client.try_clone(), server.try_clone()) {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).extend([a, b]);
        }
        thread::scope(|scope| {
            scope.spawn(|| copy(client, &server, |_| {}, |_| {}));
            copy(
                &server,
                client,
                |bytes| self.lines.iter().for_each(|line| line.wait_for(bytes)),
                |bytes| {
                    self.passed.fetch_add(bytes as u64, Ordering::Relaxed);
                },
            );
        });
    }
}

fn copy(mut from: &TcpStream, mut to: &TcpStream, wait_for: impl Fn(usize), passed: impl Fn(usize)) {
    let mut piece = [0; PIECE_BYTES];
    while let Ok(bytes @ 1..) = from.read(&mut piece) {
        wait_for(bytes);
        if to.write_all(&piece[..bytes]).is_err() {
            break;
        }
        passed(bytes);
    }
    // Whoever reads or writes on either side is to see the end.
    for stream in [from, to] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends `bytes` bytes to whoever comes.
    fn server(bytes: usize) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            for stream in listener.incoming() {
                thread::spawn(move || stream.unwrap().write_all(&vec![7; bytes]));
            }
        });
        address
    }

    #[test]
    fn two_doors_share_a_line_and_each_counts_its_own() {
        let (line, bytes) = (Line::new(8.0), 100_000);
        let doors = [Door::open(&[&line]), Door::open(&[&line])];
        let started = Instant::now();
        let clients: Vec<_> = doors
            .iter()
            .map(|door| {
                door.lead_to(&server(bytes));
                let mut stream = TcpStream::connect(&door.address).unwrap();
                thread::spawn(move || {
                    let mut all = Vec::new();
                    stream.read_to_end(&mut all).unwrap();
                    all.len()
                })
            })
            .collect();
        for client in clients {
            assert_eq!(client.join().unwrap(), bytes);
        }
        // 200 kB at 1 MB a second, less what may be caught up.
        assert!(started.elapsed() >= Duration::from_millis(140), "{:?}", started.elapsed());
        assert_eq!(doors.each_ref().map(Door::passed), [bytes as u64; 2]);
    }

    #[test]
    fn a_door_that_is_cut_ends_what_flows_and_takes_no_more() {
        let line = Line::new(0.8);
        let door = Door::open(&[&line]);
        door.lead_to(&server(1_000_000));
        let mut stream = TcpStream::connect(&door.address).unwrap();
        let mut first = [0; 10];
        stream.read_exact(&mut first).unwrap();
        line.set_mbit(8.0);
        door.cut();
        let mut rest = Vec::new();
        // An end or a reset, but not all of it.
        let _ = stream.read_to_end(&mut rest);
        assert!(rest.len() < 900_000, "{}", rest.len());
        let mut again = TcpStream::connect(&door.address).unwrap();
        assert!(matches!(again.read(&mut first), Ok(0) | Err(_)));
    }
}
