//! The answer to a yes-or-no question.

use super::open_enum::closed_enum;

closed_enum! {
    /// The answer to a yes-or-no question.
    #[derive(Default)]
    YesNo {
        /// The answer is yes.
        Yes = "yes",
        /// The answer is no.
        No = "no",
        /// The question was asked, and nobody knows the answer.
        #[default]
        Unknown = "unknown",
    }
}
