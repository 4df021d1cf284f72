//! Tests of the state: each event does what it says and nothing else.

use std::time::Duration;

use tributary_core::directory::TitlePage;

use super::library::{Link, Listing, TITLES_A_PAGE};
use super::playback::{Fault, Phase};
use super::*;

#[test]
fn the_first_answer_opens_the_library_and_remembers_the_director() {
    let state = fixture::library();
    assert_eq!(state.view, View::Library);
    assert_eq!(state.library.link, Link::Up);
    assert_eq!(state.library.known.len(), 1);
    assert_eq!(state.library.known[0].name, "Living room");
    assert_eq!(state.people.find("gamma").map(Person::letter), Some('C'));
}

#[test]
fn a_silent_director_is_told_and_what_is_here_stays() {
    let mut state = fixture::library();
    let address = state.library.director.clone().expect("chosen");
    state.apply(Event::DirectorSilent { address, why: "connection refused".to_owned() });
    assert_eq!(state.library.link, Link::Down("connection refused".to_owned()));
    assert_eq!(state.library.catalogs.len(), 4);
}

#[test]
fn answers_of_another_director_or_listing_are_dropped() {
    let mut state = fixture::library();
    let old = state.library.listing_number;
    state.apply(Event::Listed(Listing { search: "boats".to_owned(), ..Listing::default() }));
    state.apply(Event::TitlesCame { listing: old, page: Ok(TitlePage { total: 9, ..TitlePage::default() }) });
    assert_eq!(state.library.titles.total, None);
    state.apply(Event::DirectorSilent { address: "elsewhere:7400".to_owned(), why: String::new() });
    assert_eq!(state.library.link, Link::Up);
}

#[test]
fn pages_of_titles_are_bounded_and_asked_once() {
    let mut state = fixture::library();
    let listing = state.library.listing_number;
    for page in 0..200 {
        let offset = page * TITLES_A_PAGE;
        let titles = vec![fixture::title(1); TITLES_A_PAGE as usize];
        state.apply(Event::TitlesCame { listing, page: Ok(TitlePage { total: 100_000, offset, titles }) });
    }
    assert!(state.library.titles.get(199 * TITLES_A_PAGE).is_some());
    assert!(state.library.titles.needs(0), "the farthest went first");
    state.apply(Event::TitlesAsked(3));
    assert!(!state.library.titles.needs(0));
    state.apply(Event::TitlesLeft { listing: listing + 1, place: 0 });
    assert!(!state.library.titles.needs(0), "of another list");
    state.apply(Event::TitlesLeft { listing, place: 0 });
    assert!(state.library.titles.needs(0), "it is wanted again when it is seen again");
}

#[test]
fn a_server_that_left_is_away_until_it_is_back() {
    let mut state = fixture::library();
    let answer = |names: &[&str]| {
        let mut servers = tributary_core::directory::Servers { servers: state.library.servers.clone() };
        servers.servers.retain(|server| names.contains(&server.name.as_str()));
        servers
    };
    let (fewer, all) = (answer(&["alpha", "gamma"]), answer(&fixture::SERVERS));
    let address = "attic.local:7400".to_owned();
    let catalogs = tributary_core::directory::Catalogs::default();
    state.apply(Event::DirectorAnswered {
        address: address.clone(),
        catalogs: catalogs.clone(),
        servers: fewer,
    });
    assert_eq!(state.library.away, ["beta", "delta"]);
    state.apply(Event::DirectorAnswered { address, catalogs, servers: all });
    assert!(state.library.away.is_empty());
}

#[test]
fn the_first_fault_is_the_truth() {
    let mut state = fixture::playing();
    let missing = Fault::MissingCodec { codec: "H.265".to_owned(), install: "libav".to_owned() };
    state.apply(Event::Playing(PlaybackEvent::Failed(missing.clone())));
    state.apply(Event::Playing(PlaybackEvent::Failed(Fault::Other("internal data stream error".to_owned()))));
    state.apply(Event::Playing(PlaybackEvent::Position(Duration::from_secs(1))));
    assert_eq!(state.fault(), Some(&missing));
}

