//! Drives one stream's session: connections, readers, the director and the clock in; what the session
//! decides out.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tributary_core::geometry::Seq;
use tributary_core::pattern::{MAX_SOURCES, SourceId};
use tributary_core::session::{Action, Demand, Event, Hint, Loss, Notice, SourceState};
use tributary_core::time::Time;
use tributary_core::wire::{ErrorCode, Frame, encoded_len};

use crate::connection::{Connection, Report, Way, What};
use crate::director::News;
use crate::disk::{Disk, Found};
use crate::engine::Memory;
use crate::happened::{Happened, LogKind};
use crate::introduce::Introduction;
use crate::journal::Words;
use crate::live::{Live, LiveInner};
use crate::pace::{GROWS_EVERY, Pace};
use crate::roster::Change;
use crate::shared::{Failure, FailureKind, Shared};
use crate::snapshot::Cell;
use crate::standing::{Facts, judge};
use crate::text;
use crate::web::Tls;
use crate::words::of_notice;

/// Most reports of connections that wait for the driver; each holds at most a read buffer's bytes.
const MAX_REPORTS_WAITING: usize = 16;
/// Most reports worked off before what follows from them is done.
const MAX_REPORTS_AT_ONCE: usize = 16;
/// Most blocks from disk taken before what follows from them is done.
const MAX_FOUND_AT_ONCE: usize = 64;
/// Sources that the director lists anew are tried at most so often before their time.
const TRY_AGAIN_EVERY: Duration = Duration::from_secs(1);
/// Longest reason of a server that is kept, in characters.
const MAX_MESSAGE_CHARS: usize = 200;
/// How often the stream's standing is judged when nothing happens.
const STANDING_EVERY: Duration = Duration::from_millis(100);
/// How often all the numbers are judged.
const VERDICT_EVERY: Duration = Duration::from_millis(190);

/// The task behind an open stream.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    live: Arc<Live>,
    memory: Arc<Memory>,
    tls: Arc<Tls>,
    give_up_after: Duration,
    /// Holds the demand back where a limit was chosen.
    pace: Option<Pace>,
    news: Option<mpsc::Receiver<News>>,
    /// Where blocks are kept on disk as well, and what comes from there.
    disk: Option<Disk>,
    found: Option<mpsc::Receiver<Found>>,
    connections: [Option<Connection>; MAX_SOURCES],
    connections_made: u64,
    /// Servers that were asked for the stream's size, until they are first connected to.
    introductions: Vec<Introduction>,
    to_driver: mpsc::Sender<Report>,
    reports: mpsc::Receiver<Report>,
    demand: Demand,
    ever_opened: bool,
    /// Which sources have opened the stream since they last left.
    joined: [bool; MAX_SOURCES],
    /// Nobody is left, and that was told.
    nobody_told: bool,
    director_silent: bool,
    /// When something last came, or nothing was wanted.
    last_progress: Time,
    judge_now: bool,
    tried_again_at: Time,
    verdict_at: Time,
}

impl Driver {
    /// A driver for a session that knows no source yet; `first` are those that are known now.
    pub(crate) fn new(
        shared: Arc<Shared>,
        live: Arc<Live>,
        memory: Arc<Memory>,
        tls: Arc<Tls>,
        give_up_after: Duration,
        pace: Option<Pace>,
        news: Option<mpsc::Receiver<News>>,
    ) -> Self {
        let (to_driver, reports) = mpsc::channel(MAX_REPORTS_WAITING);
        Self {
            shared,
            live,
            memory,
            tls,
            give_up_after,
            pace,
            news,
            disk: None,
            found: None,
            connections: [const { None }; MAX_SOURCES],
            connections_made: 0,
            introductions: Vec::new(),
            to_driver,
            reports,
            demand: Demand::default(),
            ever_opened: false,
            joined: [false; MAX_SOURCES],
            nobody_told: false,
            director_silent: false,
            last_progress: Time::ZERO,
            judge_now: false,
            tried_again_at: Time::ZERO,
            verdict_at: Time::ZERO,
        }
    }

    /// The same, with blocks kept on disk as well.
    pub(crate) fn with_disk(mut self, disk: Option<(Disk, mpsc::Receiver<Found>)>) -> Self {
        (self.disk, self.found) = disk.unzip();
        self
    }

