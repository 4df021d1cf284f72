//! Copies that nothing proves: which of several servers' files are taken to be the same.
//!
//! Where no hash is known, bytes of two servers may be put together only if the servers say the same of
//! their files: the size, and the `ETag` or the `Last-Modified`. Those that differ from what most say
//! are left out.

use super::probe::Look;

/// Which of `looks` differ from what most say: their place, and how they differ, in words. Where as many
/// say one thing as another, the first one counts.
pub(crate) fn odd_ones(looks: &[Look]) -> Vec<(usize, String)> {
    let votes = |look: &Look| looks.iter().filter(|other| same(look, other)).count();
    // `max_by_key` takes the last of equals, and the first is wanted.
    let Some(chosen) = looks.iter().rev().max_by_key(|look| votes(look)) else { return Vec::new() };
    let odd = |(place, look): (usize, &Look)| how(look, chosen).map(|how| (place, how));
    looks.iter().enumerate().filter_map(odd).collect()
}

fn same(a: &Look, b: &Look) -> bool {
    how(a, b).is_none()
}

/// How two looks differ.
fn how(a: &Look, b: &Look) -> Option<String> {
    if a.size != b.size {
        return Some(format!("its file has {} bytes and most others have {}", a.size, b.size));
    }
    let (tags, times) =
        ((&a.validators.tag, &b.validators.tag), (&a.validators.modified, &b.validators.modified));
    let equal = |pair: (&Option<String>, &Option<String>)| pair.0.is_some() && pair.0 == pair.1;
    if equal(tags) || equal(times) || a == b {
        return None;
    }
    let what = match (tags, times) {
        (_, (Some(_), Some(_))) => "another time of change (Last-Modified)",
        ((Some(_), Some(_)), _) => "another ETag",
        _ => "nothing that shows its file to be the same",
    };
    Some(format!("it tells {what}, and no hash is known to prove that its file is the same as the others'"))
}

#[cfg(test)]
mod tests {
    use super::super::head::Validators;
    use super::*;

    fn look(size: u64, tag: &str, modified: &str) -> Look {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Look { size, validators: Validators { tag: text(tag), modified: text(modified) } }
    }

    fn places(looks: &[Look]) -> Vec<usize> {
        odd_ones(looks).into_iter().map(|(place, _)| place).collect()
    }

    #[test]
    fn the_size_that_most_tell_counts() {
        assert_eq!(places(&[look(7, "a", ""), look(9, "a", ""), look(9, "a", "")]), [0]);
        assert_eq!(places(&[look(7, "a", ""), look(9, "a", "")]), [1], "the first of two");
        assert_eq!(places(&[]), Vec::<usize>::new());
    }

    #[test]
    fn either_validator_is_enough_and_none_is_not() {
        assert_eq!(places(&[look(9, "a", "t"), look(9, "b", "t")]), Vec::<usize>::new());
        assert_eq!(places(&[look(9, "a", "t"), look(9, "a", "u")]), Vec::<usize>::new());
        assert_eq!(places(&[look(9, "a", "t"), look(9, "b", "u")]), [1]);
        assert_eq!(places(&[look(9, "a", "t"), look(9, "", ""), look(9, "a", "")]), [1]);
        assert_eq!(
            places(&[look(9, "", ""), look(9, "", "")]),
            Vec::<usize>::new(),
            "as alike as can be told"
        );
    }

    #[test]
    fn it_is_said_how_they_differ() {
        let odd = odd_ones(&[look(9, "a", "t"), look(8, "a", "t"), look(9, "b", "u")]);
        assert!(odd[0].1.contains("8 bytes") && odd[0].1.contains('9'), "{odd:?}");
        assert!(odd[1].1.contains("Last-Modified"), "{odd:?}");
    }
}
