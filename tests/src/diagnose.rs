//! A run of `tributary-fetch diagnose` and what it reports.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::process::Process;
use crate::programs::program;

/// The longest that a test of a handful of servers may take.
const LIMIT: Duration = Duration::from_secs(60);

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
    /// The report, where `--json` was asked for.
    pub report: Value,
}

impl Diagnosis {
    /// Runs `diagnose` with these arguments, logs in `directory`.
    #[must_use]
    pub fn run(directory: &Path, arguments: &[&str]) -> Self {
        let all = ["diagnose"].into_iter().chain(arguments.iter().copied());
        let mut process = Process::start("diagnose", directory, &program("tributary-fetch"), all, &[]);
        let code = process.wait(LIMIT);
        let (output, errors) = (process.output(), process.errors());
        let report = output.lines().last().and_then(|line| serde_json::from_str(line).ok());
        Self { code, output, errors, report: report.unwrap_or(Value::Null) }
    }

    /// The sentence.
    #[must_use]
    pub fn sentence(&self) -> &str {
        self.report["verdict"]["sentence"].as_str().unwrap_or_default()
    }

    /// One server of the report.
    ///
    /// # Panics
    /// Where it has none of that name.
    #[must_use]
    pub fn server(&self, name: &str) -> &Value {
        let servers = self.report["servers"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = servers.iter().find(|server| server["name"] == name);
        found.unwrap_or_else(|| panic!("no server {name}: {self:#?}"))
    }

    /// A number of a server.
    ///
    /// # Panics
    /// Where it has none of that name.
    #[must_use]
    pub fn number(&self, server: &str, key: &str) -> f64 {
        self.server(server)[key].as_f64().unwrap_or_else(|| panic!("{server} has no {key}: {self:#?}"))
    }
}
