//! Chapters of an MP4 film, which GStreamer does not tell: the list in `moov/udta/chpl`, or else the text track
//! that another track names as its chapters (`tref/chap`).
//!
//! The file may be anybody's: what does not fit is left out, and every read, list and length has a bound. Of a track
//! that can't be read whole, nothing is told.

use crate::directory::{Chapter, MAX_CHAPTERS};

/// Most boxes looked at inside another.
const MAX_BOXES: usize = 1024;
/// Most tracks looked at.
const MAX_TRACKS: usize = 64;
/// Longest list of chapters, and longest table of a chapter track, in bytes.
const MAX_TABLE: u64 = 256 * 1024;
/// Longest name that is read, in bytes.
const MAX_NAME: u64 = 1024;
/// `chpl` counts time in this many parts of a second.
const CHPL_SCALE: u64 = 10_000_000;

/// The chapters of the film of `size` bytes that `read` gives; none where it is no MP4 or has none.
///
/// `read` fills the buffer from the offset on and says whether it could.
pub fn read(size: u64, read: &mut dyn FnMut(u64, &mut [u8]) -> bool) -> Vec<Chapter> {
    let mut film = Film { read };
    let whole = Span { from: 0, to: size };
    let Some(first) = film.next(&whole) else { return Vec::new() };
    if first.kind != *b"ftyp" {
        return Vec::new();
    }
    let Some(moov) = film.child(&whole, *b"moov") else { return Vec::new() };
    let mut chapters = film.list(&moov).unwrap_or_default();
    if chapters.is_empty() {
        chapters = film.track(&moov).unwrap_or_default();
    }
    chapters.sort_by_key(|chapter| chapter.start_ms);
    chapters.dedup_by_key(|chapter| chapter.start_ms);
    chapters
}

/// A part of the file.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: u64,
    to: u64,
}

impl Span {
    const fn len(&self) -> u64 {
        self.to - self.from
    }
}

/// A box and what is in it.
#[derive(Clone, Copy, Debug)]
struct Part {
    kind: [u8; 4],
    content: Span,
}

struct Film<'a> {
    read: &'a mut dyn FnMut(u64, &mut [u8]) -> bool,
}

