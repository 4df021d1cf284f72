//! MIME types of media files: by a file's name, and where there is none by its first bytes.

/// Endings of media files, in order, and their MIME types.
const MEDIA: &[(&str, &str)] = &[
    ("3gp", "video/3gpp"),
    ("aac", "audio/aac"),
    ("avi", "video/x-msvideo"),
    ("flac", "audio/flac"),
    ("flv", "video/x-flv"),
    ("m2ts", "video/mp2t"),
    ("m4a", "audio/mp4"),
    ("m4v", "video/mp4"),
    ("mka", "audio/x-matroska"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("mpg", "video/mpeg"),
    ("mts", "video/mp2t"),
    ("mxf", "application/mxf"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opus", "audio/ogg"),
    ("ts", "video/mp2t"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("wmv", "video/x-ms-wmv"),
];

/// What is said of bytes that nothing is known of.
pub const UNKNOWN: &str = "application/octet-stream";

/// MIME type by a file name's ending; none where it is no medium's.
#[must_use]
pub fn of_file_name(name: &str) -> Option<&'static str> {
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    MEDIA.binary_search_by_key(&ending.as_str(), |(known, _)| known).ok().map(|place| MEDIA[place].1)
}

/// MIME type by what a file begins with: its first 512 bytes are enough. None where it is no known
/// container.
#[must_use]
pub fn of_first_bytes(bytes: &[u8]) -> Option<&'static str> {
    let has = |at: usize, mark: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(mark));
    if has(4, b"ftyp") {
        return Some(match bytes.get(8..12) {
            Some(b"qt  ") => "video/quicktime",
            Some(b"M4A " | b"M4B ") => "audio/mp4",
            _ => "video/mp4",
        });
    }
    if has(0, &[0x1a, 0x45, 0xdf, 0xa3]) {
        let start = &bytes[..bytes.len().min(64)];
        let is_webm = start.windows(4).any(|four| four == b"webm");
        return Some(if is_webm { "video/webm" } else { "video/x-matroska" });
    }
    let marks: [(usize, &[u8], &str); 10] = [
        (0, b"OggS", "application/ogg"),
        (0, b"fLaC", "audio/flac"),
        (8, b"AVI ", "video/x-msvideo"),
        (8, b"WAVE", "audio/wav"),
        (0, b"FLV\x01", "video/x-flv"),
        (0, &[0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11], "video/x-ms-wmv"),
        (0, &[0, 0, 1, 0xba], "video/mpeg"),
        (0, b"ID3", "audio/mpeg"),
        (0, &[0xff, 0xfb], "audio/mpeg"),
        (0, &[0xff, 0xf1], "audio/aac"),
    ];
    let marked = marks.iter().find(|(at, mark, _)| has(*at, mark)).map(|(_, _, mime)| *mime);
    // A transport stream has a sync byte every 188 bytes.
    let packets = || [0, 188, 376].iter().all(|at| bytes.get(*at) == Some(&0x47));
    marked.or_else(|| packets().then_some("video/mp2t"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_looked_up_in_a_sorted_table() {
        assert!(MEDIA.is_sorted_by_key(|(ending, _)| ending));
        assert_eq!(of_file_name("A film.MKV"), Some("video/x-matroska"));
        assert_eq!(of_file_name("film.toml"), None);
        assert_eq!(of_file_name("mkv"), None);
    }

    #[test]
    fn containers_are_known_by_their_first_bytes() {
        let mut packets = vec![0; 512];
        for at in [0, 188, 376] {
            packets[at] = 0x47;
        }
        for (bytes, mime) in [
            (&b"\0\0\0\x18ftypisom"[..], Some("video/mp4")),
            (b"\0\0\0\x18ftypM4A ", Some("audio/mp4")),
            (b"\x1a\x45\xdf\xa3\x01\x42\x82\x84webm", Some("video/webm")),
            (b"\x1a\x45\xdf\xa3\x01\x42\x82\x88matroska", Some("video/x-matroska")),
            (b"RIFF\0\0\0\0AVI LIST", Some("video/x-msvideo")),
            (b"ID3\x04", Some("audio/mpeg")),
            (&packets, Some("video/mp2t")),
            (b"#!/bin/sh", None),
            (b"", None),
        ] {
            assert_eq!(of_first_bytes(bytes), mime, "{bytes:?}");
        }
    }
}