#[test]
fn a_seek_shows_its_target_until_it_lands() {
    let mut state = fixture::playing();
    state.apply(Event::Playing(PlaybackEvent::Seeking(Duration::from_secs(400))));
    state.apply(Event::Playing(PlaybackEvent::Position(Duration::from_secs(253))));
    let shown = |state: &State| state.playback.as_ref().expect("plays").shown_position().as_secs();
    assert_eq!(shown(&state), 400);
    state.apply(Event::Playing(PlaybackEvent::Seeked(Duration::from_secs(399))));
    assert_eq!(shown(&state), 399);
}

#[test]
fn waiting_in_a_seek_is_no_stall() {
    let mut state = fixture::playing();
    state.apply(Event::Playing(PlaybackEvent::Seeking(Duration::from_secs(400))));
    state.apply(Event::Playing(PlaybackEvent::Buffering(10)));
    state.apply(Event::Playing(PlaybackEvent::BufferingEnded));
    state.apply(Event::Playing(PlaybackEvent::Seeked(Duration::from_secs(400))));
    assert_eq!(state.playback.as_ref().expect("plays").stalls, 0);
    state.apply(Event::Playing(PlaybackEvent::Buffering(10)));
    state.apply(Event::Playing(PlaybackEvent::Buffering(40)));
    assert_eq!(state.playback.as_ref().expect("plays").stalls, 1);
}

#[test]
fn the_end_is_not_a_fault_and_a_seek_leaves_it() {
    let mut state = fixture::playing();
    state.apply(Event::Playing(PlaybackEvent::Ended));
    assert_eq!(state.playback.as_ref().expect("plays").phase, Phase::Ended);
    assert!(state.fault().is_none());
    state.apply(Event::Playing(PlaybackEvent::Seeking(Duration::ZERO)));
    assert_eq!(state.playback.as_ref().expect("plays").phase, Phase::Running);
}

#[test]
fn a_warning_is_unseen_until_the_events_are_open() {
    let mut state = fixture::playing();
    assert!(state.unseen_warning());
    state.apply(Event::StatsOpened(true));
    assert!(state.unseen_warning());
    state.apply(Event::StatsShown(stats::StatsPage::Events));
    assert!(!state.unseen_warning());
}

#[test]
fn letters_follow_the_server_and_not_its_place_in_a_pattern() {
    let mut state = State::default();
    state.people.meet("delta");
    let playing = fixture::playing();
    state.apply(Event::Opening {
        number: 1,
        what: "x".to_owned(),
        name: "x".to_owned(),
        origin: Origin::Stream,
        title: None,
        start: Duration::ZERO,
        paused: false,
    });
    let snapshot = playing.playback.expect("plays").snapshot.expect("measured");
    state.apply(Event::Measured { number: 1, snapshot });
    assert_eq!(state.person_of_letter('D').map(Person::letter), Some('A'));
    assert_eq!(state.person_of_letter('A').map(Person::letter), Some('B'));
    assert_eq!(state.person_of_letter('-'), None);
}

#[test]
fn leaving_goes_back_to_where_one_came_from() {
    let mut state = fixture::playing();
    state.apply(Event::PlayerLeft);
    assert_eq!(state.view, View::Library);
    assert!(state.playback.is_none());
}

#[test]
fn the_log_and_the_history_are_bounded() {
    let mut state = fixture::playing();
    let entry = fixture::log().remove(0);
    let many = (9..6000).map(|number| fetch_engine::snapshot::LogEntry { number, ..entry.clone() }).collect();
    state.apply(Event::Logged { number: 1, entries: many });
    let playback = state.playback.as_ref().expect("plays");
    assert_eq!(playback.log.len(), playback::KEPT_EVENTS);
    let most = history::MAX_SAMPLES + 1;
    assert!(playback.history.samples(history::Span::Minute).len() <= most);
}

#[test]
fn volume_is_bounded_and_setting_it_ends_mute() {
    let mut state = State::default();
    state.apply(Event::MuteSet(true));
    state.apply(Event::VolumeSet(9.0));
    assert_eq!((state.volume, state.muted), (MAX_VOLUME, false));
}

