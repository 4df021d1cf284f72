//! LOCATORs and source addresses: what a person types to name a title and who has it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use tributary_core::geometry::StreamId;

use crate::web::WebUrl;

/// Port of a director where an address names none.
pub const DIRECTOR_PORT: u16 = 7400;
/// Port of a content server where an address names none.
pub const CONTENT_PORT: u16 = 7410;
/// Port of a relay where an address names none.
pub const RELAY_PORT: u16 = 7420;

/// How the name of a Metalink file ends.
const METALINK_ENDING: &str = ".meta4";
const SCHEME: &str = "tributary://";
const FILE: &str = "name:";
const SIZE: &str = "?size=";
/// What stands before the content server in the address of a way by a relay.
const VIA: &str = "via/";
/// What a path of an address can't hold as it is.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?');

/// Names one title.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Locator {
    /// `CATALOG/TITLE` at the configured director.
    Title {
        /// The catalog.
        catalog: String,
        /// The title's name inside it.
        title: String,
    },
    /// `b3:HEX`: a stream by its hash, at the configured director.
    Stream(StreamId),
    /// `tributary://HOST[:PORT]/CATALOG/TITLE`: a title at the director it names.
    At {
        /// `HOST:PORT` of the director.
        authority: String,
        /// The catalog.
        catalog: String,
        /// The title's name inside it.
        title: String,
    },
    /// `name:NAME` or `name:NAME?size=BYTES`: a file by its name and size, at the configured director.
    File {
        /// The file's name with its ending.
        name: String,
        /// Its bytes, where several files have that name.
        size: Option<u64>,
    },
    /// One source, without a director.
    Source(SourceUrl),
    /// A Metalink file (RFC 5854), whose name ends in `.meta4`.
    Metalink(MetalinkAt),
}

/// Where a Metalink file is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MetalinkAt {
    /// On this machine.
    File(PathBuf),
    /// On a web server.
    Web(WebUrl),
}

impl fmt::Display for MetalinkAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Web(url) => url.fmt(f),
        }
    }
}

/// Where a stream is said to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SourceUrl {
    /// `tributary://HOST[:PORT]/b3:HEX`: at a content server; `tributary://RELAY[:PORT]/via/HOST[:PORT]/b3:HEX`:
    /// at a content server that is reached by way of a relay.
    Content {
        /// `HOST:PORT` of the content server.
        address: String,
        /// `HOST:PORT` of the relay, where there is one on the way.
        via: Option<String>,
        /// The stream.
        stream: StreamId,
    },
    /// `http(s)://HOST[:PORT]/PATH`: a file on a plain web server.
    Web(WebUrl),
}

/// Text that is no locator, or one of a kind that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocatorError {
    /// No known form.
    #[error(
        "{0:?} is no locator: give CATALOG/TITLE, b3:HASH, tributary://HOST[:PORT]/CATALOG/TITLE, a .meta4 file \
         or http(s)://HOST[:PORT]/PATH"
    )]
    Form(String),
    /// A source of no known form.
    #[error(
        "{0:?} is no source: give tributary://HOST[:PORT]/b3:HASH, tributary://RELAY/via/HOST[:PORT]/b3:HASH or http(s)://HOST[:PORT]/PATH"
    )]
    SourceForm(String),
    /// An address of a web server that can't be used.
    #[error(
        "{0:?} is no address of a file on a web server: give http(s)://HOST[:PORT]/PATH, without a password"
    )]
    WebForm(String),
    /// A hash that is not 64 hexadecimal digits.
    #[error("{0:?} is no stream's hash: b3: and 64 hexadecimal digits are needed")]
    Hash(String),
    /// An address without a host, or with a port that is no number.
    #[error("{0:?} is no address: HOST or HOST:PORT is needed")]
    Address(String),
}

impl FromStr for Locator {
    type Err = LocatorError;

