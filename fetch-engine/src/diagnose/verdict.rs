//! What the numbers of a server test say, by rules.
//!
//! **Of one server**, the first that fits:
//! 1. *not reached*: no connection could be made by any route;
//! 2. *wrong bytes*: a block, or a list of hashes, was not the title's;
//! 3. *refused*: it answered and sent no block;
//! 4. *unsteady*: its connection broke while it sent, or its slowest answer took more than
//!    [`UNSTEADY_FACTOR`] times the usual one and [`UNSTEADY_MS`] more;
//! 5. *good*.
//!
//! **Of all**, the first that fits:
//! 1. nobody answers; 2. nobody sends right bytes; 3. somebody sends wrong bytes;
//! 4. the *own line is the limit*: together they give at least [`LINE_LOSS`] less than the sum of what each
//!    gives alone, and everyone who could give more than an equal part of the total lost [`SERVER_LOSS`] or
//!    more (a line shared fairly leaves those alone who need less than an equal part);
//! 5. some lose [`HEAVY_LOSS`] or more while others that could show it don't: they share a way;
//! 6. too little for the film; 7. somebody is not reached, refuses or is unsteady; 8. all is well.

use serde::Serialize;

use super::report::{Phase, ServerResult, Step, TestReport};

/// So many times the usual round trip is unsteady, ...
pub const UNSTEADY_FACTOR: f64 = 3.0;
/// ... where it is that many milliseconds more, too.
pub const UNSTEADY_MS: f64 = 60.0;
/// Part of the sum that must be lost before the own line is blamed.
pub const LINE_LOSS: f64 = 0.2;
/// Part that each server must have lost then.
pub const SERVER_LOSS: f64 = 0.1;
/// Part that one server must lose alone to be named.
pub const HEAVY_LOSS: f64 = 0.3;

/// How grave something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Not known yet.
    #[default]
    Unknown,
    /// All is well.
    Good,
    /// A person should look at it.
    Warning,
    /// It is of no use.
    Bad,
}

/// What one server's numbers say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Says {
    /// How grave it is.
    pub grade: Grade,
    /// A word or two.
    pub word: String,
    /// The rest, in words.
    pub detail: String,
}

/// What all numbers say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TestVerdict {
    /// How grave it is.
    pub grade: Grade,
    /// One sentence.
    pub sentence: String,
    /// Why, and what can be done.
    pub cause: String,
}

/// Judges one server. `over`: nothing more is measured.
#[must_use]
pub fn says(server: &ServerResult, over: bool) -> Says {
    let say = |grade, word: &str, detail: String| Says { grade, word: word.to_owned(), detail };
    let why = || server.error.clone().unwrap_or_default();
    if server.wrong_blocks > 0 {
        let detail = format!("{} of {} blocks are not the title's", server.wrong_blocks, server.blocks);
        return say(Grade::Bad, "Wrong bytes", detail);
    }
    if server.step != Step::Done && !over {
        let (word, detail) = match server.step {
            Step::Waiting | Step::Done => ("Waiting for its turn", ""),
            Step::Greeting => ("Connecting", ""),
            Step::Alone => ("Sending alone", ""),
            Step::Together => ("Sending with the others", ""),
        };
        return say(Grade::Unknown, word, detail.to_owned());
    }
    if server.connect_ms.is_none() {
        return match &server.error {
            Some(why) => say(Grade::Bad, "Not reached", why.clone()),
            None => say(Grade::Unknown, "Not tested", String::new()),
        };
    }
    if server.blocks + server.unchecked_blocks == 0 {
        return match &server.error {
            Some(why) => say(Grade::Bad, "No block came", why.clone()),
            None => say(Grade::Unknown, "Not measured", String::new()),
        };
    }
    if server.breaks > 0 {
        let came_back = if server.alone_bps.is_some() { "came back" } else { "did not come back" };
        let after = server.broke_after.map(|after| format!("broke after {after:.1} s, ")).unwrap_or_default();
        return say(Grade::Warning, "Unsteady", format!("{after}{came_back}: {}", why()));
    }
    if let Some(detail) = unsteady_answers(server) {
        return say(Grade::Warning, "Unsteady", detail);
    }
    let holds = server.holds.map(|(held, all)| format!("holds {held} of {all}"));
    let checked = || format!("{} blocks, all right", server.blocks);
    let unchecked = || format!("{} blocks, nothing to check them by", server.unchecked_blocks);
    let detail = holds.unwrap_or_else(|| if server.blocks > 0 { checked() } else { unchecked() });
    say(Grade::Good, "Good", detail)
}

