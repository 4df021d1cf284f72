//! `get`: fetches a stream, in order and verified.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use fetch_engine::discover::Question;
use fetch_engine::snapshot::Snapshot;
use fetch_engine::{
    CacheLimits, Cancel, Engine, EngineConfig, Locator, OpenOptions, ReadError, SourceUrl, Stream,
    Verification, WholeCheck, WholeHash,
};

use crate::args::{ByteRange, Get};
use crate::fault::Fault;
use crate::interrupt;
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::report::{Report, Timing};
use crate::settings;
use crate::stats_log::Logging;

/// How long nobody may be able to send the next part.
const GIVE_UP_AFTER: Duration = Duration::from_secs(15);
/// How long servers on the local network have to announce themselves.
const LISTEN_FOR: Duration = Duration::from_secs(2);
/// What is read is written and not read again, so nothing is kept behind.
const CACHE: CacheLimits = CacheLimits { back_bytes: 0, ahead_bytes: 24 << 20 };

/// Fetches what the command line names.
///
/// # Errors
/// [`Fault`].
pub(crate) fn run(args: &Get) -> Result<(), Fault> {
    let start = Instant::now();
    let director = settings::director(&args.director)?;
    let engine = Engine::new(args.scheme.choose(EngineConfig {
        director: director.clone(),
        cache: CACHE,
        give_up_after: GIVE_UP_AFTER,
        ca_file: args.ca_file.clone(),
        ..EngineConfig::default()
    }))?;
    let cancel = Cancel::new();
    interrupt::watch(cancel.clone())
        .map_err(|why| Fault::File(format!("signals can't be watched: {why}")))?;
    let range = args.range.unwrap_or(ByteRange { start: 0, end: None });
    let mut stream = open(&engine, args, range, director.is_some())?;
    if range.start > 0 && range.start >= stream.size() {
        return Err(Fault::Usage(format!(
            "the range starts past the end: there are {} bytes",
            stream.size()
        )));
    }
    let path = args.output.clone().unwrap_or_else(|| default_path(&stream));
    let mut output = Output::open(&path)?;

    if let Some(warning) = stream.verification().warning().filter(|_| !args.quiet) {
        eprintln!("tributary-fetch: {warning}");
    }

    let logging = Logging::start(args.stats_log.as_deref(), &stream)?;
    let mut timing = Timing::new(start);
    let mut check = Check::new(&stream, range);
    let mut fetched = fetch(&stream, range, &mut output, &mut timing, &mut check, args.quiet, &cancel);
    if matches!(fetched, Err(Fault::NoHonestCopy(_))) && engine.doubts_size(stream.id()) {
        // Whoever answered first told a wrong size, and was believed. What was read is right all the same.
        let rest = ByteRange { start: range.start + timing.bytes(), end: range.end };
        stream = open(&engine, args, rest, director.is_some())?;
        fetched = fetch(&stream, rest, &mut output, &mut timing, &mut check, args.quiet, &cancel);
    }
    drop(logging);
    let checked = fetched.and_then(|()| check.finish());
    let verified = matches!(checked, Ok(true));
    let done = match checked {
        Ok(_) => output.finish(),
        Err(fault) => {
            let every_byte = stream.verification() == Verification::EveryByte;
            if every_byte
                && range.start == 0
                && let Err(why) = output.describe_part(|bytes| stream.part(bytes))
            {
                eprintln!("tributary-fetch: no content server can serve the part as it is: {why}");
            }
            Err(match output.left_behind(every_byte) {
                Some(left) => fault.followed_by(&left),
                None => fault,
            })
        }
    };
    let snapshot = stream.snapshot();
    let message = done.as_ref().err().map(ToString::to_string);
    let hash = stream.hash().map(|hash| hash.to_string());
    let happened = (stream.told(), &*stream.log_since(0));
    let report = Report::new(hash, verified, &timing, &snapshot, happened, message);
    if done.is_ok() && !args.quiet {
        eprintln!("{}", summary(&path.display().to_string(), &timing, &report, &snapshot));
    }
    if args.json {
        if path.as_os_str() == "-" {
            eprintln!("{}", report.to_line());
        } else {
            output::print(&[report.to_line()])?;
        }
    }
    done
}

fn open(engine: &Engine, args: &Get, range: ByteRange, has_director: bool) -> Result<Stream, Fault> {
    let mut sources = args.source.clone();
    let named = args.name.clone().map(|name| Locator::File { name, size: args.size });
    let locator = match args.locator.clone().or(named) {
        Some(locator) => locator,
        // The command line's parser asks for one or the other.
        None if sources.is_empty() => return Err(Fault::Usage("nothing is named to be fetched".to_owned())),
        None => Locator::Source(sources.remove(0)),
    };
    let (locator, found) = on_the_network(engine, args, locator, has_director || !sources.is_empty())?;
    sources.extend(found);
    let options = OpenOptions { sources, size: args.size, ..OpenOptions::default() };
    Ok(engine.open_in_order(&locator, &options, range.start, range.end)?)
}

