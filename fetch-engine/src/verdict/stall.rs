//! When the picture stood still, and who was to blame.

use super::{Cause, Finding, Grade, words};

/// Stalls shorter than this are not told afterwards, in seconds.
const WORTH_TELLING_SECONDS: f64 = 0.1;
/// For how long after its end a stall is told, in seconds.
const TOLD_SECONDS: f64 = 30.0;

/// One time for which the picture stood still.
#[derive(Clone, Debug)]
struct Stall {
    from: f64,
    to: Option<f64>,
    /// The gravest thing found while it lasted.
    blamed: Option<Finding>,
}

/// The stall of now, or the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct Stalls(Option<Stall>);

impl Stalls {
    /// Whether the picture stands still now, and what the other rules found.
    pub(super) fn take(&mut self, at: f64, stalled: bool, blamed: Option<&Finding>) {
        match &mut self.0 {
            Some(stall) if stall.to.is_none() => {
                let graver = |old: &Finding| {
                    blamed.is_some_and(|new| super::rules::rank(new) < super::rules::rank(old))
                };
                if stall.blamed.as_ref().is_none_or(graver) {
                    stall.blamed = blamed.cloned().or(stall.blamed.take());
                }
                if !stalled {
                    stall.to = Some(at);
                }
            }
            _ if stalled => self.0 = Some(Stall { from: at, to: None, blamed: blamed.cloned() }),
            _ => {}
        }
    }

    /// What is to be said of it.
    pub(super) fn finding(&self, at: f64) -> Option<Finding> {
        let stall = self.0.as_ref()?;
        let who = stall.blamed.as_ref();
        let (what, grade) = match stall.to {
            None => (Cause::Stalled { seconds: at - stall.from }, Grade::Waiting),
            Some(to) if at - to <= TOLD_SECONDS && to - stall.from >= WORTH_TELLING_SECONDS => {
                let (why, blamed) = (who.map(words::blame), who.map(|who| words::blamed(&who.what)));
                let (seconds, ago_seconds) = (to - stall.from, at - to);
                (Cause::HadStalled { seconds, ago_seconds, why, blamed }, Grade::Notice)
            }
            Some(_) => return None,
        };
        let (source, server) = who.map_or((None, None), |who| (who.source, who.server.clone()));
        let helpers = who.map_or_else(Vec::new, |who| who.helpers.clone());
        Some(words::finding(what, grade, source, server, helpers))
    }
}
