//! The keys that hold everywhere in the window, turned into wishes. Which key does what stands in
//! the key map.

use egui::{EventFilter, Key, Modifiers, Popup, Ui};

use super::Scene;
use crate::state::keymap::{ACTIONS, Action, KeyMap};
use crate::state::playback::{Playback, TrackKind};
use crate::state::settings::Settings;
use crate::state::{Command, State, View};

/// What one press of an arrow up or down adds to the volume.
const VOLUME_STEP: f64 = 0.05;
/// What one press adds to the delay of subtitles, in milliseconds.
const DELAY_STEP_MS: i32 = 100;

/// Pushes what the keys pressed in this frame ask for.
pub fn push(ui: &Ui, scene: &mut Scene<'_>) {
    let state = scene.state;
    if state.open_shown && ui.input(|input| input.key_pressed(Key::Escape)) {
        return scene.push(Command::Escape);
    }
    if let Some(action) = state.awaited_key {
        return give(ui, action, scene);
    }
    if ui.ctx().text_edit_focused() || Popup::is_any_open(ui.ctx()) || state.open_shown {
        return;
    }
    let focused = ui.memory(|memory| memory.focused());
    let playing = state.view == View::Player;
    if let Some(id) = focused.filter(|_| playing) {
        // In the player arrows seek and set the volume; Tab goes from one control to the next.
        let all = EventFilter { horizontal_arrows: true, vertical_arrows: true, escape: true, tab: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, all));
    }
    let pressed: Vec<(Key, Modifiers, bool)> = ui.input(|input| {
        let keys = input.events.iter().filter_map(|event| match event {
            egui::Event::Key { key, pressed: true, modifiers, repeat, .. } => {
                Some((*key, *modifiers, *repeat))
            }
            _ => None,
        });
        keys.collect()
    });
    let mut holds_stats = state.stats.held_since.is_some();
    for (key, modifiers, repeated) in pressed {
        let activates = matches!(key, Key::Space | Key::Enter);
        if activates && focused.is_some() {
            continue;
        }
        let Some(action) = find(&state.settings.keys, key, modifiers) else { continue };
        let command = match action {
            Action::Keys => Some(Command::ToggleKeys),
            Action::Leave => Some(Command::Escape),
            _ if state.keys_shown => None,
            Action::Search if state.view == View::Library => Some(Command::FocusSearch),
            Action::Open => Some(Command::ToggleOpen),
            // A key that is held comes again and again.
            Action::Stats | Action::PinStats if repeated => None,
            action => {
                state.playback.as_ref().filter(|_| playing).and_then(|playback| film(action, state, playback))
            }
        };
        holds_stats |= command == Some(Command::HoldStats(true));
        scene.commands.extend(command);
    }
    if holds_stats {
        release(ui, scene);
    }
}

/// The key of the stats was let go of, whatever else is held by then; a short press may begin and end in one frame.
fn release(ui: &Ui, scene: &mut Scene<'_>) {
    let is_stats = |key: Key| find(&scene.state.settings.keys, key, Modifiers::NONE) == Some(Action::Stats);
    let released = ui.input(|input| {
        input.events.iter().any(|event| match event {
            egui::Event::Key { key, pressed: false, .. } => is_stats(*key),
            egui::Event::WindowFocused(false) => true,
            _ => false,
        })
    });
    if released {
        scene.push(Command::HoldStats(false));
    }
}

/// Gives the key that is pressed to the action that waits for one.
fn give(ui: &Ui, action: Action, scene: &mut Scene<'_>) {
    let pressed = ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            egui::Event::Key { key, pressed: true, modifiers, .. } => Some((*key, *modifiers)),
            _ => None,
        })
    });
    match pressed {
        Some((Key::Escape, _)) => scene.push(Command::AwaitKey(None)),
        Some((key, held)) if Chord::parse(key.name()).is_some() => {
            scene.push(Command::BindKey(action, Chord::name(key, held)));
        }
        _ => {}
    }
}

/// A key of the map: the key itself and what must be held with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chord {
    key: Key,
    ctrl: bool,
    alt: bool,
    shift: bool,
}

impl Chord {
    /// Understands `k`, `Left`, `Ctrl+o`, `Shift+F5`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text;
        loop {
            let (held, after) = if let Some(after) = rest.strip_prefix("Ctrl+") {
                (&mut ctrl, after)
            } else if let Some(after) = rest.strip_prefix("Alt+") {
                (&mut alt, after)
            } else if let Some(after) = rest.strip_prefix("Shift+") {
                (&mut shift, after)
            } else {
                return Key::from_name(rest).map(|key| Self { key, ctrl, alt, shift });
            };
            *held = true;
            rest = after;
        }
    }

    /// The words that [`parse`](Self::parse) understands.
    fn name(key: Key, held: Modifiers) -> String {
        let letter = key.name().len() == 1 && key.name().starts_with(|c: char| c.is_ascii_alphabetic());
        let name = if letter { key.name().to_lowercase() } else { key.name().to_owned() };
        // What is typed with Shift held is named by itself: a question mark.
        let shift = held.shift && (letter || key.name().len() > 1);
        let parts = [(held.command, "Ctrl+"), (held.alt, "Alt+"), (shift, "Shift+")];
        let before: String = parts.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect();
        before + &name
    }

    /// Without a word on Shift it does not matter: some keys need it only on some keyboards.
    fn is(self, key: Key, held: Modifiers, exactly: bool) -> bool {
        let shift = if exactly { self.shift && held.shift } else { !self.shift };
        self.key == key && self.ctrl == held.command && self.alt == held.alt && shift
    }
}

