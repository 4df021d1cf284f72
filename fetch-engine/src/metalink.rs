//! Metalink files (RFC 5854): where a file is, and what its bytes must be.

use roxmltree::{Document, Node, ParsingOptions};
use tributary_core::pattern::MAX_SOURCES;
use tributary_core::verify::PieceHashes;

use crate::text;
use crate::web::WebUrl;

/// Largest Metalink file, in bytes: room for a list of 100,000 pieces.
pub(crate) const MAX_METALINK_BYTES: usize = 16 << 20;
/// Most XML nodes of one.
const MAX_NODES: u32 = 1 << 20;
/// Most pieces that are listed.
const MAX_PIECES: usize = 1 << 17;
/// Priority of an address that has none: the last.
const NO_PRIORITY: u32 = 999_999;
const NAMESPACE: &str = "urn:ietf:params:xml:ns:metalink";

/// What a Metalink file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metalink {
    /// The file's name, without any folder.
    pub(crate) name: String,
    /// Bytes of the file.
    pub(crate) size: Option<u64>,
    /// Its addresses on plain web servers, the best first; at most as many as there are letters.
    pub(crate) urls: Vec<WebUrl>,
    /// SHA-256 of the whole.
    pub(crate) sha256: Option<[u8; 32]>,
    /// SHA-256 of each piece.
    pub(crate) pieces: Option<PieceHashes>,
}

/// A Metalink file that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadMetalink {
    /// Larger than [`MAX_METALINK_BYTES`].
    #[error("it is larger than {MAX_METALINK_BYTES} bytes")]
    TooLarge,
    /// Not XML, or XML with a document type, which may hold anything.
    #[error("it is not XML that can be read: {0}")]
    Xml(String),
    /// XML of another kind.
    #[error("it is no Metalink file of version 4 (RFC 5854)")]
    OtherKind,
    /// None, or several.
    #[error("it lists {0} files, and exactly one can be fetched at a time")]
    Files(usize),
    /// Something in it contradicts itself.
    #[error("its {0} can't be used")]
    Value(&'static str),
    /// It names no web server.
    #[error("it names no http or https address")]
    NoAddress,
}

impl Metalink {
    /// Reads a Metalink file.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, BadMetalink> {
        if bytes.len() > MAX_METALINK_BYTES {
            return Err(BadMetalink::TooLarge);
        }
        let xml = |why: &dyn std::fmt::Display| BadMetalink::Xml(text::clean(&why.to_string(), 200));
        let source = std::str::from_utf8(bytes).map_err(|why| xml(&why))?;
        let options =
            ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(source, options).map_err(|why| xml(&why))?;
        let root = document.root_element();
        if !root.has_tag_name((NAMESPACE, "metalink")) {
            return Err(BadMetalink::OtherKind);
        }
        let files: Vec<Node<'_, '_>> = children(root, "file").collect();
        let [file] = files[..] else { return Err(BadMetalink::Files(files.len())) };
        Self::of_file(file)
    }

    fn of_file(file: Node<'_, '_>) -> Result<Self, BadMetalink> {
        let size = children(file, "size").next().map(|size| content(size).parse::<u64>());
        let size = size.transpose().map_err(|_| BadMetalink::Value("size"))?;
        let mut urls: Vec<(u32, WebUrl)> = children(file, "url").filter_map(address).collect();
        urls.sort_by_key(|(priority, _)| *priority);
        urls.dedup_by(|a, b| a.1 == b.1);
        urls.truncate(MAX_SOURCES);
        if urls.is_empty() {
            return Err(BadMetalink::NoAddress);
        }
        let is_sha256 = |node: &Node<'_, '_>| node.attribute("type") == Some("sha-256");
        let sha256 = children(file, "hash").find(is_sha256).map(|hash| digest(content(hash)));
        let sha256 = sha256.map(|hash| hash.ok_or(BadMetalink::Value("SHA-256 hash"))).transpose()?;
        let pieces = children(file, "pieces").find(is_sha256).map(|list| pieces(list, size)).transpose()?;
        let name = file.attribute("name").unwrap_or_default();
        let name = text::clean(name.rsplit(['/', '\\']).next().unwrap_or_default(), text::MAX_NAME_CHARS);
        Ok(Self { name, size, urls: urls.into_iter().map(|(_, url)| url).collect(), sha256, pieces })
    }
}

fn children<'a, 'input>(of: Node<'a, 'input>, name: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    of.children().filter(move |node| node.has_tag_name((NAMESPACE, name)))
}

fn content<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or_default().trim()
}

/// An address of a web server; those of other kinds are left out.
fn address(node: Node<'_, '_>) -> Option<(u32, WebUrl)> {
    let priority = node.attribute("priority").and_then(|number| number.parse().ok());
    Some((priority.unwrap_or(NO_PRIORITY), content(node).parse().ok()?))
}

