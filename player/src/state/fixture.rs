//! States for tests: a library and a film in the middle of its way, with four servers.

use std::sync::Arc;
use std::time::Duration;

use fetch_engine::snapshot::{
    CacheSnapshot, Cell, DiskSnapshot, Happened, LogEntry, LogKind, PatternMade, PatternSnapshot,
    SchemeSnapshot, Snapshot, SourceSnapshot, StreamState, Totals, Verification,
};
use fetch_engine::verdict::Watch;
use tributary_core::directory::{
    CatalogEntry, Catalogs, Chapter, MediaFacts, ServerEntry, Servers, TagEntry, Title, TitlePage, Track,
};
use tributary_core::geometry::StreamId;

use super::playback::{MediaWords, Origin, Pictures, Playback, TrackChoice, TrackKind};
use super::{Event, PlaybackEvent, State, verdict};

/// The day it is, in seconds since 1970.
pub const DATE: u64 = 1_800_000_000;
/// Names of the four servers.
pub const SERVERS: [&str; 4] = ["alpha", "beta", "gamma", "delta"];
const BLOCKS: u64 = 1480;
const BLOCK_SIZE: u32 = 262_144;

fn track(kind: &str, codec: &str, language: &str, title: &str) -> Track {
    let own = str::to_owned;
    let channels = if kind == "audio" { 2 } else { 0 };
    Track { kind: own(kind), codec: own(codec), language: own(language), title: own(title), channels }
}

/// A title of the fixture's library.
pub fn title(number: u8) -> Title {
    let names =
        ["Big Buck Bunny", "Paper Boats", "Meridian", "Kestrel", "The Quiet Machine", "Harbour Lights"];
    let name = match names.get(usize::from(number)) {
        Some(name) => (*name).to_owned(),
        None => format!("Title {number}"),
    };
    Title {
        catalog: "Films".to_owned(),
        name: name.clone(),
        title: name,
        stream: StreamId([number; 32]),
        size: 388_000_000,
        file_name: "film.mp4".to_owned(),
        year: Some(2008 + u16::from(number)),
        description:
            "A large and gentle rabbit wakes to a fine morning in the meadow. Three small bullies spoil it, \
                      and he sets about a patient, elaborate and entirely just revenge."
                .to_owned(),
        tags: vec!["Animation".to_owned(), "comedy".to_owned()],
        media: MediaFacts {
            duration_ms: 596_000 + u64::from(number) * 600_000,
            width: 1920,
            height: 1080,
            fps: 24.0,
            container: "MP4".to_owned(),
            tracks: vec![
                track("video", "H.264", "", ""),
                track("audio", "AAC", "en", ""),
                track("audio", "Opus", "en", "Commentary"),
                track("subtitle", "SRT", "de", ""),
            ],
            chapters: ["Morning", "The branch", "Three bullies", "A plan", "Revenge", "Evening"]
                .into_iter()
                .zip(0..)
                .map(|(name, number)| Chapter { start_ms: number * 95_000, title: name.to_owned() })
                .collect(),
        },
        poster: false,
        servers: SERVERS[..=usize::from(number % 4)].iter().map(|&name| name.to_owned()).collect(),
        added_at: 0,
    }
}

/// A library with a director that answers.
pub fn library() -> State {
    let mut state = State::default();
    state.apply(Event::DirectorChosen("attic.local:7400".to_owned()));
    let entry = |(name, titles): (&str, u64)| CatalogEntry { name: name.to_owned(), titles };
    let catalogs = [("Films", 8), ("Series", 94), ("Talks", 61), ("Family", 21)];
    state.apply(Event::DirectorAnswered {
        address: "attic.local:7400".to_owned(),
        catalogs: Catalogs {
            director: "Living room".to_owned(),
            catalogs: catalogs.into_iter().map(entry).collect(),
        },
        servers: Servers {
            servers: SERVERS
                .into_iter()
                .map(|name| ServerEntry {
                    name: name.to_owned(),
                    address: "192.168.1.20:7410".to_owned(),
                    streams: 412,
                    lease_ms: 9000,
                    load: None,
                })
                .collect(),
        },
    });
    let tag = |(tag, titles): (&str, u64)| TagEntry { tag: tag.to_owned(), titles };
    state.apply(Event::TagsCame {
        director: "attic.local:7400".to_owned(),
        catalog: None,
        tags: [("Animation", 8), ("comedy", 5), ("Documentary", 2)].into_iter().map(tag).collect(),
    });
    state.apply(Event::TitlesCame {
        listing: state.library.listing_number,
        page: Ok(TitlePage { total: 8, offset: 0, titles: (0..8).map(title).collect() }),
    });
    state
}

