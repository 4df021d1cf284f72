//! `tributary-server`: content server, director, relay and demo.
//!
//! | module | what it is |
//! |---|---|
//! | `cli` | flags and configuration files, checked into plain values |
//! | `net` | what every server needs of the network: stop, limits, shaping |
//! | `content` | index of a directory, pattern sessions, HTTP, registration (18 in the seed) |
//! | `director` | who holds what: catalogs, titles, leases, events (16 in the seed) |
//! | `relay` | passes sessions on to sources over another route (72 in the seed) |
//! | `registrar` | keeps a server or a relay listed at its director |
//! | `demo` | a director and three content servers in one command |

mod cli;
mod content;
mod demo;
mod director;
mod net;
mod registrar;
mod relay;
mod text;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    cli::logs::start(cli.log);
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tributary-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: cli::Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let stop = net::shutdown::on_signal()?;
        if cli.stop_with_stdin {
            net::shutdown::on_end_of_input(stop.clone())?;
        }
        match cli.command {
            cli::Command::Content(args) => content::run(args.resolve()?, stop).await,
            cli::Command::Director(args) => director::run(args.resolve()?, stop).await,
            cli::Command::Relay(args) => relay::run(args.resolve()?, stop).await,
            cli::Command::Demo(args) => demo::run(args, stop).await,
        }
    });
    // A thread that still hashes a film must not hold up the end of the process.
    runtime.shutdown_background();
    done
}
