//! Sources: the verdict, the headroom, a row for each source, and the pattern in force.

use egui::accesskit::Role;
use egui::{Align2, Color32, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use fetch_engine::snapshot::{PatternSnapshot, Snapshot, SourceSnapshot, StreamState};

use super::parts;
use crate::i18n::t;
use crate::state::playback::Playback;
use crate::state::{Command, State, journal, verdict, why, words};
use crate::theme::{Tokens, Type, icon, radius};
use crate::view::Scene;
use crate::widget::chip::{self, Presence};
use crate::widget::pattern_strip::{self, Shown};
use crate::widget::{focus, headroom, meter, sparkline, text};

/// Height of a source's row in points.
const ROW: f32 = 76.0;
/// Where share and round trip stand in a row, in points from its left.
const SHARE: f32 = 216.0;
const TRIP: f32 = 274.0;
/// Where the figures of an unfolded row stand, in points from its left.
const DETAIL: f32 = 164.0;
/// Patterns before the one in force that are told.
const PATTERNS_TOLD: usize = 6;
/// A source this far under its best of the last 48 s is called slow.
const SLOW_PART: f64 = 0.5;

/// Shows the page.
pub(super) fn show(ui: &mut Ui, width: f32, playback: &Playback, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let verdict = verdict::verdict(playback);
    let Some(snapshot) = &playback.snapshot else {
        parts::verdict(ui, width, &verdict, &[]);
        return;
    };
    let names: Vec<&str> = snapshot.sources.iter().map(|source| source.name.as_str()).collect();
    parts::verdict(ui, width, &verdict, &names);
    ui.add_space(14.0);
    if let Some(room) = verdict::headroom(playback) {
        let rect = parts::line(ui, width, headroom::HEIGHT);
        let mut given: Vec<_> = snapshot
            .sources
            .iter()
            .map(|source| (scene.state.person(source.index), room.of_source(source)))
            .collect();
        given.sort_by_key(|(person, _)| *person);
        headroom::show(ui, rect, room, &given, &super::buffer_words(playback));
    }
    ui.add_space(8.0);
    let head = parts::line(ui, width, 24.0);
    for (x, words) in [(0.0, t!("sources-source")), (SHARE, t!("sources-share")), (TRIP, t!("sources-trip"))]
    {
        let place = head.left_center() + vec2(x, 0.0);
        text::label(ui, place, Align2::LEFT_CENTER, &words, Type::CAPTION, tokens.text3);
    }
    text::label(
        ui,
        head.right_center(),
        Align2::RIGHT_CENTER,
        &t!("sources-rate"),
        Type::CAPTION,
        tokens.text3,
    );
    for source in &snapshot.sources {
        row(ui, width, source, scene);
    }
    ui.add_space(12.0);
    pattern(ui, width, snapshot, scene.state);
}

/// How a source stands: word, icon, colour, and whether its row stands out.
fn standing(source: &SourceSnapshot, tokens: &Tokens) -> (String, char, Color32, bool) {
    let calm = |word: String, glyph| (word, glyph, tokens.text2, false);
    let amiss = |word: String, glyph| (word, glyph, tokens.warn, true);
    match source.state.as_str() {
        "joining" => calm(t!("source-joining"), icon::PLUS),
        "waiting" => calm(t!("source-waiting"), icon::PAUSE),
        "silent" => amiss(t!("source-silent"), icon::WARNING),
        "away" | "gone" => amiss(t!("source-away"), icon::PLUGS),
        "quarantined" => (t!("source-shut-out"), icon::SHIELD_WARNING, tokens.bad, true),
        _ if is_slow(source) => amiss(t!("source-slow"), icon::WARNING),
        _ => calm(t!("source-sending"), icon::ARROW_DOWN),
    }
}

fn is_slow(source: &SourceSnapshot) -> bool {
    let best = source.history.iter().copied().fold(0.0_f32, f32::max);
    source.capacity_bps.is_some_and(|now| now < SLOW_PART * f64::from(best))
}

/// What went wrong with a source, in a few words.
fn errors(source: &SourceSnapshot) -> String {
    if let Some(seconds) = source.retry_in {
        return t!("source-asked", time = words::span(seconds));
    }
    let mut parts = Vec::new();
    if source.errors > 0 {
        parts.push(t!("count-errors", count = source.errors));
    }
    if source.repairs > 0 {
        parts.push(t!("source-repaired", count = source.repairs));
    }
    if parts.is_empty() { t!("source-no-errors") } else { parts.join(", ") }
}

fn has_errors(source: &SourceSnapshot) -> bool {
    source.retry_in.is_some() || source.errors > 0 || source.repairs > 0
}

fn row(ui: &mut Ui, width: f32, source: &SourceSnapshot, scene: &mut Scene<'_>) {
    let tokens = *Tokens::of(ui);
    let details =
        if scene.state.stats.unfolded.contains(&source.index) { details(source) } else { Vec::new() };
    let whole = parts::line(ui, width, ROW + 2.0 + details.len() as f32 * 20.0);
    let rect = Rect::from_min_size(whole.min, vec2(width, whole.height() - 2.0));
    let response = ui.interact(rect, ui.scope_id().with(("source", source.index)), Sense::click());
    let (word, glyph, ink, loud) = standing(source, &tokens);
    let rate = words::megabits(source.rate_bps);
    let name = words::safe(&source.name);
    let spoken = t!(
        "source-spoken",
        name = name.as_str(),
        state = word.as_str(),
        rate = rate.as_str(),
        share = words::percent(source.share)
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let back = rect.expand2(vec2(8.0, -1.0));
    if loud || response.hovered() {
        ui.painter().rect_filled(back, radius::ROW, tokens.surface2);
    }
    let (left, top, right) = (rect.left(), rect.top(), rect.right());
    let person = scene.state.person(source.index);
    let presence = if verdict::is_there(source) { Presence::Here } else { Presence::Away };
    let painter = ui.painter();
    chip::paint(painter, &tokens, pos2(left + 13.0, top + 25.0), 26.0, person, presence);
    let strong = Type::LIST_STRONG.at(15.0, 20.0);
    let room = SHARE - 38.0 - 92.0;
    let named = text::paint_within(
        painter,
        pos2(left + 38.0, top + 22.0),
        Align2::LEFT_CENTER,
        &name,
        strong,
        tokens.text1,
        room,
    );
    let x = named.right() + 18.0;
    text::icon(
        painter,
        pos2(x, top + 22.0),
        glyph,
        if loud { Type::icon_fill(15.0) } else { Type::icon(14.0) },
        ink,
    );
    let ty = if loud { Type::LABEL_STRONG } else { Type::NOTE };
    text::paint(painter, pos2(x + 14.0, top + 22.0), Align2::LEFT_CENTER, &word, ty, ink);
    // Who is away has no part in the pattern, whatever the last one said.
    let part = if verdict::is_there(source) { source.share } else { 0.0 };
    let share = if part > 0.0 { words::percent(part) } else { "–".to_owned() };
    text::paint(
        painter,
        pos2(left + SHARE, top + 22.0),
        Align2::LEFT_CENTER,
        &share,
        Type::FIGURES_STRONG,
        tokens.text1,
    );
    let trip = source.rtt_ms.map_or("–".to_owned(), words::milliseconds);
    text::paint(
        painter,
        pos2(left + TRIP, top + 22.0),
        Align2::LEFT_CENTER,
        &trip,
        Type::FIGURES,
        tokens.text1,
    );
    let unit = text::paint(
        painter,
        pos2(right, top + 24.0),
        Align2::RIGHT_CENTER,
        "Mbit/s",
        Type::CAPTION,
        tokens.text3,
    );
    let place = pos2(unit.left() - 7.0, top + 22.0);
    text::paint(painter, place, Align2::RIGHT_CENTER, &rate, Type::RATE, tokens.text1);
    let route = match source.route.as_str() {
        "direct" => t!("source-direct"),
        route => words::safe(route),
    };
    let route = format!("{}, {route}", words::safe(&source.address));
    let place = pos2(left + 38.0, top + 47.0);
    text::paint_within(
        painter,
        place,
        Align2::LEFT_CENTER,
        &route,
        Type::CAPTION,
        tokens.text2,
        SHARE - 38.0 - 10.0,
    );
    let color = tokens.source(person.slot());
    let spark = Rect::from_min_max(pos2(left + SHARE, top + 36.0), pos2(left + SHARE + 92.0, top + 58.0));
    sparkline::paint(painter, spark, &source.history, color);
    let place = pos2(right, top + 47.0);
    let ink = if loud && has_errors(source) { tokens.warn } else { tokens.text3 };
    let room = right - spark.right() - 12.0;
    text::paint_within(painter, place, Align2::RIGHT_CENTER, &errors(source), Type::CAPTION, ink, room);
    let bar = Rect::from_min_max(pos2(left + 38.0, top + 65.0), pos2(right, top + 69.0));
    meter::bar(painter, bar, part as f32, color, tokens.surface3);
    for (number, (name, value)) in details.iter().enumerate() {
        let y = top + ROW + 6.0 + number as f32 * 20.0;
        text::label(ui, pos2(left + 38.0, y), Align2::LEFT_CENTER, name, Type::CAPTION, tokens.text3);
        let room = right - left - DETAIL;
        text::label_within(
            ui,
            pos2(left + DETAIL, y),
            Align2::LEFT_CENTER,
            value,
            Type::FIGURES_SMALL,
            tokens.text2,
            room,
        );
    }
    focus::ring(ui, &response, back.shrink(4.0), radius::ROW);
    if response.clicked() {
        scene.push(Command::ToggleSource(source.index));
    }
}

/// What a row tells when it is unfolded.
fn details(source: &SourceSnapshot) -> Vec<(String, String)> {
    let blocks = |number: u64| t!("count-blocks", count = number);
    let gave = t!("source-gave-what", size = words::mebibytes(source.bytes), blocks = blocks(source.blocks));
    let instead =
        t!("source-instead-what", blocks = blocks(source.repairs), twice = words::group(source.duplicates));
    let mut lines = vec![
        (
            t!("source-owes"),
            format!("{}, {}", blocks(source.backlog_blocks), words::mebibytes(source.backlog_bytes)),
        ),
        (t!("source-gave"), gave),
        (
            t!("source-can"),
            source.capacity_bps.map_or("–".to_owned(), |bps| format!("{} Mbit/s", words::megabits(bps))),
        ),
        (t!("source-instead"), instead),
    ];
    if let (Some(half), Some(most)) = (source.first_byte_p50_ms, source.first_byte_p95_ms) {
        let (half, most) = (words::milliseconds(half), words::milliseconds(most));
        lines.push((t!("source-first-byte"), t!("source-first-byte-what", half = half, most = most)));
    }
    if let Some(each) = source.disk_wait_ms {
        let (part, time) = (words::percent(source.disk_wait), words::milliseconds(each));
        lines.push((t!("source-disk"), t!("source-disk-what", part = part, time = time)));
    }
    if let Some(error) = &source.last_error {
        lines.push((t!("source-last-error"), why::said(error)));
    }
    lines
}

fn shown(pattern: &PatternSnapshot, state: &State) -> Shown {
    Shown {
        elements: pattern.pattern.chars().map(|letter| state.person_of_letter(letter)).collect(),
        from: pattern.from,
    }
}

fn pattern(ui: &mut Ui, width: f32, snapshot: &Snapshot, state: &State) {
    let tokens = *Tokens::of(ui);
    let [now, rest @ ..] = snapshot.patterns.as_slice() else { return };
    let anybody = |pattern: &PatternSnapshot| pattern.pattern.chars().any(|letter| letter != '-');
    let nobody = matches!(snapshot.state, StreamState::Nobody(_)) || !snapshot.patterns.iter().any(anybody);
    if nobody {
        let head = parts::line(ui, width, 24.0);
        text::label(
            ui,
            head.left_center(),
            Align2::LEFT_CENTER,
            &t!("pattern"),
            Type::LIST_STRONG,
            tokens.text1,
        );
        let line = parts::line(ui, width, 24.0);
        let words = if snapshot.next_block > snapshot.blocks {
            t!("pattern-none-needed")
        } else {
            t!("pattern-none")
        };
        text::label(ui, line.left_center(), Align2::LEFT_CENTER, &words, Type::NOTE, tokens.text2);
        return;
    }
    let next = rest.first();
    let right = match next {
        None => t!("pattern-now", epoch = now.epoch),
        Some(next) => {
            let block = words::group(next.from);
            t!("pattern-then", epoch = now.epoch, next = next.epoch, block = block)
        }
    };
    let head = parts::line(ui, width, 24.0);
    text::label(ui, head.left_center(), Align2::LEFT_CENTER, &t!("pattern"), Type::LIST_STRONG, tokens.text1);
    text::label(ui, head.right_center(), Align2::RIGHT_CENTER, &right, Type::CAPTION, tokens.text3);
    ui.add_space(5.0);
    let rect = parts::line(ui, width, pattern_strip::HEIGHT);
    let next = next.map(|next| shown(next, state));
    pattern_strip::show(ui, rect, &shown(now, state), next.as_ref(), snapshot.next_block);
    if let Some(words) = reason(snapshot, now) {
        let line = parts::line(ui, width, 30.0);
        let glyph = icon::ARROW_BEND_DOWN_RIGHT;
        text::icon(ui.painter(), line.left_center() + vec2(8.0, 0.0), glyph, Type::icon(15.0), tokens.text3);
        let place = line.left_center() + vec2(26.0, 0.0);
        text::label_within(ui, place, Align2::LEFT_CENTER, &words, Type::NOTE, tokens.text2, width - 26.0);
    }
    made(ui, width, snapshot, state);
}

/// The patterns before, newest first, and why each was made.
fn made(ui: &mut Ui, width: f32, snapshot: &Snapshot, state: &State) {
    let tokens = *Tokens::of(ui);
    let Some((_, before)) = snapshot.patterns_made.split_last() else { return };
    if before.is_empty() {
        return;
    }
    ui.add_space(8.0);
    let head = parts::line(ui, width, 24.0);
    text::label(
        ui,
        head.left_center(),
        Align2::LEFT_CENTER,
        &t!("pattern-before"),
        Type::LIST_STRONG,
        tokens.text1,
    );
    for made in before.iter().rev().take(PATTERNS_TOLD) {
        let line = parts::line(ui, width, 40.0);
        let place = line.left_top() + vec2(0.0, 11.0);
        let from = t!("pattern-from", block = words::group(made.from));
        text::label(ui, place, Align2::LEFT_CENTER, &from, Type::FIGURES_SMALL, tokens.text3);
        let ago = t!("time-ago", time = words::span((snapshot.at - made.at).max(0.0)));
        let place = pos2(line.right(), line.top() + 11.0);
        let right = text::label(ui, place, Align2::RIGHT_CENTER, &ago, Type::FIGURES_SMALL, tokens.text3);
        let people = made.pattern.chars().map(|letter| state.person_of_letter(letter));
        let cells =
            Rect::from_min_max(line.min + vec2(84.0, 4.0), pos2(right.left() - 10.0, line.top() + 18.0));
        pattern_strip::small(ui, cells, &people.collect::<Vec<_>>(), &made.pattern);
        let place = line.left_top() + vec2(84.0, 29.0);
        let told = journal::why_made(made);
        text::label_within(ui, place, Align2::LEFT_CENTER, &told, Type::CAPTION, tokens.text2, width - 84.0);
    }
}

/// Why the pattern is as it is: as the engine tells it, else who has most of it and what that one gives.
fn reason(snapshot: &Snapshot, now: &PatternSnapshot) -> Option<String> {
    if let Some(made) = snapshot.patterns_made.last() {
        return Some(journal::why_made(made));
    }
    let count =
        |source: &SourceSnapshot| now.pattern.chars().filter(|letter| *letter == source.letter).count();
    let most =
        snapshot.sources.iter().max_by_key(|source| (count(source), std::cmp::Reverse(source.index)))?;
    let has = count(most);
    (has > 0).then(|| {
        let name = words::safe(&most.name);
        let rate = words::megabits(most.capacity_bps.unwrap_or(most.rate_bps));
        let all = now.pattern.chars().count();
        t!("pattern-why-has", name = name, count = has as u64, all = all as u64, rate = rate)
    })
}

/// The foot of the page: what it cost, and what was late.
pub(super) fn foot(ui: &mut Ui, rect: Rect, drawer: Rect, playback: &Playback) {
    let tokens = *Tokens::of(ui);
    ui.painter().hline(drawer.x_range(), rect.top(), Stroke::new(1.0, tokens.line));
    let Some(snapshot) = &playback.snapshot else { return };
    let totals = &snapshot.totals;
    let percent = |part: u64| match totals.bytes {
        0 => "–".to_owned(),
        bytes => t!("percent", part = words::decimal(part as f64 * 100.0 / bytes as f64, 1)),
    };
    let verified = match totals.wrong_blocks {
        0 => t!(
            "foot-verified-of",
            verified = words::group(snapshot.verified_blocks),
            blocks = words::group(snapshot.blocks)
        ),
        wrong => {
            t!("foot-verified-wrong", verified = words::group(snapshot.verified_blocks), wrong = wrong)
        }
    };
    let facts = [
        (t!("foot-doubled"), percent(totals.duplicate_bytes)),
        (t!("foot-control"), percent(totals.control_bytes)),
        (t!("foot-verified"), verified),
        (t!("foot-stalls"), playback.stalls.to_string()),
    ];
    let mut x = rect.left();
    for (name, value) in facts {
        let named = text::paint(
            ui.painter(),
            pos2(x, rect.center().y),
            Align2::LEFT_CENTER,
            &name,
            Type::CAPTION,
            tokens.text3,
        );
        let place = pos2(named.right() + 7.0, rect.center().y);
        let ty = Type::new(Type::FIGURES.face, 12.0, 16.0, 610);
        let told = text::paint(ui.painter(), place, Align2::LEFT_CENTER, &value, ty, tokens.text1);
        text::name(ui, named.union(told), &format!("{name} {value}"));
        x = told.right() + 20.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture;

    #[test]
    fn slow_is_told_from_waiting() {
        let mut source = fixture::snapshot().sources.remove(0);
        assert!(!is_slow(&source));
        source.capacity_bps = Some(1e6);
        assert!(is_slow(&source));
        assert_eq!(standing(&source, &Tokens::DARK).0, "slow");
        source.state = "waiting".to_owned();
        assert_eq!(standing(&source, &Tokens::DARK).0, "waiting");
    }

    #[test]
    fn the_pattern_is_explained() {
        let mut snapshot = fixture::snapshot();
        let words = reason(&snapshot, &snapshot.patterns[0]);
        assert_eq!(words.as_deref(), Some("alpha goes from 5 in 10 to 4 in 9: it eased to 8.9 Mbit/s"));
        snapshot.patterns_made.clear();
        let words = reason(&snapshot, &snapshot.patterns[0]);
        assert_eq!(words.as_deref(), Some("alpha has 5 in 10: it can give 8.9 Mbit/s."));
        assert_eq!(reason(&snapshot, &PatternSnapshot::default()), None);
    }

    #[test]
    fn errors_are_words() {
        let mut source = SourceSnapshot::default();
        assert_eq!(errors(&source), "no errors");
        source.errors = 1;
        source.repairs = 2;
        assert_eq!(errors(&source), "1 error, 2 repaired");
        source.retry_in = Some(8.0);
        assert_eq!(errors(&source), "asked in 8 s");
    }
}
