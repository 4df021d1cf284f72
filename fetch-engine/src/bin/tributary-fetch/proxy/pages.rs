//! The page for people, and playlists for players.

use std::collections::HashMap;
use std::fmt::Write;

use fetch_engine::TitleQuery;
use fetch_engine::directory::{Catalogs, Title};
use hyper::{Response, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::Proxy;
use super::body::Body;
use super::response::{text, typed};
use super::titles::{Refusal, Titles};

/// Titles asked for at once, and most on a page or in a playlist.
const PAGE_TITLES: u64 = 500;
const MAX_TITLES: usize = 10_000;
/// What a part of an address holds as it is.
const PATH_PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}\
td{padding:.1em 1em .1em 0}@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}a{color:#8bf}}";

/// `/`: what can be had here.
pub(super) async fn index(proxy: &Proxy) -> Response<Body> {
    let mut page = String::new();
    if proxy.titles.has_director() {
        let asked: Result<Catalogs, Refusal> = proxy.titles.ask(|director| director.catalogs()).await;
        match asked {
            Ok(found) => {
                page.push_str("<table>");
                for catalog in found.catalogs {
                    let (path, name) = (encode(&catalog.name), escape(&catalog.name));
                    let _ = write!(
                        page,
                        "<tr><td><a href=\"/{path}/\">{name}</a></td><td>{} titles</td>\
                         <td><a href=\"/playlist.m3u?catalog={path}\">playlist</a></td></tr>",
                        catalog.titles
                    );
                }
                page.push_str("</table><p><a href=\"/playlist.m3u\">All titles as a playlist</a></p>");
            }
            Err(why) => {
                let _ = write!(page, "<p>{}</p>", escape(&why.to_string()));
            }
        }
    }
    for stream in proxy.titles.given() {
        let _ = write!(page, "<p><a href=\"/streams/{stream}\">b3:{stream}</a></p>");
    }
    html("Tributary", &page)
}

/// `/CATALOG/`: its titles.
pub(super) async fn catalog(proxy: &Proxy, catalog: &str) -> Response<Body> {
    let titles = match titles(&proxy.titles, Some(catalog.to_owned())).await {
        Ok(titles) => titles,
        Err(refusal) => return text(refusal.status(), &refusal.to_string()),
    };
    if titles.is_empty() {
        return text(
            StatusCode::NOT_FOUND,
            &format!("no server holds a title of the catalog {catalog:?} now"),
        );
    }
    let mut page = String::from("<table>");
    for title in &titles {
        let length = length(title.media.duration_ms / 1000);
        let _ = write!(
            page,
            "<tr><td><a href=\"{}\">{}</a></td><td>{length}</td><td>{} MiB</td></tr>",
            path(title),
            escape(&title.title),
            title.size.div_ceil(1 << 20)
        );
    }
    let _ = write!(
        page,
        "</table><p><a href=\"/playlist.m3u?catalog={}\">As a playlist</a></p>",
        encode(catalog)
    );
    html(catalog, &page)
}

/// `/playlist.m3u`: all titles, or with `?catalog=NAME` those of one.
pub(super) async fn playlist(proxy: &Proxy, query: Option<&str>, base: &str) -> Response<Body> {
    let catalog = query.and_then(|query| parameters(query).remove("catalog"));
    match titles(&proxy.titles, catalog).await {
        Ok(titles) => {
            let mut list = String::from("#EXTM3U\n");
            for title in &titles {
                // -1: not known.
                let seconds = match title.media.duration_ms / 1000 {
                    0 => -1,
                    seconds => i64::try_from(seconds).unwrap_or(-1),
                };
                let _ = writeln!(list, "#EXTINF:{seconds},{}\n{base}{}", title.title, path(title));
            }
            typed(StatusCode::OK, "audio/x-mpegurl; charset=utf-8", list)
        }
        Err(refusal) => text(refusal.status(), &refusal.to_string()),
    }
}

async fn titles(titles: &Titles, catalog: Option<String>) -> Result<Vec<Title>, Refusal> {
    titles
        .ask(move |director| {
            let mut found: Vec<Title> = Vec::new();
            loop {
                let query = TitleQuery {
                    catalog: catalog.clone(),
                    offset: found.len() as u64,
                    limit: PAGE_TITLES,
                    ..TitleQuery::default()
                };
                let page = director.titles(query)?;
                let came = page.titles.len();
                found.extend(page.titles);
                if came == 0 || found.len() as u64 >= page.total || found.len() >= MAX_TITLES {
                    return Ok(found);
                }
            }
        })
        .await
}

fn path(title: &Title) -> String {
    format!("/{}/{}", encode(&title.catalog), encode(&title.name))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, PATH_PART).to_string()
}

/// The parameters of an address.
fn parameters(query: &str) -> HashMap<String, String> {
    let decode = |text: &str| {
        let spaces = text.replace('+', " ");
        percent_decode_str(&spaces).decode_utf8_lossy().into_owned()
    };
    let pair = |one: &str| one.split_once('=').map(|(name, value)| (decode(name), decode(value)));
    query.split('&').filter_map(pair).collect()
}

/// A title's length to read; nothing where it is not known.
fn length(seconds: u64) -> String {
    if seconds == 0 {
        return String::new();
    }
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn html(heading: &str, page: &str) -> Response<Body> {
    let heading = escape(heading);
    let whole = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{heading}</title><style>{STYLE}</style>\
         <h1>{heading}</h1>{page}</html>\n"
    );
    typed(StatusCode::OK, "text/html; charset=utf-8", whole)
}

/// Text of other machines, as text and nothing else.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_no_markup_and_no_other_address() {
        assert_eq!(escape("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
        assert_eq!(encode("a b/../?#ä"), "a%20b%2F..%2F%3F%23%C3%A4");
        let found = parameters("x=1&catalog=Big+Films%2F2");
        assert_eq!(found.get("catalog").map(String::as_str), Some("Big Films/2"));
        assert_eq!(length(3725), "1:02:05");
    }
}
