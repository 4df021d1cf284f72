//! What a person may ask to be played: a title of a director, a stream, a file, a web address.

use std::path::{Path, PathBuf};

use fetch_engine::Locator;
use fetch_engine::directory::Title;
use fetch_engine::locator::DIRECTOR_PORT;

use super::{m3u, names, why};
use crate::i18n::t;
use crate::state::playback::Origin;

/// Something to play.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// By way of the engine.
    Stream {
        /// What the engine opens.
        locator: Locator,
        /// What the director said of it, where it was chosen in the library.
        title: Option<Box<Title>>,
    },
    /// A file of this computer, or a plain web address, as a URI.
    Uri {
        /// The address.
        uri: String,
        /// Its name to show.
        name: String,
        /// File or web.
        origin: Origin,
    },
    /// A playlist on a web server, by its address: to be fetched before it is known what it names.
    List(String),
    /// Nothing that can be understood; in words.
    Unknown(String),
}

impl Target {
    /// Understands what was typed: a Metalink file first, then any file that exists, addresses, locators.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if let Ok(locator @ Locator::Metalink(_)) = text.parse() {
            return Self::Stream { locator, title: None };
        }
        let path = Path::new(text);
        if path.is_file() {
            return Self::file(path);
        }
        let lower = text.to_ascii_lowercase();
        if lower.starts_with("http://") || lower.starts_with("https://") {
            if m3u::is_playlist_address(text) {
                return Self::List(text.to_owned());
            }
            return Self::Uri { uri: text.to_owned(), name: last_part(text), origin: Origin::Web };
        }
        if lower.starts_with("file://") {
            if let Ok((path, _)) = gstreamer::glib::filename_from_uri(text)
                && path.is_file()
            {
                return Self::file(&path);
            }
            return Self::Uri { uri: text.to_owned(), name: last_part(text), origin: Origin::File };
        }
        if let Some((scheme, _)) = lower.split_once("://")
            && scheme != "tributary"
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        {
            return Self::Unknown(t!("fault-scheme", scheme = scheme));
        }
        match text.parse::<Locator>() {
            Ok(locator) => Self::Stream { locator, title: None },
            Err(_) if text.starts_with(['/', '.', '~']) || names::has_media_ending(path) => {
                let why =
                    path.metadata().err().map_or_else(|| t!("fault-no-plain-file"), |why| why::system(&why));
                Self::Unknown(t!("fault-open-path", path = text, why = why))
            }
            Err(why) => Self::Unknown(why::locator(&why)),
        }
    }

    /// A file of this computer.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        match gstreamer::glib::filename_to_uri(&whole, None) {
            Ok(uri) => {
                let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
                Self::Uri { uri: uri.into(), name: name.unwrap_or_default(), origin: Origin::File }
            }
            Err(why) => {
                let (path, why) = (path.display().to_string(), why.to_string());
                Self::Unknown(t!("fault-open-path", path = path, why = why))
            }
        }
    }

    /// The same under another name to show.
    #[must_use]
    pub fn named(self, name: String) -> Self {
        match self {
            Self::Uri { uri, origin, .. } => Self::Uri { uri, name, origin },
            other => other,
        }
    }

    /// Where it lies on this computer.
    #[must_use]
    pub fn file_path(&self) -> Option<PathBuf> {
        let Self::Uri { uri, origin: Origin::File, .. } = self else { return None };
        gstreamer::glib::filename_from_uri(uri).ok().map(|(path, _)| path)
    }

    /// A title chosen in the library.
    #[must_use]
    pub fn title(title: Title) -> Self {
        Self::Stream { locator: Locator::Stream(title.stream), title: Some(Box::new(title)) }
    }

    /// Its name to show until a better one is known.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stream { title: Some(title), .. } => title.title.clone(),
            Self::Stream { locator: Locator::Title { title, .. } | Locator::At { title, .. }, .. } => {
                title.clone()
            }
            Self::Stream { locator, .. } => locator.to_string(),
            Self::Uri { name, .. } => name.clone(),
            Self::List(address) => last_part(address),
            Self::Unknown(_) => t!("fault-nothing"),
        }
    }

    /// What it is, as it could be asked for again.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Stream { locator, .. } => locator.to_string(),
            Self::Uri { uri, .. } | Self::List(uri) => uri.clone(),
            Self::Unknown(_) => String::new(),
        }
    }

    /// Where its bytes come from.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        match self {
            Self::Uri { origin, .. } => *origin,
            Self::List(_) => Origin::Web,
            Self::Stream { .. } | Self::Unknown(_) => Origin::Stream,
        }
    }
}

