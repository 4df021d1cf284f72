//! Code points of the icons kept from Phosphor Icons (see `assets/fonts/icons.txt`).

/// `arrow-bend-down-right`
pub const ARROW_BEND_DOWN_RIGHT: char = '\u{e01a}';
/// `arrow-clockwise`
pub const ARROW_CLOCKWISE: char = '\u{e036}';
/// `arrow-counter-clockwise`
pub const ARROW_COUNTER_CLOCKWISE: char = '\u{e038}';
/// `arrow-down`
pub const ARROW_DOWN: char = '\u{e03e}';
/// `arrow-left`
pub const ARROW_LEFT: char = '\u{e058}';
/// `arrow-right`
pub const ARROW_RIGHT: char = '\u{e06c}';
/// `arrow-up`
pub const ARROW_UP: char = '\u{e08e}';
/// `bookmark-simple`
pub const BOOKMARK_SIMPLE: char = '\u{e0ea}';
/// `camera`
pub const CAMERA: char = '\u{e10e}';
/// `caret-down`
pub const CARET_DOWN: char = '\u{e136}';
/// `caret-right`
pub const CARET_RIGHT: char = '\u{e13a}';
/// `caret-up-down`
pub const CARET_UP_DOWN: char = '\u{e140}';
/// `check`
pub const CHECK: char = '\u{e182}';
/// `check-circle`
pub const CHECK_CIRCLE: char = '\u{e184}';
/// `circle-notch`
pub const CIRCLE_NOTCH: char = '\u{eb44}';
/// `clock-clockwise`
pub const CLOCK_CLOCKWISE: char = '\u{e19e}';
/// `clock-counter-clockwise`
pub const CLOCK_COUNTER_CLOCKWISE: char = '\u{e1a0}';
/// `closed-captioning`
pub const CLOSED_CAPTIONING: char = '\u{e1a4}';
/// `copy`
pub const COPY: char = '\u{e1ca}';
/// `corners-in`
pub const CORNERS_IN: char = '\u{e1ce}';
/// `corners-out`
pub const CORNERS_OUT: char = '\u{e1d0}';
/// `dots-three`
pub const DOTS_THREE: char = '\u{e1fe}';
/// `export`
pub const EXPORT: char = '\u{eaf0}';
/// `eye`
pub const EYE: char = '\u{e220}';
/// `film-slate`
pub const FILM_SLATE: char = '\u{e8c2}';
/// `film-strip`
pub const FILM_STRIP: char = '\u{e792}';
/// `first-aid`
pub const FIRST_AID: char = '\u{e56e}';
/// `flag`
pub const FLAG: char = '\u{e244}';
/// `folder-open`
pub const FOLDER_OPEN: char = '\u{e256}';
/// `gauge`
pub const GAUGE: char = '\u{e628}';
/// `gear-six`
pub const GEAR_SIX: char = '\u{e272}';
/// `git-fork`
pub const GIT_FORK: char = '\u{e27e}';
/// `hard-drives`
pub const HARD_DRIVES: char = '\u{e2a0}';
/// `hourglass`
pub const HOURGLASS: char = '\u{e2b2}';
/// `hourglass-medium`
pub const HOURGLASS_MEDIUM: char = '\u{e2b8}';
/// `info`
pub const INFO: char = '\u{e2ce}';
/// `keyboard`
pub const KEYBOARD: char = '\u{e2d8}';
/// `lightning`
pub const LIGHTNING: char = '\u{e2de}';
/// `link`
pub const LINK: char = '\u{e2e2}';
/// `list-bullets`
pub const LIST_BULLETS: char = '\u{e2f2}';
/// `magnifying-glass`
pub const MAGNIFYING_GLASS: char = '\u{e30c}';
/// `microphone-stage`
pub const MICROPHONE_STAGE: char = '\u{e75c}';
/// `music-notes`
pub const MUSIC_NOTES: char = '\u{e340}';
/// `path`
pub const PATH: char = '\u{e39c}';
/// `pause`
pub const PAUSE: char = '\u{e39e}';
/// `play`
pub const PLAY: char = '\u{e3d0}';
/// `play-circle`
pub const PLAY_CIRCLE: char = '\u{e3d2}';
/// `plug`
pub const PLUG: char = '\u{e946}';
/// `plugs`
pub const PLUGS: char = '\u{eb56}';
/// `plugs-connected`
pub const PLUGS_CONNECTED: char = '\u{eb5a}';
/// `plus`
pub const PLUS: char = '\u{e3d4}';
/// `prohibit`
pub const PROHIBIT: char = '\u{e3de}';
/// `pulse`
pub const PULSE: char = '\u{e000}';
/// `puzzle-piece`
pub const PUZZLE_PIECE: char = '\u{e596}';
/// `question`
pub const QUESTION: char = '\u{e3e8}';
/// `share-network`
pub const SHARE_NETWORK: char = '\u{e408}';
/// `shield`
pub const SHIELD: char = '\u{e40a}';
/// `shield-warning`
pub const SHIELD_WARNING: char = '\u{e412}';
/// `skip-back`
pub const SKIP_BACK: char = '\u{e5a4}';
/// `skip-forward`
pub const SKIP_FORWARD: char = '\u{e5a6}';
/// `smiley-sad`
pub const SMILEY_SAD: char = '\u{e43e}';
/// `sort-ascending`
pub const SORT_ASCENDING: char = '\u{e444}';
/// `speaker-high`
pub const SPEAKER_HIGH: char = '\u{e44a}';
/// `speaker-low`
pub const SPEAKER_LOW: char = '\u{e44c}';
/// `speaker-none`
pub const SPEAKER_NONE: char = '\u{e44e}';
/// `speaker-simple-high`
pub const SPEAKER_SIMPLE_HIGH: char = '\u{e450}';
/// `speaker-simple-x`
pub const SPEAKER_SIMPLE_X: char = '\u{e458}';
/// `speaker-slash`
pub const SPEAKER_SLASH: char = '\u{e45a}';
/// `speaker-x`
pub const SPEAKER_X: char = '\u{e45c}';
/// `spinner-gap`
pub const SPINNER_GAP: char = '\u{e66c}';
/// `squares-four`
pub const SQUARES_FOUR: char = '\u{e464}';
/// `stack`
pub const STACK: char = '\u{e466}';
/// `stop`
pub const STOP: char = '\u{e46c}';
/// `television-simple`
pub const TELEVISION_SIMPLE: char = '\u{eae6}';
/// `trash`
pub const TRASH: char = '\u{e4a6}';
/// `video-camera`
pub const VIDEO_CAMERA: char = '\u{e4da}';
/// `warning`
pub const WARNING: char = '\u{e4e0}';
/// `warning-circle`
pub const WARNING_CIRCLE: char = '\u{e4e2}';
/// `warning-octagon`
pub const WARNING_OCTAGON: char = '\u{e4e4}';
/// `waveform`
pub const WAVEFORM: char = '\u{e802}';
/// `waves`
pub const WAVES: char = '\u{e6de}';
/// `wifi-slash`
pub const WIFI_SLASH: char = '\u{e4f2}';
/// `x`
pub const X: char = '\u{e4f6}';
/// `x-circle`
pub const X_CIRCLE: char = '\u{e4f8}';

#[cfg(test)]
mod tests {
    #[test]
    fn the_constants_are_the_list() {
        let list = include_str!("../../../assets/fonts/icons.txt");
        let source = include_str!("icon.rs");
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            let (name, point) = line.split_once(' ').expect("a name and a code point");
            let name = name.to_uppercase().replace('-', "_");
            assert!(source.contains(&format!("const {name}: char = '\\u{{{point}}}'")), "{name}");
        }
    }
}
