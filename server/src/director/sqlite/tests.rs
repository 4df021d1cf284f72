//! Leases in time: what lapses, what is told of it, and what is kept.

use tributary_core::directory::{LEASE_SECONDS, MediaFacts, Registration, Renewal, Title, Track};
use tributary_core::geometry::StreamId;

use super::*;

const START: Now = Now { ms: 1_000_000_000_000 };

fn after(seconds: u64) -> Now {
    START.plus_seconds(seconds)
}

async fn store() -> (SqliteStore, tempfile::TempDir) {
    let state = tempfile::tempdir().unwrap();
    (SqliteStore::open(&state.path().join("below/d.db")).await.unwrap(), state)
}

fn title(byte: u8) -> Title {
    Title {
        catalog: "Films".into(),
        name: format!("film {byte}"),
        title: format!("Film {byte}"),
        stream: StreamId([byte; 32]),
        size: 9,
        file_name: "f.mp4".into(),
        year: None,
        description: String::new(),
        tags: Vec::new(),
        media: MediaFacts::default(),
        poster: false,
        servers: Vec::new(),
        added_at: 0,
    }
}

fn table(instance: &str, port: u16, titles: &[Title]) -> Registration {
    Registration {
        address: format!("10.0.0.1:{port}"),
        instance: instance.into(),
        titles: titles.to_vec(),
        parts: Vec::new(),
    }
}

fn streams(bytes: &[u8]) -> Vec<StreamId> {
    bytes.iter().map(|byte| StreamId([*byte; 32])).collect()
}

#[tokio::test]
async fn a_lease_lapses_is_told_once_and_may_run_again() {
    let (store, _state) = store().await;
    let granted = store.register("a".into(), table("i", 1, &[title(1), title(2)]), START).await.unwrap();
    assert_eq!(granted.changed, streams(&[1, 2]));
    assert_eq!(store.servers(after(LEASE_SECONDS - 1)).await.unwrap().len(), 1);
    assert_eq!(store.sweep(after(LEASE_SECONDS - 1)).await.unwrap(), []);

    let lapsed = after(LEASE_SECONDS + 1);
    assert!(store.servers(lapsed).await.unwrap().is_empty());
    assert!(store.catalogs(lapsed).await.unwrap().is_empty());
    assert_eq!(store.sources(StreamId([1; 32]), lapsed).await.unwrap().unwrap().sources, []);
    assert_eq!(store.sweep(lapsed).await.unwrap(), streams(&[1, 2]));
    assert_eq!(store.sweep(lapsed).await.unwrap(), []);

    let renewal = Renewal { instance: "i".into(), fence: granted.grant.fence, load: None };
    let again = store.renew("a".into(), renewal.clone(), after(60)).await.unwrap();
    assert_eq!(again.changed, streams(&[1, 2]), "it is back, and that is told");
    assert_eq!(store.renew("a".into(), renewal, after(61)).await.unwrap().changed, []);
}

#[tokio::test]
async fn a_lapsed_name_may_be_taken_and_the_old_one_is_fenced() {
    let (store, _state) = store().await;
    let first = store.register("a".into(), table("i", 1, &[title(1)]), START).await.unwrap();
    let taken = store.register("a".into(), table("j", 2, &[title(1)]), after(5)).await;
    assert!(matches!(taken, Err(StoreError::NameTaken { .. })));
    let second = store.register("a".into(), table("j", 2, &[title(1)]), after(16)).await.unwrap();
    assert!(second.grant.fence > first.grant.fence);
    assert_eq!(second.changed, streams(&[1]), "another address for the same stream");
    let old = Renewal { instance: "i".into(), fence: first.grant.fence, load: None };
    assert!(matches!(store.renew("a".into(), old, after(17)).await, Err(StoreError::Fenced(_))));
}

#[tokio::test]
async fn only_what_changed_is_told() {
    let (store, _state) = store().await;
    store.register("a".into(), table("i", 1, &[title(1), title(2)]), START).await.unwrap();
    let granted = store.register("a".into(), table("i", 1, &[title(2), title(3)]), after(1)).await.unwrap();
    assert_eq!(granted.changed, streams(&[1, 3]));
    let same = store.register("a".into(), table("i", 1, &[title(2), title(3)]), after(2)).await.unwrap();
    assert_eq!(same.changed, []);
}

