//! The running state one decision is made on.

use super::ledger::Ledger;
use super::rep_ledger::RepLedger;

/// The running state one decision is made on: the pool's turns and what each rep was given over all pools.
///
/// ```
/// use leadkit::assign::{Ledger, Ledgers, RepLedger};
///
/// let (pool, reps) = (Ledger::new("inbound".into()), RepLedger::default());
/// let state = Ledgers { pool: &pool, reps: &reps };
/// assert_eq!((state.pool.revision(), state.reps.revision()), (0, 0));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Ledgers<'a> {
    /// Of the pool the lead is assigned from.
    pub pool: &'a Ledger,
    /// Of the reps.
    pub reps: &'a RepLedger,
}
