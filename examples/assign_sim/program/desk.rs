//! Leads given one by one, and what became of each rep's share.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;

use chrono::{DateTime, Utc};
use leadkit::assign::{
    AssignExplanation, AssignRule, AssignRules, AssignTarget, Assigner, Assignment, Ledger, Ledgers,
    ONE_LEAD, PoolRules, RepGroup, RepLedger, Roster, Strategy, TurnList,
};
use leadkit::calendar::{Calendars, Zone};
use leadkit::model::{Lead, Rep, RepId};
use leadkit::rule::{Condition, FactContext, Facts, HostTables, Operator};

use super::scenario::{NOWHERE, Scenario, Seller};

const POOL: &str = "leads";
const RULE: &str = "everybody";
const ALL: &str = "all";
/// Where a lead says its territory if territories are names.
const TERRITORY: &str = "attributes.territory";

/// The letter of the n-th rep.
fn letter(index: usize) -> String {
    match u8::try_from(index) {
        Ok(index) if index < 26 => char::from(b'a' + index).to_string(),
        _ => format!("[{}]", index + 1),
    }
}

/// Reps with weights and nothing else: who gets each of some leads.
pub(crate) fn sequence(
    strategy: Strategy,
    weights: &[u32],
    count: u32,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    // Ids in the order of the letters, however many there are.
    let id = |index: usize| RepId::from(format!("r{index:06}").as_str());
    let reps: Vec<Rep> = weights
        .iter()
        .enumerate()
        .map(|(index, weight)| Rep { id: id(index), weight: *weight, ..Rep::default() })
        .collect();
    let assigner = compile(plain(strategy, Zone::default(), None))?;
    let roster = Roster::compile(&reps, &Calendars::default())?;
    let letters: BTreeMap<RepId, String> =
        (0..weights.len()).map(|index| (id(index), letter(index))).collect();
    let (mut ledger, mut counts) = (Ledger::new(POOL.into()), RepLedger::default());
    let tables = HostTables::default();
    let mut given: BTreeMap<RepId, u32> = BTreeMap::new();
    let mut line = String::new();
    for number in 0..count {
        let lead = Lead { id: format!("L{number}").as_str().into(), ..Lead::default() };
        let facts = Facts::new(&lead, &FactContext::new(&tables, DateTime::<Utc>::UNIX_EPOCH));
        let decided = assigner.assign(&facts, &roster, Ledgers { pool: &ledger, reps: &counts });
        decided.delta().apply_to(&mut ledger, &mut counts)?;
        match decided.owner() {
            Some(rep) => {
                *given.entry(rep.clone()).or_default() += 1;
                line.push_str(letters.get(rep).map_or("?", String::as_str));
            }
            None => line.push('-'),
        }
    }
    writeln!(out, "rep\tweight\tleads")?;
    for (index, weight) in weights.iter().enumerate() {
        let count = given.get(&id(index)).copied().unwrap_or(0);
        writeln!(out, "{}\t{weight}\t{count}", letter(index))?;
    }
    writeln!(out, "{line}")?;
    Ok(())
}

fn plain(strategy: Strategy, zone: Zone, daily_assign_cap: Option<u32>) -> PoolRules {
    let rule = AssignRule { id: RULE.into(), then: AssignTarget::Everybody, ..AssignRule::default() };
    PoolRules { zone, daily_assign_cap, strategy, rules: vec![rule], ..PoolRules::default() }
}

fn compile(pool: PoolRules) -> Result<Assigner, Box<dyn Error>> {
    let all = RepGroup { when: Some(Condition::default()), ..RepGroup::default() };
    let (pools, groups) = ([(POOL.into(), pool)].into(), [(ALL.into(), all)].into());
    Ok(Assigner::compile(&AssignRules { pools, groups, ..AssignRules::default() })?)
}

/// As [`plain`], with a rule for each territory that is a name; all share one group's turns.
fn by_names(scenario: &Scenario, pool: PoolRules) -> Result<PoolRules, Box<dyn Error>> {
    let rule = |id: &str, when: Condition| AssignRule {
        id: id.into(),
        when,
        skills: [Scenario::serves(id)].into(),
        then: AssignTarget::Group { id: ALL.into(), strategy: None },
        ..AssignRule::default()
    };
    let named = |name: &String| Ok(rule(name, Condition::compare(TERRITORY, Operator::Eq, name.as_str())?));
    let mut rules = scenario.names.iter().map(named).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    rules.push(rule(NOWHERE, Condition::default()));
    Ok(PoolRules { rules, match_territory: false, ..pool })
}

/// What a rep got, and could have got.
#[derive(Default)]
struct Tally {
    leads: u32,
    fair: f64,
    waits: u32,
    longest: u32,
}

/// Everybody's tallies.
struct Tallies<'s> {
    sellers: &'s [Seller],
    tallies: BTreeMap<RepId, Tally>,
}