#[tokio::test]
async fn a_server_without_facts_takes_none_away_and_a_title_keeps_its_age() {
    let (store, _state) = store().await;
    let mut known = title(1);
    known.media = MediaFacts { duration_ms: 5, tracks: vec![Track::default()], ..MediaFacts::default() };
    store.register("a".into(), table("i", 1, &[known]), START).await.unwrap();
    store.register("b".into(), table("j", 2, &[title(1)]), after(9)).await.unwrap();
    let found = store.title("Films".into(), "film 1".into(), after(9)).await.unwrap().unwrap();
    assert_eq!(found.media.duration_ms, 5);
    assert_eq!(found.added_at, START.ms as u64 / 1000);
    assert_eq!(found.servers, ["a", "b"]);
}

#[tokio::test]
async fn a_restart_of_the_director_keeps_leases_and_long_gone_servers_are_forgotten() {
    let (store, state) = store().await;
    let granted = store.register("a".into(), table("i", 1, &[title(1)]), START).await.unwrap();
    drop(store);
    let store = SqliteStore::open(&state.path().join("below/d.db")).await.unwrap();
    assert_eq!(store.servers(after(3)).await.unwrap()[0].name, "a");
    store.sweep(after(3600)).await.unwrap();
    let renewal = Renewal { instance: "i".into(), fence: granted.grant.fence, load: None };
    let forgotten = store.renew("a".into(), renewal, after(3600)).await;
    assert!(matches!(forgotten, Err(StoreError::UnknownServer(_))));
    assert!(
        store.sources(StreamId([1; 32]), after(3600)).await.unwrap().is_some(),
        "its titles keep their age"
    );
}

#[tokio::test]
async fn the_stream_that_most_servers_hold_has_the_name() {
    let (store, _state) = store().await;
    let mut other = title(2);
    other.name = "film 1".into();
    store.register("a".into(), table("i", 1, &[title(1)]), START).await.unwrap();
    store.register("b".into(), table("j", 2, std::slice::from_ref(&other)), after(1)).await.unwrap();
    let now = after(2);
    let held = |title: Option<Title>| title.unwrap().stream;
    assert_eq!(held(store.title("Films".into(), "film 1".into(), now).await.unwrap()), StreamId([1; 32]));
    store.register("c".into(), table("k", 3, &[other]), now).await.unwrap();
    assert_eq!(held(store.title("Films".into(), "film 1".into(), now).await.unwrap()), StreamId([2; 32]));
}

#[tokio::test]
async fn a_director_keeps_no_more_servers_than_it_takes() {
    let (store, _state) = store().await;
    sqlx::query(
        "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
         INSERT INTO servers (name, address, instance, fence, lease_until_ms, live)
             SELECT 's' || n, 'h:1', 'i', n, ?, 1 FROM number",
    )
    .bind(change::MAX_SERVERS)
    .bind(after(15).ms)
    .execute(&store.writer)
    .await
    .unwrap();
    let refused = store.register("one more".into(), table("i", 1, &[]), START).await;
    assert!(matches!(refused, Err(StoreError::TooManyServers(_))));
    let again = Registration { address: "h:1".into(), ..table("i", 1, &[]) };
    assert!(store.register("s7".into(), again, START).await.is_ok(), "a known one may go on");
}

#[tokio::test]
async fn a_crowd_of_players_keeps_no_lease_from_being_renewed() {
    let (store, _state) = store().await;
    let granted = store.register("a".into(), table("i", 1, &[title(1)]), START).await.unwrap();
    let mut crowd = Vec::new();
    for _ in 0..MAX_READING_CONNECTIONS {
        crowd.push(store.readers.acquire().await.unwrap());
    }
    assert!(store.readers.try_acquire().is_none());
    let renewal = Renewal { instance: "i".into(), fence: granted.grant.fence, load: None };
    store.renew("a".into(), renewal, after(1)).await.unwrap();
}

#[tokio::test]
async fn each_title_of_a_long_page_has_its_own_servers_and_poster() {
    let (store, _state) = store().await;
    let films: Vec<Title> = (0..=255).map(title).collect();
    let poster = |film: &Title| Title { poster: film.stream.0[0].is_multiple_of(3), ..film.clone() };
    let with_posters: Vec<Title> = films.iter().map(poster).collect();
    store.register("b".into(), table("i", 1, &films), START).await.unwrap();
    store.register("a".into(), table("j", 2, &with_posters[..200]), START).await.unwrap();
    let query = TitleQuery { catalog: None, limit: 500, ..TitleQuery::default() };
    let page = store.titles(query, after(1)).await.unwrap();
    assert_eq!((page.total, page.titles.len()), (256, 256));
    for title in page.titles {
        let byte = title.stream.0[0];
        let holders: &[&str] = if byte < 200 { &["a", "b"] } else { &["b"] };
        assert_eq!(title.servers, holders, "{}", title.name);
        assert_eq!(title.poster, byte < 200 && byte.is_multiple_of(3), "{}", title.name);
    }
}
