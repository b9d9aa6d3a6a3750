//! "Did you mean".

use super::similarity::{jaro_winkler, osa};

/// The candidate that a misspelt word most probably meant, or none when nothing comes near.
///
/// A candidate comes near when at most a third of the longer word's characters (at least one) must be changed
/// (optimal string alignment on folded text), or when Jaro-Winkler similarity is 0.9 or more. Fewest edits first, then the
/// higher similarity, then the candidate given first. O(candidates × length²).
///
/// ```
/// use leadkit::text::closest;
///
/// let fields = ["lead.company", "lead.phone", "lead.email"];
/// assert_eq!(closest("lead.compnay", fields), Some("lead.company"));
/// assert_eq!(closest("zip", fields), None);
/// ```
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(word, &mut candidates.into_iter())
}

/// One copy, whatever the candidates come from.
fn nearest<'a>(word: &str, candidates: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = super::fold(word);
    let length = word.chars().count();
    let mut best: Option<(usize, f64, &'a str)> = None;
    for candidate in candidates {
        let folded = super::fold(candidate);
        let longest = length.max(folded.chars().count());
        // Words of hundreds of characters are data, not misspelt names: spare the quadratic work.
        if longest > 256 {
            continue;
        }
        let edits = osa(&word, &folded);
        let likeness = jaro_winkler(&word, &folded);
        if edits > (longest / 3).max(1).min(longest.saturating_sub(1)) && likeness < 0.9 {
            continue;
        }
        if best.is_none_or(|(e, l, _)| (edits, -likeness) < (e, -l)) {
            best = Some((edits, likeness, candidate));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let fields = ["region", "brand", "phone", "created_at", "x"];
        for (word, want) in [
            ("Region", Some("region")),
            ("regions", Some("region")),
            ("phnoe", Some("phone")),
            ("create_at", Some("created_at")),
            ("revenue", None),
            ("", None),
            ("y", None),
        ] {
            assert_eq!(closest(word, fields), want, "{word}");
        }
        assert_eq!(closest("a", []), None);
    }
}
