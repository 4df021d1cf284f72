//! Each finding in words: what happened, to which server, what follows, what one can do.

use super::rules::ROOMY;
use super::{Blamed, Cause, Finding, Grade};

/// A finding with its words.
pub(super) fn finding(
    what: Cause,
    grade: Grade,
    source: Option<u8>,
    server: Option<String>,
    helpers: Vec<String>,
) -> Finding {
    let name = server.clone().unwrap_or_else(|| "a server".to_owned());
    let heading = heading(&what, &name, server.is_some());
    let sentence = sentence(&what, &name, server.is_some(), &helpers);
    Finding { what, grade, source, server, helpers, heading, sentence }
}

/// The few words above the sentence.
fn heading(what: &Cause, name: &str, is_named: bool) -> String {
    match what {
        Cause::Failed { .. } => "It can't go on".to_owned(),
        Cause::Nobody { block, .. } => format!("Nobody can send block {block}"),
        Cause::Stalled { .. } if is_named => format!("Waiting for {name}"),
        Cause::Stalled { .. } => "Waiting for the servers".to_owned(),
        Cause::HadStalled { seconds, .. } => format!("Stalled {}", span(*seconds)),
        Cause::WrongBytes { .. } => format!("{name} sent wrong bytes"),
        Cause::Left { was_there: true, .. } => format!("{name} left"),
        Cause::Left { .. } => format!("{name} is out of reach"),
        Cause::Silent { .. } => format!("{name} went quiet"),
        Cause::AnswersLate { .. } => format!("{name} answers late"),
        Cause::SlowDisk { .. } => format!("{name}'s disk is slow"),
        Cause::OwnLine { .. } | Cause::SharedLine { .. } => "Your own line is the limit".to_owned(),
        Cause::Slowed { .. } => format!("{name} slowed"),
        Cause::TooSlow { pauses_in_seconds: Some(seconds), .. } => {
            format!("Will pause in about {}", span(seconds.max(1.0)))
        }
        Cause::TooSlow { .. } => "Too slow altogether".to_owned(),
        Cause::DirectorGone { .. } => "The director does not answer".to_owned(),
        Cause::Unverified { .. } => "Bytes are not verified".to_owned(),
        Cause::AllHere => "The rest is here already".to_owned(),
        Cause::BufferFull { factor: Some(factor) } if *factor < ROOMY => "Smooth, little to spare".to_owned(),
        Cause::BufferFull { .. } | Cause::Safe { .. } => "Smooth, with room to spare".to_owned(),
        Cause::Tight { .. } => "Smooth, little to spare".to_owned(),
        Cause::Flowing { .. } => "Measuring what it needs".to_owned(),
        Cause::Measuring => "Measuring".to_owned(),
    }
}

