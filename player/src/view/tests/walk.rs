//! The keyboard's way through every view: Tab comes to each control, and a ring shows where it stands.

use std::collections::BTreeSet;

use egui::accesskit::{Action, Role};
use egui::{Key, Rect, Shape};
use egui_kittest::kittest::NodeT as _;

use super::words::all;
use crate::state::{Event, State, fixture};
use crate::testing::Stage;
use crate::theme::Tokens;

/// Most presses of Tab that a view takes to be gone through.
const MOST_PRESSES: usize = 140;

/// Views that lie over others.
const SHEETS: [&str; 2] = ["keys", "open"];

/// What can have the keyboard and is to be seen, by its name, role and place.
fn controls(stage: &Stage, window: Rect) -> BTreeSet<String> {
    let nodes = stage.harness.root().children_recursive();
    let mut found = BTreeSet::new();
    for node in nodes {
        let access = node.accesskit_node();
        let can = access.data().supports_action(Action::Focus) && !access.is_disabled();
        // Scroll bars are egui's own; a list that a row scrolls into sight needs no bar by keyboard.
        let own = !matches!(access.role(), Role::ScrollBar | Role::Window);
        if can && own && window.contains(node.rect().center()) {
            found.insert(called(&node));
        }
    }
    found
}

fn called(node: &egui_kittest::Node<'_>) -> String {
    let access = node.accesskit_node();
    let name = access.label().or_else(|| access.value()).unwrap_or_default();
    format!("{:?} {name:?}", access.role())
}

/// Whether something is painted around `place` in the ink of the ring, and as wide.
fn ringed(stage: &Stage, place: Rect) -> bool {
    fn is_ring(shape: &Shape, place: Rect) -> bool {
        match shape {
            Shape::Vec(shapes) => shapes.iter().any(|shape| is_ring(shape, place)),
            Shape::Rect(rect) => {
                let ink = [Tokens::DARK.text1, egui::Color32::WHITE].contains(&rect.stroke.color);
                ink && rect.stroke.width >= 2.0 && rect.rect.expand(1.0).contains(place.center())
            }
            Shape::Circle(knob) => {
                knob.stroke.width >= 2.0 && place.contains(knob.center) && knob.radius > 8.0
            }
            _ => false,
        }
    }
    stage.harness.output().shapes.iter().any(|shape| is_ring(&shape.shape, place))
}

#[test]
fn tab_comes_to_every_control_and_a_ring_shows_it() {
    let mut amiss = Vec::new();
    let mut stage = Stage::new(State::default());
    let window = stage.harness.ctx.content_rect();
    for (name, state) in all().into_iter().filter(|(name, _)| !SHEETS.contains(name)) {
        stage.show(state);
        let wanted = controls(&stage, window);
        let mut reached = BTreeSet::new();
        let mut unseen = BTreeSet::new();
        for _ in 0..MOST_PRESSES {
            stage.harness.key_press(Key::Tab);
            stage.harness.run_steps(2);
            let root = stage.harness.root();
            let focused = root.children_recursive().find(|node| node.accesskit_node().is_focused());
            if let Some(node) = focused {
                let called = called(&node);
                if !ringed(&stage, node.rect()) {
                    unseen.insert(called.clone());
                }
                reached.insert(called);
            }
            if wanted.is_subset(&reached) {
                break;
            }
        }
        amiss
            .extend(wanted.difference(&reached).map(|called| format!("{name}: Tab never comes to {called}")));
        amiss.extend(unseen.iter().map(|called| format!("{name}: no ring around {called}")));
    }
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
}

fn focused(stage: &Stage) -> Option<String> {
    let root = stage.harness.root();
    root.children_recursive().find(|node| node.accesskit_node().is_focused()).map(|node| called(&node))
}

#[test]
fn tab_stays_in_a_sheet_and_the_keyboard_goes_back_where_it_was() {
    let mut stage = Stage::new(fixture::library());
    let press = |stage: &mut Stage, key| {
        stage.harness.key_press(key);
        stage.harness.run_steps(3);
    };
    for _ in 0..3 {
        press(&mut stage, Key::Tab);
    }
    let before = focused(&stage).expect("something has the keyboard");
    for shown in [Event::KeysShown as fn(bool) -> Event, Event::OpenShown] {
        stage.apply(shown(true));
        let mut reached = BTreeSet::new();
        for _ in 0..12 {
            press(&mut stage, Key::Tab);
            reached.extend(focused(&stage));
        }
        assert!(reached.contains("Button \"Close\""), "{reached:?}");
        assert!(reached.len() < 5 && !reached.contains(&before), "{reached:?}");
        stage.apply(shown(false));
        assert_eq!(focused(&stage).as_ref(), Some(&before));
    }
}

#[test]
fn a_page_that_is_left_by_a_key_gives_the_keyboard_back_to_its_card() {
    let title = fixture::title(3);
    for (key, back) in [(Key::Escape, true), (Key::ArrowDown, false)] {
        let mut stage = Stage::new(fixture::library());
        stage.apply(Event::TitleShown(Box::new(title.clone())));
        stage.harness.key_press(key);
        stage.harness.step();
        stage.apply(Event::LibraryShown);
        let name = focused(&stage).unwrap_or_default();
        assert_eq!(name.contains(&title.title), back, "{name}");
    }
}
