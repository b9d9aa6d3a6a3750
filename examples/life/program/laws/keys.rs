//! Law 6: twice is once.

use std::hash::{DefaultHasher, Hash, Hasher};

use leadkit::book::{Book, WakeUp};
use leadkit::model::{Effect, FoldKind, History, Lead, LeadId};
use leadkit::{Outcome, Route};

use super::super::desk::leads_of;
use super::{Clause, Laws};

impl Laws {
    /// Effects of different decisions have different keys, else the later are left out.
    pub(crate) fn decided(&mut self, outcome: &Outcome) {
        for (key, effect) in outcome.keyed_effects() {
            let hash = |text: &str| {
                let mut hasher = DefaultHasher::new();
                text.hash(&mut hasher);
                hasher.finish()
            };
            let (key, said) = (key.to_string(), hash(&serde_json::to_string(effect).unwrap_or_default()));
            if let Some(before) = self.carried_out.insert(hash(&key), said).filter(|before| *before != said) {
                let what = format!("two effects have the key `{key}` ({before:x}, {said:x}): {effect}");
                self.report(Clause::TwoKeys, &key, outcome.at(), what);
            }
            if let Effect::Fold { entry, kind: FoldKind::SameRecord, .. } = effect {
                self.same_records.insert(entry.clone());
            }
        }
        if let Route::AwaitingReview { until, .. } = outcome.route() {
            match until {
                Some(until) => drop(self.asked.insert(outcome.lead().clone(), *until)),
                None => {
                    let id = outcome.lead();
                    let what = format!("lead {id}: a person is asked, and nobody knows until when");
                    self.report(Clause::AskedUntil, id.as_str(), outcome.at(), what);
                }
            }
        }
    }

    /// An outcome applied a second time changes nothing.
    pub(crate) fn twice(&mut self, outcome: &Outcome, book: &mut Book) {
        let leads = leads_of(outcome.effects());
        let once = Look::at(book, &leads);
        outcome.apply_to(book);
        if Look::at(book, &leads) != once {
            let what = format!("applied twice, it is not as applied once: {outcome}");
            self.report(Clause::TwiceOnce, outcome.decision(), outcome.at(), what);
        }
    }
}

/// What leads are, and how much lies beside them.
#[derive(PartialEq)]
struct Look {
    leads: Vec<(Option<Lead>, History, Option<WakeUp>)>,
    beside: [usize; 5],
}

impl Look {
    fn at<'l>(book: &Book, leads: impl IntoIterator<Item = &'l LeadId>) -> Look {
        let one = |id: &LeadId| (book.lead(id).cloned(), book.history(id).clone(), book.wake_up(id).cloned());
        let desk = book.desk();
        let beside = [
            desk.links.len(),
            desk.notices.len(),
            desk.conflicts.len(),
            desk.replaced.len(),
            desk.conversions.len(),
        ];
        Look { leads: leads.into_iter().map(one).collect(), beside }
    }
}
