//! One title in one pipeline: from its first byte to its end, its failure, or the next title.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gstreamer as gst;

use super::buffering::{Advice, Buffering, Seen};
use super::chapters::{self, Chapter};
use super::codec_names::{Missing, Part};
use super::events::{Facts, Failure, MediaEvent};
use super::feed::Feed;
use super::mailbox::Origin;
use super::on_screen::OnScreen;
use super::pipeline::{Delays, Pipeline, Sound, Surroundings};
use super::player::Deinterlace;
use super::seek_queue::{Seek, SeekKind, SeekQueue};
use super::silence;
use super::tracks::{TrackKind, Tracks};

/// A seek this near to the end would show nothing: it goes here instead.
const LAST_PLACE: Duration = Duration::from_millis(100);

/// The last picture begins, and sound ends, at most this long before the end that the file tells.
const NEAR_END: Duration = Duration::from_secs(1);

/// How long nothing is read before it is looked whether the demuxer has given up.
const IDLE_BEFORE_LOOK: Duration = Duration::from_secs(1);

/// Longest wait for the picture of a title whose sound is there.
const PICTURE_PATIENCE: Duration = Duration::from_secs(1);

/// A title of which nothing is read for so long before its first picture never begins; and a file of this computer,
/// whose bytes need not be awaited.
const STUCK_AFTER: Duration = Duration::from_secs(30);
const FILE_STUCK_AFTER: Duration = Duration::from_secs(10);

/// How loud, which outlives a title, and how fast, which does not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) volume: f64,
    pub(super) muted: bool,
    pub(super) speed: f64,
    pub(super) delays: Delays,
    pub(super) deinterlace: Deinterlace,
}

/// What a load is given by its worker.
pub(super) struct Hands {
    pub(super) around: Surroundings,
    pub(super) on_event: Arc<dyn Fn(u64, MediaEvent) + Send + Sync>,
    /// Number of the newest load.
    pub(super) number: u64,
    pub(super) settings: Settings,
    /// Where sound goes, as asked for or as found out.
    pub(super) sound: Sound,
}

impl Hands {
    pub(super) fn tell(&self, event: MediaEvent) {
        (self.on_event)(self.number, event);
    }
}

/// How far a load has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing was shown yet.
    Opening,
    /// It plays, pauses, waits.
    Running,
    /// It was played to its end; a seek makes it run again.
    Ended,
    /// It failed; nothing of it is told any more.
    Failed,
}

/// See the module's header.
pub(super) struct Load {
    pub(super) pipeline: Pipeline,
    pub(super) origin: Origin,
    pub(super) stage: Stage,
    pub(super) paused: bool,
    pub(super) start: Option<Duration>,
    pub(super) seeks: SeekQueue,
    pub(super) tracks: Tracks,
    pub(super) missing: Vec<Missing>,
    pub(super) duration: Option<Duration>,
    pub(super) chapters: Vec<Chapter>,
    buffering: Buffering,
    /// GStreamer's own buffering, for web addresses it reads itself.
    pub(super) uri_held: bool,
    subtitles: OnScreen,
    begun: Instant,
    /// When the pipeline first said that it shows something.
    said_ready: Option<Instant>,
}

impl Load {
    /// Builds the pipeline and lets it find out what it was given.
    pub(super) fn begin(
        origin: Origin,
        start: Option<Duration>,
        paused: bool,
        hands: &Hands,
    ) -> Result<Self, Failure> {
        let pipeline = Pipeline::new(&origin, hands.sound, &hands.around).map_err(Failure::Other)?;
        pipeline.set_volume(hands.settings.volume);
        pipeline.set_muted(hands.settings.muted);
        pipeline.set_delays(hands.settings.delays);
        pipeline.set_deinterlace(hands.settings.deinterlace);
        pipeline.set_state(gst::State::Paused);
        if let Origin::Feed(feed) = &origin {
            feed.open();
        }
        Ok(Self {
            pipeline,
            origin,
            stage: Stage::Opening,
            paused,
            start,
            seeks: SeekQueue::default(),
            tracks: Tracks::default(),
            missing: Vec::new(),
            duration: None,
            chapters: Vec::new(),
            buffering: Buffering::default(),
            uri_held: false,
            subtitles: OnScreen::default(),
            begun: Instant::now(),
            said_ready: None,
        })
    }

    pub(super) fn feed(&self) -> Option<&Arc<Feed>> {
        match &self.origin {
            Origin::Feed(feed) => Some(feed),
            Origin::Uri(_) => None,
        }
    }

    /// Since the load began.
    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Whether bytes may have to be awaited, so that somebody must watch.
    pub(super) fn needs_watching(&self) -> bool {
        let may_wait = self.feed().is_some_and(|feed| !feed.is_whole());
        let busy = self.stage == Stage::Opening || self.seeks.is_busy() || self.buffering.is_held();
        busy || (may_wait && self.stage == Stage::Running && !self.paused)
    }

