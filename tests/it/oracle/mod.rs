//! Engines once more, slow and obvious: what the crate must agree with.

pub(crate) mod assign;
pub(crate) mod attribution;
pub(crate) mod score;