impl Film<'_> {
    fn array<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        (self.read)(at, &mut bytes).then_some(bytes)
    }

    /// The bytes of `span`; none where there are more than `most`.
    fn bytes(&mut self, span: &Span, most: u64) -> Option<Vec<u8>> {
        let length = usize::try_from(span.len()).ok().filter(|_| span.len() <= most)?;
        let mut bytes = vec![0; length];
        (self.read)(span.from, &mut bytes).then_some(bytes)
    }

    /// The box that begins where `span` does.
    fn next(&mut self, span: &Span) -> Option<Part> {
        if span.len() < 8 {
            return None;
        }
        let [a, b, c, d, kind @ ..] = self.array::<8>(span.from)?;
        let (head, length) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, span.len()),
            1 if span.len() < 16 => return None,
            1 => (16, u64::from_be_bytes(self.array(span.from + 8)?)),
            length => (8, u64::from(length)),
        };
        let fits = (head..=span.len()).contains(&length);
        fits.then(|| Part { kind, content: Span { from: span.from + head, to: span.from + length } })
    }

    /// The boxes in `span`, as far as they can be read.
    fn children(&mut self, span: &Span) -> Vec<Part> {
        let (mut parts, mut rest) = (Vec::new(), *span);
        while let Some(part) = self.next(&rest).filter(|_| parts.len() < MAX_BOXES) {
            rest.from = part.content.to;
            parts.push(part);
        }
        parts
    }

    /// The first box of this kind in `span`.
    fn child(&mut self, span: &Span, kind: [u8; 4]) -> Option<Span> {
        let mut rest = *span;
        for _ in 0..MAX_BOXES {
            let part = self.next(&rest)?;
            if part.kind == kind {
                return Some(part.content);
            }
            rest.from = part.content.to;
        }
        None
    }

    fn below(&mut self, span: &Span, kinds: &[[u8; 4]]) -> Option<Span> {
        kinds.iter().try_fold(*span, |span, kind| self.child(&span, *kind))
    }

    /// `moov/udta/chpl`: a number of chapters, and for each its time and its name.
    fn list(&mut self, moov: &Span) -> Option<Vec<Chapter>> {
        let span = self.below(moov, &[*b"udta", *b"chpl"])?;
        let bytes = self.bytes(&span, MAX_TABLE)?;
        let mut bytes = Bytes(&bytes);
        let [version, ..] = bytes.array::<4>()?;
        if version == 1 {
            bytes.array::<4>()?;
        }
        let [count] = bytes.array()?;
        let mut chapters = Vec::new();
        for _ in 0..usize::from(count).min(MAX_CHAPTERS) {
            let Some(start) = bytes.array() else { break };
            let Some(name) = bytes.array().and_then(|[length]| bytes.take(usize::from(length))) else {
                break;
            };
            let start_ms = milliseconds(u64::from_be_bytes(start), CHPL_SCALE);
            chapters.push(Chapter { start_ms, title: text(name) });
        }
        Some(chapters)
    }

    /// The text track that the first track with chapters names.
    fn track(&mut self, moov: &Span) -> Option<Vec<Chapter>> {
        let tracks: Vec<Span> = self
            .children(moov)
            .into_iter()
            .filter(|part| part.kind == *b"trak")
            .map(|part| part.content)
            .take(MAX_TRACKS)
            .collect();
        let chap = tracks.iter().find_map(|track| self.below(track, &[*b"tref", *b"chap"]))?;
        let wanted = u32::from_be_bytes(self.array(chap.from).filter(|_| chap.len() >= 4)?);
        let track = tracks.iter().find(|track| self.number(track) == Some(wanted))?;
        self.samples(track)
    }

    /// The number by which other tracks name this one.
    fn number(&mut self, track: &Span) -> Option<u32> {
        let tkhd = self.child(track, *b"tkhd")?;
        let [version] = self.array(tkhd.from)?;
        let at = tkhd.from + if version == 1 { 20 } else { 12 };
        self.array(at).filter(|_| at + 4 <= tkhd.to).map(u32::from_be_bytes)
    }

    /// The text of each sample, and when it begins.
    fn samples(&mut self, track: &Span) -> Option<Vec<Chapter>> {
        let mdhd = self.below(track, &[*b"mdia", *b"mdhd"])?;
        let [version] = self.array(mdhd.from)?;
        let at = mdhd.from + if version == 1 { 20 } else { 12 };
        let scale = u64::from(u32::from_be_bytes(self.array(at)?)).max(1);
        let stbl = self.below(track, &[*b"mdia", *b"minf", *b"stbl"])?;
        let starts = self.starts(&stbl)?;
        let places = self.places(&stbl)?;
        let mut chapters = Vec::new();
        for (start, place) in starts.into_iter().zip(places) {
            chapters.push(Chapter { start_ms: milliseconds(start, scale), title: self.name(place)? });
        }
        Some(chapters)
    }

    /// The text of the sample at `place`: its length and its letters.
    fn name(&mut self, place: u64) -> Option<String> {
        let length = u64::from(u16::from_be_bytes(self.array(place)?)).min(MAX_NAME);
        let from = place.checked_add(2)?;
        let bytes = self.bytes(&Span { from, to: from.checked_add(length)? }, MAX_NAME)?;
        Some(text(&bytes))
    }

    /// A table of the track, behind `skip` bytes and its number of rows.
    fn table<const N: usize>(&mut self, stbl: &Span, kind: [u8; 4], skip: u64) -> Option<Vec<[u32; N]>> {
        let span = self.child(stbl, kind)?;
        let from = span.from + 4 + skip;
        let rows = Span { from: from + 4, to: span.to };
        let count = u32::from_be_bytes(self.array(from).filter(|_| rows.from <= rows.to)?);
        let bytes = self.bytes(&rows, MAX_TABLE)?;
        let word = |bytes: &[u8]| bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        let row = |row: &[u8]| core::array::from_fn(|column| word(&row[column * 4..column * 4 + 4]));
        Some(bytes.chunks_exact(N * 4).take(count as usize).map(row).collect())
    }

    /// When each sample begins, in parts of a second (`stts`).
    fn starts(&mut self, stbl: &Span) -> Option<Vec<u64>> {
        let (mut starts, mut now) = (Vec::new(), 0_u64);
        for [count, length] in self.table(stbl, *b"stts", 0)? {
            for _ in 0..count {
                if starts.len() >= MAX_CHAPTERS {
                    return Some(starts);
                }
                starts.push(now);
                now = now.saturating_add(u64::from(length));
            }
        }
        Some(starts)
    }

    /// Where each sample lies: sizes (`stsz`), chunks (`stco`, `co64`) and how many samples are in each (`stsc`).
    fn places(&mut self, stbl: &Span) -> Option<Vec<u64>> {
        let stsz = self.child(stbl, *b"stsz")?;
        let same = u32::from_be_bytes(self.array(stsz.from + 4).filter(|_| stsz.len() >= 12)?);
        let sizes: Vec<[u32; 1]> = if same == 0 { self.table(stbl, *b"stsz", 4)? } else { Vec::new() };
        let chunks: Vec<u64> = match self.table(stbl, *b"stco", 0) {
            Some(short) => short.into_iter().map(|[at]| u64::from(at)).collect(),
            None => {
                let long = self.table(stbl, *b"co64", 0)?;
                long.into_iter().map(|[high, low]| u64::from(high) << 32 | u64::from(low)).collect()
            }
        };
        let groups: Vec<[u32; 3]> = self.table(stbl, *b"stsc", 0)?;
        let (mut places, mut group) = (Vec::new(), 0);
        for (number, chunk) in (1_u32..).zip(chunks) {
            while groups.get(group + 1).is_some_and(|[first, ..]| *first <= number) {
                group += 1;
            }
            let [_, in_chunk, _] = *groups.get(group)?;
            let mut at = chunk;
            for _ in 0..in_chunk {
                if places.len() >= MAX_CHAPTERS {
                    return Some(places);
                }
                let size = if same == 0 { sizes.get(places.len()).map_or(0, |[size]| *size) } else { same };
                places.push(at);
                at = at.checked_add(u64::from(size))?;
            }
        }
        Some(places)
    }
}

