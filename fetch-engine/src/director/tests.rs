//! The director's client against a small HTTP server that answers what it is told to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tributary_core::directory::{Catalogs, SourceEntry, TitlePage};

use super::*;
use crate::runtime::Runtime;

const HASH: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

/// Answers each connection by `answer(path)`: the bytes after the request, then the connection ends.
/// Returns the address and the paths that were asked.
fn serve(answer: impl Fn(&str, usize) -> Vec<u8> + Send + 'static) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let paths = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream: TcpStream = stream.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    break;
                }
                request.push(byte[0]);
            }
            let text = String::from_utf8(request).unwrap();
            let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
            paths.lock().unwrap().push(path.clone());
            let times = paths.lock().unwrap().iter().filter(|other| **other == path).count();
            // A client that has hung up is a client that has heard enough.
            let _ = stream.write_all(&answer(&path, times));
        }
    });
    (address, asked)
}

fn reply(status: &str, body: &str) -> Vec<u8> {
    let len = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

fn director(address: &str) -> Director {
    let runtime = Arc::new(Runtime::new().unwrap());
    Director::new(runtime, Client::new(http_client().unwrap(), address))
}

fn sources(list: &[(&str, &str)]) -> StreamSources {
    let entry = |(name, address): &(&str, &str)| SourceEntry {
        name: (*name).to_owned(),
        address: (*address).to_owned(),
        ..SourceEntry::default()
    };
    StreamSources { stream: HASH.parse().unwrap(), size: 7, sources: list.iter().map(entry).collect() }
}

#[test]
fn asks_the_paths_of_v1_and_cleans_what_it_shows() {
    let (address, asked) = serve(|path, _| match path {
        "/v1/catalogs" => {
            reply("200 OK", r#"{"director":"d\u001b[1m","catalogs":[{"name":"a\u202eb","titles":2}]}"#)
        }
        _ => reply("200 OK", r#"{"total":0,"offset":0,"titles":[]}"#),
    });
    let director = director(&address);
    let Catalogs { director: name, catalogs } = director.catalogs().unwrap();
    assert_eq!((name.as_str(), catalogs[0].name.as_str()), ("d[1m", "ab"));
    let query = TitleQuery {
        catalog: Some("A/B ü".to_owned()),
        search: "x&y".to_owned(),
        sort: Sort::Added,
        offset: 3,
        limit: 9,
        ..TitleQuery::default()
    };
    assert_eq!(director.titles(query.clone()), Ok(TitlePage::default()));
    let narrowed = TitleQuery {
        tag: Some("Film noir".to_owned()),
        under_seconds: Some(1800),
        least_lines: 1080,
        subtitles: true,
        without: vec![StreamId([0xAB; 32]), StreamId([1; 32])],
        ..query
    };
    assert_eq!(director.titles(narrowed), Ok(TitlePage::default()));
    let titles = "/v1/catalogs/A%2FB%20%C3%BC/titles?search=x%26y&sort=added&offset=3&limit=9";
    let narrowed = "/v1/catalogs/A%2FB%20%C3%BC/titles?search=x%26y&tag=Film+noir&max_seconds=1800\
                    &min_lines=1080&subtitles=true&without=abababababababab%2C0101010101010101&sort=added&offset=3&limit=9";
    assert_eq!(*asked.lock().unwrap(), ["/v1/catalogs", titles, narrowed]);
}

#[test]
fn a_refusal_is_told_in_the_directors_own_words() {
    let (address, _) = serve(|path, _| match path {
        "/v1/servers" => reply("503 Service Unavailable", "busy"),
        _ => reply("404 Not Found", r#"{"code":"not_found","message":"there is no title \"x\""}"#),
    });
    let director = director(&address);
    let name = address.trim_start_matches("http://");
    let missing = director.title("Films", "x").unwrap_err();
    assert_eq!(missing.to_string(), format!("the director at {name} says: there is no title \"x\""));
    let busy = director.servers().unwrap_err();
    assert_eq!(busy.to_string(), format!("the director at {name} answered 503: Service Unavailable"));
}

#[test]
fn what_is_too_long_not_json_or_about_something_else_is_refused() {
    let (address, _) = serve(|path, _| match path {
        "/v1/servers" => reply("200 OK", "<html>"),
        path if path.ends_with("poster") => reply("200 OK", &"x".repeat(MAX_POSTER_BYTES + 1)),
        _ => reply("200 OK", &serde_json::to_string(&sources(&[])).unwrap()),
    });
    let director = director(&address);
    assert!(matches!(director.servers(), Err(DirectorError::Malformed { .. })));
    assert!(matches!(director.poster(HASH.parse().unwrap()), Err(DirectorError::Malformed { .. })));
    assert!(matches!(director.sources(StreamId([1; 32])), Err(DirectorError::Malformed { .. })));
    assert_eq!(director.sources(HASH.parse().unwrap()), Ok(sources(&[])));
}

#[test]
fn nobody_there_is_told_with_the_address() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = director(&free.to_string()).catalogs().unwrap_err().to_string();
    assert!(error.starts_with(&format!("the director at {free} can't be reached: ")), "{error}");
    for address in ["https://x", "ftp://x", "http://", ""] {
        assert!(matches!(director(address).catalogs(), Err(DirectorError::Address(_))), "{address}");
    }
    let named = |address| Client::new(http_client().unwrap(), address).unwrap().name();
    assert_eq!(
        (named("box"), named("http://box"), named("box:80")),
        ("box:7400".into(), "box:80".into(), "box:80".into())
    );
}

#[test]
fn news_come_by_events_and_by_asking_when_those_fail() {
    let event = |list: &StreamSources| {
        format!(": heartbeat\n\nevent: sources\ndata: {}\n\n", serde_json::to_string(list).unwrap())
    };
    let (address, asked) = serve(move |path, times| {
        if path.ends_with("/events") && times == 1 {
            let body = event(&sources(&[("alpha", "h:1")])) + &event(&sources(&[]));
            return reply("200 OK", &body);
        }
        if path.ends_with("/events") || times == 2 {
            return reply("503 Service Unavailable", "");
        }
        reply("200 OK", &serde_json::to_string(&sources(&[("beta", "h:2")])).unwrap())
    });
    let client = Client::new(http_client().unwrap(), &address).unwrap();
    let runtime = Runtime::new().unwrap();
    let news = runtime.block_on(async {
        let (out, mut came) = tokio::sync::mpsc::channel(1);
        tokio::spawn(watch(client, HASH.parse().unwrap(), out));
        let mut news = Vec::new();
        while news.len() < 4 {
            let next = tokio::time::timeout(Duration::from_secs(20), came.recv());
            news.push(next.await.expect("news come within seconds").unwrap());
        }
        news
    });
    assert_eq!(news[0], News::Sources(sources(&[("alpha", "h:1")])));
    assert_eq!(news[1], News::Sources(sources(&[])));
    assert_eq!(news[2], News::Sources(sources(&[("beta", "h:2")])));
    assert!(matches!(&news[3], News::Silent(why) if why.contains("503")), "{:?}", news[3]);
    assert!(asked.lock().unwrap().iter().all(|path| path.starts_with(&format!("/v1/streams/{HASH}/"))));
}
