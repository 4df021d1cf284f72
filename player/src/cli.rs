//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::app::names::name_of;
use crate::media::AudioOutput;

const EXAMPLES: &str = "\
Examples:
  tributary                                        the library
  tributary --director attic.local                 the library of that director
  tributary 'Films/Big Buck Bunny' --start 1:30    a title of the director, from there on
  tributary tributary://attic.local/Films/Kestrel  a title of a director named on the spot
  tributary film.mkv evening.m3u Holidays/         files, playlists, the films of a folder
  tributary https://example.net/film.mp4           a plain web address

In the window the key ? shows all keys. Settings are kept in $XDG_CONFIG_HOME/tributary/config.toml.";

/// Plays films that several servers send together.
#[derive(Clone, Debug, Parser)]
#[command(name = "tributary", version, about, long_about = None, after_help = EXAMPLES)]
pub struct Cli {
    /// What to play: CATALOG/TITLE or b3:HASH at the director, tributary://HOST:PORT/CATALOG/TITLE,
    /// a file, a folder, a playlist, or a plain web address. Without any, the library opens
    #[arg(value_name = "LOCATOR|FILE|URL")]
    pub play: Vec<OsString>,
    /// Director to use, for example http://attic.local:7400
    #[arg(long, value_name = "URL")]
    pub director: Option<String>,
    /// A content server that holds what is to be played: tributary://HOST:PORT/b3:HASH
    #[arg(long, value_name = "URL")]
    pub source: Vec<String>,
    /// Where to begin: seconds, M:SS or H:MM:SS
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub start: Option<Duration>,
    /// Show the first picture and wait
    #[arg(long)]
    pub pause: bool,
    /// Fill the screen
    #[arg(long)]
    pub fullscreen: bool,
    /// Open the stats
    #[arg(long)]
    pub stats: bool,
    /// Where sound goes
    #[arg(long, value_name = "auto|none", default_value = "auto")]
    pub audio_output: Audio,
    /// Unix socket on which mpv's JSON IPC is spoken
    #[arg(long, value_name = "PATH")]
    pub input_ipc_server: Option<PathBuf>,
    /// Write the numbers to a file while something plays: a line of JSON each half second
    #[arg(long, value_name = "FILE")]
    pub stats_log: Option<PathBuf>,
    /// Folder of the configuration
    #[arg(long, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
}

/// Where sound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Audio {
    /// To the system's device, if it has one.
    Auto,
    /// Nowhere.
    None,
}

impl Cli {
    /// What to play, as text: a path that is none stands as a file's address.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.play.iter().map(|name| name_of(name)).collect()
    }
}

impl From<Audio> for AudioOutput {
    fn from(audio: Audio) -> Self {
        match audio {
            Audio::Auto => Self::Auto,
            Audio::None => Self::None,
        }
    }
}

/// Longest start that is taken, in seconds: a thousand hours.
const LATEST_START_SECONDS: f64 = 3.6e6;

fn time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time: give seconds, M:SS or H:MM:SS");
    let mut seconds = 0.0;
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return Err(wrong());
    }
    for (place, part) in parts.iter().enumerate() {
        let value: f64 = part.parse().map_err(|_| wrong())?;
        if !(value >= 0.0 && (place == 0 || value < 60.0)) {
            return Err(wrong());
        }
        seconds = seconds * 60.0 + value;
    }
    if seconds <= LATEST_START_SECONDS { Ok(Duration::from_secs_f64(seconds)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        let cli = Cli::parse_from([
            "tributary",
            "Films/Big Buck Bunny",
            "--audio-output",
            "none",
            "--start",
            "1:30",
        ]);
        assert_eq!(cli.play, ["Films/Big Buck Bunny"]);
        assert_eq!(cli.audio_output, Audio::None);
        assert_eq!(cli.start, Some(Duration::from_secs(90)));
    }

    #[test]
    fn times_are_seconds_or_with_colons() {
        assert_eq!(time("12.5"), Ok(Duration::from_millis(12_500)));
        assert_eq!(time("1:02:03"), Ok(Duration::from_secs(3723)));
        for wrong in ["", "1:75", "-3", "1:2:3:4", "soon", "nan", "1e300"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
