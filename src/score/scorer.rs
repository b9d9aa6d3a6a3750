//! The scorer and its main call.

use std::sync::Arc;

use super::account::{Posting, Postings, Register, Why};
use super::engagement::CompiledEngagementRule;
use super::events::{EventOrder, Events, Kinds, Others};
use super::fit::FitStep;
use super::grade::{FitGrade, GradeBounds, LevelBounds, ScoreCell};
use super::line::ScoreAxis;
use super::outcome::{Disqualification, Rare, Score};
use super::rules::{FaultPolicy, Maturity, WeightedMaturity};
use super::scratch::{Scratch, Work};
use super::section::Section;
use super::source::LeadSource;
use crate::model::{Points, RuleId};
use crate::rule::{Facts, Predicate, RulesVersion, Sharing};

/// Scores leads by validated rules: immutable, shared by reference across threads.
///
/// Scoring costs O(activities · log activities + rules · activities of the rule's kind). A script takes at most 10,000
/// operations a run. One in an engagement rule runs for every activity of its kind: those of one lead take at most
/// 100,000 operations and read at most 10 MiB of text together; a rule that reaches these limits is a fault of that
/// score. Script conditions of fit rules that follow one another are run as one; when one of them fails, they are run
/// again one by one.
#[derive(Debug, Clone)]
pub struct Scorer {
    pub(super) kinds: Kinds,
    pub(super) engagement: Vec<Section<CompiledEngagementRule>>,
    pub(super) levels: LevelBounds,
    pub(super) fit: Vec<Section<FitStep>>,
    pub(super) grades: GradeBounds,
    pub(super) disqualifiers: Vec<CompiledDisqualifier>,
    /// The mature cells, a bit each; without them, the weighted sum decides.
    pub(super) mature_cells: Option<u16>,
    pub(super) maturity: Maturity,
    pub(super) on_fault: FaultPolicy,
    pub(super) book: Arc<Register>,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledDisqualifier {
    pub(super) id: RuleId,
    pub(super) when: Option<Predicate>,
    pub(super) reason: Arc<str>,
}

impl Scorer {
    /// The version of the rules, which every score carries.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.book.version
    }