    fn from_str(text: &str) -> Result<Self, LocatorError> {
        if let Some(rest) = text.strip_prefix(SCHEME) {
            let (authority, path) = rest.split_once('/').ok_or_else(|| LocatorError::Form(short(text)))?;
            let path = percent_decode_str(path).decode_utf8().map_err(|_| LocatorError::Form(short(text)))?;
            if path.starts_with("b3:") || way(&path).is_some() {
                return text.parse().map(Self::Source);
            }
            let (catalog, title) = title_of(&path).ok_or_else(|| LocatorError::Form(short(text)))?;
            return Ok(Self::At { authority: with_port(authority, DIRECTOR_PORT)?, catalog, title });
        }
        if is_web(text) {
            let url: WebUrl = text.parse()?;
            let metalink = url.file_name().is_some_and(|name| is_metalink(&name));
            return Ok(if metalink {
                Self::Metalink(MetalinkAt::Web(url))
            } else {
                Self::Source(SourceUrl::Web(url))
            });
        }
        if is_metalink(text) {
            return Ok(Self::Metalink(MetalinkAt::File(text.into())));
        }
        if text.starts_with("b3:") {
            return hash(text).map(Self::Stream);
        }
        if let Some(named) = text.strip_prefix(FILE) {
            let (name, size) = match named.rsplit_once(SIZE) {
                Some((name, size)) => {
                    (name, Some(size.parse().map_err(|_| LocatorError::Form(short(text)))?))
                }
                None => (named, None),
            };
            let whole = !name.is_empty() && !name.contains('/');
            return whole
                .then(|| Self::File { name: name.to_owned(), size })
                .ok_or_else(|| LocatorError::Form(short(text)));
        }
        let (catalog, title) = title_of(text).ok_or_else(|| LocatorError::Form(short(text)))?;
        Ok(Self::Title { catalog, title })
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title { catalog, title } => write!(f, "{catalog}/{title}"),
            Self::Stream(stream) => write!(f, "b3:{stream}"),
            Self::At { authority, catalog, title } => {
                let (catalog, title) =
                    (utf8_percent_encode(catalog, ESCAPED), utf8_percent_encode(title, ESCAPED));
                write!(f, "{SCHEME}{authority}/{catalog}/{title}")
            }
            Self::File { name, size: None } => write!(f, "{FILE}{name}"),
            Self::File { name, size: Some(size) } => write!(f, "{FILE}{name}{SIZE}{size}"),
            Self::Source(source) => source.fmt(f),
            Self::Metalink(at) => at.fmt(f),
        }
    }
}

impl FromStr for SourceUrl {
    type Err = LocatorError;

    fn from_str(text: &str) -> Result<Self, LocatorError> {
        if is_web(text) {
            return text.parse().map(Self::Web);
        }
        let bad = || LocatorError::SourceForm(short(text));
        let (authority, path) =
            text.strip_prefix(SCHEME).and_then(|rest| rest.split_once('/')).ok_or_else(bad)?;
        if let Some((address, path)) = way(path) {
            let (address, via) = (with_port(address, CONTENT_PORT)?, Some(with_port(authority, RELAY_PORT)?));
            return Ok(Self::Content { address, via, stream: hash(path)? });
        }
        if !path.starts_with("b3:") {
            return Err(bad());
        }
        Ok(Self::Content { address: with_port(authority, CONTENT_PORT)?, via: None, stream: hash(path)? })
    }
}

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content { address, via: None, stream } => write!(f, "{SCHEME}{address}/b3:{stream}"),
            Self::Content { address, via: Some(relay), stream } => {
                write!(f, "{SCHEME}{relay}/{VIA}{address}/b3:{stream}")
            }
            Self::Web(url) => url.fmt(f),
        }
    }
}

/// The content server and the stream in the path of a way by a relay: `via/HOST[:PORT]/b3:HEX`.
fn way(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix(VIA)?.split_once('/').filter(|(_, rest)| rest.starts_with("b3:"))
}

fn is_web(text: &str) -> bool {
    let starts = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    starts("http://") || starts("https://")
}

fn is_metalink(name: &str) -> bool {
    let ending = name.len().checked_sub(METALINK_ENDING.len()).and_then(|start| name.get(start..));
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case(METALINK_ENDING))
}

fn hash(text: &str) -> Result<StreamId, LocatorError> {
    text.parse().map_err(|_| LocatorError::Hash(short(text)))
}

/// `CATALOG/TITLE`, where the title may hold slashes itself.
fn title_of(path: &str) -> Option<(String, String)> {
    let (catalog, title) = path.split_once('/')?;
    (!catalog.is_empty() && !title.is_empty()).then(|| (catalog.to_owned(), title.to_owned()))
}

/// `HOST:PORT` of a content server, from `HOST` or `HOST:PORT`.
///
/// # Errors
/// [`LocatorError::Address`].
pub fn content_address(text: &str) -> Result<String, LocatorError> {
    with_port(text, CONTENT_PORT)
}

