//! The table: a row for each server, in an order that the heads of its columns choose.

use egui::accesskit::Role;
use egui::{Align2, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use fetch_engine::diagnose::report::{Phase, ServerResult, SortBy, Step, TestReport};
use fetch_engine::diagnose::verdict::{Grade, HEAVY_LOSS};

use super::grade;
use crate::i18n::t;
use crate::state::{Command, words};
use crate::theme::{Tokens, Type, icon, radius};
use crate::view::Scene;
use crate::widget::chip::{self, Presence};
use crate::widget::{focus, meter, text};

/// Height of the heads of the columns, in points.
const HEAD: f32 = 36.0;
/// Height of a row.
const ROW: f32 = 78.0;
/// Width of the bar of a rate.
const BAR: f32 = 140.0;
/// A loss below this is not worth a word.
const LOSS_WORTH_TELLING: f64 = 0.05;

/// Where the columns begin, in points from the left of the table.
struct Columns {
    server: f32,
    /// Left out where there is little room.
    route: Option<f32>,
    rtt: f32,
    first_byte: Option<f32>,
    speed: f32,
    says: f32,
    right: f32,
}

impl Columns {
    fn of(width: f32) -> Self {
        if width < 860.0 {
            let speed = (width * 0.5).clamp(230.0, 350.0);
            return Self {
                server: 16.0,
                route: None,
                rtt: speed - 66.0,
                first_byte: None,
                speed,
                says: speed + BAR + 24.0,
                right: width,
            };
        }
        // What is more than the picture's 984 points goes to the first column and the last.
        let more = (width - 984.0) * 0.4;
        Self {
            server: 16.0,
            route: Some(208.0 + more),
            rtt: 352.0 + more,
            first_byte: Some(436.0 + more),
            speed: 536.0 + more,
            says: 706.0 + more,
            right: width,
        }
    }
}

/// Shows it from `rect`'s top on; gives its bottom.
pub(super) fn show(ui: &mut Ui, rect: Rect, report: &TestReport, scene: &mut Scene<'_>) -> f32 {
    let tokens = *Tokens::of(ui);
    let columns = Columns::of(rect.width());
    heads(ui, rect, &columns, scene);
    let line = rect.top() + HEAD;
    ui.painter().hline(rect.x_range(), line, Stroke::new(1.0, tokens.line));
    let tests = &scene.state.server_tests;
    let fastest = report.servers.iter().filter_map(|server| server.alone_bps).fold(report.need_bps, f64::max);
    let mut top = line + 1.0;
    for server in report.sorted(tests.sort, tests.turned) {
        let place = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), ROW));
        row(ui, place, &columns, server, report, fastest, scene);
        top += ROW;
    }
    top
}

/// Whether any server lost so much that it is told.
fn loses(report: &std::sync::Arc<TestReport>) -> bool {
    report.servers.iter().any(|server| server.loss.is_some_and(|loss| loss >= LOSS_WORTH_TELLING))
}

fn heads(ui: &mut Ui, rect: Rect, columns: &Columns, scene: &mut Scene<'_>) {
    let middle = rect.top() + HEAD / 2.0;
    let mut heads = vec![(columns.server, t!("test-server"), SortBy::Name)];
    heads.extend(columns.route.map(|x| (x, t!("test-route"), SortBy::Given)));
    heads.push((columns.rtt, t!("test-rtt"), SortBy::Rtt));
    heads.extend(columns.first_byte.map(|x| (x, t!("test-first-byte"), SortBy::FirstByte)));
    heads.push((columns.speed, t!("test-speed"), SortBy::Rate));
    if scene.state.server_tests.report.as_ref().is_some_and(loses) {
        heads.push((columns.speed + BAR - 28.0, t!("test-loss"), SortBy::Loss));
    }
    heads.push((columns.says, t!("test-says"), SortBy::Wrong));
    for (x, words, by) in heads {
        if head(ui, pos2(rect.left() + x, middle), &words, by, scene) {
            scene.push(Command::SortServers(by));
        }
    }
}

