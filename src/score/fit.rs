//! The static score: from rules to lines.

use super::account::{Number, Posting, Postings, Register, Why, say};
use super::line::ScoreAxis;
use super::outcome::Rare;
use super::points::CompiledAward;
use super::scratch::Work;
use super::source::LeadSource;
use crate::model::{Points, RuleId};
use crate::rule::{ConditionTable, Fault, Predicate, Script, ScriptBatch, ScriptSession};

#[derive(Debug, Clone)]
pub(super) struct CompiledFitRule {
    pub(super) id: RuleId,
    pub(super) number: Number,
    pub(super) when: Option<Predicate>,
    pub(super) points: CompiledAward,
}

/// Rules that follow one another are run in one step where that is possible; the lines are the same.
#[derive(Debug, Clone)]
pub(super) enum FitStep {
    /// Rules without scripts and with fixed points, and the number of their block.
    Table(ConditionTable, Number),
    /// Rules with a script as their condition and fixed points.
    Scripts(Scripts),
    Alone(CompiledFitRule),
}

#[derive(Debug, Clone)]
pub(super) struct Scripts {
    batch: ScriptBatch,
    rules: Vec<CompiledFitRule>,
    block: Number,
}

impl FitStep {
    pub(super) fn of(rules: Vec<CompiledFitRule>, book: &mut Register) -> Vec<FitStep> {
        let mut steps = Vec::new();
        let mut rules = rules.into_iter().peekable();
        while let Some(rule) = rules.next() {
            if rule.batched_script().is_some() {
                let mut batch = vec![rule];
                while batch.len() < ScriptBatch::MAX
                    && let Some(next) = rules.next_if(|next| next.batched_script().is_some())
                {
                    batch.push(next);
                }
                steps.extend(FitStep::scripts(batch, book));
                continue;
            }
            let mut table = ConditionTable::default();
            if !rule.joins(&mut table) {
                steps.push(FitStep::Alone(rule));
                continue;
            }
            let mut members = vec![rule];
            while let Some(next) = rules.next_if(|next| next.joins(&mut table)) {
                members.push(next);
            }
            steps.push(FitStep::Table(table.finish(), block(&members, book)));
        }
        steps.shrink_to_fit();
        steps
    }

    /// As few batches as the limits of one script allow.
    fn scripts(mut rules: Vec<CompiledFitRule>, book: &mut Register) -> Vec<FitStep> {
        let scripts: Vec<&Script> = rules.iter().filter_map(CompiledFitRule::batched_script).collect();
        if let Some(batch) = ScriptBatch::of(&scripts) {
            return vec![FitStep::Scripts(Scripts { batch, block: block(&rules, book), rules })];
        }
        if rules.len() <= 2 {
            return rules.into_iter().map(FitStep::Alone).collect();
        }
        let second = rules.split_off(rules.len() / 2);
        let mut steps = FitStep::scripts(rules, book);
        steps.extend(FitStep::scripts(second, book));
        steps
    }

    /// Adds the lines of the rules that hold.
    #[inline]
    pub(super) fn run(
        &self,
        lead: &LeadSource<'_>,
        work: &mut Work,
        lines: &mut Postings,
        rare: &mut Option<Box<Rare>>,
    ) {
        match self {
            FitStep::Table(table, block) => {
                let (held, points) = table.ask(lead);
                add_block(*block, held, points, lines);
            }
            FitStep::Scripts(scripts) => scripts.run(lead, work, lines, rare),
            FitStep::Alone(rule) => rule.run_alone(lead, work, lines, rare),
        }
    }
}

fn block(rules: &[CompiledFitRule], book: &mut Register) -> Number {
    book.block(rules.iter().map(|rule| (rule.number, rule.fixed_points().unwrap_or_default())).collect())
}

fn add_block(block: Number, held: u64, points: Points, lines: &mut Postings) {
    if held != 0 {
        lines.push(Posting { axis: ScoreAxis::Fit, points, why: Why::Conditions { block, held } });
    }
}

impl Scripts {
    #[inline(never)]
    fn run(
        &self,
        lead: &LeadSource<'_>,
        work: &mut Work,
        lines: &mut Postings,
        rare: &mut Option<Box<Rare>>,
    ) {
        let Some(held) = self.batch.test(lead, &mut work.scripts) else {
            // One of them fails, or the cost of each rule is requested.
            self.rules.iter().for_each(|rule| rule.run_alone(lead, work, lines, rare));
            return;
        };
        let given = self.rules.iter().enumerate().filter(|(index, _)| held & 1 << index != 0);
        let points = given.filter_map(|(_, rule)| rule.fixed_points()).sum();
        add_block(self.block, held, points, lines);
    }
}

impl CompiledFitRule {
    fn fixed_points(&self) -> Option<Points> {
        match self.points {
            CompiledAward::Fixed(points) => Some(points),
            _ => None,
        }
    }

    /// Adds the rule to a table, when it can be answered by one.
    fn joins(&self, table: &mut ConditionTable) -> bool {
        self.fixed_points().is_some_and(|points| table.push(self.when.as_ref(), points))
    }

    /// Its condition, when that is a script that can be run together with others.
    fn batched_script(&self) -> Option<&Script> {
        self.fixed_points()?;
        self.when.as_ref()?.only_script().filter(|script| script.can_be_batched())
    }

    #[inline(never)]
    fn run_alone(
        &self,
        lead: &LeadSource<'_>,
        work: &mut Work,
        lines: &mut Postings,
        rare: &mut Option<Box<Rare>>,
    ) {
        self.run(lead, &mut work.scripts, lines, rare)
            .unwrap_or_else(|fault| Rare::note(rare, &self.id, fault));
        work.note_cost(&self.id);
    }

    /// Adds the lines of the rule, when it holds.
    fn run(
        &self,
        lead: &LeadSource<'_>,
        scripts: &mut ScriptSession,
        lines: &mut Postings,
        rare: &mut Option<Box<Rare>>,
    ) -> Result<(), Fault> {
        let holds = self.when.as_ref().map_or(Ok(true), |when| when.eval_in(lead, scripts));
        if !holds? {
            return Ok(());
        }
        let rule = self.number;
        let why = match self.when {
            Some(_) => Why::Condition { rule },
            None => Why::Award { rule },
        };
        let mut add = |points, why| lines.push(Posting { axis: ScoreAxis::Fit, points, why });
        if let CompiledAward::Program(script) = &self.points {
            let Some((total, reasons)) = script.program(lead, scripts)? else { return Ok(()) };
            let mut rest = total;
            let explained = !reasons.is_empty();
            for (points, text) in reasons {
                rest = rest - points;
                add(points, say(rule, text, &mut rare.get_or_insert_default().said));
            }
            if rest != Points::ZERO {
                add(rest, if explained { Why::ScriptRest { rule } } else { why });
            }
        } else if let Some(points) = self.points.give(lead, &lead.facts.read().attributes, scripts)? {
            match self.fixed_points() {
                Some(_) => add(points, Why::Condition { rule }),
                None if points != Points::ZERO => add(points, why),
                // Zero calculated points are not reported.
                None => {}
            }
        }
        Ok(())
    }
}
