//! What a person says to a yes-or-no question.

use super::open_enum::closed_enum;

closed_enum! {
    /// What a person says to a yes-or-no question.
    #[derive(Default)]
    YesNo {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// Asked, and not known.
        #[default]
        Unknown = "unknown",
    }
}
