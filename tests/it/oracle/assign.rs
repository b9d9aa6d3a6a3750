//! Assignment again, slow and obvious, on plain data: what the engine must agree with pick by pick; and the family
//! of seeded random rosters on which the figures are measured.

use std::collections::{BTreeMap, BTreeSet};

/// One lead in the units credit is counted in.
pub(crate) const ONE_LEAD: i128 = 1 << 32;

/// A small generator with a seed (splitmix64), so that a family of cases is the same everywhere.
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }
}

/// A rep of the family.
#[derive(Debug, Clone)]
pub(crate) struct Seller {
    pub(crate) id: String,
    pub(crate) weight: u32,
    /// Regions served, by index; empty is all.
    pub(crate) territories: BTreeSet<usize>,
    /// Hours away: from the first up to, not including, the second.
    pub(crate) away: Vec<(u32, u32)>,
}

/// A lead of the family.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) id: String,
    pub(crate) region: usize,
    pub(crate) hour: u32,
    /// Sellers who had it before, by index.
    pub(crate) before: Vec<usize>,
}

/// One case of the family: up to 100 reps with weights 1 to 10, up to 31 overlapping territories, absences, and in 30 of
/// 100 leads one or two previous owners.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) sellers: Vec<Seller>,
    pub(crate) visitors: Vec<Visitor>,
}

impl Case {
    pub(crate) fn new(seed: u64, leads: usize) -> Case {
        let mut random = Seeded(seed);
        let regions = 1 + random.below(31);
        let count = 2 + random.below(99);
        let equal = random.percent(30);
        let hours = (leads / 10).max(1);
        let sellers = (0..count)
            .map(|index| {
                let territories = match random.percent(15) {
                    true => BTreeSet::new(),
                    false => (0..1 + random.below(6)).map(|_| random.below(regions)).collect(),
                };
                let away = (0..random.below(4))
                    .map(|_| {
                        let from = random.below(hours);
                        (from as u32, (from + 1 + random.below(hours / 8 + 1)) as u32)
                    })
                    .collect();
                let weight = if equal { 1 } else { 1 + random.below(10) as u32 };
                Seller { id: format!("r{index:03}"), weight, territories, away }
            })
            .collect();
        let visitors = (0..leads)
            .map(|index| {
                let before = match random.percent(30) {
                    true => (0..1 + random.below(2)).map(|_| random.below(count)).collect(),
                    false => Vec::new(),
                };
                // Some regions bring far more leads than others.
                let region = random.below(regions).min(random.below(regions));
                Visitor { id: format!("L{index}"), region, hour: (index / 10) as u32, before }
            })
            .collect();
        Case { sellers, visitors }
    }

    /// Who may take a lead, by index.
    pub(crate) fn eligible(&self, visitor: &Visitor) -> Vec<usize> {
        (0..self.sellers.len())
            .filter(|index| {
                let seller = &self.sellers[*index];
                let serves = seller.territories.is_empty() || seller.territories.contains(&visitor.region);
                let away =
                    seller.away.iter().any(|(from, until)| *from <= visitor.hour && visitor.hour < *until);
                serves && !away && seller.weight > 0 && !visitor.before.contains(index)
            })
            .collect()
    }
}

/// Fair shares, by the definition.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shares {
    pub(crate) credit: BTreeMap<String, i128>,
}

impl Shares {
    /// Gives one lead to one of those eligible, each with a weight.
    pub(crate) fn give(&mut self, eligible: &[(&str, u32)]) -> Option<String> {
        self.give_by(eligible, &|_| (0, 1))
    }

    /// Gives one lead to who has the smallest load, a part of something, and of those to whom most is owed.
    pub(crate) fn give_by(
        &mut self,
        eligible: &[(&str, u32)],
        load: &dyn Fn(&str) -> (u64, u64),
    ) -> Option<String> {
        let total: i128 = eligible.iter().map(|(_, weight)| i128::from(*weight)).sum();
        let mut paid = 0;
        for (id, weight) in eligible {
            let gain = i128::from(*weight) * ONE_LEAD / total;
            *self.credit.entry((*id).to_owned()).or_default() += gain;
            paid += gain;
        }
        let is_less = |one: &str, other: &str| load(one).0 * load(other).1 < load(other).0 * load(one).1;
        let least: Vec<&str> = eligible.iter().map(|(id, _)| *id).collect();
        let least: Vec<&str> =
            least.iter().filter(|id| !least.iter().any(|other| is_less(other, id))).copied().collect();
        let most = least.iter().map(|id| self.credit[*id]).max()?;
        let winner = *least.iter().filter(|id| self.credit[**id] == most).min()?;
        *self.credit.get_mut(winner)? -= paid;
        Some(winner.to_owned())
    }

    /// The greatest distance from nothing owed, in leads.
    pub(crate) fn drift(&self) -> f64 {
        self.credit.values().map(|units| units.unsigned_abs()).max().unwrap_or(0) as f64 / ONE_LEAD as f64
    }
}

/// Smooth weighted round robin as nginx publishes it: every eligible peer gains its weight, the first of the
/// greatest wins and pays the total.
pub(crate) fn smooth_weighted(current: &mut [i64], weights: &[u32], eligible: &[usize]) -> Option<usize> {
    let mut best: Option<usize> = None;
    let mut total = 0;
    for &index in eligible {
        current[index] += i64::from(weights[index]);
        total += i64::from(weights[index]);
        if best.is_none_or(|best| current[index] > current[best]) {
            best = Some(index);
        }
    }
    current[best?] -= total;
    best
}
