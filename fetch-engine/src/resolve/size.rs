//! The size of a stream of which the hash is known: content servers are asked, else plain web servers.

use futures_util::future::join_all;
use reqwest::header::CONTENT_LENGTH;
use tributary_core::geometry::StreamId;

use super::{Given, Means};
use crate::director::{ANSWER_TIMEOUT, root_cause};
use crate::engine::OpenError;
use crate::web::look;

/// Asks all sources for the size of the stream and takes what most say. What they say is proved with
/// the first page of hashes.
pub(super) async fn ask(means: &Means<'_>, stream: StreamId, given: &[Given]) -> Result<u64, OpenError> {
    let sources: Vec<String> = given.iter().filter_map(Given::content).collect();
    let mut answers: Vec<(String, Result<u64, String>)> = join_all(
        sources.iter().map(async |address| (address.clone(), ask_one(means.http, stream, address).await)),
    )
    .await;
    if answers.iter().all(|(_, answer)| answer.is_err()) {
        let webs: Vec<_> = given.iter().filter_map(Given::web).collect();
        answers.extend(
            join_all(webs.iter().map(async |web| {
                let look = look(web, means.tls).await;
                (web.url().shown(), look.map(|look| look.size).map_err(|unseen| unseen.why))
            }))
            .await,
        );
    }
    let told: Vec<u64> = answers.iter().filter_map(|(_, answer)| answer.as_ref().ok().copied()).collect();
    let votes = |size: &u64| told.iter().filter(|other| *other == size).count();
    if let Some(size) = told.iter().max_by_key(|size| votes(size)) {
        return Ok(*size);
    }
    let what = |(who, answer): &(String, Result<u64, String>)| {
        answer.as_ref().err().map(|why| format!("{who}: {why}"))
    };
    let why = answers.iter().filter_map(what).collect::<Vec<_>>().join("; ");
    Err(OpenError::SizeUnknown { title: format!("b3:{stream}"), why })
}

async fn ask_one(http: &reqwest::Client, stream: StreamId, address: &str) -> Result<u64, String> {
    let request = http.head(format!("http://{address}/streams/{stream}")).timeout(ANSWER_TIMEOUT);
    let response = request.send().await.map_err(|why| root_cause(&why))?;
    if response.status() == reqwest::StatusCode::NOT_FOUND {
        return Err("it does not hold the title".to_owned());
    }
    let response = response.error_for_status().map_err(|why| root_cause(&why))?;
    let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).ok_or_else(|| "it did not tell the size".to_owned())
}
