//! What changes from frame to frame without anybody saying so: the clock, the place in the film, the window.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{App, enlarging, media_words};
use crate::i18n::t;
use crate::state::memory::WindowPlace;
use crate::state::notice::{Notice, NoticeKind};
use crate::state::playback::Phase;
use crate::state::shape::Shape;
use crate::state::stats::StatsPage;
use crate::state::{Event, PlaybackEvent, verdict, words};

/// How often the last pictures are looked at, while somebody looks at them, in seconds.
const PICTURES_EVERY_SECONDS: f64 = 0.25;
/// Longest time between two looks at the clock while something plays.
const CLOCK_EVERY: Duration = Duration::from_millis(250);

impl App {
    /// Looks at all that.
    pub(super) fn look_at_player(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        self.state.apply(Event::Tick(now));
        let date = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        self.state.apply(Event::Dated(date));
        if let Some(left) = self.state.countdown.map(|end| end - now) {
            if left <= 0.0 {
                self.step(true);
            } else {
                ctx.request_repaint_after(CLOCK_EVERY.min(Duration::from_secs_f64(left)));
            }
        }
        if let Some(store) = &mut self.store {
            store.keep(&self.state.memory);
            if let Some((path, why)) = store.trouble() {
                let path = path.display().to_string();
                let detail = t!(
                    "fault-settings-write",
                    path = path,
                    why = words::sentence(&why).trim_end_matches('.')
                );
                self.state.apply(Event::Noticed(Notice::warning(
                    NoticeKind::Other,
                    t!("note-forgets"),
                    detail,
                )));
            }
        }
        if let (Some(session), Some(playback)) = (&self.session, &self.state.playback) {
            session.tell(verdict::viewer(playback));
        }
        if let Some(playback) = &self.state.playback {
            // Before, the pipeline may still tell the place of the title before.
            let running = playback.phase == Phase::Running;
            if let Some(position) = self.player.position().filter(|_| running) {
                self.state.apply(Event::Playing(PlaybackEvent::Position(position)));
            }
            let frames = self.player.frames();
            let counts = PlaybackEvent::Frames(frames.shown(), frames.dropped() + frames.late());
            let looks = self.state.stats.open && self.state.stats.page == StatsPage::Media;
            let due = looks && now - self.pictures_at >= PICTURES_EVERY_SECONDS;
            let pictures = due.then(|| media_words::pictures(&frames));
            self.state.apply(Event::Playing(counts));
            if let Some(pictures) = pictures {
                self.pictures_at = now;
                self.state.apply(Event::Playing(PlaybackEvent::Pictures(pictures)));
            }
        }
        if let Some(to) = self.state.playback.as_ref().and_then(|playback| {
            let settled = playback.phase == Phase::Running && playback.seek_target.is_none();
            playback.repeat.back_from(playback.position).filter(|_| settled)
        }) {
            self.go_to(to);
        }
        self.film.shape = self.state.playback.as_ref().map_or_else(Shape::default, |playback| playback.shape);
        self.look_at_test(ctx);
        if let Some(playback) = &self.state.playback {
            self.numbers.take(now, playback);
        }
        self.look_at_window(ctx);
        let title = self.state.window_title();
        if self.title != title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
        if self.fills_screen != self.state.fullscreen {
            self.fills_screen = self.state.fullscreen;
            ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(self.fills_screen));
        }
        // Sound alone brings no pictures that would move the clock on.
        if self
            .state
            .playback
            .as_ref()
            .is_some_and(|playback| !playback.paused && playback.phase == Phase::Running)
        {
            ctx.request_repaint_after(CLOCK_EVERY);
        }
    }

    /// Notes where the window is.
    fn look_at_window(&mut self, ctx: &egui::Context) {
        let maximized = ctx.input(|input| input.viewport().maximized);
        if self.enlarging.again(maximized) {
            ctx.send_viewport_cmd(egui::ViewportCommand::Maximized(true));
            ctx.request_repaint_after(enlarging::AGAIN_AFTER);
            return;
        }
        let place = ctx.input(|input| {
            let window = input.viewport();
            let usual = window.fullscreen != Some(true) && window.minimized != Some(true);
            let size = window.inner_rect.filter(|_| usual)?.size();
            Some(WindowPlace {
                corner: window.outer_rect.map(|outer| (outer.left(), outer.top())),
                size: (size.x, size.y),
                maximized: window.maximized == Some(true),
            })
        });
        if let Some(place) =
            place.filter(|_| self.state.settings.keep_window && !self.state.fullscreen && !self.state.small)
        {
            self.state.apply(Event::WindowPlaced(place));
        }
    }
}
