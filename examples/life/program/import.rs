//! Rows of another system.

use std::error::Error;

use leadkit::Input;
use leadkit::dedup::Rows;
use leadkit::model::Lead;

use super::desk::Desk;
use super::people::SECRET;

impl Desk {
    /// Rows that the rules assign come in one at a time, so that each sees those before it; the others at once.
    pub(super) fn import(&mut self, rows: &[Lead], assign: bool) -> Result<(), Box<dyn Error>> {
        self.refresh()?;
        let many = if assign { 1 } else { rows.len().max(1) };
        for rows in rows.chunks(many) {
            let inputs: Vec<Input> = rows.iter().map(|row| self.row(row)).collect();
            let outcomes = self.intake.import(&inputs, assign, &self.roster, &self.state, self.now);
            for (row, outcome) in rows.iter().zip(&outcomes) {
                if outcome.refusal().is_none() {
                    self.laws().imported(row);
                    self.book.insert_lead(row.clone());
                    self.kept.came(row);
                }
                self.settle(outcome)?;
            }
        }
        Ok(())
    }

    /// A row, and what is on file of it.
    fn row(&self, row: &Lead) -> Input {
        let known = self.book.lead(&row.id).cloned();
        let rows = match known {
            Some(known) => Rows { leads: vec![known], ..Rows::default() },
            None => self.book.rows(&self.intake.probe(row)),
        };
        let is_erased = !self.erased.is_empty()
            && self.intake.erasure_hashes(row, &SECRET).iter().any(|hash| self.erased.contains(hash));
        Input { lead: row.clone(), rows, is_erased, trust_clock: true, ..Input::default() }
    }
}
