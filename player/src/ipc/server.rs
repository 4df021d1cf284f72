//! The socket of the remote control: clients in and out, on plain threads.
//!
//! Bounded: [`MAX_CLIENTS`], a line's length, and the messages that wait for a client. One that
//! does not read is cut, so that it never holds up the player.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::error::Refusal;
use super::line::LineBuffer;
use super::session::{self, Session};
use super::view::{RemoteCommand, RemoteEvent, RemoteView};

/// Most clients at once.
const MAX_CLIENTS: usize = 16;

/// Most messages that wait for one client to read.
const MAX_MESSAGES_WAITING: usize = 1024;

/// How long a client may leave a message unread before it is cut.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);

/// Tells how a wish ended; dropping it says that it failed.
pub type Done = Box<dyn FnOnce(Result<(), String>) + Send>;

/// What the application offers to remote controls.
pub struct Hooks {
    /// Called from clients' threads with what is wanted. It may not block: send it on and wake
    /// whoever acts. Says whether that could be done; a client is told if not. `Done` matters for
    /// screenshots only.
    pub on_command: Box<dyn Fn(RemoteCommand, Done) -> bool + Send + Sync>,
    /// The value of one of the program's own properties, `tributary/…`: null if there is none now.
    pub own: Box<dyn Fn(&str) -> Value + Send + Sync>,
}

struct Client {
    session: Mutex<Session>,
    outbox: SyncSender<Value>,
    stream: UnixStream,
}

impl Client {
    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a message; a client that leaves too many unread is cut.
    fn send(&self, message: Value) {
        if self.outbox.try_send(message).is_err() {
            self.cut();
        }
    }

