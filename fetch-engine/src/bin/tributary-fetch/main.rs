//! `tributary-fetch`: fetches streams, and lists what a director knows.
//!
//! | module | what it is |
//! |---|---|
//! | `args` | the command line |
//! | `get` | fetches one stream |
//! | `proxy` | a local HTTP server for any player |
//! | `diagnose` | measures servers without playing |
//! | `list` | `sources`, `catalogs`, `titles` |
//! | `output` | the file that is written, whole or called a part |
//! | `progress` | bars on a terminal |
//! | `report` | what `--json` prints |
//! | `fault` | what went wrong, and the exit code for it |
//! | `stats_log` | `--stats-log` |
//! | `settings` | the user's configuration file |
//! | `interrupt` | Ctrl-C |

mod args;
mod diagnose;
mod fault;
mod get;
mod interrupt;
mod list;
mod output;
mod progress;
mod proxy;
mod report;
mod scheme;
mod settings;
mod stats_log;

use std::io;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use args::{Args, Command};

fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let done = match args.command {
        Command::Get(get) => get::run(&get),
        Command::Proxy(proxy) => proxy::run(&proxy),
        Command::Sources(sources) => list::sources(&sources),
        Command::Catalogs(catalogs) => list::catalogs(&catalogs),
        Command::Titles(titles) => list::titles(&titles),
        Command::Diagnose(diagnose) => diagnose::run(&diagnose),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("tributary-fetch: {fault}");
            ExitCode::from(fault.code())
        }
    }
}
