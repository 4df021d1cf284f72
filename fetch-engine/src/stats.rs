//! The numbers of a stream as JSON: what `get_property tributary/stats` gives, and what `--stats-log` writes, a
//! line each time. `docs/stats.schema.json` describes it; tests compare both.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::snapshot::{LogEntry, Snapshot};
use crate::stream::Stream;

/// How often a log gets a line, in seconds.
pub const LOG_EVERY_SECONDS: f64 = 0.5;
/// Most bytes of a log. A line tells that it ends there.
const MAX_LOG_BYTES: u64 = 256 << 20;
/// The newest events that are told to who asks for the numbers as they are.
const EVENTS_TOLD: usize = 100;

/// All there is to know of a stream at one moment.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stats {
    /// When this was, in seconds since 1970.
    pub time: f64,
    /// The engine's numbers.
    #[serde(flatten)]
    pub snapshot: Snapshot,
    /// What happened: since the line before, or the newest hundred.
    pub events: Vec<LogEntry>,
    /// What a player adds; nothing where nobody plays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub player: Option<PlayerStats>,
}

/// What only a player knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PlayerStats {
    /// `opening`, `loading`, `playing`, `paused`, `buffering`, `seeking`, `ended` or `failed`.
    pub state: String,
    /// What is played, to show.
    pub name: String,
    /// Seconds into the title.
    pub position_seconds: f64,
    /// Length in seconds, where known.
    pub duration_seconds: Option<f64>,
    /// Bits a second that the title needs, where its length is known.
    pub needed_bps: Option<f64>,
    /// How often it had to wait since it began.
    pub stalls: u32,
    /// How full the buffer is while it waits, in per cent.
    pub buffering_percent: Option<u8>,
    /// Speed, 1 as it was made.
    pub speed: f64,
    /// Frames drawn.
    pub frames_shown: u64,
    /// Frames that came too late.
    pub frames_dropped: u64,
    /// Codec of the picture, in words; empty where there is none.
    pub video_codec: String,
    /// Its decoder.
    pub video_decoder: String,
    /// Width of the picture in pixels.
    pub width: Option<u32>,
    /// Its height.
    pub height: Option<u32>,
    /// Frames a second.
    pub fps: Option<f64>,
    /// Codec of the sound, in words; empty where there is none.
    pub audio_codec: String,
}

impl Stats {
    /// Those of a stream as it is now.
    #[must_use]
    pub fn of(stream: &Stream, player: Option<PlayerStats>) -> Self {
        let mut events = stream.log_since(0);
        events.drain(..events.len().saturating_sub(EVENTS_TOLD));
        Self { time: now(), snapshot: stream.snapshot(), events, player }
    }

    /// As one line of JSON.
    #[must_use]
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts can always be written as JSON")
    }
}

/// A file to which the numbers are written.
#[derive(Debug)]
pub struct StatsLog {
    file: File,
    written: u64,
    /// The newest event that was written, and of which stream.
    newest: u64,
}

impl StatsLog {
    /// Begins a log at `path`, in the place of what is there.
    ///
    /// # Errors
    /// As the system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::create(path)?, written: 0, newest: 0 })
    }

    /// Another stream is written of from now on: its events begin at 1 again.
    pub fn begin(&mut self) {
        self.newest = 0;
    }

    /// Writes a line: the numbers, and what happened since the last line. Nothing more once the log is full.
    ///
    /// # Errors
    /// As the system says.
    pub fn write(
        &mut self,
        snapshot: Snapshot,
        mut events: Vec<LogEntry>,
        player: Option<PlayerStats>,
    ) -> io::Result<()> {
        if self.written >= MAX_LOG_BYTES {
            return Ok(());
        }
        events.retain(|entry| entry.number > self.newest);
        self.newest = events.last().map_or(self.newest, |entry| entry.number);
        let mut line = Stats { time: now(), snapshot, events, player }.to_line();
        line.push('\n');
        self.written += line.len() as u64;
        self.file.write_all(line.as_bytes())?;
        if self.written >= MAX_LOG_BYTES {
            tracing::warn!("the log of the numbers is full at {MAX_LOG_BYTES} bytes");
        }
        Ok(())
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Happened, LogKind, SourceSnapshot};

    fn event(number: u64) -> LogEntry {
        LogEntry {
            number,
            at: 1.5,
            kind: LogKind::Source,
            source: Some(0),
            title: "alpha joined".to_owned(),
            detail: String::new(),
            warning: false,
            what: Happened::Note,
        }
    }

    #[test]
    fn every_event_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut log = StatsLog::create(&path).unwrap();
        let snapshot = Snapshot { sources: vec![SourceSnapshot::default()], ..Snapshot::default() };
        log.write(snapshot.clone(), vec![event(1), event(2)], None).unwrap();
        log.write(snapshot.clone(), vec![event(1), event(2), event(3)], Some(PlayerStats::default()))
            .unwrap();
        log.begin();
        log.write(snapshot, vec![event(1)], None).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let numbers = |line: &serde_json::Value| -> Vec<u64> {
            line["events"].as_array().unwrap().iter().map(|event| event["number"].as_u64().unwrap()).collect()
        };
        assert_eq!(lines.iter().map(numbers).collect::<Vec<_>>(), [vec![1, 2], vec![3], vec![1]]);
        assert!(lines[0].get("player").is_none() && lines[1]["player"]["stalls"] == 0);
        assert!(lines[0]["totals"]["bytes"].is_u64() && lines[0]["time"].as_f64().unwrap() > 1e9);
    }
}
