//! A server test's report as a file: JSON with everything, or a table for a spreadsheet.

use std::fmt::Write;

use super::report::{ServerResult, TestReport};

/// The columns of the table.
const COLUMNS: [&str; 18] = [
    "name",
    "address",
    "route",
    "verdict",
    "detail",
    "connect_ms",
    "rtt_ms",
    "rtt_worst_ms",
    "first_byte_ms",
    "alone_bps",
    "together_bps",
    "loss",
    "bytes",
    "blocks",
    "wrong_blocks",
    "unchecked_blocks",
    "breaks",
    "error",
];

/// The whole report as JSON.
#[must_use]
pub fn to_json(report: &TestReport) -> String {
    serde_json::to_string_pretty(report).expect("numbers and texts can always be written as JSON")
}

/// The servers as comma-separated values (RFC 4180), a line each under a line of names; what is not known is
/// empty.
#[must_use]
pub fn to_csv(report: &TestReport) -> String {
    let mut out = COLUMNS.join(",");
    out.push_str("\r\n");
    for server in &report.servers {
        let row: Vec<String> = row(server).iter().map(|value| field(value)).collect();
        // Writing to a string can't fail.
        let _ = write!(out, "{}\r\n", row.join(","));
    }
    out
}

fn row(server: &ServerResult) -> [String; 18] {
    let number = |value: Option<f64>| value.map(|value| format!("{value:.3}")).unwrap_or_default();
    [
        server.name.clone(),
        server.address.clone(),
        server.route.clone(),
        server.says.word.clone(),
        server.says.detail.clone(),
        number(server.connect_ms),
        number(server.rtt_ms),
        number(server.rtt_worst_ms),
        number(server.first_byte_ms),
        number(server.alone_bps),
        number(server.together_bps),
        number(server.loss),
        server.bytes.to_string(),
        server.blocks.to_string(),
        server.wrong_blocks.to_string(),
        server.unchecked_blocks.to_string(),
        server.breaks.to_string(),
        server.error.clone().unwrap_or_default(),
    ]
}

/// A field in quotes where it must be. Text that a spreadsheet would take for a formula is kept from it: the
/// names come from other machines.
fn field(value: &str) -> String {
    let formula = value.starts_with(['=', '+', '-', '@', '\t']);
    let plain = if formula { format!("'{value}") } else { value.to_owned() };
    if plain.contains([',', '"', '\r', '\n']) { format!("\"{}\"", plain.replace('"', "\"\"")) } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_is_a_line_with_all_columns() {
        let server = ServerResult {
            name: "=cmd|'/c calc'!A0".to_owned(),
            address: "h:1".to_owned(),
            rtt_ms: Some(1.5),
            error: Some("closed, \"for good\"".to_owned()),
            ..ServerResult::default()
        };
        let report = TestReport { servers: vec![server], ..TestReport::default() };
        let csv = to_csv(&report);
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!((lines.len(), lines[2]), (3, ""));
        assert!(lines[1].starts_with("'=cmd|'/c calc'!A0,h:1,,,,,1.500,,"), "{csv}");
        assert!(lines[1].ends_with(",0,0,0,0,0,\"closed, \"\"for good\"\"\""), "{csv}");
        assert_eq!(lines[0].split(',').count(), COLUMNS.len());
        let json: serde_json::Value = serde_json::from_str(&to_json(&report)).unwrap();
        assert_eq!((&json["servers"][0]["rtt_ms"], &json["phase"]["is"]), (&1.5.into(), &"finding".into()));
    }
}
