//! The OpenAPI document against what is served, and against the types that players and content servers
//! are built with.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tributary_core::directory::*;
use tributary_core::geometry::StreamId;

use super::{OPENAPI, ROUTES};

fn document() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

#[test]
fn every_path_is_described_and_every_described_path_is_served() {
    let document = document();
    let described: BTreeSet<&str> =
        document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let served: BTreeSet<&str> = ROUTES.iter().map(|(path, _)| *path).collect();
    assert_eq!(described, served);
}

#[test]
fn every_reference_leads_to_a_schema_and_every_schema_is_used() {
    let document = document();
    let names: BTreeSet<String> =
        document["components"]["schemas"].as_object().unwrap().keys().cloned().collect();
    let used: BTreeSet<String> = OPENAPI
        .split("\"#/components/schemas/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, used);
}

/// Checks that a value with every field filled has just the schema's properties, each of its type, and
/// that just the required ones can't be left out.
fn agrees<T: Serialize + DeserializeOwned>(schema: &str, filled: &T) {
    let document = document();
    let schema_value = &document["components"]["schemas"][schema];
    let value = serde_json::to_value(filled).unwrap();
    let properties = schema_value["properties"].as_object().unwrap();
    let fields = value.as_object().unwrap();
    let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(properties), names(fields), "{schema}");
    let required: BTreeSet<&str> =
        schema_value["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    for (name, property) in properties {
        let field = &fields[name];
        let fits = match property["type"].as_str() {
            Some("string") => field.is_string(),
            Some("integer") => field.is_u64(),
            Some("number") => field.is_number(),
            Some("boolean") => field.is_boolean(),
            Some("array") => field.as_array().is_some_and(|list| !list.is_empty()),
            _ => property["$ref"].is_string() && field.is_object(),
        };
        assert!(fits, "{schema}.{name} is {field}, and described as {property}");
        let mut without = fields.clone();
        without.remove(name);
        let read = serde_json::from_value::<T>(Value::Object(without));
        assert_eq!(read.is_err(), required.contains(name.as_str()), "whether {schema}.{name} is required");
    }
}

#[test]
fn every_schema_agrees_with_its_type() {
    let stream = StreamId([7; 32]);
    let text = || String::from("text");
    let track = Track { kind: text(), codec: text(), language: text(), title: text(), channels: 2 };
    let chapter = Chapter { start_ms: 1, title: text() };
    let media = MediaFacts {
        duration_ms: 1,
        width: 2,
        height: 3,
        fps: 4.0,
        container: text(),
        tracks: vec![track.clone()],
        chapters: vec![chapter.clone()],
    };
    let title = Title {
        catalog: text(),
        name: text(),
        title: text(),
        stream,
        size: 1,
        file_name: text(),
        year: Some(1999),
        description: text(),
        tags: vec![text()],
        media: media.clone(),
        poster: true,
        servers: vec![text()],
        added_at: 1,
    };
    let titles = vec![title.clone()];
    let route = RouteEntry { name: text(), address: text() };
    let source =
        SourceEntry { name: text(), address: text(), ranges: vec![(1, 2)], routes: vec![route.clone()] };
    let part = PartEntry { stream, ranges: vec![(1, 2)] };
    let served = ServedStream { stream, readers: 1 };
    let load = ServerLoad { connections: 1, sent_bps: 2, limit_bps: Some(3), serving: vec![served.clone()] };
    let relay = RelayEntry {
        name: text(),
        address: text(),
        reaches: vec![text()],
        lease_ms: 2,
        load: Some(load.clone()),
    };
    let server =
        ServerEntry { name: text(), address: text(), streams: 1, lease_ms: 2, load: Some(load.clone()) };
    let catalog = CatalogEntry { name: text(), titles: 1 };
    agrees("Track", &track);
    agrees("Chapter", &chapter);
    agrees("MediaFacts", &media);
    agrees("Title", &title);
    agrees("TitlePage", &TitlePage { total: 1, offset: 0, titles: titles.clone() });
    agrees("Lookup", &Lookup { titles: titles.clone() });
    agrees("SourceEntry", &source);
    agrees("StreamSources", &StreamSources { stream, size: 1, sources: vec![source] });
    agrees("ServerEntry", &server);
    agrees("Servers", &Servers { servers: vec![server] });
    agrees("CatalogEntry", &catalog);
    let tag = TagEntry { tag: text(), titles: 1 };
    agrees("TagEntry", &tag);
    agrees("Tags", &Tags { tags: vec![tag] });
    agrees("Catalogs", &Catalogs { director: text(), catalogs: vec![catalog] });
    agrees("RouteEntry", &route);
    agrees("PartEntry", &part);
    agrees("Registration", &Registration { address: text(), instance: text(), titles, parts: vec![part] });
    agrees("RelayEntry", &relay);
    agrees("Relays", &Relays { relays: vec![relay] });
    let relay = RelayRegistration { address: text(), instance: text(), reaches: vec![text()] };
    agrees("RelayRegistration", &relay);
    agrees("LeaseGrant", &LeaseGrant { lease_seconds: 15, fence: 1 });
    agrees("ServedStream", &served);
    agrees("ServerLoad", &load);
    agrees("Renewal", &Renewal { instance: text(), fence: 1, load: Some(load) });
    agrees("Problem", &Problem { code: text(), message: text() });
}
