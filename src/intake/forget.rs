//! A person asks to be forgotten.

use std::fmt;

use chrono::{DateTime, Utc};

use super::act::Act;
use super::engine::Case;
use super::{Input, Intake, Outcome, Route, State};
use crate::assign::Roster;
use crate::model::{Effect, Lead, LeadId};
use crate::order;
use crate::rule::{FactContext, Facts, FoundContact};
use crate::text::sip_hash;

/// The host's secret key for the hashes of people who asked to be forgotten. Without it nobody can find them by trying
/// all phone numbers. `Debug` does not show it.
#[derive(Clone, Copy)]
pub struct ErasureKey([u8; 16]);

impl ErasureKey {
    /// A key of sixteen bytes that nobody else knows, drawn once and kept for ever.
    ///
    /// ```
    /// use leadkit::intake::ErasureKey;
    /// use leadkit::model::Lead;
    /// use leadkit::{Intake, Rules};
    ///
    /// let intake = Intake::compile(&Rules::b2c())?;
    /// let lead = Lead { phones: vec!["13812349876".into()], ..Lead::default() };
    /// let (ours, theirs) = (ErasureKey::new(*b"kept in a vault "), ErasureKey::new([7; 16]));
    /// // Without the key, nobody can find a number by trying them all.
    /// assert_ne!(intake.erasure_hashes(&lead, &ours), intake.erasure_hashes(&lead, &theirs));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn new(secret: [u8; 16]) -> ErasureKey {
        ErasureKey(secret)
    }
}

impl fmt::Debug for ErasureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ErasureKey(..)")
    }
}

impl Intake {
    /// Forgets a person (PIPL, GDPR): the lead ends as erased, and with it the entries that were folded into it.
    ///
    /// Forgetting a folded entry also forgets the lead that it was folded into; `entries` are those of that lead.
    ///
    /// Only the fact remains that the leads were erased; the windows and the remembered decisions of the state lose
    /// them by the outcome's delta. A host that keeps its state as rows deletes the events and decisions of these
    /// leads, and the undo records of merges they took part in. The [joint list](Intake::with_joint_list) loses what
    /// the lead's values name by [`OutcomeDelta::joint`](super::OutcomeDelta::joint), which the host applies to it;
    /// each further copy forgets the person by [`JointList::forget`](crate::blacklist::JointList::forget). The host
    /// keeps the lead's [hashes](Intake::erasure_hashes), computed before this call, so that no
    /// [import](Intake::import) brings the person back. A person may still submit a new lead.
    ///
    /// ```
    /// use leadkit::intake::ErasureKey;
    /// use leadkit::model::{CloseReason, Lead};
    /// use leadkit::{Input, Intake, Roster, State};
    ///
    /// let intake = Intake::load(serde_json::json!({}))?;
    /// let (mut book, now) = (intake.book(), "2026-03-02T02:00:00Z".parse().unwrap());
    /// let lead = Lead { id: "L1".into(), phones: vec!["13812349876".into()], created_at: now, ..Lead::default() };
    /// book.insert_lead(lead.clone());
    ///
    /// let key = ErasureKey::new(*b"sixteen bytes ..");
    /// let hashes = intake.erasure_hashes(&lead, &key);
    /// let input = intake.input_of(&book, &lead.id, now).unwrap();
    /// intake.forget(&input, &[], &Roster::default(), &State::default(), now).apply_to(&mut book);
    /// let left = book.lead(&"L1".into()).unwrap();
    /// assert_eq!((left.phones.len(), left.close_reason.clone()), (0, Some(CloseReason::Erased)));
    ///
    /// // The same number, however it is written, is known again; the hash alone does not tell it.
    /// let row = Lead { id: "M1".into(), phones: vec!["+86 138 1234 9876".into()], ..Lead::default() };
    /// let is_erased = intake.erasure_hashes(&row, &key).iter().any(|hash| hashes.contains(hash));
    /// let refused = intake.import(&[Input { lead: row, is_erased, ..Input::default() }], false, &Roster::default(), &State::default(), now);
    /// assert_eq!(refused[0].refusal().unwrap().code(), "erased");
    /// # Ok::<(), leadkit::error::RuleErrors>(())
    /// ```
    pub fn forget(
        &self,
        input: &Input,
        entries: &[LeadId],
        roster: &Roster,
        state: &State,
        now: DateTime<Utc>,
    ) -> Outcome {
        let case = self.case(input, Act::Forget, roster, state, now);
        let mut outcome = self.nothing(&case);
        // Whichever of their entries a person names, the whole person is forgotten.
        let subject = input.lead.folded_into.iter();
        let gone = order::set(entries.iter().chain(subject).chain([&input.lead.id]).cloned());
        outcome.effects = gone.iter().map(|lead| Effect::Erase { lead: lead.clone() }).collect();
        outcome.delta.forgets = gone.into_iter().collect();
        let Case { lead, activities, history, now, .. } = case;
        let context = FactContext { tables: &self.tables, activities, history, now };
        outcome.delta.joint = self.blacklist.forget_person(&Facts::new(lead, &context));
        outcome.person = Some(case.act.as_str().into());
        outcome.route = Route::Voided;
        outcome
    }

