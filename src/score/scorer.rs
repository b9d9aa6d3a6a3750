//! The scorer.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::account::{Book, Entries, Entry, Why};
use super::compile::{CompiledAward, Section, sections, when};
use super::engagement::CompiledEngagementRule;
use super::events::{Events, Kinds, Timeline};
use super::fit::{CompiledFitRule, FitStep};
use super::grade::{Cell, EngagementLevel, Grade, GradeBounds, LevelBounds};
use super::outcome::{Axis, Disqualification, Rare, Score};
use super::rules::{Decay, Disqualifier, EngagementRules, FaultPolicy, FitRules, Maturity, ScoreRules};
use super::session::{Scratch, Session, Work};
use super::source::LeadSource;
use super::{check, lint, preset, testcheck};
use crate::error::{Report, RuleErrors};
use crate::model::{Activity, Points, RuleId};
use crate::rule::{Facts, Predicate, Registry, RulesVersion, Scope};

/// Scores leads by rules that are proved: immutable, shared by reference across threads.
///
/// Scoring costs O(activities · log activities + rules · activities of the rule's kind). A script takes at most 10,000
/// operations a run, and one in an engagement rule runs for every activity of its kind: a host that takes rules from
/// strangers bounds the activities it hands in. Script conditions of fit rules that follow one another are run as one;
/// when one of them fails, they are run again one by one.
#[derive(Debug, Clone)]
pub struct Scorer {
    kinds: Kinds,
    engagement: Vec<Section<CompiledEngagementRule>>,
    levels: LevelBounds,
    fit: Vec<Section<FitStep>>,
    grades: GradeBounds,
    disqualifiers: Vec<CompiledDisqualifier>,
    /// The mature cells, a bit each; without them, the weighted sum decides.
    mature_cells: Option<u16>,
    maturity: Maturity,
    on_fault: FaultPolicy,
    book: Arc<Book>,
}

#[derive(Debug, Clone)]
struct CompiledDisqualifier {
    id: RuleId,
    when: Option<Predicate>,
    reason: Arc<str>,
}

impl Scorer {
    /// Proves and compiles rules. Warnings are told by [`ScoreRules::lint`].
    ///
    /// # Errors
    /// Everything that is wrong with the rules at once.
    pub fn compile(rules: &ScoreRules) -> Result<Scorer, RuleErrors> {
        Scorer::compile_with(rules, &Registry::new())
    }

    /// Proves and compiles rules that may name signals of the host's own.
    ///
    /// # Errors
    /// Everything that is wrong with the rules at once.
    pub fn compile_with(rules: &ScoreRules, registry: &Registry) -> Result<Scorer, RuleErrors> {
        let mut report = Report::new();
        let scorer = Scorer::compile_into_with(rules, Some(registry), &mut report);
        report.finish().map(|_| scorer)
    }

    /// Compiles rules, adding what is wrong with them to a report; signals are not looked up. With errors in it the
    /// scorer is of no use.
    pub(crate) fn compile_into(rules: &ScoreRules, report: &mut Report) -> Scorer {
        Scorer::compile_into_with(rules, None, report)
    }

    /// Compiles rules as [`Scorer::compile_into`] does; with a registry, signals are looked up in it.
    pub(crate) fn compile_into_with(
        rules: &ScoreRules,
        registry: Option<&Registry>,
        report: &mut Report,
    ) -> Scorer {
        RulesVersion::check(rules.format, report);
        check::ids(rules, report);
        let mut kinds = Kinds::default();
        let mut book = Book::new(rules.version());
        let engagement = report.within("engagement", |report| {
            compile_engagement(&rules.engagement, &mut kinds, &mut book, registry, report)
        });
        let (fit, disqualifiers) =
            report.within("fit", |report| compile_fit(&rules.fit, &mut kinds, &mut book, registry, report));
        report.within("maturity", |report| check::maturity(&rules.maturity, report));
        testcheck::tests(rules, report);
        let mut matrix = preset::default_matrix();
        matrix.extend(rules.matrix.iter().map(|(cell, advice)| (*cell, advice.clone())));
        book.matrix = matrix.into_values().collect();
        Scorer {
            kinds,
            engagement,
            levels: rules.engagement.levels,
            fit,
            grades: rules.fit.grades,
            disqualifiers,
            mature_cells: match &rules.maturity {
                Maturity::Cells(cells) => {
                    Some(cells.iter().fold(0, |bits, cell| bits | 1u16 << (cell.index() & 15)))
                }
                Maturity::Weighted(_) => None,
            },
            maturity: rules.maturity.clone(),
            on_fault: rules.on_fault,
            book: Arc::new(book),
        }
    }

