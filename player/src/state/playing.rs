//! How a change of what plays changes the state.

use super::playback::{MOST_DELAY_MS, Phase, SUBTITLE_FILES};
use super::{PlaybackEvent, State};

impl State {
    pub(super) fn playing(&mut self, event: PlaybackEvent) {
        let now = self.now;
        let Some(playback) = &mut self.playback else { return };
        match event {
            PlaybackEvent::Loading => playback.phase = Phase::Loading,
            PlaybackEvent::Ready { duration, seekable, media } => {
                playback.phase = Phase::Running;
                playback.begun = true;
                playback.duration = duration.or(playback.duration);
                playback.seekable = seekable;
                if !seekable {
                    playback.speed = 1.0;
                }
                playback.media = media;
            }
            PlaybackEvent::Tracks(tracks) => playback.tracks = tracks,
            PlaybackEvent::SoundChosen(number) => playback.chosen.sound = Some(number),
            PlaybackEvent::SubtitlesChosen(chosen) => playback.chosen.subtitles = Some(chosen),
            PlaybackEvent::Duration(duration) => playback.duration = Some(duration),
            // At the end there is nothing to go on with: only a jump or playing again leaves it.
            PlaybackEvent::Paused(paused) => playback.paused = paused,
            PlaybackEvent::Buffering(percent) => {
                if playback.buffering.is_none() {
                    playback.waiting_since = Some(now);
                    if playback.phase == Phase::Running && playback.seek_target.is_none() {
                        playback.stalls += 1;
                    }
                }
                playback.buffering = Some(percent.min(100));
            }
            PlaybackEvent::BufferingEnded => {
                playback.buffering = None;
                playback.waiting_since = None;
            }
            PlaybackEvent::Seeking(target) => {
                self.countdown = None;
                playback.seek_target = Some(target);
                if playback.phase == Phase::Ended {
                    playback.phase = Phase::Running;
                }
            }
            PlaybackEvent::Seeked(position) => {
                playback.seek_target = None;
                playback.position = position;
            }
            // At the end the clock shows the whole, whatever the last picture's time was.
            PlaybackEvent::Position(_) if playback.phase == Phase::Ended => {}
            PlaybackEvent::Position(position) => playback.position = position,
            PlaybackEvent::Frames(shown, dropped) => playback.frames = (shown, dropped),
            PlaybackEvent::Pictures(pictures) => playback.pictures = pictures,
            PlaybackEvent::Speed(speed) => {
                if playback.takes_speed() {
                    playback.speed = speed;
                }
            }
            PlaybackEvent::Subtitles(captions) => playback.subtitles = captions,
            PlaybackEvent::Chapters(chapters) => playback.chapters = chapters,
            PlaybackEvent::Repeating(repeat) => playback.repeat = repeat,
            PlaybackEvent::SoundDelayed(delay) => {
                playback.sound_delay_ms = delay.clamp(-MOST_DELAY_MS, MOST_DELAY_MS)
            }
            PlaybackEvent::SubtitlesDelayed(delay) => {
                playback.subtitle_delay_ms = delay.clamp(-MOST_DELAY_MS, MOST_DELAY_MS);
            }
            PlaybackEvent::Shaped(shape) => playback.shape = shape,
            PlaybackEvent::SubtitleFile(file) => {
                playback.subtitle_files.retain(|old| old.name != file.name);
                if playback.subtitle_files.len() < SUBTITLE_FILES {
                    playback.subtitle_files.push(file);
                    playback.subtitle_file = Some(playback.subtitle_files.len() - 1);
                }
            }
            PlaybackEvent::SubtitleFileChosen(number) => {
                playback.subtitle_file = number.filter(|number| *number < playback.subtitle_files.len());
            }
            PlaybackEvent::Ended => {
                playback.phase = Phase::Ended;
                playback.buffering = None;
                playback.position = playback.duration.unwrap_or(playback.position);
                self.note();
            }
            PlaybackEvent::Failed(fault) => {
                // The first fault is the truth; what follows comes from it.
                if !matches!(playback.phase, Phase::Failed(_)) {
                    playback.phase = Phase::Failed(fault);
                    playback.buffering = None;
                }
            }
        }
    }
}
