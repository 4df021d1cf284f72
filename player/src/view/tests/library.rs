//! The library and its neighbours: what they show and ask for.

use egui::{Key, Theme, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable};

use crate::state::filter::{Filter, Length};
use crate::state::library::{FoundDirector, Listing, TitleOrder};
use crate::state::settings::Settings;
use crate::state::{Command, Event, State, fixture};
use crate::testing::Stage;

#[test]
fn the_library_names_its_parts_and_opens_what_is_pressed() {
    let mut stage = Stage::new(fixture::library());
    stage.picture("library-dark");
    for words in ["All titles", "By name", "1080p or better", "Keys"] {
        assert!(stage.harness.query_all_by_label_contains(words).next().is_some(), "{words}");
    }
    stage.harness.get_by_label_contains("Paper Boats").click();
    stage.settle();
    let commands = stage.commands();
    let opened = commands.iter().find_map(|command| match command {
        Command::OpenTitle(title) => Some(title.title.as_str()),
        _ => None,
    });
    assert_eq!(opened, Some("Paper Boats"), "{commands:?}");
}

#[test]
fn the_library_in_light_and_small() {
    Stage::sized(fixture::library(), vec2(1280.0, 800.0), Theme::Light).picture("library-light");
    Stage::sized(fixture::library(), vec2(800.0, 500.0), Theme::Dark).picture("library-800x500");
    let wide = Stage::sized(fixture::library(), vec2(1920.0, 1080.0), Theme::Dark);
    wide.picture("library-1920x1080");
    assert!(wide.harness.query_by_label_contains("Harbour Lights").is_some());
}

#[test]
fn a_catalog_and_a_search_change_the_list() {
    let mut stage = Stage::new(fixture::library());
    stage.harness.get_by_label_contains("Talks, 61").click();
    stage.settle();
    let listing = Listing { catalog: Some("Talks".to_owned()), ..Listing::default() };
    assert!(stage.commands().contains(&Command::List(listing)));
    stage.apply(Event::SearchFocus(true));
    stage.apply(Event::SearchFocus(false));
    stage.harness.event(egui::Event::Text("boats".to_owned()));
    stage.settle();
    let listing = Listing { search: "boats".to_owned(), ..Listing::default() };
    assert!(stage.commands().contains(&Command::List(listing)));
}

#[test]
fn the_list_is_narrowed_and_ordered() {
    let mut stage = Stage::new(fixture::library());
    let mut chosen = |menu: Option<&str>, label: &str| {
        if let Some(menu) = menu {
            stage.harness.get_by_label(menu).click();
            stage.settle();
            stage.picture(&format!("library-menu-{}", menu.split(':').next().unwrap_or_default()));
        }
        stage.commands();
        stage.harness.get_by_label(label).click();
        stage.settle();
        let listed = stage.commands().into_iter().find_map(|command| match command {
            Command::List(listing) => Some(listing),
            _ => None,
        });
        listed.expect("another list")
    };
    let filter = |filter| Listing { filter, ..Listing::default() };
    assert_eq!(
        chosen(Some("Length"), "Under 1 h"),
        filter(Filter { length: Length::UnderHour, ..Filter::default() })
    );
    let tag = Some("comedy".to_owned());
    assert_eq!(chosen(Some("Tag"), "comedy 5"), filter(Filter { tag, ..Filter::default() }));
    assert_eq!(chosen(None, "Unwatched"), filter(Filter { unwatched: true, ..Filter::default() }));
    assert_eq!(chosen(None, "1080p or better"), filter(Filter { fine: true, ..Filter::default() }));
    assert_eq!(chosen(None, "Subtitles"), filter(Filter { subtitles: true, ..Filter::default() }));
    let newest = Listing { order: TitleOrder::Added, ..Listing::default() };
    assert_eq!(chosen(Some("Order: By name"), "Recently added"), newest);
}

