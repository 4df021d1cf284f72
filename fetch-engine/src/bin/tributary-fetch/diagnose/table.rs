//! The table of servers: on a terminal while they are measured, and as lines at the end.

use std::io::IsTerminal;
use std::sync::Mutex;

use fetch_engine::diagnose::report::{ServerResult, SortBy, TestReport};
use fetch_engine::diagnose::verdict::Grade;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// The names of the columns.
const HEAD: [&str; 9] =
    ["Server", "Route", "Connect", "RTT", "First byte", "Alone", "Together", "Loss", "What it says"];
/// Columns that hold numbers, and are set to the right.
const NUMBERS: std::ops::Range<usize> = 2..8;

/// Lines on a terminal; dropped, they go.
#[derive(Debug)]
pub(super) struct Live {
    lines: Option<(MultiProgress, Mutex<Vec<ProgressBar>>)>,
}

impl Live {
    /// Draws where standard error is a terminal and nobody wants it quiet.
    pub(super) fn start(quiet: bool) -> Self {
        let draws = !quiet && std::io::stderr().is_terminal();
        Self { lines: draws.then(|| (MultiProgress::new(), Mutex::default())) }
    }

    /// Draws what is known by now.
    pub(super) fn show(&self, report: &TestReport) {
        let Some((lines, bars)) = &self.lines else { return };
        let mut bars = bars.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut texts = vec![report.verdict.sentence.clone()];
        texts.extend(rows(report, SortBy::Given));
        let plain =
            || ProgressStyle::with_template("{msg}").expect("the template is a constant that was tried");
        while bars.len() < texts.len() {
            bars.push(lines.add(ProgressBar::new_spinner().with_style(plain())));
        }
        for (bar, text) in bars.iter().zip(texts) {
            bar.set_message(text);
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some((lines, _)) = &self.lines {
            // Lines that can't be cleared stay: nothing is lost.
            let _ = lines.clear();
        }
    }
}

/// The table, then the sentence that matters.
pub(super) fn lines(report: &TestReport, by: SortBy) -> Vec<String> {
    let mut lines = rows(report, by);
    if let Some(together) = report.together_bps {
        lines.push(String::new());
        lines.push(format!("All together: {} Mbit/s", mbit(Some(together))));
    }
    lines.push(String::new());
    lines.push(format!("{}.", report.verdict.sentence));
    if !report.verdict.cause.is_empty() {
        lines.push(report.verdict.cause.clone());
    }
    lines
}

/// A head and a line for each server, in columns as wide as they must be.
fn rows(report: &TestReport, by: SortBy) -> Vec<String> {
    let mut table: Vec<[String; 9]> = vec![HEAD.map(str::to_owned)];
    table.extend(report.sorted(by, false).into_iter().map(cells));
    let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 9] = std::array::from_fn(width);
    let line = |row: &[String; 9]| {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let padding = " ".repeat(width - cell.chars().count());
            let (before, after) =
                if NUMBERS.contains(&column) { (padding, String::new()) } else { (String::new(), padding) };
            line.push_str(&format!("{before}{cell}{after}  "));
        }
        line.trim_end().to_owned()
    };
    table.iter().map(line).collect()
}

fn cells(server: &ServerResult) -> [String; 9] {
    let millis = |value: Option<f64>| value.map_or_else(dash, |value| format!("{value:.0} ms"));
    let name = if server.name == server.address || server.address.is_empty() {
        server.name.clone()
    } else {
        format!("{} ({})", server.name, server.address)
    };
    let mark = match server.says.grade {
        Grade::Good => "ok",
        Grade::Warning => "!",
        Grade::Bad => "X",
        Grade::Unknown => "..",
    };
    let says = format!("{mark} {}", server.says.word);
    let says = if server.says.detail.is_empty() { says } else { format!("{says}: {}", server.says.detail) };
    [
        name,
        server.route.clone(),
        millis(server.connect_ms),
        millis(server.rtt_ms),
        millis(server.first_byte_ms),
        mbit(server.alone_bps),
        mbit(server.together_bps),
        server.loss.map_or_else(dash, |loss| format!("{:.0} %", loss * 100.0)),
        says,
    ]
}

fn mbit(bps: Option<f64>) -> String {
    bps.map_or_else(dash, |bps| format!("{:.1}", bps / 1e6))
}

/// What is not known is never 0.
fn dash() -> String {
    "–".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let server = |name: &str, rate: Option<f64>| ServerResult {
            name: name.to_owned(),
            address: "h:1".to_owned(),
            alone_bps: rate,
            ..ServerResult::default()
        };
        let servers = vec![server("b", Some(1e6)), server("longer", Some(123.45e6)), server("c", None)];
        let report = TestReport { servers, together_bps: Some(2e6), ..TestReport::default() };
        let lines = lines(&report, SortBy::Rate);
        let column = lines[0].find("Alone").unwrap() + "Alone".len();
        let cell: String = lines[1].chars().skip(column - 5).take(5).collect();
        assert_eq!(cell, "123.5", "{lines:#?}");
        assert!(lines[2].starts_with("b (h:1)") && lines[3].starts_with("c (h:1)"), "{lines:#?}");
        assert!(lines.contains(&"All together: 2.0 Mbit/s".to_owned()));
    }
}
