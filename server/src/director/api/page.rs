//! The operator's page at `/`: who is registered, what each server does now, what the catalogs hold.
//!
//! Plain HTML that works without a script. Everything that came from elsewhere is escaped, and the browser is
//! told to load nothing and run nothing beside the style that is in the page.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::fmt::{self, Write};
use std::hash::{BuildHasher, Hasher};

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use tributary_core::directory::{CatalogEntry, LEASE_SECONDS, RelayEntry, ServerEntry, ServerLoad};
use tributary_core::geometry::StreamId;

use super::problem::Failure;
use crate::director::Director;
use crate::director::store::Now;

/// How often a browser asks again, in seconds: as often as servers tell something new.
const REFRESH_SECONDS: u64 = tributary_core::directory::RENEW_SECONDS;
/// Most streams under way that are shown by name.
const MAX_STREAMS_SHOWN: usize = 100;
/// What stands where nothing is known.
const UNKNOWN: &str = "–";

/// The colours and sizes are those of the player.
const STYLE: &str = include_str!("page.css");

/// What the page shows.
struct Shown {
    name: String,
    servers: Vec<ServerEntry>,
    relays: Vec<RelayEntry>,
    catalogs: Vec<CatalogEntry>,
    /// Streams under way, with their titles' names.
    names: BTreeMap<StreamId, String>,
}

pub(super) async fn page(State(director): State<Director>) -> Result<Response, Failure> {
    let now = Now::read();
    let servers = director.store.servers(now).await?;
    let mut streams: Vec<StreamId> = servers.iter().flat_map(|server| served(server.load.as_ref())).collect();
    streams.sort_unstable();
    streams.dedup();
    streams.truncate(MAX_STREAMS_SHOWN);
    let shown = Shown {
        name: director.name.to_string(),
        servers,
        relays: director.store.relays(now).await?,
        catalogs: director.store.catalogs(now).await?,
        names: director.store.names(streams).await?.into_iter().collect(),
    };
    let nonce = nonce();
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Html(shown.render(&nonce))).into_response())
}

fn served(load: Option<&ServerLoad>) -> impl Iterator<Item = StreamId> + '_ {
    load.into_iter().flat_map(|load| load.serving.iter().map(|served| served.stream))
}

/// A word that no page had before: only the style that carries it is used.
fn nonce() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

