//! Numbers in words: times, rates, sizes, and names from other machines made safe to show.

use std::time::Duration;

use crate::i18n::{self, t};

/// Longest name or sentence from another machine that is shown, in characters.
const SHOWN_CHARACTERS: usize = 400;

/// A narrow no-break space, between thousands.
const THIN: char = '\u{202f}';

/// `9:56`, `1:02:03`; unknown is `–`.
#[must_use]
pub fn clock(time: Option<Duration>) -> String {
    let Some(time) = time else { return "–".to_owned() };
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// `4:12.4`: a time within the film for an event list.
#[must_use]
pub fn clock_tenths(seconds: f64) -> String {
    let tenths = (seconds.max(0.0) * 10.0) as u64;
    let (minutes, rest) = (tenths / 600, tenths % 600);
    format!("{minutes}:{:02}.{}", rest / 10, rest % 10)
}

/// `1 h 38`, `9 min`, `42 s`: the length of a title on its card.
#[must_use]
pub fn length(milliseconds: u64) -> Option<String> {
    let seconds = milliseconds / 1000;
    match seconds {
        0 => (milliseconds > 0).then(|| t!("time-under-second")),
        1..60 => Some(t!("time-seconds", seconds = seconds)),
        60..3600 => Some(t!("time-minutes", minutes = seconds / 60)),
        _ => Some(hours(seconds / 60)),
    }
}

/// `1 min 58 s`, `12 s`: a span in running text.
#[must_use]
pub fn span(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match seconds {
        0..60 => t!("time-seconds", seconds = seconds),
        60..3600 => t!("time-minutes-seconds", minutes = seconds / 60, seconds = seconds % 60),
        _ => t!("time-hours-minutes", hours = seconds / 3600, minutes = seconds / 60 % 60),
    }
}

/// A span with tenths while it is short: `3.2 s`, `1 min 58 s`.
#[must_use]
pub fn exact(seconds: f64) -> String {
    if seconds < 10.0 { t!("time-seconds", seconds = decimal(seconds.max(0.0), 1)) } else { span(seconds) }
}

/// `5 min 44 s left`, `48 min left`, `1 h 12 left`.
#[must_use]
pub fn left(seconds: f64) -> String {
    const EXACT_UNDER: f64 = 600.0;
    if seconds < EXACT_UNDER {
        return t!("time-left", time = span(seconds));
    }
    let minutes = (seconds / 60.0).round() as u64;
    let time = if minutes < 60 { t!("time-minutes", minutes = minutes) } else { hours(minutes) };
    t!("time-left", time = time)
}

/// `1 h 38`, from minutes.
fn hours(minutes: u64) -> String {
    t!("time-length-hours", hours = minutes / 60, minutes = format!("{:02}", minutes % 60))
}

/// `just now`, `5 min ago`, `2 days ago`.
#[must_use]
pub fn ago(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (minutes, hours, days) {
        (0, _, _) => t!("time-now"),
        (1..60, _, _) => t!("time-minutes-ago", minutes = minutes),
        (_, 1..24, _) => t!("time-hours-ago", hours = hours),
        (_, _, days) => t!("time-days-ago", days = days),
    }
}

/// A number with so many places behind the language's decimal mark.
#[must_use]
pub fn decimal(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    match i18n::spoken().decimal_mark() {
        '.' => text,
        mark => text.replace('.', mark.encode_utf8(&mut [0; 4])),
    }
}

/// The day of a time in seconds since 1970, for names of files: `2027-01-15`, by Greenwich.
#[must_use]
pub fn day(date: u64) -> String {
    // Howard Hinnant's civil_from_days, for days since 1970 only; years begin in March here, so that the
    // day that some have more is the last.
    let days = date / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (year + era * 400 + u64::from(month >= 10), (month + 2) % 12 + 1);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Mbit/s with the figures that matter: `0.24`, `8.9`, `120`.
#[must_use]
pub fn megabits(bits_per_second: f64) -> String {
    let megabits = bits_per_second / 1e6;
    match megabits {
        m if !m.is_finite() || m < 0.0 => "–".to_owned(),
        m if m < 0.095 && m > 0.0 => decimal(m, 2),
        m if m < 99.95 => decimal(m, 1),
        m => group(m.round() as u64),
    }
}

/// `41 ms`, `< 1 ms`.
#[must_use]
pub fn milliseconds(time: f64) -> String {
    if time < 1.0 { "< 1 ms".to_owned() } else { format!("{} ms", time.round()) }
}

/// MiB with one decimal below 10: `2.4 MiB`, `74 MiB`.
#[must_use]
pub fn mebibytes(bytes: u64) -> String {
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    if mebibytes < 9.95 {
        format!("{} MiB", decimal(mebibytes, 1))
    } else {
        format!("{} MiB", group(mebibytes.round() as u64))
    }
}

/// The size of a file as shops write it: `388 MB`, `1.4 GB`.
#[must_use]
pub fn file_size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{} MB", (bytes as f64 / 1e6).round() as u64),
        _ => format!("{} GB", decimal(bytes as f64 / 1e9, 1)),
    }
}

