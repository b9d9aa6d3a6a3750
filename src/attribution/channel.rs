//! The names of channels and campaigns.

use crate::model::{SharedBy, Touch};
use crate::text;

/// Channel and campaign.
pub(super) type Way = (String, Option<String>);

/// Names that stand for places in tables.
pub(super) const RESERVED: [&str; 4] = ["(start)", "(conversion)", "(null)", "(unattributed)"];

/// Why a text is not a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    Blank,
    Reserved,
}

/// A channel as journeys take it: without spaces around it, not blank, and without the name of a place in tables.
pub(super) fn usable(channel: &str) -> Result<&str, Unusable> {
    let channel = channel.trim();
    match channel {
        _ if text::is_blank(channel) => Err(Unusable::Blank),
        _ if RESERVED.contains(&channel) => Err(Unusable::Reserved),
        _ => Ok(channel),
    }
}

/// A campaign without spaces around it; `None` when it is blank.
pub(super) fn campaign_name(campaign: Option<&str>) -> Option<&str> {
    campaign.map(str::trim).filter(|name| !text::is_blank(name))
}

/// The channel of a touch: `share:` and the person who passed it on, if anybody did.
pub(super) fn channel_of(touch: &Touch) -> String {
    match &touch.shared_by {
        Some(sharer) if !text::is_blank(sharer.as_str()) => share_channel(sharer),
        _ => touch.channel.clone(),
    }
}

/// The channel of content that somebody passed on.
///
/// ```
/// use leadkit::attribution::share_channel;
/// use leadkit::model::SharedBy;
///
/// assert_eq!(share_channel(&SharedBy::Employee), "share:employee");
/// ```
#[must_use]
pub fn share_channel(shared_by: &SharedBy) -> String {
    format!("share:{}", shared_by.as_str().trim())
}
