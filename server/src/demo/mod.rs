//! A director and three content servers in one command: with different rates, and films to play.

mod child;
#[cfg(feature = "media")]
mod samples;

use std::ffi::OsString;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Deserialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tributary_core::directory::Servers;

use crate::cli::{DemoArgs, listen_address, state_dir};
use child::ServerChild;

/// The content servers: name, rate, port.
const SERVERS: [(&str, &str, u16); 3] =
    [("alpha", "20Mbit", 7410), ("beta", "10Mbit", 7411), ("gamma", "5Mbit", 7412)];
/// How often it is looked whether all are listed.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Time for the first films to be listed.
const FIRST_FILMS: Duration = Duration::from_secs(120);
/// A large collection is still being hashed after this: the demo starts with what there is.
const ALL_FILMS: Duration = Duration::from_secs(20);

/// Runs the demo until the stop.
///
/// # Errors
/// A sentence that says what can't be started and what to do.
pub(crate) async fn run(args: DemoArgs, stop: CancellationToken) -> anyhow::Result<()> {
    let listen = listen_address("--listen", &args.listen)?;
    if !listen.ip().is_loopback() {
        bail!("--listen {listen}: the demo serves this machine only, for example at 127.0.0.1:7400");
    }
    let state = match args.state {
        Some(state) => state,
        None => state_dir::cache("demo")?,
    };
    let run_directory = RunDirectory::make(&state)?;
    let films = match args.media {
        Some(media) => media,
        None => samples_in(&state, &stop).await?,
    };
    let Some(mut cluster) =
        stop.run_until_cancelled(Cluster::start(listen, &films, &state, &run_directory)).await
    else {
        return Ok(());
    };
    if let Ok(cluster) = &mut cluster {
        let running = async {
            cluster.until_listed().await?;
            crate::net::listener::announce(
                cluster.director.address.parse().context("the director has no address")?,
            );
            tracing::info!("serving {}; stop with Ctrl+C", films.display());
            Err(cluster.hopeless().await)
        };
        if let Some(failed) = stop.run_until_cancelled(running).await {
            failed?;
        }
    }
    cluster?.stop().await;
    Ok(())
}

#[cfg(feature = "media")]
async fn samples_in(state: &Path, stop: &CancellationToken) -> anyhow::Result<PathBuf> {
    let state = state.to_owned();
    let made = tokio::task::spawn_blocking(move || samples::make(&state));
    match stop.run_until_cancelled(made).await {
        Some(made) => made.context("the samples have failed")?,
        None => bail!("stopped while samples were made"),
    }
}

#[cfg(not(feature = "media"))]
async fn samples_in(_state: &Path, _stop: &CancellationToken) -> anyhow::Result<PathBuf> {
    bail!("this build has no GStreamer to make samples with: pass --media DIR with films of your own")
}

/// The running servers.
#[derive(Debug)]
struct Cluster {
    director: ServerChild,
    content: Vec<ServerChild>,
}

/// What a content server says of itself at `/health`.
#[derive(Debug, Deserialize)]
struct Health {
    streams: u64,
    registered: bool,
    indexing: bool,
}

impl Cluster {
    async fn start(
        listen: SocketAddr,
        films: &Path,
        state: &Path,
        run: &RunDirectory,
    ) -> anyhow::Result<Self> {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let mut arguments =
            words(&["director", "--open", "--name", "Demo", "--listen", &free(listen).to_string()]);
        arguments.extend([OsString::from("--state"), run.path.clone().into()]);
        let director = ServerChild::start("the director", arguments).await?;
        let url = format!("http://{}", director.address);
        let mut content = Vec::new();
        for (name, rate, port) in SERVERS {
            // Whoever asks for any port for the director wants no fixed ones at all.
            let port = if listen.port() == 0 { 0 } else { port };
            let own = free(SocketAddr::new(listen.ip(), port)).to_string();
            let mut arguments = words(&[
                "content",
                "--name",
                name,
                "--listen",
                &own,
                "--director",
                &url,
                "--rate-limit",
                rate,
            ]);
            arguments.extend([OsString::from("--directory"), films.into()]);
            arguments.extend([OsString::from("--state"), state.join("servers").join(name).into()]);
            content.push(ServerChild::start(name, arguments).await?);
        }
        Ok(Self { director, content })
    }

    /// Waits until the director lists all servers with all films.
    async fn until_listed(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        loop {
            let looked = self.listed(&client);
            let state = tokio::time::timeout(Duration::from_secs(5), looked).await.unwrap_or_default();
            let waited = started.elapsed();
            match state {
                Listed::All => return Ok(()),
                Listed::Some if waited > ALL_FILMS => return Ok(()),
                Listed::NoFilms => {
                    bail!("there are no films to serve: pass another --media DIR, or none for samples")
                }
                _ if waited > FIRST_FILMS => {
                    bail!("the content servers list no films after {} s", waited.as_secs())
                }
                _ => {}
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                error = self.any_ended() => return Err(error),
            }
        }
    }