fn pieces(list: Node<'_, '_>, size: Option<u64>) -> Result<PieceHashes, BadMetalink> {
    let bad = || BadMetalink::Value("list of pieces");
    let length = list.attribute("length").and_then(|length| length.parse().ok()).ok_or_else(bad)?;
    let hashes = children(list, "hash").take(MAX_PIECES + 1).map(|hash| digest(content(hash)));
    let hashes: Vec<[u8; 32]> = hashes.collect::<Option<_>>().ok_or_else(bad)?;
    let size = size.ok_or_else(bad)?;
    PieceHashes::new(size, length, hashes).filter(|_| hashes_fit(size, length)).ok_or_else(bad)
}

fn hashes_fit(size: u64, length: u64) -> bool {
    length > 0 && size.div_ceil(length) <= MAX_PIECES as u64
}

/// Reads 64 hexadecimal digits.
fn digest(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in out.iter_mut().enumerate() {
        let digits = &text[2 * place..2 * place + 2];
        *byte = digits
            .bytes()
            .all(|digit| digit.is_ascii_hexdigit())
            .then(|| u8::from_str_radix(digits, 16).ok())??;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0f00000000000000000000000000000000000000000000000000000000000aA1";

    fn file(body: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metalink xmlns=\"{NAMESPACE}\">\
             <published>2026-11-22T16:00:00Z</published><file name=\"../dir/film.mp4\">{body}</file></metalink>"
        )
    }

    fn parse(body: &str) -> Result<Metalink, BadMetalink> {
        Metalink::parse(file(body).as_bytes())
    }

    #[test]
    fn reads_what_the_rfc_describes() {
        let metalink = parse(&format!(
            "<size>2500</size><identity>Film</identity>\
             <hash type=\"md5\">00</hash><hash type=\"sha-256\">\n {HASH} </hash>\
             <pieces length=\"1000\" type=\"sha-1\"><hash>00</hash></pieces>\
             <pieces length=\"1000\" type=\"sha-256\"><hash>{HASH}</hash><hash>{HASH}</hash><hash>{HASH}</hash></pieces>\
             <url location=\"de\">http://slow/film</url><url priority=\"2\">http://b/film</url>\
             <url priority=\"1\">https://a/film</url><url priority=\"1\">ftp://a/film</url>\
             <metaurl mediatype=\"torrent\">http://a/film.torrent</metaurl>"
        ))
        .unwrap();
        assert_eq!((metalink.name.as_str(), metalink.size), ("film.mp4", Some(2500)));
        let urls: Vec<String> = metalink.urls.iter().map(ToString::to_string).collect();
        assert_eq!(urls, ["https://a/film", "http://b/film", "http://slow/film"]);
        let hash = metalink.sha256.unwrap();
        assert_eq!((hash[0], hash[30], hash[31]), (15, 10, 0xa1));
        assert_eq!(metalink.pieces.unwrap(), PieceHashes::new(2500, 1000, vec![hash; 3]).unwrap());
    }

    #[test]
    fn what_can_not_be_used_is_refused() {
        let url = "<url>http://a/film</url>";
        assert_eq!(parse(""), Err(BadMetalink::NoAddress));
        assert_eq!(parse(&format!("{url}<size>-1</size>")), Err(BadMetalink::Value("size")));
        assert_eq!(
            parse(&format!("{url}<hash type=\"sha-256\">{}</hash>", "+".repeat(64))),
            Err(BadMetalink::Value("SHA-256 hash"))
        );
        for list in [
            format!("<size>2500</size><pieces length=\"0\" type=\"sha-256\"><hash>{HASH}</hash></pieces>"),
            format!("<size>2500</size><pieces length=\"1000\" type=\"sha-256\"><hash>{HASH}</hash></pieces>"),
            format!("<pieces length=\"1000\" type=\"sha-256\"><hash>{HASH}</hash></pieces>"),
            format!("<size>{}</size><pieces length=\"1\" type=\"sha-256\"></pieces>", u64::MAX),
        ] {
            assert_eq!(parse(&format!("{url}{list}")), Err(BadMetalink::Value("list of pieces")), "{list}");
        }
        let two = file(url).replace("</metalink>", &format!("<file name=\"b\">{url}</file></metalink>"));
        assert_eq!(Metalink::parse(two.as_bytes()), Err(BadMetalink::Files(2)));
        assert_eq!(Metalink::parse(b"<html/>"), Err(BadMetalink::OtherKind));
        assert!(matches!(Metalink::parse(b"\xff"), Err(BadMetalink::Xml(_))));
        let bomb = format!("<!DOCTYPE m [<!ENTITY a \"aaaa\">]>{}", &file(url)[39..]);
        assert!(matches!(Metalink::parse(bomb.as_bytes()), Err(BadMetalink::Xml(_))), "no document types");
        assert_eq!(Metalink::parse(&vec![b' '; MAX_METALINK_BYTES + 1]), Err(BadMetalink::TooLarge));
    }

    #[test]
    fn a_name_is_a_name_and_no_path() {
        let named = |name: &str| {
            let text = file("<url>http://a/film</url>").replace("../dir/film.mp4", name);
            Metalink::parse(text.as_bytes()).unwrap().name
        };
        assert_eq!(named("/etc/passwd"), "passwd");
        assert_eq!(named("a\\..\\b"), "b");
        assert_eq!(named("dir/"), "");
        assert_eq!(named("x&#x202e;4pm"), "x4pm");
    }
}
