//! The numbers of what plays, for others than the window: `tributary/stats`, `--stats-log`, and the bundle for a
//! report.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use fetch_engine::bundle::{Bundle, Recorder, Scrub};
use fetch_engine::diagnose::export;
use fetch_engine::diagnose::report::TestReport;
use fetch_engine::snapshot::{LogEntry, Snapshot};
use fetch_engine::stats::{LOG_EVERY_SECONDS, PlayerStats, StatsLog};

use super::App;
use crate::i18n::t;
use crate::state::notice::{Notice, NoticeKind};
use crate::state::playback::{Phase, Playback};
use crate::state::{Event, words};

/// Most lines of the log that wait to be written; more are left out.
const WAITING_LINES: usize = 64;

/// A line of the log on its way.
type Line = (u64, Arc<Snapshot>, Vec<LogEntry>, PlayerStats);

/// What is kept and written of the numbers.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    recorder: Recorder,
    log: Option<SyncSender<Line>>,
    /// When the log got its last line, in seconds since the window was opened.
    written: Option<f64>,
}

impl Numbers {
    /// Begins the log, where one is wanted.
    ///
    /// # Errors
    /// Where it can't be written.
    pub(super) fn start(path: Option<&Path>) -> std::io::Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let log = StatsLog::create(path)?;
        let (sender, lines) = sync_channel(WAITING_LINES);
        thread::Builder::new().name("stats log".into()).spawn(move || write(log, &lines))?;
        Ok(Self { log: Some(sender), ..Self::default() })
    }

    /// Takes the numbers as they are at `now`, in seconds since the window was opened.
    pub(super) fn take(&mut self, now: f64, playback: &Playback) {
        let Some(snapshot) = &playback.snapshot else { return };
        self.recorder.keep(now, snapshot, Some(stats(playback)));
        let due = self.written.is_none_or(|at| now - at >= LOG_EVERY_SECONDS);
        if let Some(log) = self.log.as_ref().filter(|_| due) {
            let events = playback.log.iter().cloned().collect();
            // Where the disk is slower than that, a line is missing.
            let _ = log.try_send((playback.number, snapshot.clone(), events, stats(playback)));
            self.written = Some(now);
        }
    }
}

fn write(mut log: StatsLog, lines: &Receiver<Line>) {
    let mut last = None;
    while let Ok((number, snapshot, events, player)) = lines.recv() {
        if last.replace(number) != Some(number) {
            log.begin();
        }
        if let Err(why) = log.write((*snapshot).clone(), events, Some(player)) {
            tracing::warn!("the log of the numbers can't be written any more: {why}");
            return;
        }
    }
}

/// What only a player knows.
pub(super) fn stats(playback: &Playback) -> PlayerStats {
    let state = match &playback.phase {
        Phase::Failed(_) => "failed",
        Phase::Ended => "ended",
        Phase::Opening => "opening",
        Phase::Loading => "loading",
        Phase::Running if playback.seek_target.is_some() => "seeking",
        Phase::Running if playback.buffering.is_some() => "buffering",
        Phase::Running if playback.paused => "paused",
        Phase::Running => "playing",
    };
    let media = &playback.media;
    PlayerStats {
        state: state.to_owned(),
        name: playback.name.clone(),
        position_seconds: playback.shown_position().as_secs_f64(),
        duration_seconds: playback.duration.map(|length| length.as_secs_f64()),
        needed_bps: playback.needed_bps(),
        stalls: playback.stalls,
        buffering_percent: playback.buffering,
        speed: playback.speed,
        frames_shown: playback.frames.0,
        frames_dropped: playback.frames.1,
        video_codec: media.video_codec.clone(),
        video_decoder: media.video_decoder.clone(),
        width: media.video_size.map(|(width, _)| width),
        height: media.video_size.map(|(_, height)| height),
        fps: media.fps,
        audio_codec: media.audio_codec.clone(),
    }
}

/// All that goes into a bundle, beside the graph of the pipeline.
struct Report {
    settings: String,
    addresses: Vec<String>,
    numbers: String,
    events: VecDeque<LogEntry>,
    test: Option<Arc<TestReport>>,
    gstreamer: String,
}

impl Report {
    fn write(&self, mut scrub: Scrub, graph: &str, path: &Path) -> std::io::Result<()> {
        self.addresses.iter().for_each(|address| scrub.know_address(address));
        let versions =
            [("tributary", env!("CARGO_PKG_VERSION").to_owned()), ("gstreamer", self.gstreamer.clone())];
        let mut bundle = Bundle::new(scrub, &versions);
        bundle.settings(&self.settings);
        bundle.add("numbers.jsonl", &self.numbers);
        let event =
            |entry: &LogEntry| serde_json::to_string(entry).map(|line| line + "\n").unwrap_or_default();
        bundle.add("events.jsonl", &self.events.iter().map(event).collect::<String>());
        if let Some(test) = &self.test {
            bundle.add("servers.json", &export::to_json(test));
            bundle.add("servers.csv", &export::to_csv(test));
        }
        if !graph.is_empty() {
            bundle.graph(graph);
        }
        bundle.write(path)
    }
}

