//! The window: joins state and views to the director, the engine and the pipeline.
//!
//! Everything from other threads comes through one bounded [`inbox`] and becomes events; every
//! wish of a view is carried out in `carry_out`. No call here waits for the network.

mod asker;
mod carry_out;
mod each_frame;
mod enlarging;
mod files;
mod finder;
pub mod inbox;
mod m3u;
mod media_words;
pub mod names;
mod numbers;
mod opening;
mod outside;
mod playing;
mod playlist;
mod poster_folder;
mod posters;
mod preferences;
mod previews;
mod remote;
mod screenshot;
mod session;
mod target;
mod tester;
mod why;
mod widgets;

use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use eframe::CreationContext;
use egui::{Rect, Ui, UiBuilder};
use fetch_engine::{Engine, EngineConfig, StreamId};

use crate::cli::Cli;
use crate::config::{Config, Store};
use crate::desktop::instance::{self, Listening};
use crate::desktop::scheme::{self, Scheme};
use crate::desktop::{Desktop, OnWish, signals};
use crate::i18n::t;
use crate::media::surface::{self, VideoSurface};
use crate::media::{AudioOutput, MediaEvent, Pace, Player, PlayerOptions};
use crate::state::memory::Memory;
use crate::state::notice::{Notice, NoticeKind};
use crate::state::settings::StartWith;
use crate::state::shape::Shape;
use crate::state::{Event, State, View};
use crate::theme;
use crate::view::{self, Pictures, Poster, Preview, Scene};

use asker::Asker;
use enlarging::Enlarging;
use finder::Finder;
use inbox::{Inbox, Message};
use numbers::Numbers;
use playlist::Playlist;
pub use poster_folder::default_cache_folder;
use posters::{Folders, Of, Posters};
use previews::Previews;
use remote::Remote;
use session::Session;
pub use target::Target;
use tester::Tester;

/// How long after a picture came the window is drawn. At once would draw it twice for each.
const AFTER_A_PICTURE: Duration = Duration::from_micros(500);

/// The window's program.
pub struct App {
    state: State,
    inbox: Inbox,
    engine: Engine,
    asker: Asker,
    finder: Finder,
    player: Player,
    film: Film,
    posters: Posters,
    /// Where films are kept on disk, where that is wanted.
    films: Option<PathBuf>,
    session: Option<Session>,
    /// What is played one after the other.
    playlist: Playlist,
    /// What is played now, to be tried again.
    current: Option<Target>,
    openings: u64,
    /// Whether the first title shall stand still.
    start_paused: bool,
    config: Config,
    /// When the settings file was last looked at.
    followed: Option<Instant>,
    /// Where the memory is kept; none where there is no folder for it.
    store: Option<Store>,
    /// Whether what is being opened shall begin at its remembered place, once its name is known.
    looks_for_place: bool,
    sources: Vec<String>,
    remote: Remote,
    /// The numbers, for others.
    numbers: Numbers,
    /// The server test.
    tester: Tester,
    /// Media keys and the screen saver.
    desktop: Option<Desktop>,
    /// The socket for later starts of the program.
    listening: Option<Listening>,
    /// What the desktop's windows are like, where it says so.
    scheme: Option<Scheme>,
    /// Makes the window as large as it was.
    enlarging: Enlarging,
    /// The title that the window has.
    title: String,
    /// Whether the window was last told to fill the screen.
    fills_screen: bool,
    /// When the last pictures were looked at, in seconds since the window was opened.
    pictures_at: f64,
}

/// What was kept of earlier runs.
#[derive(Debug, Default)]
pub struct Kept {
    /// Where it lies; none where there is no folder for it.
    pub store: Option<Store>,
    /// What was read of it.
    pub memory: Memory,
    /// Where what can be had again is kept; none where there is no folder for it.
    pub cache: Option<PathBuf>,
    /// Where later starts of the program speak.
    pub instance: Option<UnixListener>,
}

/// Where a title begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begin {
    /// Just there.
    At(Duration),
    /// Where one left off, if the settings say so; else at its start.
    WhereLeftOff,
}

/// The surface that draws the film, and where its pictures come from.
struct Film {
    surface: Box<dyn VideoSurface>,
    player: Player,
    shape: Shape,
    previews: Previews,
}

