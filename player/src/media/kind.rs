//! What kind of file a title is, told to the pipeline before it tries out what it might be.
//!
//! GStreamer's type finders look at the end and the middle of a file too, by turns, and a far look is a round
//! trip or more to a server. One that is told the usual ending of such files tries that kind first, and looks
//! no further where it is right.

use tributary_core::media_type;

/// Bytes of a file's beginning that tell its kind.
pub(super) const HEAD_BYTES: usize = 512;

/// The address that a file of the kind that begins so would have; none where that tells nothing.
pub(super) fn usual_address(head: &[u8]) -> Option<String> {
    Some(format!("appsrc:///title.{}", ending(media_type::of_first_bytes(head)?)?))
}

/// The ending that GStreamer's finder of this kind goes by.
fn ending(mime: &str) -> Option<&'static str> {
    Some(match mime {
        "video/mp4" | "audio/mp4" | "video/quicktime" => "mp4",
        "video/x-matroska" | "video/webm" => "mkv",
        "application/ogg" => "ogg",
        "audio/flac" => "flac",
        "video/x-msvideo" => "avi",
        "audio/wav" => "wav",
        "video/mp2t" => "ts",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use gstreamer as gst;

    use super::*;

    #[test]
    fn a_known_beginning_gets_the_ending_that_its_finder_goes_by() {
        gst::init().unwrap();
        for head in [&b"\0\0\0\x20ftypisom"[..], b"\x1a\x45\xdf\xa3", b"OggS", b"fLaC", b"RIFF\0\0\0\0AVI "] {
            let address = usual_address(head).unwrap();
            let ending = address.rsplit_once('.').unwrap().1;
            let finders = gst::TypeFindFactory::factories();
            let goes_by =
                |factory: &gst::TypeFindFactory| factory.extensions().iter().any(|known| known == ending);
            assert!(finders.into_iter().any(|factory| goes_by(&factory)), "no finder goes by {ending}");
        }
        assert_eq!(usual_address(b"no film at all"), None);
        assert_eq!(usual_address(b""), None);
    }
}
