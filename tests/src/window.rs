//! A player's window as a person has it: keys, the pointer, and what is to be seen.
//!
//! Widgets are found by the names that screen readers are told (`tributary/widgets`), so a test knows
//! neither places nor pixels of the layout.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::player::Player;
use crate::wait_until;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long what a key or a click does may take before it is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// What of a picture is looked at, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub x: usize,
    /// Upper edge.
    pub y: usize,
    /// Width.
    pub width: usize,
    /// Height.
    pub height: usize,
}

/// Pixels of red, green and blue, row by row.
#[derive(Clone)]
pub struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Bytes of all rows.
    pub rgb: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} pixels across, {} bytes)", self.width, self.rgb.len())
    }
}

impl Picture {
    /// Mean difference of colour values inside an area, 0 to 255.
    ///
    /// # Panics
    /// Where the pictures are of different sizes, or the area lies outside.
    #[must_use]
    pub fn differs(&self, other: &Self, area: Area) -> f64 {
        assert_eq!((self.width, self.rgb.len()), (other.width, other.rgb.len()), "pictures of one size");
        let mut sum = 0_u64;
        for row in area.y..area.y + area.height {
            let start = (row * self.width + area.x) * 3;
            let part = start..start + area.width * 3;
            sum += self.rgb[part.clone()]
                .iter()
                .zip(&other.rgb[part])
                .map(|(a, b)| u64::from(a.abs_diff(*b)))
                .sum::<u64>();
        }
        sum as f64 / (area.width * area.height * 3) as f64
    }
}

/// What is missing here to use a window, in words; nothing where all is there.
#[must_use]
pub fn missing() -> Option<String> {
    let here = |program: &str| {
        let look = format!("command -v {program}");
        Command::new("sh")
            .args(["-c", &look])
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let needed = [("xdotool", "xdotool"), ("import", "imagemagick"), ("ffmpeg", "ffmpeg")];
    let lacking = needed.into_iter().find(|(program, _)| !here(program));
    lacking.map(|(program, package)| format!("{program} (Debian package {package})"))
}

impl Player {
    fn xdotool(&self, arguments: &[&str]) {
        let output = Command::new("xdotool").args(arguments).env("DISPLAY", self.screen()).output();
        let output = output.expect("missing() was asked first");
        assert!(
            output.status.success(),
            "xdotool {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// The window's number, once there is one.
    fn window(&self) -> Option<String> {
        let found = Command::new("xdotool")
            .args(["search", "--onlyvisible", "--name", "."])
            .env("DISPLAY", self.screen())
            .output();
        let found = String::from_utf8(found.expect("missing() was asked first").stdout).ok()?;
        Some(found.lines().next()?.to_owned())
    }

    /// Gives the window the keyboard, which nobody else does on a bare display.
    ///
    /// # Panics
    /// Where no window comes up.
    pub fn focus(&mut self) {
        wait_until("the window", PATIENCE, || {
            self.xdotool(&["windowfocus", "--sync", &self.window()?]);
            Some(())
        });
    }

    /// Gives the window another size, in pixels, as somebody does who drags its edge.
    pub fn resize(&mut self, width: u64, height: u64) {
        if let Some(window) = self.window() {
            self.xdotool(&["windowsize", &window, &width.to_string(), &height.to_string()]);
        }
    }

    /// Presses a key, by X's name for it.
    pub fn press(&mut self, key: &str) {
        self.xdotool(&["key", "--clearmodifiers", key]);
    }

    /// Types a text.
    pub fn type_text(&mut self, text: &str) {
        self.xdotool(&["type", "--delay", "30", text]);
    }

    /// Puts the pointer there, in pixels of the window.
    pub fn point_at(&mut self, x: f64, y: f64) {
        self.xdotool(&["mousemove", &x.round().to_string(), &y.round().to_string()]);
    }

    /// Presses the pointer's first button where it is.
    pub fn click_here(&mut self) {
        self.xdotool(&["click", "1"]);
    }

    /// Everything in the window that has a name.
    pub fn widgets(&mut self) -> Vec<Value> {
        match self.property("tributary/widgets") {
            Some(Value::Array(widgets)) => widgets,
            _ => Vec::new(),
        }
    }

    /// Where a widget lies whose name begins so: x, y, width, height; none while there is none.
    pub fn place_of(&mut self, name: &str) -> Option<[f64; 4]> {
        let widgets = self.widgets();
        let found = widgets.iter().find(|widget| {
            let named = widget["name"].as_str().is_some_and(|told| told.starts_with(name));
            named && widget["role"] != "Label" && widget["width"].as_f64() > Some(0.0)
        })?;
        Some(["x", "y", "width", "height"].map(|side| found[side].as_f64().unwrap_or_default()))
    }

    /// Clicks on a widget whose name begins so, at a part of its width, once it stands still; nothing where
    /// there is none.
    pub fn click_at(&mut self, name: &str, part: f64) {
        let Some(place) = self.place_of(name) else { return };
        std::thread::sleep(Duration::from_millis(100));
        if self.place_of(name) != Some(place) {
            return;
        }
        let [x, y, width, height] = place;
        self.point_at(x + width * part, y + height / 2.0);
        // The window must have seen the pointer there before it is pressed.
        std::thread::sleep(Duration::from_millis(100));
        self.click_here();
    }

    /// Does something again and again until what it is for is seen, as a person does whose click went astray
    /// while things moved.
    ///
    /// # Panics
    /// Where it is not seen in `PATIENCE`.
    pub fn until<T>(
        &mut self,
        what: &str,
        mut act: impl FnMut(&mut Self),
        mut seen: impl FnMut(&mut Self) -> Option<T>,
    ) -> T {
        let started = Instant::now();
        loop {
            act(self);
            let acted = Instant::now();
            while acted.elapsed() < AGAIN {
                if let Some(seen) = seen(self) {
                    return seen;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            let names: Vec<String> = self.widgets().iter().map(|widget| widget["name"].to_string()).collect();
            assert!(started.elapsed() < PATIENCE, "waited for {what}; there are {}", names.join(", "));
        }
    }

    /// What is to be seen on the display.
    ///
    /// # Panics
    /// Where no picture can be taken.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let output = Command::new("import")
            .args(["-window", "root", "-depth", "8", "rgb:-"])
            .env("DISPLAY", self.screen())
            .output()
            .expect("missing() was asked first");
        assert!(output.status.success(), "import: {}", String::from_utf8_lossy(&output.stderr));
        Picture { width: 1280, rgb: output.stdout }
    }
}
