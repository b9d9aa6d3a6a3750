//! What the scoring tests share.

pub mod oracle;
