//! What director, content server and player tell each other in JSON under `/v1`.
//!
//! The director's OpenAPI document describes the same types; the server crate checks that both
//! agree.

use serde::{Deserialize, Serialize};

use crate::geometry::StreamId;

/// Lease of a content server's table of contents or of a relay, in seconds.
pub const LEASE_SECONDS: u64 = 15;
/// How often a content server renews its lease, in seconds.
pub const RENEW_SECONDS: u64 = 5;
/// Catalog of files that lie at the root of a content directory.
pub const ROOT_CATALOG: &str = "Library";

/// A track inside a title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// `video`, `audio` or `subtitle`.
    pub kind: String,
    /// Codec in words, for example `H.264`; empty where unknown.
    #[serde(default)]
    pub codec: String,
    /// Language, as in the file (`en`, `deu`); empty where unknown.
    #[serde(default)]
    pub language: String,
    /// The track's own title; empty where it has none.
    #[serde(default)]
    pub title: String,
    /// Channels of a sound track; 0 where unknown.
    #[serde(default)]
    pub channels: u32,
}

/// Most chapters told of a title.
pub const MAX_CHAPTERS: usize = 256;

/// A chapter of a film.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// Where it begins, in milliseconds.
    pub start_ms: u64,
    /// Its name; empty where it has none.
    #[serde(default)]
    pub title: String,
}

/// What is known of a stream as a film.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MediaFacts {
    /// Length in milliseconds; 0 where unknown.
    #[serde(default)]
    pub duration_ms: u64,
    /// Width of the picture in pixels; 0 where there is none.
    #[serde(default)]
    pub width: u32,
    /// Height of the picture in pixels; 0 where there is none.
    #[serde(default)]
    pub height: u32,
    /// Frames a second; 0 where unknown.
    #[serde(default)]
    pub fps: f64,
    /// Container in words, for example `Matroska`.
    #[serde(default)]
    pub container: String,
    /// Tracks, in the file's order.
    #[serde(default)]
    pub tracks: Vec<Track>,
    /// Chapters, in the order of the film; at most [`MAX_CHAPTERS`].
    #[serde(default)]
    pub chapters: Vec<Chapter>,
}

/// One title: a stream with its name and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Title {
    /// The catalog that lists it.
    pub catalog: String,
    /// Name inside its catalog, as used in `CATALOG/TITLE`: the file's name without its ending.
    pub name: String,
    /// Name to show; the same as `name` where nobody gave another.
    pub title: String,
    /// The stream.
    pub stream: StreamId,
    /// Bytes of the stream.
    pub size: u64,
    /// File name with its ending, for look-up by name and for MIME types.
    #[serde(default)]
    pub file_name: String,
    /// Year, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// A few sentences, where given.
    #[serde(default)]
    pub description: String,
    /// Tags, where given.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What the media library found out.
    #[serde(default)]
    pub media: MediaFacts,
    /// Whether a poster can be had at `/v1/streams/{hash}/poster`.
    #[serde(default)]
    pub poster: bool,
    /// Names of the content servers that hold it now. Filled by the director only.
    #[serde(default)]
    pub servers: Vec<String>,
    /// When the director first heard of it, in seconds since 1970. Filled by the director only.
    #[serde(default)]
    pub added_at: u64,
}

/// Answer to `GET /v1/catalogs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogs {
    /// The director's own name, to show.
    #[serde(default)]
    pub director: String,
    /// All catalogs, by name.
    pub catalogs: Vec<CatalogEntry>,
}

/// One catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// Its name.
    pub name: String,
    /// How many titles it lists.
    pub titles: u64,
}

/// Answer to `GET /v1/tags?catalog=`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags {
    /// The tags of most titles first.
    pub tags: Vec<TagEntry>,
}

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagEntry {
    /// The tag, as one of its titles has it.
    pub tag: String,
    /// How many titles have it.
    pub titles: u64,
}

/// Answer to `GET /v1/titles` and `GET /v1/catalogs/{catalog}/titles`
/// (`?search=&tag=&min_seconds=&max_seconds=&min_lines=&subtitles=&sort=name|added&offset=&limit=`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TitlePage {
    /// How many titles match in all.
    pub total: u64,
    /// Place of the first one of this page.
    pub offset: u64,
    /// This page.
    pub titles: Vec<Title>,
}

/// Answer to `GET /v1/streams/{hash}/sources`, and the data of each `sources` event of
/// `GET /v1/streams/{hash}/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamSources {
    /// The stream.
    pub stream: StreamId,
    /// Bytes of the stream.
    pub size: u64,
    /// Who holds it now.
    pub sources: Vec<SourceEntry>,
}

