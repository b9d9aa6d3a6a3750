//! The score of a lead: two axes, a cell, and the lines that explain them.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::account::{Postings, Register};
use super::grade::{EngagementLevel, FitGrade, ScoreCell};
use super::line::{ScoreAxis, ScoreLine};
use super::rules::Advice;
use crate::model::{LeadId, Points, RuleId};
use crate::rule::{Fault, RuleFault, RulesVersion, ScoreFacts};

/// Why a lead is a D whatever its points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Disqualification {
    /// The rule that disqualifies the lead, by its id.
    pub rule: RuleId,
    /// The reason that the rule gives, for people to read.
    pub reason: Arc<str>,
}

impl fmt::Display for Disqualification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "disqualified by rule {}: {}", self.rule, self.reason)
    }
}

/// Every cell has advice; this is for scores that were built elsewhere.
static NO_ADVICE: Advice = Advice { key: String::new(), text: String::new() };

/// How ready a lead is for sales, and why. It owns its data.
///
/// `Display` gives sentences: the result first, then every line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "Record", from = "Record")]
#[must_use]
pub struct Score {
    pub(super) lead: LeadId,
    pub(super) as_of: DateTime<Utc>,
    pub(super) engagement: Points,
    pub(super) fit: Points,
    pub(super) cell: ScoreCell,
    pub(super) mature: bool,
    pub(super) failed: bool,
    pub(super) entries: Postings,
    pub(super) rare: Option<Box<Rare>>,
    pub(super) book: Arc<Register>,
}

/// Data that few scores have, kept separately so that the others are small.
#[derive(Debug, Clone, Default)]
pub(super) struct Rare {
    pub(super) disqualified: Vec<Disqualification>,
    pub(super) faults: Vec<RuleFault>,
    /// The reasons that scripts give, which entries number.
    pub(super) said: Vec<String>,
}

impl Rare {
    /// Notes that a rule has failed.
    #[cold]
    pub(super) fn note(rare: &mut Option<Box<Rare>>, rule: &RuleId, fault: Fault) {
        rare.get_or_insert_default().faults.push(RuleFault { rule: rule.clone(), fault });
    }
}

/// A score as it is written and read.
#[derive(Serialize, Deserialize)]
struct Record {
    lead: LeadId,
    as_of: DateTime<Utc>,
    engagement: Points,
    fit: Points,
    cell: ScoreCell,
    mature: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    failed: bool,
    advice: Advice,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    disqualified: Vec<Disqualification>,
    lines: Vec<ScoreLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    faults: Vec<RuleFault>,
    version: RulesVersion,
}

impl From<Score> for Record {
    fn from(score: Score) -> Record {
        Record {
            lines: score.lines().collect(),
            advice: score.advice().clone(),
            version: score.version().clone(),
            disqualified: score.disqualified().to_vec(),
            faults: score.faults().to_vec(),
            lead: score.lead,
            as_of: score.as_of,
            engagement: score.engagement,
            fit: score.fit,
            cell: score.cell,
            mature: score.mature,
            failed: score.failed,
        }
    }
}

impl From<Record> for Score {
    fn from(record: Record) -> Score {
        let mut book = Register::new(record.version);
        book.matrix.resize(record.cell.index(), Advice::default());
        book.matrix.push(record.advice);
        let mut rare = Rare { disqualified: record.disqualified, faults: record.faults, said: Vec::new() };
        let entries = record.lines.into_iter().map(|line| book.entry(line, &mut rare.said)).collect();
        Score {
            lead: record.lead,
            as_of: record.as_of,
            engagement: record.engagement,
            fit: record.fit,
            cell: record.cell,
            mature: record.mature,
            failed: record.failed,
            entries,
            rare: Some(Box::new(rare)),
            book: Arc::new(book),
        }
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Score) -> bool {
        let own = |score: &Score| {
            (score.as_of, score.engagement, score.fit, score.cell, score.mature, score.failed)
        };
        self.lead == other.lead
            && own(self) == own(other)
            && self.disqualified() == other.disqualified()
            && self.faults() == other.faults()
            && self.advice() == other.advice()
            && self.version() == other.version()
            && self.lines().eq(other.lines())
    }
}

impl Score {
    /// The id of the lead that was scored.
    #[must_use]
    pub fn lead(&self) -> &LeadId {
        &self.lead
    }

