//! `tributary-server`: content server and director.
//!
//! | module | what it is |
//! |---|---|
//! | `cli` | flags and configuration files, checked into plain values |
//! | `net` | what every server needs of the network: stop, limits, shaping |
//! | `content` | index of a directory, pattern sessions, HTTP, registration (18 in the seed) |
//! | `director` | who holds what: catalogs, titles, leases, events (16 in the seed) |

mod cli;
mod content;
mod director;
mod net;
mod text;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    cli::logs::start(cli.log);
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tributary-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: cli::Command) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let stop = net::shutdown::on_signal()?;
        match command {
            cli::Command::Content(args) => content::run(args.resolve()?, stop).await,
            cli::Command::Director(args) => director::run(args.resolve()?, stop).await,
        }
    });
    // A thread that still hashes a film must not hold up the end of the process.
    runtime.shutdown_background();
    done
}
