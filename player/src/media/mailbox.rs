//! What was asked of the player and not yet done.
//!
//! Bounded without ever making the asker wait: a newer wish of the same kind replaces the older
//! one, and a new title replaces all that was asked of the one before.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::feed::Feed;
use super::pipeline::Delays;
use super::player::{Deinterlace, LoadOptions};
use super::seek_queue::Seek;

/// Most single picture steps that wait.
const MAX_STEPS: usize = 8;

/// What a title is played from.
pub(super) enum Origin {
    Feed(std::sync::Arc<Feed>),
    Uri(String),
}

/// A wish.
pub(super) enum Command {
    Load {
        origin: Origin,
        options: LoadOptions,
    },
    Stop,
    Pause(bool),
    Seek(Seek),
    Volume(f64),
    Mute(bool),
    Speed(f64),
    Delays(Delays),
    Deinterlace(Deinterlace),
    Hardware(bool),
    Step {
        forward: bool,
    },
    Audio(Option<usize>),
    Subtitle(Option<usize>),
    /// How the pipeline is put together, in the language of Graphviz; nothing where there is none.
    Graph(Box<dyn FnOnce(String) + Send>),
    Quit,
}

#[derive(Default)]
struct Inside {
    commands: VecDeque<Command>,
    woken: bool,
}

/// Wishes on their way to the worker.
#[derive(Default)]
pub(super) struct Mailbox {
    inside: Mutex<Inside>,
    news: Condvar,
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a wish. Never blocks.
    pub(super) fn push(&self, command: Command) {
        let mut inside = self.lock();
        let commands = &mut inside.commands;
        match command {
            Command::Load { .. } | Command::Stop => {
                commands.retain(is_lasting);
                commands.push_back(command);
            }
            Command::Step { .. } => {
                let waiting = commands.iter().filter(|other| matches!(other, Command::Step { .. })).count();
                if waiting < MAX_STEPS {
                    commands.push_back(command);
                }
            }
            _ => {
                let kind = std::mem::discriminant(&command);
                commands.retain(|other| std::mem::discriminant(other) != kind);
                commands.push_back(command);
            }
        }
        drop(inside);
        self.news.notify_one();
    }

    /// Lets the worker look around: something happened elsewhere. Never blocks for long, so
    /// streaming threads may call it.
    pub(super) fn wake(&self) {
        self.lock().woken = true;
        self.news.notify_one();
    }

    /// The next wish; none after `timeout`, or when woken.
    pub(super) fn next(&self, timeout: Duration) -> Option<Command> {
        let mut inside = self.lock();
        if inside.commands.is_empty() && !inside.woken {
            inside = self.news.wait_timeout(inside, timeout).unwrap_or_else(PoisonError::into_inner).0;
        }
        inside.woken = false;
        inside.commands.pop_front()
    }
}

/// Whether a wish outlives the title it was made for.
fn is_lasting(command: &Command) -> bool {
    matches!(
        command,
        Command::Volume(_)
            | Command::Mute(_)
            | Command::Deinterlace(_)
            | Command::Hardware(_)
            | Command::Quit
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::seek_queue::SeekKind;

    fn seek(seconds: u64) -> Command {
        Command::Seek(Seek { to: Duration::from_secs(seconds), kind: SeekKind::Exact })
    }

    fn drain(mailbox: &Mailbox) -> Vec<Command> {
        std::iter::from_fn(|| mailbox.next(Duration::ZERO)).collect()
    }

    #[test]
    fn only_the_newest_of_a_kind_waits() {
        let mailbox = Mailbox::default();
        for second in 0..100 {
            mailbox.push(seek(second));
            mailbox.push(Command::Volume(0.5));
        }
        let commands = drain(&mailbox);
        assert_eq!(commands.len(), 2);
        assert!(matches!(&commands[0], Command::Seek(seek) if seek.to == Duration::from_secs(99)));
    }

    #[test]
    fn a_new_title_forgets_what_was_asked_of_the_old_one() {
        let mailbox = Mailbox::default();
        mailbox.push(seek(1));
        mailbox.push(Command::Speed(2.0));
        mailbox.push(Command::Mute(true));
        mailbox.push(Command::Load { origin: Origin::Uri(String::new()), options: LoadOptions::default() });
        mailbox.push(seek(2));
        let commands = drain(&mailbox);
        assert!(matches!(
            commands[..],
            [Command::Mute(true), Command::Load { .. }, Command::Seek(seek)] if seek.to.as_secs() == 2
        ));
    }

    #[test]
    fn steps_are_counted_and_bounded() {
        let mailbox = Mailbox::default();
        for _ in 0..100 {
            mailbox.push(Command::Step { forward: true });
        }
        assert_eq!(drain(&mailbox).len(), MAX_STEPS);
    }

    #[test]
    fn a_wake_ends_the_wait_once() {
        let mailbox = Mailbox::default();
        mailbox.wake();
        assert!(mailbox.next(Duration::from_secs(60)).is_none());
        assert!(mailbox.next(Duration::ZERO).is_none());
    }
}
