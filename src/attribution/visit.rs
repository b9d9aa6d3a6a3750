//! How a lead came, kept from then on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::person_keys::{keys_of, person_key};
use crate::model::{Effect, FoldKind, Lead, LeadId, SourcePipeline, Utm};
use crate::text::mask_id;

/// How a lead came: when, by which links, with which keys.
///
/// A merge writes the links and the creation of another lead over those of the lead that is left, so a lead does not
/// show for ever how it came. A host keeps the visit when it files the lead, in the same transaction, as it keeps an
/// activity: one row a lead, `INSERT … ON CONFLICT DO NOTHING`, because the first is the visit and a second delivery is
/// the same. It changes the row only when somebody [corrects](Visit::corrected) the lead, and deletes it when a person
/// is forgotten, with those of all leads that went into theirs. [`Attribution::journeys`](super::Attribution::journeys)
/// reads the visits from [`Records::visits`](super::Records).
///
/// A host that begins to keep visits keeps those of the leads on file once; of a lead that others were merged into
/// it cannot.
///
/// ```
/// use leadkit::attribution::Visit;
/// use leadkit::model::{Lead, Utm};
///
/// let lead = Lead {
///     id: "L1".into(),
///     created_at: "2026-03-02T09:00:00Z".parse().unwrap(),
///     utm: Utm { source: Some("sem".into()), ..Utm::default() },
///     click_ids: [("gclid".to_owned(), "Cj0K".to_owned())].into(),
///     emails: vec!["Ann+news@quellmark.de".into()],
///     ..Lead::default()
/// };
/// let visit = Visit::of(&lead);
/// assert_eq!((visit.lead.as_str(), visit.at), ("L1", lead.created_at));
/// assert!(visit.keys["email"].contains("ann@quellmark.de") && visit.keys["gclid"].contains("Cj0K"));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Visit {
    /// The lead that came; one visit each.
    pub lead: LeadId,
    /// When the lead came in, in UTC.
    pub at: DateTime<Utc>,
    /// Campaign parameters of the link that was followed first.
    #[serde(default, skip_serializing_if = "Utm::is_empty")]
    pub first_utm: Utm,
    /// Campaign parameters of the link that was followed last.
    #[serde(default, skip_serializing_if = "Utm::is_empty")]
    pub utm: Utm,
    /// The pipeline that brought the lead; `None` when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<SourcePipeline>,
    /// By name, the keys it came with: click ids, `openid`, `unionid`, `email` and `wechat`, each as it is compared.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keys: BTreeMap<String, BTreeSet<String>>,
    /// The lead on file that it was another entry of when it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_of: Option<LeadId>,
    /// Whether it was a submission, or a record of another system, that had come before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_resent: bool,
}

impl Visit {
    /// The visit of a lead that comes in. Ask before the lead is changed.
    ///
    /// ```
    /// use leadkit::attribution::Visit;
    /// use leadkit::model::Lead;
    ///
    /// let lead = Lead { id: "L1".into(), emails: vec!["Ann@Acme.com".into()], ..Lead::default() };
    /// let visit = Visit::of(&lead);
    /// assert_eq!(visit.lead.as_str(), "L1");
    /// assert!(visit.keys["email"].contains("ann@acme.com"), "in lower case");
    /// ```
    #[must_use]
    pub fn of(lead: &Lead) -> Visit {
        let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, value) in keys_of(lead) {
            keys.entry(name).or_default().insert(value);
        }
        Visit {
            lead: lead.id.clone(),
            at: lead.created_at,
            first_utm: lead.first_utm.clone(),
            utm: lead.utm.clone(),
            pipeline: lead.source.pipeline.clone(),
            keys,
            entry_of: None,
            is_resent: false,
        }
    }

    /// Takes over what is decided about the lead as it comes in, or later when it was held: an entry that is folded into a
    /// lead on file is that person's visit, and one that had come before is not a second one. The first decision counts, and
    /// none by which records on file are joined later, as by a merge.
    ///
    /// ```
    /// use leadkit::attribution::Visit;
    /// use leadkit::model::{Effect, FoldKind, Lead};
    ///
    /// let entry = Lead { id: "L2".into(), ..Lead::default() };
    /// let effects = [Effect::Fold { entry: "L2".into(), subject: "L1".into(), kind: FoldKind::Reentry }];
    /// let mut visit = Visit::of(&entry);
    /// visit.decided(&effects);
    /// assert_eq!((visit.entry_of, visit.is_resent), (Some("L1".into()), false));
    /// ```
    pub fn decided(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Fold { entry, subject, kind } = effect
                && *entry == self.lead
                // A joined lead had come as a lead of its own.
                && *kind != FoldKind::Joined
                && self.entry_of.is_none()
            {
                self.entry_of = Some(subject.clone());
                self.is_resent = matches!(kind, FoldKind::SameRecord | FoldKind::Resubmission);
            }
        }
    }

    /// The keys as they are compared.
    pub(super) fn keys(&self) -> impl Iterator<Item = (String, String)> {
        let written = self.keys.iter();
        let written = written.flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        written.filter_map(|(name, value)| person_key(name, value))
    }

    /// Takes over what somebody corrects of the lead: keys, and a link of the record that is still the one the lead
    /// came by. Not for what a merge or a fold writes, which is of another lead.
    ///
    /// ```
    /// use leadkit::attribution::Visit;
    /// use leadkit::model::{Lead, Utm};
    ///
    /// let before = Lead::default();
    /// let mut visit = Visit::of(&before);
    /// let utm = Utm { source: Some("sem".into()), ..Utm::default() };
    /// visit.corrected(&before, &Lead { utm: utm.clone(), ..Lead::default() });
    /// assert_eq!(visit.utm, utm);
    /// ```
    pub fn corrected(&mut self, before: &Lead, after: &Lead) {
        let links = [
            (&mut self.first_utm, &before.first_utm, &after.first_utm),
            (&mut self.utm, &before.utm, &after.utm),
        ];
        for (kept, before, after) in links {
            // Only fields in which the lead was wrong: a visit that was kept otherwise knew better.
            if kept == before {
                kept.clone_from(after);
            }
        }
        let (before, after): (BTreeSet<_>, BTreeSet<_>) =
            (keys_of(before).collect(), keys_of(after).collect());
        // Keys by difference, not as a whole: the visit may have some that the lead has lost since.
        for (name, value) in before.difference(&after) {
            if let Some(values) = self.keys.get_mut(name) {
                values.remove(value);
            }
        }
        self.keys.retain(|_, values| !values.is_empty());
        for (name, value) in after.difference(&before) {
            self.keys.entry(name.clone()).or_default().insert(value.clone());
        }
    }
}

impl fmt::Debug for Visit {
    /// The keys are masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Visit { lead, at, first_utm, utm, pipeline, keys, entry_of, is_resent } = self;
        let masked = |values: &BTreeSet<String>| values.iter().map(|one| mask_id(one)).collect::<Vec<_>>();
        let keys: BTreeMap<&String, Vec<String>> =
            keys.iter().map(|(name, values)| (name, masked(values))).collect();
        f.debug_struct("Visit")
            .field("lead", lead)
            .field("at", at)
            .field("first_utm", first_utm)
            .field("utm", utm)
            .field("pipeline", pipeline)
            .field("keys", &keys)
            .field("entry_of", entry_of)
            .field("is_resent", is_resent)
            .finish()
    }
}
