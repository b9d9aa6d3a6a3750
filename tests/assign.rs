//! Assignment, through the public interface.

#[path = "assign/documents.rs"]
mod documents;
#[path = "oracle/assign.rs"]
mod oracle;
#[path = "assign/shares.rs"]
mod shares;
#[path = "assign/support.rs"]
mod support;
#[path = "assign/time.rs"]
mod time;
#[path = "assign/traps.rs"]
mod traps;
