//! The acts of a person on a lead.

use crate::model::TagCode;

/// A person has reviewed a lead with this tag: no list, format or condition blocks it again.
pub(super) const RELEASED: &str = TagCode::Released.as_str();

/// The action on a lead: which of the methods was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Process,
    Review,
    Reassign,
    Release,
    Close,
    Claim,
    Allot,
    HandOver,
    Revoke,
    Serve,
    Convert,
    Import,
    Forget,
}

impl Act {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Act::Process => "process",
            Act::Review => "review",
            Act::Reassign => "reassign",
            Act::Release => "release",
            Act::Close => "close",
            Act::Claim => "claim",
            Act::Allot => "allot",
            Act::HandOver => "hand_over",
            Act::Revoke => "revoke",
            Act::Serve => "serve",
            Act::Convert => "convert",
            Act::Import => "import",
            Act::Forget => "forget",
        }
    }
}
