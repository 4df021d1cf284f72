//! Tributary: a player that draws one title from several servers at once.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod heap;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use tributary_player::app::{App, Kept, default_cache_folder};
use tributary_player::cli::Cli;
use tributary_player::config::{self, Config, Store};
use tributary_player::desktop::instance::{self, Claim, Request};

/// What is told on standard error unless `RUST_LOG` says else: what stops a start is told once, by us.
const USUAL_LOG: &str = "warn,zbus=error,winit=error,eframe=off,egui_glow=error";

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(USUAL_LOG));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        heap::bound();
        heap::give_back();
    }
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("tributary: {why:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !named("DISPLAY") && !named("WAYLAND_DISPLAY") && !named("WAYLAND_SOCKET") {
        anyhow::bail!("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set");
    }
    let folder = cli.config_dir.clone().or_else(config::default_folder);
    let config = folder.map_or_else(|| Ok(Config::default()), |folder| Config::load(&folder));
    let config = config.unwrap_or_else(|why| {
        tracing::warn!("{why}");
        Config::default()
    });
    // With a folder of its own, all that is kept lies there.
    let state_folder = cli.config_dir.clone().or_else(config::default_state_folder);
    let cache = cli.config_dir.clone().or_else(default_cache_folder);
    let mut instance = None;
    let alone = cli.input_ipc_server.is_some() || !cli.source.is_empty() || !config.settings().0.one_window;
    if let Some(folder) = state_folder.as_deref().filter(|_| !alone) {
        let request = Request {
            play: instance::anywhere(&cli.names()),
            start: cli.start.map(|start| start.as_secs_f64()),
        };
        match instance::claim(folder, &request) {
            Ok(Claim::Given) => return Ok(()),
            Ok(Claim::First(listener)) => instance = Some(listener),
            Err(why) => tracing::info!("later starts will not be heard: {why}"),
        }
    }
    let store = state_folder.and_then(|folder| match Store::new(&folder) {
        Ok(store) => Some(store),
        Err(why) => {
            tracing::warn!("nothing will be remembered: {why}");
            None
        }
    });
    let memory = store.as_ref().map(Store::load).unwrap_or_default();
    let place = memory.window.filter(|_| config.settings().0.keep_window);
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("Tributary")
        .with_app_id("tributary")
        .with_min_inner_size([480.0, 300.0])
        .with_fullscreen(cli.fullscreen)
        .with_maximized(place.is_some_and(|place| place.maximized));
    let (width, height) = place.map_or((1280.0, 800.0), |place| place.size);
    viewport = viewport.with_inner_size([width.clamp(480.0, 16_384.0), height.clamp(300.0, 16_384.0)]);
    if let Some((x, y)) = place.and_then(|place| place.corner) {
        viewport = viewport.with_position([x, y]);
    }
    let options = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let create: eframe::AppCreator<'_> = Box::new(move |context| {
        let app = App::new(context, cli, config, Kept { store, memory, cache, instance })
            .map_err(|why| format!("{why:#}"))?;
        Ok(Box::new(app))
    });
    eframe::run_native("tributary", options, create).map_err(in_words)
}

/// Why there is no window, in one line.
fn in_words(why: eframe::Error) -> anyhow::Error {
    match why {
        eframe::Error::AppCreation(why) => anyhow::anyhow!("{why}"),
        eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_) => {
            let named = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
            let display = named("WAYLAND_DISPLAY").or_else(|| named("DISPLAY")).unwrap_or_default();
            anyhow::anyhow!("there is no display: {display} can't be opened")
        }
        why => anyhow::anyhow!("the window can't be drawn, is OpenGL there? {why}"),
    }
}
