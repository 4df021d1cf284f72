//! Files on plain web servers of which nothing proves the parts: the servers are looked at first, and only
//! those whose files seem to be the same are used.

use std::future::pending;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};
use tributary_core::wire::ErrorCode;

use super::{Given, Means};
use crate::engine::OpenError;
use crate::web::{Look, Tls, Unseen, WebSource, look, odd_ones};

/// Times as long as the first answer took that the others have.
const PATIENCE: u32 = 2;
/// And at least so long.
const LEAST_PATIENCE: Duration = Duration::from_millis(700);

/// Looks at every server, shuts out those that are of no use or have another file than most, and gives
/// the size. `told`: the size that is known otherwise.
pub(super) async fn look_at_all(
    means: &Means<'_>,
    title: &str,
    given: &[Given],
    told: Option<u64>,
) -> Result<u64, OpenError> {
    let webs: Vec<&WebSource> = given.iter().filter_map(Given::web).map(AsRef::as_ref).collect();
    let (mut seen, mut unseen) = look_in_time(&webs, means.tls).await;
    if let Some(size) = told {
        for (web, look) in seen.extract_if(.., |(_, look)| look.size != size) {
            let why = format!("its file has {} bytes instead of {size}", look.size);
            web.refuse(ErrorCode::SizeMismatch, why.clone());
            unseen.push((web, Unseen { refused: true, why }));
        }
    }
    let Some(size) = choose(&seen) else {
        let what = |(web, unseen): &(&WebSource, Unseen)| format!("{}: {}", web.url().shown(), unseen.why);
        let why = unseen.iter().map(what).collect::<Vec<_>>().join("; ");
        let title = title.to_owned();
        return Err(if unseen.iter().all(|(_, unseen)| unseen.refused) {
            OpenError::NoHonestCopy { title, why }
        } else {
            OpenError::SizeUnknown { title, why }
        });
    };
    for (web, Unseen { refused, why }) in unseen {
        if !refused {
            let why = format!("{why}; nothing would prove that its file is the same as the others'");
            web.refuse(ErrorCode::Refused, why);
        }
    }
    // All could begin at the same moment now, and whoever came first would get the first blocks.
    if let Some(nearest) = seen.iter().filter_map(|(web, _)| web.ready_rtt()).min() {
        seen.iter().for_each(|(web, _)| web.hold_back(nearest));
    }
    Ok(size)
}

type Seen<'a> = Vec<(&'a WebSource, Look)>;
type NotSeen<'a> = Vec<(&'a WebSource, Unseen)>;

/// Looks at all servers at once, each in the order they were given. Once one has answered, the others have
/// a little longer than it took: nobody waits for a server that is not there.
async fn look_in_time<'a>(webs: &[&'a WebSource], tls: &Tls) -> (Seen<'a>, NotSeen<'a>) {
    let start = Instant::now();
    let ask = async |place: usize| (place, look(webs[place], tls).await);
    let mut answers: FuturesUnordered<_> = (0..webs.len()).map(ask).collect();
    let mut looks: Vec<Option<Result<Look, Unseen>>> = vec![None; webs.len()];
    let mut until = None;
    loop {
        let late = async {
            match until {
                Some(until) => sleep_until(until).await,
                None => pending().await,
            }
        };
        tokio::select! {
            answer = answers.next() => {
                let Some((place, look)) = answer else { break };
                if look.is_ok() && until.is_none() {
                    until = Some(Instant::now() + start.elapsed() * PATIENCE + LEAST_PATIENCE);
                }
                looks[place] = Some(look);
            }
            () = late => break,
        }
    }
    let (mut seen, mut unseen) = (Vec::new(), Vec::new());
    for (web, look) in webs.iter().zip(looks) {
        match look {
            Some(Ok(look)) => seen.push((*web, look)),
            Some(Err(why)) => unseen.push((*web, why)),
            None => {
                let why = "it had not answered when others long had".to_owned();
                unseen.push((*web, Unseen { refused: false, why }));
            }
        }
    }
    (seen, unseen)
}

/// Shuts out the servers that differ, and gives the size that the others tell.
fn choose(seen: &[(&WebSource, Look)]) -> Option<u64> {
    let looks: Vec<Look> = seen.iter().map(|(_, look)| look.clone()).collect();
    let odd = odd_ones(&looks);
    let chosen = (0..looks.len()).find(|place| odd.iter().all(|(other, _)| other != place));
    for (place, why) in odd {
        seen[place].0.refuse(ErrorCode::Refused, why);
    }
    chosen.map(|place| looks[place].size)
}