#[test]
fn where_nothing_fits_the_filter_is_taken_away() {
    let mut state = fixture::library();
    let filter = Filter { length: Length::TwoHoursAndMore, ..Filter::default() };
    state.apply(Event::Listed(Listing { filter, ..Listing::default() }));
    let listing = state.library.listing_number;
    state.apply(Event::TitlesCame { listing, page: Ok(Default::default()) });
    let mut stage = Stage::new(state);
    stage.picture("library-no-fit");
    assert!(stage.harness.query_by_label("No title here fits that").is_some());
    stage.harness.get_by_label("Show all").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::List(Listing::default())));
}

#[test]
fn directors_found_on_the_network_are_offered() {
    let found = |name: &str, holds| FoundDirector {
        name: name.to_owned(),
        address: format!("{name}.local:7400"),
        holds,
    };
    let mut state = State::default();
    state.apply(Event::LookingAround(true));
    state.apply(Event::LookedAround(vec![found("attic", Some((5, 412, 4))), found("laptop", None)]));
    let mut stage = Stage::new(state);
    stage.picture("first-run-found");
    for words in ["Found on this network", "still looking", "Open a file or a web address instead"] {
        assert!(stage.harness.query_by_label(words).is_some(), "{words}");
    }
    stage.harness.get_by_label("Open attic, attic.local:7400").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::Connect("attic.local:7400".to_owned())));
}

#[test]
fn no_hits_say_so_and_offer_a_way_back() {
    let mut state = fixture::library();
    state.apply(Event::Listed(Listing { search: "zebra".to_owned(), ..Listing::default() }));
    let listing = state.library.listing_number;
    state.apply(Event::TitlesCame { listing, page: Ok(Default::default()) });
    let mut stage = Stage::new(state);
    stage.picture("library-no-hits");
    assert!(stage.harness.query_by_label("Nothing here is called “zebra”").is_some());
    stage.harness.get_by_label("Clear the search").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::List(Listing::default())));
}

#[test]
fn titles_not_here_are_asked_for_once_each_page() {
    let mut state = fixture::library();
    state.apply(Event::Listed(Listing::default()));
    let mut stage = Stage::new(state);
    stage.picture("library-loading");
    let wanted = stage.commands().into_iter().filter(|c| matches!(c, Command::WantTitles(_))).count();
    assert!(wanted > 0);
    stage.apply(Event::TitlesAsked(0));
    stage.commands();
    stage.settle();
    assert!(!stage.commands().iter().any(|c| matches!(c, Command::WantTitles(_))));
}

#[test]
fn a_director_that_never_answered_says_why() {
    let mut state = State::default();
    state.apply(Event::DirectorChosen("attic.local:7400".to_owned()));
    state.apply(Event::LibraryShown);
    let why = "Nothing listens at attic.local:7400.".to_owned();
    state.apply(Event::DirectorSilent { address: "attic.local:7400".to_owned(), why });
    let mut stage = Stage::new(state);
    stage.picture("library-silent");
    assert!(stage.harness.query_by_label("attic.local:7400 does not answer").is_some());
    stage.harness.get_by_label("Try now").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::RetryDirector));
}

#[test]
fn first_run_takes_an_address_and_connects() {
    let mut stage = Stage::new(State::default());
    stage.picture("first-run");
    stage.harness.get_by_label("Address of a director").focus();
    stage.settle();
    stage.harness.event(egui::Event::Text("attic.local".to_owned()));
    stage.settle();
    assert!(stage.commands().contains(&Command::EditAddress("attic.local".to_owned())));
    stage.apply(Event::AddressEdited("attic.local".to_owned()));
    stage.harness.get_by_label("Connect").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::Connect("attic.local".to_owned())));
}

#[test]
fn first_run_tells_why_a_director_was_not_reached() {
    let mut state = State::default();
    state.apply(Event::DirectorChosen("attic.local:7400".to_owned()));
    let why = "Nothing listens there; is it started?".to_owned();
    state.apply(Event::DirectorSilent { address: "attic.local:7400".to_owned(), why });
    let stage = Stage::new(state);
    stage.picture("first-run-silent");
    assert!(stage.harness.query_by_label_contains("is it started?").is_some());
}