    fn cut(&self) {
        // A stream that is down already is as good.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

struct Hub {
    view: Mutex<RemoteView>,
    clients: Mutex<Vec<Arc<Client>>>,
    hooks: Hooks,
    closing: AtomicBool,
    /// Number of the title played now.
    entry: AtomicU64,
}

impl Hub {
    fn view(&self) -> MutexGuard<'_, RemoteView> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clients(&self) -> MutexGuard<'_, Vec<Arc<Client>>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn own(&self, name: &str) -> Value {
        (self.hooks.own)(name)
    }

    /// Tells those who observe what changed. `view` is the one that is held, so that nobody is
    /// told of an older one after a newer one.
    fn tell_changes(&self, view: &RemoteView) {
        let now = Instant::now();
        for client in self.clients().clone() {
            for message in client.session().changes(view, &|name| self.own(name), now) {
                client.send(message);
            }
        }
    }
}

/// A listening socket; dropping it tells the clients, cuts them and removes the socket.
pub struct Server {
    hub: Arc<Hub>,
    path: PathBuf,
}

impl Server {
    /// Listens at `path`, for this user only. A socket that nobody listens at any more is
    /// replaced; one in use, and anything that is not a socket, is an error.
    pub fn start(path: &Path, hooks: Hooks) -> io::Result<Self> {
        remove_stale(path)?;
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        let hub = Arc::new(Hub {
            view: Mutex::new(RemoteView::default()),
            clients: Mutex::new(Vec::new()),
            hooks,
            closing: AtomicBool::new(false),
            entry: AtomicU64::new(0),
        });
        let for_clients = Arc::downgrade(&hub);
        thread::Builder::new().name("ipc".into()).spawn(move || accept(&listener, &for_clients))?;
        Ok(Self { hub, path: path.to_owned() })
    }

    /// Shows a new picture of the application, and tells those who observe what changed in it.
    pub fn publish(&self, view: RemoteView) {
        let mut shown = self.hub.view();
        if *shown != view {
            *shown = view;
            self.hub.tell_changes(&shown);
        }
    }

    /// Tells all clients of an event.
    pub fn event(&self, event: &RemoteEvent) {
        let entry = match event {
            RemoteEvent::StartFile => self.hub.entry.fetch_add(1, Ordering::Relaxed) + 1,
            _ => self.hub.entry.load(Ordering::Relaxed),
        };
        self.tell(&session::event(event, entry));
    }

    fn tell(&self, message: &Value) {
        for client in self.hub.clients().clone() {
            if client.session().wants_events() {
                client.send(message.clone());
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.hub.closing.store(true, Ordering::Release);
        self.tell(&json!({ "event": "shutdown" }));
        // Wakes the thread that waits for clients; where nobody can connect, nobody has to be let in.
        let _ = UnixStream::connect(&self.path);
        // A file that is gone already is as good.
        let _ = std::fs::remove_file(&self.path);
        // Each client's writer ends when its queue is empty and nobody can add to it.
        self.hub.clients().clear();
    }
}

fn remove_stale(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt;
    let Ok(found) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !found.file_type().is_socket() {
        let why = format!("{} is there already and is not a socket", path.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
    }
    if UnixStream::connect(path).is_ok() {
        let why = format!("another player listens at {}", path.display());
        return Err(io::Error::new(io::ErrorKind::AddrInUse, why));
    }
    std::fs::remove_file(path)
}

/// Takes clients until the server is gone.
fn accept(listener: &UnixListener, hub: &Weak<Hub>) {
    for (number, stream) in (1..).zip(listener.incoming()) {
        let Some(hub) = hub.upgrade() else { return };
        if hub.closing.load(Ordering::Acquire) {
            return;
        }
        match stream.and_then(|stream| admit(&hub, stream, number)) {
            Ok(()) => (),
            // Out of descriptors or threads: others may leave meanwhile.
            Err(error) => {
                tracing::warn!(%error, "a remote control could not be let in");
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn admit(hub: &Arc<Hub>, stream: UnixStream, number: u64) -> io::Result<()> {
    if hub.clients().len() >= MAX_CLIENTS {
        tracing::warn!("more than {MAX_CLIENTS} remote controls: one was turned away");
        return stream.shutdown(Shutdown::Both);
    }
    stream.set_write_timeout(Some(WRITE_PATIENCE))?;
    let (reading, writing) = (stream.try_clone()?, stream.try_clone()?);
    let (outbox, queue) = sync_channel(MAX_MESSAGES_WAITING);
    let client = Arc::new(Client { session: Mutex::new(Session::new(number)), outbox, stream });
    thread::Builder::new().name("ipc-writer".into()).spawn(move || write(writing, &queue))?;
    hub.clients().push(Arc::clone(&client));
    let weak_hub = Arc::downgrade(hub);
    let weak_client = Arc::downgrade(&client);
    let spawned = thread::Builder::new()
        .name("ipc-reader".into())
        .spawn(move || read(reading, &weak_hub, &weak_client));
    if let Err(error) = spawned {
        hub.clients().retain(|other| !Arc::ptr_eq(other, &client));
        return Err(error);
    }
    Ok(())
}

/// Sends what is queued until there is nobody left to queue anything, or the client is gone.
fn write(mut stream: UnixStream, queue: &Receiver<Value>) {
    while let Ok(message) = queue.recv() {
        let mut line = message.to_string();
        line.push('\n');
        if stream.write_all(line.as_bytes()).is_err() {
            break;
        }
    }
    // Ends the reader too.
    let _ = stream.shutdown(Shutdown::Both);
}

/// Answers lines until the client or the server is gone.
fn read(mut stream: UnixStream, hub: &Weak<Hub>, client: &Weak<Client>) {
    let mut lines = LineBuffer::default();
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut bytes) {
        let (Some(hub), Some(client)) = (hub.upgrade(), client.upgrade()) else { break };
        if lines.push(&bytes[..count], |line| answer(&hub, &client, line)).is_err() {
            break;
        }
    }
    if let (Some(hub), Some(client)) = (hub.upgrade(), client.upgrade()) {
        client.cut();
        hub.clients().retain(|other| !Arc::ptr_eq(other, &client));
    }
}

fn answer(hub: &Hub, client: &Arc<Client>, line: &[u8]) {
    // Held to the end: what others publish meanwhile comes after what is foreseen here.
    let mut view = hub.view();
    let answer = client.session().line(line, &view, &|name| hub.own(name));
    let mut messages = answer.messages;
    let mut changed = false;
    // The wish goes first: who reads the reply may count on its being on its way.
    if let Some((command, awaits)) = answer.wish {
        let done: Done = match awaits {
            Some(id) => Box::new(reply_later(client, id)),
            None => Box::new(|_| ()),
        };
        let mut foreseen = view.clone();
        session::foresee(&command, &mut foreseen);
        if (hub.hooks.on_command)(command, done) {
            changed = *view != foreseen;
            *view = foreseen;
        } else {
            messages = answer.refusal.into_iter().collect();
        }
    }
    for message in messages {
        client.send(message);
    }
    if changed {
        hub.tell_changes(&view);
    }
}

/// Replies when it is called, or that it failed when it is not.
fn reply_later(client: &Arc<Client>, id: Value) -> impl FnOnce(Result<(), String>) + Send + use<> {
    struct Promise {
        client: Weak<Client>,
        id: Value,
        result: Result<Value, Refusal>,
    }
    impl Drop for Promise {
        fn drop(&mut self) {
            if let Some(client) = self.client.upgrade() {
                client.send(session::reply(&self.id, self.result.clone()));
            }
        }
    }
    let mut promise = Promise { client: Arc::downgrade(client), id, result: Err(Refusal::CommandFailed) };
    move |result| {
        if result.is_ok() {
            promise.result = Ok(Value::Null);
        }
        drop(promise);
    }
}

#[cfg(test)]
mod tests;
