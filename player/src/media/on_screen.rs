//! The subtitles that are to be seen now.

use std::time::Duration;

use super::pipeline::Delays;
use super::shared::Cue;
use crate::captions::{Caption, MOST_AT_ONCE};

/// What came within this of another's end follows it: times are rounded.
const ROUNDING: Duration = Duration::from_millis(2);

/// A subtitle, and when it goes; the end of time where that is not known.
#[derive(Debug)]
struct Shown {
    caption: Caption,
    until: Duration,
}

/// See the module's header.
#[derive(Debug, Default)]
pub(super) struct OnScreen(Vec<Shown>);

impl OnScreen {
    /// Takes what a track says; says whether that changes what is to be seen.
    pub(super) fn take(&mut self, cue: Cue, delays: Delays) -> bool {
        let Some(caption) = cue.caption else { return self.clear() };
        let until = cue.until.map_or(Duration::MAX, |until| delays.subtitle_end(until));
        if let (Caption::Words(_), Some(from)) = (&caption, cue.from) {
            // What ends as this begins is not shown beside it, nor is what has no end.
            let from = delays.subtitle_end(from) + ROUNDING;
            self.0.retain(|shown| shown.until > from && shown.until < Duration::MAX);
            self.0.retain(|shown| matches!(shown.caption, Caption::Words(_)));
        } else {
            self.0.clear();
        }
        if self.0.len() >= MOST_AT_ONCE {
            self.0.remove(0);
        }
        self.0.push(Shown { caption, until });
        true
    }

    /// The film has come to `position`; says whether something went.
    pub(super) fn pass(&mut self, position: Duration) -> bool {
        let before = self.0.len();
        self.0.retain(|shown| shown.until > position);
        self.0.len() < before
    }

    /// Forgets them; says whether there were any.
    pub(super) fn clear(&mut self) -> bool {
        let any = !self.0.is_empty();
        self.0.clear();
        any
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is to be seen, in the order in which it came.
    pub(super) fn shown(&self) -> Vec<Caption> {
        self.0.iter().map(|shown| shown.caption.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captions::{Picture, Words};

    fn cue(text: &str, from: u64, until: Option<u64>) -> Cue {
        let at = Duration::from_secs;
        let caption = Words::plain(text).map(Caption::Words);
        Cue { caption, from: Some(at(from)), until: until.map(at) }
    }

    fn texts(screen: &OnScreen) -> Vec<String> {
        screen.shown().iter().map(Caption::text).collect()
    }

    #[test]
    fn several_are_seen_until_each_of_them_ends() {
        let (mut screen, delays) = (OnScreen::default(), Delays::default());
        assert!(screen.take(cue("a", 1, Some(5)), delays));
        assert!(screen.take(cue("b", 2, Some(3)), delays));
        assert_eq!(texts(&screen), ["a", "b"]);
        assert!(screen.take(cue("c", 3, Some(4)), delays), "what ends as it begins is gone");
        assert_eq!(texts(&screen), ["a", "c"]);
        assert!(!screen.pass(Duration::from_secs(3)));
        assert!(screen.pass(Duration::from_secs(4)));
        assert_eq!(texts(&screen), ["a"]);
        screen.take(cue("for ever", 6, None), delays);
        screen.take(cue("next", 7, Some(8)), delays);
        assert_eq!(texts(&screen), ["next"]);
        for number in 0..99 {
            screen.take(cue(&format!("{number}"), 7, Some(9)), delays);
        }
        assert_eq!(screen.shown().len(), MOST_AT_ONCE);
    }

    #[test]
    fn a_picture_takes_the_place_of_all_and_nothing_takes_it_away() {
        let (mut screen, delays) = (OnScreen::default(), Delays::default());
        let picture = Picture::new((4, 4), (0, 0), (1, 1), vec![9; 4]).expect("a picture");
        let shows = |caption| Cue { caption, from: Some(Duration::ZERO), until: None };
        screen.take(cue("a", 1, Some(5)), delays);
        screen.take(shows(Some(Caption::Picture(picture.clone()))), delays);
        assert_eq!(screen.shown(), [Caption::Picture(picture)]);
        assert!(screen.take(shows(None), delays));
        assert!(screen.is_empty() && !screen.clear());
    }

    #[test]
    fn ends_are_delayed_as_beginnings_are() {
        let (mut screen, delays) = (OnScreen::default(), Delays { subtitles_ms: 1_500, ..Delays::default() });
        screen.take(cue("a", 1, Some(5)), delays);
        assert!(!screen.pass(Duration::from_secs(6)));
        assert!(screen.pass(Duration::from_millis(6_500)));
    }
}
