//! The `Range` header of RFC 9110: which bytes of a stream a plain HTTP client asks for.

use std::ops::Range;

/// Most ranges of one request that are answered one by one; more get the whole, as RFC 9110 allows.
pub const MAX_PARTS: usize = 16;

/// What a request wants of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: no range, one that can't be read, or a list that nobody honest sends (too long, or
    /// with ranges that overlap).
    Whole,
    /// These bytes, at least one range, in the order they were asked for. None is empty.
    Parts(Vec<Range<u64>>),
    /// Bytes it doesn't have: 416.
    Nothing,
}

/// Reads the header's value for a stream of `size` bytes.
#[must_use]
pub fn parse(header: Option<&str>, size: u64) -> Wanted {
    let Some((unit, list)) = header.and_then(|value| value.split_once('=')) else { return Wanted::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Wanted::Whole;
    }
    let mut parts = Vec::new();
    let mut asked = 0;
    for one in list.split(',').map(str::trim).filter(|one| !one.is_empty()) {
        asked += 1;
        match range(one, size) {
            _ if asked > MAX_PARTS => return Wanted::Whole,
            None => return Wanted::Whole,
            Some(range) if range.is_empty() => {}
            Some(range) => parts.push(range),
        }
    }
    match (asked, parts.is_empty()) {
        (0, _) => Wanted::Whole,
        (_, true) => Wanted::Nothing,
        _ if overlap(&parts) => Wanted::Whole,
        _ => Wanted::Parts(parts),
    }
}

/// One range, empty where the stream has no such bytes; none where it can't be read.
fn range(text: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = text.split_once('-')?;
    let number = |text: &str| -> Option<u64> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number beyond 64 bits is past any stream's end.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let part = |start: u64, end: u64| if start >= size { 0..0 } else { start..end.min(size) };
    match (number(first.trim_end()), number(last.trim_start())) {
        (Some(first), Some(last)) if first <= last => Some(part(first, last.saturating_add(1))),
        (Some(first), None) if last.is_empty() => Some(part(first, size)),
        (None, Some(0)) if first.is_empty() => Some(0..0),
        (None, Some(count)) if first.is_empty() => Some(part(size.saturating_sub(count), size)),
        _ => None,
    }
}

fn overlap(parts: &[Range<u64>]) -> bool {
    let mut sorted: Vec<&Range<u64>> = parts.iter().collect();
    sorted.sort_by_key(|range| range.start);
    sorted.windows(2).any(|pair| pair[0].end > pair[1].start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_rfc_9110_has_them() {
        let one = |start, end| Wanted::Parts(vec![Range { start, end }]);
        for (header, wanted) in [
            ("bytes=0-0", one(0, 1)),
            ("Bytes = 10-19", one(10, 20)),
            ("bytes=90-", one(90, 100)),
            ("bytes=-10", one(90, 100)),
            ("bytes=-1000", one(0, 100)),
            ("bytes=50-1000", one(50, 100)),
            ("bytes=0-99999999999999999999999", one(0, 100)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=100-,-0", Wanted::Nothing),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("bytes", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
        ] {
            assert_eq!(parse(Some(header), 100), wanted, "{header}");
        }
        assert_eq!(parse(None, 100), Wanted::Whole);
        assert_eq!(parse(Some("bytes=0-"), 0), Wanted::Nothing);
    }

    #[test]
    fn several_ranges_keep_their_order_and_lose_what_is_not_there() {
        let parts = |list: &[(u64, u64)]| Wanted::Parts(list.iter().map(|(a, b)| *a..*b).collect());
        assert_eq!(parse(Some("bytes=0-1,3-4"), 100), parts(&[(0, 2), (3, 5)]));
        assert_eq!(parse(Some("bytes=90-, 0-9 ,, 200-"), 100), parts(&[(90, 100), (0, 10)]));
        assert_eq!(parse(Some("bytes=0-5,5-9"), 100), Wanted::Whole, "they overlap");
        let many: Vec<String> = (0..=MAX_PARTS).map(|n| format!("{}-{}", n * 2, n * 2)).collect();
        assert_eq!(parse(Some(&format!("bytes={}", many.join(","))), 100), Wanted::Whole, "too many");
        assert_eq!(parse(Some("bytes=0-1,x"), 100), Wanted::Whole);
    }
}