#[test]
fn remembered_directors_open_with_a_press() {
    let mut state = fixture::library();
    state.apply(Event::ChoosingDirector);
    let mut stage = Stage::new(state);
    stage.picture("directors");
    stage.harness.get_by_label("Open Living room, attic.local:7400").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::Connect("attic.local:7400".to_owned())));
}

#[test]
fn the_keys_are_told_and_close() {
    let mut state = fixture::library();
    state.apply(Event::KeysShown(true));
    let mut stage = Stage::new(state);
    stage.picture("keys");
    assert!(stage.harness.query_by_label("One frame back, forward").is_some());
    stage.harness.get_by_label("Close").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::ToggleKeys));
}

#[test]
fn tab_and_enter_reach_a_title() {
    let mut stage = Stage::new(fixture::library());
    let focused =
        |stage: &Stage| stage.harness.get_by_label_contains("Big Buck Bunny").accesskit_node().is_focused();
    for _ in 0..40 {
        stage.harness.key_press(Key::Tab);
        stage.settle();
        if focused(&stage) {
            break;
        }
    }
    assert!(focused(&stage));
    stage.picture("library-focus");
    stage.harness.key_press(Key::Enter);
    stage.settle();
    assert!(stage.commands().iter().any(|command| matches!(command, Command::OpenTitle(_))));
}

#[test]
fn what_was_begun_is_offered_first_and_can_be_taken_off() {
    let mut stage = Stage::new(fixture::begun());
    stage.picture("library-begun");
    let what = crate::state::memory::name_of(fixture::title(0).stream);
    stage.harness.get_by_label("Continue Big Buck Bunny, 5 min 44 s left").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::Continue(what.clone())));
    let card = stage.harness.get_by_label_contains("Continue Big Buck Bunny").rect();
    stage.harness.hover_at(card.center());
    stage.settle();
    stage.picture("library-begun-hover");
    stage.harness.get_by_label("Take off this row").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::DropPlace(what)));
    assert!(stage.harness.query_by_label_contains("Harbour Lights").is_some());
    Stage::sized(fixture::begun(), vec2(800.0, 500.0), Theme::Light).picture("library-begun-800x500");
}

#[test]
fn titles_are_shown_as_a_list_too() {
    let mut stage = Stage::new(fixture::begun());
    stage.commands();
    stage.harness.get_by_label("Show as a list").click();
    stage.settle();
    let settings = Settings { list_view: true, ..Settings::default() };
    assert!(stage.commands().contains(&Command::ChangeSettings(Box::new(settings.clone()))));
    stage.apply(Event::SettingsRead(Box::new(settings)));
    stage.picture("library-list");
    assert!(stage.harness.query_by_label("Show as posters").is_some());
    stage.harness.get_by_label("Harbour Lights, 2013 · 59 min, on alpha and beta, watched").click();
    stage.settle();
    assert!(stage.commands().iter().any(|command| matches!(command, Command::OpenTitle(_))));
}

#[test]
fn what_was_begun_is_left_out_of_a_search_and_of_other_catalogs() {
    for listing in [
        Listing { search: "boats".to_owned(), ..Listing::default() },
        Listing { catalog: Some("Talks".to_owned()), ..Listing::default() },
    ] {
        let mut state = fixture::begun();
        state.apply(Event::Listed(listing));
        let stage = Stage::new(state);
        assert!(stage.harness.query_by_label_contains("Continue ").is_none());
    }
}

/// Time that this thread has had on a processor, in milliseconds.
fn thread_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    stat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).expect("a number") / 1e6
}

