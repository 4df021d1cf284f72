//! Counters of a director, and the text that Prometheus reads.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Failure;
use crate::director::Director;
use crate::director::store::Now;
use crate::net::metrics::Text;

/// Kinds of answers, by the first digit of their status: a number for each, so that nobody can make more.
const KINDS: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Answers since the start, by kind.
#[derive(Debug, Default)]
pub(in crate::director) struct Answers([AtomicU64; KINDS.len()]);

/// Counts every answer.
pub(super) async fn count(State(director): State<Director>, request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    let kind = usize::from(answer.status().as_u16() / 100).saturating_sub(1);
    if let Some(counter) = director.answers.0.get(kind) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    answer
}

pub(super) async fn metrics(State(director): State<Director>) -> Result<Response, Failure> {
    let now = Now::read();
    let servers = director.store.servers(now).await?;
    let relays = director.store.relays(now).await?;
    let titles: u64 = director.store.catalogs(now).await?.iter().map(|catalog| catalog.titles).sum();
    let mut text = Text::default();
    let labels = KINDS.map(|kind| format!("{{status=\"{kind}\"}}"));
    let rows: Vec<(&str, u64)> = labels
        .iter()
        .zip(&director.answers.0)
        .map(|(label, count)| (label.as_str(), count.load(Ordering::Relaxed)))
        .collect();
    text.metric("answers_total", "counter", "Requests answered, by kind of status.", &rows);
    let mut now = |name: &str, help: &str, value: u64| text.metric(name, "gauge", help, &[("", value)]);
    now("servers", "Content servers whose lease runs.", servers.len() as u64);
    now("relays", "Relays whose lease runs.", relays.len() as u64);
    now("titles", "Titles that somebody holds.", titles);
    now("event_listeners", "Players that are told of changes.", director.changes.receiver_count() as u64);
    let shown = text.into_string();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], shown).into_response())
}