fn unsteady_answers(server: &ServerResult) -> Option<String> {
    let (usual, worst) = (server.rtt_ms?, server.rtt_worst_ms?);
    (worst > usual * UNSTEADY_FACTOR && worst > usual + UNSTEADY_MS)
        .then(|| format!("its answers took {usual:.0} to {worst:.0} ms"))
}

/// Judges all servers together.
#[must_use]
pub fn judge(report: &TestReport) -> TestVerdict {
    let say = |grade, sentence: String, cause: String| TestVerdict { grade, sentence, cause };
    match &report.phase {
        Phase::Failed(why) => return say(Grade::Bad, "Nothing could be tested".to_owned(), why.clone()),
        Phase::Cancelled if report.together_bps.is_none() => {
            let cause = "What was measured until then is below.".to_owned();
            return say(Grade::Unknown, "The test was stopped".to_owned(), cause);
        }
        Phase::Done | Phase::Cancelled => {}
        phase => return under_way(phase, report),
    }
    let servers = &report.servers;
    let all = servers.len();
    if !report.has_answer() {
        let sentence = if all == 1 { "The server does not answer" } else { "No server answers" };
        return say(Grade::Bad, sentence.to_owned(), troubles(servers));
    }
    let wrong: Vec<&ServerResult> = servers.iter().filter(|server| server.wrong_blocks > 0).collect();
    if !wrong.is_empty() {
        let others =
            if report.has_honest_server() { "The others are right." } else { "Nobody else is right." };
        let verb = if wrong.len() == 1 { "sends" } else { "send" };
        let cause = format!(
            "{} Its copy is damaged or another film: have it read anew there, or take it off the list.",
            others
        );
        return say(Grade::Bad, format!("{} {verb} wrong bytes", names(&wrong)), cause);
    }
    if servers.iter().all(|server| server.blocks + server.unchecked_blocks == 0) {
        return say(Grade::Bad, "No server sends anything".to_owned(), troubles(servers));
    }
    own_line(report)
        .or_else(|| shared_way(report))
        .or_else(|| too_slow(report))
        .or_else(|| some_trouble(report))
        .unwrap_or_else(|| {
            let sentence = match all {
                1 => format!("{} answers and sends right bytes", servers[0].name),
                2 => "Both servers answer and send right bytes".to_owned(),
                _ => format!("All {} servers answer and send right bytes", number(all)),
            };
            say(Grade::Good, sentence, enough(report))
        })
}

fn under_way(phase: &Phase, report: &TestReport) -> TestVerdict {
    let measured = report.servers.iter().filter(|server| server.alone_bps.is_some()).count();
    let all = report.servers.len();
    let (sentence, cause) = match phase {
        Phase::Finding => ("Looking for servers", "The director is asked who there is.".to_owned()),
        Phase::Greeting => ("Asking each server for its response time", String::new()),
        Phase::Alone => ("Each server sends alone", format!("{measured} of {all} have.")),
        _ => ("Now all send together", "A line that is too small for all shows here.".to_owned()),
    };
    TestVerdict { grade: Grade::Unknown, sentence: sentence.to_owned(), cause }
}

/// The rates alone and together of those that have both.
fn pairs(report: &TestReport) -> Vec<(&ServerResult, f64, f64)> {
    let pair = |server: &'_ ServerResult| Some((server.alone_bps?, server.together_bps?));
    report
        .servers
        .iter()
        .filter_map(|server| pair(server).map(|(alone, both)| (server, alone, both)))
        .collect()
}

/// Those that could give more than an equal part of what came in all, and so can show a loss.
fn able<'a>(pairs: &[(&'a ServerResult, f64, f64)]) -> Vec<(&'a ServerResult, f64)> {
    let total: f64 = pairs.iter().map(|(_, _, together)| together).sum();
    let equal = total / pairs.len().max(1) as f64;
    let loss = |alone: f64, together: f64| if alone > 0.0 { 1.0 - together / alone } else { 0.0 };
    let able = pairs.iter().filter(|(_, alone, _)| *alone > equal);
    able.map(|(server, alone, together)| (*server, loss(*alone, *together))).collect()
}

fn own_line(report: &TestReport) -> Option<TestVerdict> {
    let pairs = pairs(report);
    let (sum, total): (f64, f64) = pairs.iter().fold((0.0, 0.0), |(a, b), pair| (a + pair.1, b + pair.2));
    let able = able(&pairs);
    let all_lose = !able.is_empty() && able.iter().all(|(_, loss)| *loss >= SERVER_LOSS);
    (pairs.len() >= 2 && total < sum * (1.0 - LINE_LOSS) && all_lose).then(|| {
        let enough = if total >= report.need_bps { Grade::Good } else { Grade::Warning };
        let cause = format!(
            "Alone the servers give {} Mbit/s in sum, together {}: all slow each other, so what they share is \
             full. {}",
            mbit(sum),
            mbit(total),
            enough_words(total, report),
        );
        TestVerdict { grade: enough, sentence: "Your own line is the limit".to_owned(), cause }
    })
}

