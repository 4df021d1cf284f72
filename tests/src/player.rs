//! A player in a window of its own Xvfb, driven through `--input-ipc-server` by mpv's JSON IPC.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::Process;
use crate::programs::program;
use crate::wait_until;

/// GStreamer elements that the test clips and the player need.
const ELEMENTS: [&str; 6] = ["playbin3", "x264enc", "mp4mux", "qtdemux", "avdec_h264", "avdec_aac"];

/// What is missing here to run a player, in words; nothing where all is there.
#[must_use]
pub fn missing() -> Option<String> {
    if !runs("sh", &["-c", "command -v Xvfb"]) {
        return Some("Xvfb (Debian package xvfb)".into());
    }
    ELEMENTS
        .iter()
        .find(|element| !runs("gst-inspect-1.0", &["--exists", element]))
        .map(|element| format!("GStreamer's {element} (./dev test installs it)"))
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Makes an mp4 of a moving picture and a tone; its index lies at the end, as cameras write it.
///
/// # Panics
/// Where GStreamer refuses.
pub fn make_clip(path: &Path, seconds: u32, kbit_per_second: u32) {
    let frames = seconds * 25;
    // 44,100 samples a second in buffers of 1,024.
    let buffers = seconds * 44_100 / 1024;
    let pipeline = format!(
        "videotestsrc pattern=ball num-buffers={frames} ! video/x-raw,width=640,height=360,framerate=25/1 \
         ! timeoverlay ! x264enc speed-preset=ultrafast bitrate={kbit_per_second} key-int-max=50 pass=cbr option-string=nal-hrd=cbr \
         ! video/x-h264,profile=main ! h264parse ! mux. \
         audiotestsrc num-buffers={buffers} samplesperbuffer=1024 volume=0.1 ! audio/x-raw,rate=44100 \
         ! avenc_aac ! mux. mp4mux name=mux ! filesink location={}",
        path.display()
    );
    let output = Command::new("gst-launch-1.0")
        .arg("-q")
        .args(pipeline.split_whitespace())
        .output()
        .expect("missing() was asked first");
    assert!(output.status.success(), "gst-launch-1.0: {}", String::from_utf8_lossy(&output.stderr));
}

/// A player under its own Xvfb.
#[derive(Debug)]
pub struct Player {
    // Dropped in this order: the window before its display.
    process: Process,
    _display: Process,
    screen: String,
    socket: BufReader<UnixStream>,
    socket_path: PathBuf,
    requests: u64,
}

impl Player {
    /// Opens a locator at a director.
    ///
    /// # Panics
    /// Where no window or no socket comes up within 30 s.
    #[must_use]
    pub fn start(scratch: &Path, director: &str, locator: &str) -> Self {
        Self::start_with(scratch, &["--director", director, locator])
    }

    /// Starts with these arguments, and without a file of settings.
    ///
    /// # Panics
    /// Where no window or no socket comes up within 30 s.
    #[must_use]
    pub fn start_with(scratch: &Path, arguments: &[&str]) -> Self {
        Self::start_in(scratch, arguments, &[])
    }

    /// The same, with these variables in its environment.
    ///
    /// # Panics
    /// Where no window or no socket comes up within 30 s.
    #[must_use]
    pub fn start_in(scratch: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let given = arguments;
        let limit = Duration::from_secs(30);
        let arguments = ["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"];
        let mut display = Process::start("xvfb", scratch, Path::new("Xvfb"), arguments, &[]);
        let number = display.wait_for_line("", limit);
        let screen = format!(":{number}");
        let socket_path = scratch.join("player.socket");
        let (socket, config) =
            (socket_path.display().to_string(), scratch.join("config").display().to_string());
        let process = Process::start(
            "player",
            scratch,
            &program("tributary"),
            ["--audio-output", "none", "--input-ipc-server", &socket, "--config-dir", &config]
                .into_iter()
                .chain(given.iter().copied()),
            &[&[("DISPLAY", screen.as_str()), ("WAYLAND_DISPLAY", ""), ("LC_ALL", "C.UTF-8")], environment]
                .concat(),
        );
        let stream = wait_until("the player's socket", limit, || UnixStream::connect(&socket_path).ok());
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket takes a timeout");
        Self { process, _display: display, screen, socket: BufReader::new(stream), socket_path, requests: 0 }
    }

    /// Sends a command and gives the whole answer to it; events in between are dropped.
    ///
    /// # Panics
    /// Where no answer comes within 10 s.
    pub fn command(&mut self, command: &Value) -> Value {
        self.requests += 1;
        let line = json!({ "command": command, "request_id": self.requests }).to_string() + "\n";
        self.socket.get_mut().write_all(line.as_bytes()).unwrap_or_else(|error| self.died(&error));
        loop {
            let mut line = String::new();
            match self.socket.read_line(&mut line) {
                Ok(count) if count > 0 => {}
                Ok(_) => self.died(&std::io::ErrorKind::UnexpectedEof.into()),
                Err(error) => self.died(&error),
            }
            let answer: Value = serde_json::from_str(&line).expect("the player writes JSON lines");
            if answer["request_id"] == self.requests {
                return answer;
            }
        }
    }

    fn died(&self, error: &std::io::Error) -> ! {
        panic!("{}: {error}: {}", self.socket_path.display(), self.process.errors())
    }

    /// A property's value; nothing where the player has none now.
    pub fn property(&mut self, name: &str) -> Option<Value> {
        let mut answer = self.command(&json!(["get_property", name]));
        (answer["error"] == "success").then(|| answer["data"].take())
    }

    /// Position in seconds; nothing before the film is open and while a seek runs.
    pub fn position(&mut self) -> Option<f64> {
        self.property("time-pos")?.as_f64()
    }

    /// Position in seconds, of a film that runs.
    ///
    /// # Panics
    /// Where it has none.
    pub fn position_now(&mut self) -> f64 {
        self.position().expect("an open film has a position")
    }

    /// Sends a command that must succeed.
    ///
    /// # Panics
    /// Where the player refuses.
    pub fn must(&mut self, command: &Value) {
        let answer = self.command(command);
        assert_eq!(answer["error"], "success", "{command}: {answer}");
    }

    /// Waits until the film has a position past `seconds`.
    pub fn wait_for_position(&mut self, seconds: f64, limit: Duration) {
        wait_until(&format!("the film to be at {seconds} s"), limit, || {
            self.position().filter(|position| *position > seconds)
        });
    }

    /// The X display that the window is on, for [`crate::window`].
    #[must_use]
    pub fn screen(&self) -> &str {
        &self.screen
    }

    /// Waits for its end, which something else brought about, and gives the exit code.
    #[must_use]
    pub fn wait(mut self, limit: Duration) -> i32 {
        self.process.wait(limit)
    }

    /// Ends it by SIGTERM and gives the exit code.
    #[must_use]
    pub fn terminate(mut self, limit: Duration) -> i32 {
        self.process.terminate(limit).0
    }

    /// Quits by command and gives the exit code.
    pub fn quit(mut self) -> i32 {
        // The answer may be lost to the end of the process: only the exit code counts.
        let line = json!({ "command": ["quit"] }).to_string() + "\n";
        let _ = self.socket.get_mut().write_all(line.as_bytes());
        self.process.wait(Duration::from_secs(10))
    }
}
