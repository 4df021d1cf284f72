//! The requests over a real socket.

use std::sync::Arc;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tributary_core::directory::*;

use super::router;
use crate::director::Director;
use crate::director::sqlite::SqliteStore;

struct Running {
    url: String,
    client: Client,
    stop: CancellationToken,
    _state: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn start() -> Running {
    let state = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&state.path().join("d.db")).await.unwrap();
    let (listener, local) = crate::net::listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let stop = CancellationToken::new();
    let director = Director {
        name: "here".into(),
        store: Arc::new(store),
        changes: broadcast::Sender::new(16),
        answers: Arc::default(),
        tables: Arc::new(tokio::sync::Semaphore::new(2)),
        stop: stop.clone(),
    };
    let limits = crate::net::limits::ConnectionLimits::new(64, 64);
    tokio::spawn(crate::net::http::serve(listener, router(director), limits, stop.clone()));
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    Running { url: format!("http://{local}/v1"), client, stop, _state: state }
}

impl Running {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or(Value::Null))
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> T {
        let (status, body) = self.ask(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        serde_json::from_value(body).unwrap()
    }

    async fn register(
        &self,
        name: &str,
        instance: &str,
        address: &str,
        titles: &[Value],
    ) -> (StatusCode, Value) {
        let table = json!({ "address": address, "instance": instance, "titles": titles });
        self.ask(Method::PUT, &format!("/servers/{name}"), Some(table)).await
    }
}

fn hash(byte: u8) -> String {
    tributary_core::geometry::StreamId([byte; 32]).to_string()
}

fn film(catalog: &str, name: &str, byte: u8) -> Value {
    json!({ "catalog": catalog, "name": name, "title": format!("The {name}"), "stream": hash(byte), "size": 1000,
            "file_name": format!("{name}.mp4"), "tags": ["Noir"], "poster": byte == 1 })
}

