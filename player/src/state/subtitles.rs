//! Subtitles from a file of their own: SubRip, WebVTT and SubStation, with their looks and places.

use std::sync::Arc;
use std::time::Duration;

use super::words;
use crate::captions::ass::Script;
use crate::captions::{Caption, MOST_AT_ONCE, Words, marks};

/// Largest file of subtitles that is read, in bytes.
pub const MOST_BYTES: u64 = 8 << 20;
/// Most lines kept of a file.
const MOST_CUES: usize = 50_000;
/// Endings of files that hold subtitles.
pub const ENDINGS: [&str; 4] = ["srt", "vtt", "ass", "ssa"];

/// Words and when they are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Cue {
    /// From when on.
    pub from: Duration,
    /// Until when.
    pub to: Duration,
    /// The words, with their looks.
    pub words: Words,
}

/// A file of subtitles.
#[derive(Clone, Debug, PartialEq)]
pub struct SubtitleFile {
    /// Its name to show.
    pub name: String,
    /// Its words, in the order of their beginning.
    pub cues: Arc<[Cue]>,
}

impl SubtitleFile {
    /// Understands the bytes of a file; none where there is not one line in it.
    #[must_use]
    pub fn parse(name: &str, bytes: &[u8]) -> Option<Self> {
        let text = decode(bytes);
        let plain = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut cues = if plain.contains("[Events]") { substation(&plain) } else { blocks(&plain) };
        cues.retain(|cue| cue.to > cue.from);
        cues.sort_by_key(|cue| cue.from);
        (!cues.is_empty()).then(|| Self { name: words::safe(name), cues: cues.into() })
    }

    /// What is to be shown at a time, at most [`MOST_AT_ONCE`], in the order of the file.
    #[must_use]
    pub fn at(&self, time: Duration) -> Vec<Caption> {
        let end = self.cues.partition_point(|cue| cue.from <= time);
        // What began long ago may still be shown: a few dozen back is far enough.
        let start = end.saturating_sub(64);
        let shown: Vec<&Cue> = self.cues[start..end].iter().filter(|cue| cue.to > time).collect();
        let first = shown.len().saturating_sub(MOST_AT_ONCE);
        shown[first..].iter().map(|cue| Caption::Words(cue.words.clone())).collect()
    }
}

/// UTF-8 with or without its mark, UTF-16 with its mark, else Latin-1.
fn decode(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
        },
    }
}

/// `1:02:03,456`, `02:03.456`
fn time(text: &str) -> Option<Duration> {
    let mut seconds = 0.0;
    let mut parts = 0;
    for part in text.trim().split(':') {
        let value: f64 = part.trim().replace(',', ".").parse().ok()?;
        if !(0.0..1e6).contains(&value) {
            return None;
        }
        seconds = seconds * 60.0 + value;
        parts += 1;
    }
    (2..=3).contains(&parts).then(|| Duration::from_secs_f64(seconds))
}

/// SubRip and WebVTT: blocks with a line of two times, then the words.
fn blocks(text: &str) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if cues.len() >= MOST_CUES {
            break;
        }
        let Some((from, rest)) = line.split_once("-->") else { continue };
        let mut rest = rest.split_whitespace();
        let to = rest.next().unwrap_or_default();
        let (Some(from), Some(to)) = (time(from), time(to)) else { continue };
        let said: Vec<&str> = lines.by_ref().take_while(|line| !line.trim().is_empty()).collect();
        let Some(mut words) = marks::words(&said.join("\n")) else { continue };
        rest.for_each(|setting| place(&mut words, setting));
        cues.push(Cue { from, to, words });
    }
    cues
}

/// WebVTT's word for where a cue stands: `line:0`, `line:10%`, `align:start`.
fn place(words: &mut Words, setting: &str) {
    let column = (words.align - 1) % 3;
    match setting.split_once(':') {
        Some(("line", line)) => {
            let line = line.split(',').next().unwrap_or_default();
            let part = line.strip_suffix('%').map(|part| part.parse().is_ok_and(|part: f32| part < 50.0));
            // Lines count from the head, or, below 0, from the foot.
            let is_high = part.unwrap_or_else(|| line.parse().is_ok_and(|line: i32| (0..8).contains(&line)));
            words.align = column + if is_high { 7 } else { 1 };
        }
        Some(("align", "start" | "left")) => words.align -= column,
        Some(("align", "end" | "right")) => words.align += 2 - column,
        _ => {}
    }
}

