//! What the desktop and later starts of the program want, and what the desktop is shown.

use std::time::Duration;

use super::playlist::Playlist;
use super::target::director_url;
use super::{App, Begin, names};
use crate::desktop::instance::Request;
use crate::desktop::{Shown, Status, Wish};
use crate::state::playback::{Origin, Phase};
use crate::state::{Command, Event, SeekKind, State};

fn microseconds(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// What the desktop is shown of the state.
pub(super) fn shown(state: &State) -> Shown {
    let general = Shown { volume: state.volume, fullscreen: state.fullscreen, rate: 1.0, ..Shown::default() };
    let Some(playback) = &state.playback else { return general };
    let over = matches!(playback.phase, Phase::Ended | Phase::Failed(_));
    let title = playback.title.as_ref();
    let poster = title.filter(|title| title.poster && playback.origin == Origin::Stream);
    let director = state.library.director.as_deref();
    Shown {
        status: match (over, playback.paused) {
            (true, _) => Status::Stopped,
            (_, true) => Status::Paused,
            (_, false) => Status::Playing,
        },
        number: playback.number,
        title: playback.name.clone(),
        album: title.map(|title| title.catalog.clone()).unwrap_or_default(),
        url: playback.what.clone(),
        art: poster.zip(director).map(|(title, director)| {
            format!("{}/v1/streams/{}/poster", director_url(director), title.stream)
        }),
        length_us: playback.duration.map(microseconds),
        position_us: microseconds(playback.shown_position()),
        rate: playback.speed,
        can_next: state.next.is_some(),
        can_previous: state.previous,
        can_seek: playback.seekable,
        ..general
    }
}

impl App {
    /// Carries out what the desktop wants.
    pub(super) fn carry_out_wish(&mut self, ctx: &egui::Context, wish: Wish) {
        let paused = self.state.playback.as_ref().map(|playback| playback.paused);
        match wish {
            Wish::PlayPause => self.carry_out(Command::TogglePause),
            Wish::Play if paused == Some(true) || self.state.has_ended() => {
                self.carry_out(Command::TogglePause);
            }
            Wish::Pause if paused == Some(false) && !self.state.has_ended() => {
                self.carry_out(Command::TogglePause);
            }
            Wish::Play | Wish::Pause => {}
            Wish::Stop => self.carry_out(Command::LeavePlayer),
            Wish::Next => self.carry_out(Command::Next),
            Wish::Previous => self.carry_out(Command::Previous),
            Wish::SeekBy(offset) => self.carry_out(Command::SeekBy(offset as f64 / 1e6)),
            Wish::SeekTo { number, position_us } if self.state.plays(number) => {
                let length = self.state.playback.as_ref().and_then(|playback| playback.duration);
                let to = u64::try_from(position_us).ok().map(Duration::from_micros);
                // The interface has it that a place outside of the title is not gone to.
                if let Some(to) = to.filter(|to| length.is_none_or(|length| *to <= length)) {
                    self.carry_out(Command::Seek(to, SeekKind::Exact));
                }
            }
            Wish::SeekTo { .. } => {}
            Wish::Open(what) => self.open(&[what]),
            Wish::Volume(volume) if volume.is_finite() => self.set_volume(volume),
            // The interface has it that no speed means to pause.
            Wish::Rate(0.0) => self.carry_out_wish(ctx, Wish::Pause),
            Wish::Rate(rate) if rate.is_finite() && rate > 0.0 => {
                self.carry_out(Command::SetSpeed(rate.clamp(0.25, 4.0)));
            }
            Wish::Volume(_) | Wish::Rate(_) => {}
            Wish::Fullscreen(on) => self.state.apply(Event::FullscreenSet(on)),
            Wish::Raise => raise(ctx),
            Wish::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
    }

    /// Does what a later start of the program wants.
    pub(super) fn take_request(&mut self, ctx: &egui::Context, request: Request) {
        raise(ctx);
        if request.play.is_empty() {
            return;
        }
        let start = request.start.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let list = Playlist::given(names::targets(&request.play));
        self.play_list(list, start.map_or(Begin::WhereLeftOff, Begin::At));
    }
}

fn raise(ctx: &egui::Context) {
    ctx.send_viewport_cmd(egui::ViewportCommand::Minimized(false));
    ctx.send_viewport_cmd(egui::ViewportCommand::Focus);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{PlaybackEvent, fixture};

    #[test]
    fn the_desktop_is_shown_what_plays() {
        let mut state = fixture::playing();
        if let Some(title) = state.playback.as_mut().and_then(|playback| playback.title.as_mut()) {
            title.poster = true;
        }
        let seen = shown(&state);
        assert_eq!(
            (seen.status, seen.title.as_str(), seen.position_us),
            (Status::Playing, "Big Buck Bunny", 252_000_000)
        );
        let art = seen.art.expect("a poster");
        assert!(
            art.starts_with("http://attic.local:7400/v1/streams/0000") && art.ends_with("/poster"),
            "{art}"
        );
        state.apply(Event::Playing(PlaybackEvent::Paused(true)));
        assert_eq!(shown(&state).status, Status::Paused);
        state.apply(Event::Playing(PlaybackEvent::Ended));
        assert_eq!(shown(&state).status, Status::Stopped);
        state.apply(Event::PlayerLeft);
        assert_eq!(shown(&state).number, 0);
    }
}