#[test]
fn of_ten_thousand_titles_only_those_in_sight_are_drawn_and_asked_for() {
    use tributary_core::directory::TitlePage;
    const TITLES: u64 = 10_000;
    let mut state = fixture::library();
    state.apply(Event::Listed(Listing::default()));
    let listing = state.library.listing_number;
    let page = |offset: u64| {
        let titles = (offset..(offset + 60).min(TITLES)).map(|place| {
            let mut title = fixture::title((place % 251) as u8);
            title.stream.0[..8].copy_from_slice(&place.to_le_bytes());
            title.title = format!("Title {place}");
            title
        });
        TitlePage { total: TITLES, offset, titles: titles.collect() }
    };
    state.apply(Event::TitlesCame { listing, page: Ok(page(0)) });
    let mut stage = Stage::new(state);
    stage.harness.hover_at(egui::pos2(700.0, 500.0));
    stage.settle();
    let (before, mut asked) = (thread_ms(), 0);
    let steps = 80;
    for step in 0..steps {
        // Far at a time, from the top to the bottom.
        let delta = vec2(0.0, -8000.0);
        let (unit, phase) = (egui::MouseWheelUnit::Point, egui::TouchPhase::Move);
        let modifiers = egui::Modifiers::NONE;
        stage.harness.event(egui::Event::MouseWheel {
            unit,
            delta,
            modifiers,
            phase,
            source: egui::MouseWheelSource::Wheel,
        });
        stage.harness.step();
        let wanted: std::collections::BTreeSet<u64> = stage
            .commands()
            .into_iter()
            .filter_map(
                |command| if let Command::WantTitles(place) = command { Some(place / 60) } else { None },
            )
            .collect();
        assert!(wanted.len() <= 3, "step {step} asks for {} pages", wanted.len());
        asked += wanted.len();
        for number in wanted {
            let offset = number * 60;
            stage.harness.state_mut().state.apply(Event::TitlesAsked(offset));
            stage.harness.state_mut().state.apply(Event::TitlesCame { listing, page: Ok(page(offset)) });
        }
        assert!(stage.texts().len() < 160, "step {step}: {} texts", stage.texts().len());
    }
    println!("{:.2} ms of processor a frame, {asked} pages asked", (thread_ms() - before) / f64::from(steps));
    assert!(asked > 10);
    let last = |text: &str| text.strip_prefix("Title ").and_then(|place| place.parse::<u64>().ok());
    let reached = stage.texts().iter().filter_map(|text| last(&text.text)).max();
    assert!(reached.is_some_and(|place| place > TITLES - 100), "{reached:?}");
}

#[test]
fn the_keyboard_is_led_into_a_menu_and_back() {
    let mut stage = Stage::new(fixture::library());
    let focused =
        |stage: &Stage, label: &str| stage.harness.get_by_label(label).accesskit_node().is_focused();
    stage.harness.get_by_label("Order: By name").focus();
    for (key, chosen) in [(Key::Escape, false), (Key::Enter, true)] {
        stage.settle();
        stage.harness.key_press(Key::Enter);
        stage.settle();
        assert!(focused(&stage, "By name"), "what holds has the keyboard");
        stage.harness.key_press(Key::ArrowDown);
        stage.settle();
        assert!(focused(&stage, "Recently added"));
        stage.commands();
        stage.harness.key_press(key);
        stage.settle();
        let asked = stage.commands().iter().any(|command| matches!(command, Command::List(_)));
        assert_eq!(asked, chosen);
        assert!(stage.harness.query_by_label("Recently added").is_none(), "it is closed");
        assert!(focused(&stage, "Order: By name"), "{key:?} leads back");
    }
}

#[test]
fn what_was_begun_shows_the_film_where_one_left_off() {
    let mut stage = Stage::new(fixture::begun());
    let still = stage.with_stills();
    assert!(stage.shows(still));
    stage.picture("library-stills");
    stage.show(fixture::library());
    assert!(!stage.shows(still), "nothing was begun");
    stage.show(fixture::begun());
    stage.apply(Event::TitleShown(Box::new(fixture::title(3))));
    assert!(stage.shows(still), "behind the head of the page");
}
