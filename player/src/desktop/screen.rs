//! Keeps the screen from going dark while a film plays, and only then.

use std::collections::HashMap;

use zbus::blocking::Connection;
use zbus::zvariant::{OwnedObjectPath, Value};

/// What a request is taken back by.
#[derive(Debug)]
enum Held {
    /// The screen saver's number of it.
    Saver(u32),
    /// The portal's object.
    Portal(OwnedObjectPath),
}

/// Whether the screen is kept awake.
#[derive(Debug, Default)]
pub(super) struct Screen {
    wanted: bool,
    held: Option<Held>,
}

const SAVER: &str = "org.freedesktop.ScreenSaver";
const SAVER_PATH: &str = "/org/freedesktop/ScreenSaver";
const PORTAL: &str = "org.freedesktop.portal.Desktop";
const PORTAL_PATH: &str = "/org/freedesktop/portal/desktop";
/// The portal's number for an idle session.
const IDLE: u32 = 8;

impl Screen {
    /// Keeps it awake from now on, or no more. What the desktop refuses is asked for again the next
    /// time that a film begins to play.
    pub(super) fn keep_awake(&mut self, bus: &Connection, wanted: bool) {
        if self.wanted == wanted {
            return;
        }
        self.wanted = wanted;
        if wanted {
            self.held =
                ask(bus).inspect_err(|why| tracing::info!("the screen can't be kept awake: {why}")).ok();
        } else if let Some(held) = self.held.take()
            && let Err(why) = let_go(bus, held)
        {
            tracing::info!("the screen may stay awake: {why}");
        }
    }
}

fn ask(bus: &Connection) -> zbus::Result<Held> {
    let reply =
        bus.call_method(Some(SAVER), SAVER_PATH, Some(SAVER), "Inhibit", &("tributary", "A film plays"));
    match reply {
        Ok(reply) => Ok(Held::Saver(reply.body().deserialize()?)),
        Err(_) => {
            let options = HashMap::from([("reason", Value::from("A film plays"))]);
            let interface = Some("org.freedesktop.portal.Inhibit");
            let reply =
                bus.call_method(Some(PORTAL), PORTAL_PATH, interface, "Inhibit", &("", IDLE, options))?;
            Ok(Held::Portal(reply.body().deserialize()?))
        }
    }
}

fn let_go(bus: &Connection, held: Held) -> zbus::Result<()> {
    match held {
        Held::Saver(cookie) => bus.call_method(Some(SAVER), SAVER_PATH, Some(SAVER), "UnInhibit", &cookie),
        Held::Portal(request) => {
            let interface = Some("org.freedesktop.portal.Request");
            bus.call_method(Some(PORTAL), request.as_ref(), interface, "Close", &())
        }
    }
    .map(|_| ())
}