    /// The time it was computed for.
    #[must_use]
    pub fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// The dynamic score (动态积分), 0 to 100.
    #[must_use]
    pub fn engagement(&self) -> Points {
        self.engagement
    }

    /// The static score (静态积分), 0 to 100.
    #[must_use]
    pub fn fit(&self) -> Points {
        self.fit
    }

    /// The level that the engagement score reaches, 1 (high) to 4.
    #[must_use]
    pub fn level(&self) -> EngagementLevel {
        self.cell.level
    }

    /// Fit grade; D when disqualified.
    #[must_use]
    pub fn grade(&self) -> FitGrade {
        self.cell.grade
    }

    /// Grade and level together, `A1` to `D4`.
    #[must_use]
    pub fn cell(&self) -> ScoreCell {
        self.cell
    }

    /// What to do with leads of this cell.
    #[must_use]
    pub fn advice(&self) -> &Advice {
        self.book.matrix.get(self.cell.index()).unwrap_or(&NO_ADVICE)
    }

    /// Whether the lead is ready for sales.
    #[must_use]
    pub fn is_mature(&self) -> bool {
        self.mature
    }

    /// Whether a rule failed and [`on_fault`](super::ScoreRules::on_fault) is `fail`: then the lead is not ready.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.failed
    }

    /// The rules that make the lead a D whatever its points, in their order.
    #[must_use]
    pub fn disqualified(&self) -> &[Disqualification] {
        self.rare.as_ref().map_or(&[], |rare| &rare.disqualified)
    }

    /// The lines of both axes: engagement first, then fit.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = ScoreLine> + '_ {
        self.book.lines(&self.entries, self.rare.as_ref().map_or(&[], |rare| &rare.said))
    }

    /// The lines of one axis. They sum exactly to its score.
    ///
    /// ```
    /// # use leadkit::model::{Activity, Lead, Points};
    /// # use leadkit::rule::{FactContext, Facts, HostTables};
    /// # use leadkit::score::{ScoreAxis, ScoreRules, Scorer};
    /// # let scorer = Scorer::compile(&ScoreRules::default())?;
    /// # let now = "2026-03-10T09:00:00Z".parse().unwrap();
    /// # let lead = Lead { id: "L1".into(), employee_count: Some(300), ..Lead::default() };
    /// # let activities = [Activity { id: "1".into(), kind: "form_submit".into(), time: now, ..Activity::default() }];
    /// # let tables = HostTables::default();
    /// # let context = FactContext { activities: &activities, ..FactContext::new(&tables, now) };
    /// # let facts = Facts::new(&lead, &context);
    /// // A lead of 300 employees that has sent a form.
    /// let score = scorer.score(&facts);
    /// let sum: Points = score.lines_of(ScoreAxis::Engagement).map(|line| line.points).sum();
    /// assert_eq!((sum, score.engagement()), (Points::new(20), Points::new(20)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lines_of(&self, axis: ScoreAxis) -> impl Iterator<Item = ScoreLine> + '_ {
        self.lines().filter(move |line| line.axis == axis)
    }

    /// Rules that failed at run time. They gave no points.
    #[must_use]
    pub fn faults(&self) -> &[RuleFault] {
        self.rare.as_ref().map_or(&[], |rare| &rare.faults)
    }

    /// The version of the rules that gave the score.
    #[must_use]
    pub fn version(&self) -> &RulesVersion {
        &self.book.version
    }

    /// The fields `score.*` that later rules read.
    #[must_use]
    pub fn facts(&self) -> ScoreFacts {
        ScoreFacts {
            engagement: self.engagement,
            fit: self.fit,
            level: self.level().number(),
            grade: self.grade().as_str(),
            cell: self.cell.to_string(),
            mature: self.mature,
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: engagement {} is level {}, fit {} is grade {}; {} for sales; {}",
            self.cell,
            self.engagement,
            self.level(),
            self.fit,
            // A disqualified lead keeps the points it has; the next lines say why it is a D.
            self.grade(),
            match (self.failed, self.mature) {
                (true, _) => "a rule failed, so not ready",
                (_, true) => "ready",
                _ => "not ready",
            },
            self.advice().text,
        )?;
        for disqualification in self.disqualified() {
            write!(f, "\n  {disqualification}")?;
        }
        for line in self.lines() {
            write!(f, "\n  {line}")?;
        }
        for fault in self.faults() {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}