/// The head of a column; says whether it was pressed.
fn head(ui: &mut Ui, place: egui::Pos2, words: &str, by: SortBy, scene: &Scene<'_>) -> bool {
    let tokens = *Tokens::of(ui);
    let tests = &scene.state.server_tests;
    let on = tests.sort == by && by != SortBy::Given;
    let width = text::width(ui.painter(), words, Type::CAPTION_STRONG);
    let rect = Rect::from_min_max(place - vec2(4.0, 16.0), place + vec2(width + 4.0, 16.0));
    let response = ui.interact(rect, ui.scope_id().with(("head", words)), Sense::click());
    response
        .widget_info(|| WidgetInfo::selected(Role::Button, true, on, t!("test-order-by", column = words)));
    let ink = if on || response.hovered() { tokens.text1 } else { tokens.text3 };
    text::paint(ui.painter(), place, Align2::LEFT_CENTER, words, Type::CAPTION_STRONG, ink);
    if on {
        let glyph = if tests.turned { icon::ARROW_UP } else { icon::ARROW_DOWN };
        text::icon(ui.painter(), place + vec2(width + 10.0, 0.0), glyph, Type::icon(12.0), ink);
    }
    focus::ring(ui, &response, rect, radius::CELL);
    response.clicked()
}

fn row(
    ui: &mut Ui,
    rect: Rect,
    columns: &Columns,
    server: &ServerResult,
    report: &TestReport,
    fastest: f64,
    scene: &Scene<'_>,
) {
    let tokens = *Tokens::of(ui);
    if matches!(server.says.grade, Grade::Warning) {
        ui.painter().rect_filled(rect.shrink2(vec2(0.0, 3.0)), radius::ROW, tokens.surface1);
    }
    let middle = rect.center().y;
    let at = |x: f32| rect.left() + x;
    let away = server.step == Step::Done && server.alone_bps.is_none();
    let person = scene.state.people.find(&server.name);
    let presence = if away { Presence::Away } else { Presence::Here };
    if let Some(person) = person {
        let center = pos2(at(columns.server) + 13.0, middle);
        chip::paint(ui.painter(), &tokens, center, 26.0, person, presence);
    }
    let left = at(columns.server) + 38.0;
    let room = at(columns.route.unwrap_or(columns.rtt)) - left - 10.0;
    let name = words::safe(&server.name);
    let ty = Type::LIST_STRONG.at(15.0, 20.0);
    text::label_within(ui, pos2(left, middle - 10.0), Align2::LEFT_CENTER, &name, ty, tokens.text1, room);
    let address = match columns.route {
        None if server.route.starts_with("relay") => format!("{}, {}", server.address, server.route),
        _ => server.address.clone(),
    };
    let place = pos2(left, middle + 12.0);
    text::label_within(ui, place, Align2::LEFT_CENTER, &address, Type::CAPTION, tokens.text3, room);
    if let Some(x) = columns.route {
        let (glyph, words) = match server.route.as_str() {
            "direct" => (icon::ARROW_RIGHT, t!("test-direct")),
            "none" if away => (icon::X, t!("test-no-route")),
            "none" => (icon::ARROW_RIGHT, "–".to_owned()),
            relay => (icon::PATH, words::safe(relay)),
        };
        text::icon(ui.painter(), pos2(at(x) + 8.0, middle), glyph, Type::icon(16.0), tokens.text2);
        let room = columns.rtt - x - 34.0;
        let place = pos2(at(x) + 24.0, middle);
        text::label_within(ui, place, Align2::LEFT_CENTER, &words, Type::NOTE, tokens.text2, room);
    }
    let shaky = server.says.grade == Grade::Warning && server.breaks == 0;
    let mut time = |x: f32, value: Option<f64>| {
        let words = value.map_or_else(|| "–".to_owned(), words::milliseconds);
        let ink = if shaky && value.is_some() { tokens.warn } else { tokens.text1 };
        text::label(ui, pos2(at(x), middle), Align2::LEFT_CENTER, &words, Type::FIGURES_STRONG, ink);
    };
    time(columns.rtt, server.rtt_ms);
    if let Some(x) = columns.first_byte {
        time(x, server.first_byte_ms);
    }
    let place = Rect::from_min_size(pos2(at(columns.speed), rect.top()), vec2(BAR, ROW));
    let color = person.map_or(tokens.text2, |person| tokens.source(person.slot()));
    speed(ui, place, server, report.need_bps, fastest, color);
    let (left, room) = (at(columns.says), columns.right - columns.says - 8.0);
    says(ui, pos2(left, middle), room, server, &report.phase);
}