    async fn listed(&self, client: &reqwest::Client) -> Listed {
        let Ok(servers) = get::<Servers>(client, &self.director.address, "/v1/servers").await else {
            return Listed::NotYet;
        };
        let mut indexing = false;
        let mut complete = true;
        let mut films = 0;
        for (child, (name, ..)) in self.content.iter().zip(SERVERS) {
            let Ok(health) = get::<Health>(client, &child.address, "/health").await else {
                return Listed::NotYet;
            };
            let listed = servers.servers.iter().find(|server| server.name == name);
            let Some(listed) = listed.filter(|_| health.registered) else { return Listed::NotYet };
            indexing |= health.indexing;
            complete &= listed.streams == health.streams;
            if listed.streams == 0 && (indexing || health.streams > 0) {
                return Listed::NotYet;
            }
            films = films.max(health.streams);
        }
        match (indexing, complete) {
            (false, true) if films == 0 => Listed::NoFilms,
            (false, true) => Listed::All,
            _ => Listed::Some,
        }
    }

    async fn any_ended(&mut self) -> anyhow::Error {
        let children = std::iter::once(&mut self.director).chain(&mut self.content);
        futures_util::future::select_all(children.map(|child| Box::pin(child.ended()))).await.0
    }

    /// Waits until there is nothing left to show: the director ended, or the last content server. One
    /// server less is told and lived with; seeing that is what a demo is for.
    async fn hopeless(&mut self) -> anyhow::Error {
        loop {
            let ends = self.content.iter_mut().map(|child| Box::pin(child.ended()));
            let (ended, place) = tokio::select! {
                ended = self.director.ended() => return ended,
                (ended, place, _) = futures_util::future::select_all(ends) => (ended, place),
            };
            self.content.remove(place);
            if self.content.is_empty() {
                return ended;
            }
            tracing::warn!("{ended}; films play on from the others");
        }
    }

    /// Stops the content servers first, so that they can take themselves off the list.
    async fn stop(self) {
        futures_util::future::join_all(self.content.into_iter().map(ServerChild::stop)).await;
        self.director.stop().await;
    }
}

/// How far the listing has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Listed {
    #[default]
    NotYet,
    /// Each server is listed with a film at least.
    Some,
    /// All that there is.
    All,
    /// There is nothing.
    NoFilms,
}

async fn get<T: serde::de::DeserializeOwned>(
    client: &reqwest::Client,
    address: &str,
    path: &str,
) -> reqwest::Result<T> {
    client.get(format!("http://{address}{path}")).send().await?.error_for_status()?.json().await
}

/// The address, with any port where its own is taken.
fn free(wanted: SocketAddr) -> SocketAddr {
    match TcpListener::bind(wanted) {
        Ok(_) => wanted,
        Err(_) => SocketAddr::new(wanted.ip(), 0),
    }
}

/// What one run of the demo keeps: the director's database. Gone with the run; those of runs that were
/// killed are cleared away by the next.
#[derive(Debug)]
struct RunDirectory {
    path: PathBuf,
}

impl RunDirectory {
    fn make(state: &Path) -> anyhow::Result<Self> {
        let runs = state.join("runs");
        std::fs::create_dir_all(&runs)
            .with_context(|| format!("{} can't be made: pass --state DIR", runs.display()))?;
        for old in std::fs::read_dir(&runs)?.flatten() {
            if !Path::new("/proc").join(old.file_name()).exists() {
                // Another demo may be clearing it away too.
                let _ = std::fs::remove_dir_all(old.path());
            }
        }
        let path = runs.join(std::process::id().to_string());
        std::fs::create_dir_all(&path)?;
        Ok(Self { path })
    }
}

impl Drop for RunDirectory {
    fn drop(&mut self) {
        // The next run clears away what is left.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_replaced() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        assert_eq!(free(address).port(), 0);
        drop(taken);
        assert_eq!(free(address), address);
    }

    #[test]
    fn directories_of_killed_runs_are_cleared_away() {
        let state = tempfile::tempdir().unwrap();
        let killed = state.path().join("runs/4194305");
        std::fs::create_dir_all(&killed).unwrap();
        let run = RunDirectory::make(state.path()).unwrap();
        assert!(!killed.exists());
        let path = run.path.clone();
        assert!(path.exists());
        drop(run);
        assert!(!path.exists());
    }
}