/// `HOST:PORT` of `HOST` or `HOST:PORT`; IPv6 hosts stand in brackets.
fn with_port(authority: &str, default: u16) -> Result<String, LocatorError> {
    let bad = || LocatorError::Address(short(authority));
    let host_end = authority.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match authority[host_end..].rfind(':') {
        Some(colon) => authority.split_at(host_end + colon),
        None => (authority, ""),
    };
    let odd = |c: char| c.is_whitespace() || c.is_control() || "/@?#".contains(c);
    if host.is_empty() || host.contains(odd) || (host_end == 0 && host.contains(':')) {
        return Err(bad());
    }
    let port = match port.strip_prefix(':') {
        Some(digits) => digits.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(bad)?,
        None => default,
    };
    Ok(format!("{host}:{port}"))
}

/// Text for a message: not endless.
fn short(text: &str) -> String {
    text.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

    #[test]
    fn reads_every_form_and_prints_it_again() {
        let stream = HASH.parse().unwrap();
        let cases = [
            ("Films/Big Buck", Locator::Title { catalog: "Films".into(), title: "Big Buck".into() }),
            ("Films/a/b", Locator::Title { catalog: "Films".into(), title: "a/b".into() }),
            (&format!("b3:{HASH}"), Locator::Stream(stream)),
            ("name:a film?.mkv", Locator::File { name: "a film?.mkv".into(), size: None }),
            ("name:a.mkv?size=12", Locator::File { name: "a.mkv".into(), size: Some(12) }),
            (
                "tributary://box:7/Films/Big%20Buck",
                Locator::At { authority: "box:7".into(), catalog: "Films".into(), title: "Big Buck".into() },
            ),
            (
                &format!("tributary://[::1]:9/b3:{HASH}"),
                Locator::Source(SourceUrl::Content { address: "[::1]:9".into(), via: None, stream }),
            ),
            (
                &format!("tributary://relay:1/via/[::1]:9/b3:{HASH}"),
                Locator::Source(SourceUrl::Content {
                    address: "[::1]:9".into(),
                    via: Some("relay:1".into()),
                    stream,
                }),
            ),
            (
                "https://example.net/films/clip.mp4?x=1",
                Locator::Source(SourceUrl::Web("https://example.net/films/clip.mp4?x=1".parse().unwrap())),
            ),
            ("films/clip.META4", Locator::Metalink(MetalinkAt::File("films/clip.META4".into()))),
            (
                "https://example.net/clip.meta4?x=1",
                Locator::Metalink(MetalinkAt::Web("https://example.net/clip.meta4?x=1".parse().unwrap())),
            ),
        ];
        for (text, locator) in cases {
            assert_eq!(text.parse::<Locator>().as_ref(), Ok(&locator));
            assert_eq!(locator.to_string(), text);
        }
    }

    #[test]
    fn default_ports_are_filled_in() {
        let at: Locator = "tributary://box/Films/x".parse().unwrap();
        assert_eq!(at.to_string(), "tributary://box:7400/Films/x");
        let source: SourceUrl = format!("tributary://[::1]/b3:{HASH}").parse().unwrap();
        assert_eq!(source.to_string(), format!("tributary://[::1]:7410/b3:{HASH}"));
        let relayed: SourceUrl = format!("tributary://west/via/box/b3:{HASH}").parse().unwrap();
        assert_eq!(relayed.to_string(), format!("tributary://west:7420/via/box:7410/b3:{HASH}"));
        // A catalog may be called as it likes.
        let catalog: Locator = "tributary://box/via/film".parse().unwrap();
        assert!(matches!(catalog, Locator::At { .. }));
    }

    #[test]
    fn what_is_no_locator_is_refused_with_a_reason() {
        assert!(matches!("HTTP://u:p@x/y".parse::<Locator>(), Err(LocatorError::WebForm(_))));
        for text in [
            "",
            "name:",
            "name:a/b",
            "name:a?size=x",
            "Films",
            "Films/",
            "/x",
            "tributary://box",
            "tributary://box/Films",
        ] {
            assert!(matches!(text.parse::<Locator>(), Err(LocatorError::Form(_))), "{text}");
        }
        for text in
            ["tributary:///a/b", "tributary://box:0/a/b", "tributary://box:x/a/b", "tributary://::1/a/b"]
        {
            assert!(matches!(text.parse::<Locator>(), Err(LocatorError::Address(_))), "{text}");
        }
        assert!(matches!("b3:12".parse::<Locator>(), Err(LocatorError::Hash(_))));
        assert!(matches!("tributary://box/a/b".parse::<SourceUrl>(), Err(LocatorError::SourceForm(_))));
    }
}