/// Text that may hold anything, as text of a page.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl Shown {
    fn render(&self, nonce: &str) -> String {
        let name = Text(&self.name);
        let mut out = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta http-equiv=\"refresh\" content=\"{REFRESH_SECONDS}\">\n\
             <meta name=\"color-scheme\" content=\"dark light\">\n\
             <title>{name}: Tributary director</title>\n<style nonce=\"{nonce}\">\n{STYLE}</style>\n</head>\n<body>\n\
             <header><p class=\"brand\">Tributary director</p><h1>{name}</h1></header>\n<main>\n"
        );
        self.verdict(&mut out);
        self.servers(&mut out);
        self.streams(&mut out);
        self.catalogs(&mut out);
        self.relays(&mut out);
        let _ = write!(
            out,
            "</main>\n<footer><p>Asked again every {REFRESH_SECONDS} s. For programs: \
             <a href=\"/metrics\">metrics</a>, <a href=\"/health\">health</a>, \
             <a href=\"/v1/openapi.json\">the interface</a>.</p></footer>\n</body>\n</html>\n"
        );
        out
    }

    /// One sentence, then the sums.
    fn verdict(&self, out: &mut String) {
        let late: Vec<&str> = self
            .servers
            .iter()
            .filter(|server| is_late(server.lease_ms))
            .map(|server| server.name.as_str())
            .collect();
        let (class, sentence, cause) = if self.servers.is_empty() {
            let cause = "Start one with --director and this page's address; it appears here by itself.";
            ("warn", "No content server is registered".to_owned(), cause.to_owned())
        } else if let [first, rest @ ..] = &late[..] {
            let others = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            let cause =
                "It has not renewed its lease when it should have; its titles go when the lease ends.";
            ("warn", format!("{first}{others} is late"), cause.to_owned())
        } else {
            let sent: u64 =
                self.servers.iter().filter_map(|s| s.load.as_ref()).map(|load| load.sent_bps).sum();
            let verb = if self.servers.len() == 1 { "is" } else { "are" };
            let sentence = format!("{} {verb} here", count(self.servers.len() as u64, "content server"));
            ("good", sentence, format!("Together they send {} now.", megabits(sent)))
        };
        let _ = writeln!(
            out,
            "<section class=\"verdict {class}\" role=\"status\"><h2>{}</h2><p>{}</p></section>",
            Text(&sentence),
            Text(&cause)
        );
    }

    fn servers(&self, out: &mut String) {
        if self.servers.is_empty() {
            return;
        }
        let heads = ["Server", "Lease", "Connections", "Sends", "Of its limit", "Titles held", "Streams now"];
        let rows = self.servers.iter().map(|server| {
            let load = server.load.as_ref();
            let known = |value: Option<String>| value.unwrap_or_else(|| UNKNOWN.to_owned());
            let limit = load.and_then(|load| {
                load.limit_bps.filter(|limit| *limit > 0).map(|limit| (load.sent_bps, limit))
            });
            [
                who(&server.name, &server.address),
                lease(server.lease_ms),
                known(load.map(|load| load.connections.to_string())),
                known(load.map(|load| megabits(load.sent_bps))),
                limit.map_or_else(|| "no limit".to_owned(), |(sent, limit)| part_of(sent, limit)),
                server.streams.to_string(),
                known(load.map(|load| load.serving.len().to_string())),
            ]
        });
        table(out, "Content servers", &heads, rows);
    }

    fn streams(&self, out: &mut String) {
        let mut readers: BTreeMap<StreamId, Vec<(&str, u64)>> = BTreeMap::new();
        for server in &self.servers {
            for served in server.load.iter().flat_map(|load| &load.serving) {
                readers.entry(served.stream).or_default().push((&server.name, served.readers));
            }
        }
        if readers.is_empty() {
            return;
        }
        let more = readers.len().saturating_sub(MAX_STREAMS_SHOWN);
        let rows = readers.iter().take(MAX_STREAMS_SHOWN).map(|(stream, servers)| {
            let hash = stream.to_string();
            let name = self.names.get(stream).map_or(&hash[..12], String::as_str);
            let from: Vec<String> =
                servers.iter().map(|(name, readers)| format!("{} ({readers})", Text(name))).collect();
            [Text(name).to_string(), format!("<code>{}</code>", &hash[..12]), from.join(", ")]
        });
        table(out, "Streams being served", &["Title", "Stream", "By (connections)"], rows);
        if more > 0 {
            let _ = writeln!(out, "<p class=\"note\">And {more} more.</p>");
        }
    }

    fn catalogs(&self, out: &mut String) {
        let rows =
            self.catalogs.iter().map(|catalog| [Text(&catalog.name).to_string(), catalog.titles.to_string()]);
        table(out, "Catalogs", &["Catalog", "Titles"], rows);
    }

    fn relays(&self, out: &mut String) {
        if self.relays.is_empty() {
            return;
        }
        let rows = self.relays.iter().map(|relay| {
            let load = relay.load.as_ref();
            [
                who(&relay.name, &relay.address),
                lease(relay.lease_ms),
                load.map_or_else(|| UNKNOWN.to_owned(), |load| load.connections.to_string()),
                load.map_or_else(|| UNKNOWN.to_owned(), |load| megabits(load.sent_bps)),
                relay.reaches.iter().map(|address| Text(address).to_string()).collect::<Vec<_>>().join(", "),
            ]
        });
        table(out, "Relays", &["Relay", "Lease", "Connections", "Sends", "Reaches"], rows);
    }
}

