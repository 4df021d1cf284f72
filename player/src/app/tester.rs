//! The server test: started, watched and ended by the window; its export is written to a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fetch_engine::diagnose::report::TestReport;
use fetch_engine::diagnose::{ServerTest, TestRequest, export};

use super::App;
use crate::i18n::t;
use crate::state::notice::{Notice, NoticeKind};
use crate::state::{Command, Event};

/// Between two looks at a running test: figures change at most four times a second.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Most files of one day that are told apart by a number.
const MAX_FILES_A_DAY: u32 = 999;

/// The test under way, where there is one.
#[derive(Debug, Default)]
pub(super) struct Tester {
    test: Option<ServerTest>,
}

impl App {
    /// Carries out a wish that is about the server test.
    pub(super) fn test_command(&mut self, command: &Command) {
        match command {
            Command::ShowServerTest => {
                self.state.apply(Event::ServerTestShown);
                if self.state.server_tests.report.is_none() {
                    self.start_test();
                }
            }
            Command::TestServers => self.start_test(),
            Command::StopServerTest => {
                if let Some(test) = &self.tester.test {
                    test.cancel();
                }
            }
            Command::SortServers(by) => self.state.apply(Event::ServersSorted(*by)),
            Command::ExportServers => self.export_servers(),
            _ => {}
        }
    }

    fn start_test(&mut self) {
        let director = self.state.library.director.as_deref().map(super::target::director_url);
        let test = self.engine.test_servers(TestRequest { director, ..TestRequest::default() });
        self.state.apply(Event::ServersTested(Arc::new(test.report())));
        self.tester.test = Some(test);
    }

    /// Takes what the test has found out since the last look.
    pub(super) fn look_at_test(&mut self, ctx: &egui::Context) {
        let Some(test) = &self.tester.test else { return };
        let report = test.report();
        if report.phase.is_over() {
            self.tester.test = None;
        } else {
            ctx.request_repaint_after(LOOK_EVERY);
        }
        self.state.apply(Event::ServersTested(Arc::new(report)));
    }

    fn export_servers(&mut self) {
        let Some(report) = self.state.server_tests.report.clone() else { return };
        let notice = match write(&folder(), self.state.date, &report) {
            Ok(path) => Notice::passing(NoticeKind::Saved, t!("test-saved"), path.display().to_string()),
            Err(why) => {
                let why = crate::state::words::sentence(&why.to_string());
                Notice::warning(NoticeKind::Other, t!("test-not-saved"), why)
            }
        };
        self.state.apply(Event::Noticed(notice));
    }
}

/// Writes the table under a name that is free.
fn write(folder: &Path, date: u64, report: &TestReport) -> std::io::Result<PathBuf> {
    let day = crate::state::words::day(date);
    for number in 1..=MAX_FILES_A_DAY {
        let again = if number == 1 { String::new() } else { format!(" {number}") };
        let path = folder.join(format!("Tributary servers {day}{again}.csv"));
        let made = std::fs::File::options().write(true).create_new(true).open(&path);
        match made {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, export::to_csv(report).as_bytes())?;
                return Ok(path);
            }
            Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(why) => return Err(why),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}

/// Where documents lie.
pub(super) fn folder() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let named = std::env::var_os("XDG_DOCUMENTS_DIR").map(PathBuf::from);
    let usual = home.clone().map(|home| home.join("Documents"));
    [named, usual, home].into_iter().flatten().find(|folder| folder.is_dir()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_never_writes_over_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let report = TestReport::default();
        let names: Vec<String> = (0..2)
            .map(|_| write(folder.path(), 1_800_000_000, &report).expect("written"))
            .map(|path| path.file_name().expect("named").to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["Tributary servers 2027-01-15.csv", "Tributary servers 2027-01-15 2.csv"]);
        assert!(write(&folder.path().join("none"), 0, &report).is_err());
    }
}
