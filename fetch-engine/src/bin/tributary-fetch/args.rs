//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as Arguments, Parser, Subcommand};
use fetch_engine::{Locator, SourceUrl};

use crate::scheme::Scheme;

/// Fetches one stream from several servers at once.
#[derive(Debug, Parser)]
#[command(name = "tributary-fetch", version, about, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Examples:
  tributary-fetch catalogs --director http://127.0.0.1:7400
  tributary-fetch titles Library --director http://127.0.0.1:7400
  tributary-fetch get Library/Film --director http://127.0.0.1:7400 -o film.mp4

The director may also be named by TRIBUTARY_DIRECTOR, or by a line like
  director = \"http://127.0.0.1:7400\"
in tributary/config.toml in the configuration directory (~/.config).

Exit codes: 0 whole and verified; 2 usage; 3 nothing found or nobody reachable;
4 no honest copy could be had; 5 local file error; 130 interrupted.";

const GET_EXAMPLES: &str = "\
Examples:
  tributary-fetch get Library/Film -o film.mp4
  tributary-fetch get tributary://box.local/Library/Film
  tributary-fetch get --name film.mkv --size 734003200
  tributary-fetch get b3:HASH --range 0-1048575 -o - | file -
  tributary-fetch get --source tributary://a.local/b3:HASH --source tributary://b.local/b3:HASH
  tributary-fetch get film.mp4.meta4
  tributary-fetch get b3:HASH --source tributary://a.local/b3:HASH --source https://example.net/film.mp4

LOCATOR is CATALOG/TITLE, b3:HASH, name:FILE or name:FILE?size=BYTES at the director,
tributary://HOST[:PORT]/CATALOG/TITLE, a .meta4 (Metalink) file or its web address, http(s)://HOST/PATH, or
left out where sources are given. Of plain web servers alone bytes are verified only as far as hashes are
known: --json says so as \"verified\".";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Fetch a stream, in order and verified.
    Get(Get),
    /// Serve titles to any player by HTTP.
    Proxy(Proxy),
    /// List the servers that hold a stream.
    Sources(Sources),
    /// List the director's catalogs.
    Catalogs(Catalogs),
    /// List the titles of a catalog.
    Titles(Titles),
    /// Measure servers without playing anything.
    Diagnose(Diagnose),
}

