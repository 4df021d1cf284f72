//! What is playing, as the player view shows it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use fetch_engine::snapshot::{LogEntry, Snapshot};
use tributary_core::directory::Title;

use super::chosen::ChosenTracks;
use super::history::{History, RateSample};
use super::shape::{Repeat, Shape};
use super::subtitles::SubtitleFile;
use super::words;
use crate::captions::Caption;
use crate::i18n::t;

/// How far in a file, as a part of it, a picture may be from where its time says.
const NEAR_PART: f64 = 0.02;
/// Most log entries kept for the event list.
pub const KEPT_EVENTS: usize = 2_000;
/// Most times of standing still kept for the plots.
pub const KEPT_WAITS: usize = 64;
/// Slowest and fastest speed.
pub const SPEEDS: [f64; 9] = [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0];

/// Longest delay of sound or subtitles, in milliseconds.
pub const MOST_DELAY_MS: i32 = 60_000;
/// Most files of subtitles of one title.
pub const SUBTITLE_FILES: usize = 8;

/// A chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Its name, or its number in words.
    pub name: String,
    /// Where it begins.
    pub start: Duration,
}

/// Chapters by their names and beginnings; one without a name is called by its number.
pub fn chapters<'a>(list: impl Iterator<Item = (&'a str, Duration)>) -> Vec<Chapter> {
    let named = |(number, (name, start)): (usize, (&str, Duration))| {
        let name = words::safe(name);
        let name = if name.is_empty() { t!("media-chapter", number = number + 1) } else { name };
        Chapter { name, start }
    };
    list.enumerate().map(named).collect()
}

/// The chapters that the director knows of a title.
#[must_use]
pub fn chapters_of(title: &Title) -> Vec<Chapter> {
    let told = title.media.chapters.iter();
    chapters(told.map(|chapter| (chapter.title.as_str(), Duration::from_millis(chapter.start_ms))))
}

/// Where the bytes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From several servers, through the engine.
    Stream,
    /// A file of this computer.
    File,
    /// A plain web address.
    Web,
}

/// How far playing has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The director is being asked, sources are being reached.
    Opening,
    /// Bytes come; the first picture is not here yet.
    Loading,
    /// It plays, or would if it were not paused.
    Running,
    /// The end was reached.
    Ended,
    /// It can't go on.
    Failed(Fault),
}

/// What stopped the film, told apart so that each can be shown for what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It could not be opened; in words.
    NotOpened(String),
    /// No decoder is installed for a codec.
    MissingCodec {
        /// The codec in words: `H.265 (HEVC)`.
        codec: String,
        /// The package that brings a decoder.
        install: String,
    },
    /// Nobody sends what comes next; in words.
    Network(String),
    /// The file itself is broken; in words.
    Damaged(String),
    /// Anything else; in words.
    Other(String),
}

/// Sound or subtitles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackKind {
    /// A sound track.
    Sound,
    /// A subtitle track.
    Subtitle,
}

/// A track that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackChoice {
    /// Sound or subtitles.
    pub kind: TrackKind,
    /// Its number among those of its kind, from 0.
    pub number: usize,
    /// What to call it: its language or title.
    pub name: String,
    /// Codec and channels.
    pub detail: String,
    /// Whether it is on.
    pub on: bool,
}

/// Facts of the picture and the sound, each in words, for the Media page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaWords {
    /// Codec of the picture.
    pub video_codec: String,
    /// Size of the picture in pixels.
    pub video_size: Option<(u32, u32)>,
    /// Frames a second.
    pub fps: Option<f64>,
    /// Decoder of the picture.
    pub video_decoder: String,
    /// Codec of the sound.
    pub audio_codec: String,
    /// Channels and rate.
    pub audio_detail: String,
    /// Decoder of the sound.
    pub audio_decoder: String,
}

/// How the last pictures came to be drawn, and what they are made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pictures {
    /// Pictures that the pipeline threw away because they came after their time.
    pub late: u64,
    /// How long a picture waits to be drawn once its time has come, in milliseconds.
    pub wait_ms: Option<f64>,
    /// Milliseconds between one picture and the next, oldest first.
    pub apart_ms: Vec<f32>,
    /// How pixels and colours are told, in words.
    pub colour: String,
    /// How light is told, where it is not as usual, in words.
    pub light: String,
}