    /// Scores a lead by its facts and activities, at the time of the facts.
    ///
    /// Only activities of this lead count, and those that name no lead: inside scoring, `activity.count.*` and
    /// `activity.last` refer to these.
    ///
    /// ```
    /// # use leadkit::model::{Activity, Lead, Points};
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use leadkit::score::{ScoreRules, Scorer};
    /// # let scorer = Scorer::compile(&ScoreRules::default())?;
    /// # let now = "2026-03-10T09:00:00Z".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), employee_count: Some(300), ..Lead::default() };
    /// # let activities = [Activity { id: "1".into(), kind: "form_submit".into(), time: now, ..Activity::default() }];
    /// # let tables = HostTables::default();
    /// # let context = FactContext { activities: &activities, ..FactContext::new(&tables, now) };
    /// # let facts = Facts::new(&lead, &context);
    /// // A lead of 300 employees that has sent a form.
    /// let score = scorer.score(&facts);
    /// assert_eq!((score.engagement(), score.cell().to_string().as_str()), (Points::new(20), "D4"));
    /// assert!(!score.is_mature());
    /// assert_eq!(
    ///     score.lines().last().unwrap().to_string(),
    ///     "+25 fit by rule company_size.200: its condition holds",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn score(&self, facts: &Facts<'_>) -> Score {
        self.score_in(&mut Scratch::default(), facts)
    }

    pub(super) fn score_in(&self, scratch: &mut Scratch, facts: &Facts<'_>) -> Score {
        let (activities, as_of) = (facts.activities(), facts.now());
        let Scratch { timeline, others, work } = scratch;
        others.clear();
        let others = &*others;
        work.scripts.begin();
        let mut entries = Postings::default();
        let mut rare = None;
        let (timeline, engagement) = match activities.is_empty() {
            true => (const { &EventOrder::new() }, Points::ZERO),
            false => {
                let engagement = self.engage(timeline, others, work, facts, &mut entries, &mut rare);
                (&*timeline, engagement)
            }
        };
        let events = Events { activities, timeline, kinds: &self.kinds, others };
        let lead = LeadSource { facts, events, as_of };
        work.scripts.begin_sharing(Sharing::Lead);
        let fit = axis(ScoreAxis::Fit, &self.fit, &mut entries, |step, lines| {
            step.run(&lead, work, lines, &mut rare);
        });
        let is_disqualified = !self.disqualifiers.is_empty() && self.disqualify(lead, work, &mut rare);
        work.scripts.end_sharing();
        let grade = if is_disqualified { FitGrade::D } else { self.grades.grade(fit) };
        let cell = ScoreCell { grade, level: self.levels.level(engagement) };
        let is_faulty = rare.as_ref().is_some_and(|rare| !rare.faults.is_empty());
        let failed = is_faulty && self.on_fault == FaultPolicy::Fail;
        let mature = !failed && self.is_mature(cell, engagement, fit);
        let (lead, book) = (facts.lead().id.clone(), Arc::clone(&self.book));
        Score { lead, as_of, engagement, fit, cell, mature, failed, entries, rare, book }
    }

    /// The dynamic score. Every engagement rule is about activities, so leads without any cost no time here.
    #[inline(never)]
    fn engage(
        &self,
        timeline: &mut EventOrder,
        others: &Others,
        work: &mut Work,
        facts: &Facts<'_>,
        entries: &mut Postings,
        rare: &mut Option<Box<Rare>>,
    ) -> Points {
        let activities = facts.activities();
        timeline.fill(&self.kinds, &facts.lead().id, activities);
        let lead = LeadSource {
            facts,
            events: Events { activities, timeline, kinds: &self.kinds, others },
            as_of: facts.now(),
        };
        work.scripts.begin_sharing(Sharing::Activities);
        let engagement = axis(ScoreAxis::Engagement, &self.engagement, entries, |rule, lines| {
            rule.run(lead, work, lines).unwrap_or_else(|fault| Rare::note(rare, &rule.id, fault));
            work.note_cost(&rule.id);
        });
        work.scripts.end_sharing();
        engagement
    }

    /// Whether anything makes the lead a D.
    #[inline(never)]
    fn disqualify(&self, lead: LeadSource<'_>, work: &mut Work, rare: &mut Option<Box<Rare>>) -> bool {
        let mut any = false;
        for rule in &self.disqualifiers {
            match rule.when.as_ref().map_or(Ok(true), |when| when.eval_in(&lead, &mut work.scripts)) {
                Ok(true) => {
                    let (rule, reason) = (rule.id.clone(), Arc::clone(&rule.reason));
                    rare.get_or_insert_default().disqualified.push(Disqualification { rule, reason });
                    any = true;
                }
                Ok(false) => {}
                Err(fault) => Rare::note(rare, &rule.id, fault),
            }
            work.note_cost(&rule.id);
        }
        any
    }

    fn is_mature(&self, cell: ScoreCell, engagement: Points, fit: Points) -> bool {
        cell.grade != FitGrade::D
            && match &self.maturity {
                Maturity::Cells(_) => {
                    self.mature_cells.is_some_and(|bits| bits & 1u16 << (cell.index() & 15) != 0)
                }
                Maturity::Weighted(weighted) => weighted.reaches_mark(engagement, fit),
            }
    }
}

/// Adds the lines of an axis, with limits, and returns their sum.
fn axis<'r, T>(
    axis: ScoreAxis,
    sections: &'r [Section<T>],
    lines: &mut Postings,
    mut run: impl FnMut(&'r T, &mut Postings),
) -> Points {
    let begin = lines.len();
    for section in sections {
        let start = lines.len();
        section.rules.iter().for_each(|rule| run(rule, lines));
        if let Some(limits) = &section.limits {
            limits.apply(axis, start, lines);
        }
    }
    let sum = lines.sum_after(begin);
    let limit = sum.clamp(Points::ZERO, Points::HUNDRED);
    if limit != sum {
        lines.push(Posting { axis, points: limit - sum, why: Why::AxisLimit { limit } });
    }
    limit
}

impl WeightedMaturity {
    /// Whether the weighted sum is at least the mark. It is rounded once, to a millionth of a point, so that weights
    /// such as 0.7 and 0.3 sum exactly and 59.9995 does not reach 60.
    fn reaches_mark(&self, engagement: Points, fit: Points) -> bool {
        let part = |points: Points, weight: f64| points.thousandths() as f64 * weight;
        let sum = part(engagement, self.engagement) + part(fit, self.fit);
        libm::rint(sum * 1_000.0) >= self.mark.thousandths() as f64 * 1_000.0
    }
}
