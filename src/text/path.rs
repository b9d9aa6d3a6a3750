//! Paths into a document: `rules[2].when`, and `lists["a.b"]` for a key that would read as several.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step<'p> {
    /// The key of an object.
    Member(Cow<'p, str>),
    /// The index in a list, from 0.
    Item(usize),
}

/// Goes to a member of an object.
pub(crate) fn push_member(path: &mut String, name: &str) {
    let is_plain = !name.is_empty() && !name.contains(['.', '[', ']', '"', '\\']);
    if is_plain {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        return;
    }
    path.push_str("[\"");
    for sign in name.chars() {
        if matches!(sign, '"' | '\\') {
            path.push('\\');
        }
        path.push(sign);
    }
    path.push_str("\"]");
}

/// Goes to an item of a list.
pub(crate) fn push_item(path: &mut String, index: usize) {
    // Writing to a String does not fail.
    let _ = write!(path, "[{index}]");
}

/// The path of a member.
pub(crate) fn member(path: &str, name: &str) -> String {
    let mut member = path.to_owned();
    push_member(&mut member, name);
    member
}

/// The path of the object or list around; empty at the top. O(length).
pub(crate) fn around(path: &str) -> &str {
    let last = segments(path).last().map_or(0, str::len);
    path.get(..path.len() - last).unwrap_or_default()
}

/// Whether a path is below another.
pub(crate) fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| if above.is_empty() { !rest.is_empty() } else { rest.starts_with(['.', '[']) })
}

/// The steps from the top. A path that was cut short ends in what is left of its last step.
pub(crate) fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    segments(path).map(step)
}

/// The parts of a path as they are written: `.when`, `[2]`, `["a.b"]`.
pub(crate) fn segments(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        let (segment, after) = rest.split_at_checked(first_length(rest)).filter(|_| !rest.is_empty())?;
        rest = after;
        Some(segment)
    })
}

/// How long the first part of a path is, in bytes.
fn first_length(path: &str) -> usize {
    let Some(quoted) = path.strip_prefix("[\"") else {
        return match path.strip_prefix('[') {
            Some(index) => index.find(']').map_or(path.len(), |end| end + 2),
            None => path
                .char_indices()
                .skip(1)
                .find(|(_, c)| matches!(c, '.' | '['))
                .map_or(path.len(), |(at, _)| at),
        };
    };
    let mut is_escaped = false;
    for (at, sign) in quoted.char_indices() {
        match sign {
            '"' if !is_escaped => return (at + 4).min(path.len()),
            _ => is_escaped = sign == '\\' && !is_escaped,
        }
    }
    path.len()
}

/// The target of a part of a path.
pub(crate) fn step(segment: &str) -> Step<'_> {
    if let Some(quoted) = segment.strip_prefix("[\"") {
        let mut name = String::new();
        let mut signs = quoted.strip_suffix("\"]").unwrap_or(quoted).chars();
        while let Some(sign) = signs.next() {
            name.extend(if sign == '\\' { signs.next() } else { Some(sign) });
        }
        return Step::Member(Cow::Owned(name));
    }
    match segment.strip_prefix('[').and_then(|index| index.strip_suffix(']')?.parse().ok()) {
        Some(index) => Step::Item(index),
        None => Step::Member(Cow::Borrowed(segment.strip_prefix('.').unwrap_or(segment))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(steps: &[Step<'_>]) -> String {
        let mut path = String::new();
        for step in steps {
            match step {
                Step::Member(name) => push_member(&mut path, name),
                Step::Item(index) => push_item(&mut path, *index),
            }
        }
        path
    }

    #[test]
    fn keys_that_read_as_several_are_quoted() {
        let name = |name: &'static str| Step::Member(Cow::Borrowed(name));
        let steps = [name("lists"), name("a.b"), Step::Item(3), name("c]\"\\"), name(""), name("when")];
        let path = joined(&steps);
        assert_eq!(path, r#"lists["a.b"][3]["c]\"\\"][""].when"#);
        assert_eq!(around(&path), r#"lists["a.b"][3]["c]\"\\"][""]"#);
        assert_eq!(around(around(&path)), r#"lists["a.b"][3]["c]\"\\"]"#);
        assert_eq!(around("rules"), "");
        assert!(
            is_below(&path, "lists") && is_below(&path, r#"lists["a.b"]"#) && !is_below("listst", "lists")
        );
    }

    proptest::proptest! {
        #[test]
        fn what_is_joined_is_taken_apart_again(
            names in proptest::collection::vec((r#"[a.\[\]"\\0锐 ]{0,4}"#, proptest::option::of(0_usize..12)), 0..6)
        ) {
            let steps_of = |(name, index): &(String, Option<usize>)| match index {
                Some(index) => Step::Item(*index),
                None => Step::Member(Cow::Owned(name.clone())),
            };
            let all: Vec<Step<'static>> = names.iter().map(steps_of).collect();
            let path = joined(&all);
            assert_eq!(steps(&path).collect::<Vec<_>>(), all, "{path}");
            assert_eq!(around(&path), joined(all.get(..all.len().saturating_sub(1)).unwrap()));
            // Cut at any place, no step is lost but the last.
            for (cut, _) in path.char_indices() {
                let parts: Vec<_> = steps(path.get(..cut).unwrap()).collect();
                let whole = parts.len().saturating_sub(1);
                assert_eq!(parts.get(..whole), all.get(..whole), "{path} cut at {cut}");
            }
        }
    }
}
