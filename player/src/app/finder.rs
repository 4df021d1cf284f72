//! Looks for directors on the local network, on a thread of its own, and asks each found what it lists.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use fetch_engine::{Engine, discover};

use super::inbox::Sender;
use super::target::{director_shown, director_url};
use crate::state::library::FoundDirector;
use crate::state::{Event, words};

/// How long announcements are waited for at a time.
const LISTEN_FOR: Duration = Duration::from_secs(2);
/// Between two searches while the page of directors is on show.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Most directors that are told of.
const TOLD_DIRECTORS: usize = 16;
/// Most wishes that wait: one is as good as many.
const WAITING_WISHES: usize = 1;

/// The thread that looks.
pub(super) struct Finder {
    wishes: SyncSender<()>,
    asked: Option<Instant>,
}

impl Finder {
    /// Starts it.
    pub(super) fn new(engine: Engine, sender: Sender) -> std::io::Result<Self> {
        let (wishes, waiting) = sync_channel(WAITING_WISHES);
        thread::Builder::new().name("neighbours".into()).spawn(move || look(&engine, &sender, &waiting))?;
        Ok(Self { wishes, asked: None })
    }

    /// Has the network searched, unless that was done a moment ago. Says when it is due again.
    pub(super) fn look(&mut self, now: Instant) -> Duration {
        let since = self.asked.map(|asked| now.saturating_duration_since(asked));
        if let Some(left) = since.and_then(|since| LOOK_EVERY.checked_sub(since)) {
            return left;
        }
        // Where one waits already, it is being searched.
        let _ = self.wishes.try_send(());
        self.asked = Some(now);
        LOOK_EVERY
    }
}

fn look(engine: &Engine, sender: &Sender, wishes: &Receiver<()>) {
    while wishes.recv().is_ok() {
        sender.event(Event::LookingAround(true));
        let found = discover::directors(LISTEN_FOR).unwrap_or_else(|why| {
            tracing::info!("{why}");
            Vec::new()
        });
        let found = found.into_iter().take(TOLD_DIRECTORS).map(|found| ask(engine, &found)).collect();
        sender.event(Event::LookedAround(found));
        sender.event(Event::LookingAround(false));
    }
}

fn ask(engine: &Engine, found: &discover::Neighbour) -> FoundDirector {
    let director = engine.director(&director_url(&found.address));
    let holds = director.catalogs().and_then(|catalogs| Ok((catalogs, director.servers()?)));
    let told = holds.as_ref().map_or("", |(catalogs, _)| catalogs.director.as_str());
    let name = if told.is_empty() { &found.name } else { told };
    FoundDirector {
        name: words::safe(name),
        address: director_shown(&found.address),
        holds: holds.ok().map(|(catalogs, servers)| {
            let titles = catalogs.catalogs.iter().map(|catalog| catalog.titles).sum();
            (catalogs.catalogs.len() as u64, titles, servers.servers.len() as u64)
        }),
    }
}
