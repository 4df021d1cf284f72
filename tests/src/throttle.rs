//! A line with a limited rate in front of a server that knows no such limit.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that are passed on at once.
const PIECE_BYTES: usize = 4096;

/// Passes connections on to a server, and what comes back at a limited rate. Dropped, it takes no more.
#[derive(Debug)]
pub struct Throttle {
    /// Where it listens: `127.0.0.1:PORT`.
    pub address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl Throttle {
    /// In front of `HOST:PORT`, with so many megabits a second for all connections together.
    ///
    /// # Panics
    /// Where there is no port to listen on.
    #[must_use]
    pub fn start(server: &str, rate_mbit: u32) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let ended = Arc::new(AtomicBool::new(false));
        let (server, over) = (server.to_owned(), ended.clone());
        let pace = Arc::new(Pace {
            bytes_a_second: f64::from(rate_mbit) * 1e6 / 8.0,
            due: Mutex::new(Instant::now()),
        });
        thread::spawn(move || {
            for client in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(client) = client else { continue };
                let (pace, server) = (pace.clone(), server.clone());
                thread::spawn(move || pass(&client, &server, &pace));
            }
        });
        Self { address, ended }
    }

    /// `http://` address of a file.
    #[must_use]
    pub fn url(&self, file: &str) -> String {
        format!("http://{}/{file}", self.address)
    }
}

impl Drop for Throttle {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the listener, which then closes.
        drop(TcpStream::connect(self.address));
    }
}

/// When the next bytes may pass.
#[derive(Debug)]
struct Pace {
    bytes_a_second: f64,
    due: Mutex<Instant>,
}

impl Pace {
    fn wait_for(&self, bytes: usize) {
        let passes = {
            let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
            let passes = (*due).max(Instant::now());
            *due = passes + Duration::from_secs_f64(bytes as f64 / self.bytes_a_second);
            passes
        };
        thread::sleep(passes.saturating_duration_since(Instant::now()));
    }
}

/// Passes a connection on until either side has closed it.
fn pass(client: &TcpStream, server: &str, pace: &Pace) {
    let Ok(server) = TcpStream::connect(server) else { return };
    thread::scope(|scope| {
        scope.spawn(|| copy(client, &server, |_| {}));
        copy(&server, client, |bytes| pace.wait_for(bytes));
    });
}

fn copy(mut from: &TcpStream, mut to: &TcpStream, wait_for: impl Fn(usize)) {
    let mut piece = [0; PIECE_BYTES];
    while let Ok(bytes @ 1..) = from.read(&mut piece) {
        wait_for(bytes);
        if to.write_all(&piece[..bytes]).is_err() {
            break;
        }
    }
    // Whoever reads or writes on either side is to see the end.
    for stream in [from, to] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_is_whole_and_takes_its_time() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut word = [0; 5];
            stream.read_exact(&mut word).unwrap();
            stream.write_all(&[7; 50_000]).unwrap();
        });
        let throttle = Throttle::start(&server, 4);
        let started = Instant::now();
        let mut stream = TcpStream::connect(throttle.address).unwrap();
        stream.write_all(b"hello").unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        assert_eq!(all, [7; 50_000]);
        assert!(started.elapsed() >= Duration::from_millis(80), "{:?}", started.elapsed());
    }
}