/// The same library two days after some titles were begun, one watched, and the servers measured.
pub fn begun() -> State {
    let mut state = library();
    state.apply(Event::Dated(DATE - 2 * 86_400));
    for (number, seconds) in [(4, 2000), (3, 1200), (0, 252)] {
        let title = title(number);
        state.apply(Event::Opening {
            number: u64::from(number) + 1,
            what: super::memory::name_of(title.stream),
            name: title.title.clone(),
            origin: Origin::Stream,
            start: Duration::ZERO,
            paused: false,
            title: Some(Box::new(title.clone())),
        });
        let duration = Some(Duration::from_millis(title.media.duration_ms));
        let media = MediaWords::default();
        state.apply(Event::Playing(PlaybackEvent::Ready { duration, seekable: true, media }));
        state.apply(Event::Playing(PlaybackEvent::Position(Duration::from_secs(seconds))));
        state.apply(Event::Measured { number: u64::from(number) + 1, snapshot: Arc::new(snapshot()) });
        state.apply(Event::PlayerLeft);
    }
    state.apply(Event::Marked { title: Box::new(title(5)), watched: true });
    let speeds =
        [("alpha", 8.9e6, 12.0), ("beta", 5.6e6, 18.0), ("gamma", 4.1e6, 41.0), ("delta", 3.5e6, 96.0)];
    for (name, rate_bps, rtt) in speeds {
        let found = state.memory.servers.iter_mut().find(|server| server.name == name);
        let server = found.expect("it was measured");
        (server.rate_bps, server.rtt_ms) = (rate_bps, Some(rtt));
    }
    state.apply(Event::Dated(DATE));
    state
}

fn source(index: u8, rate_mbps: f64, rtt_ms: f64, share: f64) -> SourceSnapshot {
    SourceSnapshot {
        index,
        letter: (b'A' + index) as char,
        name: SERVERS[usize::from(index)].to_owned(),
        address: format!("192.168.1.{}:7410", 20 + index),
        route: "direct".to_owned(),
        state: "sending".to_owned(),
        rate_bps: rate_mbps * 1e6,
        capacity_bps: Some(rate_mbps * 1e6),
        bytes: (74e6 * share) as u64,
        blocks: (282.0 * share) as u64,
        share,
        rtt_ms: Some(rtt_ms),
        backlog_blocks: 3,
        backlog_bytes: 786_432,
        history: (0..48).map(|i| (rate_mbps * 1e6 * (1.0 + 0.04 * f64::from(i % 5))) as f32).collect(),
        ..SourceSnapshot::default()
    }
}

