//! The one way from other threads into the window.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use fetch_engine::{Stream, StreamId};

use super::posters::{Came, Of};
use super::previews::Sheet;
use super::target::Target;
use crate::desktop::Wish;
use crate::desktop::instance::Request;
use crate::desktop::scheme::Scheme;
use crate::ipc::{Done, RemoteCommand};
use crate::media::MediaEvent;
use crate::state::Event;
use crate::state::subtitles::SubtitleFile;

/// Most messages that wait for the window. Who sends more waits until it has taken some.
const WAITING_MESSAGES: usize = 4096;
/// Most messages taken in one frame.
const MESSAGES_A_FRAME: usize = 1024;

/// Something that another thread has to say.
pub enum Message {
    /// A change of the state.
    Event(Box<Event>),
    /// From the pipeline.
    Media {
        /// Number of the opening.
        number: u64,
        /// What it tells.
        event: MediaEvent,
    },
    /// A stream was opened, or not; in words.
    Opened {
        /// Number of the opening.
        number: u64,
        /// The stream.
        result: Result<Stream, String>,
    },
    /// A playlist of a web server was fetched, or not; in words.
    Listed {
        /// Number of the opening.
        number: u64,
        /// What it names; nothing where it holds the pieces of one stream.
        result: Result<Option<Vec<Target>>, String>,
    },
    /// A picture of a title, or that there is none.
    Poster {
        /// Which one.
        of: Of,
        /// Of this stream.
        stream: StreamId,
        /// The picture, or why there is none.
        came: Came,
    },
    /// Preview pictures of a film.
    Previews {
        /// Number of the opening that they are for.
        number: u64,
        /// All of them.
        sheet: Box<Sheet>,
    },
    /// Subtitles that were read from a file.
    Subtitles {
        /// Number of the opening that they are for.
        number: u64,
        /// The file.
        file: SubtitleFile,
    },
    /// Files that a person chose in a dialog.
    Files(Vec<PathBuf>),
    /// What the desktop wants.
    Desktop(Wish),
    /// Whether the desktop has dark or light windows.
    Scheme(Option<Scheme>),
    /// What a later start of the program wants.
    Request(Request),
    /// What a remote control wants, and whom to tell how it went.
    Remote(RemoteCommand, Done),
}

/// The window's end.
pub struct Inbox {
    sender: Sender,
    receiver: Receiver<Message>,
}

/// The other end; cheap to clone.
#[derive(Clone)]
pub struct Sender {
    sender: SyncSender<Message>,
    ctx: egui::Context,
}

impl Sender {
    /// Sends `message` and has the window look at it soon. Lost if the window is gone.
    pub fn send(&self, message: Message) {
        if self.sender.send(message).is_ok() {
            self.ctx.request_repaint();
        }
    }

    /// The same, but drops `message` where too many wait. Says whether it was sent.
    pub fn offer(&self, message: Message) -> bool {
        let sent = self.sender.try_send(message).is_ok();
        if sent {
            self.ctx.request_repaint();
        }
        sent
    }

    /// Sends a change of the state.
    pub fn event(&self, event: Event) {
        self.send(Message::Event(Box::new(event)));
    }
}

impl Inbox {
    /// An inbox of the window that `ctx` belongs to.
    #[must_use]
    pub fn new(ctx: &egui::Context) -> Self {
        let (sender, receiver) = sync_channel(WAITING_MESSAGES);
        Self { sender: Sender { sender, ctx: ctx.clone() }, receiver }
    }

    /// The other end.
    #[must_use]
    pub fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// What waits, oldest first.
    #[must_use]
    pub fn drain(&self) -> Vec<Message> {
        self.receiver.try_iter().take(MESSAGES_A_FRAME).collect()
    }
}
