//! Subtitles from a file of their own: SubRip, WebVTT and the text of SubStation.

use std::sync::Arc;
use std::time::Duration;

use super::words;

/// Largest file of subtitles that is read, in bytes.
pub const MOST_BYTES: u64 = 8 << 20;
/// Most lines kept of a file.
const MOST_CUES: usize = 50_000;
/// Endings of files that hold subtitles.
pub const ENDINGS: [&str; 4] = ["srt", "vtt", "ass", "ssa"];

/// Words and when they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// From when on.
    pub from: Duration,
    /// Until when.
    pub to: Duration,
    /// The words, in lines.
    pub text: String,
}

/// A file of subtitles.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        cues.retain(|cue| cue.to > cue.from && !cue.text.is_empty());
        cues.sort_by_key(|cue| cue.from);
        (!cues.is_empty()).then(|| Self { name: words::safe(name), cues: cues.into() })
    }

    /// What is to be shown at a time; several at once below each other.
    #[must_use]
    pub fn at(&self, time: Duration) -> Option<String> {
        /// Most lines that overlap and are shown together.
        const AT_ONCE: usize = 4;
        let end = self.cues.partition_point(|cue| cue.from <= time);
        // What began long ago may still be shown: a few dozen back is far enough.
        let start = end.saturating_sub(64);
        let shown: Vec<&str> =
            self.cues[start..end].iter().filter(|cue| cue.to > time).map(|cue| cue.text.as_str()).collect();
        let first = shown.len().saturating_sub(AT_ONCE);
        (!shown.is_empty()).then(|| shown[first..].join("\n"))
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
        let to = rest.split_whitespace().next().unwrap_or_default();
        let (Some(from), Some(to)) = (time(from), time(to)) else { continue };
        let said: Vec<&str> = lines.by_ref().take_while(|line| !line.trim().is_empty()).collect();
        cues.push(Cue { from, to, text: plain(&said.join("\n")) });
    }
    cues
}

/// SubStation: lines of events, whose format line says where times and words stand.
fn substation(text: &str) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut places: Option<(usize, usize, usize)> = None;
    let events = text.split("[Events]").nth(1).unwrap_or_default();
    for line in events.lines().take(MOST_CUES) {
        if let Some(format) = line.strip_prefix("Format:") {
            let names: Vec<&str> = format.split(',').map(str::trim).collect();
            let find = |name| names.iter().position(|other| *other == name);
            places = find("Start").zip(find("End")).zip(find("Text")).map(|((a, b), c)| (a, b, c));
        } else if let (Some(event), Some((start, end, words))) = (line.strip_prefix("Dialogue:"), places) {
            let fields: Vec<&str> = event.splitn(words + 1, ',').collect();
            let (Some(from), Some(to)) = (fields.get(start), fields.get(end)) else { continue };
            let (Some(from), Some(to)) = (time(from), time(to)) else { continue };
            let said = fields.get(words).copied().unwrap_or_default();
            cues.push(Cue { from, to, text: plain(&said.replace("\\N", "\n").replace("\\n", "\n")) });
        }
    }
    cues
}

/// Without the marks of looks: `<i>`, `{\an8}`.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{']) {
        let (before, mark) = rest.split_at(at);
        out.push_str(before);
        let close = if mark.starts_with('<') { '>' } else { '}' };
        let looks = mark.starts_with("{\\") || mark[1..].starts_with(|c: char| c.is_alphabetic() || c == '/');
        match mark.find(close).filter(|_| looks) {
            Some(end) => rest = &mark[end + 1..],
            None => {
                out.push_str(&mark[..1]);
                rest = &mark[1..];
            }
        }
    }
    out.push_str(rest);
    let out = out.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ");
    words::safe_lines(&out).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: &SubtitleFile, seconds: f64) -> Option<String> {
        file.at(Duration::from_secs_f64(seconds))
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
