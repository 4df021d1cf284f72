//! The one thread that changes the pipeline.

use std::sync::Arc;
use std::time::Duration;

use super::events::{Failure, MediaEvent};
use super::frame::FrameSlot;
use super::hardware;
use super::load::{Hands, Load, Stage};
use super::mailbox::{Command, Origin};
use super::messages::{self, After};
use super::pipeline::{Delays, Sound};
use super::seek_queue::{Seek, SeekKind};
use super::tracks::TrackKind;
use crate::i18n::t;

/// How often bytes are looked after while they may run out.
const WATCH_EVERY: Duration = Duration::from_millis(40);

/// How often the place of a running title is looked at.
const RUN_EVERY: Duration = Duration::from_millis(100);

/// Everything wakes the worker by itself while nothing runs; this is only a bound.
const REST_EVERY: Duration = Duration::from_secs(60);

/// How long a picture lasts where the file does not say.
const USUAL_PICTURE: Duration = Duration::from_millis(40);

/// Containers round times to this; so far into a picture a seek surely finds it. (No further: the
/// decoder cuts off what is before the place sought, and the picture tells that place as its own.)
const ROUNDING: Duration = Duration::from_millis(1);

/// Speeds that sound like something.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=4.0;

/// Volumes on offer.
const VOLUMES: std::ops::RangeInclusive<f64> = 0.0..=1.5;

/// See the module's header.
pub(super) struct Worker {
    hands: Hands,
    load: Option<Load>,
}

impl Worker {
    pub(super) fn new(hands: Hands) -> Self {
        Self { hands, load: None }
    }

    /// Works until told to quit.
    pub(super) fn run(mut self) {
        let shared = Arc::clone(&self.hands.around.shared);
        loop {
            let command = shared.mailbox.next(self.period());
            if let Some(command) = command {
                if matches!(command, Command::Quit) {
                    break;
                }
                self.obey(command);
            }
            self.look_around();
        }
        self.end_load();
    }

    fn period(&self) -> Duration {
        match &self.load {
            Some(load) if load.needs_watching() => WATCH_EVERY,
            Some(load) if load.stage == Stage::Running && !load.paused => RUN_EVERY,
            _ => REST_EVERY,
        }
    }

