//! A director that tells what the test tells it, by events too.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tributary_core::directory::{SourceEntry, StreamSources};

use super::Film;

/// A running director.
pub(crate) struct Director {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    sources: Arc<Mutex<StreamSources>>,
    /// How often it was told to say again what it has said.
    again: Arc<AtomicU64>,
}

impl Director {
    /// Starts a director that knows one film and nobody who has it.
    pub(crate) fn start(film: &Film) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let empty = StreamSources { stream: film.id, size: film.bytes.len() as u64, sources: Vec::new() };
        let sources = Arc::new(Mutex::new(empty));
        let again = Arc::new(AtomicU64::new(0));
        let shared = (sources.clone(), again.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, sources) = (stream.unwrap(), shared.clone());
                thread::spawn(move || answer(stream, &sources.0, &sources.1));
            }
        });
        Self { address, sources, again }
    }

    /// Says from now on that these hold the film.
    pub(crate) fn list(&self, servers: &[(&str, SocketAddr)]) {
        let entry = |(name, address): &(&str, SocketAddr)| SourceEntry {
            name: (*name).to_owned(),
            address: address.to_string(),
            ..SourceEntry::default()
        };
        self.sources.lock().unwrap().sources = servers.iter().map(entry).collect();
    }

    /// Says that the film has so many bytes.
    pub(crate) fn claim_size(&self, size: u64) {
        self.sources.lock().unwrap().size = size;
    }

    /// Says the same once more, as a director does when a server has registered anew.
    pub(crate) fn say_again(&self) {
        self.again.fetch_add(1, Ordering::Relaxed);
    }
}

fn answer(mut stream: TcpStream, sources: &Mutex<StreamSources>, again: &AtomicU64) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        request.push(byte[0]);
    }
    let json = || serde_json::to_string(&*sources.lock().unwrap()).unwrap();
    if String::from_utf8(request).unwrap().contains("/sources ") {
        let body = json();
        let len = body.len();
        let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n{body}");
        return;
    }
    let mut told = (String::new(), 0);
    let mut open = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
    while open.is_ok() {
        let now = (json(), again.load(Ordering::Relaxed));
        if now != told {
            open = write!(stream, "event: sources\ndata: {}\n\n", now.0);
            told = now;
        }
        thread::sleep(Duration::from_millis(20));
    }
}
