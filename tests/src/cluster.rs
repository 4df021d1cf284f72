//! A director and its content servers, as real processes on free ports of loopback.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::http::get_json;
use crate::process::Process;
use crate::programs::program;
use crate::shaper::{Door, Line};
use crate::wait_until;

/// How long a server may take to listen, and a file to be listed.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A director and its content servers. All end, and their files go, with this value.
#[derive(Debug)]
pub struct Cluster {
    director: Process,
    director_address: String,
    servers: Vec<ContentServer>,
    directory: TempDir,
}

/// One content server.
#[derive(Debug)]
pub struct ContentServer {
    /// Its name.
    pub name: String,
    /// Its process.
    pub process: Process,
    /// Where it listens: `127.0.0.1:PORT`, the same after a restart.
    pub address: String,
    rate_limit: Option<String>,
    films: PathBuf,
    /// What stands before it, where something does.
    door: Option<Door>,
}

impl Cluster {
    /// Starts a director that nobody has registered at.
    #[must_use]
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let (director, director_address) = start_director(directory.path(), "127.0.0.1:0");
        Self { director, director_address, servers: Vec::new(), directory }
    }

    /// Starts a director and content servers named alpha, beta, gamma…, one for each rate in
    /// Mbit/s, that all hold one file of `bytes` bytes. Gives the file's hash; it is listed.
    #[must_use]
    pub fn with_file(rates_mbit: &[u32], bytes: u64) -> (Self, String) {
        let mut cluster = Self::start();
        let master = cluster.directory.path().join("master");
        let hash = crate::files::write_random(&master, bytes, "film");
        for (name, rate) in NAMES.iter().zip(rates_mbit) {
            cluster.add_server(name, Some(*rate), |films| copy(&master, &films.join("Film.mkv")));
        }
        cluster.wait_for_sources(&hash, rates_mbit.len());
        (cluster, hash)
    }

    /// Starts a director and content servers named alpha, beta, gamma…, each behind a door with these lines,
    /// that all hold one file of `bytes` bytes. Gives the file's hash; it is listed.
    #[must_use]
    pub fn behind_lines(lines: &[&[&Line]], bytes: u64) -> (Self, String) {
        let mut cluster = Self::start();
        let master = cluster.directory.path().join("master");
        let hash = crate::files::write_random(&master, bytes, "film");
        for (name, lines) in NAMES.iter().zip(lines) {
            cluster.add(name, None, Some(Door::open(lines)), &[], |films| {
                copy(&master, &films.join("Film.mkv"))
            });
        }
        cluster.wait_for_sources(&hash, lines.len());
        (cluster, hash)
    }

    /// Starts one more content server; `fill` puts its files into its directory first.
    pub fn add_server(&mut self, name: &str, rate_mbit: Option<u32>, fill: impl FnOnce(&Path)) {
        self.add(name, rate_mbit, None, &[], fill);
    }

    /// The same, behind a door where one is given, and with more in its environment.
    pub fn add(
        &mut self,
        name: &str,
        rate_mbit: Option<u32>,
        door: Option<Door>,
        environment: &[(&str, &str)],
        fill: impl FnOnce(&Path),
    ) {
        let films = self.directory.path().join(name).join("films");
        std::fs::create_dir_all(&films).expect("a directory can be made");
        fill(&films);
        let rate_limit = rate_mbit.map(|rate| format!("{rate}Mbit"));
        let (process, address) = start_content(
            self.directory.path(),
            name,
            &self.director_address,
            "127.0.0.1:0",
            rate_limit.as_deref(),
            door.as_ref(),
            environment,
        );
        let name = name.to_owned();
        self.servers.push(ContentServer { name, process, address, rate_limit, films, door });
    }

    /// Waits until the director names `count` sources of a stream.
    pub fn wait_for_sources(&self, hash: &str, count: usize) {
        wait_until(&format!("{count} sources of {hash}"), START_LIMIT, || {
            let sources = get_json(&self.director_address, &format!("/v1/streams/{hash}/sources"))?;
            (sources["sources"].as_array()?.len() == count).then_some(())
        });
    }

    /// The director's `HOST:PORT`.
    #[must_use]
    pub fn director_address(&self) -> &str {
        &self.director_address
    }

    /// The director's `http://HOST:PORT`.
    #[must_use]
    pub fn director_url(&self) -> String {
        format!("http://{}", self.director_address)
    }

    /// A directory for what a test makes; it goes with the cluster.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        self.directory.path()
    }

    /// A server by its name.
    ///
    /// # Panics
    /// Where none has it.
    pub fn server(&mut self, name: &str) -> &mut ContentServer {
        self.servers
            .iter_mut()
            .find(|server| server.name == name)
            .expect("the test started a server of that name")
    }

    /// All servers, in the order they were started.
    pub fn servers(&mut self) -> impl Iterator<Item = &mut ContentServer> {
        self.servers.iter_mut()
    }

    /// Starts a killed server again: same name, same port, same files.
    pub fn restart_server(&mut self, name: &str) {
        let logs = self.directory.path().to_path_buf();
        let director = self.director_address.clone();
        let server = self.server(name);
        server.process.kill();
        let limit = server.rate_limit.as_deref();
        let (process, address) =
            start_content(&logs, name, &director, &server.address, limit, server.door.as_ref(), &[]);
        assert_eq!(address, server.address, "a restarted server listens where it did");
        server.process = process;
    }

    /// Kills the director.
    pub fn kill_director(&mut self) {
        self.director.kill();
    }

    /// Starts the killed director again: same port, same state.
    pub fn restart_director(&mut self) {
        self.director.kill();
        let (director, address) = start_director(self.directory.path(), &self.director_address);
        assert_eq!(address, self.director_address, "a restarted director listens where it did");
        self.director = director;
    }
}

