//! The groups of a lead whose parts have names of the host.

use std::collections::BTreeMap;

use super::Lead;

/// A group of a serialised lead that has no rows in the table of fields: `attributes.gmv`, `click_ids.gclid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OpenGroup {
    /// Values of any type.
    Attributes,
    /// Texts.
    ExternalIds,
    /// Lists of texts.
    OtherIds,
    /// Texts.
    ClickIds,
}

impl OpenGroup {
    /// Every group: readers, merges, re-entries and tables of leads all use this list.
    pub(crate) const ALL: [OpenGroup; 4] =
        [OpenGroup::Attributes, OpenGroup::ExternalIds, OpenGroup::OtherIds, OpenGroup::ClickIds];

    /// The key of the serialised lead.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            OpenGroup::Attributes => "attributes",
            OpenGroup::ExternalIds => "external_ids",
            OpenGroup::OtherIds => "other_ids",
            OpenGroup::ClickIds => "click_ids",
        }
    }

    /// Whether a change of a part of it changes the keys that the lead is found by.
    pub(crate) const fn files(self) -> bool {
        match self {
            OpenGroup::ExternalIds | OpenGroup::OtherIds => true,
            OpenGroup::Attributes | OpenGroup::ClickIds => false,
        }
    }

    /// The group of a key.
    pub(crate) fn from_name(name: &str) -> Option<OpenGroup> {
        OpenGroup::ALL.into_iter().find(|group| group.as_str() == name)
    }

    /// The group and the part of a name such as `click_ids.gclid`.
    pub(crate) fn split(field: &str) -> Option<(OpenGroup, &str)> {
        let (group, part) = field.split_once('.')?;
        Some((OpenGroup::from_name(group)?, part))
    }

    /// The parts of a group of texts.
    pub(crate) fn texts(self, lead: &Lead) -> Option<&BTreeMap<String, String>> {
        match self {
            OpenGroup::Attributes | OpenGroup::OtherIds => None,
            OpenGroup::ExternalIds => Some(&lead.external_ids),
            OpenGroup::ClickIds => Some(&lead.click_ids),
        }
    }

    /// The parts of a group of texts, to be changed.
    pub(crate) fn texts_mut(self, lead: &mut Lead) -> Option<&mut BTreeMap<String, String>> {
        match self {
            OpenGroup::Attributes | OpenGroup::OtherIds => None,
            OpenGroup::ExternalIds => Some(&mut lead.external_ids),
            OpenGroup::ClickIds => Some(&mut lead.click_ids),
        }
    }
}