/// SubStation: styles, then lines of events, whose format line says what stands where.
fn substation(text: &str) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let script = Script::parse(text);
    let events = text.split("[Events]").nth(1).unwrap_or_default();
    for line in events.lines().take(MOST_CUES) {
        if let Some(format) = line.strip_prefix("Format:") {
            names = format.split(',').map(str::trim).collect();
        } else if let Some(event) = line.strip_prefix("Dialogue:").filter(|_| !names.is_empty()) {
            // The words stand last, with whatever commas they have.
            let fields: Vec<&str> = event.splitn(names.len(), ',').collect();
            let get = |name| {
                let at = names.iter().position(|other| *other == name);
                at.and_then(|at| fields.get(at)).copied().unwrap_or_default()
            };
            let (Some(from), Some(to)) = (time(get("Start")), time(get("End"))) else { continue };
            let margins = ["MarginL", "MarginR", "MarginV"].map(get);
            let Some(words) = script.words(get("Style"), margins, get("Text")) else { continue };
            cues.push(Cue { from, to, words });
        }
    }
    cues
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: &SubtitleFile, seconds: f64) -> Option<String> {
        let shown = file.at(Duration::from_secs_f64(seconds));
        let texts: Vec<String> = shown.iter().map(Caption::text).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    #[test]
    fn subrip_is_read_without_its_marks() {
        let text = "1\r\n00:00:01,000 --> 00:00:04,500 X1:1\r\n<i>Good</i> morning,\r\n{\\an8}2 < 3 meadow.\r\n\r\n\
                    2\r\n00:00:04,000 --> 00:00:06,000\r\nSecond\r\n";
        let file = SubtitleFile::parse("a.srt", text.as_bytes()).expect("subtitles");
        assert_eq!(at(&file, 0.5), None);
        assert_eq!(at(&file, 1.0).as_deref(), Some("Good morning,\n2 < 3 meadow."));
        assert_eq!(at(&file, 4.2).as_deref(), Some("Good morning,\n2 < 3 meadow.\nSecond"));
        assert_eq!(at(&file, 5.0).as_deref(), Some("Second"));
        assert_eq!(at(&file, 6.0), None);
    }

    #[test]
    fn webvtt_and_substation_are_read() {
        let vtt = "WEBVTT\n\nNOTE nothing\n\nname\n00:01.000 --> 00:02.000 align:start\nHi &amp; bye\n";
        let file = SubtitleFile::parse("a.vtt", vtt.as_bytes()).expect("subtitles");
        assert_eq!(at(&file, 1.5).as_deref(), Some("Hi & bye"));
        let ass = "[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Text\n\
                   Dialogue: 0,0:00:01.00,0:00:02.50,Default,{\\b1}One,\\Ntwo\n";
        let file = SubtitleFile::parse("a.ass", ass.as_bytes()).expect("subtitles");
        assert_eq!(at(&file, 2.0).as_deref(), Some("One,\ntwo"));
    }

    #[test]
    fn looks_and_places_are_kept() {
        let vtt = "WEBVTT\n\n00:01.000 --> 00:02.000 line:0 align:end\n<i>Up</i>\n\n00:01.000 --> 00:02.000\nDown\n";
        let file = SubtitleFile::parse("a.vtt", vtt.as_bytes()).expect("subtitles");
        let places: Vec<(u8, bool)> =
            file.cues.iter().map(|cue| (cue.words.align, cue.words.runs[0].look.italic)).collect();
        assert_eq!(places, [(9, true), (2, false)]);
        let ass = "[Script Info]\nPlayResY: 100\n[V4+ Styles]\nFormat: Name, Fontsize, PrimaryColour, Alignment\n\
                   Style: Sign,10,&H000000FF,8\n[Events]\nFormat: Layer, Start, End, Style, MarginV, Text\n\
                   Dialogue: 0,0:00:01.00,0:00:02.50,Sign,0,One, two\n";
        let file = SubtitleFile::parse("a.ass", ass.as_bytes()).expect("subtitles");
        let words = &file.cues[0].words;
        let look = words.runs[0].look;
        assert_eq!((words.text().as_str(), words.align), ("One, two", 8));
        assert_eq!((look.color, look.size), (Some([255, 0, 0]), Some(0.1)));
    }

    #[test]
    fn other_encodings_and_nonsense_do_no_harm() {
        let latin = b"1\n00:00:01,000 --> 00:00:02,000\nGr\xFC\xDFe\n";
        let file = SubtitleFile::parse("a", latin).expect("subtitles");
        assert_eq!(at(&file, 1.0).as_deref(), Some("Grüße"));
        let wide: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain("00:01.0 --> 00:02.0\nIch\n".encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(at(&SubtitleFile::parse("a", &wide).expect("subtitles"), 1.0).as_deref(), Some("Ich"));
        for nonsense in
            ["", "-->", "9999999:99 --> x\nno\n", "00:05.0 --> 00:01.0\nbackwards\n", "nan:nan --> 1:1\nx"]
        {
            assert!(SubtitleFile::parse("a", nonsense.as_bytes()).is_none(), "{nonsense}");
        }
    }
}
