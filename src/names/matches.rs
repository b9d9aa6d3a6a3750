//! The answers of a search.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::features::{Vector, at};
use super::number::round;
use super::record::{NO_FORM, View};
use super::relation::Relation;
use crate::model::open_enum::closed_enum;

/// A name of the index that is like the query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NameMatch<K> {
    /// The key it was inserted with.
    pub id: K,
    /// Whether the names are of one company, of two that belong together, or of strangers. Only `same` is a match;
    /// `related` is worth showing.
    pub relation: Relation,
    /// Confidence that this is the company meant: a calibrated probability, 0 to 1, rounded to 1e-9. It takes the
    /// runner-up and the size of the index into account, so the same two names score lower among a million. Less than
    /// 0.5 unless the relation is `same`.
    pub score: f64,
    /// How alike the two names are, whatever else is in the index: a probability, 0 to 1; less than 0.5 unless the
    /// relation is `same`.
    pub similarity: f64,
    /// Log-odds of the similarity ahead of the best other match; negative for all but the first.
    pub margin: f64,
    /// Another match is so near that the names alone cannot decide: let region, registration number, domain or phone
    /// decide.
    pub ambiguous: bool,
    /// The parts in which the two names agree and differ.
    pub evidence: Evidence,
}

closed_enum! {
    /// How one part of two names compares.
    Agreement {
        /// Neither of the names has such a part.
        Absent = "absent",
        /// Only one of the names has it.
        OneSided = "one_sided",
        /// Both have it and they agree.
        Agrees = "agrees",
        /// Both have it and they share something.
        Overlaps = "overlaps",
        /// Both have it and they contradict each other.
        Differs = "differs",
    }
}

/// Evidence for and against a match. `Display` is an English sentence; the fields are for the host's own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evidence {
    /// The names (legal forms left out) are the same.
    pub equal: bool,
    /// The query was an alias, and its company was looked for.
    pub alias: bool,
    /// The brands, by which the companies are known.
    pub brand: Agreement,
    /// The industries in the names.
    pub industry: Agreement,
    /// Regions named: one inside the other agrees.
    pub region: Agreement,
    /// The legal forms, such as `有限公司`.
    pub legal_form: Agreement,
    /// The branches, departments and offices in the names.
    pub branch: Agreement,
    /// The numbers in the names.
    pub numbers: Agreement,
    /// Share of the query's information (bits of its grams) that the record has too, 0 to 1.
    pub query_covered: f64,
    /// Share of the record's characters that the query has too, 0 to 1.
    pub record_covered: f64,
    /// The similarity these add up to, 0 to 1.
    pub similarity: f64,
    /// Pieces of text in common, longest first; only filled on request.
    pub shared: Vec<String>,
}

impl Evidence {
    pub(super) fn new(query: &View<'_>, record: &View<'_>, x: &Vector, similarity: f64) -> Evidence {
        let value = |index: usize| x.get(index).copied().unwrap_or_default();
        let on = |index| value(index) > 0.0;
        // Silence is not disagreement: a part that only one name has is one-sided, since people leave parts out.
        let texts = |a: &str, b: &str, overlap: f64| match (a.is_empty(), b.is_empty()) {
            (true, true) => Agreement::Absent,
            (true, false) | (false, true) => Agreement::OneSided,
            _ if a == b => Agreement::Agrees,
            _ if overlap > 0.0 => Agreement::Overlaps,
            _ => Agreement::Differs,
        };
        let codes = |a: bool, b: bool, same: bool| match (a, b) {
            (false, false) => Agreement::Absent,
            (true, true) if same => Agreement::Agrees,
            (true, true) => Agreement::Differs,
            _ => Agreement::OneSided,
        };
        Evidence {
            equal: on(at::EQUAL),
            alias: false,
            brand: texts(query.brand, record.brand, value(at::BRAND_OVERLAP)),
            industry: texts(query.industry, record.industry, value(at::INDUSTRY_AGREES)),
            region: match (on(at::REGION_AGREES), on(at::REGION_CONFLICTS), on(at::REGION_ONE_SIDED)) {
                (true, _, _) => Agreement::Agrees,
                (_, true, _) => Agreement::Differs,
                (_, _, true) => Agreement::OneSided,
                _ => Agreement::Absent,
            },
            legal_form: codes(query.form != NO_FORM, record.form != NO_FORM, query.form == record.form),
            // Branches do not overlap: two of one company may share every word but one.
            branch: texts(query.branch, record.branch, 0.0),
            numbers: codes(query.numbers != 0, record.numbers != 0, query.numbers == record.numbers),
            query_covered: round(value(at::QUERY_GRAMS)),
            record_covered: round(value(at::RECORD_CHARS)),
            similarity,
            shared: Vec::new(),
        }
    }

    /// The parts with their names, in the order they are shown.
    fn parts(&self) -> [(&'static str, Agreement); 6] {
        [
            ("brand", self.brand),
            ("industry", self.industry),
            ("region", self.region),
            ("legal form", self.legal_form),
            ("branch", self.branch),
            ("numbers", self.numbers),
        ]
    }
}

fn list(f: &mut fmt::Formatter<'_>, items: &[&str]) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        match i {
            0 => {}
            _ if i + 1 == items.len() => f.write_str(" and ")?,
            _ => f.write_str(", ")?,
        }
        f.write_str(item)?;
    }
    Ok(())
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.alias {
            f.write_str("by alias: ")?;
        }
        if self.equal {
            f.write_str("the names are equal")?;
        }
        let mut told = self.equal;
        for (agreement, word) in [
            (Agreement::Agrees, "agree in"),
            (Agreement::Overlaps, "overlap in"),
            (Agreement::Differs, "differ in"),
            (Agreement::OneSided, "only one names"),
        ] {
            let parts: Vec<&str> =
                self.parts().iter().filter(|(_, a)| *a == agreement).map(|(name, _)| *name).collect();
            if parts.is_empty() || self.equal && agreement == Agreement::Agrees {
                continue;
            }
            if told {
                f.write_str("; ")?;
            }
            told = true;
            write!(f, "{word} ")?;
            list(f, &parts)?;
        }
        if !self.shared.is_empty() {
            let shared: Vec<&str> = self.shared.iter().map(String::as_str).collect();
            f.write_str(if told { "; share " } else { "share " })?;
            list(f, &shared)?;
        }
        write!(
            f,
            "; {:.0} % of the query and {:.0} % of the record in common, similarity {:.3}",
            self.query_covered * 100.0,
            self.record_covered * 100.0,
            self.similarity
        )
    }
}

/// The longest pieces (two characters or more) that two texts have in common, at most four.
pub(super) fn shared_pieces(a: &str, b: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let starts: Vec<usize> = a.char_indices().map(|(i, _)| i).chain([a.len()]).collect();
    let mut from = 0;
    while from + 2 < starts.len() {
        let piece = |to: usize| {
            let range = starts.get(from).copied().zip(starts.get(to).copied());
            range.and_then(|(s, e)| a.get(s..e)).unwrap_or_default()
        };
        // Greedy from the left. Quadratic in the length of a name, which is why it runs only on request.
        let longest = (from + 2..starts.len()).take_while(|to| b.contains(piece(*to))).last();
        let Some(to) = longest else {
            from += 1;
            continue;
        };
        let text = piece(to).trim();
        if text.chars().nth(1).is_some() && !found.iter().any(|f| f == text) {
            found.push(text.to_owned());
        }
        from = to;
    }
    found.sort_by_key(|text| std::cmp::Reverse(text.chars().count()));
    found.truncate(4);
    found
}
