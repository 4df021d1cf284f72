//! One child process: its output in files, its signals, and its certain end.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::wait_until;

/// A child that ends with its owner.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
    code: Option<i32>,
    peak_rss_bytes: u64,
    cpu: Duration,
}

impl Process {
    /// Starts a program; what it writes goes to `NAME.out` and `NAME.log` in `logs`. The kernel
    /// kills it when the calling thread ends, however that ends.
    ///
    /// # Panics
    /// Where it can't be started.
    pub fn start<A: AsRef<OsStr>>(
        name: &str,
        logs: &Path,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
        environment: &[(&str, &str)],
    ) -> Self {
        let stdout = logs.join(format!("{name}.out"));
        let stderr = logs.join(format!("{name}.log"));
        // Nothing of the user's own settings and caches may sway a test, nor be changed by one.
        let home = logs.join("home");
        // setpriv of util-linux replaces itself by the program: the child's id is the program's.
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--"])
            .arg(program)
            .args(arguments)
            .env("HOME", home)
            .env_remove("XDG_CACHE_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_STATE_HOME")
            // GStreamer takes seconds to look through its plugins: all tests share one list of them.
            .env("GST_REGISTRY", crate::programs::directory().join("gstreamer-registry.bin"))
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(&stdout).expect("a log can be made in a fresh directory"))
            .stderr(File::create(&stderr).expect("a log can be made in a fresh directory"))
            .spawn()
            .unwrap_or_else(|error| panic!("{} can't be started: {error}", program.display()));
        Self {
            name: name.to_owned(),
            child,
            stdout,
            stderr,
            code: None,
            peak_rss_bytes: 0,
            cpu: Duration::ZERO,
        }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All it wrote to standard output so far.
    #[must_use]
    pub fn output(&self) -> String {
        read(&self.stdout)
    }

    /// All it wrote to standard error so far.
    #[must_use]
    pub fn errors(&self) -> String {
        read(&self.stderr)
    }

    /// Waits for a whole line of standard output that begins with `prefix`; gives the rest of it.
    ///
    /// # Panics
    /// Where the process ends first, or after `limit`.
    pub fn wait_for_line(&mut self, prefix: &str, limit: Duration) -> String {
        let what = format!("{} to print {prefix:?}", self.name);
        wait_until(&what, limit, || {
            let output = self.output();
            let (whole, _) = output.rsplit_once('\n')?;
            let found = whole.lines().find_map(|line| line.strip_prefix(prefix)).map(str::to_owned);
            assert!(found.is_some() || self.exit_code().is_none(), "{} ended: {}", self.name, self.errors());
            found
        })
    }

    /// Its exit code, once it has ended: 128 + the signal where a signal ended it.
    pub fn exit_code(&mut self) -> Option<i32> {
        use std::os::unix::process::ExitStatusExt;
        if self.code.is_none() {
            self.sample();
            let status = self.child.try_wait().expect("a child can be waited for")?;
            self.code = Some(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)));
        }
        self.code
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// After `limit`.
    pub fn wait(&mut self, limit: Duration) -> i32 {
        let what = format!("{} to end", self.name);
        wait_until(&what, limit, || self.exit_code())
    }

    /// Most resident memory seen so far, in bytes: what the kernel noted up to the last look at it.
    #[must_use]
    pub fn peak_rss_bytes(&self) -> u64 {
        self.peak_rss_bytes
    }

    /// Time it has spent on processors, in its own code and in the kernel's: up to now while it
    /// runs, up to the last look at it once it has ended.
    pub fn cpu(&mut self) -> Duration {
        if self.code.is_none() {
            self.sample();
        }
        self.cpu
    }

    fn sample(&mut self) {
        let id = self.id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let kibibytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|number| number.parse::<u64>().ok());
        self.peak_rss_bytes = self.peak_rss_bytes.max(kibibytes.unwrap_or(0) * 1024);
        // Fields 14 and 15, counted from before the name, which may hold spaces.
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let ticks: u64 = stat.rsplit_once(')').map_or(0, |(_, rest)| {
            rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
        });
        let per_second = rustix::param::clock_ticks_per_second();
        self.cpu = self.cpu.max(Duration::from_secs_f64(ticks as f64 / per_second as f64));
    }

    /// `kill -9`, and waits for the end.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.wait(Duration::from_secs(5));
    }

    /// `kill -STOP`: it keeps its connections and does nothing.
    pub fn freeze(&mut self) {
        self.signal(Signal::STOP);
    }

    /// `kill -CONT`.
    pub fn thaw(&mut self) {
        self.signal(Signal::CONT);
    }

    /// `kill -TERM`, and how long it took to end.
    ///
    /// # Panics
    /// Where it has not ended after `limit`.
    pub fn terminate(&mut self, limit: Duration) -> (i32, Duration) {
        let started = Instant::now();
        self.signal(Signal::TERM);
        (self.wait(limit), started.elapsed())
    }

    fn signal(&mut self, signal: Signal) {
        if self.exit_code().is_none() {
            let id = Pid::from_child(&self.child);
            kill_process(id, signal).unwrap_or_else(|error| panic!("{signal:?} to {}: {error}", self.name));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already ended is as good; nothing else can go wrong with one's own child.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let errors = self.errors();
            let lines: Vec<_> = errors.lines().collect();
            eprintln!("--- last lines of {}:", self.name);
            for line in &lines[lines.len().saturating_sub(30)..] {
                eprintln!("{line}");
            }
        }
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}
