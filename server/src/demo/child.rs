//! A server run as a child process. It ends when the demo does, even where the demo is killed: its
//! standard input is a pipe that only the demo holds, and closing it is the stop.

use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// Time for a child to listen: it opens its state and its port.
const START: Duration = Duration::from_secs(30);
/// Time for a child to end by itself.
const END: Duration = Duration::from_secs(5);

/// A running server.
#[derive(Debug)]
pub(super) struct ServerChild {
    name: String,
    process: Child,
    /// Held: closing it stops the child.
    stdin: Option<ChildStdin>,
    /// Where it listens: `HOST:PORT`.
    pub(super) address: String,
}

impl ServerChild {
    /// Starts this program with `arguments` and waits until it listens.
    ///
    /// # Errors
    /// Where it ends or does not listen in time. What it says goes to standard error.
    pub(super) async fn start(name: &str, arguments: Vec<OsString>) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("this program does not know where it lies")?;
        let mut process = Command::new(program)
            .args(arguments)
            .arg("--stop-with-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{name} can't be started"))?;
        let stdin = process.stdin.take();
        let stdout = process.stdout.take().context("a piped child has a standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let line = tokio::time::timeout(START, lines.next_line())
            .await
            .with_context(|| format!("{name} does not listen after {} s", START.as_secs()))?
            .with_context(|| format!("{name} can't be heard"))?;
        let Some(address) = line.as_deref().and_then(|line| line.strip_prefix("listening on ")) else {
            bail!("{name} ended before it listened");
        };
        Ok(Self { name: name.to_owned(), process, stdin, address: address.to_owned() })
    }

    /// Waits until it ends, which it should not.
    pub(super) async fn ended(&mut self) -> anyhow::Error {
        match self.process.wait().await {
            Ok(status) => anyhow::anyhow!("{} ended: {status}", self.name),
            Err(error) => anyhow::anyhow!("{} can't be waited for: {error}", self.name),
        }
    }

    /// Stops it, and waits until it has ended.
    pub(super) async fn stop(mut self) {
        drop(self.stdin.take());
        if tokio::time::timeout(END, self.process.wait()).await.is_err() {
            tracing::warn!("{} does not stop and is killed", self.name);
            // It may have ended just now.
            let _ = self.process.kill().await;
        }
    }
}