/// A heading and a table; the cells are HTML already.
fn table<const N: usize>(
    out: &mut String,
    title: &str,
    heads: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) {
    let _ = write!(out, "<section><h2>{title}</h2>\n<div class=\"scroll\"><table>\n<thead><tr>");
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{head}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for (place, cell) in row.iter().enumerate() {
            let tag = if place == 0 { "th scope=\"row\"" } else { "td" };
            let _ = write!(out, "<{tag}>{cell}</{}>", &tag[..2]);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div></section>\n");
}

fn who(name: &str, address: &str) -> String {
    format!("{}<small>{}</small>", Text(name), Text(address))
}

/// Renewals come every five seconds: less than that before the end, and one did not.
const fn is_late(lease_ms: u64) -> bool {
    lease_ms < (LEASE_SECONDS - 2 * REFRESH_SECONDS) * 1000
}

fn lease(lease_ms: u64) -> String {
    let seconds = lease_ms.div_ceil(1000);
    let late = if is_late(lease_ms) { " <b class=\"late\">late</b>" } else { "" };
    format!("<progress max=\"{LEASE_SECONDS}\" value=\"{seconds}\"></progress> {seconds} s left{late}")
}

fn part_of(sent: u64, limit: u64) -> String {
    let percent = (sent as f64 * 100.0 / limit as f64).round();
    format!(
        "<progress max=\"{limit}\" value=\"{}\"></progress> {percent} % of {}",
        sent.min(limit),
        megabits(limit)
    )
}

fn megabits(bps: u64) -> String {
    format!("{:.1} Mbit/s", bps as f64 / 1e6)
}

fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tributary_core::directory::ServedStream;

    fn server(name: &str, lease_ms: u64, load: Option<ServerLoad>) -> ServerEntry {
        ServerEntry { name: name.to_owned(), address: "h:1".to_owned(), streams: 7, lease_ms, load }
    }

    fn shown(servers: Vec<ServerEntry>) -> Shown {
        Shown {
            name: "Living <room>".to_owned(),
            servers,
            relays: Vec::new(),
            catalogs: vec![CatalogEntry { name: "\"Films\" & more".to_owned(), titles: 3 }],
            names: BTreeMap::from([(StreamId([7; 32]), "<script>alert(1)</script>".to_owned())]),
        }
    }

    /// The text of a page, without its tags.
    fn words(page: &str) -> String {
        let body = page.split_once("<body>").unwrap().1;
        body.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
    }

    #[test]
    fn all_that_came_from_elsewhere_is_escaped() {
        let serving = vec![ServedStream { stream: StreamId([7; 32]), readers: 2 }];
        let load = ServerLoad { connections: 4, sent_bps: 8_900_000, limit_bps: Some(10_000_000), serving };
        let page = shown(vec![server("<img src=x onerror='1'>", 14_000, Some(load))]).render("n0nce");
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<room>"), "{page}");
        assert!(
            page.contains("&lt;script&gt;alert(1)&lt;/script&gt;")
                && page.contains("&quot;Films&quot; &amp; more")
        );
        let words = words(&page);
        for told in ["1 content server is here", "8.9 Mbit/s", "89 % of 10.0 Mbit/s", "14 s left", "(2)"] {
            assert!(words.contains(told), "{told} in {words}");
        }
        assert!(
            page.contains("<style nonce=\"n0nce\">") && page.contains("http-equiv=\"refresh\" content=\"5\"")
        );
    }

    #[test]
    fn nobody_and_somebody_late_are_said_first() {
        let page = shown(Vec::new()).render("n");
        assert!(words(&page).contains("No content server is registered"));
        let page = shown(vec![server("alpha", 14_000, None), server("beta", 2_000, None)]).render("n");
        assert!(words(&page).contains("beta is late") && page.contains(">–</td>"), "{page}");
    }

    #[test]
    fn every_tag_is_closed() {
        let load = ServerLoad { limit_bps: None, ..ServerLoad::default() };
        let page = shown(vec![server("a", 9000, Some(load)), server("b", 9000, None)]).render("n");
        let mut open: Vec<&str> = Vec::new();
        for tag in page.split('<').skip(2).filter_map(|part| part.split('>').next()) {
            let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{page}");
            } else if name != "meta" {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
        assert_ne!(nonce(), nonce());
    }
}