impl App {
    /// Starts everything and opens what the command line names.
    ///
    /// # Errors
    /// In words, where engine or pipeline can't be started.
    pub fn new(context: &CreationContext<'_>, cli: Cli, config: Config, kept: Kept) -> anyhow::Result<Self> {
        theme::install(&context.egui_ctx);
        let (settings, problems) = config.settings();
        let surface = surface::choose(context);
        let inbox = Inbox::new(&context.egui_ctx);
        let engine = Engine::new(EngineConfig::default())?;
        let ctx = context.egui_ctx.clone();
        let sender = inbox.sender();
        let player = Player::new(
            PlayerOptions {
                pace: Pace::Real,
                audio: AudioOutput::from(cli.audio_output),
                frames: surface.frames(),
            },
            Arc::new(move |number, event| sender.send(Message::Media { number, event })),
            Arc::new(move || ctx.request_repaint_after(AFTER_A_PICTURE)),
        )?;
        let asker = Asker::new(engine.clone(), inbox.sender())?;
        let finder = Finder::new(engine.clone(), inbox.sender())?;
        let posters = Posters::new(
            engine.clone(),
            inbox.sender(),
            Folders {
                posters: kept.cache.as_ref().map(|cache| cache.join("posters")),
                stills: kept.cache.as_ref().map(|cache| cache.join("stills")),
            },
        )?;
        let socket = cli.input_ipc_server.as_deref();
        let remote = Remote::new(socket, &inbox.sender(), &context.egui_ctx)
            .with_context(|| format!("{} can't be listened at", socket.unwrap_or(Path::new("")).display()))?;
        let log = cli.stats_log.as_deref();
        let numbers = Numbers::start(log)
            .with_context(|| format!("{} can't be written", log.unwrap_or(Path::new("")).display()))?;
        let desktop = desktop(&inbox);
        let listening = kept.instance.and_then(|listener| listen(listener, &inbox));
        let was_maximized = kept.memory.window.is_some_and(|place| place.maximized);
        let enlarging = Enlarging::wanted(was_maximized && settings.keep_window);
        let mut app = Self {
            state: State::default(),
            film: Film {
                surface,
                player: player.clone(),
                shape: Shape::default(),
                previews: Previews::default(),
            },
            inbox,
            engine,
            asker,
            finder,
            player,
            posters,
            session: None,
            playlist: Playlist::default(),
            current: None,
            openings: 0,
            start_paused: cli.pause,
            config,
            followed: None,
            films: kept.cache.map(|cache| cache.join("films")),
            store: kept.store,
            looks_for_place: false,
            sources: cli.source.clone(),
            remote,
            numbers,
            tester: Tester::default(),
            desktop,
            listening,
            scheme: None,
            enlarging,
            title: String::new(),
            fills_screen: cli.fullscreen,
            pictures_at: 0.0,
        };
        app.state.apply(Event::SettingsRead(Box::new(settings)));
        app.follow_settings(&context.egui_ctx);
        app.state.apply(Event::Recalled(Box::new(kept.memory)));
        app.begin(&cli, &problems);
        Ok(app)
    }

    fn begin(&mut self, cli: &Cli, problems: &[String]) {
        let known = self.config.directors();
        self.state.apply(Event::Configured { known, volume: self.config.volume() });
        self.player.set_volume(self.state.volume);
        self.tell_problems(problems);
        if let Some(address) = cli.director.clone().or_else(|| self.config.last_director()) {
            self.connect(&address);
            self.state.apply(match self.state.settings.start_with {
                StartWith::Directors if cli.director.is_none() => Event::ChoosingDirector,
                _ => Event::LibraryShown,
            });
        }
        self.state.apply(Event::FullscreenSet(cli.fullscreen));
        if cli.stats {
            self.state.apply(Event::StatsOpened(true));
        }
        let named =
            if cli.play.is_empty() { cli.source.iter().take(1).cloned().collect() } else { cli.names() };
        let list = Playlist::given(names::targets(&named));
        self.play_list(list, cli.start.map_or(Begin::WhereLeftOff, Begin::At));
        if named.is_empty() && self.state.settings.start_with == StartWith::LastTitle {
            let last = self.state.memory.begun().next().map(|viewing| viewing.what.clone());
            if let Some(last) = last {
                self.go_on(&last);
            }
        }
    }

    /// Takes everything that came from other threads.
    fn receive(&mut self, ctx: &egui::Context) {
        for message in self.inbox.drain() {
            match message {
                Message::Event(event) => self.take(*event),
                Message::Media { number, event } => self.take_media(number, event),
                Message::Opened { number, result } => self.opened(number, result),
                Message::Listed { number, result } => self.listed(number, result),
                Message::Poster { of, stream, came } => self.posters.put(ctx, of, stream, came),
                Message::Previews { number, sheet } if self.state.plays(number) => {
                    self.film.previews.put(ctx, *sheet);
                }
                Message::Previews { .. } => {}
                Message::Subtitles { number, file } => self.take_subtitles(number, file),
                Message::Files(paths) => self.take_files(&paths),
                Message::Desktop(wish) => self.carry_out_wish(ctx, wish),
                Message::Scheme(scheme) => {
                    self.scheme = scheme;
                    self.follow_settings(ctx);
                }
                Message::Request(request) => self.take_request(ctx, request),
                Message::Remote(command, done) => self.carry_out_remote(ctx, command, done),
            }
        }
    }

    fn take(&mut self, event: Event) {
        let answered = matches!(event, Event::DirectorAnswered { .. });
        self.state.apply(event);
        if answered {
            self.remember();
        }
    }

