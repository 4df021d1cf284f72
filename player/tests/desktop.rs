//! The player on a session bus of its own: what the desktop sees, what it can ask for, and the
//! screen saver that waits only while a film plays.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::{Duration, Instant};

use tributary_player::desktop::{Desktop, Shown, Status, Wish};
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};

/// Longest wait for anything: far more than needed, so that a busy machine fails nothing.
const PATIENCE: Duration = Duration::from_secs(60);

struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address", "--address=unix:tmpdir=/tmp"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { daemon, address: address.trim().to_owned() }
    }

    fn connect(&self) -> Connection {
        Builder::address(self.address.as_str()).unwrap().build().unwrap()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// A screen saver that tells what is asked of it.
struct Saver(SyncSender<&'static str>);

#[zbus::interface(name = "org.freedesktop.ScreenSaver")]
impl Saver {
    fn inhibit(&self, _program: &str, _reason: &str) -> u32 {
        self.0.send("inhibit").unwrap();
        7
    }

    fn un_inhibit(&self, cookie: u32) {
        assert_eq!(cookie, 7);
        self.0.send("let go").unwrap();
    }
}

fn playing() -> Shown {
    Shown {
        status: Status::Playing,
        number: 3,
        title: "Big Buck Bunny".to_owned(),
        url: "b3:00".to_owned(),
        length_us: Some(596_500_000),
        position_us: 252_000_000,
        volume: 1.0,
        rate: 1.0,
        can_seek: true,
        ..Shown::default()
    }
}

fn next<T>(heard: &Receiver<T>) -> T {
    heard.recv_timeout(PATIENCE).expect("it comes in time")
}

#[test]
fn the_desktop_sees_the_film_asks_for_things_and_keeps_the_screen_awake() {
    let bus = Bus::start();
    let (asked, saver) = mpsc::sync_channel(16);
    let _saver = Builder::address(bus.address.as_str())
        .unwrap()
        .name("org.freedesktop.ScreenSaver")
        .unwrap()
        .serve_at("/org/freedesktop/ScreenSaver", Saver(asked))
        .unwrap()
        .build()
        .unwrap();
    let (wished, wishes) = mpsc::sync_channel(16);
    let desktop =
        Desktop::start(Some(bus.address.clone()), Arc::new(move |wish| wished.send(wish).unwrap())).unwrap();
    let client = bus.connect();
    desktop.publish(playing());
    assert_eq!(next(&saver), "inhibit");

    let proxy = Proxy::new(
        &client,
        "org.mpris.MediaPlayer2.tributary",
        "/org/mpris/MediaPlayer2",
        "org.mpris.MediaPlayer2.Player",
    )
    .unwrap();
    assert_eq!(proxy.get_property::<String>("PlaybackStatus").unwrap(), "Playing");
    assert_eq!(proxy.get_property::<i64>("Position").unwrap(), 252_000_000);
    assert!(proxy.get_property::<bool>("CanSeek").unwrap());
    proxy.call_method("PlayPause", &()).unwrap();
    assert_eq!(next(&wishes), Wish::PlayPause);
    proxy.call_method("Seek", &(-5_000_000_i64)).unwrap();
    assert_eq!(next(&wishes), Wish::SeekBy(-5_000_000));
    let track = zbus::zvariant::ObjectPath::try_from("/org/tributary/track/3").unwrap();
    proxy.call_method("SetPosition", &(track, 9_000_000_i64)).unwrap();
    assert_eq!(next(&wishes), Wish::SeekTo { number: 3, position_us: 9_000_000 });
    proxy.set_property("Volume", 0.5).unwrap();
    assert_eq!(next(&wishes), Wish::Volume(0.5));
    proxy.call_method("OpenUri", &("file:///a.mkv")).unwrap();
    assert_eq!(next(&wishes), Wish::Open("file:///a.mkv".to_owned()));

    desktop.publish(Shown { status: Status::Paused, ..playing() });
    assert_eq!(next(&saver), "let go");
    let until = Instant::now() + PATIENCE;
    while proxy.get_property::<String>("PlaybackStatus").unwrap() != "Paused" {
        assert!(Instant::now() < until, "what is shown is seen in time");
        std::thread::sleep(Duration::from_millis(20));
    }
    desktop.publish(playing());
    assert_eq!(next(&saver), "inhibit");
    drop(desktop);
    assert_eq!(next(&saver), "let go");
}

#[test]
fn without_a_bus_nothing_is_lost_but_the_controls() {
    let desktop = Desktop::start(Some("unix:path=/nowhere/at/all".to_owned()), Arc::new(|_| ())).unwrap();
    desktop.publish(playing());
    desktop.jumped();
}

/// The desktop's portal, with the wish for light windows.
struct Portal;

#[zbus::interface(name = "org.freedesktop.portal.Settings")]
impl Portal {
    fn read(&self, namespace: &str, key: &str) -> zbus::zvariant::OwnedValue {
        assert_eq!((namespace, key), ("org.freedesktop.appearance", "color-scheme"));
        zbus::zvariant::Value::U32(2).try_into().unwrap()
    }
}

#[test]
fn the_desktop_says_whether_windows_are_light_or_dark() {
    use tributary_player::desktop::scheme::{self, Scheme};
    let bus = Bus::start();
    let (path, name) = ("/org/freedesktop/portal/desktop", "org.freedesktop.portal.Desktop");
    let portal = Builder::address(bus.address.as_str()).unwrap().serve_at(path, Portal).unwrap();
    let portal = portal.name(name).unwrap().build().unwrap();
    let (tell, told) = mpsc::sync_channel(16);
    scheme::follow(Some(bus.address.clone()), move |scheme| tell.send(scheme).unwrap()).unwrap();
    assert_eq!(next(&told), Some(Scheme::Light));
    for (namespace, number) in [("org.gnome.other", 2_u32), ("org.freedesktop.appearance", 1)] {
        let body = (namespace, "color-scheme", zbus::zvariant::Value::U32(number));
        portal
            .emit_signal(None::<&str>, path, "org.freedesktop.portal.Settings", "SettingChanged", &body)
            .unwrap();
    }
    assert_eq!(next(&told), Some(Scheme::Dark));
}