#[test]
fn numbers_and_log_of_the_title_before_do_not_reach_the_next() {
    let mut state = fixture::playing();
    let snapshot = fixture::playback().snapshot.expect("measured");
    state.apply(Event::Opening {
        number: 2,
        what: "x".to_owned(),
        name: "Next".to_owned(),
        origin: Origin::Stream,
        title: None,
        start: Duration::ZERO,
        paused: false,
    });
    assert!(state.plays(2) && !state.plays(1));
    // What the thread of the title before still had to say.
    state.apply(Event::Measured { number: 1, snapshot: snapshot.clone() });
    state.apply(Event::Logged { number: 1, entries: fixture::log() });
    let playback = state.playback.as_ref().expect("plays");
    assert!(playback.snapshot.is_none() && playback.history.is_empty() && playback.log.is_empty());
    state.apply(Event::Measured { number: 2, snapshot });
    state.apply(Event::Logged { number: 2, entries: fixture::log() });
    let playback = state.playback.as_ref().expect("plays");
    let samples = playback.history.samples(history::Span::Minute).len();
    assert_eq!((samples, playback.log.len()), (1, fixture::log().len()));
}

#[test]
fn where_one_cannot_jump_the_speed_stays() {
    let speed = |state: &State| state.playback.as_ref().expect("plays").speed;
    let mut state = fixture::playing();
    state.apply(Event::Playing(PlaybackEvent::Speed(2.0)));
    assert!((speed(&state) - 2.0).abs() < 1e-9);
    let media = state.playback.as_ref().expect("plays").media.clone();
    state.apply(Event::Playing(PlaybackEvent::Ready { duration: None, seekable: false, media }));
    assert!((speed(&state) - 1.0).abs() < 1e-9, "what was asked for too early is not so");
    state.apply(Event::Playing(PlaybackEvent::Speed(2.0)));
    assert!((speed(&state) - 1.0).abs() < 1e-9);
}

#[test]
fn going_on_does_not_leave_the_end() {
    let mut state = fixture::playing();
    state.apply(Event::Playing(PlaybackEvent::Ended));
    for paused in [true, false] {
        state.apply(Event::Playing(PlaybackEvent::Paused(paused)));
        assert!(state.has_ended());
    }
}

#[test]
fn a_countdown_ends_with_whatever_else_is_done() {
    let ended = || {
        let mut state = fixture::playing();
        state.apply(Event::Playing(PlaybackEvent::Ended));
        state.apply(Event::CountdownSet(Some(9.0)));
        state
    };
    let mut state = ended();
    state.apply(Event::Playing(PlaybackEvent::Seeking(Duration::ZERO)));
    assert!(state.countdown.is_none());
    let mut state = ended();
    state.apply(Event::PlayerLeft);
    assert!(state.countdown.is_none());
}

#[test]
fn the_titles_around_one_are_those_without_a_gap() {
    let mut state = fixture::library();
    let listing = state.library.listing_number;
    let mut numbered = 0_u8;
    for page in [0, 1, 3] {
        let titles: Vec<_> = (0..TITLES_A_PAGE)
            .map(|_| {
                numbered += 1;
                fixture::title(numbered)
            })
            .collect();
        let offset = page * TITLES_A_PAGE;
        state.apply(Event::TitlesCame { listing, page: Ok(TitlePage { total: 240, offset, titles }) });
    }
    let stream = |number| fixture::title(number).stream;
    let (around, at) = state.library.titles.around(stream(61));
    assert_eq!((around.len(), at), (120, 60));
    assert_eq!(around[at].stream, stream(61));
    let (around, at) = state.library.titles.around(stream(121));
    assert_eq!((around.len(), at), (60, 0));
    assert!(state.library.titles.around(stream(200)).0.is_empty());
}

#[test]
fn the_place_is_noted_while_it_plays_at_its_end_and_when_it_is_left() {
    let what = |state: &State| state.playback.as_ref().expect("plays").what.clone();
    let mut state = fixture::playing();
    let name = what(&state);
    state.apply(Event::Tick(1.0));
    assert_eq!(state.memory.place(&name), None);
    state.apply(Event::Tick(6.0));
    assert_eq!(state.memory.place(&name), Some(Duration::from_secs(252)));
    state.apply(Event::Playing(PlaybackEvent::Position(Duration::from_secs(300))));
    state.apply(Event::PlayerLeft);
    assert_eq!(state.memory.place(&name), Some(Duration::from_secs(300)));
    let mut state = fixture::playing();
    state.apply(Event::Playing(PlaybackEvent::Ended));
    assert!(state.memory.of(&name).is_some_and(|viewing| viewing.watched));
}