    /// Gives the pipeline the state it should have, from what is wanted and what is here.
    pub(super) fn apply_state(&self) {
        let held = self.buffering.is_held() || self.uri_held;
        let state = match self.stage {
            Stage::Running | Stage::Ended if !self.paused && !held => gst::State::Playing,
            Stage::Failed => return,
            _ => gst::State::Paused,
        };
        self.pipeline.set_state(state);
    }

    pub(super) fn set_paused(&mut self, paused: bool, hands: &Hands) {
        if self.paused != paused {
            self.paused = paused;
            self.apply_state();
        }
        if self.stage == Stage::Running || self.stage == Stage::Ended {
            hands.tell(if paused { MediaEvent::Paused } else { MediaEvent::Playing });
        }
    }

    /// The pipeline says that all it has shows something. Where sound comes well before the picture, as in FLV,
    /// it says so once for each: then the picture is awaited for a moment.
    pub(super) fn begun(&mut self, hands: &Hands) {
        let since = *self.said_ready.get_or_insert_with(Instant::now);
        let lacks_picture = self.tracks.has(TrackKind::Video) && !self.pipeline.has_picture();
        if !lacks_picture || since.elapsed() >= PICTURE_PATIENCE {
            self.ready(hands);
        }
    }

    /// Waits no longer for a picture that does not come.
    pub(super) fn watch_beginning(&mut self, hands: &Hands) {
        if self.stage == Stage::Opening && self.said_ready.is_some() {
            self.begun(hands);
        }
    }

    /// The first picture or sound is there.
    fn ready(&mut self, hands: &Hands) {
        self.stage = Stage::Running;
        self.duration = self.pipeline.duration();
        let tracks = self.tracks.list();
        let codec = |kind| {
            let of_kind = || tracks.iter().filter(move |track| track.kind == kind);
            of_kind()
                .find(|track| track.selected)
                .or_else(|| of_kind().next())
                .map(|track| track.codec.clone())
        };
        hands.tell(MediaEvent::Ready(Facts {
            duration: self.duration,
            seekable: self.pipeline.is_seekable(),
            video: self.pipeline.video_facts(codec(TrackKind::Video).unwrap_or_default()),
            audio: codec(TrackKind::Audio)
                .and_then(|codec| self.pipeline.audio_facts(codec))
                .filter(|facts| !silence::is(&facts.decoder)),
            tracks,
        }));
        if let Some(missing) = self.missing.first() {
            let (codec, install) = (missing.codec.clone(), missing.install.clone());
            hands.tell(MediaEvent::LeftOut { codec, install, sound: missing.part == Part::Sound });
        }
        let speed = hands.settings.speed;
        let start = self.start.take().or_else(|| ((speed - 1.0).abs() > 1e-6).then_some(Duration::ZERO));
        if let Some(to) = start {
            self.ask(Seek { to, kind: SeekKind::Exact }, hands);
        }
        self.find_chapters(hands);
        self.apply_state();
        hands.tell(if self.paused { MediaEvent::Paused } else { MediaEvent::Playing });
    }

    /// GStreamer does not tell those of an MP4.
    fn find_chapters(&mut self, hands: &Hands) {
        let Some(feed) = self.feed().filter(|_| self.chapters.is_empty()) else { return };
        let chapters = chapters::of_mp4(&feed.mp4_chapters());
        if !chapters.is_empty() {
            self.chapters.clone_from(&chapters);
            hands.tell(MediaEvent::Chapters(chapters));
        }
    }

    /// Asks for a seek, and sends it where none is under way.
    pub(super) fn ask(&mut self, mut seek: Seek, hands: &Hands) {
        if let Some(duration) = self.duration {
            seek.to = seek.to.min(duration.saturating_sub(LAST_PLACE));
        }
        self.seeks.ask(seek);
        hands.around.shared.set_target(Some(seek.to));
        self.send_seek(hands);
    }

    /// Sends the seek that waits, if its time has come.
    pub(super) fn send_seek(&mut self, hands: &Hands) {
        if matches!(self.stage, Stage::Opening | Stage::Failed) {
            return;
        }
        let Some(seek) = self.seeks.next(self.now()) else { return };
        hands.tell(MediaEvent::Seeking(seek.to));
        hands.around.shared.forget_cues();
        self.forget_subtitles(hands);
        if let Some(feed) = self.feed() {
            feed.seeking();
        }
        if self.buffering.seeking() {
            hands.tell(MediaEvent::BufferingEnded);
        }
        if self.pipeline.seek(seek.to, seek.kind == SeekKind::Exact, hands.settings.speed) {
            self.stage = Stage::Running;
            self.apply_state();
        } else {
            self.seeks.done();
            hands.tell(MediaEvent::Warning("This place can't be sought.".into()));
            // Who was told of the seek must hear its end, or they would show its target for ever.
            if !self.seeks.is_busy() {
                hands.around.shared.set_target(None);
                hands.tell(MediaEvent::Seeked(hands.around.shared.position().unwrap_or_default()));
            }
        }
    }