/// Looks for sources on the local network, where that was asked for or nothing else is known; gives the
/// stream that they hold where the file was named only.
fn on_the_network(
    engine: &Engine,
    args: &Get,
    locator: Locator,
    others: bool,
) -> Result<(Locator, Vec<SourceUrl>), Fault> {
    let question = match &locator {
        Locator::Stream(stream) => Question::Stream(*stream),
        Locator::File { name, size } => Question::File { name: name.clone(), size: *size },
        _ => return Ok((locator, Vec::new())),
    };
    if others && !args.discover {
        return Ok((locator, Vec::new()));
    }
    let found = match engine.search_network(&question, LISTEN_FOR) {
        Ok(found) => found,
        // There are others to ask.
        Err(why) if others => {
            eprintln!("tributary-fetch: {why}");
            Vec::new()
        }
        Err(why) => return Err(Fault::Nothing(why.to_string())),
    };
    if found.is_empty() && !others {
        return Err(Fault::Nothing(format!(
            "no server on the local network said that it holds {locator}. Name a director with --director \
             http://HOST:PORT, or servers with --source"
        )));
    }
    let locator = match (locator, found.first()) {
        (Locator::File { .. }, Some(SourceUrl::Content { stream, .. })) => Locator::Stream(*stream),
        (locator, _) => locator,
    };
    Ok((locator, found))
}

/// Reads the range to its end and writes it.
fn fetch(
    stream: &Stream,
    range: ByteRange,
    output: &mut Output,
    timing: &mut Timing,
    check: &mut Check,
    quiet: bool,
    cancel: &Cancel,
) -> Result<(), Fault> {
    let end = range.end.unwrap_or(u64::MAX).min(stream.size());
    let progress = Progress::start(stream, end - range.start, quiet);
    let mut reader = stream.reader_with(range.start, cancel.clone());
    while reader.position() < end {
        if cancel.is_cancelled() {
            return Err(interrupted());
        }
        let (position, asked) = (reader.position(), Instant::now());
        let chunk = match reader.next_chunk() {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(ReadError::Cancelled) => return Err(interrupted()),
            Err(ReadError::Failed(message)) => {
                return Err(stream.failure().map_or(Fault::Nothing(message), Fault::from));
            }
        };
        let now = Instant::now();
        let len = (chunk.len() as u64).min(end - position) as usize;
        output.write(&chunk[..len])?;
        check.update(&chunk[..len]);
        timing.add(len as u64, now, now.duration_since(asked));
        progress.set(timing.bytes());
    }
    Ok(())
}

/// What is left to be checked where bytes are not verified before they are read.
enum Check {
    /// Nothing: they are.
    Verified,
    /// The whole against its hash.
    Whole(WholeHash, WholeCheck),
    /// Nothing: there is nothing to check them against.
    Impossible,
}

impl Check {
    fn new(stream: &Stream, range: ByteRange) -> Self {
        let whole = range.start == 0 && range.end.is_none_or(|end| end >= stream.size());
        match stream.verification() {
            Verification::EveryByte => Self::Verified,
            Verification::AtTheEnd(hash) if whole => Self::Whole(hash, hash.check()),
            Verification::AtTheEnd(_) | Verification::Never => Self::Impossible,
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        if let Self::Whole(_, check) = self {
            check.update(bytes);
        }
    }

    /// Whether the bytes are verified.
    fn finish(self) -> Result<bool, Fault> {
        match self {
            Self::Verified => Ok(true),
            Self::Whole(hash, check) => {
                let wrong =
                    || format!("the bytes that came are not those of {hash}: some server has another file.");
                check.is_right().then_some(true).ok_or_else(|| Fault::NoHonestCopy(wrong()))
            }
            Self::Impossible => Ok(false),
        }
    }
}

fn interrupted() -> Fault {
    Fault::Interrupted("stopped.".to_owned())
}

fn default_path(stream: &Stream) -> PathBuf {
    output::file_name(stream.file_name().unwrap_or_default(), &stream.id().to_string())
}

fn summary(path: &str, timing: &Timing, report: &Report, snapshot: &Snapshot) -> String {
    let mib = timing.bytes() as f64 / f64::from(1 << 20);
    let sum: u64 = snapshot.sources.iter().map(|source| source.bytes).sum();
    let share = |bytes: u64| if sum > 0 { bytes as f64 * 100.0 / sum as f64 } else { 0.0 };
    let shares = snapshot.sources.iter().filter(|source| source.bytes > 0);
    let shares: Vec<String> =
        shares.map(|source| format!("{} {:.0} %", source.name, share(source.bytes))).collect();
    let rate = report.goodput_bps / 1e6;
    let from = if shares.is_empty() { String::new() } else { format!(": {}", shares.join(", ")) };
    let verified = if report.verified { "verified" } else { "NOT verified" };
    format!("{path}: {mib:.1} MiB in {:.1} s, {rate:.1} Mbit/s, {verified}{from}", report.seconds)
}
