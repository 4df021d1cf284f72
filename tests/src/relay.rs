//! A relay, as a real process on a free port of loopback.

use std::path::Path;
use std::time::Duration;

use crate::process::Process;
use crate::programs::program;

/// How long a relay may take to listen.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A running relay.
#[derive(Debug)]
pub struct Relay {
    /// Its name.
    pub name: String,
    /// Its process.
    pub process: Process,
    /// Where it listens: `127.0.0.1:PORT`.
    pub address: String,
}

impl Relay {
    /// Starts a relay to the servers at `allow`, listed at the director `http://HOST:PORT` where one is
    /// given; its logs go to `directory`.
    #[must_use]
    pub fn start(
        directory: &Path,
        name: &str,
        allow: &[&str],
        rate_mbit: Option<u32>,
        director: Option<&str>,
    ) -> Self {
        let rate_limit = rate_mbit.map(|rate| format!("{rate}Mbit"));
        let mut arguments = vec!["relay", "--name", name, "--listen", "127.0.0.1:0", "--open", "--allow"];
        arguments.extend(allow);
        arguments.extend(rate_limit.iter().flat_map(|limit| ["--rate-limit", limit.as_str()]));
        arguments.extend(director.into_iter().flat_map(|director| ["--director", director]));
        let mut process = Process::start(name, directory, &program("tributary-server"), arguments, &[]);
        let address = process.wait_for_line("listening on ", START_LIMIT);
        Self { name: name.to_owned(), process, address }
    }

    /// A stream at a server, by way of this relay, as `--source` takes it.
    #[must_use]
    pub fn source(&self, server: &str, hash: &str) -> String {
        format!("tributary://{}/via/{server}/b3:{hash}", self.address)
    }
}