fn find(map: &KeyMap, key: Key, held: Modifiers) -> Option<Action> {
    let with = |exactly| {
        let mut actions = ACTIONS.iter().map(|(action, ..)| *action);
        actions.find(|action| {
            let chords = map.keys(*action).into_iter().filter_map(Chord::parse);
            chords.into_iter().any(|chord| chord.is(key, held, exactly))
        })
    };
    with(true).or_else(|| with(false))
}

/// What an action asks for while a film is on show.
fn film(action: Action, state: &State, playback: &Playback) -> Option<Command> {
    let has_subtitles =
        || playback.tracks_of(TrackKind::Subtitle).next().is_some() || !playback.subtitle_files.is_empty();
    let has_sounds = || playback.tracks_of(TrackKind::Sound).nth(1).is_some();
    Some(match action {
        Action::PlayPause => Command::TogglePause,
        Action::FullScreen => Command::ToggleFullscreen,
        Action::SmallWindow => Command::ToggleSmall,
        Action::Mute => Command::ToggleMute,
        Action::Back5 => Command::SeekBy(-5.0),
        Action::Forward5 => Command::SeekBy(5.0),
        Action::Back10 => Command::SeekBy(-10.0),
        Action::Forward10 => Command::SeekBy(10.0),
        Action::Louder => Command::StepVolume(VOLUME_STEP),
        Action::Softer => Command::StepVolume(-VOLUME_STEP),
        Action::FrameBack => Command::Step { forward: false },
        Action::FrameForward => Command::Step { forward: true },
        Action::ChapterBack => Command::SeekChapter { forward: false },
        Action::ChapterForward => Command::SeekChapter { forward: true },
        Action::Slower => Command::StepSpeed { faster: false },
        Action::Faster => Command::StepSpeed { faster: true },
        Action::NormalSpeed => Command::SetSpeed(1.0),
        Action::Repeat => Command::MarkRepeat,
        Action::Next if state.next.is_some() => Command::Next,
        Action::Previous => Command::Previous,
        Action::Picture => Command::Screenshot,
        Action::Stats => Command::HoldStats(true),
        Action::PinStats => Command::ToggleStats,
        Action::Subtitles if has_subtitles() => Command::NextSubtitles,
        Action::SubtitlesEarlier => Command::StepSubtitleDelay(-DELAY_STEP_MS),
        Action::SubtitlesLater => Command::StepSubtitleDelay(DELAY_STEP_MS),
        Action::Sound if has_sounds() => Command::NextSound,
        Action::ZoomIn => Command::SetShape(playback.shape.zoomed(true)),
        Action::ZoomOut => Command::SetShape(playback.shape.zoomed(false)),
        Action::NextShape => Command::SetShape(playback.shape.next_aspect()),
        Action::Turn => Command::SetShape(playback.shape.turned()),
        Action::Deinterlace => {
            let settings = &state.settings;
            let deinterlace = settings.deinterlace.next();
            Command::ChangeSettings(Box::new(Settings { deinterlace, ..settings.clone() }))
        }
        Action::Tenth(tenth) => Command::SeekTenth(tenth),
        Action::Next
        | Action::Subtitles
        | Action::Sound
        | Action::Leave
        | Action::Keys
        | Action::Search
        | Action::Open => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_key_is_one_that_the_window_knows() {
        for (action, _, _, keys) in ACTIONS {
            for key in keys {
                assert!(Chord::parse(key).is_some(), "{action:?}: {key}");
            }
        }
    }

    #[test]
    fn keys_are_told_apart_by_what_is_held() {
        let mut map = KeyMap::default();
        map.set(Action::Turn, vec!["Shift+k".to_owned()]);
        map.set(Action::Mute, vec!["Ctrl+Alt+F5".to_owned()]);
        let of = |key, held| find(&map, key, held);
        assert_eq!(of(Key::K, Modifiers::NONE), Some(Action::PlayPause));
        assert_eq!(of(Key::K, Modifiers::SHIFT), Some(Action::Turn));
        assert_eq!(of(Key::K, Modifiers::COMMAND), None);
        assert_eq!(of(Key::F5, Modifiers::COMMAND | Modifiers::ALT), Some(Action::Mute));
        assert_eq!(of(Key::O, Modifiers::COMMAND), Some(Action::Open));
        // However this keyboard makes a question mark.
        assert_eq!(of(Key::Questionmark, Modifiers::SHIFT), Some(Action::Keys));
        assert_eq!(Chord::parse("Strg+k"), None);
        for (key, held, name) in [
            (Key::K, Modifiers::NONE, "k"),
            (Key::K, Modifiers::COMMAND | Modifiers::SHIFT, "Ctrl+Shift+k"),
            (Key::ArrowLeft, Modifiers::ALT, "Alt+Left"),
        ] {
            assert_eq!(Chord::name(key, held), name);
            assert!(Chord::parse(name).is_some_and(|chord| chord.key == key && chord.shift == held.shift));
        }
    }
}