/// One thing playing.
#[derive(Clone, Debug)]
pub struct Playback {
    /// Number of this opening: what belongs to an older one is dropped.
    pub number: u64,
    /// What it is, as it could be asked for again: the name under which its place is remembered.
    pub what: String,
    /// Its name to show.
    pub name: String,
    /// Where its bytes come from.
    pub origin: Origin,
    /// When its stream was opened, in seconds since 1970; none while that is not known.
    pub opened_date: Option<u64>,
    /// Whether its first picture was ever here.
    pub begun: bool,
    /// What the director knows of it.
    pub title: Option<Title>,
    /// Its size in bytes; 0 where unknown.
    pub size: u64,
    /// How far it has come.
    pub phase: Phase,
    /// Whether the user wants it to stand still.
    pub paused: bool,
    /// How full the buffer is while the picture has to wait for it, in per cent.
    pub buffering: Option<u8>,
    /// Since when it waits, in seconds since the window was opened.
    pub waiting_since: Option<f64>,
    /// How often it had to wait since it began to play.
    pub stalls: u32,
    /// Where it is; before it runs, where it shall begin.
    pub position: Duration,
    /// Where a seek under way will land.
    pub seek_target: Option<Duration>,
    /// Its length, where known.
    pub duration: Option<Duration>,
    /// Whether one can jump in it.
    pub seekable: bool,
    /// How fast it plays, 1 is normal.
    pub speed: f64,
    /// Its sound and subtitle tracks.
    pub tracks: Vec<TrackChoice>,
    /// Those of them that somebody chose.
    pub chosen: ChosenTracks,
    /// Its chapters, in their order.
    pub chapters: Vec<Chapter>,
    /// The part that is played over and over.
    pub repeat: Repeat,
    /// How the picture is laid into the window.
    pub shape: Shape,
    /// How much later sound comes than the file says, in milliseconds.
    pub sound_delay_ms: i32,
    /// The same for subtitles.
    pub subtitle_delay_ms: i32,
    /// Subtitles from files of their own, at most [`SUBTITLE_FILES`].
    pub subtitle_files: Vec<SubtitleFile>,
    /// Which of them is shown, in the place of a track.
    pub subtitle_file: Option<usize>,
    /// What the chosen track shows now.
    pub subtitles: Vec<Caption>,
    /// Facts of picture and sound.
    pub media: MediaWords,
    /// Frames drawn and frames dropped.
    pub frames: (u64, u64),
    /// How the last of them came, looked at while somebody looks at it.
    pub pictures: Pictures,
    /// The engine's numbers.
    pub snapshot: Option<Arc<Snapshot>>,
    /// What happened, oldest first.
    pub log: VecDeque<LogEntry>,
    /// Rates over time.
    pub history: History,
    /// From when to when it stood still for want of bytes, in seconds since the stream was opened.
    pub waits: VecDeque<(f64, f64)>,
}

impl Playback {
    /// A playback that is being opened.
    #[must_use]
    pub fn opening(number: u64, name: String, origin: Origin) -> Self {
        Self {
            number,
            what: String::new(),
            name,
            origin,
            opened_date: None,
            begun: false,
            title: None,
            size: 0,
            phase: Phase::Opening,
            paused: false,
            buffering: None,
            waiting_since: None,
            stalls: 0,
            position: Duration::ZERO,
            seek_target: None,
            duration: None,
            seekable: false,
            speed: 1.0,
            tracks: Vec::new(),
            chosen: ChosenTracks::default(),
            chapters: Vec::new(),
            repeat: Repeat::default(),
            shape: Shape::default(),
            sound_delay_ms: 0,
            subtitle_delay_ms: 0,
            subtitle_files: Vec::new(),
            subtitle_file: None,
            subtitles: Vec::new(),
            media: MediaWords::default(),
            frames: (0, 0),
            pictures: Pictures::default(),
            snapshot: None,
            log: VecDeque::new(),
            history: History::default(),
            waits: VecDeque::new(),
        }
    }

    /// Whether its speed can be set: the pipeline changes it by a jump in place. Before the title
    /// runs nobody knows, so it can be asked for.
    #[must_use]
    pub const fn takes_speed(&self) -> bool {
        self.seekable || matches!(self.phase, Phase::Opening | Phase::Loading)
    }

    /// The place to show: where a seek will land, or where the picture is.
    #[must_use]
    pub fn shown_position(&self) -> Duration {
        self.seek_target.unwrap_or(self.position)
    }

    /// Where to begin when it is tried or played again: where a fault stopped it, or would have let
    /// it begin; else at the start.
    #[must_use]
    pub fn retry_place(&self) -> Duration {
        if matches!(self.phase, Phase::Failed(_)) { self.shown_position() } else { Duration::ZERO }
    }

    /// The place as a part of the whole, 0 to 1.
    #[must_use]
    pub fn fraction(&self) -> f32 {
        match self.duration {
            Some(duration) if !duration.is_zero() => {
                (self.shown_position().as_secs_f32() / duration.as_secs_f32()).clamp(0.0, 1.0)
            }
            _ => 0.0,
        }
    }

    /// The time at a part of the whole.
    #[must_use]
    pub fn time_at(&self, fraction: f32) -> Option<Duration> {
        self.duration.map(|duration| duration.mul_f32(fraction.clamp(0.0, 1.0)))
    }

    /// Bits a second that the title needs on average; none while its length is unknown.
    #[must_use]
    pub fn needed_bps(&self) -> Option<f64> {
        let seconds = self.duration?.as_secs_f64();
        (seconds > 0.0 && self.size > 0).then(|| self.size as f64 * 8.0 / seconds)
    }