/// Arguments of `get`.
#[derive(Debug, Arguments)]
#[command(after_help = GET_EXAMPLES)]
pub(crate) struct Get {
    /// What to fetch.
    #[arg(value_name = "LOCATOR", required_unless_present_any = ["source", "name"])]
    pub(crate) locator: Option<Locator>,
    /// Fetch the file of this name, ending and all; the director is asked which title that is.
    #[arg(long, value_name = "NAME", conflicts_with = "locator")]
    pub(crate) name: Option<String>,
    /// Its size: where several files have that name, or so that no server has to be asked for it first.
    #[arg(long, value_name = "BYTES")]
    pub(crate) size: Option<u64>,
    /// Where to write it: a file, or - for standard output [default: the title's file name].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Fetch only these bytes, counted from 0, both ends included; the second may be left out.
    #[arg(long, value_name = "A-B")]
    pub(crate) range: Option<ByteRange>,
    /// Who holds the stream: tributary://HOST:PORT/b3:HASH, or http(s)://HOST/PATH of a plain web server.
    /// May be given again.
    #[arg(long, value_name = "URL")]
    pub(crate) source: Vec<SourceUrl>,
    /// Look for servers on the local network, and ask each whether it holds what is wanted. Done without
    /// being asked for where no director and no source is known.
    #[arg(long)]
    pub(crate) discover: bool,
    /// Certificates, in PEM, to trust beside the system's when a source is https.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) director: DirectorFlag,
    #[command(flatten)]
    pub(crate) scheme: Scheme,
    /// Write the numbers to a file while it runs: a line of JSON each half second, as docs/stats.schema.json
    /// describes it.
    #[arg(long, value_name = "FILE")]
    pub(crate) stats_log: Option<PathBuf>,
    /// End with a line of JSON that says how it went (on standard error with -o -).
    #[arg(long)]
    pub(crate) json: bool,
    /// Say nothing but errors.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Where the proxy listens where nothing else is said.
const PROXY_LISTEN: &str = "127.0.0.1:7430";

const PROXY_EXAMPLES: &str = "\
Examples:
  tributary-fetch proxy --director http://127.0.0.1:7400
  mpv http://127.0.0.1:7430/Library/Film
  vlc http://127.0.0.1:7430/playlist.m3u

Titles are at /CATALOG/TITLE and /streams/HASH, with Range; / lists them, /playlist.m3u and
/playlist.m3u?catalog=NAME are playlists, /health and /metrics (Prometheus) are for operators.";

/// Arguments of `proxy`.
#[derive(Debug, Arguments)]
#[command(after_help = PROXY_EXAMPLES)]
pub(crate) struct Proxy {
    /// Address to listen on; port 0 picks one.
    #[arg(long, value_name = "ADDR", default_value = PROXY_LISTEN)]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) director: DirectorFlag,
    /// Who holds a stream: tributary://HOST:PORT/b3:HASH, or http(s)://HOST/PATH of a plain web server.
    /// May be given again.
    #[arg(long, value_name = "URL")]
    pub(crate) source: Vec<SourceUrl>,
    /// Certificates, in PEM, to trust beside the system's when a source is https.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) scheme: Scheme,
    /// Serve other machines too: whoever reaches the address can fetch every title.
    #[arg(long)]
    pub(crate) open: bool,
}

/// Arguments of `sources`.
#[derive(Debug, Arguments)]
pub(crate) struct Sources {
    /// Of which stream.
    #[arg(value_name = "LOCATOR")]
    pub(crate) locator: Locator,
    #[command(flatten)]
    pub(crate) director: DirectorFlag,
    /// Print the director's answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `catalogs`.
#[derive(Debug, Arguments)]
pub(crate) struct Catalogs {
    #[command(flatten)]
    pub(crate) director: DirectorFlag,
    /// Print the director's answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `titles`.
#[derive(Debug, Arguments)]
pub(crate) struct Titles {
    /// Of which catalog.
    #[arg(value_name = "CATALOG")]
    pub(crate) catalog: String,
    #[command(flatten)]
    pub(crate) director: DirectorFlag,
    /// Only titles that match these words.
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub(crate) search: String,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

const DIAGNOSE_EXAMPLES: &str = "\
Examples:
  tributary-fetch diagnose --director http://127.0.0.1:7400
  tributary-fetch diagnose Library/Film --sort rtt
  tributary-fetch diagnose b3:HASH --source box.local:7410 --source https://example.net/film.mp4
  tributary-fetch diagnose --export servers.csv
  tributary-fetch diagnose --bundle report.zip

Each server sends 4 MiB alone, one after the other; then all send together, for at most 3 s. Every block is
checked. Exit code 0: somebody sends right bytes; 3: nobody answers; 4: nobody sends right bytes.";

/// Arguments of `diagnose`.
#[derive(Debug, Arguments)]
#[command(after_help = DIAGNOSE_EXAMPLES)]
pub(crate) struct Diagnose {
    /// Test the holders of this title, by it [default: all servers of the director].
    #[arg(value_name = "LOCATOR")]
    pub(crate) locator: Option<Locator>,
    #[command(flatten)]
    pub(crate) director: DirectorFlag,
    /// Test this server: HOST or HOST:PORT where a LOCATOR says by what, or an address as for get. May be given
    /// again.
    #[arg(long, value_name = "ADDR")]
    pub(crate) source: Vec<TestSource>,
    /// Certificates, in PEM, to trust beside the system's when a source is https.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Order of the table.
    #[arg(long, value_name = "COLUMN", default_value = "listed")]
    pub(crate) sort: Column,
    /// Write the measurements to a file: .json, or .csv for a spreadsheet.
    #[arg(long, value_name = "FILE")]
    pub(crate) export: Option<PathBuf>,
    /// Write a zip file for a report: versions, settings without what is secret in them, measurements.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// Print the measurements as one line of JSON instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show nothing while it runs.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// A server to test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TestSource {
    /// With the stream it is tested by.
    Url(SourceUrl),
    /// `HOST:PORT` of a content server.
    Address(String),
}

impl FromStr for TestSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return text.parse().map(Self::Url).map_err(|why: fetch_engine::LocatorError| why.to_string());
        }
        fetch_engine::locator::content_address(text).map(Self::Address).map_err(|why| why.to_string())
    }
}

/// A column of the table of servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Column {
    /// As the servers are listed.
    Listed,
    /// By name.
    Name,
    /// Shortest connect first.
    Connect,
    /// Shortest round trip first.
    Rtt,
    /// Shortest time to the first byte first.
    FirstByte,
    /// Fastest alone first.
    Rate,
    /// Fastest with all others first.
    Together,
    /// Who loses most then first.
    Loss,
    /// Most wrong blocks first.
    Wrong,
}

/// Which director to ask.
#[derive(Debug, Arguments)]
pub(crate) struct DirectorFlag {
    /// The director to ask [default: TRIBUTARY_DIRECTOR, or the one in the configuration].
    #[arg(long, value_name = "URL")]
    pub(crate) director: Option<String>,
}

/// Bytes `A-B`, both included, or `A-` for all from A on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteRange {
    /// First byte.
    pub(crate) start: u64,
    /// One past the last; none for the stream's end.
    pub(crate) end: Option<u64>,
}

impl FromStr for ByteRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || "give A-B or A-, two byte offsets with the smaller first".to_owned();
        let (start, last) = text.split_once('-').ok_or_else(bad)?;
        let start = start.parse::<u64>().map_err(|_| bad())?;
        let end = match last {
            "" => None,
            last => Some(last.parse::<u64>().ok().and_then(|last| last.checked_add(1)).ok_or_else(bad)?),
        };
        if end.is_some_and(|end| end <= start) {
            return Err(bad());
        }
        Ok(Self { start, end })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn ranges_include_both_ends() {
        assert_eq!("5-9".parse(), Ok(ByteRange { start: 5, end: Some(10) }));
        assert_eq!("5-".parse(), Ok(ByteRange { start: 5, end: None }));
        for text in ["", "5", "-5", "9-5", "a-b", "0-18446744073709551615"] {
            assert!(text.parse::<ByteRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_locator_or_a_source_is_needed() {
        let hash = "0".repeat(64);
        let source = format!("tributary://h/b3:{hash}");
        assert!(Args::try_parse_from(["tributary-fetch", "get", "--source", &source]).is_ok());
        for bad in [vec!["get"], vec!["get", "neither"], vec!["get", "--source", "ftp://x/y"]] {
            let error = Args::try_parse_from(["tributary-fetch"].iter().chain(&bad)).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{bad:?}");
        }
    }
}
