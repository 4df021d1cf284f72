//! Files on plain web servers of which nothing proves the parts: the servers are looked at first, and only
//! those whose files seem to be the same are used.

use futures_util::future::join_all;
use tributary_core::wire::ErrorCode;

use super::{Given, Means};
use crate::engine::OpenError;
use crate::web::{Look, Unseen, WebSource, look, odd_ones};

/// Looks at every server, shuts out those that are of no use or have another file than most, and gives
/// the size. `told`: the size that is known otherwise.
pub(super) async fn look_at_all(
    means: &Means<'_>,
    title: &str,
    given: &[Given],
    told: Option<u64>,
) -> Result<u64, OpenError> {
    let webs: Vec<&WebSource> = given.iter().filter_map(Given::web).map(AsRef::as_ref).collect();
    let looks = join_all(webs.iter().map(|web| look(web, means.tls))).await;
    let mut seen: Vec<(&WebSource, Look)> = Vec::new();
    let mut unseen: Vec<(&WebSource, Unseen)> = Vec::new();
    for (web, look) in webs.into_iter().zip(looks) {
        match look {
            Ok(look) => seen.push((web, look)),
            Err(why) => unseen.push((web, why)),
        }
    }
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
    Ok(size)
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