impl Tallies<'_> {
    fn weight(&self, rep: &RepId) -> f64 {
        self.sellers.iter().find(|one| one.rep.id == *rep).map_or(0.0, |one| f64::from(one.rep.weight))
    }

    /// Counts a lead that was given now.
    fn count(&mut self, decided: &Assignment, explained: &AssignExplanation) {
        let answers = explained.rules.iter().flat_map(|rule| &rule.reps);
        let eligible: Vec<&RepId> = answers.filter(|(_, no)| no.is_none()).map(|(rep, _)| rep).collect();
        let total: f64 = eligible.iter().map(|rep| self.weight(rep)).sum();
        for rep in eligible {
            let fair = self.weight(rep) / total;
            let tally = self.tallies.entry(rep.clone()).or_default();
            tally.fair += fair;
            if decided.owner() == Some(rep) {
                tally.leads += 1;
                tally.waits = 0;
            } else {
                tally.waits += 1;
                tally.longest = tally.longest.max(tally.waits);
            }
        }
    }

    fn write(
        &self,
        ledger: &Ledger,
        list: &TurnList,
        strategy: Strategy,
        out: &mut dyn Write,
    ) -> Result<(), Box<dyn Error>> {
        let smooth = strategy == Strategy::SmoothWeighted;
        let credits: BTreeMap<&RepId, i64> =
            if smooth { ledger.smooth_weights(list).collect() } else { ledger.credits(list).collect() };
        let leads: u32 = self.tallies.values().map(|tally| tally.leads).sum();
        writeln!(out, "\nrep\tleads\tshare\tfair share\tcredit\tlongest wait")?;
        for seller in self.sellers {
            let id = &seller.rep.id;
            let none = Tally::default();
            let tally = self.tallies.get(id).unwrap_or(&none);
            let owed = credits.get(id).copied().unwrap_or(0);
            let credit = match smooth {
                true => owed.to_string(),
                false => format!("{:+.3}", owed as f64 / ONE_LEAD as f64),
            };
            let share = if leads == 0 { 0.0 } else { f64::from(tally.leads) / f64::from(leads) };
            let (got, fair, longest) = (tally.leads, tally.fair, tally.longest);
            writeln!(out, "{id}\t{got}\t{share:.3}\t{fair:.2}\t{credit}\t{longest}")?;
        }
        Ok(())
    }
}

/// Who is there at a moment.
fn is_there(sellers: &[Seller], now: DateTime<Utc>) -> Vec<bool> {
    let is_there =
        |one: &Seller| one.joins.is_none_or(|at| at <= now) && one.leaves.is_none_or(|at| now < at);
    sellers.iter().map(is_there).collect()
}

fn roster(scenario: &Scenario, is_there: &[bool]) -> Result<Roster, Box<dyn Error>> {
    let there = scenario.sellers.iter().zip(is_there);
    let there = there.map(|(one, is_there)| Rep { active: one.rep.active && *is_there, ..one.rep.clone() });
    Ok(Roster::compile(&there.collect::<Vec<Rep>>(), &scenario.calendars)?)
}

/// Plays a scenario.
pub(crate) fn play(
    scenario: Scenario,
    strategy: Option<Strategy>,
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    let strategy = strategy.unwrap_or(scenario.strategy);
    let mut pool = plain(strategy, scenario.zone.clone(), scenario.daily_assign_cap);
    let mut list = TurnList::Rule(RULE.into());
    if !scenario.names.is_empty() {
        (pool, list) = (by_names(&scenario, pool)?, TurnList::Group(ALL.into()));
    }
    let assigner = compile(pool)?;
    let (mut ledger, mut counts) = (Ledger::new(POOL.into()), RepLedger::default());
    let tables = HostTables::default();
    let mut tallies = Tallies { sellers: &scenario.sellers, tallies: BTreeMap::new() };
    let mut there: Option<(Vec<bool>, Roster)> = None;
    writeln!(out, "lead\tat\towner\treason")?;
    for lead in &scenario.leads {
        let now = lead.created_at;
        let is_there = is_there(&scenario.sellers, now);
        // Compiled anew only when somebody comes or leaves.
        if there.as_ref().is_none_or(|(before, _)| *before != is_there) {
            let roster = roster(&scenario, &is_there)?;
            there = Some((is_there, roster));
        }
        let Some((_, roster)) = &there else { continue };
        let facts = Facts::new(lead, &FactContext::new(&tables, now));
        let ledgers = Ledgers { pool: &ledger, reps: &counts };
        let decided = assigner.assign(&facts, roster, ledgers);
        // A lead that comes again is told who has it, and given to nobody.
        if decided.repeats().is_none() {
            tallies.count(&decided, &assigner.explain(&facts, roster, ledgers));
        }
        decided.delta().apply_to(&mut ledger, &mut counts)?;
        let owner = decided.owner().map_or("-", |rep| rep.as_str());
        let mut reason = decided.to_string();
        if !scenario.names.is_empty() {
            // Nothing else asks for skills here.
            reason = reason.replace("(skill ", "(territory ").replace(" skill ", " territory ");
        }
        let reason = reason.strip_prefix(&format!("lead {} ", lead.id)).unwrap_or(&reason);
        let at = now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        writeln!(out, "{}\t{at}\t{owner}\t{reason}", lead.id)?;
    }
    tallies.write(&ledger, &list, strategy, out)
}
