//! Whether a text of metrics is one that Prometheus reads and whose names follow its conventions: what
//! `promtool check metrics` asks for, for where that is not installed.

use std::collections::{BTreeMap, BTreeSet};

/// All that is wrong with it; nothing where it is right.
#[must_use]
pub fn faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut helps, mut kinds) = (BTreeSet::new(), BTreeMap::new());
    let (mut rows, mut last) = (BTreeSet::new(), None);
    if !text.ends_with('\n') {
        faults.push("the last line has no end".to_owned());
    }
    for line in text.lines() {
        let mut fault = |why: &str| faults.push(format!("{why}: {line}"));
        if let Some(rest) = line.strip_prefix("# HELP ") {
            match rest.split_once(' ') {
                Some((name, help)) if !help.trim().is_empty() && helps.insert(name.to_owned()) => {}
                _ => fault("a help that is empty or said twice"),
            }
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let Some((name, kind)) = rest.split_once(' ') else {
                fault("a type without a kind");
                continue;
            };
            if !matches!(kind, "counter" | "gauge")
                || kinds.insert(name.to_owned(), kind.to_owned()).is_some()
            {
                fault("an unknown type, or one said twice");
            }
            if name.ends_with("_total") != (kind == "counter") {
                fault("counters, and nothing else, end in _total");
            }
            last = Some(name.to_owned());
        } else {
            match row(line) {
                Some((name, labels)) => {
                    if last.as_deref() != Some(name) || !helps.contains(name) {
                        fault("a row that does not follow its help and type");
                    }
                    if !rows.insert((name.to_owned(), labels.to_owned())) {
                        fault("the same row twice");
                    }
                    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                    let unit = ["_ms", "_milliseconds", "_kb", "_mb", "_bits", "_mbit", "_minutes"];
                    if !name.starts_with("tributary_") || !name.chars().all(fine) {
                        fault("a name that is not tributary_ and snake case");
                    }
                    if unit.iter().any(|unit| name.trim_end_matches("_total").ends_with(unit)) {
                        fault("a unit that is not a base unit");
                    }
                }
                None => fault("a row that can't be read"),
            }
        }
    }
    for name in kinds.keys().filter(|name| !rows.iter().any(|(row, _)| row == *name)) {
        // A family may be empty, where nothing has its labels yet.
        if !helps.contains(name) {
            faults.push(format!("{name} has neither help nor rows"));
        }
    }
    faults
}

/// Name and labels of a row whose value is a number.
fn row(line: &str) -> Option<(&str, &str)> {
    let (series, value) = line.rsplit_once(' ')?;
    value.parse::<f64>().ok()?;
    let Some((name, labels)) = series.split_once('{') else { return Some((series, "")) };
    let labels = labels.strip_suffix('}')?;
    let mut rest = labels;
    while !rest.is_empty() {
        let (key, quoted) = rest.split_once("=\"")?;
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        if key.is_empty() || !key.chars().all(plain) {
            return None;
        }
        // Up to the quote that no backslash stands before.
        let mut escaped = false;
        let end = quoted.char_indices().find_map(|(at, c)| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends.then_some(at)
        })?;
        rest = quoted[end + 1..].trim_start_matches(',');
    }
    Some((name, labels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_right_passes_and_each_fault_is_named() {
        let right = "# HELP tributary_x_total X.\n# TYPE tributary_x_total counter\ntributary_x_total{a=\"q\\\"}\"} 1\n";
        assert_eq!(faults(right), Vec::<String>::new());
        for (wrong, why) in [
            (right.trim_end().to_owned(), "no end"),
            (right.replace("counter", "gauge"), "_total"),
            (right.replace(" X.", ""), "help"),
            (right.replace("tributary_x_total{", "other{"), "does not follow"),
            (right.replace("} 1", "} one"), "can't be read"),
            (format!("{right}tributary_x_total{{a=\"q\\\"}}\"}} 2\n"), "twice"),
            (right.replace("x_total", "x_ms_total"), "base unit"),
        ] {
            assert!(faults(&wrong).iter().any(|fault| fault.contains(why)), "{why}: {:?}", faults(&wrong));
        }
    }
}