fn shared_way(report: &TestReport) -> Option<TestVerdict> {
    let pairs = pairs(report);
    let able = able(&pairs);
    let losers: Vec<&ServerResult> =
        able.iter().filter(|(_, loss)| *loss >= HEAVY_LOSS).map(|(server, _)| *server).collect();
    if pairs.len() < 2 || losers.is_empty() {
        return None;
    }
    let part = losers.iter().filter_map(|server| server.loss).sum::<f64>() / losers.len() as f64;
    let lose = if losers.len() == 1 { "loses" } else { "lose" };
    let sentence = format!("{} {lose} {:.0} % when all send", names(&losers), part * 100.0);
    let cause = format!(
        "The others keep their speed, so it is not your line: the way there is shared, or busy. {}",
        enough(report)
    );
    Some(TestVerdict { grade: Grade::Warning, sentence, cause })
}

fn too_slow(report: &TestReport) -> Option<TestVerdict> {
    let total = report.together_bps?;
    (total < report.need_bps).then(|| TestVerdict {
        grade: Grade::Warning,
        sentence: format!("Too slow for {}", report.need_name),
        cause: format!(
            "All servers together give {} Mbit/s, and it needs {}. {}",
            mbit(total),
            mbit(report.need_bps),
            troubles(&report.servers)
        ),
    })
}

fn some_trouble(report: &TestReport) -> Option<TestVerdict> {
    let servers = &report.servers;
    let away = servers.iter().filter(|server| server.says.grade == Grade::Bad).count();
    let unsteady: Vec<&ServerResult> =
        servers.iter().filter(|server| server.says.grade == Grade::Warning).collect();
    if away == 0 && unsteady.is_empty() {
        return None;
    }
    let mut sentence = match (servers.len() - away, servers.len()) {
        (answer, all) if answer == all => format!("All {} servers answer", number(all)),
        (answer, all) => {
            let verb = if answer == 1 { "answers" } else { "answer" };
            capital(&format!("{} of {} servers {verb}", number(answer), number(all)))
        }
    };
    if !unsteady.is_empty() {
        let verb = if unsteady.len() == 1 { "is" } else { "are" };
        sentence.push_str(&format!("; {} {verb} unsteady", names(&unsteady)));
    }
    let cause = format!("{} {}", troubles(servers), enough(report));
    Some(TestVerdict { grade: Grade::Warning, sentence, cause: cause.trim().to_owned() })
}

/// What is wrong with each server that something is wrong with.
fn troubles(servers: &[ServerResult]) -> String {
    const MAX_NAMED: usize = 4;
    let bad = |server: &&ServerResult| matches!(server.says.grade, Grade::Bad | Grade::Warning);
    let one = |server: &ServerResult| {
        let Says { word, detail, .. } = &server.says;
        let what = if detail.is_empty() { word.to_lowercase() } else { detail.clone() };
        match word.as_str() {
            "Not reached" => format!("{} was not reached: {what}.", server.name),
            _ => format!("{}: {what}.", server.name),
        }
    };
    let mut said: Vec<String> = servers.iter().filter(bad).take(MAX_NAMED).map(one).collect();
    let more = servers.iter().filter(bad).count().saturating_sub(MAX_NAMED);
    if more > 0 {
        said.push(format!("And {more} more."));
    }
    said.join(" ")
}

fn enough(report: &TestReport) -> String {
    report.together_bps.map(|total| enough_words(total, report)).unwrap_or_default()
}

fn enough_words(total: f64, report: &TestReport) -> String {
    if report.need_bps <= 0.0 {
        return format!("Together they give {} Mbit/s.", mbit(total));
    }
    format!(
        "Together they give {} Mbit/s, {:.1} times what {} needs.",
        mbit(total),
        total / report.need_bps,
        report.need_name
    )
}

fn names(servers: &[&ServerResult]) -> String {
    const MAX_NAMED: usize = 3;
    let mut names: Vec<String> = servers.iter().take(MAX_NAMED).map(|server| server.name.clone()).collect();
    if servers.len() > MAX_NAMED {
        names.push(format!("{} more", servers.len() - MAX_NAMED));
    }
    match names.pop() {
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
        None => String::new(),
    }
}

/// Small numbers as words.
fn number(count: usize) -> String {
    const WORDS: [&str; 11] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    WORDS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn mbit(bps: f64) -> String {
    format!("{:.1}", bps / 1e6)
}

#[cfg(test)]
mod tests;