    fn take_media(&mut self, number: u64, event: MediaEvent) {
        match &event {
            MediaEvent::NoSoundDevice => {
                let detail = t!("note-no-sound-what");
                let notice = Notice::warning(NoticeKind::NoSound, t!("note-no-sound"), detail);
                self.state.apply(Event::Noticed(notice));
            }
            MediaEvent::LeftOut { codec, install, sound } => {
                let title = t!("note-no-decoder", codec = codec.as_str());
                let detail = if *sound {
                    t!("note-no-decoder-sound", install = install.as_str())
                } else {
                    t!("note-no-decoder-track", install = install.as_str())
                };
                let kind = if *sound { NoticeKind::NoSound } else { NoticeKind::Other };
                self.state.apply(Event::Noticed(Notice::warning(kind, title, detail)));
            }
            MediaEvent::Warning(why) => tracing::warn!("{why}"),
            _ => {}
        }
        // An end of the title before must not end this one.
        if !self.state.plays(number) {
            return;
        }
        if let MediaEvent::Ready(facts) = &event {
            self.choose_tracks(&facts.tracks);
        }
        let ended = event == MediaEvent::EndOfFile;
        self.remote.media(&event);
        if let (MediaEvent::Seeked(_), Some(desktop)) = (&event, &self.desktop) {
            desktop.jumped();
        }
        for event in media_words::events(event) {
            self.state.apply(Event::Playing(event));
        }
        // Only a real end starts the next title; a fault never does.
        if ended {
            self.ended();
        }
    }
}

impl Pictures for (&mut Film, &mut Posters) {
    fn poster(&self, stream: StreamId) -> Poster {
        self.1.get(Of::Poster, stream)
    }

    fn still(&self, stream: StreamId) -> Poster {
        self.1.get(Of::Still, stream)
    }

    fn brightness(&self, stream: StreamId) -> Option<f32> {
        self.1.brightness(Of::Poster, stream)
    }

    fn still_brightness(&self, stream: StreamId) -> Option<f32> {
        self.1.brightness(Of::Still, stream)
    }

    fn preview(&self, time: Duration) -> Option<Preview> {
        self.0.previews.get(time)
    }

    fn film(&mut self, ui: &mut Ui, rect: Rect) -> Option<Rect> {
        let film = &mut *self.0;
        let frames = film.player.frames();
        let frame = frames.take_new();
        if frames.has_more() {
            ui.ctx().request_repaint_after(AFTER_A_PICTURE);
        }
        film.surface.paint(ui, rect, frame, film.shape)
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.receive(ctx);
        self.follow_file(ctx);
        self.remote.publish(&self.state);
        if let Some(desktop) = &self.desktop {
            desktop.publish(outside::shown(&self.state));
        }
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        if let Some(seconds) = frame.info().cpu_usage {
            tracing::trace!(target: "frames", "{:.2} ms", f64::from(seconds) * 1000.0);
        }
        self.look_at_player(ui.ctx());
        if self.state.view == View::Directors && self.state.settings.look_around {
            ui.ctx().request_repaint_after(self.finder.look(Instant::now()));
        }
        self.take_given(ui.ctx());
        let mut commands = Vec::new();
        let whole = ui.ctx().content_rect();
        let mut child = ui.new_child(UiBuilder::new().max_rect(whole));
        child.set_clip_rect(whole);
        let mut pictures = (&mut self.film, &mut self.posters);
        let mut scene = Scene { state: &self.state, pictures: &mut pictures, commands: &mut commands };
        view::show(&mut child, &mut scene);
        let asked = !commands.is_empty();
        let search_asked = self.state.focus_search;
        for command in commands {
            self.carry_out_in(ui.ctx(), command);
        }
        if search_asked {
            self.state.apply(Event::SearchFocus(false));
        }
        if asked {
            ui.ctx().request_repaint();
        }
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.remember();
        self.state.apply(Event::PlayerLeft);
        if let Some(store) = &mut self.store {
            store.finish(&self.state.memory);
        }
        if let Some(listening) = &self.listening {
            listening.leave();
        }
        self.keep_still();
        self.session = None;
        if !self.player.quit() {
            tracing::warn!("playback did not end in time");
        }
    }
}

/// The threads that hear the desktop, and the system's wish that the program ends.
fn desktop(inbox: &Inbox) -> Option<Desktop> {
    let sender = inbox.sender();
    // Where too many wait already, one more is dropped: somebody leans on a key.
    let on_wish = move |wish| {
        let _ = sender.offer(Message::Desktop(wish));
    };
    let on_wish: OnWish = Arc::new(on_wish);
    let sender = inbox.sender();
    if let Err(why) = scheme::follow(None, move |scheme| sender.send(Message::Scheme(scheme))) {
        tracing::warn!("the desktop's colours are not followed: {why}");
    }
    if let Err(why) = signals::listen(Arc::clone(&on_wish)) {
        tracing::warn!("a signal will end the program without keeping its place: {why}");
    }
    Desktop::start(None, on_wish).map_err(|why| tracing::warn!("no desktop controls: {why}")).ok()
}

/// The thread that hears later starts of the program.
fn listen(listener: UnixListener, inbox: &Inbox) -> Option<Listening> {
    let sender = inbox.sender();
    let on_request = move |request| {
        let _ = sender.offer(Message::Request(request));
    };
    instance::listen(listener, on_request)
        .map_err(|why| tracing::warn!("later starts are not heard: {why}"))
        .ok()
}
