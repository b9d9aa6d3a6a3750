//! Rows of another system: nobody is paged, nothing is assigned, nothing on file is taken in.

use std::error::Error;

use chrono::TimeDelta;
use leadkit::model::{Acquisition, Effect, Lead, LeadId, LeadStatus, RecordRef};

use super::desk::Desk;

/// Days over which the wake-ups of imported rows are spread.
const SPREAD: TimeDelta = TimeDelta::days(30);

impl Desk {
    /// Rows keep owner, status and end; what runs begins now. Rows without an owner lie in their pool, or are decided like new
    /// leads when the import says so.
    pub(super) fn import(&mut self, rows: &[Lead], assign: bool) -> Result<(), Box<dyn Error>> {
        let mut owners: Vec<(leadkit::model::RepId, LeadId)> = Vec::new();
        for row in rows {
            if self.book.lead(&row.id).is_some() {
                self.say(&row.id, "-", "refused: known_lead".to_owned(), None);
                continue;
            }
            let is_free = row.owner.is_none() && row.is_on_file() && !row.has_ended();
            if is_free && assign {
                self.submit(row, &[])?;
                continue;
            }
            self.laws().submitted(row);
            self.book.insert_lead(Lead { owner: None, ..row.clone() });
            let mut effects = Vec::new();
            if let Some(owner) = &row.owner {
                let lead = row.id.clone();
                effects.push(Effect::SetOwner {
                    lead,
                    owner: owner.clone(),
                    acquisition: Acquisition::Imported,
                });
                if !row.has_ended() {
                    let status =
                        if row.status == LeadStatus::Following { row.status } else { LeadStatus::Pending };
                    effects.push(Effect::SetStatus { lead: row.id.clone(), status });
                    effects.push(Effect::StartDeadlines { lead: row.id.clone(), from: self.now });
                }
                if owners.iter().all(|(known, _)| known != owner) {
                    owners.push((owner.clone(), row.id.clone()));
                }
            } else if is_free {
                let pool = row.pool.clone().unwrap_or_else(|| "leads".into());
                effects.push(Effect::MoveToPool { lead: row.id.clone(), pool });
                let at = self.now + TimeDelta::seconds(spread(&row.id, SPREAD.num_seconds()));
                effects.push(Effect::SetNextWakeUp { lead: row.id.clone(), at, code: "pool_stay".into() });
            }
            self.write(&format!("import {}", row.id), &effects);
            self.say(&row.id, if is_free { "to_pool" } else { "to_owner" }, "imported".to_owned(), None);
        }
        // One word to each receiver, whatever the number of rows.
        for (rep, first) in owners {
            let about = RecordRef::Lead(first);
            let effect = Effect::Notify { rep: rep.clone(), code: "imported".into(), about };
            self.write(&format!("import digest {rep}"), &[effect]);
        }
        Ok(())
    }
}

/// A place in a span that depends on the id alone: FNV-1a.
fn spread(id: &LeadId, span: i64) -> i64 {
    let hash = id.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    1 + i64::try_from(hash % u64::try_from(span).unwrap_or(1)).unwrap_or_default()
}
