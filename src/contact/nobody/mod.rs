//! Values that are nobody's: what people and programs write in place of a name, an identifier, an address or an account.
//!
//! | question | asked of |
//! |---|---|
//! | [`names_nothing`] | an identifier: records that share it are not the same person for that reason |
//! | [`says_nothing`] | a value that two records are compared by |
//! | [`names_nobody`] | the name of a person |
//! | [`names_company`] | the name of a company |
//! | [`is_nobodys_email`], [`is_nobodys_wechat`] | an address, an account |
//! | `is_placeholder` | a word where a name or an account is asked for: a suspicion only |
//!
//! The words stand in `words`, each once. That a *field* holds no value, in however many words, is
//! [`has_no_value`](super::has_no_value).

mod account;
mod company;
mod id;
mod mailbox;
mod name;
mod words;

pub(super) use account::is_no_account;
pub(crate) use account::is_nobodys_wechat;
pub(crate) use company::folded_names_company;
pub use company::names_company;
pub(crate) use id::{names_nothing, says_nothing};
pub(crate) use mailbox::is_nobodys_email;
pub(super) use mailbox::{are_neighbours, firm_of, is_sample_domain, is_written_for_none};
pub(crate) use name::names_nobody;
pub(super) use words::{MAY_SAY_NONE, NO_PUBLIC_MAILBOX, NO_VALUES, NONE_OR_NAME, SAY_NONE, is_placeholder};
