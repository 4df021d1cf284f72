//! Addresses of files on plain web servers.

use std::fmt;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::locator::LocatorError;
use crate::text;

/// Longest address that is taken, in bytes.
const MAX_ADDRESS_BYTES: usize = 8 << 10;

/// Address of a file on a plain web server: `http(s)://HOST[:PORT]/PATH`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WebUrl(Url);

impl FromStr for WebUrl {
    type Err = LocatorError;

    fn from_str(text: &str) -> Result<Self, LocatorError> {
        let bad = || LocatorError::WebForm(text.chars().take(120).collect());
        if text.len() > MAX_ADDRESS_BYTES {
            return Err(bad());
        }
        Self::checked(Url::parse(text).map_err(|_| bad())?).ok_or_else(bad)
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl WebUrl {
    /// Nothing where it is no address of a web server, or holds a password, which would be shown.
    fn checked(mut url: Url) -> Option<Self> {
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let plain = url.username().is_empty() && url.password().is_none() && url.port() != Some(0);
        url.set_fragment(None);
        (web && plain).then_some(Self(url))
    }

    /// Where a redirect leads. Nothing where it is no address of a web server, or would give up the
    /// encryption.
    pub(crate) fn redirected(&self, location: &str) -> Option<Self> {
        if location.len() > MAX_ADDRESS_BYTES {
            return None;
        }
        let to = Self::checked(self.0.join(location).ok()?)?;
        (to.is_encrypted() || !self.is_encrypted()).then_some(to)
    }

    /// Whether it is `https`.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The host as TLS wants it: without the brackets of an IPv6 address.
    pub(crate) fn host(&self) -> &str {
        let host = self.0.host_str().unwrap_or_default();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// `HOST:PORT` to connect to.
    pub(crate) fn socket(&self) -> String {
        let port = self.0.port_or_known_default().unwrap_or(80);
        format!("{}:{port}", self.0.host_str().unwrap_or_default())
    }

    /// Value of the `Host` header; also its name to show.
    pub(crate) fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// What is asked for in the request line. It holds no space and no control character: those are
    /// escaped by the parser.
    pub(crate) fn target(&self) -> String {
        let query = self.0.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", self.0.path())
    }

    /// The server itself: `SCHEME://HOST[:PORT]`, by which its rate is remembered.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.0.scheme(), self.authority())
    }

    /// The address as it is shown: a query may hold a key that is nobody's business.
    #[must_use]
    pub fn shown(&self) -> String {
        let path = self.0.path();
        let query = if self.0.query().is_some() { "?…" } else { "" };
        text::clean(&format!("{}{path}{query}", self.origin()), text::MAX_PROSE_CHARS)
    }

    /// The last part of its path, as a name for the file.
    #[must_use]
    pub fn file_name(&self) -> Option<String> {
        let last = self.0.path().rsplit('/').next()?;
        let name = text::clean(&percent_decode_str(last).decode_utf8_lossy(), text::MAX_NAME_CHARS);
        (!name.is_empty()).then_some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> WebUrl {
        text.parse().unwrap()
    }

    #[test]
    fn takes_an_address_apart() {
        let plain = url("http://Box.local:8080/films/Big%20Buck.mp4?key=secret#t=5");
        assert_eq!((plain.host(), plain.socket().as_str()), ("box.local", "box.local:8080"));
        assert_eq!(plain.authority(), "box.local:8080");
        assert_eq!(plain.target(), "/films/Big%20Buck.mp4?key=secret");
        assert_eq!(plain.shown(), "http://box.local:8080/films/Big%20Buck.mp4?…");
        assert_eq!(plain.file_name().as_deref(), Some("Big Buck.mp4"));
        let six = url("https://[::1]/x");
        assert_eq!(
            (six.host(), six.socket().as_str(), six.authority().as_str()),
            ("::1", "[::1]:443", "[::1]")
        );
        assert!(six.is_encrypted() && url("http://h").file_name().is_none());
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for text in ["", "ftp://h/x", "http://", "http://u:p@h/x", "http://h:0/x", "http://h:x/x"] {
            assert!(text.parse::<WebUrl>().is_err(), "{text}");
        }
        assert!(format!("http://h/{}", "x".repeat(MAX_ADDRESS_BYTES)).parse::<WebUrl>().is_err());
        assert_eq!(url("http://h/a b\r\nx: y").target(), "/a%20bx:%20y", "nothing ends the request line");
    }

    #[test]
    fn a_redirect_leads_to_another_web_address_or_nowhere() {
        let from = url("https://h/a/b");
        assert_eq!(from.redirected("c?d").unwrap().to_string(), "https://h/a/c?d");
        assert_eq!(from.redirected("https://other/x").unwrap().authority(), "other");
        assert_eq!(from.redirected("http://h/a/b"), None, "never back to an unencrypted one");
        assert_eq!(from.redirected("file:///etc/passwd"), None);
        assert!(url("http://h/").redirected("https://h/").is_some());
    }
}
