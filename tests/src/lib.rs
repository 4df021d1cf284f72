//! The harness of the end-to-end tests: real programs, real sockets, one machine.
//!
//! | module | what it is |
//! |---|---|
//! | [`programs`] | where the built programs are |
//! | [`process`] | one child: its output, its signals, its end |
//! | [`files`] | test files that are the same on every run |
//! | [`cluster`] | a director and its content servers |
//! | [`relay`] | a relay |
//! | [`diagnose`] | a run of `tributary-fetch diagnose` and its report |
//! | [`film`] | films that ffmpeg makes |
//! | [`fetch`] | a run of `tributary-fetch get` and its report |
//! | [`player`] | a player under its own Xvfb, driven by mpv's JSON IPC |
//! | [`proxy`] | a `tributary-fetch proxy`, and programs of others |
//! | [`http`] | just enough HTTP to ask a director |
//! | [`metrics`] | whether metrics follow Prometheus' conventions |
//! | [`nginx`] | a plain web server |
//! | [`shaper`] | lines whose rate changes, that are shared, and that count |
//! | [`slow_disk`] | a folder whose disk becomes slow |
//! | [`throttle`] | a line with a limited rate |
//! | [`window`] | keys, the pointer and pictures of a player's window |
//!
//! Servers hold their rate by `--rate-limit`, so what a test asserts about shares follows from the
//! limits, not from the speed of the machine. Nothing outlives a test: every child is told by the
//! kernel to end with the thread that started it.
#![forbid(unsafe_code)]

pub mod cluster;
pub mod diagnose;
pub mod fetch;
pub mod files;
pub mod film;
pub mod http;
pub mod metrics;
pub mod nginx;
pub mod player;
pub mod process;
pub mod programs;
pub mod proxy;
pub mod relay;
pub mod shaper;
pub mod slow_disk;
pub mod throttle;
pub mod window;

use std::time::{Duration, Instant};

/// Polls until `done` gives something, every 20 ms.
///
/// # Panics
/// After `limit`, naming `what`.
pub fn wait_until<T>(what: &str, limit: Duration, mut done: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = done() {
            return value;
        }
        assert!(started.elapsed() < limit, "waited {limit:?} for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
