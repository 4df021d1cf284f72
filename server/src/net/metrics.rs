//! The text that Prometheus reads.

use std::fmt::{Display, Write};

/// Metrics in Prometheus' text format.
#[derive(Debug, Default)]
pub(crate) struct Text(String);

impl Text {
    /// Adds a metric `tributary_NAME` with its help, and a row for each set of labels.
    pub(crate) fn metric<V: Display>(&mut self, name: &str, kind: &str, help: &str, rows: &[(&str, V)]) {
        // Writing to a string can't fail.
        let _ = writeln!(self.0, "# HELP tributary_{name} {help}\n# TYPE tributary_{name} {kind}");
        for (labels, value) in rows {
            let _ = writeln!(self.0, "tributary_{name}{labels} {value}");
        }
    }

    /// The whole text.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}
