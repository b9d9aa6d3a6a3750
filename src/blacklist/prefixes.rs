//! Prefixes of phone numbers and networks of IP addresses.

use std::net::IpAddr;
use std::ops::Range;

use super::found::Found;
use super::holders::{Holder, bits_of, mask};
use super::reason::{ContactKind, HitReason};
use super::rules::PrefixCheck;
use crate::contact::WechatKind;
use crate::error::Report;
use crate::model::mask_phone;
use crate::rule::Facts;
use crate::text::{scrubbed, shown_address};

/// Digits of a calling code that most of a country's numbers begin with.
const MAX_CODE: usize = 2;
/// Bits of the widest networks that one organisation has.
const MIN_LENGTH_FOUR: u8 = 8;
const MIN_LENGTH_SIX: u8 = 16;

/// Sorted, so that the longest prefix of a number is found by its place.
#[derive(Debug, Clone, Default)]
pub(super) struct Prefixes {
    phones: Vec<Box<str>>,
    /// Bytes of the shortest and the longest of them.
    lengths: Option<(usize, usize)>,
    /// Networks as the bits of the address under the mask, the longest first.
    networks: Vec<Network>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Network {
    is_six: bool,
    length: u8,
    bits: u128,
}

impl Network {
    /// Reads `203.0.113.0/24` or `2001:db8::/32`; an address alone is a network of one.
    fn read(text: &str) -> Option<Network> {
        let (address, length) = text.trim().split_once('/').unwrap_or((text.trim(), ""));
        let (is_six, bits) = bits_of(address.parse().ok()?);
        let most = if is_six { 128 } else { 32 };
        let length = if length.is_empty() { most } else { length.parse().ok()? };
        let network = Network { is_six, length, bits: bits & mask(is_six, length) };
        (length <= most && network.bits == bits).then_some(network)
    }

    fn holds(&self, is_six: bool, bits: u128) -> bool {
        self.is_six == is_six && bits & mask(is_six, self.length) == self.bits
    }
}

/// The finding that a number begins with a listed prefix.
fn listed(field: &'static str, index: Option<usize>, span: Range<usize>, prefix: &str) -> Found {
    let reason = HitReason::ListedPrefix { kind: ContactKind::Phone };
    // A prefix as long as a number is the number.
    let entry = if prefix.len() > 10 { mask_phone(prefix) } else { prefix.to_owned() };
    Found::at(field, index, Some(span), reason).entry(entry)
}

impl Prefixes {
    pub(super) fn compile(check: &PrefixCheck, holder: &mut Holder<'_>, report: &mut Report) -> Prefixes {
        let mut prefixes = Prefixes::default();
        report.within("phones", |report| {
            for (index, text) in check.phones.iter().enumerate() {
                report.item(index, |report| match text.trim().strip_prefix('+') {
                    Some(digits)
                        if (1..=15).contains(&digits.len()) && digits.bytes().all(|d| d.is_ascii_digit()) =>
                    {
                        holder.add_prefix(text.trim());
                        prefixes.phones.push(text.trim().into());
                        if digits.len() <= MAX_CODE {
                            report.warning(
                                "whole_country",
                                format!("the rule matches every number of `+{digits}`"),
                                "write the digits of a range, such as `+86170`",
                            );
                        }
                    }
                    _ => report.error(
                        "bad_entry",
                        format!(
                            "`{}` is not a prefix of a phone number",
                            scrubbed(&text.chars().take(30).collect::<String>())
                        ),
                        "write it with `+` and country code, such as `+86170`",
                    ),
                });
            }
        });
        report.within("networks", |report| {
            for (index, text) in check.networks.iter().enumerate() {
                report.item(index, |report| match Network::read(text) {
                    Some(network) => {
                        holder.add_network(network.is_six, network.length, network.bits);
                        prefixes.networks.push(network);
                        let least = if network.is_six { MIN_LENGTH_SIX } else { MIN_LENGTH_FOUR };
                        if network.length < least {
                            report.warning(
                                "wide_network",
                                format!("`{}` covers a large part of all addresses", text.trim()),
                                "write the network that you mean, such as `203.0.113.0/24`",
                            );
                        }
                    }
                    None => report.error(
                        "bad_entry",
                        format!("`{}` is not a network", shown_address(text)),
                        "write it as `203.0.113.0/24` or `2001:db8::/32`, with every bit after the prefix length zero",
                    ),
                });
            }
        });
        if check.phones.is_empty() && check.networks.is_empty() {
            report.error(
                "empty_list",
                "the list has no entries",
                "add `phones` or `networks`, or remove the rule",
            );
        }
        prefixes.phones.sort_unstable();
        prefixes.phones.dedup();
        let lengths = || prefixes.phones.iter().map(|prefix| prefix.len());
        prefixes.lengths = lengths().min().zip(lengths().max());
        prefixes.networks.sort_unstable_by(|a, b| b.length.cmp(&a.length).then(a.cmp(b)));
        prefixes
    }

    pub(super) fn find(&self, facts: &Facts<'_>, found: &mut impl FnMut(Found)) {
        for phone in facts.placed_phones() {
            if let Some(prefix) = phone.value.key().and_then(|key| self.longest(key)) {
                found(listed(phone.field.as_str(), phone.index, phone.span, prefix));
            }
        }
        // An account that is found by a phone number is that number.
        for placed in facts.placed_wechats().filter(|_| !self.phones.is_empty()) {
            let number = placed.value.as_ref().ok().filter(|id| id.kind() == WechatKind::Phone);
            if let Some(prefix) = number.and_then(|id| self.longest(id.key())) {
                found(listed(placed.field.as_str(), placed.index, placed.span, prefix));
            }
        }
        if let Some(ip) = facts.lead().ip {
            let (is_six, bits) = bits_of(ip);
            if let Some(network) = self.networks.iter().find(|network| network.holds(is_six, bits)) {
                let address = match network.is_six {
                    true => IpAddr::V6(network.bits.into()),
                    false => IpAddr::V4((network.bits as u32).into()),
                };
                let reason = HitReason::ListedPrefix { kind: ContactKind::Ip };
                found(Found::at("ip", None, None, reason).entry(format!("{address}/{}", network.length)));
            }
        }
    }

    /// The longest listed prefix of a key. One search for each length that a listed one may have.
    fn longest(&self, key: &str) -> Option<&str> {
        let (least, most) = self.lengths?;
        (least..=most.min(key.len())).rev().find_map(|length| {
            let prefix = key.get(..length)?;
            let place = self.phones.binary_search_by(|one| (**one).cmp(prefix)).ok()?;
            self.phones.get(place).map(|one| &**one)
        })
    }
}
