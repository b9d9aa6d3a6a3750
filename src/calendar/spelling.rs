//! "Did you mean" for a host that reads a calendar as a part of its own document, with serde alone.

use std::borrow::Cow;

use serde::de::Error;

use crate::text;

/// Adds the name that was most probably meant to serde's message about an unknown key or name. The rest
/// of the text stays: the loader of documents reads it.
pub(super) fn with_suggestion<E: Error>(error: E) -> E {
    let text = error.to_string();
    match suggested(&text) {
        Cow::Owned(better) => E::custom(better),
        Cow::Borrowed(_) => error,
    }
}

fn suggested(text: &str) -> Cow<'_, str> {
    let better = || {
        let rest =
            ["unknown field `", "unknown variant `"].iter().find_map(|start| text.strip_prefix(start))?;
        let (head, list) = rest.rsplit_once(", expected ")?;
        let name = head.strip_suffix('`')?;
        let close = text::closest(name, list.split('`').skip(1).step_by(2))?;
        let start = text.get(..text.len() - rest.len())?;
        Some(format!("{start}{head} (did you mean `{close}`?), expected {list}"))
    };
    better().map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::suggested;

    #[test]
    fn the_name_that_was_meant_is_added_and_nothing_is_lost() {
        assert_eq!(
            suggested("unknown field `shift`, expected one of `zone`, `shifts` at line 1 column 8"),
            "unknown field `shift` (did you mean `shifts`?), expected one of `zone`, `shifts` at line 1 column 8"
        );
        for as_it_was in [
            "unknown field `wholly_different`, expected `from` or `through`",
            "missing field `days`",
            "unknown field `a",
            "",
        ] {
            assert_eq!(suggested(as_it_was), as_it_was);
        }
    }
}