    /// Runs until the stream is closed. `first`: the sources that are known at the start; `introductions`:
    /// connections to some of them.
    pub(crate) async fn run(mut self, first: Vec<Change>, introductions: Vec<Introduction>) {
        self.introductions = introductions;
        let live = self.live.clone();
        {
            let mut inner = live.lock();
            self.take_demand(&mut inner);
            self.take_changes(&mut inner, first);
            self.act(&mut inner);
        }
        let mut standing = interval(STANDING_EVERY);
        standing.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut due = None;
        while !self.shared.is_closed() {
            let timer = async {
                match due {
                    Some(due) => sleep_until(Instant::from_std(due)).await,
                    None => std::future::pending().await,
                }
            };
            let (mut report, mut news, mut found, mut judge) = (None, None, None, false);
            tokio::select! {
                came = self.reports.recv() => report = came,
                came = next(&mut self.news) => match came {
                    Some(came) => news = Some(came),
                    None => self.news = None,
                },
                came = next(&mut self.found) => match came {
                    Some(came) => found = Some(came),
                    None => self.found = None,
                },
                () = self.shared.demand_changed.notified() => {}
                () = timer => {}
                _ = standing.tick() => judge = true,
                () = self.shared.closed.notified() => {}
            }
            let mut inner = live.lock();
            if let Some(report) = report {
                self.take_report(&mut inner, report);
                for _ in 1..MAX_REPORTS_AT_ONCE {
                    let Ok(report) = self.reports.try_recv() else { break };
                    self.take_report(&mut inner, report);
                }
            }
            if let Some(news) = news {
                self.take_news(&mut inner, news);
            }
            if let Some(found) = found {
                self.take_found(&mut inner, found);
            }
            self.take_demand(&mut inner);
            if inner.session.next_tick().is_some_and(|due| due <= live.now()) {
                inner.session.tick(live.now());
            }
            self.act(&mut inner);
            if judge || std::mem::take(&mut self.judge_now) {
                self.judge(&mut inner);
                if let Some(disk) = &mut self.disk {
                    disk.describe(|| inner.session.tree().cloned());
                }
            }
            let grows = self.pace.as_ref().filter(|pace| pace.is_holding()).map(|_| live.now() + GROWS_EVERY);
            due = inner.session.next_tick().into_iter().chain(grows).min().map(|time| live.instant(time));
        }
    }

    /// A block was read from disk, or is not there after all.
    fn take_found(&mut self, inner: &mut LiveInner, first: Found) {
        let now = self.live.now();
        let mut blocks = Vec::new();
        let waiting = self.found.iter_mut().flat_map(|found| std::iter::from_fn(|| found.try_recv().ok()));
        for found in std::iter::once(first).chain(waiting.take(MAX_FOUND_AT_ONCE - 1)) {
            let (Found::Block(seq, _) | Found::Nothing(seq)) = found;
            if let Some(disk) = &mut self.disk {
                disk.came(seq);
            }
            match found {
                Found::Block(seq, bytes) => blocks.push((seq, bytes, Cell::DISK)),
                Found::Nothing(seq) => inner.session.handle(now, Event::Evicted(seq..seq + 1)),
            }
        }
        self.last_progress = now;
        for dropped in self.shared.store(blocks.into_iter()) {
            inner.session.handle(now, Event::Evicted(dropped));
        }
    }

    fn take_report(&mut self, inner: &mut LiveInner, report: Report) {
        let Report { source, connection, what } = report;
        if self.connections[source.index()].as_ref().is_none_or(|held| held.number != connection) {
            return;
        }
        let now = self.live.now();
        match what {
            What::Up(rtt) => {
                inner.lateness(source).connected(now);
                let relayed = inner.roster.get(source).is_some_and(|member| member.via.is_some());
                inner.session.handle(now, Event::Connected { source, rtt, relayed });
            }
            What::Came { bytes, frames } => {
                inner.meter(source).add(now, bytes);
                // What a server says of its disk is no sign that it gives what it owes.
                let told: usize = frames
                    .iter()
                    .filter(|frame| matches!(frame, Frame::Reading { .. }))
                    .map(encoded_len)
                    .sum();
                if told != bytes {
                    if let Some((since, rtt)) = inner.session.owing(source) {
                        inner.lateness(source).came(now, bytes, since, rtt);
                    }
                    inner.session.handle(now, Event::Received { source, bytes });
                }
                // A frame that came among many bytes of no use would keep them all in memory.
                let useful: usize = frames.iter().filter_map(Frame::block).map(Bytes::len).sum();
                let sparse = useful < bytes / 2;
                for mut frame in frames {
                    if let Some(bytes) = frame.block_mut().filter(|_| sparse) {
                        *bytes = Bytes::copy_from_slice(bytes);
                    }
                    if let Frame::Error { message, .. } = &mut frame {
                        *message = text::clean(message, MAX_MESSAGE_CHARS);
                    }
                    match &frame {
                        Frame::Data { .. }
                        | Frame::DataAt { .. }
                        | Frame::Slot { .. }
                        | Frame::Page { .. } => self.last_progress = now,
                        Frame::Reading { waited_us, waits } => {
                            inner.lateness(source).reads(now, Duration::from_micros(*waited_us), *waits);
                        }
                        Frame::Size { stream, size } if *size != inner.session.size() => {
                            self.memory.doubt_size(*stream);
                        }
                        Frame::Welcome { name, .. } => {
                            inner.roster.rename(source, text::clean(name, text::MAX_NAME_CHARS));
                        }
                        _ => {}
                    }
                    inner.session.handle(now, Event::Frame { source, frame });
                }
            }
            What::Lost(why) => {
                self.connections[source.index()] = None;
                inner.session.handle(now, Event::Lost { source, why });
            }
        }
    }

