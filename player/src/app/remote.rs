//! Remote control: shows the state to whoever is connected, and carries out what they want.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fetch_engine::Stream;
use fetch_engine::stats::{PlayerStats, Stats};
use serde_json::Value;

use super::inbox::{Message, Sender};
use super::playlist::Playlist;
use super::widgets::Widgets;
use super::{App, Begin, names};
use crate::ipc::{Done, EndReason, Hooks, RemoteCommand, RemoteEvent, RemoteView, Server};
use crate::media::{MediaEvent, TrackInfo, VideoFacts};
use crate::state::playback::{Phase, Playback};
use crate::state::{Command, Event, PlaybackEvent, SeekKind, State};

/// The socket, where there is one, and what it shows beside the state.
pub(super) struct Remote {
    server: Option<Server>,
    stream: Arc<Mutex<Option<Stream>>>,
    player: Arc<Mutex<Option<PlayerStats>>>,
    path: Option<String>,
    tracks: Vec<TrackInfo>,
    video: Option<VideoFacts>,
}

impl Remote {
    /// Listens at `path`, if one is given.
    pub(super) fn new(path: Option<&Path>, sender: &Sender, ctx: &egui::Context) -> std::io::Result<Self> {
        let stream: Arc<Mutex<Option<Stream>>> = Arc::default();
        let player: Arc<Mutex<Option<PlayerStats>>> = Arc::default();
        let server = match path {
            None => None,
            Some(path) => {
                let (sender, widgets) = (sender.clone(), Widgets::of(ctx));
                let (shown, playing) = (stream.clone(), player.clone());
                let hooks = Hooks {
                    on_command: Box::new(move |command, done| sender.offer(Message::Remote(command, done))),
                    own: Box::new(move |name| {
                        if name == "tributary/widgets" {
                            return widgets.list();
                        }
                        let stream = held(&shown).clone();
                        let stats = stream.map(|stream| Stats::of(&stream, held(&playing).clone()));
                        stats.and_then(|stats| serde_json::to_value(stats).ok()).unwrap_or(Value::Null)
                    }),
                };
                Some(Server::start(path, hooks)?)
            }
        };
        Ok(Self { server, stream, player, path: None, tracks: Vec::new(), video: None })
    }

    /// Tells everyone of an event.
    pub(super) fn event(&self, event: &RemoteEvent) {
        if let Some(server) = &self.server {
            server.event(event);
        }
    }

    /// Something else is played from now on, or nothing.
    pub(super) fn plays(&mut self, path: Option<String>) {
        *held(&self.stream) = None;
        self.tracks.clear();
        self.video = None;
        if self.path.is_some() && path.is_none() {
            self.event(&RemoteEvent::Idle);
        }
        self.path = path;
        if self.path.is_some() {
            self.event(&RemoteEvent::StartFile);
        }
    }

    /// Its stream was opened.
    pub(super) fn opened(&self, stream: &Stream) {
        *held(&self.stream) = Some(stream.clone());
    }

    /// Takes what the pipeline tells.
    pub(super) fn media(&mut self, event: &MediaEvent) {
        match event {
            MediaEvent::Ready(facts) => {
                self.tracks.clone_from(&facts.tracks);
                self.video.clone_from(&facts.video);
                self.event(&RemoteEvent::FileLoaded);
                self.event(&RemoteEvent::PlaybackRestart);
            }
            MediaEvent::Tracks(tracks) => self.tracks.clone_from(tracks),
            MediaEvent::Seeking(_) => self.event(&RemoteEvent::Seek),
            MediaEvent::Seeked(_) => self.event(&RemoteEvent::PlaybackRestart),
            MediaEvent::EndOfFile => self.event(&RemoteEvent::EndFile(EndReason::Eof)),
            MediaEvent::Failed(why) => self.event(&RemoteEvent::EndFile(EndReason::Error(why.to_string()))),
            _ => {}
        }
    }

    /// Shows the state as it is now.
    pub(super) fn publish(&self, state: &State) {
        if let Some(server) = &self.server {
            server.publish(self.view(state));
            *held(&self.player) = state.playback.as_ref().map(super::numbers::stats);
        }
    }

