//! `diagnose`: measures servers without playing anything; a table, an export, a sentence.

mod table;

use std::path::Path;
use std::thread;
use std::time::Duration;

use fetch_engine::bundle::{Bundle, Scrub};
use fetch_engine::diagnose::report::{Phase, SortBy, TestReport};
use fetch_engine::diagnose::{ServerTest, TestError, TestRequest, export};
use fetch_engine::{Cancel, Engine, EngineConfig, Locator, SourceUrl, StreamId};

use crate::args::{Column, Diagnose, TestSource};
use crate::fault::Fault;
use crate::interrupt;
use crate::output::print;
use crate::settings;
use table::Live;

/// How often the test is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Measures the servers that the command line names.
///
/// # Errors
/// [`Fault`].
pub(crate) fn run(args: &Diagnose) -> Result<(), Fault> {
    let form = args.export.as_deref().map(form_of).transpose()?;
    let director = settings::director(&args.director)?;
    let engine = Engine::new(EngineConfig {
        director: director.clone(),
        ca_file: args.ca_file.clone(),
        ..EngineConfig::default()
    })?;
    let request = TestRequest {
        sources: sources(&engine, args, director.as_deref())?,
        locator: args.locator.clone(),
        director,
    };
    let cancel = Cancel::new();
    interrupt::watch(cancel.clone())
        .map_err(|why| Fault::File(format!("signals can't be watched: {why}")))?;
    let test = engine.test_servers(request);
    let live = Live::start(args.quiet || args.json);
    let report = follow(&test, &cancel, &live);
    drop(live);
    if let Some(path) = &args.bundle {
        bundle(args, &report, path)?;
    }
    if let Some(why) = test.error() {
        return Err(fault_of(why));
    }
    if let Some((path, form)) = args.export.as_deref().zip(form) {
        std::fs::write(path, form(&report)).map_err(|why| Fault::file("written", path, &why))?;
    }
    if args.json {
        let line = serde_json::to_string(&report).expect("numbers and texts can always be written as JSON");
        print(&[line])?;
    } else {
        print(&table::lines(&report, order(args.sort)))?;
    }
    outcome(&report)
}

/// Looks at the test until it is over.
fn follow(test: &ServerTest, cancel: &Cancel, live: &Live) -> TestReport {
    loop {
        let report = test.report();
        live.show(&report);
        if report.phase.is_over() {
            return report;
        }
        if cancel.is_cancelled() {
            test.cancel();
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// Writes a file for a report. It is of use where the test could not begin, too.
fn bundle(args: &Diagnose, report: &TestReport, path: &Path) -> Result<(), Fault> {
    let mut scrub = Scrub::of_process();
    // Addresses of the command line may hold passwords, as those in the settings may.
    let named = std::env::var("TRIBUTARY_DIRECTOR").ok();
    for address in args.director.director.iter().chain(&named) {
        scrub.know_address(address);
    }
    let mut bundle = Bundle::new(scrub, &[("tributary-fetch", env!("CARGO_PKG_VERSION").to_owned())]);
    if let Some(settings) = settings::text() {
        bundle.settings(&settings);
    }
    bundle.add("servers.json", &export::to_json(report));
    bundle.add("servers.csv", &export::to_csv(report));
    bundle.write(path).map_err(|why| Fault::file("written", path, &why))
}

/// Exit codes: somebody sends right bytes, nobody answers, nobody sends right bytes.
fn outcome(report: &TestReport) -> Result<(), Fault> {
    let said = || format!("{}. {}", report.verdict.sentence, report.verdict.cause).trim_end().to_owned();
    let unchecked =
        report.servers.iter().any(|server| server.unchecked_blocks > 0 && server.wrong_blocks == 0);
    match &report.phase {
        Phase::Cancelled => Err(Fault::Interrupted("stopped.".to_owned())),
        _ if report.has_honest_server() || unchecked => Ok(()),
        _ if report.has_answer() => Err(Fault::NoHonestCopy(said())),
        _ => Err(Fault::Nothing(said())),
    }
}

fn fault_of(why: TestError) -> Fault {
    match why {
        TestError::Open(why) => why.into(),
        TestError::NoServers(_) => Fault::Nothing(why.to_string()),
        TestError::NothingNamed => Fault::Usage(format!(
            "{why}. Use --director http://HOST:PORT, TRIBUTARY_DIRECTOR, or --source with an address."
        )),
    }
}

const fn order(column: Column) -> SortBy {
    match column {
        Column::Listed => SortBy::Given,
        Column::Name => SortBy::Name,
        Column::Connect => SortBy::Connect,
        Column::Rtt => SortBy::Rtt,
        Column::FirstByte => SortBy::FirstByte,
        Column::Rate => SortBy::Rate,
        Column::Together => SortBy::Together,
        Column::Loss => SortBy::Loss,
        Column::Wrong => SortBy::Wrong,
    }
}

/// What a file's ending asks for.
fn form_of(path: &Path) -> Result<fn(&TestReport) -> String, Fault> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => Ok(export::to_json),
        Some("csv") => Ok(export::to_csv),
        _ => Err(Fault::Usage(format!("{}: name a file that ends in .json or .csv", path.display()))),
    }
}

/// The servers of the command line as sources of the stream they are tested by.
fn sources(engine: &Engine, args: &Diagnose, director: Option<&str>) -> Result<Vec<SourceUrl>, Fault> {
    let mut stream = None;
    let mut sources = Vec::new();
    for source in &args.source {
        sources.push(match source {
            TestSource::Url(url) => url.clone(),
            TestSource::Address(address) => {
                let stream = match stream {
                    Some(stream) => stream,
                    None => *stream.insert(stream_of(engine, args.locator.as_ref(), director)?),
                };
                SourceUrl::Content { address: address.clone(), via: None, stream }
            }
        });
    }
    Ok(sources)
}

/// The stream of the title that servers given by their address are tested by.
fn stream_of(engine: &Engine, locator: Option<&Locator>, director: Option<&str>) -> Result<StreamId, Fault> {
    let needed = || {
        Fault::Usage(
            "a server given by its address is tested by a title: name one that it holds, b3:HASH or \
             CATALOG/TITLE"
                .to_owned(),
        )
    };
    let ask = || director.map(|address| engine.director(address)).ok_or_else(needed);
    match locator.ok_or_else(needed)? {
        Locator::Stream(stream) | Locator::Source(SourceUrl::Content { stream, .. }) => Ok(*stream),
        Locator::Title { catalog, title } => Ok(ask()?.title(catalog, title)?.stream),
        Locator::At { authority, catalog, title } => {
            Ok(engine.director(authority).title(catalog, title)?.stream)
        }
        Locator::File { name, size } => Ok(ask()?.file(name, *size)?.stream),
        Locator::Source(SourceUrl::Web(_)) | Locator::Metalink(_) => Err(needed()),
    }
}
