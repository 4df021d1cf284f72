//! The desktop around the window: media keys and players' remote controls (MPRIS) and the screen
//! saver, over the session bus; and the one window that takes what later starts want played.
//!
//! A thread of its own speaks with the bus, so that no frame waits for it. Without a bus everything
//! else works.

pub mod instance;
mod mpris;
pub mod scheme;
mod screen;
pub mod signals;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::fdo::{RequestNameFlags, RequestNameReply};

use screen::Screen;

/// Most wake-ups that wait: one tells all.
const WAITING_WAKES: usize = 1;
/// Longest wait for an answer on the bus.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const BUS_NAME: &str = "org.mpris.MediaPlayer2.tributary";

/// Whether it plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Nothing is open.
    #[default]
    Stopped,
    /// It stands still.
    Paused,
    /// It plays.
    Playing,
}

/// What the desktop is shown of the player.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Whether it plays.
    pub status: Status,
    /// Number of the opening.
    pub number: u64,
    /// Name of the title.
    pub title: String,
    /// The catalog it belongs to.
    pub album: String,
    /// Where it can be had again.
    pub url: String,
    /// Address of its poster.
    pub art: Option<String>,
    /// Its length in microseconds.
    pub length_us: Option<i64>,
    /// Place in microseconds.
    pub position_us: i64,
    /// Loudness, 0 to 1.5.
    pub volume: f64,
    /// Speed.
    pub rate: f64,
    /// Whether the window fills the screen.
    pub fullscreen: bool,
    /// Whether something comes after it.
    pub can_next: bool,
    /// Whether something comes before it.
    pub can_previous: bool,
    /// Whether one can jump in it.
    pub can_seek: bool,
}

/// What the desktop wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Play.
    Play,
    /// Stand still.
    Pause,
    /// One or the other.
    PlayPause,
    /// Leave the title.
    Stop,
    /// The next title.
    Next,
    /// The title before.
    Previous,
    /// Forward, or back, by microseconds.
    SeekBy(i64),
    /// To a place of the opening with that number, in microseconds.
    SeekTo {
        /// Number of the opening.
        number: u64,
        /// The place.
        position_us: i64,
    },
    /// Play what this names.
    Open(String),
    /// So loud.
    Volume(f64),
    /// So fast.
    Rate(f64),
    /// Fill the screen, or not.
    Fullscreen(bool),
    /// Show the window.
    Raise,
    /// End the program.
    Quit,
}

/// Where wishes go; must not wait.
pub type OnWish = Arc<dyn Fn(Wish) + Send + Sync>;

struct Shared {
    shown: Mutex<Shown>,
    /// It was jumped, and nobody was told yet.
    jumped: AtomicBool,
    on_wish: OnWish,
}

impl Shared {
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wish(&self, wish: Wish) {
        (self.on_wish)(wish);
    }
}

/// The thread that speaks with the desktop; it ends with this.
pub struct Desktop {
    shared: Arc<Shared>,
    wake: SyncSender<()>,
}

impl Desktop {
    /// Starts it. `address` is that of a bus; the session's where there is none.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(address: Option<String>, on_wish: OnWish) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { shown: Mutex::default(), jumped: AtomicBool::new(false), on_wish });
        let (wake, woken) = sync_channel(WAITING_WAKES);
        let ours = Arc::clone(&shared);
        thread::Builder::new().name("desktop".into()).spawn(move || {
            if let Err(why) = serve(address.as_deref(), &ours, &woken) {
                tracing::info!("no desktop controls: {why}");
            }
        })?;
        Ok(Self { shared, wake })
    }

    /// Shows the player as it is now.
    pub fn publish(&self, shown: Shown) {
        let mut old = self.shared.shown();
        let still = Shown { position_us: shown.position_us, ..old.clone() } == shown;
        *old = shown;
        drop(old);
        if !still {
            // A wake that waits already tells this too.
            let _ = self.wake.try_send(());
        }
    }

    /// Tells that it was jumped.
    pub fn jumped(&self) {
        self.shared.jumped.store(true, Ordering::Release);
        let _ = self.wake.try_send(());
    }
}

fn serve(address: Option<&str>, shared: &Arc<Shared>, woken: &Receiver<()>) -> zbus::Result<()> {
    let builder = match address {
        Some(address) => Builder::address(address)?,
        None => Builder::session()?,
    };
    let bus = builder
        .method_timeout(ANSWER_WITHIN)
        .serve_at(mpris::PATH, mpris::Root(Arc::clone(shared)))?
        .serve_at(mpris::PATH, mpris::Player(Arc::clone(shared)))?
        .build()?;
    take_name(&bus)?;
    let mut screen = Screen::default();
    let mut told = Shown::default();
    while woken.recv().is_ok() {
        let jumped = shared.jumped.swap(false, Ordering::AcqRel);
        let now = shared.shown().clone();
        screen.keep_awake(&bus, now.status == Status::Playing);
        mpris::tell(&bus, &told, &now)?;
        if jumped {
            mpris::tell_jump(&bus, now.position_us)?;
        }
        told = now;
    }
    screen.keep_awake(&bus, false);
    Ok(())
}

/// The first player has the plain name, later ones their process's number with it.
fn take_name(bus: &Connection) -> zbus::Result<()> {
    let only = RequestNameFlags::DoNotQueue;
    let taken = |why: &zbus::Error| matches!(why, zbus::Error::NameTaken);
    match bus.request_name_with_flags(BUS_NAME, only.into()) {
        Ok(RequestNameReply::PrimaryOwner | RequestNameReply::AlreadyOwner) => Ok(()),
        Err(why) if !taken(&why) => Err(why),
        _ => bus
            .request_name_with_flags(format!("{BUS_NAME}.instance{}", std::process::id()), only.into())
            .map(|_| ()),
    }
}
/// Whether the desktop can show a dialog that chooses files: by its portal, or by zenity.
#[must_use]
pub fn has_dialogs() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("zenity").is_file())
        || has_portal().unwrap_or(false)
}

fn has_portal() -> zbus::Result<bool> {
    const PORTAL: &str = "org.freedesktop.portal.Desktop";
    let bus = zbus::blocking::fdo::DBusProxy::new(&Connection::session()?)?;
    let running = bus.name_has_owner(PORTAL.try_into()?)?;
    Ok(running || bus.list_activatable_names()?.iter().any(|name| name.as_str() == PORTAL))
}
