//! Which tracks of a title are heard and seen: those that somebody chose for it, else those in the languages that
//! the settings prefer.

use serde::{Deserialize, Serialize};

use super::languages;
use super::settings::Settings;

/// What was chosen for the subtitles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subtitles {
    /// None are shown.
    Off,
    /// The track with this number, from 0.
    Track(usize),
}

/// The tracks that somebody chose for a title. It goes on with them the next time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChosenTracks {
    /// Number of the sound track, from 0; none where nobody chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<usize>,
    /// The subtitles; none where nobody chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitles: Option<Subtitles>,
}

impl ChosenTracks {
    /// Whether nobody chose anything.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Number of the sound track to be heard, of tracks in these languages; none where the file decides.
    #[must_use]
    pub fn sound_of(&self, languages: &[Option<&str>], settings: &Settings) -> Option<usize> {
        let chosen = self.sound.filter(|number| *number < languages.len());
        chosen.or_else(|| preferred(languages, &settings.sound_languages))
    }

    /// Number of the subtitle track to be seen, of tracks in these languages; none where none is.
    #[must_use]
    pub fn subtitles_of(&self, languages: &[Option<&str>], settings: &Settings) -> Option<usize> {
        match self.subtitles {
            Some(Subtitles::Off) => None,
            Some(Subtitles::Track(number)) if number < languages.len() => Some(number),
            _ => preferred(languages, &settings.subtitle_languages),
        }
    }
}

/// The first track in the first language of `wanted` that any track is in.
fn preferred(codes: &[Option<&str>], wanted: &[String]) -> Option<usize> {
    let spoken = |wanted: &String| {
        codes.iter().position(|code| code.is_some_and(|code| languages::same(code, wanted)))
    };
    wanted.iter().find_map(spoken)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGUAGES: [Option<&str>; 4] = [None, Some("eng"), Some("de"), Some("fr")];

    fn settings(languages: &[&str]) -> Settings {
        let list: Vec<String> = languages.iter().map(|&language| language.to_owned()).collect();
        Settings { sound_languages: list.clone(), subtitle_languages: list, ..Settings::default() }
    }

    #[test]
    fn languages_are_preferred_in_their_order_however_they_are_written() {
        let of = |languages: &[&str]| ChosenTracks::default().sound_of(&LANGUAGES, &settings(languages));
        assert_eq!(of(&["deu", "en"]), Some(2));
        assert_eq!(of(&["it", "en"]), Some(1));
        assert_eq!(of(&["it"]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn what_somebody_chose_goes_before_the_languages_where_it_is_there() {
        let settings = settings(&["de"]);
        let chosen = ChosenTracks { sound: Some(3), subtitles: Some(Subtitles::Off) };
        assert_eq!(chosen.sound_of(&LANGUAGES, &settings), Some(3));
        assert_eq!(chosen.subtitles_of(&LANGUAGES, &settings), None);
        let chosen = ChosenTracks { sound: Some(9), subtitles: Some(Subtitles::Track(1)) };
        assert_eq!(chosen.sound_of(&LANGUAGES, &settings), Some(2));
        assert_eq!(chosen.subtitles_of(&LANGUAGES, &settings), Some(1));
        let gone = ChosenTracks { subtitles: Some(Subtitles::Track(9)), ..ChosenTracks::default() };
        assert_eq!(gone.subtitles_of(&LANGUAGES, &settings), Some(2));
    }
}
