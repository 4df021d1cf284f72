//! Rates that servers gave before, kept in a small file of the user's cache directory.
//!
//! They are hints for the first pattern and for the size of blocks: a file that can't be read or
//! written changes nothing but the first second.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Most servers that are remembered; those not met for longest go.
const MAX_SERVERS: usize = 256;
/// A server's rate says nothing any more after this long, in seconds: 30 days.
const MAX_AGE_SECS: u64 = 30 * 24 * 3600;
/// Largest file that is read.
const MAX_FILE_BYTES: u64 = 1 << 20;
/// Weight of the newest session in what is remembered.
const NEWEST_WEIGHT: f64 = 0.5;

/// What is remembered of one server.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    rate_bps: f64,
    /// Seconds since 1970.
    seen_at: u64,
}

/// What is remembered, by the servers' addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rates {
    servers: BTreeMap<String, Entry>,
}

impl Rates {
    /// Reads the file; what can't be read is nothing remembered.
    pub(crate) fn load(path: &Path) -> Self {
        let small = std::fs::metadata(path).is_ok_and(|facts| facts.len() <= MAX_FILE_BYTES);
        let text = small.then(|| std::fs::read(path).ok()).flatten();
        let mut rates: Self = text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let now = now_secs();
        rates.servers.retain(|_, entry| {
            let fresh = now.saturating_sub(entry.seen_at) <= MAX_AGE_SECS;
            fresh && entry.rate_bps.is_finite() && entry.rate_bps > 0.0
        });
        rates
    }

    /// Whether nothing is remembered.
    pub(crate) fn is_empty(&self) -> bool {
        self.servers.is_empty()
    }

    /// The rate this server gave, in bits a second.
    pub(crate) fn get(&self, address: &str) -> Option<f64> {
        self.servers.get(address).map(|entry| entry.rate_bps)
    }

    /// Takes the rates of a session.
    pub(crate) fn learn(&mut self, measured: impl IntoIterator<Item = (String, f64)>) {
        let seen_at = now_secs();
        for (address, rate) in measured {
            if !rate.is_finite() || rate <= 0.0 {
                continue;
            }
            let before = self.get(&address).unwrap_or(rate);
            let rate_bps = before + (rate - before) * NEWEST_WEIGHT;
            self.servers.insert(address, Entry { rate_bps, seen_at });
        }
        while self.servers.len() > MAX_SERVERS {
            let oldest = self.servers.iter().min_by_key(|(_, entry)| entry.seen_at);
            let oldest = oldest.map(|(address, _)| address.clone()).expect("there are more than none");
            self.servers.remove(&oldest);
        }
    }

    /// Writes the file whole, or leaves it as it was.
    pub(crate) fn save(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        std::fs::create_dir_all(folder)?;
        let fresh = path.with_extension(format!("json.{}", std::process::id()));
        let result =
            std::fs::write(&fresh, serde_json::to_vec(self)?).and_then(|()| std::fs::rename(&fresh, path));
        if result.is_err() {
            // What is left of a failed write is of no use; that it can't be removed either, no news.
            let _ = std::fs::remove_file(&fresh);
        }
        result
    }
}

fn now_secs() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// `rates.json` in the user's cache directory; none where there is no such directory.
pub(crate) fn default_path() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))?;
    Some(cache.join("tributary").join("rates.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a").join("rates.json");
        assert_eq!(Rates::load(&path), Rates::default());
        let mut rates = Rates::default();
        rates.learn([("h:1".to_owned(), 8e6), ("h:2".to_owned(), f64::NAN), ("h:3".to_owned(), 0.0)]);
        rates.learn([("h:1".to_owned(), 4e6)]);
        rates.save(&path).unwrap();
        let again = Rates::load(&path);
        assert_eq!((again.get("h:1"), again.get("h:2"), again.get("h:3")), (Some(6e6), None, None));
        std::fs::write(&path, "{").unwrap();
        assert_eq!(Rates::load(&path), Rates::default());
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "nothing half-written stays"
        );
    }

    #[test]
    fn what_is_old_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rates.json");
        let (now, old) = (now_secs(), now_secs() - MAX_AGE_SECS - 60);
        let entry = |host: &str, seen_at| format!(r#""{host}":{{"rate_bps":8e6,"seen_at":{seen_at}}}"#);
        std::fs::write(&path, format!("{{\"servers\":{{{},{}}}}}", entry("h:1", now), entry("h:2", old)))
            .unwrap();
        let rates = Rates::load(&path);
        assert_eq!((rates.get("h:1"), rates.get("h:2")), (Some(8e6), None));
    }

    #[test]
    fn remembers_a_bounded_number() {
        let mut rates = Rates::default();
        rates.learn((0..MAX_SERVERS + 50).map(|n| (format!("h:{n}"), 1e6)));
        assert_eq!(rates.servers.len(), MAX_SERVERS);
    }
}
