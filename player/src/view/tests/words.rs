//! Every view in every language: that all its words are said by the layer of translations, that no
//! name of a text shows, and that nothing is cut short, clipped or painted over something else.

use std::collections::BTreeSet;
use std::time::Duration;

use egui::{Theme, Vec2, vec2};
use egui_kittest::kittest::NodeT as _;
use fetch_engine::snapshot::StreamState;

use crate::i18n::tests::{Speaking, names, take_said};
use crate::i18n::{Language, t};
use crate::state::filter::{Filter, Length};
use crate::state::keymap::Action;
use crate::state::library::{FoundDirector, KnownDirector, Listing};
use crate::state::playback::{Chapter, Fault};
use crate::state::settings::{Settings, SettingsPage};
use crate::state::stats::StatsPage;
use crate::state::{Event, PlaybackEvent, State, fixture};
use crate::testing::Stage;

pub(super) const SIZES: [Vec2; 2] = [vec2(1280.0, 800.0), vec2(800.0, 500.0)];

fn with(mut state: State, events: impl IntoIterator<Item = Event>) -> State {
    events.into_iter().for_each(|event| state.apply(event));
    state
}

fn directors() -> [(&'static str, State); 3] {
    let known = |name: &str| KnownDirector { name: name.to_owned(), address: format!("{name}.local:7400") };
    let address = || "attic.local:7400".to_owned();
    let known = vec![known("attic"), known("studio")];
    let configured = Event::Configured { known, volume: 1.0 };
    let silent = Event::DirectorSilent { address: address(), why: "–".to_owned() };
    let chosen = Event::DirectorChosen(address());
    let down = with(State::default(), [configured, chosen, silent, Event::ChoosingDirector]);
    let found = |name: &str, holds| FoundDirector { name: name.to_owned(), address: name.to_owned(), holds };
    let looked = Event::LookedAround(vec![found("garage", Some((5, 412, 4))), found("laptop", None)]);
    let looked = with(State::default(), [looked, Event::LookingAround(true)]);
    [("first-run", State::default()), ("directors", down), ("directors-found", looked)]
}

fn libraries() -> Vec<(&'static str, State)> {
    let address = || "attic.local:7400".to_owned();
    let silent = || Event::DirectorSilent { address: address(), why: "–".to_owned() };
    let chosen = || Event::DirectorChosen(address());
    let list = Settings { list_view: true, ..Settings::default() };
    let search = || Event::Listed(Listing { search: "zebra".to_owned(), ..Listing::default() });
    let mut none = with(fixture::library(), [search()]);
    let listing = none.library.listing_number;
    none.apply(Event::TitlesCame { listing, page: Ok(Default::default()) });
    let mut refused = with(fixture::library(), [search()]);
    refused.apply(Event::TitlesCame { listing, page: Err("–".to_owned()) });
    let tag = Some("comedy".to_owned());
    let filter = Filter { length: Length::UnderHour, tag, fine: true, subtitles: true, unwatched: true };
    let mut no_fit = with(fixture::library(), [Event::Listed(Listing { filter, ..Listing::default() })]);
    let listing = no_fit.library.listing_number;
    no_fit.apply(Event::TitlesCame { listing, page: Ok(Default::default()) });
    let empty = Event::DirectorAnswered {
        address: address(),
        catalogs: Default::default(),
        servers: Default::default(),
    };
    vec![
        ("library", fixture::begun()),
        ("library-list", with(fixture::begun(), [Event::SettingsRead(Box::new(list))])),
        ("library-old", with(fixture::library(), [silent()])),
        ("library-no-hits", none),
        ("library-no-fit", no_fit),
        ("library-refused", refused),
        ("library-asking", with(State::default(), [chosen(), Event::LibraryShown])),
        ("library-silent", with(State::default(), [chosen(), Event::LibraryShown, silent()])),
        ("library-empty", with(State::default(), [chosen(), Event::LibraryShown, empty])),
    ]
}

fn titles() -> [(&'static str, State); 3] {
    let of = |number| with(fixture::begun(), [Event::TitleShown(Box::new(fixture::title(number)))]);
    let mut nobody = fixture::title(1);
    nobody.servers.clear();
    [
        ("title", of(3)),
        ("title-watched", of(5)),
        ("title-nobody", with(fixture::begun(), [Event::TitleShown(Box::new(nobody))])),
    ]
}

fn settings() -> Vec<(&'static str, State)> {
    let names = ["playback", "network", "cache", "subtitles", "appearance", "keys", "about"];
    let of = |page| with(fixture::library(), [Event::SettingsShown(page)]);
    let mut pages: Vec<_> = names.into_iter().zip(SettingsPage::ALL.map(of)).collect();
    let awaited = Event::KeyAwaited(Some(Action::PlayPause));
    pages.push(("settings-key", with(of(SettingsPage::Keys), [awaited])));
    pages
}

fn sheets() -> [(&'static str, State); 2] {
    [
        ("keys", with(fixture::library(), [Event::KeysShown(true)])),
        ("open", with(fixture::library(), [Event::OpenShown(true)])),
    ]
}

fn films() -> Vec<(&'static str, State)> {
    let failed = |fault| with(fixture::playing(), [Event::Playing(PlaybackEvent::Failed(fault))]);
    let text = || "–".to_owned();
    let next = |end| {
        let next = Event::NeighboursSet { previous: true, next: Some("Paper Boats".to_owned()) };
        with(fixture::playing(), [Event::Playing(PlaybackEvent::Ended), next, Event::CountdownSet(end)])
    };
    let mut sound = fixture::playing();
    if let Some(playback) = &mut sound.playback {
        playback.media.video_size = None;
        playback.media.video_codec.clear();
    }
    let chapters = vec![Chapter { name: "Morning".to_owned(), start: Duration::ZERO }];
    vec![
        ("film", with(fixture::playing(), [Event::Playing(PlaybackEvent::Chapters(chapters))])),
        ("film-sound", sound),
        ("film-ended", next(None)),
        ("film-next", next(Some(8.0))),
        (
            "film-codec",
            failed(Fault::MissingCodec { codec: "AV1".to_owned(), install: "gstreamer".to_owned() }),
        ),
        ("film-network", failed(Fault::Network(text()))),
        ("film-not-opened", failed(Fault::NotOpened(text()))),
        ("film-damaged", failed(Fault::Damaged(text()))),
        ("film-failed", failed(Fault::Other(text()))),
    ]
}

/// The pages of the stats, and some of what they tell when something is amiss.
fn stats() -> Vec<(&'static str, State)> {
    let names = ["stats-sources", "stats-network", "stats-media", "stats-cache", "stats-events"];
    let opened = |state| with(state, [Event::StatsOpened(true)]);
    let page = |page| with(opened(fixture::playing()), [Event::StatsShown(page)]);
    let mut pages: Vec<_> = names.into_iter().zip(StatsPage::ALL.map(page)).collect();
    let unfolded = (0..4).map(Event::SourceToggled);
    pages.push(("stats-sources-unfolded", with(opened(fixture::playing()), unfolded)));
    let mut nobody = opened(fixture::playing());
    if let Some(playback) = &mut nobody.playback {
        fixture::edit_snapshot(playback, |snapshot| {
            for (source, state) in
                snapshot.sources.iter_mut().zip(["away", "silent", "quarantined", "joining"])
            {
                state.clone_into(&mut source.state);
                source.last_error = Some("nothing listens there".to_owned());
            }
            snapshot.state = StreamState::Nobody("No server can send the next part now. –".to_owned());
        });
    }
    pages.push(("stats-nobody", nobody));
    pages
}

/// All views, each with a name.
pub(super) fn all() -> Vec<(&'static str, State)> {
    let mut all = directors().to_vec();
    all.extend(libraries());
    all.extend(titles());
    all.extend(settings());
    all.extend(sheets());
    all.extend(films());
    all.extend(stats());
    all
}

/// Texts that may lie partly outside: they stand in rows that are moved sideways.
fn moves_sideways(text: &str) -> bool {
    let filters = [
        t!("filter-all"),
        t!("filter-unwatched"),
        t!("filter-length"),
        t!("filter-tag"),
        t!("filter-fine"),
        t!("subtitles"),
    ];
    let lengths = Length::ALL.map(Length::name);
    SettingsPage::ALL.iter().any(|page| page.name() == text)
        || filters.iter().chain(&lengths).any(|pill| pill == text)
}

fn check_places(language: Language, size: Vec2) {
    let _speaking = Speaking::of(language);
    let mut amiss = Vec::new();
    let mut stage = Stage::sized(State::default(), size, Theme::Dark);
    for (name, state) in all() {
        take_said();
        stage.show(state);
        stage.picture(&format!("{}-{name}-{}x{}", language.code(), size.x, size.y));
        let said = take_said();
        let texts = stage.texts();
        // What people or other machines have named may be long; what the program says must fit.
        for text in texts.iter().filter(|text| said.contains(&text.text)) {
            if text.elided {
                amiss.push(format!("{name}: cut short: {:?}", text.text));
            }
            if text.is_clipped() && !moves_sideways(&text.text) {
                amiss.push(format!("{name}: clipped: {:?} {:?} in {:?}", text.text, text.rect, text.clip));
            }
        }
        // Icons lie on pictures and beside words; letters on keys and chips must be free.
        let written = |text: &str| text.chars().any(char::is_alphanumeric);
        // In a small window the stats lie over the film; what is painted below them is hidden.
        let first = StatsPage::Sources.name();
        let shown = texts.iter().skip_while(|text| name.starts_with("stats") && text.text != first);
        let words: Vec<_> = shown.filter(|text| written(&text.text)).collect();
        for (number, one) in words.iter().enumerate() {
            for other in words[number + 1..].iter().filter(|other| one.overlaps(other)) {
                amiss.push(format!("{name}: {:?} lies over {:?}", other.text, one.text));
            }
        }
    }
    assert!(amiss.is_empty(), "{} at {size:?}:\n{}", language.code(), amiss.join("\n"));
}

#[test]
fn english_fits_everywhere() {
    check_places(Language::English, SIZES[0]);
}

#[test]
fn english_fits_a_small_window() {
    check_places(Language::English, SIZES[1]);
}

#[test]
fn german_fits_everywhere() {
    check_places(Language::German, SIZES[0]);
}

#[test]
fn german_fits_a_small_window() {
    check_places(Language::German, SIZES[1]);
}

/// Words in quotation marks of a debug print: what people and other machines have named.
fn named(state: &State) -> BTreeSet<String> {
    let print = format!("{state:?}");
    print.split('"').skip(1).step_by(2).flat_map(words_of).collect()
}

fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphabetic());
    words.filter(|word| word.chars().count() > 2).map(str::to_owned).collect()
}

/// What is left of a text without what stands between marks.
fn unsaid(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '⟦' => depth += 1,
            '⟧' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[test]
fn every_word_is_said_by_the_layer_and_no_name_of_a_text_shows() {
    /// Names, units and formats that are the same in every language.
    const EVERYWHERE: [&str; 12] = [
        "Tributary",
        "Mbit",
        "MiB",
        "English",
        "Deutsch",
        "example",
        "films",
        "net",
        "Esc",
        "Alt",
        "Space",
        "Enter",
    ];
    let _marks = Speaking::marks();
    let names = names();
    let mut stage = Stage::new(State::default());
    for (view, state) in all() {
        let mut known = named(&state);
        known.extend(EVERYWHERE.map(str::to_owned));
        stage.show(state);
        for node in stage.harness.root().children_recursive() {
            let node = node.accesskit_node();
            let reached = node.data().supports_action(egui::accesskit::Action::Focus);
            let name = node.label().or_else(|| node.value()).unwrap_or_default();
            // Scroll bars are egui's own.
            let bar = node.role() == egui::accesskit::Role::ScrollBar;
            assert!(!reached || bar || !name.trim().is_empty(), "{view}: {:?} has no name", node.role());
        }
        let painted = stage.texts().into_iter().map(|painted| painted.text);
        let spoken =
            stage.harness.root().children_recursive().filter_map(|node| node.accesskit_node().label());
        for text in painted.chain(spoken) {
            for word in words_of(&unsaid(&text)) {
                assert!(known.contains(&word), "{view}: {word:?} of {text:?} is not said by the layer");
            }
            let bare = text.replace(['⟦', '⟧'], "");
            assert!(!names.contains(&bare) || !bare.contains('-'), "{view} shows the name of {bare}");
        }
    }
}
