//! Records whose company name is like the lead's: which of them are hits, and whether the names can distinguish them.

use super::candidate::{Candidate, Likeness, Source, show};
use super::case::Case;
use super::probe::MatchKeyKind;
use super::resolution::TieBreak;
use crate::company::CompanyName;
use crate::model::Region;
use crate::names::{Asked, Relation, Weighed, is_near};
use crate::order;
use crate::rule::Facts;

/// A record that a rule hits.
pub(super) struct RuleHit<'c, 'r> {
    pub(super) candidate: &'c Candidate<'r>,
    pub(super) evidence: String,
    pub(super) similarity: Option<f64>,
    pub(super) ambiguous: bool,
    pub(super) told_by: Option<TieBreak>,
}

/// A record with a like name.
struct Row<'c, 'r> {
    candidate: &'c Candidate<'r>,
    found: Weighed,
    name: &'r str,
    company: &'c str,
    identical: bool,
}

impl Row<'_, '_> {
    fn is_company_of(&self, other: &Row<'_, '_>) -> bool {
        self.identical && other.identical || !self.company.is_empty() && self.company == other.company
    }
}

fn companies(rows: &[&Row<'_, '_>]) -> usize {
    order::set(rows.iter().map(|row| row.company)).len()
}

/// The hits of one rule among the records that count for it. A record of another company, however alike the names
/// are, is hit by a rule that marks, and by no other.
pub(super) fn hits<'c, 'r>(
    asked: &Asked<'_>,
    threshold: f64,
    marks: bool,
    records: &[&'c Candidate<'r>],
    case: &Case<'_, '_>,
) -> Vec<RuleHit<'c, 'r>> {
    // A record with the very same name needs no judge.
    let mut hits = identical(records, case);
    let all = like_rows(records, case);
    let is_one = |row: &Row<'c, 'r>| row.identical || row.found.relation == Relation::Same;
    let (rows, related): (Vec<Row<'c, 'r>>, Vec<Row<'c, 'r>>) = all.into_iter().partition(is_one);
    let company = case.facts.read().company.as_deref().unwrap_or_default();
    let probability =
        |row: &Row<'_, '_>, rival: Option<f64>| asked.probability(&row.found, rival, rows.len());
    let hit = |row: &Row<'c, 'r>, similarity, ambiguous, told_by| RuleHit {
        candidate: row.candidate,
        evidence: format!(
            "{} ~ {}",
            show(MatchKeyKind::CompanyExact, company.trim()),
            show(MatchKeyKind::CompanyExact, row.name.trim())
        ),
        similarity: Some(similarity),
        ambiguous,
        told_by,
    };
    // Names can be ambiguous only if no record has the identical name.
    if hits.is_empty()
        && let Some((near, outside)) = near(&rows)
    {
        let of_near = |row: &&Row<'c, 'r>| probability(row, outside);
        let near: Vec<&Row<'c, 'r>> = near.into_iter().filter(|row| of_near(row) >= threshold).collect();
        // Several records of one company raise no doubt about the company.
        if companies(&near) > 1 {
            let (rows, told_by) = match told_apart(&near, case) {
                Some((rows, by)) => (rows, Some(by)),
                None => (near, None),
            };
            let hit = |row: &Row<'c, 'r>| hit(row, of_near(&row), told_by.is_none(), told_by);
            return rows.into_iter().map(hit).collect();
        }
    }
    for row in rows.iter().filter(|row| !row.identical) {
        // Records of one company would each halve the other's probability.
        let rival = rows.iter().find(|rival| !rival.is_company_of(row) && rival.record_is_not(row));
        let similarity = probability(row, rival.map(|rival| rival.found.log_odds));
        if similarity >= threshold {
            hits.push(hit(row, similarity, false, None));
        }
    }
    // A sister company is worth a mark and nothing more, so only rules that mark see it.
    if marks && hits.is_empty() {
        let alike = related.iter().filter(|row| asked.likeness(&row.found, related.len()) >= threshold);
        hits.extend(alike.map(|row| {
            let similarity = probability(row, None);
            let found = hit(row, similarity, false, None);
            RuleHit { evidence: format!("{} (related)", found.evidence), ..found }
        }));
    }
    hits
}