/// The engine's numbers in the middle of a film.
pub fn snapshot() -> Snapshot {
    let head = 626;
    let mut map = vec![Cell::ABSENT; BLOCKS as usize];
    for (block, cell) in map.iter_mut().enumerate() {
        let here = block < 4 || (370..930).contains(&block) || block >= BLOCKS as usize - 4;
        if here {
            *cell = [0, 2, 0, 3, 0, 1, 0, 2, 0, 3][block * 7 / 3 % 10];
        } else if (930..952).contains(&block) {
            *cell = Cell::COMING;
        }
    }
    let size = BLOCKS * u64::from(BLOCK_SIZE);
    let range = |from: u64, to: u64| (from * u64::from(BLOCK_SIZE), to * u64::from(BLOCK_SIZE));
    let pattern = |epoch, from, pattern: &str| PatternSnapshot { epoch, from, pattern: pattern.to_owned() };
    Snapshot {
        at: 252.4,
        size,
        block_size: BLOCK_SIZE,
        blocks: BLOCKS,
        state: StreamState::Flowing,
        verification: Verification::default(),
        sources: vec![
            source(0, 8.9, 12.0, 0.48),
            SourceSnapshot {
                errors: 2,
                last_error: Some("2 late, 2 hedged".to_owned()),
                ..source(1, 2.1, 164.0, 0.11)
            },
            source(2, 4.1, 41.0, 0.22),
            SourceSnapshot { repairs: 1, route: "relay west".to_owned(), ..source(3, 3.5, 96.0, 0.19) },
        ],
        patterns: vec![pattern(7, 848, "ACADABACAD"), pattern(8, 952, "ACDAACDAB")],
        patterns_made: patterns_made(),
        scheme: SchemeSnapshot::default(),
        next_block: 931,
        head_block: head,
        rate_bps: 18.6e6,
        totals: Totals {
            bytes: 158_000_000,
            duplicate_bytes: 632_000,
            control_bytes: 316_000,
            epochs: 8,
            out_of_sequence: 3,
            repairs: 1,
            hedges: 2,
            ..Totals::default()
        },
        cache: CacheSnapshot {
            back_bytes: 64 << 20,
            ahead_bytes: 74 << 20,
            back_limit: 64 << 20,
            ahead_limit: 150 << 20,
            ranges: vec![range(0, 4), range(370, 930), range(BLOCKS - 4, BLOCKS)],
            disk: Some(DiskSnapshot { bytes: 312 << 20, read_bytes: 96 << 20, limit: 8 << 30 }),
        },
        map: map.into(),
        verified_blocks: 605,
        verdicts: Vec::new(),
    }
}

fn patterns_made() -> Vec<PatternMade> {
    let made = |at, epoch, from, pattern: &str, why: &str| PatternMade {
        at,
        epoch,
        from,
        pattern: pattern.to_owned(),
        why: why.to_owned(),
        reasons: Vec::new(),
    };
    vec![
        made(0.4, 1, 1, "AABCAABCAC", "the first one: by who answers soonest"),
        made(212.6, 6, 702, "AABACADABC", "delta joined"),
        made(230.3, 7, 848, "ACADABACAD", "beta slowed from 5.6 to 2.1 Mbit/s"),
        made(252.4, 8, 952, "ACDAACDAB", "alpha goes from 5 in 10 to 4 in 9: it eased to 8.9 Mbit/s"),
    ]
}

/// What happened to that film.
pub fn log() -> Vec<LogEntry> {
    let mut number = 0;
    let mut entry = |at, kind, source, (title, detail): (&str, &str), what| {
        number += 1;
        let (title, detail) = (title.to_owned(), detail.to_owned());
        let warning = matches!(what, Happened::Slowed { .. });
        LogEntry { number, at, kind, source, title, detail, warning, what }
    };
    let pattern = |epoch, from| Happened::Pattern { epoch, from };
    let (source, made) = (LogKind::Source, LogKind::Pattern);
    vec![
        entry(0.3, source, Some(0), ("alpha joined", "12 ms away"), Happened::Joined),
        entry(
            194.9,
            LogKind::Sequence,
            Some(2),
            ("Out of sequence", "block 667 of gamma before block 664"),
            Happened::OutOfSequence { block: 667, awaited: 664 },
        ),
        entry(212.2, source, Some(3), ("delta joined", "96 ms away"), Happened::Joined),
        entry(212.6, made, None, ("New pattern AABACADABC", "epoch 6, from block 702"), pattern(6, 702)),
        entry(
            230.1,
            source,
            Some(1),
            ("beta slowed", "5.6 to 2.1 Mbit/s"),
            Happened::Slowed { from_bps: 5.6e6, to_bps: 2.1e6 },
        ),
        entry(230.3, made, None, ("New pattern ACADABACAD", "epoch 7, from block 848"), pattern(7, 848)),
        entry(
            231.0,
            LogKind::Repair,
            Some(2),
            ("Block 841 repaired", "gamma sent it 74 ms after it was asked"),
            Happened::Repaired { block: 841, after_ms: 74.0 },
        ),
        entry(252.4, made, None, ("New pattern ACDAACDAB", "epoch 8, from block 952"), pattern(8, 952)),
    ]
}