    fn view(&self, state: &State) -> RemoteView {
        let general = RemoteView {
            path: self.path.clone(),
            volume: state.volume,
            muted: state.muted,
            fullscreen: state.fullscreen,
            speed: 1.0,
            ..RemoteView::default()
        };
        let Some(playback) = &state.playback else { return general };
        let begun = matches!(playback.phase, Phase::Running | Phase::Ended | Phase::Failed(_));
        let snapshot = playback.snapshot.as_ref();
        RemoteView {
            title: Some(playback.name.clone()),
            position: begun.then(|| playback.shown_position()),
            duration: playback.duration,
            paused: playback.paused,
            buffering: playback.buffering,
            seeking: playback.seek_target.is_some(),
            ended: playback.phase == Phase::Ended,
            speed: playback.speed,
            tracks: self.tracks.clone(),
            chapters: playback.chapters.clone(),
            video: self.video.clone(),
            size_bytes: (playback.size > 0).then_some(playback.size),
            cached: cached_seconds(playback),
            ahead_bytes: snapshot.map_or(0, |snapshot| snapshot.cache.ahead_bytes),
            rate_bytes_per_second: snapshot.map_or(0.0, |snapshot| snapshot.rate_bps / 8.0),
            dropped_frames: playback.frames.1,
            ..general
        }
    }
}

fn held<T>(shared: &Mutex<Option<T>>) -> MutexGuard<'_, Option<T>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The ranges that are here, in seconds of the film.
fn cached_seconds(playback: &Playback) -> Vec<(f64, f64)> {
    let (Some(snapshot), Some(duration)) = (&playback.snapshot, playback.duration) else { return Vec::new() };
    let scale = duration.as_secs_f64() / snapshot.size.max(1) as f64;
    snapshot.cache.ranges.iter().map(|&(from, to)| (from as f64 * scale, to as f64 * scale)).collect()
}

impl App {
    /// Carries out what a remote control wants.
    pub(super) fn carry_out_remote(&mut self, ctx: &egui::Context, command: RemoteCommand, done: Done) {
        match command {
            RemoteCommand::Load { path, append } => {
                let targets = names::targets(&[path]);
                let idle = self.state.playback.is_none() || self.state.has_ended();
                let start = Begin::At(std::time::Duration::ZERO);
                if !append {
                    self.play_list(Playlist::given(targets), start);
                } else {
                    for (number, target) in targets.into_iter().enumerate() {
                        if !self.playlist.append(target) {
                            return done(Err("the playlist is full".to_owned()));
                        }
                        if number == 0
                            && idle
                            && let Some(first) = self.playlist.go_to_last()
                        {
                            self.play(first, start);
                        }
                    }
                }
                self.tell_neighbours();
            }
            RemoteCommand::Seek { to, exact } => {
                let kind = if exact { SeekKind::Exact } else { SeekKind::Key };
                self.carry_out(Command::Seek(to, kind));
            }
            // At the end, going on means to play again, as it does for the button.
            RemoteCommand::Pause(false) if self.state.has_ended() => self.carry_out(Command::TogglePause),
            RemoteCommand::Pause(paused) => {
                self.state.apply(Event::Playing(PlaybackEvent::Paused(paused)));
                self.player.set_paused(paused);
            }
            RemoteCommand::Volume(volume) => self.set_volume(volume),
            RemoteCommand::Mute(muted) => {
                self.state.apply(Event::MuteSet(muted));
                self.player.set_muted(muted);
            }
            RemoteCommand::Speed(speed) => self.carry_out(Command::SetSpeed(speed)),
            RemoteCommand::Step { forward } => self.carry_out(Command::Step { forward }),
            RemoteCommand::SelectAudio(Some(index)) => self.choose_sound(index),
            RemoteCommand::SelectAudio(None) => self.player.select_audio(None),
            RemoteCommand::SelectSubtitle(index) => self.choose_subtitles(index),
            RemoteCommand::Fullscreen(on) => self.state.apply(Event::FullscreenSet(on)),
            RemoteCommand::Queue { forward } => self.step(forward),
            RemoteCommand::Screenshot(path) => {
                self.player.screenshot(&path, done);
                return;
            }
            RemoteCommand::Stop => self.carry_out(Command::LeavePlayer),
            RemoteCommand::Quit => {
                self.remote.event(&RemoteEvent::EndFile(EndReason::Quit));
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
        }
        done(Ok(()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture;

    #[test]
    fn what_is_here_is_told_in_seconds() {
        let ranges = cached_seconds(&fixture::playback());
        assert_eq!(ranges.len(), 3);
        assert!((ranges[1].0 - 149.1).abs() < 0.1 && (ranges[2].1 - 596.5).abs() < 0.1, "{ranges:?}");
    }

    #[test]
    fn the_view_follows_the_state() {
        let remote = Remote {
            server: None,
            stream: Arc::default(),
            player: Arc::default(),
            path: None,
            tracks: Vec::new(),
            video: None,
        };
        let mut state = fixture::playing();
        assert_eq!(remote.view(&state).position.map(|p| p.as_secs()), Some(252));
        state.apply(Event::Playing(PlaybackEvent::Ended));
        assert!(remote.view(&state).ended);
        state.apply(Event::PlayerLeft);
        assert_eq!(remote.view(&state).position, None);
    }
}
