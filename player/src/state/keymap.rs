//! What keys do: every action with its name in the settings file and its usual keys.

use std::collections::BTreeMap;

use crate::i18n::t;

/// Something that a key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Play or pause.
    PlayPause,
    /// Back 5 s.
    Back5,
    /// Forward 5 s.
    Forward5,
    /// Back 10 s.
    Back10,
    /// Forward 10 s.
    Forward10,
    /// Go to a tenth of the whole.
    Tenth(u8),
    /// One frame back.
    FrameBack,
    /// One frame forward.
    FrameForward,
    /// The chapter before.
    ChapterBack,
    /// The next chapter.
    ChapterForward,
    /// The next title.
    Next,
    /// The title before.
    Previous,
    /// Mark a part that is played over and over.
    Repeat,
    /// Slower.
    Slower,
    /// Faster.
    Faster,
    /// Normal speed.
    NormalSpeed,
    /// Louder.
    Louder,
    /// Softer.
    Softer,
    /// Sound off or on.
    Mute,
    /// The next sound track.
    Sound,
    /// The next subtitles.
    Subtitles,
    /// Subtitles earlier.
    SubtitlesEarlier,
    /// Subtitles later.
    SubtitlesLater,
    /// Larger picture.
    ZoomIn,
    /// Smaller picture.
    ZoomOut,
    /// Next shape of the picture.
    NextShape,
    /// Quarter turn of the picture.
    Turn,
    /// The next way to treat interlaced pictures.
    Deinterlace,
    /// Full screen.
    FullScreen,
    /// Small window on top.
    SmallWindow,
    /// Leave what is uppermost.
    Leave,
    /// Save a picture.
    Picture,
    /// Stats, or for as long as the key is held.
    Stats,
    /// Stats, until they are closed.
    PinStats,
    /// The sheet of keys.
    Keys,
    /// Search the library.
    Search,
    /// Open a file or an address.
    Open,
}

/// What says a text in the language that is spoken.
pub type Says = fn() -> String;

/// All actions: name in the file, what it does, usual keys.
pub const ACTIONS: [(Action, &str, Says, &[&str]); 46] = [
    (Action::PlayPause, "play_pause", || t!("action-play-pause"), &["Space", "k"]),
    (Action::Back5, "back_5", || t!("action-back", seconds = 5), &["Left"]),
    (Action::Forward5, "forward_5", || t!("action-forward", seconds = 5), &["Right"]),
    (Action::Back10, "back_10", || t!("action-back", seconds = 10), &["j"]),
    (Action::Forward10, "forward_10", || t!("action-forward", seconds = 10), &["l"]),
    (Action::Tenth(0), "go_to_0", || t!("action-go-to-start"), &["0"]),
    (Action::Tenth(1), "go_to_10", || t!("action-go-to", part = 10), &["1"]),
    (Action::Tenth(2), "go_to_20", || t!("action-go-to", part = 20), &["2"]),
    (Action::Tenth(3), "go_to_30", || t!("action-go-to", part = 30), &["3"]),
    (Action::Tenth(4), "go_to_40", || t!("action-go-to", part = 40), &["4"]),
    (Action::Tenth(5), "go_to_50", || t!("action-go-to", part = 50), &["5"]),
    (Action::Tenth(6), "go_to_60", || t!("action-go-to", part = 60), &["6"]),
    (Action::Tenth(7), "go_to_70", || t!("action-go-to", part = 70), &["7"]),
    (Action::Tenth(8), "go_to_80", || t!("action-go-to", part = 80), &["8"]),
    (Action::Tenth(9), "go_to_90", || t!("action-go-to", part = 90), &["9"]),
    (Action::FrameBack, "frame_back", || t!("action-frame-back"), &[","]),
    (Action::FrameForward, "frame_forward", || t!("action-frame-forward"), &["."]),
    (Action::ChapterBack, "chapter_back", || t!("action-chapter-back"), &["PageUp"]),
    (Action::ChapterForward, "chapter_forward", || t!("action-chapter-forward"), &["PageDown"]),
    (Action::Next, "next", || t!("action-next"), &["n"]),
    (Action::Previous, "previous", || t!("action-previous"), &["p"]),
    (Action::Repeat, "repeat", || t!("action-repeat"), &["b"]),
    (Action::Slower, "slower", || t!("action-slower"), &["["]),
    (Action::Faster, "faster", || t!("action-faster"), &["]"]),
    (Action::NormalSpeed, "normal_speed", || t!("action-normal-speed"), &["Backspace"]),
    (Action::Louder, "louder", || t!("action-louder"), &["Up"]),
    (Action::Softer, "softer", || t!("action-softer"), &["Down"]),
    (Action::Mute, "mute", || t!("action-mute"), &["m"]),
    (Action::Sound, "sound", || t!("action-sound"), &["a"]),
    (Action::Subtitles, "subtitles", || t!("action-subtitles"), &["c"]),
    (Action::SubtitlesEarlier, "subtitles_earlier", || t!("action-subtitles-earlier"), &["z"]),
    (Action::SubtitlesLater, "subtitles_later", || t!("action-subtitles-later"), &["x"]),
    (Action::ZoomIn, "zoom_in", || t!("action-zoom-in"), &["+", "="]),
    (Action::ZoomOut, "zoom_out", || t!("action-zoom-out"), &["-"]),
    (Action::NextShape, "shape", || t!("action-shape"), &["g"]),
    (Action::Turn, "turn", || t!("action-turn"), &["r"]),
    (Action::Deinterlace, "deinterlace", || t!("action-deinterlace"), &["d"]),
    (Action::FullScreen, "full_screen", || t!("action-full-screen"), &["f"]),
    (Action::SmallWindow, "small_window", || t!("small-window"), &["t"]),
    (Action::Leave, "leave", || t!("action-leave"), &["Escape"]),
    (Action::Picture, "picture", || t!("save-picture"), &["s"]),
    (Action::Stats, "stats", || t!("stats"), &["i"]),
    (Action::PinStats, "stats_kept", || t!("action-pin-stats"), &["Shift+i"]),
    (Action::Keys, "keys", || t!("keys"), &["?"]),
    (Action::Search, "search", || t!("action-search"), &["/"]),
    (Action::Open, "open", || t!("library-open"), &["o", "Ctrl+o"]),
];