    fn take_news(&mut self, inner: &mut LiveInner, news: News) {
        let now = self.live.now();
        match news {
            News::Sources(list) => {
                if std::mem::take(&mut self.director_silent) {
                    inner.journal.add(
                        now,
                        director_words(
                            "The director answers again",
                            String::new(),
                            false,
                            Happened::DirectorBack,
                        ),
                    );
                }
                let changes = inner.roster.list(&list.sources);
                self.take_changes(inner, changes);
                self.try_listed_again(inner);
                if inner.roster.take_left_out() {
                    let detail = format!("The first {MAX_SOURCES} are used.");
                    inner.journal.add(
                        now,
                        director_words("There are more servers than letters", detail, true, Happened::Note),
                    );
                }
            }
            News::Silent(why) => {
                self.director_silent = true;
                let detail = format!("{why}. The servers that are known go on; it is asked again.");
                let what = Happened::DirectorSilent;
                inner.journal.add(now, director_words("The director does not answer", detail, true, what));
            }
        }
    }

    /// Whoever is listed anew may have been restarted: there is no reason to wait out its backoff.
    fn try_listed_again(&mut self, inner: &mut LiveInner) {
        let now = self.live.now();
        if now.since(self.tried_again_at) < TRY_AGAIN_EVERY {
            return;
        }
        self.tried_again_at = now;
        let listed: Vec<SourceId> = inner.roster.listed().collect();
        for source in listed {
            let back = inner.session.source(source, now).is_some_and(|stats| match stats.state {
                SourceState::Away => true,
                // A server that was still reading its folder; now it says that it has the stream.
                SourceState::Gone => stats.last_code == Some(ErrorCode::NoSuchStream),
                _ => false,
            });
            if back {
                inner.session.handle(now, Event::Added { source, hint: None, gives_pages: true });
            }
        }
    }

    fn take_changes(&mut self, inner: &mut LiveInner, changes: Vec<Change>) {
        let now = self.live.now();
        for change in changes {
            let event = match change {
                Change::Added(source) => {
                    let Some(member) = inner.roster.get(source) else { continue };
                    let hint = self.memory.rate_bps(&member.remembered_as());
                    let hint = hint.map(|rate_bps| Hint { rate_bps });
                    Event::Added { source, hint, gives_pages: member.web.is_none() }
                }
                Change::Withdrawn(source) => Event::Withdrawn { source },
            };
            inner.session.handle(now, event);
        }
        self.judge_now = true;
    }

    fn take_demand(&mut self, inner: &mut LiveInner) {
        let mut wanted = self.shared.lock().demand.clone();
        if let Some(pace) = &mut self.pace {
            wanted.main = pace.limit(self.live.now(), wanted.main);
        }
        if wanted != self.demand {
            self.demand = wanted.clone();
            if let Some(disk) = &mut self.disk {
                let settled = |seq| inner.session.is_settled(seq);
                for blocks in disk.look_for(&wanted, &self.shared.lock().cache, settled) {
                    inner.session.handle(self.live.now(), Event::Kept(blocks));
                }
            }
            inner.session.handle(self.live.now(), Event::Demand(wanted));
        }
    }

    /// Does what the session says until it says nothing more.
    fn act(&mut self, inner: &mut LiveInner) {
        loop {
            let mut blocks: Vec<(Seq, Bytes, u8)> = Vec::new();
            while let Some(action) = inner.session.poll() {
                match action {
                    Action::Connect(source) => self.connect(inner, source),
                    Action::Send(source, frame) => self.send(inner, source, &frame),
                    Action::Close(source) => self.connections[source.index()] = None,
                    Action::Store { seq, bytes, source } => {
                        if let Some(disk) = &self.disk {
                            disk.keep(seq, &bytes);
                        }
                        blocks.push((seq, bytes, source.index() as u8));
                    }
                    Action::Notice(notice) => self.note(inner, &notice),
                }
            }
            if blocks.is_empty() {
                return;
            }
            for dropped in self.shared.store(blocks.into_iter()) {
                inner.session.handle(self.live.now(), Event::Evicted(dropped));
            }
        }
    }

