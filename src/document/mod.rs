//! Reading documents: every mistake in one go, each with its place.

mod advice;
mod checked;
mod depth;
mod digest;
mod finding;
mod fingerprint;
mod list;
mod load;
mod named;
mod node;
mod position;
mod removed;
mod repair;
mod stand_in;
mod strict;
mod toml_date;
mod unique;
mod version;

pub(crate) use checked::{Document, document, load_checked, load_engine};
pub(crate) use depth::{Bounded, Skip, deeper_than, dismantle, read_params, skip_list, skip_object};
pub(crate) use digest::Digest;
pub(crate) use finding::{Finding, in_words, one_of};
pub use fingerprint::Fingerprint;
pub(crate) use list::{read_list, read_list_if_any};
pub(crate) use load::{finish, load_any, load_any_text, load_into, load_text};
pub(crate) use named::{MAX_NAMED, read_map, read_named, too_many};
pub(crate) use strict::read_struct;
pub(crate) use toml_date::write_dates_as_text;
pub(crate) use unique::{Unique, check_named, check_reference, reserved};
pub use version::RulesVersion;

/// Whether a field may be left out of what is written, as reading puts it there.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