/// What is left of a list.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }
}

fn milliseconds(time: u64, scale: u64) -> u64 {
    u64::try_from(u128::from(time) * 1000 / u128::from(scale)).unwrap_or(u64::MAX)
}

/// UTF-8, or UTF-16 with its mark.
fn text(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units: Vec<u16> =
                rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        [&(content.len() as u32 + 8).to_be_bytes(), kind.as_slice(), &content].concat()
    }

    /// A table with its version, its number of rows and its rows.
    fn table(kind: &[u8; 4], rows: u32, words: &[u32]) -> Vec<u8> {
        let words: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        boxed(kind, &[&[0; 4], &rows.to_be_bytes(), &words])
    }

    fn of(film: &[u8]) -> Vec<(u64, String)> {
        let mut give = |at: u64, buf: &mut [u8]| {
            let Ok(at) = usize::try_from(at) else { return false };
            let Some(bytes) = film.get(at..).and_then(|rest| rest.get(..buf.len())) else { return false };
            buf.copy_from_slice(bytes);
            true
        };
        let chapters = read(film.len() as u64, &mut give);
        chapters.into_iter().map(|chapter| (chapter.start_ms, chapter.title)).collect()
    }

    fn told(chapters: &[(u64, &str)]) -> Vec<(u64, String)> {
        chapters.iter().map(|(start, name)| (*start, (*name).to_owned())).collect()
    }

    fn chpl(count: u8, chapters: &[(u64, &[u8])]) -> Vec<u8> {
        let mut content = vec![1, 0, 0, 0, 0, 0, 0, 0, count];
        for (start_ms, name) in chapters {
            content.extend((start_ms * 10_000).to_be_bytes());
            content.push(name.len() as u8);
            content.extend(*name);
        }
        boxed(b"moov", &[&boxed(b"mvhd", &[&[0; 40]]), &boxed(b"udta", &[&boxed(b"chpl", &[&content])])])
    }

    fn ftyp() -> Vec<u8> {
        boxed(b"ftyp", &[b"isom"])
    }

    /// A film whose chapters are samples of a text track, two in the first chunk.
    fn film_with_track() -> Vec<u8> {
        let sample = |name: &[u8]| [&(name.len() as u16).to_be_bytes(), name].concat();
        let utf16 = [0xfe, 0xff, 0, b'E', 0, b'n', 0, b'd'];
        let samples = [sample(b"Morning"), sample("Évening".as_bytes()), sample(&utf16)];
        let mdat = boxed(b"mdat", &[&samples[0], &samples[1], b"between", &samples[2]]);
        let first = ftyp().len() as u32 + 8;
        let third = first + samples[0].len() as u32 + samples[1].len() as u32 + 7;
        let track = |number: u32, more: &[u8]| {
            let tkhd = boxed(b"tkhd", &[&[0; 12], &number.to_be_bytes(), &[0; 60]]);
            boxed(b"trak", &[&tkhd, more])
        };
        let sizes = [samples[0].len() as u32, samples[1].len() as u32, samples[2].len() as u32];
        let stsz = [3, sizes[0], sizes[1], sizes[2]];
        let stbl = boxed(
            b"stbl",
            &[
                &table(b"stts", 2, &[2, 4000, 1, 6000]),
                &table(b"stsc", 2, &[1, 2, 1, 2, 1, 1]),
                &table(b"stsz", 0, &stsz),
                &table(b"stco", 2, &[first, third]),
            ],
        );
        let mdhd = boxed(b"mdhd", &[&[0; 12], &1000_u32.to_be_bytes(), &[0; 8]]);
        let mdia = boxed(b"mdia", &[&mdhd, &boxed(b"minf", &[&stbl])]);
        let names = boxed(b"tref", &[&boxed(b"chap", &[&7_u32.to_be_bytes()])]);
        [ftyp(), mdat, boxed(b"moov", &[&track(1, &names), &track(7, &mdia)])].concat()
    }

    #[test]
    fn a_list_is_read_in_the_order_of_the_film() {
        let list = chpl(3, &[(9_000, b"End"), (0, b"Morning"), (4_000, "Br\u{fc}cke".as_bytes())]);
        let film = [ftyp(), boxed(b"free", &[]), boxed(b"mdat", &[&[7; 500]]), list].concat();
        assert_eq!(of(&film), told(&[(0, "Morning"), (4_000, "Brücke"), (9_000, "End")]));
    }

    #[test]
    fn a_text_track_is_read_where_there_is_no_list() {
        assert_eq!(of(&film_with_track()), told(&[(0, "Morning"), (4_000, "Évening"), (8_000, "End")]));
    }

    #[test]
    fn what_is_cut_short_or_lies_gives_what_is_there() {
        let list = chpl(200, &[(0, b"Morning"), (4_000, b"Noon")]);
        assert_eq!(of(&[ftyp(), list].concat()), told(&[(0, "Morning"), (4_000, "Noon")]));
        for film in [Vec::new(), vec![0; 40], ftyp(), [boxed(b"RIFF", &[]), chpl(1, &[(0, b"a")])].concat()] {
            assert_eq!(of(&film), []);
        }
        // Whatever is cut off or changed, there is an answer, and it has bounds.
        let film = film_with_track();
        for at in 0..film.len() {
            of(&film[..at]);
            for byte in [0, 1, 0x7f, 0xff] {
                let mut changed = film.clone();
                changed[at] = byte;
                assert!(of(&changed).len() <= MAX_CHAPTERS);
            }
        }
    }
}
