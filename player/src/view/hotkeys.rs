//! The keys that hold everywhere in the window (fixed by the design), turned into wishes.

use egui::{EventFilter, Key, Modifiers, Popup, Ui};

use super::Scene;
use crate::state::playback::{Playback, TrackKind};
use crate::state::{Command, State, View};

/// What one press of an arrow up or down adds to the volume.
const VOLUME_STEP: f64 = 0.05;

/// Pushes what the keys pressed in this frame ask for.
pub fn push(ui: &Ui, scene: &mut Scene<'_>) {
    let state = scene.state;
    if ui.ctx().text_edit_focused() || Popup::is_any_open(ui.ctx()) {
        return;
    }
    let focused = ui.memory(|memory| memory.focused());
    let playing = state.view == View::Player;
    if let Some(id) = focused.filter(|_| playing) {
        // In the player arrows seek and set the volume; Tab goes from one control to the next.
        let all = EventFilter { horizontal_arrows: true, vertical_arrows: true, escape: true, tab: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, all));
    }
    let pressed: Vec<Key> = ui.input(|input| {
        let keys = input.events.iter().filter_map(|event| match event {
            egui::Event::Key { key, pressed: true, modifiers, .. } if plain(*modifiers) => Some(*key),
            _ => None,
        });
        keys.collect()
    });
    for key in pressed {
        let activates = matches!(key, Key::Space | Key::Enter);
        if activates && focused.is_some() {
            continue;
        }
        let command = match key {
            Key::Questionmark => Some(Command::ToggleKeys),
            Key::Escape => Some(Command::Escape),
            _ if state.keys_shown => None,
            Key::Slash if state.view == View::Library => Some(Command::FocusSearch),
            _ => state.playback.as_ref().filter(|_| playing).and_then(|playback| film(key, state, playback)),
        };
        scene.commands.extend(command);
    }
}

fn plain(modifiers: Modifiers) -> bool {
    !modifiers.alt && !modifiers.ctrl && !modifiers.command
}

/// What a key asks for while a film is on show.
fn film(key: Key, state: &State, playback: &Playback) -> Option<Command> {
    let volume = state.volume;
    let subtitles = || playback.tracks_of(TrackKind::Subtitle).next().is_some();
    let sounds = || playback.tracks_of(TrackKind::Sound).nth(1).is_some();
    Some(match key {
        Key::Space | Key::K => Command::TogglePause,
        Key::F => Command::ToggleFullscreen,
        Key::M => Command::ToggleMute,
        Key::ArrowLeft => Command::SeekBy(-5.0),
        Key::ArrowRight => Command::SeekBy(5.0),
        Key::J => Command::SeekBy(-10.0),
        Key::L => Command::SeekBy(10.0),
        Key::ArrowUp => Command::SetVolume(volume + VOLUME_STEP),
        Key::ArrowDown => Command::SetVolume(volume - VOLUME_STEP),
        Key::Comma => Command::Step { forward: false },
        Key::Period => Command::Step { forward: true },
        Key::OpenBracket => Command::StepSpeed { faster: false },
        Key::CloseBracket => Command::StepSpeed { faster: true },
        Key::Backspace => Command::SetSpeed(1.0),
        Key::N if state.next.is_some() => Command::Next,
        Key::P => Command::Previous,
        Key::S => Command::Screenshot,
        Key::I => Command::ToggleStats,
        Key::C if subtitles() => Command::NextSubtitles,
        Key::A if sounds() => Command::NextSound,
        Key::Num0 => Command::SeekTenth(0),
        Key::Num1 => Command::SeekTenth(1),
        Key::Num2 => Command::SeekTenth(2),
        Key::Num3 => Command::SeekTenth(3),
        Key::Num4 => Command::SeekTenth(4),
        Key::Num5 => Command::SeekTenth(5),
        Key::Num6 => Command::SeekTenth(6),
        Key::Num7 => Command::SeekTenth(7),
        Key::Num8 => Command::SeekTenth(8),
        Key::Num9 => Command::SeekTenth(9),
        _ => return None,
    })
}