    fn connect(&mut self, inner: &LiveInner, source: SourceId) {
        let Some(member) = inner.roster.get(source) else { return };
        self.connections_made += 1;
        let (number, reports) = (self.connections_made, self.to_driver.clone());
        let connection = match &member.web {
            Some(web) => Connection::start_web(source, number, web.clone(), self.tls.clone(), reports),
            None => match self.introductions.iter().position(|met| met.way == Way::to(member)) {
                Some(place) => {
                    Connection::go_on(source, number, self.introductions.swap_remove(place), reports)
                }
                None => Connection::start(source, number, Way::to(member), reports),
            },
        };
        self.connections[source.index()] = Some(connection);
    }

    fn send(&mut self, inner: &mut LiveInner, source: SourceId, frame: &Frame) {
        let Some(connection) = &self.connections[source.index()] else { return };
        if let Err(stuck) = connection.send(frame) {
            self.connections[source.index()] = None;
            let why = Loss::Closed(stuck.to_string());
            inner.session.handle(self.live.now(), Event::Lost { source, why });
        }
    }

    fn note(&mut self, inner: &mut LiveInner, notice: &Notice) {
        let now = self.live.now();
        match notice {
            Notice::Joined { source, .. } => {
                self.ever_opened = true;
                self.nobody_told = false;
                self.joined[source.index()] = true;
            }
            Notice::Left { source, .. } => {
                let stats = inner.session.source(*source, now);
                let shut_out = stats.is_some_and(|stats| stats.state == SourceState::Quarantined);
                let was_there = std::mem::take(&mut self.joined[source.index()]);
                self.judge_now = true;
                if shut_out {
                    // The notice that follows says it all.
                    return;
                }
                let words = of_notice(notice, &inner.roster, was_there);
                inner.journal.add(now, words);
                return;
            }
            Notice::Quarantined { .. } => self.blame(inner),
            Notice::NobodyLeft if std::mem::replace(&mut self.nobody_told, true) => return,
            _ => {}
        }
        self.judge_now |= matches!(
            notice,
            Notice::Joined { .. }
                | Notice::Left { .. }
                | Notice::Quarantined { .. }
                | Notice::Distrusted { .. }
                | Notice::NobodyLeft
        );
        let mut words = of_notice(notice, &inner.roster, true);
        if let Notice::Pattern { epoch, from, pattern } = notice {
            let why = inner.pattern_made(now, *epoch, *from, pattern);
            words.detail = format!("{}: {why}", words.detail);
        }
        inner.journal.add(now, words);
    }

    /// Wrong bytes came by some way: shuts out the others to whose server or relay they point.
    fn blame(&self, inner: &mut LiveInner) {
        let now = self.live.now();
        let is_liar = |source: &SourceId| {
            inner.session.source(*source, now).is_some_and(|stats| stats.state == SourceState::Quarantined)
        };
        let liars = inner.roster.iter().map(|(source, _)| source).filter(is_liar).collect();
        for source in inner.roster.blamed(&liars) {
            let why = "wrong bytes came from the same server or relay by other ways".to_owned();
            inner.session.handle(now, Event::Distrusted { source, why });
        }
    }

    fn judge(&mut self, inner: &mut LiveInner) {
        let now = self.live.now();
        let full = self.shared.lock().is_full();
        if full {
            self.last_progress = now;
        }
        let (ever_opened, give_up_after) = (self.ever_opened, self.give_up_after);
        let held_by_nobody = inner.session.held_by_nobody();
        let (dry, lacks_pages) = (now.since(self.last_progress), inner.session.lacks_pages());
        let facts = Facts { full, held_by_nobody, ever_opened, dry, lacks_pages, give_up_after };
        let (state, failure) = judge(&inner.seen(now), facts);
        if failure != self.shared.failure() {
            self.shared.set_failure(failure);
        }
        inner.state = state;
        if now.since(self.verdict_at) >= VERDICT_EVERY {
            self.verdict_at = now;
            inner.judge(now, &self.shared);
        }
    }
}

impl Drop for Driver {
    /// What is on disk is written down, however the driver ends. One that ends while its stream is open has
    /// failed: a reader must not wait for ever.
    fn drop(&mut self) {
        // First, since the disk's thread may wait for somebody to take what it has found.
        self.found = None;
        if let Some(disk) = self.disk.take() {
            let pages = self.live.lock().session.tree().cloned();
            disk.close(pages);
        }
        if !self.shared.is_closed() {
            let message =
                "The engine failed: its task for this title ended. Open the title again.".to_owned();
            self.shared.set_failure(Some(Failure { kind: FailureKind::NobodyReachable, message }));
        }
    }
}

/// What comes next from somebody who may not be there.
async fn next<T>(from: &mut Option<mpsc::Receiver<T>>) -> Option<T> {
    match from {
        Some(from) => from.recv().await,
        None => std::future::pending().await,
    }
}

fn director_words(title: &str, detail: String, warning: bool, what: Happened) -> Words {
    Words { kind: LogKind::Source, source: None, title: title.to_owned(), detail, warning, what }
}
