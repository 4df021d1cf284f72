//! A film's subtitles, which anybody may have written: no panic, no text and no picture without a bound. The first
//! byte of the input chooses the decoder, the second one cuts the rest into pieces.
#![no_main]
#![expect(dead_code, reason = "the player needs more of it")]

#[path = "../../player/src/captions/mod.rs"]
mod captions;

use captions::ass::Script;
use captions::dvb::Dvb;
use captions::pgs::Pgs;
use captions::vobsub::VobSub;
use captions::{MOST_PIXELS, Said, Words, marks};
use libfuzzer_sys::fuzz_target;

fn look(words: Option<Words>) {
    if let Some(words) = words {
        assert!((1..=9).contains(&words.align) && !words.text().is_empty() && words.text().chars().count() <= 2_000);
        assert!(words.at.is_none_or(|at| at.iter().all(|part| (0.0..=1.0).contains(part))));
    }
}

fn see(said: Said) {
    if let Said::Shown(picture, _) = said {
        let (width, height) = picture.size();
        assert!(u64::from(width) * u64::from(height) <= MOST_PIXELS);
        assert_eq!(picture.rgba().len() as u64, u64::from(width) * u64::from(height) * 4);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let &[kind, cut, ref rest @ ..] = bytes else { return };
    let pieces = rest.chunks(usize::from(cut) * 4 + 1);
    let text = String::from_utf8_lossy(rest);
    match kind % 6 {
        0 => {
            let mut pgs = Pgs::default();
            pieces.for_each(|piece| see(pgs.take(piece)));
        }
        1 => {
            let mut dvb = Dvb::default();
            pieces.for_each(|piece| see(dvb.take(piece)));
        }
        2 => see(VobSub::default().take(rest)),
        3 => {
            let mut vobsub = VobSub::default();
            vobsub.read_index(&text);
            see(vobsub.take(rest));
        }
        4 => look(marks::words(&text)),
        _ => {
            let (header, lines) = text.split_at(text.find("\n\n").unwrap_or(0));
            let script = Script::parse(header);
            lines.lines().for_each(|line| look(script.of_track(line)));
        }
    }
});
