//! Whether a title that is not played yet will play smoothly: a sentence from what its holders gave
//! last time and what it needs.
//!
//! Rules, first match wins: nobody holds it; its need or the holders' speeds are unknown; headroom
//! at least [`ROOMY`]; at least 1; below 1.

use tributary_core::directory::Title;

use super::memory::Memory;
use super::verdict::{Grade, ROOMY, Verdict};
use super::words;
use crate::i18n::t;

/// Bits a second that `title` needs on average; none while its length is unknown.
#[must_use]
pub fn needed_bps(title: &Title) -> Option<f64> {
    let seconds = title.media.duration_ms as f64 / 1000.0;
    (seconds > 0.0 && title.size > 0).then(|| title.size as f64 * 8.0 / seconds)
}

/// The name people give to a picture of this height: `1080p`; empty without a picture.
#[must_use]
pub fn picture_name(width: u32, height: u32) -> String {
    // A wide film is cut at top and bottom: its width tells what it was made for.
    match (width, height) {
        (0, _) | (_, 0) => String::new(),
        (3200.., _) | (_, 1700..) => "4K".to_owned(),
        (2300.., _) | (_, 1300..) => "1440p".to_owned(),
        (1800.., _) | (_, 1000..) => "1080p".to_owned(),
        (1200.., _) | (_, 700..) => "720p".to_owned(),
        (_, height) => format!("{height}p"),
    }
}

/// The sentence, and why.
#[must_use]
pub fn verdict(title: &Title, memory: &Memory) -> Verdict {
    let holders = title.servers.len() as u64;
    let say = |grade, sentence, cause| Verdict { grade, sentence, cause };
    if holders == 0 {
        return say(Grade::Warning, t!("ready-nobody"), t!("ready-nobody-what"));
    }
    let total: f64 = title.servers.iter().filter_map(|name| memory.speed(name)).map(|s| s.rate_bps).sum();
    let Some(needed) = needed_bps(title) else {
        return say(Grade::Unknown, t!("ready"), t!("ready-need-unknown", count = holders));
    };
    let need = words::megabits(needed);
    if total <= 0.0 {
        return say(Grade::Unknown, t!("ready"), t!("ready-speed-unknown", count = holders, need = need));
    }
    let cause = t!("ready-known", count = holders, total = words::megabits(total), need = need);
    let factor = total / needed;
    if factor >= ROOMY {
        let name = picture_name(title.media.width, title.media.height);
        let sentence = if name.is_empty() { t!("ready") } else { t!("ready-for", picture = name) };
        say(Grade::Good, sentence, cause)
    } else if factor >= 1.0 {
        say(Grade::Good, t!("ready-little"), cause)
    } else {
        say(Grade::Warning, t!("ready-may-pause"), cause)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn each_case_says_what_it_is() {
        let memory = fixture::begun().memory;
        let mut title = fixture::title(3);
        title.media.duration_ms = 596_000;
        let of = |title: &Title, memory: &Memory| verdict(title, memory).sentence;
        assert_eq!(of(&title, &memory), "Ready for 1080p.");
        assert!(
            verdict(&title, &memory)
                .cause
                .contains("together they gave 22.1 Mbit/s last time, and it needs 5.2")
        );
        assert_eq!(of(&title, &Memory::default()), "Ready.");
        title.size *= 4;
        assert_eq!(of(&title, &memory), "Ready, with little to spare.");
        title.size *= 4;
        assert_eq!(of(&title, &memory), "It may pause.");
        title.servers.truncate(1);
        assert!(verdict(&title, &memory).cause.starts_with("1 server holds it; it gave 8.9"));
        title.servers.clear();
        assert_eq!(of(&title, &memory), "Nobody holds it now.");
    }

    #[test]
    fn pictures_are_named_as_people_name_them() {
        let names: Vec<String> = [(1920, 800), (1280, 720), (3840, 2160), (640, 480), (0, 0)]
            .into_iter()
            .map(|(width, height)| picture_name(width, height))
            .collect();
        assert_eq!(names, ["1080p", "720p", "4K", "480p", ""]);
    }
}
