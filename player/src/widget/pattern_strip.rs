//! The pattern as coloured letters: the one in force filled, the next one outlined after a flag.

use egui::accesskit::Role;
use egui::{Align2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::{chip, text};
use crate::i18n::t;
use crate::state::people::Person;
use crate::state::words;
use crate::theme::{Tokens, Type, radius};

/// Size of a cell in points.
const CELL: Vec2 = vec2(20.0, 28.0);
/// From one cell to the next, in points.
const PITCH: f32 = 21.0;
/// Longer patterns are shown as how many elements each source has.
const LONGEST_IN_CELLS: usize = 24;
/// Room for the flag between two patterns, in points.
const FLAG: f32 = 14.0;
/// Least room for the next pattern, in points: the flag, four cells and what tells of more.
const LEAST_NEXT: f32 = FLAG + 4.0 * PITCH + 16.0;
/// Height of the whole in points.
pub const HEIGHT: f32 = 52.0;

/// A pattern to be shown: who sends each element, nobody where none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Its elements.
    pub elements: Vec<Option<Person>>,
    /// The first block it governs.
    pub from: u64,
}

/// Shows `now`, and `next` after the flag, at `rect`; `awaited` is the next block awaited.
pub fn show(ui: &mut Ui, rect: Rect, now: &Shown, next: Option<&Shown>, awaited: u64) {
    let tokens = *Tokens::of(ui);
    let response = ui.interact(rect, ui.scope_id().with("pattern"), Sense::hover());
    let letters = |shown: &Shown| -> String {
        shown.elements.iter().map(|person| person.map_or('-', Person::letter)).collect()
    };
    let spoken = match next {
        None => t!("pattern-spoken", letters = letters(now)),
        Some(next) => {
            let (letters, then) = (letters(now), letters(next));
            t!("pattern-spoken-then", letters = letters, next = then, block = words::group(next.from))
        }
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let room = rect.width();
    let needed = now.elements.len() as f32 * PITCH;
    let after = if next.is_some() { LEAST_NEXT } else { 0.0 };
    if now.elements.len() > LONGEST_IN_CELLS || needed + after > room {
        in_counts(ui, rect, now, next);
        return;
    }
    let place =
        awaited.checked_sub(now.from).map(|ahead| (ahead % now.elements.len().max(1) as u64) as usize);
    for (number, person) in now.elements.iter().enumerate() {
        let cell = Rect::from_min_size(rect.min + vec2(PITCH * number as f32, 0.0), CELL);
        filled(ui, cell, *person);
        if place == Some(number) {
            let ring = cell.expand(1.0);
            ui.painter().rect_stroke(
                ring,
                radius::CELL + 1,
                Stroke::new(2.0, tokens.text1),
                StrokeKind::Outside,
            );
            let words = t!("pattern-awaited", block = words::group(awaited));
            let half = text::width(ui.painter(), &words, Type::LABEL_STRONG) / 2.0;
            let x = cell.center().x.max(rect.left() + half);
            let under = pos2(x, rect.top() + 42.0);
            text::paint(ui.painter(), under, Align2::CENTER_CENTER, &words, Type::LABEL_STRONG, tokens.text1);
        }
    }
    if let Some(next) = next {
        let left = rect.left() + needed + FLAG;
        flag(ui, pos2(left - 8.0, rect.top()), next.from);
        for (number, person) in next.elements.iter().enumerate() {
            let cell = Rect::from_min_size(pos2(left + PITCH * number as f32, rect.top()), CELL);
            let last = number + 1 == next.elements.len();
            if cell.right() > rect.right() - if last { 0.0 } else { 16.0 } {
                let place = pos2(cell.left() + 2.0, cell.center().y);
                text::paint(ui.painter(), place, Align2::LEFT_CENTER, "…", Type::LABEL_STRONG, tokens.text2);
                break;
            }
            outlined(ui, cell, *person);
        }
    }
}

/// Both patterns as bars with counts.
fn in_counts(ui: &Ui, rect: Rect, now: &Shown, next: Option<&Shown>) {
    let half = if next.is_some() { (rect.width() - FLAG) * 0.5 } else { rect.width() };
    counts(ui, Rect::from_min_size(rect.min, vec2(half, CELL.y)), now, true);
    if let Some(next) = next {
        let left = rect.left() + half + FLAG;
        flag(ui, pos2(left - 8.0, rect.top()), next.from);
        counts(
            ui,
            Rect::from_min_max(pos2(left, rect.top()), pos2(rect.right(), rect.top() + CELL.y)),
            next,
            false,
        );
    }
}

/// A pattern of the past in one line: small cells with their letters, or bars where they are many.
pub fn small(ui: &mut Ui, rect: Rect, elements: &[Option<Person>], letters: &str) {
    const SIDE: Vec2 = vec2(13.0, 14.0);
    let tokens = *Tokens::of(ui);
    let fitting = (rect.width() / (SIDE.x + 1.0)) as usize;
    if elements.len() > fitting {
        let shown = Shown { elements: elements.to_vec(), from: 0 };
        counts(ui, rect, &shown, true);
    } else {
        for (number, person) in elements.iter().enumerate() {
            let corner = rect.min + vec2((SIDE.x + 1.0) * number as f32, 0.0);
            let cell = Rect::from_min_size(corner, SIDE);
            let color = person.map_or(tokens.surface2, |person| tokens.source(person.slot()));
            ui.painter().rect_filled(cell, 3, color);
            if let Some(person) = person {
                chip::letter(ui.painter(), cell.center(), 15.0, *person, Tokens::letter_on(color));
            }
        }
    }
    text::name(ui, rect, &t!("pattern-spoken-before", letters = letters));
}

fn filled(ui: &Ui, cell: Rect, person: Option<Person>) {
    let tokens = *Tokens::of(ui);
    let Some(person) = person else {
        ui.painter().rect_filled(cell, radius::CELL, tokens.surface2);
        return;
    };
    let color = tokens.source(person.slot());
    ui.painter().rect_filled(cell, radius::CELL, color);
    chip::letter(ui.painter(), cell.center(), 22.0, person, Tokens::letter_on(color));
}

fn outlined(ui: &Ui, cell: Rect, person: Option<Person>) {
    let tokens = *Tokens::of(ui);
    let color = person.map_or(tokens.edge, |person| tokens.source(person.slot()));
    let fill = color.gamma_multiply(0.16);
    ui.painter().rect(cell, radius::CELL, fill, Stroke::new(1.5, color), StrokeKind::Inside);
    if let Some(person) = person {
        chip::letter(ui.painter(), cell.center(), 22.0, person, tokens.text1);
    }
}

fn flag(ui: &Ui, top: egui::Pos2, from: u64) {
    let tokens = *Tokens::of(ui);
    let painter = ui.painter();
    painter.vline(top.x, top.y - 5.0..=top.y + CELL.y + 4.0, Stroke::new(2.0, tokens.text1));
    let corner = top - vec2(0.0, 5.0);
    let points = vec![corner, corner + vec2(7.0, 4.0), corner + vec2(0.0, 8.0)];
    painter.add(Shape::convex_polygon(points, tokens.text1, Stroke::NONE));
    let under = pos2(top.x, top.y + 42.0);
    text::paint(painter, under, Align2::LEFT_CENTER, &words::group(from), Type::LABEL_STRONG, tokens.text1);
}

/// One bar a source with its count, for patterns that are too long for cells.
fn counts(ui: &Ui, rect: Rect, shown: &Shown, in_force: bool) {
    let tokens = *Tokens::of(ui);
    let mut people: Vec<Person> = shown.elements.iter().flatten().copied().collect();
    people.sort_unstable();
    let mut groups: Vec<(Person, usize)> = Vec::new();
    for person in people {
        match groups.last_mut() {
            Some((last, count)) if *last == person => *count += 1,
            _ => groups.push((person, 1)),
        }
    }
    let all: usize = groups.iter().map(|(_, count)| count).sum();
    let gaps = 2.0 * groups.len().saturating_sub(1) as f32;
    let mut x = rect.left();
    for (person, count) in groups {
        let width = ((rect.width() - gaps) * count as f32 / all.max(1) as f32).max(1.0);
        let bar = Rect::from_min_size(pos2(x, rect.top()), vec2(width, rect.height()));
        let color = tokens.source(person.slot());
        let ink = if in_force {
            ui.painter().rect_filled(bar, radius::CELL, color);
            Tokens::letter_on(color)
        } else {
            let stroke = Stroke::new(1.5, color);
            ui.painter().rect(bar, radius::CELL, color.gamma_multiply(0.16), stroke, StrokeKind::Inside);
            tokens.text1
        };
        let words = format!("{} {count}", person.letter());
        let words = if text::width(ui.painter(), &words, Type::LABEL_STRONG) + 6.0 < width {
            words
        } else {
            person.letter().to_string()
        };
        if width > 10.0 {
            text::paint(ui.painter(), bar.center(), Align2::CENTER_CENTER, &words, Type::LABEL_STRONG, ink);
        }
        x += width + 2.0;
    }
}