impl App {
    /// Writes a bundle for a report, on a thread of its own.
    pub(super) fn save_bundle(&self) {
        let playback = self.state.playback.as_ref();
        let library = &self.state.library;
        let known = library.known.iter().map(|known| known.address.clone());
        let report = Report {
            settings: self.config.text(),
            addresses: known.chain(library.director.clone()).chain(self.sources.clone()).collect(),
            numbers: self.numbers.recorder.lines(),
            events: playback.map(|playback| playback.log.clone()).unwrap_or_default(),
            test: self.state.server_tests.report.clone(),
            gstreamer: gstreamer::version_string().to_string(),
        };
        let name = format!("Tributary report {}.zip", words::day(self.state.date));
        let (path, sender) = (super::tester::folder().join(name), self.inbox.sender());
        let done = move |graph: String| {
            let written = thread::Builder::new().name("report".into()).spawn({
                let sender = sender.clone();
                move || {
                    let notice = saved(&path, report.write(Scrub::of_process(), &graph, &path));
                    sender.event(Event::Noticed(notice));
                }
            });
            if let Err(why) = written {
                tracing::warn!("the system gave no thread: {why}");
            }
        };
        self.player.graph(Box::new(done));
    }
}

fn saved(path: &Path, written: std::io::Result<()>) -> Notice {
    match written {
        Ok(()) => Notice::passing(NoticeKind::Saved, t!("report-saved"), path.display().to_string()),
        Err(why) => {
            Notice::warning(NoticeKind::Other, t!("report-not-saved"), words::sentence(&why.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture;

    #[test]
    fn a_line_each_half_second_goes_to_the_log() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.jsonl");
        let mut numbers = Numbers::start(Some(&path)).expect("it can be written");
        let state = fixture::playing();
        let playback = state.playback.expect("it plays");
        for tick in 0..9 {
            numbers.take(f64::from(tick) / 4.0, &playback);
        }
        drop(numbers.log.take());
        let started = std::time::Instant::now();
        let lines = || std::fs::read_to_string(&path).expect("it is there");
        while lines().lines().count() < 5 {
            assert!(started.elapsed().as_secs() < 60, "{}", lines());
            thread::sleep(std::time::Duration::from_millis(10));
        }
        let all = lines();
        assert_eq!((all.lines().count(), numbers.recorder.lines().lines().count()), (5, 3));
        let first: serde_json::Value =
            serde_json::from_str(all.lines().next().expect("a line")).expect("JSON");
        assert_eq!(first["player"]["state"], "playing");
        assert!(first["events"].as_array().is_some_and(|events| !events.is_empty()));
        let second: serde_json::Value = serde_json::from_str(all.lines().nth(1).expect("two")).expect("JSON");
        assert_eq!(second["events"], serde_json::json!([]), "each event once");
    }

    #[test]
    fn a_bundle_holds_no_secret_and_no_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.zip");
        let mut playback = fixture::playing().playback.expect("it plays");
        playback.log[0].detail = "read /home/anna/Films/Tax 2026/film.mkv as anna:hunter22@box".to_owned();
        let report = Report {
            settings: "last-director = \"http://anna:hunter22@box:7400\"\napi_token = \"tok-123456\"\n"
                .to_owned(),
            addresses: vec!["http://u:other-secret@h/f.mp4".to_owned()],
            numbers: "{\"why\":\"tok-123456 other-secret\"}\n".to_owned(),
            events: playback.log.clone(),
            test: None,
            gstreamer: "GStreamer 1.22".to_owned(),
        };
        let graph = "digraph p { a [label=\"location=\\\"/home/anna/Films/x.mkv\\\"\\nuser=hunter22\"]; }";
        report.write(Scrub::new(Some("/home/anna".into())), graph, &path).expect("written");
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).expect("there")).expect("a zip file");
        assert!(zip.len() >= 6, "{}", zip.len());
        for number in 0..zip.len() {
            let mut text = String::new();
            let mut file = zip.by_index(number).expect("a file");
            std::io::Read::read_to_string(&mut file, &mut text).expect("text");
            for secret in ["hunter22", "tok-123456", "other-secret", "/home/anna", "Tax 2026"] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
    }
}
