//! Suggestions: "did you mean".

use super::similarity::{jaro_winkler, osa};

/// Most candidates that are compared with a word letter by letter.
const MAX_COMPARED: usize = 256;

/// The candidate that a misspelt word most probably meant, or none when nothing comes near.
///
/// A candidate comes near when at most a third of the longer word's characters (at least one) must be changed
/// (optimal string alignment on folded text), or when Jaro-Winkler similarity is 0.9 or more. Fewest edits first, then the
/// higher similarity, then the candidate given first. Of more than 256 candidates, those are compared whose characters
/// are most alike, whatever their order. O(candidates × length).
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
    among(word, &mut candidates.into_iter())
}

/// One copy, whatever the candidates come from.
fn among<'a>(word: &str, candidates: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = super::fold(word);
    let mut few: Vec<&'a str> = (&mut *candidates).take(MAX_COMPARED + 1).collect();
    if few.len() > MAX_COMPARED {
        few = most_alike(&word, few.into_iter().chain(candidates));
    }
    nearest(&word, few)
}

/// The candidates that need the fewest edits at the least, in the order given.
fn most_alike<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let own = Letters::of(word);
    // Never more than twice the number that is kept.
    let mut kept: Vec<(u32, usize, &'a str)> = Vec::new();
    let mut bound = u32::MAX;
    for (place, candidate) in candidates.enumerate() {
        let edits = own.least_edits(candidate);
        if edits >= bound {
            continue;
        }
        kept.push((edits, place, candidate));
        if kept.len() == 2 * MAX_COMPARED {
            kept.sort_unstable();
            kept.truncate(MAX_COMPARED);
            bound = kept.last().map_or(bound, |(edits, ..)| *edits);
        }
    }
    kept.sort_unstable();
    kept.truncate(MAX_COMPARED);
    kept.sort_unstable_by_key(|(_, place, _)| *place);
    kept.into_iter().map(|(.., candidate)| candidate).collect()
}

/// How often each letter stands in a word; letters share places.
struct Letters([i16; Letters::PLACES]);

impl Letters {
    const PLACES: usize = 64;
    /// Longer words are data, and only begin to be looked at.
    const MAX: usize = 256;

    fn of(word: &str) -> Letters {
        let mut letters = Letters([0; Letters::PLACES]);
        letters.add(word, 1);
        letters
    }

    fn add(&mut self, word: &str, by: i16) {
        for c in word.chars().take(Letters::MAX) {
            let place = c.to_ascii_lowercase() as usize % Letters::PLACES;
            self.0.get_mut(place).into_iter().for_each(|count| *count += by);
        }
    }

    /// No fewer edits make one word the other: each adds, takes away or replaces one letter.
    fn least_edits(&self, candidate: &str) -> u32 {
        let mut rest = Letters(self.0);
        rest.add(candidate, -1);
        let (mut more, mut less) = (0, 0);
        for count in rest.0 {
            more += u32::from(count.max(0).unsigned_abs());
            less += u32::from(count.min(0).unsigned_abs());
        }
        more.max(less)
    }
}

fn nearest<'a>(word: &str, candidates: Vec<&'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let mut best: Option<(usize, f64, &'a str)> = None;
    for candidate in candidates {
        let folded = super::fold(candidate);
        let longest = length.max(folded.chars().count());
        // Words of hundreds of characters are data, not misspelt names: spare the quadratic work.
        if longest > 256 {
            continue;
        }
        let edits = osa(word, &folded);
        let likeness = jaro_winkler(word, &folded);
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

    #[test]
    fn among_many_the_nearest_is_found_as_among_few() {
        let names: Vec<String> = (0..20_000).map(|number| format!("group_number_{number}")).collect();
        let known = || names.iter().map(String::as_str);
        for number in [0, 7, 255, 256, 1_234, 9_876, 12_345, 19_999] {
            let wanted = format!("group_number_{number}");
            assert_eq!(closest(&format!("grxup_number_{number}"), known()), Some(wanted.as_str()));
            assert_eq!(closest(&format!("Group_Nubmer_{number}"), known()), Some(wanted.as_str()));
        }
        assert_eq!(closest("something else altogether", known()), None);
    }
}
