//! The command line. Flags override what a `--config` file says; both end in one checked value.

mod content;
mod director;
mod file;
mod listen;
pub(crate) mod logs;
mod rate;
mod relay;
pub(crate) mod state_dir;

pub(crate) use content::{ContentArgs, ContentConfig};
pub(crate) use director::{DirectorArgs, DirectorConfig};
pub(crate) use listen::address as listen_address;
pub(crate) use rate::Rate;
pub(crate) use relay::{RelayArgs, RelayConfig};

use clap::{Parser, Subcommand};

/// Serves films to Tributary players, several servers to one player at once.
#[derive(Debug, Parser)]
#[command(name = "tributary-server", version, about, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// How logs are written to standard error.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) log: logs::LogFormat,
    /// Stop when standard input is closed: for programs that run this one.
    #[arg(long, global = true, hide = true)]
    pub(crate) stop_with_stdin: bool,
    /// What to run.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  tributary-server demo
  tributary-server director --open
  tributary-server content --name alpha --directory ~/Films --director http://127.0.0.1:7400
  tributary-server relay --allow 192.168.1.2:7410 --director http://127.0.0.1:7400

RUST_LOG chooses what is logged, for example RUST_LOG=debug.";

/// What the binary can run.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the films of a directory.
    Content(ContentArgs),
    /// Keep the list of who holds what, for players to ask.
    Director(DirectorArgs),
    /// Pass players on to content servers, as one more route to them.
    Relay(RelayArgs),
    /// Run a director and three content servers with different rates, and sample films.
    Demo(DemoArgs),
}

/// Flags of `demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  tributary-server demo
  tributary-server demo --media ~/Films
  tributary-server demo --listen 127.0.0.1:0")]
pub(crate) struct DemoArgs {
    /// Serve the films of this directory instead of samples made on the spot.
    #[arg(long, value_name = "DIR")]
    pub(crate) media: Option<std::path::PathBuf>,
    /// Where the director listens. Taken ports are replaced by free ones.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7400")]
    pub(crate) listen: String,
    /// Where samples and state are kept [default: the user's cache directory].
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<std::path::PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
