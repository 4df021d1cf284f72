//! What a content server or a relay says of itself, checked and made harmless before it is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use tributary_core::directory::{
    Chapter, MAX_CHAPTERS, MAX_SERVED_TOLD, MediaFacts, PartEntry, Registration, RelayRegistration, Renewal,
    Title, Track,
};
use tributary_core::geometry::StreamId;
use tributary_core::held::Held;
use tributary_core::verify::MAX_STREAM;

use super::{MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, MAX_TAGS};
use crate::text::{clean, clean_name};

/// Most titles of one server.
const MAX_TITLES: usize = 200_000;
/// Most tracks of a title.
const MAX_TRACKS: usize = 64;
/// Longest tag, codec or language, in characters.
const MAX_WORD_CHARS: usize = 64;
/// Most content servers that a relay passes connections on to.
pub(crate) const MAX_REACHES: usize = 1024;
/// Longest instance.
const MAX_INSTANCE_CHARS: usize = 64;

/// Why a registration is not taken.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub(super) enum IntakeError {
    /// No usable name.
    #[error("a server's name needs 1 to {MAX_NAME_CHARS} visible characters")]
    Name,
    /// No usable address.
    #[error("{0:?} is not an address: HOST:PORT is needed")]
    Address(String),
    /// No usable instance.
    #[error("the instance needs 1 to {MAX_INSTANCE_CHARS} characters")]
    Instance,
    /// Too much.
    #[error("{0} titles are more than the {MAX_TITLES} that a server may list")]
    TooManyTitles(usize),
    /// Too many sources of a relay.
    #[error("{0} addresses are more than the {MAX_REACHES} that a relay may list")]
    TooManyReaches(usize),
}

/// A server's name as it is kept.
pub(super) fn name(text: &str) -> Result<String, IntakeError> {
    let name = clean_name(text, MAX_NAME_CHARS);
    if name.is_empty() { Err(IntakeError::Name) } else { Ok(name) }
}

/// A registration as it is kept. `peer` is where it came from.
pub(super) fn registration(told: Registration, peer: IpAddr) -> Result<Registration, IntakeError> {
    check_instance(&told.instance)?;
    if told.titles.len() > MAX_TITLES {
        return Err(IntakeError::TooManyTitles(told.titles.len()));
    }
    let address = address(&told.address, peer)?;
    let mut seen = BTreeSet::new();
    let titles: Vec<Title> = told
        .titles
        .into_iter()
        .filter_map(title)
        .filter(|title| seen.insert((title.catalog.clone(), title.name.clone())))
        .collect();
    let sizes: BTreeMap<StreamId, u64> = titles.iter().map(|title| (title.stream, title.size)).collect();
    let parts =
        told.parts.into_iter().filter_map(|told| Some(part(sizes.get(&told.stream)?, told))).collect();
    Ok(Registration { address, instance: told.instance, titles, parts })
}

/// A part with ranges that are in order and inside the stream: what is not so is put right.
fn part(size: &u64, told: PartEntry) -> PartEntry {
    let held = Held::gather(*size, told.ranges.into_iter().map(|(start, end)| start..end));
    // Who says of a stream that it holds nothing, or all in pieces, is asked for it and will say itself.
    let ranges = held.as_ref().map_or(&[][..], Held::ranges);
    PartEntry { stream: told.stream, ranges: ranges.iter().map(|range| (range.start, range.end)).collect() }
}

/// A relay as it is kept. `peer` is where it came from.
pub(super) fn relay(told: RelayRegistration, peer: IpAddr) -> Result<RelayRegistration, IntakeError> {
    check_instance(&told.instance)?;
    if told.reaches.len() > MAX_REACHES {
        return Err(IntakeError::TooManyReaches(told.reaches.len()));
    }
    let reaches = told.reaches.iter().map(|text| address(text, peer)).collect::<Result<BTreeSet<_>, _>>()?;
    Ok(RelayRegistration {
        address: address(&told.address, peer)?,
        instance: told.instance,
        reaches: reaches.into_iter().collect(),
    })
}

/// A renewal as it is kept.
pub(super) fn renewal(mut told: Renewal) -> Renewal {
    if let Some(load) = &mut told.load {
        load.serving.truncate(MAX_SERVED_TOLD);
    }
    told
}

fn check_instance(instance: &str) -> Result<(), IntakeError> {
    let good = !instance.is_empty() && instance.len() <= MAX_INSTANCE_CHARS;
    if good { Ok(()) } else { Err(IntakeError::Instance) }
}

/// `HOST:PORT`; an unspecified host is where the request came from.
pub(super) fn address(text: &str, peer: IpAddr) -> Result<String, IntakeError> {
    let bad = || IntakeError::Address(clean(text, MAX_NAME_CHARS));
    if let Ok(mut address) = text.parse::<SocketAddr>() {
        if address.ip().is_unspecified() {
            address.set_ip(peer.to_canonical());
        }
        return if address.port() == 0 { Err(bad()) } else { Ok(address.to_string()) };
    }
    let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let good = !host.is_empty() && host.len() <= 253 && host.bytes().all(plain);
    match port.parse::<u16>() {
        Ok(port) if good && port > 0 => Ok(format!("{}:{port}", host.to_ascii_lowercase())),
        _ => Err(bad()),
    }
}