#[test]
fn a_window_that_fills_the_desktop_keeps_its_own_size() {
    let mut state = State::default();
    let place = memory::WindowPlace { corner: Some((3.0, 4.0)), size: (800.0, 600.0), maximized: false };
    state.apply(Event::WindowPlaced(place));
    let whole = memory::WindowPlace { corner: Some((0.0, 0.0)), size: (1920.0, 1080.0), maximized: true };
    state.apply(Event::WindowPlaced(whole));
    assert_eq!(state.memory.window, Some(memory::WindowPlace { maximized: true, ..place }));
}

#[test]
fn bytes_that_nothing_can_check_are_told_once() {
    let mut state = fixture::playing();
    let mut snapshot = fixture::snapshot();
    snapshot.verification = fetch_engine::snapshot::Verification::Never;
    let snapshot = std::sync::Arc::new(snapshot);
    state.playback.as_mut().expect("plays").snapshot = None;
    for _ in 0..2 {
        state.apply(Event::Measured { number: 1, snapshot: snapshot.clone() });
        let told: Vec<u64> = state.notices.shown.iter().map(|notice| notice.number).collect();
        assert_eq!(told, [1]);
    }
}

#[test]
fn a_title_tried_again_keeps_its_place_however_often_it_fails() {
    let mut state = fixture::playing();
    let place = |state: &State| state.playback.as_ref().expect("plays").retry_place();
    assert_eq!(place(&state), Duration::ZERO, "what did not fail is played from its start");
    state.apply(Event::Playing(PlaybackEvent::Failed(Fault::Network("gone".to_owned()))));
    for number in 2..4 {
        let start = place(&state);
        assert_eq!(start, Duration::from_secs(252));
        let (name, origin) = ("x".to_owned(), Origin::Stream);
        let what = "x".to_owned();
        state.apply(Event::Opening { number, what, name, origin, title: None, start, paused: false });
        state.apply(Event::Playing(PlaybackEvent::Failed(Fault::NotOpened("nobody there".to_owned()))));
    }
}

#[test]
fn a_catalog_that_changes_leaves_the_list_in_place_until_the_new_one_is_here() {
    let mut state = fixture::library();
    let answer = |state: &mut State, titles| {
        let mut catalogs = state.library.catalogs.clone();
        catalogs[0].titles = titles;
        state.apply(Event::DirectorAnswered {
            address: "attic.local:7400".to_owned(),
            catalogs: tributary_core::directory::Catalogs { director: String::new(), catalogs },
            servers: tributary_core::directory::Servers { servers: state.library.servers.clone() },
        });
    };
    let (old, shown) = (state.library.listing_number, state.library.shown_number);
    answer(&mut state, 9);
    let library = &state.library;
    assert_eq!((library.titles.total, library.shown_number), (Some(8), shown));
    assert!(library.titles.get(3).is_some() && library.titles.needs(3));
    // What was asked before the change is too old.
    let page = |numbers: std::ops::Range<u8>| {
        let titles: Vec<_> = numbers.map(fixture::title).collect();
        Ok(TitlePage { total: titles.len() as u64, offset: 0, titles })
    };
    state.apply(Event::TitlesCame { listing: old, page: page(0..2) });
    assert_eq!(state.library.titles.total, Some(8));
    state.apply(Event::TitlesCame { listing: state.library.listing_number, page: page(0..9) });
    assert!(state.library.titles.get(8).is_some() && !state.library.titles.needs(8));
    // An empty list is asked for anew too.
    state.apply(Event::TitlesCame { listing: state.library.listing_number, page: page(0..0) });
    answer(&mut state, 1);
    assert_eq!(state.library.titles.total, None);
    state.apply(Event::Listed(state.library.listing.clone()));
    assert_eq!(state.library.shown_number, shown + 1);
}

#[test]
fn the_window_is_called_after_what_plays() {
    let mut state = fixture::playing();
    assert_eq!(state.window_title(), "Big Buck Bunny – Tributary");
    state.apply(Event::PlayerLeft);
    assert_eq!(state.window_title(), "Tributary");
}