/// One content server that holds a stream (the seed's vector of address, port and path).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceEntry {
    /// The server's name.
    pub name: String,
    /// Where it takes connections: `HOST:PORT`.
    pub address: String,
    /// Byte ranges that it holds, first byte and one past the last; empty where it holds the whole
    /// stream.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<(u64, u64)>,
    /// Relays by which it can be reached as well (76 in the seed's FIG. 11).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<RouteEntry>,
}

/// One relay by which a content server can be reached (72A, 72B in the seed's FIG. 11).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RouteEntry {
    /// The relay's name.
    pub name: String,
    /// Where the relay takes connections: `HOST:PORT`.
    pub address: String,
}

/// Answer to `GET /v1/lookup?name=&size=`: streams by file name and size, as in the seed's request
/// to the director.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lookup {
    /// All that match.
    pub titles: Vec<Title>,
}

/// Answer to `GET /v1/servers`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Servers {
    /// Every server whose lease runs.
    pub servers: Vec<ServerEntry>,
}

/// One registered content server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerEntry {
    /// Its name.
    pub name: String,
    /// Where it takes connections.
    pub address: String,
    /// How many streams it holds.
    pub streams: u64,
    /// Milliseconds until its lease lapses.
    pub lease_ms: u64,
    /// What it does, as it said when it renewed its lease last; none before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<ServerLoad>,
}

/// What a content server or a relay does at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerLoad {
    /// Connections open now.
    pub connections: u64,
    /// Bits a second that it sent since it said so before.
    pub sent_bps: u64,
    /// Most bits a second that it sends; none where it has no such limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_bps: Option<u64>,
    /// Streams that players draw from it now, at most [`MAX_SERVED_TOLD`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serving: Vec<ServedStream>,
}

/// Most streams under way that a server tells of.
pub const MAX_SERVED_TOLD: usize = 100;

/// A stream that players draw from a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServedStream {
    /// The stream.
    pub stream: StreamId,
    /// Connections that have it open.
    pub readers: u64,
}

/// Body of `PUT /v1/servers/{name}`: the whole table of contents (202 in the seed's FIG. 5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Registration {
    /// Where players reach this server: `HOST:PORT`. An unspecified host (`0.0.0.0`) is replaced by
    /// the address the director sees.
    pub address: String,
    /// Random number of this run of the server: tells a restart from a second server of that name.
    pub instance: String,
    /// Everything it holds.
    pub titles: Vec<Title>,
    /// Those streams of which it holds a part only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartEntry>,
}

/// A stream of which a content server holds a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartEntry {
    /// The stream.
    pub stream: StreamId,
    /// Byte ranges that it holds, first byte and one past the last, in order and apart.
    pub ranges: Vec<(u64, u64)>,
}

/// Body of `PUT /v1/relays/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayRegistration {
    /// Where players reach this relay: `HOST:PORT`. An unspecified host (`0.0.0.0`) is replaced by the
    /// address the director sees.
    pub address: String,
    /// Random number of this run of the relay.
    pub instance: String,
    /// Addresses of the content servers it passes connections on to, as these advertise them.
    pub reaches: Vec<String>,
}

/// Answer to `GET /v1/relays`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relays {
    /// Every relay whose lease runs.
    pub relays: Vec<RelayEntry>,
}

/// One registered relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayEntry {
    /// Its name.
    pub name: String,
    /// Where it takes connections.
    pub address: String,
    /// Addresses of the content servers it passes connections on to.
    pub reaches: Vec<String>,
    /// Milliseconds until its lease lapses.
    pub lease_ms: u64,
    /// What it does, as in [`ServerEntry`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<ServerLoad>,
}

/// Answer of a content server to `GET /lookup?stream=` and `GET /lookup?name=&size=`: what it holds of
/// what was asked, where there is no director to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holdings {
    /// The server's name.
    pub server: String,
    /// What it holds, at most 100 files.
    pub holdings: Vec<Holding>,
}

/// One file of a content server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The stream.
    pub stream: StreamId,
    /// Bytes of the stream.
    pub size: u64,
    /// Its file name with its ending.
    pub file_name: String,
    /// Byte ranges that are held, as in [`SourceEntry`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<(u64, u64)>,
}

/// Answer to a registration or a renewal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseGrant {
    /// Seconds the lease runs from now.
    pub lease_seconds: u64,
    /// Fencing number: a renewal with an older one is refused.
    pub fence: u64,
}

/// Body of `POST /v1/servers/{name}/lease`. Answered 404 where the director has forgotten the
/// server (it then registers anew) and 409 where another has taken its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// The server's own instance.
    pub instance: String,
    /// The fencing number it was given.
    pub fence: u64,
    /// What it does now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<ServerLoad>,
}

/// Every answer that is not a success has this body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Short word for programs, for example `not_found`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}