/// A film with two sound tracks, playing at 4:12 of 9:56.
pub fn playing() -> State {
    let mut state = library();
    state.apply(Event::Opening {
        number: 1,
        what: super::memory::name_of(title(0).stream),
        name: "Big Buck Bunny".to_owned(),
        origin: Origin::Stream,
        title: Some(Box::new(title(0))),
        start: Duration::ZERO,
        paused: false,
    });
    let track = |kind, number, name: &str, detail: &str, on| TrackChoice {
        kind,
        number,
        name: name.to_owned(),
        detail: detail.to_owned(),
        on,
    };
    let events = [
        PlaybackEvent::Loading,
        PlaybackEvent::Ready {
            duration: Some(Duration::from_millis(596_500)),
            seekable: true,
            media: MediaWords {
                video_codec: "H.264 High 4.0".to_owned(),
                video_size: Some((1920, 1080)),
                fps: Some(24.0),
                audio_codec: "AAC LC".to_owned(),
                audio_decoder: "avdec_aac".to_owned(),
                ..MediaWords::default()
            },
        },
        PlaybackEvent::Frames(6051, 0),
        PlaybackEvent::Pictures(Pictures {
            late: 0,
            wait_ms: Some(4.0),
            apart_ms: (0..120).map(|n| if n % 50 == 40 { 71.0 } else { 40.5 + (n * 7 % 5) as f32 }).collect(),
            colour: "I420, 8 bit, BT.709, limited range".to_owned(),
            light: String::new(),
        }),
        PlaybackEvent::Tracks(vec![
            track(TrackKind::Sound, 0, "English", "AAC, stereo", true),
            track(TrackKind::Sound, 1, "Commentary", "Opus, stereo", false),
            track(TrackKind::Subtitle, 0, "English", "SRT", true),
            track(TrackKind::Subtitle, 1, "Deutsch", "SRT", false),
        ]),
        PlaybackEvent::Position(Duration::from_secs(252)),
        PlaybackEvent::Frames(6051, 0),
    ];
    for event in events {
        state.apply(Event::Playing(event));
    }
    let mut watch = Watch::default();
    for step in 0..240_u32 {
        let mut past = snapshot();
        past.at = 192.6 + f64::from(step) * 0.25;
        if past.at < 230.0 {
            let beta = &mut past.sources[1];
            (beta.rate_bps, beta.capacity_bps, beta.share, beta.rtt_ms) =
                (5.6e6, Some(5.6e6), 0.27, Some(18.0));
            past.sources[2].share = 0.14;
            past.sources[3].share = 0.11;
        }
        if past.at < 212.0 {
            let delta = &mut past.sources[3];
            (delta.rate_bps, delta.capacity_bps, delta.state) = (0.0, None, "joining".to_owned());
        }
        past.cache.ahead_bytes = (10 << 20) + (u64::from(step) << 18);
        let viewer = state.playback.as_ref().map(verdict::viewer);
        past.verdicts = watch.take(&past, &[], viewer.as_ref());
        state.apply(Event::Measured { number: 1, snapshot: Arc::new(past) });
    }
    let mut now = snapshot();
    let viewer = state.playback.as_ref().map(verdict::viewer);
    now.verdicts = watch.take(&now, &[], viewer.as_ref());
    state.apply(Event::Measured { number: 1, snapshot: Arc::new(now) });
    state.apply(Event::Logged { number: 1, entries: log() });
    state
}

/// The playback of [`playing`].
pub fn playback() -> Playback {
    playing().playback.expect("the fixture plays")
}

/// Changes the numbers of a playback, and has them judged as if they had been so for a while.
pub fn edit_snapshot(playback: &mut Playback, edit: impl FnOnce(&mut Snapshot)) {
    let mut snapshot = snapshot();
    edit(&mut snapshot);
    playback.snapshot = Some(Arc::new(snapshot.clone()));
    let (viewer, at) = (verdict::viewer(playback), snapshot.at);
    let mut watch = Watch::default();
    for step in 0..40 {
        snapshot.at = at - 8.0 + f64::from(step) * 0.2;
        snapshot.verdicts = watch.take(&snapshot, &[], Some(&viewer));
    }
    snapshot.at = at;
    playback.snapshot = Some(Arc::new(snapshot));
}

/// Sets the rate that arrives to `factor` times the need.
pub fn set_rate(playback: &mut Playback, factor: f64) {
    let needed = playback.needed_bps().expect("its length is known");
    edit_snapshot(playback, |snapshot| snapshot.rate_bps = needed * factor);
}
