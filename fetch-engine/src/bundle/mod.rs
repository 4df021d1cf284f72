//! A bundle for a report: what somebody else needs to see what happened, in one zip file, without secrets and
//! without private paths.
//!
//! Everything that goes in passes [`Scrub`], file names and pictures' sources included; there is no other way in.

mod recorder;
mod scrub;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub use recorder::{KEPT_SECONDS, Recorder};
pub use scrub::Scrub;

/// Most bytes of one file in a bundle; longer ones are cut.
const MAX_FILE_BYTES: usize = 16 << 20;
/// Most files in a bundle.
const MAX_FILES: usize = 32;

/// What the bundle says of itself.
const READ_ME: &str = "\
What happened while Tributary ran, for somebody who is to find out why.

versions.json   the program, the system and its libraries
settings.toml   the settings; what is secret in them was taken out
numbers.jsonl   the numbers of the last ten minutes, one line a second (docs/stats.schema.json)
events.jsonl    what happened, one line each
servers.json    the last server test; servers.csv is the same as a table
pipeline.svg    how picture and sound were put together, pipeline.dot its source

Not all of them are in every bundle. Passwords, tokens and the folders in which files lie were taken out; names of
titles and addresses of servers were not. Look through it before you hand it on.
";

/// A bundle that is being put together.
#[derive(Debug)]
pub struct Bundle {
    scrub: Scrub,
    files: Vec<(String, String)>,
}

impl Bundle {
    /// One with the versions in it; `scrub` takes out what nobody else shall see.
    #[must_use]
    pub fn new(scrub: Scrub, versions: &[(&str, String)]) -> Self {
        let mut bundle = Self { scrub, files: Vec::new() };
        bundle.add("README.txt", READ_ME);
        let mut all = serde_json::Map::new();
        for (name, version) in versions.iter().chain(&system()) {
            all.insert((*name).to_owned(), json!(version));
        }
        let versions = serde_json::Value::Object(all);
        bundle.add("versions.json", &format!("{versions:#}\n"));
        bundle
    }

    /// Adds a text.
    pub fn add(&mut self, name: &str, text: &str) {
        if self.files.len() < MAX_FILES {
            let mut clean = self.scrub.text(text);
            clean.truncate(clean.floor_char_boundary(MAX_FILE_BYTES));
            self.files.push((name.to_owned(), clean));
        }
    }

    /// Adds settings: what is secret by its name is left out, wherever it stands.
    pub fn settings(&mut self, toml: &str) {
        let settings = self.scrub.settings(toml);
        self.add("settings.toml", &settings);
    }

    /// Adds a graph in the language of Graphviz, and its picture where that is installed.
    pub fn graph(&mut self, dot: &str) {
        let clean = self.scrub.text(dot);
        if let Some(svg) = picture(&clean) {
            self.add("pipeline.svg", &svg);
        }
        self.add("pipeline.dot", &clean);
    }

    /// Writes the file.
    ///
    /// # Errors
    /// As the system says. What was begun is taken away again.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let written = self.write_to(File::create(path)?);
        if written.is_err() {
            // The first fault is the one to tell.
            let _ = std::fs::remove_file(path);
        }
        written
    }

    fn write_to(&self, file: File) -> io::Result<()> {
        let mut zip = ZipWriter::new(file);
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, text) in &self.files {
            zip.start_file(name.as_str(), options).map_err(io::Error::other)?;
            zip.write_all(text.as_bytes())?;
        }
        zip.finish().map_err(io::Error::other)?.sync_all()
    }
}

/// What the system is.
fn system() -> [(&'static str, String); 3] {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    [
        ("system", name.unwrap_or("unknown").trim_matches('"').to_owned()),
        ("kernel", kernel.trim().to_owned()),
        ("machine", std::env::consts::ARCH.to_owned()),
    ]
}

/// The picture of a graph, where Graphviz is installed and makes one.
fn picture(dot: &str) -> Option<String> {
    use std::process::{Command, Stdio};
    let mut child = Command::new("dot")
        .arg("-Tsvg")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let (mut input, text) = (child.stdin.take()?, dot.to_owned());
    // On a thread of its own: the program writes before it has read all.
    let feeding = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().ok()?;
    feeding.join().ok()?.ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn read(path: &Path) -> Vec<(String, String)> {
        let mut zip = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        let mut all = Vec::new();
        for name in names {
            let mut text = String::new();
            zip.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
            all.push((name, text));
        }
        all
    }

    #[test]
    fn whatever_goes_in_comes_out_clean() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.zip");
        let mut scrub = Scrub::new(Some("/home/anna".into()));
        scrub.know("hunter2");
        let mut bundle = Bundle::new(scrub, &[("tributary", "0.1.0".to_owned())]);
        bundle.settings(
            "director = \"http://anna:s3cret-pass@box:7400\"\ntoken = \"v4.public.AAAA\"\nahead_mib = 150\n",
        );
        bundle.add("events.jsonl", "{\"what\":\"opened /home/anna/Films/Tax 2026.mkv with hunter2\"}\n");
        bundle.graph("digraph p { a [label=\"location=\\\"/home/anna/Films/x.mkv\\\"\"]; a -> b; }");
        bundle.write(&path).unwrap();
        let files = read(&path);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        for name in ["README.txt", "versions.json", "settings.toml", "events.jsonl", "pipeline.dot"] {
            assert!(names.contains(&name), "{names:?}");
        }
        for (name, text) in &files {
            for secret in ["/home/anna", "s3cret-pass", "hunter2", "v4.public", "Films/"] {
                assert!(!text.contains(secret), "{secret} in {name}: {text}");
            }
        }
        let settings = &files.iter().find(|(name, _)| name == "settings.toml").unwrap().1;
        assert!(settings.contains("ahead_mib = 150") && settings.contains("box:7400"), "{settings}");
    }

    #[test]
    fn a_bundle_that_can_not_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = Bundle::new(Scrub::new(None), &[]);
        assert!(bundle.write(&folder.path().join("none/report.zip")).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