impl ContentServer {
    /// What stands before it.
    ///
    /// # Panics
    /// Where nothing does.
    #[must_use]
    pub fn door(&self) -> &Door {
        self.door.as_ref().expect("the test put a door before this server")
    }

    /// Path of one of its files.
    #[must_use]
    pub fn film(&self, name: &str) -> PathBuf {
        self.films.join(name)
    }
}

/// Names of servers, in order.
pub const NAMES: [&str; 6] = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];

fn start_director(directory: &Path, listen: &str) -> (Process, String) {
    let state = directory.join("director");
    std::fs::create_dir_all(&state).expect("a directory can be made");
    let database = format!("sqlite:{}", state.join("director.db").display());
    let state = state.display().to_string();
    let arguments = ["director", "--listen", listen, "--database", &database, "--state", &state, "--open"];
    let mut process = Process::start("director", directory, &program("tributary-server"), arguments, &[]);
    let address = process.wait_for_line("listening on ", START_LIMIT);
    (process, address)
}

fn start_content(
    directory: &Path,
    name: &str,
    director: &str,
    listen: &str,
    rate_limit: Option<&str>,
    door: Option<&Door>,
    environment: &[(&str, &str)],
) -> (Process, String) {
    let films = directory.join(name).join("films").display().to_string();
    let state = directory.join(name).join("state").display().to_string();
    let director = format!("http://{director}");
    let mut arguments = vec!["content", "--name", name, "--listen", listen, "--directory", &films];
    arguments.extend(["--director", &director, "--state", &state, "--open"]);
    arguments.extend(rate_limit.into_iter().flat_map(|limit| ["--rate-limit", limit]));
    arguments.extend(door.into_iter().flat_map(|door| ["--advertise", door.address.as_str()]));
    let mut process = Process::start(name, directory, &program("tributary-server"), arguments, environment);
    let address = process.wait_for_line("listening on ", START_LIMIT);
    if let Some(door) = door {
        door.lead_to(&address);
    }
    (process, address)
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).expect("a test file can be copied");
}