fn last_part(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or(address).trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// The address of a director as the engine wants it, from what was typed: `attic.local` becomes
/// `http://attic.local:7400`.
#[must_use]
pub(super) fn director_url(typed: &str) -> String {
    let typed = typed.trim().trim_end_matches('/');
    let (scheme, rest) = match typed.split_once("://") {
        Some(("http", rest)) => ("http", rest),
        Some(("https", rest)) => ("https", rest),
        Some((_, rest)) => ("http", rest),
        None => ("http", typed),
    };
    let port = match rest.rsplit_once(':') {
        // A colon inside brackets belongs to an IPv6 address.
        Some((_, port)) => !port.contains(']') && !port.is_empty(),
        None => false,
    };
    if port || scheme == "https" {
        format!("{scheme}://{rest}")
    } else {
        format!("{scheme}://{rest}:{DIRECTOR_PORT}")
    }
}

/// The address of a director as it is shown and remembered: without what goes without saying.
#[must_use]
pub(super) fn director_shown(typed: &str) -> String {
    let url = director_url(typed);
    url.strip_prefix("http://").map_or(url.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_directors() {
        assert_eq!(director_url("attic.local"), "http://attic.local:7400");
        assert_eq!(director_url(" http://10.0.0.1:9000/ "), "http://10.0.0.1:9000");
        assert_eq!(director_url("[::1]"), "http://[::1]:7400");
        assert_eq!(director_url("[::1]:81"), "http://[::1]:81");
        assert_eq!(director_url("https://films.example.net"), "https://films.example.net");
        assert_eq!(director_shown("http://attic.local:7400"), "attic.local:7400");
    }

    #[test]
    fn what_can_be_played() {
        assert!(matches!(Target::parse("Films/Big Buck Bunny"), Target::Stream { .. }));
        assert!(matches!(Target::parse("no such thing"), Target::Unknown(_)));
        for (wrong, words) in [
            ("gopher://example.net/film.mp4", "gopher"),
            ("/no/such/folder/film.mkv", "No such file"),
            ("not here.mkv", "No such file"),
            ("/", "plain file"),
        ] {
            let Target::Unknown(why) = Target::parse(wrong) else { panic!("{wrong} is nothing to play") };
            assert!(why.contains(words), "{why}");
        }
        assert_eq!(
            Target::parse("http://example.net/a.M3U?x"),
            Target::List("http://example.net/a.M3U?x".into())
        );
        let web = Target::parse("https://example.net/films/clip.mp4?x=1");
        assert_eq!((web.name().as_str(), web.origin()), ("clip.mp4", Origin::Web));
        for metalink in ["film.meta4", "https://example.net/film.meta4"] {
            assert!(matches!(Target::parse(metalink), Target::Stream { locator: Locator::Metalink(_), .. }));
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a film.mkv");
        std::fs::write(&path, "x").expect("written");
        let file = Target::parse(path.to_str().expect("plain"));
        assert_eq!((file.name().as_str(), file.origin()), ("a film", Origin::File));
        let Target::Uri { uri, .. } = file else { panic!("a file is an address") };
        assert!(uri.starts_with("file:///") && uri.ends_with("a%20film.mkv"), "{uri}");
    }
}