/// The rate alone, as number and bar, with a mark at what a film needs; what is lost when all send.
fn speed(ui: &mut Ui, rect: Rect, server: &ServerResult, need: f64, fastest: f64, color: egui::Color32) {
    let tokens = *Tokens::of(ui);
    let line = rect.center().y - 8.0;
    let bar = Rect::from_min_size(pos2(rect.left(), rect.center().y + 9.0), vec2(rect.width(), 5.0));
    let running = matches!(server.step, Step::Alone | Step::Together);
    match server.alone_bps {
        None if running => {
            text::label(
                ui,
                pos2(rect.left(), line),
                Align2::LEFT_CENTER,
                &t!("test-measuring"),
                Type::LABEL_STRONG,
                tokens.text1,
            );
            let mib = words::mebibytes(server.bytes);
            text::label(
                ui,
                pos2(rect.right(), line),
                Align2::RIGHT_CENTER,
                &mib,
                Type::FIGURES_SMALL,
                tokens.text3,
            );
            let dim = color.gamma_multiply(0.6);
            meter::bar(ui.painter(), bar, server.progress as f32, dim, tokens.surface3);
        }
        None => {
            text::label(
                ui,
                pos2(rect.left(), rect.center().y),
                Align2::LEFT_CENTER,
                "–",
                Type::FIGURES_STRONG,
                tokens.text3,
            );
        }
        Some(rate) => {
            let number = words::megabits(rate);
            let ty = Type::FIGURES_STRONG.at(15.0, 20.0);
            let number_rect = text::paint(
                ui.painter(),
                pos2(rect.left(), line),
                Align2::LEFT_CENTER,
                &number,
                ty,
                tokens.text1,
            );
            let place = pos2(number_rect.right() + 7.0, line + 1.0);
            let unit =
                text::paint(ui.painter(), place, Align2::LEFT_CENTER, "Mbit/s", Type::CAPTION, tokens.text2);
            text::name(ui, number_rect.union(unit), &t!("test-alone", rate = number));
            if let Some(loss) = server.loss.filter(|loss| *loss >= LOSS_WORTH_TELLING) {
                let words = format!("−{:.0} %", loss * 100.0);
                let ink = if loss >= HEAVY_LOSS { tokens.warn } else { tokens.text3 };
                let place = pos2(rect.right(), line + 1.0);
                let lost = text::label(ui, place, Align2::RIGHT_CENTER, &words, Type::FIGURES_SMALL, ink);
                let together = words::megabits(server.together_bps.unwrap_or_default());
                let _ = ui
                    .interact(lost, ui.scope_id().with(("loss", &server.address)), Sense::hover())
                    .on_hover_text(t!("test-while-all", rate = together));
            }
            let scale = fastest.max(1.0) * 1.167;
            meter::bar(ui.painter(), bar, (rate / scale) as f32, color, tokens.surface3);
            let mark = bar.left() + bar.width() * (need / scale).min(1.0) as f32;
            ui.painter().vline(mark, bar.top() - 4.0..=bar.bottom() + 4.0, Stroke::new(2.0, tokens.text1));
        }
    }
}

fn says(ui: &mut Ui, place: egui::Pos2, room: f32, server: &ServerResult, phase: &Phase) {
    let tokens = *Tokens::of(ui);
    let (glyph, sign) = match (server.says.grade, server.step) {
        (Grade::Unknown, Step::Waiting) if !phase.is_over() => (icon::HOURGLASS, tokens.text3),
        (level, _) => grade(&tokens, level, phase),
    };
    let ink = match server.says.grade {
        Grade::Good => tokens.text1,
        Grade::Warning => tokens.warn,
        Grade::Bad => tokens.bad,
        Grade::Unknown => tokens.text2,
    };
    let (word, detail) = (words::safe(&server.says.word), words::safe(&server.says.detail));
    let line = if detail.is_empty() { place.y } else { place.y - 10.0 };
    text::icon(ui.painter(), pos2(place.x + 9.0, line), glyph, Type::icon_fill(17.0), sign);
    let left = place.x + 24.0;
    let ty = if server.says.grade == Grade::Unknown { Type::LIST } else { Type::LIST_STRONG };
    let place_word = pos2(left, line);
    text::label_within(ui, place_word, Align2::LEFT_CENTER, &word, ty, ink, room - 24.0);
    if !detail.is_empty() {
        let line = text::label_within(
            ui,
            pos2(left, place.y + 11.0),
            Align2::LEFT_CENTER,
            &detail,
            Type::NOTE,
            tokens.text3,
            room - 24.0,
        );
        let _ = ui
            .interact(line, ui.scope_id().with(("says", &server.address)), Sense::hover())
            .on_hover_text(detail);
    }
}
