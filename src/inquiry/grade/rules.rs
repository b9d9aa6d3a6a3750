//! Inquiry grades as data.

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

use crate::model::InquiryGrade;
use crate::rule::Condition;

/// One grade: its win rate and its conditions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeRule {
    /// The grade that the rule is for.
    pub grade: InquiryGrade,
    /// Win rate in percent, 0 to 100; `None` (null) leaves the grade out of the forecast.
    #[serde(deserialize_with = "percent")]
    pub percent: Option<u8>,
    /// Conditions, all of which must hold.
    #[serde(default)]
    pub criteria: Vec<Condition>,
    /// Whether a move to it needs a loss report.
    #[serde(default)]
    pub loss_report: bool,
}

/// A move between grades that needs recorded actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeMove {
    /// The grade that the inquiry leaves.
    pub from: InquiryGrade,
    /// The grade that it goes to.
    pub to: InquiryGrade,
    /// The least number of recorded actions that the move needs.
    #[serde(default = "one")]
    pub actions: u32,
}

/// A percentage: out of range, the message says which range is meant.
fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let read = Option::<u64>::deserialize(deserializer)?;
    let fits = |number: u64| u8::try_from(number).ok().filter(|percent| *percent <= 100);
    let wrong =
        |number| D::Error::invalid_value(Unexpected::Unsigned(number), &"a whole number from 0 to 100");
    read.map(|number| fits(number).ok_or_else(|| wrong(number))).transpose()
}

const fn one() -> u32 {
    1
}

/// Inquiry grades as data. The default is the preset: S 100 %, A 80, B 60, C 30, D 10, E not counted, F 0.
///
/// The preset's criteria read the columns `deal_state` (`contract`, `award`, `installed`, `rival_awarded`),
/// `budget`, `wanted`, `spec_is_ours` (true or false) and `deciders` (`committed`, `unsure`, `lean_to_rival`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GradeRules {
    /// Format of the document: 1.
    pub format: u16,
    /// The host's name of this revision; every finding's version echoes it.
    pub revision: String,
    /// Every grade once; the first whose criteria hold is the grade.
    pub grades: Vec<GradeRule>,
    /// Moves that need recorded actions; all others need none.
    pub moves: Vec<GradeMove>,
}