#[tokio::test]
async fn titles_are_listed_searched_sorted_and_paged() {
    let director = start().await;
    let films = [film("Films", "Zebra", 1), film("Films", "apple 100%", 2), film("Shows", "Middle", 3)];
    assert_eq!(director.register("alpha", "i1", "127.0.0.1:9", &films).await.0, StatusCode::OK);
    assert_eq!(director.register("beta", "i2", "127.0.0.1:8", &films[..1]).await.0, StatusCode::OK);

    let catalogs: Catalogs = director.get("/catalogs").await;
    assert_eq!(catalogs.director, "here");
    let counts: Vec<_> = catalogs.catalogs.iter().map(|entry| (entry.name.as_str(), entry.titles)).collect();
    assert_eq!(counts, [("Films", 2), ("Shows", 1)]);

    let names = async |query: &str| {
        let page: TitlePage = director.get(query).await;
        (page.total, page.titles.into_iter().map(|title| title.name).collect::<Vec<_>>())
    };
    assert_eq!(names("/titles").await, (3, vec!["apple 100%".into(), "Middle".into(), "Zebra".into()]));
    assert_eq!(names("/titles?search=APPLE").await.0, 1);
    assert_eq!(names("/titles?search=noir").await.0, 3);
    assert_eq!(names("/titles?search=0%25").await.0, 1, "a per cent sign is a per cent sign");
    assert_eq!(names("/titles?search=_").await.0, 0);
    assert_eq!(names("/titles?offset=1&limit=1").await, (3, vec!["Middle".into()]));
    assert_eq!(names("/catalogs/Films/titles?sort=added").await.0, 2);

    let tags: Tags = director.get("/tags").await;
    assert_eq!(tags.tags, [TagEntry { tag: "Noir".into(), titles: 3 }]);

    let title: Title = director.get("/catalogs/Films/titles/Zebra").await;
    assert_eq!((title.servers, title.poster), (vec!["alpha".to_owned(), "beta".to_owned()], true));
    let found: Lookup = director.get("/lookup?name=Zebra.mp4&size=1000").await;
    assert_eq!(found.titles.len(), 1);
    let found: Lookup = director.get("/lookup?name=Zebra.mp4&size=1001").await;
    assert_eq!(found.titles.len(), 0);
    let servers: Servers = director.get("/servers").await;
    assert_eq!(servers.servers[0].streams, 3);
    let poster =
        director.client.get(format!("{}/streams/{}/poster", director.url, hash(1))).send().await.unwrap();
    assert_eq!(poster.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(poster.headers()["location"], format!("http://127.0.0.1:9/posters/{}", hash(1)));
}

#[tokio::test]
async fn titles_are_narrowed_by_tag_length_picture_and_subtitles() {
    let director = start().await;
    let film = |name: &str, byte, tags: &[&str], minutes: u64, height: u32, words: bool| {
        let kinds = if words { vec!["video", "subtitle"] } else { vec!["video"] };
        let tracks: Vec<_> = kinds.into_iter().map(|kind| json!({ "kind": kind })).collect();
        json!({ "catalog": "Films", "name": name, "title": name, "stream": hash(byte), "size": 1000, "tags": tags,
                "media": { "duration_ms": minutes * 60_000, "width": height / 9 * 16, "height": height, "tracks": tracks } })
    };
    let films = [
        film("Short", 1, &["Noir", "noir", "Comedy"], 20, 480, false),
        film("Long", 2, &["NOIR"], 150, 2160, true),
        film("Unknown", 3, &[], 0, 720, false),
    ];
    assert_eq!(director.register("alpha", "i1", "127.0.0.1:9", &films).await.0, StatusCode::OK);
    let names = async |query: &str| {
        let page: TitlePage = director.get(&format!("/titles?{query}")).await;
        assert_eq!(page.total, page.titles.len() as u64);
        page.titles.into_iter().map(|title| title.name).collect::<Vec<_>>()
    };
    assert_eq!(names("tag=noir").await, ["Long", "Short"]);
    assert_eq!(names("tag=oir").await.len(), 0, "a tag is the whole tag");
    assert_eq!(names("max_seconds=1800").await, ["Short"]);
    assert_eq!(names("min_seconds=7200").await, ["Long"]);
    assert_eq!(names("max_seconds=99999").await.len(), 2, "an unknown length is neither short nor long");
    assert_eq!(names("min_lines=720").await, ["Long", "Unknown"]);
    assert_eq!(names("subtitles=true").await, ["Long"]);
    assert_eq!(names("tag=Noir&min_lines=1080&subtitles=true&search=lo").await, ["Long"]);
    let digits = |byte| hash(byte)[..16].to_owned();
    assert_eq!(names(&format!("without={}", digits(2))).await, ["Short", "Unknown"]);
    assert_eq!(names(&format!("without={},{}", digits(1), digits(3).to_uppercase())).await, ["Long"]);
    for wrong in ["12", "x'", &digits(1)[..15], &vec![digits(1); 501].join(",")] {
        let address = format!("{}/titles?without={wrong}", director.url);
        let status = director.client.get(address).send().await.unwrap().status();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let tags = async |path: &str| {
        let tags: Tags = director.get(path).await;
        tags.tags.into_iter().map(|entry| (entry.tag, entry.titles)).collect::<Vec<_>>()
    };
    assert_eq!(tags("/tags?catalog=Films").await, [("NOIR".to_owned(), 2), ("Comedy".to_owned(), 1)]);
    assert_eq!(tags("/tags?catalog=Shows").await, []);

    // A server that knows less keeps the facts; other tags take the place of those before.
    let mut bare = film("Short", 1, &["Drama"], 0, 0, false);
    bare["media"] = json!({});
    assert_eq!(director.register("beta", "i2", "127.0.0.1:8", &[bare]).await.0, StatusCode::OK);
    assert_eq!(names("max_seconds=1800&tag=drama").await, ["Short"]);
    assert_eq!(tags("/tags").await, [("Drama".to_owned(), 1), ("NOIR".to_owned(), 1)]);
}

#[tokio::test]
async fn a_name_belongs_to_one_server_at_a_time() {
    let director = start().await;
    let (_, grant) = director.register("alpha", "i1", "127.0.0.1:9", &[]).await;
    let (status, problem) = director.register("alpha", "i2", "127.0.0.1:10", &[]).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("name_taken")));
    assert!(problem["message"].as_str().unwrap().contains("127.0.0.1:9"));

    let renew = async |instance: &str, fence: &Value| {
        director
            .ask(Method::POST, "/servers/alpha/lease", Some(json!({ "instance": instance, "fence": fence })))
            .await
    };
    assert_eq!(renew("i1", &grant["fence"]).await.0, StatusCode::OK);
    let (status, second) = director.register("alpha", "i3", "127.0.0.1:9", &[]).await;
    assert_eq!(status, StatusCode::OK, "a restart at the same address takes over at once");
    assert!(second["fence"].as_u64() > grant["fence"].as_u64());
    assert_eq!(renew("i1", &grant["fence"]).await.0, StatusCode::CONFLICT);
    assert_eq!(renew("i3", &second["fence"]).await.0, StatusCode::OK);

    assert_eq!(
        director.ask(Method::DELETE, "/servers/alpha?instance=i1", None).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        director.ask(Method::DELETE, "/servers/alpha?instance=i3", None).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(renew("i3", &second["fence"]).await.0, StatusCode::NOT_FOUND);
    assert_eq!(director.register("alpha", "i2", "127.0.0.1:10", &[]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn changes_of_sources_are_told_at_once() {
    let director = start().await;
    let films = [film("Films", "Zebra", 1)];
    let events = format!("{}/streams/{}/events", director.url, hash(1));
    assert_eq!(director.client.get(&events).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    director.register("alpha", "i1", "127.0.0.1:9", &films).await;

    let mut answer = director.client.get(&events).send().await.unwrap();
    let mut next = async || {
        let mut text = String::new();
        while !text.ends_with("\n\n") {
            text.push_str(std::str::from_utf8(&answer.chunk().await.unwrap().unwrap()).unwrap());
        }
        let data = text.strip_prefix("event: sources\ndata: ").unwrap();
        let sources: StreamSources = serde_json::from_str(data.trim()).unwrap();
        sources.sources.into_iter().map(|source| source.name).collect::<Vec<_>>()
    };
    assert_eq!(next().await, ["alpha"]);
    director.register("beta", "i2", "127.0.0.1:8", &films).await;
    assert_eq!(next().await, ["alpha", "beta"]);
    // Of no concern to this stream: nothing is told.
    director.register("gamma", "i3", "127.0.0.1:7", &[film("Films", "Other", 2)]).await;
    director.register("beta", "restarted", "127.0.0.1:8", &films).await;
    assert_eq!(next().await, ["alpha", "beta"]);
    director.ask(Method::DELETE, "/servers/alpha?instance=i1", None).await;
    assert_eq!(next().await, ["beta"]);
}

#[tokio::test]
async fn every_refusal_is_a_problem() {
    let director = start().await;
    let long = json!({ "instance": "x".repeat(70_000), "fence": 1 });
    for (method, path, body, status) in [
        (Method::GET, "/nothing", None, 404),
        (Method::POST, "/catalogs", None, 405),
        (Method::GET, "/streams/xyz/sources", None, 400),
        (Method::GET, "/titles?limit=many", None, 400),
        (Method::GET, "/titles?order=1", None, 400),
        (Method::GET, "/catalogs/a/titles/b", None, 404),
        (Method::PUT, "/servers/alpha", Some(json!({ "address": "h:1" })), 400),
        (Method::PUT, "/servers/%01", Some(json!({ "address": "h:1", "instance": "i", "titles": [] })), 422),
        (Method::PUT, "/servers/a", Some(json!({ "address": "h", "instance": "i", "titles": [] })), 422),
        (Method::POST, "/servers/alpha/lease", Some(json!({ "instance": "i", "fence": 1 })), 404),
        (Method::POST, "/servers/alpha/lease", Some(long), 413),
        (Method::DELETE, "/servers/alpha", None, 400),
    ] {
        let (found, problem) = director.ask(method, path, body).await;
        assert_eq!(found.as_u16(), status, "{path}: {problem}");
        let problem: Problem = serde_json::from_value(problem).expect(path);
        assert!(!problem.code.is_empty() && !problem.message.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_operators_page_shows_what_servers_do_and_runs_nothing() {
    let director = start().await;
    let films = [film("Films", "Zebra", 1), film("<b>Shows</b>", "Middle", 3)];
    let (_, granted) = director.register("al<i>pha", "i1", "127.0.0.1:9", &films).await;
    let load = json!({ "connections": 3, "sent_bps": 8_900_000, "limit_bps": 10_000_000,
                       "serving": [{ "stream": hash(1), "readers": 2 }] });
    let renewal = json!({ "instance": "i1", "fence": granted["fence"], "load": load });
    let renewed = director.ask(Method::POST, "/servers/al%3Ci%3Epha/lease", Some(renewal)).await;
    assert_eq!(renewed.0, StatusCode::OK, "{}", renewed.1);
    let servers: Servers = director.get("/servers").await;
    assert_eq!(servers.servers[0].load.as_ref().unwrap().serving[0].readers, 2);

    let root = director.url.trim_end_matches("/v1");
    let page = director.client.get(format!("{root}/")).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'nonce-"), "{policy}");
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let page = page.text().await.unwrap();
    let nonce = policy.split("nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(page.contains(&format!("<style nonce=\"{nonce}\">")), "{page}");
    for told in ["al&lt;i&gt;pha", "The Zebra", "8.9 Mbit/s", "89 % of 10.0 Mbit/s", "&lt;b&gt;Shows"] {
        assert!(page.contains(told), "{told} in {page}");
    }

    let health = director.client.get(format!("{root}/health")).send().await.unwrap();
    assert_eq!(health.json::<Value>().await.unwrap()["servers"], 1);
    let metrics = director.client.get(format!("{root}/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(
        metrics.contains("tributary_servers 1\n") && metrics.contains("tributary_titles 2\n"),
        "{metrics}"
    );
    assert!(metrics.contains("tributary_answers_total{status=\"2xx\"} "), "{metrics}");
}