    /// Whether all of the film from the picture on is here: nobody needs to send anything for it any more. Where
    /// the picture is in the file is estimated by its time.
    #[must_use]
    pub fn rest_is_here(&self) -> bool {
        let (Some(snapshot), Some(length)) = (&self.snapshot, self.duration) else { return false };
        let Some((start, end)) = snapshot.cache.ranges.last() else { return false };
        let part = self.position.as_secs_f64() / length.as_secs_f64().max(0.1);
        *end >= self.size && *start as f64 <= (part - NEAR_PART).max(0.0) * self.size as f64
    }

    /// Seconds of film that are here ahead of the picture.
    #[must_use]
    pub fn ahead_seconds(&self) -> Option<f64> {
        let snapshot = self.snapshot.as_ref()?;
        Some(snapshot.cache.ahead_bytes as f64 * 8.0 / self.needed_bps()?)
    }

    /// Tracks of one kind.
    pub fn tracks_of(&self, kind: TrackKind) -> impl Iterator<Item = &TrackChoice> {
        self.tracks.iter().filter(move |track| track.kind == kind)
    }

    /// The subtitles to show now, from the track or the file that is chosen.
    #[must_use]
    pub fn shown_subtitles(&self) -> Vec<Caption> {
        let Some(file) = self.subtitle_file.and_then(|number| self.subtitle_files.get(number)) else {
            return self.subtitles.clone();
        };
        let delay = Duration::from_millis(u64::from(self.subtitle_delay_ms.unsigned_abs()));
        let place = if self.subtitle_delay_ms < 0 {
            Some(self.position + delay)
        } else {
            self.position.checked_sub(delay)
        };
        place.map_or_else(Vec::new, |place| file.at(place))
    }

    /// Number and chapter at a time, from 0.
    #[must_use]
    pub fn chapter_at(&self, time: Duration) -> Option<(usize, &Chapter)> {
        let after = self.chapters.partition_point(|chapter| chapter.start <= time);
        let number = after.checked_sub(1)?;
        Some((number, &self.chapters[number]))
    }

    /// Where the next chapter begins, or this one, or, shortly after its beginning, the one before.
    #[must_use]
    pub fn chapter_beside(&self, forward: bool) -> Option<Duration> {
        /// So long after a chapter's beginning, going back goes to the one before.
        const SHORTLY: Duration = Duration::from_secs(3);
        let place = self.shown_position();
        let mut starts = self.chapters.iter().map(|chapter| chapter.start);
        if forward {
            starts.find(|start| *start > place)
        } else {
            starts
                .rev()
                .find(|start| *start + SHORTLY < place)
                .or_else(|| self.chapters.first().map(|chapter| chapter.start))
        }
    }

    /// Whether it is known that there is sound and no picture.
    #[must_use]
    pub fn is_sound_alone(&self) -> bool {
        let media = &self.media;
        let pictured = media.video_size.is_some() || !media.video_codec.is_empty();
        !media.audio_codec.is_empty() && !pictured
    }

    /// Whether anything stands in the middle of the film that the controls must not hide behind.
    #[must_use]
    pub fn needs_attention(&self) -> bool {
        !matches!(self.phase, Phase::Running) || self.buffering.is_some()
    }

    /// Takes the engine's numbers.
    pub(super) fn take_snapshot(&mut self, snapshot: Arc<Snapshot>) {
        self.size = snapshot.size;
        self.snapshot = Some(snapshot.clone());
        let ahead_seconds = self.ahead_seconds().map(|ahead| ahead as f32);
        let rates_bps = snapshot.sources.iter().map(|source| source.rate_bps as f32).collect();
        self.history.take(&RateSample { at: snapshot.at, rates_bps, ahead_seconds });
        self.note_wait(snapshot.at);
    }

    /// Whether it stands still for want of bytes, and not because of a jump or a pause.
    #[must_use]
    pub fn is_stalled(&self) -> bool {
        self.buffering.is_some() && self.phase == Phase::Running && self.seek_target.is_none()
    }

    fn note_wait(&mut self, at: f64) {
        /// Two looks that are further apart are two times of standing still.
        const SAME_WAIT_SECONDS: f64 = 2.5;
        if !self.is_stalled() {
            return;
        }
        match self.waits.back_mut() {
            Some((_, to)) if at - *to <= SAME_WAIT_SECONDS => *to = at,
            _ => self.waits.push_back((at, at)),
        }
        while self.waits.len() > KEPT_WAITS {
            self.waits.pop_front();
        }
    }

    /// Takes new entries of the log.
    pub(super) fn take_log(&mut self, entries: Vec<LogEntry>) {
        let newest = self.log.back().map_or(0, |entry| entry.number);
        self.log.extend(entries.into_iter().filter(|entry| entry.number > newest));
        while self.log.len() > KEPT_EVENTS {
            self.log.pop_front();
        }
    }
}