/// `42 %` of a part, 0 to 1.
#[must_use]
pub fn percent(part: f64) -> String {
    t!("percent", part = (part * 100.0).round())
}

/// `1 480`: thousands apart.
#[must_use]
pub fn group(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(THIN);
        }
        out.push(digit);
    }
    out
}

/// Names joined as in speech: `beta, gamma and delta`.
#[must_use]
pub fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] => t!("list-and", head = head.join(", "), last = *last),
    }
}

/// A speed: `1.25×`.
#[must_use]
pub fn times(speed: f64) -> String {
    let text = decimal(speed, 2);
    format!("{}×", text.trim_end_matches('0').trim_end_matches(['.', ',']))
}

/// Text from another machine without control and direction characters, and of bounded length.
#[must_use]
pub fn safe(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let mut out: String = text.chars().filter(|&c| !hidden(c)).take(SHOWN_CHARACTERS).collect();
    out.truncate(out.trim_end().len());
    out
}

/// An error's words as a sentence: safe, without the system's number for it, with a capital and a
/// full stop.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut text = safe(text);
    if let Some((before, after)) = text.split_once(" (os error ")
        && let Some((number, rest)) = after.split_once(')')
        && number.chars().all(|digit| digit.is_ascii_digit())
    {
        text = format!("{before}{rest}");
    }
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), chars.as_str())
}

/// The time of the day in UTC, of seconds since 1970.
#[must_use]
pub fn utc(date: u64) -> String {
    let second = date % 86_400;
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// The same for text of several lines, such as subtitles.
#[must_use]
pub fn safe_lines(text: &str) -> String {
    const SHOWN_LINES: usize = 6;
    text.lines().take(SHOWN_LINES).map(safe).collect::<Vec<_>>().join("\n")
}

/// Channels of a sound track: `stereo`, `5.1`.
#[must_use]
pub fn channels(number: u32) -> String {
    match number {
        1 => t!("media-mono"),
        2 => t!("media-stereo"),
        6 => "5.1".to_owned(),
        8 => "7.1".to_owned(),
        number => t!("media-channels", count = number),
    }
}

/// A codec as people call it: `AAC` of `MPEG-4 AAC`, `H.264` of `H.264 (Main Profile)`.
#[must_use]
pub fn codec(words: &str) -> String {
    let short = words.split(" (").next().unwrap_or_default();
    let usual = match short {
        "MPEG-4 AAC" | "MPEG-2 AAC" => "AAC",
        "Timed Text" => "Text",
        "Free Lossless Audio Codec" => "FLAC",
        _ => short.trim_end_matches(" video").trim_end_matches(" audio"),
    };
    usual.to_owned()
}

/// A text with a capital letter at its beginning.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(clock(None), "–");
        assert_eq!(clock(Some(Duration::from_millis(596_900))), "9:56");
        assert_eq!(clock(Some(Duration::from_secs(3723))), "1:02:03");
        assert_eq!(clock_tenths(252.44), "4:12.4");
        assert_eq!(
            [day(0), day(951_782_400), day(1_800_000_000)],
            ["1970-01-01", "2000-02-29", "2027-01-15"]
        );
        assert_eq!(length(0), None);
        assert_eq!(length(596_000).as_deref(), Some("9 min"));
        assert_eq!(length(5_880_000).as_deref(), Some("1 h 38"));
        assert_eq!(span(118.2), "1 min 58 s");
        assert_eq!(left(344.0), "5 min 44 s left");
        assert_eq!(left(2880.0), "48 min left");
        assert_eq!(left(4321.0), "1 h 12 left");
        assert_eq!(ago(59), "just now");
        assert_eq!(ago(7200), "2 h ago");
        assert_eq!(ago(190_000), "2 days ago");
        assert_eq!(utc(1_800_000_000 + 3723), "09:02:03");
    }

    #[test]
    fn rates_and_sizes() {
        assert_eq!(megabits(8_930_000.0), "8.9");
        assert_eq!(megabits(40_000.0), "0.04");
        assert_eq!(megabits(0.0), "0.0");
        assert_eq!(megabits(f64::NAN), "–");
        assert_eq!(megabits(1_234_000_000.0), "1\u{202f}234");
        assert_eq!(mebibytes(74 << 20), "74 MiB");
        assert_eq!(file_size(388_000_000), "388 MB");
        assert_eq!(group(1480), "1\u{202f}480");
    }

    #[test]
    fn names_from_elsewhere_lose_their_tricks() {
        assert_eq!(safe("Film\u{202e}gnp.exe\n"), "Filmgnp.exe");
        assert_eq!(safe(&"x".repeat(1000)).len(), SHOWN_CHARACTERS);
        assert_eq!(sentence("no route to host"), "No route to host.");
        assert_eq!(sentence("a: refused (os error 111): gone"), "A: refused: gone.");
        assert_eq!(list(&["beta", "gamma", "delta"]), "beta, gamma and delta");
    }
}