/// The keys in force: the usual ones, but for those that a person changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyMap {
    changed: BTreeMap<Action, Vec<String>>,
}

impl KeyMap {
    /// Most keys of one action.
    pub const KEYS: usize = 8;

    /// The keys of an action; empty where it has none.
    #[must_use]
    pub fn keys(&self, action: Action) -> Vec<&str> {
        match self.changed.get(&action) {
            Some(keys) => keys.iter().map(String::as_str).collect(),
            None => usual(action).to_vec(),
        }
    }

    /// Gives an action other keys; the usual ones are not kept as a change.
    pub fn set(&mut self, action: Action, mut keys: Vec<String>) {
        keys.truncate(Self::KEYS);
        if usual(action).iter().eq(keys.iter()) {
            self.changed.remove(&action);
        } else {
            self.changed.insert(action, keys);
        }
    }

    /// Gives an action one key, and takes that key from all others.
    pub fn bind(&mut self, action: Action, key: &str) {
        for (other, ..) in ACTIONS {
            let keys = self.keys(other);
            if other != action && keys.contains(&key) {
                let rest = keys.into_iter().filter(|kept| *kept != key).map(str::to_owned).collect();
                self.set(other, rest);
            }
        }
        self.set(action, vec![key.to_owned()]);
    }

    /// The first key of an action as it stands on a tooltip; empty where it has none.
    #[must_use]
    pub fn first(&self, action: Action) -> String {
        self.keys(action).first().map_or_else(String::new, |key| shown(key))
    }
}

fn usual(action: Action) -> &'static [&'static str] {
    ACTIONS.iter().find(|(other, ..)| *other == action).map_or(&[], |(_, _, _, keys)| keys)
}

/// A key as it stands on its cap.
#[must_use]
pub fn shown(key: &str) -> String {
    match key {
        "Left" => "←".to_owned(),
        "Right" => "→".to_owned(),
        "Up" => "↑".to_owned(),
        "Down" => "↓".to_owned(),
        "Escape" => t!("key-escape"),
        "Space" => t!("key-space"),
        "PageUp" => t!("key-page-up"),
        "PageDown" => t!("key-page-down"),
        "Backspace" => t!("key-backspace"),
        key => {
            let spaced = key.replace('+', " + ").trim().replace(" +  + ", " + +");
            spaced
                .replace("Ctrl +", &format!("{} +", t!("key-ctrl")))
                .replace("Shift +", &format!("{} +", t!("key-shift")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_has_a_name_and_no_key_does_two_things() {
        let names: BTreeSet<_> = ACTIONS.iter().map(|(_, name, ..)| name).collect();
        let actions: BTreeSet<_> = ACTIONS.iter().map(|(action, ..)| action).collect();
        assert_eq!((names.len(), actions.len()), (ACTIONS.len(), ACTIONS.len()));
        let keys: Vec<_> = ACTIONS.iter().flat_map(|(_, _, _, keys)| keys.iter()).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    }

    #[test]
    fn changed_keys_replace_the_usual_ones() {
        let mut map = KeyMap::default();
        map.set(Action::Mute, vec!["q".to_owned()]);
        assert_eq!((map.keys(Action::Mute), map.keys(Action::Sound)), (vec!["q"], vec!["a"]));
        map.set(Action::Sound, Vec::new());
        assert!(map.keys(Action::Sound).is_empty() && map.first(Action::Sound).is_empty());
        map.set(Action::Mute, vec!["m".to_owned()]);
        map.set(Action::Sound, vec!["a".to_owned()]);
        assert_eq!(map, KeyMap::default());
    }

    #[test]
    fn a_key_that_is_given_is_taken_from_others() {
        let mut map = KeyMap::default();
        map.bind(Action::Mute, "k");
        assert_eq!((map.keys(Action::Mute), map.keys(Action::PlayPause)), (vec!["k"], vec!["Space"]));
    }

    #[test]
    fn caps_show_what_is_on_the_key() {
        let caps: Vec<String> = ["Left", "Escape", "Ctrl+o", "+"].into_iter().map(shown).collect();
        assert_eq!(caps, ["←", "Esc", "Ctrl + o", "+"]);
    }
}
