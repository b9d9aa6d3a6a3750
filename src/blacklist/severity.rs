//! The severity of a finding.

use crate::model::open_enum::closed_enum;

closed_enum! {
    /// The severity of a finding, in rising order.
    #[derive(Default)]
    Severity {
        /// It is noted and changes nothing.
        #[default]
        Pass = "pass",
        /// The lead continues, marked.
        Flag = "flag",
        /// The lead is kept away from assignment until a person has reviewed it.
        Block = "block",
    }
}