/// The records that share the lead's company key.
fn identical<'c, 'r>(records: &[&'c Candidate<'r>], case: &Case<'_, '_>) -> Vec<RuleHit<'c, 'r>> {
    let same =
        |candidate: &&'c Candidate<'r>| candidate.shares(MatchKeyKind::CompanyExact, case.usable).is_some();
    let hit = |candidate: &'c Candidate<'r>| RuleHit {
        candidate,
        evidence: show(MatchKeyKind::CompanyExact, candidate.company()),
        similarity: Some(1.0),
        ambiguous: false,
        told_by: None,
    };
    records.iter().copied().filter(same).map(hit).collect()
}

/// The records whose names are like the lead's, the likeliest first.
fn like_rows<'c, 'r>(records: &[&'c Candidate<'r>], case: &Case<'_, '_>) -> Vec<Row<'c, 'r>> {
    let row = |candidate: &'c Candidate<'r>| {
        let Likeness { found, name, company } = candidate.likeness.as_ref()?;
        let identical = candidate.shares(MatchKeyKind::CompanyExact, case.usable).is_some();
        Some(Row { candidate, found: *found, name, company, identical })
    };
    let mut rows: Vec<Row<'c, 'r>> = records.iter().copied().filter_map(row).collect();
    rows.sort_by(|a, b| {
        let likelier = b.found.log_odds.total_cmp(&a.found.log_odds);
        likelier.then_with(|| a.candidate.age().cmp(&b.candidate.age()))
    });
    rows
}

impl Row<'_, '_> {
    fn record_is_not(&self, other: &Row<'_, '_>) -> bool {
        !std::ptr::eq(self.candidate, other.candidate)
    }
}

/// The rows nearest to the best, when they are of several companies, and the log-odds of the best of the others.
fn near<'x, 'c, 'r>(rows: &'x [Row<'c, 'r>]) -> Option<(Vec<&'x Row<'c, 'r>>, Option<f64>)> {
    let best = rows.first()?.found.log_odds;
    let near: Vec<&Row<'c, 'r>> = rows.iter().take_while(|row| is_near(best, row.found.log_odds)).collect();
    let stranger = |row: &&Row<'c, 'r>| !near.iter().any(|near| near.is_company_of(row));
    // Compare with the nearest record outside the group. If the near names were compared with one another, none would
    // ever be likely.
    let outside = rows.iter().skip(near.len()).find(stranger).map(|row| row.found.log_odds);
    (companies(&near) > 1).then_some((near, outside))
}

/// The rows of the one company that another key, or the region, points to.
fn told_apart<'x, 'c, 'r>(
    near: &[&'x Row<'c, 'r>],
    case: &Case<'_, '_>,
) -> Option<(Vec<&'x Row<'c, 'r>>, TieBreak)> {
    let by_key = |row: &&Row<'c, 'r>| {
        let own = |kind: &&TieBreak| row.candidate.shares(kind.key_kind()?, case.usable);
        TieBreak::ALL.iter().find(|kind| own(kind).is_some()).copied()
    };
    let sharing: Vec<&Row<'c, 'r>> = near.iter().copied().filter(|row| by_key(row).is_some()).collect();
    // If some share a key with the lead, those that share none are out.
    let left = if sharing.is_empty() { near.to_vec() } else { sharing };
    if companies(&left) == 1 {
        let by = left.first().and_then(by_key)?;
        return Some((left, by));
    }
    // Keys have left several companies: the place decides if only one of them is there.
    let ours = case.facts.stated_region().and_then(inside_a_country)?;
    let place = |row: &Row<'c, 'r>| region(row.candidate, case.facts).and_then(inside_a_country);
    let agrees =
        |row: &&Row<'c, 'r>| place(row).is_some_and(|its| its.contains(&ours) || ours.contains(&its));
    let (there, elsewhere): (Vec<&Row<'c, 'r>>, Vec<&Row<'c, 'r>>) = left.into_iter().partition(agrees);
    // Nobody knows whether a rival without a place is there as well.
    let is_rival = |row: &&&Row<'c, 'r>| !there.iter().any(|one| one.is_company_of(row));
    let all_known = elsewhere.iter().filter(is_rival).all(|row| place(row).is_some());
    (companies(&there) == 1 && all_known).then_some((there, TieBreak::Region))
}

/// A region that is narrower than the country, which most records share.
fn inside_a_country(region: Region) -> Option<Region> {
    region.subdivision().is_some().then_some(region)
}

fn region(candidate: &Candidate<'_>, facts: &Facts<'_>) -> Option<Region> {
    let context = facts.context();
    match candidate.read {
        Source::Account(account) => account
            .region
            .or_else(|| CompanyName::parse(&account.company, &context.tables.gazetteer).region()),
        Source::Lead(lead) => Facts::new(lead, context).stated_region(),
    }
}