    fn slot(&self) -> &FrameSlot {
        &self.hands.around.slot
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Load { origin, options } => {
                self.end_load();
                self.hands.number = options.number;
                self.hands.settings.speed = 1.0;
                self.hands.settings.delays = Delays::default();
                self.slot().reset();
                self.hands.around.shared.forget_place();
                self.hands.tell(MediaEvent::Loading);
                self.begin_load(origin, options.start, options.paused);
            }
            Command::Stop => {
                self.end_load();
                self.slot().reset();
                self.hands.around.shared.forget_place();
            }
            Command::Volume(volume) => {
                self.hands.settings.volume = volume.clamp(*VOLUMES.start(), *VOLUMES.end());
                if let Some(load) = &self.load {
                    load.pipeline.set_volume(self.hands.settings.volume);
                }
            }
            Command::Mute(muted) => {
                self.hands.settings.muted = muted;
                if let Some(load) = &self.load {
                    load.pipeline.set_muted(muted);
                }
            }
            Command::Speed(speed) => {
                self.hands.settings.speed = speed.clamp(*SPEEDS.start(), *SPEEDS.end());
                // Only a flushing seek changes it in all elements.
                self.seek_in_place();
            }
            Command::Delays(delays) => {
                self.hands.settings.delays = delays;
                if let Some(load) = &self.load {
                    load.pipeline.set_delays(delays);
                }
            }
            Command::Deinterlace(when) => {
                self.hands.settings.deinterlace = when;
                if let Some(load) = &self.load {
                    load.pipeline.set_deinterlace(when);
                }
            }
            Command::Hardware(on) => {
                let changed = hardware::allow(on);
                let goes_on = |load: &Load| load.stage == Stage::Running && load.tracks.has(TrackKind::Video);
                if changed && self.load.as_ref().is_some_and(goes_on) {
                    self.begin_again();
                }
            }
            Command::Graph(done) => {
                done(self.load.as_ref().map(|load| load.pipeline.graph()).unwrap_or_default());
            }
            Command::Quit => (),
            Command::Seek(seek) => {
                // The target takes the wish's place before anything is told of the seek, its end above all.
                let shared = &self.hands.around.shared;
                if self.load.as_ref().is_some_and(|load| load.stage != Stage::Failed) {
                    shared.set_target(Some(seek.to));
                }
                shared.wish_heard(seek.to);
                self.obey_in_load(Command::Seek(seek));
            }
            of_load => self.obey_in_load(of_load),
        }
    }

    /// Commands that mean nothing without a title.
    fn obey_in_load(&mut self, command: Command) {
        let Some(load) = self.load.as_mut().filter(|load| load.stage != Stage::Failed) else { return };
        match command {
            Command::Pause(paused) => load.set_paused(paused, &self.hands),
            Command::Seek(seek) if load.stage == Stage::Opening => load.start = Some(seek.to),
            Command::Seek(seek) => load.ask(seek, &self.hands),
            Command::Step { forward } => self.step(forward),
            Command::Audio(Some(index)) => self.choose(TrackKind::Audio, index),
            Command::Audio(None) => load.pipeline.set_muted(true),
            Command::Subtitle(index) => {
                load.show_subtitles(index.is_some(), &self.hands);
                self.hands.tell(MediaEvent::Tracks(load.tracks.list()));
                if let Some(index) = index {
                    self.choose(TrackKind::Subtitle, index);
                }
            }
            _ => (),
        }
    }

    fn choose(&mut self, kind: TrackKind, index: usize) {
        let Some(load) = &mut self.load else { return };
        if kind == TrackKind::Audio {
            load.pipeline.set_muted(self.hands.settings.muted);
        }
        let Some(ids) = load.tracks.choose(kind, index) else { return };
        if load.pipeline.select_streams(&ids) {
            // Without it the picture can freeze.
            self.seek_in_place();
        } else {
            self.hands.tell(MediaEvent::Warning("The track can't be chosen now.".into()));
        }
    }

    fn seek_in_place(&mut self) {
        if let Some(load) = self.load.as_mut().filter(|load| load.stage == Stage::Running) {
            let to = load.place(&self.hands);
            load.ask(Seek { to, kind: SeekKind::Exact }, &self.hands);
        }
    }

    fn step(&mut self, forward: bool) {
        let Some(load) = self.load.as_mut().filter(|load| load.stage != Stage::Opening) else { return };
        if !load.paused {
            load.set_paused(true, &self.hands);
        }
        if forward {
            if !load.seeks.is_busy() {
                load.pipeline.step_forward();
            }
            return;
        }
        let picture = load.pipeline.frame_duration().unwrap_or(USUAL_PICTURE);
        let to = load.place(&self.hands).saturating_sub(picture) + ROUNDING;
        load.ask(Seek { to, kind: SeekKind::Exact }, &self.hands);
    }

    fn begin_load(&mut self, origin: Origin, start: Option<Duration>, paused: bool) {
        match Load::begin(origin, start, paused, &self.hands) {
            Ok(load) => self.load = Some(load),
            Err(failure) => self.hands.tell(MediaEvent::Failed(failure)),
        }
    }

    fn end_load(&mut self) {
        if let Some(mut load) = self.load.take() {
            load.forget_subtitles(&self.hands);
            if let Some(feed) = load.feed() {
                feed.stop();
            }
        }
    }

    /// Looks after everything that can have changed.
    fn look_around(&mut self) {
        let Some(load) = &mut self.load else { return };
        messages::failed_read(load, &self.hands);
        let mut after = After::Go;
        while let Some(message) = load.pipeline.next_message() {
            after = messages::take(load, &message, &self.hands);
            if after != After::Go {
                break;
            }
        }
        match after {
            After::Go => (),
            After::WithoutDevice => {
                self.hands.sound = Sound::Nowhere;
                self.hands.tell(MediaEvent::NoSoundDevice);
                self.begin_again();
                return;
            }
        }
        if load.stage == Stage::Failed {
            return;
        }
        if load.is_stuck() {
            load.fail(Failure::Damaged(t!("media-nothing-comes")), &self.hands);
            return;
        }
        load.send_seek(&self.hands);
        load.watch_beginning(&self.hands);
        load.watch_bytes(&self.hands);
        load.watch_subtitles(&self.hands);
        if load.is_over(&self.hands) {
            messages::ended(load, &self.hands);
        }
        if load.stage == Stage::Running
            && !load.tracks.has(TrackKind::Video)
            && let Some(position) = load.pipeline.position()
        {
            self.hands.around.shared.set_position(position);
        }
    }

    /// Builds the pipeline anew and goes on where the old one was: a film is more than its sound.
    fn begin_again(&mut self) {
        let Some(load) = self.load.take() else { return };
        let start = if load.stage == Stage::Opening { load.start } else { Some(load.place(&self.hands)) };
        let (paused, missing) = (load.paused, load.missing.clone());
        let origin = match &load.origin {
            Origin::Uri(uri) => Origin::Uri(uri.clone()),
            Origin::Feed(feed) => {
                let fresh = feed.again();
                self.hands.around.shared.renew_feed(feed, &fresh);
                feed.stop();
                Origin::Feed(fresh)
            }
        };
        drop(load);
        self.begin_load(origin, start, paused);
        if let Some(load) = &mut self.load {
            load.missing = missing;
        }
    }
}