fn sentence(what: &Cause, name: &str, is_named: bool, helpers: &[String]) -> String {
    match what {
        Cause::Failed { why } | Cause::Unverified { why } => why.clone(),
        Cause::Nobody { block, why } => format!("Nobody can send block {block}. {why}"),
        Cause::Stalled { seconds } => {
            let who =
                if is_named { format!("waiting for {name}") } else { "waiting for the servers".to_owned() };
            let then = match helpers {
                [] => String::new(),
                helpers => format!("; {} {} its blocks again", list(helpers), sends(helpers)),
            };
            format!("Stalled for {}: {who}{then}.", span(*seconds))
        }
        Cause::HadStalled { seconds, ago_seconds, why, .. } => {
            let why = why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            format!("Stalled {}{why}. It plays on since {}.", span(*seconds), span(*ago_seconds))
        }
        Cause::WrongBytes { block, ago_seconds } => {
            let what = match block {
                Some(block) => format!("block {block}"),
                None => "its list of hashes".to_owned(),
            };
            format!(
                "{name} sent wrong bytes {} ago ({what}) and is shut out. Nothing wrong was let through{}.",
                span(*ago_seconds),
                instead(helpers, "; ", "its blocks")
            )
        }
        Cause::Left { why, ago_seconds, owed_blocks, was_there, for_good } => {
            let what = if *was_there { "left" } else { "is out of reach since" };
            let ago = if *was_there { format!("{} ago", span(*ago_seconds)) } else { span(*ago_seconds) };
            let next = if *for_good { "It is not tried again." } else { "It is tried again." };
            let owed = if *owed_blocks > 0 && helpers.is_empty() {
                " What it owed comes from the others.".to_owned()
            } else {
                match instead(helpers, " ", &blocks(*owed_blocks)) {
                    text if text.is_empty() => text,
                    text => format!("{text}."),
                }
            };
            format!("{name} {what} {ago}: {}.{owed} {next}", trimmed(why))
        }
        Cause::Silent { seconds, owed_blocks } => format!(
            "{name} owes blocks and is silent for {}{}.",
            span(*seconds),
            instead(helpers, "; ", &blocks(*owed_blocks))
        ),
        Cause::AnswersLate { held_up, rate_bps } => format!(
            "{name} answers late though its line is free: it sends nothing for {:.0} % of the time and then much \
             at once, {} in all. Its disk or the machine itself is slow{}.",
            held_up * 100.0,
            rate(*rate_bps),
            instead(helpers, "; ", "its blocks")
        ),
        Cause::SlowDisk { waits, read_ms, rate_bps } => format!(
            "{name}'s disk is slow, not its line: it waits for it {:.0} % of the time, {read_ms:.0} ms for each \
             read, and gives {}{}.",
            waits * 100.0,
            rate(*rate_bps),
            instead(helpers, "; ", "its blocks")
        ),
        Cause::OwnLine { to_bps, ago_seconds, servers, .. } if *to_bps <= 0.0 => format!(
            "Your own line seems to be cut: all {servers} servers went quiet together {} ago. It goes on by itself \
             once they are heard again.",
            span(*ago_seconds)
        ),
        Cause::OwnLine { from_bps, to_bps, ago_seconds, servers } => format!(
            "Your own line is the limit: all {servers} servers slowed together {} ago, from {:.1} to {} in all.",
            span(*ago_seconds),
            from_bps / 1e6,
            rate(*to_bps)
        ),
        Cause::SharedLine { joined, from_bps, to_bps } => format!(
            "Your own line is the limit: it brought {} before {joined} joined, and {} with it.",
            rate(*from_bps),
            rate(*to_bps)
        ),
        Cause::Slowed { from_bps, to_bps, ago_seconds, share_from, share_to, alone } => {
            let share = if *alone {
                "; it is the only server, so your own line may be the reason as well".to_owned()
            } else {
                format!("; its share went from {:.0} % to {:.0} %", share_from * 100.0, share_to * 100.0)
            };
            let then = match instead(helpers, " ", "its blocks") {
                text if text.is_empty() => text,
                text => format!("{text}."),
            };
            format!(
                "{name} slowed from {:.1} to {} {} ago{share}.{then}",
                from_bps / 1e6,
                rate(*to_bps),
                span(*ago_seconds)
            )
        }
        Cause::TooSlow { needed_bps, total_bps, .. } => format!(
            "Too slow altogether: the title needs {:.1} Mbit/s and {} arrive.",
            needed_bps / 1e6,
            rate(*total_bps)
        ),
        Cause::DirectorGone { seconds, servers } => format!(
            "The director does not answer for {}: it plays on from the {} that {} known. Who joins or leaves \
             can't be known until it is back.",
            span(*seconds),
            if *servers == 1 { "1 server".to_owned() } else { format!("{servers} servers") },
            if *servers == 1 { "is" } else { "are" }
        ),
        Cause::AllHere => "Everything from the picture to the end is here.".to_owned(),
        Cause::BufferFull { factor } => {
            let could = factor.map_or_else(String::new, |factor| {
                format!(" They could give {factor:.1} × the needed rate.")
            });
            format!("The buffer is full; the servers wait until there is room.{could}")
        }
        Cause::Safe { factor } => format!("Plays safely: {factor:.1} × the needed rate."),
        Cause::Tight { factor } => format!("Plays with little to spare: {factor:.1} × the needed rate."),
        Cause::Flowing { rate_bps } => format!("{} arrive.", rate(*rate_bps)),
        Cause::Measuring => "The servers are being reached and measured.".to_owned(),
    }
}

/// What a stall is blamed on that this caused.
pub(super) const fn blamed(what: &Cause) -> Blamed {
    match what {
        Cause::Silent { .. } => Blamed::Silent,
        Cause::Left { .. } => Blamed::Left,
        Cause::WrongBytes { .. } => Blamed::WrongBytes,
        Cause::AnswersLate { .. } => Blamed::AnswersLate,
        Cause::SlowDisk { .. } => Blamed::SlowDisk,
        Cause::Slowed { .. } => Blamed::Slowed,
        Cause::OwnLine { .. } | Cause::SharedLine { .. } => Blamed::OwnLine,
        _ => Blamed::TooSlow,
    }
}

/// The reason for a stall in a few words.
pub(super) fn blame(finding: &Finding) -> String {
    let name = finding.server.as_deref().unwrap_or("a server");
    let was = match blamed(&finding.what) {
        Blamed::Silent => format!("{name} was silent"),
        Blamed::Left => format!("{name} left"),
        Blamed::WrongBytes => format!("{name} sent wrong bytes"),
        Blamed::AnswersLate => format!("{name} answered late"),
        Blamed::SlowDisk => format!("{name}'s disk was slow"),
        Blamed::Slowed => format!("{name} slowed"),
        Blamed::OwnLine => "your own line was the limit".to_owned(),
        Blamed::TooSlow => "all servers together were too slow".to_owned(),
    };
    match finding.helpers.as_slice() {
        [] => was,
        helpers => format!("{was}; repaired from {}", list(helpers)),
    }
}

/// Who sends what in its place, behind `before`; nothing where nobody is known to.
fn instead(helpers: &[String], before: &str, what: &str) -> String {
    match helpers {
        [] => String::new(),
        helpers => format!("{before}{} {} {what}", list(helpers), sends(helpers)),
    }
}

const fn sends(helpers: &[String]) -> &'static str {
    if helpers.len() == 1 { "sends" } else { "send" }
}

fn blocks(owed: u64) -> String {
    match owed {
        0 => "its blocks".to_owned(),
        1 => "its 1 block".to_owned(),
        owed => format!("its {owed} blocks"),
    }
}

fn trimmed(why: &str) -> &str {
    why.trim_end_matches('.')
}

/// `a`, `a and b`, `a, b and c`.
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn rate(bps: f64) -> String {
    format!("{:.1} Mbit/s", bps / 1e6)
}

fn span(seconds: f64) -> String {
    if seconds < 10.0 {
        format!("{:.1} s", seconds.max(0.0))
    } else if seconds < 60.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{} min {} s", seconds as u64 / 60, seconds as u64 % 60)
    }
}
