//! A running `tributary-fetch proxy`, and the programs of others that fetch through it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::http::{self, Answer};
use crate::process::Process;
use crate::programs::program;

/// How long the proxy may take to listen, and an answer to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running proxy.
#[derive(Debug)]
pub struct Proxy {
    /// Its process.
    pub process: Process,
    /// Where it listens: `127.0.0.1:PORT`.
    pub address: String,
}

impl Proxy {
    /// Starts one on a free port; `arguments` say what it serves. Its logs go to `logs`.
    #[must_use]
    pub fn start(logs: &Path, arguments: &[&str]) -> Self {
        let arguments = ["proxy", "--listen", "127.0.0.1:0"].iter().chain(arguments);
        let mut process = Process::start("proxy", logs, &program("tributary-fetch"), arguments, &[]);
        let address = process.wait_for_line("listening on ", PATIENCE);
        Self { process, address }
    }

    /// `http://HOST:PORT/PATH`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `GET path`, with more header lines (each ending in `\r\n`).
    ///
    /// # Panics
    /// Where there is no answer.
    #[must_use]
    pub fn get(&self, path: &str, headers: &str) -> Answer {
        http::get(&self.address, path, headers).unwrap_or_else(|why| panic!("GET {path}: {why}"))
    }

    /// A request that is sent, and whose answer is read by the caller.
    ///
    /// # Panics
    /// Where there is no connection.
    #[must_use]
    pub fn begin(&self, path: &str, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("the proxy listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout above zero");
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", self.address);
        stream.write_all(head.as_bytes()).expect("a fresh connection takes a request");
        stream
    }

    /// The value of a metric without labels, or with all of them as they are shown.
    ///
    /// # Panics
    /// Where there is none of that name.
    #[must_use]
    pub fn metric(&self, name: &str) -> u64 {
        let text = String::from_utf8(self.get("/metrics", "").body).expect("metrics are text");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no metric {name} in\n{text}")).parse().expect("a whole number")
    }
}

/// Reads the head of an answer and at least `bytes` of its body.
///
/// # Panics
/// Where the connection ends before.
#[must_use]
pub fn read_some(stream: &mut TcpStream, bytes: usize) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut piece = vec![0; 16 << 10];
    loop {
        let head = answer.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        if head.is_some_and(|head| answer.len() >= head + bytes) {
            return answer.split_off(head.unwrap_or(0));
        }
        let len = stream.read(&mut piece).expect("the answer goes on");
        assert!(len > 0, "the answer ended: {}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&piece[..len]);
    }
}

/// A program that belongs to others; none, said on standard error, where it is not installed.
#[must_use]
pub fn outside(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// Runs a program to its end; gives what it wrote to standard output.
///
/// # Panics
/// Where it fails, with what it says.
#[must_use]
pub fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let said = || {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        format!("{command:?}: {}\n{out}\n{err}", output.status)
    };
    assert!(output.status.success(), "{}", said());
    output.stdout
}
