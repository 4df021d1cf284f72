//! The size of a stream of which the hash is known: content servers are asked, else plain web servers.

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use tokio::time::timeout;
use tributary_core::geometry::StreamId;

use super::{Given, Means};
use crate::director::ANSWER_TIMEOUT;
use crate::engine::OpenError;
use crate::introduce::Introduction;
use crate::web::look;

/// Asks for the size of the stream; gives the connections on which content servers were asked too.
///
/// The first content server to answer counts: a wrong size can't be proved, so that nothing wrong is ever
/// read. Where there was doubt before, all are heard, and what most say counts.
pub(super) async fn ask(
    means: &Means<'_>,
    stream: StreamId,
    given: &[Given],
) -> Result<(u64, Vec<Introduction>), OpenError> {
    let ways = given.iter().filter_map(Given::way);
    let mut introductions: Vec<Introduction> = ways.map(|way| Introduction::begin(way, stream)).collect();
    let (mut told, mut failed) =
        ask_contents(&mut introductions, stream, means.memory.doubts_size(stream)).await;
    if told.is_empty() {
        let webs: Vec<_> = given.iter().filter_map(Given::web).collect();
        for (web, look) in webs.iter().zip(join_all(webs.iter().map(|web| look(web, means.tls))).await) {
            match look {
                Ok(look) => told.push(look.size),
                Err(unseen) => failed.push(format!("{}: {}", web.url().shown(), unseen.why)),
            }
        }
    }
    let votes = |size: &u64| told.iter().filter(|other| *other == size).count();
    match told.iter().max_by_key(|size| votes(size)) {
        Some(size) => Ok((*size, introductions)),
        None => Err(OpenError::SizeUnknown { title: format!("b3:{stream}"), why: failed.join("; ") }),
    }
}

/// What content servers say, and why others don't: until the first does, or all have been heard.
async fn ask_contents(
    introductions: &mut [Introduction],
    stream: StreamId,
    hear_all: bool,
) -> (Vec<u64>, Vec<String>) {
    let (mut told, mut failed) = (Vec::new(), Vec::new());
    let ask = async |introduction: &mut Introduction| {
        let size = introduction.size(stream).await;
        size.map_err(|why| format!("{}: {why}", introduction.way))
    };
    let mut answers: FuturesUnordered<_> = introductions.iter_mut().map(ask).collect();
    let asked = timeout(ANSWER_TIMEOUT, async {
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(size) => told.push(size),
                Err(why) => failed.push(why),
            }
            if !told.is_empty() && !hear_all {
                break;
            }
        }
    });
    if asked.await.is_err() {
        failed.push(format!("nobody else answered within {} s", ANSWER_TIMEOUT.as_secs()));
    }
    (told, failed)
}
