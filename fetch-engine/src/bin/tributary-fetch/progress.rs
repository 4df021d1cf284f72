//! A bar for the whole and a line for each source, on a terminal.

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fetch_engine::Stream;
use fetch_engine::snapshot::{Snapshot, SourceSnapshot, StreamState};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// How often the lines are drawn anew.
const DRAW_EVERY: Duration = Duration::from_millis(200);

/// Nothing is ever sent on the channel that stops the drawing: its end is the message.
const MAX_STOPS_WAITING: usize = 0;

/// Lines being drawn; dropped, they stop.
#[derive(Debug)]
pub(crate) struct Progress {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Bytes written, for the bar.
    bar: ProgressBar,
}

impl Progress {
    /// Starts to draw, where standard error is a terminal.
    pub(crate) fn start(stream: &Stream, bytes: u64, quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self { stop: None, thread: None, bar: ProgressBar::hidden() };
        }
        let lines = MultiProgress::new();
        let template = "{bytes:>11} of {total_bytes}  {wide_bar}  {percent:>3} %  {eta} left  {msg}";
        let style =
            ProgressStyle::with_template(template).expect("the template is a constant that was tried");
        let bar = lines.add(ProgressBar::new(bytes).with_style(style));
        let (stop, stopped) = mpsc::sync_channel(MAX_STOPS_WAITING);
        let (stream, whole) = (stream.clone(), bar.clone());
        let thread = thread::Builder::new().name("progress".to_owned()).spawn(move || {
            let mut of_sources = Vec::new();
            while stopped.recv_timeout(DRAW_EVERY) == Err(RecvTimeoutError::Timeout) {
                draw(&stream.snapshot(), &whole, &lines, &mut of_sources);
            }
            of_sources.iter().for_each(ProgressBar::finish_and_clear);
            whole.finish_and_clear();
        });
        // A fetch without bars is still a fetch.
        Self { stop: Some(stop), thread: thread.ok(), bar }
    }

    /// So many bytes are written.
    pub(crate) fn set(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed; here it only means that the lines are gone.
            let _ = thread.join();
        }
    }
}

fn draw(snapshot: &Snapshot, whole: &ProgressBar, lines: &MultiProgress, of_sources: &mut Vec<ProgressBar>) {
    whole.set_message(match &snapshot.state {
        StreamState::Connecting => "connecting".to_owned(),
        StreamState::Nobody(_) => "waiting for a server".to_owned(),
        _ => format!("{:.1} Mbit/s", snapshot.rate_bps / 1e6),
    });
    let plain =
        || ProgressStyle::with_template("  {msg}").expect("the template is a constant that was tried");
    while of_sources.len() < snapshot.sources.len() {
        of_sources.push(lines.add(ProgressBar::new_spinner().with_style(plain())));
    }
    for (line, source) in of_sources.iter().zip(&snapshot.sources) {
        line.set_message(line_of(source));
    }
}

fn line_of(source: &SourceSnapshot) -> String {
    let SourceSnapshot { letter, name, state, .. } = source;
    let mib = source.bytes as f64 / f64::from(1 << 20);
    let what = match (state.as_str(), &source.last_error) {
        ("sending", _) | (_, None) => state.clone(),
        (_, Some(why)) => format!("{state}: {why}"),
    };
    let rate = source.rate_bps / 1e6;
    format!("{letter} {name:<16} {rate:>7.1} Mbit/s {:>4.0} % {mib:>9.1} MiB  {what}", source.share * 100.0)
}