    /// The picture of a seek is there.
    pub(super) fn seek_done(&mut self, hands: &Hands) {
        if self.seeks.done().is_none() {
            return;
        }
        if self.seeks.is_busy() {
            self.send_seek(hands);
            return;
        }
        if !self.tracks.has(TrackKind::Video)
            && let Some(position) = self.pipeline.position()
        {
            hands.around.shared.set_position(position);
        }
        hands.around.shared.set_target(None);
        hands.tell(MediaEvent::Seeked(hands.around.shared.position().unwrap_or_default()));
    }

    /// Where the title is or is about to be.
    pub(super) fn place(&self, hands: &Hands) -> Duration {
        self.seeks.target().or_else(|| hands.around.shared.shown_position()).unwrap_or_default()
    }

    /// Holds or lets go as the bytes come.
    pub(super) fn watch_bytes(&mut self, hands: &Hands) {
        let Some(feed) = self.feed().filter(|feed| !feed.is_whole()) else { return };
        let seen = Seen {
            now: self.now(),
            reading: feed.reading(),
            dry: !self.paused && self.stage == Stage::Running && self.pipeline.dry_since().is_some(),
            prerolling: self.stage == Stage::Opening || self.seeks.is_under_way(),
            bytes_per_second: self.duration.map_or(0.0, |d| feed.size() as f64 / d.as_secs_f64()),
        };
        match self.buffering.look(&seen) {
            Some(Advice::Hold) => {
                if let Some(place) = self.pipeline.dry_since() {
                    self.pipeline.hold_at(place);
                }
                hands.tell(MediaEvent::Buffering { percent: 0 });
            }
            Some(Advice::Tell) => hands.tell(MediaEvent::Buffering { percent: 0 }),
            Some(Advice::Percent(percent)) => hands.tell(MediaEvent::Buffering { percent }),
            Some(Advice::Resume) => {
                self.apply_state();
                hands.tell(MediaEvent::BufferingEnded);
            }
            None => (),
        }
    }

    /// Whether all is shown and nothing more is read, at the end, though the pipeline does not say so: its
    /// parts wait for each other's ends, and one that they wait for can have gone before.
    pub(super) fn is_over(&self, hands: &Hands) -> bool {
        let runs = self.stage == Stage::Running && !self.paused && !self.seeks.is_busy();
        let reads = self.feed().is_some_and(|feed| feed.reading().waiting_for.is_some());
        let shown = hands.around.shared.shown_position();
        let at_end =
            self.duration.is_none_or(|duration| shown.is_some_and(|shown| shown + NEAR_END >= duration));
        runs && !reads && at_end && self.pipeline.is_used_up()
    }

    /// Whether it has not begun, and never will: nothing more is read, and nothing came of what was.
    pub(super) fn is_stuck(&self) -> bool {
        let Some(feed) = self.feed() else { return false };
        let (reading, patience) =
            (feed.reading(), if feed.is_whole() { FILE_STUCK_AFTER } else { STUCK_AFTER });
        let idle = |limit| reading.waiting_for.is_none() && reading.idle_for > limit;
        self.stage == Stage::Opening
            && idle(IDLE_BEFORE_LOOK)
            && (idle(patience) || self.pipeline.has_given_up())
    }

    /// Shows the subtitles that came and takes away those that are over.
    pub(super) fn watch_subtitles(&mut self, hands: &Hands) {
        let mut changed = false;
        while let Some(cue) = hands.around.shared.take_cue() {
            // What was shown before a seek is no more to be seen where it goes.
            if !self.seeks.is_busy() {
                changed |= self.subtitles.take(cue, hands.settings.delays);
            }
        }
        if let Some(position) = hands.around.shared.shown_position() {
            changed |= self.subtitles.pass(position);
        }
        if changed && self.tracks.subtitles_shown() {
            hands.tell(MediaEvent::Subtitles(self.subtitles.shown()));
        }
    }

    /// Shows what is to be seen of the chosen track, or hides it.
    pub(super) fn show_subtitles(&mut self, shown: bool, hands: &Hands) {
        self.tracks.show_subtitles(shown);
        if !self.subtitles.is_empty() {
            hands.tell(MediaEvent::Subtitles(if shown { self.subtitles.shown() } else { Vec::new() }));
        }
    }

    /// Forgets the subtitles: another place, another track, or the end.
    pub(super) fn forget_subtitles(&mut self, hands: &Hands) {
        if self.subtitles.clear() && self.tracks.subtitles_shown() {
            hands.tell(MediaEvent::Subtitles(Vec::new()));
        }
    }

    /// The title can't go on. Told once; nothing follows.
    pub(super) fn fail(&mut self, failure: Failure, hands: &Hands) {
        if self.stage == Stage::Failed {
            return;
        }
        self.stage = Stage::Failed;
        if let Some(feed) = self.feed() {
            feed.stop();
        }
        self.pipeline.take_down();
        hands.around.shared.set_target(None);
        hands.tell(MediaEvent::Failed(failure));
    }
}