    /// The rules every score is made by.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.book.version
    }

    /// Scores a lead at a moment.
    ///
    /// Only activities of this lead count, and those that name no lead. Inside scoring, `activity.count.*` and
    /// `activity.last` speak of these activities and "now" is `as_of`, so the score depends on nothing else.
    pub fn score(&self, facts: &Facts<'_>, activities: &[Activity], as_of: DateTime<Utc>) -> Score {
        self.session().score(facts, activities, as_of)
    }

    /// Opens a session to score many leads on this thread.
    #[must_use]
    pub fn session(&self) -> Session<'_> {
        Session::new(self)
    }

    pub(super) fn score_in(
        &self,
        scratch: &mut Scratch,
        facts: &Facts<'_>,
        activities: &[Activity],
        as_of: DateTime<Utc>,
    ) -> Score {
        let Scratch { timeline, work } = scratch;
        work.scripts.begin();
        let mut score = Score {
            lead: facts.lead().id.clone(),
            as_of,
            engagement: Points::ZERO,
            fit: Points::ZERO,
            cell: Cell { grade: Grade::D, level: EngagementLevel::Uninterested },
            mature: false,
            failed: false,
            entries: Entries::default(),
            rare: None,
            book: Arc::clone(&self.book),
        };
        let timeline = match activities.is_empty() {
            true => const { &Timeline::new() },
            false => {
                self.engage(timeline, work, facts, activities, &mut score);
                timeline
            }
        };
        let lead = LeadSource { facts, events: Events { activities, timeline, kinds: &self.kinds }, as_of };
        let rare = &mut score.rare;
        score.fit = axis(Axis::Fit, &self.fit, &mut score.entries, |step, lines| {
            step.run(&lead, work, lines, rare);
        });
        let is_disqualified = !self.disqualifiers.is_empty() && self.disqualify(lead, work, rare);
        let grade = if is_disqualified { Grade::D } else { self.grades.grade(score.fit) };
        score.cell = Cell { grade, level: self.levels.level(score.engagement) };
        let is_faulty = score.rare.as_ref().is_some_and(|rare| !rare.faults.is_empty());
        score.failed = is_faulty && self.on_fault == FaultPolicy::Fail;
        score.mature = !score.failed && self.is_mature(score.cell, score.engagement, score.fit);
        score
    }

    /// The dynamic score. Every engagement rule is about activities: leads without any pay nothing for it.
    #[inline(never)]
    fn engage(
        &self,
        timeline: &mut Timeline,
        work: &mut Work,
        facts: &Facts<'_>,
        activities: &[Activity],
        score: &mut Score,
    ) {
        timeline.fill(&self.kinds, &facts.lead().id, activities);
        let lead = LeadSource {
            facts,
            events: Events { activities, timeline, kinds: &self.kinds },
            as_of: score.as_of,
        };
        let rare = &mut score.rare;
        score.engagement = axis(Axis::Engagement, &self.engagement, &mut score.entries, |rule, lines| {
            rule.run(lead, work, lines).unwrap_or_else(|fault| Rare::note(rare, &rule.id, fault));
            work.note_cost(&rule.id);
        });
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

    fn is_mature(&self, cell: Cell, engagement: Points, fit: Points) -> bool {
        cell.grade != Grade::D
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
    axis: Axis,
    sections: &'r [Section<T>],
    lines: &mut Entries,
    mut run: impl FnMut(&'r T, &mut Entries),
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
        lines.push(Entry { axis, points: limit - sum, why: Why::AxisLimit { limit } });
    }
    limit
}

fn compile_engagement(
    rules: &EngagementRules,
    kinds: &mut Kinds,
    book: &mut Book,
    registry: Option<&Registry>,
    report: &mut Report,
) -> Vec<Section<CompiledEngagementRule>> {
    report.within("levels", |report| check::bounds(rules.levels.descending(), report));
    check::groups(&rules.groups, rules.rules.iter().map(|rule| rule.group.as_deref()), report);
    let compiled = report.within("rules", |report| {
        let compile = |(index, rule): (usize, &super::EngagementRule)| {
            report.item(index, |report| {
                check::engagement_rule(rule, report);
                let scope = Scope::Activity;
                if let Some(field) = rule.dedup_by.as_ref().filter(|field| !scope.reads(field.producer())) {
                    report.within("dedup_by", |report| {
                        let message =
                            format!("`{field}` cannot be read here: {}", field.producer().describe());
                        report.error(
                            "field_not_filled_yet",
                            message,
                            "name a field such as `activity.campaign`",
                        );
                    });
                }
                let compiled = CompiledEngagementRule {
                    id: rule.id.clone(),
                    number: book.rule(&rule.id),
                    kind_name: book.name(&rule.kind),
                    kind: kinds.number(&rule.kind),
                    when: when(&rule.when, scope, report),
                    points: report.within("points", |report| {
                        CompiledAward::compile(&rule.points, scope, registry, report)
                    }),
                    event_cap: rule.event_cap.map(magnitude),
                    cap: rule.cap.map(magnitude),
                    frequency: rule.frequency,
                    dedup_by: rule.dedup_by.clone(),
                    burst: rule.burst,
                    window: rule.window,
                    decay: match &rule.decay {
                        Decay::Step(steps) if steps.is_empty() => Decay::None,
                        decay => decay.clone(),
                    },
                };
                kinds.number_counted(compiled.when.as_ref(), Some(&compiled.points));
                (rule.group.clone(), compiled)
            })
        };
        rules.rules.iter().enumerate().map(compile).collect()
    });
    sections(compiled, &rules.groups, book)
}

/// A cap below zero is reported; made harmless so that the walk can go on.
fn magnitude(cap: Points) -> Points {
    cap.max(Points::ZERO)
}

fn compile_fit(
    rules: &FitRules,
    kinds: &mut Kinds,
    book: &mut Book,
    registry: Option<&Registry>,
    report: &mut Report,
) -> (Vec<Section<FitStep>>, Vec<CompiledDisqualifier>) {
    report.within("grades", |report| check::bounds(rules.grades.descending(), report));
    check::groups(&rules.groups, rules.rules.iter().map(|rule| rule.group.as_deref()), report);
    lint::bands(rules, report);
    lint::reach(rules, report);
    let compiled = report.within("rules", |report| {
        let compile = |(index, rule): (usize, &super::FitRule)| {
            report.item(index, |report| {
                let compiled = CompiledFitRule {
                    id: rule.id.clone(),
                    number: book.rule(&rule.id),
                    when: when(&rule.when, Scope::Score, report),
                    points: report.within("points", |report| {
                        CompiledAward::compile(&rule.points, Scope::Score, registry, report)
                    }),
                };
                kinds.number_counted(compiled.when.as_ref(), Some(&compiled.points));
                (rule.group.clone(), compiled)
            })
        };
        rules.rules.iter().enumerate().map(compile).collect()
    });
    let disqualifiers = report.within("disqualifiers", |report| {
        let compile = |(index, rule): (usize, &Disqualifier)| {
            report.item(index, |report| {
                let predicate = when(&rule.when, Scope::Score, report);
                kinds.number_counted(predicate.as_ref(), None);
                if predicate.is_none() {
                    let help = "say in `when` which leads are meant";
                    report.warning("always_matches", "every lead is disqualified", help);
                }
                let reason = rule.reason.as_deref().unwrap_or(rule.id.as_str());
                CompiledDisqualifier { id: rule.id.clone(), when: predicate, reason: Arc::from(reason) }
            })
        };
        rules.disqualifiers.iter().enumerate().map(compile).collect()
    });
    let sections = sections(compiled, &rules.groups, book);
    let steps = |Section { rules, limits }| Section { rules: FitStep::of(rules, book), limits };
    (sections.into_iter().map(steps).collect(), disqualifiers)
}
