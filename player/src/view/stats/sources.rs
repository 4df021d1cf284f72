//! Sources: the verdict, the headroom, a row for each source, and the pattern in force.

use egui::accesskit::Role;
use egui::{Align2, Color32, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use fetch_engine::snapshot::{PatternSnapshot, Snapshot, SourceSnapshot, StreamState};

use super::parts;
use crate::state::playback::Playback;
use crate::state::{Command, State, verdict, words};
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
    for (x, words) in [(0.0, "Source"), (SHARE, "Share"), (TRIP, "RTT")] {
        let place = head.left_center() + vec2(x, 0.0);
        text::label(ui, place, Align2::LEFT_CENTER, words, Type::CAPTION, tokens.text3);
    }
    text::label(ui, head.right_center(), Align2::RIGHT_CENTER, "Rate, errors", Type::CAPTION, tokens.text3);
    for source in &snapshot.sources {
        row(ui, width, source, scene);
    }
    ui.add_space(12.0);
    pattern(ui, width, snapshot, scene.state);
}

/// How a source stands: word, icon, colour, and whether its row stands out.
fn standing(source: &SourceSnapshot, tokens: &Tokens) -> (String, char, Color32, bool) {
    let calm = |word: &str, glyph| (word.to_owned(), glyph, tokens.text2, false);
    let amiss = |word: String, glyph| (word, glyph, tokens.warn, true);
    match source.state.as_str() {
        "joining" => calm("joining", icon::PLUS),
        "waiting" => calm("waiting", icon::PAUSE),
        "silent" => amiss("silent".to_owned(), icon::WARNING),
        "away" | "gone" => amiss("away".to_owned(), icon::PLUGS),
        "quarantined" => ("shut out".to_owned(), icon::SHIELD_WARNING, tokens.bad, true),
        _ if is_slow(source) => amiss("slow".to_owned(), icon::WARNING),
        _ => calm("sending", icon::ARROW_DOWN),
    }
}

fn is_slow(source: &SourceSnapshot) -> bool {
    let best = source.history.iter().copied().fold(0.0_f32, f32::max);
    source.capacity_bps.is_some_and(|now| now < SLOW_PART * f64::from(best))
}

fn milliseconds(milliseconds: f64) -> String {
    if milliseconds < 1.0 { "< 1 ms".to_owned() } else { format!("{milliseconds:.0} ms") }
}

