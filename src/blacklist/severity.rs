//! How much a finding weighs.

use crate::model::open_enum::closed_enum;

closed_enum! {
    /// How much a finding weighs, in rising order.
    #[derive(Default)]
    Severity {
        /// It is noted and changes nothing.
        #[default]
        Pass = "pass",
        /// The lead goes on, marked.
        Flag = "flag",
        /// The lead is kept away from assignment until somebody has reviewed it.
        Block = "block",
    }
}
