//! One window: a later start gives what it was asked to play to the program that runs already.
//!
//! Who starts first listens on a socket in the folder where the program remembers things, so runs
//! with folders of their own do not meet.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

const SOCKET: &str = "instance.sock";
/// Longest request, in bytes.
const MOST_BYTES: u64 = 1 << 20;
/// Longest wait for the other side.
const PATIENCE: Duration = Duration::from_secs(3);
const TAKEN: &str = "ok\n";
/// The answer of one that is ending: whoever asks is the first now.
const LEAVING: &str = "leaving\n";

/// What a later start wants.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// What to play; nothing only shows the window.
    pub play: Vec<String>,
    /// Where to begin, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<f64>,
}

/// Who we are.
#[derive(Debug)]
pub enum Claim {
    /// The first: this is where later ones speak.
    First(UnixListener),
    /// A later one, and the first has taken the request.
    Given,
}

/// Names as they mean the same in another folder.
#[must_use]
pub fn anywhere(names: &[String]) -> Vec<String> {
    let whole = |name: &String| {
        let path = Path::new(name);
        let absolute = std::path::absolute(path).ok().filter(|_| path.exists());
        absolute.map_or_else(|| name.clone(), |path| path.display().to_string())
    };
    names.iter().map(whole).collect()
}

/// Finds out who we are in `folder`; a later one gives `request` to the first.
///
/// # Errors
/// Where there can be no socket there; the program then runs by itself.
pub fn claim(folder: &Path, request: &Request) -> std::io::Result<Claim> {
    let path = folder.join(SOCKET);
    std::fs::create_dir_all(folder)?;
    if let Ok(stream) = UnixStream::connect(&path)
        && give(stream, request)?
    {
        return Ok(Claim::Given);
    }
    // Nobody listens any more: what lies there is left from a run that did not end well.
    if let Err(why) = std::fs::remove_file(&path)
        && why.kind() != std::io::ErrorKind::NotFound
    {
        return Err(why);
    }
    UnixListener::bind(&path).map(Claim::First)
}

/// Whether the first one took the request; it does not where it is ending.
fn give(mut stream: UnixStream, request: &Request) -> std::io::Result<bool> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream).take(64).read_line(&mut answer)?;
    match answer.as_str() {
        TAKEN => Ok(true),
        LEAVING => Ok(false),
        _ => Err(std::io::ErrorKind::InvalidData.into()),
    }
}

/// The first one's socket; taken away with this.
#[derive(Debug)]
pub struct Listening {
    path: PathBuf,
    /// Held while a request is answered, so that nobody is told to be the first before the socket is gone.
    left: Arc<Mutex<bool>>,
}

impl Listening {
    /// Takes nothing any more: what is started from now on is the first.
    pub fn leave(&self) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut *left, true)
            && let Err(why) = std::fs::remove_file(&self.path)
        {
            tracing::debug!("{} stays: {why}", self.path.display());
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Hears what later ones want, on a thread of its own.
///
/// # Errors
/// Where the system gives no thread, or the socket has no place.
pub fn listen(
    listener: UnixListener,
    on_request: impl Fn(Request) + Send + 'static,
) -> std::io::Result<Listening> {
    let address = listener.local_addr()?;
    let path = address.as_pathname().ok_or(std::io::ErrorKind::AddrNotAvailable)?.to_owned();
    let listening = Listening { path, left: Arc::default() };
    let left = Arc::clone(&listening.left);
    thread::Builder::new().name("instance".into()).spawn(move || {
        for stream in listener.incoming() {
            if let Err(why) = stream.and_then(|stream| take(&stream, &left, &on_request)) {
                tracing::info!("a later start was not understood: {why}");
            }
        }
    })?;
    Ok(listening)
}

fn take(mut stream: &UnixStream, left: &Mutex<bool>, on_request: &impl Fn(Request)) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(stream).take(MOST_BYTES).read_line(&mut line)?;
    let request = serde_json::from_str(&line)?;
    let left = left.lock().unwrap_or_else(PoisonError::into_inner);
    if *left {
        return stream.write_all(LEAVING.as_bytes());
    }
    stream.write_all(TAKEN.as_bytes())?;
    on_request(request);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_later_start_is_heard_by_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let Ok(Claim::First(listener)) = claim(folder.path(), &Request::default()) else {
            panic!("nobody was there before")
        };
        let (sender, heard) = mpsc::sync_channel(4);
        let listening =
            listen(listener, move |request| sender.send(request).expect("heard")).expect("listens");
        let request = Request { play: vec!["Films/Kestrel".to_owned()], start: Some(4.5) };
        assert!(matches!(claim(folder.path(), &request), Ok(Claim::Given)));
        assert_eq!(heard.recv_timeout(Duration::from_secs(60)), Ok(request));
        drop(listening);
        assert!(!folder.path().join(SOCKET).exists());
    }

    #[test]
    fn one_that_is_ending_takes_nothing_and_leaves_the_next_ones_socket() {
        let folder = tempfile::tempdir().expect("a folder");
        let claimed = || claim(folder.path(), &Request::default()).expect("claimed");
        let Claim::First(listener) = claimed() else { panic!("nobody was there before") };
        let early = UnixStream::connect(folder.path().join(SOCKET)).expect("connected");
        let ending = listen(listener, |request| panic!("{request:?} was taken")).expect("listens");
        ending.leave();
        assert!(!give(early, &Request::default()).expect("answered"), "it had connected before");
        let Claim::First(next) = claimed() else { panic!("the one before is ending") };
        drop(ending);
        let (sender, heard) = mpsc::sync_channel(4);
        let _listening = listen(next, move |request| sender.send(request).expect("heard")).expect("listens");
        assert!(matches!(claimed(), Claim::Given));
        assert_eq!(heard.recv_timeout(Duration::from_secs(60)), Ok(Request::default()));
    }

    #[test]
    fn a_socket_left_behind_does_not_keep_the_next_from_starting() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(UnixListener::bind(folder.path().join(SOCKET)).expect("bound"));
        assert!(matches!(claim(folder.path(), &Request::default()), Ok(Claim::First(_))));
    }

    #[test]
    fn files_are_named_whole_and_addresses_stay() {
        let names = ["Cargo.toml".to_owned(), "Films/Kestrel".to_owned()];
        let whole = anywhere(&names);
        assert!(whole[0].starts_with('/') && whole[0].ends_with("/Cargo.toml"), "{whole:?}");
        assert_eq!(whole[1], names[1]);
    }
}