    /// What a host keeps of a person who asked to be forgotten: a keyed hash (SipHash-2-4, twice) of each key that names one
    /// person ([`Facts::person_keys`](crate::rule::Facts::person_keys), an address as it is written too, ids of platforms),
    /// sorted, each once. Keep them in a table of their own, and look there before an [import](Intake::import).
    ///
    /// ```
    /// use leadkit::intake::ErasureKey;
    /// use leadkit::model::Lead;
    /// use leadkit::{Intake, Rules};
    ///
    /// let intake = Intake::compile(&Rules::b2c())?;
    /// let key = ErasureKey::new(*b"kept in a vault ");
    /// let hashes = |phone: &str| {
    ///     intake.erasure_hashes(&Lead { phones: vec![phone.into()], ..Lead::default() }, &key)
    /// };
    /// assert_eq!(hashes("13812349876"), hashes("+86 138-1234-9876"));
    /// assert_eq!(hashes("13812349876")[0].len(), 32);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn erasure_hashes(&self, lead: &Lead, key: &ErasureKey) -> Vec<String> {
        let hash = |text: &str| {
            let half = |name: &str| sip_hash(&key.0, format!("{name} {text}").as_bytes());
            format!("{:016x}{:016x}", half("first"), half("second"))
        };
        let facts = Facts::new(lead, &FactContext::new(&self.tables, lead.created_at));
        let keys = self.deduplicator.person_keys(&facts).into_iter();
        let mut hashes: Vec<String> = keys.map(|key| hash(&format!("{} {}", key.kind, key.value))).collect();
        let named = facts.person_keys().iter().filter_map(|key| key.split_once(':'));
        let named = named.filter(|(kind, _)| ["phone", "email"].contains(kind));
        hashes.extend(named.map(|(kind, value)| hash(&format!("{kind} {value}"))));
        // A call is imported with its number in the name or the message.
        let texts = [lead.name.as_deref(), lead.message.as_deref()].into_iter().flatten();
        for one in
            texts.filter(|_| hashes.is_empty()).flat_map(|text| facts.contacts_in(text)).collect::<Vec<_>>()
        {
            match one.value {
                FoundContact::Phone(phone) if phone.names_person() => {
                    hashes.extend(phone.key().map(|key| hash(&format!("phone {key}"))));
                }
                FoundContact::Email(email) if email.names_person() => {
                    hashes.push(hash(&format!("email {}", email.key())));
                    hashes.push(hash(&format!("email {}", email.person_key())));
                }
                FoundContact::Wechat(id) if id.names_person() => {
                    hashes.push(hash(&format!("wechat {}", id.key())));
                }
                _ => {}
            }
        }
        hashes.sort();
        hashes.dedup();
        hashes
    }
}
