//! BANT: budget, authority, need, timeline.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::YesNo;
use crate::model::{Attributes, Value};
use crate::order;

/// One of the four facts, with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BantFact {
    /// The answer: yes, no or unknown.
    pub value: YesNo,
    /// The evidence for the answer, in words; `None` when nothing was noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

impl BantFact {
    /// A fact with its evidence.
    ///
    /// ```
    /// use leadkit::inquiry::BantFact;
    /// use leadkit::model::YesNo;
    ///
    /// let budget = BantFact::new(YesNo::Yes, "the offer of 3 March was signed off");
    /// assert_eq!(budget.to_string(), "yes (the offer of 3 March was signed off)");
    /// ```
    #[must_use]
    pub fn new(value: YesNo, evidence: impl Into<String>) -> BantFact {
        BantFact { value, evidence: Some(evidence.into()) }
    }

    fn evidence(&self) -> Option<&str> {
        self.evidence.as_deref().filter(|text| !text.trim().is_empty())
    }
}

impl fmt::Display for BantFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.value, self.evidence()) {
            (value, Some(evidence)) => write!(f, "{value} ({evidence})"),
            (YesNo::Unknown, None) => f.write_str("unknown"),
            (value, None) => write!(f, "{value} (no evidence)"),
        }
    }
}

/// The budget, authority, need and timeline of an inquiry, as far as they are known.
///
/// ```
/// use leadkit::inquiry::{Bant, BantFact};
/// use leadkit::model::YesNo;
///
/// let bant = Bant {
///     budget: BantFact::new(YesNo::Yes, "approved in the plan of 2026"),
///     authority: BantFact { value: YesNo::Yes, evidence: None },
///     ..Bant::default()
/// };
/// assert!(!bant.is_qualified());
/// assert_eq!(bant.open(), ["need", "timeline"]);
/// assert_eq!(bant.unproven(), ["authority"]);
/// assert_eq!(bant.columns()["bant_budget"].to_string(), "yes");
/// assert_eq!(
///     bant.to_string(),
///     "budget yes (approved in the plan of 2026), authority yes (no evidence), need unknown, timeline unknown",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Bant {
    /// Budget: whether there is money for it.
    pub budget: BantFact,
    /// Authority: whether the contact can decide.
    pub authority: BantFact,
    /// Need: whether the customer needs it.
    pub need: BantFact,
    /// Timeline: whether there is a date by which it is needed.
    pub timeline: BantFact,
}

impl Bant {
    /// The four facts with their names, in order.
    #[must_use]
    pub fn facts(&self) -> [(&'static str, &BantFact); 4] {
        [
            ("budget", &self.budget),
            ("authority", &self.authority),
            ("need", &self.need),
            ("timeline", &self.timeline),
        ]
    }

    /// The answers as attributes `bant_budget`, `bant_authority`, `bant_need` and `bant_timeline`: add them to the
    /// lead, and conditions read them as `attributes.bant_budget` and so on.
    #[must_use]
    pub fn columns(&self) -> Attributes {
        let column =
            |(name, fact): (&str, &BantFact)| (format!("bant_{name}"), Value::from(fact.value.as_str()));
        order::map(self.facts().into_iter().map(column))
    }

    fn named(&self, wanted: impl Fn(&BantFact) -> bool) -> Vec<&'static str> {
        self.facts().into_iter().filter(|(_, fact)| wanted(fact)).map(|(name, _)| name).collect()
    }

    /// Whether all four are yes, each with evidence.
    #[must_use]
    pub fn is_qualified(&self) -> bool {
        self.facts().iter().all(|(_, fact)| fact.value == YesNo::Yes && fact.evidence().is_some())
    }

    /// The names of the facts that are not known yet.
    #[must_use]
    pub fn open(&self) -> Vec<&'static str> {
        self.named(|fact| fact.value == YesNo::Unknown)
    }

    /// The names of the facts that are answered no.
    #[must_use]
    pub fn against(&self) -> Vec<&'static str> {
        self.named(|fact| fact.value == YesNo::No)
    }

    /// The names of the facts that are answered without evidence.
    #[must_use]
    pub fn unproven(&self) -> Vec<&'static str> {
        self.named(|fact| fact.value != YesNo::Unknown && fact.evidence().is_none())
    }
}

impl fmt::Display for Bant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, fact)) in self.facts().into_iter().enumerate() {
            write!(f, "{}{name} {fact}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