/// A title without what could harm; nothing where it can't be listed at all.
fn title(told: Title) -> Option<Title> {
    let catalog = clean_name(&told.catalog, MAX_NAME_CHARS);
    let name = clean_name(&told.name, MAX_NAME_CHARS);
    if catalog.is_empty() || name.is_empty() || told.size == 0 || told.size > MAX_STREAM {
        return None;
    }
    let shown = clean(&told.title, MAX_NAME_CHARS);
    Some(Title {
        title: if shown.is_empty() { name.clone() } else { shown },
        catalog,
        name,
        stream: told.stream,
        size: told.size,
        file_name: clean_name(&told.file_name, MAX_NAME_CHARS),
        year: told.year,
        description: clean(&told.description, MAX_DESCRIPTION_CHARS),
        tags: words(&told.tags),
        media: facts(&told.media),
        poster: told.poster,
        servers: Vec::new(),
        added_at: 0,
    })
}

fn words(told: &[String]) -> Vec<String> {
    told.iter()
        .take(MAX_TAGS)
        .map(|word| clean(word, MAX_WORD_CHARS))
        .filter(|word| !word.is_empty())
        .collect()
}

fn facts(told: &MediaFacts) -> MediaFacts {
    let track = |track: &Track| Track {
        kind: clean(&track.kind, MAX_WORD_CHARS),
        codec: clean(&track.codec, MAX_WORD_CHARS),
        language: clean(&track.language, MAX_WORD_CHARS),
        title: clean(&track.title, MAX_NAME_CHARS),
        channels: track.channels,
    };
    let chapter =
        |chapter: &Chapter| Chapter { title: clean(&chapter.title, MAX_WORD_CHARS), ..chapter.clone() };
    MediaFacts {
        fps: if told.fps.is_finite() { told.fps.clamp(0.0, 1000.0) } else { 0.0 },
        container: clean(&told.container, MAX_WORD_CHARS),
        tracks: told.tracks.iter().take(MAX_TRACKS).map(track).collect(),
        chapters: told.chapters.iter().take(MAX_CHAPTERS).map(chapter).collect(),
        ..*told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));

    #[test]
    fn addresses_are_checked_and_completed() {
        let ok = |text| address(text, PEER).unwrap();
        assert_eq!(ok("0.0.0.0:7410"), "10.0.0.7:7410");
        assert_eq!(ok("[::]:7410"), "10.0.0.7:7410");
        assert_eq!(ok("192.168.1.2:1"), "192.168.1.2:1");
        assert_eq!(ok("media.local:80"), "media.local:80");
        for bad in ["", "host", "host:0", "a b:1", "h/x:1", "u@h:1", "127.0.0.1:0", ":1", "h:99999"] {
            assert!(address(bad, PEER).is_err(), "{bad}");
        }
    }

    #[test]
    fn text_of_a_title_is_made_harmless_and_what_has_no_name_is_dropped() {
        let bad = Title {
            catalog: "Fi/lms\u{202e}".into(),
            name: "N".repeat(999),
            title: "\u{7}".into(),
            stream: StreamId([1; 32]),
            size: 5,
            file_name: "../x.mp4".into(),
            year: None,
            description: "d\u{0}".repeat(9000),
            tags: vec![String::new(), "t".repeat(99)],
            media: MediaFacts { fps: f64::NAN, ..MediaFacts::default() },
            poster: false,
            servers: vec!["forged".into()],
            added_at: 9,
        };
        let nameless = Title { name: " ".into(), ..bad.clone() };
        let empty = Title { size: 0, name: "b".into(), ..bad.clone() };
        let told = Registration {
            address: "h:1".into(),
            instance: "i".into(),
            titles: vec![bad.clone(), bad, nameless, empty],
            parts: vec![
                PartEntry { stream: StreamId([1; 32]), ranges: vec![(4, 99), (2, 3), (0, 1)] },
                PartEntry { stream: StreamId([2; 32]), ranges: vec![(0, 1)] },
            ],
        };
        let kept = registration(told, PEER).unwrap();
        assert_eq!(
            kept.parts,
            [PartEntry { stream: StreamId([1; 32]), ranges: vec![(0, 1), (2, 3), (4, 5)] }]
        );
        let kept = kept.titles;
        assert_eq!(kept.len(), 1, "doubled, nameless and empty ones are left out");
        let title = &kept[0];
        assert_eq!(title.catalog, "Fi-lms");
        assert_eq!(title.name.chars().count(), MAX_NAME_CHARS);
        assert_eq!(title.title, title.name);
        assert_eq!(title.file_name, "..-x.mp4");
        assert_eq!(title.description.chars().count(), MAX_DESCRIPTION_CHARS);
        assert_eq!(title.tags.len(), 1);
        assert_eq!(title.media.fps, 0.0);
        assert!(title.servers.is_empty() && title.added_at == 0);
    }

    #[test]
    fn a_relay_reaches_addresses_and_no_more_than_it_may() {
        let told =
            |reaches: Vec<String>| RelayRegistration { address: "h:1".into(), instance: "i".into(), reaches };
        let kept = relay(told(vec!["b:2".into(), "a:1".into(), "b:2".into()]), PEER).unwrap();
        assert_eq!(kept.reaches, ["a:1", "b:2"]);
        assert!(matches!(relay(told(vec!["nowhere".into()]), PEER), Err(IntakeError::Address(_))));
        let many = (1..=MAX_REACHES + 1).map(|port| format!("a:{port}")).collect();
        assert_eq!(relay(told(many), PEER), Err(IntakeError::TooManyReaches(MAX_REACHES + 1)));
    }
}