/// What went wrong with a source, in a few words.
fn errors(source: &SourceSnapshot) -> String {
    if let Some(seconds) = source.retry_in {
        return format!("asked in {}", words::span(seconds));
    }
    let mut parts = Vec::new();
    if source.errors > 0 {
        parts.push(words::count(source.errors, "error", "errors"));
    }
    if source.repairs > 0 {
        parts.push(format!("{} repaired", source.repairs));
    }
    if parts.is_empty() { "no errors".to_owned() } else { parts.join(", ") }
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
    let spoken = format!("{name}, {word}, {rate} Mbit/s, {:.0} %", source.share * 100.0);
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
    let share = if part > 0.0 { format!("{:.0} %", part * 100.0) } else { "–".to_owned() };
    text::paint(
        painter,
        pos2(left + SHARE, top + 22.0),
        Align2::LEFT_CENTER,
        &share,
        Type::FIGURES_STRONG,
        tokens.text1,
    );
    let trip = source.rtt_ms.map_or("–".to_owned(), milliseconds);
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
    let route = format!("{}, {}", words::safe(&source.address), words::safe(&source.route));
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
    let ink = if loud { tokens.warn } else { tokens.text3 };
    let room = right - spark.right() - 12.0;
    text::paint_within(painter, place, Align2::RIGHT_CENTER, &errors(source), Type::CAPTION, ink, room);
    let bar = Rect::from_min_max(pos2(left + 38.0, top + 65.0), pos2(right, top + 69.0));
    meter::bar(painter, bar, part as f32, color, tokens.surface3);
    for (number, (name, value)) in details.iter().enumerate() {
        let y = top + ROW + 6.0 + number as f32 * 20.0;
        text::label(ui, pos2(left + 38.0, y), Align2::LEFT_CENTER, name, Type::CAPTION, tokens.text3);
        let room = right - left - 124.0;
        text::label_within(
            ui,
            pos2(left + 124.0, y),
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
fn details(source: &SourceSnapshot) -> Vec<(&'static str, String)> {
    let blocks = |number| words::count(number, "block", "blocks");
    let mut lines = vec![
        ("Owes", format!("{}, {}", blocks(source.backlog_blocks), words::mebibytes(source.backlog_bytes))),
        ("Gave", format!("{} in {}", words::mebibytes(source.bytes), blocks(source.blocks))),
        (
            "Can give",
            source.capacity_bps.map_or("–".to_owned(), |bps| format!("{} Mbit/s", words::megabits(bps))),
        ),
        ("In place of others", format!("{}, {} came twice", blocks(source.repairs), source.duplicates)),
    ];
    if let (Some(half), Some(most)) = (source.first_byte_p50_ms, source.first_byte_p95_ms) {
        let told = format!("after {}, 95 in 100 within {}", milliseconds(half), milliseconds(most));
        lines.push(("First byte", told));
    }
    if let Some(error) = &source.last_error {
        lines.push(("Last error", words::safe(error)));
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
        text::label(ui, head.left_center(), Align2::LEFT_CENTER, "Pattern", Type::LIST_STRONG, tokens.text1);
        let line = parts::line(ui, width, 24.0);
        let words = if snapshot.next_block > snapshot.blocks {
            "None in force: every block up to the end is here."
        } else {
            "None in force: nobody sends now."
        };
        text::label(ui, line.left_center(), Align2::LEFT_CENTER, words, Type::NOTE, tokens.text2);
        return;
    }
    let next = rest.first();
    let then = next.map_or(String::new(), |next| {
        format!(", epoch {} from block {}", next.epoch, words::group(next.from))
    });
    let head = parts::line(ui, width, 24.0);
    text::label(ui, head.left_center(), Align2::LEFT_CENTER, "Pattern", Type::LIST_STRONG, tokens.text1);
    let right = format!("epoch {} now{then}", now.epoch);
    text::label(ui, head.right_center(), Align2::RIGHT_CENTER, &right, Type::CAPTION, tokens.text3);
    ui.add_space(5.0);
    let rect = parts::line(ui, width, pattern_strip::HEIGHT);
    let next = next.map(|next| shown(next, state));
    pattern_strip::show(ui, rect, &shown(now, state), next.as_ref(), snapshot.next_block);
    if let Some(words) = why(snapshot, now) {
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
        "Patterns before",
        Type::LIST_STRONG,
        tokens.text1,
    );
    for made in before.iter().rev().take(PATTERNS_TOLD) {
        let line = parts::line(ui, width, 40.0);
        let place = line.left_top() + vec2(0.0, 11.0);
        let from = format!("from {}", words::group(made.from));
        text::label(ui, place, Align2::LEFT_CENTER, &from, Type::FIGURES_SMALL, tokens.text3);
        let ago = format!("{} ago", words::span((snapshot.at - made.at).max(0.0)));
        let place = pos2(line.right(), line.top() + 11.0);
        let right = text::label(ui, place, Align2::RIGHT_CENTER, &ago, Type::FIGURES_SMALL, tokens.text3);
        let people = made.pattern.chars().map(|letter| state.person_of_letter(letter));
        let cells =
            Rect::from_min_max(line.min + vec2(84.0, 4.0), pos2(right.left() - 10.0, line.top() + 18.0));
        pattern_strip::small(ui, cells, &people.collect::<Vec<_>>(), &made.pattern);
        let place = line.left_top() + vec2(84.0, 29.0);
        let why = words::safe_lines(&made.why);
        text::label_within(ui, place, Align2::LEFT_CENTER, &why, Type::CAPTION, tokens.text2, width - 84.0);
    }
}

/// Why the pattern is as it is: as the engine tells it, else who has most of it and what that one gives.
fn why(snapshot: &Snapshot, now: &PatternSnapshot) -> Option<String> {
    if let Some(made) = snapshot.patterns_made.last() {
        return Some(words::safe(&made.why));
    }
    let count =
        |source: &SourceSnapshot| now.pattern.chars().filter(|letter| *letter == source.letter).count();
    let most =
        snapshot.sources.iter().max_by_key(|source| (count(source), std::cmp::Reverse(source.index)))?;
    let has = count(most);
    (has > 0).then(|| {
        let name = words::safe(&most.name);
        let rate = words::megabits(most.capacity_bps.unwrap_or(most.rate_bps));
        format!("{name} has {has} in {}: it can give {rate} Mbit/s.", now.pattern.chars().count())
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
        bytes => format!("{:.1} %", part as f64 * 100.0 / bytes as f64),
    };
    let verified = match totals.wrong_blocks {
        0 => format!("{} of {}", words::group(snapshot.verified_blocks), words::group(snapshot.blocks)),
        wrong => format!("{}, {wrong} wrong", words::group(snapshot.verified_blocks)),
    };
    let facts = [
        ("Doubled", percent(totals.duplicate_bytes)),
        ("Control", percent(totals.control_bytes)),
        ("Verified", verified),
        ("Stalls", playback.stalls.to_string()),
    ];
    let mut x = rect.left();
    for (name, value) in facts {
        let named = text::paint(
            ui.painter(),
            pos2(x, rect.center().y),
            Align2::LEFT_CENTER,
            name,
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
        let words = why(&snapshot, &snapshot.patterns[0]);
        assert_eq!(words.as_deref(), Some("alpha goes from 5 in 10 to 4 in 9: it eased to 8.9 Mbit/s"));
        snapshot.patterns_made.clear();
        let words = why(&snapshot, &snapshot.patterns[0]);
        assert_eq!(words.as_deref(), Some("alpha has 5 in 10: it can give 8.9 Mbit/s."));
        assert_eq!(why(&snapshot, &PatternSnapshot::default()), None);
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
